"""The check-in call of other makers over the wire: its bodies and answers, field by field as they publish them.

Names, types and the values of `status`, `reason` and `type` are theirs; `docs/scanning.md` says what each is here.
Unknown fields of a body are left alone, since their programs send more than is used here.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Annotated, Any, Literal
from uuid import UUID

from babel.numbers import get_currency_precision
from msgspec import UNSET, Meta, Struct, UnsetType, field

from api.scan_wire import Moment
from ticketing.checkins import Passage, Position, Reason, Redeemed, Status, number_of
from ticketing.door_dates import DoorDate
from ticketing.doors import Direction
from ticketing.forms import Field, Kind
from ticketing.ids import CODE_ALPHABET
from ticketing.states import OrderStatus, TicketStatus

LISTS_MAX = 50
ANSWERS_MAX = 60
ORDER_STATUSES = {
    OrderStatus.PENDING: "n",
    OrderStatus.PAID: "p",
    OrderStatus.EXPIRED: "e",
    OrderStatus.CANCELLED: "c",
}
WAYS = {Direction.IN: "entry", Direction.OUT: "exit"}
TYPES = {
    Kind.TEXT: "S",
    Kind.EMAIL: "S",
    Kind.LONG_TEXT: "T",
    Kind.SELECT: "C",
    Kind.RADIO: "C",
    Kind.CHECKBOXES: "M",
    Kind.TELEPHONE: "TEL",
    Kind.DATE: "D",
    Kind.NUMBER: "N",
    Kind.FILE: "F",
}

ListId = Annotated[int, Meta(ge=1, le=(1 << 63) - 1)]


class RedeemBody(Struct, frozen=True):
    """A secret to be redeemed on lists: dates by their numbers."""

    secret: Annotated[str, Meta(max_length=1000)]
    lists: Annotated[tuple[ListId, ...], Meta(min_length=1, max_length=LISTS_MAX)]
    type: Literal["entry", "exit"] = "entry"
    at: Moment | None = field(default=None, name="datetime")
    force: bool = False
    ignore_unpaid: bool = False
    questions_supported: bool = True
    answers: Annotated[dict[str, Annotated[str, Meta(max_length=5000)]], Meta(max_length=ANSWERS_MAX)] | None = None
    nonce: Annotated[str, Meta(max_length=200)] | None = None


class CheckinList(Struct, frozen=True):
    """A date as a check-in list."""

    id: int
    name: str
    event: str
    subevent: int | None
    include_pending: bool = False


class CheckinEntry(Struct, frozen=True):
    """Somebody went through. `gate` is always null: gates have names here, and no numbers."""

    list: int
    type: str
    gate: int | None
    device: int | None
    at: datetime = field(name="datetime")
    auto_checked_in: bool = False


class CheckinSeat(Struct, frozen=True):
    """A numbered seat."""

    id: int
    name: str
    zone_name: str
    row_name: str
    row_label: str | None
    seat_number: str
    seat_label: str | None
    seat_guid: str


class CheckinAnswer(Struct, frozen=True):
    """What was answered to a question that the profile shows."""

    question: int
    question_identifier: str
    answer: str
    options: tuple[int, ...] = ()
    option_identifiers: tuple[str, ...] = ()


class CheckinPosition(Struct, frozen=True, kw_only=True):
    """A ticket as a position of its order. `secret` is the code that was scanned, or, of a search, what redeems it."""

    id: int
    order: str
    positionid: int
    item: int
    variation: int | None = None
    price: str
    attendee_name: str | None
    attendee_name_parts: dict[str, str]
    attendee_email: str | None = None
    voucher: int | None = None
    tax_rate: str
    tax_value: str
    tax_rule: int | None = None
    secret: str
    addon_to: int | None = None
    subevent: int | None
    pseudonymization_id: str
    seat: CheckinSeat | None
    checkins: tuple[CheckinEntry, ...]
    answers: tuple[CheckinAnswer, ...]
    downloads: tuple[str, ...] = ()
    canceled: bool
    blocked: tuple[str, ...] | None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    require_attention: bool = False
    order__status: str
    order__valid_if_pending: bool = False
    order__require_approval: bool = False
    order__locale: str


class CheckinOption(Struct, frozen=True):
    """One of the choices of a question."""

    id: int
    identifier: str
    position: int
    answer: dict[str, str]


class CheckinQuestion(Struct, frozen=True, kw_only=True):
    """A question that has to be answered before somebody comes in."""

    id: int
    question: dict[str, str]
    type: str
    required: bool
    items: tuple[int, ...]
    position: int
    identifier: str
    ask_during_checkin: bool = True
    show_during_checkin: bool = True
    help_text: dict[str, str]
    options: tuple[CheckinOption, ...]


class CheckinResult(Struct, frozen=True, kw_only=True):
    """What became of it. Fields that do not belong to the status are left out."""

    status: Status
    reason: Reason | UnsetType = UNSET
    reason_explanation: str | UnsetType | None = UNSET
    require_attention: bool = False
    checkin_texts: tuple[str, ...] = ()
    position: CheckinPosition | UnsetType = UNSET
    list: CheckinList | UnsetType = UNSET
    questions: tuple[CheckinQuestion, ...] | UnsetType = UNSET
    detail: str | UnsetType = UNSET


class CheckinPage(Struct, frozen=True):
    """A page of positions."""

    count: int
    next: str | None
    previous: str | None
    results: tuple[CheckinPosition, ...]


def redeemed_seen(found: Redeemed, secret: str, explanation: str | None) -> CheckinResult:
    """The answer; `explanation` is its sentence, for the reasons that have one."""
    position, date = found.position, found.date
    error = found.status is Status.ERROR
    return CheckinResult(
        status=found.status,
        reason=found.reason if error and found.reason else UNSET,
        reason_explanation=explanation if error else UNSET,
        checkin_texts=_texts(position),
        position=UNSET if position is None else position_seen(position, secret),
        list=UNSET if date is None else list_seen(date),
        questions=_questions(found) if found.status is Status.INCOMPLETE else UNSET,
        detail="Not found." if found.reason is Reason.INVALID else UNSET,
    )


def list_seen(date: DoorDate) -> CheckinList:
    """A date as a list: of its event, and its own place in that event's series."""
    name = f"{date.event_name} {date.starts_at.isoformat(timespec='minutes')}"
    return CheckinList(date.number, name, str(date.event_id), date.number)


def position_seen(position: Position, secret: str) -> CheckinPosition:
    """A ticket as a position."""
    name = position.holder_name
    item = position.tariff_id or position.pass_type_id or position.event_id
    rate = Decimal(position.vat_thousandths or 0) / 1000
    return CheckinPosition(
        id=position.serial,
        order=position.order_code,
        positionid=position.number,
        item=number_of(item),
        price=_money(position.price_cents, position.currency),
        attendee_name=name,
        attendee_name_parts={} if name is None else {"_scheme": "full", "full_name": name},
        tax_rate=f"{rate:.2f}",
        tax_value=_money(position.vat_cents, position.currency),
        secret=secret,
        subevent=position.list,
        pseudonymization_id=_pseudonym(position.ticket_id),
        seat=_seat(position) if position.row_label or position.seat_label else None,
        checkins=tuple(_checkin(passage) for passage in position.passages),
        answers=tuple(
            CheckinAnswer(number_of(one.field_id), str(one.field_id), one.answer) for one in position.answers
        ),
        canceled=position.status is TicketStatus.CANCELLED,
        blocked=("opposition",) if position.status is TicketStatus.OPPOSED else None,
        order__status=ORDER_STATUSES[position.order_status],
        order__locale=position.order_locale,
    )


def _checkin(passage: Passage) -> CheckinEntry:
    return CheckinEntry(passage.list, WAYS[passage.direction], None, passage.device, passage.at)


def _seat(position: Position) -> CheckinSeat:
    name = " ".join(filter(None, (position.row_label, position.seat_label)))
    return CheckinSeat(
        id=position.place,
        name=name,
        zone_name=position.zone,
        row_name=position.row_label,
        row_label=None,
        seat_number=position.seat_label,
        seat_label=None,
        seat_guid=f"{position.list}-{position.place}",
    )


def _texts(position: Position | None) -> tuple[str, ...]:
    """What else to show: the pass it is of, and the answers that the profile shows."""
    if position is None:
        return ()
    answers = (f"{one.question}: {one.answer}" for one in position.answers)
    return tuple(filter(None, (position.pass_name, *answers)))


def _questions(found: Redeemed) -> tuple[CheckinQuestion, ...]:
    assert found.position is not None, "a ticket has them"
    item = found.position.tariff_id or found.position.event_id
    return tuple(_question(asked, n, item) for n, asked in enumerate(found.questions))


def _question(asked: Field, position: int, item: UUID) -> CheckinQuestion:
    options: Sequence[Any] = asked.offered if asked.kind in (Kind.SELECT, Kind.RADIO, Kind.CHECKBOXES) else ()
    return CheckinQuestion(
        id=number_of(asked.id),
        question=asked.labels,
        type=TYPES[asked.kind],
        required=asked.mandatory,
        items=(number_of(item),),
        position=position,
        identifier=str(asked.id),
        help_text=asked.helps,
        options=tuple(
            CheckinOption(number_of(asked.id, option.key), option.key, n, option.labels)
            for n, option in enumerate(options)
        ),
    )


def _money(cents: int, currency: str) -> str:
    precision = get_currency_precision(currency)
    return f"{Decimal(cents).scaleb(-precision):.{precision}f}"


def _pseudonym(ticket_id: UUID) -> str:
    """Ten signs that name a ticket to nobody else."""
    made = int.from_bytes(blake2b(ticket_id.bytes, digest_size=8, person=b"pseudonym").digest())
    return "".join(CODE_ALPHABET[made >> 5 * n & 31] for n in range(10))
