"""Exchanging a ticket for another tariff, another date, or a date of another event of its box office: at once.

A ticket is a right to one place at one performance, so it is exchanged for a ticket of its own in the same order: the
old one is cancelled with its line and its code, and its place is free; the new one has a new code, and what it is
dearer is owed, what it is cheaper goes back. Options go along where the tariff stays, answers where the form does.
Another seat at the same tariff and date is a move (`ticketing.moves`), and the ticket stays the same one.

Quotas are counted as they are by both tariffs together: a place that the old ticket had and the new one needs is kept.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from engine.failpoints import reach
from engine.holds import Any, Seats, Want
from engine.inventory import Inventory
from engine.seat_index import SeatLabel
from ticketing import allotments, audit, claims, halls, invoicing, jobs, ledger, moves, orders, refunds
from ticketing.audit import Actor
from ticketing.claims import Claim, Claiming
from ticketing.db import Database
from ticketing.drafts import label_of
from ticketing.ids import new_id
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.ledger import Account
from ticketing.moves import FreeSeat, Movable, Moved, MoveTicket, Offer
from ticketing.orders import Locked
from ticketing.refusals import (
    ChangedMeanwhile,
    NoPrice,
    NotFound,
    OptionsBelowNothing,
    PassWhole,
    SaleClosed,
    SoldOut,
    TariffClosed,
    TariffSoldOut,
)
from ticketing.settings import Settings
from ticketing.sql import Connection, load
from ticketing.states import OrderStatus, TicketStatus

DATES_MAX = 200

SQL = load("exchanges")


class Exchange(Struct, frozen=True):
    """Which ticket is exchanged for which place, date and tariff. `difference_cents` is what that was told to cost
    (None: whatever it does); `allow` lists the codes of the allotments that may be taken from."""

    ticket: UUID
    performance: UUID
    tariff: UUID
    place: int
    difference_cents: int | None = None
    allow: tuple[int, ...] = ()


class Date(Struct, frozen=True):
    """A date that a ticket may be exchanged for, to come and of its box office."""

    id: UUID
    event_id: UUID
    event_name: str
    starts_at: datetime
    time_zone: str
    venue_name: str


class TariffChoice(Struct, frozen=True):
    """A tariff of a date."""

    id: UUID
    name: str


class Target(Struct, frozen=True):
    """A date at a tariff, as a ticket would have it. `epoch` is its pool's, as of when the plan was read."""

    performance_id: UUID
    box_office_id: UUID
    pool_id: int
    plan_hash: bytes
    place_list_hash: bytes
    epoch: int
    to_come: bool
    tariff_id: UUID
    tariff_name: str
    closed: bool
    form_id: UUID | None
    vat_thousandths: int | None
    quota_pools: list[int]


class _Priced(Struct, frozen=True):
    """What the ticket will be: its price, of which options."""

    label: SeatLabel
    price_cents: int
    options_cents: int


async def dates(db: Database, box_office_id: UUID, now: datetime) -> list[Date]:
    """The next dates of a box office that tickets may be exchanged for; at most `DATES_MAX`."""
    async with db.read() as c:
        return await SQL.dates.all(c, Date, box_office_id=box_office_id, now=now, rows_max=DATES_MAX)


async def tariffs(db: Database, performance_id: UUID) -> list[TariffChoice]:
    """The tariffs of a date that are sold."""
    async with db.read() as c:
        return await SQL.tariffs.all(c, TariffChoice, performance_id=performance_id)


async def exchange(
    db: Database,
    inventory: Inventory,
    settings: Settings,
    organisation_id: UUID,
    request: Exchange,
    now: datetime,
    by: Actor,
) -> Moved:
    """Exchange an organisation's ticket; what it is now, and what that costs more (below zero: gives back).

    Raises NotFound, WrongState, TicketUsed, PassWhole, SaleClosed (a date that is over or off), TariffClosed,
    UnknownSeat, NoPrice, SeatsTaken, SeatsBlocked, TariffSoldOut; ChangedMeanwhile at another price than was told;
    NotReady and OrderLate when the same may work in a moment.
    """
    old, target = await _readied(db, inventory, organisation_id, request, now)
    if (old.performance_id, old.tariff_id) == (request.performance, request.tariff):
        wanted = MoveTicket(request.ticket, request.place, request.allow)
        return await moves.move_ticket(db, inventory, settings, organisation_id, wanted, now, by)
    label = (await halls.hall(db, target.plan_hash, target.place_list_hash)).label(request.place)
    async with claims.claiming(db, inventory, settings) as t:
        order = await orders.lock(t.c, old.order_id)
        old, target = await _held(t.c, order, request, now)
        if request.allow:
            await allotments.ensure_sellable(t.c, [target.performance_id], request.allow)
        priced = await _priced(t.c, old, target, label)
        difference_cents = priced.price_cents - old.price_cents
        if request.difference_cents not in (None, difference_cents):
            raise ChangedMeanwhile()
        taken, freed, hold = await _change_places(t, order, old, target, request)
        ticket = await _write(t.c, order, old, target, priced, request.place, now)
        await _settle(t.c, order, now)
        was, now_is = await SQL.told.rows(t.c, tickets=[old.id, ticket])
        told = {"date": (was[0], now_is[0]), "seat": (was[1], now_is[1]), "tariff": (was[2], now_is[2])}
        told["price_cents"] = (old.price_cents, priced.price_cents)
        await audit.note(t.c, by, "ticket.exchanged", order.subject, now, told)
    await claims.settle(inventory, order.box_office_id.hex, taken, hold)
    await claims.free(inventory, order.box_office_id.hex, freed)
    return Moved(ticket, order.id, request.place, 0, difference_cents)


async def offer(
    db: Database,
    inventory: Inventory,
    organisation_id: UUID,
    request: Exchange,
    zone: str,
    now: datetime,
) -> Offer:
    """The places that a ticket could be exchanged for at a date and tariff, in `request.place`'s zone or in a zone.

    At its own date the place that it has is among them. Raises what `exchange` would say of any place.
    """
    old, target = await _readied(db, inventory, organisation_id, request, now)
    async with db.read() as c:
        _ensure(await orders.view(c, old.order_id), old, target)
    hall = await halls.hall(db, target.plan_hash, target.place_list_hash)
    copy, now_ms = await inventory.copy(target.pool_id, 0.0)
    labels = await asyncio.to_thread(moves.free_labels, hall, copy.status(now_ms), copy.place_count)
    if old.pool_id == target.pool_id and (label := hall.known(old.place)) is not None:
        labels = [(old.place, label), *labels]
    counts = Counter(label.zone for _, label in labels)
    of_place = next((label.zone for free, label in labels if free == request.place), zone)
    shown = next((one for one in (of_place, old.zone, *counts) if one in counts), "")
    async with db.read() as c:
        seats = await _seats(c, old, target, [one for one in labels if one[1].zone == shown])
    return Offer(
        target.performance_id, target.plan_hash, target.place_list_hash, old.place, list(counts.items()), shown,
        moves.by_row(seats[: moves.SEATS_SHOWN_MAX]), len(seats) > moves.SEATS_SHOWN_MAX,
        next((seat for seat in seats if seat.place == request.place), None),
    )  # fmt: skip


async def _seats(
    c: Connection, old: Movable, target: Target, labels: Iterable[tuple[int, SeatLabel]]
) -> list[FreeSeat]:
    """Places with what they cost; those for which the tariff has no price are left out."""
    prices: dict[tuple[str, str], int | None] = {}
    found = []
    for place, label in labels:
        key = (label.zone_id, label.category)
        if key not in prices:
            prices[key] = None
            with suppress(NoPrice, OptionsBelowNothing):
                prices[key] = (await _priced(c, old, target, label)).price_cents
        if (cents := prices[key]) is not None:
            found.append(FreeSeat(place, label.row, label.seat, label.category, cents, cents - old.price_cents))
    return found


async def _readied(
    db: Database, inventory: Inventory, organisation_id: UUID, request: Exchange, now: datetime
) -> tuple[Movable, Target]:
    """The ticket and what it is wanted for, as they stand. The hall and the pool are known in this process then: to
    read them wants a connection of its own."""
    async with db.read() as c:
        values = {"organisation_id": organisation_id, "ticket_id": request.ticket}
        if await moves.SQL.order_of.value(c, **values) is None:
            raise NotFound(what="ticket")
        old = await moves.SQL.get.one(c, Movable, ticket_id=request.ticket, now=now)
        assert old is not None, "tickets are never deleted"
        target = await _target(c, await SQL.box_office_of.value(c, order_id=old.order_id), request, now)
    await halls.hall(db, target.plan_hash, target.place_list_hash)
    await inventory.ready(target.pool_id)
    return old, target


async def _target(c: Connection, box_office_id: UUID, request: Exchange, now: datetime) -> Target:
    values = {"performance_id": request.performance, "tariff_id": request.tariff, "now": now}
    target = await SQL.target.one(c, Target, box_office_id=box_office_id, **values)
    if target is None:
        raise NotFound(what="performance")
    return target


async def _held(c: Connection, order: Locked, request: Exchange, now: datetime) -> tuple[Movable, Target]:
    """The ticket and the tariff, held: no scan, no change of quotas comes between."""
    await moves.SQL.lock.run(c, ticket_id=request.ticket)
    await SQL.lock_tariff.run(c, tariff_id=request.tariff)
    old = await moves.SQL.get.one(c, Movable, ticket_id=request.ticket, now=now)
    assert old is not None, "tickets are never deleted"
    if old.order_id != order.id:  # it was split off meanwhile
        raise ChangedMeanwhile()
    target = await _target(c, order.box_office_id, request, now)
    _ensure(order, old, target)
    return old, target


def _ensure(order: Locked | orders.Order, old: Movable, target: Target) -> None:
    moves.ensure_movable(order.status, old)
    if old.pass_id is not None:
        raise PassWhole()
    if not target.to_come:
        raise SaleClosed()
    if target.closed and target.tariff_id != old.tariff_id:
        raise TariffClosed(tariff=target.tariff_name)


async def _priced(c: Connection, old: Movable, target: Target, label: SeatLabel) -> _Priced:
    """What the tariff says of the place, and the options as they were bought where the tariff stays."""
    where = {"performance_id": target.performance_id, "zone": label.zone_id, "category": label.category}
    price_cents: int | None = await moves.SQL.price.value(c, tariff_id=target.tariff_id, **where)
    if price_cents is None:
        raise NoPrice(tariff=target.tariff_name, category=label.category)
    options_cents = old.options_cents if target.tariff_id == old.tariff_id else 0
    if price_cents + options_cents < 0:
        raise OptionsBelowNothing(tariff=target.tariff_name)
    return _Priced(label, price_cents + options_cents, options_cents)


async def _change_places(
    t: Claiming, order: Locked, old: Movable, target: Target, request: Exchange
) -> tuple[list[Claim], list[Claim], bytes | None]:
    """Claim what the new ticket needs and the old one has not, drop what it has beyond.

    The claims taken and dropped, and the hold they were taken by.
    """
    had = [row["pool_id"] for row in await orders.SQL.beside.rows(t.c, ticket_ids=[old.id])]
    stays = (old.pool_id, old.place) == (target.pool_id, request.place)
    wants: list[Want] = [] if stays else [Seats(target.pool_id, (request.place,))]
    wants += [Any(pool, 1) for pool in target.quota_pools if pool not in had]
    left = [] if stays else [(old.pool_id, old.place)]
    owned = (await claims.of_orders(t.c, [order.id])).get(order.id, [])
    for pool in had:
        if pool not in target.quota_pools:
            left.append(next((claim.pool, claim.place) for claim in owned if claim.pool == pool))
    taken: list[Claim] = []
    hold = None
    if wants:
        try:
            async with claims.pinned(t, order.box_office_id, tuple(wants), request.allow) as pin:
                claims.ensure_same({target.pool_id: target.epoch}, pin.epochs)
                taken, hold = await claims.take(t, order.id, pin), pin.hold
                await claims.sync_later(t.c, claims.pairs(pin.places))
        except SoldOut:
            raise TariffSoldOut() from None
    return taken, await claims.drop(t.c, [order.id], sorted(left)), hold


async def _write(
    c: Connection, order: Locked, old: Movable, target: Target, priced: _Priced, place: int, now: datetime
) -> UUID:
    """The old ticket taken back, the new one with its line and its debt; the new one's id."""
    await orders.take_back(c, [old.order_line_id], "exchanged", now)
    reach("F14")
    ticket, label = new_id(), priced.label
    same = target.tariff_id == old.tariff_id
    named = label_of(label.zone, label.row, label.seat, target.tariff_name, old.options if same else ())
    await SQL.issue.run(
        c, ticket_id=ticket, line_id=new_id(), old_id=old.id, performance_id=target.performance_id,
        tariff_id=target.tariff_id, pool_id=target.pool_id, place=place, zone=label.zone, row_label=label.row,
        seat_label=label.seat, category=label.category, price_cents=priced.price_cents,
        options_cents=priced.options_cents, vat_thousandths=target.vat_thousandths, label=named,
        status=TicketStatus.VALID if order.status is OrderStatus.PAID else TicketStatus.RESERVED, now=now,
    )  # fmt: skip
    await SQL.follow.run(c, ticket_id=ticket, old_id=old.id, form_id=target.form_id, same_tariff=same)
    currency = (await orders.view(c, order.id)).currency
    sold = (priced.price_cents, currency, "exchanged", now)
    await ledger.post(c, order.id, Account.RECEIVABLE, Account.SALES, *sold)
    return ticket


async def _settle(c: Connection, order: Locked, now: datetime) -> None:
    """What it is dearer is owed, what it is cheaper goes back where it was paid; who has paid is sent the new code."""
    await refunds.flag_excess(c, order.id, "exchanged for a cheaper ticket", now)
    if order.status is OrderStatus.PAID:
        await jobs.enqueue(c, Job.SEND_MAIL, SendMail(order.id, MailKind.TICKETS_REISSUED))
    await orders.pay_if_settled(c, order.id, now)
    await invoicing.follow(c, [order.id], now)
