"""Notes on orders: what whoever serves a buyer should know. Added with author and time, and never edited or deleted."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ticketing import audit, orders
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import InputRefused
from ticketing.sql import Connection, load

NOTE_CHARS_MAX = 2000

SQL = load("notes")


class Note(Struct, frozen=True):
    """A note; `by` is its author's name."""

    id: UUID
    by: str | None
    text: str
    created_at: datetime


async def add(db: Database, order_id: UUID, text: str, now: datetime, by: Actor) -> None:
    """Add a note to an order. Raises NotFound, InputRefused for an empty or long one."""
    kept = text.strip()
    if not kept or len(kept) > NOTE_CHARS_MAX:
        raise InputRefused(problem="Write a note of 1 to {most} characters.", most=NOTE_CHARS_MAX, where="text")
    async with db.transaction() as c:
        order = await orders.lock(c, order_id)
        await SQL.add.run(c, note_id=new_id(), order_id=order_id, staff_id=by.staff_id, text=kept, now=now)
        await audit.note(c, by, "order.noted", order.subject, now)


async def of_order(c: Connection, order_id: UUID) -> list[Note]:
    """An order's notes, the newest first."""
    return await SQL.of_order.all(c, Note, order_id=order_id)
