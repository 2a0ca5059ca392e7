"""Undoing a scan: somebody was let through by mistake, or turned round in the door.

Nothing is deleted. Another scan names the one that it takes back, and another passage leaves the ticket as it was
before that one, so the ticket may come in again. Only the last passage that stands is taken back: what came after it
rests on it. It is noted in the audit log, in the same transaction.
"""

from datetime import datetime
from hashlib import blake2b
from uuid import UUID

from asyncpg import UniqueViolationError
from msgspec import Struct

from ticketing import audit
from ticketing.admissions import DIGEST_BYTES, REASON_CHARS_MAX
from ticketing.audit import Subject
from ticketing.db import Database
from ticketing.doors import Direction, Standing, Verdict, standing
from ticketing.refusals import NotFound, NothingToUndo, NotTheLastPassage, ScanReused, UndoneAlready
from ticketing.scan_devices import Door
from ticketing.scan_profiles import Right
from ticketing.sql import Connection, load
from ticketing.texts import text_of

TRIES_MAX = 3

SQL = load("undos")


class Undo(Struct, frozen=True, kw_only=True):
    """What is asked: to take back the scan `undoes`. `scan_id` is new, and the same when it is asked again."""

    scan_id: UUID
    undoes: UUID
    reason: str = ""


class Undone(Struct, frozen=True, kw_only=True):
    """A scan that was taken back, and where that leaves its ticket. `repeated` when this was answered before."""

    scan_id: UUID
    undoes: UUID
    repeated: bool
    ticket_id: UUID
    standing: Standing
    entry_count: int


class _Target(Struct, frozen=True, kw_only=True):
    """The scan to be taken back; `number` None: nobody went through by it."""

    ticket_id: UUID | None
    performance_id: UUID
    box_office_id: UUID
    direction: Direction
    number: int | None
    place: str


class _Latest(Struct, frozen=True, kw_only=True):
    number: int
    last: int
    inside: bool
    entry_count: int


async def undo(db: Database, door: Door, asked: Undo, now: datetime, address: str = "") -> Undone:
    """Take a scan back, at a gate whose profile may.

    Raises RightMissing, NotFound for a scan of a date that the profile does not cover, NothingToUndo, UndoneAlready,
    NotTheLastPassage, ScanReused for a scan id that was used for something else, InputRefused.
    """
    door.ensure(Right.UNDO)
    reason = text_of(asked.reason, "reason", chars_min=0, chars_max=REASON_CHARS_MAX)
    for attempt in range(1, TRIES_MAX + 1):
        try:
            async with db.transaction() as c:
                return await _undo(c, door, asked, reason, now, address)
        except UniqueViolationError:  # the same was asked twice at once
            if attempt == TRIES_MAX:
                raise
    raise AssertionError("the last try answers or raises")


async def _undo(c: Connection, door: Door, asked: Undo, reason: str, now: datetime, address: str) -> Undone:
    coverage = door.profile.coverage
    target = await SQL.target.one(c, _Target, scan_id=asked.undoes, **coverage)
    if target is None:
        raise NotFound(what="scan")
    seen = await SQL.seen.row(c, scan_id=asked.scan_id)
    if target.ticket_id is None or target.number is None:
        raise NothingToUndo
    if seen is not None:
        if seen["undoes"] != asked.undoes:
            raise ScanReused
        return _undone(asked, target.ticket_id, await _latest(c, target.ticket_id), repeated=True)
    await SQL.lock.run(c, ticket_id=target.ticket_id)
    if await SQL.is_undone.value(c, ticket_id=target.ticket_id, number=target.number):
        raise UndoneAlready
    if (await _latest(c, target.ticket_id)).last != target.number:
        raise NotTheLastPassage
    await SQL.take_back.run(
        c, scan_id=asked.scan_id, undoes=asked.undoes, ticket_id=target.ticket_id, number=target.number,
        device_id=door.device_id, gate=door.profile.gate, reason=reason, now=now, verdict=Verdict.UNDONE,
        digest=blake2b(asked.undoes.bytes, digest_size=DIGEST_BYTES).digest(),
    )  # fmt: skip
    told = Subject(kind="ticket", id=target.ticket_id, name=target.place, box_office_id=target.box_office_id)
    changes = {"direction": (target.direction, None)} | ({"reason": ("", reason)} if reason else {})
    await audit.note(c, door.actor(address), "ticket.scan-undone", told, now, changes)
    return _undone(asked, target.ticket_id, await _latest(c, target.ticket_id), repeated=False)


async def _latest(c: Connection, ticket_id: UUID) -> _Latest:
    found = await SQL.latest.one(c, _Latest, ticket_id=ticket_id)
    assert found is not None, "somebody went through with it"
    return found


def _undone(asked: Undo, ticket_id: UUID, latest: _Latest, *, repeated: bool) -> Undone:
    return Undone(
        scan_id=asked.scan_id,
        undoes=asked.undoes,
        repeated=repeated,
        ticket_id=ticket_id,
        standing=standing(latest.inside, latest.last),
        entry_count=latest.entry_count,
    )
