"""Refunds: money that goes back. First flagged, in the transaction that makes it due; then sent, and booked.

What is flagged is not taken back: should the order cost more again meanwhile, that is collected by itself. So what goes
back of a payment is never more than came in, and a refund asked of the provider twice carries the same id both times.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from engine.failpoints import reach
from ticketing import audit, cash_sessions, jobs, ledger
from ticketing.audit import Actor, Subject
from ticketing.cash_journal import Drawer, Method
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.jobs import Job, SendRefund
from ticketing.ledger import Account
from ticketing.refusals import NotFound, RefundNotYours, RefundSent
from ticketing.sql import Connection, load
from ticketing.states import PAYMENT, PaymentEvent, PaymentStatus, RefundStatus, sources

ON_SITE, TERMINAL = Method.CASH.value, Method.TERMINAL.value
SANDBOX, TRANSFER = "sandbox", "transfer"
ACCOUNTS = {
    ON_SITE: Account.CASH,
    TERMINAL: Account.TERMINAL,
    SANDBOX: Account.SANDBOX,
    TRANSFER: Account.BANK,
}
"""Where the money of each provider lies."""
AT_COUNTER = frozenset({ON_SITE, TERMINAL})
"""What is taken and given back over the counter, in a cash session where there is one."""
BY_HAND = AT_COUNTER | {TRANSFER}
"""What somebody gives back, over the counter or by the bank, and books when it is gone."""

SQL = load("refunds")


class Refund(Struct, frozen=True):
    """Money of one payment that goes back, or went back at `sent_at`. `reference` is the payment's at its provider."""

    id: UUID
    order_id: UUID
    payment_id: UUID
    provider: str
    reference: str
    amount_cents: int
    currency: str
    status: RefundStatus
    reason: str
    created_at: datetime
    sent_at: datetime | None


class Provider(Protocol):
    """What a refund needs of a payment provider."""

    async def refund(self, refund_id: UUID, reference: str, amount_cents: int, currency: str) -> None:
        """Give money back; with the same id again, do nothing. Returns when it is accepted, raises when it is not."""
        ...


async def flag_excess(c: Connection, order_id: UUID, reason: str, now: datetime) -> None:
    """Flag whatever came in beyond what the order costs. The caller's transaction holds the order's row."""
    for row in await SQL.excess.rows(c, order_id=order_id):
        left_cents = row["cents"]
        for payment in await SQL.refundable.rows(c, order_id=order_id, currency=row["currency"]):
            amount_cents = min(left_cents, payment["left_cents"])
            if amount_cents:
                await flag(c, order_id, payment["id"], payment["provider"], amount_cents, row["currency"], reason, now)
            left_cents -= amount_cents
        assert left_cents == 0, "what came in beyond the price lies in some payment"


async def flag(
    c: Connection,
    order_id: UUID,
    payment_id: UUID,
    provider: str,
    amount_cents: int,
    currency: str,
    reason: str,
    now: datetime,
) -> None:
    """Flag an amount of one payment; what came by a provider goes back by a job, what came over the counter or by a
    bank transfer by somebody's hand."""
    values = {"payment_id": payment_id, "amount_cents": amount_cents, "currency": currency, "reason": reason}
    refund_id = new_id()
    await SQL.add.run(c, refund_id=refund_id, order_id=order_id, now=now, **values)
    if provider not in BY_HAND:
        await jobs.enqueue(c, Job.SEND_REFUND, SendRefund(refund_id))


async def carry(c: Connection, from_id: UUID, to_id: UUID, amount_cents: int, currency: str, now: datetime) -> None:
    """Take an amount that came in for one order, the newest first, along to another: what leaves the one as sent is a
    payment of the other, a part of the one that came. The caller's transaction holds both orders' rows."""
    left_cents = amount_cents
    for payment in await SQL.refundable.rows(c, order_id=from_id, currency=currency):
        part_cents, provider = min(left_cents, payment["left_cents"]), payment["provider"]
        if not part_cents:
            break
        left_cents -= part_cents
        part_id = new_id()
        values = {"payment_id": payment["id"], "amount_cents": part_cents, "currency": currency, "now": now}
        await SQL.carry.run(c, refund_id=new_id(), part_id=part_id, from_id=from_id, to_id=to_id, **values)
        along = (part_cents, currency, "split", now)
        await ledger.post(c, from_id, Account.RECEIVABLE, ACCOUNTS[provider], *along, payment["id"])
        await ledger.post(c, to_id, ACCOUNTS[provider], Account.RECEIVABLE, *along, part_id)
        await _mark_returned(c, payment["id"])
    assert left_cents == 0, "what goes along lies in some payment"


async def send(db: Database, provider: Provider, refund_id: UUID, now: datetime) -> None:
    """Have the provider give the money back, then book it. May run twice: the id tells the provider."""
    async with db.read() as c:
        refund = await _get(c, refund_id)
    if refund.status is RefundStatus.SENT:
        return
    await provider.refund(refund.id, refund.reference, refund.amount_cents, refund.currency)
    reach("F19")
    async with db.transaction() as c:
        await _book(c, refund, now)


async def hand_out(
    db: Database,
    organisation_id: UUID,
    refund_id: UUID,
    now: datetime,
    by: Actor | None = None,
    session_id: UUID | None = None,
) -> Refund:
    """Book a refund that was given back over the counter, or by the bank; over the counter it lies in a cash session,
    as `payments.take_on_site` has it.

    Raises NotFound, RefundSent; CashSessionNeeded, CashSessionClosed, CashShort.
    """
    async with db.transaction() as c:
        refund = await SQL.get_of.one(c, Refund, organisation_id=organisation_id, refund_id=refund_id)
        if refund is None:
            raise NotFound(what="refund")
        await SQL.lock_order.run(c, order_id=refund.order_id)
        row = await SQL.order_named.row(c, order_id=refund.order_id)
        assert row is not None, "a refund is of an order"
        drawer = await _drawer(c, refund, row["box_office_id"], by, session_id)
        if not await _book(c, refund, now, drawer):
            raise RefundSent()
        if by is not None:
            if drawer is not None:
                given = (refund.order_id, refund_id, Method(refund.provider), refund.amount_cents)
                await cash_sessions.book_refund(c, drawer, *given, by, now)
            subject = Subject(kind="order", id=refund.order_id, name=row["code"], box_office_id=row["box_office_id"])
            told = {"refund_cents": (refund.amount_cents, refund.amount_cents)}
            await audit.note(c, by, "refund.handed-out", subject, now, told)
        return await _get(c, refund_id)


async def ensure_within_rights(db: Database, order_id: UUID, by: Actor, now: datetime) -> None:
    """Whether who sells, and does not manage, may give back what came in for an order: where there are tills, what they
    took themselves today in a cash session of theirs. Raises RefundNotYours. Without tills nobody knows who took what,
    and who sells may."""
    async with db.read() as c:
        if await SQL.of_others.value(c, order_id=order_id, staff_id=by.staff_id, now=now):
            raise RefundNotYours()


def ensure_of(found: Sequence[Refund], refund_id: UUID) -> None:
    """NotFound unless a refund is among these."""
    if all(refund.id != refund_id for refund in found):
        raise NotFound(what="refund")


async def of_order(db: Database, order_id: UUID) -> list[Refund]:
    """An order's refunds, due and sent, the oldest first."""
    async with db.read() as c:
        return await SQL.of_order.all(c, Refund, order_id=order_id)


async def _drawer(
    c: Connection, refund: Refund, box_office_id: UUID, by: Actor | None, session_id: UUID | None
) -> Drawer | None:
    """The cash session that it is given back in, held; None where it is in none."""
    if refund.provider not in AT_COUNTER:
        return None
    return await cash_sessions.drawer_for(c, box_office_id, by, Method(refund.provider), session_id)


async def _book(c: Connection, refund: Refund, now: datetime, drawer: Drawer | None = None) -> bool:
    """Write that the money is gone; False when it was written before."""
    await SQL.lock_order.run(c, order_id=refund.order_id)
    cash_session_id = drawer.id if drawer else None
    if not await SQL.mark_sent.run(c, refund_id=refund.id, now=now, cash_session_id=cash_session_id):
        return False
    account, amount_cents = ACCOUNTS[refund.provider], refund.amount_cents
    await ledger.post(
        c, refund.order_id, Account.RECEIVABLE, account, amount_cents, refund.currency, "refund", now, refund.payment_id
    )
    await _mark_returned(c, refund.payment_id)
    return True


async def _mark_returned(c: Connection, payment_id: UUID) -> None:
    """A payment all of which is gone is one that went back."""
    if await SQL.returned.value(c, payment_id=payment_id):
        from_ = sources(PAYMENT, PaymentEvent.RETURN)
        await SQL.mark_returned.run(c, payment_id=payment_id, sources=from_, target=PaymentStatus.REFUNDED)


async def _get(c: Connection, refund_id: UUID) -> Refund:
    refund = await SQL.get.one(c, Refund, refund_id=refund_id)
    if refund is None:
        raise NotFound(what="refund")
    return refund
