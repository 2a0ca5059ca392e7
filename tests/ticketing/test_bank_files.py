"""Bank files booked: matched by reference, once whatever file they are in, and what each amount does to its order."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from engine.inventory import Inventory
from tests.ticketing.house import NOW, SETTINGS, House, breaches, empty, open_house, order, queued
from tests.ticketing.test_bank_formats import camt, details, entry
from tests.ticketing.test_payment_methods import INVOICE, ONLINE, OWED, set_up
from ticketing import (
    audit,
    bank_files,
    creditors,
    invoices,
    jobs,
    ledger,
    orders,
    payment_methods,
    payments,
    refunds,
)
from ticketing.audit import Actor
from ticketing.bank_files import EntryState, Proposal
from ticketing.bank_formats import Column
from ticketing.db import Database
from ticketing.jobs import BookBankFile, Job
from ticketing.orders import PlacedOrder
from ticketing.payments import Received
from ticketing.refusals import EntryBooked, FileConfirmed, InputRefused, NotFound
from ticketing.states import OrderStatus, PaymentStatus, RefundStatus
from ticketing.workshop import Workshop

BY = Actor(organisation_id=None)


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    await empty(database)
    made = await open_house(database)
    await set_up(database, made, OWED, ONLINE, msgspec.structs.replace(INVOICE, min_cents=None, max_cents=None))
    yield made
    await empty(database)


class Desk:
    """A box office's bank files, as its page uses them."""

    def __init__(self, db: Database, inventory: Inventory, house: House, workshop: Workshop) -> None:
        self.db, self.inventory, self.house, self.workshop = db, inventory, house, workshop

    async def on_invoice(self, *places: int) -> PlacedOrder:
        placed = await order(self.db, self.inventory, self.house, places)
        await payment_methods.choose(self.db, SETTINGS, placed.id, "invoice", NOW)
        return placed

    async def upload(self, content: bytes, name: str = "november.xml") -> UUID:
        office = self.house.box_office
        return await bank_files.upload(self.db, self.workshop, self.house.organisation, office, name, content, BY, NOW)

    async def booked(self, content: bytes) -> int:
        """Upload, confirm, book."""
        file = await self.upload(content)
        await bank_files.confirm(self.db, self.house.box_office, file, BY, NOW)
        return await self.book(file)

    async def book(self, file: UUID) -> int:
        return await bank_files.book(self.db, self.inventory, SETTINGS, file, NOW)

    async def proposals(self, content: bytes) -> list[Proposal]:
        file = await self.upload(content)
        return [one.proposal for one in await bank_files.proposed(self.db, self.house.box_office, file)]

    async def unmatched(self) -> list[bank_files.Proposed]:
        return await bank_files.unmatched(self.db, self.house.box_office)

    async def sound(self) -> None:
        assert await breaches(self.db, self.inventory) == []


@pytest.fixture
def desk(database: Database, inventory: Inventory, house: House, workshop: Workshop) -> Desk:
    return Desk(database, inventory, house, workshop)


def paid(placed: PlacedOrder, amount: str, ref: str = "B1", currency: str = "EUR") -> str:
    """An entry that pays an order by its creditor reference."""
    reference = creditors.reference("CH9300762011623852957", placed.code)
    return entry(amount, details("", reference), ref=ref).replace("CHF", currency)


async def test_a_transfer_pays_its_order_and_issues_its_tickets(desk: Desk) -> None:
    placed = await desk.on_invoice(0, 1)
    content = camt(paid(placed, "60.00"))
    assert await desk.proposals(content) == [Proposal.PAYS]
    assert await desk.booked(content) == 1
    found = await orders.get(desk.db, placed.id)
    assert (found.status, found.due_cents, found.received_cents) == (OrderStatus.PAID, 0, 6000)
    (payment,) = await payments.of_order(desk.db, placed.id)
    assert (payment.provider, payment.status) == ("transfer", PaymentStatus.SUCCEEDED)
    balances = {one.account.value: one.cents for one in await ledger.balances(desk.db, placed.id) if one.cents}
    assert balances == {"sales": -6000, "bank": 6000}
    await desk.sound()


@pytest.mark.parametrize("written", ["{code}", "Order {half} thanks", "invoice {label}", "RF {rf}", "{lower}", "{qr}"])
async def test_an_order_is_found_in_what_its_payer_wrote(desk: Desk, written: str) -> None:
    placed = await desk.on_invoice(0)
    (one,) = await invoices.of_order(desk.db, placed.id)
    message = written.format(
        code=placed.code,
        half=f"{placed.code[:4]}-{placed.code[4:]}",
        lower=placed.code.lower(),
        label=one.label,
        rf=creditors.grouped(creditors.reference("CH9300762011623852957", placed.code)),
        qr=creditors.grouped(creditors.reference("CH4431999123000889012", placed.code)),
    )
    content = camt(entry("30.00", details("", "", message), ref="B1").replace("CHF", "EUR"))
    assert await desk.proposals(content) == [Proposal.PAYS]
    assert await desk.booked(content) == 1
    await desk.sound()


async def test_a_part_is_kept_and_the_rest_stays_owed(desk: Desk) -> None:
    placed = await desk.on_invoice(0, 1)
    part = camt(paid(placed, "20.00"))
    assert await desk.proposals(part) == [Proposal.PART]
    await desk.booked(part)
    found = await orders.get(desk.db, placed.id)
    assert (found.status, found.due_cents) == (OrderStatus.PENDING, 4000)
    await desk.sound()
    await desk.booked(camt(paid(placed, "40.00", "B2")))
    assert (await orders.get(desk.db, placed.id)).status is OrderStatus.PAID
    await desk.sound()


async def test_a_part_goes_back_when_the_order_expires(desk: Desk) -> None:
    placed = await desk.on_invoice(0)
    await desk.booked(camt(paid(placed, "20.00")))
    assert await orders.expire_due(desk.db, desk.inventory, NOW + timedelta(60)) == 1
    (refund,) = await refunds.of_order(desk.db, placed.id)
    assert (refund.provider, refund.amount_cents, refund.status) == ("transfer", 2000, RefundStatus.DUE)
    assert await queued(desk.db, desk.house, Job.SEND_REFUND) == [], "somebody sends it by the bank"
    await desk.sound()
    await refunds.hand_out(desk.db, desk.house.organisation, refund.id, NOW)
    await desk.sound()


async def test_what_is_too_much_goes_back(desk: Desk) -> None:
    placed = await desk.on_invoice(0)
    content = camt(paid(placed, "35.00"))
    assert await desk.proposals(content) == [Proposal.MORE]
    await desk.booked(content)
    found = await orders.get(desk.db, placed.id)
    assert (found.status, found.refund_due_cents) == (OrderStatus.PAID, 500)
    await desk.sound()


async def test_what_comes_twice_or_for_a_cancelled_order_goes_back_whole(desk: Desk) -> None:
    twice, gone = await desk.on_invoice(0), await desk.on_invoice(1)
    await orders.cancel(desk.db, desk.inventory, gone.id, NOW)
    content = camt(paid(twice, "30.00"), paid(twice, "30.00", "B2"), paid(gone, "30.00", "B3"))
    assert await desk.proposals(content) == [Proposal.PAYS, Proposal.PAYS, Proposal.GONE]
    assert await desk.booked(content) == 3
    for placed in (twice, gone):
        assert (await orders.get(desk.db, placed.id)).refund_due_cents == 3000
    await desk.sound()


async def test_money_after_the_expiry_gets_its_seats_again_where_they_are_free(desk: Desk) -> None:
    seated, late = await desk.on_invoice(0), await desk.on_invoice(1)
    await orders.expire_due(desk.db, desk.inventory, NOW + timedelta(60))
    await order(desk.db, desk.inventory, desk.house, [1])
    await desk.booked(camt(paid(seated, "30.00"), paid(late, "30.00", "B2")))
    assert (await orders.get(desk.db, seated.id)).status is OrderStatus.PAID
    assert (await orders.get(desk.db, late.id)).refund_due_cents == 3000
    kinds = [one.kind.value for one in await invoices.of_order(desk.db, seated.id)]
    assert kinds == ["invoice", "credit_note", "invoice"]
    await desk.sound()


async def test_money_of_another_currency_goes_back(desk: Desk) -> None:
    placed = await desk.on_invoice(0)
    content = camt(paid(placed, "30.00", currency="CHF"))
    assert await desk.proposals(content) == [Proposal.CURRENCY]
    await desk.booked(content)
    assert (await orders.get(desk.db, placed.id)).due_cents == 3000
    (refund,) = await refunds.of_order(desk.db, placed.id)
    assert (refund.amount_cents, refund.currency) == (3000, "CHF")
    await desk.sound()


async def test_an_entry_is_booked_once_whatever_file_it_is_in(desk: Desk) -> None:
    placed = await desk.on_invoice(0)
    daily = camt(paid(placed, "30.00"))
    weekly = camt(paid(placed, "30.00"), entry("1.00", ref="B9"))
    told = camt(paid(placed, "30.00"), kind="054", version=4)
    assert await desk.booked(daily) == 1
    file = await desk.upload(weekly)
    assert (await bank_files.get(desk.db, desk.house.box_office, file)).known_count == 1
    for content in (weekly, told):
        assert await desk.booked(content) == 0
    assert await desk.upload(daily) == await desk.upload(daily), "the same file is the same file"
    assert len(await payments.of_order(desk.db, placed.id)) == 1
    await desk.sound()


async def test_what_says_the_same_under_another_name_waits_for_somebody(desk: Desk) -> None:
    placed = await desk.on_invoice(0, 1)
    await desk.booked(camt(paid(placed, "30.00", "B1")))
    again = camt(paid(placed, "30.00", "OTHER"))
    assert await desk.proposals(again) == [Proposal.TWIN]
    assert await desk.booked(again) == 0
    (one,) = await desk.unmatched()
    await bank_files.assign(
        desk.db, desk.inventory, SETTINGS, desk.house.box_office, one.entry.id, placed.code, BY, NOW
    )
    assert (await orders.get(desk.db, placed.id)).status is OrderStatus.PAID
    await desk.sound()


async def test_booking_goes_on_where_it_was_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    placed = [await desk.on_invoice(place) for place in range(3)]
    content = camt(*[paid(one, "30.00", f"B{n}") for n, one in enumerate(placed)])
    file = await desk.upload(content)
    assert await desk.book(file) == 0, "nothing before it is confirmed"
    await bank_files.confirm(desk.db, desk.house.box_office, file, BY, NOW)
    async with desk.db.read() as c:
        (job,) = await c.fetch("select payload from pgqueuer where entrypoint = $1", Job.BOOK_BANK_FILE)
    assert jobs.read(Job.BOOK_BANK_FILE, job["payload"]) == BookBankFile(file)
    booking, seen = payments.book_transfer, 0

    async def stopped(*given: object) -> object:
        nonlocal seen
        seen += 1
        if seen == 2:
            raise ConnectionError
        return await booking(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(payments, "book_transfer", stopped)
    with pytest.raises(ConnectionError):
        await desk.book(file)
    found = await bank_files.get(desk.db, desk.house.box_office, file)
    assert (found.booked_count, found.open_count) == (1, 2)
    await desk.sound()
    assert await desk.book(file) == 2
    assert await desk.book(file) == 0
    await desk.sound()


async def test_two_workers_at_one_file_book_each_entry_once(desk: Desk) -> None:
    placed = [await desk.on_invoice(place) for place in range(4)]
    file = await desk.upload(camt(*[paid(one, "30.00", f"B{n}") for n, one in enumerate(placed)]))
    await bank_files.confirm(desk.db, desk.house.box_office, file, BY, NOW)
    assert sum(await asyncio.gather(*(desk.book(file) for _ in range(3)))) == 4
    for one in placed:
        assert len(await payments.of_order(desk.db, one.id)) == 1
    await desk.sound()


async def test_what_names_no_order_is_assigned_or_set_aside_by_hand(desk: Desk) -> None:
    placed = await desk.on_invoice(0)
    content = camt(entry("30.00", details("", "", "theatre"), ref="B1").replace("CHF", "EUR"), entry("9.00", ref="B2"))
    assert await desk.proposals(content) == [Proposal.UNKNOWN, Proposal.UNKNOWN]
    assert await desk.booked(content) == 0
    first, second = await desk.unmatched()
    office = desk.house.box_office
    (likely,) = await bank_files.suggested(desk.db, office, first.entry, "")
    assert likely.code == placed.code
    assert [one.code for one in await bank_files.suggested(desk.db, office, first.entry, "ann ex")] == [placed.code]
    assert [one.code for one in await bank_files.suggested(desk.db, office, first.entry, placed.code)] == [placed.code]
    assert await bank_files.suggested(desk.db, office, second.entry, "") == []
    by = Actor(organisation_id=desk.house.organisation)
    with pytest.raises(InputRefused):
        await bank_files.assign(desk.db, desk.inventory, SETTINGS, office, first.entry.id, "ZZZZZZZZ", by, NOW)
    done = await bank_files.assign(desk.db, desk.inventory, SETTINGS, office, first.entry.id, placed.code, by, NOW)
    assert (done.state, done.outcome, done.order_code) == (EntryState.BOOKED, Received.PAID, placed.code)
    with pytest.raises(EntryBooked):
        await bank_files.assign(desk.db, desk.inventory, SETTINGS, office, first.entry.id, placed.code, by, NOW)
    await bank_files.set_aside(desk.db, office, second.entry.id, by, NOW)
    assert await desk.unmatched() == []
    with pytest.raises(EntryBooked):
        await bank_files.set_aside(desk.db, office, first.entry.id, by, NOW)
    await bank_files.put_back(desk.db, office, second.entry.id, by, NOW)
    assert [one.entry.id for one in await desk.unmatched()] == [second.entry.id]
    found, _ = await audit.page(desk.db, audit.Wanted(organisation_id=desk.house.organisation))
    assert [line.act for line in found[:3]] == ["bank-entry.put-back", "bank-entry.set-aside", "bank-entry.assigned"]
    await desk.sound()


async def test_a_message_that_names_two_orders_is_nobodys(desk: Desk) -> None:
    one, two = await desk.on_invoice(0), await desk.on_invoice(1)
    content = camt(entry("60.00", details("", "", f"{one.code} and {two.code}"), ref="B1").replace("CHF", "EUR"))
    assert await desk.proposals(content) == [Proposal.SEVERAL]
    assert await desk.booked(content) == 0


async def test_orders_of_other_box_offices_are_never_touched(desk: Desk) -> None:
    placed = await desk.on_invoice(0)
    other = await open_house(desk.db)
    stranger = Desk(desk.db, desk.inventory, other, desk.workshop)
    content = camt(paid(placed, "30.00"))
    assert await stranger.proposals(content) == [Proposal.UNKNOWN]
    assert await stranger.booked(content) == 0
    file = await stranger.upload(content)
    (waiting,) = await stranger.unmatched()
    office = desk.house.box_office
    for verb in (
        bank_files.get(desk.db, office, file),
        bank_files.entry(desk.db, office, waiting.entry.id),
        bank_files.remove(desk.db, office, file),
        bank_files.confirm(desk.db, office, file, BY, NOW),
        bank_files.set_aside(desk.db, office, waiting.entry.id, BY, NOW),
    ):
        with pytest.raises(NotFound):
            await verb
    assert (await orders.get(desk.db, placed.id)).due_cents == 3000
    assert await desk.booked(content) == 1, "another organisation's copy takes nothing away"


async def test_a_file_is_removed_before_it_is_confirmed_and_not_after(desk: Desk) -> None:
    placed = await desk.on_invoice(0)
    content = camt(paid(placed, "30.00"))
    file = await desk.upload(content)
    await bank_files.remove(desk.db, desk.house.box_office, file)
    with pytest.raises(NotFound):
        await bank_files.get(desk.db, desk.house.box_office, file)
    assert await desk.booked(content) == 1
    again = await desk.upload(content)
    for verb in (bank_files.remove, bank_files.confirm):
        with pytest.raises(FileConfirmed):
            await verb(desk.db, desk.house.box_office, again, *((BY, NOW) if verb is bank_files.confirm else ()))


async def test_a_table_waits_for_its_columns(desk: Desk) -> None:
    placed = await desk.on_invoice(0)
    content = f"Date;Text;Credit\n20.11.2026;thanks {placed.code};30.00\n21.11.2026;rent;900.00\n".encode()
    file, office = await desk.upload(content, "c:\\bank\\november.csv"), desk.house.box_office
    found = await bank_files.get(desk.db, office, file)
    assert (found.needs_columns, found.entry_count, found.name) == (True, 0, "november.csv")
    table = await bank_files.table(desk.db, office, file)
    assert table.headings == ("Date", "Text", "Credit")
    choose = bank_files.choose_columns
    with pytest.raises(InputRefused):
        await choose(desk.db, desk.house.organisation, office, file, {Column.DATE: 0})
    with pytest.raises(InputRefused, match="Line 2: this is no amount"):
        await choose(desk.db, desk.house.organisation, office, file, {Column.DATE: 0, Column.AMOUNT: 1})
    for _ in range(2):
        columns = {Column.DATE: 0, Column.AMOUNT: 2, Column.MESSAGE: 1}
        await choose(desk.db, desk.house.organisation, office, file, columns)
    proposals = await bank_files.proposed(desk.db, office, file)
    assert [one.proposal for one in proposals] == [Proposal.PAYS, Proposal.UNKNOWN]
    await bank_files.confirm(desk.db, office, file, BY, NOW)
    assert await desk.book(file) == 1
    await desk.sound()


async def test_trusted_orders_are_paid_by_transfer_later(desk: Desk) -> None:
    found = msgspec.structs.replace(OWED, version=1, tickets_first=True)
    await set_up(desk.db, desk.house, found, ONLINE, msgspec.structs.replace(INVOICE, min_cents=None))
    placed = await desk.on_invoice(0)
    content = camt(paid(placed, "30.00"))
    assert await desk.proposals(content) == [Proposal.PAYS]
    await desk.booked(content)
    assert (await orders.get(desk.db, placed.id)).due_cents == 0
    await desk.sound()


@pytest.mark.parametrize("protected", [True, False])
async def test_the_name_of_an_entry_keeps_it_from_being_booked_twice(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """The mutant: entries have no name of the bank's, and no look at what was booked before."""
    placed = await desk.on_invoice(0, 1)
    first, second = camt(paid(placed, "30.00")), camt(paid(placed, "30.00"), entry("1.00"))
    if not protected:
        async with desk.db.read() as c:
            await c.execute("alter table bank_entries drop constraint bank_entries_organisation_id_account_key_key")
            await c.execute("create unique index loose on bank_entries (organisation_id, account, key, file_id)")
        loose = bank_files.SQL.keep
        text = loose.text.replace(
            "on conflict (organisation_id, account, key)", "on conflict (organisation_id, account, key, file_id)"
        )
        monkeypatch.setattr(bank_files.SQL, "keep", type(loose)(loose.name, text, loose.parameters), raising=False)
        unseen = type(loose)("told_of", "select where false and $1::uuid[] is null", ("order_ids",))
        monkeypatch.setattr(bank_files.SQL, "told_of", unseen, raising=False)
    await desk.booked(first)
    await desk.booked(second)
    assert (await orders.get(desk.db, placed.id)).received_cents == (3000 if protected else 6000)
    if not protected:
        await empty(desk.db)
        async with desk.db.read() as c:
            await c.execute("drop index loose")
            await c.execute("alter table bank_entries add unique (organisation_id, account, key)")
