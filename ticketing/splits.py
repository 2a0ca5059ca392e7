"""Splitting an order: some of its tickets become an order of their own, and it keeps the rest.

One transaction writes both. The places change owner in place, under the same serials, so Redis has nothing to learn and
nobody can come between; the tickets stay what they are, their codes too. As everywhere, lines stay as they were
written: the old order takes its own back, the new one has them again, and what was invoiced is credited there and
invoiced here. A ticket that goes along was not sold twice: reports read it as they read one that moved.

Money follows the tickets only as far as the old order has no more use for it. It stays a part of the payment that it
came with (`payments.part_of`), so that it goes back the way it came; no drawer and no bank account is touched.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from engine.failpoints import reach
from ticketing import audit, claims, customers, invoicing, jobs, ledger, orders, payments, refunds
from ticketing.audit import Actor
from ticketing.cash_journal import Method
from ticketing.db import Database
from ticketing.drafts import Buyer
from ticketing.ids import new_code, new_id, secret_hash
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.ledger import Account
from ticketing.orders import Locked, Order, OrderTicket
from ticketing.refusals import NothingDue, OrderLate, RequestReused, SplitWhole, TicketPaidBack
from ticketing.settings import Settings
from ticketing.sql import Connection, load
from ticketing.states import ORDER, OrderEvent, OrderStatus, step

DIGEST_BYTES = 16
REASON = "split"
RELATIVES_MAX = 20

SQL = load("splits")


class Till(Struct, frozen=True):
    """The new order is paid at once over the counter: how, what was told to be due, and into whose session's drawer
    (None: the seller's own)."""

    method: Method
    due_cents: int
    session_id: UUID | None = None


class Split(Struct, frozen=True):
    """Which tickets leave an order. `request_key` names the request: repeating it does it once. `buyer`: whose the new
    order is, None for the same customer."""

    order: UUID
    tickets: tuple[UUID, ...]
    request_key: str
    till: Till | None = None
    buyer: Buyer | None = None


class Parted(Struct, frozen=True):
    """The two orders as they are now."""

    old: Order
    new: Order


class Relative(Struct, frozen=True):
    """An order that an order was split off (`parent`), or one that was split off it."""

    id: UUID
    code: str
    status: OrderStatus
    currency: str
    due_cents: int
    parent: bool


async def relatives(db: Database, order_id: UUID) -> list[Relative]:
    """The orders that an order was split off, and that were split off it: the parent first; at most `RELATIVES_MAX`."""
    async with db.read() as c:
        return await SQL.relatives.all(c, Relative, order_id=order_id, rows_max=RELATIVES_MAX)


async def split(db: Database, settings: Settings, request: Split, now: datetime, by: Actor) -> Parted:
    """Split an order, and take the new one's money if a till is named; done twice, it is done once.

    Raises NotFound, WrongState, PassWhole (the tickets of a pass go together), SplitWhole, TicketPaidBack,
    RequestReused, InputRefused for a buyer without an address; ChangedMeanwhile when anything but `till.due_cents` is
    due, and what `payments.take_on_site` says; OrderLate when the same may work in a moment.
    """
    digest = hashlib.blake2b(msgspec.json.encode(request), digest_size=DIGEST_BYTES).digest()
    async with claims.transaction(db) as c:
        locked = await orders.lock(c, request.order)
        known = await SQL.by_key.row(c, box_office_id=locked.box_office_id, request_key=_key(request))
        if known is not None:
            if known["request_digest"] != digest:
                raise RequestReused()
            return Parted(await orders.view(c, locked.id), await orders.view(c, known["id"]))
        step(ORDER, "order", locked.status, OrderEvent.CHANGE)
        live = await orders.live_tickets(c, locked)
        chosen = orders.choose(live, request.tickets)
        if len(chosen) == len(live):
            raise SplitWhole()
        places = await orders.places_of(c, locked, chosen)
        line_ids = sorted({ticket.order_line_id for ticket in chosen})
        if await SQL.adjusted.value(c, line_ids=line_ids):
            raise TicketPaidBack()
        before = await orders.view(c, locked.id)
        new = await _add(c, settings, request, before, digest, now)
        reach("F15")
        value_cents = await _move(c, before, new, chosen, line_ids, places, now)
        await _carry_money(c, before, new, value_cents, now)
        return await _settled(c, request, before, locked, new, (len(live), len(chosen)), now, by)


async def validate(db: Database, settings: Settings, request: Split, now: datetime, by: Actor) -> Parted:
    """Take the money of a reservation over the counter: of some of its tickets, which are split off, or of all, so that
    both orders are the same one. Done twice, it is done once. Raises as `split` and `payments.take_on_site` do."""
    assert request.till is not None, "it is paid"
    till = request.till
    try:
        return await split(db, settings, request, now, by)
    except SplitWhole:
        pass
    try:
        to_pay = (till.due_cents, till.method, till.session_id)
        order = await payments.take_on_site(db, request.order, now, by, *to_pay)
    except NothingDue:
        order = await orders.get(db, request.order)
    return Parted(order, order)


def _key(request: Split) -> str:
    return f"split-{request.order}-{request.request_key}"


async def _add(c: Connection, settings: Settings, request: Split, old: Order, digest: bytes, now: datetime) -> Locked:
    """The new order's row, with nothing on it: what the old one is, for the same customer or another."""
    order_id, code, customer_id = new_id(), new_code(), old.customer_id
    if request.buyer is not None:
        wanted = request.buyer
        found = await customers.find_or_add(c, old.organisation_id, wanted.email, wanted.name, wanted.locale, now)
        customer_id = found.id
    added = await SQL.add.run(
        c, order_id=order_id, code=code, old_id=old.id, customer_id=customer_id, hold_id=new_id().bytes,
        request_key=_key(request), request_digest=digest,
        secret_hash=secret_hash(orders.secret_of(settings, order_id)),
    )  # fmt: skip
    if not added:  # the code drawn for it is another order's
        raise OrderLate()
    return Locked(order_id, code, old.box_office_id, old.status)


async def _move(
    c: Connection,
    old: Order,
    new: Locked,
    chosen: Sequence[OrderTicket],
    line_ids: Sequence[UUID],
    places: Sequence[tuple[int, int]],
    now: datetime,
) -> int:
    """Lines, tickets, passes, answers, claims and debt; what the tickets cost."""
    value_cents: int = await SQL.move.value(
        c, old_id=old.id, new_id=new.id, line_ids=list(line_ids), reversal_ids=[new_id() for _ in line_ids],
        new_lines=[new_id() for _ in line_ids], ticket_ids=[ticket.id for ticket in chosen], now=now,
    )  # fmt: skip
    pools, seats = [pool for pool, _ in places], [place for _, place in places]
    owned = await SQL.own.run(c, old_id=old.id, new_id=new.id, pools=pools, places=seats)
    assert owned == len(places), "its places are the order's own"
    await SQL.follow.run(
        c, old_id=old.id, new_id=new.id, ticket_ids=[ticket.id for ticket in chosen],
        answer_ids=[new_id() for _ in range(await SQL.answer_count.value(c, order_id=old.id))],
    )  # fmt: skip
    await ledger.post(c, old.id, Account.SALES, Account.RECEIVABLE, value_cents, old.currency, REASON, now)
    await ledger.post(c, new.id, Account.RECEIVABLE, Account.SALES, value_cents, old.currency, REASON, now)
    return value_cents


async def _carry_money(c: Connection, old: Order, new: Locked, value_cents: int, now: datetime) -> None:
    """What came in for the old order beyond what is left of it goes along."""
    kept_cents = old.received_cents - old.refunded_cents - old.refund_due_cents
    amount_cents = max(0, kept_cents - (old.total_cents - value_cents))
    if amount_cents:
        await refunds.carry(c, old.id, new.id, amount_cents, old.currency, now)


async def _settled(
    c: Connection,
    request: Split,
    before: Order,
    old: Locked,
    new: Locked,
    counts: tuple[int, int],
    now: datetime,
    by: Actor,
) -> Parted:
    """Both orders become what their money makes of them; then the papers, whose counter is locked last."""
    made = await orders.view(c, new.id)
    if request.till is not None and made.due_cents:
        till = request.till
        await payments.take_in(c, new, now, by, till.due_cents, till.method, till.session_id)
    await orders.pay_if_settled(c, new.id, now)
    await orders.pay_if_settled(c, old.id, now)
    if await SQL.invoiced.value(c, order_id=old.id):
        await invoicing.follow(c, [old.id], now)
        await invoicing.issue(c, new.id, now)
    if request.buyer is not None and before.status is OrderStatus.PAID:
        await jobs.enqueue(c, Job.SEND_MAIL, SendMail(new.id, MailKind.ORDER_PAID))
    parted = Parted(await orders.view(c, old.id), await orders.view(c, new.id))
    had, left = counts
    told = {"tickets": (had, had - left), "into": ("", new.code)}
    await audit.note(c, by, "order.split", old.subject, now, told)
    told = {"tickets": (None, left), "out_of": ("", old.code), "price_cents": (None, parted.new.total_cents)}
    await audit.note(c, by, "order.split-off", new.subject, now, told)
    reach("F15B")
    return parted
