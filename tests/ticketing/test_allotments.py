"""Blocks and allotments of a date, and what keeps them sound: each protection with its mutant."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from msgspec.structs import replace

from engine.inventory import Inventory
from engine.link import StoreUnreachable
from engine.outcomes import Outcome
from engine.plan.model import Attribute, Plan
from tests.ticketing.house import NOW, SETTINGS, House, breaches, empty, hold, open_house, order, plan, queued, request
from tests.ticketing.test_performances import take
from ticketing import (
    accessible_places,
    allotment_copies,
    allotments,
    box_offices,
    holds,
    jobs,
    orders,
    plan_changes,
    plans,
    pools,
    sales,
)
from ticketing.allotments import ACCESSIBLE, Details, Draft, Kind, Line, Put
from ticketing.audit import Actor
from ticketing.date_runs import State
from ticketing.db import Database
from ticketing.holds import Ask, BestWish, SeatsWish
from ticketing.jobs import CopyAllotments, Job, ShowCodes
from ticketing.offers import Offers
from ticketing.refusals import (
    AllotmentsSpent,
    EditedMeanwhile,
    InputRefused,
    NoFit,
    NotFound,
    SeatsBlocked,
)
from ticketing.seat_lists import Picked
from ticketing.sql import Query

DAY = timedelta(days=1)
PRESS = Draft(kind=Kind.PRESS, note="Critics")
HOUSE_SEATS = Draft(kind=Kind.HOUSE, note="The director's own")


@dataclass
class Desk:
    """What a manager does at one house."""

    db: Database
    inventory: Inventory
    house: House

    @property
    def by(self) -> Actor:
        return Actor(organisation_id=self.house.organisation)

    @property
    def date(self) -> UUID:
        return self.house.performance.id

    async def put(
        self, places: tuple[int, ...], into: Draft | UUID | None, now: datetime = NOW, date: UUID | None = None
    ) -> Put:
        asked = (self.house.organisation, date or self.date, Picked(places), into, self.by, now)
        return await allotments.put(self.db, self.inventory, *asked)

    async def lines(self, date: UUID | None = None) -> dict[Kind, Line]:
        found = await allotments.board(self.db, self.inventory, self.house.organisation, date or self.date)
        return {line.allotment.kind: line for line in found.lines}

    async def release(self, allotment: UUID, now: datetime = NOW, date: UUID | None = None) -> int:
        owner = self.house.organisation
        return await allotments.release(self.db, self.inventory, owner, date or self.date, allotment, self.by, now)

    async def take(self, *wishes: holds.Wish, allow: tuple[int, ...] = ()) -> holds.Held:
        office = (await box_offices.list_of(self.db, self.house.organisation))[0]
        ask = Ask(box_office=office, now=NOW, allotments=allow)
        return await holds.take(Offers(self.db), self.inventory, SETTINGS, ask, wishes)

    async def wheelchairs(self, count: int) -> holds.Held:
        return await self.take(BestWish(self.date, party=count, wheelchairs=count))

    async def shown(self, pool: int | None = None) -> dict[int, int]:
        """The codes that Redis has."""
        copy, _ = await self.inventory.copy(pool or self.house.pool, 0)
        return {place: copy.block(place) for place in range(copy.place_count) if copy.block(place)}

    async def sound(self) -> bool:
        return await breaches(self.db, self.inventory) == []


def with_bays() -> Plan:
    """The small plan with two bays at the end of row B (places 18 and 19), one with its companion's seat (17)."""
    drawn = plan()
    (stalls,) = drawn.zones
    front, back = stalls.rows
    seats = list(back.seats)
    for n in (8, 9):
        seats[n] = replace(seats[n], attributes=frozenset({Attribute.WHEELCHAIR}))
    seats[7] = replace(seats[7], companion_of=seats[8].id)
    return replace(drawn, zones=(replace(stalls, rows=(front, replace(back, seats=tuple(seats)))),))


@pytest.fixture
async def desk(database: Database, inventory: Inventory) -> Desk:
    await empty(database)
    house = await open_house(database, 3, with_bays())
    for performance in house.performances:
        await inventory.ready(performance.pool_id)
    return Desk(database, inventory, house)


def without(query: Query, text: str, instead: str = "") -> Query:
    assert text in query.text
    return Query(query.name, query.text.replace(text, instead), query.parameters)


async def test_a_block_is_for_nobody_and_an_allotment_for_who_sells_from_it(desk: Desk) -> None:
    await desk.put((0, 1), HOUSE_SEATS)
    await desk.put((2, 3), PRESS)
    blocked, press = (await desk.lines())[Kind.HOUSE], (await desk.lines())[Kind.PRESS]
    assert (blocked.place_count, press.place_count, press.free_count) == (2, 2, 2)
    assert blocked.allotment.code >= 0x8000 > press.allotment.code >= 16
    for place in (0, 2):
        assert await take(desk.inventory, desk.house.performance, [place]) is Outcome.BLOCKED
    wish = SeatsWish(desk.date, ("A3",))
    assert (await desk.take(wish, allow=(press.allotment.code,))).parts[0].places[0].place == 2
    assert (await desk.lines())[Kind.PRESS].held_count == 1
    for code in (blocked.allotment.code, 17, 1):
        with pytest.raises(NotFound):
            await desk.take(SeatsWish(desk.date, ("A1",)), allow=(code,))
    with pytest.raises(SeatsBlocked):
        await desk.take(SeatsWish(desk.date, ("A4",)))
    found = await desk.take(BestWish(desk.date, party=2))
    assert not {place.place for place in found.parts[0].places} & {0, 1, 2, 3}
    assert await desk.sound()


@pytest.mark.parametrize("protected", [True, False])
async def test_a_hold_cannot_name_a_block(desk: Desk, monkeypatch: pytest.MonkeyPatch, protected: bool) -> None:
    """The inventory opens whatever is named, so what may be named is looked at."""
    await desk.put((0,), HOUSE_SEATS)
    code = (await desk.lines())[Kind.HOUSE].allotment.code
    asked = partial(desk.take, SeatsWish(desk.date, ("A1",)), allow=(code,))
    if protected:
        with pytest.raises(NotFound):
            await asked()
        return
    mutant = without(allotments.SQL.of_code, "and code < 32768 ")
    monkeypatch.setitem(allotments.SQL._by_name, "of_code", mutant)
    assert (await asked()).parts[0].places[0].place == 0


async def test_a_code_counts_at_every_date_of_a_hold(desk: Desk) -> None:
    """The same number names something else at another date."""
    second = desk.house.performances[1].id
    await desk.put((2,), PRESS)
    await desk.put((2,), Draft(kind=Kind.PARTNER), date=second)
    wishes = (SeatsWish(desk.date, ("A3",)), SeatsWish(second, ("A3",)))
    assert len((await desk.take(*wishes, allow=(16,))).parts) == 2
    await desk.release((await desk.lines(second))[Kind.PARTNER].allotment.id, date=second)
    with pytest.raises(NotFound):
        await desk.take(SeatsWish(desk.date, ("A3",)), SeatsWish(second, ("A3",)), allow=(16,))


async def test_a_place_is_in_one_of_them_at_most(desk: Desk) -> None:
    made = await desk.put((0, 1, 2), HOUSE_SEATS)
    await desk.put((2, 3), PRESS)
    lines = await desk.lines()
    assert (lines[Kind.HOUSE].place_count, lines[Kind.PRESS].place_count) == (2, 2)
    assert (await desk.put((0,), made.allotment)).place_count == 0, "it is there already"
    assert (await desk.put((0, 5), None)).place_count == 1
    assert (await desk.lines())[Kind.HOUSE].place_count == 1
    assert sorted(await desk.shown()) == [1, 2, 3]
    assert await desk.sound()


async def test_what_is_sold_or_held_is_kept_once_it_is_free(desk: Desk) -> None:
    placed = await order(desk.db, desk.inventory, desk.house, [4])
    held = await hold(desk.inventory, desk.house, [5])
    await desk.put((4, 5), PRESS)
    line = (await desk.lines())[Kind.PRESS]
    assert (line.sold_count, line.held_count, line.free_count) == (1, 1, 0)
    found = [
        await allotments.standing(desk.db, desk.inventory, desk.house.organisation, desk.date, place)
        for place in (4, 5, 6)
    ]
    assert [one.state.value for one in found] == ["sold", "held", "free"]
    assert found[0].owner is not None and found[0].owner.order_id == placed.id
    assert found[1].held_until is not None and found[1].owner is None
    assert found[1].allotment is not None and found[2].allotment is None
    await orders.cancel(desk.db, desk.inventory, placed.id, NOW)
    await desk.inventory.release(desk.house.box_office.hex, held)
    for place in (4, 5):
        assert await take(desk.inventory, desk.house.performance, [place]) is Outcome.BLOCKED
    assert await desk.sound()


async def test_what_is_sold_out_of_an_allotment_counts_among_what_is_sold(desk: Desk) -> None:
    async def capacity() -> int:
        event = desk.house.performance.event_id
        return (await sales.overview(desk.db, desk.house.organisation, event)).dates[0].capacity

    before = await capacity()
    await desk.put(tuple(range(10)), PRESS)
    assert await capacity() == before - 10
    code = (await desk.lines())[Kind.PRESS].allotment.code
    held = await desk.take(SeatsWish(desk.date, ("A1", "A2", "A3")), allow=(code,))
    assert await capacity() == before - 10
    places = [place.place for place in held.parts[0].places]
    await orders.place(desk.db, desk.inventory, SETTINGS, request(desk.house, bytes.fromhex(held.hold), places), NOW)
    assert await capacity() == before - 7
    assert await desk.sound()


async def test_areas_give_so_many_places_that_nobody_has(desk: Desk) -> None:
    await order(desk.db, desk.inventory, desk.house, [39])
    owner, by = desk.house.organisation, desk.by
    picked = Picked(areas=(("standing", 5),))
    made = await allotments.put(desk.db, desk.inventory, owner, desk.date, picked, PRESS, by, NOW)
    assert made.place_count == 5 and sorted(await desk.shown()) == [34, 35, 36, 37, 38]
    back = Picked(areas=(("standing", 2),))
    assert (await allotments.put(desk.db, desk.inventory, owner, desk.date, back, None, by, NOW)).place_count == 2
    assert (await desk.lines())[Kind.PRESS].place_count == 3


async def test_it_is_edited_by_one_at_a_time(desk: Desk) -> None:
    made = await desk.put((0,), PRESS)
    assert made.allotment is not None
    edit = partial(allotments.edit, desk.db, desk.house.organisation, desk.date, made.allotment)
    later = NOW + 5 * DAY
    after = await edit(Details(name="Le Monde", note="", release_at=later), 1, desk.by, NOW)
    assert (after.name, after.release_at, after.version) == ("Le Monde", later, 2)
    with pytest.raises(EditedMeanwhile):
        await edit(Details(name="Other"), 1, desk.by, NOW)
    for wrong in (Details(release_at=NOW - DAY), Details(name="x" * 101), Details(note="x" * 501)):
        with pytest.raises(InputRefused):
            await edit(wrong, 2, desk.by, NOW)
    with pytest.raises(InputRefused):
        await desk.put((1,), Draft(kind=Kind.HOUSE, release_at=later))
    with pytest.raises(InputRefused):
        await desk.put((1,), Draft(kind=Kind.OTHER))
    with pytest.raises(InputRefused):
        await desk.put((), PRESS)
    with pytest.raises(InputRefused):
        await desk.put((40,), PRESS)


async def test_another_organisation_finds_nothing(desk: Desk) -> None:
    rival = Desk(desk.db, desk.inventory, await open_house(desk.db))
    made = await desk.put((0,), PRESS)
    assert made.allotment is not None
    with pytest.raises(NotFound):
        await rival.put((0,), PRESS, date=desk.date)
    with pytest.raises(NotFound):
        await rival.put((0,), made.allotment)
    with pytest.raises(NotFound):
        await rival.lines(desk.date)
    with pytest.raises(NotFound):
        await rival.release(made.allotment)
    for owner, date in (
        (rival.house.organisation, desk.date),
        (rival.house.organisation, rival.date),
        (desk.house.organisation, desk.house.performances[1].id),
    ):
        with pytest.raises(NotFound):
            await allotments.edit(desk.db, owner, date, made.allotment, Details(), 1, rival.by, NOW)
        with pytest.raises(NotFound):
            await allotments.release(desk.db, desk.inventory, owner, date, made.allotment, rival.by, NOW)


async def test_there_are_so_many_at_most(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allotments, "OPEN_MAX", 2)
    await desk.put((0,), PRESS)
    made = await desk.put((1,), PRESS)
    with pytest.raises(AllotmentsSpent):
        await desk.put((2,), PRESS)
    assert made.allotment is not None
    await desk.release(made.allotment)
    await desk.put((2,), PRESS)
    board = await allotments.board(desk.db, desk.inventory, desk.house.organisation, desk.date)
    assert {line.allotment.code for line in board.lines} == {16, 18}, "a code names one thing for ever"


# Release


async def test_what_is_due_goes_on_open_sale_by_itself(desk: Desk) -> None:
    await desk.put((0, 1), replace(PRESS, release_at=NOW + DAY))
    await desk.put((2,), replace(PRESS, release_at=NOW + 3 * DAY))
    release = partial(allotments.release_due, desk.db, desk.inventory)
    assert await release(NOW) == 0
    assert await release(NOW + DAY) == 1
    assert sorted(await desk.shown()) == [2]
    assert await release(NOW + DAY) == 0
    assert await take(desk.inventory, desk.house.performance, [0]) is Outcome.HELD
    assert await desk.sound()


async def test_two_workers_release_once(desk: Desk) -> None:
    await desk.put((0, 1), replace(PRESS, release_at=NOW + DAY))
    found = await asyncio.gather(*(allotments.release_due(desk.db, desk.inventory, NOW + DAY) for _ in range(4)))
    assert sum(found) == 1
    async with desk.db.read() as c:
        about = str(desk.date)
        count = "select count(*) from audit where act = 'allotment.released' and subject_id = $1"
        assert await c.fetchval(count, about) == 1


@pytest.mark.parametrize("protected", [True, False])
async def test_what_was_put_off_meanwhile_is_not_released(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """The worker has read what is due when a manager moves the release."""
    made = await desk.put((0, 1), replace(PRESS, release_at=NOW + DAY))
    assert made.allotment is not None
    if not protected:
        mutant = without(allotments.SQL.lock_due, "and ended_at is null and release_at <= $2",
                         "and $2::timestamptz is not null")  # fmt: skip
        monkeypatch.setitem(allotments.SQL._by_name, "lock_due", mutant)
    lock_codes = pools.lock_codes
    edit = partial(allotments.edit, desk.db, desk.house.organisation, desk.date, made.allotment)

    async def late(*asked: object) -> object:
        monkeypatch.setattr(pools, "lock_codes", lock_codes)
        details = Details(release_at=NOW + 9 * DAY)
        await edit(details, 1, desk.by, NOW)
        return await lock_codes(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(pools, "lock_codes", late)
    assert await allotments.release_due(desk.db, desk.inventory, NOW + DAY) == (0 if protected else 1)
    assert bool(await desk.shown()) is protected


# Crashes and races


@pytest.mark.parametrize("protected", [True, False])
async def test_two_managers_at_once_lose_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch, protected: bool) -> None:
    """Codes are read and written whole, so whoever changes them has them alone."""
    if not protected:
        mutant = without(pools.SQL.blocks_to_change, "for no key update of p")
        monkeypatch.setitem(pools.SQL._by_name, "blocks_to_change", mutant)
    both = asyncio.Barrier(2) if not protected else None
    write_codes = pools.write_codes

    async def together(*asked: object) -> None:
        if both is not None:
            await both.wait()
        await write_codes(*asked)  # type: ignore[arg-type]

    made = [await desk.put((n,), Draft(kind=kind)) for n, kind in ((30, Kind.PRESS), (31, Kind.PARTNER))]
    monkeypatch.setattr(pools, "write_codes", together)
    await asyncio.gather(desk.put((0, 1, 2), made[0].allotment), desk.put((3, 4, 5), made[1].allotment))
    lines = await desk.lines()
    counts = sorted((lines[Kind.PRESS].place_count, lines[Kind.PARTNER].place_count))
    assert counts == ([4, 4] if protected else [1, 4])


async def test_many_at_once_end_the_same_on_both_sides(desk: Desk) -> None:
    made = [await desk.put((n + 30,), Draft(kind=kind)) for n, kind in enumerate((Kind.PRESS, Kind.HOUSE))]
    targets = [made[0].allotment, None, made[1].allotment, made[0].allotment, None, made[1].allotment]
    await asyncio.gather(*(desk.put((3, 4, 5), target) for target in targets))
    assert await desk.sound()


@pytest.mark.parametrize("protected", [True, False])
async def test_what_redis_was_not_told_the_job_tells_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """Redis is away at the moment, or the process ends between the commit and the telling."""

    async def away(*_: object) -> None:
        raise StoreUnreachable("away")

    with monkeypatch.context() as lost:
        lost.setattr(desk.inventory, "block", away)
        if not protected:
            lost.setattr(allotments, "show_later", lambda *_: asyncio.sleep(0))
        assert (await desk.put((0, 1), PRESS)).place_count == 2
    assert await desk.shown() == {}
    found = [one for one in await queued(desk.db, desk.house, Job.SHOW_CODES) if isinstance(one, ShowCodes)]
    for job in found:
        assert await pools.sync_codes(desk.db, desk.inventory, job.pool) == 2
        assert await pools.sync_codes(desk.db, desk.inventory, job.pool) == 0
    assert await desk.sound() is protected


async def test_a_rebuild_keeps_what_is_kept(desk: Desk) -> None:
    await desk.put((0, 1), PRESS)
    await desk.put((2,), HOUSE_SEATS)
    shown = await desk.shown()
    await pools.unbind(desk.db, [desk.house.pool])
    await desk.inventory.rebuild(desk.house.pool)
    assert await desk.shown() == shown and len(shown) == 3
    assert await desk.sound()


async def test_puts_and_rebuilds_at_once_agree(desk: Desk) -> None:
    made = await desk.put((30,), PRESS)

    async def rebuilds() -> None:
        for _ in range(4):
            await pools.unbind(desk.db, [desk.house.pool])
            await desk.inventory.rebuild(desk.house.pool)

    await asyncio.gather(rebuilds(), *(desk.put((n,), made.allotment if n % 2 else None) for n in range(12)))
    assert await desk.sound()


async def test_a_plan_that_grew_is_shown_whole(desk: Desk) -> None:
    """Its words are still those of before in a process that has not met the new version."""
    drawn = with_bays()
    (stalls,) = drawn.zones
    grown = replace(stalls, areas=(replace(stalls.areas[0], capacity=30),))
    venue = desk.house.performance.venue_id
    owner = desk.house.organisation
    version = await plans.add_version(desk.db, owner, venue, "Hall", replace(drawn, zones=(grown,)), NOW)
    await plan_changes.change(desk.db, desk.inventory, owner, desk.date, version.id, desk.by, NOW)
    picked = Picked(areas=(("standing", 30),))
    put = await allotments.put(desk.db, desk.inventory, owner, desk.date, picked, PRESS, desk.by, NOW)
    assert put.place_count == 30 and len(await desk.shown()) == 30
    assert await desk.sound()


# Places of wheelchair users


async def test_bays_are_kept_for_who_asks_for_them(desk: Desk) -> None:
    keep = partial(accessible_places.keep, desk.db, desk.inventory, desk.house.organisation, desk.date)
    assert await keep(NOW + 3 * DAY, desk.by, NOW) == 3
    assert await desk.shown() == dict.fromkeys((17, 18, 19), ACCESSIBLE)
    with pytest.raises(SeatsBlocked):
        await desk.take(SeatsWish(desk.date, ("B9",)))
    assert (await desk.take(SeatsWish(desk.date, ("B9",), wheelchairs=True))).parts[0].places[0].place == 18
    assert (await desk.wheelchairs(1)).parts[0].places[0].place == 19
    with pytest.raises((NoFit, SeatsBlocked)):
        await desk.wheelchairs(1)
    assert await allotments.release_due(desk.db, desk.inventory, NOW + 3 * DAY) == 1
    assert await desk.shown() == {}
    assert (await desk.take(SeatsWish(desk.date, ("B8",)))).parts[0].places[0].place == 17
    assert await desk.sound()


@pytest.mark.parametrize("protected", [True, False])
async def test_who_does_not_ask_gets_no_bay(desk: Desk, monkeypatch: pytest.MonkeyPatch, protected: bool) -> None:
    owner = desk.house.organisation
    await accessible_places.keep(desk.db, desk.inventory, owner, desk.date, NOW + DAY, desk.by, NOW)
    if protected:
        with pytest.raises(SeatsBlocked):
            await desk.take(SeatsWish(desk.date, ("B9",)), BestWish(desk.date, party=1))
        return
    monkeypatch.setattr(holds, "_allowed", lambda *_: (ACCESSIBLE,))
    assert await desk.take(SeatsWish(desk.date, ("B9",)))


async def test_what_is_kept_for_something_else_stays_there(desk: Desk) -> None:
    await desk.put((18,), HOUSE_SEATS)
    owner = desk.house.organisation
    await accessible_places.keep(desk.db, desk.inventory, owner, desk.date, NOW + DAY, desk.by, NOW)
    lines = await desk.lines()
    assert (lines[Kind.HOUSE].place_count, lines[Kind.ACCESSIBILITY].place_count) == (1, 2)
    with pytest.raises(InputRefused):
        await accessible_places.keep(desk.db, desk.inventory, owner, desk.date, NOW, desk.by, NOW)


async def test_an_event_asks_for_all_its_dates(desk: Desk) -> None:
    owner, event = desk.house.organisation, desk.house.performance.event_id
    follow = partial(accessible_places.follow, desk.db, desk.inventory)
    dates = [one.id for one in desk.house.performances]
    await accessible_places.keep(desk.db, desk.inventory, owner, dates[0], NOW + 2 * DAY, desk.by, NOW)
    set_default = partial(accessible_places.set_default, desk.db, owner, event)
    await set_default(7, desk.by, NOW)
    assert await follow(NOW) == 2
    assert await follow(NOW) == 0
    releases = [(await desk.lines(date))[Kind.ACCESSIBILITY].allotment.release_at for date in dates]
    assert releases == [NOW + 2 * DAY, NOW + 24 * DAY, NOW + 25 * DAY]
    await set_default(3, desk.by, NOW)
    await follow(NOW)
    assert (await desk.lines(dates[1]))[Kind.ACCESSIBILITY].allotment.release_at == NOW + 28 * DAY
    async with desk.db.read() as c:
        day = "interval '1 day'"
        moved = f"update performances set starts_at = starts_at + {day}, ends_at = ends_at + {day} where id = $1"
        await c.execute(moved, dates[1])
    await follow(NOW)
    assert (await desk.lines(dates[1]))[Kind.ACCESSIBILITY].allotment.release_at == NOW + 29 * DAY
    await desk.release((await desk.lines(dates[1]))[Kind.ACCESSIBILITY].allotment.id, date=dates[1])
    assert await follow(NOW) == 0, "what was released by hand stays so"
    await set_default(None, desk.by, NOW)
    assert await follow(NOW) == 1
    kept = [list(await desk.lines(date)) for date in dates]
    assert kept == [[Kind.ACCESSIBILITY], [], []], "what was said for a date stays so"
    assert await desk.sound()
    with pytest.raises(InputRefused):
        await set_default(400, desk.by, NOW)
    with pytest.raises(NotFound):
        await accessible_places.set_default(desk.db, event, event, 3, desk.by, NOW)


async def test_a_date_that_is_near_already_keeps_nothing(desk: Desk) -> None:
    await accessible_places.set_default(
        desk.db, desk.house.organisation, desk.house.performance.event_id, 40, desk.by, NOW
    )
    await accessible_places.follow(desk.db, desk.inventory, NOW)
    assert await desk.shown() == {} and await desk.lines() == {}
    assert await accessible_places.follow(desk.db, desk.inventory, NOW) == 0


async def test_new_bays_of_another_version_are_kept_too(desk: Desk) -> None:
    owner = desk.house.organisation
    await accessible_places.keep(desk.db, desk.inventory, owner, desk.date, NOW + DAY, desk.by, NOW)
    drawn = with_bays()
    (stalls,) = drawn.zones
    front, back = stalls.rows
    seats = (replace(front.seats[0], attributes=frozenset({Attribute.WHEELCHAIR})), *front.seats[1:])
    changed = replace(drawn, zones=(replace(stalls, rows=(replace(front, seats=seats), back)),))
    version = await plans.add_version(desk.db, owner, desk.house.performance.venue_id, "Hall", changed, NOW)
    await plan_changes.change(desk.db, desk.inventory, owner, desk.date, version.id, desk.by, NOW)
    await accessible_places.follow(desk.db, desk.inventory, NOW)
    assert sorted(await desk.shown()) == [0, 17, 18, 19]
    assert await desk.sound()


# Copies


async def copied(desk: Desk, *onto: UUID, now: datetime = NOW) -> list[allotment_copies.CopyDate]:
    owner = desk.house.organisation
    copy = await allotment_copies.ask(desk.db, owner, desk.date, onto, desk.by, now)
    assert await _job(desk) == CopyAllotments(copy), "the job is written with what was asked for"
    await allotment_copies.run(desk.db, desk.inventory, copy, now)
    await allotment_copies.run(desk.db, desk.inventory, copy, now)
    return (await allotment_copies.get(desk.db, owner, desk.date, copy))[1]


async def _job(desk: Desk) -> object:
    async with desk.db.read() as c:
        payload = await c.fetchval("select payload from pgqueuer where entrypoint = 'copy-allotments'")
    return jobs.read(Job.COPY_ALLOTMENTS, payload)


async def test_what_a_date_keeps_is_copied_onto_others(desk: Desk) -> None:
    second, third = (one.id for one in desk.house.performances[1:])
    await desk.put((0, 1), replace(PRESS, release_at=NOW + DAY))
    await desk.put((2,), HOUSE_SEATS)
    picked = Picked(areas=(("standing", 4),))
    await allotments.put(
        desk.db, desk.inventory, desk.house.organisation, desk.date, picked, Draft(kind=Kind.PARTNER), desk.by, NOW
    )
    await desk.put((1,), HOUSE_SEATS, date=second)
    found = await copied(desk, second, third)
    assert [(one.state, one.missing_count) for one in found] == [(State.DONE, 1), (State.DONE, 0)]
    lines = await desk.lines(third)
    assert {kind: line.place_count for kind, line in lines.items()} == {Kind.PRESS: 2, Kind.HOUSE: 1, Kind.PARTNER: 4}
    assert lines[Kind.PRESS].allotment.release_at == NOW + 3 * DAY, "so long before its start"
    assert lines[Kind.PRESS].allotment.note == "Critics"
    assert len(await desk.shown(desk.house.performances[2].pool_id)) == 7
    assert await desk.sound()


async def test_a_copy_that_was_stopped_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    second, third = (one.id for one in desk.house.performances[1:])
    await desk.put((0, 1), PRESS)
    owner = desk.house.organisation
    copy = await allotment_copies.ask(desk.db, owner, desk.date, [second, third], desk.by, NOW)
    one, times = allotment_copies._one, iter(range(9))

    async def stopped(*asked: object) -> None:
        if next(times):
            raise OSError("the machine stops")
        await one(*asked)  # type: ignore[arg-type]

    with monkeypatch.context() as failing:
        failing.setattr(allotment_copies, "_one", stopped)
        with pytest.raises(OSError, match="the machine stops"):
            await allotment_copies.run(desk.db, desk.inventory, copy, NOW)
    assert [len(await desk.lines(date)) for date in (second, third)] == [1, 0]
    await allotment_copies.run(desk.db, desk.inventory, copy, NOW)
    assert [len(await desk.lines(date)) for date in (second, third)] == [1, 1]


async def test_two_workers_copy_once(desk: Desk) -> None:
    await desk.put((0, 1), PRESS)
    second = desk.house.performances[1].id
    copy = await allotment_copies.ask(desk.db, desk.house.organisation, desk.date, [second], desk.by, NOW)
    await asyncio.gather(*(allotment_copies.run(desk.db, desk.inventory, copy, NOW) for _ in range(4)))
    board = await allotments.board(desk.db, desk.inventory, desk.house.organisation, second)
    assert len(board.lines) == 1


async def test_copies_go_onto_dates_of_the_event_that_are_to_come(desk: Desk) -> None:
    other = await open_house(desk.db)
    owner = desk.house.organisation
    for wrong in ([], [other.performance.id], [desk.date]):
        with pytest.raises((InputRefused, NotFound)):
            await allotment_copies.ask(desk.db, owner, desk.date, wrong, desk.by, NOW)
    with pytest.raises(NotFound):
        await allotment_copies.ask(
            desk.db, other.organisation, desk.date, [desk.house.performances[1].id], desk.by, NOW
        )
    await desk.put((0,), PRESS)
    found = await copied(desk, desk.house.performances[1].id, now=NOW + 60 * DAY)
    assert [one.refusal for one in found] == ["date-over"]
