"""What reaches a pool between the two halves of its rebuild."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from engine import rebuild
from engine.core.words import CLAIMED
from engine.holds import Seats
from engine.inventory import Inventory
from engine.link import Script, StoreUnreachable
from engine.outcomes import Outcome
from tests.engine.claims_book import ClaimsBook
from tests.engine.conftest import ask


def unbind(book: ClaimsBook, pool: int) -> None:
    book.states[pool] = msgspec.structs.replace(book.states[pool], epoch=book.states[pool].epoch + 1, server_run="")


@asynccontextmanager
async def half_done(inventory: Inventory, book: ClaimsBook, pool: int) -> AsyncIterator[None]:
    """The pool is closed and its words are merged; they are set at the end of the block."""
    unbind(book, pool)
    merged, go, call = asyncio.Event(), asyncio.Event(), inventory._link.call

    async def stopped(box_office: str, run: str, script: Script, *args: bytes) -> object:
        if script.name == "rebuild":
            merged.set()
            await go.wait()
        return await call(box_office, run, script, *args)

    inventory._link.call = stopped  # type: ignore[method-assign]
    rebuilding = asyncio.create_task(inventory.rebuild(pool))
    await merged.wait()
    yield
    go.set()
    await rebuilding


async def test_a_place_released_meanwhile_is_free(
    inventory: Inventory, other: Inventory, book: ClaimsBook, pool: int
) -> None:
    held = await inventory.hold(ask(Seats(pool, (1, 2))))
    async with half_done(other, book, pool):
        assert await inventory.release("bo", held.hold) is Outcome.RELEASED
    copy, now_ms = await other.copy(pool, 0)
    assert copy.free_count(now_ms) == 100


async def test_a_hold_settled_meanwhile_leaves_nothing_behind(
    inventory: Inventory, other: Inventory, book: ClaimsBook, pool: int
) -> None:
    held = await inventory.hold(ask(Seats(pool, (1, 2))))
    claims = book.claim(pool, [1])
    assert claims
    async with half_done(other, book, pool):
        await inventory.settle("bo", {pool: claims}, held.hold)
    copy, _ = await other.copy(pool, 0)
    assert [copy.word(1), copy.word(2)] == [CLAIMED + claims[0][1], 0]


async def test_what_needs_the_pool_waits(inventory: Inventory, other: Inventory, book: ClaimsBook, pool: int) -> None:
    held = await inventory.hold(ask(Seats(pool, (1,))))
    async with half_done(other, book, pool):
        assert (await inventory.renew("bo", held.hold, 90_000, 900_000)).outcome is Outcome.NOT_READY
        assert (await inventory.pin("bo", held.hold, b"one")).outcome is Outcome.NOT_READY
        assert (await inventory.change("bo", held.hold, b"1", (), {pool: [1]})).outcome is Outcome.NOT_READY
        waiting = asyncio.create_task(inventory.hold(ask(Seats(pool, (2,)))))
    assert (await waiting).outcome is Outcome.HELD
    assert (await inventory.renew("bo", held.hold, 90_000, 900_000)).outcome is Outcome.RENEWED


async def test_a_pool_that_never_rests_is_given_up(
    inventory: Inventory, book: ClaimsBook, pool: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await inventory.ready(pool)
    unbind(book, pool)
    monkeypatch.setattr(rebuild, "header_of", lambda words: (0, 0))
    with pytest.raises(StoreUnreachable):
        await inventory.rebuild(pool)
    monkeypatch.undo()
    await inventory.rebuild(pool)
    assert (await inventory.hold(ask(Seats(pool, (1,))))).outcome is Outcome.HELD
