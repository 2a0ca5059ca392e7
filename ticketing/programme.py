"""The programme: what a shop shows of a box office's events and their dates, to whoever comes by.

How full a date is, is told in four steps, never in numbers: a shopper wants to know whether to hurry. What is counted
is what is owned; what others hold for the moment shows on the map.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from ticketing.db import Database
from ticketing.events import Category, Texts
from ticketing.files import Kept
from ticketing.performances import Label, PerformanceStatus
from ticketing.refusals import NotFound
from ticketing.sql import load

DATES_MAX = 1000
SOME_SHARE = 0.5
FEW_SHARE = 0.1
"""Of the places, how many are left when a date has some, and few."""

SQL = load("programme")


class Shown(Struct, frozen=True, kw_only=True):
    """An event as the public sees it; `name` is its title in the box office's language, or its name."""

    id: UUID
    name: str
    titles: dict[str, str]
    category: Category | None
    languages: list[str]
    picture: bytes | None
    texts: dict[str, Texts]
    from_cents: int | None
    """The lowest price that the shop has for it, above nothing if any is."""

    def title(self, language: str) -> str:
        """What it is called in a language."""
        return self.titles.get(language) or self.name

    def said(self, language: str) -> Texts:
        """Its texts in a language, or in the one it has."""
        return self.texts.get(language) or next(iter(self.texts.values()), Texts())


class Programmed(Shown, frozen=True, kw_only=True):
    """An event in a list, with the span of its dates that are to come."""

    first_at: datetime
    last_at: datetime
    time_zone: str
    date_count: int
    venues: list[str]


class Left(StrEnum):
    """How much of a date is left."""

    MANY = "many"
    SOME = "some"
    FEW = "few"
    NONE = "none"


class Sale(StrEnum):
    """Where a date stands for who would buy."""

    OPEN = "open"
    NOT_YET = "not_yet"
    OVER = "over"
    SOLD_OUT = "sold_out"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class Date(Struct, frozen=True, kw_only=True):
    """A date of an event."""

    id: UUID
    starts_at: datetime
    doors_at: datetime
    ends_at: datetime
    status: PerformanceStatus
    label: Label | None
    sale_opens_at: datetime
    sale_closes_at: datetime
    pool_id: int
    venue_id: UUID
    venue_name: str
    venue_address: str
    time_zone: str
    place_count: int

    def sale(self, now: datetime) -> Sale:
        """Whether it can be bought at a moment, and if not, why."""
        if self.status is PerformanceStatus.CANCELLED:
            return Sale.CANCELLED
        if self.label is Label.POSTPONED:
            return Sale.POSTPONED
        if self.label is Label.SOLD_OUT:
            return Sale.SOLD_OUT
        if self.status is PerformanceStatus.CLOSED or now >= self.sale_closes_at:
            return Sale.OVER
        return Sale.OPEN if now >= self.sale_opens_at else Sale.NOT_YET


async def events(db: Database, box_office_id: UUID, now: datetime, link: str = "") -> list[Programmed]:
    """What a shop shows, the nearest first; with an event's secret `link`, that one too."""
    async with db.read() as c:
        return await SQL.events.all(c, Programmed, box_office_id=box_office_id, now=now, link=link)


async def within(
    db: Database, box_office_id: UUID, first: date | None, last: date | None, venues: Sequence[UUID]
) -> set[UUID]:
    """The events with a date between two days, both included, at one of these venues; what is none narrows nothing."""
    async with db.read() as c:
        rows = await SQL.within.rows(c, box_office_id=box_office_id, first=first, last=last, venues=list(venues))
    return {row["event_id"] for row in rows}


async def event(db: Database, box_office_id: UUID, event_id: UUID, now: datetime, link: str = "") -> Shown:
    """An event of a shop, or NotFound for one that the caller may not see there."""
    async with db.read() as c:
        found = await SQL.event.one(c, Shown, box_office_id=box_office_id, event_id=event_id, link=link, now=now)
    if found is None:
        raise NotFound(what="event")
    return found


async def dates(db: Database, event_id: UUID, now: datetime) -> list[Date]:
    """The dates of an event that are not over, by start; at most `DATES_MAX`."""
    async with db.read() as c:
        return await SQL.dates.all(c, Date, event_id=event_id, now=now, rows_max=DATES_MAX)


async def left(db: Database, shown: Sequence[Date]) -> dict[UUID, Left]:
    """How much of each date is left, by its id. Counts claims: ask it for what is on a page, and seldom."""
    async with db.read() as c:
        rows = await SQL.taken.rows(c, pools=[date.pool_id for date in shown])
    taken = {row["pool"]: row["taken_count"] for row in rows}
    return {date.id: step(date.place_count - taken.get(date.pool_id, 0), date.place_count) for date in shown}


def step(free: int, places: int) -> Left:
    """How much `free` of so many places is."""
    if free <= 0:
        return Left.NONE
    share = free / places
    return Left.FEW if share <= FEW_SHARE else Left.SOME if share <= SOME_SHARE else Left.MANY


async def picture(db: Database, box_office_id: UUID, hash: bytes) -> Kept:
    """A picture that a shop shows, by its hash; or NotFound."""
    async with db.read() as c:
        found = await SQL.picture.one(c, Kept, box_office_id=box_office_id, hash=hash)
    if found is None:
        raise NotFound(what="picture")
    return found


async def venues(db: Database, box_office_id: UUID, now: datetime) -> list[tuple[UUID, str]]:
    """Where a shop's dates to come are: id and name, by name."""
    async with db.read() as c:
        return [(row["id"], row["name"]) for row in await SQL.venues.rows(c, box_office_id=box_office_id, now=now)]
