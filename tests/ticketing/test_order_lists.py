"""The list of orders: by channel and time, what is due back, and the days it counts."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from engine.inventory import Inventory
from tests.ticketing.house import NOW, House, open_house, order
from ticketing import box_offices, events, order_lists, orders, organisations, payments, reports, sales
from ticketing.channels import Channel
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.order_lists import Filter, Page, Sort
from ticketing.reports import Grouping, Span

MINUTE = timedelta(minutes=1)


async def placed(db: Database, inventory: Inventory, house: House, *channels: Channel) -> list[UUID]:
    """An order by each of these channels, a minute apart, the oldest first."""
    made = []
    for n, channel in enumerate(channels):
        made.append((await order(db, inventory, house, [n])).id)
        async with db.read() as c:
            change = "update orders set channel = $2, placed_at = $3 where id = $1"
            await c.execute(change, made[-1], channel, NOW + n * MINUTE)
    return made


def ids(page: Page) -> list[UUID]:
    return [row.id for row in page.rows]


async def test_channels_are_one_list_by_time_page_by_page_both_ways(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    shop, counter, api = Channel.SHOP, Channel.COUNTER, Channel.API
    made = await placed(database, inventory, house, shop, shop, counter, shop, api, counter, shop)
    for sort, expected in ((Sort.OLDEST, made), (Sort.NEWEST, made[::-1])):
        wanted, seen, after = Filter(sort=sort), [], None
        while True:
            page = await order_lists.page(database, house.box_office, wanted, after=after, rows_max=3)
            seen += ids(page)
            if page.after is None:
                break
            after = page.after
        assert seen == expected
        back = await order_lists.page(database, house.box_office, wanted, before=expected[6], rows_max=3)
        assert (ids(back), back.before) == (expected[3:6], expected[3])
    alone = await order_lists.page(database, house.box_office, Filter(channel=counter))
    assert ids(alone) == [made[5], made[2]]


async def test_one_channel_is_read_by_the_index_alone(database: Database) -> None:
    """Of a page of a rare channel nothing is read but that channel."""
    async with database.read() as c:
        await c.execute("set enable_seqscan = off")
        plan = await c.fetch(
            "explain select id from orders where box_office_id = $1 and channel = 'api' and placed_at < now()"
            " order by placed_at desc, id desc limit 51",
            new_id(),
        )
        await c.execute("reset enable_seqscan")
    told = "\n".join(row[0] for row in plan)
    assert "orders_placed" in told and "channel = 'api'" in told.partition("Index Cond")[2] and "Filter" not in told


async def test_refunds_due_that_are_too_many_are_told_and_days_find_the_rest(
    database: Database, inventory: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await open_house(database)
    made = await placed(database, inventory, house, *[Channel.SHOP] * 4)
    for one in made:
        await payments.take_on_site(database, one, NOW)
        await orders.cancel(database, inventory, one, NOW)
    async with database.read() as c:
        await c.execute("update orders set placed_at = placed_at - interval '9 days' where id = $1", made[0])
    every = await order_lists.page(database, house.box_office, Filter(refund_due=True))
    assert (ids(every), every.cut) == (made[::-1], False)
    monkeypatch.setattr(order_lists, "CANDIDATES_MAX", 2)
    newest = await order_lists.page(database, house.box_office, Filter(refund_due=True))
    assert (ids(newest), newest.cut) == ([made[3], made[2]], True)
    oldest = await order_lists.page(database, house.box_office, Filter(refund_due=True, sort=Sort.OLDEST))
    assert (ids(oldest), oldest.cut) == (made[:2], True)
    early = Filter(refund_due=True, until=NOW.date() - timedelta(days=5))
    found = await order_lists.page(database, house.box_office, early)
    assert (ids(found), found.cut) == (made[:1], False)
    async with database.read() as c:
        code = await c.fetchval("select code from orders where id = $1", made[0])
    named = await order_lists.page(database, house.box_office, Filter(refund_due=True, text=code))
    assert (ids(named), named.cut) == (made[:1], False)


async def test_a_day_is_the_same_day_everywhere(database: Database, inventory: Inventory) -> None:
    """Most dates are in Paris; the latest is on tour, where an evening in Paris is the afternoon of the same day and
    an early morning the day before. The list, the reports, the event and the organisation count as Paris does."""
    house = await open_house(database, performance_count=3)
    async with database.transaction() as c:
        away = new_id()
        await c.execute(
            "insert into venues (id, organisation_id, name, address, time_zone, created_at)"
            " values ($1, $2, 'On tour', '', 'America/New_York', $3), ($4, $2, 'Older', '', 'Asia/Tokyo', $5)",
            away, house.organisation, NOW, new_id(), NOW - timedelta(days=900),
        )  # fmt: skip
        last = max(house.performances, key=lambda one: one.starts_at)
        await c.execute("update performances set venue_id = $2 where id = $1", last.id, away)
    (one,) = await placed(database, inventory, house, Channel.SHOP)
    at = datetime(2026, 5, 2, 22, 30, tzinfo=UTC)  # half past midnight of 3 May in Paris
    async with database.transaction() as c:
        await c.execute("update orders set placed_at = $2 where id = $1", one, at)
        await c.execute("update order_lines set created_at = $2 where order_id = $1", one, at)
    office = await reports.office(database, house.organisation, house.box_office)
    zones = {
        office.time_zone,
        await box_offices.time_zone(database, house.box_office),
        await events.time_zone(database, house.performance.event_id),
        (await sales.overview(database, house.organisation, house.performance.event_id)).event.time_zone,
        await organisations.time_zone(database, house.organisation),
    }
    assert zones == {"Europe/Paris"}
    for day, count in ((date(2026, 5, 2), 0), (date(2026, 5, 3), 1)):
        page = await order_lists.page(database, house.box_office, Filter(since=day, until=day))
        report = await reports.sold(database, office, Span(day, day), Grouping.DAY)
        assert len(page.rows) == report.total.ticket_count == count
        assert all(row.time_zone == "Europe/Paris" for row in page.rows)
