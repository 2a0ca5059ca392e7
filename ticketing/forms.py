"""Forms: what is asked of those who order, besides who they are.

A form belongs to a box office and is a list of fields. Linked to a tariff it is answered for each ticket, linked to an
event for each order with a place of it; one form of a box office may be the order form of every event that has none of
its own. Fields stand in the order of their positions (1, 2, 3 and so on), then those without one, then those at 0.

What was answered stays readable: a field with answers keeps its kind, and is hidden instead of deleted; an option that
somebody chose is no longer offered, but keeps its name. Texts are kept by language; one that is missing is read in
the box office's language, which is always there. Answers are checked and kept in `answers`.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import msgspec
import phonenumbers
from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages
from babel.numbers import get_territory_currencies
from msgspec import Struct

from ticketing import audit, formats
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.formats import Language
from ticketing.ids import new_id
from ticketing.refusals import AlreadyExists, EditedMeanwhile, FieldAnswered, FormInUse, InputRefused, NotFound
from ticketing.sql import Connection, Query, load
from ticketing.texts import CONTROL

FORMS_MAX = 500
FIELDS_MAX = 60
OPTIONS_MAX = 200
LABEL_CHARS_MAX = 300
HELP_CHARS_MAX = 1000
LINK_CHARS_MAX = 1000
POSITION_MAX = 999
FILE_BYTES_MAX = 10 * 1024 * 1024
OPTION_KEY = re.compile(r"[a-z0-9]{1,12}")

SQL = load("forms")
_encode = msgspec.json.Encoder(enc_hook=str).encode


class Kind(StrEnum):
    """What a field takes."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    SELECT = "select"
    RADIO = "radio"
    CHECKBOXES = "checkboxes"
    EMAIL = "email"
    TELEPHONE = "telephone"
    DATE = "date"
    NUMBER = "number"
    FILE = "file"


CHOICES = (Kind.SELECT, Kind.RADIO, Kind.CHECKBOXES)


class OnTicket(StrEnum):
    """Where a ticket shows the answer: nowhere, on a line of its own, or as the holder's name."""

    NO = "no"
    LINE = "line"
    HOLDER = "holder"


class Media(StrEnum):
    """What a file may be, by its content."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"


class Option(Struct, frozen=True, omit_defaults=True):
    """One of the choices; `key` is what answers keep. `hidden`: chosen before, and no longer offered."""

    key: str
    labels: dict[str, str]
    hidden: bool = False

    def label(self, language: str) -> str:
        """What it says, in a language."""
        return text_in(self.labels, language)


class Limits(Struct, frozen=True, omit_defaults=True):
    """The bounds of a field, those that its kind has; None is no bound."""

    least: Decimal | None = None
    most: Decimal | None = None
    first_day: date | None = None
    last_day: date | None = None
    region: str | None = None
    """Where a telephone number without a country code is taken to be; None: the box office's."""
    media: tuple[Media, ...] = tuple(Media)
    bytes_max: int = FILE_BYTES_MAX


class FieldValues(Struct, frozen=True, kw_only=True):
    """What whoever makes a form says of a field."""

    kind: Kind
    labels: dict[str, str]
    helps: dict[str, str] = {}
    mandatory: bool = False
    on_ticket: OnTicket = OnTicket.NO
    link: str = ""
    position: int | None = None
    options: tuple[Option, ...] = ()
    limits: Limits = Limits()

    @property
    def offered(self) -> tuple[Option, ...]:
        """The options one may choose now."""
        return tuple(option for option in self.options if not option.hidden)

    def label(self, language: str) -> str:
        """The question, in a language."""
        return text_in(self.labels, language)

    def help(self, language: str) -> str:
        """What is said below it, in a language."""
        return text_in(self.helps, language)


class Field(FieldValues, frozen=True, kw_only=True):
    """A field of a form; `answered` by somebody."""

    id: UUID
    form_id: UUID
    hidden: bool
    version: int
    answered: bool


class Form(Struct, frozen=True, kw_only=True):
    """A form with its fields in the order in which they are shown, the hidden ones among them."""

    id: UUID
    organisation_id: UUID
    box_office_id: UUID
    box_office_key: str
    locale: str
    currency: str
    name: str
    of_orders: bool
    version: int
    fields: tuple[Field, ...]

    @property
    def language(self) -> str:
        """The language in which every text is there."""
        return formats.language(self.locale).value

    @property
    def region(self) -> str:
        """Where telephone numbers without a country code are taken to be."""
        return region_of(self.locale, self.currency)

    @property
    def shown(self) -> tuple[Field, ...]:
        """The fields that are asked."""
        return tuple(field for field in self.fields if not field.hidden)

    def field(self, field_id: UUID) -> Field:
        """One of its fields, or NotFound."""
        found = next((field for field in self.fields if field.id == field_id), None)
        if found is None:
            raise NotFound(what="field")
        return found


class FormRow(Struct, frozen=True):
    """A form in a list, and where it is used."""

    id: UUID
    name: str
    of_orders: bool
    fields: int
    tariffs: int
    events: int
    answered: bool


class Use(Struct, frozen=True):
    """Where a form is asked: at a tariff of an event, or (None) once for each order of an event."""

    event_id: UUID
    event_name: str
    tariff_id: UUID | None
    tariff_name: str | None


class Linked(Struct, frozen=True):
    """A thing that may have a form: what it is called, where it belongs, the form it has."""

    id: UUID
    name: str
    box_office_id: UUID
    event_id: UUID | None
    event_name: str | None
    form_id: UUID | None


class OrderForm(Struct, frozen=True):
    """The form that each order of an event is asked; `own`: the event's, not its box office's."""

    id: UUID
    name: str
    own: bool


def text_in(texts: Mapping[str, str], language: str) -> str:
    """A text in a language, or in the first language it is there in."""
    return texts.get(language) or next((text for text in texts.values() if text), "")


def in_order(fields: list[Field]) -> tuple[Field, ...]:
    """By position 1, 2, 3; then those without one; then those at 0. Alike: the older first."""
    return tuple(sorted(fields, key=lambda field: (rank(field.position), field.id)))


def region_of(locale: str, currency: str) -> str:
    """The country of a box office, as its telephone numbers are read: the locale's, else the one where its language
    and its currency meet, else the currency's."""
    tag = Locale.parse(locale.replace("_", "-"), sep="-")
    if tag.territory in phonenumbers.SUPPORTED_REGIONS:
        return str(tag.territory)
    likely = str(get_global("likely_subtags").get(tag.language, "")).rpartition("_")[2]
    if likely and currency in get_territory_currencies(likely):
        return likely
    if currency[:2] in phonenumbers.SUPPORTED_REGIONS:
        return currency[:2]
    meeting = [
        region
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        if currency in get_territory_currencies(region) and tag.language in get_official_languages(region)
    ]
    return next(iter(meeting), "US")


# Forms


async def create(db: Database, organisation_id: UUID, box_office_id: UUID, name: str, by: Actor, now: datetime) -> UUID:
    """Make an empty form. AlreadyExists for a name taken; NotFound for a box office of another organisation."""
    named, form_id = _one_line(name, "name"), new_id()
    values = {"organisation_id": organisation_id, "box_office_id": box_office_id}
    try:
        async with db.transaction() as c:
            count = await SQL.count.value(c, **values)
            if count is None:
                raise NotFound(what="box office")
            if count >= FORMS_MAX:
                raise InputRefused(problem="A box office has at most 500 forms.", where="name")
            await SQL.create.run(c, form_id=form_id, box_office_id=box_office_id, name=named, now=now)
            subject = Subject(kind="form", id=form_id, name=named, box_office_id=box_office_id)
            await audit.note(c, by, "form.created", subject, now)
    except asyncpg.UniqueViolationError:
        raise AlreadyExists(what="form", name=named, where="name") from None
    return form_id


async def list_of(db: Database, organisation_id: UUID, box_office_id: UUID) -> list[FormRow]:
    """A box office's forms by name, and where they are used."""
    async with db.read() as c:
        return await SQL.list_of.all(c, FormRow, organisation_id=organisation_id, box_office_id=box_office_id)


async def get(db: Database, organisation_id: UUID, form_id: UUID) -> Form:
    """An organisation's own form, or NotFound."""
    async with db.read() as c:
        return await _own(c, organisation_id, form_id)


async def by_ids(c: Connection, form_ids: list[UUID]) -> dict[UUID, Form]:
    """Forms by their ids, as they stand in this transaction; for who was led to them by what is theirs."""
    if not form_ids:
        return {}
    rows = await SQL.get.rows(c, form_ids=form_ids)
    fields = [_field(row) for row in await SQL.fields_of.rows(c, form_ids=form_ids)]
    return {
        row["id"]: Form(**dict(row), fields=in_order([field for field in fields if field.form_id == row["id"]]))
        for row in rows
    }


async def rename(
    db: Database, organisation_id: UUID, form_id: UUID, name: str, version: int, by: Actor, now: datetime
) -> None:
    """Call a form otherwise. AlreadyExists, EditedMeanwhile."""
    named = _one_line(name, "name")
    try:
        async with db.transaction() as c:
            form = await _own(c, organisation_id, form_id)
            if not await SQL.rename.run(c, form_id=form_id, name=named, version=version):
                raise EditedMeanwhile(what="form")
            await audit.note(c, by, "form.renamed", _subject(form), now, {"name": (form.name, named)})
    except asyncpg.UniqueViolationError:
        raise AlreadyExists(what="form", name=named, where="name") from None


async def remove(db: Database, organisation_id: UUID, form_id: UUID, by: Actor, now: datetime) -> None:
    """Delete a form that nothing is linked to and nobody has answered; FormInUse."""
    async with db.transaction() as c:
        form = await _own(c, organisation_id, form_id, lock=True)
        used = form.of_orders or await SQL.uses.rows(c, form_id=form_id)
        if used or any(field.answered for field in form.fields):
            raise FormInUse(name=form.name)
        await SQL.remove.run(c, form_id=form_id)
        await audit.note(c, by, "form.deleted", _subject(form), now)


# Fields


async def add_field(
    db: Database, organisation_id: UUID, form_id: UUID, values: FieldValues, by: Actor, now: datetime
) -> UUID:
    """Add a field to a form; its id. InputRefused names what is wrong with which value."""
    async with db.transaction() as c:
        form = await _own(c, organisation_id, form_id, lock=True)
        if len(form.fields) >= FIELDS_MAX:
            raise InputRefused(problem="A form has at most 60 fields.", where="")
        checked, field_id = field_values(values, form.language), new_id()
        await SQL.add_field.run(c, field_id=field_id, form_id=form_id, kind=checked.kind, **_columns(checked))
        changes = {"field": ("", text_in(checked.labels, form.language))}
        await audit.note(c, by, "form.field-added", _subject(form), now, changes)
    return field_id


async def change_field(
    db: Database, organisation_id: UUID, field_id: UUID, values: FieldValues, version: int, by: Actor, now: datetime
) -> None:
    """Change a field. FieldAnswered for another kind once there are answers; options that somebody chose and that are
    left out stay, no longer offered. EditedMeanwhile, InputRefused."""
    async with db.transaction() as c:
        form, before = await _own_field(c, organisation_id, field_id)
        checked = field_values(values, form.language)
        if checked.kind is not before.kind and before.answered:
            raise FieldAnswered(where="kind")
        used = {row["key"] for row in await SQL.options_chosen.rows(c, field_id=field_id)}
        checked = _keeping(checked, before, used)
        columns = {"kind": checked.kind, **_columns(checked)}
        if not await SQL.change_field.run(c, field_id=field_id, version=version, **columns):
            raise EditedMeanwhile(what="field")
        after = Field(
            **msgspec.structs.asdict(checked), id=field_id, form_id=form.id, hidden=before.hidden,
            version=before.version, answered=before.answered,
        )  # fmt: skip
        await audit.note(c, by, "form.field-changed", _subject(form), now, audit.differences(before, after))


async def take_away(db: Database, organisation_id: UUID, field_id: UUID, by: Actor, now: datetime) -> bool:
    """Delete a field that nobody has answered, or hide one that somebody has; whether it was deleted."""
    async with db.transaction() as c:
        form, field = await _own_field(c, organisation_id, field_id)
        deleted = not field.answered
        if deleted:
            await SQL.remove_field.run(c, field_id=field_id)
        else:
            await SQL.hide_field.run(c, field_id=field_id, hidden=True)
        changes = {"field": (text_in(field.labels, form.language), "")}
        await audit.note(c, by, f"form.field-{'deleted' if deleted else 'hidden'}", _subject(form), now, changes)
    return deleted


async def bring_back(db: Database, organisation_id: UUID, field_id: UUID, by: Actor, now: datetime) -> None:
    """Ask a hidden field again."""
    async with db.transaction() as c:
        form, field = await _own_field(c, organisation_id, field_id)
        await SQL.hide_field.run(c, field_id=field_id, hidden=False)
        changes = {"field": ("", text_in(field.labels, form.language))}
        await audit.note(c, by, "form.field-shown", _subject(form), now, changes)


async def form_of_field(db: Database, organisation_id: UUID, field_id: UUID) -> tuple[Form, Field]:
    """A field and its form, or NotFound."""
    async with db.read() as c:
        form_id = await SQL.form_of_field.value(c, field_id=field_id)
        form = await _own(c, organisation_id, form_id)
    return form, form.field(field_id)


# Where forms are asked


async def uses(db: Database, form_id: UUID) -> list[Use]:
    """The tariffs and events that a form is linked to."""
    async with db.read() as c:
        return await SQL.uses.all(c, Use, form_id=form_id)


async def tariff(db: Database, organisation_id: UUID, tariff_id: UUID) -> Linked:
    """A tariff and the form it has, or NotFound."""
    async with db.read() as c:
        return _linked(await SQL.tariff.one(c, Linked, organisation_id=organisation_id, tariff_id=tariff_id), "tariff")


async def event(db: Database, organisation_id: UUID, event_id: UUID) -> Linked:
    """An event and the order form of its own that it has, or NotFound."""
    async with db.read() as c:
        return _linked(await SQL.event.one(c, Linked, organisation_id=organisation_id, event_id=event_id), "event")


async def of_orders(db: Database, event_id: UUID) -> OrderForm | None:
    """The form that each order of an event is asked, if any; the caller has come to the event."""
    async with db.read() as c:
        return await SQL.of_orders.one(c, OrderForm, event_id=event_id)


async def link_tariff(
    db: Database, organisation_id: UUID, tariff_id: UUID, form_id: UUID | None, by: Actor, now: datetime
) -> None:
    """Ask a form (None: none) for each ticket at a tariff, from the next order on. NotFound for one of elsewhere."""
    before = await tariff(db, organisation_id, tariff_id)
    await _link(db, SQL.link_tariff, "tariff", before, form_id, by, now)


async def link_event(
    db: Database, organisation_id: UUID, event_id: UUID, form_id: UUID | None, by: Actor, now: datetime
) -> None:
    """Ask a form (None: the box office's, if it has one) once for each order with a place of an event."""
    before = await event(db, organisation_id, event_id)
    await _link(db, SQL.link_event, "event", before, form_id, by, now)


async def link_box_office(db: Database, box_office_id: UUID, form_id: UUID | None, by: Actor, now: datetime) -> None:
    """Make a form (None: none) the order form of every event of its box office that has none of its own."""
    async with db.transaction() as c:
        name = await _name_in(c, box_office_id, form_id)
        was = await SQL.unmark.value(c, box_office_id=box_office_id)
        await SQL.mark.run(c, form_id=form_id)
        called = await SQL.box_office_name.value(c, box_office_id=box_office_id)
        subject = Subject(kind="box_office", id=box_office_id, name=called, box_office_id=box_office_id)
        await audit.note(c, by, "box-office.form-linked", subject, now, {"order_form": (was, name)})


async def asked_at(db: Database, performance_id: UUID) -> tuple[Form | None, dict[UUID, Form]]:
    """What an order of a performance is asked: once, and for each ticket by its tariff."""
    async with db.read() as c:
        rows = await SQL.asked_at.rows(c, performance_id=performance_id)
        found = await by_ids(c, [row["form_id"] for row in rows])
    of_tariffs = {row["tariff_id"]: found[row["form_id"]] for row in rows if row["tariff_id"]}
    return next((found[row["form_id"]] for row in rows if not row["tariff_id"]), None), of_tariffs


async def missing(db: Database, event_id: UUID, box_office_id: UUID) -> list[str]:
    """The names of forms that an event asks and that a box office has none of that name of."""
    async with db.read() as c:
        return [row["name"] for row in await SQL.missing.rows(c, event_id=event_id, box_office_id=box_office_id)]


async def copy_links(c: Connection, event_id: UUID, new_event_id: UUID, tariffs: Mapping[UUID, UUID]) -> None:
    """Link a copy of an event as the event is, in the caller's transaction; `tariffs` are copies by their originals.

    In another box office the form of the same name is linked; where there is none, nothing is: see `missing`.
    """
    await SQL.copy_event_link.run(c, event_id=event_id, new_event_id=new_event_id)
    await SQL.copy_tariff_links.run(
        c, new_event_id=new_event_id, originals=list(tariffs), copies=list(tariffs.values())
    )


# What a field may be


def field_values(values: FieldValues, language: str) -> FieldValues:
    """The values as they are kept: trimmed, without what the kind does not have. InputRefused names the value."""
    kind = values.kind
    return msgspec.structs.replace(
        values,
        labels=_texts(values.labels, "label", language, LABEL_CHARS_MAX),
        helps=_texts(values.helps, "help", None, HELP_CHARS_MAX),
        on_ticket=_on_ticket(values),
        link=link_of(values.link),
        position=_position(values.position),
        options=_options(values.options, language) if kind in CHOICES else (),
        limits=_limits(values.limits, kind),
    )


def link_of(link: str) -> str:
    """An address to show above a field: http or https and nothing else, or none."""
    text = link.strip()
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None
    except ValueError:
        sound = False
    if not sound or len(text) > LINK_CHARS_MAX or CONTROL.search(text) or " " in text:
        raise InputRefused(problem="Type an address that begins with https:// or http://.", where="link")
    return text


def _texts(texts: Mapping[str, str], what: str, needed: str | None, chars_max: int) -> dict[str, str]:
    """By language, the one that is needed first, empty ones left out."""
    found: dict[str, str] = {}
    for language in sorted(Language, key=lambda language: language != needed):
        text = texts.get(language, "").strip()
        if len(text) > chars_max or CONTROL.search(text.replace("\n", " ")):
            raise InputRefused(
                problem="This text is too long, or has signs that cannot be shown.", where=_at(what, language)
            )
        if text:
            found[language.value] = text
    if needed is not None and needed not in found:
        raise InputRefused(problem="This is needed: it is the box office’s language.", where=_at(what, needed))
    return found


def _at(what: str, language: str) -> str:
    return f"{what}_{language}"


def _on_ticket(values: FieldValues) -> OnTicket:
    if values.on_ticket is OnTicket.HOLDER and values.kind is not Kind.TEXT:
        raise InputRefused(problem="Only a line of text can be the holder’s name.", where="on_ticket")
    if values.on_ticket is not OnTicket.NO and values.kind is Kind.FILE:
        raise InputRefused(problem="A file cannot be shown on a ticket.", where="on_ticket")
    return values.on_ticket


def _position(position: int | None) -> int | None:
    if position is not None and not 0 <= position <= POSITION_MAX:
        raise InputRefused(problem="A position is a number from 0 to 999, or nothing.", where="position")
    return position


def _options(options: tuple[Option, ...], language: str) -> tuple[Option, ...]:
    if not options or len(options) > OPTIONS_MAX:
        raise InputRefused(problem="Give 1 to 200 options to choose from.", where="options")
    named: list[Option] = []
    for option in options:
        try:
            labels = _texts(option.labels, "option", language, LABEL_CHARS_MAX)
        except InputRefused:
            raise InputRefused(
                problem="Give every option a text in the box office’s language.", where="options"
            ) from None
        named.append(Option(_key(option.key, named), labels, option.hidden))
    texts = [option.labels[language] for option in named if not option.hidden]
    if len(set(texts)) < len(texts):
        raise InputRefused(problem="Two options have the same text.", where="options")
    return tuple(named)


def _key(key: str, taken: list[Option]) -> str:
    """The key of an option, or a new one."""
    keys = {option.key for option in taken}
    return key if OPTION_KEY.fullmatch(key) and key not in keys else new_id().hex[-12:]


def _limits(limits: Limits, kind: Kind) -> Limits:
    """The bounds that this kind has, in their order."""
    if kind is Kind.NUMBER:
        if limits.least is not None and limits.most is not None and limits.least > limits.most:
            raise InputRefused(problem="The largest number is below the smallest.", where="most")
        return Limits(least=limits.least, most=limits.most)
    if kind is Kind.DATE:
        if limits.first_day and limits.last_day and limits.first_day > limits.last_day:
            raise InputRefused(problem="The last day is before the first.", where="last_day")
        return Limits(first_day=limits.first_day, last_day=limits.last_day)
    if kind is Kind.TELEPHONE:
        if limits.region and limits.region not in phonenumbers.SUPPORTED_REGIONS:
            raise InputRefused(problem="Choose one of these.", where="region")
        return Limits(region=limits.region or None)
    if kind is Kind.FILE:
        if not limits.media:
            raise InputRefused(problem="Allow at least one kind of file.", where="media")
        if not 1 <= limits.bytes_max <= FILE_BYTES_MAX:
            raise InputRefused(problem="A file has 1 to 10 MB at most.", where="megabytes_max")
        return Limits(media=tuple(media for media in Media if media in limits.media), bytes_max=limits.bytes_max)
    return Limits()


def _keeping(values: FieldValues, before: Field, used: set[str]) -> FieldValues:
    """With the options that were chosen and are left out now, hidden, at their end."""
    if values.kind not in CHOICES:
        return values
    kept = {option.key for option in values.options}
    left_out = [option for option in before.options if option.key in used and option.key not in kept]
    hidden = tuple(msgspec.structs.replace(option, hidden=True) for option in left_out)
    return msgspec.structs.replace(values, options=(*values.options, *hidden))


def rank(position: int | None) -> tuple[int, int]:
    """Where a position stands among others."""
    if position is None:
        return (1, 0)
    return (0, position) if position else (2, 0)


# Rows


async def _own(c: Connection, organisation_id: UUID, form_id: UUID | None, *, lock: bool = False) -> Form:
    """An organisation's form; held, and only then read, where it is to be changed by what it is."""
    if lock:
        await SQL.lock.run(c, form_id=form_id)
    form = (await by_ids(c, [form_id])).get(form_id) if form_id else None
    if form is None or form.organisation_id != organisation_id:
        raise NotFound(what="form")
    return form


async def _own_field(c: Connection, organisation_id: UUID, field_id: UUID) -> tuple[Form, Field]:
    """A field and its form. Both rows are held before the answers are counted: who is answering has done so by then,
    or is told that the form changed."""
    form_id = await SQL.form_of_field.value(c, field_id=field_id)
    await SQL.lock.run(c, form_id=form_id)
    await SQL.lock_field.run(c, field_id=field_id)
    form = await _own(c, organisation_id, form_id)
    return form, form.field(field_id)


async def _name_in(c: Connection, box_office_id: UUID, form_id: UUID | None) -> str:
    """The name of a box office's form, held against its deletion; NotFound for another's."""
    if form_id is None:
        return ""
    name: str | None = await SQL.name_in.value(c, box_office_id=box_office_id, form_id=form_id)
    if name is None:
        raise NotFound(what="form")
    return name


async def _link(
    db: Database, query: Query, kind: str, before: Linked, form_id: UUID | None, by: Actor, now: datetime
) -> None:
    async with db.transaction() as c:
        name = await _name_in(c, before.box_office_id, form_id)
        was = await _name_in(c, before.box_office_id, before.form_id)
        await query.run(c, **{f"{kind}_id": before.id, "form_id": form_id})
        subject = Subject(kind=kind, id=before.id, name=before.name, box_office_id=before.box_office_id)
        await audit.note(c, by, f"{kind}.form-linked", subject, now, {"form": (was, name)})


def _linked(found: Linked | None, what: str) -> Linked:
    if found is None:
        raise NotFound(what=what)
    return found


def _field(row: asyncpg.Record) -> Field:
    values: dict[str, Any] = dict(row)
    values["kind"], values["on_ticket"] = Kind(row["kind"]), OnTicket(row["on_ticket"])
    for name, kind in (("labels", dict[str, str]), ("helps", dict[str, str])):
        values[name] = msgspec.json.decode(row[name], type=kind)
    values["options"] = msgspec.json.decode(row["options"], type=tuple[Option, ...])
    values["limits"] = msgspec.json.decode(row["limits"], type=Limits)
    return Field(**values)


def _columns(values: FieldValues) -> dict[str, Any]:
    written = {name: _encode(getattr(values, name)).decode() for name in ("labels", "helps", "options", "limits")}
    plain = {name: getattr(values, name) for name in ("mandatory", "on_ticket", "link", "position")}
    return written | plain


def _subject(form: Form) -> Subject:
    return Subject(kind="form", id=form.id, name=form.name, box_office_id=form.box_office_id)


def _one_line(text: str, where: str) -> str:
    line = text.strip()
    if not 1 <= len(line) <= LABEL_CHARS_MAX or CONTROL.search(line):
        raise InputRefused(problem="Type a name, on one line.", where=where)
    return line
