"""The acts on holds and claims, one worker or two, on a real Valkey."""

import asyncio
from itertools import count

import pytest

from engine.core.words import CLAIMED
from engine.holds import Any, Owner, Seats
from engine.inventory import Inventory
from engine.outcomes import Outcome
from tests.engine.claims_book import ClaimsBook
from tests.engine.conftest import ask

numbers = count(50_000)


async def settled(inventory: Inventory, book: ClaimsBook, pool: int, places: list[int]) -> list[tuple[int, int]]:
    claims = book.claim(pool, places)
    assert claims is not None
    await inventory.settle("bo", {pool: claims})
    return claims


async def test_places_are_held_by_one(inventory: Inventory, other: Inventory, pool: int) -> None:
    first = await inventory.hold(ask(Seats(pool, (1, 2))))
    assert first.outcome is Outcome.HELD and first.places == {pool: (1, 2)}
    assert first.deadline_ms - first.now_ms == 60_000 and first.first_held_ms == first.now_ms
    assert (await other.hold(ask(Seats(pool, (2, 3))))).outcome is Outcome.TAKEN
    assert (await other.hold(ask(Seats(pool, (3, 4))))).outcome is Outcome.HELD


async def test_a_hold_is_all_or_nothing(inventory: Inventory, book: ClaimsBook, pool: int) -> None:
    quota = book.add(next(numbers), "bo", 2)
    await inventory.hold(ask(Any(quota, 1)))
    refused = await inventory.hold(ask(Seats(pool, (1, 2)), Any(quota, 2)))
    assert refused.outcome is Outcome.SOLD_OUT and refused.places == {}
    assert (await inventory.hold(ask(Seats(pool, (1, 2)), Any(quota, 1)))).outcome is Outcome.HELD


async def test_one_fixed_seat_across_twenty_performances(inventory: Inventory, book: ClaimsBook) -> None:
    season = [book.add(next(numbers), "bo", 40) for _ in range(20)]
    held = await inventory.hold(ask(*(Seats(pool, (7,)) for pool in season)))
    assert held.outcome is Outcome.HELD and held.places == dict.fromkeys(season, (7,))
    again = await inventory.hold(ask(*(Seats(pool, (7,)) for pool in reversed(season))))
    assert again.outcome is Outcome.TAKEN
    await inventory.release("bo", held.hold)
    await inventory.hold(ask(Seats(season[13], (7,))))
    spoiled = await inventory.hold(ask(*(Seats(pool, (7,)) for pool in season)))
    assert spoiled.outcome is Outcome.TAKEN
    assert (await inventory.hold(ask(Seats(season[0], (7,))))).outcome is Outcome.HELD


async def test_passes_taken_in_opposite_orders(inventory: Inventory, other: Inventory, book: ClaimsBook) -> None:
    season = [book.add(next(numbers), "bo", 4) for _ in range(20)]
    wants = tuple(Seats(pool, (1,)) for pool in season)
    answers = await asyncio.gather(inventory.hold(ask(*wants)), other.hold(ask(*reversed(wants))))
    assert sorted(answer.outcome for answer in answers) == [Outcome.HELD, Outcome.TAKEN]


async def test_a_repeated_request_answers_as_the_first_time(inventory: Inventory, pool: int) -> None:
    request = ask(Any(pool, 3), request_id=b"once")
    first, second = await inventory.hold(request), await inventory.hold(request)
    assert second.outcome is Outcome.HELD and second.places == first.places and second.hold == first.hold
    copy, now_ms = await inventory.copy(pool, 0)
    assert copy.free_count(now_ms) == 97
    another = ask(Any(pool, 4), request_id=b"once", digest=b"asked--2")
    assert (await inventory.hold(another)).outcome is Outcome.REUSED
    await inventory.release("bo", first.hold)
    assert (await inventory.hold(request)).outcome is Outcome.EXPIRED


async def test_a_hold_ends_on_time_with_no_write(inventory: Inventory, other: Inventory, pool: int) -> None:
    held = await inventory.hold(ask(Seats(pool, (5,)), hold_ms=150))
    copy, now_ms = await other.copy(pool, 0)
    assert copy.status(now_ms)[1] >> 2 & 3 == 1
    assert copy.next_expiry_ms() == held.deadline_ms + 1
    assert copy.status(held.deadline_ms)[1] >> 2 & 3 == 1, "never sooner"
    assert copy.status(held.deadline_ms + 1)[1] >> 2 & 3 == 0
    await asyncio.sleep(0.2)
    assert (await inventory.read("bo", held.hold)).outcome is Outcome.EXPIRED
    assert (await inventory.pin("bo", held.hold, b"a")).outcome is Outcome.EXPIRED
    assert (await other.hold(ask(Seats(pool, (5,))))).outcome is Outcome.HELD
    assert (await inventory.release("bo", held.hold)).value == Outcome.EXPIRED
    assert (await other.hold(ask(Seats(pool, (5,))))).outcome is Outcome.TAKEN


async def test_renewals_are_capped(inventory: Inventory, pool: int) -> None:
    held = await inventory.hold(ask(Seats(pool, (1,)), hold_ms=1000))
    renewed = await inventory.renew("bo", held.hold, 5000, 60_000)
    assert renewed.outcome is Outcome.RENEWED and renewed.deadline_ms == renewed.now_ms + 5000
    capped = await inventory.renew("bo", held.hold, 60_000, 8000)
    assert capped.deadline_ms == held.first_held_ms + 8000
    shorter = await inventory.renew("bo", held.hold, 10, 8000)
    assert shorter.deadline_ms == capped.deadline_ms, "a renewal never takes time away"
    assert (await inventory.read("bo", held.hold)).places == {pool: (1,)}


async def test_changing_a_hold_keeps_its_clock(inventory: Inventory, other: Inventory, pool: int) -> None:
    held = await inventory.hold(ask(Seats(pool, (1, 2, 3))))
    changed = await inventory.change("bo", held.hold, b"c1", (Seats(pool, (9,)),), {pool: [2]})
    assert changed.outcome is Outcome.HELD and changed.places == {pool: (1, 3, 9)}
    assert changed.deadline_ms == held.deadline_ms and changed.first_held_ms == held.first_held_ms
    assert (await other.hold(ask(Seats(pool, (2,))))).outcome is Outcome.HELD
    refused = await inventory.change("bo", held.hold, b"c2", (Seats(pool, (2,)),), {pool: [1]})
    assert refused.outcome is Outcome.TAKEN and (await inventory.read("bo", held.hold)).places == {pool: (1, 3, 9)}
    repeated = await inventory.change("bo", held.hold, b"c1", (Seats(pool, (20,)),))
    assert repeated.places == {pool: (1, 3, 9)}
    await inventory.pin("bo", held.hold, b"order")
    assert (await inventory.change("bo", held.hold, b"c3", (), {pool: [1]})).outcome is Outcome.BUSY


async def test_a_pinned_hold_waits_for_its_order(inventory: Inventory, pool: int) -> None:
    held = await inventory.hold(ask(Seats(pool, (1, 2)), hold_ms=1000))
    pinned = await inventory.pin("bo", held.hold, b"one", 60_000)
    assert pinned.outcome is Outcome.PINNED and pinned.places == {pool: (1, 2)} and set(pinned.epochs) == {pool}
    assert pinned.first_held_ms == held.first_held_ms
    assert (await inventory.pin("bo", held.hold, b"two")).outcome is Outcome.BUSY
    assert (await inventory.pin("bo", held.hold, b"one")).outcome is Outcome.PINNED
    assert (await inventory.renew("bo", held.hold, 1000, 10_000)).outcome is Outcome.BUSY
    assert (await inventory.release("bo", held.hold)) is Outcome.BUSY
    back = await inventory.unpin("bo", held.hold, b"one")
    assert back.outcome is Outcome.HELD and back.deadline_ms == held.deadline_ms
    assert (await inventory.release("bo", held.hold)) is Outcome.RELEASED
    assert (await inventory.pin("bo", held.hold, b"one")).outcome is Outcome.EXPIRED


async def test_unpinning_after_the_deadline_ends_the_hold(inventory: Inventory, pool: int) -> None:
    held = await inventory.hold(ask(Seats(pool, (1,)), hold_ms=50))
    await inventory.pin("bo", held.hold, b"one", 60_000)
    await asyncio.sleep(0.1)
    assert (await inventory.unpin("bo", held.hold, b"one")).outcome is Outcome.EXPIRED
    assert (await inventory.hold(ask(Seats(pool, (1,))))).outcome is Outcome.HELD


async def test_settling_wins_over_any_lease(
    inventory: Inventory, other: Inventory, book: ClaimsBook, pool: int
) -> None:
    held = await inventory.hold(ask(Seats(pool, (1, 2))))
    await settled(other, book, pool, [2])
    assert (await inventory.read("bo", held.hold)).outcome is Outcome.LOST
    assert (await inventory.pin("bo", held.hold, b"one")).outcome is Outcome.LOST
    assert (await inventory.release("bo", held.hold)) is Outcome.RELEASED
    assert (await inventory.hold(ask(Seats(pool, (1,))))).outcome is Outcome.HELD, "its other place is free again"
    assert (await inventory.hold(ask(Seats(pool, (2,))))).outcome is Outcome.TAKEN


async def test_settling_ends_the_hold_and_frees_what_was_not_claimed(
    inventory: Inventory, book: ClaimsBook, pool: int
) -> None:
    held = await inventory.hold(ask(Seats(pool, (1, 2, 3))))
    await inventory.pin("bo", held.hold, b"one")
    claims = book.claim(pool, [1, 2])
    assert claims
    await inventory.settle("bo", {pool: claims}, held.hold)
    assert (await inventory.read("bo", held.hold)).outcome is Outcome.EXPIRED
    copy, _now_ms = await inventory.copy(pool, 0)
    assert [copy.word(place) for place in (1, 2, 3)] == [CLAIMED + serial for _, serial in claims] + [0]


@pytest.mark.parametrize("order", [["settle", "free"], ["free", "settle"], ["settle", "free", "settle"]])
async def test_settle_and_free_commute(inventory: Inventory, book: ClaimsBook, pool: int, order: list[str]) -> None:
    claims = book.claim(pool, [4])
    assert claims
    book.unclaim(pool, [4])
    for act in order:
        await getattr(inventory, act)("bo", {pool: claims})
    copy, _ = await inventory.copy(pool, 0)
    assert copy.word(4) == 0


async def test_freeing_leaves_a_newer_owner_alone(inventory: Inventory, book: ClaimsBook, pool: int) -> None:
    old = await settled(inventory, book, pool, [4])
    book.unclaim(pool, [4])
    new = await settled(inventory, book, pool, [4])
    await inventory.free("bo", {pool: old})
    await inventory.settle("bo", {pool: old})
    copy, _ = await inventory.copy(pool, 0)
    assert copy.word(4) == CLAIMED + new[0][1]


async def test_sync_makes_words_what_the_claims_say(inventory: Inventory, book: ClaimsBook, pool: int) -> None:
    await inventory.ready(pool)
    await settled(inventory, book, pool, [1, 2])
    book.unclaim(pool, [1])
    book.claim(pool, [3])
    assert await inventory.sync(pool, [1, 2, 3, 4]) == 2
    copy, _ = await inventory.copy(pool, 0)
    assert [copy.word(place) >= CLAIMED for place in (1, 2, 3, 4)] == [False, True, True, False]
    assert await inventory.sync(pool, [1, 2, 3, 4]) == 0


async def test_blocked_places_are_for_those_who_may(inventory: Inventory, other: Inventory, pool: int) -> None:
    await other.ready(pool)
    assert await inventory.block(pool, [10, 11, 12, 30], 17) is Outcome.HELD
    assert (await other.hold(ask(Seats(pool, (11,))))).outcome is Outcome.BLOCKED
    assert (await other.hold(ask(Seats(pool, (11,)), allow=(16,)))).outcome is Outcome.BLOCKED
    assert (await other.hold(ask(Seats(pool, (11,)), allow=(16, 17)))).outcome is Outcome.HELD
    assert (await other.hold(ask(Any(pool, 97)))).outcome is Outcome.SOLD_OUT
    await inventory.block(pool, [10, 12, 30], 0)
    assert (await other.hold(ask(Any(pool, 99)))).outcome is Outcome.HELD


async def test_owners_hold_no_more_than_they_may(inventory: Inventory, pool: int) -> None:
    session, address = Owner("session", 4), Owner("address", 6)
    first = await inventory.hold(ask(Any(pool, 4), owners=(session, address)))
    assert (await inventory.hold(ask(Any(pool, 1), owners=(session,)))).outcome is Outcome.CAPPED
    assert (await inventory.hold(ask(Any(pool, 3), owners=(address,)))).outcome is Outcome.CAPPED
    assert (await inventory.hold(ask(Any(pool, 2), owners=(address,), hold_ms=100))).outcome is Outcome.HELD
    await asyncio.sleep(1.2)
    assert (await inventory.hold(ask(Any(pool, 2), owners=(address,)))).outcome is Outcome.HELD, "what lapsed is free"
    await inventory.release("bo", first.hold)
    assert (await inventory.hold(ask(Any(pool, 4), owners=(session, address)))).outcome is Outcome.HELD


async def test_only_redis_says_sold_out(inventory: Inventory, other: Inventory, pool: int) -> None:
    await other.ready(pool)
    everything = await inventory.hold(ask(Any(pool, 100)))
    assert everything.places == {pool: tuple(range(100))}
    assert (await other.hold(ask(Any(pool, 1)))).outcome is Outcome.SOLD_OUT
    await inventory.release("bo", everything.hold)
    assert (await other.hold(ask(Any(pool, 100)))).outcome is Outcome.HELD, "its copy was old, the answer is not"


async def test_standing_room_is_sold_to_the_last_place(inventory: Inventory, other: Inventory, pool: int) -> None:
    answers = await asyncio.gather(*((inventory, other)[i % 2].hold(ask(Any(pool, 3))) for i in range(60)))
    held = [answer for answer in answers if answer.outcome is Outcome.HELD]
    places = [place for answer in held for place in answer.places[pool]]
    assert len(held) == 33 and len(set(places)) == 99
    last = await inventory.hold(ask(Any(pool, 1)))
    assert last.outcome is Outcome.HELD and last.places[pool][0] not in places


async def test_bad_arguments_change_nothing(inventory: Inventory, pool: int) -> None:
    with pytest.raises(AssertionError):
        await inventory.hold(ask(Seats(pool, (1, 1))))
    with pytest.raises(AssertionError):
        await inventory.hold(ask(Any(pool, 401)))
    with pytest.raises(LookupError):
        await inventory.hold(ask(Seats(99_999_999, (1,))))
    beyond = inventory.hold(ask(Seats(pool, (100,))))
    fine = inventory.hold(ask(Seats(pool, (1,))))
    answers = await asyncio.gather(beyond, fine, return_exceptions=True)
    assert isinstance(answers[0], ValueError) and getattr(answers[1], "outcome", None) is Outcome.HELD
    copy, now_ms = await inventory.copy(pool, 0)
    assert copy.free_count(now_ms) == 99


async def test_a_watched_pool_tells_of_changes_and_of_lapses(inventory: Inventory, other: Inventory, pool: int) -> None:
    told: list[int] = []

    async def watch() -> None:
        async for copy, now_ms in inventory.watch(pool):
            told.append(copy.free_count(now_ms))
            if len(told) == 3:
                return

    watching = asyncio.create_task(watch())
    await asyncio.sleep(0.1)
    await other.hold(ask(Any(pool, 5), hold_ms=400))
    await asyncio.wait_for(watching, 5)
    assert told == [100, 95, 100]
