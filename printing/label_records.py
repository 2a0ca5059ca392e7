"""What a thermal ticket can say: the same facts as the PDF tickets (`printing/records.py`), one by one, so that a
format picks those that it has a block for.

As there, everything is in words already and what people typed is cleaned, once.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from printing import code128, words
from printing.label_designs import Bars, Field
from ticketing import formats
from ticketing.formats import Language
from ticketing.legible import clean
from ticketing.tickets import Issued, IssuedPass, IssuedTicket, OrderHead, Ticket

ANSWER_CHARS_MAX = 120


class Words(Struct, frozen=True, kw_only=True):
    """What only these tickets say. Those with braces are filled in here."""

    reprint: str
    vat: str
    vat_number: str


WORDS: Mapping[Language, Words] = {
    Language.EN: Words(reprint="Duplicate {number}", vat="incl. VAT {rate}", vat_number="VAT no. {number}"),
    Language.FR: Words(reprint="Duplicata {number}", vat="TVA {rate} incluse", vat_number="N° TVA {number}"),
}


class LabelRecord(Struct, frozen=True):
    """A ticket or a pass: its facts by name (those it has), what each is called, its code, and what bars say."""

    language: Language
    facts: Mapping[Field, str]
    labels: Mapping[Field, str]
    code: str
    bars: Mapping[Bars, str]


def of(issued: Issued, tag: str, reprints: Mapping[UUID, int] | None = None) -> tuple[LabelRecord, ...]:
    """The records of an order in the locale `tag`: its passes, then its tickets. `reprints` says of a ticket's or a
    pass's id the how manieth duplicate this is."""
    again = reprints or {}
    count = len(issued.tickets)
    return (
        *(_of_pass(issued.head, one, tag, again.get(one.holder_pass.pass_id, 0)) for one in issued.passes),
        *(
            _of_ticket(issued.head, one, n, count, tag, again.get(one.ticket.ticket_id, 0))
            for n, one in enumerate(issued.tickets, 1)
        ),
    )


def _of_ticket(head: OrderHead, issued: IssuedTicket, n: int, count: int, tag: str, reprint: int) -> LabelRecord:
    ticket, said = issued.ticket, words.WORDS[formats.language(tag)]
    at, zone = ticket.starts_at, ticket.time_zone
    facts = _shared(head, tag, reprint) | {
        Field.TITLE: clean(ticket.title(tag)),
        Field.DAY: formats.day(at, zone, tag),
        Field.DATE: formats.short_day(at, zone, tag),
        Field.HOUR: formats.hour(at, zone, tag),
        Field.DOORS: said.doors.format(hour=formats.hour(ticket.doors_at, zone, tag)),
        Field.VENUE: clean(ticket.venue_name),
        Field.ADDRESS: clean(ticket.venue_address),
        **_seat(ticket, said),
        Field.CATEGORY: clean(ticket.category),
        Field.TARIFF: ticket.bought(tag),
        Field.PRICE: formats.money(ticket.price_cents, head.currency, tag),
        Field.HOLDER: clean(ticket.holder_name),
        Field.NUMBER: said.number.format(serial=ticket.serial),
        Field.COUNT: said.ticket_of.format(number=n, count=count),
        Field.ADMITS: said.admits,
        Field.ANSWERS: clean(" · ".join(f"{one.question} {one.answer}" for one in ticket.answers), ANSWER_CHARS_MAX),
    }
    return _record(head, tag, facts, issued.code, ticket.serial)


def _of_pass(head: OrderHead, issued: IssuedPass, tag: str, reprint: int) -> LabelRecord:
    held, seats, said = issued.holder_pass, issued.seats, words.WORDS[formats.language(tag)]
    days = [formats.short_day(seat.starts_at, seat.time_zone, tag) for seat in (seats[0], seats[-1])] if seats else []
    one_seat = len({(seat.zone, seat.row_label, seat.seat_label) for seat in seats}) == 1
    facts = _shared(head, tag, reprint) | {
        Field.TITLE: clean(held.name),
        Field.DAY: said.date_count(len(seats)),
        Field.DATE: " – ".join(dict.fromkeys(days)),
        **(_seat(seats[0], said) if one_seat else {Field.SEAT: said.by_date}),
        Field.PRICE: formats.money(held.price_cents, head.currency, tag),
        Field.HOLDER: clean(held.holder_name),
        Field.NUMBER: said.number.format(serial=held.serial),
        Field.COUNT: said.season_pass,
        Field.ADMITS: said.pass_admits,
    }
    return _record(head, tag, facts, issued.code, held.serial)


def _record(head: OrderHead, tag: str, facts: Mapping[Field, str], code: str, serial: int) -> LabelRecord:
    said = words.WORDS[formats.language(tag)]
    labels = {
        Field.ZONE: said.zone, Field.ROW: said.row, Field.SEAT: said.seat, Field.CATEGORY: said.category,
        Field.TARIFF: said.tariff, Field.PRICE: said.price, Field.HOLDER: said.holder, Field.ORDER: said.order,
    }  # fmt: skip
    bars = {Bars.NUMBER: code128.even(serial), Bars.ORDER: head.order_code}
    there = {field: text for field, text in facts.items() if text}
    return LabelRecord(formats.language(tag), there, labels, code, bars)


def _shared(head: OrderHead, tag: str, reprint: int) -> dict[Field, str]:
    own = WORDS[formats.language(tag)]
    whole = sum(share.amount_cents for share in head.vat) == head.total_cents
    rates = {share.rate_thousandths for share in head.vat} if whole else set()
    vat: Sequence[str] = (
        own.vat_number.format(number=clean(head.vat_number)) if head.vat_number else "",
        own.vat.format(rate=formats.rate(rates.pop(), tag)) if len(rates) == 1 else "",
    )
    # The rate is said where the whole order is at one: which line has which is not a ticket's to know.
    return {
        Field.ORGANISER: clean(head.organisation_name),
        Field.ORDER: head.order_code,
        Field.VAT: " · ".join(filter(None, vat)),
        Field.REPRINT: own.reprint.format(number=reprint) if reprint else "",
    }


def _seat(ticket: Ticket, said: words.Words) -> dict[Field, str]:
    """Zone, row and seat; a place without a number says so."""
    row, seat = clean(ticket.row_label), clean(ticket.seat_label)
    return {Field.ZONE: clean(ticket.zone), Field.ROW: row, Field.SEAT: seat or ("" if row else said.unnumbered)}
