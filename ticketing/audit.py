"""The audit log: what was changed, by whom, to what. Written in the transaction that changes it, never after.

An act is a short word of what was done ("event.created", "order.cancelled"), stable like a refusal's code: pages
translate it. Secrets and passwords are never among the changes, only that they changed.

It is read backwards, a page at a time, from a moment that the page before ended at: the millionth line costs what the
first one does. Lines are only ever added; nothing here changes or removes one.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from ticketing.db import Database
from ticketing.sql import Connection, load

SQL = load("audit")
_encode = msgspec.json.Encoder(enc_hook=str).encode

Changes = Mapping[str, tuple[Any, Any]]
"""By field: what it was, and what it is now."""
NONE: Changes = {}
ROWS_MAX = 50
ACTORS_MAX = 500
EARLIEST, LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class Actor(Struct, frozen=True, kw_only=True):
    """Who acts: a person, a program by its token, or a scanner (and the person who signed in at it); and from where."""

    organisation_id: UUID | None
    staff_id: UUID | None = None
    token_id: UUID | None = None
    device_id: UUID | None = None
    address: str = ""


class Subject(Struct, frozen=True, kw_only=True):
    """What is acted on, as it is called at that moment."""

    kind: str
    id: UUID | str
    name: str
    box_office_id: UUID | None = None


async def note(c: Connection, by: Actor, act: str, subject: Subject, now: datetime, changes: Changes = NONE) -> None:
    """Write a line, in the caller's transaction."""
    await SQL.note.run(
        c, organisation_id=by.organisation_id, box_office_id=subject.box_office_id, staff_id=by.staff_id,
        token_id=by.token_id, device_id=by.device_id, act=act, subject_kind=subject.kind, subject_id=str(subject.id),
        subject_name=subject.name, changes=_encode(changes).decode(), address=by.address, now=now,
    )  # fmt: skip


def differences(before: Struct, after: Struct) -> dict[str, tuple[Any, Any]]:
    """The fields that two states of a thing differ in."""
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in before.__struct_fields__}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


class Line(Struct, frozen=True):
    """A line of the log. `actor_name` None: nobody of these, but Placeur itself or its command line."""

    id: int
    at: datetime
    act: str
    subject_kind: str
    subject_id: str
    subject_name: str
    changes: dict[str, tuple[Any, Any]]
    address: str
    actor_id: UUID | None
    actor_name: str | None
    by_token: bool
    by_device: bool


class Place(Struct, frozen=True):
    """Between two lines: before this moment, and before this line of that moment."""

    at: datetime
    id: int = 0


class Wanted(Struct, frozen=True, kw_only=True):
    """Which lines: of an organisation, or of one of its box offices; all, or by one actor, of one act, on one subject,
    from a moment on, before another."""

    organisation_id: UUID
    box_office_id: UUID | None = None
    actor_id: UUID | None = None
    act: str | None = None
    subject_kind: str | None = None
    subject_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class Actors(Struct, frozen=True):
    """Who may have acted in an organisation: (id, name) of its people, and of its tokens."""

    people: list[tuple[UUID, str]]
    tokens: list[tuple[UUID, str]]


async def page(
    db: Database, wanted: Wanted, before: Place | None = None, rows_max: int = ROWS_MAX
) -> tuple[list[Line], Place | None]:
    """Lines, the newest first, and the place where the next page begins (None at the end). One query, by an index."""
    start = Place(wanted.until or LATEST)
    if before is not None and before.at < start.at:
        start = before
    values: dict[str, Any] = {
        "organisation_id": wanted.organisation_id, "box_office_id": wanted.box_office_id,
        "actor_id": wanted.actor_id, "act": wanted.act, "since": wanted.since or EARLIEST, "before_at": start.at,
        "before_id": start.id, "rows_max": rows_max + 1,
    }  # fmt: skip
    if wanted.subject_id is not None:
        query = SQL.of_subject
        values |= {"subject_kind": wanted.subject_kind, "subject_id": wanted.subject_id}
    elif wanted.actor_id is not None:
        query = SQL.of_actor
    elif wanted.act is not None:
        query = SQL.of_act
    else:
        query = SQL.of_box_office if wanted.box_office_id else SQL.of_organisation
    async with db.read() as c:
        rows = await query.rows(c, **{name: values[name] for name in query.parameters})
    lines = [_line(dict(row)) for row in rows[:rows_max]]
    return lines, Place(lines[-1].at, lines[-1].id) if len(rows) > rows_max else None


async def of_account(db: Database, staff_id: UUID, rows_max: int) -> list[Line]:
    """What was done to somebody's own account, the newest first: what opens it, and whether it is open."""
    async with db.read() as c:
        return [_line(dict(row)) for row in await SQL.of_account.rows(c, subject_id=str(staff_id), rows_max=rows_max)]


async def actors(db: Database, organisation_id: UUID) -> Actors:
    """Whose acts one may look for, by name."""
    async with db.read() as c:
        rows = await SQL.actors.rows(c, organisation_id=organisation_id, rows_max=ACTORS_MAX)
    people = [(row["id"], row["name"]) for row in rows if not row["by_token"]]
    return Actors(people, [(row["id"], row["name"]) for row in rows if row["by_token"]])


def _line(row: dict[str, Any]) -> Line:
    return Line(**{**row, "changes": msgspec.json.decode(row["changes"], type=dict[str, tuple[Any, Any]])})
