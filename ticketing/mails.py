"""Mails about orders: sent again when somebody asks, and what became of each.

Whoever hands a mail over notes it here under the id of its Message-ID, so that a mail which a worker sends twice, not
knowing whether it had, is one line. Nothing of what a mail said is kept: it says what was true when it was sent.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from ticketing import audit, jobs, orders
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.refusals import InputRefused, MailedJustNow, TicketsNotIssued
from ticketing.sql import Connection, load
from ticketing.states import OrderStatus
from ticketing.texts import email_of

REPLY_CHARS_MAX = 500
PAUSE = timedelta(minutes=2)
"""Between two mails that a buyer asks for."""
AGAIN = (MailKind.TICKETS_AGAIN, MailKind.CONFIRMATION_AGAIN)
"""The mails that somebody may ask for."""

SQL = load("mails")


class MailOutcome(StrEnum):
    """What became of a mail."""

    SENT = "sent"
    """The relay took it."""
    KEPT = "kept"
    """There is no relay: it lies in the data folder."""
    REFUSED = "refused"
    """The relay will not take it."""


class Mail(Struct, frozen=True):
    """A mail that was handed over, or could not be."""

    id: str
    kind: MailKind
    recipient: str
    outcome: MailOutcome
    reply: str
    at: datetime


async def send_again(
    db: Database, order_id: UUID, kind: MailKind, to: str, now: datetime, by: Actor | None = None
) -> str:
    """Have an order's mail sent, to its customer or to the address `to`; where it goes.

    Raises NotFound, InputRefused, TicketsNotIssued for an order that has nothing valid to write about.
    """
    assert kind in AGAIN, "the other mails are sent by what they tell of"
    address = email_of(to, "to") if to.strip() else None
    async with db.transaction() as c:
        order = await orders.lock(c, order_id)
        if order.status is not OrderStatus.PAID:
            raise TicketsNotIssued()
        recipient: str = address or await SQL.customer_of.value(c, order_id=order_id)
        if not recipient:
            problem = "This buyer was deleted, and their address is not known any more: type one."
            raise InputRefused(problem=problem, where="to")
        await jobs.enqueue(c, Job.SEND_MAIL, SendMail(order_id, kind, address))
        if by is not None:
            await audit.note(c, by, "order.mailed", order.subject, now, {"mail": ("", kind), "to": ("", recipient)})
    return recipient


async def send_to_buyer(db: Database, order_id: UUID, kind: MailKind, now: datetime, by: Actor) -> str:
    """The same for a buyer who asks, to the address of the order alone. MailedJustNow when one has only just left."""
    async with db.read() as c:
        left = [mail.at for mail in await of_order(c, order_id)]
    if any(now - at < PAUSE for at in left):
        raise MailedJustNow()
    return await send_again(db, order_id, kind, "", now, by)


async def note(
    db: Database,
    mail_id: str,
    order_id: UUID,
    kind: MailKind,
    recipient: str,
    outcome: MailOutcome,
    reply: str,
    now: datetime,
) -> None:
    """Write what became of a mail; of one sent twice, the first time counts."""
    async with db.read() as c:
        await SQL.note.run(
            c, mail_id=mail_id, order_id=order_id, kind=kind, recipient=recipient, outcome=outcome,
            reply=reply[:REPLY_CHARS_MAX], now=now,
        )  # fmt: skip


async def of_order(c: Connection, order_id: UUID) -> list[Mail]:
    """An order's mails, the newest first."""
    return await SQL.of_order.all(c, Mail, order_id=order_id)
