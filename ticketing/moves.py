"""Moving a ticket to another place of its performance: one verb, one transaction.

The new place is claimed and the old one freed, the ticket's generation goes up so that the code in its holder's hands
dies as the new one lives, and the difference in price is owed or goes back. Whoever loses the race for the new place
has lost nothing: the ticket stays where it was.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import numpy as np
from msgspec import Struct

from engine.holds import Seats
from engine.inventory import Inventory
from engine.seat_index import SeatLabel
from ticketing import allotments, audit, claims, halls, invoicing, jobs, ledger, orders, refunds
from ticketing.audit import Actor
from ticketing.claims import Claim, Claiming, Pinned
from ticketing.db import Database
from ticketing.drafts import label_of
from ticketing.halls import Hall
from ticketing.ids import new_id
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.ledger import Account
from ticketing.refusals import CodesSpent, NoPrice, NotFound, OptionsBelowNothing, SaleClosed, TicketUsed
from ticketing.settings import Settings
from ticketing.sql import Connection, load
from ticketing.states import ORDER, TICKET, OrderEvent, OrderStatus, TicketEvent, TicketStatus, step
from ticketing.ticket_codes import GENERATION_MAX

SEATS_SHOWN_MAX = 600

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


class FreeSeat(Struct, frozen=True):
    """A place the ticket could go to, and what that costs more (below zero: less). An area is one row and no seat."""

    place: int
    row: str
    seat: str
    category: str
    price_cents: int
    difference_cents: int


class Offer(Struct, frozen=True):
    """Where a ticket could go: the zones that have free places, with how many, and the seats of one of them by row.

    `cut` when there are more than `SEATS_SHOWN_MAX`; `chosen` is the seat that was asked for, where it is one of them
    or was cut. Seats for which the tariff has no price are left out.
    """

    performance_id: UUID
    plan_hash: bytes
    place_list_hash: bytes
    place: int
    """Where the ticket is."""
    zones: list[tuple[str, int]]
    zone: str
    rows: list[tuple[str, list[FreeSeat]]]
    cut: bool
    chosen: FreeSeat | None


class Movable(Struct, frozen=True):
    """A ticket with what decides whether and where it may go."""

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
    options_cents: int
    generation: int
    status: TicketStatus
    performance_id: UUID
    tariff_id: UUID | None
    tariff_name: str | None
    options: list[str]
    place_list_hash: bytes
    plan_hash: bytes
    epoch: int
    """Of the pool, as of when the plan was read."""
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
    await _readied(db, inventory, request.ticket, now)
    async with claims.claiming(db, inventory, settings) as t:
        c = t.c
        order_id = await SQL.order_of.value(c, organisation_id=organisation_id, ticket_id=request.ticket)
        if order_id is None:
            raise NotFound(what="ticket")
        order = await orders.lock(c, order_id)
        await SQL.lock.run(c, ticket_id=request.ticket)
        ticket = await SQL.get.one(c, Movable, ticket_id=request.ticket, now=now)
        assert ticket is not None, "tickets are never deleted"
        if ticket.place == request.place:
            return Moved(ticket.id, order.id, ticket.place, ticket.generation, 0)
        ensure_movable(order.status, ticket)
        if request.allow:
            await allotments.ensure_sellable(c, [ticket.performance_id], request.allow)
        label = (await halls.hall(db, ticket.plan_hash, ticket.place_list_hash)).label(request.place)
        price_cents = await _price(c, ticket, label)
        wants = (Seats(ticket.pool_id, (request.place,)),)
        async with claims.pinned(t, order.box_office_id, wants, request.allow) as pin:
            claims.ensure_same({ticket.pool_id: ticket.epoch}, pin.epochs)
            taken, freed = await _change_place(t, order.id, ticket, pin)
            moved = await _write(c, order.id, order.status, ticket, request.place, label, price_cents, now)
            if by is not None:
                seats = (label_of(*ticket.seat, ""), label_of(label.zone, label.row, label.seat, ""))
                told = {"seat": seats, "price_cents": (ticket.price_cents, price_cents)}
                await audit.note(c, by, "ticket.moved", order.subject, now, told)
    await claims.settle(inventory, pin.box_office, taken, pin.hold)
    await claims.free(inventory, pin.box_office, freed)
    return moved


async def _readied(db: Database, inventory: Inventory, ticket_id: UUID, now: datetime) -> None:
    """Know the ticket's hall and pool in this process: to read them wants a connection, and a move has one in hand."""
    async with db.read() as c:
        ticket = await SQL.get.one(c, Movable, ticket_id=ticket_id, now=now)
    if ticket is not None and ticket.to_come:
        await halls.hall(db, ticket.plan_hash, ticket.place_list_hash)
        await inventory.ready(ticket.pool_id)


async def offer(
    db: Database,
    inventory: Inventory,
    organisation_id: UUID,
    ticket_id: UUID,
    zone: str,
    place: int | None,
    now: datetime,
) -> Offer:
    """Where a ticket could be moved to, in the zone of a place, or in a zone (its own when that has no free places).

    Raises what `move_ticket` would say of any place: NotFound, WrongState, TicketUsed, SaleClosed, CodesSpent.
    """
    async with db.read() as c:
        order_id = await SQL.order_of.value(c, organisation_id=organisation_id, ticket_id=ticket_id)
        if order_id is None:
            raise NotFound(what="ticket")
        order = await orders.view(c, order_id)
        ticket = await SQL.get.one(c, Movable, ticket_id=ticket_id, now=now)
        assert ticket is not None, "tickets are never deleted"
    ensure_movable(order.status, ticket)
    hall = await halls.hall(db, ticket.plan_hash, ticket.place_list_hash)
    copy, now_ms = await inventory.copy(ticket.pool_id, 0.0)
    labels = await asyncio.to_thread(free_labels, hall, copy.status(now_ms), copy.place_count)
    counts = Counter(label.zone for _, label in labels)
    of_place = next((label.zone for free, label in labels if free == place), zone)
    shown = next((one for one in (of_place, ticket.zone, *counts) if one in counts), "")
    there = [(place, label) for place, label in labels if label.zone == shown]
    async with db.read() as c:
        prices = await _prices(c, ticket, (label for _, label in there))
    priced = [(place, label) for place, label in there if (label.zone_id, label.category) in prices]
    seats = [_free_seat(ticket, free, label, prices) for free, label in priced]
    return Offer(
        ticket.performance_id, ticket.plan_hash, ticket.place_list_hash, ticket.place, list(counts.items()), shown,
        by_row(seats[:SEATS_SHOWN_MAX]), len(seats) > SEATS_SHOWN_MAX,
        next((seat for seat in seats if seat.place == place), None),
    )  # fmt: skip


def free_labels(hall: Hall, status: bytes, place_count: int) -> list[tuple[int, SeatLabel]]:
    """The free places of a hall and what they are called; of an area's, which are all alike, one. O(places): some
    0.1 s for 100,000, so it runs in a thread."""
    found, areas = [], set()
    for place, label in free_places(hall, status, place_count):
        if not label.row and not label.seat:
            if label in areas:
                continue
            areas.add(label)
        found.append((place, label))
    return found


def free_places(hall: Hall, status: bytes, place_count: int) -> list[tuple[int, SeatLabel]]:
    """Every free place of a hall and what it is called, in the order of their numbers. O(places)."""
    octets = np.frombuffer(status, np.uint8)
    states = (octets[:, None] >> np.array([0, 2, 4, 6], np.uint8) & 3).reshape(-1)[:place_count]
    labels = ((place, hall.known(place)) for place in np.flatnonzero(states == 0).tolist())
    # None is of another version of the plan, which the copy or the hall is a moment ahead with
    return [(place, label) for place, label in labels if label is not None]


async def _prices(c: Connection, ticket: Movable, labels: Iterable[SeatLabel]) -> dict[tuple[str, str], int]:
    """What the ticket would cost, by zone and category, where its tariff has a price."""
    prices = {}
    for key, label in {(label.zone_id, label.category): label for label in labels}.items():
        with suppress(NoPrice, OptionsBelowNothing):
            prices[key] = await _price(c, ticket, label)
    return prices


def _free_seat(ticket: Movable, place: int, label: SeatLabel, prices: dict[tuple[str, str], int]) -> FreeSeat:
    price_cents = prices[label.zone_id, label.category]
    return FreeSeat(place, label.row, label.seat, label.category, price_cents, price_cents - ticket.price_cents)


def by_row(seats: Iterable[FreeSeat]) -> list[tuple[str, list[FreeSeat]]]:
    """Seats by the labels of their rows."""
    rows: dict[str, list[FreeSeat]] = {}
    for seat in seats:
        rows.setdefault(seat.row, []).append(seat)
    return list(rows.items())


def ensure_movable(order: OrderStatus, ticket: Movable) -> None:
    """Raises WrongState, TicketUsed, SaleClosed, CodesSpent for a ticket that stays where it is."""
    step(ORDER, "order", order, OrderEvent.CHANGE)
    step(TICKET, "ticket", ticket.status, TicketEvent.MOVE)
    if ticket.admitted:
        raise TicketUsed()
    if not ticket.to_come:
        raise SaleClosed()
    if ticket.generation >= GENERATION_MAX:
        raise CodesSpent(what="ticket", generation_max=GENERATION_MAX)


async def _price(c: Connection, ticket: Movable, label: SeatLabel) -> int:
    """What the ticket costs in another place: as before where zone and category are the same, its options as before
    everywhere, and nothing where a pass pays."""
    if ticket.pass_id is not None or (label.zone, label.category) == (ticket.zone, ticket.category):
        return ticket.price_cents
    where = {"performance_id": ticket.performance_id, "zone": label.zone_id, "category": label.category}
    price_cents: int | None = await SQL.price.value(c, tariff_id=ticket.tariff_id, **where)
    if price_cents is None:
        raise NoPrice(tariff=ticket.tariff_name, category=label.category)
    if price_cents + ticket.options_cents < 0:
        raise OptionsBelowNothing(tariff=ticket.tariff_name)
    return price_cents + ticket.options_cents


async def _change_place(t: Claiming, order_id: UUID, ticket: Movable, pin: Pinned) -> tuple[list[Claim], list[Claim]]:
    """Claim the new place, then drop the old one; the claims taken and dropped."""
    taken = await claims.take(t, order_id, pin)
    await claims.sync_later(t.c, claims.pairs(pin.places))
    return taken, await claims.drop(t.c, [order_id], [(ticket.pool_id, ticket.place)])


async def _write(
    c: Connection,
    order_id: UUID,
    order: OrderStatus,
    ticket: Movable,
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


async def _settle_difference(c: Connection, ticket: Movable, label: SeatLabel, price_cents: int, now: datetime) -> None:
    """Write the line anew; what it is dearer is owed, what it is cheaper is not, and goes back where it was paid."""
    await SQL.reline.run(
        c,
        ticket_id=ticket.id,
        old_line=ticket.order_line_id,
        reversal_id=new_id(),
        new_line=new_id(),
        label=label_of(label.zone, label.row, label.seat, ticket.tariff_name or "", ticket.options),
        amount_cents=price_cents,
        now=now,
    )
    order = await orders.view(c, ticket.order_id)
    difference_cents = price_cents - ticket.price_cents
    await ledger.post(c, order.id, Account.RECEIVABLE, Account.SALES, difference_cents, order.currency, "moved", now)
    await refunds.flag_excess(c, order.id, "moved to a cheaper place", now)
    await orders.pay_if_settled(c, order.id, now)
    await invoicing.follow(c, [order.id], now)
