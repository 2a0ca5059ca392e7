"""What is sold over the counter to nobody by name, and what staff are not counted for."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from engine.inventory import Inventory
from tests.ticketing.house import NOW, SETTINGS, House, breaches, empty, hold, open_house, order, request
from tests.ticketing.till import float_counted, open_counter, person, sell
from ticketing import billing, cash_reports, cash_sessions, counter, customers, orders, payments
from ticketing.billing import Billing, Rule
from ticketing.cash_journal import Method
from ticketing.cash_reports import Items
from ticketing.channels import Channel
from ticketing.counter import Money, Sale, Way
from ticketing.db import Database
from ticketing.denominations import counted
from ticketing.drafts import NOBODY, PlaceOrder
from ticketing.refusals import CashSessionNeeded, ChangedMeanwhile, InputRefused, TooManyPlaces
from ticketing.states import OrderStatus

OWED = Billing(
    name="The Organisation", street="Quai 1", postal_code="1003", city="Lausanne", country="CH",
    iban="CH93 0076 2011 6238 5295 7",
)  # fmt: skip


@pytest.fixture
async def house(database: Database) -> House:
    await empty(database)
    return await open_house(database)


async def wanted(inventory: Inventory, house: House, places: list[int], **changes: object) -> PlaceOrder:
    held = await hold(inventory, house, places)
    return replace(request(house, held, places), **({"channel": Channel.COUNTER, "buyer": NOBODY} | changes))


async def test_each_order_of_nobody_is_of_a_customer_without_an_address(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = [
        await orders.place(database, inventory, SETTINGS, await wanted(inventory, house, [n]), NOW) for n in range(2)
    ]
    found = [await orders.get(database, one.id) for one in placed]
    assert len({one.customer_id for one in found}) == 2
    for one in found:
        known = await customers.sheet(database, house.organisation, house.box_office, one.customer_id)
        assert (known.email, known.name, known.order_count) == ("", customers.ANONYMOUS, 1)
        assert known.forgotten_at == known.created_at == NOW
    assert await breaches(database, inventory) == []


async def test_in_the_shop_nobody_buys_nothing(database: Database, inventory: Inventory, house: House) -> None:
    asked = await wanted(inventory, house, [0], channel=Channel.SHOP)
    with pytest.raises(InputRefused):
        await orders.place(database, inventory, SETTINGS, asked, NOW)


async def test_the_unpaid_places_of_a_customer_are_counted_in_the_shop_and_not_at_the_counter(
    database: Database, inventory: Inventory, house: House
) -> None:
    few = replace(SETTINGS, places_per_account_max=1)
    buyer = request(house, bytes(16), [0]).buyer
    at_shop = await wanted(inventory, house, [0, 1], channel=Channel.SHOP, buyer=buyer)
    with pytest.raises(TooManyPlaces):
        await orders.place(database, inventory, few, at_shop, NOW)
    at_counter = await wanted(inventory, house, [2, 3], buyer=buyer)
    assert await orders.place(database, inventory, few, at_counter, NOW)


async def test_money_taken_by_two_at_once_is_taken_once(database: Database, inventory: Inventory, house: House) -> None:
    by = await person(database, house)
    placed = await orders.place(database, inventory, SETTINGS, await wanted(inventory, house, [0]), NOW)
    money = Money(Way.CASH, given_cents=5000)
    settled = (counter.settle(database, SETTINGS, placed.id, money, by, NOW) for _ in range(3))
    sales = await asyncio.gather(*settled)
    assert {(sale.order.status, sale.change_cents) for sale in sales} == {(OrderStatus.PAID, 2000)}
    assert (await orders.get(database, placed.id)).received_cents == 3000
    assert await breaches(database, inventory) == []


async def test_what_is_free_or_on_invoice_is_in_the_report_once_and_is_no_money(
    database: Database, inventory: Inventory
) -> None:
    await empty(database)
    at = await open_counter(database)
    house, by = at.house, at.seller
    rule = Rule(method="invoice", offered=True, pay_days=10, grace_days=2, before_h=72)
    await billing.change(database, house.organisation, house.box_office, OWED, (rule,), by, NOW)
    held = await hold(inventory, house, [0, 1])
    given = request(house, held, [0, 1], house.free)
    placed = await orders.place(database, inventory, SETTINGS, replace(given, channel=Channel.COUNTER), NOW, by)
    for _ in range(2):
        sale = await counter.settle(database, SETTINGS, placed.id, Money(Way.CASH), by, NOW)
        assert (sale.order.status, sale.change_cents) == (OrderStatus.PAID, 0)
    billed = await order(database, inventory, house, [2])
    for _ in range(2):
        sale = await counter.settle(database, SETTINGS, billed.id, Money(Way.INVOICE), by, NOW)
    paid = await sell(database, inventory, at, [3])
    report = await cash_reports.x(database, at.session, NOW)
    assert [(one.seller, one.method, one.count, one.value_cents) for one in report.untaken] == [
        ("Sam Seller", Method.FREE, 1, 0),
        ("Sam Seller", Method.INVOICE, 1, 3000),
    ]
    assert (report.total.net_cents, report.tickets, report.order_count) == (3000, Items(3, 0), 3)
    assert (report.first_order, report.last_order) == (placed.code, paid.code)
    stands = await cash_sessions.get(database, at.session, None)
    told = counted("EUR", {100: 10, 1000: 4, 5000: 3} | {1000: 7})
    await cash_sessions.close(database, at.session, None, told, "", stands.journal_number, by, NOW)
    kept = await cash_reports.kept(database, at.session)
    assert kept is not None and kept.report.untaken == report.untaken
    async with database.read() as c:
        taken = await c.fetchval("select sum(amount_cents) from ledger where debit in ('cash', 'terminal')")
    assert taken == kept.report.total.net_cents
    assert await breaches(database, inventory) == []


async def test_parts_are_taken_once_each_and_the_order_is_sold_when_the_sum_is_whole(
    database: Database, inventory: Inventory
) -> None:
    """Cash, then a card: each Enter twice at once; change is given of the cash that comes last alone."""
    await empty(database)
    at = await open_counter(database)
    by, placed = at.seller, await order(database, inventory, at.house, [0, 1])

    async def twice(money: Money) -> list[Sale]:
        return list(
            await asyncio.gather(*(counter.settle(database, SETTINGS, placed.id, money, by, NOW) for _ in "ab"))
        )

    parts = await twice(Money(Way.CASH, 2500, part=True, due_cents=6000))
    assert {(sale.left_cents, sale.change_cents, sale.order.status) for sale in parts} == {
        (3500, 0, OrderStatus.PENDING)
    }
    parts = await twice(Money(Way.CARD, 2000, part=True, due_cents=3500))
    assert {sale.left_cents for sale in parts} == {1500}
    with pytest.raises(ChangedMeanwhile):
        await counter.settle(database, SETTINGS, placed.id, Money(Way.CARD, due_cents=3500), by, NOW)
    last = await twice(Money(Way.CASH, 2000, due_cents=1500))
    assert {(sale.change_cents, sale.left_cents, sale.order.status) for sale in last} == {(500, 0, OrderStatus.PAID)}
    taken = [(one.provider, one.amount_cents) for one in await payments.of_order(database, placed.id)]
    assert sorted(taken) == [("on_site", 1500), ("on_site", 2500), ("terminal", 2000)]
    report = await cash_reports.x(database, at.session, NOW)
    assert {method: total.net_cents for method, total in report.methods.items()} == {
        Method.CASH: 4000,
        Method.TERMINAL: 2000,
    }
    assert (report.tickets, report.order_count, sum(one.amount_cents for one in report.sold)) == (Items(2, 0), 1, 6000)
    assert await breaches(database, inventory) == []


async def test_a_part_that_was_taken_stays_when_the_next_one_is_refused(
    database: Database, inventory: Inventory
) -> None:
    await empty(database)
    at = await open_counter(database)
    placed = await order(database, inventory, at.house, [0])
    refused = (
        (Money(Way.CARD, None, part=True, due_cents=3000), "Type how much of it is paid so."),
        (Money(Way.CARD, 3001, due_cents=3000), "That is more than what is due: a card pays no change."),
        (Money(Way.CASH, 2999, due_cents=3000), "That is less than what is due."),
    )
    for money, problem in refused:
        with pytest.raises(InputRefused) as raised:
            await counter.settle(database, SETTINGS, placed.id, money, at.seller, NOW)
        assert problem in str(raised.value)
    await counter.settle(database, SETTINGS, placed.id, Money(Way.CARD, 1000, None, True, 3000), at.seller, NOW)
    stands = await cash_sessions.get(database, at.session, None)
    await cash_sessions.close(
        database, at.session, None, float_counted(), "", stands.journal_number, at.seller, NOW
    )  # fmt: skip
    with pytest.raises(CashSessionNeeded):
        await counter.settle(database, SETTINGS, placed.id, Money(Way.CASH, due_cents=2000), at.seller, NOW)
    found = await orders.get(database, placed.id)
    assert (found.status, found.received_cents, found.due_cents) == (OrderStatus.PENDING, 1000, 2000)
    sale = await counter.settle(database, SETTINGS, placed.id, Money(Way.CARD, due_cents=2000), at.seller, NOW)
    assert sale.order.status is OrderStatus.PAID
    assert await breaches(database, inventory) == []


async def test_dates_are_those_that_the_counter_may_sell(database: Database, house: House) -> None:
    [date] = await counter.dates(database, house.box_office, NOW)
    assert (date.id, date.title("en")) == (house.performance.id, "The Play")
    assert await counter.dates(database, house.box_office, date.starts_at + timedelta(seconds=1)) == []
    assert [one.id for one in await counter.dates(database, house.box_office, NOW, "pla")] == [date.id]
    assert await counter.dates(database, house.box_office, NOW, "hamlet") == []
    assert await counter.dates(database, house.box_office, NOW, "!") == []
