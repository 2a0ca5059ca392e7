"""A report's totals are the ledger's, to the cent, whatever was sold, paid, taken back or moved."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.inventory import Inventory
from tests.running import run
from tests.ticketing.house import NOW, SANDBOX, SETTINGS, House, hold, let_in, open_house, order, request
from ticketing import moves, orders, payments, reports
from ticketing.db import Database
from ticketing.moves import MoveTicket
from ticketing.pools import PoolClaims
from ticketing.refusals import InputRefused, NotFound, Refusal
from ticketing.reports import Grouping, Office, Span
from ticketing.states import OrderStatus

HOUR = timedelta(hours=1)
WIDE = Span(NOW.date() - timedelta(days=400), NOW.date() + timedelta(days=400))
SOLD_BY = [grouping for grouping in Grouping if grouping is not Grouping.METHOD]

ACTS = st.lists(
    st.tuples(
        st.sampled_from(["order", "pay", "cancel", "reduce", "expire", "move"]),
        st.integers(0, 39),
        st.sampled_from(["full", "cheap", "free"]),
    ),
    max_size=12,
)


async def office_of(db: Database, house: House) -> Office:
    return await reports.office(db, house.organisation, house.box_office)


async def act(db: Database, inventory: Inventory, house: House, what: str, n: int, tariff: str, now: datetime) -> None:
    """One thing that may happen to a house; what is refused has not happened."""
    async with db.read() as c:
        ids = [row["id"] for row in await c.fetch("select id from orders where box_office_id = $1", house.box_office)]
        mine = "select t.id from tickets t join orders o on o.id = t.order_id where o.box_office_id = $1 order by t.id"
        tickets = [row["id"] for row in await c.fetch(mine, house.box_office)]
    if what == "order":
        held = await hold(inventory, house, [n])
        wanted = request(house, held, [n], getattr(house, tariff))
        await orders.place(db, inventory, SETTINGS, wanted, now)
    elif what == "expire":
        async with db.transaction() as c:
            due = "update orders set expires_at = $2 where box_office_id = $1 and status = 'pending'"
            await c.execute(due, house.box_office, now)
        await orders.expire_due(db, inventory, now)
    elif ids and what == "pay":
        await payments.take_on_site(db, ids[n % len(ids)], now)
    elif ids and what == "cancel":
        await orders.cancel(db, inventory, ids[n % len(ids)], now)
    elif tickets and what == "reduce":
        ticket = tickets[n % len(tickets)]
        async with db.read() as c:
            of = await c.fetchval("select order_id from tickets where id = $1", ticket)
        await orders.cancel(db, inventory, of, now, [ticket])
    elif tickets and what == "move":
        stores = (db, inventory, SETTINGS)
        await moves.move_ticket(*stores, house.organisation, MoveTicket(tickets[n % len(tickets)], n, ()), now)


async def ledger(db: Database, house: House, span: Span, zone: str) -> tuple[int, int]:
    """What the ledger moved in a time: of sales, and of money."""
    since, until = span.bounds(zone)
    async with db.read() as c:
        row = await c.fetchrow(
            """select
                coalesce(sum(amount_cents * ((credit = 'sales')::int - (debit = 'sales')::int)), 0) as sales,
                coalesce(sum(amount_cents * ((debit = 'cash')::int - (credit = 'cash')::int)), 0) as cash
            from ledger l join orders o on o.id = l.order_id
            where o.box_office_id = $1 and l.at >= $2 and l.at < $3""",
            house.box_office, since, until,
        )  # fmt: skip
    return row["sales"], row["cash"]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_totals_are_the_ledgers(database_url: str, redis_url: str, acts: list[tuple[str, int, str]]) -> None:
    async def lived() -> None:
        db = await Database.open(database_url, SETTINGS)
        inventory = await Inventory.open(redis_url, PoolClaims(db), bytes(range(32)))
        house = await open_house(db)
        for n, (what, number, tariff) in enumerate(acts):
            try:
                await act(db, inventory, house, what, number, tariff, NOW + n * 7 * HOUR)
            except (Refusal, AssertionError):
                continue
        office = await office_of(db, house)
        today = NOW.date()
        for span in (WIDE, Span(today, today), Span(today + timedelta(days=1), today + timedelta(days=2))):
            sales, cash = await ledger(db, house, span, office.time_zone)
            for grouping in SOLD_BY:
                report = await reports.sold(db, office, span, grouping)
                total = report.total
                assert total.net_cents == sales == sum(row.net_cents for row in report.rows)
                assert total.net_cents == total.sold_cents - total.returned_cents - total.lapsed_cents
                assert grouping in (Grouping.DAY, Grouping.CHANNEL) or all(row.key for row in report.rows)
            assert sum(row.net_cents for row in (await reports.paid(db, office, span)).rows) == cash
        async with db.read() as c:
            live = "select count(*) from tickets t join orders o on o.id = t.order_id where o.box_office_id = $1"
            out = await c.fetchval(f"{live} and t.status <> 'cancelled'", house.box_office)
        assert (await reports.sold(db, office, WIDE, Grouping.EVENT)).total.ticket_count == out
        await inventory.close()
        await db.close()

    run(lived())


async def test_by_tariff_day_and_method(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    first = await order(database, inventory, house, [0, 1])
    await payments.take_on_site(database, first.id, NOW)
    await order(database, inventory, house, [10], house.cheap)
    await orders.cancel(database, inventory, first.id, NOW + 24 * HOUR)
    office = await office_of(database, house)
    by_tariff = await reports.sold(database, office, WIDE, Grouping.TARIFF)
    rows = {by_tariff.names[row.key].name: row for row in by_tariff.rows if row.key}
    assert (rows["Full"].sold_cents, rows["Full"].returned_cents, rows["Full"].ticket_count) == (6000, 6000, 0)
    assert (rows["Cheap"].net_cents, rows["Cheap"].ticket_count) == (1000, 1)
    by_day = await reports.sold(database, office, WIDE, Grouping.DAY)
    assert [(row.ticket_count, row.net_cents) for row in by_day.rows] == [(3, 7000), (-2, -6000)]
    (cash,) = (await reports.paid(database, office, WIDE)).rows
    assert (cash.key, cash.received_cents, cash.returned_cents) == ("cash", 6000, 0)


async def test_a_move_stays_with_its_tariff(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    placed = await order(database, inventory, house, [0])
    async with database.read() as c:
        ticket = await c.fetchval("select id from tickets where order_id = $1", placed.id)
    await moves.move_ticket(database, inventory, SETTINGS, house.organisation, MoveTicket(ticket, 10, ()), NOW + HOUR)
    report = await reports.sold(database, await office_of(database, house), WIDE, Grouping.TARIFF)
    (row,) = report.rows
    assert (row.key, row.ticket_count, row.net_cents) == (str(house.full), 1, 2000)
    assert (row.sold_cents, row.returned_cents, row.lapsed_cents) == (2000, 0, 0)
    await payments.take_on_site(database, placed.id, NOW + HOUR)
    await orders.refund(database, inventory, placed.id, NOW + HOUR)
    (row,) = (await reports.sold(database, await office_of(database, house), WIDE, Grouping.TARIFF)).rows
    assert (row.sold_cents, row.returned_cents, row.net_cents) == (2000, 2000, 0)


async def test_days_are_the_venues(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    placed = await order(database, inventory, house, [0])
    async with database.transaction() as c:
        at = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)  # half past midnight in Paris
        await c.execute("update order_lines set created_at = $2 where order_id = $1", placed.id, at)
    office = await office_of(database, house)
    (row,) = (await reports.sold(database, office, Span(date(2026, 7, 15), date(2026, 7, 15)), Grouping.DAY)).rows
    assert row.key == "2026-07-15"
    assert not (await reports.sold(database, office, Span(date(2026, 7, 14), date(2026, 7, 14)), Grouping.DAY)).rows


async def test_days_that_cannot_be(database: Database) -> None:
    office = await office_of(database, await open_house(database))
    for first, last in ((date(2026, 1, 2), date(2026, 1, 1)), (date(2020, 1, 1), date(2026, 1, 1))):
        with pytest.raises(InputRefused):
            await reports.sold(database, office, Span(first, last), Grouping.EVENT)


async def test_a_box_office_at_a_glance(database: Database, inventory: Inventory) -> None:
    house = await open_house(database, performance_count=2)
    placed = await order(database, inventory, house, [0, 1])
    await payments.take_on_site(database, placed.id, NOW)
    found = await reports.dashboard(database, house.organisation, house.box_office, NOW)
    assert (found.today.ticket_count, found.today.net_cents) == (2, 6000)
    assert [one.taken_count for one in found.next_dates] == [2, 0]
    assert (found.to_do.refunds_due_count, found.to_do.draft_count, found.to_do.dateless_count) == (0, 0, 0)
    await orders.cancel(database, inventory, placed.id, NOW)
    later = await reports.dashboard(database, house.organisation, house.box_office, NOW)
    assert (later.today.net_cents, later.to_do.refunds_due_count) == (0, 1)
    with pytest.raises(NotFound):
        await reports.dashboard(database, house.organisation, house.organisation, NOW)


async def test_who_is_inside_and_paid_back_is_taken_back_of_their_date(
    database: Database, inventory: Inventory
) -> None:
    """Of two tickets one is inside when the whole order is refunded: its line stays, and is adjusted."""
    house = await open_house(database)
    placed = await order(database, inventory, house, [0, 1])
    await payments.take_on_site(database, placed.id, NOW)
    async with database.transaction() as c:
        await let_in(c, house, await c.fetchval("select id from tickets where order_id = $1 and place = 0", placed.id))
    await orders.refund(database, inventory, placed.id, NOW + HOUR)
    office = await office_of(database, house)
    sales, _ = await ledger(database, house, WIDE, office.time_zone)
    assert sales == 0
    date = house.performance
    keys = {Grouping.EVENT: date.event_id, Grouping.DATE: date.id, Grouping.TARIFF: house.full}
    for grouping, key in keys.items():
        report = await reports.sold(database, office, WIDE, grouping)
        (row,) = report.rows
        assert row.key == str(key)
        assert (row.sold_cents, row.returned_cents, row.net_cents) == (placed.total_cents, placed.total_cents, sales)
        assert row.ticket_count == 1


async def test_what_was_seated_again_stays_of_its_date(database: Database, inventory: Inventory) -> None:
    """An order that ran out is paid after all: what was sold, what lapsed and what was sold again is of one date."""
    house = await open_house(database)
    placed = await order(database, inventory, house, [0])
    started = await payments.begin(database, SANDBOX, placed.id, "http://shop.test", NOW)
    async with database.transaction() as c:
        await c.execute("update orders set expires_at = $2 where id = $1", placed.id, NOW)
    await orders.expire_due(database, inventory, NOW)
    told = SANDBOX.notify(SANDBOX.open_page(started.redirect_url.rpartition("/")[2]), True, NOW)
    await payments.receive(database, inventory, SETTINGS, SANDBOX, told.body, told.signature, NOW)
    assert (await orders.get(database, placed.id)).status is OrderStatus.PAID
    report = await reports.sold(database, await office_of(database, house), WIDE, Grouping.DATE)
    assert [(row.key, row.ticket_count) for row in report.rows] == [(str(house.performance.id), 1)]
