"""Ticket designs: what tickets look like, as a box office chose it.

A design is a member of the gallery (or the organiser's own picture, with the data and the code laid over it) and a
handful of choices: colours, a picture, a logo, which facts are shown, a few texts by language. Choices are data and
never source: nobody writes markup or code that runs here, so a design can reach no file and no network, and cannot move
the code. Printing (`printing/looks.py`) turns them into pages.

A tariff's design goes before its event's, that before the box office's default; without any, tickets are plain
(`PLAIN`). Pictures are drawn anew in the workshop before they come here and are kept by their hash.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec
from msgspec import Struct

from ticketing import audit, files
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.files import Kept
from ticketing.formats import Language
from ticketing.ids import new_id
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, NotFound, TicketDesignInUse
from ticketing.sql import Connection, load
from ticketing.texts import paragraphs_of, text_of

DESIGNS_MAX = 200
NAME_CHARS_MAX = 100
NOTE_CHARS_MAX, CONTACT_CHARS_MAX, TERMS_CHARS_MAX, TERMS_LINES_MAX = 120, 160, 1800, 30
"""What a ticket has room for."""
COLOR = re.compile(r"#[0-9a-f]{6}")
PICTURE_PX = (2480, 1169)
"""The organiser's own picture: 210 x 99 mm at 300 dpi."""
PANEL_PX = 900
"""How much of it, on the right, is to be kept white for the data and the code."""

SQL = load("ticket_designs")
T = TypeVar("T")
_encode = msgspec.json.Encoder().encode


class Gallery(StrEnum):
    """The designs one chooses from."""

    CLASSIC = "classic"
    POSTER = "poster"
    MINIMAL = "minimal"
    FESTIVAL = "festival"
    PICTURE = "picture"
    """The organiser's own picture of 2480 x 1169 pixels, with the data and the code laid over it."""


class PictureOf(StrEnum):
    """Which picture a design shows."""

    NONE = "none"
    OWN = "own"
    EVENT = "event"
    """The event's own, so that one design suits every event."""


class Part(StrEnum):
    """What a ticket may leave out. What lets somebody in and find their seat is always there."""

    HOLDER = "holder"
    CATEGORY = "category"
    TARIFF = "tariff"
    PRICE = "price"
    ORDER = "order"
    ANSWERS = "answers"
    ADDRESS = "address"
    DOORS = "doors"
    HINTS = "hints"


class Texts(Struct, frozen=True, omit_defaults=True):
    """What the organiser says on the ticket: a line beside the seat, how to reach them, and (on A4) their terms."""

    note: str = ""
    contact: str = ""
    terms: str = ""


class Look(Struct, frozen=True, omit_defaults=True):
    """The choices of a design. Colours are `#rrggbb`; `texts` are by language."""

    accent: str = "#111111"
    second: str = "#f4b942"
    picture_of: PictureOf = PictureOf.NONE
    hidden: tuple[Part, ...] = ()
    texts: dict[str, Texts] = {}


class Values(Struct, frozen=True):
    """What one says of a design in one go."""

    name: str
    gallery: Gallery
    look: Look


class Design(Struct, frozen=True, kw_only=True):
    """A design as it is kept; `picture` and `logo` are hashes of files."""

    id: UUID
    organisation_id: UUID
    box_office_id: UUID
    name: str
    gallery: Gallery
    look: Look
    picture: bytes | None
    logo: bytes | None
    is_default: bool
    version: int

    @property
    def values(self) -> Values:
        """What can be said anew."""
        return Values(self.name, self.gallery, self.look)


class Row(Struct, frozen=True):
    """A design in a list, and by how much it was chosen."""

    id: UUID
    name: str
    gallery: Gallery
    is_default: bool
    version: int
    has_picture: bool
    events: int
    tariffs: int


class Use(Struct, frozen=True):
    """Who chose a design: an event, or a tariff of it."""

    event_id: UUID
    event_name: str
    tariff_id: UUID | None
    tariff_name: str | None


class Dressed(Struct, frozen=True):
    """An event or a tariff, and the design it chose; None: as what it belongs to."""

    id: UUID
    name: str
    box_office_id: UUID
    event_id: UUID
    event_name: str
    design_id: UUID | None


class Dress(Struct, frozen=True):
    """A design as it is printed."""

    gallery: Gallery = Gallery.CLASSIC
    look: Look = Look()
    picture: bytes | None = None
    logo: bytes | None = None


class Worn(Struct, frozen=True):
    """The design that a ticket has, None for the plain one, and the hash of its event's picture."""

    ticket_id: UUID
    design_id: UUID | None
    event_picture: bytes | None


class Wardrobe(Struct, frozen=True):
    """Every design and picture that an order's tickets need: what each ticket wears by its id, and passes do; designs
    by their ids, (media type, bytes) by hash."""

    worn: dict[UUID, Worn] = {}
    of_passes: UUID | None = None
    designs: dict[UUID, Dress] = {}
    pictures: dict[bytes, tuple[str, bytes]] = {}

    def ticket(self, ticket_id: UUID) -> tuple[Dress, bytes | None]:
        """A ticket's design, and its event's picture."""
        worn = self.worn.get(ticket_id)
        return (self._design(worn.design_id), worn.event_picture) if worn else (PLAIN, None)

    def passes(self) -> Dress:
        """The design of passes: their box office's default."""
        return self._design(self.of_passes)

    def _design(self, design_id: UUID | None) -> Dress:
        return self.designs.get(design_id, PLAIN) if design_id else PLAIN


class _Office(Struct, frozen=True):
    name: str
    designs: int


PLAIN = Dress()
"""What tickets look like where nobody chose."""
BARE = Wardrobe()


async def list_of(db: Database, organisation_id: UUID, box_office_id: UUID) -> list[Row]:
    """A box office's designs, the default one first, then by name."""
    async with db.read() as c:
        return await SQL.list_of.all(c, Row, organisation_id=organisation_id, box_office_id=box_office_id)


async def get(db: Database, organisation_id: UUID, design_id: UUID) -> Design:
    """An organisation's own design, or NotFound."""
    async with db.read() as c:
        return _design(await SQL.get.row(c, organisation_id=organisation_id, design_id=design_id))


async def uses(db: Database, design_id: UUID) -> list[Use]:
    """Which events and tariffs chose it, 200 at most."""
    async with db.read() as c:
        return await SQL.uses.all(c, Use, design_id=design_id)


async def create(
    db: Database, organisation_id: UUID, box_office_id: UUID, values: Values, by: Actor, now: datetime
) -> UUID:
    """Make a design. AlreadyExists for a name taken, InputRefused, NotFound for a box office that is not theirs."""
    async with db.transaction() as c:
        return await _add(c, organisation_id, box_office_id, values, None, None, by, now)


async def edit(
    db: Database, organisation_id: UUID, design_id: UUID, values: Values, version: int, by: Actor, now: datetime
) -> None:
    """Change a design: tickets that are printed from now on look so. AlreadyExists, EditedMeanwhile, InputRefused."""
    sound = values_of(values)
    try:
        async with db.transaction() as c:
            before = await _locked(c, organisation_id, design_id)
            changed = await SQL.edit.run(
                c, design_id=design_id, name=sound.name, gallery=sound.gallery, look=_json(sound.look), version=version
            )
            if not changed:
                raise EditedMeanwhile(what="ticket design")
            await audit.note(c, by, "ticket-design.edited", _subject(before), now, _told(before.values, sound))
    except asyncpg.UniqueViolationError:
        raise AlreadyExists(what="ticket design", name=sound.name, where="name") from None


async def set_picture(
    db: Database, organisation_id: UUID, design_id: UUID, picture: Kept | None, by: Actor, now: datetime
) -> None:
    """Give a design another picture, drawn anew already (`pictures.background`, or `pictures.drawn`), or none."""
    async with db.transaction() as c:
        before = await _locked(c, organisation_id, design_id)
        hash = await files.keep(c, picture, now) if picture else None
        await SQL.set_picture.run(c, design_id=design_id, picture=hash)
        changes = {"picture": (before.picture is not None, hash is not None)}
        await audit.note(c, by, "ticket-design.picture-set", _subject(before), now, changes)


async def set_logo(
    db: Database, organisation_id: UUID, design_id: UUID, logo: Kept | None, by: Actor, now: datetime
) -> None:
    """Give a design another logo, drawn anew already, or none."""
    async with db.transaction() as c:
        before = await _locked(c, organisation_id, design_id)
        hash = await files.keep(c, logo, now) if logo else None
        await SQL.set_logo.run(c, design_id=design_id, logo=hash)
        changes = {"logo": (before.logo is not None, hash is not None)}
        await audit.note(c, by, "ticket-design.logo-set", _subject(before), now, changes)


async def duplicate(db: Database, organisation_id: UUID, design_id: UUID, name: str, by: Actor, now: datetime) -> UUID:
    """Make a design again under another name, with its pictures. AlreadyExists."""
    async with db.transaction() as c:
        one = await _locked(c, organisation_id, design_id)
        values = msgspec.structs.replace(one.values, name=name)
        return await _add(c, organisation_id, one.box_office_id, values, one.picture, one.logo, by, now)


async def set_default(
    db: Database, organisation_id: UUID, box_office_id: UUID, design_id: UUID | None, by: Actor, now: datetime
) -> None:
    """Dress every ticket of a box office that has no design of its own; None: plainly."""
    async with db.transaction() as c:
        office = await _office(c, organisation_id, box_office_id)
        wanted = await _locked(c, organisation_id, design_id) if design_id else None
        if wanted is not None and wanted.box_office_id != box_office_id:
            raise NotFound(what="ticket design")
        await SQL.drop_default.run(c, box_office_id=box_office_id)
        if wanted is not None:
            await SQL.set_default.run(c, design_id=wanted.id)
        subject = Subject(kind="box_office", id=box_office_id, name=office.name, box_office_id=box_office_id)
        act = "ticket-design.default-set" if wanted else "ticket-design.default-dropped"
        await audit.note(c, by, act, _subject(wanted) if wanted else subject, now)


async def remove(db: Database, organisation_id: UUID, design_id: UUID, by: Actor, now: datetime) -> None:
    """Delete a design that nothing uses; TicketDesignInUse."""
    async with db.transaction() as c:
        design = await _locked(c, organisation_id, design_id)
        if design.is_default or await SQL.uses.rows(c, design_id=design_id):
            raise TicketDesignInUse(name=design.name)
        await SQL.remove.run(c, design_id=design_id)
        await audit.note(c, by, "ticket-design.deleted", _subject(design), now)


async def of_event(db: Database, organisation_id: UUID, event_id: UUID) -> Dressed:
    """An event and its design, or NotFound."""
    async with db.read() as c:
        found = await SQL.of_event.one(c, Dressed, organisation_id=organisation_id, event_id=event_id)
    return _there(found, "event")


async def of_tariff(db: Database, organisation_id: UUID, tariff_id: UUID) -> Dressed:
    """A tariff and its design, or NotFound."""
    async with db.read() as c:
        found = await SQL.of_tariff.one(c, Dressed, organisation_id=organisation_id, tariff_id=tariff_id)
    return _there(found, "tariff")


async def dress_event(
    db: Database, organisation_id: UUID, event_id: UUID, design_id: UUID | None, by: Actor, now: datetime
) -> None:
    """Choose the design of an event's tickets; None: the box office's. NotFound for another box office's design."""
    async with db.transaction() as c:
        found = await SQL.of_event.one(c, Dressed, organisation_id=organisation_id, event_id=event_id)
        event = _there(found, "event")
        if not await SQL.dress_event.run(c, event_id=event_id, design_id=design_id):
            raise NotFound(what="ticket design")
        subject = Subject(kind="event", id=event_id, name=event.name, box_office_id=event.box_office_id)
        changes = {"ticket_design": await _names(c, organisation_id, event.design_id, design_id)}
        await audit.note(c, by, "event.ticket-design-set", subject, now, changes)


async def dress_tariff(
    db: Database, organisation_id: UUID, tariff_id: UUID, design_id: UUID | None, by: Actor, now: datetime
) -> None:
    """Choose the design of the tickets at a tariff; None: the event's. NotFound for another box office's design."""
    async with db.transaction() as c:
        found = await SQL.of_tariff.one(c, Dressed, organisation_id=organisation_id, tariff_id=tariff_id)
        tariff = _there(found, "tariff")
        if not await SQL.dress_tariff.run(c, tariff_id=tariff_id, design_id=design_id):
            raise NotFound(what="ticket design")
        subject = Subject(kind="tariff", id=tariff_id, name=tariff.name, box_office_id=tariff.box_office_id)
        changes = {"ticket_design": await _names(c, organisation_id, tariff.design_id, design_id)}
        await audit.note(c, by, "tariff.ticket-design-set", subject, now, changes)


async def copy_choices(c: Connection, event_id: UUID, new_event_id: UUID, tariffs: Mapping[UUID, UUID]) -> None:
    """Dress a copy of an event as the event is, in the caller's transaction; `tariffs` are copies by their originals.

    In another box office nothing is chosen: its default holds.
    """
    await SQL.copy_of_event.run(c, event_id=event_id, new_event_id=new_event_id)
    await SQL.copy_of_tariffs.run(c, originals=list(tariffs), copies=list(tariffs.values()), new_event_id=new_event_id)


async def wardrobe(db: Database, order_id: UUID) -> Wardrobe:
    """What printing needs to dress an order's tickets."""
    async with db.read() as c:
        worn = await SQL.worn.all(c, Worn, order_id=order_id)
        of_passes = await SQL.of_passes.value(c, order_id=order_id)
        ids = {id for id in (of_passes, *(one.design_id for one in worn)) if id}
        rows = await SQL.to_print.rows(c, design_ids=list(ids)) if ids else []
        designs = {row["id"]: _dress(row) for row in rows}
        of_events = {one.event_picture for one in worn if one.event_picture}
        pictures = await _pictures(c, designs.values(), of_events)
    return Wardrobe({one.ticket_id: one for one in worn}, of_passes, designs, pictures)


async def to_try(db: Database, dress: Dress, ticket_id: UUID, event_picture: bytes | None = None) -> Wardrobe:
    """A wardrobe of one ticket in a design that is perhaps not kept yet."""
    of_events = {event_picture} if event_picture else set()
    async with db.read() as c:
        pictures = await _pictures(c, [dress], of_events)
    return Wardrobe({ticket_id: Worn(ticket_id, ticket_id, event_picture)}, None, {ticket_id: dress}, pictures)


async def some_picture(db: Database, box_office_id: UUID) -> bytes | None:
    """The picture of the newest event that has one, to see designs with."""
    async with db.read() as c:
        found: bytes | None = await SQL.some_picture.value(c, box_office_id=box_office_id)
    return found


def values_of(values: Values) -> Values:
    """Values as they are kept: trimmed, colours in small letters, no empty texts. InputRefused names the field."""
    look, texts = values.look, {}
    for language in Language:
        said = look.texts.get(language, Texts())
        sound = Texts(
            note=text_of(said.note, f"note_{language}", chars_min=0, chars_max=NOTE_CHARS_MAX),
            contact=text_of(said.contact, f"contact_{language}", chars_min=0, chars_max=CONTACT_CHARS_MAX),
            terms=_terms_of(said.terms, f"terms_{language}"),
        )
        if sound != Texts():
            texts[language.value] = sound
    return Values(
        text_of(values.name, "name", chars_max=NAME_CHARS_MAX),
        values.gallery,
        Look(
            accent=_color_of(look.accent, "accent"),
            second=_color_of(look.second, "second"),
            picture_of=look.picture_of,
            hidden=tuple(part for part in Part if part in look.hidden),
            texts=texts,
        ),
    )


def _terms_of(value: str, field: str) -> str:
    text = paragraphs_of(value, field, chars_max=TERMS_CHARS_MAX)
    if text.count("\n") >= TERMS_LINES_MAX:
        raise InputRefused(problem="Write at most {most} lines.", where=field, most=TERMS_LINES_MAX)
    return text


def _color_of(value: str, field: str) -> str:
    color = value.strip().lower()
    if not COLOR.fullmatch(color):
        raise InputRefused(problem="Write a colour as # and six digits or letters from a to f.", where=field)
    return color


async def _add(
    c: Connection, organisation_id: UUID, box_office_id: UUID, values: Values, picture: bytes | None,
    logo: bytes | None, by: Actor, now: datetime,
) -> UUID:  # fmt: skip
    sound, design_id = values_of(values), new_id()
    office = await _office(c, organisation_id, box_office_id)
    if office.designs >= DESIGNS_MAX:
        raise InputRefused(problem="A box office has at most 200 ticket designs.", where="name")
    try:
        await SQL.create.run(
            c, design_id=design_id, box_office_id=box_office_id, name=sound.name, gallery=sound.gallery,
            look=_json(sound.look), picture=picture, logo=logo, is_default=False, now=now,
        )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise AlreadyExists(what="ticket design", name=sound.name, where="name") from None
    subject = Subject(kind="ticket_design", id=design_id, name=sound.name, box_office_id=box_office_id)
    await audit.note(c, by, "ticket-design.created", subject, now, {"gallery": ("", sound.gallery)})
    return design_id


async def _office(c: Connection, organisation_id: UUID, box_office_id: UUID) -> _Office:
    found = await SQL.lock_office.one(c, _Office, organisation_id=organisation_id, box_office_id=box_office_id)
    return _there(found, "box office")


async def _locked(c: Connection, organisation_id: UUID, design_id: UUID) -> Design:
    return _design(await SQL.lock.row(c, organisation_id=organisation_id, design_id=design_id))


async def _names(c: Connection, organisation_id: UUID, before: UUID | None, after: UUID | None) -> tuple[str, str]:
    rows = [
        await SQL.get.row(c, organisation_id=organisation_id, design_id=one) if one else None for one in (before, after)
    ]
    old, new = (str(row["name"]) if row else "" for row in rows)
    return old, new


def _there(found: T | None, what: str) -> T:
    if found is None:
        raise NotFound(what=what)
    return found


def _design(row: asyncpg.Record | None) -> Design:
    if row is None:
        raise NotFound(what="ticket design")
    return Design(**dict(row) | {"gallery": Gallery(row["gallery"]), "look": _look(row["look"])})


def _dress(row: asyncpg.Record) -> Dress:
    return Dress(Gallery(row["gallery"]), _look(row["look"]), row["picture"], row["logo"])


def _look(text: str) -> Look:
    return msgspec.json.decode(text, type=Look)


def _json(look: Look) -> str:
    return _encode(look).decode()


async def _pictures(c: Connection, designs: Iterable[Dress], of_events: set[bytes]) -> dict[bytes, tuple[str, bytes]]:
    """The files that designs need; of events' pictures only where one shows them."""
    found: set[bytes] = set()
    for one in designs:
        found |= {hash for hash in (one.picture, one.logo) if hash}
        found |= of_events if one.look.picture_of is PictureOf.EVENT else set()
    rows = await SQL.pictures.rows(c, hashes=list(found)) if found else []
    return {row["hash"]: (row["media_type"], row["content"]) for row in rows}


def _subject(design: Design) -> Subject:
    return Subject(kind="ticket_design", id=design.id, name=design.name, box_office_id=design.box_office_id)


def _told(before: Values, after: Values) -> dict[str, tuple[Any, Any]]:
    """What changed, the look field by field; of texts only that they did."""
    told = audit.differences(before, after)
    told.pop("look", None)
    looks = audit.differences(before.look, after.look)
    if "texts" in looks:
        looks["texts"] = (len(before.look.texts), len(after.look.texts))
    return told | looks
