"""Seats that one date has in another price category than its plan: what a single seat costs, that evening.

The date draws them so (`date_plans`), and everybody who asks for its plan gets that drawing: the map's colours, the
best places' price limits and what a cart comes to all follow it. What is sold keeps the category and the price that it
was sold at; what is in a cart costs what it costs when it is ordered, and its page says so.

One transaction decides, and gives the pool another epoch: every process packs it anew. `plan_changes` carries the
categories along when the date goes onto another version.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from engine.inventory import Inventory
from engine.link import StoreUnreachable
from ticketing import audit, claims, date_plans, halls, plan_changes, pools
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.halls import Hall
from ticketing.performances import PerformanceStatus
from ticketing.plan_changes import TRIES_MAX, Footing
from ticketing.refusals import DateOver, InputRefused, NotFound, OrderLate, PlanBusy
from ticketing.seat_lists import Picked
from ticketing.sql import load
from ticketing.texts import text_of

NAME_CHARS_MAX = 60

SQL = load("seat_categories")
log = logging.getLogger(__name__)


class Line(Struct, frozen=True):
    """A category that seats are in at this date only, or more than in the plan."""

    category: str
    seat_count: int
    unpriced: tuple[str, ...]
    """The tariffs that have no price for it: the seats are not sold at them."""
    zones: tuple[str, ...]
    """Sections of some of these seats whose own price goes first."""


class _Own(Struct, frozen=True):
    seat_categories: dict[str, str]


class _Ground(Struct, frozen=True):
    """A date as it is drawn now."""

    performance_id: UUID
    event_id: UUID
    event_name: str
    box_office_id: UUID
    status: PerformanceStatus
    ends_at: datetime
    pool_id: int
    plan_version_id: UUID
    own_plan_hash: bytes | None
    place_list_hash: bytes
    plan_hash: bytes
    seat_categories: dict[str, str]
    document: bytes

    @property
    def subject(self) -> Subject:
        """What the audit log names."""
        kind, name = "performance", self.event_name
        return Subject(kind=kind, id=self.performance_id, name=name, box_office_id=self.box_office_id)

    @property
    def footing(self) -> Footing:
        """What it stood on when it was read."""
        return (self.plan_version_id, self.own_plan_hash, self.place_list_hash, self.status, self.ends_at)


async def lines(db: Database, organisation_id: UUID, performance_id: UUID, hall: Hall) -> tuple[Line, ...]:
    """The seats that an organisation's date has in other categories than its plan, by category; or NotFound."""
    async with db.read() as c:
        found = await SQL.own.one(c, _Own, organisation_id=organisation_id, performance_id=performance_id)
        if found is None:
            raise NotFound(what="performance")
        own = found.seat_categories
        counts = Counter(own.values())
        without = {one.category: one.tariffs for one in await plan_changes.unpriced(c, performance_id, list(counts))}
        zones = {zone for (zone,) in await SQL.priced_zones.rows(c, performance_id=performance_id)} if own else set()
    first = _zones_of(hall, own, zones)
    return tuple(
        Line(category, count, without.get(category, ()), first.get(category, ())) for category, count in counts.items()
    )


async def put(
    db: Database, inventory: Inventory, organisation_id: UUID, performance_id: UUID, picked: Picked,
    category: str, by: Actor, now: datetime,
) -> int:  # fmt: skip
    """Put seats of a date into a category, one of the plan's or a new one; "": into that which the plan gives them.
    How many seats have another than before.

    Raises NotFound, DateOver; InputRefused for no seats, places of areas, too many categories; PlanBusy when
    the same may work in a moment.
    """
    name = text_of(category, "category", chars_max=NAME_CHARS_MAX) if category else ""
    if not picked:
        raise InputRefused(problem="Choose some seats first.", where="places")
    for _ in range(TRIES_MAX):
        ground = await _ground(db, organisation_id, performance_id, now)
        hall = await halls.hall(db, ground.plan_hash, ground.place_list_hash)
        wanted = ground.seat_categories | dict.fromkeys(_seats(hall, picked), name)
        if (done := await _change(db, inventory, ground, wanted, (None, name or None), by, now)) is not None:
            return done
    raise PlanBusy()


async def give_back(
    db: Database, inventory: Inventory, organisation_id: UUID, performance_id: UUID, category: str, by: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Put the seats that a date has in a category of its own into those that the plan gives them. Raises as `put`."""
    for _ in range(TRIES_MAX):
        ground = await _ground(db, organisation_id, performance_id, now)
        wanted = {seat: own for seat, own in ground.seat_categories.items() if own != category}
        if (done := await _change(db, inventory, ground, wanted, (category, None), by, now)) is not None:
            return done
    raise PlanBusy()


async def _ground(db: Database, organisation_id: UUID, performance_id: UUID, now: datetime) -> _Ground:
    async with db.read() as c:
        found = await SQL.ground.one(c, _Ground, organisation_id=organisation_id, performance_id=performance_id)
    if found is None:
        raise NotFound(what="performance")
    if found.status is PerformanceStatus.CANCELLED or now >= found.ends_at:
        raise DateOver()
    return found


async def _change(
    db: Database, inventory: Inventory, ground: _Ground, wanted: Mapping[str, str], change: tuple[object, object],
    by: Actor, now: datetime,
) -> int | None:  # fmt: skip
    """The one transaction: how many seats changed; None when the date moved on meanwhile."""
    asked = {seat: category for seat, category in wanted.items() if category}
    drawn = await asyncio.to_thread(date_plans.draw, ground.document, asked)
    changed = dict(set(drawn.categories.items()) ^ set(ground.seat_categories.items()))
    if not changed:
        return 0
    try:
        async with claims.transaction(db) as c:
            if not await plan_changes.stands(c, ground.performance_id, ground.footing):
                return None
            await pools.lock_exclusive(c, ground.pool_id)
            await date_plans.put(c, ground.performance_id, drawn, now)
            await pools.renew(c, ground.pool_id)
            told = {"category": change, "seats": (None, len(changed))}
            await audit.note(c, by, "performance.seats_recategorised", ground.subject, now, told)
    except OrderLate:
        raise PlanBusy() from None
    try:
        await inventory.rebuild(ground.pool_id)
    except StoreUnreachable as error:
        log.warning("pool %s is written anew later: %s", ground.pool_id, error)
    return len(changed)


def _seats(hall: Hall, picked: Picked) -> list[str]:
    seats = [hall.seats.seat(place) if hall.known(place) else None for place in picked.places]
    if picked.areas or None in seats:
        raise InputRefused(
            problem="Places without a number have the price of their area: choose numbered seats.", where="places"
        )
    return [seat for seat in seats if seat is not None]


def _zones_of(hall: Hall, own: Mapping[str, str], zones: set[str]) -> dict[str, tuple[str, ...]]:
    """By category, the names of sections with prices of their own that its seats are in."""
    found: dict[str, dict[str, None]] = {}
    for seat, category in own.items() if zones else ():
        with suppress(KeyError, IndexError):
            label = hall.label(*hall.places([seat]))
            if label.zone_id in zones:
                found.setdefault(category, {})[label.zone] = None
    return {category: tuple(names) for category, names in found.items()}
