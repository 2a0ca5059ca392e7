"""Label designs: what tickets on label printers look like, as a box office arranged it.

A design is for one of the papers that such printers hold. What it says is `printing/label_designs.py`'s to read and to
judge: here it is the JSON of a sound one, with the pictures that it shows. An event's design for a paper goes before
its box office's default; without either, tickets look as the format of that paper which comes with Placeur. One that
is used no more retires, and can be brought back. Pictures are drawn anew in the workshop before they come here; a
design shows those of its own box office alone.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import asyncpg
from msgspec import Struct

from ticketing import audit, files
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.files import Kept
from ticketing.ids import new_id
from ticketing.machines import PAPERS, Paper, Prints
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, LabelDesignInUse, NotFound
from ticketing.sql import Connection, load
from ticketing.texts import text_of

DESIGNS_MAX = 100
"""Not retired, in one box office."""
NAME_CHARS_MAX = 100
ROWS_MAX = 300
PICTURES_UNUSED_MAX = 20
"""Pictures that no design of a box office shows: the older ones are forgotten."""

SQL = load("label_designs")
T = TypeVar("T")


class Values(Struct, frozen=True):
    """What one says of a design: `design` is the JSON of a sound one, `pictures` are the hashes that it shows."""

    name: str
    design: str
    pictures: tuple[bytes, ...] = ()


class Design(Struct, frozen=True, kw_only=True):
    """A design as it is kept."""

    id: UUID
    organisation_id: UUID
    box_office_id: UUID
    paper: Paper
    name: str
    design: str
    is_default: bool
    version: int
    retired_at: datetime | None


class Row(Struct, frozen=True):
    """A design in a list, and how many events chose it."""

    id: UUID
    paper: Paper
    name: str
    is_default: bool
    version: int
    retired_at: datetime | None
    events: int


class Use(Struct, frozen=True):
    """An event that chose a design."""

    event_id: UUID
    event_name: str


class Event(Struct, frozen=True):
    """An event whose tickets are dressed."""

    id: UUID
    name: str
    box_office_id: UUID


class Chosen(Struct, frozen=True):
    """What an event chose for a paper."""

    paper: Paper
    design_id: UUID
    name: str


class Labels(Struct, frozen=True):
    """All that an order's tickets on one paper need: which design each ticket has by its id, and passes have; designs'
    JSON by their ids; (media type, bytes) by hash."""

    worn: Mapping[UUID, UUID] = {}
    of_passes: UUID | None = None
    designs: Mapping[UUID, str] = {}
    pictures: Mapping[bytes, tuple[str, bytes]] = {}


class _Office(Struct, frozen=True):
    name: str
    designs: int


class _Worn(Struct, frozen=True):
    ticket_id: UUID
    design_id: UUID


AS_THEY_COME = Labels()


async def list_of(db: Database, organisation_id: UUID, box_office_id: UUID) -> list[Row]:
    """A box office's designs: those in use first, by paper, the default before the others."""
    async with db.read() as c:
        return await SQL.list_of.all(
            c, Row, organisation_id=organisation_id, box_office_id=box_office_id, rows_max=ROWS_MAX
        )  # fmt: skip


async def get(db: Database, organisation_id: UUID, design_id: UUID) -> Design:
    """An organisation's own design, or NotFound."""
    async with db.read() as c:
        found = await SQL.get.one(c, Design, organisation_id=organisation_id, design_id=design_id)
    return _there(found, "label design")


async def uses(db: Database, design_id: UUID) -> list[Use]:
    """Which events chose it."""
    async with db.read() as c:
        return await SQL.uses.all(c, Use, design_id=design_id, rows_max=ROWS_MAX)


async def create(
    db: Database, organisation_id: UUID, box_office_id: UUID, paper: Paper, values: Values, by: Actor, now: datetime
) -> UUID:
    """Make a design. AlreadyExists for a name taken, InputRefused, NotFound for a box office that is not theirs."""
    design_id, name = new_id(), _named(values)
    if paper not in PAPERS[Prints.LABELS]:
        raise InputRefused(problem="Choose one of these.", where="paper")
    async with db.transaction() as c:
        office = await _office(c, organisation_id, box_office_id)
        _ensure_room(office)
        await _ensure_pictures(c, box_office_id, values)
        try:
            await SQL.create.run(
                c, design_id=design_id, box_office_id=box_office_id, paper=paper, name=name, design=values.design,
                now=now,
            )  # fmt: skip
        except asyncpg.UniqueViolationError:
            raise AlreadyExists(what="label design", name=name, where="name") from None
        subject = Subject(kind="label_design", id=design_id, name=name, box_office_id=box_office_id)
        await audit.note(c, by, "label-design.created", subject, now, {"loaded": ("", paper)})
    return design_id


async def edit(
    db: Database, organisation_id: UUID, design_id: UUID, values: Values, version: int, by: Actor, now: datetime
) -> None:
    """Change a design: what is printed from now on looks so. AlreadyExists, EditedMeanwhile, InputRefused, NotFound."""
    name = _named(values)
    try:
        async with db.transaction() as c:
            before = await _locked(c, organisation_id, design_id)
            await _ensure_pictures(c, before.box_office_id, values)
            if not await SQL.edit.run(c, design_id=design_id, name=name, design=values.design, version=version):
                raise EditedMeanwhile(what="label design")
            changes = {"name": (before.name, name)} if before.name != name else {}
            await audit.note(c, by, "label-design.edited", _subject(before), now, changes)
    except asyncpg.UniqueViolationError:
        raise AlreadyExists(what="label design", name=name, where="name") from None


async def retire(db: Database, organisation_id: UUID, design_id: UUID, retired: bool, by: Actor, now: datetime) -> None:
    """Use a design no more, or again; nothing when it is so already.

    Raises LabelDesignInUse as long as it is a default or an event chose it; to bring one back, AlreadyExists when
    another one has its name meanwhile, and InputRefused when there are too many.
    """
    async with db.transaction() as c:
        design = await _locked(c, organisation_id, design_id)
        if (design.retired_at is not None) == retired:
            return
        if retired and (design.is_default or await SQL.uses.rows(c, design_id=design_id, rows_max=1)):
            raise LabelDesignInUse(name=design.name)
        if not retired:
            _ensure_room(await _office(c, organisation_id, design.box_office_id))
        try:
            await SQL.retire.run(c, design_id=design_id, retired_at=now if retired else None)
        except asyncpg.UniqueViolationError:
            raise AlreadyExists(what="label design", name=design.name) from None
        await audit.note(c, by, "label-design.retired" if retired else "label-design.returned", _subject(design), now)


async def set_default(
    db: Database, organisation_id: UUID, design_id: UUID, is_default: bool, by: Actor, now: datetime
) -> None:
    """Dress what has no design of its own on a design's paper with it, or as the format comes. NotFound for one that is
    retired."""
    async with db.transaction() as c:
        design = await _locked(c, organisation_id, design_id)
        if design.retired_at is not None:
            raise NotFound(what="label design")
        await _office(c, organisation_id, design.box_office_id)
        if design.is_default == is_default:
            return
        await SQL.drop_default.run(c, box_office_id=design.box_office_id, paper=design.paper)
        if is_default:
            await SQL.set_default.run(c, design_id=design_id)
        act = "label-design.default-set" if is_default else "label-design.default-dropped"
        await audit.note(c, by, act, _subject(design), now)


async def of_event(db: Database, organisation_id: UUID, event_id: UUID) -> tuple[Event, dict[Paper, Chosen]]:
    """An event, and what it chose by paper. NotFound."""
    async with db.transaction() as c:
        event = await _event(c, organisation_id, event_id)
        return event, {one.paper: one for one in await SQL.chosen.all(c, Chosen, event_id=event_id)}


async def dress_event(
    db: Database, organisation_id: UUID, event_id: UUID, paper: Paper, design_id: UUID | None, by: Actor, now: datetime
) -> None:
    """Choose an event's design for a paper; None: the box office's. NotFound for another paper's or box office's, and
    for one that is retired."""
    async with db.transaction() as c:
        event = await _event(c, organisation_id, event_id)
        before = {one.paper: one for one in await SQL.chosen.all(c, Chosen, event_id=event_id)}
        await SQL.choose_none.run(c, event_id=event_id, paper=paper)
        if design_id and await SQL.choose.value(c, event_id=event_id, design_id=design_id) != paper:
            raise NotFound(what="label design")
        after = {one.paper: one for one in await SQL.chosen.all(c, Chosen, event_id=event_id)}
        old, new = (there[paper].name if paper in there else "" for there in (before, after))
        subject = Subject(kind="event", id=event_id, name=event.name, box_office_id=event.box_office_id)
        await audit.note(c, by, "event.label-design-set", subject, now, {"label_design": (old, new)})


async def copy_choices(c: Connection, event_id: UUID, new_event_id: UUID) -> None:
    """Dress a copy of an event as the event is, in the caller's transaction. In another box office nothing is chosen:
    its defaults hold."""
    await SQL.copy_of_event.run(c, event_id=event_id, new_event_id=new_event_id)


async def labels_of(db: Database, order_id: UUID, paper: Paper) -> Labels:
    """What printing needs to dress an order's tickets and passes on a paper."""
    async with db.read() as c:
        worn = await SQL.worn.all(c, _Worn, order_id=order_id, paper=paper)
        of_passes = await SQL.of_passes.value(c, order_id=order_id, paper=paper)
        return await _labels(c, {one.ticket_id: one.design_id for one in worn}, of_passes)


async def labels_of_nobody(db: Database, box_office_id: UUID, paper: Paper, ticket_id: UUID) -> Labels:
    """The same for a ticket of nobody, which has the default."""
    async with db.read() as c:
        found = await SQL.default_of.value(c, box_office_id=box_office_id, paper=paper)
        return await _labels(c, {ticket_id: found} if found else {}, None)


async def pictures_of(
    db: Database, box_office_id: UUID, hashes: tuple[bytes, ...]
) -> dict[bytes, tuple[str, bytes]]:  # fmt: skip
    """(media type, bytes) by hash of those that the box office uploaded."""
    if not hashes:
        return {}
    async with db.read() as c:
        rows = await SQL.pictures.rows(c, box_office_id=box_office_id, hashes=list(hashes))
    return {row["hash"]: (row["media_type"], row["content"]) for row in rows}


async def add_picture(
    db: Database, organisation_id: UUID, box_office_id: UUID, picture: Kept, now: datetime
) -> bytes:  # fmt: skip
    """Keep a picture, drawn anew already, for the designs of a box office; its hash."""
    async with db.transaction() as c:
        await _office(c, organisation_id, box_office_id)
        await SQL.forget_pictures.run(c, box_office_id=box_office_id, kept_max=PICTURES_UNUSED_MAX - 1)
        hash = await files.keep(c, picture, now)
        await SQL.add_picture.run(c, box_office_id=box_office_id, hash=hash, now=now)
    return hash


async def _labels(c: Connection, worn: Mapping[UUID, UUID], of_passes: UUID | None) -> Labels:
    ids = [id for id in {of_passes, *worn.values()} if id]
    if not ids:
        return AS_THEY_COME
    designs = {row["id"]: row["design"] for row in await SQL.to_print.rows(c, design_ids=ids)}
    rows = await SQL.pictures_of_designs.rows(c, design_ids=ids)
    return Labels(worn, of_passes, designs, {row["hash"]: (row["media_type"], row["content"]) for row in rows})


def _named(values: Values) -> str:
    return text_of(values.name, "name", chars_max=NAME_CHARS_MAX)


def _ensure_room(office: _Office) -> None:
    if office.designs >= DESIGNS_MAX:
        raise InputRefused(problem="A box office has at most {most} label designs.", where="name", most=DESIGNS_MAX)


async def _ensure_pictures(c: Connection, box_office_id: UUID, values: Values) -> None:
    wanted = list(set(values.pictures))
    if wanted and await SQL.picture_count.value(c, box_office_id=box_office_id, hashes=wanted) < len(wanted):
        raise InputRefused(problem="This picture is none that was uploaded.", where="design")


async def _office(c: Connection, organisation_id: UUID, box_office_id: UUID) -> _Office:
    found = await SQL.lock_office.one(c, _Office, organisation_id=organisation_id, box_office_id=box_office_id)
    return _there(found, "box office")


async def _event(c: Connection, organisation_id: UUID, event_id: UUID) -> Event:
    return _there(await SQL.of_event.one(c, Event, organisation_id=organisation_id, event_id=event_id), "event")


async def _locked(c: Connection, organisation_id: UUID, design_id: UUID) -> Design:
    found = await SQL.lock.one(c, Design, organisation_id=organisation_id, design_id=design_id)
    return _there(found, "label design")


def _there(found: T | None, what: str) -> T:
    if found is None:
        raise NotFound(what=what)
    return found


def _subject(design: Design) -> Subject:
    return Subject(kind="label_design", id=design.id, name=design.name, box_office_id=design.box_office_id)
