"""What may be done with a hold, where it is easiest to get wrong: changes, pins, and what is left of a lost one."""

import asyncio
import time
from itertools import count

import pytest

from engine import inventory as acts
from engine.core.best import PartyWant
from engine.holds import PLACES_PER_HOLD_MAX, Any, Best, Owner, Seats
from engine.inventory import Inventory
from engine.outcomes import Outcome
from tests.engine.claims_book import ClaimsBook
from tests.engine.conftest import ask
from tests.engine.core.halls import drawn

numbers = count(120_000)


def hall(book: ClaimsBook, *rows: str) -> int:
    plan, _ = drawn(*rows)
    return book.add(next(numbers), "bo", plan.place_count, plan.packed())


# Changing


async def test_a_cap_counts_what_is_added_from_elsewhere(inventory: Inventory, pool: int) -> None:
    """A shopper whose address changes in between is counted at both."""
    home, away = Owner("home", 4), Owner("away", 4)
    held = await inventory.hold(ask(Any(pool, 1), owners=(home,)))
    assert (await inventory.change("bo", held.hold, b"1", (Any(pool, 3),), owners=(away,))).outcome is Outcome.HELD
    assert (await inventory.change("bo", held.hold, b"2", (Any(pool, 1),), owners=(away,))).outcome is Outcome.CAPPED
    assert (await inventory.hold(ask(Any(pool, 1), owners=(home,)))).outcome is Outcome.CAPPED
    await inventory.renew("bo", held.hold, 90_000, 900_000)
    assert (await inventory.hold(ask(Any(pool, 1), owners=(away,)))).outcome is Outcome.CAPPED
    await inventory.release("bo", held.hold)
    assert (await inventory.hold(ask(Any(pool, 4), owners=(home, away)))).outcome is Outcome.HELD


async def test_letting_go_is_never_capped(inventory: Inventory, pool: int) -> None:
    held = await inventory.hold(ask(Any(pool, 4), owners=(Owner("many", 4),)))
    first, *others = held.places[pool]
    fewer = await inventory.change("bo", held.hold, b"1", (), {pool: [first]}, owners=(Owner("many", 2),))
    assert fewer.outcome is Outcome.HELD and fewer.places == {pool: tuple(others)}


async def test_a_hold_grows_no_larger_by_changes(inventory: Inventory, book: ClaimsBook) -> None:
    field = book.add(next(numbers), "bo", 1000)
    held = await inventory.hold(ask(Any(field, PLACES_PER_HOLD_MAX - 1)))
    assert (await inventory.change("bo", held.hold, b"1", (Any(field, 2),))).outcome is Outcome.CAPPED
    assert (await inventory.change("bo", held.hold, b"2", (Any(field, 1),))).outcome is Outcome.HELD


async def test_what_is_dropped_and_not_held_is_passed_over(inventory: Inventory, other: Inventory, pool: int) -> None:
    held = await inventory.hold(ask(Seats(pool, (1, 2, 99))))
    await other.hold(ask(Seats(pool, (5,))))
    dropped = {pool: [-3, 2, 2, 5, 7, 100, 1 << 31], 99_999: [1], 99_998: []}
    changed = await inventory.change("bo", held.hold, b"1", (), dropped)
    assert changed.outcome is Outcome.HELD and changed.places == {pool: (1, 99)}
    copy, now_ms = await inventory.copy(pool, 0)
    assert copy.free_count(now_ms) == 97


async def test_a_long_list_to_drop_does_not_stop_redis(inventory: Inventory, book: ClaimsBook) -> None:
    field = book.add(next(numbers), "bo", 200_000)
    held = await inventory.hold(ask(Any(field, PLACES_PER_HOLD_MAX)))
    begin = time.monotonic()
    await inventory.change("bo", held.hold, b"1", (), {field: range(10_001, 138_001, 2)})
    assert time.monotonic() - begin < 1


async def test_places_that_a_pool_does_not_have(inventory: Inventory, book: ClaimsBook, pool: int) -> None:
    held = await inventory.hold(ask(Seats(pool, (1,))))
    with pytest.raises(ValueError, match="beyond"):
        await inventory.change("bo", held.hold, b"1", (Seats(pool, (100,)),))
    with pytest.raises(LookupError):
        await inventory.change("bo", held.hold, b"1", (Seats(book.add(next(numbers), "another", 10), (1,)),))
    nothing = book.add(next(numbers), "bo", 0)
    assert (await inventory.change("bo", held.hold, b"1", (Any(nothing, 1),))).outcome is Outcome.SOLD_OUT


async def test_a_race_lost_by_a_change_is_run_again(inventory: Inventory, other: Inventory, book: ClaimsBook) -> None:
    pool, elsewhere = hall(book, *["oooo"] * 6), book.add(next(numbers), "bo", 10)
    held = await inventory.hold(ask(Seats(elsewhere, (0,))))
    await inventory.copy(pool, 0)
    await other.hold(ask(Seats(pool, tuple(range(12)))))
    changed = await inventory.change("bo", held.hold, b"1", (Best(pool, PartyWant(2)), Best(pool, PartyWant(2))))
    assert changed.outcome is Outcome.HELD and len(changed.places[pool]) == 4
    taken = [place for proposal in changed.proposals[pool] for place in proposal.places]
    assert sorted(taken) == list(changed.places[pool])


# Pinning


async def test_a_pin_lapses_before_its_hold(inventory: Inventory, pool: int) -> None:
    held = await inventory.hold(ask(Seats(pool, (1,))))
    assert (await inventory.pin("bo", held.hold, b"one", 50)).outcome is Outcome.PINNED
    assert (await inventory.pin("bo", held.hold, b"two", 50)).outcome is Outcome.BUSY
    await asyncio.sleep(0.1)
    assert (await inventory.pin("bo", held.hold, b"two", 50)).outcome is Outcome.PINNED
    await asyncio.sleep(0.1)
    assert (await inventory.change("bo", held.hold, b"1", (Seats(pool, (2,)),))).outcome is Outcome.HELD
    assert (await inventory.release("bo", held.hold)) is Outcome.RELEASED


async def test_a_pin_that_lapsed_takes_no_time_away(inventory: Inventory, pool: int) -> None:
    """An order that was suspended for long wakes up and gives back what is no longer its own."""
    held = await inventory.hold(ask(Seats(pool, (1,))))
    await inventory.pin("bo", held.hold, b"one", 50)
    await asyncio.sleep(0.1)
    renewed = await inventory.renew("bo", held.hold, 90_000, 900_000)
    assert renewed.outcome is Outcome.RENEWED
    back = await inventory.unpin("bo", held.hold, b"one")
    assert back.outcome is Outcome.HELD and back.deadline_ms == renewed.deadline_ms


async def test_a_lost_hold_can_be_released_after_its_order(
    inventory: Inventory, other: Inventory, book: ClaimsBook, pool: int
) -> None:
    held = await inventory.hold(ask(Seats(pool, (1, 2))))
    await inventory.pin("bo", held.hold, b"one")
    await other.settle("bo", {pool: book.claim(pool, [2]) or []})
    assert (await inventory.unpin("bo", held.hold, b"one")).outcome is Outcome.LOST
    assert (await inventory.release("bo", held.hold)) is Outcome.RELEASED
    assert (await other.hold(ask(Seats(pool, (1,))))).outcome is Outcome.HELD


# Settling


async def test_settling_nothing_ends_the_hold(inventory: Inventory, pool: int) -> None:
    held = await inventory.hold(ask(Seats(pool, (1,))))
    await inventory.settle("bo", {}, held.hold)
    assert (await inventory.read("bo", held.hold)).outcome is Outcome.EXPIRED
    assert (await inventory.hold(ask(Seats(pool, (1,))))).outcome is Outcome.HELD


async def test_what_is_claimed_of_a_hold_is_never_free(
    inventory: Inventory, other: Inventory, book: ClaimsBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though it takes several calls to settle it."""
    monkeypatch.setattr(acts, "PLACES_PER_CALL_MAX", 10)
    field = book.add(next(numbers), "bo", 40)
    held = await inventory.hold(ask(Any(field, 40)))
    claims = book.claim(field, held.places[field])
    assert claims
    settling = asyncio.create_task(inventory.settle("bo", {field: claims}, held.hold))
    while not settling.done():
        assert (await other.hold(ask(Any(field, 1)))).outcome is Outcome.SOLD_OUT
    assert (await inventory.read("bo", held.hold)).outcome is Outcome.EXPIRED
