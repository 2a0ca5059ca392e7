"""What a ticket says, ready to be set: every date, amount and label already in words.

A template sees these records and nothing else, so what is printed can be read off a record in a test, and a printer
language other than HTML takes the same ones. User text is cleaned here, once (`legible.clean`); `size` of a text picks
the template's largest letters that hold it.
"""

from msgspec import Struct

from printing import qr
from printing.fit import step
from printing.words import WORDS, Words
from ticketing import formats
from ticketing.legible import clean
from ticketing.tickets import Issued, IssuedPass, IssuedTicket, OrderHead, Ticket, TicketAnswer

TITLE_SIZES = (18, 36, 72)
PLACE_SIZES = (4, 9, 18, 34)
LINES_MAX, LINE_CHARS_MAX = 3, 60


class Sized(Struct, frozen=True):
    """A text and the size to set it in: 0 is the largest."""

    text: str
    size: int


class Fact(Struct, frozen=True):
    """A label and what it says; a `wide` one says much and gets more room."""

    label: str
    text: str
    wide: bool = False


class SeatFact(Struct, frozen=True):
    """A part of where to sit."""

    label: str
    value: Sized


class SeatLine(Struct, frozen=True):
    """One date of a pass."""

    day: str
    hour: str
    event: str
    venue: str
    seat: str


class TicketRecord(Struct, frozen=True):
    """A ticket or a pass as printed. `code_path` is the QR's outline (`qr.outline`); `lines` are the dates of a pass,
    whose seat stands on its face when it is the same at all of them."""

    organiser: str
    kind: str
    title: Sized
    day: str
    hour: str
    after_hour: str
    venue: str
    address: str
    seat: tuple[SeatFact, ...]
    facts: tuple[Fact, ...]
    serial: str
    admits: str
    lines: tuple[SeatLine, ...]
    code_path: str


def of(issued: Issued, tag: str) -> tuple[TicketRecord, ...]:
    """The records of an order in the locale `tag`: its passes, then its tickets."""
    count = len(issued.tickets)
    return (
        *(_of_pass(issued.head, held, tag) for held in issued.passes),
        *(_of_ticket(issued.head, ticket, n, count, tag) for n, ticket in enumerate(issued.tickets, 1)),
    )


def _of_ticket(head: OrderHead, issued: IssuedTicket, number: int, count: int, tag: str) -> TicketRecord:
    words, ticket = WORDS[formats.language(tag)], issued.ticket
    return TicketRecord(
        organiser=clean(head.organisation_name),
        kind=words.ticket_of.format(number=number, count=count),
        title=_sized(ticket.title(tag), TITLE_SIZES),
        day=formats.day(ticket.starts_at, ticket.time_zone, tag),
        hour=formats.hour(ticket.starts_at, ticket.time_zone, tag),
        after_hour=words.doors.format(hour=formats.hour(ticket.doors_at, ticket.time_zone, tag)),
        venue=clean(ticket.venue_name),
        address=clean(ticket.venue_address),
        seat=_seat(ticket, words),
        facts=_facts(
            (words.holder, clean(ticket.holder_name)),
            (words.category, clean(ticket.category)),
            (words.tariff, ticket.bought(tag), bool(ticket.options)),
            (words.price, formats.money(ticket.price_cents, head.currency, tag)),
            (words.order, head.order_code),
            *((clean(said.question, LINE_CHARS_MAX), clean(said.answer, LINE_CHARS_MAX)) for said in _lines(ticket)),
        ),
        serial=words.number.format(serial=ticket.serial),
        admits=words.admits,
        lines=(),
        code_path=qr.outline(issued.code),
    )


def _lines(ticket: Ticket) -> tuple[TicketAnswer, ...]:
    """The answers that a ticket has room for."""
    return ticket.answers[:LINES_MAX]


def _of_pass(head: OrderHead, issued: IssuedPass, tag: str) -> TicketRecord:
    words, held, seats = WORDS[formats.language(tag)], issued.holder_pass, issued.seats
    one_seat = len({(seat.zone, seat.row_label, seat.seat_label) for seat in seats}) == 1
    days = [formats.short_day(seat.starts_at, seat.time_zone, tag) for seat in (seats[0], seats[-1])] if seats else []
    return TicketRecord(
        organiser=clean(head.organisation_name),
        kind=words.season_pass,
        title=_sized(held.name, TITLE_SIZES),
        day=words.date_count(len(seats)),
        hour="",
        after_hour=" – ".join(dict.fromkeys(days)),
        venue="",
        address="",
        seat=_seat(seats[0], words) if one_seat else (SeatFact(words.seat, _sized(words.by_date, PLACE_SIZES)),),
        facts=_facts(
            (words.holder, clean(held.holder_name)),
            (words.price, formats.money(held.price_cents, head.currency, tag)),
            (words.order, head.order_code),
        ),
        serial=words.number.format(serial=held.serial),
        admits=words.pass_admits,
        lines=tuple(_line(seat, not one_seat, tag) for seat in seats),
        code_path=qr.outline(issued.code),
    )


def _seat(ticket: Ticket, words: Words) -> tuple[SeatFact, ...]:
    """Zone, row and seat, those there are; a place without a number says so."""
    parts = [(words.zone, ticket.zone), (words.row, ticket.row_label), (words.seat, ticket.seat_label)]
    if not ticket.row_label and not ticket.seat_label:
        parts = [*parts[:1], (words.seat, words.unnumbered)]
    return tuple(SeatFact(label, _sized(text, PLACE_SIZES)) for label, text in parts if clean(text))


def _line(ticket: Ticket, with_seat: bool, tag: str) -> SeatLine:
    seat = [clean(part) for part in (ticket.zone, ticket.row_label, ticket.seat_label)]
    return SeatLine(
        day=formats.short_day(ticket.starts_at, ticket.time_zone, tag),
        hour=formats.hour(ticket.starts_at, ticket.time_zone, tag),
        event=clean(ticket.title(tag)),
        venue=clean(ticket.venue_name),
        seat=" · ".join(part for part in seat if part) if with_seat else "",
    )


def _facts(*told: tuple[str, str] | tuple[str, str, bool]) -> tuple[Fact, ...]:
    return tuple(fact for one in told if (fact := Fact(*one)).text)


def _sized(text: str, bounds: tuple[int, ...]) -> Sized:
    shown = clean(text)
    return Sized(shown, step(shown, *bounds))
