"""What a ticket says, ready to be set: every date, amount and label already in words.

A template sees these records and nothing else, so what is printed can be read off a record in a test, and a printer
language other than HTML takes the same ones. User text is cleaned here, once (`legible.clean`); `size` of a text picks
the template's largest letters that hold it. What a design leaves out is not in its records.
"""

from msgspec import Struct

from printing import qr
from printing.fit import step
from printing.words import WORDS, Words
from ticketing import formats
from ticketing.legible import clean
from ticketing.ticket_designs import BARE, PLAIN, TERMS_CHARS_MAX, Dress, Gallery, Part, PictureOf, Texts, Wardrobe
from ticketing.tickets import Issued, IssuedPass, IssuedTicket, OrderHead, Ticket, TicketAnswer

TITLE_SIZES = (18, 36, 72)
PLACE_SIZES = (4, 9, 18, 34)
LINES_MAX, LINE_CHARS_MAX = 3, 60
DENSE_LINES, DENSE_CHARS = 12, 800
"""Terms of more than this are set smaller."""


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


class Said(Struct, frozen=True):
    """What the organiser says on a ticket, besides its facts."""

    note: str = ""
    contact: str = ""
    terms: tuple[str, ...] = ()

    @property
    def dense(self) -> bool:
        """Whether the terms are set smaller, to have room."""
        return len(self.terms) > DENSE_LINES or sum(map(len, self.terms)) > DENSE_CHARS


class TicketRecord(Struct, frozen=True):
    """A ticket or a pass as printed. `code_path` is the QR's outline (`qr.outline`); `lines` are the dates of a pass,
    whose seat stands on its face when it is the same at all of them. `leaf` is what a calendar's leaf says of the day:
    weekday, number, month; `dress` the design it is set in, `picture` the hash of the one it shows."""

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
    leaf: tuple[str, ...] = ()
    said: Said = Said()
    hints: bool = True
    dress: Dress = PLAIN
    picture: bytes | None = None


def of(issued: Issued, tag: str, wardrobe: Wardrobe = BARE) -> tuple[TicketRecord, ...]:
    """The records of an order in the locale `tag`: its passes, then its tickets."""
    count, of_passes = len(issued.tickets), wardrobe.passes()
    return (
        *(_of_pass(issued.head, held, tag, of_passes) for held in issued.passes),
        *(
            _of_ticket(issued.head, one, n, count, tag, *wardrobe.ticket(one.ticket.ticket_id))
            for n, one in enumerate(issued.tickets, 1)
        ),
    )


def _of_ticket(
    head: OrderHead, issued: IssuedTicket, number: int, count: int, tag: str, dress: Dress, of_event: bytes | None
) -> TicketRecord:
    words, ticket, hidden = WORDS[formats.language(tag)], issued.ticket, dress.look.hidden
    doors = words.doors.format(hour=formats.hour(ticket.doors_at, ticket.time_zone, tag))
    return TicketRecord(
        organiser=clean(head.organisation_name),
        kind=words.ticket_of.format(number=number, count=count),
        title=_sized(ticket.title(tag), TITLE_SIZES),
        day=formats.day(ticket.starts_at, ticket.time_zone, tag),
        hour=formats.hour(ticket.starts_at, ticket.time_zone, tag),
        after_hour="" if Part.DOORS in hidden else doors,
        venue=clean(ticket.venue_name),
        address="" if Part.ADDRESS in hidden else clean(ticket.venue_address),
        seat=_seat(ticket, words),
        facts=_facts(
            hidden,
            (Part.HOLDER, words.holder, clean(ticket.holder_name)),
            (Part.CATEGORY, words.category, clean(ticket.category)),
            (Part.TARIFF, words.tariff, ticket.bought(tag), bool(ticket.options)),
            (Part.PRICE, words.price, formats.money(ticket.price_cents, head.currency, tag)),
            (Part.ORDER, words.order, head.order_code),
            *((Part.ANSWERS, *_line_of(said)) for said in ticket.answers[:LINES_MAX]),
        ),
        serial=words.number.format(serial=ticket.serial),
        admits=words.admits,
        lines=(),
        code_path=qr.outline(issued.code),
        leaf=formats.leaf(ticket.starts_at, ticket.time_zone, tag),
        said=_said(dress, tag),
        hints=Part.HINTS not in hidden,
        dress=dress,
        picture=_picture(dress, of_event),
    )


def _line_of(said: TicketAnswer) -> tuple[str, str]:
    """A question and its answer, as far as a ticket has room for them."""
    return clean(said.question, LINE_CHARS_MAX), clean(said.answer, LINE_CHARS_MAX)


def _of_pass(head: OrderHead, issued: IssuedPass, tag: str, dress: Dress) -> TicketRecord:
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
            dress.look.hidden,
            (Part.HOLDER, words.holder, clean(held.holder_name)),
            (Part.PRICE, words.price, formats.money(held.price_cents, head.currency, tag)),
            (Part.ORDER, words.order, head.order_code),
        ),
        serial=words.number.format(serial=held.serial),
        admits=words.pass_admits,
        lines=tuple(_line(seat, not one_seat, tag) for seat in seats),
        code_path=qr.outline(issued.code),
        said=_said(dress, tag),
        hints=Part.HINTS not in dress.look.hidden,
        dress=dress,
        picture=_picture(dress, None),
    )


def _picture(dress: Dress, of_event: bytes | None) -> bytes | None:
    """The picture to show: its own of the organiser's kind always, of the others as was chosen."""
    if dress.gallery is Gallery.PICTURE or dress.look.picture_of is PictureOf.OWN:
        return dress.picture
    return of_event if dress.look.picture_of is PictureOf.EVENT else None


def _said(dress: Dress, tag: str) -> Said:
    """The organiser's texts in the reader's language; one that is not there in it is left out."""
    texts = dress.look.texts.get(formats.language(tag), Texts())
    lines = (clean(line, TERMS_CHARS_MAX) for line in texts.terms.split("\n"))
    return Said(clean(texts.note), clean(texts.contact), tuple(line for line in lines if line))


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


def _facts(hidden: tuple[Part, ...], *told: tuple[Part, str, str] | tuple[Part, str, str, bool]) -> tuple[Fact, ...]:
    return tuple(fact for part, *one in told if part not in hidden and (fact := Fact(*one)).text)


def _sized(text: str, bounds: tuple[int, ...]) -> Sized:
    shown = clean(text)
    return Sized(shown, step(shown, *bounds))
