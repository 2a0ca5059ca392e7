"""Drawings: plans being drawn, saved part by part, until one is published as its plan's next version.

A plan has one drawing at most, and whoever draws it works on that one. Every save names the revision that it was made
on, and the statement that makes the next revision decides whose save counts: nobody draws over what they have not seen.
What is saved may be flawed as long as it is well-shaped; the doctor is asked before publishing, not before saving.
Parts are kept as the JSON that is sent, so opening a drawing is joining bytes and a save costs what changed. Drawings
that nobody touches stay: a person made them.
"""

import asyncio
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from engine.plan import decoding, doctor, examination, files, parts, placeur_json, row_list, svg
from engine.plan.doctor import CATEGORY_DEFAULT
from engine.plan.examination import Examination
from engine.plan.files import Format
from engine.plan.model import Category, Plan, Size
from engine.plan.model import PlanRefused as NoPlan
from engine.plan.parts import Head, Key, Part, WirePart
from engine.plan.proposals import proposed
from engine.plan.sayings import Saying
from ticketing import audit, plans, seat_photos
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.plans import PlanVersion
from ticketing.refusals import (
    AlreadyExists,
    DrawingBehind,
    DrawingChanged,
    DrawingEmpty,
    DrawingExists,
    DrawingRefused,
    DrawingUnsound,
    InputRefused,
    NotFound,
    PlanRefused,
    TooManyDrawings,
)
from ticketing.sql import Connection, load
from ticketing.texts import text_of

DRAWINGS_MAX = 500
"""Of one organisation."""
OCTETS_MAX = 64 * 1024 * 1024
"""Of one drawing's parts."""
CHANGES_MAX = 260_000
"""Parts in one save: all that a plan may have."""
PARTS_A_STATEMENT = 500
FINDINGS_MAX = 300
SHEET = Size(4_000, 3_000)
"""What a new plan is drawn on: forty metres by thirty."""
MISSING = re.compile(r"\)=\(.*, ([A-Za-z0-9_-]+), zone\)")
"""The zone that Postgres misses, or that something is still in."""

Name = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_.:-]{0,100}$")]

SQL = load("drawings")
_heads = msgspec.json.Decoder(Head)
_wire = msgspec.json.Decoder(list[WirePart])


class Drawing(Struct, frozen=True):
    """A drawing without its parts. `base_number` is the version that it was begun from, None before a plan's first;
    `latest_number` the plan's latest. `saved_by` with its name is who saved last, or began it."""

    id: UUID
    plan_id: UUID
    venue_id: UUID
    plan_name: str
    revision: int
    head: bytes
    editor: str
    request: str
    saved_at: datetime
    saved_by: UUID | None
    saved_by_name: str | None
    base_number: int | None
    base_hash: bytes | None
    latest_number: int | None


class Whole(Struct, frozen=True):
    """A drawing of one moment with its parts, as the JSON that is sent: `[...]`."""

    drawing: Drawing
    parts: bytes


class Changes(Struct, frozen=True, forbid_unknown_fields=True):
    """A save: what is new or another, and what is gone. `editor` names the browser's tab, `request` this save."""

    revision: Annotated[int, Meta(ge=0, le=2**53)]
    editor: Name
    request: Name = ""
    head: Head | UnsetType = UNSET
    parts: Annotated[tuple[WirePart, ...], Meta(max_length=CHANGES_MAX)] = ()
    gone: Annotated[tuple[Key, ...], Meta(max_length=CHANGES_MAX)] = ()


class Rows(Struct, frozen=True):
    """Parts as they are written: the columns of a few hundred at a time, zones before what is in them."""

    count: int
    batches: tuple[dict[str, list[Any]], ...]


class Save(Struct, frozen=True):
    """A save that was read: every value in it fits."""

    changes: Changes
    head: bytes | None
    rows: Rows


class Saved(Struct, frozen=True):
    """What a save made."""

    revision: int
    saved_at: datetime


class Line(Struct, frozen=True):
    """A drawing in a list; `versioned`: its plan was published before."""

    id: UUID
    plan_id: UUID
    plan_name: str
    saved_at: datetime
    saved_by_name: str | None
    versioned: bool


_changes = msgspec.json.Decoder(Changes)


async def open_plan(
    db: Database, organisation_id: UUID, venue_id: UUID, plan_id: UUID, by: Actor, now: datetime
) -> UUID:
    """The plan's drawing, made from its latest version when there is none. NotFound for a plan of elsewhere."""
    async with db.read() as c:
        row = await SQL.plan_at.row(c, organisation_id=organisation_id, venue_id=venue_id, plan_id=plan_id)
    if row is None:
        raise NotFound(what="plan")
    if row["virtual"]:
        raise InputRefused(problem="The plan of a virtual venue follows from its capacity: there is nothing to draw.")
    if row["drawing_id"] is not None:
        return UUID(str(row["drawing_id"]))
    name, document = row["name"], row["document"]
    drawn = await asyncio.to_thread(lambda: _taken_apart(_first_or(document, name)))
    async with db.transaction() as c:
        await _ensure_room(c, organisation_id)
        await _begin(c, plan_id, name, row["version_id"], drawn, by, now)
    async with db.read() as c:
        row = await SQL.plan_at.row(c, organisation_id=organisation_id, venue_id=venue_id, plan_id=plan_id)
    if row is None or row["drawing_id"] is None:
        raise NotFound(what="plan")
    return UUID(str(row["drawing_id"]))


async def create(
    db: Database, organisation_id: UUID, venue_id: UUID, plan_name: str, by: Actor, now: datetime,
    content: bytes | None = None,
) -> UUID:  # fmt: skip
    """A new plan to draw, without a version; its id. With a file's content the drawing is what the file holds, as it
    is, and its plan may be one that has versions and no drawing.

    Raises AlreadyExists, DrawingExists, TooManyDrawings, PlanRefused (with the place in the file) and NotFound.
    """
    name = text_of(plan_name, "plan_name")
    drawn = await asyncio.to_thread(_read_file, content, name) if content is not None else _taken_apart(_blank(name))
    async with db.transaction() as c:
        venue = await SQL.venue.row(c, organisation_id=organisation_id, venue_id=venue_id)
        if venue is None:
            raise NotFound(what="venue")
        if venue["virtual"]:
            raise InputRefused(problem="A virtual venue has no plan to draw: its places are sold by count.")
        await _ensure_room(c, organisation_id)
        added = await SQL.add_plan.run(c, plan_id=new_id(), venue_id=venue_id, name=name)
        if not added and content is None:
            raise AlreadyExists(what="plan", name=name, where="plan_name")
        row = await SQL.plan_named.row(c, venue_id=venue_id, name=name)
        assert row is not None, "it was there or it was added"
        if not await _begin(c, row["id"], name, row["version_id"], drawn, by, now):
            raise DrawingExists(name=name, where="plan_name")
    return UUID(str(row["id"]))


async def get(db: Database, organisation_id: UUID, drawing_id: UUID) -> Drawing:
    """An organisation's own drawing, or NotFound."""
    async with db.read() as c:
        return await _get(c, organisation_id, drawing_id)


async def whole(db: Database, organisation_id: UUID, drawing_id: UUID) -> Whole:
    """The same with its parts: one statement, one moment."""
    async with db.read() as c:
        row = await SQL.whole.row(c, organisation_id=organisation_id, drawing_id=drawing_id)
    if row is None:
        raise NotFound(what="drawing")
    values = dict(row)
    joined: bytes = values.pop("parts") or b""
    return Whole(Drawing(**values), b"[%b]" % joined)


async def plan_of(db: Database, organisation_id: UUID, drawing_id: UUID) -> tuple[Drawing, Plan]:
    """The drawing as a plan, flawed as it may be."""
    found = await whole(db, organisation_id, drawing_id)
    return found.drawing, (await asyncio.to_thread(_assembled, found)).plan


def changes_of(body: bytes) -> Save:
    """A save as it was sent. DrawingRefused with the place of what does not fit. O(body): call it in a thread when that
    is long."""
    try:
        changes = decoding.structs(_changes, body)
        if isinstance(changes.head, Head):
            decoding.check_words(changes.head, "head")
        read = parts.read(changes.parts)
    except NoPlan as refused:
        raise DrawingRefused(problem=refused.problem, where=refused.place) from None
    sent = {part.key for part in read}
    for number, key in enumerate(changes.gone):
        if key in sent:
            _refuse("The part {key} is sent, and gone.", f"gone[{number}]", key=key)
    head = msgspec.json.encode(changes.head) if isinstance(changes.head, Head) else None
    return Save(changes, head, _rows(read))


async def save(db: Database, organisation_id: UUID, drawing_id: UUID, made: Save, by: Actor, now: datetime) -> Saved:
    """Keep what changed, as the next revision. The same request sent again is answered again and not done again.

    Raises DrawingChanged when the drawing has another revision than the save was made on, with who saved that;
    DrawingRefused for what no plan may hold, and nothing is written; NotFound.
    """
    changes = made.changes
    values = {"revision": changes.revision, "editor": changes.editor, "request": changes.request}
    async with db.transaction() as c:
        revision = await SQL.advance.value(
            c, organisation_id=organisation_id, drawing_id=drawing_id, head=made.head, saved_by=by.staff_id, now=now,
            **values,
        )  # fmt: skip
        if revision is None:
            found = await _get(c, organisation_id, drawing_id)
            if changes.request and found.request == changes.request:
                return Saved(found.revision, found.saved_at)
            raise _changed(found)
        await _write(c, drawing_id, made)
    return Saved(revision, now)


async def examine(db: Database, organisation_id: UUID, drawing_id: UUID) -> tuple[int, Examination]:
    """What the doctor finds in the drawing as it is saved: its revision, and the first findings."""
    found = await whole(db, organisation_id, drawing_id)
    photos = await seat_photos.kept(db, organisation_id, seat_photos.named(found.parts))
    return found.drawing.revision, await asyncio.to_thread(_examined, found, photos)


async def publish(
    db: Database, organisation_id: UUID, drawing_id: UUID, revision: int, by: Actor, now: datetime,
    over: int | None = None,
) -> PlanVersion:  # fmt: skip
    """Make the drawing of that revision its plan's next version, which is the drawing's base from then on.

    Raises DrawingChanged; DrawingUnsound with how much there is to mend; DrawingEmpty; DrawingBehind when the plan has
    a version that the drawing was not begun from, unless `over` names that one; NotFound.
    """
    found = await whole(db, organisation_id, drawing_id)
    if found.drawing.revision != revision:
        raise _changed(found.drawing)
    photos = await seat_photos.kept(db, organisation_id, seat_photos.named(found.parts))
    document, place_count = await asyncio.to_thread(_sound, found, photos)
    async with db.transaction() as c:
        plan = await SQL.lock_plan.row(c, organisation_id=organisation_id, drawing_id=drawing_id)
        if plan is None:
            raise NotFound(what="drawing")
        drawing = await _get(c, organisation_id, drawing_id)
        if drawing.latest_number not in (None, drawing.base_number, over):
            raise DrawingBehind(number=drawing.latest_number)
        kept = (plan["name"], document, place_count)
        version = await plans.keep(c, organisation_id, plan["venue_id"], *kept, by, now)
        if not await SQL.rebase.run(c, drawing_id=drawing_id, revision=revision, version_id=version.id):
            raise _changed(await _get(c, organisation_id, drawing_id))
    return version


async def remove(db: Database, organisation_id: UUID, drawing_id: UUID, by: Actor, now: datetime) -> Drawing:
    """Throw the drawing away, and its plan with it when that was never published; what it was."""
    async with db.transaction() as c:
        plan = await SQL.lock_plan.row(c, organisation_id=organisation_id, drawing_id=drawing_id)
        if plan is None:
            raise NotFound(what="drawing")
        drawing = await _get(c, organisation_id, drawing_id)
        await SQL.remove.run(c, drawing_id=drawing_id)
        if drawing.latest_number is None:
            await SQL.remove_plan.run(c, plan_id=plan["id"])
        subject = Subject(kind="plan", id=plan["id"], name=plan["name"])
        await audit.note(c, by, "plan.drawing-removed", subject, now)
    return drawing


async def of_venue(db: Database, organisation_id: UUID, venue_id: UUID) -> list[Line]:
    """The drawings of a venue's plans, by the plans' names."""
    async with db.read() as c:
        return await SQL.of_venue.all(c, Line, organisation_id=organisation_id, venue_id=venue_id)


async def of_plan(db: Database, organisation_id: UUID, plan_id: UUID) -> Line | None:
    """A plan's drawing, if it has one."""
    async with db.read() as c:
        return await SQL.of_plan.one(c, Line, organisation_id=organisation_id, plan_id=plan_id)


async def _get(c: Connection, organisation_id: UUID, drawing_id: UUID) -> Drawing:
    found = await SQL.get.one(c, Drawing, organisation_id=organisation_id, drawing_id=drawing_id)
    if found is None:
        raise NotFound(what="drawing")
    return found


async def _ensure_room(c: Connection, organisation_id: UUID) -> None:
    if await SQL.count.value(c, organisation_id=organisation_id) >= DRAWINGS_MAX:
        raise TooManyDrawings(drawings_max=DRAWINGS_MAX)


async def _begin(
    c: Connection, plan_id: UUID, name: str, base_version_id: UUID | None, drawn: tuple[bytes, Rows],
    by: Actor, now: datetime,
) -> bool:  # fmt: skip
    """Make a plan's drawing, unless it has one."""
    head, rows = drawn
    values = {"drawing_id": new_id(), "plan_id": plan_id, "base_version_id": base_version_id, "head": head}
    if not await SQL.create.run(c, **values, saved_by=by.staff_id, now=now):
        return False
    await _put(c, values["drawing_id"], rows)
    await audit.note(c, by, "plan.drawn", Subject(kind="plan", id=plan_id, name=name), now)
    return True


async def _write(c: Connection, drawing_id: UUID, made: Save) -> None:
    """The parts of a save: what comes first, so that nothing is left in a zone that goes."""
    try:
        touched = await _put(c, drawing_id, made.rows)
        if made.changes.gone:
            await SQL.drop.run(c, drawing_id=drawing_id, keys=list(made.changes.gone))
    except asyncpg.ForeignKeyViolationError as error:
        _refuse_parent(made, str(getattr(error, "detail", "")))
    if touched != made.rows.count:
        _refuse("A part stays what it is: another kind is another part.", "parts")
    if made.rows.count:
        await _check_counts(c, drawing_id)


async def _put(c: Connection, drawing_id: Any, rows: Rows) -> int:
    """Write parts; how many were written."""
    return sum([await SQL.put.run(c, drawing_id=drawing_id, **columns) for columns in rows.batches])


async def _check_counts(c: Connection, drawing_id: UUID) -> None:
    """The drawing is within the bounds of a plan, or nothing was written. Its row is locked: nobody adds meanwhile."""
    row = await SQL.counts.row(c, drawing_id=drawing_id)
    counts = dict(row) if row else {}
    if counts.pop("octets") > OCTETS_MAX:
        _refuse("A drawing has at most {most} bytes.", "parts", most=OCTETS_MAX)
    try:
        decoding.check_counts(**{what: int(count) for what, count in counts.items()})
    except NoPlan as refused:
        raise DrawingRefused(problem=refused.problem, where=Saying("parts")) from None


def _refuse_parent(made: Save, detail: str) -> None:
    found = MISSING.search(detail)
    key = found[1] if found else ""
    for number, part in enumerate(made.changes.parts):
        if part.parent == key and key not in made.changes.gone:
            _refuse("There is no zone {key}.", f"parts[{number}].parent", key=key)
    _refuse("There is something in the zone {key} still.", "gone", key=key)


def _refuse(problem: str, where: str, **fields: str | int) -> None:
    raise DrawingRefused(problem=Saying(problem, dict(fields)), where=Saying(where))


def _changed(found: Drawing) -> DrawingChanged:
    return DrawingChanged(revision=found.revision, by=found.saved_by_name or "Placeur", at=found.saved_at)


def _blank(name: str) -> Plan:
    return Plan(name, (Category(CATEGORY_DEFAULT),), (), SHEET)


def _first_or(document: bytes | None, name: str) -> Plan:
    return placeur_json.read(document) if document is not None else _blank(name)


def _read_file(content: bytes, name: str) -> tuple[bytes, Rows]:
    try:
        form = files.format_of(content)
        named = {Format.ROWS: row_list.read, Format.SVG: svg.read}.get(form)
        return _taken_apart(named(content, name) if named else files.read(content))
    except NoPlan as refused:
        raise PlanRefused(problem=refused.problem, where=refused.place) from None


def _taken_apart(plan: Plan) -> tuple[bytes, Rows]:
    head, some = parts.apart(plan)
    return msgspec.json.encode(head), _rows(some)


def _rows(some: Sequence[Part]) -> Rows:
    """O(parts): done in a thread, away from who waits for answers."""
    ordered = sorted(some, key=lambda part: part.parent is not None)
    starts = range(0, len(ordered), PARTS_A_STATEMENT)
    return Rows(len(ordered), tuple(_columns(ordered[start : start + PARTS_A_STATEMENT]) for start in starts))


def _columns(some: Sequence[Part]) -> dict[str, list[Any]]:
    return {
        "keys": [part.key for part in some],
        "kinds": [part.kind.value for part in some],
        "parents": [part.parent for part in some],
        "positions": [part.position for part in some],
        "data": [part.data() for part in some],
        "seat_counts": [part.seat_count for part in some],
        "place_counts": [part.place_count for part in some],
    }


def _read(found: Whole) -> tuple[Head, Iterable[Part]]:
    return _heads.decode(found.drawing.head), parts.read(_wire.decode(found.parts))


def _assembled(found: Whole) -> parts.Assembled:
    return parts.assembled(*_read(found))


def _examined(found: Whole, photos: Collection[str]) -> Examination:
    return examination.examine(*_read(found), FINDINGS_MAX, photos)


def _sound(found: Whole, photos: Collection[str]) -> tuple[bytes, int]:
    """The document that the drawing becomes, and its places."""
    plan = _assembled(found).plan
    _, findings = doctor.examine(plan, photos)
    if findings:
        first = findings[0]
        said = first.saying and proposed(first.saying)
        raise DrawingUnsound(finding=said, where=first.where, finding_count=len(findings))
    if not plan.capacity:
        raise DrawingEmpty()
    try:
        return placeur_json.write(plan), plan.capacity
    except NoPlan as refused:
        raise DrawingRefused(problem=refused.problem, where=refused.place) from None
