import asyncio
import time as clock
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from engine.plan.model import Category, Plan, Row, Seat, Size, Zone
from tests.ticketing.house import NOW, House, open_house, order
from ticketing import dates, events, performances, pools
from ticketing.audit import Actor
from ticketing.calendar import DATES_MAX
from ticketing.dates import Change, Date, SaleState
from ticketing.db import Database
from ticketing.performances import Label, PerformanceStatus
from ticketing.refusals import EditedMeanwhile, InputRefused, NotFound, PerformanceOrdered, SaleClosed

DAY = timedelta(days=1)
PARIS = ZoneInfo("Europe/Paris")


@dataclass
class Programme:
    """A house on sale, its event, and who edits it."""

    house: House
    by: Actor

    @property
    def event(self):
        return self.house.performance.event_id

    @property
    def plan(self):
        return self.house.performance.plan_version_id


@pytest.fixture
async def programme(database: Database) -> Programme:
    house = await open_house(database)
    return Programme(house, Actor(organisation_id=house.organisation))


async def add(database: Database, programme: Programme, *starts: datetime) -> list[Date]:
    house = programme.house
    ids = await dates.add(database, house.organisation, programme.event, programme.plan, starts, programme.by, NOW)
    return [await dates.get(database, house.organisation, id) for id in ids]


async def edit(database: Database, programme: Programme, date: Date, **changed) -> Date:
    settings = replace(dates.settings_of(date), **changed)
    return await dates.edit(database, programme.house.organisation, date.id, settings, date.version, programme.by, NOW)


async def test_many_dates_are_made_at_once_as_the_event_says(database: Database, programme: Programme) -> None:
    starts = [NOW + n * DAY for n in range(60, 100)]
    made = await add(database, programme, *starts)
    assert [date.starts_at for date in made] == starts
    first = made[0]
    assert first.doors_at == first.starts_at - timedelta(minutes=30)
    assert first.ends_at == first.starts_at + timedelta(minutes=120)
    assert len({date.pool_id for date in made}) == 40 and first.place_count == 40
    assert first.own_sale_closes_at is None and first.sale_closes_at == first.starts_at
    seen = await performances.get(database, first.id)
    assert (await performances.hall(database, seen)).packed.place_count == 40
    listed = await dates.of_event(database, programme.house.organisation, programme.event, NOW, rows_max=50)
    assert len(listed) == 41 and [date.starts_at for date in listed] == sorted(date.starts_at for date in listed)
    assert await dates.counts(database, programme.house.organisation, programme.event, NOW) == (41, 0)
    over = await dates.of_event(database, programme.house.organisation, programme.event, made[1].ends_at, past=True)
    assert [date.starts_at for date in over] == sorted((date.starts_at for date in over), reverse=True)
    assert len(over) == 3


async def test_forty_dates_in_a_stadium_take_a_moment(database: Database) -> None:
    rows = tuple(
        Row(str(n), 0.0, 100.0 * n, tuple(Seat(f"{n}-{s}", str(s), 50.0 * s, 0.0, "A") for s in range(200)))
        for n in range(200)
    )
    drawing = Plan("Stadium", (Category("A"),), (Zone("z", "Zone", 0.0, 0.0, rows=rows),), Size(20_000, 20_000))
    house = await open_house(database, drawing=drawing)
    began = clock.monotonic()
    await add(
        database, Programme(house, Actor(organisation_id=house.organisation)), *(NOW + n * DAY for n in range(60, 100))
    )
    assert clock.monotonic() - began < 10


@pytest.mark.parametrize(
    "starts",
    [
        [], [NOW], [NOW + DAY, NOW + DAY], [NOW + 400 * 366 * DAY],
        [NOW + DAY + timedelta(hours=n) for n in range(DATES_MAX + 1)], [NOW + 30 * DAY],
    ],
)  # fmt: skip
async def test_dates_that_cannot_be_are_refused_together(
    database: Database, programme: Programme, starts: list[datetime]
) -> None:
    with pytest.raises(InputRefused):
        await add(database, programme, *starts, *([NOW + 2 * DAY] if starts else []))
    assert (await dates.counts(database, programme.house.organisation, programme.event, NOW))[0] == 1


async def test_event_plan_and_date_must_be_the_organisations_own(database: Database, programme: Programme) -> None:
    other = await open_house(database)
    with pytest.raises(NotFound):
        await dates.add(database, other.organisation, programme.event, programme.plan, [NOW + DAY], programme.by, NOW)
    with pytest.raises(NotFound):
        await dates.add(
            database, programme.house.organisation, programme.event, other.performance.plan_version_id, [NOW + DAY],
            programme.by, NOW,
        )  # fmt: skip
    with pytest.raises(NotFound):
        await dates.get(database, other.organisation, programme.house.performance.id)
    for organisation, event in (
        (other.organisation, programme.event),
        (other.organisation, other.performance.event_id),
    ):
        with pytest.raises(NotFound):
            await dates.remove(database, organisation, event, [programme.house.performance.id], programme.by, NOW)
        with pytest.raises(NotFound):
            await dates.edit_many(
                database,
                organisation,
                event,
                [programme.house.performance.id],
                Change(as_event=True),
                programme.by,
                NOW,
            )


async def test_a_date_is_moved_labelled_and_given_its_own_terms(database: Database, programme: Programme) -> None:
    (date,) = await add(database, programme, NOW + 60 * DAY)
    later = {name: getattr(date, name) + DAY for name in ("starts_at", "doors_at", "ends_at")}
    closes = NOW + 50 * DAY
    after = await edit(
        database, programme, date, **later, own_sale_closes_at=closes, own_order_places_max=2, label=Label.POSTPONED
    )
    assert (after.starts_at, after.sale_closes_at, after.order_places_max) == (later["starts_at"], closes, 2)
    assert after.state(NOW) is SaleState.POSTPONED and after.version == date.version + 1
    with pytest.raises(SaleClosed):
        performances.ensure_on_sale(await performances.get(database, date.id), NOW)
    with pytest.raises(EditedMeanwhile):
        await edit(database, programme, date, label=None)


@pytest.mark.parametrize(
    "changed",
    [
        {"doors_at": NOW + 61 * DAY}, {"ends_at": NOW}, {"ends_at": NOW + 120 * DAY},
        {"own_sale_opens_at": NOW + 60 * DAY}, {"own_counter_closes_at": NOW - 900 * DAY},
        {"own_order_places_max": 0}, {"starts_at": NOW + 30 * DAY, "doors_at": NOW},
    ],
)  # fmt: skip
async def test_a_date_that_makes_no_sense_is_refused(database: Database, programme: Programme, changed: dict) -> None:
    (date,) = await add(database, programme, NOW + 60 * DAY)
    with pytest.raises(InputRefused):
        await edit(database, programme, date, **changed)
    assert await dates.get(database, programme.house.organisation, date.id) == date


async def test_many_are_changed_at_once_each_on_its_own_wall(database: Database, programme: Programme) -> None:
    october, november = datetime(2027, 10, 30, 20, tzinfo=PARIS), datetime(2027, 11, 2, 20, tzinfo=PARIS)
    made = await add(database, programme, october, november)
    ids = [date.id for date in made]
    change = Change(at=time(19, 30), doors_min=60, sale_closes_min=90, label=Label.SOLD_OUT, order_places_max=6)
    organisation = programme.house.organisation
    assert await dates.edit_many(database, organisation, programme.event, ids, change, programme.by, NOW) == 2
    for date in [await dates.get(database, organisation, id) for id in ids]:
        assert f"{date.starts_at.astimezone(PARIS):%H:%M}" == "19:30"
        assert (date.starts_at - date.doors_at, date.ends_at - date.starts_at) == (
            timedelta(minutes=60), timedelta(minutes=120),
        )  # fmt: skip
        assert date.sale_closes_at == date.starts_at - timedelta(minutes=90)
        assert date.state(NOW) is SaleState.SOLD_OUT and date.order_places_max == 6
    back = Change(as_event=True, label=None, status=PerformanceStatus.CLOSED)
    await dates.edit_many(database, organisation, programme.event, ids, back, programme.by, NOW)
    date = await dates.get(database, organisation, ids[0])
    assert (date.own_sale_closes_at, date.order_places_max, date.label) == (None, None, None)
    assert date.state(NOW) is SaleState.CLOSED
    with pytest.raises(InputRefused):
        await dates.edit_many(database, organisation, programme.event, ids, Change(), programme.by, NOW)
    with pytest.raises(InputRefused):
        await dates.edit_many(database, organisation, programme.event, [], back, programme.by, NOW)


async def test_dates_are_removed_while_nobody_has_ordered(database: Database, inventory, programme: Programme) -> None:
    made = await add(database, programme, NOW + 60 * DAY, NOW + 61 * DAY)
    house = programme.house
    await order(database, inventory, house, [0])
    sold = house.performance.id
    with pytest.raises(PerformanceOrdered, match="1 of these"):
        await dates.remove(database, house.organisation, programme.event, [sold, made[0].id], programme.by, NOW)
    assert await dates.counts(database, house.organisation, programme.event, NOW) == (3, 0)
    gone = [date.id for date in made]
    assert await dates.remove(database, house.organisation, programme.event, gone, programme.by, NOW) == 2
    assert [date.id for date in await dates.of_event(database, house.organisation, programme.event, NOW)] == [sold]


async def test_what_is_on_there_already_is_told(database: Database, programme: Programme) -> None:
    house = programme.house
    start = house.performance.starts_at
    asked = [start - timedelta(minutes=60), start - timedelta(minutes=120), start + DAY]
    found = await dates.overlaps(database, house.organisation, house.performance.venue_id, asked, 90)
    assert list(found) == asked[:1] and found[asked[0]].event_name == "The Play"


async def test_where_a_date_stands(database: Database, inventory, programme: Programme) -> None:
    house = programme.house
    date = await dates.get(database, house.organisation, house.performance.id)
    assert date.state(NOW) is SaleState.OPEN
    assert date.state(date.sale_opens_at - DAY) is SaleState.LATER
    assert date.state(date.starts_at) is SaleState.CLOSED
    assert date.state(date.ends_at) is SaleState.OVER
    assert replace(date, status=PerformanceStatus.CANCELLED).state(NOW) is SaleState.CANCELLED


async def test_blocked_places_are_not_waited_for(database: Database, inventory, programme: Programme) -> None:
    """Half of the house is blocked and the other half is sold: nothing is left."""
    house = programme.house
    await pools.block(database, inventory, house.organisation, house.pool, range(20, 40), 1)
    await order(database, inventory, house, list(range(20)))
    date = await dates.get(database, house.organisation, house.performance.id)
    assert (date.sold_count, date.place_count) == (20, 20) and date.state(NOW) is SaleState.SOLD_OUT


async def test_a_sale_that_would_close_before_it_opens_is_refused(database: Database, programme: Programme) -> None:
    (date,) = await add(database, programme, NOW + 60 * DAY)
    for name in ("sale", "counter"):
        own = {f"own_{name}_opens_at": NOW + 50 * DAY, f"own_{name}_closes_at": NOW + 40 * DAY}
        with pytest.raises(InputRefused) as refused:
            await edit(database, programme, date, **own)
        assert refused.value.fields["where"] == f"own_{name}_closes_at"
    opened = await edit(database, programme, date, own_sale_opens_at=NOW + 50 * DAY)
    change = Change(sale_closes_min=60 * 24 * 20)
    with pytest.raises(InputRefused) as refused:
        await edit_many(database, programme, [opened], change)
    assert refused.value.fields["where"] == "sale_closes_min"


async def test_two_dates_are_not_put_at_one_moment(database: Database, programme: Programme) -> None:
    noon = (NOW + 60 * DAY).replace(hour=10, minute=0, second=0, microsecond=0)
    matinee, evening = await add(database, programme, noon, noon + timedelta(hours=5))
    with pytest.raises(InputRefused) as refused:
        await edit_many(database, programme, [matinee, evening], Change(at=time(20)))
    assert refused.value.fields["where"] == "at"
    apart = await asyncio.gather(
        *(edit(database, programme, one, starts_at=noon + 3 * DAY, doors_at=noon + 3 * DAY, ends_at=noon + 4 * DAY)
          for one in (matinee, evening)), return_exceptions=True,
    )  # fmt: skip
    assert sorted(isinstance(one, InputRefused) for one in apart) == [False, True]


async def edit_many(database: Database, programme: Programme, chosen: list[Date], change: Change) -> int:
    house, ids = programme.house, [date.id for date in chosen]
    return await dates.edit_many(database, house.organisation, programme.event, ids, change, programme.by, NOW)


async def test_what_was_done_is_noted(database: Database, programme: Programme) -> None:
    (date,) = await add(database, programme, NOW + 60 * DAY)
    await edit(database, programme, date, label=Label.POSTPONED)
    await dates.remove(database, programme.house.organisation, programme.event, [date.id], programme.by, NOW)
    async with database.read() as c:
        rows = await c.fetch(
            "select act, changes from audit where organisation_id = $1 order by id", programme.by.organisation_id
        )
    assert [row["act"] for row in rows][-3:] == ["performances.added", "performance.edited", "performances.removed"]
    assert '"label": [null, "postponed"]' in rows[-2]["changes"]
    assert (await events.get(database, programme.house.organisation, programme.event)).version == 1
