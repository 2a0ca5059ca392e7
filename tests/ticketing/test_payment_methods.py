"""Ways to pay: what is offered when, until when each keeps an order, and choosing again."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest

from engine.inventory import Inventory
from tests.ticketing.house import NOW, SANDBOX, SETTINGS, House, breaches, empty, open_house, order
from ticketing import audit, billing, invoices, orders, payment_methods, payments
from ticketing.audit import Actor
from ticketing.billing import Billing, Rule
from ticketing.db import Database
from ticketing.invoicing import DocumentKind
from ticketing.payment_methods import Basket
from ticketing.refusals import (
    EditedMeanwhile,
    InputRefused,
    MethodNotOffered,
    MethodStays,
    NotFound,
    NothingDue,
    OrderTooLarge,
    OrderTooSmall,
    TooLateToPay,
    WrongState,
)
from ticketing.states import OrderStatus, TicketStatus

PARIS = ZoneInfo("Europe/Paris")
OWED = Billing(
    name="The Organisation", street="Quai 1", postal_code="1003", city="Lausanne", country="CH",
    iban="CH93 0076 2011 6238 5295 7",
)  # fmt: skip
INVOICE = Rule(method="invoice", offered=True, min_cents=2000, max_cents=9000, pay_days=10, grace_days=2, before_h=72)
COUNTER = Rule(method="on_site", offered=True, before_h=2)
ONLINE = Rule(method="sandbox", offered=True)


@pytest.fixture
async def house(database: Database) -> House:
    await empty(database)
    return await open_house(database)


async def set_up(db: Database, house: House, owed: Billing = OWED, *rules: Rule) -> Billing:
    by = Actor(organisation_id=house.organisation)
    return await billing.change(db, house.organisation, house.box_office, owed, rules or ALL, by, NOW)


ALL = (ONLINE, INVOICE, COUNTER)


async def ways(db: Database, house: House, cents: int, starts: datetime, now: datetime = NOW) -> dict[str, object]:
    found = await payment_methods.offered(db, SETTINGS, house.box_office, Basket(cents, starts), now)
    return {way.method: type(way.why_not) if way.why_not else way.until for way in found}


async def test_a_box_office_that_nobody_asked_is_paid_by_the_sandbox(database: Database, house: House) -> None:
    start = house.performance.starts_at
    assert await ways(database, house, 3000, start) == {"sandbox": NOW + timedelta(seconds=SETTINGS.payment_s_max)}
    off = msgspec.structs.replace(SETTINGS, sandbox_payments=False)
    assert await payment_methods.offered(database, off, house.box_office, Basket(3000, start), NOW) == ()
    assert await ways(database, house, 0, start) == {}


async def test_each_way_has_its_bounds_and_its_time(database: Database, house: House) -> None:
    await set_up(database, house)
    start = NOW + timedelta(30)
    until = datetime.combine(NOW.astimezone(PARIS).date() + timedelta(13), datetime.min.time(), PARIS)
    soon = NOW + timedelta(seconds=SETTINGS.payment_s_max)
    assert await ways(database, house, 3000, start) == {
        "sandbox": soon, "invoice": until.astimezone(UTC), "on_site": start - timedelta(hours=2),
    }  # fmt: skip
    assert (await ways(database, house, 1999, start))["invoice"] is OrderTooSmall
    assert (await ways(database, house, 9001, start))["invoice"] is OrderTooLarge
    assert (await ways(database, house, 3000, NOW + timedelta(hours=1, minutes=59)))["on_site"] is TooLateToPay
    near = NOW + timedelta(7)
    assert (await ways(database, house, 3000, near))["invoice"] <= near - timedelta(hours=72)  # type: ignore[operator]
    assert (await ways(database, house, 3000, NOW + timedelta(5)))["invoice"] is TooLateToPay


@pytest.mark.parametrize("days", range(4, 20))
async def test_an_invoice_is_due_before_the_banks_days_and_those_before_the_first_date(
    database: Database, house: House, days: int
) -> None:
    await set_up(database, house)
    start = NOW + timedelta(days)
    found = await payment_methods.offered(database, SETTINGS, house.box_office, Basket(3000, start), NOW)
    (way,) = [way for way in found if way.method == "invoice"]
    today = NOW.astimezone(PARIS).date()
    if way.why_not is None:
        assert way.due_on is not None and way.until is not None
        assert today < way.due_on <= today + timedelta(10)
        assert way.until <= start - timedelta(hours=72)
        assert way.until.astimezone(PARIS).date() >= way.due_on + timedelta(2)
    else:
        assert days <= 6


async def test_the_choice_moves_the_time_and_is_made_again(
    database: Database, inventory: Inventory, house: House
) -> None:
    await set_up(database, house)
    placed = await order(database, inventory, house, [0, 1])
    assert placed.expires_at is not None
    choose = payment_methods.choose
    on_site = await choose(database, SETTINGS, placed.id, "on_site", NOW)
    assert on_site.expires_at == house.performance.starts_at - timedelta(hours=2)
    online = await choose(database, SETTINGS, placed.id, "sandbox", NOW + timedelta(1))
    assert online.expires_at == NOW + timedelta(1, SETTINGS.payment_s_max)
    again = await choose(database, SETTINGS, placed.id, "sandbox", NOW + timedelta(1, 60))
    assert again.expires_at == online.expires_at, "choosing the same again gives no more time"
    first = await choose(database, SETTINGS, placed.id, "invoice", NOW + timedelta(1, 61))
    second = await choose(database, SETTINGS, placed.id, "invoice", NOW + timedelta(1, 62))
    assert first.expires_at == second.expires_at == (await orders.get(database, placed.id)).expires_at
    assert first.expires_at is not None and first.expires_at <= placed.placed_at + timedelta(13)
    assert [one.kind for one in await invoices.of_order(database, placed.id)] == [DocumentKind.INVOICE]
    assert (await orders.get(database, placed.id)).payment_method == "invoice"
    assert await breaches(database, inventory) == []


async def test_an_order_that_is_over_or_paid_is_not_chosen_for(
    database: Database, inventory: Inventory, house: House
) -> None:
    await set_up(database, house)
    placed = await order(database, inventory, house, [0])
    assert placed.expires_at is not None
    with pytest.raises(WrongState):
        await payment_methods.choose(database, SETTINGS, placed.id, "on_site", placed.expires_at)
    assert await payment_methods.offered_for(database, SETTINGS, placed.id, placed.expires_at) == ()
    with pytest.raises(MethodNotOffered):
        await payment_methods.choose(database, SETTINGS, placed.id, "barter", NOW)
    await payments.take_on_site(database, placed.id, NOW)
    with pytest.raises(NothingDue):
        await payment_methods.choose(database, SETTINGS, placed.id, "on_site", NOW)
    with pytest.raises(NotFound):
        await payment_methods.choose(database, SETTINGS, house.full, "on_site", NOW)
    dear = await order(database, inventory, house, [2, 3, 4, 5])
    with pytest.raises(OrderTooLarge):
        await payment_methods.choose(database, SETTINGS, dear.id, "invoice", NOW)


async def test_expiry_takes_what_nobody_paid_in_the_chosen_time(
    database: Database, inventory: Inventory, house: House
) -> None:
    await set_up(database, house)
    placed = await order(database, inventory, house, [0])
    chosen = await payment_methods.choose(database, SETTINGS, placed.id, "invoice", NOW)
    assert placed.expires_at is not None and chosen.expires_at is not None
    assert await orders.expire_due(database, inventory, placed.expires_at) == 0
    assert await orders.expire_due(database, inventory, chosen.expires_at) == 1
    kinds = [(one.kind, one.total_cents) for one in await invoices.of_order(database, placed.id)]
    assert kinds == [(DocumentKind.INVOICE, 3000), (DocumentKind.CREDIT_NOTE, -3000)]
    assert await breaches(database, inventory) == []


async def test_tickets_before_payment_where_the_box_office_trusts(
    database: Database, inventory: Inventory, house: House
) -> None:
    await set_up(database, house, msgspec.structs.replace(OWED, tickets_first=True))
    placed = await order(database, inventory, house, [0])
    trusted = await payment_methods.choose(database, SETTINGS, placed.id, "invoice", NOW)
    assert (trusted.status, trusted.due_cents) == (OrderStatus.PAID, 3000)
    assert await tickets_of(database, placed.id) == [TicketStatus.VALID]
    assert await orders.expire_due(database, inventory, NOW + timedelta(365)) == 0
    with pytest.raises(MethodStays):
        await payment_methods.choose(database, SETTINGS, placed.id, "sandbox", NOW)
    assert await breaches(database, inventory) == []
    await payments.begin(database, SANDBOX, placed.id, "http://shop.test", NOW)
    await payments.take_on_site(database, placed.id, NOW)
    assert (await orders.get(database, placed.id)).due_cents == 0
    assert await breaches(database, inventory) == []


async def tickets_of(db: Database, order_id: UUID) -> list[str]:
    async with db.read() as c:
        return [row["status"] for row in await c.fetch("select status from tickets where order_id = $1", order_id)]


@pytest.mark.parametrize(
    ("owed", "rule", "where"),
    [
        ({"iban": "CH9300762011623852958"}, {}, "iban"),
        ({"bic": "NO"}, {}, "bic"),
        ({"country": "QQ"}, {}, "country"),
        ({"iban": ""}, {}, "iban"),
        ({"city": ""}, {}, "city"),
        ({"reference_prefix": "12a"}, {}, "reference_prefix"),
        ({"name": "x" * 71}, {}, "name"),
        ({}, {"max_cents": 1}, "invoice.max_cents"),
        ({}, {"pay_days": 121}, "invoice.pay_days"),
        ({}, {"texts": {"fr": "x" * 601}}, "invoice.texts.fr"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_field(
    database: Database, house: House, owed: dict[str, str], rule: dict[str, object], where: str
) -> None:
    wrong, told = msgspec.structs.replace(OWED, **owed), msgspec.structs.replace(INVOICE, **rule)
    with pytest.raises(InputRefused) as refused:
        await set_up(database, house, wrong, ONLINE, told, COUNTER)
    assert refused.value.fields["where"] == where


async def test_who_saves_what_another_changed_is_told(database: Database, house: House) -> None:
    first = await set_up(database, house)
    assert first.version == 1
    with pytest.raises(EditedMeanwhile):
        await set_up(database, house)
    second = await set_up(database, house, msgspec.structs.replace(first, bic="POFICHBEXXX"))
    assert (second.version, second.bic) == (2, "POFICHBEXXX")
    wanted = audit.Wanted(organisation_id=house.organisation, act="billing.changed")
    (last, before), _ = await audit.page(database, wanted)
    assert last.changes == {"bic": ("", "POFICHBEXXX")}
    assert before.changes["method_on_site"] == ({"offered": False, "before_h": 0}, {"offered": True, "before_h": 2})
    with pytest.raises(NotFound):
        by = Actor(organisation_id=house.full)
        await billing.change(database, house.full, house.box_office, OWED, ALL, by, NOW)
