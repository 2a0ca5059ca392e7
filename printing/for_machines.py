"""What a box office's printers are sent: the papers of an order, reports, test pages; each for what lies in a printer.

Which printer gets which is decided by who calls; here a printer is its paper, its resolution and whether it cuts.
"""

from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from msgspec.structs import replace

from printing import (
    cards,
    cash_reports,
    escpos,
    label_designs,
    label_formats,
    label_records,
    labels,
    receipts,
    samples,
)
from printing import tickets as documents
from printing.card_looks import PLAIN
from printing.cash_records import CashRecord
from printing.escpos import Machine
from printing.label_designs import Cut, LabelDesign
from printing.machine_records import ESCPOS, PDF, ZPL, Made, Setup
from printing.receipt_records import Receipt
from printing.receipts import Report
from printing.zpl import Dpi
from ticketing import formats
from ticketing.formats import Language
from ticketing.label_designs import AS_THEY_COME, Labels
from ticketing.machines import Paper, Prints
from ticketing.ticket_deliveries import Paper as Sheet
from ticketing.tickets import HolderPass, Issued, IssuedPass

FORMATS: Mapping[Paper, LabelDesign] = {Paper.SHOW: label_formats.SHOW, Paper.CINEMA: label_formats.CINEMA}
ROLLS = {Paper.MM58: escpos.ROLL_58, Paper.MM80: escpos.ROLL_80}
SHEETS = {Paper.A4: Sheet.A4, Paper.A6: Sheet.A6}
RESOLUTIONS = {8: Dpi.D203, 12: Dpi.D300}


def tickets(
    issued: Issued, setup: Setup, tag: str, reprints: Mapping[UUID, int], dressed: Labels = AS_THEY_COME
) -> Made:
    """An order's passes and tickets on labels, each in its design; `reprints` says of an id which duplicate it is."""
    dpi = RESOLUTIONS[setup.dots_per_mm or 8]
    chosen = [dressed.of_passes] * len(issued.passes)
    chosen += [dressed.worn.get(one.ticket.ticket_id) for one in issued.tickets]
    records = label_records.of(issued, tag, reprints)
    made = []
    for design_id, some in groupby(zip(chosen, records, strict=True), key=itemgetter(0)):
        found = [record for _, record in some]
        made.append(labels.job(found, _design(design_id, setup, dressed), dpi, dressed.pictures).zpl)
    return Made(b"".join(made), ZPL, len(records))


def _design(design_id: UUID | None, setup: Setup, dressed: Labels) -> LabelDesign:
    """A design as its printer can cut it. The formats that come with Placeur are cut one by one where that can be."""
    kept = dressed.designs.get(design_id) if design_id else None
    if kept is None:
        return replace(FORMATS[setup.paper], cut=Cut.EACH if setup.cuts else Cut.NONE)
    design = label_designs.read(kept.encode())
    return design if setup.cuts else replace(design, cut=Cut.NONE)


def receipt(record: Receipt, setup: Setup) -> Made:
    """A receipt."""
    return Made(receipts.receipt_escpos(record, _machine(setup)), ESCPOS)


def report(record: CashRecord, setup: Setup) -> Made:
    """A report of a till."""
    return Made(receipts.report_escpos(cash_reports.report(record), _machine(setup)), ESCPOS)


def pass_cards(issued: Issued, tag: str) -> Made:
    """An order's passes as plastic cards."""
    return Made(cards.cards_pdf(issued, PLAIN, tag), PDF, len(issued.passes))


def test_page(
    setup: Setup,
    language: Language,
    organisation: str,
    currency: str,
    facts: Mapping[str, str],
    dressed: Labels = AS_THEY_COME,
) -> Made:
    """Something to see whether a printer prints, and well: a ticket or a card of nobody, or `facts` on a receipt."""
    sample = samples.issued(organisation, currency, language)
    if setup.prints is Prints.LABELS:
        return tickets(sample, setup, language, {}, dressed)
    if setup.prints is Prints.DOCUMENTS:
        return Made(documents.tickets_pdf(sample, SHEETS[setup.paper], language), PDF)
    if setup.prints is Prints.CARDS:
        return pass_cards(_with_pass(sample), language)
    money = formats.money(123456, currency, language)
    told = Report(
        title=organisation, locale=language, facts=tuple(facts.items()), totals=(("é è ç à ü ß € — ’", money),)
    )
    return Made(receipts.report_escpos(told, _machine(setup)), ESCPOS)


def _machine(setup: Setup) -> Machine:
    return Machine(roll=ROLLS[setup.paper], cuts=setup.cuts)


def _with_pass(sample: Issued) -> Issued:
    (one,) = sample.tickets
    ticket = one.ticket
    held = HolderPass(
        pass_id=ticket.ticket_id, serial=ticket.serial, generation=0, status=ticket.status,
        holder_name=ticket.holder_name, name=ticket.category, short_name=ticket.category,
        price_cents=ticket.price_cents,
    )  # fmt: skip
    return Issued(sample.head, (), (IssuedPass(held, one.code, (ticket,)),))
