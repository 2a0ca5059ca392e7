"""The check-in call that scanning programs of other makers speak, as what a door does.

They ask to redeem a secret on lists, and are told a status and a reason. A list is a date, by its number; the device's
profile says the rest: how it counts, which zones it admits, what it shows. A nonce names a request, so asking again
changes nothing. What a program forces is told to have happened: it is written like the log of an offline device, and
listed as a conflict where the server knows better. Questions are those of the profile that are mandatory and that
nobody has answered for the ticket.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any
from uuid import UUID

from msgspec import Struct

from ticketing import admissions, answers, door_answers, door_dates, forms, offline_scans
from ticketing.admissions import DoorScan, Passed
from ticketing.answers import Given
from ticketing.db import Database
from ticketing.door_answers import DoorAnswer
from ticketing.door_dates import DoorDate
from ticketing.doors import PASSED, Direction, Verdict
from ticketing.forms import CHOICES, Field
from ticketing.ids import new_id
from ticketing.offline_scans import OfflineScan
from ticketing.refusals import AnswersRefused, CheckinListUnknown, NotFound, NotThisOrganiser
from ticketing.scan_devices import Devices, Door
from ticketing.scan_profiles import Profile, Right, Shown
from ticketing.signing_keys import Keys
from ticketing.sql import load
from ticketing.states import OrderStatus, TicketStatus

ROWS_MAX = 50
"""Tickets in a page of a search."""
NUMBER_MAX = 2**31 - 1

SQL = load("checkins")


class Status(StrEnum):
    """What becomes of a request."""

    OK = "ok"
    INCOMPLETE = "incomplete"
    ERROR = "error"


class Reason(StrEnum):
    """Why not."""

    INVALID = "invalid"
    UNPAID = "unpaid"
    BLOCKED = "blocked"
    INVALID_TIME = "invalid_time"
    CANCELED = "canceled"
    ALREADY_REDEEMED = "already_redeemed"
    PRODUCT = "product"
    RULES = "rules"
    REVOKED = "revoked"


REASONS: Mapping[Verdict, Reason] = {
    Verdict.ALREADY_IN: Reason.ALREADY_REDEEMED,
    Verdict.ENTRIES_SPENT: Reason.ALREADY_REDEEMED,
    Verdict.NOT_IN: Reason.RULES,
    Verdict.WRONG_ZONE: Reason.RULES,
    Verdict.WRONG_PERFORMANCE: Reason.INVALID_TIME,
    Verdict.NOT_PAID: Reason.UNPAID,
    Verdict.CANCELLED: Reason.CANCELED,
    Verdict.OPPOSED: Reason.BLOCKED,
    Verdict.OLD_CODE: Reason.REVOKED,
    Verdict.UNKNOWN: Reason.INVALID,
    Verdict.FORGED: Reason.INVALID,
}
"""What each verdict that lets nobody through is called there. A ticket of another event is of another `PRODUCT`."""


class Redeem(Struct, frozen=True, kw_only=True):
    """What is asked. `secret` is a code, or the id of a ticket that a search found; `answers` are by numbers."""

    secret: str
    lists: tuple[int, ...]
    direction: Direction = Direction.IN
    at: datetime | None = None
    force: bool = False
    questions_supported: bool = True
    answers: Mapping[str, str] = {}
    nonce: str | None = None


class Passage(Struct, frozen=True, kw_only=True):
    """Somebody went through with a ticket, at a date, by a device's number (None: by a program)."""

    list: int
    direction: Direction
    at: datetime
    device: int | None


class Position(Struct, frozen=True, kw_only=True):
    """A ticket as that call shows it. `number` counts those of an order."""

    ticket_id: UUID
    serial: int
    order_id: UUID
    order_code: str
    order_status: OrderStatus
    order_locale: str
    number: int
    tariff_id: UUID | None
    pass_type_id: UUID | None
    pass_name: str | None
    price_cents: int
    currency: str
    vat_thousandths: int | None
    vat_cents: int
    holder_name: str | None
    list: int
    event_id: UUID
    place: int
    zone: str
    row_label: str
    seat_label: str
    status: TicketStatus
    passages: tuple[Passage, ...]
    answers: tuple[DoorAnswer, ...] = ()
    matches: int = 0


class Redeemed(Struct, frozen=True, kw_only=True):
    """What is answered. `date` is the list that the ticket was looked up in."""

    status: Status
    reason: Reason | None = None
    explanation: Verdict | None = None
    position: Position | None = None
    date: DoorDate | None = None
    questions: tuple[Field, ...] = ()


class Searched(Struct, frozen=True):
    """A page of tickets, and how many there are."""

    count: int
    positions: list[Position]


class _Row(Position, frozen=True, kw_only=True):
    performance_id: UUID


async def redeem(
    db: Database,
    keys: Keys,
    devices: Devices,
    door: Door,
    asked: Redeem,
    language: str,
    now: datetime,
    address: str = "",
) -> Redeemed:
    """Let somebody in or out, if the profile of the device says so.

    Raises CheckinListUnknown for a list that the profile does not cover, ScanReused for a nonce that was another
    request's.
    """
    try:
        dates = await door_dates.by_number(db, door.profile, asked.lists)
    except NotFound:
        raise CheckinListUnknown from None
    scan = _scan(door, asked, dates, now)
    if asked.force:
        return await _forced(db, keys, devices, door, asked, scan, dates, language, now)
    if asked.questions_supported and door.profile.field_ids and asked.direction is Direction.IN:
        judged = await admissions.judge(db, keys, door, scan, now)
        missing = await _missing(db, door, judged, asked.answers, now, address)
        if missing:
            return await _told(db, door, judged, dates, language, missing)
    passed = await admissions.go_through(db, keys, devices, door, scan, now, address)
    return await _told(db, door, passed, dates, language)


async def search(
    db: Database,
    door: Door,
    lists: Sequence[int],
    order_ids: Sequence[UUID] | None,
    language: str,
    *,
    any_status: bool = False,
    entered: bool | None = None,
    page: int = 1,
) -> Searched:
    """The tickets of some dates, or those of some orders at them, by their holders' names. Raises RightMissing, and
    NotFound for a list that the profile does not cover."""
    door.ensure(Right.SEARCH)
    dates = await door_dates.by_number(db, door.profile, lists)
    async with db.read() as c:
        rows = await SQL.positions.all(
            c, _Row, performance_ids=[date.id for date in dates], ticket_id=None,
            order_ids=None if order_ids is None else list(order_ids), any_status=any_status, entered=entered,
            rows_max=ROWS_MAX, rows_skipped=(page - 1) * ROWS_MAX,
        )  # fmt: skip
    found = [await _position(db, door.profile, row, language) for row in rows]
    return Searched(rows[0].matches if rows else 0, found)


def number_of(id: UUID, *more: str) -> int:
    """A whole number for what is named by an id: the same always. Ids that are made here end in random bits."""
    if not more:
        return id.int & NUMBER_MAX
    made = blake2b(id.bytes + "\x00".join(more).encode(), digest_size=4).digest()
    return int.from_bytes(made) & NUMBER_MAX


def _scan(door: Door, asked: Redeem, dates: Sequence[DoorDate], now: datetime) -> DoorScan:
    try:
        ticket_id = UUID(asked.secret) if len(asked.secret) == len(str(door.device_id)) else None
    except ValueError:
        ticket_id = None
    named = door.device_id.bytes + (asked.nonce or "").encode("utf-8", "surrogatepass")
    scan_id = UUID(bytes=blake2b(named, digest_size=16).digest(), version=5) if asked.nonce else new_id()
    return DoorScan(
        scan_id=scan_id, performance_ids=tuple(date.id for date in dates), code=asked.secret, ticket_id=ticket_id,
        direction=asked.direction, at=None if asked.at is None else min(asked.at, now),
    )  # fmt: skip


async def _forced(
    db: Database,
    keys: Keys,
    devices: Devices,
    door: Door,
    asked: Redeem,
    scan: DoorScan,
    dates: Sequence[DoorDate],
    language: str,
    now: datetime,
) -> Redeemed:
    """It happened: the person went through, whatever there is to say about it."""
    judged = await admissions.judge(db, keys, door, scan, now)
    if judged.ticket is None:
        return Redeemed(status=Status.ERROR, reason=REASONS[judged.verdict])
    at = judged.ticket.performance_id
    told = OfflineScan(
        scan_id=scan.scan_id, performance_id=at if at in scan.performance_ids else scan.performance_ids[0],
        direction=scan.direction, told=PASSED[scan.direction], at=scan.at or now, code=scan.code,
        ticket_id=scan.ticket_id,
    )  # fmt: skip
    await offline_scans.take_one(db, keys, devices, door, told, now)
    return await _shown(db, door, judged, dates, language, Status.OK)


async def _told(
    db: Database,
    door: Door,
    passed: Passed,
    dates: Sequence[DoorDate],
    language: str,
    questions: tuple[Field, ...] = (),
) -> Redeemed:
    if questions:
        return await _shown(db, door, passed, dates, language, Status.INCOMPLETE, questions=questions)
    if passed.verdict in PASSED.values():
        return await _shown(db, door, passed, dates, language, Status.OK)
    reason = REASONS[passed.verdict]
    if passed.ticket is None:
        return Redeemed(status=Status.ERROR, reason=reason)
    told = await _shown(db, door, passed, dates, language, Status.ERROR, reason)
    events = {date.event_id for date in dates}
    if reason is Reason.INVALID_TIME and told.position is not None and told.position.event_id not in events:
        reason = Reason.PRODUCT
    return Redeemed(
        status=Status.ERROR, reason=reason, explanation=passed.verdict, position=told.position, date=told.date
    )


async def _shown(
    db: Database,
    door: Door,
    passed: Passed,
    dates: Sequence[DoorDate],
    language: str,
    status: Status,
    reason: Reason | None = None,
    questions: tuple[Field, ...] = (),
) -> Redeemed:
    assert passed.ticket is not None, "it has a ticket"
    async with db.read() as c:
        row = await SQL.positions.one(
            c, _Row, performance_ids=None, ticket_id=passed.ticket.ticket_id, order_ids=None, any_status=True,
            entered=None, rows_max=1, rows_skipped=0,
        )  # fmt: skip
    assert row is not None, "it was just scanned"
    date = next((date for date in dates if date.id == row.performance_id), dates[0])
    position = await _position(db, door.profile, row, language)
    return Redeemed(status=status, reason=reason, position=position, date=date, questions=questions)


async def _position(db: Database, profile: Profile, row: _Row, language: str) -> Position:
    values: dict[str, Any] = {name: getattr(row, name) for name in Position.__struct_fields__}
    values["answers"] = await door_answers.of_ticket(db, profile, row.ticket_id, language)
    if not profile.shows(Shown.NAME):
        values["holder_name"] = None
    return Position(**values)


# Questions


async def _missing(
    db: Database, door: Door, judged: Passed, given: Mapping[str, str], now: datetime, address: str
) -> tuple[Field, ...]:
    """The questions that stand between a good ticket and its door; answers that came with the request are kept."""
    if judged.verdict is not Verdict.ADMITTED or judged.repeated or judged.ticket is None:
        return ()
    ticket_id = judged.ticket.ticket_id
    missing = await _unanswered(db, door.profile, ticket_id)
    said = [(field.id, _texts(field, given[key])) for field in missing if (key := str(number_of(field.id))) in given]
    if not said:
        return missing
    async with db.read() as c:
        order_id = await SQL.order_of.value(c, ticket_id=ticket_id)
    sheet = await answers.sheet(db, door.profile.organisation_id, order_id, ticket_id)
    kept: Given = tuple((field_id, one.texts) for field_id, one in sheet.said.items())
    by = door.actor(address)
    try:
        await answers.change(
            db, door.profile.organisation_id, order_id, ticket_id, (*kept, *said), sheet.mark, by, now
        )  # fmt: skip
    except AnswersRefused:
        return missing
    return await _unanswered(db, door.profile, ticket_id)


async def _unanswered(db: Database, profile: Profile, ticket_id: UUID) -> tuple[Field, ...]:
    async with db.read() as c:
        rows = await SQL.unanswered.rows(c, ticket_id=ticket_id, field_ids=profile.field_ids)
        found = await forms.by_ids(c, [*{row["form_id"] for row in rows}])
    wanted = {row["id"] for row in rows}
    return tuple(field for form in found.values() for field in form.shown if field.id in wanted)


def _texts(field: Field, text: str) -> tuple[str, ...]:
    """An answer as it is kept: of a choice, the keys of the options that are named by their numbers."""
    if field.kind not in CHOICES:
        return (text,)
    chosen = {one.strip() for one in text.split(",")}
    return tuple(option.key for option in field.offered if str(number_of(field.id, option.key)) in chosen)


def ensure_organiser(door: Door, slug: str) -> None:
    """Raises NotThisOrganiser unless the device is of this one."""
    if door.organisation_slug != slug:
        raise NotThisOrganiser
