"""Holds that travel together: none suffers from another, nor from what its worker has not heard yet."""

import asyncio
from itertools import count

import pytest

from engine.core.best import PartyWant
from engine.holds import Any, Best, HoldRequest, Owner, Seats
from engine.inventory import Inventory
from engine.link import SingleLink, StoreUnreachable
from engine.outcomes import Outcome
from engine.pools import LOG_ENTRIES_MAX
from tests.engine.claims_book import ClaimsBook
from tests.engine.conftest import ask
from tests.engine.core.halls import drawn

numbers = count(110_000)


def hall(book: ClaimsBook, *rows: str) -> int:
    """A pool with a plan."""
    plan, _ = drawn(*rows)
    return book.add(next(numbers), "bo", plan.place_count, plan.packed())


async def beside(inventory: Inventory, pool: int, request: HoldRequest) -> BaseException | Outcome:
    """Asks for this and, in the same call, for a seat that is free; what became of this."""
    await inventory.ready(pool)
    asked, fine = await asyncio.gather(
        inventory.hold(request), inventory.hold(ask(Seats(pool, (1,)))), return_exceptions=True
    )
    assert not isinstance(fine, BaseException) and fine.outcome is Outcome.HELD
    return asked if isinstance(asked, BaseException) else asked.outcome


async def flush(inventory: Inventory) -> None:
    await inventory._link.command("bo", await inventory._link.run("bo"), 0, b"FLUSHALL")


async def test_best_places_of_a_pool_without_plan(inventory: Inventory, pool: int) -> None:
    assert isinstance(await beside(inventory, pool, ask(Best(pool, PartyWant(2)))), ValueError)


async def test_what_a_caller_must_not_ask(inventory: Inventory, pool: int) -> None:
    wrong = [
        ask(),
        ask(Any(pool, 0)),
        ask(Any(pool, -1)),
        ask(Any(pool, 1, ((5, 0),))),
        ask(Any(pool, 1, ((5, 2), (1, 2)))),
        ask(Any(pool, 1, ((-3, 2),))),
    ]
    for request in wrong:
        with pytest.raises(AssertionError):
            await inventory.hold(request)
    assert isinstance(await beside(inventory, pool, ask(Any(pool, 1, ((99, 2),)))), ValueError)


async def test_a_pool_of_another_box_office(inventory: Inventory, book: ClaimsBook, pool: int) -> None:
    foreign = book.add(next(numbers), "another", 10)
    assert isinstance(await beside(inventory, pool, ask(Seats(foreign, (1,)))), LookupError)


async def test_a_request_that_breaks_the_script(inventory: Inventory, pool: int) -> None:
    """What nobody foresaw strikes whoever brings it, alone."""
    assert isinstance(await beside(inventory, pool, ask(Seats(pool, (2,)), owners=(Owner("x", "many"),))), Exception)  # type: ignore[arg-type]


async def test_a_pool_whose_state_cannot_be_read(
    inventory: Inventory, book: ClaimsBook, pool: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = book.add(next(numbers), "bo", 10)

    async def state(number: int) -> object:
        if number == broken:
            raise OSError("the database is away")
        return book.states[number]

    monkeypatch.setattr(book, "state", state)
    assert isinstance(await beside(inventory, pool, ask(Any(broken, 1))), Exception)


async def test_a_pool_being_rebuilt_keeps_nobody_else_waiting(
    inventory: Inventory, book: ClaimsBook, pool: int
) -> None:
    slow = book.add(next(numbers), "bo", 10)
    await inventory.ready(pool)
    async with book.rebuilding(slow):
        waiting = [asyncio.ensure_future(inventory.hold(ask(Any(slow, 1))))]
        for _ in range(4):
            quick = await asyncio.wait_for(inventory.hold(ask(Any(pool, 1))), 2)
            assert quick.outcome is Outcome.HELD
            waiting.append(asyncio.ensure_future(inventory.hold(ask(Any(slow, 1)))))
        assert not any(hold.done() for hold in waiting)
    assert {answer.outcome for answer in await asyncio.gather(*waiting)} == {Outcome.HELD}


async def test_a_pool_of_no_places_is_sold_out(inventory: Inventory, book: ClaimsBook) -> None:
    nothing = book.add(next(numbers), "bo", 0)
    assert (await inventory.hold(ask(Any(nothing, 1)))).outcome is Outcome.SOLD_OUT
    assert await inventory.block(nothing, [], 17) is Outcome.HELD
    assert await inventory.sync(nothing, []) == 0


async def test_too_few_places_for_a_party_are_sold_out(inventory: Inventory, book: ClaimsBook) -> None:
    pool = hall(book, "oooo")
    held = await inventory.hold(ask(Seats(pool, (1, 2, 3))))
    assert (await inventory.hold(ask(Best(pool, PartyWant(2))))).outcome is Outcome.SOLD_OUT
    assert (await inventory.change("bo", held.hold, b"one more", (Best(pool, PartyWant(1)),))).outcome is Outcome.HELD
    change = await inventory.change("bo", held.hold, b"another", (Best(pool, PartyWant(1)),))
    assert change.outcome is Outcome.SOLD_OUT and len(change.places[pool]) == 4


async def test_places_that_do_not_suit_a_party_are_not_sold_out(inventory: Inventory, book: ClaimsBook) -> None:
    pool = hall(book, "oooo")
    assert (await inventory.hold(ask(Best(pool, PartyWant(2, wheelchairs=1))))).outcome is Outcome.NO_FIT
    assert (await inventory.hold(ask(Best(pool, PartyWant(2, categories=()))))).outcome is Outcome.NO_FIT


async def test_no_fit_is_not_said_from_words_left_far_behind(
    inventory: Inventory, other: Inventory, book: ClaimsBook
) -> None:
    pool = hall(book, "oooo")
    full = await other.hold(ask(Seats(pool, (0, 1, 2, 3))))
    assert (await inventory.hold(ask(Best(pool, PartyWant(2))))).outcome is Outcome.SOLD_OUT
    await other.release("bo", full.hold)
    for _ in range(LOG_ENTRIES_MAX // 2 + 1):
        held = await other.hold(ask(Seats(pool, (0,))))
        await other.release("bo", held.hold)
    assert (await inventory.hold(ask(Best(pool, PartyWant(2))))).outcome is Outcome.HELD


async def test_no_fit_is_not_said_from_words_that_are_gone(inventory: Inventory, book: ClaimsBook) -> None:
    pool = hall(book, "oooo")
    await inventory.hold(ask(Seats(pool, (0, 1, 2, 3))))
    await flush(inventory)
    assert (await inventory.hold(ask(Best(pool, PartyWant(2))))).outcome is Outcome.HELD


async def test_the_best_are_not_blocked_while_others_are_free(
    inventory: Inventory, other: Inventory, book: ClaimsBook
) -> None:
    pool = hall(book, *["oooo"] * 6)
    await inventory.ready(pool)
    await other.block(pool, range(16), 17)
    held = await inventory.hold(ask(Best(pool, PartyWant(2))))
    assert held.outcome is Outcome.HELD and min(held.places[pool]) >= 16
    assert [proposal.places for proposal in held.proposals[pool]] == [held.places[pool]]


async def test_open_bays_are_shared_out_and_kept_ones_to_nobody(
    inventory: Inventory, other: Inventory, book: ClaimsBook
) -> None:
    """Together in one call; and one of them kept by another worker, of which this one has not heard."""
    pool = hall(book, "owcwc")
    await inventory.ready(pool)
    await other.block(pool, (3,), 15)
    wanted = [ask(Best(pool, PartyWant(1, bays_open=True))) for _ in range(5)]
    answers = await asyncio.gather(*map(inventory.hold, wanted))
    held = [place for answer in answers for place in answer.places.get(pool, ())]
    assert sorted(held) == [0, 1, 2, 4]
    (refused,) = (answer.outcome for answer in answers if not answer.outcome.granted)
    assert refused in (Outcome.SOLD_OUT, Outcome.NO_FIT)
    with_wheelchair = ask(Best(pool, PartyWant(1, wheelchairs=1, allow=[15])), allow=(15,))
    assert (await inventory.hold(with_wheelchair)).places[pool] == (3,)


async def test_any_may_be_an_allotments(inventory: Inventory, pool: int) -> None:
    await inventory.block(pool, range(98), 17)
    held = await inventory.hold(ask(Any(pool, 100), allow=(17,)))
    assert held.outcome is Outcome.HELD and len(held.places[pool]) == 100


async def test_short_for_one_is_not_short_for_a_smaller_one(inventory: Inventory, book: ClaimsBook) -> None:
    """In one call: the first takes two of five in passing and comes to nothing, so that five are left."""
    quota = book.add(next(numbers), "bo", 5)
    await inventory.ready(quota)
    wanted = [ask(Any(quota, 2), Any(quota, 4)), ask(Any(quota, 6)), ask(Any(quota, 4)), ask(Any(quota, 2))]
    wanted += [ask(Any(quota, 1)), ask(Any(quota, 1))]
    answers = await asyncio.gather(*map(inventory.hold, wanted))
    assert [answer.outcome is Outcome.HELD for answer in answers] == [False, False, True, False, True, False]


async def test_who_asks_for_what_is_sold_out_keeps_redis_from_nothing(inventory: Inventory, book: ClaimsBook) -> None:
    """A field of 50,000 is looked through once a call, not once a hold, be it sold or blocked."""
    field, blocked = (book.add(next(numbers), "bo", 50_000) for _ in range(2))
    book.claim(field, range(50_000))
    book.blocked[blocked] = b"\x01\x00" * 50_000
    for pool in (field, blocked):
        await inventory.ready(pool)
        wanted = [inventory.hold(ask(Any(pool, 1 + i % 3))) for i in range(200)]
        answers = await asyncio.wait_for(asyncio.gather(*wanted), 1)
        assert {answer.outcome for answer in answers} == {Outcome.SOLD_OUT}


async def test_a_caller_who_gave_up_may_still_let_go(inventory: Inventory, pool: int) -> None:
    """Nobody frees what was held for one who does not wait for the answer, but it ends on time, and its id is known."""
    await inventory.ready(pool)
    request = ask(Seats(pool, (1,)), request_id=b"gave up")
    asking = asyncio.create_task(inventory.hold(request))
    while not inventory._joiners or not inventory._joiners["bo"]._flying:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    fine = await inventory.hold(ask(Seats(pool, (2,))))
    assert fine.outcome is Outcome.HELD, "those who come after do not notice"
    again = await inventory.hold(request)
    assert again.outcome is Outcome.HELD and again.places == {pool: (1,)}
    assert await inventory.release("bo", inventory.hold_id("bo", b"gave up")) is Outcome.RELEASED


async def test_closing_leaves_nobody_waiting(redis_url: str, book: ClaimsBook, pool: int) -> None:
    inventory = await Inventory.open(redis_url, book, b"secret")
    slow = book.add(next(numbers), "bo", 10)
    await inventory.ready(pool)
    async with book.rebuilding(slow):
        asking = [asyncio.ensure_future(inventory.hold(ask(Any(slow, 1)))) for _ in range(3)]
        await asyncio.sleep(0.05)
        asking += [asyncio.ensure_future(inventory.hold(ask(Any(pool, 1)))) for _ in range(600)]
        for _ in range(4):
            await asyncio.sleep(0)
        await inventory.close()
        answers = await asyncio.wait_for(asyncio.gather(*asking, return_exceptions=True), 2)
    assert all(isinstance(answer, StoreUnreachable) for answer in answers)
    assert isinstance(inventory._link, SingleLink) and not inventory._link._node._idle


async def test_nothing_is_left_behind(inventory: Inventory, other: Inventory, book: ClaimsBook) -> None:
    """Neither tasks nor marks: every place is offered again once it is free."""
    pool = hall(book, *["oooo"] * 6)
    wanted = [ask(Best(pool, PartyWant(2))) for _ in range(20)]
    answers = await asyncio.gather(*((inventory, other)[i % 2].hold(want) for i, want in enumerate(wanted)))
    held = [answer for answer in answers if answer.outcome is Outcome.HELD]
    assert len(held) == 12
    for answer in held:
        await inventory.release("bo", answer.hold)
    copy, now_ms = await inventory.copy(pool, 0)
    assert len(copy.pick((), 24, now_ms)) == 24
    await asyncio.sleep(0)
    joiner = inventory._joiners["bo"]
    assert not joiner._queue and not joiner._flying and not joiner._waiting
