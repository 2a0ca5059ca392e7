"""Answers: what people said to the questions of a form, checked by one rule wherever they come from.

`check` is that rule, and touches nothing: forms and texts in, values and mistakes out. An order brings its answers with
it, and they are written in its own transaction or not at all; a form that was changed between the look and the writing
refuses the order. Staff may correct answers later, which is noted in the audit log by the question, never by the words.

What is kept is what a program can use: keys of options, days as 2026-05-16, telephone numbers as +41446681800. What
people are shown is made of it in their language.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import phonenumbers
from babel.dates import format_date
from babel.numbers import format_decimal
from msgspec import Struct

from ticketing import audit, formats, forms, uploads
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.forms import Field, Form, Kind, Limits, OnTicket, Option, text_in
from ticketing.ids import new_id
from ticketing.legible import clean
from ticketing.refusals import AnswersRefused, EditedMeanwhile, FormChanged, InputRefused, NotFound
from ticketing.sql import Connection, load
from ticketing.texts import CONTROL, email_of
from ticketing.uploads import Upload

TEXT_CHARS_MAX = 300
LONG_TEXT_CHARS_MAX = 5000
HOLDER_CHARS_MAX = 200
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NUMBER = re.compile(r"-?[0-9]{1,12}(?:[.,][0-9]{1,4})?")

SQL = load("answers")

Given = tuple[tuple[UUID, tuple[str, ...]], ...]
"""What somebody says, by field: one text, or the options they chose; the id of a file that was sent before."""


class Mistake(Struct, frozen=True):
    """What is wrong with an answer: a text of ours with its fields, to be translated where it is shown."""

    text: str
    fields: dict[str, Any] = {}

    def __str__(self) -> str:
        return self.text.format_map(self.fields)


class Value(Struct, frozen=True):
    """An answer as it is kept."""

    texts: tuple[str, ...] = ()
    upload: Upload | None = None


class Checked(Struct, frozen=True):
    """What came of a set of answers, by field: those that count, and what is wrong with the others."""

    values: dict[UUID, Value]
    mistakes: dict[UUID, Mistake]


class Asked(Struct, frozen=True):
    """A set of answers to be given with an order: to the forms of a ticket, or (None) of the order.

    `path` leads to it in what was sent, so that a mistake can be found there.
    """

    path: str
    ticket_id: UUID | None
    forms: tuple[UUID, ...]
    given: Given


class Row(Struct, frozen=True):
    """An answer that is written with its order; `version` is that of the field it was checked against."""

    ticket_id: UUID | None
    field_id: UUID
    version: int
    texts: tuple[str, ...]
    upload_id: UUID | None


class Answered(Struct, frozen=True):
    """What an order's answers come to. `holders`: whose name a ticket bears, where its form asks for it."""

    rows: list[Row]
    holders: dict[UUID, str]


class Said(Struct, frozen=True):
    """A kept answer beside its question. `labels` and `options` are as they stand now; a file that staff removed has
    left an answer without a text."""

    ticket_id: UUID | None
    field_id: UUID
    kind: Kind
    labels: dict[str, str]
    options: tuple[Option, ...]
    position: int | None
    on_ticket: OnTicket
    texts: tuple[str, ...]
    upload_id: UUID | None
    file_name: str | None

    def text(self, language: str) -> str:
        """The answer for people."""
        return self.file_name or shown(self.kind, self.options, self.texts, language)


class SaidSet(Struct, frozen=True):
    """The answers given for one ticket, or (None) for the order: (question, answer, the file if it is one).

    `fillable` tells whether there is a form to give or change answers of.
    """

    ticket_id: UUID | None
    holder_name: str
    place: str
    answers: tuple[tuple[str, str, UUID | None], ...]
    fillable: bool


class Sheet(Struct, frozen=True):
    """A set of answers to be changed: the forms it answers, what was said, and a mark of it against blind saving."""

    order_id: UUID
    order_code: str
    box_office_id: UUID
    box_office_key: str
    ticket_id: UUID | None
    forms: tuple[Form, ...]
    said: dict[UUID, Said]

    @property
    def mark(self) -> str:
        """Names this state of the answers."""
        told = sorted((str(one.field_id), one.texts, str(one.upload_id)) for one in self.said.values())
        return hashlib.blake2b(msgspec.json.encode(told), digest_size=8).hexdigest()


class _Wrong(Exception):
    def __init__(self, text: str, **fields: Any) -> None:
        self.mistake = Mistake(text, fields)


# Checking


def check(
    asked: Sequence[Form],
    given: Mapping[UUID, Sequence[str]],
    files: Mapping[str, Upload],
    *,
    whole: bool = True,
) -> Checked:
    """Check a set of answers against the forms it is for. Pure; never raises for what was given.

    `files` are those that wait, by the id they were given; with `whole` False what is mandatory may be left out, which
    is for staff. A value that counts is taken again as it is.
    """
    values: dict[UUID, Value] = {}
    mistakes: dict[UUID, Mistake] = {}
    fields = {field.id: (field, form.region) for form in asked for field in form.shown}
    for field_id in given.keys() - fields.keys():
        mistakes[field_id] = Mistake("This is not asked.")
    for field, region in fields.values():
        texts = [text.strip() for text in given.get(field.id, ()) if text.strip()]
        try:
            if texts:
                values[field.id] = _read(field, texts, region, files, whole)
            elif field.mandatory and whole:
                raise _Wrong("This is needed.")
        except _Wrong as wrong:
            mistakes[field.id] = wrong.mistake
    return Checked(values, mistakes)


def shown(kind: Kind, options: Sequence[Option], texts: Sequence[str], language: str) -> str:
    """A kept answer for people, in a language."""
    if not texts:
        return ""
    if kind in forms.CHOICES:
        labels = {option.key: text_in(option.labels, language) for option in options}
        return ", ".join(labels.get(key, key) for key in texts)
    if kind is Kind.DATE:
        return format_date(date.fromisoformat(texts[0]), "medium", locale=formats.locale(language))
    if kind is Kind.NUMBER:
        return format_decimal(Decimal(texts[0]), locale=formats.locale(language))
    if kind is Kind.TELEPHONE:
        number = phonenumbers.parse(texts[0], None)
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return texts[0]


def holder_of(asked: Sequence[Form], values: Mapping[UUID, Value]) -> str:
    """The name made of the fields that give the holder's: first name and name, in the order of the form."""
    naming = [field.id for form in asked for field in form.shown if field.on_ticket is OnTicket.HOLDER]
    return " ".join(values[field_id].texts[0] for field_id in naming if field_id in values)[:HOLDER_CHARS_MAX]


def _read(field: Field, texts: list[str], region: str, files: Mapping[str, Upload], whole: bool) -> Value:
    if field.kind is Kind.CHECKBOXES:
        return _checkboxes(field, texts, whole)
    if len(texts) > 1:
        raise _Wrong("Give one answer.")
    if field.kind is Kind.FILE:
        return _file(field.limits, texts[0], files)
    if field.kind in forms.CHOICES:
        return Value((_chosen(field, texts[0]),))
    if field.kind is Kind.TELEPHONE:
        return Value((_telephone(texts[0], field.limits.region or region),))
    return Value((READERS[field.kind](texts[0], field.limits),))


def _checkboxes(field: Field, texts: list[str], whole: bool) -> Value:
    """Those that are ticked, in the order of the form; all of them where it is mandatory."""
    ticked = {_chosen(field, text) for text in texts}
    if field.mandatory and whole and len(ticked) < len(field.offered):
        raise _Wrong("Tick every box.")
    return Value(tuple(option.key for option in field.options if option.key in ticked))


def _chosen(field: Field, text: str) -> str:
    if text not in {option.key for option in field.offered}:
        raise _Wrong("Choose one of these.")
    return text


def _text(text: str, _: Limits) -> str:
    if CONTROL.search(text):
        raise _Wrong("Type one line of text.")
    return _bounded(text, TEXT_CHARS_MAX)


def _long_text(text: str, _: Limits) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    if CONTROL.search(lines.replace("\n", "").replace("\t", "")):
        raise _Wrong("This has signs that cannot be shown.")
    return _bounded(lines, LONG_TEXT_CHARS_MAX)


def _bounded(text: str, chars_max: int) -> str:
    if len(text) > chars_max:
        raise _Wrong("Type at most {most} characters.", most=chars_max)
    return text


def _email(text: str, _: Limits) -> str:
    try:
        return email_of(text)
    except InputRefused:
        raise _Wrong("Type an e-mail address, such as ada@example.org.") from None


def _telephone(text: str, region: str) -> str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise _Wrong("Type a telephone number; from abroad with its country code, such as +41.") from None
    if number.extension or not phonenumbers.is_valid_number(number):
        raise _Wrong("There is no such telephone number; from abroad it begins with its country code, such as +41.")
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _date(text: str, limits: Limits) -> str:
    try:
        day = date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        raise _Wrong("Choose a day.")
    if limits.first_day and day < limits.first_day:
        raise _Wrong("Choose a day from {first} on.", first=limits.first_day.isoformat())
    if limits.last_day and day > limits.last_day:
        raise _Wrong("Choose a day until {last}.", last=limits.last_day.isoformat())
    return day.isoformat()


def _number(text: str, limits: Limits) -> str:
    plain = re.sub(r"[ \u00a0\u202f'’]", "", text)
    if not NUMBER.fullmatch(plain):
        raise _Wrong("Type a number.")
    number = Decimal(plain.replace(",", ".")).normalize() + 0
    if limits.least is not None and number < limits.least:
        raise _Wrong("Type a number of {least} or more.", least=str(limits.least))
    if limits.most is not None and number > limits.most:
        raise _Wrong("Type a number of {most} or less.", most=str(limits.most))
    return f"{number:f}"


def _file(limits: Limits, text: str, files: Mapping[str, Upload]) -> Value:
    upload = files.get(text)
    if upload is None:
        raise _Wrong("This file is no longer there: send it again.")
    if upload.media_type not in limits.media:
        raise _Wrong("This kind of file is not taken here.")
    if upload.byte_count > limits.bytes_max:
        raise _Wrong("This file is too large: {most} MB at most.", most=limits.bytes_max // (1024 * 1024))
    return Value(upload=upload)


READERS: Mapping[Kind, Callable[[str, Limits], str]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _long_text,
    Kind.EMAIL: _email,
    Kind.DATE: _date,
    Kind.NUMBER: _number,
}


# With an order


async def read(db: Database, box_office_id: UUID, asked: Sequence[Asked], now: datetime) -> Answered:
    """The answers that come with an order, checked against the forms as they are now.

    AnswersRefused names every mistake by where it was sent.
    """
    if not any(one.forms or one.given for one in asked):
        return Answered([], {})
    async with db.read() as c:
        found = await forms.by_ids(c, [*{form_id for one in asked for form_id in one.forms}])
        files = await _files(c, box_office_id, found.values(), [one.given for one in asked], now)
    made, taken, mistakes = Answered([], {}), set[UUID](), dict[str, Mistake]()
    for one in asked:
        mine = [found[form_id] for form_id in one.forms]
        checked = check(mine, dict(one.given), files)
        mistakes |= {f"{one.path}.{field_id}": mistake for field_id, mistake in checked.mistakes.items()}
        versions = {field.id: field.version for form in mine for field in form.fields}
        for field_id, value in checked.values.items():
            if value.upload and value.upload.id in taken:
                mistakes[f"{one.path}.{field_id}"] = Mistake("This file answers another question already.")
            taken |= {value.upload.id} if value.upload else set()
            made.rows.append(_row(one.ticket_id, field_id, versions[field_id], value))
        if one.ticket_id and (holder := holder_of(mine, checked.values)):
            made.holders[one.ticket_id] = holder
    if mistakes:
        raise AnswersRefused(mistake_count=len(mistakes), mistakes=mistakes)
    return made


async def store(c: Connection, order_id: UUID, rows: Sequence[Row], now: datetime) -> None:
    """Write an order's answers in its own transaction; FormChanged when a question changed since they were checked."""
    kept = [row.upload_id for row in rows if row.upload_id]
    if kept and not await uploads.keep(c, kept, now):
        raise FormChanged()
    written = await SQL.store.run(c, order_id=order_id, now=now, **_arrays(rows))
    if written < len(rows):
        raise FormChanged()


def _row(ticket_id: UUID | None, field_id: UUID, version: int, value: Value) -> Row:
    return Row(ticket_id, field_id, version, value.texts, value.upload.id if value.upload else None)


def _arrays(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """One array a column; texts of one answer as JSON, since an array of arrays must be rectangular."""
    return {
        "ids": [new_id() for _ in rows],
        "tickets": [row.ticket_id for row in rows],
        "fields": [row.field_id for row in rows],
        "versions": [row.version for row in rows],
        "texts": [msgspec.json.encode(row.texts).decode() for row in rows],
        "uploads": [row.upload_id for row in rows],
    }


async def _files(
    c: Connection, box_office_id: UUID, found: Any, given: Sequence[Given], now: datetime
) -> dict[str, Upload]:
    """The files that answers name, of those that wait."""
    asking = {field.id for form in found for field in form.shown if field.kind is Kind.FILE}
    named = [text.strip() for one in given for field_id, texts in one if field_id in asking for text in texts]
    return await uploads.waiting(c, box_office_id, named, now) if named else {}


# Read and changed later


async def of_order(db: Database, order_id: UUID, language: str) -> list[SaidSet]:
    """What was said with an order: the order's own answers, then those of each ticket that has or may have some."""
    async with db.read() as c:
        said = await said_of(c, order_id)
        asked = await SQL.asked_of_order.rows(c, order_id=order_id)
    sets = []
    for row in asked:
        mine = [one for one in said if one.ticket_id == row["ticket_id"]]
        told = tuple((text_in(one.labels, language), one.text(language), one.upload_id) for one in mine)
        place = " ".join(part for part in (row["zone"], row["row_label"], row["seat_label"]) if part)
        if told or row["asked"]:
            sets.append(SaidSet(row["ticket_id"], row["holder_name"], place, told, row["asked"] or bool(told)))
    return sets


async def on_tickets(c: Connection, order_id: UUID, language: str) -> dict[UUID, list[tuple[str, str]]]:
    """What each ticket of an order shows on lines of its own: (question, answer), in a language."""
    lines: dict[UUID, list[tuple[str, str]]] = {}
    for one in await said_of(c, order_id):
        if one.ticket_id and one.on_ticket is OnTicket.LINE and (one.texts or one.upload_id):
            lines.setdefault(one.ticket_id, []).append((text_in(one.labels, language), clean(one.text(language))))
    return lines


async def said_of(c: Connection, order_id: UUID) -> list[Said]:
    """Every answer that came with an order, in the order of the questions."""
    found = [said_from(row) for row in await SQL.of_order.rows(c, order_id=order_id)]
    return sorted(found, key=lambda one: (str(one.ticket_id or ""), forms.rank(one.position), one.field_id))


async def sheet(db: Database, organisation_id: UUID, order_id: UUID, ticket_id: UUID | None) -> Sheet:
    """A set of answers of an organisation's order, to be changed; NotFound also where there is nothing to answer."""
    async with db.read() as c:
        return await _sheet(c, organisation_id, order_id, ticket_id)


async def change(
    db: Database,
    organisation_id: UUID,
    order_id: UUID,
    ticket_id: UUID | None,
    given: Given,
    mark: str,
    by: Actor,
    now: datetime,
) -> None:
    """Put other answers in the place of those of a set. A file stays unless another is named.

    EditedMeanwhile when they are not those of `mark`; AnswersRefused by field. What is mandatory may be left empty.
    """
    async with db.transaction() as c:
        await SQL.lock_order.run(c, order_id=order_id)
        before = await _sheet(c, organisation_id, order_id, ticket_id)
        if before.mark != mark:
            raise EditedMeanwhile(what="answers")
        files = await _files(c, before.box_office_id, before.forms, [given], now)
        same = {at for at, texts in given if at in before.said and texts == before.said[at].texts}
        checked = check(before.forms, {at: texts for at, texts in given if at not in same}, files, whole=False)
        checked.values.update({at: Value(before.said[at].texts) for at in same})
        if checked.mistakes:
            mistakes = {f"answers.{field_id}": mistake for field_id, mistake in checked.mistakes.items()}
            raise AnswersRefused(mistake_count=len(mistakes), mistakes=mistakes)
        changes = await _replace(c, before, checked, now)
        if ticket_id and (holder := holder_of(before.forms, checked.values)):
            await SQL.name_holder.run(c, ticket_id=ticket_id, holder_name=holder)
        subject = Subject(kind="order", id=order_id, name=before.order_code, box_office_id=before.box_office_id)
        if changes:
            await audit.note(c, by, "order.answers-changed", subject, now, changes)


async def file_of(db: Database, organisation_id: UUID, order_id: UUID, upload_id: UUID) -> Said:
    """The answer that a file is, at an order of the organisation, or NotFound."""
    async with db.read() as c:
        return (await _with_file(c, organisation_id, order_id, upload_id))[0]


async def remove_file(
    db: Database, organisation_id: UUID, order_id: UUID, upload_id: UUID, by: Actor, now: datetime
) -> None:
    """Delete a file that came with an order, for good; its answer stays, without it. NotFound when it is gone."""
    async with db.transaction() as c:
        await SQL.lock_order.run(c, order_id=order_id)
        said, order = await _with_file(c, organisation_id, order_id, upload_id)
        await SQL.drop_file.run(c, order_id=order_id, upload_id=upload_id)
        subject = Subject(kind="order", id=order_id, name=order["code"], box_office_id=order["box_office_id"])
        await audit.note(c, by, "order.file-removed", subject, now, {"field": (text_in(said.labels, "en"), None)})


async def _with_file(
    c: Connection, organisation_id: UUID, order_id: UUID, upload_id: UUID
) -> tuple[Said, asyncpg.Record]:
    order = await SQL.order.row(c, organisation_id=organisation_id, order_id=order_id)
    found = [one for one in await said_of(c, order_id) if one.upload_id == upload_id] if order else []
    if order is None or not found:
        raise NotFound(what="file")
    return found[0], order


async def _replace(c: Connection, before: Sheet, checked: Checked, now: datetime) -> dict[str, tuple[str, str]]:
    """Write what differs; the questions it was, without the words: who may read the log need not know them."""
    fields = {field.id: field for form in before.forms for field in form.shown}
    kept = {at for at, one in before.said.items() if one.kind is Kind.FILE and at not in checked.values}
    gone = [field_id for field_id in fields if field_id in before.said and field_id not in kept]
    gone = [field_id for field_id in gone if not _same(before.said[field_id], checked.values.get(field_id))]
    new = {
        field_id: value for field_id, value in checked.values.items() if field_id in gone or field_id not in before.said
    }
    await SQL.drop.run(c, order_id=before.order_id, ticket_id=before.ticket_id, fields=gone)
    rows = [_row(before.ticket_id, field_id, fields[field_id].version, value) for field_id, value in new.items()]
    await store(c, before.order_id, rows, now)
    changed = [fields[field_id] for field_id in fields if field_id in new or field_id in gone]
    said, cleared = "answered", "no answer"
    return {
        text_in(field.labels, "en"): (
            said if field.id in before.said else cleared,
            said if field.id in new else cleared,
        )
        for field in changed
    }


def _same(said: Said, value: Value | None) -> bool:
    return value is not None and value.upload is None and said.texts == value.texts


async def _sheet(c: Connection, organisation_id: UUID, order_id: UUID, ticket_id: UUID | None) -> Sheet:
    values = {"organisation_id": organisation_id, "order_id": order_id, "ticket_id": ticket_id}
    row = await SQL.sheet.row(c, **values)
    if row is None or not row["form_ids"]:
        raise NotFound(what="set of answers")
    found = await forms.by_ids(c, row["form_ids"])
    said = {one.field_id: one for one in await said_of(c, order_id) if one.ticket_id == ticket_id}
    return Sheet(
        order_id, row["order_code"], row["box_office_id"], row["box_office_key"], ticket_id,
        tuple(found[form_id] for form_id in row["form_ids"]), said,
    )  # fmt: skip


def said_from(row: asyncpg.Record) -> Said:
    """A row that has an answer beside its question."""
    return Said(
        ticket_id=row["ticket_id"],
        field_id=row["field_id"],
        kind=Kind(row["kind"]),
        labels=msgspec.json.decode(row["labels"], type=dict[str, str]),
        options=msgspec.json.decode(row["options"], type=tuple[Option, ...]),
        position=row["position"],
        on_ticket=OnTicket(row["on_ticket"]),
        texts=tuple(row["texts"]),
        upload_id=row["upload_id"],
        file_name=row["file_name"],
    )
