"""What goes over the wire between scanners and us, where it is not what the verbs speak already."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from ticketing.admissions import PERFORMANCES_MAX, REASON_CHARS_MAX
from ticketing.doors import Direction, Mode, Verdict
from ticketing.offline_scans import SCANS_MAX, OfflineScan, Taken
from ticketing.refusals import InputRefused
from ticketing.scan_devices import LABEL_CHARS_MAX, NETWORK_CHARS_MAX, Door
from ticketing.scan_profiles import RIGHTS, ZONES_MAX, Right, Role
from ticketing.signing_keys import PublicKey

Moment = Annotated[datetime, Meta(tz=True)]
CodeText = Annotated[str, Meta(max_length=1000, description="What was scanned")]
Label = Annotated[str, Meta(max_length=LABEL_CHARS_MAX)]
Reason = Annotated[str, Meta(max_length=REASON_CHARS_MAX)]
Way = Literal["in", "out"]
Dates = Annotated[tuple[UUID, ...], Meta(min_length=1, max_length=PERFORMANCES_MAX)]


YEAR_MIN, YEAR_MAX = 1971, 2199


def sound(at: datetime, where: str) -> datetime:
    """A moment that can be reckoned with, whatever zone it is told in; InputRefused otherwise."""
    if not YEAR_MIN <= at.year <= YEAR_MAX:
        raise InputRefused(problem="This is not a time that a clock shows.", where=where)
    return at


class SignInBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Who wants to choose a profile: by a code of the organiser, or by an account. `second_factor`: the code of the
    account's app, or a recovery code, where it has a second factor."""

    code: Annotated[str, Meta(max_length=40)] = ""
    email: Annotated[str, Meta(max_length=254)] = ""
    password: Annotated[str, Meta(max_length=256)] = ""
    second_factor: Annotated[str, Meta(max_length=40)] = ""


class EnrolBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A device to be enrolled: by a code, or by what signing in has opened. `profile` is needed but for a profile's own
    code."""

    name: Annotated[str, Meta(min_length=1, max_length=LABEL_CHARS_MAX)]
    code: Annotated[str, Meta(max_length=40)] = ""
    opening: Annotated[str, Meta(max_length=2000)] = ""
    profile: UUID | None = None
    software: Label = ""
    hardware: Label = ""


class DeviceToken(Struct, frozen=True):
    """A new device. The token is shown this once."""

    device: UUID
    token: str
    profile: UUID


class ProfileSeen(Struct, frozen=True, kw_only=True):
    """What a device is and may do, and the keys that codes are verified with. `zones` are ids, null: all. `now` is the
    time here: a device whose clock differs reckons by the difference."""

    device: UUID
    device_number: int
    device_name: str
    organisation: str
    organisation_name: str
    box_office: str
    box_office_name: str
    profile: UUID
    version: int
    name: str
    gate: str
    mode: Mode
    entries_max: int | None
    role: Role
    rights: list[Right]
    shown: list[str]
    zones: list[str] | None
    keys: tuple[PublicKey, ...]
    now: datetime

    @classmethod
    def of(cls, door: Door, keys: tuple[PublicKey, ...], now: datetime) -> "ProfileSeen":
        profile = door.profile
        return cls(
            device=door.device_id,
            device_number=door.device_number,
            device_name=door.device_name,
            organisation=door.organisation_slug,
            organisation_name=door.organisation_name,
            box_office=door.box_office_key,
            box_office_name=door.box_office_name,
            profile=profile.id,
            version=profile.version,
            name=profile.name,
            gate=profile.gate,
            mode=profile.mode,
            entries_max=profile.entries_max,
            role=profile.role,
            rights=[right for right in Right if right in RIGHTS[profile.role]],
            shown=profile.shown,
            zones=profile.zones,
            keys=keys,
            now=now,
        )


class HeartbeatBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What a device tells of itself: the time by its own clock, its battery in percent, how many scans it holds that
    were not sent, and how it is connected."""

    clock: Moment | None = None
    battery: Annotated[int, Meta(ge=0, le=100)] | None = None
    charging: bool | None = None
    pending_count: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    software: Label = ""
    network: Annotated[str, Meta(max_length=NETWORK_CHARS_MAX)] = ""


class HeartbeatSeen(Struct, frozen=True):
    """The time here, and the version of the profile: another than the device has means to ask for it again."""

    now: datetime
    profile_version: int


class ScanBody(Struct, frozen=True, forbid_unknown_fields=True):
    """One scan at the dates a device scans; asked again under the same `scan`, it is answered as the first time.

    `ticket` instead of a code is one that a search found. `zones` narrows those of the profile. `despite` is the reason
    for which a supervisor lets somebody through whatever the verdict is.
    """

    scan: UUID
    performances: Dates
    code: CodeText = ""
    ticket: UUID | None = None
    direction: Way = "in"
    zones: Annotated[tuple[Annotated[str, Meta(max_length=200)], ...], Meta(max_length=ZONES_MAX)] | None = None
    despite: Reason | None = None


class UndoBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A scan to be taken back. `scan` is new, and the same when it is asked again."""

    scan: UUID
    undoes: UUID
    reason: Reason = ""


class QuickCancelBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The code of a ticket that was printed beforehand and not sold."""

    code: CodeText


class UploadedScan(Struct, frozen=True, forbid_unknown_fields=True):
    """A scan that was made offline, at the time by the device's own clock, and what the person was told. `despite` is
    the reason for which a supervisor let them through against what the device knew."""

    scan: UUID
    performance: UUID
    told: Verdict
    at: Moment
    code: CodeText = ""
    ticket: UUID | None = None
    direction: Way = "in"
    despite: Reason | None = None


def offline(sent: UploadedScan) -> OfflineScan:
    """A scan that was sent, as the verb takes it. Raises InputRefused for a time that no clock shows."""
    return OfflineScan(
        scan_id=sent.scan,
        performance_id=sent.performance,
        direction=Direction(sent.direction),
        told=sent.told,
        at=sound(sent.at, "at"),
        code=sent.code,
        ticket_id=sent.ticket,
        reason=sent.despite or "",
    )


class UploadBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Scans that were made offline; `device_now` is the time by the device's clock as it sends them."""

    device_now: Moment
    scans: Annotated[tuple[UploadedScan, ...], Meta(max_length=SCANS_MAX)]


class UploadSeen(Struct, frozen=True):
    """What became of each scan, in the order they were sent. Only now may the device forget those named here."""

    taken: list[Taken]


class HubBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A hub to be enrolled by a code."""

    code: Annotated[str, Meta(max_length=40)]
    name: Annotated[str, Meta(min_length=1, max_length=LABEL_CHARS_MAX)]
    software: Label = ""


class HubToken(Struct, frozen=True):
    """A new hub. The token is shown this once."""

    hub: UUID
    token: str


class HubUploadedScan(UploadedScan, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A scan that a hub decided, and the device that made it."""

    device: UUID


class HubUploadBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Scans that a hub decided; `device_now` is the time by its clock as it sends them."""

    device_now: Moment
    scans: Annotated[tuple[HubUploadedScan, ...], Meta(max_length=SCANS_MAX)]


class HubReportBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What a hub tells of itself."""

    clock: Moment
    scanner_count: Annotated[int, Meta(ge=0, le=10_000)] = 0
    pending_count: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    software: Label = ""
