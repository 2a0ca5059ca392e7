"""Connections: who waits for whom, and what is said of a Redis that cannot serve."""

import asyncio
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from redis.exceptions import ResponseError

from embedded import Valkey
from engine import link
from engine.holds import Any
from engine.inventory import Inventory
from engine.link import SingleLink, StoreUnfit, StoreUnreachable
from engine.outcomes import Outcome
from tests.engine.claims_book import ClaimsBook
from tests.engine.conftest import SECRET, ask

numbers = count(140_000)


@pytest.fixture
def own_valkey(server_folder: Path) -> Iterator[Valkey]:
    with Valkey(server_folder / "vk") as server:
        yield server


async def command(inventory: Inventory, *words: bytes) -> None:
    await inventory._link.command("bo", await inventory._link.run("bo"), 0, *words)


async def test_watching_many_box_offices_keeps_no_hold_waiting(redis_url: str, book: ClaimsBook) -> None:
    inventory = await Inventory.open(redis_url, book, SECRET)
    season = {book.add(next(numbers), f"box-{n}", 10): f"box-{n}" for n in range(link.LANES_MAX + 4)}

    async def watch(pool: int) -> None:
        async for _ in inventory.watch(pool):
            pass

    watching = [asyncio.create_task(watch(pool)) for pool in season]
    await asyncio.sleep(0.5)
    for pool, box_office in list(season.items())[:5]:
        begin = time.monotonic()
        assert (await inventory.hold(ask(Any(pool, 1), box_office=box_office))).outcome is Outcome.HELD
        assert time.monotonic() - begin < 0.4
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    assert not inventory._watch._readers and not inventory._watch._feeds and not inventory._pools.wakes
    await inventory.close()


@pytest.mark.parametrize(
    ("trouble", "cure"),
    [
        ((b"CONFIG", b"SET", b"min-replicas-to-write", b"1"), (b"CONFIG", b"SET", b"min-replicas-to-write", b"0")),
        ((b"CONFIG", b"SET", b"maxmemory", b"1"), (b"CONFIG", b"SET", b"maxmemory", b"0")),
        ((b"REPLICAOF", b"127.0.0.1", b"1"), (b"REPLICAOF", b"NO", b"ONE")),
    ],
)
async def test_a_redis_that_takes_no_writes(
    own_valkey: Valkey, book: ClaimsBook, trouble: tuple[bytes, ...], cure: tuple[bytes, ...]
) -> None:
    pool = book.add(next(numbers), "bo", 10)
    inventory = await Inventory.open(own_valkey.url(), book, SECRET)
    held = await inventory.hold(ask(Any(pool, 1)))
    await command(inventory, *trouble)
    for act in (
        inventory.hold(ask(Any(pool, 1))),
        inventory.renew("bo", held.hold, 90_000, 900_000),
        inventory.settle("bo", {pool: [(1, 1)]}),
    ):
        with pytest.raises(StoreUnreachable):
            await act
    await command(inventory, *cure)
    copy, now_ms = await inventory.copy(pool, 0)
    assert copy.free_count(now_ms) == 9, "nothing was done by halves"
    assert (await inventory.renew("bo", held.hold, 90_000, 900_000)).outcome is Outcome.RENEWED
    await inventory.close()


def test_the_words_of_a_server_before_redis_7() -> None:
    wrapped = "Error running script (call to f_9852): @user_script:416: @user_script: 416: -NOREPLICAS Not enough good"
    assert link._is_passing(ResponseError(wrapped)) and link._is_passing(ResponseError("BUSY Redis is busy"))
    assert not link._is_passing(ResponseError("Error running script: a run lies beyond its pool"))


async def test_a_redis_become_unfit_costs_no_connections(own_valkey: Valkey, book: ClaimsBook) -> None:
    pool = book.add(next(numbers), "bo", 10)
    inventory = await Inventory.open(own_valkey.url(), book, SECRET)
    await inventory.hold(ask(Any(pool, 1)))
    await command(inventory, b"CONFIG", b"SET", b"maxmemory-policy", b"allkeys-lru")
    assert isinstance(inventory._link, SingleLink)
    await inventory._link._node.close()
    opened: list[link._Lane] = []
    open_lane = link._Lane.open

    async def remembered(lane: link._Lane) -> link._Lane:
        opened.append(lane)
        return await open_lane(lane)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(link._Lane, "open", remembered)
        with pytest.raises(StoreUnfit):
            await inventory.hold(ask(Any(pool, 1)))
        with pytest.raises(StoreUnfit):
            await inventory.read("bo", bytes(16))
    assert opened and not any(lane.connection.is_connected for lane in opened)
    await inventory.close()


async def test_a_caller_who_gives_up_leaves_no_reply_to_others(inventory: Inventory, pool: int) -> None:
    """The connection on which a reply is still due is given up with it."""
    held = await inventory.hold(ask(Any(pool, 1)))
    for _ in range(30):
        asking = asyncio.create_task(inventory.copy(pool, 0))
        releasing = asyncio.create_task(inventory.renew("bo", held.hold, 90_000, 900_000))
        for _ in range(3):
            await asyncio.sleep(0)
        releasing.cancel()
        copy, now_ms = await asking
        assert copy.free_count(now_ms) == 99
        assert (await inventory.read("bo", held.hold)).outcome is Outcome.HELD
