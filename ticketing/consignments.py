"""Consignments: orders of unnamed tickets in bulk, for points of sale that sell them on.

Asked for once, made by a job some tickets a transaction, out of an allotment or of the best places on open sale. How
many were made is counted in the order itself: a job that was stopped goes on where it stands, and one that runs twice
makes nothing twice. The tickets are good from the start: the box office trusts the point of sale, whose order owes for
all of them. What comes back unsold is cancelled, one by one as it is scanned (`ticketing.door_cancellations`) or by a
range of numbers here, as long as nobody has paid for it; what is left is invoiced, or paid like any other order.
"""

import asyncio
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import numpy as np
from msgspec import Struct

from engine.core.best import PARTY_MAX, PartyWant
from engine.core.words import limit_of
from engine.failpoints import reach
from engine.holds import Any, Best, Seats, Want
from engine.inventory import Inventory
from engine.seat_index import SeatLabel
from ticketing import allotments, audit, claims, customers, exchanges, halls, jobs, ledger, moves, orders, pools
from ticketing.audit import Actor, Subject
from ticketing.claims import Claim, Claiming
from ticketing.db import Database
from ticketing.drafts import Buyer, label_of
from ticketing.exchanges import Target
from ticketing.halls import Hall
from ticketing.ids import new_code, new_id, secret_hash
from ticketing.jobs import Job, MakeConsignment
from ticketing.ledger import Account
from ticketing.orders import Order
from ticketing.refusals import (
    ChangedMeanwhile,
    InputRefused,
    NoFit,
    NoPrice,
    NotForResale,
    NotFound,
    OrderLate,
    Refusal,
    SaleClosed,
    SeatsBlocked,
    SeatsTaken,
    SoldOut,
    TariffClosed,
)
from ticketing.settings import Settings
from ticketing.sql import Connection, load
from ticketing.states import OrderStatus, TicketStatus

COUNT_MAX = 5000
CHUNK = 100
"""Tickets made in one transaction."""
TRIES_MAX = 5
"""How often places are looked for again that somebody else was quicker at."""
ROWS_MAX = 100
PRINTED_MAX = 100
"""Tickets in one file."""
DIGEST = b"consignment"

SQL = load("consignments")


class State(StrEnum):
    """Where the making of a consignment stands."""

    MAKING = "making"
    MADE = "made"
    SHORT = "short"
    """There were fewer places than were asked for."""
    STOPPED = "stopped"
    """It could not go on; `problem` is the code of the refusal."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What is asked for. `allotment` None: the best places on open sale."""

    performance: UUID
    tariff: UUID
    count: int
    buyer: Buyer
    allotment: UUID | None = None
    request_key: str


class Consignment(Struct, frozen=True, kw_only=True):
    """A consignment and what became of its tickets: `made_count` there ever were, `live_count` are out, `let_in_count`
    of them came in. `first_serial` and `last_serial` are of those that are out."""

    order_id: UUID
    order_code: str
    order_status: OrderStatus
    box_office_id: UUID
    box_office_key: str
    currency: str
    buyer_name: str
    buyer_email: str
    event_name: str
    starts_at: datetime
    time_zone: str
    tariff_name: str
    allotment_name: str | None
    wanted_count: int
    state: State
    problem: str
    created_at: datetime
    made_count: int
    live_count: int
    let_in_count: int
    first_serial: int | None
    last_serial: int | None
    total_cents: int
    due_cents: int

    @property
    def back_count(self) -> int:
        """Tickets that came back."""
        return self.made_count - self.live_count

    @property
    def told(self) -> str:
        """The sentence of what stopped it, if anything."""
        return Refusal.family[self.problem].__doc__ or "" if self.problem in Refusal.family else ""


class _Asked(Struct, frozen=True):
    """What the job works from."""

    order_id: UUID
    box_office_id: UUID
    performance_id: UUID
    tariff_id: UUID
    allotment_id: UUID | None
    allotment_code: int | None
    allotment_open: bool
    wanted_count: int
    made_count: int
    state: State
    order_status: OrderStatus
    staff_id: UUID | None


class _Source(Struct, frozen=True):
    """Where places come from: the date at the tariff, its hall, what zones and categories cost."""

    target: Target
    hall: Hall
    prices: dict[tuple[str, str], int]
    code: int


async def ask(
    db: Database,
    settings: Settings,
    organisation_id: UUID,
    box_office_id: UUID,
    wanted: Wanted,
    by: Actor,
    now: datetime,
) -> UUID:
    """Have a consignment made; the id of its order. Asked again by the same key, it is made once.

    Raises InputRefused with the field, NotFound, SaleClosed, TariffClosed, NoPrice.
    """
    if not 1 <= wanted.count <= COUNT_MAX:
        raise InputRefused(problem="Type a number from 1 to {most}.", where="count", most=COUNT_MAX)
    async with db.transaction() as c:
        key = {"box_office_id": box_office_id, "request_key": f"consignment-{wanted.request_key}"}
        known: UUID | None = await SQL.by_key.value(c, **key)
        if known is not None:
            return known
        target = await _target(c, box_office_id, wanted.performance, wanted.tariff, now)
        if target.closed:
            raise TariffClosed(tariff=target.tariff_name)
        if not await SQL.costs.value(c, tariff_id=wanted.tariff, performance_id=wanted.performance):
            raise NoPrice(tariff=target.tariff_name, category="—")
        if wanted.allotment is not None:
            await allotments.find_date(c, organisation_id, wanted.performance)
            if not await SQL.allotted.value(c, allotment_id=wanted.allotment, performance_id=wanted.performance):
                raise NotFound(what="allotment")
        buyer = wanted.buyer
        customer = await customers.find_or_add(c, organisation_id, buyer.email, buyer.name, buyer.locale, now)
        order_id, code = new_id(), new_code()
        await SQL.add.run(
            c, order_id=order_id, code=code, customer_id=customer.id, hold_id=new_id().bytes, request_digest=DIGEST,
            secret_hash=secret_hash(orders.secret_of(settings, order_id)), performance_id=wanted.performance,
            tariff_id=wanted.tariff, allotment_id=wanted.allotment, wanted_count=wanted.count, staff_id=by.staff_id,
            now=now, **key,
        )  # fmt: skip
        await jobs.enqueue(c, Job.MAKE_CONSIGNMENT, MakeConsignment(order_id))
        subject = Subject(kind="order", id=order_id, name=code, box_office_id=box_office_id)
        await audit.note(c, by, "order.consigned", subject, now, {"tickets": (None, wanted.count)})
    return order_id


async def run(db: Database, inventory: Inventory, settings: Settings, order_id: UUID, now: datetime) -> None:
    """Make what is missing of a consignment. Raises OrderLate and NotReady, for the job to be run again."""
    tries = 0
    while True:
        async with db.read() as c:
            asked = await SQL.asked.one(c, _Asked, order_id=order_id)
        if asked is None or asked.state is not State.MAKING:
            return
        missing = asked.wanted_count - asked.made_count
        if asked.order_status is not OrderStatus.PAID or not missing:
            await _end(db, order_id, State.STOPPED if missing else State.MADE, "", now)
            return
        try:
            source = await _source(db, inventory, asked, now)
            places = await _places(db, inventory, source, min(missing, CHUNK))
            if not places:
                await _end(db, order_id, State.SHORT, "", now)
                return
            try:
                await _make(db, inventory, settings, asked, source, _best(source, len(places)), now)
            except (NoFit, SoldOut):  # no seat is left to choose from, but standing room may be
                await _make(db, inventory, settings, asked, source, Seats(source.target.pool_id, tuple(places)), now)
            tries = 0
        except (SeatsTaken, SeatsBlocked):
            tries += 1
            if tries == TRIES_MAX:
                raise OrderLate() from None
        except SoldOut as refusal:  # of a quota
            await _end(db, order_id, State.SHORT, refusal.code, now)
            return
        except (SaleClosed, TariffClosed, NotFound) as refusal:
            await _end(db, order_id, State.STOPPED, refusal.code, now)
            return


async def give_back(
    db: Database,
    inventory: Inventory,
    order_id: UUID,
    first_serial: int,
    last_serial: int,
    now: datetime,
    by: Actor,
) -> int:
    """Put the tickets of a range of numbers back on sale; how many. Those that were cancelled before are left out.

    Raises NotFound when none is left in the range, TicketUsed when somebody came in with one, NotForResale when money
    would go back.
    """
    async with db.read() as c:
        if await SQL.asked.row(c, order_id=order_id) is None:
            raise NotFound(what="order")
        rows = await SQL.between.rows(c, order_id=order_id, first_serial=first_serial, last_serial=last_serial)
    if not rows:
        raise NotFound(what="ticket")
    try:
        await orders.cancel(db, inventory, order_id, now, [row["id"] for row in rows], by, back_cents=0)
    except ChangedMeanwhile:
        raise NotForResale() from None
    return len(rows)


async def get(db: Database, order_id: UUID) -> Consignment:
    """A consignment, or NotFound."""
    async with db.read() as c:
        found = await SQL.shown.one(c, Consignment, order_id=order_id, box_office_id=None, rows_max=1)
    if found is None:
        raise NotFound(what="order")
    return found


async def list_of(db: Database, box_office_id: UUID) -> list[Consignment]:
    """A box office's consignments, the newest first; at most `ROWS_MAX`."""
    async with db.read() as c:
        return await SQL.shown.all(c, Consignment, order_id=None, box_office_id=box_office_id, rows_max=ROWS_MAX)


async def numbers(db: Database, order_id: UUID) -> list[tuple[int, int, int]]:
    """The tickets that are out, as they are printed: first number, last number and how many, a file each."""
    async with db.read() as c:
        serials = [row["serial"] for row in await SQL.serials.rows(c, order_id=order_id)]
    parts = [serials[start : start + PRINTED_MAX] for start in range(0, len(serials), PRINTED_MAX)]
    return [(part[0], part[-1], len(part)) for part in parts]


async def _target(
    c: Connection, box_office_id: UUID, performance_id: UUID, tariff_id: UUID, now: datetime
) -> Target:  # fmt: skip
    where = {"box_office_id": box_office_id, "performance_id": performance_id, "tariff_id": tariff_id}
    target = await exchanges.SQL.target.one(c, Target, now=now, **where)
    if target is None:
        raise NotFound(what="performance")
    if not target.to_come:
        raise SaleClosed()
    return target


async def _source(db: Database, inventory: Inventory, asked: _Asked, now: datetime) -> _Source:
    async with db.read() as c:
        target = await _target(c, asked.box_office_id, asked.performance_id, asked.tariff_id, now)
        rows = await SQL.prices.rows(c, tariff_id=asked.tariff_id, performance_id=asked.performance_id)
    if asked.allotment_id is not None and not asked.allotment_open:
        raise NotFound(what="allotment")
    hall = await halls.hall(db, target.plan_hash, target.place_list_hash)
    await inventory.ready(target.pool_id)
    prices: dict[tuple[str, str], int] = {}
    for (
        row
    ) in rows:  # a zone's price goes before its category's, a date's before that of all dates: the last one counts
        prices[row["zone"] or "", row["category"] or ""] = row["price_cents"]
    return _Source(target, hall, prices, asked.allotment_code or 0)


async def _places(db: Database, inventory: Inventory, source: _Source, count: int) -> list[int]:
    """Free places that the tariff has a price for, at most `count`: of the allotment, or on open sale without those for
    wheelchairs; the plan's first category first."""
    pool, hall = source.target.pool_id, source.hall
    copy, now_ms = await inventory.copy(pool, 0.0)
    if source.code:
        async with db.read() as c:
            codes = await pools.codes_of(c, pool, copy.place_count)
        free = np.asarray(copy.words()) < limit_of(now_ms)
        kept = np.flatnonzero((codes == source.code) & free[: len(codes)]).tolist()
        found = [(place, label) for place in kept if (label := hall.known(place)) is not None]
    else:
        found = await asyncio.to_thread(moves.free_places, hall, copy.status(now_ms), copy.place_count)
        bays = set(hall.bays)
        found = [(place, label) for place, label in found if place not in bays]
    order = {name: at for at, name in enumerate(hall.categories)}
    priced = [(place, label) for place, label in found if _price(source, label) is not None]
    priced.sort(key=lambda one: (order.get(one[1].category, len(order)), one[0]))
    return sorted(place for place, _ in priced[:count])


def _best(source: _Source, count: int) -> Best:
    """The best seats on open sale for so many, a party at a time. Raises NoFit where they are not chosen so: out of an
    allotment every place is as good, and a price by zone is no price by category."""
    categories = [at for at, name in enumerate(source.hall.categories) if ("", name) in source.prices]
    if source.code or not categories or any(zone for zone, _ in source.prices):
        raise NoFit()
    party = PartyWant(min(count, PARTY_MAX), categories=categories, together=False)
    return Best(source.target.pool_id, party)


def _price(source: _Source, label: SeatLabel) -> int | None:
    return source.prices.get((label.zone_id, ""), source.prices.get(("", label.category)))


async def _make(
    db: Database,
    inventory: Inventory,
    settings: Settings,
    asked: _Asked,
    source: _Source,
    want: Seats | Best,
    now: datetime,
) -> None:
    """One transaction: some places claimed, their tickets written and owed for."""
    allow = (source.code,) if source.code else ()
    async with claims.claiming(db, inventory, settings) as t:
        order = await orders.lock(t.c, asked.order_id)
        await exchanges.SQL.lock_tariff.run(t.c, tariff_id=asked.tariff_id)
        state = await SQL.asked.one(t.c, _Asked, order_id=asked.order_id)
        if state != asked:  # another job is at it, or it was cancelled
            return
        target = await _target(t.c, asked.box_office_id, asked.performance_id, asked.tariff_id, now)
        drawn = (target.plan_hash, target.place_list_hash)
        if drawn != (source.target.plan_hash, source.target.place_list_hash):  # its plan was changed at this moment
            return
        count = want.want.party if isinstance(want, Best) else len(want.places)
        wants: list[Want] = [want, *(Any(pool, count) for pool in target.quota_pools)]
        async with claims.pinned(t, order.box_office_id, tuple(wants), allow) as pin:
            claims.ensure_same({target.pool_id: target.epoch}, pin.epochs)
            taken: list[Claim] = await claims.take(t, order.id, pin)
            await claims.sync_later(t.c, claims.pairs(pin.places))
            await _write(t, asked.order_id, source, target, sorted(pin.places[target.pool_id]), now)
    reach("F5")
    await claims.settle(inventory, order.box_office_id.hex, taken, pin.hold)


async def _write(
    t: Claiming, order_id: UUID, source: _Source, target: Target, places: list[int], now: datetime
) -> None:  # fmt: skip
    labels = [source.hall.label(place) for place in places]
    cents = [_price(source, label) or 0 for label in labels]
    named = [label_of(label.zone, label.row, label.seat, target.tariff_name) for label in labels]
    await SQL.fill.run(
        t.c, order_id=order_id, line_ids=[new_id() for _ in places], ticket_ids=[new_id() for _ in places],
        labels=named, prices=cents, vat_thousandths=target.vat_thousandths, performance_id=target.performance_id,
        tariff_id=target.tariff_id, pool_id=target.pool_id, places=places, zones=[label.zone for label in labels],
        rows=[label.row for label in labels], seats=[label.seat for label in labels],
        categories=[label.category for label in labels], status=TicketStatus.VALID, now=now,
    )  # fmt: skip
    order: Order = await orders.view(t.c, order_id)
    sold = (sum(cents), order.currency, "consigned", now)
    await ledger.post(t.c, order_id, Account.RECEIVABLE, Account.SALES, *sold)


async def _end(db: Database, order_id: UUID, state: State, problem: str, now: datetime) -> None:
    async with db.transaction() as c:
        await SQL.end.run(c, order_id=order_id, state=state, problem=problem, now=now)
