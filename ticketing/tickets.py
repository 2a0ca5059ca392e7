"""Tickets as their holders see them, and what happens to one without its order changing.

A ticket is the right to one place at one performance. It is sold, paid, cancelled and moved with its order; here it is
read, signed, opposed (made invalid, its place and its proof kept) and issued again under a new code. A pass owns one
ticket a performance and is shown and signed as one thing: its tickets are its seats.
"""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from ticketing import answers, audit, formats, jobs, oppositions
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.legible import clean
from ticketing.refusals import CodesSpent, NotFound, TicketsNotIssued
from ticketing.signing_keys import Keys, Signer
from ticketing.sql import load
from ticketing.states import TICKET, OrderStatus, TicketEvent, TicketStatus, step
from ticketing.ticket_codes import GENERATION_MAX
from ticketing.vat import VatShare

ACTS = {
    TicketEvent.OPPOSE: "ticket.opposed",
    TicketEvent.ALLOW: "ticket.allowed",
    TicketEvent.REISSUE: "ticket.reissued",
}

SQL = load("tickets")


class OrderHead(Struct, frozen=True):
    """An order: who sells it, who bought it, what it comes to. `total_cents` is the sum of its lines, `vat` what of it
    is tax, the highest rate first; `vat_number` is the seller's, empty where there is none."""

    order_id: UUID
    order_code: str
    status: OrderStatus
    currency: str
    placed_at: datetime
    organisation_id: UUID
    box_office_name: str
    organisation_name: str
    customer_name: str
    customer_email: str
    customer_locale: str
    total_cents: int
    vat: tuple[VatShare, ...] = ()
    vat_number: str = ""


class TicketAnswer(Struct, frozen=True):
    """A question of a form and what was answered, as the ticket shows them; in the customer's language."""

    question: str
    answer: str


class TicketOption(Struct, frozen=True):
    """What a ticket was bought with; its price is in the ticket's. `names` are by language."""

    name: str
    names: dict[str, str]
    price_cents: int

    def called(self, tag: str) -> str:
        """Its name for a reader."""
        return self.names.get(formats.language(tag)) or self.name


class Ticket(Struct, frozen=True):
    """A ticket with all that is written on it. `row_label` and `seat_label` are empty where nobody has a number.

    `event_name` is the event's title in the box office's language, or its name; `titles` and `tariff_names` are by
    language.
    """

    ticket_id: UUID
    serial: int
    generation: int
    status: TicketStatus
    pass_id: UUID | None
    pool_id: int
    zone: str
    row_label: str
    seat_label: str
    category: str
    tariff_name: str
    price_cents: int
    holder_name: str
    event_name: str
    venue_name: str
    venue_address: str
    time_zone: str
    starts_at: datetime
    doors_at: datetime
    answers: tuple[TicketAnswer, ...] = ()
    titles: dict[str, str] = {}
    tariff_names: dict[str, str] = {}
    options: tuple[TicketOption, ...] = ()
    performance_id: UUID | None = None
    ends_at: datetime | None = None

    def title(self, tag: str) -> str:
        """What the event is called for a reader."""
        return self.titles.get(formats.language(tag)) or self.event_name

    def tariff(self, tag: str) -> str:
        """What the tariff is called for a reader; empty for the seat of a pass."""
        return self.tariff_names.get(formats.language(tag)) or self.tariff_name

    def bought(self, tag: str) -> str:
        """The tariff and the options that are in the price, cleaned, as papers and mails write them."""
        return " + ".join(filter(None, (clean(self.tariff(tag)), *(clean(one.called(tag)) for one in self.options))))


class HolderPass(Struct, frozen=True):
    """A pass somebody holds."""

    pass_id: UUID
    serial: int
    generation: int
    status: TicketStatus
    holder_name: str
    name: str
    short_name: str
    price_cents: int


class OrderSheet(Struct, frozen=True):
    """An order with its tickets and passes, whatever their status. Tickets are in the order of their dates and places,
    those of passes among them."""

    head: OrderHead
    tickets: tuple[Ticket, ...]
    passes: tuple[HolderPass, ...]


class IssuedTicket(Struct, frozen=True):
    """A valid ticket and its code."""

    ticket: Ticket
    code: str


class IssuedPass(Struct, frozen=True):
    """A valid pass, its code, and its seats by date."""

    holder_pass: HolderPass
    code: str
    seats: tuple[Ticket, ...]


class Issued(Struct, frozen=True):
    """What is handed out for an order; printing makes one page of each ticket and pass."""

    head: OrderHead
    tickets: tuple[IssuedTicket, ...]
    passes: tuple[IssuedPass, ...]


class Changed(Struct, frozen=True):
    """A ticket or a pass after it was opposed or issued again."""

    status: TicketStatus
    generation: int


class _Locked(Struct, frozen=True):
    ticket_id: UUID
    order_id: UUID
    order_code: str
    box_office_id: UUID
    serial: int
    status: str
    generation: int


async def sheet(db: Database, order_id: UUID) -> OrderSheet:
    """An order as its customer sees it, as of one moment; NotFound when there is none."""
    async with db.transaction("repeatable_read") as c:
        head = await SQL.order_head.one(c, OrderHead, order_id=order_id)
        tickets = await SQL.of_order.all(c, Ticket, order_id=order_id)
        passes = await SQL.passes_of_order.all(c, HolderPass, order_id=order_id)
        if head is None:
            raise NotFound(what="order")
        lines = await answers.on_tickets(c, order_id, head.customer_locale)
    for n, ticket in enumerate(tickets):
        if ticket.ticket_id in lines:
            shown = tuple(TicketAnswer(question, answer) for question, answer in lines[ticket.ticket_id])
            tickets[n] = msgspec.structs.replace(ticket, answers=shown)
    return OrderSheet(head, tuple(tickets), tuple(passes))


async def issued(db: Database, keys: Keys, order_id: UUID, now: datetime) -> Issued:
    """The order's valid tickets and passes with their codes; TicketsNotIssued when it has none."""
    found = await sheet(db, order_id)
    made = issue(found, await keys.signer(found.head.organisation_id, now))
    if not made.tickets and not made.passes:
        raise TicketsNotIssued
    return made


def issue(sheet: OrderSheet, signer: Signer) -> Issued:
    """Sign what is valid. The same ticket signed twice by one key has the same code."""
    valid = [ticket for ticket in sheet.tickets if ticket.status == TicketStatus.VALID]
    return Issued(
        sheet.head,
        tuple(IssuedTicket(t, signer.ticket(t.serial, t.generation, t.pool_id)) for t in valid if t.pass_id is None),
        tuple(
            IssuedPass(p, signer.holder_pass(p.serial, p.generation), tuple(t for t in valid if t.pass_id == p.pass_id))
            for p in sheet.passes
            if p.status == TicketStatus.VALID
        ),
    )


async def oppose(
    db: Database, organisation_id: UUID, ticket_id: UUID, now: datetime, by: Actor | None = None, reason: str = ""
) -> Changed:
    """Make a valid ticket invalid; nobody else gets its place, and why is kept."""
    return await _change(db, organisation_id, ticket_id, TicketEvent.OPPOSE, now, by, oppositions.reason_of(reason))


async def allow(
    db: Database, organisation_id: UUID, ticket_id: UUID, now: datetime, by: Actor | None = None
) -> Changed:
    """End a ticket's opposition: the code that its holder has is good again."""
    return await _change(db, organisation_id, ticket_id, TicketEvent.ALLOW, now, by)


async def reissue(
    db: Database, organisation_id: UUID, ticket_id: UUID, now: datetime, by: Actor | None = None
) -> Changed:
    """Give a valid or opposed ticket a new code, which ends the old one, and mail it to the customer."""
    return await _change(db, organisation_id, ticket_id, TicketEvent.REISSUE, now, by)


async def _change(
    db: Database,
    organisation_id: UUID,
    ticket_id: UUID,
    event: TicketEvent,
    now: datetime,
    by: Actor | None,
    reason: str = "",
) -> Changed:
    async with db.transaction() as c:
        ticket = await SQL.lock.one(c, _Locked, organisation_id=organisation_id, ticket_id=ticket_id)
        if ticket is None:
            raise NotFound(what="ticket")
        after = changed("ticket", ticket.status, ticket.generation, event)
        await SQL.write.run(c, ticket_id=ticket_id, status=after.status, generation=after.generation)
        await oppositions.follow(c, event, ticket.generation, now, by, reason, ticket_id=ticket_id)
        if event == TicketEvent.REISSUE:
            await jobs.enqueue(c, Job.SEND_MAIL, SendMail(ticket.order_id, MailKind.TICKETS_REISSUED))
        if by is not None:
            subject = Subject(
                kind="order", id=ticket.order_id, name=ticket.order_code, box_office_id=ticket.box_office_id
            )
            await audit.note(c, by, ACTS[event], subject, now, _told(ticket, after, reason))
    return after


def _told(ticket: _Locked, after: Changed, reason: str) -> dict[str, tuple[object, object]]:
    """What the audit log says of it."""
    told: dict[str, tuple[object, object]] = {
        "ticket": (ticket.serial, ticket.serial),
        "status": (ticket.status, after.status),
        "generation": (ticket.generation, after.generation),
    }
    return told | ({"reason": ("", reason)} if reason else {})


def changed(what: str, status: str, generation: int, event: TicketEvent) -> Changed:
    """Status and generation after an opposition or a reissue; WrongState and CodesSpent are what can be wrong."""
    after = step(TICKET, what, TicketStatus(status), event)
    if event != TicketEvent.REISSUE:
        return Changed(after, generation)
    if generation >= GENERATION_MAX:
        raise CodesSpent(what=what, generation_max=GENERATION_MAX)
    return Changed(after, generation + 1)
