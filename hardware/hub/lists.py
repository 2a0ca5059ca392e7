"""What a hub knows of tickets: the lists of the server, and who went through since.

A list tells how often a ticket came in and whether somebody is inside with it, as of its moment; the hub's own passages
come on top of that. A passage that the server knows counts by the list once a list says so that was asked for well
after the server had it: until then it may be in neither. What waits always counts here.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from hardware.hub.log import Key, Passage
from ticketing.door_answers import DoorAnswer
from ticketing.doors import Standing
from ticketing.scan_lists import STATUSES, TicketList

SETTLED_AFTER_S = 10.0
"""A server may answer with a list that is some seconds old."""
STATUS_NAMES = {number: name for name, number in STATUSES.items()}
NOWHERE = UUID(int=0)


class Row(Struct, frozen=True, gc=False):
    """A ticket of a list; texts are empty where nothing is said."""

    generation: int
    status: str
    entries: int
    inside: bool
    zone_id: str
    zone: str
    row: str
    seat: str
    tariff: str
    name: str
    pass_name: str
    ticket: UUID
    answers: tuple[str, ...]


class DateList(Struct):
    """The tickets of a date, by kind and serial, as of a version."""

    performance: UUID
    number: int
    version: int
    cancelled: bool
    questions: tuple[str, ...]
    tickets: dict[tuple[int, int], Row]
    read_at: float


class Stood(Struct, frozen=True):
    """Where a ticket stands before a door. `number`: of its next passage; the times are of those the hub saw."""

    standing: Standing
    entries: int
    number: int
    entered: Passage | None
    left: Passage | None
    waiting: bool


class Tickets:
    """All lists, and all passages."""

    def __init__(self) -> None:
        self.dates: dict[UUID, DateList] = {}
        self._passages: dict[Key, list[Passage]] = {}
        self._by_scan: dict[UUID, Passage] = {}
        self._by_ticket: dict[UUID, Key] = {}

    # Lists

    def apply(self, found: TicketList, rows: dict[tuple[int, int], Row], asked_at: float) -> None:
        """Take a list in, or what changed of one, that was asked for at this time."""
        known = self.dates.get(found.performance)
        if known is None or found.whole:
            self.dates[found.performance] = DateList(
                found.performance, found.number, int(found.version), found.cancelled, tuple(found.questions), rows,
                asked_at,
            )  # fmt: skip
        else:
            known.tickets.update(rows)
            known.version, known.cancelled, known.read_at = int(found.version), found.cancelled, asked_at
            known.questions = tuple(found.questions)
        for (kind, serial), row in rows.items():
            self._by_ticket[row.ticket] = (found.performance, kind, serial)
        for key in self._passages:
            if key[0] == found.performance and key[1:] in rows:
                self._settle(key, asked_at)

    def forget(self, performance: UUID) -> None:
        """Let a date's list go."""
        gone = self.dates.pop(performance, None)
        for row in gone.tickets.values() if gone else ():
            self._by_ticket.pop(row.ticket, None)

    def find(self, key: Key) -> Row | None:
        """A ticket of a date's list."""
        date = self.dates.get(key[0])
        return date.tickets.get(key[1:]) if date else None

    def named(self, ticket: UUID) -> Key | None:
        """The ticket of an id."""
        return self._by_ticket.get(ticket)

    # Passages

    def add(self, passage: Passage) -> None:
        """Somebody went through, and it is written."""
        self._passages.setdefault(passage.key, []).append(passage)
        self._by_scan[passage.scan] = passage

    def known(self, scan: UUID, at: float) -> None:
        """The server has this scan since then."""
        if passage := self._by_scan.get(scan):
            passage.known = at

    def take_back(self, scan: UUID) -> None:
        """A scan was taken back."""
        if passage := self._by_scan.pop(scan, None):
            self._passages[passage.key].remove(passage)

    def stood(self, key: Key) -> Stood:
        """Where a ticket stands now."""
        passages, row = self._passages.get(key, ()), self.find(key)
        live = [one for one in passages if not one.settled]
        known = sum(one.enters for one in live if one.known is not None)
        entries = max(row.entries if row else 0, known) + sum(one.enters for one in live if one.known is None)
        standing = Standing.NEW
        if live:
            standing = Standing.INSIDE if live[-1].enters else Standing.OUTSIDE
        elif row is not None and row.entries:
            standing = Standing.INSIDE if row.inside else Standing.OUTSIDE
        return Stood(
            standing,
            entries,
            passages[-1].number + 1 if passages else 1,
            next((one for one in reversed(passages) if one.enters), None),
            next((one for one in reversed(passages) if not one.enters), None),
            any(one.known is None for one in live),
        )

    def _settle(self, key: Key, asked_at: float) -> None:
        for passage in self._passages.get(key, ()):
            if passage.known is not None and passage.known <= asked_at - SETTLED_AFTER_S:
                passage.settled = True


def read(document: bytes) -> tuple[TicketList, dict[tuple[int, int], Row]]:
    """A list as the server sent it, and its tickets. O(tickets): in a thread, where there are many."""
    found = msgspec.json.decode(document, type=TicketList)
    return found, dict(_rows(found))


def said(date: DateList, row: Row) -> tuple[DoorAnswer, ...]:
    """What was answered to the questions of a date's list."""
    pairs = zip(date.questions, row.answers, strict=False)
    return tuple(DoorAnswer(question, answer, NOWHERE) for question, answer in pairs if answer)


def _rows(found: TicketList) -> Iterator[tuple[tuple[int, int], Row]]:
    at = {name: index for index, name in enumerate(found.columns)}
    zones, words = found.zones, found.words

    def word(row: list[Any], name: str) -> str:
        number = row[at[name]] if name in at else -1
        return words[number] if number >= 0 else ""

    def text(row: list[Any], name: str) -> str:
        return str(row[at[name]]) if name in at else ""

    for row in found.tickets:
        kind, serial, generation, status, entries, inside, zone = row[:7]
        yield (
            (kind, serial),
            Row(
                generation, STATUS_NAMES[status], entries, bool(inside), zones[zone].id, zones[zone].label,
                text(row, "row"), text(row, "seat"), word(row, "tariff"), text(row, "name"), word(row, "pass"),
                UUID(row[at["ticket"]]), tuple(row[at["answers"]]) if "answers" in at else (),
            ),
        )  # fmt: skip
