"""Oppositions: a ticket or a pass made invalid, its place and its proof kept.

The status on the ticket decides at the gate; the row here says why, by whom, and which code was out at that moment. An
opposition ends when the ticket is allowed again or issued again under another code; its row stays.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ticketing.audit import Actor
from ticketing.ids import new_id
from ticketing.sql import Connection, load
from ticketing.states import TicketEvent
from ticketing.texts import text_of

REASON_CHARS_MAX = 500

SQL = load("oppositions")


class Opposition(Struct, frozen=True):
    """Why something is, or was, invalid. `by` is the name of who opposed it, None for a program."""

    ticket_id: UUID | None
    pass_id: UUID | None
    generation: int
    reason: str
    by: str | None
    opposed_at: datetime
    ended_at: datetime | None


def reason_of(typed: str) -> str:
    """A reason as it is kept: one line, or none."""
    return text_of(typed, "reason", chars_min=0, chars_max=REASON_CHARS_MAX)


async def follow(
    c: Connection,
    event: TicketEvent,
    generation: int,
    now: datetime,
    by: Actor | None,
    reason: str,
    *,
    ticket_id: UUID | None = None,
    pass_id: UUID | None = None,
) -> None:
    """Write what an event means here, in the transaction that changes the ticket or pass: one begins, or all end."""
    if event is not TicketEvent.OPPOSE:
        await SQL.end.run(c, ticket_id=ticket_id, pass_id=pass_id, now=now)
        return
    await SQL.begin.run(
        c, opposition_id=new_id(), ticket_id=ticket_id, pass_id=pass_id, generation=generation, reason=reason,
        staff_id=by.staff_id if by else None, now=now,
    )  # fmt: skip


async def of_order(c: Connection, order_id: UUID) -> list[Opposition]:
    """The oppositions of an order's tickets and passes, the oldest first."""
    return await SQL.of_order.all(c, Opposition, order_id=order_id)
