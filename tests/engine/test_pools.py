"""Copies: how fresh they are, what they believe, and when they are let go of."""

import asyncio
import time
from itertools import count

import pytest

from engine import pools
from engine.holds import Any, Seats
from engine.inventory import Inventory
from engine.link import Script
from engine.outcomes import Outcome
from tests.engine.claims_book import ClaimsBook
from tests.engine.conftest import ask

numbers = count(130_000)


class Slow:
    """Lets an inventory's reads of pools take effect at once, and be answered when told to."""

    def __init__(self, inventory: Inventory) -> None:
        self._call = inventory._link.call
        self.asked, self.go = asyncio.Event(), asyncio.Event()
        inventory._link.call = self.call  # type: ignore[method-assign]

    async def call(self, box_office: str, run: str, script: Script, *args: bytes) -> object:
        reply = await self._call(box_office, run, script, *args)
        if script.name == "read":
            self.asked.set()
            await self.go.wait()
        return reply


async def test_a_copy_is_no_older_than_asked(inventory: Inventory, other: Inventory, pool: int) -> None:
    """Though somebody else's reading, older than the question, is under way."""
    await inventory.ready(pool)
    slow = Slow(inventory)
    first = asyncio.create_task(inventory.copy(pool, 0))
    await slow.asked.wait()
    await other.hold(ask(Seats(pool, (1,))))
    second = asyncio.create_task(inventory.copy(pool, 0))
    await asyncio.sleep(0)
    slow.go.set()
    await first
    copy, now_ms = await second
    assert copy.free_count(now_ms) == 99


async def test_an_older_reading_does_not_take_back_what_is_known(
    inventory: Inventory, other: Inventory, book: ClaimsBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = book.add(next(numbers), "bo", 10)
    await inventory.ready(pool)
    monkeypatch.setattr(pools, "LOG_ENTRIES_MAX", 0)  # every reading is whole
    await other.hold(ask(Seats(pool, (1,))))
    slow = Slow(inventory)
    reading = asyncio.create_task(inventory.copy(pool, 0))
    await slow.asked.wait()
    monkeypatch.undo()
    assert (await inventory.hold(ask(Seats(pool, (2,))))).outcome is Outcome.HELD
    slow.go.set()
    copy, now_ms = await reading
    assert copy.free_count(now_ms) == 8


async def test_copies_that_nobody_asks_for_are_let_go(
    inventory: Inventory, book: ClaimsBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    season = [book.add(next(numbers), "bo", 10) for _ in range(5)]
    for pool in season:
        await inventory.hold(ask(Any(pool, 1)))
    with pytest.raises(LookupError):
        await inventory.ready(99_999_999)
    monkeypatch.setattr(pools, "IDLE_S_MAX", 0.05)
    await asyncio.sleep(0.1)
    await inventory.ready(book.add(next(numbers), "bo", 10))
    assert len(inventory._pools._known) == 1 and len(inventory._pools._locks) <= 1
    copy, now_ms = await inventory.copy(season[0])
    assert copy.free_count(now_ms) == 9


async def test_not_ready_is_believed_once(inventory: Inventory, book: ClaimsBook, pool: int) -> None:
    """Answers to holds that were sent before the pool was made ready again do not make it so anew."""
    await inventory.hold(ask(Any(pool, 1)))
    await inventory._link.command("bo", await inventory._link.run("bo"), 0, b"FLUSHALL")
    reads = 0
    call = inventory._link.call

    async def counted(box_office: str, run: str, script: Script, *args: bytes) -> object:
        nonlocal reads
        reads += script.name == "read"
        return await call(box_office, run, script, *args)

    inventory._link.call = counted  # type: ignore[method-assign]
    begin = time.monotonic()
    first = [asyncio.ensure_future(inventory.hold(ask(Any(pool, 1)))) for _ in range(20)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    later = [asyncio.ensure_future(inventory.hold(ask(Any(pool, 1)))) for _ in range(20)]
    answers = await asyncio.gather(*first, *later)
    assert {answer.outcome for answer in answers} == {Outcome.HELD} and time.monotonic() - begin < 5
    assert inventory.counts["rebuilds"] == 2 and reads <= 4
