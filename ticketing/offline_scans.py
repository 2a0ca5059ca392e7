"""Scans that a device made while it was offline: taken in afterwards, each once, in the order they were made.

What happened at the door happened: whoever the device let through is written as having gone through, with the verdict
that the server would have given. Where that is another one (two devices let in the same ticket, or one did offline what
another had done online), both passages are kept, and the later told one is a conflict, listed with both gates and both
times. A scan that the device refused is kept as it was told and changes nothing.

A device keeps its log until the answer names its scans: whatever it sends again is answered as the first time. Times
are the device's own, put right by how far its clock is off when it sends them; both are kept.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from msgspec import Struct

from engine.failpoints import reach
from ticketing import admissions, scan_hubs
from ticketing.admissions import REASON_CHARS_MAX, DoorScan
from ticketing.db import Database
from ticketing.doors import PASSED, Direction, Verdict
from ticketing.legible import clean
from ticketing.refusals import InputRefused, NotFound, Refusal, RightMissing, ScanReused
from ticketing.scan_devices import Devices, Door
from ticketing.scan_hubs import Hub
from ticketing.scan_profiles import Right
from ticketing.signing_keys import Keys
from ticketing.sql import load

SCANS_MAX = 200
"""In one upload."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
OFFSET_S_MAX = 100 * 366 * 86_400
CONFLICTS_MAX = 500

SQL = load("offline_scans")


class OfflineScan(Struct, frozen=True, kw_only=True):
    """A scan as the device made it: at its own time, with what it told the person. `code` or `ticket_id`. `reason`: why
    a supervisor let somebody through against what the device knew."""

    scan_id: UUID
    performance_id: UUID
    direction: Direction
    told: Verdict
    at: datetime
    code: str = ""
    ticket_id: UUID | None = None
    reason: str = ""


class Taken(Struct, frozen=True, kw_only=True):
    """What became of a scan that was sent: `found` is the server's verdict. `refused`: the code of why it was not taken
    in, and never will be; whoever sent it may forget it too."""

    scan_id: UUID
    found: Verdict | None
    repeated: bool
    conflict: bool
    refused: str | None = None


class Conflict(Struct, frozen=True, kw_only=True):
    """Somebody was let through offline against what the server knew: here (`gate`, `device`, `at`), and as the server
    knew it (`other_gate`, `other_device`, `other_at`), where somebody else came in with the same ticket."""

    scan_id: UUID
    performance_id: UUID
    found: Verdict
    ticket_id: UUID | None
    order_id: UUID | None
    order_code: str | None
    zone: str | None
    row_label: str | None
    seat_label: str | None
    gate: str
    device: str
    at: datetime
    other_gate: str | None
    other_device: str | None
    other_at: datetime | None


async def take(
    db: Database,
    keys: Keys,
    devices: Devices,
    door: Door,
    device_now: datetime,
    scans: Sequence[OfflineScan],
    now: datetime,
) -> list[Taken]:
    """Take in what a device scanned offline; what became of each, in the order they were sent.

    `device_now` is the time by the device's clock when it sends them. Each scan is a commit of its own, so a process
    that ends on the way leaves some taken in; sent again, all are answered. Raises NotSignedIn, InputRefused.
    """
    return await _take_all(db, keys, devices, [(door, scan) for scan in scans], device_now, now)


async def take_of_hub(
    db: Database,
    keys: Keys,
    devices: Devices,
    hub: Hub,
    hub_now: datetime,
    scans: Sequence[tuple[UUID, OfflineScan]],
    now: datetime,
) -> list[Taken]:
    """The same of what a hub let in: each scan by the id of the device that made it, even if that was revoked since;
    what names another's device is refused. `hub_now` is the time by the hub's clock. Raises InputRefused."""
    doors = await scan_hubs.doors(db, hub, [device_id for device_id, _ in scans])
    return await _take_all(
        db, keys, devices, [(doors.get(device_id), scan) for device_id, scan in scans], hub_now, now, late=True
    )


async def _take_all(
    db: Database,
    keys: Keys,
    devices: Devices,
    scans: Sequence[tuple[Door | None, OfflineScan]],
    device_now: datetime,
    now: datetime,
    *,
    late: bool = False,
) -> list[Taken]:
    if len(scans) > SCANS_MAX:
        raise InputRefused(problem="Send at most {most} scans at a time.", where="scans", most=SCANS_MAX)
    offset = device_now - now
    if abs(offset.total_seconds()) > OFFSET_S_MAX:
        raise InputRefused(problem="The clock of this device is not set.", where="device_now")
    found: dict[UUID, Taken] = {}
    for door, scan in sorted(scans, key=lambda one: one[1].at):
        try:
            if door is None:
                raise NotFound(what="device")
            found[scan.scan_id] = await _take(db, keys, devices, door, scan, offset, now, late)
        except (NotFound, ScanReused, InputRefused, RightMissing) as refusal:
            found[scan.scan_id] = _refused(scan, refusal)
    reach("F18")
    return [found[scan.scan_id] for _, scan in scans]


async def take_one(db: Database, keys: Keys, devices: Devices, door: Door, scan: OfflineScan, now: datetime) -> Taken:
    """Take in one scan, told by the right time. Raises as `admissions.go_through`."""
    return await _take(db, keys, devices, door, scan, timedelta(), now)


async def conflicts(db: Database, performance_ids: Sequence[UUID]) -> list[Conflict]:
    """The conflicts at some dates, the latest first."""
    async with db.read() as c:
        return await SQL.conflicts.all(c, Conflict, performance_ids=list(performance_ids), rows_max=CONFLICTS_MAX)


async def _take(
    db: Database,
    keys: Keys,
    devices: Devices,
    door: Door,
    scan: OfflineScan,
    offset: timedelta,
    now: datetime,
    late: bool = False,
) -> Taken:
    at = max(EARLIEST, min(now, _moment(scan.at, offset)))
    through = scan.told is PASSED[scan.direction]
    may = through and door.profile.may(Right.ADMIT)  # a reason is no cause to lose a scan
    asked = DoorScan(
        scan_id=scan.scan_id, performance_ids=(scan.performance_id,), code=scan.code, ticket_id=scan.ticket_id,
        direction=scan.direction, happened=through, refused=None if through else scan.told, at=at, late=late,
        reason=(clean(scan.reason, REASON_CHARS_MAX) or None) if may else None,
    )  # fmt: skip
    passed = await admissions.go_through(db, keys, devices, door, asked, now)
    found = passed.despite or passed.verdict
    conflict = scan.told in PASSED.values() and found is not scan.told
    async with db.read() as c:
        await SQL.keep.run(
            c, scan_id=scan.scan_id, told=scan.told, found=found, device_at=scan.at, conflict=conflict,
            clock_offset_ms=round(offset.total_seconds() * 1000), uploaded_at=now,
        )  # fmt: skip
    return Taken(scan_id=scan.scan_id, found=found, repeated=passed.repeated, conflict=conflict)


def _moment(at: datetime, offset: timedelta) -> datetime:
    try:
        return at - offset
    except OverflowError:
        return EARLIEST


def _refused(scan: OfflineScan, refusal: Refusal) -> Taken:
    return Taken(scan_id=scan.scan_id, found=None, repeated=False, conflict=False, refused=refusal.code)
