"""Putting a date that is on sale onto another version of its plan, without losing a seat.

Place numbers keep their meaning: the place list follows the new version, the pool grows by what is new, and what is
drawn no longer becomes a tombstone. A seat that is somebody's cannot become one: it is listed with its order, and moved
(`moves`) or refunded first. The units of an area are alike, so those that are somebody's take numbers that stay, as
long as there are enough.

One transaction decides. Locks are taken in this order: the performance's row (plans of one date change one after the
other, sales go on), the rows of the orders whose units of an area take other numbers, the pool alone. It ends with the
pool's next epoch, and by that everything in flight learns of it: an order or a move rests on the epoch by which it read
the plan and on the one it pinned, and is refused when they are not one and the same with the claims. Redis is written
anew after the commit; until that is done nothing is sold from the pool. Holds outlast it. A held place that is drawn no
longer cannot be ordered: it is taken out of its cart, which says so.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import numpy as np
from msgspec import Struct

from engine.core.words import CLAIMED, limit_of
from engine.inventory import Inventory
from engine.link import StoreUnreachable
from engine.plan import comparison, places, placeur_json
from engine.plan.comparison import Change, Comparison, Kind, Shrunk
from engine.plan.model import PLACES_MAX
from ticketing import audit, claims, date_plans, halls, jobs, orders, plans, pools
from ticketing.audit import Actor, Subject
from ticketing.claims import Claim
from ticketing.date_plans import DatePlan
from ticketing.db import Database
from ticketing.halls import Hall
from ticketing.jobs import Job, MailKind, RelabelTickets, SendMail
from ticketing.performances import PerformanceStatus
from ticketing.refusals import (
    DateEnded,
    NotFound,
    OrderLate,
    OtherPlan,
    PlacesSpent,
    PlanBusy,
    PlanInPlace,
    Refusal,
    SeatsInUse,
)
from ticketing.sql import Connection, load
from ticketing.states import OrderStatus

TRIES_MAX = 3
"""How often a change is worked out anew because the date or its sales moved on meanwhile."""
TAKEN_MAX = 200
"""Seats in the way that are listed."""
ORDERS_MAX = 500
"""Orders whose tickets are looked at together."""

SQL = load("plan_changes")
log = logging.getLogger(__name__)

Footing = tuple[UUID, bytes | None, bytes, PerformanceStatus, datetime]
"""Of a date: its version, what it draws of its own, its place list, its status and its end."""


class Ground(Struct, frozen=True):
    """A date and the version that it would go onto."""

    performance_id: UUID
    event_id: UUID
    event_name: str
    box_office_id: UUID
    currency: str
    starts_at: datetime
    ends_at: datetime
    status: PerformanceStatus
    time_zone: str
    pool_id: int
    plan_version_id: UUID
    place_list_hash: bytes
    own_plan_hash: bytes | None
    seat_categories: dict[str, str]
    plan_id: UUID
    plan_name: str
    old_number: int
    version_id: UUID
    new_number: int
    same_plan: bool
    place_list: bytes
    old_document: bytes
    new_document: bytes

    @property
    def footing(self) -> Footing:
        """What the date stood on when it was read."""
        return (self.plan_version_id, self.own_plan_hash, self.place_list_hash, self.status, self.ends_at)


class Taken(Struct, frozen=True):
    """A ticket in the way: its seat is not drawn any more. Once it was let in, or is a part of a pass, it says so."""

    ticket_id: UUID
    order_id: UUID
    order_code: str
    order_status: OrderStatus
    customer_name: str
    holder_name: str
    place: int
    zone: str
    row_label: str
    seat_label: str
    category: str
    of_pass: bool
    admitted: bool


class Crowded(Struct, frozen=True):
    """An area that would have room for fewer than have a ticket for it."""

    name: str
    sold_count: int
    place_count: int


class Unpriced(Struct, frozen=True):
    """A category, and the tariffs that have no price for it."""

    category: str
    tariffs: tuple[str, ...]


class Look(Struct, frozen=True):
    """What a change would do, and what stands in its way. `held_count`: places in carts that would go; None: Redis does
    not answer. `refusal`: why it cannot be done at all, whatever is sold."""

    ground: Ground
    counts: Mapping[Kind, int]
    examples: tuple[Change, ...]
    taken: tuple[Taken, ...]
    taken_count: int
    crowded: tuple[Crowded, ...]
    blocked_count: int
    held_count: int | None
    renamed_count: int
    """Tickets that will say another seat."""
    unpriced: tuple[Unpriced, ...]
    unbound: tuple[str, ...]
    """Companions' seats that lose their wheelchair bay, as zone, row and seat."""
    refusal: Refusal | None

    @property
    def free(self) -> bool:
        """Whether nothing stands in the way."""
        return self.refusal is None and not self.taken_count and not self.crowded


class Done(Struct, frozen=True):
    """What was done."""

    number: int
    counts: Mapping[Kind, int]


class _Again(Exception):
    """The date, or an order, moved on between the reading and the locks."""


async def look(
    db: Database, inventory: Inventory, organisation_id: UUID, performance_id: UUID, version_id: UUID, now: datetime
) -> Look:
    """What putting a date onto a version would change, and what stands in its way. NotFound for another's."""
    async with db.read() as c:
        ground = await _ground(c, organisation_id, performance_id, version_id)
    refusal = _hindrance(ground, now)
    document = ground.old_document if isinstance(refusal, OtherPlan) else ground.new_document
    found, _ = await asyncio.to_thread(_compared, ground, document)
    held = await _held(inventory, ground.pool_id, found.tombstones)
    gone, renamed = list(found.seats_gone), list(found.renamed)
    async with db.read() as c:
        taken = await SQL.taken.all(c, Taken, pool=ground.pool_id, places=gone, rows_max=TAKEN_MAX)
        return Look(
            ground=ground,
            counts=found.counts,
            examples=found.examples,
            taken=tuple(taken),
            taken_count=await SQL.owned_count.value(c, pool=ground.pool_id, places=gone),
            crowded=tuple([one for area in found.shrunk if (one := await _crowded(c, ground.pool_id, area))]),
            blocked_count=await pools.blocked_among(c, ground.pool_id, found.tombstones),
            held_count=held,
            renamed_count=await SQL.owned_count.value(c, pool=ground.pool_id, places=renamed),
            unpriced=await unpriced(c, performance_id, found.categories),
            unbound=tuple(", ".join(filter(None, (one.zone, one.row, one.seat))) for one in found.unbound),
            refusal=refusal,
        )


async def change(
    db: Database,
    inventory: Inventory,
    organisation_id: UUID,
    performance_id: UUID,
    version_id: UUID,
    by: Actor,
    now: datetime,
    note: Callable[[Connection], Awaitable[None]] | None = None,
) -> Done:
    """Put a date onto another version of its plan, an earlier one too; what is sold keeps its place.

    `note` is done in the same transaction. Raises NotFound, PlanInPlace, OtherPlan, DateEnded, PlacesSpent; SeatsInUse
    with how many places are in the way, PlanBusy when the same may work in a moment.
    """
    for _ in range(TRIES_MAX):
        async with db.read() as c:
            ground = await _ground(c, organisation_id, performance_id, version_id)
        if (refusal := _hindrance(ground, now)) is not None:
            raise refusal
        found, drawn = await asyncio.to_thread(_compared, ground, ground.new_document)
        leased = await _leased(inventory, ground.pool_id) if found.shrunk else frozenset()
        try:
            async with claims.transaction(db) as c:
                left = await _write(c, ground, found, drawn, leased, by, now)
                if note is not None:
                    await note(c)
        except _Again:
            continue
        except OrderLate:
            raise PlanBusy() from None
        await _show(inventory, ground, left)
        return Done(ground.new_number, found.counts)
    raise PlanBusy()


async def relabel(db: Database, performance_id: UUID, order_id: UUID | None = None) -> int:
    """Make the tickets of a performance (of one order) say what its plan calls their places now; how many were changed.

    An order at a time; whoever has paid is sent their tickets again. Repeats change nothing.
    """
    changed, after = 0, UUID(int=0)
    while True:
        async with db.read() as c:
            row = await SQL.hall_of.row(c, performance_id=performance_id)
            if row is None:
                return changed
            values = {"pool": row["pool_id"], "after": after, "rows_max": ORDERS_MAX}
            ids = [order_id] if order_id else [one for (one,) in await SQL.seated_orders.rows(c, **values)]
        hall = await halls.hall(db, row["plan_hash"], row["place_list_hash"])
        for id in ids:
            told = await _relabel_order(db, performance_id, hall, id)
            if told is None:
                break  # another plan has come under it: from here on by that one
            changed, after = changed + told, id
        else:
            if order_id or len(ids) < ORDERS_MAX:
                return changed


async def stands(c: Connection, performance_id: UUID, footing: Footing) -> bool:
    """Whether a date stands on what it did when it was read; its row is locked from here on, sales go on beside it."""
    row = await SQL.lock.row(c, performance_id=performance_id)
    return row is not None and tuple(row) == footing


async def unpriced(c: Connection, performance_id: UUID, categories: Sequence[str]) -> tuple[Unpriced, ...]:
    """Those of these categories that some tariff of a date has no price for."""
    rows = await SQL.priced.rows(c, performance_id=performance_id)
    tariffs = [(row["name"], frozenset(row["categories"])) for row in rows]
    without = ((one, tuple(name for name, priced in tariffs if one not in priced)) for one in categories)
    return tuple(Unpriced(category, names) for category, names in without if names)


# What is read


async def _ground(c: Connection, organisation_id: UUID, performance_id: UUID, version_id: UUID) -> Ground:
    values = {"performance_id": performance_id, "version_id": version_id}
    found = await SQL.ground.one(c, Ground, organisation_id=organisation_id, **values)
    if found is None:
        raise NotFound(what="performance or plan version")
    return found


def _hindrance(ground: Ground, now: datetime) -> Refusal | None:
    """Why a date cannot go onto a version, whatever is sold."""
    if not ground.same_plan:
        return OtherPlan()
    if ground.plan_version_id == ground.version_id:
        return PlanInPlace(number=ground.new_number)
    if ground.status is PerformanceStatus.CANCELLED or now >= ground.ends_at:
        return DateEnded()
    return None


def _compared(ground: Ground, document: bytes) -> tuple[Comparison, DatePlan]:
    """With what the date would draw then: the seats that it has in other categories stay so."""
    drawn = date_plans.draw(document, ground.seat_categories)
    return compared(ground.place_list, ground.old_document, drawn.document), drawn


def compared(place_list: bytes, old: bytes, new: bytes) -> Comparison:
    """Two versions under a place list, by their documents. Some tenths of a second for a stadium. PlacesSpent."""
    try:
        return comparison.compare(places.decode(place_list), placeur_json.read(old), placeur_json.read(new))
    except ValueError:
        raise PlacesSpent(places_max=PLACES_MAX) from None


async def _leased(inventory: Inventory, pool: int) -> frozenset[int]:
    """The places that are in carts now, or were a moment ago; none known without Redis."""
    with suppress(StoreUnreachable):
        copy, now_ms = await inventory.copy(pool, 0.0)
        words = copy.words()
        return frozenset(np.flatnonzero((words >= limit_of(now_ms)) & (words < CLAIMED)).tolist())
    return frozenset()


async def _held(inventory: Inventory, pool: int, places: Sequence[int]) -> int | None:
    """How many of these places are in carts; None without Redis."""
    try:
        copy, now_ms = await inventory.copy(pool)
    except StoreUnreachable:
        return None
    words, within = copy.words(), [place for place in places if place < copy.place_count]
    some = words[np.array(within, np.int64)]
    return int(np.count_nonzero((some >= limit_of(now_ms)) & (some < CLAIMED)))


async def _crowded(c: Connection, pool: int, area: Shrunk) -> Crowded | None:
    """An area with more owners than it would have places."""
    room = sum(count for _, count in area.left)
    owned = await SQL.owned_count.value(c, pool=pool, places=[*area.gone, *_units(area)])
    return Crowded(area.name, owned, room) if owned > room else None


async def in_the_way(c: Connection, pool_ids: Sequence[int], found: Comparison) -> dict[int, int]:
    """For each of these pools, how many owned places the new version has no room for."""
    counts: Counter[int] = Counter(await _owned(c, pool_ids, list(found.seats_gone)))
    for area in found.shrunk:
        room = sum(count for _, count in area.left)
        for pool, owned in (await _owned(c, pool_ids, [*area.gone, *_units(area)])).items():
            counts[pool] += max(0, owned - room)
    return counts


async def _owned(c: Connection, pool_ids: Sequence[int], places: Sequence[int]) -> dict[int, int]:
    rows = await SQL.owned_counts.rows(c, pools=list(pool_ids), places=list(places))
    return {row["pool_id"]: row["owned_count"] for row in rows}


def _units(area: Shrunk) -> list[int]:
    return [place for start, count in area.left for place in range(start, start + count)]


# What is written


async def _write(
    c: Connection, ground: Ground, found: Comparison, drawn: DatePlan, leased: frozenset[int], by: Actor, now: datetime
) -> list[Claim]:
    """The one transaction; the claims that left numbers which are tombstones now. Raises _Again, SeatsInUse."""
    if not await stands(c, ground.performance_id, ground.footing):
        raise _Again
    units = [place for area in found.shrunk for place in area.gone]
    locked = frozenset(id for (id,) in await SQL.lock_orders.rows(c, pool=ground.pool_id, places=units))
    await pools.lock_exclusive(c, ground.pool_id)
    left = await _vacate(c, ground, found, leased, locked)
    if in_use := await SQL.owned_count.value(c, pool=ground.pool_id, places=list(found.tombstones)):
        raise SeatsInUse(place_count=in_use)
    hash = await plans.keep_place_list(c, found.places)
    values = {"performance_id": ground.performance_id, "version_id": ground.version_id}
    await SQL.publish.run(c, place_list_hash=hash, **values)
    await date_plans.put(c, ground.performance_id, drawn, now)
    await pools.grow(c, ground.pool_id, found.places.place_count)
    await pools.empty_out(c, ground.pool_id, found.tombstones)
    if found.renamed:
        await jobs.enqueue(c, Job.RELABEL_TICKETS, RelabelTickets(ground.performance_id))
    subject = Subject(
        kind="performance", id=ground.performance_id, name=ground.event_name, box_office_id=ground.box_office_id
    )
    told = {"plan_number": (ground.old_number, ground.new_number)}
    await audit.note(c, by, "performance.plan_published", subject, now, told)
    return left


async def _vacate(
    c: Connection, ground: Ground, found: Comparison, leased: frozenset[int], locked: frozenset[UUID]
) -> list[Claim]:
    """Have owned units of areas take numbers that stay, those in no cart first; the claims as they were.

    Only where all of an area's fit: what does not is in use, and refuses the change. The pool is locked alone, so
    nobody claims beside it, and the rows of the orders are held, so nobody gives back.
    """
    moved: list[Claim] = []
    others: list[int] = []
    for area in found.shrunk:
        owned = await SQL.owned.rows(c, pool=ground.pool_id, places=list(area.gone))
        if any(row["order_id"] not in locked for row in owned):
            raise _Again
        stay = _units(area)
        taken = {row["place"] for row in await SQL.owned.rows(c, pool=ground.pool_id, places=stay)}
        free = sorted((place for place in stay if place not in taken), key=lambda place: (place in leased, place))
        if len(owned) <= len(free):
            moved += [Claim(ground.pool_id, row["place"], row["serial"]) for row in owned]
            others += free[: len(owned)]
    if moved:
        before = [claim.place for claim in moved]
        await SQL.reseat.run(c, pool=ground.pool_id, places=before, others=others)
    return moved


async def _show(inventory: Inventory, ground: Ground, left: Sequence[Claim]) -> None:
    """After the commit: write the pool's words anew. Should Redis not answer, whoever next wants the pool does it: its
    words are of an old epoch. A settle that comes late does not bring back a claim that took another number."""
    try:
        await inventory.rebuild(ground.pool_id)
    except StoreUnreachable as error:
        log.warning("pool %s is written anew later: %s", ground.pool_id, error)
    if left:
        await claims.free(inventory, ground.box_office_id.hex, left)


async def _relabel_order(db: Database, performance_id: UUID, hall: Hall, order_id: UUID) -> int | None:
    """How many tickets of an order were changed; None when the performance is on another plan by now."""
    async with claims.transaction(db) as c:
        row = await SQL.hall_of.row(c, performance_id=performance_id)
        if row is None or (row["plan_hash"], row["place_list_hash"]) != (hall.plan_hash, hall.place_list_hash):
            return None
        order = await orders.lock(c, order_id)
        changed = []
        for ticket in await SQL.labels_of.rows(c, pool=row["pool_id"], order_id=order_id):
            label = hall.known(ticket["place"])
            told = (ticket["zone"], ticket["row_label"], ticket["seat_label"])
            if label is not None and told != (label.zone, label.row, label.seat):
                changed.append((ticket["id"], label))
        for id, label in changed:
            names = {"zone": label.zone, "row_label": label.row, "seat_label": label.seat}
            await SQL.relabel.run(c, ticket_id=id, **names)
        if changed and order.status is OrderStatus.PAID:
            await jobs.enqueue(c, Job.SEND_MAIL, SendMail(order_id, MailKind.TICKETS_AGAIN))
    return len(changed)
