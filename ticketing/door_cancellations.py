"""Quick cancelling: tickets that were printed beforehand for points of sale, and come back unsold.

Such tickets are of an order of the counter that nobody has paid for, or not in full. Each is scanned, cancelled, and
its place is back on sale. The guard is the money: nothing may have come in for the ticket, so nothing may go back for
it. A ticket that somebody has paid for, or came in with, is refused.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from engine.inventory import Inventory
from ticketing import orders
from ticketing.channels import Channel
from ticketing.db import Database
from ticketing.refusals import ChangedMeanwhile, NotForResale, NotFound, WrongState
from ticketing.scan_devices import Door
from ticketing.scan_profiles import Right
from ticketing.signing_keys import Keys
from ticketing.sql import load
from ticketing.states import TICKET, OrderStatus, TicketEvent, TicketStatus, sources
from ticketing.ticket_codes import Code, Kind

SQL = load("door_cancellations")


class Cancelled(Struct, frozen=True, kw_only=True):
    """A ticket whose place is back on sale."""

    ticket_id: UUID
    order_code: str
    event_name: str
    starts_at: datetime
    time_zone: str
    zone: str
    row_label: str
    seat_label: str


class _Printed(Cancelled, frozen=True, kw_only=True):
    order_id: UUID
    order_status: OrderStatus
    channel: Channel
    status: TicketStatus
    generation: int
    pass_id: UUID | None
    due_cents: int
    price_cents: int


async def cancel(
    db: Database, inventory: Inventory, keys: Keys, door: Door, code: str, now: datetime, address: str = ""
) -> Cancelled:
    """Cancel the ticket of a code, and put its place back on sale.

    Raises RightMissing; NotFound for what is no ticket of a date that the profile covers, WrongState for one that was
    cancelled already, NotForResale, TicketUsed.
    """
    door.ensure(Right.CANCEL)
    decoded = await keys.decode(door.profile.organisation_id, code, now)
    if not isinstance(decoded, Code) or decoded.kind is not Kind.TICKET:
        raise NotFound(what="ticket")
    async with db.read() as c:
        found = await SQL.of_code.one(c, _Printed, serial=decoded.serial, **door.profile.coverage)
    if found is None or found.generation != decoded.generation:
        raise NotFound(what="ticket")
    if found.status not in sources(TICKET, TicketEvent.CANCEL):
        raise WrongState(what="ticket", state=found.status, event=TicketEvent.CANCEL)
    unpaid = found.channel is Channel.COUNTER and 0 < found.price_cents <= found.due_cents
    if not unpaid or found.pass_id is not None:
        raise NotForResale
    try:
        by = door.actor(address)
        await orders.cancel(db, inventory, found.order_id, now, [found.ticket_id], by, back_cents=0)
    except ChangedMeanwhile:
        raise NotForResale from None
    return Cancelled(**{name: getattr(found, name) for name in Cancelled.__struct_fields__})
