"""Devices: scanners that were enrolled, and what each may do now.

A device is enrolled for a profile by a code, or by somebody who signs in with their account and may scan there. What it
shows from then on is a token of its own, kept as a SHA-256. It opens nothing once the device is revoked, its profile is
withdrawn, or nobody has used it for `IDLE_MAX`.

A process remembers a good token for a few seconds, so that a scan costs one statement; that statement looks again
whether the device and its profile are what they were, so nothing is let through by what has just been revoked.
"""

import time
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec
from msgspec import Struct

from ticketing import audit, rights, scan_codes, sealing
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import new_id, new_secret, secret_hash
from ticketing.refusals import (
    InputRefused,
    NotFound,
    NotSignedIn,
    PermissionMissing,
    RightMissing,
    ScanCodeWrong,
    TooManyDevices,
)
from ticketing.scan_codes import Opening
from ticketing.scan_profiles import Profile, Right
from ticketing.sealing import SealBroken
from ticketing.sql import load
from ticketing.texts import text_of
from ticketing.tokens import Scope

PREFIX = "placeur_device_"
"""So that a token found where it should not be is known for what it is."""
TOKEN_CHARS_MAX = 100
DEVICES_MAX = 500
"""In use at a time, in one box office."""
REVOKED_SHOWN_MAX = 50
CHOICES_MAX = 200
LABEL_CHARS_MAX = 100
NETWORK_CHARS_MAX = 40
IDLE_MAX = timedelta(days=90)
REMEMBERED_S = 3.0
REMEMBERED_MAX = 10_000
SEEN_EVERY = timedelta(minutes=1)
SIGNED_IN_FOR = timedelta(minutes=10)
PURPOSE = "placeur scan sign-ins"
SILENT_AFTER = timedelta(minutes=15)
REPORT_HOLDS = timedelta(hours=12)
"""How long what a device told of itself says something about it."""
BATTERY_LOW = 20
CLOCK_OFF_MS = 60_000

SQL = load("scan_devices")


class Trouble(StrEnum):
    """What is wrong with a device, worst first."""

    SCANS_WAIT = "scans_wait"
    """It holds scans that it has not sent."""
    SILENT = "silent"
    """It reported today, and has said nothing for a while."""
    BATTERY_LOW = "battery_low"
    CLOCK_OFF = "clock_off"


class Device(Struct, frozen=True, kw_only=True):
    """A device as it is kept. `enrolled_by` is a name: of who signed in; None for a code."""

    id: UUID
    number: int
    profile_id: UUID
    profile_name: str
    gate: str
    name: str
    staff_id: UUID | None
    enrolled_by: str | None
    by_code: bool
    enrolled_at: datetime
    seen_at: datetime
    seen_from: str
    revoked_at: datetime | None
    software: str
    hardware: str
    reported_at: datetime | None
    battery: int | None
    charging: bool | None
    clock_offset_ms: int | None
    pending_count: int
    network: str

    def troubles(self, now: datetime) -> list[Trouble]:
        """What is wrong with it, by what it last told."""
        if self.reported_at is None or now - self.reported_at > REPORT_HOLDS:
            return [Trouble.SCANS_WAIT] if self.pending_count else []
        found = {
            Trouble.SCANS_WAIT: self.pending_count > 0,
            Trouble.SILENT: now - self.seen_at > SILENT_AFTER,
            Trouble.BATTERY_LOW: self.battery is not None and self.battery < BATTERY_LOW and not self.charging,
            Trouble.CLOCK_OFF: abs(self.clock_offset_ms or 0) > CLOCK_OFF_MS,
        }
        return [trouble for trouble in Trouble if found[trouble]]


class Door(Struct, frozen=True, kw_only=True):
    """A device at its gate: which it is, and by what profile it scans."""

    device_id: UUID
    device_number: int
    device_name: str
    staff_id: UUID | None
    organisation_slug: str
    organisation_name: str
    box_office_key: str
    box_office_name: str
    profile: Profile

    def actor(self, address: str = "") -> Actor:
        """Whom the audit log names for what is done with it: the person too, where one signed in."""
        return Actor(
            organisation_id=self.profile.organisation_id, staff_id=self.staff_id, device_id=self.device_id,
            address=address,
        )  # fmt: skip

    def ensure(self, right: Right) -> None:
        """Raises RightMissing unless its profile gives this right."""
        if not self.profile.may(right):
            raise RightMissing(right=right)


class Enrolment(Struct, frozen=True, kw_only=True):
    """What a device says of itself when it is enrolled."""

    name: str
    software: str = ""
    hardware: str = ""


class Report(Struct, frozen=True, kw_only=True):
    """What a device tells of itself now. `clock` is the time by its own clock; None where it does not know."""

    clock: datetime | None = None
    battery: int | None = None
    charging: bool | None = None
    pending_count: int = 0
    software: str = ""
    network: str = ""


class Enrolled(Struct, frozen=True):
    """A new device. `token` is nowhere else and cannot be shown again."""

    device_id: UUID
    token: str
    profile_id: UUID


class ProfileChoice(Struct, frozen=True, kw_only=True):
    """A profile that somebody may enrol a device for."""

    id: UUID
    name: str
    gate: str
    box_office_name: str


class SignedIn(Struct, frozen=True):
    """What signing in opens: a choice of profiles, by an opening that is good for a few minutes."""

    opening: str
    expires_at: datetime
    profiles: list[ProfileChoice]


class _Opened(Struct, frozen=True):
    """Who signed in, as an opening says it."""

    until: datetime
    staff_id: UUID | None = None
    code_id: UUID | None = None
    box_office_id: UUID | None = None
    profile_id: UUID | None = None


class _Found(Profile, frozen=True, kw_only=True):
    device_id: UUID
    device_number: int
    device_name: str
    device_staff_id: UUID | None
    device_seen_at: datetime
    organisation_slug: str
    organisation_name: str
    box_office_key: str
    box_office_name: str


# Enrolling


async def sign_in_by_code(db: Database, secret: bytes, typed: str, now: datetime) -> SignedIn:
    """What a code lets choose from. Raises ScanCodeWrong."""
    found = await scan_codes.find(db, secret, typed, now)
    opened = _Opened(now + SIGNED_IN_FOR, None, found.id, found.box_office_id, found.profile_id)
    return await _signed_in(db, secret, opened, [found.box_office_id])


async def sign_in_by_account(db: Database, secret: bytes, staff_id: UUID, now: datetime) -> SignedIn:
    """What somebody who has just signed in may choose from: the profiles of box offices where they may scan."""
    places = (await rights.places(db, staff_id)).box_offices
    offices = [one.box_office_id for one in places if one.box_office_id and one.may(Scope.SCAN)]
    return await _signed_in(db, secret, _Opened(now + SIGNED_IN_FOR, staff_id), offices)


async def enrol_by_code(
    db: Database, secret: bytes, typed: str, profile_id: UUID | None, asked: Enrolment, address: str, now: datetime
) -> Enrolled:
    """Enrol a device by a code: of the code's profile, or of the one named for an organiser's.

    Raises ScanCodeWrong, InputRefused, NotFound for a profile that the code does not open, TooManyDevices.
    """
    found = await scan_codes.find(db, secret, typed, now)
    return await _enrol(db, _chosen(found.profile_id, profile_id), found, None, asked, address, now)


async def enrol_by_opening(
    db: Database, secret: bytes, opening: str, profile_id: UUID, asked: Enrolment, address: str, now: datetime
) -> Enrolled:
    """Enrol a device for a profile that signing in offered. Raises as `enrol_by_code`, and NotSignedIn once the opening
    is over or whoever signed in may not scan there any more."""
    opened = _read(secret, opening, now)
    if opened.code_id is not None and opened.box_office_id is not None:
        async with db.read() as c:
            if not await SQL.code_is_good.value(c, code_id=opened.code_id, now=now):
                raise ScanCodeWrong
        by = Opening(opened.code_id, opened.box_office_id, opened.box_office_id, opened.profile_id)
        return await _enrol(db, _chosen(opened.profile_id, profile_id), by, None, asked, address, now)
    if opened.staff_id is None:
        raise NotSignedIn()
    async with db.read() as c:
        key = await SQL.box_office_of.value(c, profile_id=profile_id)
    if key is None:
        raise NotFound(what="scan profile")
    reach = await rights.on_box_office(db, opened.staff_id, key)
    if not reach.may(Scope.SCAN):
        raise PermissionMissing(scope=Scope.SCAN, organisation=reach.organisation_name)
    return await _enrol(db, profile_id, None, opened.staff_id, asked, address, now)


async def _enrol(
    db: Database,
    profile_id: UUID,
    code: Opening | None,
    staff_id: UUID | None,
    asked: Enrolment,
    address: str,
    now: datetime,
) -> Enrolled:
    device_id, token = new_id(), PREFIX + new_secret()
    values = {
        "name": text_of(asked.name, "name", chars_max=LABEL_CHARS_MAX),
        "software": text_of(asked.software, "software", chars_min=0, chars_max=LABEL_CHARS_MAX),
        "hardware": text_of(asked.hardware, "hardware", chars_min=0, chars_max=LABEL_CHARS_MAX),
    }
    async with db.transaction() as c:
        row = await SQL.lock_profile.row(c, profile_id=profile_id, box_office_id=code.box_office_id if code else None)
        if row is None:
            raise NotFound(what="scan profile")
        if row["device_count"] >= DEVICES_MAX:
            raise TooManyDevices(devices_max=DEVICES_MAX)
        await SQL.enrol.run(
            c, device_id=device_id, profile_id=profile_id, hash=secret_hash(token), code_id=code.id if code else None,
            staff_id=staff_id, now=now, seen_from=address, **values,
        )  # fmt: skip
        by = Actor(
            organisation_id=row["organisation_id"], staff_id=staff_id, device_id=device_id, address=address
        )  # fmt: skip
        told = Subject(kind="scan_device", id=device_id, name=values["name"], box_office_id=row["box_office_id"])
        await audit.note(c, by, "scan-device.enrolled", told, now, {"profile": ("", row["name"])})
    return Enrolled(device_id, token, profile_id)


def _chosen(opened: UUID | None, asked: UUID | None) -> UUID:
    """The profile to enrol for: the code's own, or the one that is asked for."""
    if opened is None and asked is None:
        raise InputRefused(problem="Choose one of these.", where="profile")
    if opened is not None and asked not in (None, opened):
        raise NotFound(what="scan profile")
    chosen = opened or asked
    assert chosen is not None, "one of them is there"
    return chosen


async def _signed_in(db: Database, secret: bytes, opened: _Opened, offices: list[UUID]) -> SignedIn:
    async with db.read() as c:
        found = await SQL.choices.all(
            c, ProfileChoice, box_office_ids=offices, profile_id=opened.profile_id, rows_max=CHOICES_MAX
        )
    sealed = sealing.seal(secret, PURPOSE, msgspec.json.encode(opened), b"")
    return SignedIn(sealed.hex(), opened.until, found)


def _read(secret: bytes, opening: str, now: datetime) -> _Opened:
    try:
        plain = sealing.unseal(secret, PURPOSE, bytes.fromhex(opening), b"")
    except (SealBroken, ValueError):
        raise NotSignedIn() from None
    opened = msgspec.json.decode(plain, type=_Opened)
    if opened.until <= now:
        raise NotSignedIn()
    return opened


# In use


class Devices:
    """The devices one process has met of late."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._remembered: OrderedDict[bytes, tuple[float, Door]] = OrderedDict()
        self._by_device: dict[UUID, bytes] = {}

    async def verify(self, token: str, now: datetime, address: str = "") -> Door:
        """The device behind a token and what it may do; NotSignedIn for one that is unknown or ended. O(1); one query
        when it was not seen for `REMEMBERED_S`."""
        if len(token) > TOKEN_CHARS_MAX or not token.startswith(PREFIX):
            raise NotSignedIn()
        hash = secret_hash(token)
        remembered = self._remembered.get(hash)
        if remembered is not None and remembered[0] >= time.monotonic():
            return remembered[1]
        return await self._fetch(hash, now, address)

    async def again(self, door: Door, now: datetime) -> Door:
        """The device as it is now: a scan has met that it is not what was remembered. Raises NotSignedIn."""
        hash = self._by_device.get(door.device_id)
        if hash is None:
            raise NotSignedIn()
        return await self._fetch(hash, now, "")

    async def _fetch(self, hash: bytes, now: datetime, address: str) -> Door:
        async with self._db.read() as c:
            found = await SQL.by_hash.one(c, _Found, hash=hash, idle_since=now - IDLE_MAX)
            if found is None:
                self._remembered.pop(hash, None)
                raise NotSignedIn()
            if address and found.device_seen_at < now - SEEN_EVERY:
                await SQL.seen.run(
                    c, device_id=found.device_id, now=now, seen_from=address, unless_since=now - SEEN_EVERY
                )
        door = _door(found)
        self._remembered[hash] = (time.monotonic() + REMEMBERED_S, door)
        self._remembered.move_to_end(hash)
        self._by_device[door.device_id] = hash
        while len(self._remembered) > REMEMBERED_MAX:
            _, (_, old) = self._remembered.popitem(last=False)
            self._by_device.pop(old.device_id, None)
        return door


async def report(db: Database, door: Door, told: Report, address: str, now: datetime) -> None:
    """Keep what a device tells of itself; NotSignedIn for one that was revoked since it was remembered."""
    offset_ms = None if told.clock is None else round((told.clock - now).total_seconds() * 1000)
    async with db.read() as c:
        kept = await SQL.report.value(
            c, device_id=door.device_id, now=now, seen_from=address, battery=told.battery, charging=told.charging,
            clock_offset_ms=offset_ms, pending_count=told.pending_count,
            software=text_of(told.software, "software", chars_min=0, chars_max=LABEL_CHARS_MAX),
            network=text_of(told.network, "network", chars_min=0, chars_max=NETWORK_CHARS_MAX),
        )  # fmt: skip
    if kept is None:
        raise NotSignedIn()


async def get(db: Database, organisation_id: UUID, device_id: UUID) -> Device:
    """An organisation's device, revoked or not; or NotFound."""
    async with db.read() as c:
        found = await SQL.get.one(c, Device, organisation_id=organisation_id, device_id=device_id)
    if found is None:
        raise NotFound(what="device")
    return found


async def list_of(db: Database, box_office_id: UUID, profile_id: UUID | None = None) -> list[Device]:
    """The devices of a box office, or of one profile, by gate and name; of those that were revoked, the last ones."""
    async with db.read() as c:
        return await SQL.list_of.all(
            c, Device, box_office_id=box_office_id, profile_id=profile_id, revoked_max=REVOKED_SHOWN_MAX,
            rows_max=DEVICES_MAX + REVOKED_SHOWN_MAX,
        )  # fmt: skip


async def doors(
    db: Database, box_office_id: UUID, profile_id: UUID | None, device_ids: Sequence[UUID]
) -> dict[UUID, Door]:
    """Devices of a box office (or of one profile) by their ids, revoked or not: of scans that were made already."""
    async with db.read() as c:
        found = await SQL.by_ids.all(
            c, _Found, box_office_id=box_office_id, profile_id=profile_id, device_ids=list(set(device_ids))
        )
    return {one.device_id: _door(one) for one in found}


async def revoke(db: Database, organisation_id: UUID, device_id: UUID, by: Actor, now: datetime) -> Device:
    """End a device: no scan of it is taken any more, from the next one on. Either twice is once. Raises NotFound."""
    async with db.transaction() as c:
        found = await SQL.get.one(c, Device, organisation_id=organisation_id, device_id=device_id)
        if found is None:
            raise NotFound(what="device")
        box_office_id = await SQL.revoke.value(c, device_id=device_id, now=now)
        if box_office_id is not None:
            told = Subject(kind="scan_device", id=device_id, name=found.name, box_office_id=box_office_id)
            await audit.note(c, by, "scan-device.revoked", told, now)
    return found


def _door(found: _Found) -> Door:
    profile = Profile(**{name: getattr(found, name) for name in Profile.__struct_fields__})
    return Door(
        device_id=found.device_id,
        device_number=found.device_number,
        device_name=found.device_name,
        staff_id=found.device_staff_id,
        organisation_slug=found.organisation_slug,
        organisation_name=found.organisation_name,
        box_office_key=found.box_office_key,
        box_office_name=found.box_office_name,
        profile=profile,
    )
