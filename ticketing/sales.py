"""What was sold of an event: by date, by tariff, over time; and how full its houses are.

Tickets are counted where they are: one statement reads an event's, by the index of their date and time of sale. A
ticket counts from its order on: while the money is awaited it is *awaited*, then *sold*; one that is opposed stays
sold, since its place and its money stay. A seat of a pass counts among the tickets and brings nothing by itself.

How full a house is comes from the inventory while the date is to come, because only that knows what is held; otherwise,
and when the inventory does not answer at once, from the tickets.
"""

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from msgspec import Struct

from engine.inventory import Inventory
from engine.link import StoreUnreachable
from ticketing.db import Database
from ticketing.halls import Hall
from ticketing.refusals import NotFound
from ticketing.sql import load
from ticketing.states import TicketStatus

DATES_MAX = 2000
GAUGE_S_MAX = 0.1
"""How long the inventory is waited for: a page comes without what is held rather than late."""
BUCKETS_MAX = 400

SQL = load("sales")

# Places by state (free, held, sold, off sale) in each byte of a status: four places of two bits.
_STATES = np.array([[sum((byte >> 2 * n) & 3 == state for n in range(4)) for state in range(4)] for byte in range(256)])


class Subject(Struct, frozen=True):
    """The event that figures are about, and what they are told in."""

    id: UUID
    name: str
    box_office_id: UUID
    box_office_key: str
    organisation_id: UUID
    currency: str
    visibility: str
    link_secret: str | None
    version: int
    time_zone: str


class Date(Struct, frozen=True):
    """A date of the event; `capacity` is what its house has on sale, the blocked places left out."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str
    label: str | None
    pool_id: int
    plan_hash: bytes
    place_list_hash: bytes
    venue_name: str
    time_zone: str
    sale_opens_at: datetime
    sale_closes_at: datetime
    capacity: int


class Figures(Struct, frozen=True):
    """Tickets and what they bring, in minor units: paid, and ordered but not paid yet."""

    sold_count: int = 0
    sold_cents: int = 0
    awaited_count: int = 0
    awaited_cents: int = 0

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.sold_count + other.sold_count,
            self.sold_cents + other.sold_cents,
            self.awaited_count + other.awaited_count,
            self.awaited_cents + other.awaited_cents,
        )

    @property
    def taken(self) -> int:
        """Places that are somebody's."""
        return self.sold_count + self.awaited_count


class TariffFigures(Struct, frozen=True):
    """The figures of a tariff; `id` None: seats of passes."""

    id: UUID | None
    name: str
    figures: Figures


class Overview(Struct, frozen=True):
    """An event's figures: in all, by date, by tariff (of all dates, or of one)."""

    event: Subject
    dates: tuple[Date, ...]
    whole: Figures
    by_date: Mapping[UUID, Figures]
    by_tariff: tuple[TariffFigures, ...]

    @property
    def capacity(self) -> int:
        """Places of all dates that are not cancelled."""
        return sum(date.capacity for date in self.dates if date.status != "cancelled")

    @property
    def taken(self) -> int:
        """Places of these dates that are somebody's."""
        return sum(self.of(date).taken for date in self.dates if date.status != "cancelled")

    @property
    def taken_by_date(self) -> dict[UUID, int]:
        """Places that are somebody's, by date."""
        return {date_id: figures.taken for date_id, figures in self.by_date.items()}

    def of(self, date: Date) -> Figures:
        """The figures of a date."""
        return self.by_date.get(date.id, Figures())

    def date(self, performance_id: UUID) -> Date:
        """A date of the event, or NotFound."""
        found = next((date for date in self.dates if date.id == performance_id), None)
        if found is None:
            raise NotFound(what="performance")
        return found


class Gauge(Struct, frozen=True):
    """How full a house is. `held` None: it was counted from the tickets, so nobody knows what is held."""

    sold: int
    held: int | None
    free: int
    capacity: int


class CategoryGauge(Struct, frozen=True):
    """How full a category is; `free` None when the inventory did not answer."""

    name: str
    sold: int
    free: int | None


class Step(StrEnum):
    """How long a bar of a chart is."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Range(StrEnum):
    """How far back a chart goes."""

    TWO_DAYS = "2d"
    WEEK = "7d"
    MONTH = "30d"
    QUARTER = "90d"
    ALL = "all"


LENGTHS: Mapping[Range, timedelta] = {
    Range.TWO_DAYS: timedelta(days=2),
    Range.WEEK: timedelta(days=7),
    Range.MONTH: timedelta(days=30),
    Range.QUARTER: timedelta(days=90),
}


class Bar(Struct, frozen=True):
    """What was sold from `at` until the next bar."""

    at: datetime
    ticket_count: int
    cents: int


class Course(Struct, frozen=True):
    """Sales over time, every bar there, empty ones too."""

    step: Step
    bars: tuple[Bar, ...]


class Gate(Struct, frozen=True):
    """A token that lets people in."""

    name: str
    last_used_at: datetime | None


class _Cell(Struct, frozen=True):
    performance_id: UUID
    tariff_id: UUID | None
    status: TicketStatus
    ticket_count: int
    cents: int

    @property
    def figures(self) -> Figures:
        if self.status is TicketStatus.RESERVED:
            return Figures(awaited_count=self.ticket_count, awaited_cents=self.cents)
        return Figures(sold_count=self.ticket_count, sold_cents=self.cents)


async def overview(db: Database, organisation_id: UUID, event_id: UUID, performance_id: UUID | None = None) -> Overview:
    """An organisation's event with its figures, those by tariff of one date only where one is named; or NotFound."""
    async with db.read() as c:
        event = await SQL.event.one(c, Subject, organisation_id=organisation_id, event_id=event_id)
        if event is None:
            raise NotFound(what="event")
        dates = await SQL.dates.all(c, Date, event_id=event_id, dates_max=DATES_MAX)
        names: dict[UUID, str] = dict(await SQL.tariffs.rows(c, event_id=event_id))  # type: ignore[arg-type]
        cells = await SQL.cells.all(c, _Cell, event_id=event_id)
    by_date: defaultdict[UUID, Figures] = defaultdict(Figures)
    for cell in cells:
        by_date[cell.performance_id] += cell.figures
    chosen = [cell for cell in cells if performance_id in (None, cell.performance_id)]
    whole = sum((cell.figures for cell in chosen), Figures())
    return Overview(event, tuple(dates), whole, by_date, tuple(_by_tariff(chosen, names)))


async def course(
    db: Database, overview: Overview, over: Range, now: datetime, performance_id: UUID | None = None
) -> Course:
    """Sales over time, up to now, or up to the end of what is over. At most `BUCKETS_MAX` bars."""
    event = overview.event
    ends = [date.ends_at for date in overview.dates if performance_id in (None, date.id)]
    until = min(now, max(ends, default=now))
    async with db.read() as c:
        if over is Range.ALL:
            about = {"event_id": event.id, "performance_id": performance_id}
            since = await SQL.first_sold_at.value(c, **about) or until - LENGTHS[Range.WEEK]
        else:
            since = until - LENGTHS[over]
        step = _step(until - since)
        starts = _starts(since, until, step, event.time_zone)
        values = {"since": starts[0], "until": until + timedelta(microseconds=1), "time_zone": event.time_zone}
        rows = await SQL.over_time.all(c, Bar, event_id=event.id, performance_id=performance_id, step=step, **values)
    bars = [Bar(at, 0, 0) for at in starts]
    for row in rows:
        n = bisect_right(starts, row.at) - 1
        bars[n] = Bar(starts[n], bars[n].ticket_count + row.ticket_count, bars[n].cents + row.cents)
    return Course(step, tuple(bars))


async def gauges(
    inventory: Inventory, taken: Mapping[UUID, int], dates: Iterable[Date], now: datetime
) -> dict[UUID, Gauge]:
    """How full the houses of these dates are; `taken` is what the tickets say of each."""
    some = list(dates)
    reading = {date.id: asyncio.create_task(_live(inventory, date.pool_id)) for date in some if _is_live(date, now)}
    if reading:
        await asyncio.wait(reading.values(), timeout=GAUGE_S_MAX)
    live = {id: task.result() if task.done() else None for id, task in reading.items()}
    for task in reading.values():
        task.cancel()
    return {date.id: live.get(date.id) or _counted(taken.get(date.id, 0), date) for date in some}


async def categories(db: Database, inventory: Inventory, hall: Hall, date: Date, now: datetime) -> list[CategoryGauge]:
    """How full each category of a house is, in the plan's order; categories that only tickets know come last."""
    async with db.read() as c:
        sold: dict[str, int] = dict(await SQL.sold_by_category.rows(c, performance_id=date.id))  # type: ignore[arg-type]
    free: Sequence[int] | None = None
    if _is_live(date, now):
        try:
            copy, now_ms = await asyncio.wait_for(inventory.copy(date.pool_id), GAUGE_S_MAX)
            free = [int(count) for count in copy.free_by_category(now_ms)]
        except (StoreUnreachable, LookupError, TimeoutError):
            free = None
    known = dict(zip(hall.categories, free, strict=False)) if free is not None else {}
    names = [*hall.categories, *sorted(sold.keys() - set(hall.categories))]
    return [CategoryGauge(name, sold.get(name, 0), known.get(name)) for name in names]


async def gates(db: Database, organisation_id: UUID) -> list[Gate]:
    """What the organisation's gates sign in with."""
    async with db.read() as c:
        return await SQL.gates.all(c, Gate, organisation_id=organisation_id)


def _by_tariff(cells: Sequence[_Cell], names: Mapping[UUID, str]) -> Iterable[TariffFigures]:
    figures: defaultdict[UUID | None, Figures] = defaultdict(Figures)
    for cell in cells:
        figures[cell.tariff_id] += cell.figures
    for tariff_id, name in names.items():
        yield TariffFigures(tariff_id, name, figures[tariff_id])
    if None in figures:
        yield TariffFigures(None, "", figures[None])


def _step(length: timedelta) -> Step:
    if length <= timedelta(days=3):
        return Step.HOUR
    if length <= timedelta(days=180):
        return Step.DAY
    return Step.WEEK if length <= timedelta(days=7 * BUCKETS_MAX - 7) else Step.MONTH


def _starts(since: datetime, until: datetime, step: Step, zone: str) -> list[datetime]:
    """Where the bars begin, on the wall of the zone: a day is a day whether it has 23 hours or 25."""
    there = ZoneInfo(zone)
    at = _floor(since.astimezone(there), step)
    starts = [at]
    while len(starts) < BUCKETS_MAX and (at := _next(at, step)) <= until:
        starts.append(at)
    return [at.astimezone(UTC) for at in starts]


def _floor(at: datetime, step: Step) -> datetime:
    if step is Step.HOUR:
        return at.replace(minute=0, second=0, microsecond=0)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if step is Step.WEEK:
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if step is Step.MONTH else day


def _next(at: datetime, step: Step) -> datetime:
    """The next bar. Hours pass on the clock of the world, days and more on that of the wall."""
    if step is Step.HOUR:
        there = at.tzinfo
        return (at.astimezone(UTC) + timedelta(hours=1)).astimezone(there)
    if step is Step.MONTH:
        return (at.replace(day=28) + timedelta(days=4)).replace(day=1)
    return at + timedelta(days=7 if step is Step.WEEK else 1)


def _is_live(date: Date, now: datetime) -> bool:
    return date.ends_at > now and date.status in ("on_sale", "closed")


async def _live(inventory: Inventory, pool: int) -> Gauge | None:
    try:
        copy, now_ms = await inventory.copy(pool)
    except (StoreUnreachable, LookupError):
        return None
    status = np.frombuffer(copy.status(now_ms), dtype=np.uint8)
    free, held, sold, _ = (int(count) for count in np.bincount(status, minlength=256) @ _STATES)
    return Gauge(sold, held, free, free + held + sold)


def _counted(taken: int, date: Date) -> Gauge:
    capacity = max(date.capacity, taken)
    return Gauge(taken, None, capacity - taken, capacity)
