"""Who may come in at a date, as a list on paper: the last resort of a door without a scanner.

A list is of its moment: what is sold, moved or cancelled later is not in it, so it says when it was printed. It is set
out in parts of some pages each, by names or by places, so that a stadium's list is many small papers for many doors and
none takes long to make.
"""

import asyncio
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from msgspec import Struct

from ticketing.db import Database
from ticketing.performances import PerformanceStatus
from ticketing.refusals import NotFound
from ticketing.sql import load

LINES_MAX = 120_000
BATCH_ROWS = 2000
PAGE_LINES = 38
PART_PAGES = 25
PART_LINES_MAX = PAGE_LINES * PART_PAGES

SQL = load("door_lists")


class Sort(StrEnum):
    """What a list is looked through by."""

    NAME = "name"
    SEAT = "seat"


class ListedDate(Struct, frozen=True, kw_only=True):
    """The date of a list."""

    id: UUID
    event_id: UUID
    event_name: str
    venue_name: str
    time_zone: str
    starts_at: datetime
    doors_at: datetime
    status: PerformanceStatus


class Line(Struct, frozen=True, kw_only=True, gc=False):
    """A ticket that may come in. `serial` is its number; `paid` False: it is reserved, and money is due. `entered_at`:
    when somebody came in with it last, who is `inside` or went out again."""

    serial: int
    name: str
    order_code: str
    tariff: str
    place: int
    zone: str
    row: str
    seat: str
    pass_name: str
    paid: bool
    inside: bool
    entries: int
    entered_at: datetime | None
    entered_gate: str | None


class Part(Struct, frozen=True):
    """Some pages of a list, from a first to a last line. `zones`: of these, where it is by seats."""

    number: int
    zones: tuple[str, ...]
    lines: tuple[Line, ...]

    @property
    def page_count(self) -> int:
        """How many pages it takes."""
        return -(-len(self.lines) // PAGE_LINES)

    @property
    def inside_count(self) -> int:
        """How many of them are in."""
        return sum(line.inside for line in self.lines)


class DoorList(Struct, frozen=True):
    """A list, as of `read_at`."""

    date: ListedDate
    sort: Sort
    read_at: datetime
    parts: tuple[Part, ...]

    @property
    def line_count(self) -> int:
        """How many tickets it has."""
        return sum(len(part.lines) for part in self.parts)

    def part(self, number: int) -> Part:
        """A part by its number, from 1, the first of an empty list being empty; NotFound for one that the list has
        not, or has not any more."""
        if number == 1 and not self.parts:
            return Part(1, (), ())
        if not 1 <= number <= len(self.parts):
            raise NotFound(what="part of the list")
        return self.parts[number - 1]


async def of(db: Database, performance_id: UUID, sort: Sort, now: datetime) -> DoorList:
    """The list of a date. O(tickets of the date). Raises NotFound."""
    lines: list[Line] = []
    async with db.transaction("repeatable_read") as c:
        date = await SQL.head.one(c, ListedDate, performance_id=performance_id)
        if date is None:
            raise NotFound(what="performance")
        async for rows in SQL.lines.batches(c, BATCH_ROWS, performance_id=performance_id, lines_max=LINES_MAX):
            lines += [Line(**dict(row)) for row in rows]
            await asyncio.sleep(0)
    return DoorList(date, sort, now, tuple(await asyncio.to_thread(parts, lines, sort)))


def parts(lines: Sequence[Line], sort: Sort) -> list[Part]:
    """Lines in parts, none longer than a part may be: by name all of them; by seat each zone by itself in the plan's
    order, those of less than a page (boxes, tables) with their neighbours."""
    groups: list[tuple[tuple[str, ...], list[Line]]] = []
    if sort is Sort.NAME:
        groups = [((), sorted(lines, key=by_name))]
    else:
        ordered = sorted(lines, key=lambda line: (line.place, line.serial))
        at = {zone: number for number, zone in enumerate(dict.fromkeys(line.zone for line in ordered))}
        zoned = sorted(ordered, key=lambda line: at[line.zone])
        for zone, found in groupby(zoned, key=_zone):
            of_zone = list(found)
            before, small = groups[-1] if groups else ((), []), len(of_zone) < PAGE_LINES
            if small and before[1] and len(before[1]) + len(of_zone) <= PART_LINES_MAX and _is_small(before[1]):
                groups[-1] = ((*before[0], zone), [*before[1], *of_zone])
            else:
                groups.append(((zone,), of_zone))
    made: list[Part] = []
    for zones, group in groups:
        for start in range(0, len(group), PART_LINES_MAX):
            made.append(Part(len(made) + 1, zones, tuple(group[start : start + PART_LINES_MAX])))
    return made


def _is_small(lines: Sequence[Line]) -> bool:
    """Whether the last zone of these is less than a page."""
    return sum(line.zone == lines[-1].zone for line in lines) < PAGE_LINES


def by_name(line: Line) -> tuple[str, str, int, int]:
    """Where a line stands by name: by its last word, which most often is the family's, then by all of it. Accents and
    capitals do not count; who has no name stands first."""
    words = line.name.split()
    return folded(words[-1] if words else ""), folded(line.name), line.place, line.serial


def folded(text: str) -> str:
    """A text as it is sorted and looked for: without accents and capitals."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold()


def _zone(line: Line) -> str:
    return line.zone
