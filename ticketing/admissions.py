"""Admissions: what a gate is told when it scans a code.

Whoever goes through a door leaves a passage: a row that is never changed. Passages are counted by ticket, and the count
is their key, so however many gates scan a ticket at the same instant, each passage happens once; a ticket that comes in
once has one. A scan is answered once, however often a gate asks again: it carries an id of the gate's making, and the
first answer is kept under it. A pass is, at each performance, its ticket for it.

A scan is one SQL statement. It judges what it sees and writes the scan and the passage; of two that race, one meets
the other's key, fails as a whole, and is run again on what is true by then. So the answer "already in" always names
the gate and the time. What is taken back (`undos`) is a passage too.
"""

from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

import asyncpg
from asyncpg import UniqueViolationError
from msgspec import Struct
from msgspec.structs import replace

from engine.failpoints import reach
from ticketing import audit, door_zones
from ticketing.audit import Subject
from ticketing.db import Database
from ticketing.door_zones import Bounds
from ticketing.doors import DOOR, PASSED, Direction, Mode, Standing, Verdict, standing
from ticketing.refusals import ChangedMeanwhile, InputRefused, NotFound, ScanReused
from ticketing.scan_devices import Devices, Door
from ticketing.scan_profiles import Right
from ticketing.signing_keys import Keys
from ticketing.sql import Connection, load
from ticketing.texts import text_of
from ticketing.ticket_codes import Code, Decoded, Forged, Kind, canonical
from ticketing.tokens import Token

GATE_CHARS_MAX = 60
REASON_CHARS_MAX = 300
PERFORMANCES_MAX = 50
"""Dates that one gate scans at a time."""
FREE_TRIES = 2
TRIES_MAX = 6
PROFILE_TRIES_MAX = 2
DIGEST_BYTES = 16
BY_ID = 3
"""Beside the kinds of codes: a ticket that was looked up."""

SQL = load("admissions")
Row = asyncpg.Record

__all__ = ["Verdict"]


class Scan(Struct, frozen=True):
    """What a program asks at a gate. `scan_id` is new for each scan, the same when the gate asks again about one."""

    scan_id: UUID
    code: str
    performance_id: UUID
    gate: str
    token: Token


class Admitted(Struct, frozen=True):
    """The ticket behind a verdict. `entered_at` and `entered_gate` tell of the last time somebody came in with it."""

    zone: str
    row_label: str
    seat_label: str
    category: str
    holder_name: str
    tariff_name: str | None
    event_name: str
    starts_at: datetime
    time_zone: str
    entered_at: datetime | None
    entered_gate: str | None


class Admission(Struct, frozen=True):
    """The answer to a scan. `repeated` when this scan was answered before; `ticket` is None for unknown and forged."""

    verdict: Verdict
    repeated: bool
    ticket: Admitted | None


class DoorScan(Struct, frozen=True, kw_only=True):
    """What a device asks at its gate: about a code, or a ticket that was looked up.

    `performance_ids` are the dates that it scans; `zones` narrows its profile's further. `reason`: somebody is let
    through whatever the verdict is, and why. `happened`: they went through already, at the moment `at`; `refused`: they
    were told so then, and did not. `late`: a hub tells of it, so it counts even if the device was revoked since.
    """

    scan_id: UUID
    performance_ids: tuple[UUID, ...]
    code: str = ""
    ticket_id: UUID | None = None
    direction: Direction = Direction.IN
    zones: tuple[str, ...] | None = None
    reason: str | None = None
    happened: bool = False
    refused: Verdict | None = None
    at: datetime | None = None
    late: bool = False


class DoorTicket(Struct, frozen=True, kw_only=True):
    """The ticket behind a device's verdict, with where it stands; `entered_at` and the like tell of the last time."""

    ticket_id: UUID
    performance_id: UUID
    place: int
    zone: str
    row_label: str
    seat_label: str
    category: str
    holder_name: str
    tariff_name: str | None
    pass_name: str | None
    event_name: str
    starts_at: datetime
    time_zone: str
    standing: Standing
    entry_count: int
    entered_at: datetime | None
    entered_gate: str | None
    left_at: datetime | None
    left_gate: str | None


class Passed(Struct, frozen=True, kw_only=True):
    """The answer to a device's scan. `despite`: the verdict that somebody was let through against."""

    scan_id: UUID
    verdict: Verdict
    repeated: bool
    despite: Verdict | None
    ticket: DoorTicket | None


async def admit(db: Database, keys: Keys, scan: Scan, now: datetime) -> Admission:
    """Answer a program's scan, and let the holder in, once, if the answer is ADMITTED. One statement, one commit.

    Raises NotFound for a performance that is not of the token's organisation, ScanReused for a scan id that was used
    for another code or performance, InputRefused for a gate that is no name.
    """
    gate = text_of(scan.gate, "gate", chars_max=GATE_CHARS_MAX)
    code = await keys.decode(scan.token.organisation_id, scan.code, now)
    digest = _digest(scan.code, scan.performance_id.bytes)
    values = {
        "scan_id": scan.scan_id,
        "digest": digest,
        "performance_ids": [scan.performance_id],
        "organisation_id": scan.token.organisation_id,
        "token_id": scan.token.id,
        "gate": gate,
        "now": now,
        **NO_DEVICE,
        **_asked(code),
        **_rules(Mode.ONCE, Direction.IN),
    }
    row = await _answer(db, values)
    if row is None:
        raise NotFound(what="performance")
    _ensure_same(row, digest)
    reach("F17")
    return _admission(row, gate, now)


async def go_through(
    db: Database, keys: Keys, devices: Devices, door: Door, scan: DoorScan, now: datetime, address: str = ""
) -> Passed:
    """Answer a device's scan by its profile, and let the holder through if the answer says so.

    One statement, one commit; somebody let through with a reason is noted in the audit log in the same transaction.
    Raises NotSignedIn once the device is revoked, NotFound for dates that its profile does not cover, RightMissing
    for what its profile does not allow, ScanReused for a scan id that was used for another code or direction, and
    InputRefused.
    """
    checked = _checked(door, scan)
    for _ in range(PROFILE_TRIES_MAX):
        values = await _of_device(db, keys, door, checked, now)
        row = await _answer(db, values, _note(door, checked, now, address))
        if row is not None:
            _ensure_same(row, values["digest"])
            reach("F17")
            return _passed(row, door, checked, checked.at or now)
        if checked.late:
            break
        before, door = door, await devices.again(door, now)
        if before.profile.version == door.profile.version:
            break
    raise NotFound(what="performance")


async def judge(db: Database, keys: Keys, door: Door, scan: DoorScan, now: datetime) -> Passed:
    """What a device's scan would be told now; nothing is written. Raises as `go_through` does."""
    checked = _checked(door, scan)
    values = await _of_device(db, keys, door, checked, now)
    for _ in range(TRIES_MAX):
        try:
            async with db.transaction() as c:
                raise _Judged(await SQL.admit.row(c, **values))
        except _Judged as judged:
            if judged.row is None:
                raise NotFound(what="performance") from None
            _ensure_same(judged.row, values["digest"])
            return _passed(judged.row, door, checked, checked.at or now)
        except UniqueViolationError:
            continue
    raise ChangedMeanwhile


class _Judged(Exception):
    """Rolls a scan back that was only to be judged."""

    def __init__(self, row: Row | None) -> None:
        self.row = row


NO_DEVICE: dict[str, Any] = dict.fromkeys(
    (
        "device_id", "profile_version", "box_office_id", "event_ids", "date_ids", "zone_dates", "zone_firsts",
        "zone_pasts", "entries_max", "ticket_id", "refused",
    )
) | {"despite": False, "reason": "", "late": False}  # fmt: skip
"""What a program's scan is not bound by."""


async def _of_device(db: Database, keys: Keys, door: Door, scan: DoorScan, now: datetime) -> dict[str, Any]:
    """The parameters of a device's scan."""
    profile = door.profile
    bounds = await _bounds(db, door, scan)
    if scan.ticket_id is not None:
        asked: dict[str, Any] = {"kind": BY_ID, "serial": 0, "generation": None, "spelt": Verdict.UNKNOWN}
        digest = _digest(scan.ticket_id.hex, scan.direction.encode())
    else:
        asked = _asked(await keys.decode(profile.organisation_id, scan.code, now))
        digest = _digest(scan.code, scan.direction.encode())
    return {
        "scan_id": scan.scan_id,
        "digest": digest,
        "performance_ids": list(scan.performance_ids),
        "organisation_id": profile.organisation_id,
        "token_id": None,
        "device_id": door.device_id,
        "profile_version": profile.version,
        "zone_dates": bounds.dates if bounds else None,
        "zone_firsts": bounds.firsts if bounds else None,
        "zone_pasts": bounds.pasts if bounds else None,
        "gate": profile.gate,
        "now": scan.at or now,
        "ticket_id": scan.ticket_id,
        "entries_max": profile.entries_max,
        "despite": scan.reason is not None or scan.happened,
        "refused": scan.refused,
        "late": scan.late,
        "reason": scan.reason or "",
        **profile.coverage,
        **asked,
        **_rules(profile.mode, scan.direction),
    }


def _checked(door: Door, scan: DoorScan) -> DoorScan:
    """What a device asks, if it may. Raises RightMissing, InputRefused."""
    if not 1 <= len(scan.performance_ids) <= PERFORMANCES_MAX:
        raise InputRefused(problem="Choose 1 to {most} dates.", where="performances", most=PERFORMANCES_MAX)
    if scan.ticket_id is not None:
        door.ensure(Right.SEARCH)
    if scan.reason is None:
        return scan
    door.ensure(Right.ADMIT)
    reason = text_of(scan.reason, "reason", chars_max=REASON_CHARS_MAX)
    return replace(scan, reason=reason)


async def _bounds(db: Database, door: Door, scan: DoorScan) -> Bounds | None:
    """The places that a scan is bound to: those of its profile's zones that the device has chosen; None: all."""
    zones = door.profile.zones
    chosen = None if scan.zones is None else [zone for zone in scan.zones if zones is None or zone in zones]
    wanted = zones if chosen is None else chosen
    return None if wanted is None else await door_zones.bounds(db, scan.performance_ids, frozenset(wanted))


def _rules(mode: Mode, direction: Direction) -> dict[str, Any]:
    """What the table of the doors says of this mode and direction."""
    return {
        "direction": direction,
        "mode": mode,
        "if_new": DOOR[mode, direction, Standing.NEW],
        "if_inside": DOOR[mode, direction, Standing.INSIDE],
        "if_outside": DOOR[mode, direction, Standing.OUTSIDE],
        "passed": PASSED[direction],
    }


# Running the statement


class _Note(Struct):
    """The line of the audit log that a scan leaves when it lets somebody through against its verdict."""

    door: Door
    reason: str
    now: datetime
    address: str

    async def write(self, c: Connection, row: Row) -> None:
        if row["seen_digest"] is not None or row["despite"] is None:
            return
        where = " ".join(filter(None, (row["zone"], row["row_label"], row["seat_label"])))
        office = self.door.profile.box_office_id
        told = Subject(kind="ticket", id=row["ticket_id"], name=where, box_office_id=office)
        changes = {"verdict": (row["despite"], row["verdict"]), "reason": ("", self.reason)}
        await audit.note(c, self.door.actor(self.address), "ticket.let-through", told, self.now, changes)


def _note(door: Door, scan: DoorScan, now: datetime, address: str) -> _Note | None:
    return None if scan.reason is None else _Note(door, scan.reason, now, address)


async def _answer(db: Database, values: dict[str, Any], note: _Note | None = None) -> Row | None:
    """Run the statement, again while others write what it was about to: the ticket's passage, then this very scan.

    After some tries the ticket is held first, so that those who go through one by one do not meet for ever.
    """
    for attempt in range(1, TRIES_MAX + 1):
        try:
            if attempt <= FREE_TRIES and note is None:
                async with db.read() as c:
                    return await SQL.admit.row(c, **values)
            async with db.transaction() as c:
                await _hold(c, values)
                row = await SQL.admit.row(c, **values)
                if note is not None and row is not None:
                    await note.write(c, row)
                return row
        except UniqueViolationError:
            if attempt == TRIES_MAX:
                raise
    return None


async def _hold(c: Connection, values: dict[str, Any]) -> None:
    """Hold the ticket of a scan until the transaction ends. It is held by itself: a statement sees what was true when
    it began, and the one after this begins when nobody else has the ticket."""
    if values["kind"] == Kind.TICKET:
        await SQL.lock_serial.run(c, serial=values["serial"])
    elif values["kind"] == Kind.PASS:
        await SQL.lock_pass.run(c, serial=values["serial"], performance_ids=values["performance_ids"])
    elif values["kind"] == BY_ID:
        await SQL.lock_ticket.run(c, ticket_id=values["ticket_id"])


def _ensure_same(row: Row, digest: bytes) -> None:
    if row["seen_digest"] not in (None, digest):
        raise ScanReused


def _asked(code: Decoded) -> dict[str, Any]:
    """The code as the statement takes it; kind 0 is nobody's, and is told as `spelt`."""
    match code:
        case Code():
            return {"kind": code.kind, "serial": code.serial, "generation": code.generation, "spelt": Verdict.UNKNOWN}
        case Forged():
            return {"kind": 0, "serial": 0, "generation": 0, "spelt": Verdict.FORGED}
        case _:
            return {"kind": 0, "serial": 0, "generation": 0, "spelt": Verdict.UNKNOWN}


def _digest(asked: str, key: bytes) -> bytes:
    """What a repeated scan must have in common with the first."""
    spelt = canonical(asked).encode("utf-8", "surrogatepass")
    return blake2b(spelt, digest_size=DIGEST_BYTES, key=key).digest()


# Answers


def _admission(row: Row, gate: str, now: datetime) -> Admission:
    verdict, repeated = Verdict(row["verdict"]), row["seen_digest"] is not None
    if row["event_name"] is None:
        return Admission(verdict, repeated, None)
    shown = {name: row[name] for name in Admitted.__struct_fields__}
    if row["passes"]:
        shown |= {"entered_at": now, "entered_gate": gate}
    return Admission(verdict, repeated, Admitted(**shown))


def _passed(row: Row, door: Door, scan: DoorScan, now: datetime) -> Passed:
    return Passed(
        scan_id=scan.scan_id,
        verdict=Verdict(row["verdict"]),
        repeated=row["seen_digest"] is not None,
        despite=None if row["despite"] is None else Verdict(row["despite"]),
        ticket=None if row["ticket_id"] is None else _ticket(row, door, scan.direction, now),
    )


def _ticket(row: Row, door: Door, direction: Direction, now: datetime) -> DoorTicket:
    """The ticket as this scan leaves it."""
    shown = {name: row[name] for name in DoorTicket.__struct_fields__ if name != "standing"}
    shown |= {"entry_count": row["entry_count"] or 0, "standing": standing(row["inside"], row["last"])}
    if row["passes"] and direction is Direction.IN:
        shown |= {"entered_at": now, "entered_gate": door.profile.gate, "standing": Standing.INSIDE}
        shown |= {"entry_count": shown["entry_count"] + 1, "left_at": None, "left_gate": None}
    elif row["passes"]:
        shown |= {"left_at": now, "left_gate": door.profile.gate, "standing": Standing.OUTSIDE}
    return DoorTicket(**shown)
