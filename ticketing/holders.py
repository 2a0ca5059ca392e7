"""Holders: whose name a ticket bears, as its buyer changes it while the box office lets them.

The name is what people read. The code does not hold it, so it stays good, and papers printed before still let in.
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from ticketing import audit, checkouts, orders
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.refusals import NotFound
from ticketing.sql import load
from ticketing.texts import text_of

SQL = load("holders")


async def name(db: Database, order_id: UUID, names: Mapping[UUID, str], now: datetime, by: Actor) -> int:
    """Put other names on tickets of an order; how many changed.

    Raises HoldersFixed, InputRefused (its field is the ticket's id), and NotFound for a ticket that is not of the
    order, not good any more, or was used.
    """
    wanted = {ticket_id: text_of(text, str(ticket_id)) for ticket_id, text in names.items()}
    async with db.transaction() as c:
        order = await orders.lock(c, order_id)
        await checkouts.ensure_nameable(c, order_id, now)
        known = {row["id"]: row["holder_name"] for row in await SQL.lock.rows(c, order_id=order_id)}
        if not wanted.keys() <= known.keys():
            raise NotFound(what="ticket")
        changed = {ticket_id: text for ticket_id, text in wanted.items() if text != known[ticket_id]}
        if changed:
            await SQL.name.run(c, ticket_ids=list(changed), names=list(changed.values()))
            told = {"tickets": (None, len(changed))}
            await audit.note(c, by, "order.holders-named", order.subject, now, told)
    return len(changed)
