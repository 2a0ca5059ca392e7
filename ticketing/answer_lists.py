"""Answers of an event, as a table: a row for each ticket or order, a column for each question of one form.

A page shows some rows; a download takes them all through a cursor, a batch at a time, so that memory does not grow with
the event. What people read is made of what is kept here, in their language.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from ticketing import answers, forms
from ticketing.db import Database
from ticketing.forms import Field, Form, Kind
from ticketing.ids import read_code
from ticketing.sql import load

BATCH_ROWS = 500
SEARCH_CHARS_MAX = 100

SQL = load("answer_lists")


class Chosen(Struct, frozen=True):
    """Which answers: of an event, to one form; at one performance; of orders found by code, name or address."""

    event_id: UUID
    form_id: UUID
    performance_id: UUID | None = None
    search: str = ""


class Date(Struct, frozen=True):
    """A performance to choose by."""

    id: UUID
    starts_at: datetime
    time_zone: str


class Line(Struct, frozen=True):
    """A ticket, or an order (`ticket_id` None), with what was answered, by the field's id as text."""

    order_id: UUID
    order_code: str
    order_status: str
    placed_at: datetime
    customer_name: str
    customer_email: str
    ticket_id: UUID | None
    ticket_status: str | None
    holder_name: str | None
    tariff_name: str | None
    zone: str | None
    row_label: str | None
    seat_label: str | None
    starts_at: datetime | None
    time_zone: str | None
    said: dict[str, tuple[str, ...]]
    files: dict[str, tuple[str, str]]
    """By field: the file's id and its name."""

    def text(self, field: Field, language: str) -> str:
        """What was said to a question, for people."""
        at = str(field.id)
        if at in self.files:
            return self.files[at][1]
        return answers.shown(field.kind, field.options, self.said.get(at, ()), language)

    def without_file(self, field: Field) -> bool:
        """Whether the answer was a file that staff removed."""
        at = str(field.id)
        return field.kind is Kind.FILE and at in self.said and at not in self.files


class Answering(Struct, frozen=True):
    """A form that was answered for an event, and how often."""

    form: Form
    count: int

    @property
    def columns(self) -> tuple[Field, ...]:
        """Its questions: those that are asked, and hidden ones that were answered."""
        return tuple(field for field in self.form.fields if field.answered or not field.hidden)


async def of_event(db: Database, event_id: UUID) -> list[Answering]:
    """The forms that were answered for an event, by name."""
    async with db.read() as c:
        counts = {row["form_id"]: row["count"] for row in await SQL.answered_forms.rows(c, event_id=event_id)}
        found = await forms.by_ids(c, list(counts))
    return [Answering(form, counts[form.id]) for form in sorted(found.values(), key=lambda form: form.name)]


async def dates(db: Database, event_id: UUID) -> list[Date]:
    """The performances of an event by their start, to choose from."""
    async with db.read() as c:
        return await SQL.dates.all(c, Date, event_id=event_id)


async def page(db: Database, chosen: Chosen, rows_max: int, skipped: int) -> list[Line]:
    """Some lines, the newest orders first."""
    async with db.read() as c:
        rows = await SQL.lines.rows(c, **_values(chosen), rows_max=rows_max, skipped=skipped)
    return [_line(row) for row in rows]


async def every(db: Database, chosen: Chosen) -> AsyncIterator[list[Line]]:
    """All lines, `BATCH_ROWS` at a time, as of one moment."""
    async with db.transaction("repeatable_read") as c:
        async for rows in SQL.lines.batches(c, BATCH_ROWS, **_values(chosen), rows_max=None, skipped=0):
            yield [_line(row) for row in rows]


def _values(chosen: Chosen) -> dict[str, object]:
    search = chosen.search.strip()[:SEARCH_CHARS_MAX]
    return {
        "event_id": chosen.event_id,
        "form_id": chosen.form_id,
        "performance_id": chosen.performance_id,
        "code": read_code(search) if search else None,
        "search": search.lower() if search else None,
    }


def _line(row: asyncpg.Record) -> Line:
    values = dict(row)
    values["said"] = msgspec.json.decode(values["said"], type=dict[str, tuple[str, ...]])
    values["files"] = msgspec.json.decode(values["files"] or "{}", type=dict[str, tuple[str, str]])
    return Line(**values)
