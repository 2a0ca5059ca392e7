"""Refunds: flagged with what makes them due, sent once, booked when they are gone."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.inventory import Inventory
from tests.ticketing.house import NOW, SANDBOX, SETTINGS, House, breaches, empty, let_in, open_house, order, queued
from tests.ticketing.till import open_counter, person, sell
from ticketing import ledger, moves, orders, payments, refunds, splits
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.jobs import Job, SendRefund
from ticketing.moves import MoveTicket
from ticketing.orders import PlacedOrder
from ticketing.refunds import Refund
from ticketing.refusals import ChangedMeanwhile, NotFound, NothingReceived, RefundNotYours, RefundSent
from ticketing.splits import Split
from ticketing.states import OrderStatus, PaymentStatus, RefundStatus, TicketStatus


class Watched:
    """A provider that tells what it was asked."""

    def __init__(self, fails: int = 0) -> None:
        self.asked: list[tuple[UUID, str, int, str]] = []
        self.fails = fails

    async def refund(self, refund_id: UUID, reference: str, amount_cents: int, currency: str) -> None:
        self.asked.append((refund_id, reference, amount_cents, currency))
        if len(self.asked) <= self.fails:
            raise ConnectionError("the provider is away")


@pytest.fixture
async def house(database: Database) -> House:
    await empty(database)
    return await open_house(database)


async def paid_by_sandbox(db: Database, inventory: Inventory, house: House, places: list[int]) -> PlacedOrder:
    placed = await order(db, inventory, house, places)
    started = await payments.begin(db, SANDBOX, placed.id, "http://shop.test", NOW)
    told = SANDBOX.notify(SANDBOX.open_page(started.redirect_url.rpartition("/")[2]), True, NOW)
    await payments.receive(db, inventory, SETTINGS, SANDBOX, told.body, told.signature, NOW)
    return placed


async def cancelled(db: Database, inventory: Inventory, house: House) -> tuple[PlacedOrder, Refund]:
    placed = await paid_by_sandbox(db, inventory, house, [0, 1])
    await orders.cancel(db, inventory, placed.id, NOW)
    (refund,) = await refunds.of_order(db, placed.id)
    return placed, refund


async def cents(db: Database, placed: PlacedOrder) -> dict[str, int]:
    return {balance.account.value: balance.cents for balance in await ledger.balances(db, placed.id) if balance.cents}


async def test_a_refund_is_sent_once_and_booked_when_it_is_gone(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed, refund = await cancelled(database, inventory, house)
    assert (refund.status, refund.amount_cents, refund.currency) == (RefundStatus.DUE, 6000, "EUR")
    assert await queued(database, house, Job.SEND_REFUND) == [SendRefund(refund.id)]
    assert await cents(database, placed) == {"receivable": -6000, "sandbox": 6000}
    provider = Watched()
    await refunds.send(database, provider, refund.id, NOW)
    await refunds.send(database, provider, refund.id, NOW)
    assert provider.asked == [(refund.id, refund.reference, 6000, "EUR")]
    assert await cents(database, placed) == {}
    (payment,) = await payments.of_order(database, placed.id)
    assert payment.status is PaymentStatus.REFUNDED
    found = await orders.get(database, placed.id)
    assert (found.received_cents, found.refunded_cents, found.refund_due_cents) == (6000, 6000, 0)
    assert await breaches(database, inventory) == []


async def test_sent_twice_at_once_it_is_booked_once(database: Database, inventory: Inventory, house: House) -> None:
    placed, refund = await cancelled(database, inventory, house)
    provider = Watched()
    await asyncio.gather(*(refunds.send(database, provider, refund.id, NOW) for _ in range(10)))
    assert {asked[0] for asked in provider.asked} == {refund.id}
    assert await cents(database, placed) == {}
    assert await breaches(database, inventory) == []


async def test_a_provider_that_is_away_leaves_it_due(database: Database, inventory: Inventory, house: House) -> None:
    placed, refund = await cancelled(database, inventory, house)
    provider = Watched(fails=1)
    with pytest.raises(ConnectionError):
        await refunds.send(database, provider, refund.id, NOW)
    assert (await orders.get(database, placed.id)).refund_due_cents == 6000
    await refunds.send(database, provider, refund.id, NOW)
    assert (await orders.get(database, placed.id)).refunded_cents == 6000


async def test_a_part_goes_back_and_the_payment_stays(database: Database, inventory: Inventory, house: House) -> None:
    placed = await paid_by_sandbox(database, inventory, house, [0, 1])
    async with database.read() as c:
        first = await c.fetchval("select id from tickets where order_id = $1 limit 1", placed.id)
    await orders.cancel(database, inventory, placed.id, NOW, [first])
    (refund,) = await refunds.of_order(database, placed.id)
    await refunds.send(database, Watched(), refund.id, NOW)
    (payment,) = await payments.of_order(database, placed.id)
    assert (refund.amount_cents, payment.status) == (3000, PaymentStatus.SUCCEEDED)
    assert await cents(database, placed) == {"sales": -3000, "sandbox": 3000}
    assert await breaches(database, inventory) == []


async def test_cash_goes_back_over_the_counter(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0])
    await payments.take_on_site(database, placed.id, NOW)
    await orders.cancel(database, inventory, placed.id, NOW)
    (refund,) = await refunds.of_order(database, placed.id)
    assert await queued(database, house, Job.SEND_REFUND) == []
    for organisation, missing in ((new_id(), refund.id), (house.organisation, new_id())):
        with pytest.raises(NotFound):
            await refunds.hand_out(database, organisation, missing, NOW)
    handed_out = await refunds.hand_out(database, house.organisation, refund.id, NOW)
    assert (handed_out.status, handed_out.sent_at) == (RefundStatus.SENT, NOW)
    with pytest.raises(RefundSent):
        await refunds.hand_out(database, house.organisation, refund.id, NOW)
    assert await cents(database, placed) == {}
    assert await breaches(database, inventory) == []


async def test_what_came_by_the_provider_is_not_handed_out(
    database: Database, inventory: Inventory, house: House
) -> None:
    _, refund = await cancelled(database, inventory, house)
    with pytest.raises(NotFound):
        await refunds.hand_out(database, house.organisation, refund.id, NOW)


async def test_a_refund_that_is_none_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        await refunds.send(database, Watched(), new_id(), NOW)


async def test_money_of_several_payments_goes_back_to_each(
    database: Database, inventory: Inventory, house: House
) -> None:
    """Paid at a low price, moved to a dearer seat, paid the rest in cash: two payments, two refunds."""
    placed = await paid_by_sandbox(database, inventory, house, [10])
    await move(database, inventory, house, placed, 0)
    await payments.take_on_site(database, placed.id, NOW)
    await orders.cancel(database, inventory, placed.id, NOW)
    flagged = sorted((refund.provider, refund.amount_cents) for refund in await refunds.of_order(database, placed.id))
    assert flagged == [("on_site", 1000), ("sandbox", 2000)]
    assert await breaches(database, inventory) == []


async def test_whoever_is_inside_stays_a_guest_and_is_paid_back_too(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await paid_by_sandbox(database, inventory, house, [0, 1])
    async with database.transaction() as c:
        inside = await c.fetchval("select id from tickets where order_id = $1 and place = 0", placed.id)
        await let_in(c, house, inside)
    refunded = await orders.refund(database, inventory, placed.id, NOW)
    assert (refunded.status, refunded.total_cents, refunded.refund_due_cents) == (
        OrderStatus.PAID,
        0,
        placed.total_cents,
    )
    async with database.read() as c:
        seats = await c.fetch("select place, status from tickets where order_id = $1 order by place", placed.id)
        owned = await c.fetch("select place from claims where order_id = $1", placed.id)
        lines = await c.fetch(
            "select kind, sum(amount_cents) as cents from order_lines where order_id = $1 group by kind", placed.id
        )
    assert [tuple(seat) for seat in seats] == [(0, TicketStatus.VALID), (1, TicketStatus.CANCELLED)]
    assert [claim["place"] for claim in owned] == [0]
    half = placed.total_cents // 2
    assert {line["kind"]: line["cents"] for line in lines} == {
        "ticket": placed.total_cents, "reversal": -half, "adjustment": -half,
    }  # fmt: skip
    with pytest.raises(NothingReceived):
        await orders.refund(database, inventory, placed.id, NOW)
    assert await breaches(database, inventory) == []


async def test_what_was_shown_is_what_is_done_or_nothing_is(
    database: Database, inventory: Inventory, house: House
) -> None:
    """Between what a clerk saw and what a clerk pressed, a colleague moved the ticket to a dearer seat."""
    seen = await order(database, inventory, house, [10])
    await move(database, inventory, house, seen, 0)
    with pytest.raises(ChangedMeanwhile):
        await payments.take_on_site(database, seen.id, NOW, due_cents=seen.total_cents)
    paid = await payments.take_on_site(database, seen.id, NOW, due_cents=3000)
    for act in (orders.cancel, orders.refund):
        with pytest.raises(ChangedMeanwhile):
            await act(database, inventory, paid.id, NOW, back_cents=2000)
    assert await refunds.of_order(database, paid.id) == []
    await orders.cancel(database, inventory, paid.id, NOW, back_cents=3000)
    assert [refund.amount_cents for refund in await refunds.of_order(database, paid.id)] == [3000]
    assert await breaches(database, inventory) == []


async def move(db: Database, inventory: Inventory, house: House, placed: PlacedOrder, place: int) -> Any:
    async with db.read() as c:
        ticket = await c.fetchval("select id from tickets where order_id = $1", placed.id)
    return await moves.move_ticket(db, inventory, SETTINGS, house.organisation, MoveTicket(ticket, place), NOW)


async def test_who_sells_gives_back_what_they_took_themselves_today(database: Database, inventory: Inventory) -> None:
    await empty(database)
    counter = await open_counter(database)
    mine = await sell(database, inventory, counter, [0, 1])
    other = await person(database, counter.house)
    by = counter.seller
    await refunds.ensure_within_rights(database, mine.id, by, NOW)
    for who, at in ((other, NOW), (by, NOW + timedelta(days=1))):
        with pytest.raises(RefundNotYours):
            await refunds.ensure_within_rights(database, mine.id, who, at)
    async with database.read() as c:
        ticket = await c.fetchval("select id from tickets where order_id = $1 limit 1", mine.id)
    part = (await splits.split(database, SETTINGS, Split(mine.id, (ticket,), "once"), NOW, by)).new
    await refunds.ensure_within_rights(database, part.id, by, NOW)
    with pytest.raises(RefundNotYours):
        await refunds.ensure_within_rights(database, part.id, other, NOW)
    plain = await open_house(database)
    placed = await order(database, inventory, plain, [0])
    await payments.take_on_site(database, placed.id, NOW)
    await refunds.ensure_within_rights(database, placed.id, other, NOW)
