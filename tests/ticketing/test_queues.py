"""The queue: a number a browser, exchanged once and in order; each protection with its mutant."""

import asyncio
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count

import msgspec
import pytest
from redis import Redis

from engine.inventory import Inventory
from tests.ticketing.house import NOW, SETTINGS, House, hold, open_house, request
from tests.ticketing.test_protections import without
from tests.ticketing.waiting import AFTER, OPENS_AT, Person, actor, announce, come, queues_of, steps
from ticketing import holds, orders, queues, waiting_rooms
from ticketing.box_offices import BoxOffice, public
from ticketing.challenges import Puzzle, leading_zero_bits
from ticketing.db import Database
from ticketing.holds import Ask, BestWish, SeatsWish
from ticketing.ids import new_id
from ticketing.offers import Offers
from ticketing.queue_numbers import Admission, QueueNumber
from ticketing.queues import Queues, Standing
from ticketing.refusals import (
    AdmissionLapsed,
    ChallengeFailed,
    InputRefused,
    NotYourTurn,
    QueueNumberRefused,
    TooManyPlaces,
    TurnLapsed,
    TurnUsed,
    WaitingRoomClosed,
    WaitingRoomFirst,
)
from ticketing.waiting_rooms import Room, RoomEvent


async def opened(
    db: Database, people: int, house: House | None = None, **settings: object
) -> tuple[Room, Queues, list[Person]]:
    """A room that has just opened, with people who came before, in the order of their ranks; nobody is called yet."""
    house = house or await open_house(db)
    room = await announce(db, house, **settings)
    ours = queues_of(db)
    came = [await come(ours, room.event_id, f"browser {n}", NOW) for n in range(people)]
    await ours.write(NOW)
    room = await waiting_rooms.open_due(db, room.event_id, AFTER)
    return room, ours, sorted(came, key=lambda one: room.rank(one.number.ordinal) or 0)


async def test_many_come_at_once_and_each_has_a_number_of_its_own(database: Database) -> None:
    house = await open_house(database)
    room = await announce(database, house)
    processes = [queues_of(database) for _ in range(3)]
    asked = [processes[n % 3].join(room.event_id, f"b{n}", 2, NOW) for n in range(2500)]
    numbers = [number.ordinal for number in await asyncio.gather(*asked)]
    assert len(set(numbers)) == 2500 and max(numbers) < 3000
    for process in processes:
        await process.write(NOW)
    async with database.read() as c:
        count = "select count(*) from waiting_arrivals where event_id = $1"
        assert await c.fetchval(count, room.event_id) == 2500


async def test_a_lost_block_leaves_a_gap_and_repeats_nothing(database: Database, redis_url: str) -> None:
    """A process that dies with its block, and a Redis that forgets everything."""
    house = await open_house(database)
    room = await announce(database, house)
    lost = await come(queues_of(database), room.event_id, "a", NOW)
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
    again = await come(queues_of(database), room.event_id, "b", NOW)
    assert (lost.number.ordinal, again.number.ordinal) == (0, 1000)
    third = queues_of(database)
    found = await third.place(room.event_id, "a", lost.text, NOW)
    assert found.number == lost.number, "who came is not lost: they show it themselves"
    await third.write(NOW)
    async with database.read() as c:
        assert await c.fetchval("select count(*) from waiting_arrivals where event_id = $1", room.event_id) == 1


async def test_a_browser_has_one_number_wherever_it_asks(database: Database) -> None:
    house = await open_house(database)
    room = await announce(database, house)
    here, there = queues_of(database), queues_of(database)
    first, second = await asyncio.gather(*(here.join(room.event_id, "me", 2, NOW) for _ in range(2)))
    assert first == second
    await here.write(NOW)
    assert await there.join(room.event_id, "me", 4, NOW) == QueueNumber(room.event_id, first.ordinal, 4), (
        "and may change its party"
    )
    await there.write(NOW)
    found = await there.place(room.event_id, "me", "", NOW)
    assert found.number == QueueNumber(room.event_id, first.ordinal, 4), "known by its browser, were the number lost"
    assert found.standing is Standing.EARLY


async def test_who_comes_after_the_opening_stands_behind_even_in_a_block_of_before(database: Database) -> None:
    room, ours, came = await opened(database, 5)
    late = await come(ours, room.event_id, "late", AFTER)
    assert room.shuffled_count == 1000 <= late.number.ordinal
    assert {room.rank(one.number.ordinal) for one in came} != set(range(5)), "spread over all that was given out"
    found = await ours.place(room.event_id, "late", late.text, AFTER)
    assert found.standing is Standing.WAITING and found.rank == late.number.ordinal


async def test_the_first_to_come_after_its_time_opens_it(database: Database) -> None:
    """No worker has been by yet: whoever is late is late all the same."""
    house = await open_house(database)
    room = await announce(database, house)
    ours = queues_of(database)
    await come(ours, room.event_id, "early", NOW)
    late = await come(ours, room.event_id, "late", OPENS_AT)
    assert late.number.ordinal == 1000


@pytest.mark.parametrize("protected", [True, False])
async def test_nobody_goes_in_before_their_turn(
    database: Database, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    room, ours, came = await opened(database, 30)
    room = await steps(database, room.event_id, AFTER)
    last = came[-1]
    assert 0 < room.serving <= (room.rank(last.number.ordinal) or 0)
    if protected:
        with pytest.raises(NotYourTurn):
            await ours.admit(room.event_id, last.browser, last.text, AFTER)
        return
    monkeypatch.setattr(queues.SQL, "admit", without(queues.SQL.admit, "a.rank < r.serving and", ""))
    assert (await ours.admit(room.event_id, last.browser, last.text, AFTER)).ordinal == last.number.ordinal


async def test_everybody_is_called_in_order(database: Database) -> None:
    room, _, came = await opened(database, 12, pace_min=120)
    for second in range(1, 8):
        now = AFTER + timedelta(seconds=second)
        room = await steps(database, room.event_id, now)
        standings = [(await ours_now.place(room.event_id, one.browser, one.text, now)).standing
                     for one in came for ours_now in [queues_of(database)]]  # fmt: skip
        called = standings.count(Standing.CALLED)
        assert standings == [Standing.CALLED] * called + [Standing.WAITING] * (12 - called)
    assert called == 12


async def test_the_same_browser_is_answered_the_same(database: Database) -> None:
    room, ours, came = await opened(database, 3)
    await steps(database, room.event_id, AFTER)
    first = came[0]
    admission = await ours.admit(room.event_id, first.browser, first.text, AFTER)
    later = AFTER + timedelta(seconds=100)
    again = await queues_of(database).admit(room.event_id, first.browser, first.text, later)
    assert again == admission
    assert ours.admission_text(again, first.browser) == queues_of(database).admission_text(admission, first.browser)
    found = await queues_of(database).place(room.event_id, first.browser, first.text, later)
    assert (found.standing, found.until) == (Standing.INSIDE, admission.expires_at)


@pytest.mark.parametrize("protected", [True, False])
async def test_a_number_is_exchanged_once(database: Database, monkeypatch: pytest.MonkeyPatch, protected: bool) -> None:
    """A friend with the very number, and a signature that says theirs: what is written of the browser decides."""
    room, ours, came = await opened(database, 3)
    await steps(database, room.event_id, AFTER)
    first = came[0]
    await ours.admit(room.event_id, first.browser, first.text, AFTER)
    stolen = ours.number_text(first.number, "a friend")
    if protected:
        with pytest.raises(NotYourTurn):
            await ours.admit(room.event_id, "a friend", stolen, AFTER)
    else:
        async with database.read() as c:
            await c.execute("alter table waiting_turns drop constraint waiting_turns_pkey")
        monkeypatch.setattr(queues.SQL, "admit", without(queues.SQL.admit, "on conflict do nothing", ""))
        await ours.admit(room.event_id, first.browser, first.text, AFTER)
    async with database.read() as c:
        turns = await c.fetchval("select count(*) from waiting_turns where event_id = $1", room.event_id)
        assert turns == (1 if protected else 2)
        if not protected:
            await c.execute("delete from waiting_turns where event_id = $1", room.event_id)
            await c.execute("alter table waiting_turns add primary key (event_id, ordinal)")


async def test_a_number_of_another_browser_or_event_opens_nothing(database: Database) -> None:
    room, ours, came = await opened(database, 3)
    other, _, _ = await opened(database, 1)
    await steps(database, room.event_id, AFTER)
    for event_id, browser in ((room.event_id, "a friend"), (other.event_id, came[0].browser)):
        with pytest.raises(QueueNumberRefused):
            await ours.admit(event_id, browser, came[0].text, AFTER)
    assert (await ours.place(room.event_id, "a friend", came[0].text, AFTER)).standing is Standing.OUTSIDE


async def test_the_luckiest_of_many_numbers_is_not_for_choosing(database: Database) -> None:
    """A browser that was given two numbers, by two processes that did not know of each other, goes in by the first."""
    house = await open_house(database)
    room = await announce(database, house)
    here, there = queues_of(database), queues_of(database)
    first, second = await come(here, room.event_id, "me", NOW), await come(there, room.event_id, "me", NOW)
    await here.write(NOW)
    await there.write(NOW)
    await steps(database, room.event_id, AFTER, 3)
    admission = await there.admit(room.event_id, "me", second.text, AFTER)
    assert admission.ordinal == first.number.ordinal != second.number.ordinal


@pytest.mark.parametrize("protected", [True, False])
async def test_a_turn_that_is_not_used_lapses(
    database: Database, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    room, ours, came = await opened(database, 2, turn_s=30)
    await steps(database, room.event_id, AFTER)
    first = came[0]
    found = await queues_of(database).place(room.event_id, first.browser, first.text, AFTER)
    assert found.until == AFTER + timedelta(seconds=30)
    late = AFTER + timedelta(seconds=31)
    room = await steps(database, room.event_id, late)
    assert room.lapsed > (room.rank(first.number.ordinal) or 0)
    if not protected:
        monkeypatch.setattr(queues.SQL, "admit", without(queues.SQL.admit, "and a.rank >= r.lapsed", ""))
        assert await ours.admit(room.event_id, first.browser, first.text, late)
        return
    with pytest.raises(TurnLapsed):
        await ours.admit(room.event_id, first.browser, first.text, late)
    fresh = queues_of(database)
    assert (await fresh.place(room.event_id, first.browser, first.text, late)).standing is Standing.LAPSED
    again = await fresh.join(room.event_id, first.browser, 2, late)
    assert again.ordinal >= 1000, "a new number, behind everybody"


async def test_a_number_of_an_arrival_that_was_lost_counts(database: Database) -> None:
    """The process that gave it died before it was written."""
    house = await open_house(database)
    room = await announce(database, house)
    lost = await come(queues_of(database), room.event_id, "lost", NOW)
    others = queues_of(database)
    for n in range(3):
        await come(others, room.event_id, f"b{n}", NOW)
    await others.write(NOW)
    await steps(database, room.event_id, AFTER, 2)
    with pytest.raises(NotYourTurn):
        await others.admit(room.event_id, "lost", lost.text, AFTER)
    await steps(database, room.event_id, AFTER + timedelta(seconds=2), 2)
    assert (await others.admit(room.event_id, "lost", lost.text, AFTER)).ordinal == lost.number.ordinal


async def test_a_closed_room_guards_nothing(database: Database) -> None:
    house = await open_house(database)
    room, ours, came = await opened(database, 2, house)
    await waiting_rooms.turn(database, house.organisation, room.event_id, RoomEvent.CLOSE, actor(house), AFTER)
    fresh = queues_of(database)
    assert (await fresh.place(room.event_id, "anybody", "", AFTER)).standing is Standing.FREE
    with pytest.raises(WaitingRoomClosed):
        await fresh.join(room.event_id, "anybody", 2, AFTER)
    with pytest.raises(WaitingRoomClosed):
        await ours.admit(room.event_id, came[0].browser, came[0].text, AFTER)


async def test_a_party_has_its_bounds(database: Database) -> None:
    house = await open_house(database)
    room = await announce(database, house, party_max=4)
    for party in (0, 5):
        with pytest.raises(InputRefused):
            await queues_of(database).join(room.event_id, "me", party, NOW)


async def test_the_party_stays_once_one_is_called(database: Database) -> None:
    room, ours, came = await opened(database, 1)
    await steps(database, room.event_id, AFTER)
    assert (await queues_of(database).join(room.event_id, came[0].browser, 9, AFTER)).party == 2
    assert (await ours.admit(room.event_id, came[0].browser, came[0].text, AFTER)).party == 2


def solved(puzzle: Puzzle) -> str:
    """What a browser finds."""
    texts = map(str, count())
    return next(n for n in texts if leading_zero_bits(sha256(f"{puzzle.text}.{n}".encode()).digest()) >= puzzle.bits)


async def test_a_challenge_comes_before_the_number(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_rooms, "CHALLENGE_BITS", 8)
    house = await open_house(database)
    room = await announce(database, house, challenge=True)
    ours = queues_of(database)
    puzzle = await ours.puzzle(room, "me", NOW)
    assert puzzle is not None and puzzle.bits == 8
    answer = solved(puzzle)
    with pytest.raises(ChallengeFailed):
        await ours.join(room.event_id, "me", 2, NOW)
    with pytest.raises(ChallengeFailed):
        await ours.join(room.event_id, "a friend", 2, NOW, puzzle.text, answer)
    with pytest.raises(ChallengeFailed):
        await ours.join(room.event_id, "me", 2, NOW + timedelta(minutes=11), puzzle.text, answer)
    assert await ours.join(room.event_id, "me", 2, NOW, puzzle.text, answer)
    assert await ours.puzzle(await announce(database, await open_house(database)), "me", NOW) is None


def asking(office: BoxOffice, *admissions: Admission, now: datetime = AFTER, session: str | None = None) -> Ask:
    address = f"10.1.{new_id().int % 250}.1"
    return Ask(box_office=office, now=now, address=address, admissions=admissions, session=session)


async def admitted(db: Database, house: House) -> tuple[Room, Admission]:
    room, ours, came = await opened(db, 1, house)
    await steps(db, room.event_id, AFTER)
    return room, await ours.admit(room.event_id, came[0].browser, came[0].text, AFTER)


@pytest.mark.parametrize("protected", [True, False])
async def test_places_are_held_by_who_was_let_in(
    database: Database, inventory: Inventory, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    house = await open_house(database)
    room, mine = await admitted(database, house)
    _, elsewhere = await admitted(database, await open_house(database))
    offers, office = Offers(database), await public(database, room.box_office_key)
    wish = (SeatsWish(house.performance.id, ("A1",)),)
    over = mine.expires_at
    tries = [((), AFTER, WaitingRoomFirst), ((elsewhere,), AFTER, WaitingRoomFirst), ((mine,), over, AdmissionLapsed)]
    if not protected:
        monkeypatch.setattr(holds, "_admitted", lambda *_: None)
        assert await holds.take(offers, inventory, SETTINGS, asking(office), wish)
        return
    for shown, now, refusal in tries:
        ask = asking(office, *shown, now=now)
        with pytest.raises(refusal):
            await holds.take(offers, inventory, SETTINGS, ask, wish)
        with pytest.raises(refusal):
            await holds.proposals(offers, inventory, ask, BestWish(house.performance.id, 2))
    ask = asking(office, mine)
    held = await holds.take(offers, inventory, SETTINGS, ask, wish)
    add = (SeatsWish(house.performance.id, ("A2",)),)
    with pytest.raises(WaitingRoomFirst):
        await holds.change(offers, inventory, SETTINGS, asking(office), held.hold, add, {})
    assert await holds.change(offers, inventory, SETTINGS, ask, held.hold, add, {})
    staff = Ask(box_office=office, now=AFTER)
    assert await holds.take(offers, inventory, SETTINGS, staff, (SeatsWish(house.performance.id, ("B1",)),))


async def test_no_more_is_held_than_one_came_for(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    room, mine = await admitted(database, house)
    offers, office = Offers(database), await public(database, room.box_office_key)
    ask = asking(office, mine)
    held = await holds.take(offers, inventory, SETTINGS, ask, (SeatsWish(house.performance.id, ("A1", "A2")),))
    more = (SeatsWish(house.performance.id, ("A3",)),)
    for refused in (holds.take(offers, inventory, SETTINGS, ask, more),
                    holds.change(offers, inventory, SETTINGS, ask, held.hold, more, {})):  # fmt: skip
        with pytest.raises(TooManyPlaces, match="more than 2"):
            await refused
    swap = {house.performance.id: (1,)}
    changed = await holds.change(offers, inventory, SETTINGS, ask, held.hold, more, swap)
    assert {place.seat for place in changed.parts[0].places} == {"A1", "A3"}


async def test_what_is_ordered_is_counted_and_bounded(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    room, mine = await admitted(database, house)

    def order(held: bytes, places: list[int]) -> orders.PlaceOrder:
        return msgspec.structs.replace(request(house, held, places), admissions=(mine,))

    first = order(await hold(inventory, house, [0]), [0])
    await orders.place(database, inventory, SETTINGS, first, NOW)
    await orders.place(database, inventory, SETTINGS, first, NOW)
    too_many = order(await hold(inventory, house, [1, 2]), [1, 2])
    with pytest.raises(TurnUsed):
        await orders.place(database, inventory, SETTINGS, too_many, NOW)
    await orders.place(database, inventory, SETTINGS, order(await hold(inventory, house, [3]), [3]), NOW)
    room = await steps(database, room.event_id, AFTER)
    assert (room.bought_places, room.inside_count, room.served_count) == (2, 0, 1)


async def test_a_browser_has_its_cap(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    office = await public(database, house.performance.box_office_key)
    settings = msgspec.structs.replace(SETTINGS, places_per_session_max=3)
    offers = Offers(database)
    await holds.take(
        offers, inventory, settings, asking(office, now=NOW, session="me"), (BestWish(house.performance.id, 3),)
    )
    with pytest.raises(TooManyPlaces):
        await holds.take(
            offers, inventory, settings, asking(office, now=NOW, session="me"), (BestWish(house.performance.id, 1),)
        )
    other = asking(office, now=NOW, session="you")
    assert await holds.take(offers, inventory, settings, other, (BestWish(house.performance.id, 1),))
