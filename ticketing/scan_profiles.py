"""Scan profiles: what scanners at one gate may scan, how they let people through, and what they show.

A profile belongs to a box office and names its gate. It covers all events of the box office, or some events, or some
dates; it admits all zones or some; what who scans may do besides comes with its role, by the table `RIGHTS`. Devices
follow a change within seconds: each scan names the version of the profile that it was judged by, and one that is not
of the present version is judged again. A withdrawn profile opens nothing any more.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from msgspec import Struct

from ticketing import audit, halls
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.doors import Mode
from ticketing.ids import new_id
from ticketing.refusals import EditedMeanwhile, InputRefused, NotFound, TooManyProfiles, WrongState
from ticketing.sql import Connection, load
from ticketing.texts import text_of

PROFILES_MAX = 200
"""In use at a time, in one box office."""
GATE_CHARS_MAX = 60
ENTRIES_MAX = 1000
CHOSEN_MAX = 500
FIELDS_MAX = 10
ZONES_MAX = 500
HALLS_MAX = 20
"""Different halls of dates to come, whose zones may be chosen from."""
CHOICES_MAX = 1500
RECENT = timedelta(days=1)

SQL = load("scan_profiles")


class Covers(StrEnum):
    """What a profile may scan."""

    BOX_OFFICE = "box_office"
    EVENTS = "events"
    DATES = "dates"


class Shown(StrEnum):
    """What of a ticket a scanner shows, besides its verdict."""

    NAME = "name"
    TARIFF = "tariff"
    SEAT = "seat"
    ZONE = "zone"
    PASS = "pass"
    """Which pass it is of, and its sign."""


class Role(StrEnum):
    """Who scans with a profile."""

    STEWARD = "steward"
    SUPERVISOR = "supervisor"


class Right(StrEnum):
    """What somebody at a door may do besides scanning."""

    SEARCH = "search"
    """Look an order up, and let in a ticket found so."""
    UNDO = "undo"
    ADMIT = "admit"
    """Let somebody through whatever the verdict is, with a reason."""
    CANCEL = "cancel"
    """Put unsold tickets that were printed beforehand back on sale."""


RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.STEWARD: frozenset({Right.SEARCH}),
    Role.SUPERVISOR: frozenset(Right),
}


class Choice(Struct, frozen=True, kw_only=True):
    """What a person decides of a profile. `zones` are ids in plans, None: all; `event_ids` and `date_ids` count where
    `covers` says so; `field_ids` are the questions whose answers are shown."""

    name: str
    gate: str
    covers: Covers = Covers.BOX_OFFICE
    event_ids: tuple[UUID, ...] = ()
    date_ids: tuple[UUID, ...] = ()
    zones: tuple[str, ...] | None = None
    mode: Mode = Mode.ONCE
    entries_max: int | None = None
    role: Role = Role.STEWARD
    shown: tuple[Shown, ...] = tuple(Shown)
    field_ids: tuple[UUID, ...] = ()


class Profile(Struct, frozen=True, kw_only=True):
    """A profile as it is kept. Lists are sorted."""

    id: UUID
    box_office_id: UUID
    organisation_id: UUID
    name: str
    gate: str
    covers: Covers
    event_ids: list[UUID]
    date_ids: list[UUID]
    zones: list[str] | None
    mode: Mode
    entries_max: int | None
    role: Role
    shown: list[str]
    field_ids: list[UUID]
    created_at: datetime
    withdrawn_at: datetime | None
    version: int

    def may(self, right: Right) -> bool:
        """Whether who scans with it may do this."""
        return right in RIGHTS[self.role]

    def shows(self, what: Shown) -> bool:
        """Whether a scanner shows this."""
        return what in self.shown

    @property
    def coverage(self) -> dict[str, Any]:
        """What it covers, as statements ask for it: None is no bound."""
        return {
            "box_office_id": self.box_office_id,
            "event_ids": self.event_ids if self.covers is Covers.EVENTS else None,
            "date_ids": self.date_ids if self.covers is Covers.DATES else None,
        }


class Listed(Struct, frozen=True, kw_only=True):
    """A profile in a list: how many devices have it, and how many of those were seen within the last day."""

    id: UUID
    name: str
    gate: str
    covers: Covers
    covered_count: int
    zone_count: int | None
    mode: Mode
    role: Role
    withdrawn_at: datetime | None
    device_count: int
    seen_count: int


class ZoneChoice(Struct, frozen=True):
    """A zone that a profile may be bound to; of two plans that use the same id, the first name."""

    id: str
    name: str


class EventChoice(Struct, frozen=True):
    """An event that a profile may be bound to."""

    id: UUID
    name: str


class DateChoice(Struct, frozen=True):
    """A date that a profile may be bound to."""

    id: UUID
    event_name: str
    venue_name: str
    starts_at: datetime
    time_zone: str


class FieldChoice(Struct, frozen=True):
    """A question whose answers may be shown, and the form it is in."""

    id: UUID
    form_name: str
    labels: dict[str, str]


class Choices(Struct, frozen=True):
    """What a profile of a box office may be bound to, and show."""

    events: list[EventChoice]
    dates: list[DateChoice]
    zones: list[ZoneChoice]
    fields: list[FieldChoice]


async def create(
    db: Database, organisation_id: UUID, box_office_id: UUID, choice: Choice, by: Actor, now: datetime
) -> UUID:
    """Make a profile; its id. Raises InputRefused, TooManyProfiles, and NotFound for what is another's."""
    values, profile_id = _values(choice), new_id()
    async with db.transaction() as c:
        if not await SQL.owns.value(c, organisation_id=organisation_id, box_office_id=box_office_id):
            raise NotFound(what="box office")
        if await SQL.count.value(c, box_office_id=box_office_id) >= PROFILES_MAX:
            raise TooManyProfiles(profiles_max=PROFILES_MAX)
        await SQL.create.run(c, profile_id=profile_id, box_office_id=box_office_id, now=now, **values)
        await _bind(c, box_office_id, profile_id, choice)
        made = await _get(c, organisation_id, profile_id)
        await audit.note(c, by, "scan-profile.created", subject(made), now, {"gate": ("", made.gate)})
    return profile_id


async def edit(
    db: Database, organisation_id: UUID, profile_id: UUID, version: int, choice: Choice, by: Actor, now: datetime
) -> None:
    """Decide otherwise of a profile; its devices follow. Raises as `create` does, EditedMeanwhile, and WrongState for
    one that is withdrawn."""
    values = _values(choice)
    async with db.transaction() as c:
        before = await _get(c, organisation_id, profile_id)
        if before.withdrawn_at is not None:
            raise WrongState(what="scan profile", state="withdrawn", event="changed")
        if not await SQL.edit.run(c, profile_id=profile_id, version=version, **values):
            raise EditedMeanwhile(what="scan profile")
        await _bind(c, before.box_office_id, profile_id, choice)
        after = await _get(c, organisation_id, profile_id)
        await audit.note(c, by, "scan-profile.edited", subject(after), now, _changes(before, after))


async def withdraw(db: Database, organisation_id: UUID, profile_id: UUID, by: Actor, now: datetime) -> None:
    """End a profile: its devices open nothing any more, nor do its codes; what they scanned stays."""
    async with db.transaction() as c:
        found = await _get(c, organisation_id, profile_id)
        if await SQL.withdraw.run(c, profile_id=profile_id, now=now):
            await audit.note(c, by, "scan-profile.withdrawn", subject(found), now)


async def get(db: Database, organisation_id: UUID, profile_id: UUID) -> Profile:
    """An organisation's profile, or NotFound."""
    async with db.read() as c:
        return await _get(c, organisation_id, profile_id)


async def list_of(db: Database, box_office_id: UUID, now: datetime, event_id: UUID | None = None) -> list[Listed]:
    """A box office's profiles by name, those in use first; only those that scan an event, where one is named."""
    async with db.read() as c:
        about = {"box_office_id": box_office_id, "event_id": event_id, "seen_since": now - RECENT}
        return await SQL.list_of.all(c, Listed, rows_max=2 * PROFILES_MAX, **about)


async def choices(db: Database, box_office_id: UUID, now: datetime, profile_id: UUID | None = None) -> Choices:
    """What a profile may be bound to: events and dates that are not over, and those it is bound to already; the zones
    of their halls, and the questions of the box office's forms."""
    about = {"box_office_id": box_office_id, "profile_id": profile_id, "since": now - RECENT}
    async with db.read() as c:
        events = await SQL.events.all(c, EventChoice, rows_max=CHOICES_MAX, **about)
        dates = await SQL.dates.all(c, DateChoice, rows_max=CHOICES_MAX, **about)
        fields = await SQL.fields.all(c, FieldChoice, box_office_id=box_office_id, rows_max=CHOICES_MAX)
        keys = [(row[0], row[1]) for row in await SQL.halls.rows(c, rows_max=HALLS_MAX, **about)]
    names: dict[str, str] = {}
    for plan_hash, place_list_hash in keys:
        hall = await halls.hall(db, plan_hash, place_list_hash)
        for zone_id, name in zip(hall.zones, hall.packed.zone_names, strict=True):
            names.setdefault(zone_id, name)
    return Choices(events, dates, [ZoneChoice(*zone) for zone in names.items()], fields)


def subject(profile: Profile) -> Subject:
    """The profile as the audit log names it."""
    return Subject(kind="scan_profile", id=profile.id, name=profile.name, box_office_id=profile.box_office_id)


def choice_of(profile: Profile) -> Choice:
    """What a person decided of a profile."""
    return Choice(
        name=profile.name,
        gate=profile.gate,
        covers=profile.covers,
        event_ids=tuple(profile.event_ids),
        date_ids=tuple(profile.date_ids),
        zones=None if profile.zones is None else tuple(profile.zones),
        mode=profile.mode,
        entries_max=profile.entries_max,
        role=profile.role,
        shown=tuple(Shown(one) for one in profile.shown),
        field_ids=tuple(profile.field_ids),
    )


async def _get(c: Connection, organisation_id: UUID, profile_id: UUID) -> Profile:
    found = await SQL.get.one(c, Profile, organisation_id=organisation_id, profile_id=profile_id)
    if found is None:
        raise NotFound(what="scan profile")
    return found


async def _bind(c: Connection, box_office_id: UUID, profile_id: UUID, choice: Choice) -> None:
    """Write what a profile is bound to; NotFound for what is not of its box office."""
    bound = (
        (SQL.bind_events, "event", choice.event_ids if choice.covers is Covers.EVENTS else ()),
        (SQL.bind_dates, "performance", choice.date_ids if choice.covers is Covers.DATES else ()),
        (SQL.bind_fields, "field", choice.field_ids),
    )
    await SQL.unbind.run(c, profile_id=profile_id)
    for query, what, ids in bound:
        wanted = sorted(set(ids))
        written = await query.run(c, box_office_id=box_office_id, profile_id=profile_id, ids=wanted)
        if written < len(wanted):
            raise NotFound(what=what)


def _values(choice: Choice) -> dict[str, Any]:
    """The columns of a choice. Raises InputRefused."""
    zones = None if choice.zones is None else sorted(set(choice.zones))
    if zones is not None and not 1 <= len(zones) <= ZONES_MAX:
        raise InputRefused(problem="Choose 1 to {most} zones, or admit all of them.", where="zones", most=ZONES_MAX)
    _ensure_chosen(choice.covers is Covers.EVENTS, choice.event_ids, "events")
    _ensure_chosen(choice.covers is Covers.DATES, choice.date_ids, "dates")
    if len(choice.field_ids) > FIELDS_MAX:
        raise InputRefused(problem="Show the answers to {most} questions at most.", where="fields", most=FIELDS_MAX)
    entries_max = choice.entries_max if choice.mode is Mode.MULTIPLE else None
    if entries_max is not None and not 1 <= entries_max <= ENTRIES_MAX:
        problem = "Type a whole number from {least} to {most}."
        raise InputRefused(problem=problem, where="entries_max", least=1, most=ENTRIES_MAX)
    return {
        "name": text_of(choice.name, "name"),
        "gate": text_of(choice.gate, "gate", chars_max=GATE_CHARS_MAX),
        "covers": choice.covers,
        "zones": zones,
        "mode": choice.mode,
        "entries_max": entries_max,
        "role": choice.role,
        "shown": sorted({one.value for one in choice.shown}),
    }


def _ensure_chosen(bound: bool, ids: Iterable[UUID], where: str) -> None:
    if bound and not 1 <= len(set(ids)) <= CHOSEN_MAX:
        raise InputRefused(problem="Choose 1 to {most} of these.", where=where, most=CHOSEN_MAX)


def _changes(before: Profile, after: Profile) -> dict[str, tuple[Any, Any]]:
    changes = audit.differences(choice_of(before), choice_of(after))
    counted = {"event_ids": "events", "date_ids": "dates", "field_ids": "fields"}
    return {
        counted.get(name, name): (len(pair[0]), len(pair[1])) if name in counted else pair
        for name, pair in changes.items()
    }
