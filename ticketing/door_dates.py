"""The dates that a profile scans, as a device chooses from them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from ticketing import door_zones
from ticketing.db import Database
from ticketing.door_zones import Zone
from ticketing.performances import PerformanceStatus
from ticketing.refusals import NotFound
from ticketing.scan_profiles import Profile
from ticketing.sql import load

DATES_MAX = 200
AROUND_MAX = 6
OVER_FOR = timedelta(hours=12)
"""How long after its end a date is still offered."""

SQL = load("door_dates")


class DoorDate(Struct, frozen=True, kw_only=True):
    """A date to scan. `number` is that of its pool: it stands in its tickets' codes, and names the date wherever a
    whole number has to. `zones` are those that the profile admits, and all of them where it is bound to none."""

    id: UUID
    number: int
    event_id: UUID
    event_name: str
    titles: dict[str, str]
    venue_name: str
    time_zone: str
    starts_at: datetime
    doors_at: datetime
    ends_at: datetime
    status: PerformanceStatus
    zones: tuple[Zone, ...] = ()


async def list_of(db: Database, profile: Profile, now: datetime) -> list[DoorDate]:
    """The dates that a profile covers and that are not long over, by their start."""
    async with db.read() as c:
        found = await SQL.list_of.all(
            c,
            DoorDate,
            since=now - OVER_FOR,
            rows_max=DATES_MAX,
            performance_ids=None,
            numbers=None,
            **profile.coverage,
        )
    return [await _with_zones(db, profile, date) for date in found]


async def by_number(db: Database, profile: Profile, numbers: Sequence[int]) -> list[DoorDate]:
    """Dates that a profile covers by their numbers, over or not, in the order asked for; NotFound for any other."""
    async with db.read() as c:
        found = await SQL.list_of.all(
            c, DoorDate, since=None, rows_max=DATES_MAX, performance_ids=None, numbers=list(numbers), **profile.coverage
        )
    by = {date.number: date for date in found}
    if not by.keys() >= set(numbers):
        raise NotFound(what="performance")
    return [by[number] for number in dict.fromkeys(numbers)]


async def ensure_covered(db: Database, profile: Profile, performance_ids: Sequence[UUID]) -> list[DoorDate]:
    """Dates that a profile covers, over or not; NotFound for any other."""
    async with db.read() as c:
        found = await SQL.list_of.all(
            c, DoorDate, since=None, rows_max=DATES_MAX, performance_ids=list(performance_ids), numbers=None,
            **profile.coverage,
        )  # fmt: skip
    if {date.id for date in found} < set(performance_ids):
        raise NotFound(what="performance")
    return found


async def of_event(db: Database, event_id: UUID, now: datetime) -> list[DoorDate]:
    """The dates of an event around now, by their start: being let in, let in lately, or next."""
    async with db.read() as c:
        return await SQL.of_event.all(c, DoorDate, event_id=event_id, now=now, rows_max=AROUND_MAX)


async def _with_zones(db: Database, profile: Profile, date: DoorDate) -> DoorDate:
    zones = await door_zones.of(db, date.id)
    return msgspec.structs.replace(
        date, zones=tuple(zone for zone in zones if profile.zones is None or zone.id in profile.zones)
    )
