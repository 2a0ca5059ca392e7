"""What a mail about an order says, ready to be written: dates, amounts and labels in the customer's words.

The templates see this record and nothing else. Text that people typed is cleaned here, once; HTML escaping is the
templates'.
"""

from collections.abc import Iterable
from itertools import groupby

from msgspec import Struct

from mailing.words import WORDS, Letter, Words
from ticketing import formats
from ticketing.jobs import MailKind
from ticketing.legible import clean
from ticketing.states import TicketStatus
from ticketing.tickets import HolderPass, OrderHead, OrderSheet, Ticket
from ticketing.vat import VatShare

SUBJECT_CHARS_MAX = 120


class Line(Struct, frozen=True):
    """A seat and its price, or a date of a pass, which has none."""

    what: str
    who: str
    price: str


class Group(Struct, frozen=True):
    """The seats of one performance, or one pass."""

    title: str
    when: str
    where: str
    lines: tuple[Line, ...]


class Tax(Struct, frozen=True):
    """What of the total is tax, at one rate."""

    label: str
    amount: str


class OrderMail(Struct, frozen=True):
    """A mail about an order. `link` is where it or its tickets are shown, or empty; `taxes` and `vat_number` are empty
    where the seller is not registered for VAT; `admits` where no code is handed out."""

    words: Words
    language: str
    subject: str
    organiser: str
    heading: str
    hello: str
    intro: str
    order: str
    groups: tuple[Group, ...]
    total: str
    taxes: tuple[Tax, ...]
    vat_number: str
    link: str
    link_label: str
    admits: str
    footer: str


def of(
    kind: MailKind,
    sheet: OrderSheet,
    link: str,
    *,
    attached: bool = True,
    own: bool = False,
    at_counter: bool = False,
) -> OrderMail:
    """The mail of an order's sheet, about its valid tickets and passes (of one that is placed: those that are kept),
    which are attached, only linked, or wait at the counter. `own`: the link leads to the order's own page."""
    head, tag = sheet.head, sheet.head.customer_locale
    language = formats.language(tag)
    words = WORDS[language]
    told = TicketStatus.RESERVED if kind is MailKind.ORDER_PLACED else TicketStatus.VALID
    letter, groups = words.letters[kind], tuple(_groups(sheet, told, words, tag))
    title = ", ".join(dict.fromkeys(group.title for group in groups)) or head.order_code
    organiser = clean(head.organisation_name)
    return OrderMail(
        words=words,
        language=language,
        subject=clean(letter.subject.replace("{title}", title), SUBJECT_CHARS_MAX),
        organiser=organiser,
        heading=letter.heading,
        hello=words.hello.replace("{name}", clean(head.customer_name)),
        intro=_intro(letter, attached, at_counter),
        order=words.order.replace("{code}", head.order_code),
        groups=groups,
        total=formats.money(head.total_cents, head.currency, tag),
        taxes=tuple(_tax(share, head.currency, words, tag) for share in head.vat),
        vat_number=words.vat_number.replace("{number}", clean(head.vat_number)) if head.vat and head.vat_number else "",
        link=link,
        link_label=words.see_order if own else words.see_tickets,
        admits=words.admits if told is TicketStatus.VALID and not at_counter else "",
        footer=words.footer.replace("{code}", head.order_code).replace("{organiser}", organiser),
    )


def _intro(letter: Letter, attached: bool, at_counter: bool) -> str:
    if at_counter and letter.at_counter:
        return letter.at_counter
    return letter.linked if letter.linked and not attached else letter.intro


def _tax(share: VatShare, currency: str, words: Words, tag: str) -> Tax:
    label = words.vat.replace("{rate}", formats.rate(share.rate_thousandths, tag))
    return Tax(label, formats.money(share.vat_cents, currency, tag))


def _groups(sheet: OrderSheet, told: TicketStatus, words: Words, tag: str) -> Iterable[Group]:
    valid = [ticket for ticket in sheet.tickets if ticket.status == told]
    for held in sheet.passes:
        if held.status == told:
            seats = [ticket for ticket in valid if ticket.pass_id == held.pass_id]
            yield _of_pass(sheet.head, held, seats, words, tag)
    alone = (ticket for ticket in valid if ticket.pass_id is None)
    for _, tickets in groupby(alone, key=lambda ticket: (ticket.pool_id, ticket.starts_at)):
        yield _of_performance(sheet.head, list(tickets), words, tag)


def _of_performance(head: OrderHead, tickets: list[Ticket], words: Words, tag: str) -> Group:
    first = tickets[0]
    doors = words.doors.format(hour=formats.hour(first.doors_at, first.time_zone, tag))
    return Group(
        title=clean(first.title(tag)),
        when=f"{_when(first, tag)} ({doors})",
        where=", ".join(filter(None, (clean(first.venue_name), clean(first.venue_address)))),
        lines=tuple(
            Line(
                what=_seat(ticket, words),
                who=" · ".join(filter(None, (ticket.bought(tag), clean(ticket.holder_name)))),
                price=formats.money(ticket.price_cents, head.currency, tag),
            )
            for ticket in tickets
        ),
    )


def _of_pass(head: OrderHead, held: HolderPass, seats: list[Ticket], words: Words, tag: str) -> Group:
    return Group(
        title=clean(held.name),
        when=formats.money(held.price_cents, head.currency, tag),
        where=clean(held.holder_name),
        lines=tuple(Line(f"{clean(seat.title(tag))}, {_seat(seat, words)}", _when(seat, tag), "") for seat in seats),
    )


def _when(ticket: Ticket, tag: str) -> str:
    at, zone = ticket.starts_at, ticket.time_zone
    return f"{formats.day(at, zone, tag)}, {formats.hour(at, zone, tag)}"


def _seat(ticket: Ticket, words: Words) -> str:
    row, seat = clean(ticket.row_label), clean(ticket.seat_label)
    numbered = [
        words.row.replace("{label}", row) if row else "",
        words.seat.replace("{label}", seat) if seat else "",
    ]
    where = ", ".join(filter(None, numbered)) or words.unnumbered
    return ", ".join(filter(None, (clean(ticket.zone), where)))
