"""Duplicates: an event made again, under another name and with other dates, in its box office or in another one.

Everything that was set of the event goes with it: texts, picture, how it is sold, tariffs with their prices, quotas and
options, links to forms, ticket designs (in the same box office). Dates do not, unless they are shifted; what belongs to
the box office (currency, VAT, forms) stays with it. What cannot go is listed before anything is made, and left out when
it is made.
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from ticketing import audit, calendar, dates, events, forms, label_designs, tariffs, ticket_designs
from ticketing.audit import Actor, Subject
from ticketing.calendar import DATES_MAX, Oddity
from ticketing.db import Database
from ticketing.refusals import NotFound
from ticketing.rights import Grant, grant
from ticketing.sql import load
from ticketing.tokens import Scope

SQL = load("duplicates")


class Obstacle(StrEnum):
    """Why something cannot go with an event."""

    FORM = "form"
    CATEGORY = "category"
    CURRENCY = "currency"
    HOUR = "hour"
    VENUE = "venue"


class LeftBehind(Struct, frozen=True):
    """Something that cannot go, by its name, and why."""

    what: str
    why: Obstacle


class Wanted(Struct, frozen=True, kw_only=True):
    """How an event is to be made again. `first`: the day of its first date, which the others follow at the same
    distance and hour; None: no dates. `version_id`: the plan they are sold on; None: as each date was."""

    box_office_id: UUID
    name: str
    first: date | None = None
    version_id: UUID | None = None


class Start(Struct, frozen=True):
    """A date that would be made: after which one, on which plan, and when."""

    after: UUID
    version_id: UUID
    time_zone: str
    starts_at: datetime


class Copy(Struct, frozen=True):
    """What would be made, and what stays behind."""

    starts: list[Start]
    left: list[LeftBehind]

    def by_plan(self) -> dict[UUID, list[Start]]:
        """The dates by the plan version that they are sold on."""
        found: dict[UUID, list[Start]] = {}
        for start in self.starts:
            found.setdefault(start.version_id, []).append(start)
        return found


class Office(Struct, frozen=True):
    """A box office to duplicate into."""

    organisation_id: UUID
    currency: str


class _Date(Struct, frozen=True):
    id: UUID
    version_id: UUID
    time_zone: str
    starts_at: datetime


async def look(
    db: Database, organisation_id: UUID, event_id: UUID, target_organisation_id: UUID, wanted: Wanted
) -> Copy:
    """What duplicating would make, without making it. The caller may see the one and create events in the other.

    Raises NotFound for an event, box office or plan that is not theirs, InputRefused for too many dates.
    """
    event = await events.get(db, organisation_id, event_id)
    async with db.read() as c:
        office = await SQL.office.one(c, Office, organisation_id=target_organisation_id, id=wanted.box_office_id)
        home = await SQL.office.one(c, Office, organisation_id=organisation_id, id=event.box_office_id)
        found = await SQL.dates.all(c, _Date, event_id=event_id, dates_max=DATES_MAX + 1)
    if office is None or home is None:
        raise NotFound(what="box office")
    left = [LeftBehind(name, Obstacle.FORM) for name in await forms.missing(db, event_id, wanted.box_office_id)]
    if office.currency != home.currency:
        left.append(LeftBehind(home.currency, Obstacle.CURRENCY))
    if wanted.first is None or not found:
        return Copy([], left)
    return await _with_dates(db, target_organisation_id, event_id, wanted, found, left)


async def make(
    db: Database, organisation_id: UUID, event_id: UUID, target_organisation_id: UUID, wanted: Wanted, by: Actor,
    now: datetime, *, owned: bool = False,
) -> events.Event:  # fmt: skip
    """Make an event again, as a draft, all of it or nothing; `by` acts in the target's organisation.

    `owned`: whoever makes it is given all rights on it. Raises as `look`, and InputRefused for dates that are past.
    """
    copy = await look(db, organisation_id, event_id, target_organisation_id, wanted)
    before = await events.get(db, organisation_id, event_id)
    said = await events.texts_of(db, event_id)
    settings = replace(events.settings_of(before), name=wanted.name, sale_opens_at=None, counter_opens_at=None)
    priced = not any(one.why is Obstacle.CURRENCY for one in copy.left)
    async with db.transaction() as c:
        made = await events.create_in(
            c, target_organisation_id, wanted.box_office_id, settings, said, before.picture, now
        )
        after: dict[UUID, UUID] = {}
        for version_id, starts in copy.by_plan().items():
            moments = [start.starts_at for start in starts]
            ids, _ = await dates.add_in(c, target_organisation_id, made.id, version_id, moments, now)
            after |= zip((start.after for start in starts), ids, strict=True)
        known = await tariffs.copy_all(c, event_id, made.id, after)
        if not priced:
            await SQL.drop_prices.run(c, event_id=made.id)
        await forms.copy_links(c, event_id, made.id, known)
        await ticket_designs.copy_choices(c, event_id, made.id, known)
        await label_designs.copy_choices(c, event_id, made.id)
        if owned and by.staff_id:
            given = Grant(
                organisation_id=target_organisation_id, scope=Scope.MANAGE, box_office_id=wanted.box_office_id,
                event_id=made.id, staff_id=by.staff_id,
            )  # fmt: skip
            await grant(c, given, now)
        subject = Subject(kind="event", id=made.id, name=made.name, box_office_id=made.box_office_id)
        changes = {"name": (before.name, made.name), "dates": (None, len(copy.starts))}
        await audit.note(c, by, "event.duplicated", subject, now, changes)
    return made


async def _with_dates(
    db: Database, organisation_id: UUID, event_id: UUID, wanted: Wanted, found: list[_Date], left: list[LeftBehind]
) -> Copy:
    """The dates, shifted by whole days on the wall of their venue; those at hours that clocks skip stay behind."""
    calendar.ensure_few(len(found), "first")
    named = {wanted.version_id or one.version_id for one in found}
    grounds = {one.id: one for one in await dates.grounds(db, organisation_id, [*named])}
    if wanted.version_id is not None and wanted.version_id not in grounds:
        raise NotFound(what="plan version")
    assert wanted.first is not None
    days = (wanted.first - found[0].starts_at.astimezone(ZoneInfo(found[0].time_zone)).date()).days
    starts: list[Start] = []
    for one in found:
        version_id = wanted.version_id or one.version_id
        if version_id not in grounds:
            left.append(LeftBehind("", Obstacle.VENUE))
            continue
        zone = grounds[version_id].time_zone
        wall = calendar.wall_later(one.starts_at, one.time_zone, days)
        (there,) = calendar.at_walls([wall], zone)
        if there.oddity is Oddity.SKIPPED:
            left.append(LeftBehind(f"{wall:%Y-%m-%d %H:%M}", Obstacle.HOUR))
            continue
        starts.append(Start(one.id, version_id, zone, there.starts_at))
    lacking = await _lacking(db, event_id, [start.version_id for start in starts])
    return Copy(starts, [*dict.fromkeys([*left, *lacking])])


async def _lacking(db: Database, event_id: UUID, version_ids: list[UUID]) -> list[LeftBehind]:
    """The categories that have a price and that none of these plans has."""
    if not version_ids:
        return []
    async with db.read() as c:
        rows = await SQL.lacking.rows(c, event_id=event_id, version_ids=version_ids)
    return [LeftBehind(row["category"], Obstacle.CATEGORY) for row in rows]
