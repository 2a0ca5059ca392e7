"""Dates: the performances of an event as the back office makes, changes and removes them, one or many at once.

Many dates are made together: their plan is read once, their pools and rows go in by one statement each, so that forty
dates in a stadium take as long as one. What a date does not say itself is as its event says. What has been sold stays:
a date with orders is postponed or closed, never removed.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
from msgspec import UNSET, Struct, UnsetType

from ticketing import audit, performances, plans, pools
from ticketing.audit import Actor, Subject
from ticketing.calendar import at_walls, ensure_few
from ticketing.db import Database
from ticketing.events import CLOSES_MIN_MAX, DOORS_MIN_MAX, DURATION_MIN_MAX, ORDER_PLACES_MAX
from ticketing.ids import new_id
from ticketing.performances import Label, PerformanceStatus, Visibility
from ticketing.pools import PoolKind
from ticketing.refusals import EditedMeanwhile, InputRefused, NotFound, PerformanceOrdered
from ticketing.sql import Connection, load

YEARS_AHEAD_MAX = 5
GROUNDS_MAX = 500
OWN = ("sale_opens_at", "sale_closes_at", "counter_opens_at", "counter_closes_at", "order_places_max")
"""What a date may say itself, and its event for it otherwise."""
CLOSES = ("own_sale_closes_at", "own_counter_closes_at")
"""What moves with a date that is moved."""
CHOSEN = (PerformanceStatus.ON_SALE, PerformanceStatus.CLOSED)
"""What a date may be set to; it is cancelled by giving back what was paid, not here."""

SQL = load("dates")


class SaleState(StrEnum):
    """Where a date stands for who would buy now."""

    HIDDEN = "hidden"
    LATER = "later"
    OPEN = "open"
    SOLD_OUT = "sold_out"
    POSTPONED = "postponed"
    CLOSED = "closed"
    OVER = "over"
    CANCELLED = "cancelled"


class Date(Struct, frozen=True, kw_only=True):
    """A performance as the back office sees it. `own_*` is what it says itself; None is as its event says, which is in
    the field of the same name without it."""

    id: UUID
    event_id: UUID
    event_name: str
    box_office_id: UUID
    venue_id: UUID
    venue_name: str
    time_zone: str
    plan_version_id: UUID
    plan_name: str
    plan_number: int
    latest_version_id: UUID
    latest_number: int
    starts_at: datetime
    doors_at: datetime
    ends_at: datetime
    own_sale_opens_at: datetime | None
    own_sale_closes_at: datetime | None
    own_counter_opens_at: datetime | None
    own_counter_closes_at: datetime | None
    own_order_places_max: int | None
    sale_opens_at: datetime
    sale_closes_at: datetime
    counter_opens_at: datetime
    counter_closes_at: datetime
    order_places_max: int | None
    visibility: Visibility
    status: PerformanceStatus
    label: Label | None
    version: int
    pool_id: int
    place_count: int
    sold_count: int

    def state(self, now: datetime) -> SaleState:
        """How the shop's sale stands."""
        return _state(self, now)


class DateSettings(Struct, frozen=True, kw_only=True):
    """What is edited of a date; None is as its event says (no label: none). `status` is one of `CHOSEN`."""

    starts_at: datetime
    doors_at: datetime
    ends_at: datetime
    own_sale_opens_at: datetime | None = None
    own_sale_closes_at: datetime | None = None
    own_counter_opens_at: datetime | None = None
    own_counter_closes_at: datetime | None = None
    own_order_places_max: int | None = None
    label: Label | None = None
    status: PerformanceStatus = PerformanceStatus.ON_SALE


class Change(Struct, frozen=True, kw_only=True):
    """One change to many dates; what is UNSET stays as each has it.

    `at` is the hour on the wall, which doors and end follow; `as_event` takes back what the dates say themselves of
    their sale and of what one order may take.
    """

    label: Label | UnsetType | None = UNSET
    status: PerformanceStatus | UnsetType = UNSET
    at: time | UnsetType = UNSET
    doors_min: int | UnsetType = UNSET
    duration_min: int | UnsetType = UNSET
    sale_closes_min: int | UnsetType = UNSET
    order_places_max: int | UnsetType = UNSET
    as_event: bool = False


class Overlap(Struct, frozen=True):
    """Another date in the same venue at the same time."""

    starts_at: datetime
    event_name: str


class Ground(Struct, frozen=True, kw_only=True):
    """A plan version that dates may be sold on, and where it is."""

    id: UUID
    venue_id: UUID
    venue_name: str
    time_zone: str
    virtual: bool
    plan_name: str
    number: int
    place_count: int


async def grounds(db: Database, organisation_id: UUID, version_ids: Sequence[UUID] | None = None) -> list[Ground]:
    """Plan versions of an organisation's venues: these, or all, by venue and plan, the latest version first.

    Bounded, the latest versions of all plans before any other: a choice to be offered, nothing to judge an id by.
    """
    wanted = None if version_ids is None else list(version_ids)
    async with db.read() as c:
        return await SQL.grounds.all(
            c, Ground, organisation_id=organisation_id, version_ids=wanted, rows_max=GROUNDS_MAX
        )


async def add(
    db: Database, organisation_id: UUID, event_id: UUID, plan_version_id: UUID, starts: Sequence[datetime],
    by: Actor, now: datetime,
) -> list[UUID]:  # fmt: skip
    """Make a date of an event at each of these moments, with doors and end as the event says; all of them or none.

    Raises NotFound when event or plan are another organisation's, InputRefused for too many, moments that are past or
    far ahead, and those at which the event has a date already.
    """
    async with db.transaction() as c:
        ids, row = await add_in(c, organisation_id, event_id, plan_version_id, starts, now)
        changes = {"dates": (None, [at.isoformat() for at in starts])}
        await audit.note(c, by, "performances.added", _event_subject(row, event_id), now, changes)
    return ids


async def add_in(
    c: Connection, organisation_id: UUID, event_id: UUID, plan_version_id: UUID, starts: Sequence[datetime],
    now: datetime,
) -> tuple[list[UUID], asyncpg.Record]:  # fmt: skip
    """`add`, in the caller's transaction, with the event's row beside the ids; the caller writes the audit log."""
    _check_starts(starts, now)
    row = await SQL.ground.row(c, organisation_id=organisation_id, event_id=event_id, version_id=plan_version_id)
    if row is None:
        raise NotFound(what="event or plan version")
    if taken := await SQL.taken.value(c, event_id=event_id, starts=list(starts)):
        raise InputRefused(problem="{count} of these dates are there already.", where="dates", count=taken)
    place_list = await asyncio.to_thread(performances.first_places, row["document"])
    hash = await plans.keep_place_list(c, place_list)
    made = await pools.create_many(c, row["box_office_id"], PoolKind.PERFORMANCE, place_list.place_count, len(starts))
    ids = [new_id() for _ in starts]
    await SQL.add.run(
        c, event_id=event_id, version_id=plan_version_id, place_list_hash=hash, box_office_id=row["box_office_id"],
        venue_id=row["venue_id"], ids=ids, pools=made, starts=list(starts), doors_min=row["doors_min"],
        duration_min=row["duration_min"],
    )  # fmt: skip
    return ids, row


async def of_event(
    db: Database, organisation_id: UUID, event_id: UUID, now: datetime, *, past: bool = False, page: int = 1,
    rows_max: int = 100,
) -> list[Date]:  # fmt: skip
    """An event's dates to come, the next first; or those that are over, the last first."""
    most = min(rows_max, db.settings.page_rows_max)
    values = {"organisation_id": organisation_id, "event_id": event_id, "now": now, "past": past}
    async with db.read() as c:
        return await SQL.of_event.all(c, Date, **values, after=(page - 1) * most, rows_max=most)


async def counts(db: Database, organisation_id: UUID, event_id: UUID, now: datetime) -> tuple[int, int]:
    """How many dates of an event are to come, and how many are over."""
    async with db.read() as c:
        row = await SQL.counts.row(c, organisation_id=organisation_id, event_id=event_id, now=now)
    assert row is not None
    return row["coming_count"], row["past_count"]


async def get(db: Database, organisation_id: UUID, performance_id: UUID) -> Date:
    """An organisation's own date, or NotFound."""
    async with db.read() as c:
        return await _get(c, organisation_id, performance_id)


async def starts_of(db: Database, organisation_id: UUID, event_id: UUID) -> frozenset[datetime]:
    """The moments at which an event has a date that is not cancelled."""
    async with db.read() as c:
        rows = await SQL.starts_of.rows(c, organisation_id=organisation_id, event_id=event_id)
    return frozenset(row["starts_at"] for row in rows)


async def overlaps(
    db: Database, organisation_id: UUID, venue_id: UUID, starts: Sequence[datetime], duration_min: int
) -> dict[datetime, Overlap]:
    """By start: what is on in that venue at that time already. A virtual venue has room for everything."""
    values = {"organisation_id": organisation_id, "venue_id": venue_id, "starts": list(starts)}
    async with db.read() as c:
        rows = await SQL.overlaps.rows(c, **values, duration_min=duration_min)
    return {row["start"]: Overlap(row["starts_at"], row["event_name"]) for row in rows}


async def edit(
    db: Database, organisation_id: UUID, performance_id: UUID, settings: DateSettings, version: int, by: Actor,
    now: datetime,
) -> Date:  # fmt: skip
    """Change a date that is still at `version`. Raises NotFound, InputRefused, EditedMeanwhile."""
    _check_settings(settings, now)
    values = {name: getattr(settings, name) for name in DateSettings.__struct_fields__}
    async with db.transaction() as c:
        before = await _get(c, organisation_id, performance_id)
        if settings.starts_at != before.starts_at:
            await SQL.lock_event.run(c, event_id=before.event_id)
            if await SQL.taken.value(c, event_id=before.event_id, starts=[settings.starts_at]):
                raise InputRefused(problem="The event has a date at that moment already.", where="starts_at")
        if not await SQL.edit.run(c, performance_id=performance_id, version=version, **values):
            raise EditedMeanwhile(what="performance")
        after = await _get(c, organisation_id, performance_id)
        _check_window(after)
        changes = {name: pair for name, pair in audit.differences(before, after).items() if name in values}
        await audit.note(c, by, "performance.edited", _subject(after), now, changes)
    return after


async def edit_many(
    db: Database, organisation_id: UUID, event_id: UUID, ids: Sequence[UUID], change: Change, by: Actor, now: datetime
) -> int:
    """Change the same thing on many dates of an event; how many there were. All of them or none.

    Raises NotFound for a date that is not the event's, InputRefused.
    """
    _check_change(change)
    async with db.transaction() as c:
        await SQL.lock_event.run(c, event_id=event_id)
        rows = await SQL.to_change.rows(c, organisation_id=organisation_id, event_id=event_id, ids=list(set(ids)))
        if len(rows) < len(set(ids)):
            raise NotFound(what="performance")
        if not rows:
            raise InputRefused(problem="Tick at least one date.", where="dates")
        changed = [_changed(row, change) for row in rows]
        await SQL.change.many(c, changed)
        if await SQL.doubled.value(c, event_id=event_id, starts=[row["starts_at"] for row in changed]):
            raise InputRefused(problem="Two of the event’s dates would be at the same moment.", where="at")
        if await SQL.never_open.value(c, ids=[row["id"] for row in changed]):
            raise _never_open("sale_closes_min")
        told = {name: (None, value) for name, value in _fields(change).items()}
        changes = {"dates": (len(rows), [row["starts_at"].isoformat() for row in rows]), **told}
        await audit.note(c, by, "performances.edited", _event_subject(rows[0], event_id), now, changes)
    return len(rows)


async def remove(
    db: Database, organisation_id: UUID, event_id: UUID, ids: Sequence[UUID], by: Actor, now: datetime
) -> int:
    """Remove dates of an event that nobody ever ordered anything for; how many there were. All of them or none.

    Raises NotFound for a date that is not the event's, PerformanceOrdered. The pools stay: a reservation that somebody
    still has at one ends by itself.
    """
    try:
        async with db.transaction() as c:
            rows = await SQL.to_remove.rows(c, organisation_id=organisation_id, event_id=event_id, ids=list(set(ids)))
            if len(rows) < len(set(ids)):
                raise NotFound(what="performance")
            if not rows:
                raise InputRefused(problem="Tick at least one date.", where="dates")
            if ordered := await SQL.ordered_among.value(c, ids=[row["id"] for row in rows]):
                raise PerformanceOrdered(where="dates", date_count=ordered)
            await SQL.remove.run(c, ids=[row["id"] for row in rows])
            changes = {"dates": ([row["starts_at"].isoformat() for row in rows], None)}
            await audit.note(c, by, "performances.removed", _event_subject(rows[0], event_id), now, changes)
    except asyncpg.ForeignKeyViolationError:
        raise PerformanceOrdered(where="dates", date_count=len(set(ids))) from None
    return len(rows)


def moved(at: datetime | None, by: timedelta) -> datetime | None:
    """A moment that a date says itself, moved as the date is."""
    return at and at + by


def settings_of(date: Date) -> DateSettings:
    """What is edited of a date, as it is."""
    return DateSettings(**{name: getattr(date, name) for name in DateSettings.__struct_fields__})


def _state(date: Date, now: datetime) -> SaleState:
    if date.status is PerformanceStatus.CANCELLED:
        return SaleState.CANCELLED
    if now >= date.ends_at:
        return SaleState.OVER
    if date.label is Label.POSTPONED:
        return SaleState.POSTPONED
    if date.visibility is Visibility.DRAFT or date.status is PerformanceStatus.DRAFT:
        return SaleState.HIDDEN
    if date.label is Label.SOLD_OUT or date.sold_count >= date.place_count:
        return SaleState.SOLD_OUT
    if date.status is PerformanceStatus.CLOSED or now >= date.sale_closes_at:
        return SaleState.CLOSED
    return SaleState.LATER if now < date.sale_opens_at else SaleState.OPEN


def _check_starts(starts: Sequence[datetime], now: datetime) -> None:
    if not starts:
        raise InputRefused(problem="Tick at least one date.", where="dates")
    ensure_few(len(starts), "dates")
    if len(set(starts)) < len(starts):
        raise InputRefused(problem="Two of these dates are at the same moment.", where="dates")
    for start in (min(starts), max(starts)):
        _check_start(start, now, "dates")


def _check_start(start: datetime, now: datetime, where: str) -> None:
    if start <= now:
        raise InputRefused(problem="A new date must be still to come.", where=where)
    if start > now + timedelta(days=366 * YEARS_AHEAD_MAX):
        raise InputRefused(problem="A date is {most} years ahead at most.", where=where, most=YEARS_AHEAD_MAX)


def _check_settings(settings: DateSettings, now: datetime) -> None:
    if settings.status not in CHOSEN:
        raise InputRefused(problem="Choose one of these.", where="status")
    if not settings.doors_at <= settings.starts_at < settings.ends_at:
        raise InputRefused(problem="Doors open before the start, and the end comes after it.", where="starts_at")
    if settings.ends_at - settings.starts_at > timedelta(minutes=DURATION_MIN_MAX):
        raise InputRefused(problem="The end is too far from the start.", where="ends_at")
    if settings.starts_at > now + timedelta(days=366 * YEARS_AHEAD_MAX):
        raise InputRefused(problem="A date is {most} years ahead at most.", where="starts_at", most=YEARS_AHEAD_MAX)
    _ensure_opens(settings.own_sale_opens_at, settings.own_sale_closes_at, "own_sale_closes_at")
    _ensure_opens(settings.own_counter_opens_at, settings.own_counter_closes_at, "own_counter_closes_at")
    most = settings.own_order_places_max
    if most is not None and not 1 <= most <= ORDER_PLACES_MAX:
        raise InputRefused(
            problem="Type a whole number from {least} to {most}.", where="own_order_places_max", least=1,
            most=ORDER_PLACES_MAX,
        )  # fmt: skip


def _check_window(date: Date) -> None:
    """What the date says and what its event says must make sense together."""
    _ensure_opens(date.sale_opens_at, date.sale_closes_at, "own_sale_closes_at")
    _ensure_opens(date.counter_opens_at, date.counter_closes_at, "own_counter_closes_at")


def _ensure_opens(opens_at: datetime | None, closes_at: datetime | None, where: str) -> None:
    """A sale opens before it closes; what is not said is as the event says, and is compared there."""
    if opens_at and closes_at and opens_at >= closes_at:
        raise _never_open(where)


def _never_open(where: str) -> InputRefused:
    return InputRefused(problem="The sale opens before it closes.", where=where)


def _check_change(change: Change) -> None:
    bounds = {
        "doors_min": (0, DOORS_MIN_MAX),
        "duration_min": (1, DURATION_MIN_MAX),
        "sale_closes_min": (-CLOSES_MIN_MAX, CLOSES_MIN_MAX),
        "order_places_max": (1, ORDER_PLACES_MAX),
    }
    fields = _fields(change)
    if not fields:
        raise InputRefused(problem="Choose what to change.", where="")
    if fields.get("status", PerformanceStatus.ON_SALE) not in CHOSEN:
        raise InputRefused(problem="Choose one of these.", where="status")
    for name, (least, most) in bounds.items():
        if name in fields and not least <= int(fields[name]) <= most:  # type: ignore[call-overload]
            raise InputRefused(
                problem="Type a whole number from {least} to {most}.", where=name, least=least, most=most
            )


def _changed(row: asyncpg.Record, change: Change) -> dict[str, object]:
    """A date's row after the change."""
    start = row["starts_at"] if change.at is UNSET else _at(row["starts_at"], row["time_zone"], change.at)
    doors = row["starts_at"] - row["doors_at"] if change.doors_min is UNSET else timedelta(minutes=change.doors_min)
    long = row["ends_at"] - row["starts_at"] if change.duration_min is UNSET else timedelta(minutes=change.duration_min)
    kept = {} if change.as_event else {name: row[name] for name in OWN}
    kept |= {name: moved(kept[name], start - row["starts_at"]) for name in kept if name.endswith("_closes_at")}
    values = dict.fromkeys(OWN) | kept
    if change.sale_closes_min is not UNSET:
        values["sale_closes_at"] = start - timedelta(minutes=change.sale_closes_min)
    if change.order_places_max is not UNSET:
        values["order_places_max"] = change.order_places_max
    for name in ("sale", "counter"):
        _ensure_opens(values[f"{name}_opens_at"], values[f"{name}_closes_at"], "sale_closes_min")
    return values | {
        "id": row["id"],
        "starts_at": start,
        "doors_at": start - doors,
        "ends_at": start + long,
        "label": row["label"] if change.label is UNSET else change.label,
        "status": row["status"] if change.status is UNSET else change.status,
    }


def _at(start: datetime, zone: str, at: time) -> datetime:
    """The same day on the venue's wall, at another hour."""
    day = start.astimezone(ZoneInfo(zone)).date()
    (there,) = at_walls([datetime.combine(day, at)], zone)
    return there.starts_at


def _fields(change: Change) -> dict[str, object]:
    found = {name: getattr(change, name) for name in Change.__struct_fields__}
    return {name: value for name, value in found.items() if value is not UNSET and (name != "as_event" or value)}


async def _get(c: Connection, organisation_id: UUID, performance_id: UUID) -> Date:
    found = await SQL.get.one(c, Date, organisation_id=organisation_id, performance_id=performance_id)
    if found is None:
        raise NotFound(what="performance")
    return found


def _subject(date: Date) -> Subject:
    return Subject(kind="performance", id=date.id, name=date.event_name, box_office_id=date.box_office_id)


def _event_subject(row: asyncpg.Record, event_id: UUID) -> Subject:
    return Subject(kind="event", id=event_id, name=row["event_name"], box_office_id=row["box_office_id"])
