"""Admissions: what a gate is told when it scans a code.

A ticket is let in once, however many gates scan it at the same instant: the key of `admissions` is the ticket. A scan
is answered once, however often a gate asks again: it carries an id of the gate's making, and the first answer is kept
under it. A pass is, at each performance, its ticket for it, so the same key lets it in once a date.

A scan is one SQL statement. It judges what it sees and writes the scan and the admission; of two that race, one meets
the other's key, fails as a whole, and is run again on what is true by then. So the answer "already in" always names
the gate and the time, and nothing is ever undone.
"""

from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from uuid import UUID

import asyncpg
from asyncpg import UniqueViolationError
from msgspec import Struct

from ticketing.db import Database
from ticketing.refusals import NotFound, ScanReused
from ticketing.signing_keys import Keys
from ticketing.sql import load
from ticketing.texts import text_of
from ticketing.ticket_codes import Code, Decoded, Forged, canonical
from ticketing.tokens import Token

GATE_CHARS_MAX = 60
TRIES_MAX = 3
DIGEST_BYTES = 16

SQL = load("admissions")


class Verdict(StrEnum):
    """Every answer a gate can get. Where several are true, the later one here is given."""

    ADMITTED = "admitted"
    ALREADY_IN = "already_in"
    """Somebody came in with it: `entered_at` and `entered_gate` say when and where."""
    WRONG_PERFORMANCE = "wrong_performance"
    """It is for another date or event: `event_name` and `starts_at` say which; of a pass, the next one."""
    NOT_PAID = "not_paid"
    CANCELLED = "cancelled"
    """The ticket, its pass or the whole performance."""
    OPPOSED = "opposed"
    OLD_CODE = "old_code"
    """The ticket was moved or issued again: it has a newer code."""
    UNKNOWN = "unknown"
    """No ticket of this organisation, or no ticket at all."""
    FORGED = "forged"
    """Written like a ticket's, but not signed by this organisation."""


class Scan(Struct, frozen=True):
    """What a gate asks. `scan_id` is new for each scan, and the same when the gate asks again about one."""

    scan_id: UUID
    code: str
    performance_id: UUID
    gate: str
    token: Token


class Admitted(Struct, frozen=True):
    """The ticket behind a verdict. `entered_at` and `entered_gate` tell of the one admission it ever had, if any."""

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


async def admit(db: Database, keys: Keys, scan: Scan, now: datetime) -> Admission:
    """Answer a scan, and let the holder in if the answer is ADMITTED. One statement, one commit.

    Raises NotFound for a performance that is not of the token's organisation, ScanReused for a scan id that was used
    for another code or performance, InputRefused for a gate that is no name.
    """
    gate = text_of(scan.gate, "gate", chars_max=GATE_CHARS_MAX)
    code = await keys.decode(scan.token.organisation_id, scan.code, now)
    digest = _digest(scan)
    values = {
        "scan_id": scan.scan_id,
        "digest": digest,
        "performance_id": scan.performance_id,
        "organisation_id": scan.token.organisation_id,
        "token_id": scan.token.id,
        "gate": gate,
        "now": now,
        **_asked(code),
    }
    row = await _answer(db, values)
    if row is None:
        raise NotFound(what="performance")
    if row["seen_digest"] not in (None, digest):
        raise ScanReused
    return _admission(row, gate, now)


async def _answer(db: Database, values: dict[str, object], tries: int = TRIES_MAX) -> asyncpg.Record | None:
    """Run the statement, again while others write what it was about to: the ticket's admission, then this very scan."""
    try:
        async with db.read() as c:
            return await SQL.admit.row(c, **values)
    except UniqueViolationError:
        if tries == 1:
            raise
        return await _answer(db, values, tries - 1)


def _admission(row: asyncpg.Record, gate: str, now: datetime) -> Admission:
    verdict, repeated = Verdict(row["verdict"]), row["seen_digest"] is not None
    if row["event_name"] is None:
        return Admission(verdict, repeated, None)
    shown = {name: row[name] for name in Admitted.__struct_fields__}
    if verdict == Verdict.ADMITTED and not repeated:
        shown |= {"entered_at": now, "entered_gate": gate}
    return Admission(verdict, repeated, Admitted(**shown))


def _asked(code: Decoded) -> dict[str, object]:
    """The code as the statement takes it; kind 0 is nobody's, and is told as `spelt`."""
    match code:
        case Code():
            return {"kind": code.kind, "serial": code.serial, "generation": code.generation, "spelt": Verdict.UNKNOWN}
        case Forged():
            return {"kind": 0, "serial": 0, "generation": 0, "spelt": Verdict.FORGED}
        case _:
            return {"kind": 0, "serial": 0, "generation": 0, "spelt": Verdict.UNKNOWN}


def _digest(scan: Scan) -> bytes:
    """What a repeated scan must have in common with the first."""
    asked = canonical(scan.code).encode("utf-8", "surrogatepass")
    return blake2b(asked, digest_size=DIGEST_BYTES, key=scan.performance_id.bytes).digest()
