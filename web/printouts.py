"""What is printed on a box office's printers, put into their queues: an order's tickets, cards and receipt, the pulse
that opens the drawer, reports of tills, test pages.

Who asks names each printing by a key: asked twice, it is printed once. A ticket that was printed before says on its
face which duplicate it is.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from printing import drawers, samples
from printing.machine_records import ESCPOS, Made, Setup
from printing.receipt_records import Paid, Receipt, Sold
from ticketing import (
    box_offices,
    cash_reports,
    dossiers,
    formats,
    label_designs,
    print_jobs,
    ticket_designs,
    ticket_links,
    tickets,
)
from ticketing.audit import Actor
from ticketing.cash_sessions import Session
from ticketing.dossiers import RECEIVED, Dossier
from ticketing.machines import Paper as Loaded
from ticketing.machines import Prints
from ticketing.print_jobs import Kind, NewJob
from ticketing.printers import Printer
from ticketing.refusals import InputRefused, TicketsNotIssued
from ticketing.states import RefundStatus, TicketStatus
from ticketing.ticket_deliveries import Paper
from ticketing.tickets import Issued, OrderSheet, Ticket
from web import cash_words
from web.languages import marked, translated
from web.payment_words import PROVIDERS
from web.ticket_files import Stores

SHEETS = {Loaded.A4: Paper.A4, Loaded.A6: Paper.A6}
PRINTED = (TicketStatus.VALID, TicketStatus.RESERVED, TicketStatus.OPPOSED)
"""Tickets that were sold, and not taken back."""


class Handing(Struct, frozen=True, kw_only=True):
    """What a receipt says of the counter: its till, who serves, what was given and what went back."""

    till: str = ""
    seller: str = ""
    locale: str = ""
    given_cents: int | None = None
    change_cents: int = 0


NOBODY = Handing()


class Asked(Struct, frozen=True, kw_only=True):
    """Who has something printed, under which key, and at which moment; `reason` is why it is printed again."""

    key: str
    by: Actor
    now: datetime
    reason: str = ""
    reprint_of: UUID | None = None


async def order_tickets(
    stores: Stores, printer: Printer, order_id: UUID, asked: Asked, only: Collection[UUID] | None = None
) -> UUID:
    """Print an order's valid tickets and passes (those named in `only`) on labels or sheets; the job's id.

    Raises NotFound, TicketsNotIssued, InputRefused for a printer that prints no tickets, and as `print_jobs.queue`.
    """
    issued, before = await _issued(stores, order_id, asked, only)
    tag = issued.head.customer_locale
    if printer.prints is Prints.LABELS:
        reprints = {id: before[id] for id in _ids(issued) if id in before}
        dressed = await label_designs.labels_of(stores.database, order_id, printer.paper)
        made: Made = await stores.press.for_machine("tickets", issued, setup_of(printer), tag, reprints, dressed)
    elif printer.prints is Prints.DOCUMENTS:
        wardrobe = await ticket_designs.wardrobe(stores.database, order_id)
        pdf = await stores.press.tickets(issued, SHEETS[printer.paper], tag, wardrobe)
        made = Made(pdf, "application/pdf", len(_ids(issued)))
    else:
        raise InputRefused(problem="This printer prints no tickets: choose another one.", where="printer")
    return await _of_order(stores, printer, issued, Kind.TICKETS, made, asked, _ids(issued), bool(before))


async def order_cards(
    stores: Stores, printer: Printer, order_id: UUID, asked: Asked, only: Collection[UUID] | None = None
) -> UUID:
    """Print an order's passes as cards; the job's id. Raises as `order_tickets`."""
    if printer.prints is not Prints.CARDS:
        raise InputRefused(problem="This printer prints no cards: choose another one.", where="printer")
    issued, before = await _issued(stores, order_id, asked, only)
    passes = replace(issued, tickets=())
    if not passes.passes:
        raise TicketsNotIssued()
    made: Made = await stores.press.for_machine("pass_cards", passes, issued.head.customer_locale)
    return await _of_order(stores, printer, passes, Kind.CARD, made, asked, _ids(passes), bool(before))


async def order_receipt(
    stores: Stores, printer: Printer, order_id: UUID, asked: Asked, handing: Handing = NOBODY
) -> UUID:
    """Print an order's receipt; the job's id. Raises NotFound, InputRefused, and as `print_jobs.queue`."""
    _ensure_receipts(printer)
    sheet, dossier = await tickets.sheet(stores.database, order_id), await dossiers.of(stores.database, order_id)
    before = await print_jobs.receipts_of(stores.database, order_id)
    record = receipt_of(stores, sheet, dossier, handing, asked.now, duplicate=before)
    made: Made = await stores.press.for_machine("receipt", record, setup_of(printer))
    issued = Issued(sheet.head, (), ())
    return await _of_order(stores, printer, issued, Kind.RECEIPT, made, asked, (), bool(before))


async def drawer(stores: Stores, printer: Printer, order_id: UUID, name: str, asked: Asked) -> UUID:
    """Open the drawer that is plugged into a receipt printer, for the cash of an order; the job's id."""
    _ensure_receipts(printer)
    wanted = NewJob(
        key=asked.key, kind=Kind.DRAWER, name=name, payload=drawers.opening(), format=ESCPOS, order_id=order_id
    )
    return await print_jobs.queue(stores.database, printer.box_office_id, printer.id, wanted, asked.by, asked.now)


async def cash_report(stores: Stores, printer: Printer, session: Session, asked: Asked) -> UUID:
    """Print the X report of a session as it stands, or its Z report, in its till's language; the job's id."""
    _ensure_receipts(printer)
    database, language = stores.database, session.till_locale
    kept = await cash_reports.kept(database, session.id)
    if kept is not None:
        record = cash_words.record(kept.report, language, kept.hash)
    else:
        record = cash_words.record(await cash_reports.x(database, session.id, asked.now), language)
    made: Made = await stores.press.for_machine("report", record, setup_of(printer))
    wanted = NewJob(
        key=asked.key, kind=Kind.CASH_REPORT, name=record.title, payload=made.payload, format=made.format,
        cash_session_id=session.id,
    )  # fmt: skip
    return await print_jobs.queue(database, printer.box_office_id, printer.id, wanted, asked.by, asked.now)


async def test_page(
    stores: Stores, printer: Printer, organisation: str, currency: str, language: str, asked: Asked
) -> UUID:
    """Print something to see whether a printer prints, and well; the job's id."""
    zone = await box_offices.time_zone(stores.database, printer.box_office_id)
    facts = {
        translated(marked("Test page"), language): printer.name,
        translated(marked("Date"), language): formats.moment(asked.now, zone, language),
    }
    dressed = await label_designs.labels_of_nobody(
        stores.database, printer.box_office_id, printer.paper, samples.NOBODY
    )  # fmt: skip
    given = (setup_of(printer), formats.language(language), organisation, currency, facts, dressed)
    made: Made = await stores.press.for_machine("test_page", *given)
    wanted = NewJob(key=asked.key, kind=Kind.TEST, name=printer.name, payload=made.payload, format=made.format)
    return await print_jobs.queue(stores.database, printer.box_office_id, printer.id, wanted, asked.by, asked.now)


def setup_of(printer: Printer) -> Setup:
    """What lies in a printer, as who makes its bytes wants to know it."""
    return Setup(
        prints=printer.prints, paper=printer.paper, dots_per_mm=printer.dots_per_mm, cuts=printer.cuts
    )  # fmt: skip


def receipt_of(
    stores: Stores, sheet: OrderSheet, dossier: Dossier, handing: Handing, now: datetime, duplicate: int = 0
) -> Receipt:
    """An order's receipt: what was sold and not taken back, how it was paid, the tax in it."""
    head, tag = sheet.head, handing.locale or sheet.head.customer_locale
    lines = [*_sold(sheet, tag)]
    lines += [_adjusted(line.label, line.amount_cents) for line in dossier.lines if line.kind == "adjustment"]
    rest = head.total_cents - sum(line.count * line.unit_cents for line in lines)
    if rest:
        lines.append(_adjusted(translated(marked("Other"), tag), rest))
    return Receipt(
        organiser=head.organisation_name, vat_number=head.vat_number, box_office=head.box_office_name,
        till=handing.till, seller=handing.seller, order_code=head.order_code, at=now, time_zone=dossier.time_zone,
        locale=tag, currency=head.currency, lines=tuple(lines), total_cents=head.total_cents, vat=head.vat,
        payments=tuple(_paid(dossier, handing, tag)), duplicate=duplicate,
        link=stores.site_url + ticket_links.path(stores.settings, head.order_id),
    )  # fmt: skip


def _sold(sheet: OrderSheet, tag: str) -> Iterator[Sold]:
    """Tickets that are alike in one line, then passes."""
    there = [one for one in sheet.tickets if one.pass_id is None and one.status in PRINTED]

    def alike(one: Ticket) -> Any:
        return one.starts_at, one.title(tag), one.bought(tag), one.price_cents

    for (starts_at, title, bought, cents), some in groupby(sorted(there, key=alike), key=alike):
        found = list(some)
        yield Sold(
            title=title, tariff=bought, count=len(found), unit_cents=cents, starts_at=starts_at,
            time_zone=found[0].time_zone, seats=tuple(_seat(one) for one in found),
        )  # fmt: skip
    for held in sheet.passes:
        if held.status in PRINTED:
            yield Sold(title=held.name, tariff=held.holder_name, count=1, unit_cents=held.price_cents)


def _seat(ticket: Ticket) -> str:
    return " ".join(filter(None, (ticket.zone, ticket.row_label, ticket.seat_label)))


def _adjusted(label: str, cents: int) -> Sold:
    return Sold(title=label, tariff="", count=1, unit_cents=cents)


def _paid(dossier: Dossier, handing: Handing, tag: str) -> Iterator[Paid]:
    """What came, and what went back; what was given is said of the last cash."""
    came = [payment for payment in dossier.payments if payment.status in RECEIVED]
    cash = [payment.id for payment in came if payment.provider == "on_site"]
    for payment in came:
        told = handing.given_cents if cash and payment.id == cash[-1] else None
        yield Paid(
            method=_method(payment.provider, tag), amount_cents=payment.amount_cents, given_cents=told,
            change_cents=0 if told is None else handing.change_cents,
        )  # fmt: skip
    for refund in dossier.refunds:
        if refund.status is RefundStatus.SENT:
            yield Paid(method=_method(refund.provider, tag), amount_cents=-refund.amount_cents)


def _method(provider: str, tag: str) -> str:
    called = marked("Cash") if provider == "on_site" else PROVIDERS.get(provider, provider)
    return translated(called, formats.language(tag))


async def _issued(
    stores: Stores, order_id: UUID, asked: Asked, only: Collection[UUID] | None
) -> tuple[Issued, Mapping[UUID, int]]:
    """What is to be printed, and what of it was printed before, how often."""
    issued = await tickets.issued(stores.database, stores.keys, order_id, asked.now)
    if only is not None:
        issued = replace(
            issued,
            tickets=tuple(one for one in issued.tickets if one.ticket.ticket_id in only),
            passes=tuple(one for one in issued.passes if one.holder_pass.pass_id in only),
        )
    ids = _ids(issued)
    if not ids:
        raise TicketsNotIssued()
    counts = await print_jobs.printed_of(stores.database, order_id)
    return issued, {id: counts[id] for id in ids if id in counts}


def _ids(issued: Issued) -> tuple[UUID, ...]:
    passes = (one.holder_pass.pass_id for one in issued.passes)
    return (*passes, *(one.ticket.ticket_id for one in issued.tickets))


async def _of_order(
    stores: Stores,
    printer: Printer,
    issued: Issued,
    kind: Kind,
    made: Made,
    asked: Asked,
    ids: tuple[UUID, ...],
    again: bool,
) -> UUID:
    """Queue a job of an order; the order's history tells of papers that were printed before."""
    wanted = NewJob(
        key=asked.key, kind=kind, name=issued.head.order_code, payload=made.payload, format=made.format,
        page_count=made.page_count, order_id=issued.head.order_id, ticket_ids=ids, reprint_of=asked.reprint_of,
    )  # fmt: skip
    return await print_jobs.queue_of_order(
        stores.database, printer.box_office_id, printer.id, wanted, asked.by, asked.now,
        asked.reason if again or asked.reason else None,
    )  # fmt: skip


def _ensure_receipts(printer: Printer) -> None:
    if printer.prints is not Prints.RECEIPTS:
        raise InputRefused(problem="This printer prints no receipts: choose another one.", where="printer")
