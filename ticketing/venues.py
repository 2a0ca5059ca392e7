"""Venues: where performances are, in whose time zone their times are shown, and how one gets in.

A virtual venue has no walls, and so no drawing: its plan is made here, one area of as many places as it has, and a
performance there is sold by count through the same inventory as any other. What a venue is (real or virtual) stays.

A venue is edited whole: its version travels with the form, and whoever saves second is told.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import asyncpg
from msgspec import Struct
from msgspec.structs import asdict

from engine.plan.model import PLACES_MAX, Area, Category, Plan, Position, Rectangle, Size, Zone
from ticketing import audit, plans
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.formats import Language
from ticketing.ids import new_id
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, NotFound, VenueInUse
from ticketing.sql import Connection, load
from ticketing.texts import paragraphs_of, text_of, time_zone_of

PARAGRAPHS_CHARS_MAX = 5000
WHEELCHAIR_PLACES_MAX = 10_000
AREA_ID = "audience"
"""The one area of a virtual venue's plan; the same in every version, so that its places keep their numbers."""
AREA_CATEGORY = "General"
ROOM_NAME = "Online"

SQL = load("venues")


class Provision(StrEnum):
    """Whether something is there for people: everywhere, in part, not at all, or not told."""

    UNKNOWN = "unknown"
    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


class Texts(Struct, frozen=True, kw_only=True):
    """What is told of a venue in one language, in paragraphs."""

    description: str = ""
    parking: str = ""
    transport: str = ""
    access_notes: str = ""


class Details(Struct, frozen=True, kw_only=True):
    """What one may say of a venue; `capacity` is a virtual one's, and None for all others."""

    name: str
    address: str = ""
    time_zone: str
    capacity: int | None = None
    step_free: Provision = Provision.UNKNOWN
    wheelchair_places: int | None = None
    hearing_loop: Provision = Provision.UNKNOWN


class Venue(Struct, frozen=True):
    """A venue; `time_zone` is a name of the tz database."""

    id: UUID
    organisation_id: UUID
    name: str
    address: str
    time_zone: str
    virtual: bool
    capacity: int | None
    step_free: Provision
    wheelchair_places: int | None
    hearing_loop: Provision
    version: int
    created_at: datetime

    @property
    def details(self) -> Details:
        """What was said of it."""
        return Details(**{name: getattr(self, name) for name in Details.__struct_fields__})


class Line(Struct, frozen=True):
    """A venue in the list: its largest house, and what is to come there; `venue_count` of them are in the list."""

    id: UUID
    name: str
    address: str
    time_zone: str
    virtual: bool
    plan_count: int
    place_count: int
    coming_count: int
    next_at: datetime | None
    venue_count: int


async def create(
    db: Database, organisation_id: UUID, name: str, time_zone: str, now: datetime, address: str = ""
) -> Venue:
    """Register a venue of which no more is told. AlreadyExists when the organisation has one of that name."""
    details = Details(name=name, address=address, time_zone=time_zone)
    return await add(db, organisation_id, details, {}, Actor(organisation_id=organisation_id), now)


async def add(
    db: Database, organisation_id: UUID, details: Details, texts: Mapping[Language, Texts], by: Actor, now: datetime
) -> Venue:
    """Register a venue, a virtual one (with its plan) when it has a capacity. AlreadyExists for a name in use."""
    said, told = _checked(details), _checked_texts(texts)
    venue_id, virtual = new_id(), said.capacity is not None
    values = {"venue_id": venue_id, "organisation_id": organisation_id, "virtual": virtual, "created_at": now}
    async with db.transaction() as c:
        if not await SQL.create.run(c, **values, **asdict(said)):
            raise AlreadyExists(what="venue", name=said.name)
        await _set_texts(c, venue_id, told)
        if said.capacity is not None:
            await _draw(c, organisation_id, venue_id, said.capacity, by, now)
        await audit.note(c, by, "venue.created", Subject(kind="venue", id=venue_id, name=said.name), now)
        return await _get(c, organisation_id, venue_id)


async def get(db: Database, organisation_id: UUID, venue_id: UUID) -> Venue:
    """An organisation's own venue, or NotFound."""
    async with db.read() as c:
        return await _get(c, organisation_id, venue_id)


async def list_of(db: Database, organisation_id: UUID) -> list[Venue]:
    """An organisation's venues, by name."""
    async with db.read() as c:
        return await SQL.list_of.all(c, Venue, organisation_id=organisation_id)


async def overview(
    db: Database, organisation_id: UUID, now: datetime, rows_max: int, rows_before: int = 0, named_like: str = ""
) -> list[Line]:
    """A page of an organisation's venues, by name: those whose name or address holds `named_like`."""
    values = {"now": now, "rows_max": rows_max, "rows_before": rows_before, "named_like": named_like}
    async with db.read() as c:
        return await SQL.overview.all(c, Line, organisation_id=organisation_id, **values)


async def texts_of(db: Database, venue_id: UUID) -> dict[Language, Texts]:
    """What is told of a venue, in every language (empty where nothing was said)."""
    async with db.read() as c:
        return await _texts(c, venue_id)


async def performance_count(db: Database, venue_id: UUID) -> int:
    """How many performances were ever put on there, cancelled ones too."""
    async with db.read() as c:
        return int(await SQL.performance_count.value(c, venue_id=venue_id))


async def update(
    db: Database, organisation_id: UUID, venue_id: UUID, version: int, details: Details,
    texts: Mapping[Language, Texts], by: Actor, now: datetime,
) -> Venue:  # fmt: skip
    """Say something else of a venue. EditedMeanwhile unless `version` is the stored one; AlreadyExists.

    A virtual venue's new capacity is a new version of its plan: dates that are on sale keep the one they have.
    """
    said, told = _checked(details), _checked_texts(texts)
    values = {"organisation_id": organisation_id, "venue_id": venue_id}
    async with db.transaction() as c:
        before = await _get(c, **values)
        if before.virtual != (said.capacity is not None):
            raise InputRefused(problem="A venue stays what it is, with a plan of seats or virtual.", where="capacity")
        before_texts = await _texts(c, venue_id)
        try:
            if not await SQL.update.run(c, version=version, **values, **asdict(said)):
                raise EditedMeanwhile(what="venue")
        except asyncpg.UniqueViolationError:
            raise AlreadyExists(what="venue", name=said.name, where="name") from None
        await _set_texts(c, venue_id, told)
        if said.capacity is not None and said.capacity != before.capacity:
            await _draw(c, organisation_id, venue_id, said.capacity, by, now)
        changes = audit.differences(before.details, said) | _text_differences(before_texts, told)
        subject = Subject(kind="venue", id=venue_id, name=said.name)
        await audit.note(c, by, "venue.edited", subject, now, changes)
        return await _get(c, **values)


async def delete(db: Database, organisation_id: UUID, venue_id: UUID, by: Actor, now: datetime) -> None:
    """Forget a venue and its plans. VenueInUse when a performance was ever put on there."""
    async with db.transaction() as c:
        row = await SQL.lock.row(c, organisation_id=organisation_id, venue_id=venue_id)
        if row is None:
            raise NotFound(what="venue")
        if count := await SQL.performance_count.value(c, venue_id=venue_id):
            raise VenueInUse(name=row["name"], performance_count=count)
        await SQL.delete_versions.run(c, venue_id=venue_id)
        await SQL.delete_plans.run(c, venue_id=venue_id)
        await SQL.delete.run(c, venue_id=venue_id)
        await audit.note(c, by, "venue.deleted", Subject(kind="venue", id=venue_id, name=row["name"]), now)


def room(capacity: int, note: str = "") -> Plan:
    """The plan of a virtual venue: one area of interchangeable places."""
    outline = Rectangle(1000.0, 600.0)
    area = Area(AREA_ID, 0.0, 0.0, 0.0, ROOM_NAME, outline, capacity=capacity, category=AREA_CATEGORY)
    zone = Zone(AREA_ID, ROOM_NAME, 0.0, 0.0, areas=(area,))
    return Plan(ROOM_NAME, (Category(AREA_CATEGORY),), (zone,), Size(1000, 600), Position(500.0, 0.0), note)


async def _draw(c: Connection, organisation_id: UUID, venue_id: UUID, capacity: int, by: Actor, now: datetime) -> None:
    """Keep the plan of a virtual venue as its latest version; its moment tells it apart from one of before."""
    document = plans.sound_document(room(capacity, f"{capacity} places from {now.isoformat()} on"))
    await plans.keep(c, organisation_id, venue_id, ROOM_NAME, document, capacity, by, now)


async def _get(c: Connection, organisation_id: UUID, venue_id: UUID) -> Venue:
    found = await SQL.get.one(c, Venue, organisation_id=organisation_id, venue_id=venue_id)
    if found is None:
        raise NotFound(what="venue")
    return found


async def _texts(c: Connection, venue_id: UUID) -> dict[Language, Texts]:
    found = dict.fromkeys(Language, Texts())
    for row in await SQL.texts.rows(c, venue_id=venue_id):
        found[Language(row["language"])] = Texts(**{name: row[name] for name in Texts.__struct_fields__})
    return found


async def _set_texts(c: Connection, venue_id: UUID, texts: Mapping[Language, Texts]) -> None:
    await SQL.set_text.many(
        c, [{"venue_id": venue_id, "language": language.value, **asdict(said)} for language, said in texts.items()]
    )


def _checked(details: Details) -> Details:
    if details.capacity is not None and not 1 <= details.capacity <= PLACES_MAX:
        raise InputRefused(problem="A virtual venue has 1 to {most} places.", where="capacity", most=PLACES_MAX)
    if not 0 <= (details.wheelchair_places or 0) <= WHEELCHAIR_PLACES_MAX:
        most = WHEELCHAIR_PLACES_MAX
        raise InputRefused(problem="There are 0 to {most} such places.", where="wheelchair_places", most=most)
    return Details(
        name=text_of(details.name, "name"),
        address=text_of(details.address, "address", chars_min=0),
        time_zone=time_zone_of(details.time_zone),
        capacity=details.capacity,
        step_free=details.step_free,
        wheelchair_places=details.wheelchair_places,
        hearing_loop=details.hearing_loop,
    )


def _checked_texts(texts: Mapping[Language, Texts]) -> dict[Language, Texts]:
    return {
        language: Texts(
            **{
                name: paragraphs_of(text, f"{name}_{language.value}", chars_max=PARAGRAPHS_CHARS_MAX)
                for name, text in asdict(said).items()
            }
        )
        for language, said in texts.items()
    }


def _text_differences(
    before: Mapping[Language, Texts], after: Mapping[Language, Texts]
) -> dict[str, tuple[object, object]]:
    return {
        f"{name}_{language.value}": pair
        for language, said in after.items()
        for name, pair in audit.differences(before[language], said).items()
    }
