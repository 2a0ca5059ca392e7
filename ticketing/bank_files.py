"""Bank files: what a bank tells of an account, matched with orders, looked at, and booked.

A file is read whole when it comes and shows what booking it would do. Once it is confirmed a job books it, an entry a
transaction: stopped anywhere, it goes on where it was. An entry is one row whatever files it is in, by its account and
the bank's name of it, and one payment, by the key of the payment's reference; so nothing is booked twice.

An entry is an order's when the order's code is in its reference, or in what its payer wrote, or the number of one of
its invoices is. What then happens to the order is the payments' to say (`payments.book_transfer`): all of it, a part,
too much, too late. Without an order, with several, or when it looks like one that was booked under another name, it
waits for somebody to assign it or set it aside. Orders of other box offices are never touched by it.
"""

import asyncio
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import BrokenExecutor
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from engine.inventory import Inventory
from ticketing import audit, bank_formats, billing, claims, jobs, payments
from ticketing.audit import Actor, Subject
from ticketing.bank_formats import Column, Format, Statement, Table
from ticketing.creditors import code_in, codes_in
from ticketing.db import Database
from ticketing.ids import new_id, read_code
from ticketing.jobs import BookBankFile, Job
from ticketing.legible import clean
from ticketing.payments import Received, Seated, Transfer
from ticketing.refusals import EntryBooked, FileConfirmed, InputRefused, NotFound
from ticketing.settings import Settings
from ticketing.sql import Connection, load
from ticketing.states import ORDER, OrderEvent, OrderStatus, sources
from ticketing.workshop import Workshop

NAME_CHARS_MAX = 100
ROWS_MAX = 200
FILES_MAX = 100
SUGGESTED_MAX = 10
BATCH = 100
SAID = ("booked_on", "amount_cents", "currency", "payer_account", "reference", "message")
LABEL = re.compile(r"[\w/.-]*\d{4}-\d{5,}")

SQL = load("bank_files")


class EntryState(StrEnum):
    """Where an entry stands."""

    OPEN = "open"
    BOOKED = "booked"
    SET_ASIDE = "set_aside"


class Proposal(StrEnum):
    """What booking an entry would do, as things stand."""

    PAYS = "pays"
    PART = "part"
    """Less than is owed: the rest stays owed."""
    MORE = "more"
    """More than is owed: what is too much goes back."""
    GONE = "gone"
    """The order ended, or owes nothing: it gets its seats again where they are free, or all of it goes back."""
    CURRENCY = "currency"
    """Money of another currency than the order's: it goes back."""
    SEVERAL = "several"
    """It names several orders."""
    TWIN = "twin"
    """It says what an entry says that was booked under another name."""
    UNKNOWN = "unknown"
    """It names no order of this box office."""


DECIDED = frozenset({Proposal.PAYS, Proposal.PART, Proposal.MORE, Proposal.GONE, Proposal.CURRENCY})
"""What is booked without somebody's decision."""


class BankFile(Struct, frozen=True):
    """A file, and where its entries stand. `known_count` of its entries came with a file before."""

    id: UUID
    box_office_id: UUID
    name: str
    format: Format
    uploaded_at: datetime
    uploaded_by: str | None
    confirmed_at: datetime | None
    needs_columns: bool
    known_count: int
    entry_count: int
    booked_count: int
    open_count: int
    cents: dict[str, int]
    """What came in all, by currency."""


class Entry(Struct, frozen=True):
    """Money that came, and what became of it."""

    id: UUID
    file_id: UUID
    account: str
    booked_on: date
    amount_cents: int
    currency: str
    payer: str
    payer_account: str
    reference: str
    message: str
    state: EntryState
    outcome: Received | None
    order_id: UUID | None
    order_code: str | None


class Debt(Struct, frozen=True):
    """An order as matching sees it."""

    id: UUID
    code: str
    status: OrderStatus
    currency: str
    due_cents: int
    customer_name: str
    labels: list[str]


class Proposed(Struct, frozen=True):
    """An entry with the order it is for, if there is one, and what booking it would do."""

    entry: Entry
    proposal: Proposal
    debt: Debt | None


async def upload(
    db: Database,
    workshop: Workshop,
    organisation_id: UUID,
    box_office_id: UUID,
    name: str,
    content: bytes,
    by: Actor,
    now: datetime,
) -> UUID:
    """Read a file; its id, the same for a file that came before. InputRefused with the line where it cannot be read,
    TooManyRequests. A table waits for its columns."""
    digest = hashlib.sha256(content).digest()
    async with db.read() as c:
        known = await SQL.by_hash.value(c, box_office_id=box_office_id, hash=digest)
    if known is not None:
        found: UUID = known
        return found
    if bank_formats.is_xml(content):
        statement, kept = await _aside(workshop, content), None
    else:
        await asyncio.to_thread(bank_formats.read_table, content)
        statement, kept = Statement(Format.CSV, ()), content
    file_id = new_id()
    async with db.transaction() as c:
        values = {"name": _named(name), "format": statement.format, "content": kept, "staff_id": by.staff_id}
        added = await SQL.add.run(c, file_id=file_id, box_office_id=box_office_id, hash=digest, now=now, **values)
        if not added:
            found = await SQL.by_hash.value(c, box_office_id=box_office_id, hash=digest)
            return found
        await _keep(c, organisation_id, box_office_id, file_id, statement)
    return file_id


async def table(db: Database, box_office_id: UUID, file_id: UUID) -> Table:
    """The table whose columns are to be chosen, or NotFound."""
    async with db.read() as c:
        content = await SQL.content.value(c, box_office_id=box_office_id, file_id=file_id)
    if content is None:
        raise NotFound(what="file")
    return await asyncio.to_thread(bank_formats.read_table, content)


async def choose_columns(
    db: Database, organisation_id: UUID, box_office_id: UUID, file_id: UUID, columns: Mapping[Column, int]
) -> None:
    """Read a table by its columns, anew as long as it is not confirmed. NotFound, FileConfirmed, InputRefused."""
    found = await table(db, box_office_id, file_id)
    for needed in (Column.DATE, Column.AMOUNT):
        if needed not in columns:
            raise InputRefused(problem="Choose a column.", where=needed.value)
    assert all(0 <= at < len(found.headings) for at in columns.values()), "columns are the table's"
    async with db.transaction() as c:
        await _lock(c, box_office_id, file_id)
        currency = await SQL.currency.value(c, box_office_id=box_office_id)
        account = (await billing.get(c, box_office_id)).iban
        statement = await asyncio.to_thread(bank_formats.read_rows, found, columns, account, currency)
        if not statement.entries:
            raise InputRefused(problem="By these columns nothing came in: choose others.", where=Column.AMOUNT.value)
        await SQL.forget_entries.run(c, file_id=file_id)
        await _keep(c, organisation_id, box_office_id, file_id, statement)


async def confirm(db: Database, box_office_id: UUID, file_id: UUID, by: Actor, now: datetime) -> None:
    """Have a file booked. NotFound, FileConfirmed."""
    async with db.transaction() as c:
        name = await _lock(c, box_office_id, file_id)
        await SQL.confirm.run(c, file_id=file_id, now=now)
        await jobs.enqueue(c, Job.BOOK_BANK_FILE, BookBankFile(file_id))
        counts = await SQL.count.value(c, file_id=file_id)
        subject = Subject(kind="bank_file", id=file_id, name=name, box_office_id=box_office_id)
        await audit.note(c, by, "bank-file.confirmed", subject, now, {"entries": (None, counts)})


async def remove(db: Database, box_office_id: UUID, file_id: UUID) -> None:
    """Forget a file that is not confirmed, with what came with it. NotFound, FileConfirmed."""
    async with db.transaction() as c:
        await _lock(c, box_office_id, file_id)
        await SQL.forget_entries.run(c, file_id=file_id)
        await SQL.remove.run(c, file_id=file_id)


async def book(db: Database, inventory: Inventory, settings: Settings, file_id: UUID, now: datetime) -> int:
    """Book what is decided of a confirmed file; how many entries. May be stopped anywhere, and run again.

    Raises NotReady, OrderLate and StoreUnreachable when the rest should be tried again.
    """
    async with db.read() as c:
        office = await SQL.office_to_book.value(c, file_id=file_id)
    booked, after = 0, -1
    while office is not None:
        async with db.read() as c:
            rows = await SQL.waiting.rows(c, file_id=file_id, after=after, rows_max=BATCH)
        for row in rows:
            booked += await _book(db, inventory, settings, office, row["id"], None, now)
        if len(rows) < BATCH:
            break
        after = rows[-1]["position"]
    return booked


async def assign(
    db: Database,
    inventory: Inventory,
    settings: Settings,
    box_office_id: UUID,
    entry_id: UUID,
    code: str,
    by: Actor,
    now: datetime,
) -> Entry:
    """Book an entry to the order of this code. NotFound, EntryBooked, InputRefused; NotReady, OrderLate."""
    async with db.read() as c:
        found = await SQL.debts.all(c, Debt, box_office_id=box_office_id, codes=[read_code(code)], labels=[])
        await _entry(c, box_office_id, entry_id)
    if not found:
        raise InputRefused(problem="There is no order with this number at this box office.", where="code")
    if not await _book(db, inventory, settings, box_office_id, entry_id, (found[0], by), now):
        raise EntryBooked()
    async with db.read() as c:
        return await _entry(c, box_office_id, entry_id)


async def set_aside(db: Database, box_office_id: UUID, entry_id: UUID, by: Actor, now: datetime) -> None:
    """An entry that is no order's: it is listed no more. NotFound, EntryBooked."""
    await _turn(db, box_office_id, entry_id, (EntryState.OPEN, EntryState.SET_ASIDE), "bank-entry.set-aside", by, now)


async def put_back(db: Database, box_office_id: UUID, entry_id: UUID, by: Actor, now: datetime) -> None:
    """Undo that. NotFound, EntryBooked."""
    await _turn(db, box_office_id, entry_id, (EntryState.SET_ASIDE, EntryState.OPEN), "bank-entry.put-back", by, now)


# Read


async def files(db: Database, box_office_id: UUID) -> list[BankFile]:
    """A box office's files, the newest first, `FILES_MAX` at most."""
    async with db.read() as c:
        return await SQL.files.all(c, BankFile, box_office_id=box_office_id, file_id=None, rows_max=FILES_MAX)


async def get(db: Database, box_office_id: UUID, file_id: UUID) -> BankFile:
    """One of them, or NotFound."""
    async with db.read() as c:
        found = await SQL.files.one(c, BankFile, box_office_id=box_office_id, file_id=file_id, rows_max=1)
    if found is None:
        raise NotFound(what="file")
    return found


async def office_of(db: Database, file_id: UUID) -> UUID:
    """The box office of a file, or NotFound."""
    async with db.read() as c:
        found: UUID | None = await SQL.office_of.value(c, file_id=file_id)
    if found is None:
        raise NotFound(what="file")
    return found


async def proposed(db: Database, box_office_id: UUID, file_id: UUID) -> list[Proposed]:
    """What booking each entry of a file that is not booked would do, in the file's order."""
    async with db.read() as c:
        entries = await SQL.entries.all(c, Entry, box_office_id=box_office_id, file_id=file_id)
        return await _proposed(c, box_office_id, entries)


async def unmatched(db: Database, box_office_id: UUID, state: EntryState = EntryState.OPEN) -> list[Proposed]:
    """Entries of confirmed files that wait for somebody (or were set aside), the oldest first, `ROWS_MAX` at most."""
    async with db.read() as c:
        entries = await SQL.unmatched.all(c, Entry, box_office_id=box_office_id, state=state, rows_max=ROWS_MAX)
        return await _proposed(c, box_office_id, entries)


async def entry(db: Database, box_office_id: UUID, entry_id: UUID) -> Proposed:
    """One entry, or NotFound."""
    async with db.read() as c:
        return (await _proposed(c, box_office_id, [await _entry(c, box_office_id, entry_id)]))[0]


async def suggested(db: Database, box_office_id: UUID, found: Entry, text: str) -> list[Debt]:
    """Orders that an entry may be for: of a code or a name that somebody types, or that await just this amount."""
    async with db.read() as c:
        if text.strip():
            codes = [read_code(text)]
            return await SQL.searched.all(
                c, Debt, box_office_id=box_office_id, codes=codes, text=text.strip()[:NAME_CHARS_MAX],
                rows_max=SUGGESTED_MAX,
            )  # fmt: skip
        return await SQL.owing.all(
            c, Debt, box_office_id=box_office_id, amount_cents=found.amount_cents, currency=found.currency,
            payer=found.payer, rows_max=SUGGESTED_MAX,
        )  # fmt: skip


# Matching


async def _proposed(c: Connection, box_office_id: UUID, entries: Sequence[Entry]) -> list[Proposed]:
    """Entries with their orders: one query for all of them."""
    named = {entry.id: _names(entry) for entry in entries}
    codes = sorted({code for some, _ in named.values() for code in some})
    labels = sorted({label for _, some in named.values() for label in some})
    debts = await SQL.debts.all(c, Debt, box_office_id=box_office_id, codes=codes, labels=labels)
    told = await SQL.told_of.rows(c, order_ids=[debt.id for debt in debts])
    booked = {(row["order_id"], *(row[field] for field in SAID)): row["file_id"] for row in told}
    return [_judged(entry, _matching(debts, *named[entry.id]), booked) for entry in entries]


def _names(entry: Entry) -> tuple[set[str], set[str]]:
    """What an entry may name: codes of orders, and numbers of invoices. A reference that is one of ours is all."""
    structured = code_in(entry.reference)
    if structured is not None:
        return {structured}, set()
    written = f"{entry.reference} {entry.message}"
    return set(codes_in(written)), set(LABEL.findall(written))


def _matching(debts: Iterable[Debt], codes: set[str], labels: set[str]) -> list[Debt]:
    return [debt for debt in debts if debt.code in codes or labels & set(debt.labels)]


def _judged(entry: Entry, found: Sequence[Debt], booked: Mapping[tuple[object, ...], UUID]) -> Proposed:
    if len(found) != 1:
        return Proposed(entry, Proposal.SEVERAL if found else Proposal.UNKNOWN, None)
    debt = found[0]
    said = (debt.id, *(getattr(entry, field) for field in SAID))
    if booked.get(said, entry.file_id) != entry.file_id:
        return Proposed(entry, Proposal.TWIN, debt)
    return Proposed(entry, outlook(debt, entry.amount_cents, entry.currency), debt)


def outlook(debt: Debt, amount_cents: int, currency: str) -> Proposal:
    """What an amount would do to an order."""
    if currency != debt.currency:
        return Proposal.CURRENCY
    if debt.status not in sources(ORDER, OrderEvent.PAY) or debt.due_cents <= 0:
        return Proposal.GONE
    if amount_cents == debt.due_cents:
        return Proposal.PAYS
    return Proposal.PART if amount_cents < debt.due_cents else Proposal.MORE


# Booking


async def _book(
    db: Database,
    inventory: Inventory,
    settings: Settings,
    box_office_id: UUID,
    entry_id: UUID,
    chosen: tuple[Debt, Actor] | None,
    now: datetime,
) -> bool:
    """Book one entry in a transaction of its own: to the order it names, or to the one that somebody chose. False when
    there is nothing to book."""
    seated: Seated | None = None
    async with claims.claiming(db, inventory, settings) as t:
        row = await SQL.lock_entry.row(t.c, box_office_id=box_office_id, entry_id=entry_id)
        if row is None or row["state"] != EntryState.OPEN:
            return False
        (one,) = await _proposed(t.c, box_office_id, [await _entry(t.c, box_office_id, entry_id)])
        debt = chosen[0] if chosen else one.debt if one.proposal in DECIDED else None
        if debt is None:
            return False
        transfer = Transfer(entry_id, one.entry.amount_cents, one.entry.currency)
        payment_id, outcome, seated = await payments.book_transfer(t, debt.id, transfer, now)
        await SQL.mark_booked.run(t.c, entry_id=entry_id, payment_id=payment_id, outcome=outcome)
        if chosen:
            subject = Subject(kind="bank_file", id=one.entry.file_id, name=row["name"], box_office_id=box_office_id)
            told = {"order": ("", debt.code), "amount_cents": (None, one.entry.amount_cents)}
            await audit.note(t.c, chosen[1], "bank-entry.assigned", subject, now, told)
    await payments.settle_later(inventory, seated)
    return True


async def _turn(
    db: Database,
    box_office_id: UUID,
    entry_id: UUID,
    states: tuple[EntryState, EntryState],
    act: str,
    by: Actor,
    now: datetime,
) -> None:
    async with db.transaction() as c:
        row = await SQL.lock_entry.row(c, box_office_id=box_office_id, entry_id=entry_id)
        if row is None:
            raise NotFound(what="payment")
        if row["state"] != states[0]:
            raise EntryBooked()
        await SQL.turn.run(c, entry_id=entry_id, state=states[1])
        subject = Subject(kind="bank_file", id=row["file_id"], name=row["name"], box_office_id=box_office_id)
        await audit.note(c, by, act, subject, now, {"amount_cents": (None, row["amount_cents"])})


async def _entry(c: Connection, box_office_id: UUID, entry_id: UUID) -> Entry:
    found = await SQL.entry.one(c, Entry, box_office_id=box_office_id, entry_id=entry_id)
    if found is None:
        raise NotFound(what="payment")
    return found


async def _lock(c: Connection, box_office_id: UUID, file_id: UUID) -> str:
    """Hold a file that is not confirmed; its name."""
    row = await SQL.lock.row(c, box_office_id=box_office_id, file_id=file_id)
    if row is None:
        raise NotFound(what="file")
    if row["confirmed_at"] is not None:
        raise FileConfirmed()
    name: str = row["name"]
    return name


async def _keep(c: Connection, organisation_id: UUID, box_office_id: UUID, file_id: UUID, statement: Statement) -> None:
    """Write the entries that no file had before. One that waits at another box office is taken up here."""
    entries = statement.entries
    added = await SQL.keep.run(
        c, organisation_id=organisation_id, box_office_id=box_office_id, file_id=file_id,
        ids=[new_id() for _ in entries], accounts=[one.account for one in entries], keys=[one.key for one in entries],
        days=[one.booked_on for one in entries], amounts=[one.amount_cents for one in entries],
        currencies=[one.currency for one in entries], payers=[one.payer for one in entries],
        payer_accounts=[one.payer_account for one in entries], references=[one.reference for one in entries],
        messages=[one.message for one in entries],
    )  # fmt: skip
    await SQL.note_known.run(c, file_id=file_id, known_count=len(entries) - added)


async def _aside(workshop: Workshop, content: bytes) -> Statement:
    try:
        return await workshop.do(bank_formats.read_camt, content)
    except BrokenExecutor:
        problem = "This file takes too much work to read: ask your bank for a shorter time."
        raise InputRefused(problem=problem, where="file") from None


def _named(name: str) -> str:
    """The last part of a path, to show."""
    return clean(name.replace("\\", "/").rpartition("/")[2], NAME_CHARS_MAX) or "-"
