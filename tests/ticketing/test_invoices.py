"""Invoices and credit notes: complete, frozen, numbered without gaps, whatever happens to an order."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import msgspec
import pytest

from engine.inventory import Inventory
from tests.ticketing.house import NOW, SETTINGS, House, breaches, empty, let_in, open_house, order, queued
from tests.ticketing.test_payment_methods import INVOICE, ONLINE, OWED, set_up
from ticketing import audit, billing, check, invoices, invoicing, moves, orders, payment_methods, payments, refunds
from ticketing.audit import Actor
from ticketing.billing import Address
from ticketing.db import Database
from ticketing.invoices import Debt
from ticketing.invoicing import DocumentKind
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.moves import MoveTicket
from ticketing.orders import PlacedOrder
from ticketing.refusals import InputRefused, InvoiceLater, InvoiceStays, NotFound, NothingToInvoice, WrongState
from ticketing.sql import Query

BUYER = Address("Compagnie Exemple SA", "Rue du Lac 5", "1800", "Vevey", "CH")
INVOICED, CREDITED = DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    await empty(database)
    made = await open_house(database)
    await set_up(database, made, OWED, ONLINE, msgspec.structs.replace(INVOICE, min_cents=None, max_cents=None))
    yield made
    await empty(database)


async def taxed(db: Database, house: House) -> None:
    async with db.read() as c:
        await c.execute(
            "update box_offices set vat_registered = true, vat_number = 'CHE123456789TVA' where id = $1",
            house.box_office,
        )
        await c.execute("insert into vat_rates values ($1, $2, 8100)", house.box_office, NOW.date())


async def on_invoice(db: Database, inventory: Inventory, house: House, places: list[int]) -> PlacedOrder:
    placed = await order(db, inventory, house, places)
    await payment_methods.choose(db, SETTINGS, placed.id, "invoice", NOW)
    return placed


async def told(db: Database, order_id: UUID) -> list[tuple[str, int]]:
    return [(one.kind, one.total_cents) for one in await invoices.of_order(db, order_id)]


async def tickets_of(db: Database, order_id: UUID) -> list[UUID]:
    async with db.read() as c:
        return [row["id"] for row in await c.fetch("select id from tickets where order_id = $1 order by id", order_id)]


async def test_an_order_on_invoice_has_one_that_says_all(
    database: Database, inventory: Inventory, house: House
) -> None:
    await taxed(database, house)
    placed = await order(database, inventory, house, [0, 10])
    await invoices.bill_to(database, placed.id, BUYER, NOW)
    await payment_methods.choose(database, SETTINGS, placed.id, "invoice", NOW)
    (one,) = await invoices.of_order(database, placed.id)
    paper = await invoices.document(database, placed.id, one.id)
    assert one.label == f"{one.issued_on.year}-00001"
    assert (paper.kind, paper.label, paper.order_code, paper.credits) == (INVOICED, one.label, placed.code, "")
    assert (paper.seller.name, paper.seller.city, paper.buyer) == ("The Organisation", "Lausanne", BUYER)
    assert (paper.total_cents, paper.due_cents, paper.currency) == (5000, 5000, "EUR")
    assert [(line.title, line.venue, line.label, line.amount_cents) for line in paper.lines] == [
        ("The Play", "The Venue", "Stalls, A-1, Full", 3000),
        ("The Play", "The Venue", "Stalls, B-1, Full", 2000),
    ]
    assert [line.starts_at for line in paper.lines] == [house.performance.starts_at] * 2
    (share,) = paper.vat
    assert (share.rate_thousandths, share.amount_cents, share.vat_cents) == (8100, 5000, 225 + 150)
    assert (paper.iban, paper.vat_number) == ("CH9300762011623852957", "CHE123456789TVA")
    assert paper.reference.endswith(placed.code) and paper.reference.startswith("RF")
    mails = [mail for mail in await queued(database, house, Job.SEND_MAIL) if isinstance(mail, SendMail)]
    assert mails == [SendMail(placed.id, MailKind.INVOICE, None, one.id)]
    assert await breaches(database, inventory) == []


async def test_what_is_cancelled_is_credited(database: Database, inventory: Inventory, house: House) -> None:
    placed = await on_invoice(database, inventory, house, [0, 1])
    first, _ = await tickets_of(database, placed.id)
    await orders.cancel(database, inventory, placed.id, NOW, [first])
    assert await told(database, placed.id) == [(INVOICED, 6000), (CREDITED, -3000)]
    note = (await invoices.of_order(database, placed.id))[1]
    paper = await invoices.document(database, placed.id, note.id)
    assert (paper.credits, paper.due_cents, paper.reference) == (f"{note.issued_on.year}-00001", 0, "")
    await orders.cancel(database, inventory, placed.id, NOW)
    assert await told(database, placed.id) == [(INVOICED, 6000), (CREDITED, -3000), (CREDITED, -3000)]
    assert await breaches(database, inventory) == []


async def test_a_move_credits_the_seat_before_and_invoices_the_new_one(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await on_invoice(database, inventory, house, [10])
    await payments.take_on_site(database, placed.id, NOW)
    (ticket,) = await tickets_of(database, placed.id)
    await moves.move_ticket(database, inventory, SETTINGS, house.organisation, MoveTicket(ticket, 0), NOW)
    assert await told(database, placed.id) == [(INVOICED, 2000), (CREDITED, -2000), (INVOICED, 3000)]
    last = (await invoices.of_order(database, placed.id))[-1]
    assert (await invoices.document(database, placed.id, last.id)).due_cents == 1000
    await moves.move_ticket(database, inventory, SETTINGS, house.organisation, MoveTicket(ticket, 11), NOW)
    assert (await told(database, placed.id))[3:] == [(CREDITED, -3000), (INVOICED, 2000)]
    assert await breaches(database, inventory) == []


async def test_a_refund_after_admission_is_credited_as_well(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await on_invoice(database, inventory, house, [0, 1])
    await payments.take_on_site(database, placed.id, NOW)
    async with database.read() as c:
        await let_in(c, house, (await tickets_of(database, placed.id))[0])
    await orders.refund(database, inventory, placed.id, NOW)
    assert await told(database, placed.id) == [(INVOICED, 6000), (CREDITED, -6000)]
    (refund,) = await refunds.of_order(database, placed.id)
    await refunds.hand_out(database, house.organisation, refund.id, NOW)
    assert await breaches(database, inventory) == []


async def test_what_was_never_invoiced_needs_no_credit(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0, 1])
    first, _ = await tickets_of(database, placed.id)
    await orders.cancel(database, inventory, placed.id, NOW, [first])
    assert await told(database, placed.id) == []
    await invoices.issue(database, placed.id, NOW)
    assert await told(database, placed.id) == [(INVOICED, 3000)]
    with pytest.raises(NothingToInvoice):
        await invoices.issue(database, placed.id, NOW)
    await orders.cancel(database, inventory, placed.id, NOW)
    with pytest.raises(WrongState):
        await invoices.issue(database, placed.id, NOW)
    assert await breaches(database, inventory) == []


async def test_its_buyer_asks_for_an_invoice_once_it_is_paid(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0])
    with pytest.raises(InvoiceLater):
        await invoices.issue(database, placed.id, NOW, by_buyer=True)
    assert await told(database, placed.id) == []
    await payments.take_on_site(database, placed.id, NOW)
    (one,) = await invoices.issue(database, placed.id, NOW, by_buyer=True)
    assert (await invoices.document(database, placed.id, one.id)).due_cents == 0


async def test_a_receipt_where_the_box_office_gives_them(
    database: Database, inventory: Inventory, house: House
) -> None:
    found, _ = await billing.both(database, house.box_office)
    await set_up(database, house, msgspec.structs.replace(found, receipts=True, notes={"en": "Thank you."}))
    placed = await order(database, inventory, house, [0])
    await payments.take_on_site(database, placed.id, NOW)
    (paper,) = await invoices.receipts(database, placed.id)
    assert (paper.total_cents, paper.due_cents, paper.due_on, paper.iban) == (3000, 0, None, "")
    assert paper.note == "Thank you."
    kinds = [mail.mail for mail in await queued(database, house, Job.SEND_MAIL) if isinstance(mail, SendMail)]
    assert kinds == [MailKind.ORDER_PAID], "the receipt comes with the tickets"


async def test_an_address_stays_once_there_is_an_invoice(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0])
    with pytest.raises(InputRefused):
        await invoices.bill_to(database, placed.id, Address(""), NOW)
    by = Actor(organisation_id=house.organisation)
    await invoices.bill_to(database, placed.id, BUYER, NOW, by)
    assert await invoices.billed_to(database, placed.id) == BUYER
    await invoices.issue(database, placed.id, NOW, by)
    with pytest.raises(InvoiceStays):
        await invoices.bill_to(database, placed.id, Address("Other"), NOW)
    found, _ = await audit.page(database, audit.Wanted(organisation_id=house.organisation))
    assert [line.act for line in found[:2]] == ["order.invoiced", "order.billed-to"]


async def test_an_invoice_is_sent_again_and_is_of_its_order_alone(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed, other = [await on_invoice(database, inventory, house, [place]) for place in (0, 1)]
    (one,) = await invoices.of_order(database, placed.id)
    assert (await invoices.send(database, placed.id, one.id, "books@example.org", NOW)) == "books@example.org"
    assert (await queued(database, house, Job.SEND_MAIL))[-1] == SendMail(
        placed.id, MailKind.INVOICE, "books@example.org", one.id
    )
    for verb in (invoices.document(database, other.id, one.id), invoices.send(database, other.id, one.id, "", NOW)):
        with pytest.raises(NotFound):
            await verb


async def test_the_year_is_the_box_offices_own(database: Database, inventory: Inventory, house: House) -> None:
    """Half past eleven in the evening of the last day, UTC, is next year in Paris."""
    placed = await order(database, inventory, house, [0])
    await invoices.issue(database, placed.id, datetime(2030, 12, 31, 23, 30, tzinfo=UTC))
    (one,) = await invoices.of_order(database, placed.id)
    assert one.label == "2031-00001"


async def test_the_database_keeps_what_was_issued(database: Database, inventory: Inventory, house: House) -> None:
    await on_invoice(database, inventory, house, [0])
    async with database.read() as c:
        for statement in ("update invoices set total_cents = 1", "delete from invoice_lines"):
            with pytest.raises(asyncpg.RaiseError, match="never changed"):
                await c.execute(statement)


async def test_the_list_says_what_has_become_of_each(database: Database, inventory: Inventory, house: House) -> None:
    owing, settled, gone = [await on_invoice(database, inventory, house, [place]) for place in (0, 1, 2)]
    await payments.take_on_site(database, settled.id, NOW)
    await orders.cancel(database, inventory, gone.id, NOW)
    listed = await invoices.page(database, house.box_office, NOW.date())
    assert [(one.number, one.order_code, one.debt) for one in listed] == [
        (4, gone.code, None), (3, gone.code, Debt.CREDITED), (2, settled.code, Debt.PAID), (1, owing.code, Debt.OPEN),
    ]  # fmt: skip
    assert [one.number for one in await invoices.page(database, house.box_office, NOW.date(), owed=True)] == [1]
    (late,) = await invoices.page(database, house.box_office, NOW.date() + timedelta(60), owed=True)
    assert (late.debt, late.buyer) == (Debt.OVERDUE, "Ann Example")
    before = (listed[1].year, listed[1].number)
    assert [one.number for one in await invoices.page(database, house.box_office, NOW.date(), before=before)] == [2, 1]


# Numbers


async def numbers(db: Database) -> list[int]:
    async with db.read() as c:
        return [row["number"] for row in await c.fetch("select number from invoices order by number")]


async def gaps(db: Database) -> list[str]:
    async with db.read() as c:
        return [one.found for one in await check.in_postgres(c, NOW) if one.invariant == "invoice_numbers_have_no_gaps"]


async def issue_at_once(db: Database, inventory: Inventory, house: House, count: int) -> list[BaseException | None]:
    placed = [await order(db, inventory, house, [place]) for place in range(count)]
    done = await asyncio.gather(*(invoices.issue(db, one.id, NOW) for one in placed), return_exceptions=True)
    return [one if isinstance(one, BaseException) else None for one in done]


async def test_numbers_taken_at_once_have_no_gap(database: Database, inventory: Inventory, house: House) -> None:
    assert await issue_at_once(database, inventory, house, 8) == [None] * 8
    assert await numbers(database) == list(range(1, 9))
    assert await gaps(database) == []


async def test_without_the_lock_two_have_one_number(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: the counter is read, not taken, and the key that would stop the second is off."""
    reading = (
        "with seen as (select coalesce(max(last_number), 0) + 1 as n from invoice_counters"
        " where box_office_id = $1 and year = $2::integer) select n from seen, pg_sleep(0.5)"
    )
    monkeypatch.setattr(
        invoicing.SQL, "take_number", Query("take_number", reading, ("box_office_id", "year")), raising=False
    )
    async with database.read() as c:
        await c.execute("alter table invoices drop constraint invoices_box_office_id_year_number_key")
    await issue_at_once(database, inventory, house, 2)
    assert await numbers(database) == [1, 1]
    assert await gaps(database)
    await empty(database)
    async with database.read() as c:
        await c.execute("alter table invoices add unique (box_office_id, year, number)")


@pytest.mark.parametrize("protected", [True, False])
async def test_what_rolls_back_leaves_no_gap(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """The mutant takes its numbers from a sequence, which does not go back."""
    async with database.read() as c:
        await c.execute("create sequence if not exists drawn; select setval('drawn', 1, false)")
    if not protected:
        drawing = (
            "insert into invoice_counters values ($1, $2::integer, nextval('drawn'))"
            " on conflict (box_office_id, year) do update set last_number = excluded.last_number returning last_number"
        )
        mutant = Query("take_number", drawing, ("box_office_id", "year"))
        monkeypatch.setattr(invoicing.SQL, "take_number", mutant, raising=False)
    first, second = [await order(database, inventory, house, [place]) for place in (0, 1)]
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as c:
            await orders.lock(c, first.id)
            await invoicing.issue(c, first.id, NOW)
            raise ZeroDivisionError
    await invoices.issue(database, second.id, NOW)
    assert await numbers(database) == ([1] if protected else [2])
    assert bool(await gaps(database)) is not protected
    async with database.read() as c:
        await c.execute("drop sequence drawn")


async def test_orders_that_expire_together_are_credited_in_one_transaction(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = [await on_invoice(database, inventory, house, [place]) for place in range(4)]
    assert await orders.expire_due(database, inventory, NOW + timedelta(60)) == 4
    assert [await told(database, one.id) for one in placed] == [[(INVOICED, 3000), (CREDITED, -3000)]] * 4
    assert await breaches(database, inventory) == []
