"""Following pools: nothing is missed, nothing ends it, and the server is not asked more often than is of use."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from engine.holds import Any
from engine.inventory import Inventory
from tests.engine.claims_book import ClaimsBook
from tests.engine.conftest import ask


@asynccontextmanager
async def told(inventory: Inventory, pool: int) -> AsyncIterator[list[int]]:
    """The free counts that a follower is told."""
    counts: list[int] = []

    async def follow() -> None:
        async for copy, now_ms in inventory.watch(pool):
            counts.append(copy.free_count(now_ms))

    following = asyncio.create_task(follow())
    while not counts:
        await asyncio.sleep(0.01)
    yield counts
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def until(counts: list[int], last: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while counts[-1] != last:
        assert time.monotonic() < end, f"told {counts}, and never {last}"
        await asyncio.sleep(0.01)


async def test_it_outlives_what_it_depends_on(
    inventory: Inventory, other: Inventory, book: ClaimsBook, pool: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with told(inventory, pool) as counts:

        async def state(number: int) -> object:
            raise RuntimeError("the database is away")

        monkeypatch.setattr(book, "state", state)
        inventory._pools.forget(pool)
        await asyncio.sleep(1.2)
        monkeypatch.undo()
        await other.hold(ask(Any(pool, 1)))
        await until(counts, 99, 3)


async def test_a_lapse_is_told_whoever_saw_it_first(inventory: Inventory, other: Inventory, pool: int) -> None:
    """Others ask the same copy meanwhile, which takes what has lapsed off its list of deadlines."""
    async with told(inventory, pool) as counts:
        await other.hold(ask(Any(pool, 2), hold_ms=60_000))
        await other.hold(ask(Any(pool, 1), hold_ms=400))
        await until(counts, 97, 2)
        end = time.monotonic() + 0.6
        while time.monotonic() < end:
            copy, now_ms = await inventory.copy(pool, 5)
            copy.free_count(now_ms)
            await asyncio.sleep(0.001)
        await until(counts, 98, 0.3)


async def test_a_busy_pool_is_not_asked_about_all_the_time(inventory: Inventory, other: Inventory, pool: int) -> None:
    asked = 0
    command = inventory._link.command

    async def counted(*words: object) -> object:
        nonlocal asked
        asked += 1
        return await command(*words)  # type: ignore[arg-type]

    inventory._link.command = counted  # type: ignore[method-assign]
    async with told(inventory, pool) as counts:
        end = time.monotonic() + 1
        while time.monotonic() < end:
            await other.hold(ask(Any(pool, 1), hold_ms=20))
        assert len(counts) > 3 and asked < 70
