"""Invoices and credit notes as those see them whom they are for: listed, read, asked for, sent again.

They are written by what they follow from (`invoicing`): an order that is put on invoice, a payment where its box office
wants receipts, whatever is taken back of what was invoiced. Here somebody asks for the invoice of an order that has
none yet, or says first whom it is for. For a shop, which has opened the order by its secret:

    listed = await invoices.of_order(db, order_id)
    paper = await invoices.document(db, order_id, invoice_id)
    content = await press.invoice(paper)             # web/press.py: the PDF, set in a process of its own
    listed = await invoices.issue(db, order_id, now, by_buyer=True)
    await invoices.bill_to(db, order_id, Address(...), now)
"""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from msgspec import Struct

from ticketing import audit, billing, invoicing, jobs, orders
from ticketing.audit import Actor
from ticketing.billing import Address
from ticketing.db import Database
from ticketing.invoicing import Document, DocumentKind
from ticketing.jobs import Job, SendMail
from ticketing.refusals import InvoiceLater, InvoiceStays, NotFound, NothingToInvoice
from ticketing.sql import Connection, load
from ticketing.states import ORDER, OrderEvent, step
from ticketing.texts import email_of

ROWS_MAX = 50
YEAR_MAX = 10_000

SQL = load("invoices")


class Issued(Struct, frozen=True):
    """A document in a list. `credits` is the number of the invoice that a credit note takes back."""

    id: UUID
    kind: DocumentKind
    label: str
    credits: str | None
    issued_on: date
    due_on: date | None
    currency: str
    total_cents: int


class Debt(StrEnum):
    """What has become of an invoice."""

    PAID = "paid"
    OPEN = "open"
    """Its order owes something, and there is time."""
    OVERDUE = "overdue"
    CREDITED = "credited"
    """All of it was taken back."""


class Booked(Struct, frozen=True):
    """A document in the list of a box office. `debt` None: a credit note."""

    id: UUID
    order_id: UUID
    order_code: str
    kind: DocumentKind
    year: int
    number: int
    label: str
    credits: str | None
    buyer: str
    issued_on: date
    due_on: date | None
    currency: str
    total_cents: int
    debt: Debt | None


async def of_order(db: Database, order_id: UUID) -> list[Issued]:
    """An order's invoices and credit notes, in the order of their numbers."""
    async with db.read() as c:
        return await listed(c, order_id)


async def listed(c: Connection, order_id: UUID) -> list[Issued]:
    """The same, as the caller's transaction sees it."""
    return await SQL.of_order.all(c, Issued, order_id=order_id)


async def document(db: Database, order_id: UUID, invoice_id: UUID) -> Document:
    """What an invoice of this order says, or NotFound."""
    async with db.read() as c:
        text = await SQL.document.value(c, order_id=order_id, invoice_id=invoice_id)
    if text is None:
        raise NotFound(what="invoice")
    return msgspec.json.decode(text, type=Document)


async def receipts(db: Database, order_id: UUID) -> list[Document]:
    """What was invoiced of an order with nothing left to pay: the mail with its tickets brings it."""
    async with db.read() as c:
        rows = await SQL.documents.rows(c, order_id=order_id)
    found = [msgspec.json.decode(row["document"], type=Document) for row in rows]
    return [paper for paper in found if paper.kind is DocumentKind.INVOICE and not paper.due_cents]


async def issue(
    db: Database, order_id: UUID, now: datetime, by: Actor | None = None, *, by_buyer: bool = False
) -> list[Issued]:
    """Invoice an order that is paid, or awaits its money; all its documents then. Its buyer may ask for it once it is
    paid: numbers are not for orders that nobody pays.

    Raises NotFound, WrongState for an order that ended, NothingToInvoice, InvoiceLater.
    """
    async with db.transaction() as c:
        order = await orders.lock(c, order_id)
        step(ORDER, "order", order.status, OrderEvent.CHANGE)
        if by_buyer and (await orders.view(c, order_id)).due_cents:
            raise InvoiceLater()
        if not await invoicing.issue(c, order_id, now, told=False):
            raise NothingToInvoice()
        found = await listed(c, order_id)
        if by is not None:
            await audit.note(c, by, "order.invoiced", order.subject, now, {"invoice": ("", found[-1].label)})
        return found


async def send(db: Database, order_id: UUID, invoice_id: UUID, to: str, now: datetime, by: Actor | None = None) -> str:
    """Have a document sent, to the order's customer or to the address `to`; where it goes. NotFound, InputRefused."""
    address = email_of(to, "to") if to.strip() else None
    async with db.transaction() as c:
        order = await orders.lock(c, order_id)
        found = next((one for one in await listed(c, order_id) if one.id == invoice_id), None)
        if found is None:
            raise NotFound(what="invoice")
        recipient: str = address or await SQL.customer_of.value(c, order_id=order_id)
        mail = SendMail(order_id, invoicing.MAILS[found.kind], address, invoice_id)
        await jobs.enqueue(c, Job.SEND_MAIL, mail)
        if by is not None:
            told = {"invoice": ("", found.label), "to": ("", recipient)}
            await audit.note(c, by, "invoice.mailed", order.subject, now, told)
    return recipient


async def billed_to(db: Database, order_id: UUID) -> Address | None:
    """Whom an order's invoices are for, if anybody said."""
    async with db.read() as c:
        return await SQL.billed_to.one(c, Address, order_id=order_id)


async def bill_to(db: Database, order_id: UUID, address: Address, now: datetime, by: Actor | None = None) -> None:
    """Say whom an order's invoices are for. Raises NotFound, InputRefused with the field, InvoiceStays once there is
    one."""
    checked = billing.address_of(address)
    async with db.transaction() as c:
        order = await orders.lock(c, order_id)
        found = await listed(c, order_id)
        if found:
            raise InvoiceStays(label=found[-1].label)
        await SQL.bill_to.run(c, order_id=order_id, **msgspec.structs.asdict(checked))
        if by is not None:
            await audit.note(c, by, "order.billed-to", order.subject, now, {"name": ("", checked.name)})


async def page(
    db: Database, box_office_id: UUID, today: date, owed: bool = False, before: tuple[int, int] | None = None
) -> list[Booked]:
    """A box office's documents, the newest first, `ROWS_MAX` and one more at most: those before a number of a year.
    `owed`: only invoices of orders that owe something."""
    year, number = before or (YEAR_MAX, 1)
    values = {"box_office_id": box_office_id, "today": today, "owed": owed, "year": year, "number": number}
    async with db.read() as c:
        return await SQL.page.all(c, Booked, rows_max=ROWS_MAX + 1, **values)
