"""Payments: what comes in settles what is owed, once; what does not fit goes back."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from engine.inventory import Inventory
from tests.ticketing.house import (
    NOW,
    SANDBOX,
    SETTINGS,
    House,
    breaches,
    empty,
    hold,
    open_house,
    order,
    owned_words,
    queued,
)
from ticketing import orders, payments, pools, refunds
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.jobs import Job, MailKind, SendMail, SendRefund
from ticketing.orders import PlacedOrder
from ticketing.payments import Received, StartedPayment
from ticketing.refusals import NotFound, NothingDue, NotReady, SignatureRefused, WrongState
from ticketing.sandbox import Charge, Delivery
from ticketing.states import OrderStatus, PaymentStatus

HOME = "http://shop.test/order"


@pytest.fixture
async def house(database: Database) -> House:
    await empty(database)
    return await open_house(database)


def charge_of(started: StartedPayment) -> Charge:
    return SANDBOX.open_page(started.redirect_url.rpartition("/")[2])


def told(started: StartedPayment, paid: bool = True, amount_cents: int | None = None) -> Delivery:
    """What the provider sends once the shopper was at its page."""
    return SANDBOX.notify(charge_of(started), paid, NOW, amount_cents)


async def receive(db: Database, inventory: Inventory, delivery: Delivery, now: datetime = NOW) -> Received:
    return await payments.receive(db, inventory, SETTINGS, SANDBOX, delivery.body, delivery.signature, now)


async def expire(db: Database, inventory: Inventory, placed: PlacedOrder) -> None:
    assert placed.expires_at is not None
    assert await orders.expire_due(db, inventory, placed.expires_at) >= 1


async def statuses(db: Database, placed: PlacedOrder) -> list[PaymentStatus]:
    return [payment.status for payment in await payments.of_order(db, placed.id)]


# Over the counter


async def test_cash_pays_what_is_due_once(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0, 1])
    paying = (payments.take_on_site(database, placed.id, NOW) for _ in range(5))
    answers = await asyncio.gather(*paying, return_exceptions=True)
    assert sum(not isinstance(answer, NothingDue) for answer in answers) == 1
    found = await orders.get(database, placed.id)
    assert (found.status, found.received_cents, found.due_cents) == (OrderStatus.PAID, 6000, 0)
    assert await queued(database, house, Job.SEND_MAIL) == [SendMail(placed.id, MailKind.ORDER_PAID)]
    assert await breaches(database, inventory) == []


async def test_an_order_that_is_gone_takes_no_money(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0])
    await orders.give_up(database, inventory, placed.id, NOW)
    with pytest.raises(WrongState):
        await payments.take_on_site(database, placed.id, NOW)
    with pytest.raises(WrongState):
        await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    with pytest.raises(NotFound):
        await payments.take_on_site(database, new_id(), NOW)


# By the provider


async def test_a_payment_is_begun_once_for_the_same_amount(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0, 1])
    beginning = (payments.begin(database, SANDBOX, placed.id, HOME, NOW) for _ in range(5))
    first, *others = await asyncio.gather(*beginning)
    assert all(other == first for other in others)
    assert charge_of(first) == Charge(first.reference, 6000, "EUR", HOME)


async def test_a_notification_pays_the_order(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0, 1])
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    assert await receive(database, inventory, told(started)) is Received.PAID
    assert (await orders.get(database, placed.id)).status is OrderStatus.PAID
    with pytest.raises(NothingDue):
        await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    assert await breaches(database, inventory) == []


async def test_a_hundred_deliveries_at_once_pay_once(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0])
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    deliveries = (receive(database, inventory, told(started)) for _ in range(100))
    assert set(await asyncio.gather(*deliveries)) == {Received.PAID}
    found = await orders.get(database, placed.id)
    assert (found.received_cents, found.refund_due_cents) == (3000, 0)
    assert await breaches(database, inventory) == []


async def test_a_failure_is_followed_by_a_success_and_not_the_other_way_round(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0])
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    assert await receive(database, inventory, told(started, paid=False)) is Received.FAILED
    assert await statuses(database, placed) == [PaymentStatus.FAILED]
    assert await receive(database, inventory, told(started)) is Received.PAID
    other = await order(database, inventory, house, [1])
    begun = await payments.begin(database, SANDBOX, other.id, HOME, NOW)
    assert await receive(database, inventory, told(begun)) is Received.PAID
    assert await receive(database, inventory, told(begun, paid=False)) is Received.IGNORED
    assert await statuses(database, other) == [PaymentStatus.SUCCEEDED]
    assert await breaches(database, inventory) == []


@pytest.mark.parametrize("amount_cents", [1, 2999, 3001, 6000])
async def test_another_amount_pays_nothing_and_goes_back(
    database: Database, inventory: Inventory, house: House, amount_cents: int
) -> None:
    placed = await order(database, inventory, house, [0])
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    assert await receive(database, inventory, told(started, amount_cents=amount_cents)) is Received.WRONG_AMOUNT
    found = await orders.get(database, placed.id)
    assert (found.status, found.due_cents, found.refund_due_cents) == (OrderStatus.PENDING, 3000, amount_cents)
    assert await statuses(database, placed) == [PaymentStatus.REFUND_DUE]
    assert await receive(database, inventory, told(started)) is Received.IGNORED
    again = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    assert await receive(database, inventory, told(again)) is Received.PAID
    assert await breaches(database, inventory) == []


async def test_another_currency_pays_nothing_and_goes_back(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0])
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    in_francs = SANDBOX.notify(msgspec.structs.replace(charge_of(started), currency="CHF"), True, NOW)
    assert await receive(database, inventory, in_francs) is Received.WRONG_AMOUNT
    (refund,) = await refunds.of_order(database, placed.id)
    assert (refund.amount_cents, refund.currency) == (3000, "CHF")
    assert (await orders.get(database, placed.id)).due_cents == 3000
    assert await breaches(database, inventory) == []


async def test_a_second_payment_goes_back(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0])
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    await payments.take_on_site(database, placed.id, NOW)
    assert await receive(database, inventory, told(started)) is Received.REFUND_DUE
    assert await statuses(database, placed) == [PaymentStatus.REFUND_DUE, PaymentStatus.SUCCEEDED]
    (refund,) = await refunds.of_order(database, placed.id)
    assert await queued(database, house, Job.SEND_REFUND) == [SendRefund(refund.id)]
    assert await breaches(database, inventory) == []


async def test_what_was_asked_before_a_part_was_cancelled_pays_and_the_rest_goes_back(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0, 1])
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    async with database.read() as c:
        first = await c.fetchval("select id from tickets where order_id = $1 limit 1", placed.id)
    await orders.cancel(database, inventory, placed.id, NOW, [first])
    assert await receive(database, inventory, told(started)) is Received.PAID
    found = await orders.get(database, placed.id)
    assert (found.status, found.total_cents, found.refund_due_cents) == (OrderStatus.PAID, 3000, 3000)
    assert await breaches(database, inventory) == []


async def test_a_payment_nobody_knows_is_noted(database: Database, inventory: Inventory) -> None:
    delivery = SANDBOX.notify(Charge("sbx_nobody", 1, "EUR", HOME), True, NOW)
    assert await receive(database, inventory, delivery) is Received.UNKNOWN
    assert await receive(database, inventory, delivery) is Received.UNKNOWN


async def test_a_notification_not_of_the_provider_changes_nothing(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0])
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    with pytest.raises(SignatureRefused):
        await receive(database, inventory, Delivery(told(started).body, "t=1,v1=00"))
    assert await statuses(database, placed) == [PaymentStatus.PENDING]


# Too late


async def test_late_money_gets_its_places_again_where_they_are_free(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0, 1], house.cheap)
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    await expire(database, inventory, placed)
    deliveries = (receive(database, inventory, told(started)) for _ in range(20))
    assert set(await asyncio.gather(*deliveries)) == {Received.SEATED_LATE}
    found = await orders.get(database, placed.id)
    assert (found.status, found.total_cents, found.due_cents, found.closed_at) == (OrderStatus.PAID, 3000, 0, None)
    assert await owned_words(inventory, house.pool) == {0, 1}
    assert len(await owned_words(inventory, house.quota_pool)) == 2
    assert await queued(database, house, Job.SEND_MAIL) == [SendMail(placed.id, MailKind.ORDER_PAID)]
    assert await breaches(database, inventory) == []
    await orders.cancel(database, inventory, placed.id, NOW)
    assert await breaches(database, inventory) == []


async def test_late_money_for_places_that_are_gone_goes_back(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0, 1])
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    await expire(database, inventory, placed)
    await order(database, inventory, house, [1])
    assert await receive(database, inventory, told(started)) is Received.REFUND_DUE
    found = await orders.get(database, placed.id)
    assert (found.status, found.refund_due_cents, found.due_cents) == (OrderStatus.EXPIRED, 6000, 0)
    assert await owned_words(inventory, house.pool) == {1}
    assert await breaches(database, inventory) == []


async def test_late_money_leaves_what_another_shopper_holds(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0, 1])
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    await expire(database, inventory, placed)
    held = await hold(inventory, house, [1])
    assert await receive(database, inventory, told(started)) is Received.REFUND_DUE
    assert (await inventory.read(house.box_office.hex, held)).outcome.granted
    assert await breaches(database, inventory) == []


async def test_late_money_for_an_order_that_was_given_up_goes_back(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0])
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    await orders.give_up(database, inventory, placed.id, NOW)
    assert await receive(database, inventory, told(started)) is Received.REFUND_DUE
    assert await owned_words(inventory, house.pool) == set()
    assert await breaches(database, inventory) == []


async def test_late_money_for_a_performance_that_is_over_goes_back(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0])
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    await expire(database, inventory, placed)
    after = house.performance.ends_at + timedelta(seconds=1)
    delivery = SANDBOX.notify(charge_of(started), True, after)
    assert await receive(database, inventory, delivery, after) is Received.REFUND_DUE


async def test_of_a_part_cancelled_before_the_expiry_only_the_rest_is_seated_again(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0, 1])
    async with database.read() as c:
        first = await c.fetchval("select id from tickets where order_id = $1 and place = 0", placed.id)
    await orders.cancel(database, inventory, placed.id, NOW, [first])
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    await expire(database, inventory, placed)
    assert await receive(database, inventory, told(started)) is Received.SEATED_LATE
    assert await owned_words(inventory, house.pool) == {1}
    assert await breaches(database, inventory) == []


async def test_while_the_house_is_counted_the_provider_is_asked_to_come_again(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = await order(database, inventory, house, [0])
    started = await payments.begin(database, SANDBOX, placed.id, HOME, NOW)
    await expire(database, inventory, placed)
    pin = inventory.pin

    async def then_rebuild(*args: Any) -> Any:
        answer = await pin(*args)
        await pools.unbind(database, [house.pool])
        return answer

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(inventory, "pin", then_rebuild)
        with pytest.raises(NotReady):
            await receive(database, inventory, told(started))
    assert await statuses(database, placed) == [PaymentStatus.PENDING]
    assert await receive(database, inventory, told(started)) is Received.SEATED_LATE
    assert await breaches(database, inventory) == []
