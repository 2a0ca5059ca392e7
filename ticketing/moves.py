"""Moving a ticket to another place of its performance: one verb, one transaction.

The new place is claimed and the old one freed, the ticket's generation goes up so that the code in its holder's hands
dies as the new one lives, and the difference in price is owed or goes back. Whoever loses the race for the new place
has lost nothing: the ticket stays where it was.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from engine.holds import Seats
from engine.inventory import Inventory
from engine.seat_index import SeatLabel
from ticketing import audit, claims, halls, jobs, ledger, orders, refunds
from ticketing.audit import Actor
from ticketing.claims import Claim, Claiming, Pinned
from ticketing.db import Database
from ticketing.drafts import label_of
from ticketing.ids import new_id
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.ledger import Account
from ticketing.refusals import CodesSpent, NoPrice, NotFound, SaleClosed, TicketUsed
from ticketing.settings import Settings
from ticketing.sql import Connection, load
from ticketing.states import ORDER, TICKET, OrderEvent, OrderStatus, TicketEvent, TicketStatus, step
from ticketing.ticket_codes import GENERATION_MAX

SQL = load("moves")


class MoveTicket(Struct, frozen=True):
    """Which ticket goes to which place; `allow` lists the codes of the allotments its mover may take from."""

    ticket: UUID
    place: int
    allow: tuple[int, ...] = ()


class Moved(Struct, frozen=True):
    """A ticket where it is now. `difference_cents` is what the move cost, below zero what it gave back."""

    ticket: UUID
    order: UUID
    place: int
    generation: int
    difference_cents: int


class _Ticket(Struct, frozen=True):
    id: UUID
    order_id: UUID
    order_line_id: UUID
    pass_id: UUID | None
    pool_id: int
    place: int
    zone: str
    row_label: str
    seat_label: str
    category: str
    price_cents: int
    generation: int
    status: TicketStatus
    tariff_id: UUID | None
    tariff_name: str | None
    place_list_hash: bytes
    plan_hash: bytes
    to_come: bool
    admitted: bool

    @property
    def seat(self) -> tuple[str, str, str]:
        """Zone, row and seat."""
        return self.zone, self.row_label, self.seat_label


async def move_ticket(
    db: Database,
    inventory: Inventory,
    settings: Settings,
    organisation_id: UUID,
    request: MoveTicket,
    now: datetime,
    by: Actor | None = None,
) -> Moved:
    """Move an organisation's ticket to a free place of its performance; to where it is already, nothing happens.

    Raises NotFound, WrongState, TicketUsed, SaleClosed (the performance is over or off), UnknownSeat, NoPrice,
    SeatsTaken, SeatsBlocked, CodesSpent; NotReady and OrderLate when the same may work in a moment.
    """
    async with claims.claiming(db, inventory, settings) as t:
        c = t.c
        order_id = await SQL.order_of.value(c, organisation_id=organisation_id, ticket_id=request.ticket)
        if order_id is None:
            raise NotFound(what="ticket")
        order = await orders.lock(c, order_id)
        await SQL.lock.run(c, ticket_id=request.ticket)
        ticket = await SQL.get.one(c, _Ticket, ticket_id=request.ticket, now=now)
        assert ticket is not None, "tickets are never deleted"
        if ticket.place == request.place:
            return Moved(ticket.id, order.id, ticket.place, ticket.generation, 0)
        _ensure_movable(order.status, ticket)
        label = (await halls.hall(db, ticket.plan_hash, ticket.place_list_hash)).label(request.place)
        price_cents = await _price(c, ticket, label.category)
        wants = (Seats(ticket.pool_id, (request.place,)),)
        async with claims.pinned(t, order.box_office_id, wants, request.allow) as pin:
            taken, freed = await _change_place(t, order.id, ticket, pin)
            moved = await _write(c, order.id, order.status, ticket, request.place, label, price_cents, now)
            if by is not None:
                seats = (label_of(*ticket.seat, ""), label_of(label.zone, label.row, label.seat, ""))
                told = {"seat": seats, "price_cents": (ticket.price_cents, price_cents)}
                await audit.note(c, by, "ticket.moved", order.subject, now, told)
    await claims.settle(inventory, pin.box_office, taken, pin.hold)
    await claims.free(inventory, pin.box_office, freed)
    return moved


def _ensure_movable(order: OrderStatus, ticket: _Ticket) -> None:
    step(ORDER, "order", order, OrderEvent.CHANGE)
    step(TICKET, "ticket", ticket.status, TicketEvent.MOVE)
    if ticket.admitted:
        raise TicketUsed()
    if not ticket.to_come:
        raise SaleClosed()
    if ticket.generation >= GENERATION_MAX:
        raise CodesSpent(what="ticket", generation_max=GENERATION_MAX)


async def _price(c: Connection, ticket: _Ticket, category: str) -> int:
    """What the ticket costs in a category: as before within its own, and nothing where a pass pays."""
    if ticket.pass_id is not None or category == ticket.category:
        return ticket.price_cents
    price_cents: int | None = await SQL.price.value(c, tariff_id=ticket.tariff_id, category=category)
    if price_cents is None:
        raise NoPrice(tariff=ticket.tariff_name, category=category)
    return price_cents


async def _change_place(t: Claiming, order_id: UUID, ticket: _Ticket, pin: Pinned) -> tuple[list[Claim], list[Claim]]:
    """Claim the new place, then drop the old one; the claims taken and dropped."""
    taken = await claims.take(t, order_id, pin)
    await claims.sync_later(t.c, claims.pairs(pin.places))
    return taken, await claims.drop(t.c, [order_id], [(ticket.pool_id, ticket.place)])


async def _write(
    c: Connection,
    order_id: UUID,
    order: OrderStatus,
    ticket: _Ticket,
    place: int,
    label: SeatLabel,
    price_cents: int,
    now: datetime,
) -> Moved:
    """The ticket, its line and the money; a paid order's holder is sent the new code."""
    generation, difference_cents = ticket.generation + 1, price_cents - ticket.price_cents
    await SQL.place.run(
        c,
        ticket_id=ticket.id,
        place=place,
        zone=label.zone,
        row_label=label.row,
        seat_label=label.seat,
        category=label.category,
        price_cents=price_cents,
        generation=generation,
        status=step(TICKET, "ticket", ticket.status, TicketEvent.MOVE),
    )
    if ticket.pass_id is None:
        await _settle_difference(c, ticket, label, price_cents, now)
    if order is OrderStatus.PAID:
        await jobs.enqueue(c, Job.SEND_MAIL, SendMail(order_id, MailKind.TICKETS_REISSUED))
    return Moved(ticket.id, order_id, place, generation, difference_cents)


async def _settle_difference(c: Connection, ticket: _Ticket, label: SeatLabel, price_cents: int, now: datetime) -> None:
    """Write the line anew; what it is dearer is owed, what it is cheaper is not, and goes back where it was paid."""
    await SQL.reline.run(
        c,
        ticket_id=ticket.id,
        old_line=ticket.order_line_id,
        reversal_id=new_id(),
        new_line=new_id(),
        label=label_of(label.zone, label.row, label.seat, ticket.tariff_name or ""),
        amount_cents=price_cents,
        now=now,
    )
    order = await orders.view(c, ticket.order_id)
    difference_cents = price_cents - ticket.price_cents
    await ledger.post(c, order.id, Account.RECEIVABLE, Account.SALES, difference_cents, order.currency, "moved", now)
    await refunds.flag_excess(c, order.id, "moved to a cheaper place", now)
    await orders.pay_if_settled(c, order.id)
