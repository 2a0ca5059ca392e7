"""Issuing invoices and credit notes, in the transaction of what they follow from.

A document is written once, whole, as it will be printed: nothing about it changes afterwards, which the database itself
sees to. What is taken back of an invoice (by a cancellation, a refund, a move, an expiry) is taken back by a credit
note. An order's line stands on one document at most; lines that were written and taken back before anybody invoiced
them stand on none. So an order that was invoiced is invoiced in full: its invoices less its credit notes come to its
lines.

Numbers have no gaps: the counter of a box office's year is a row that whoever takes a number holds until they commit,
and what rolls back gives its number back. It is the last thing a transaction locks, and several are locked in the order
of their box offices, so that nobody waits in a circle.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from ticketing import billing, creditors, formats, jobs
from ticketing.billing import Address, Billing
from ticketing.ids import new_id
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.sql import Connection, load
from ticketing.vat import VatShare

NUMBER_DIGITS = 5
"""Numbers are written with so many digits at least: `2027-00042`."""

SQL = load("invoicing")


class DocumentKind(StrEnum):
    """What a document is."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


MAILS = {DocumentKind.INVOICE: MailKind.INVOICE, DocumentKind.CREDIT_NOTE: MailKind.CREDIT_NOTE}
"""The mail that brings each."""


class InvoiceLine(Struct, frozen=True):
    """A line: what was bought, and of what: an event's title and its date, or a pass's name, as they were called for
    the buyer. A credit note's amounts are below zero."""

    label: str
    amount_cents: int
    vat_thousandths: int | None
    vat_cents: int
    title: str = ""
    venue: str = ""
    time_zone: str = ""
    starts_at: datetime | None = None


class Document(Struct, frozen=True, kw_only=True):
    """All that an invoice or a credit note says.

    `total_cents` is the sum of its lines, `due_cents` what of it was still to be paid when it was issued, by `due_on`
    if that is a day. `reference` is what a transfer to `iban` carries; both are empty where nothing is to be paid, or
    nobody said to whom.
    """

    kind: DocumentKind
    label: str
    credits: str = ""
    """Of a credit note: the number of the invoice that it takes back a part of, or all."""
    order_code: str
    issued_on: date
    due_on: date | None
    locale: str
    seller: Address
    vat_number: str
    buyer: Address
    email: str
    lines: tuple[InvoiceLine, ...]
    vat: tuple[VatShare, ...]
    currency: str
    total_cents: int
    due_cents: int
    iban: str = ""
    bic: str = ""
    reference: str = ""
    note: str = ""


class _Line(Struct, frozen=True):
    """A line of an order that stands on no document. `undoes` is the line that it takes back, and `undone_on` the
    invoice which that one stands on."""

    id: UUID
    label: str
    amount_cents: int
    vat_thousandths: int | None
    vat_cents: int
    undoes: UUID | None
    undone_on: UUID | None
    title: str
    titles: dict[str, str]
    venue: str
    time_zone: str
    starts_at: datetime | None


class _Head(Struct, frozen=True):
    """An order, who sells and who buys."""

    order_code: str
    box_office_id: UUID
    currency: str
    time_zone: str
    organisation_name: str
    vat_number: str
    customer_name: str
    customer_email: str
    customer_locale: str
    due_cents: int
    expires_at: datetime | None
    bill_address: dict[str, str]


async def issue(c: Connection, order_id: UUID, now: datetime, due_on: date | None = None, told: bool = True) -> int:
    """Invoice what is not invoiced of an order, and credit what was taken back of what is; how many documents.

    `due_on`: when it is to be paid, if by a day. The buyer is written to with each document, unless `told` is False.
    The caller's transaction holds the order's row.
    """
    lines = await SQL.uninvoiced.all(c, _Line, order_id=order_id)
    head = await SQL.head.one(c, _Head, order_id=order_id)
    assert head is not None, "the caller holds the order"
    owed = await billing.get(c, head.box_office_id)
    issued_on = now.astimezone(ZoneInfo(head.time_zone)).date()
    made = 0
    for credited, some in _taken_back(lines).items():
        before = await SQL.label.value(c, invoice_id=credited)
        paper = _document(DocumentKind.CREDIT_NOTE, head, owed, some, issued_on, before)
        await _write(c, order_id, head, owed, paper, [line.id for line in some], now, told, credited)
        made += 1
    fresh = _fresh(lines)
    if sum(line.amount_cents for line in fresh) > 0:
        if due_on is None and head.expires_at is not None:
            due_on = max(issued_on, head.expires_at.astimezone(ZoneInfo(head.time_zone)).date())
        paper = _document(DocumentKind.INVOICE, head, owed, fresh, issued_on, due_on=due_on)
        await _write(c, order_id, head, owed, paper, [line.id for line in fresh], now, told)
        made += 1
    return made


async def follow(c: Connection, order_ids: Sequence[UUID], now: datetime) -> None:
    """Bring the documents of orders whose lines changed up to date, where they have any. The caller's transaction
    holds the orders' rows, and locks nothing after this."""
    for row in await SQL.invoiced.rows(c, order_ids=list(order_ids)):
        await issue(c, row["order_id"], now)


async def receipt(c: Connection, order_id: UUID, now: datetime) -> None:
    """Invoice an order that was paid, where its box office does so unasked; the mail with its tickets brings it."""
    if await SQL.wants_receipt.value(c, order_id=order_id):
        await issue(c, order_id, now, told=False)


def _taken_back(lines: Iterable[_Line]) -> dict[UUID, list[_Line]]:
    """The lines that take back what was invoiced, by the invoice it stands on."""
    found: dict[UUID, list[_Line]] = {}
    for line in lines:
        if line.undone_on is not None:
            found.setdefault(line.undone_on, []).append(line)
    return found


def _fresh(lines: Sequence[_Line]) -> list[_Line]:
    """The lines to invoice: those that nothing took back before anybody invoiced them."""
    undone = {line.undoes for line in lines if line.undoes is not None and line.undone_on is None}
    return [line for line in lines if line.undoes is None and line.id not in undone]


def _document(
    kind: DocumentKind,
    head: _Head,
    owed: Billing,
    lines: Sequence[_Line],
    issued_on: date,
    before: str = "",
    due_on: date | None = None,
) -> Document:
    total_cents = sum(line.amount_cents for line in lines)
    due_cents = max(0, min(total_cents, head.due_cents))
    language = formats.language(head.customer_locale)
    payable = {
        "iban": owed.iban,
        "bic": owed.bic,
        "reference": creditors.reference(owed.iban, head.order_code, owed.reference_prefix),
    }
    return Document(
        kind=kind,
        label="",
        credits=before,
        order_code=head.order_code,
        issued_on=issued_on,
        due_on=due_on if due_cents else None,
        locale=head.customer_locale,
        seller=Address(owed.name or head.organisation_name, owed.street, owed.postal_code, owed.city, owed.country),
        vat_number=head.vat_number,
        buyer=Address(**head.bill_address) if head.bill_address else Address(head.customer_name),
        email=head.customer_email,
        lines=tuple(_line(line, language) for line in lines),
        vat=_shares(lines),
        currency=head.currency,
        total_cents=total_cents,
        due_cents=due_cents,
        note=owed.notes.get(language, ""),
        **(payable if due_cents and owed.iban else {}),
    )


def _line(line: _Line, language: str) -> InvoiceLine:
    return InvoiceLine(
        line.label,
        line.amount_cents,
        line.vat_thousandths,
        line.vat_cents,
        line.titles.get(language) or line.title,
        line.venue,
        line.time_zone,
        line.starts_at,
    )


def _shares(lines: Iterable[_Line]) -> tuple[VatShare, ...]:
    """The tax by rate, the highest first: the sum of the lines' own, so that it adds up to them."""
    found: dict[int, list[int]] = {}
    for line in lines:
        if line.vat_thousandths is not None:
            share = found.setdefault(line.vat_thousandths, [0, 0])
            share[0] += line.amount_cents
            share[1] += line.vat_cents
    return tuple(VatShare(rate, *found[rate]) for rate in sorted(found, reverse=True))


async def _write(
    c: Connection,
    order_id: UUID,
    head: _Head,
    owed: Billing,
    paper: Document,
    line_ids: Sequence[UUID],
    now: datetime,
    told: bool,
    credited: UUID | None = None,
) -> None:
    """Take a number and write the document under it, with a mail to its buyer."""
    year, invoice_id = paper.issued_on.year, new_id()
    number = await take_number(c, head.box_office_id, year)
    paper = msgspec.structs.replace(paper, label=f"{owed.number_prefix}{year}-{number:0{NUMBER_DIGITS}d}")
    values: Mapping[str, Any] = {
        "box_office_id": head.box_office_id, "order_id": order_id, "kind": paper.kind, "credits": credited,
        "year": year, "number": number, "label": paper.label, "now": now, "issued_on": paper.issued_on,
        "due_on": paper.due_on, "currency": paper.currency, "total_cents": paper.total_cents,
        "document": msgspec.json.encode(paper).decode(), "line_ids": list(line_ids),
    }  # fmt: skip
    await SQL.write.run(c, invoice_id=invoice_id, **values)
    if told:
        await jobs.enqueue(c, Job.SEND_MAIL, SendMail(order_id, MAILS[paper.kind], invoice=invoice_id))


async def take_number(c: Connection, box_office_id: UUID, year: int) -> int:
    """The next number of a box office's year. Nobody else gets one until this transaction ends."""
    number: int = await SQL.take_number.value(c, box_office_id=box_office_id, year=year)
    return number
