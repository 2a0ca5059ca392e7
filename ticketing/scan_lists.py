"""Lists for scanners that may lose the network: every ticket of a date, with what a gate has to know of it.

A device verifies a code by its signature and judges by the list: which generation is good, whether it is paid,
cancelled or opposed, in which zone it is, and whether somebody came in with it. Of what people read it holds what the
profile shows and nothing else.

A list has a version, and whoever has one asks for what changed since. The version is the oldest transaction of Postgres
that was under way when the list was read, and a row knows which transaction wrote it: what was written by that one or a
later one may be news, everything else was in the list. So no counter is kept, no scan waits for another, and a version
means the same to every process. A change may be told twice; none is left out. A version from another database, or from
the future, is answered with the whole list.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from contextvars import Context
from typing import Any
from uuid import UUID

from msgspec import Struct

from ticketing import door_answers, door_zones
from ticketing.db import Database
from ticketing.scan_profiles import Profile, Shown
from ticketing.sql import load
from ticketing.states import TicketStatus

FRESH_S = 2.0
COPIES_MAX = 8
"""Dates whose lists a process keeps."""
BATCH_ROWS = 2000
STATUSES: Mapping[str, int] = {
    TicketStatus.VALID: 0,
    TicketStatus.RESERVED: 1,
    TicketStatus.CANCELLED: 2,
    TicketStatus.OPPOSED: 3,
}
"""What a status is in a list."""
COLUMNS = ("kind", "serial", "generation", "status", "entries", "inside", "zone")
"""The columns that every list has. The others come with what the profile shows, in the order of `SHOWN`."""
SHOWN: Mapping[Shown, tuple[str, ...]] = {
    Shown.SEAT: ("row", "seat"),
    Shown.TARIFF: ("tariff",),
    Shown.NAME: ("name",),
    Shown.PASS: ("pass",),
}

SQL = load("scan_lists")


class Entry(Struct, frozen=True, gc=False):
    """A ticket in a list. `xid` is the transaction that wrote what of it was written last."""

    kind: int
    serial: int
    generation: int
    status: str
    ticket_id: UUID
    place: int
    zone: str
    row: str
    seat: str
    tariff: str
    name: str
    pass_name: str
    entries: int
    inside: bool
    xid: int

    @property
    def revoked(self) -> bool:
        """Whether a code that was signed for it need not be good."""
        return self.generation > 0 or self.status != TicketStatus.VALID


class ListZone(Struct, frozen=True):
    """A zone in a list; `label` is what its tickets say (an area's own name). `admitted`: by this profile."""

    id: str
    label: str
    admitted: bool


class TicketList(Struct, frozen=True, kw_only=True):
    """The tickets of a date for a device: all of them (`whole`), or those that may have changed since its version.

    A row is an array with the values of `columns`: `zone` is an index in `zones`; `tariff` and `pass` in `words`, -1
    for none; `answers` an array of texts, one for each question in `questions`. A ticket is named by its kind and
    serial.
    """

    performance: UUID
    number: int
    version: str
    whole: bool
    mode: str
    entries_max: int | None
    cancelled: bool
    zones: list[ListZone]
    words: list[str]
    questions: list[str]
    columns: list[str]
    tickets: list[list[Any]]


class Revocations(Struct, frozen=True, kw_only=True):
    """Codes that a signature alone does not speak for: of a ticket (`[kind, serial, generation, status]`) only the code
    of this generation may be good, and it is if the status is 0. `whole` as in a list."""

    performance: UUID
    version: str
    whole: bool
    cancelled: bool
    revoked: list[tuple[int, int, int, int]]


class Copy(Struct):
    """What a process has of a date: as of `version`, looked at again after `fresh_until`. `newest` is the last
    transaction that wrote anything of it: the same list has the same."""

    version: int
    number: int
    cancelled: bool
    entries: dict[tuple[int, int], Entry]
    newest: int
    fresh_until: float

    def since(self, version: int | None) -> tuple[bool, Iterable[Entry]]:
        """The entries that may have changed since a version, and whether these are all there are."""
        if version is None or not 0 < version <= self.version:
            return True, self.entries.values()
        return False, [entry for entry in self.entries.values() if entry.xid >= version]


class Lists:
    """The lists that one process has of late."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._copies: OrderedDict[UUID, Copy] = OrderedDict()
        self._reading: dict[UUID, asyncio.Task[Copy]] = {}

    async def copy(self, performance_id: UUID, version: int | None = None) -> Copy:
        """What there is of a date, at most `FRESH_S` old, or as new as a version that another process has told."""
        kept = self._copies.get(performance_id)
        if kept is not None and kept.fresh_until >= time.monotonic() and (version or 0) <= kept.version:
            self._copies.move_to_end(performance_id)
            return kept
        reading = self._reading.get(performance_id)
        if reading is None:  # in a context of its own: it serves others than who asked first
            reading = asyncio.create_task(self._read(performance_id, kept), context=Context())
            self._reading[performance_id] = reading
            reading.add_done_callback(lambda _: self._reading.pop(performance_id))
        return await asyncio.shield(reading)

    async def _read(self, performance_id: UUID, kept: Copy | None) -> Copy:
        copy = await read(self._db, performance_id, kept)
        self._copies[performance_id] = copy
        self._copies.move_to_end(performance_id)
        while len(self._copies) > COPIES_MAX:
            self._copies.popitem(last=False)
        return copy


async def read(db: Database, performance_id: UUID, kept: Copy | None = None) -> Copy:
    """Read a date's tickets, or what changed of them since a copy; that copy stays as it is. As of one moment."""
    async with db.transaction("repeatable_read") as c:
        head = await SQL.head.row(c, performance_id=performance_id)
        assert head is not None, "the statement answers with one row"
        since = kept.version if kept is not None and kept.version <= head["version"] else None
        entries = dict(kept.entries) if kept is not None and since is not None else {}
        rows = SQL.entries.batches(c, BATCH_ROWS, performance_id=performance_id, since=since, ceiling=head["ceiling"])
        async for batch in rows:
            for row in batch:
                entries[row["kind"], row["serial"]] = Entry(**dict(row))
            await asyncio.sleep(0)
    newest = max((entry.xid for entry in entries.values()), default=0)
    return Copy(head["version"], head["number"], head["cancelled"], entries, newest, time.monotonic() + FRESH_S)


async def of(
    db: Database,
    lists: Lists,
    profile: Profile,
    performance_id: UUID,
    version: int | None,
    language: str,
    *,
    named: bool = False,
) -> TicketList:
    """The list of a date by a profile, or what may have changed of it since a version; with the tickets' ids where they
    are to be `named`."""
    copy = await lists.copy(performance_id, version)
    zone_ids = await door_zones.by_place(db, performance_id)
    said, questions = await door_answers.of_date(db, profile, performance_id, language)
    return await asyncio.to_thread(_rendered, copy, profile, performance_id, version, zone_ids, said, questions, named)


async def revocations(lists: Lists, performance_id: UUID, version: int | None) -> Revocations:
    """The codes of a date that a signature alone does not speak for, or those that may have become so since."""
    copy = await lists.copy(performance_id, version)
    whole, entries = copy.since(version)
    revoked = [
        (entry.kind, entry.serial, entry.generation, STATUSES[entry.status])
        for entry in entries
        if entry.revoked or not whole
    ]
    return Revocations(
        performance=performance_id, version=str(copy.version), whole=whole, cancelled=copy.cancelled, revoked=revoked
    )


async def tag(lists: Lists, profile: Profile, performance_id: UUID, version: int | None) -> str:
    """Names what `of` and `revocations` would answer: the same as long as nothing is written and nobody edits the
    profile."""
    copy = await lists.copy(performance_id, version)
    return f"{copy.newest}-{len(copy.entries)}-{int(copy.cancelled)}-{profile.id.hex[-12:]}-{profile.version}-{version}"


def _rendered(
    copy: Copy,
    profile: Profile,
    performance_id: UUID,
    version: int | None,
    zone_ids: Sequence[str],
    said: Mapping[UUID, list[str]],
    questions: list[str],
    named: bool,
) -> TicketList:
    whole, entries = copy.since(version)
    zones: dict[tuple[str, str], int] = {}
    words: dict[str, int] = {}
    shown = [what for what in SHOWN if profile.shows(what)]
    rows = []
    for entry in entries:
        zone = (zone_ids[entry.place] if entry.place < len(zone_ids) else "", entry.zone)
        row: list[Any] = [
            entry.kind, entry.serial, entry.generation, STATUSES[entry.status], entry.entries, int(entry.inside),
            zones.setdefault(zone, len(zones)),
        ]  # fmt: skip
        for what in shown:
            _show(row, what, entry, words)
        if questions:
            row.append(said.get(entry.ticket_id, [""] * len(questions)))
        if named:
            row.append(entry.ticket_id)
        rows.append(row)
    return TicketList(
        performance=performance_id,
        number=copy.number,
        version=str(copy.version),
        whole=whole,
        mode=profile.mode,
        entries_max=profile.entries_max,
        cancelled=copy.cancelled,
        zones=[ListZone(zone, label, profile.zones is None or zone in profile.zones) for zone, label in zones],
        words=list(words),
        questions=questions,
        columns=[
            *COLUMNS,
            *(name for what in shown for name in SHOWN[what]),
            *(["answers"] if questions else []),
            *(["ticket"] if named else []),
        ],
        tickets=rows,
    )


def _show(row: list[Any], what: Shown, entry: Entry, words: dict[str, int]) -> None:
    if what is Shown.SEAT:
        row += (entry.row, entry.seat)
    elif what is Shown.TARIFF:
        row.append(_word(entry.tariff, words))
    elif what is Shown.NAME:
        row.append(entry.name)
    else:
        row.append(_word(entry.pass_name, words))


def _word(text: str, words: dict[str, int]) -> int:
    return words.setdefault(text, len(words)) if text else -1
