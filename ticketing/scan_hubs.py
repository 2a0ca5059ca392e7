"""Hubs: machines in a venue's network that answer its scanners while the line to the server is down.

A hub is enrolled by a code: a profile's, for the scanners of that profile, or the organiser's, for those of the box
office. What it shows from then on is a token of its own, kept as a SHA-256. With it it reads what it needs to judge by
itself: the profiles, the scanners that are good (by the hashes of their tokens, never the tokens), the dates, and the
lists of tickets. What it let in meanwhile it hands over afterwards, each scan in the name of the scanner that made it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from ticketing import audit, door_dates, scan_codes, scan_devices, scan_lists, signing_keys
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.door_dates import DoorDate
from ticketing.doors import Mode
from ticketing.ids import new_id, new_secret, secret_hash
from ticketing.refusals import NotFound, NotSignedIn, TooManyHubs
from ticketing.scan_devices import DEVICES_MAX, IDLE_MAX, LABEL_CHARS_MAX
from ticketing.scan_lists import Lists, TicketList
from ticketing.scan_profiles import PROFILES_MAX, Covers, Profile, Right, Role, Shown
from ticketing.signing_keys import PublicKey
from ticketing.sql import load
from ticketing.texts import text_of

PREFIX = "placeur_hub_"
"""So that a token found where it should not be is known for what it is."""
TOKEN_CHARS_MAX = 100
HUBS_MAX = 20
"""In use at a time, in one box office."""
SHOWN_MAX = 50
SILENT_AFTER = timedelta(minutes=5)
REPORT_HOLDS = timedelta(hours=12)
CLOCK_OFF_MS = 60_000

SQL = load("scan_hubs")


class HubTrouble(StrEnum):
    """What is wrong with a hub, worst first."""

    SCANS_WAIT = "scans_wait"
    """It holds scans that it has not handed over."""
    SILENT = "silent"
    """It reported today, and has said nothing for a while: its line is down."""
    CLOCK_OFF = "clock_off"


class Hub(Struct, frozen=True, kw_only=True):
    """A hub that asks: which it is, and whose scanners it serves. `profile_id` None: those of the box office."""

    id: UUID
    name: str
    box_office_id: UUID
    profile_id: UUID | None
    organisation_id: UUID
    organisation_slug: str
    organisation_name: str
    box_office_key: str
    box_office_name: str


class KeptHub(Struct, frozen=True, kw_only=True):
    """A hub as it is kept. `profile_name` None: it serves all scanners of its box office."""

    id: UUID
    box_office_id: UUID
    profile_id: UUID | None
    profile_name: str | None
    name: str
    enrolled_at: datetime
    seen_at: datetime
    seen_from: str
    revoked_at: datetime | None
    software: str
    reported_at: datetime | None
    clock_offset_ms: int | None
    scanner_count: int
    pending_count: int

    def troubles(self, now: datetime) -> list[HubTrouble]:
        """What is wrong with it, by what it last told."""
        if self.reported_at is None or now - self.reported_at > REPORT_HOLDS:
            return [HubTrouble.SCANS_WAIT] if self.pending_count else []
        found = {
            HubTrouble.SCANS_WAIT: self.pending_count > 0,
            HubTrouble.SILENT: now - self.seen_at > SILENT_AFTER,
            HubTrouble.CLOCK_OFF: abs(self.clock_offset_ms or 0) > CLOCK_OFF_MS,
        }
        return [trouble for trouble in HubTrouble if found[trouble]]


class HubEnrolled(Struct, frozen=True):
    """A new hub. `token` is nowhere else and cannot be shown again."""

    hub_id: UUID
    token: str


class HubReport(Struct, frozen=True, kw_only=True):
    """What a hub tells of itself: the time by its clock, how many scanners it met within the last minutes, and how many
    scans it holds that it has not handed over."""

    clock: datetime
    scanner_count: int = 0
    pending_count: int = 0
    software: str = ""


class HubScanner(Struct, frozen=True, kw_only=True):
    """A scanner that is good now; `hash` is the SHA-256 of its token."""

    id: UUID
    number: int
    name: str
    profile: UUID
    hash: bytes


class HubDate(Struct, frozen=True, kw_only=True):
    """A date, with all its zones, and the profiles that cover it."""

    date: DoorDate
    profiles: tuple[UUID, ...]


class HubProfile(Struct, frozen=True, kw_only=True):
    """A profile as a hub judges by it. `zones` are ids, None: all; `shown` is what its scanners may read, `answers`
    whether that is every answer in the hub's lists: which of them are whose, a list does not say."""

    id: UUID
    version: int
    name: str
    gate: str
    mode: Mode
    entries_max: int | None
    role: Role
    rights: tuple[Right, ...]
    shown: tuple[str, ...]
    answers: bool
    zones: tuple[str, ...] | None


class Served(Struct, frozen=True, kw_only=True):
    """What a hub is, all that it serves, and the keys that codes are verified with. `now` is the time here."""

    hub: UUID
    name: str
    organisation: str
    organisation_name: str
    box_office: str
    box_office_name: str
    profiles: list[HubProfile]
    scanners: list[HubScanner]
    dates: list[HubDate]
    keys: list[PublicKey]
    now: datetime


async def enrol(
    db: Database, secret: bytes, typed: str, name: str, software: str, address: str, now: datetime
) -> HubEnrolled:
    """Enrol a hub by a code. Raises ScanCodeWrong, InputRefused, TooManyHubs, NotFound for a withdrawn profile."""
    code = await scan_codes.find(db, secret, typed, now)
    hub_id, token = new_id(), PREFIX + new_secret()
    values = {
        "name": text_of(name, "name", chars_max=LABEL_CHARS_MAX),
        "software": text_of(software, "software", chars_min=0, chars_max=LABEL_CHARS_MAX),
    }
    async with db.transaction() as c:
        row = await SQL.lock_office.row(c, box_office_id=code.box_office_id, profile_id=code.profile_id)
        if row is None:
            raise NotFound(what="scan profile")
        if row["hub_count"] >= HUBS_MAX:
            raise TooManyHubs(hubs_max=HUBS_MAX)
        await SQL.enrol.run(
            c, hub_id=hub_id, box_office_id=code.box_office_id, profile_id=code.profile_id, hash=secret_hash(token),
            code_id=code.id, seen_from=address, now=now, **values,
        )  # fmt: skip
        by = Actor(organisation_id=row["organisation_id"], address=address)
        told = Subject(kind="scan_hub", id=hub_id, name=values["name"], box_office_id=code.box_office_id)
        await audit.note(c, by, "scan-hub.enrolled", told, now)
    return HubEnrolled(hub_id, token)


async def verify(db: Database, token: str) -> Hub:
    """The hub behind a token; NotSignedIn for one that is unknown or revoked."""
    if len(token) > TOKEN_CHARS_MAX or not token.startswith(PREFIX):
        raise NotSignedIn()
    async with db.read() as c:
        found = await SQL.by_hash.one(c, Hub, hash=secret_hash(token))
    if found is None:
        raise NotSignedIn()
    return found


async def report(db: Database, hub: Hub, told: HubReport, address: str, now: datetime) -> None:
    """Keep what a hub tells of itself; NotSignedIn for one that was revoked meanwhile."""
    async with db.read() as c:
        kept = await SQL.report.value(
            c, hub_id=hub.id, now=now, seen_from=address, scanner_count=told.scanner_count,
            clock_offset_ms=round((told.clock - now).total_seconds() * 1000), pending_count=told.pending_count,
            software=text_of(told.software, "software", chars_min=0, chars_max=LABEL_CHARS_MAX),
        )  # fmt: skip
    if kept is None:
        raise NotSignedIn()


async def served(db: Database, hub: Hub, now: datetime) -> Served:
    """What a hub serves now: profiles, the scanners that are good, and the dates that are not long over."""
    async with db.read() as c:
        about = {"box_office_id": hub.box_office_id, "profile_id": hub.profile_id}
        profiles = await SQL.profiles.all(c, Profile, rows_max=PROFILES_MAX, **about)
        scanners = await SQL.scanners.all(c, HubScanner, idle_since=now - IDLE_MAX, rows_max=DEVICES_MAX, **about)
    dates = await door_dates.list_of(db, _whole(hub, profiles), now) if profiles else []
    covering = [HubDate(date=date, profiles=tuple(_covering(profiles, date))) for date in dates]
    return Served(
        hub=hub.id,
        name=hub.name,
        organisation=hub.organisation_slug,
        organisation_name=hub.organisation_name,
        box_office=hub.box_office_key,
        box_office_name=hub.box_office_name,
        profiles=[_profile(profile, _questions(profiles)) for profile in profiles],
        scanners=scanners,
        dates=[one for one in covering if one.profiles],
        keys=await signing_keys.public_keys(db, hub.organisation_id),
        now=now,
    )


async def tickets(
    db: Database, lists: Lists, hub: Hub, performance_id: UUID, version: int | None, language: str
) -> TicketList:
    """The list of a date that a hub serves, with all that any profile shows of it; or what may have changed of it since
    a version. NotFound for another date."""
    async with db.read() as c:
        profiles = await SQL.profiles.all(
            c, Profile, box_office_id=hub.box_office_id, profile_id=hub.profile_id, rows_max=PROFILES_MAX
        )
    if not profiles:
        raise NotFound(what="performance")
    whole = _whole(hub, profiles)
    (date,) = await door_dates.ensure_covered(db, whole, [performance_id])
    if not _covering(profiles, date):
        raise NotFound(what="performance")
    return await scan_lists.of(db, lists, whole, performance_id, version, language, named=True)


async def get(db: Database, organisation_id: UUID, hub_id: UUID) -> KeptHub:
    """An organisation's hub, revoked or not; or NotFound."""
    async with db.read() as c:
        found = await SQL.get.one(c, KeptHub, organisation_id=organisation_id, hub_id=hub_id)
    if found is None:
        raise NotFound(what="hub")
    return found


async def list_of(db: Database, box_office_id: UUID) -> list[KeptHub]:
    """The hubs of a box office by name; of those that were revoked, the last ones."""
    async with db.read() as c:
        return await SQL.list_of.all(c, KeptHub, box_office_id=box_office_id, rows_max=SHOWN_MAX)


async def revoke(db: Database, organisation_id: UUID, hub_id: UUID, by: Actor, now: datetime) -> KeptHub:
    """End a hub: it reads nothing more, and what it has not handed over is not taken. Either twice is once. Raises
    NotFound."""
    found = await get(db, organisation_id, hub_id)
    async with db.transaction() as c:
        if await SQL.revoke.run(c, hub_id=hub_id, now=now):
            told = Subject(kind="scan_hub", id=hub_id, name=found.name, box_office_id=found.box_office_id)
            await audit.note(c, by, "scan-hub.revoked", told, now)
    return found


async def doors(db: Database, hub: Hub, device_ids: Sequence[UUID]) -> dict[UUID, scan_devices.Door]:
    """The scanners of a hub by their ids, revoked or not; those of another are left out."""
    return await scan_devices.doors(db, hub.box_office_id, hub.profile_id, device_ids)


def _profile(profile: Profile, questions: frozenset[UUID]) -> HubProfile:
    return HubProfile(
        id=profile.id,
        version=profile.version,
        name=profile.name,
        gate=profile.gate,
        mode=profile.mode,
        entries_max=profile.entries_max,
        role=profile.role,
        rights=tuple(right for right in Right if profile.may(right)),
        shown=tuple(profile.shown),
        answers=questions <= set(profile.field_ids),
        zones=None if profile.zones is None else tuple(profile.zones),
    )


def _whole(hub: Hub, profiles: Sequence[Profile]) -> Profile:
    """What all these profiles cover and show together, as a profile of the hub's."""
    return Profile(
        id=hub.id,
        box_office_id=hub.box_office_id,
        organisation_id=hub.organisation_id,
        name=hub.name,
        gate="",
        covers=Covers.BOX_OFFICE,
        event_ids=[],
        date_ids=[],
        zones=None,
        mode=profiles[0].mode,
        entries_max=None,
        role=profiles[0].role,
        shown=[one.value for one in Shown if any(profile.shows(one) for profile in profiles)],
        field_ids=sorted(_questions(profiles)),
        created_at=profiles[0].created_at,
        withdrawn_at=None,
        version=max(profile.version for profile in profiles),
    )


def _questions(profiles: Sequence[Profile]) -> frozenset[UUID]:
    return frozenset(field for profile in profiles for field in profile.field_ids)


def _covering(profiles: Sequence[Profile], date: DoorDate) -> list[UUID]:
    return [profile.id for profile in profiles if _covers(profile, date)]


def _covers(profile: Profile, date: DoorDate) -> bool:
    if profile.covers is Covers.EVENTS:
        return date.event_id in profile.event_ids
    return profile.covers is Covers.BOX_OFFICE or date.id in profile.date_ids
