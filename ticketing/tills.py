"""Tills: where a box office takes money at the counter, and how each of them is set up.

A till is edited as everything is, with the version that was looked at. It is never deleted, since its sessions and
their reports name it: it retires, and can be brought back. As long as a box office has one that is not retired, its
cash is taken and given back in a session (`ticketing.cash_sessions`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg.exceptions import UniqueViolationError
from msgspec import Struct

from ticketing import audit
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.formats import SPOKEN
from ticketing.ids import new_id
from ticketing.machines import Prints
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, NotFound, TillInUse, TooManyTills
from ticketing.sql import Connection, load
from ticketing.texts import text_of

NAME_CHARS_MAX = 60
TILLS_MAX = 100
"""Not retired, in one box office."""
ROWS_MAX = 300
DATES_MAX = 500

PRINTERS: Mapping[str, frozenset[Prints]] = {
    "ticket_printer_id": frozenset({Prints.LABELS, Prints.DOCUMENTS}),
    "receipt_printer_id": frozenset({Prints.RECEIPTS}),
    "card_printer_id": frozenset({Prints.CARDS}),
}
"""The printers of a till, and what each may print."""
LABELS = {
    "ticket_printer_id": "ticket_printer",
    "receipt_printer_id": "receipt_printer",
    "card_printer_id": "card_printer",
}

SQL = load("tills")


class TillChoice(Struct, frozen=True, kw_only=True):
    """What somebody decides of a till.

    `event_id` and `performance_id` are what its counter shows first; a date brings its event. `shared`: several sellers
    use its drawer, in one session. `receipt_with_tickets`: one is printed with every sale. `drawer_kicked`: the drawer,
    which is plugged into the receipt printer, opens by itself for cash. Tickets go to a printer of labels or documents;
    without one they are a PDF, and passes go with the tickets where there is no card printer.
    """

    name: str
    locale: str
    event_id: UUID | None = None
    performance_id: UUID | None = None
    shared: bool = False
    receipt_with_tickets: bool = False
    drawer_kicked: bool = True
    ticket_printer_id: UUID | None = None
    receipt_printer_id: UUID | None = None
    card_printer_id: UUID | None = None


class Till(Struct, frozen=True, kw_only=True):
    """A till; `retired_at` None while it is used."""

    id: UUID
    box_office_id: UUID
    name: str
    locale: str
    event_id: UUID | None
    performance_id: UUID | None
    shared: bool
    receipt_with_tickets: bool
    drawer_kicked: bool
    ticket_printer_id: UUID | None
    receipt_printer_id: UUID | None
    card_printer_id: UUID | None
    retired_at: datetime | None
    version: int


class TillRow(Struct, frozen=True):
    """A till in a list: the session that is open there, if one is, and its last report. `mine`: who looks may work in
    that session."""

    id: UUID
    name: str
    shared: bool
    retired_at: datetime | None
    event_name: str | None
    starts_at: datetime | None
    time_zone: str | None
    session_id: UUID | None
    session_number: int | None
    seller: str | None
    opened_at: datetime | None
    mine: bool
    last_number: int | None
    last_closed_at: datetime | None


class Date(Struct, frozen=True):
    """A date that a till may show first."""

    id: UUID
    event_id: UUID
    event_name: str
    starts_at: datetime
    time_zone: str
    venue_name: str


async def create(
    db: Database, organisation_id: UUID, box_office_id: UUID, choice: TillChoice, by: Actor, now: datetime
) -> UUID:
    """Set up a till; its id. Raises InputRefused, NotFound, AlreadyExists, TooManyTills."""
    values, till_id = _values(choice), new_id()
    async with db.transaction() as c:
        known = await SQL.lock_office.row(c, organisation_id=organisation_id, box_office_id=box_office_id)
        if known is None:
            raise NotFound(what="box office")
        await _ensure_room(c, box_office_id)
        shown = await _shown(c, box_office_id, choice)
        ids, named = await _printers(c, box_office_id, choice)
        try:
            await SQL.create.run(c, till_id=till_id, box_office_id=box_office_id, now=now, **values, **shown, **ids)
        except UniqueViolationError:
            raise AlreadyExists(what="till", name=values["name"], where="name") from None
        subject = Subject(kind="till", id=till_id, name=str(values["name"]), box_office_id=box_office_id)
        told = values | {name: called for name, called in named.items() if called}
        await audit.note(c, by, "till.created", subject, now, {name: (None, value) for name, value in told.items()})
    return till_id


async def edit(
    db: Database, organisation_id: UUID, till_id: UUID, version: int, choice: TillChoice, by: Actor, now: datetime
) -> None:
    """Set a till up otherwise. Raises InputRefused, NotFound, AlreadyExists, EditedMeanwhile."""
    values = _values(choice)
    async with db.transaction() as c:
        before = await _locked(c, organisation_id, till_id)
        if before.version != version:
            raise EditedMeanwhile(what="till")
        shown = await _shown(c, before.box_office_id, choice)
        ids, named = await _printers(c, before.box_office_id, choice, before)
        try:
            after = await SQL.edit.one(c, Till, till_id=till_id, **values, **shown, **ids)
        except UniqueViolationError:
            raise AlreadyExists(what="till", name=values["name"], where="name") from None
        assert after is not None, "its row is held"
        changes = audit.differences(before, after)
        for name in ("version", "event_id", "performance_id", *PRINTERS):
            changes.pop(name, None)
        changes |= await _shown_changes(c, before, after)
        changes |= await _printer_changes(c, before, named)
        await audit.note(c, by, "till.edited", _subject(after), now, changes)


async def retire(db: Database, organisation_id: UUID, till_id: UUID, retired: bool, by: Actor, now: datetime) -> None:
    """Use a till no more, or again; nothing when it is so already.

    Raises NotFound; TillInUse while a session is open there; AlreadyExists when another one has its name meanwhile, and
    TooManyTills.
    """
    async with db.transaction() as c:
        till = await _locked(c, organisation_id, till_id)
        if (till.retired_at is not None) == retired:
            return
        if retired and await SQL.in_use.value(c, till_id=till_id):
            raise TillInUse()
        if not retired:
            await SQL.lock_office.row(c, organisation_id=organisation_id, box_office_id=till.box_office_id)
            await _ensure_room(c, till.box_office_id)
        try:
            await SQL.retire.run(c, till_id=till_id, retired_at=now if retired else None)
        except UniqueViolationError:
            raise AlreadyExists(what="till", name=till.name) from None
        await audit.note(c, by, "till.retired" if retired else "till.returned", _subject(till), now)


async def get(db: Database, organisation_id: UUID, till_id: UUID) -> Till:
    """A till of an organisation's, or NotFound."""
    async with db.read() as c:
        return _found(await SQL.get.one(c, Till, organisation_id=organisation_id, till_id=till_id))


async def list_of(db: Database, box_office_id: UUID, staff_id: UUID) -> list[TillRow]:
    """The tills of a box office, as somebody sees them: those in use first, by name."""
    async with db.read() as c:
        return await SQL.list_of.all(c, TillRow, box_office_id=box_office_id, staff_id=staff_id, rows_max=ROWS_MAX)


async def row(db: Database, till_id: UUID, box_office_id: UUID, staff_id: UUID) -> TillRow:
    """One of them, or NotFound."""
    found = [one for one in await list_of(db, box_office_id, staff_id) if one.id == till_id]
    if not found:
        raise NotFound(what="till")
    return found[0]


async def dates(db: Database, box_office_id: UUID, now: datetime) -> list[Date]:
    """The dates to come that a till may show first, the next one first."""
    async with db.read() as c:
        return await SQL.dates.all(c, Date, box_office_id=box_office_id, now=now, rows_max=DATES_MAX)


async def any_used(c: Connection, box_office_id: UUID) -> bool:
    """Whether a box office has a till that is not retired."""
    return bool(await SQL.used_count.value(c, box_office_id=box_office_id))


async def _ensure_room(c: Connection, box_office_id: UUID) -> None:
    if await SQL.used_count.value(c, box_office_id=box_office_id) >= TILLS_MAX:
        raise TooManyTills(tills_max=TILLS_MAX)


async def _shown(c: Connection, box_office_id: UUID, choice: TillChoice) -> dict[str, UUID | None]:
    """The event and the date that are shown first, of the box office's own; a date's event is its own."""
    event_id, performance_id = choice.event_id, choice.performance_id
    if performance_id is not None:
        event_id = await SQL.event_of.value(c, box_office_id=box_office_id, performance_id=performance_id)
        if event_id is None:
            raise InputRefused(problem="Choose one of these.", where="shown")
    elif event_id is not None and not await SQL.owns_event.value(c, box_office_id=box_office_id, event_id=event_id):
        raise InputRefused(problem="Choose one of these.", where="shown")
    return {"event_id": event_id, "performance_id": performance_id}


async def _shown_changes(c: Connection, before: Till, after: Till) -> dict[str, tuple[Any, Any]]:
    """What of the event and the date that are shown first has changed, as people call them."""
    was, now = [
        await SQL.shown_names.row(c, event_id=till.event_id, performance_id=till.performance_id)
        for till in (before, after)
    ]
    assert was is not None and now is not None, "the statement answers with one row"
    pairs = {"shown_event": (was["event"], now["event"]), "date": (was["starts_at"], now["starts_at"])}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


async def _printers(
    c: Connection, box_office_id: UUID, choice: TillChoice, before: Till | None = None
) -> tuple[dict[str, UUID | None], dict[str, str | None]]:
    """The printers that were chosen, and what they are called. Raises InputRefused for one that is not of the box
    office, or not for this."""
    chosen: dict[str, UUID | None] = {name: getattr(choice, name) for name in PRINTERS}
    rows = await SQL.printers.rows(c, box_office_id=box_office_id, printer_ids=[one for one in chosen.values() if one])
    known = {row["id"]: row for row in rows}
    for name, printer_id in chosen.items():
        unchanged = before is not None and getattr(before, name) == printer_id
        fits = printer_id in known and known[printer_id]["prints"] in PRINTERS[name]
        if printer_id is not None and not fits and not unchanged:
            raise InputRefused(problem="Choose one of these.", where=name)
    return chosen, {LABELS[name]: known[one]["name"] if one in known else None for name, one in chosen.items()}


async def _printer_changes(
    c: Connection, before: Till, named: dict[str, str | None]
) -> dict[str, tuple[str | None, str | None]]:
    """Which printers are others now, as people call them."""
    ids = {name: getattr(before, name) for name in PRINTERS}
    wanted = [one for one in ids.values() if one]
    rows = await SQL.printers.rows(c, box_office_id=before.box_office_id, printer_ids=wanted)
    names = {row["id"]: row["name"] for row in rows}
    pairs = {LABELS[name]: (names.get(one), named[LABELS[name]]) for name, one in ids.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


async def _locked(c: Connection, organisation_id: UUID, till_id: UUID) -> Till:
    return _found(await SQL.lock.one(c, Till, organisation_id=organisation_id, till_id=till_id))


def _values(choice: TillChoice) -> dict[str, object]:
    if choice.locale not in SPOKEN:
        raise InputRefused(problem="Choose one of these.", where="locale")
    return {
        "name": text_of(choice.name, "name", chars_max=NAME_CHARS_MAX),
        "locale": choice.locale,
        "shared": choice.shared,
        "receipt_with_tickets": choice.receipt_with_tickets,
        "drawer_kicked": choice.drawer_kicked,
    }


def _subject(till: Till) -> Subject:
    return Subject(kind="till", id=till.id, name=till.name, box_office_id=till.box_office_id)


def _found(till: Till | None) -> Till:
    if till is None:
        raise NotFound(what="till")
    return till
