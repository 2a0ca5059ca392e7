"""What is told of an event's sales is what was sold: by hand, across a change of the clocks, and by an index."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from msgspec.structs import replace

from engine.inventory import Inventory
from tests.ticketing.house import NOW, House, open_house, order
from ticketing import orders, payments, pools, sales, tickets
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import NotFound
from ticketing.sales import Bar, Figures, Gauge, Overview, Range, Step
from ticketing.sql import load

DAY = timedelta(days=1)


async def seen(db: Database, house: House, performance: UUID | None = None) -> Overview:
    return await sales.overview(db, house.organisation, house.performance.event_id, performance)


async def paid(db: Database, inventory: Inventory, house: House, places: list[int], tariff: UUID | None = None) -> UUID:
    placed = await order(db, inventory, house, places, tariff)
    await payments.take_on_site(db, placed.id, NOW)
    return placed.id


async def sold_at(db: Database, order_id: UUID, at: datetime) -> None:
    async with db.transaction() as c:
        await c.execute("update orders set placed_at = $2 where id = $1", order_id, at)
        await c.execute("update tickets set placed_at = $2 where order_id = $1", order_id, at)


async def test_tickets_and_money_by_tariff_and_date(database: Database, inventory: Inventory) -> None:
    house = await open_house(database, performance_count=2)
    await paid(database, inventory, house, [0, 1])
    await paid(database, inventory, house, [10], house.cheap)
    await order(database, inventory, house, [2, 3, 4])
    taken_back = await paid(database, inventory, house, [5])
    await orders.cancel(database, inventory, taken_back, NOW)
    found = await seen(database, house)
    assert found.whole == Figures(sold_count=3, sold_cents=7000, awaited_count=3, awaited_cents=9000)
    by_tariff = {one.name: one.figures for one in found.by_tariff}
    assert by_tariff["Full"] == Figures(2, 6000, 3, 9000)
    assert by_tariff["Cheap"] == Figures(1, 1000, 0, 0)
    assert by_tariff["Free"] == Figures()
    assert (found.taken, found.capacity) == (6, 80)
    second = await seen(database, house, house.performances[1].id)
    assert second.whole == Figures() and second.by_date == found.by_date


async def test_a_ticket_opposed_stays_sold(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    await paid(database, inventory, house, [0])
    async with database.read() as c:
        ticket = await c.fetchval("select id from tickets where pool_id = $1", house.pool)
    await tickets.oppose(database, house.organisation, ticket, NOW)
    assert (await seen(database, house)).whole == Figures(1, 3000)


async def test_another_organisations_event_is_not_found(database: Database) -> None:
    house, rival = await open_house(database), await open_house(database)
    with pytest.raises(NotFound):
        await sales.overview(database, rival.organisation, house.performance.event_id)
    with pytest.raises(NotFound):
        (await seen(database, house)).date(rival.performance.id)


async def test_bars_are_days_on_the_venues_wall(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    late, early = await paid(database, inventory, house, [0]), await paid(database, inventory, house, [1])
    await sold_at(database, late, datetime(2026, 3, 28, 22, 59, tzinfo=UTC))  # 23:59 in Paris
    await sold_at(database, early, datetime(2026, 3, 28, 23, 1, tzinfo=UTC))  # 00:01 of the day the clocks change
    now = datetime(2026, 3, 30, 12, tzinfo=UTC)
    course = await sales.course(database, await seen(database, house), Range.WEEK, now)
    assert course.step is Step.DAY and len(course.bars) == 8
    sold = [bar for bar in course.bars if bar.ticket_count]
    assert [bar.at for bar in sold] == [
        datetime(2026, 3, 27, 23, tzinfo=UTC), datetime(2026, 3, 28, 23, tzinfo=UTC)
    ]  # fmt: skip
    assert course.bars[-1].at - course.bars[-2].at == timedelta(hours=23)
    assert course.bars[-2].at - course.bars[-3].at == DAY


async def test_hours_of_a_night_that_has_one_twice(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    ids = [await paid(database, inventory, house, [place]) for place in range(2)]
    for id, hour in zip(ids, (0, 1), strict=True):  # both at 2:30 on the wall, an hour apart
        await sold_at(database, id, datetime(2026, 10, 25, hour, 30, tzinfo=UTC))
    now = datetime(2026, 10, 25, 3, 10, tzinfo=UTC)
    course = await sales.course(database, await seen(database, house), Range.TWO_DAYS, now)
    assert course.step is Step.HOUR
    assert [bar for bar in course.bars if bar.ticket_count] == [
        Bar(datetime(2026, 10, 25, hour, tzinfo=UTC), 1, 3000) for hour in (0, 1)
    ]
    pauses = {after.at - before.at for before, after in zip(course.bars, course.bars[1:], strict=False)}
    assert pauses == {timedelta(hours=1)}


@pytest.mark.parametrize(("days", "step"), [(1, Step.HOUR), (100, Step.DAY), (700, Step.WEEK), (4000, Step.MONTH)])
async def test_all_of_the_sale_has_few_bars(database: Database, inventory: Inventory, days: int, step: Step) -> None:
    house = await open_house(database)
    await sold_at(database, await paid(database, inventory, house, [0]), NOW - days * DAY)
    await paid(database, inventory, house, [1])
    course = await sales.course(database, await seen(database, house), Range.ALL, NOW)
    assert course.step is step and len(course.bars) <= sales.BUCKETS_MAX
    assert sum(bar.ticket_count for bar in course.bars) == 2


async def test_what_is_over_is_charted_to_its_end(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    await paid(database, inventory, house, [0])
    course = await sales.course(database, await seen(database, house), Range.WEEK, NOW + 900 * DAY)
    assert course.bars[-1].at <= house.performance.ends_at < course.bars[-1].at + DAY


async def test_how_full_a_house_is(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    await paid(database, inventory, house, [0, 1])
    found = await seen(database, house)
    (date,) = found.dates
    await inventory.copy(house.pool, 0)  # what the gauges look at may be a moment old
    live = await sales.gauges(inventory, found.taken_by_date, [date], NOW)
    assert live == {date.id: Gauge(sold=2, held=0, free=38, capacity=40)}
    over = await sales.gauges(inventory, found.taken_by_date, [date], date.ends_at + DAY)
    assert over == {date.id: Gauge(sold=2, held=None, free=38, capacity=40)}
    draft = await sales.gauges(inventory, found.taken_by_date, [replace(date, status="draft")], NOW)
    assert draft[date.id].held is None


async def test_a_blocked_place_is_not_on_sale(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    await pools.block(database, inventory, house.organisation, house.pool, [0, 39], 3)
    found = await seen(database, house)
    assert found.capacity == 38
    assert (await sales.gauges(inventory, {}, found.dates, NOW))[house.performance.id].capacity == 38


async def test_figures_are_read_by_an_index(database_url: str) -> None:
    connection = await asyncpg.connect(database_url, server_settings={"plan_cache_mode": "force_generic_plan"})
    await connection.execute("set enable_seqscan = off")
    for name in ("cells", "over_time", "first_sold_at"):
        query = next(query for query in load("sales") if query.name == name)
        known = {
            "event_id": new_id(), "performance_id": None, "since": NOW, "until": NOW, "step": "day", "time_zone": "UTC"
        }  # fmt: skip
        values = [known[parameter] for parameter in query.parameters]
        plan = "\n".join(row[0] for row in await connection.fetch(f"explain {query.text}", *values))
        assert "tickets_sales" in plan and "Seq Scan on tickets" not in plan, plan
    await connection.close()
