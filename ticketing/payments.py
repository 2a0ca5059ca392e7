"""Payments: money that comes in, by a provider, a bank or over the counter, and what it does to its order.

An order exists before its payment, with its places owned and its price owed, so a payment only ever settles a debt.
What a provider tells us is booked once, whatever it sends twice, late or out of order: the notification's id is a key,
the order's row a queue, and the payment's state decides. Money that is not what is owed (another amount, an order that
is gone, a second payment) is booked as well, pays nothing, and is flagged to go back.

A transfer that a bank tells of is the one payment of any amount: less than what is owed is kept, and the rest stays
owed.

Money that comes after the order expired gets its seats again where they are free: paid means seated, or flagged.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from engine.failpoints import reach
from engine.holds import Any, Seats, Want
from engine.inventory import Inventory
from ticketing import audit, cash_sessions, claims, invoicing, jobs, ledger, orders, refunds
from ticketing.audit import Actor
from ticketing.cash_journal import Method
from ticketing.claims import Claim, Claiming
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.jobs import Job, MailKind, RelabelTickets, SendMail
from ticketing.ledger import Account
from ticketing.orders import Locked, Order
from ticketing.refunds import ACCOUNTS, TRANSFER
from ticketing.refusals import ChangedMeanwhile, InputRefused, NothingDue, SeatsBlocked, SeatsTaken, SoldOut
from ticketing.sandbox import Charge, Notice, Sandbox
from ticketing.settings import Settings
from ticketing.sql import Connection, load
from ticketing.states import (
    ORDER,
    PAYMENT,
    TICKET,
    OrderEvent,
    OrderStatus,
    PaymentEvent,
    PaymentStatus,
    TicketEvent,
    TicketStatus,
    sources,
    step,
)

SQL = load("payments")


class Payment(Struct, frozen=True):
    """A payment; once it is settled, `amount_cents` is what came."""

    id: UUID
    order_id: UUID
    provider: str
    reference: str
    amount_cents: int
    currency: str
    status: PaymentStatus
    created_at: datetime
    settled_at: datetime | None
    part_of: UUID | None = None
    """The payment of another order that this is a part of, which went along with tickets."""


class StartedPayment(Struct, frozen=True):
    """A payment to be made at `redirect_url`."""

    id: UUID
    reference: str
    amount_cents: int
    currency: str
    redirect_url: str


class Received(StrEnum):
    """What became of a notification."""

    PAID = "paid"
    PART_PAID = "part-paid"
    """A transfer of less than was owed: the rest stays owed."""
    SEATED_LATE = "seated-late"
    """The order had expired, and got its places again."""
    FAILED = "failed"
    WRONG_AMOUNT = "wrong-amount"
    """Something else came than was asked for: it goes back, and nothing is paid."""
    REFUND_DUE = "refund-due"
    """The order has no use for the money any more: it goes back."""
    IGNORED = "ignored"
    """Of this payment, all that matters was known."""
    UNKNOWN = "unknown"
    """No payment of ours has this reference."""


class Transfer(Struct, frozen=True):
    """Money that came to an account of the bank's for an order. `id` names it, whatever files it is in."""

    id: UUID
    amount_cents: int
    currency: str


class Seated(Struct, frozen=True):
    """Places claimed again, of which Redis is to be told after the commit."""

    box_office: str
    hold: bytes
    owned: list[Claim]


class _Lost(Struct, frozen=True):
    """A ticket that its order's expiry took back."""

    id: UUID
    order_line_id: UUID
    pass_id: UUID | None
    pool_id: int
    place: int


async def begin(db: Database, provider: Sandbox, order_id: UUID, return_url: str, now: datetime) -> StartedPayment:
    """Begin to pay what is due; the shopper pays at the provider's page and comes back to `return_url`.

    A payment begun before for the same amount goes on. Raises NotFound, WrongState, NothingDue.
    """
    async with db.transaction() as c:
        await orders.lock(c, order_id)
        order = await _payable(c, order_id)
        row = await SQL.pending.row(c, order_id=order_id, provider=provider.name, amount_cents=order.due_cents)
        payment_id = row["id"] if row else new_id()
        charge = Charge(provider.reference(payment_id), order.due_cents, order.currency, return_url)
        if row is None:
            await _add(c, order, payment_id, provider.name, charge.reference, PaymentStatus.PENDING, now)
    page = provider.page(charge)
    return StartedPayment(payment_id, charge.reference, charge.amount_cents, charge.currency, page)


async def take_on_site(
    db: Database,
    order_id: UUID,
    now: datetime,
    by: Actor | None = None,
    due_cents: int | None = None,
    method: Method = Method.CASH,
    session_id: UUID | None = None,
    part_cents: int | None = None,
) -> Order:
    """Book what is due as paid over the counter, in cash or by a card terminal; `part_cents` alone, if it is told.

    What a person of the staff takes lies in the cash session that is named, or in their own if they have one open;
    where a box office has tills, cash needs one. A program's key has a drawer of its own and books in none.

    Raises NotFound, WrongState, NothingDue; ChangedMeanwhile when anything but `due_cents` is due; InputRefused for a
    part that is none; CashSessionNeeded, CashSessionClosed.
    """
    async with db.transaction() as c:
        locked = await orders.lock(c, order_id)
        return await take_in(c, locked, now, by, due_cents, method, session_id, part_cents)


async def take_in(
    c: Connection,
    locked: Locked,
    now: datetime,
    by: Actor | None = None,
    due_cents: int | None = None,
    method: Method = Method.CASH,
    session_id: UUID | None = None,
    part_cents: int | None = None,
) -> Order:
    """`take_on_site` in the caller's transaction, which holds the order's row."""
    order_id = locked.id
    order = await _payable(c, order_id)
    if due_cents not in (None, order.due_cents):
        raise ChangedMeanwhile()
    cents = order.due_cents if part_cents is None else part_cents
    if not 0 < cents <= order.due_cents:
        raise InputRefused(problem="Type an amount above zero, and no more than is due.", where="given")
    payment_id, drawer = new_id(), await cash_sessions.drawer_for(c, order.box_office_id, by, method, session_id)
    lies_in = drawer.id if drawer else None
    await _add(c, order, payment_id, method, str(payment_id), PaymentStatus.SUCCEEDED, now, lies_in, cents)
    await _post(c, order_id, payment_id, method, cents, order.currency, now)
    if by is not None:
        if drawer is not None:
            taken = (order_id, payment_id, method, cents)
            await cash_sessions.book_payment(c, drawer, *taken, by, now)
        told = {"received_cents": (order.received_cents, order.received_cents + cents)}
        await audit.note(c, by, "order.paid", locked.subject, now, told)
    return await orders.pay_if_settled(c, order_id, now)


async def book_transfer(
    t: Claiming, order_id: UUID, transfer: Transfer, now: datetime
) -> tuple[UUID, Received, Seated | None]:
    """Book a transfer in the caller's transaction; the payment it became, what it did, and places for `settle_later`.

    A transfer that was booked before breaks the key of its reference. NotReady and OrderLate: it may work in a moment.
    """
    c = t.c
    order = await orders.lock(c, order_id)
    payment = Payment(
        new_id(), order_id, TRANSFER, str(transfer.id), transfer.amount_cents, transfer.currency, PaymentStatus.PENDING,
        now, None,
    )  # fmt: skip
    await SQL.add.run(
        c, payment_id=payment.id, order_id=order_id, provider=TRANSFER, reference=payment.reference,
        amount_cents=payment.amount_cents, currency=payment.currency, status=payment.status, now=now, settled_at=None,
        cash_session_id=None,
    )  # fmt: skip
    before = await orders.view(c, order_id)
    if payment.currency != before.currency:
        return payment.id, await _send_back(c, payment, transfer, Received.WRONG_AMOUNT, now), None
    if order.status is OrderStatus.EXPIRED:
        seated = await _seat_again(t, order, payment, now)
        outcome = Received.SEATED_LATE if seated else await _send_back(c, payment, transfer, Received.REFUND_DUE, now)
        return payment.id, outcome, seated
    if order.status not in sources(ORDER, OrderEvent.PAY) or before.due_cents <= 0:
        return payment.id, await _send_back(c, payment, transfer, Received.REFUND_DUE, now), None
    await _accept(c, payment, now)
    await orders.pay_if_settled(c, order_id, now)
    return payment.id, Received.PART_PAID if payment.amount_cents < before.due_cents else Received.PAID, None


async def settle_later(inventory: Inventory, seated: Seated | None) -> None:
    """After the commit: tell Redis of places that are an order's again."""
    if seated is not None:
        await claims.settle(inventory, seated.box_office, seated.owned, seated.hold)


async def of_order(db: Database, order_id: UUID) -> list[Payment]:
    """An order's payments, the oldest first."""
    async with db.read() as c:
        return await SQL.of_order.all(c, Payment, order_id=order_id)


async def receive(
    db: Database,
    inventory: Inventory,
    settings: Settings,
    provider: Sandbox,
    body: bytes,
    signature: str,
    now: datetime,
) -> Received:
    """Book a notification of the provider's, once. Repeats get the first outcome.

    Raises SignatureRefused; NotReady, OrderLate and StoreUnreachable when the provider should send it again.
    """
    reach("F8")
    notice = provider.verify(body, signature, now)
    key = {"provider": provider.name, "notification_id": notice.id}
    async with claims.claiming(db, inventory, settings) as t:
        if not await SQL.note.run(t.c, body=body, now=now, **key):
            return Received(await SQL.noted.value(t.c, **key))
        payment, outcome, seated = await _book(t, provider, notice, now)
        await SQL.note_outcome.run(t.c, payment_id=payment and payment.id, outcome=outcome, **key)
    reach("F9")
    await settle_later(inventory, seated)
    return outcome


async def _book(
    t: Claiming, provider: Sandbox, notice: Notice, now: datetime
) -> tuple[Payment | None, Received, Seated | None]:
    """What the notification does, with the order's row held: the order first, as everywhere, then the payment."""
    c = t.c
    order_id = await SQL.order_of.value(c, provider=provider.name, reference=notice.reference)
    if order_id is None:
        return None, Received.UNKNOWN, None
    order = await orders.lock(c, order_id)
    payment = await SQL.lock.one(c, Payment, provider=provider.name, reference=notice.reference)
    assert payment is not None, "payments are never deleted"
    event = PaymentEvent.ACCEPT if notice.paid else PaymentEvent.FAIL
    if payment.status not in sources(PAYMENT, event):
        return payment, Received.IGNORED, None
    if not notice.paid:
        await _settle(c, payment, PaymentEvent.FAIL, payment.amount_cents, payment.currency, now)
        return payment, Received.FAILED, None
    if (notice.amount_cents, notice.currency) != (payment.amount_cents, payment.currency):
        return payment, await _send_back(c, payment, notice, Received.WRONG_AMOUNT, now), None
    if order.status is OrderStatus.EXPIRED:
        seated = await _seat_again(t, order, payment, now)
        outcome = Received.SEATED_LATE if seated else await _send_back(c, payment, notice, Received.REFUND_DUE, now)
        return payment, outcome, seated
    due_cents = (await orders.view(c, order.id)).due_cents
    if order.status not in sources(ORDER, OrderEvent.PAY) or not 0 < due_cents <= payment.amount_cents:
        return payment, await _send_back(c, payment, notice, Received.REFUND_DUE, now), None
    await _accept(c, payment, now)
    await orders.pay_if_settled(c, order.id, now)
    return payment, Received.PAID, None


async def _payable(c: Connection, order_id: UUID) -> Order:
    order = await orders.view(c, order_id)
    step(ORDER, "order", order.status, OrderEvent.PAY)
    if order.due_cents == 0:
        raise NothingDue()
    return order


async def _add(
    c: Connection,
    order: Order,
    payment_id: UUID,
    provider: str,
    reference: str,
    status: PaymentStatus,
    now: datetime,
    cash_session_id: UUID | None = None,
    amount_cents: int | None = None,
) -> None:
    """A payment of what is due, or of another amount."""
    await SQL.add.run(
        c,
        payment_id=payment_id,
        order_id=order.id,
        provider=provider,
        reference=reference,
        amount_cents=order.due_cents if amount_cents is None else amount_cents,
        currency=order.currency,
        status=status,
        now=now,
        settled_at=None if status is PaymentStatus.PENDING else now,
        cash_session_id=cash_session_id,
    )


async def _accept(c: Connection, payment: Payment, now: datetime) -> None:
    """The money is ours; what it is beyond the debt goes back."""
    await _settle(c, payment, PaymentEvent.ACCEPT, payment.amount_cents, payment.currency, now)
    await _post(c, payment.order_id, payment.id, payment.provider, payment.amount_cents, payment.currency, now)
    await refunds.flag_excess(c, payment.order_id, "paid beyond the price", now)


async def _send_back(
    c: Connection, payment: Payment, came: Notice | Transfer, outcome: Received, now: datetime
) -> Received:
    """The money came, is booked as what it is, and goes back whole."""
    amount_cents, currency = came.amount_cents, came.currency
    await _settle(c, payment, PaymentEvent.FLAG, amount_cents, currency, now)
    await _post(c, payment.order_id, payment.id, payment.provider, amount_cents, currency, now)
    await refunds.flag(c, payment.order_id, payment.id, payment.provider, amount_cents, currency, outcome, now)
    return outcome


async def _settle(
    c: Connection, payment: Payment, event: PaymentEvent, amount_cents: int, currency: str, now: datetime
) -> None:
    status = step(PAYMENT, "payment", payment.status, event)
    values = {"status": status, "amount_cents": amount_cents, "currency": currency}
    await SQL.settle.run(c, payment_id=payment.id, now=now, **values)


async def _post(
    c: Connection, order_id: UUID, payment_id: UUID, provider: str, amount_cents: int, currency: str, now: datetime
) -> None:
    account = ACCOUNTS[provider]
    await ledger.post(c, order_id, account, Account.RECEIVABLE, amount_cents, currency, "payment", now, payment_id)


async def _seat_again(t: Claiming, order: Locked, payment: Payment, now: datetime) -> Seated | None:
    """Undo the order's expiry, where all its places are still free and the money covers them; None where not."""
    c = t.c
    tickets = await SQL.expired_tickets.all(c, _Lost, order_id=order.id, now=now)
    old_lines = list({ticket.order_line_id for ticket in tickets})
    if not tickets or await SQL.cost.value(c, line_ids=old_lines) > payment.amount_cents:
        return None
    wants = await _wants(c, tickets)
    try:
        async with claims.pinned(t, order.box_office_id, wants) as pin, c.transaction():
            owned = await claims.take(t, order.id, pin)
    except (SeatsTaken, SeatsBlocked, SoldOut):
        return None
    await claims.sync_later(c, claims.pairs(pin.places))
    await SQL.reseat.run(
        c,
        order_id=order.id,
        old_lines=old_lines,
        new_lines=[new_id() for _ in old_lines],
        order_status=step(ORDER, "order", order.status, OrderEvent.RESEAT),
        ticket_sources=sources(TICKET, TicketEvent.RESEAT),
        ticket_status=step(TICKET, "ticket", TicketStatus.CANCELLED, TicketEvent.RESEAT),
        now=now,
    )
    for (performance,) in await SQL.replanned.rows(c, order_id=order.id):
        await jobs.enqueue(c, Job.RELABEL_TICKETS, RelabelTickets(performance, order.id))
    await _accept(c, payment, now)
    await jobs.enqueue(c, Job.SEND_MAIL, SendMail(order.id, MailKind.ORDER_PAID))
    await invoicing.follow(c, [order.id], now)
    return Seated(pin.box_office, pin.hold, owned)


async def _wants(c: Connection, tickets: list[_Lost]) -> tuple[Want, ...]:
    """The tickets' own places, and any of those that they take beside them."""
    places: dict[int, list[int]] = {}
    for ticket in tickets:
        places.setdefault(ticket.pool_id, []).append(ticket.place)
    beside = await orders.SQL.beside.rows(c, ticket_ids=[ticket.id for ticket in tickets])
    seats = (Seats(pool, tuple(some)) for pool, some in places.items())
    return (*seats, *(Any(row["pool_id"], row["place_count"]) for row in beside))
