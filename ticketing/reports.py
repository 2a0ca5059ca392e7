"""Reports of a box office: what was sold in a time, and what was paid.

Sales are the lines of orders by the moment each was written: a sale counts on the day of its order, what was taken back
on the day it was. Orders that were never paid come and go as lapsed, so that the net of any time is what the ledger's
account of sales moved in it, to the cent. Payments are the ledger's own transfers of money, by where it lies.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from ticketing.db import Database
from ticketing.refusals import InputRefused, NotFound
from ticketing.sales import Date
from ticketing.sql import Connection, load

DAYS_MAX = 1100
ROWS_MAX = 5000
NEXT_DATES_MAX = 8

SQL = load("reports")


class Grouping(StrEnum):
    """What a report has a row for each of."""

    EVENT = "event"
    DATE = "date"
    TARIFF = "tariff"
    DAY = "day"
    CHANNEL = "channel"
    METHOD = "method"
    """By payment method: money that came in and went back, not what was sold."""


class Office(Struct, frozen=True):
    """The box office of a report, and what it is told in."""

    id: UUID
    key: str
    name: str
    currency: str
    time_zone: str


class Span(Struct, frozen=True):
    """Days on the wall, both of them in it."""

    first: date
    last: date

    def bounds(self, time_zone: str) -> tuple[datetime, datetime]:
        """From the first moment of it to the first after it."""
        there = ZoneInfo(time_zone)
        first, after = (datetime.combine(day, time(), there) for day in (self.first, self.last + timedelta(days=1)))
        return first.astimezone(UTC), after.astimezone(UTC)


class Named(Struct, frozen=True):
    """What a row is about: an event, a tariff of one (`detail`), a date (`at`, on its own wall)."""

    key: str
    name: str
    detail: str | None
    at: datetime | None
    time_zone: str | None


class Sold(Struct, frozen=True):
    """A row: tickets less those taken back, and money in minor units. net = sold - returned - lapsed."""

    key: str | None
    ticket_count: int
    sold_cents: int
    returned_cents: int
    lapsed_cents: int
    net_cents: int
    vat_cents: int


class Money(Struct, frozen=True):
    """A row by payment method: what came in and what went back."""

    key: str
    currency: str
    received_cents: int
    returned_cents: int

    @property
    def net_cents(self) -> int:
        return self.received_cents - self.returned_cents


class Report(Struct, frozen=True):
    """What was sold in a time; `names` says what the keys of its rows are."""

    office: Office
    span: Span
    grouping: Grouping
    rows: Sequence[Sold]
    names: Mapping[str, Named]
    total: Sold


class Paid(Struct, frozen=True):
    """What was paid in a time."""

    office: Office
    span: Span
    rows: Sequence[Money]


class NextDate(Struct, frozen=True, kw_only=True):
    """A date to come; `taken_count` are the places that are somebody's."""

    event_id: UUID
    event_name: str
    taken_count: int
    date: Date


class Takings(Struct, frozen=True):
    """Tickets and what they come to, less what was taken back."""

    ticket_count: int
    net_cents: int


class ToDo(Struct, frozen=True):
    """What waits for somebody: money to hand back, events that nobody sees, events without a date."""

    refunds_due_count: int
    draft_count: int
    dateless_count: int


class Dashboard(Struct, frozen=True):
    """A box office at a glance."""

    office: Office
    today: Takings
    week: Takings
    next_dates: Sequence[NextDate]
    to_do: ToDo


async def office(db: Database, organisation_id: UUID, box_office_id: UUID) -> Office:
    """An organisation's box office, or NotFound."""
    async with db.read() as c:
        found = await SQL.box_office.one(c, Office, organisation_id=organisation_id, box_office_id=box_office_id)
    if found is None:
        raise NotFound(what="box office")
    return found


async def sold(db: Database, office: Office, span: Span, grouping: Grouping) -> Report:
    """What was sold in a time, a row for each of what it is grouped by. Raises InputRefused for a time too long."""
    assert grouping is not Grouping.METHOD, "methods are of payments"
    since, until = _checked(span).bounds(office.time_zone)
    values = {"box_office_id": office.id, "since": since, "until": until, "time_zone": office.time_zone}
    async with db.read() as c:
        rows = await SQL.sold.all(c, Sold, grouped_by=grouping, rows_max=ROWS_MAX, **values)
        names = await _names(c, grouping, [row.key for row in rows if row.key is not None])
    rows.sort(key=lambda row: _place(row, names))
    return Report(office, span, grouping, rows, names, _total(rows))


async def paid(db: Database, office: Office, span: Span) -> Paid:
    """What was paid and paid back in a time, by payment method."""
    since, until = _checked(span).bounds(office.time_zone)
    async with db.read() as c:
        rows = await SQL.money.all(c, Money, box_office_id=office.id, since=since, until=until)
    return Paid(office, span, rows)


async def dashboard(db: Database, organisation_id: UUID, box_office_id: UUID, now: datetime) -> Dashboard:
    """A box office at a glance: today and this week (from Monday) on its own wall."""
    found = await office(db, organisation_id, box_office_id)
    today = now.astimezone(ZoneInfo(found.time_zone)).date()
    week = Span(today - timedelta(days=today.weekday()), today)
    async with db.read() as c:
        dates = await SQL.next_dates.rows(c, box_office_id=found.id, now=now, rows_max=NEXT_DATES_MAX)
        to_do = await SQL.to_do.one(c, ToDo, box_office_id=found.id)
        assert to_do is not None, "counts are a row"
        return Dashboard(
            found,
            await _takings(c, found, Span(today, today)),
            await _takings(c, found, week),
            [_next_date(dict(row)) for row in dates],
            to_do,
        )


def _next_date(row: dict[str, object]) -> NextDate:
    own = {name: row.pop(name) for name in ("event_id", "event_name", "taken_count")}
    return NextDate(date=Date(**row), **own)  # type: ignore[arg-type]


async def _takings(c: Connection, office: Office, span: Span) -> Takings:
    since, until = span.bounds(office.time_zone)
    found = await SQL.tickets_and_sales.one(c, Takings, box_office_id=office.id, since=since, until=until)
    assert found is not None, "sums are a row"
    return found


async def _names(c: Connection, grouping: Grouping, keys: list[str]) -> dict[str, Named]:
    query = {Grouping.EVENT: SQL.events, Grouping.DATE: SQL.dates, Grouping.TARIFF: SQL.tariffs}.get(grouping)
    if query is None:
        return {}
    return {named.key: named for named in await query.all(c, Named, keys=keys)}


def _place(row: Sold, names: Mapping[str, Named]) -> tuple[bool, str, str, str]:
    """Where a row stands: by name and date, what is about nothing last."""
    named = names.get(row.key or "")
    if named is None:
        return (row.key is None, row.key or "", "", "")
    return (False, (named.detail or named.name).lower(), named.at.isoformat() if named.at else "", named.name.lower())


def _total(rows: Sequence[Sold]) -> Sold:
    sums = {name: sum(getattr(row, name) for row in rows) for name in Sold.__struct_fields__ if name != "key"}
    return Sold(key=None, **sums)


def _checked(span: Span) -> Span:
    if not span.first <= span.last <= span.first + timedelta(days=DAYS_MAX):
        raise InputRefused(problem="Choose a first day and a last one, at most {most} days apart.", where="last",
                           most=DAYS_MAX)  # fmt: skip
    return span
