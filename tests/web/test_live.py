"""Live availability over a real Valkey; Postgres is a dictionary."""

import asyncio
import os
from collections.abc import AsyncIterator
from itertools import count

import pytest
from msgspec.structs import replace

from engine.holds import HoldRequest, Seats
from engine.inventory import Inventory
from tests.engine.claims_book import ClaimsBook
from web.live import RUN, Live, Snapshot, Telling

pools = count(70_000)
SOON_S = 5.0


@pytest.fixture
def book() -> ClaimsBook:
    return ClaimsBook()


@pytest.fixture
def pool(book: ClaimsBook) -> int:
    return book.add(next(pools), "live", 40)


@pytest.fixture
async def inventory(redis_url: str, book: ClaimsBook) -> AsyncIterator[Inventory]:
    inventory = await Inventory.open(redis_url, book, b"a test's")
    yield inventory
    await inventory.close()


@pytest.fixture
async def live(inventory: Inventory) -> AsyncIterator[Live]:
    live = Live(inventory, fresh_s=0.0, pause_s=0.01)
    yield live
    live.stop()


async def hold(inventory: Inventory, pool: int, *places: int, hold_ms: int = 60_000) -> None:
    wants = (Seats(pool, places),)
    answer = await inventory.hold(HoldRequest("live", os.urandom(16), b"asked--1", wants, hold_ms))
    assert answer.outcome == "HELD"


def states(status: bytes, place_count: int = 40) -> list[int]:
    return [status[place // 4] >> 2 * (place % 4) & 3 for place in range(place_count)]


def applied(before: list[int], told: Telling) -> list[int]:
    after = list(before)
    for first, length, state in RUN.iter_unpack(told.runs):
        after[first : first + length] = [state] * length
    return after


async def test_a_snapshot_is_named_by_the_state_of_the_house(live: Live, inventory: Inventory, pool: int):
    before = await live.snapshot(pool)
    again = await live.snapshot(pool)
    assert again is before and before.free == (40,)
    await hold(inventory, pool, 3, 4)
    after = await live.snapshot(pool)
    assert after.version != before.version and after.free == (38,)
    assert [place for place, state in enumerate(states(after.status)) if state] == [3, 4]


async def test_a_snapshot_serves_everybody_for_a_moment(inventory: Inventory, pool: int):
    live = Live(inventory, fresh_s=60.0, pause_s=0.01)
    before = await live.snapshot(pool)
    await hold(inventory, pool, 3)
    assert await live.snapshot(pool) is before


async def test_a_reader_is_told_the_house_and_then_each_change(live: Live, inventory: Inventory, pool: int):
    async with asyncio.timeout(SOON_S):
        reader = live.follow(pool)
        house = await anext(reader)
        assert isinstance(house, Snapshot)
        seen = states(house.status)
        for places in ((0, 1), (7,), (39, 20)):
            await hold(inventory, pool, *places)
            while not all(seen[place] == 1 for place in places):
                told = await anext(reader)
                assert isinstance(told, Telling)
                seen = applied(seen, told)
        assert seen.count(1) == 5
        await reader.aclose()
        assert live.readers == 0


async def test_a_hold_that_lapses_is_told_with_no_traffic(live: Live, inventory: Inventory, pool: int):
    async with asyncio.timeout(SOON_S):
        await hold(inventory, pool, 5, hold_ms=300)
        reader = live.follow(pool)
        house = await anext(reader)
        assert isinstance(house, Snapshot) and states(house.status)[5] == 1
        told = await anext(reader)
        assert isinstance(told, Telling) and applied(states(house.status), told)[5] == 0


async def test_a_reader_that_fell_behind_is_told_the_house_again(
    live: Live, inventory: Inventory, pool: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("web.live.DIFFERENCES_MAX", 2)
    async with asyncio.timeout(20.0):
        slow, quick = live.follow(pool), live.follow(pool)
        await anext(slow)
        version = (await anext(quick)).version
        for place in range(3):
            await hold(inventory, pool, place)
            version = (await anext(quick)).version
        told = await anext(slow)
        assert isinstance(told, Snapshot) and told.version == version
        assert states(told.status)[:4] == [1, 1, 1, 0]


async def test_readers_end_when_the_process_is_told_to_stop(live: Live, pool: int):
    async with asyncio.timeout(SOON_S):
        reader = live.follow(pool)
        await anext(reader)
        waiting = asyncio.ensure_future(anext(reader))
        await asyncio.sleep(0)
        live.stop()
        with pytest.raises(StopAsyncIteration):
            await waiting
        with pytest.raises(StopAsyncIteration):
            await anext(live.follow(pool))


async def test_a_house_that_grew_is_told_whole(live: Live, inventory: Inventory, book: ClaimsBook, pool: int):
    """Another plan has come under the pool: its words are of another length."""
    told = live.follow(pool)
    before = await anext(told)
    assert isinstance(before, Snapshot)
    book.states[pool] = replace(book.states[pool], places=60, epoch=book.states[pool].epoch + 1)
    await inventory.rebuild(pool)
    after = await asyncio.wait_for(anext(told), SOON_S)
    assert isinstance(after, Snapshot) and len(after.status) == 15
    await hold(inventory, pool, 50)
    change = await asyncio.wait_for(anext(told), SOON_S)
    assert isinstance(change, Telling) and applied(states(after.status, 60), change)[50] == 1
    await told.aclose()
