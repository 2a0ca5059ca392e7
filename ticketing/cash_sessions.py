"""Cash sessions: from the counting of a till's float to the closing, with all the money that is taken there meanwhile.

A session is opened by a seller, who counts the float. Until it is closed every payment and every refund that they book
over the counter lies in it, in cash or by a card terminal; cash is brought and taken with a reason, and counted at any
time. It is closed with a last count: what differs from what should be there is told, never set right. All of it is rows
of a journal (`ticketing.cash_journal`), and the closing writes the Z report (`ticketing.cash_reports`).

A till has one open session at most, and so has a seller in a box office; two indexes decide. What moves money holds the
session's row, so a payment and a closing at the same moment follow one another: the payment is in the report, or it is
refused by name. Who may work in a session: who opened it, everybody who sells there if its till is shared, and whoever
manages the box office, for whom `seen_by` is None; for others it is not there.
"""

from datetime import datetime
from uuid import UUID

from asyncpg.exceptions import UniqueViolationError
from msgspec import Struct

from ticketing import audit, cash_journal, cash_reports, tills
from ticketing.audit import Actor, Subject
from ticketing.cash_journal import Drawer, Kind, Method, Reason, Row
from ticketing.cash_shares import shares
from ticketing.db import Database
from ticketing.denominations import CENTS_MAX, Counted
from ticketing.ids import new_id
from ticketing.refusals import (
    CashMoved,
    CashSessionClosed,
    CashSessionNeeded,
    CashSessionOpen,
    CashShort,
    DifferenceUntold,
    InputRefused,
    NotFound,
    TillOpen,
    TillRetired,
)
from ticketing.sql import Connection, load
from ticketing.texts import text_of

NOTE_CHARS_MAX = 200
ROWS_MAX = 50
MOVEMENTS_SHOWN_MAX = 200
DRAWERS_MAX = 100
REASONS = {
    Kind.IN: (Reason.CHANGE, Reason.FLOAT, Reason.OTHER),
    Kind.OUT: (Reason.BANK, Reason.CHANGE, Reason.EXPENSE, Reason.OTHER),
}
"""Why cash is brought, and why it is taken."""
TOLD = frozenset({Reason.EXPENSE, Reason.OTHER})
"""Reasons that want a note."""
ACTS = {Kind.IN: "cash_session.brought", Kind.OUT: "cash_session.taken"}

SQL = load("cash_sessions")


class Session(Struct, frozen=True, kw_only=True):
    """A session; `closed_at` None while it is open. `cash_cents` is what should be in the drawer, `journal_number` the
    last row of its journal."""

    id: UUID
    till_id: UUID
    till_name: str
    till_locale: str
    shared: bool
    box_office_id: UUID
    currency: str
    time_zone: str
    number: int
    seller: str
    opened_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    cash_cents: int
    journal_number: int


class Movement(Struct, frozen=True, kw_only=True):
    """A row of a journal, as a page shows it."""

    number: int
    kind: Kind
    method: Method | None
    amount_cents: int
    value_cents: int | None
    expected_cents: int | None
    counted_cents: int | None
    reason: Reason | None
    note: str
    seller: str
    at: datetime
    order_id: UUID | None
    order_code: str | None

    @property
    def difference_cents(self) -> int:
        """Of a count: what there was more than there should be."""
        return (self.counted_cents or 0) - (self.expected_cents or 0)


class Closed(Struct, frozen=True):
    """A session that was closed, in a list: what was taken in it, and what the drawer had more than it should."""

    id: UUID
    number: int
    seller: str
    opened_at: datetime
    closed_at: datetime
    taken_cents: int
    difference_cents: int


class Choice(Struct, frozen=True):
    """An open session that somebody may book in; their own comes first."""

    id: UUID
    till_name: str
    own: bool


class Counter(Struct, frozen=True):
    """How money is taken over the counter of a box office by somebody: whether it has tills, and in which sessions."""

    has_tills: bool
    drawers: list[Choice]


class _Held(Struct, frozen=True):
    """A session whose row is held."""

    id: UUID
    till_id: UUID
    till_name: str
    box_office_id: UUID
    currency: str
    number: int
    closed_at: datetime | None


async def open_till(
    db: Database, organisation_id: UUID, till_id: UUID, counted: Counted, by: Actor, now: datetime
) -> UUID:
    """Open a session with the float that was counted; its id.

    Raises NotFound, TillRetired, TillOpen, and CashSessionOpen when its seller has one elsewhere in the box office.
    """
    assert by.staff_id is not None, "a session is a person's"
    session_id = new_id()
    async with db.transaction() as c:
        till = await tills.SQL.lock.one(c, tills.Till, organisation_id=organisation_id, till_id=till_id)
        if till is None:
            raise NotFound(what="till")
        if till.retired_at is not None:
            raise TillRetired()
        try:
            async with c.transaction():
                row = await SQL.open.row(c, session_id=session_id, till_id=till_id, staff_id=by.staff_id, now=now)
        except UniqueViolationError:
            raise await _taken(c, till, by.staff_id) from None
        assert row is not None, "its till is held"
        drawer = Drawer(
            session_id, till_id, till.name, till.box_office_id, row["currency"], row["number"], 0,
            await cash_reports.previous(c, till_id), now, 0,
        )  # fmt: skip
        opening = Row(kind=Kind.OPEN, amount_cents=counted.cents, counted=counted)
        await cash_journal.write(c, drawer, opening, by.staff_id, now)
        await audit.note(c, by, "cash_session.opened", _subject(drawer), now, {"float_cents": (None, counted.cents)})
    return session_id


async def move(
    db: Database,
    session_id: UUID,
    seen_by: UUID | None,
    kind: Kind,
    cents: int,
    reason: Reason,
    note: str,
    by: Actor,
    now: datetime,
) -> None:
    """Bring cash (`Kind.IN`) or take it (`Kind.OUT`), for a reason.

    Raises InputRefused, NotFound, CashSessionClosed; CashShort when more is taken than there should be.
    """
    assert by.staff_id is not None, "somebody brings it"
    told = text_of(note, "note", chars_min=int(reason in TOLD), chars_max=NOTE_CHARS_MAX)
    if reason not in REASONS[kind]:
        raise InputRefused(problem="Choose one of these.", where="reason")
    if not 0 < cents <= CENTS_MAX:
        raise InputRefused(problem="Type an amount above zero.", where="amount")
    signed = cents if kind is Kind.IN else -cents
    async with db.transaction() as c:
        drawer = await _drawer(c, session_id, seen_by)
        if drawer.cash_cents + signed < 0:
            raise CashShort(where="amount")
        row = Row(kind=kind, amount_cents=signed, reason=reason, note=told)
        await cash_journal.write(c, drawer, row, by.staff_id, now)
        changes = {"amount_cents": (None, cents), "reason": (None, reason), "note": ("", told)}
        await audit.note(c, by, ACTS[kind], _subject(drawer), now, changes)


async def count(
    db: Database, session_id: UUID, seen_by: UUID | None, counted: Counted, note: str, by: Actor, now: datetime
) -> int:
    """Count the drawer; by how much there is more than there should be. Raises InputRefused, NotFound,
    CashSessionClosed."""
    assert by.staff_id is not None, "somebody counts it"
    told = text_of(note, "note", chars_min=0, chars_max=NOTE_CHARS_MAX)
    async with db.transaction() as c:
        drawer = await _drawer(c, session_id, seen_by)
        await cash_journal.write(c, drawer, _count(Kind.COUNT, drawer, counted, told), by.staff_id, now)
        changes = {"expected_cents": (None, drawer.cash_cents), "counted_cents": (None, counted.cents)}
        await audit.note(c, by, "cash_session.counted", _subject(drawer), now, changes)
    return counted.cents - drawer.cash_cents


async def close(
    db: Database,
    session_id: UUID,
    seen_by: UUID | None,
    counted: Counted,
    reason: str,
    journal_number: int,
    by: Actor,
    now: datetime,
) -> int:
    """Close a session with a last count, and write its Z report; by how much there is more than there should be.

    `journal_number` is the last row that was looked at. Raises InputRefused, NotFound, CashSessionClosed; CashMoved
    when the journal has gone on; DifferenceUntold when the count differs and `reason` says nothing.
    """
    assert by.staff_id is not None, "a person closes it"
    told = text_of(reason, "reason", chars_min=0, chars_max=NOTE_CHARS_MAX)
    async with db.transaction() as c:
        drawer = await _drawer(c, session_id, seen_by)
        if drawer.number != journal_number:
            raise CashMoved()
        difference_cents = counted.cents - drawer.cash_cents
        if difference_cents and not told:
            raise DifferenceUntold(where="reason", expected_cents=drawer.cash_cents, counted_cents=counted.cents)
        row = _count(Kind.CLOSE, drawer, counted, told)
        drawer = await cash_journal.write(c, drawer, row, by.staff_id, now)
        closed_by = await SQL.close.value(c, session_id=session_id, staff_id=by.staff_id, now=drawer.at)
        await cash_reports.close(c, drawer, counted, told, closed_by)
        changes = {
            "expected_cents": (None, drawer.cash_cents), "counted_cents": (None, counted.cents), "reason": ("", told),
        }  # fmt: skip
        await audit.note(c, by, "cash_session.closed", _subject(drawer), now, changes)
    return difference_cents


# What is booked over the counter


async def drawer_for(
    c: Connection, box_office_id: UUID, by: Actor | None, method: Method, session_id: UUID | None = None
) -> Drawer | None:
    """The session that what somebody takes or gives back lies in, held: the one that is named, or their own.

    None for a program, whose drawer is its own, where a box office has no tills, and for a card terminal without a
    session. The caller's transaction holds the order's row. Raises NotFound for a session that is not theirs to book
    in, CashSessionClosed, CashSessionNeeded.
    """
    if by is None or by.staff_id is None:
        return None
    staff_id = by.staff_id
    if session_id is None:
        session_id = await SQL.own.value(c, box_office_id=box_office_id, staff_id=staff_id)
    if session_id is not None:
        drawer = await _drawer(c, session_id, staff_id)
        if drawer.box_office_id != box_office_id:
            raise NotFound(what="cash session")
        return drawer
    if method is Method.CASH and await tills.any_used(c, box_office_id):
        raise CashSessionNeeded()
    return None


async def book_payment(
    c: Connection,
    drawer: Drawer,
    order_id: UUID,
    payment_id: UUID,
    method: Method,
    cents: int,
    by: Actor,
    now: datetime,
) -> None:
    """Write a payment that was just booked into the journal of its session."""
    await _book(
        c, drawer, order_id, Row(kind=Kind.PAYMENT, method=method, amount_cents=cents, payment_id=payment_id), by, now
    )


async def book_refund(
    c: Connection, drawer: Drawer, order_id: UUID, refund_id: UUID, method: Method, cents: int, by: Actor, now: datetime
) -> None:
    """The same of a refund that was handed out. CashShort when there is less cash than that."""
    if method is Method.CASH and drawer.cash_cents < cents:
        raise CashShort()
    await _book(
        c, drawer, order_id, Row(kind=Kind.REFUND, method=method, amount_cents=-cents, refund_id=refund_id), by, now
    )


async def book_sale(
    db: Database,
    order_id: UUID,
    box_office_id: UUID,
    value_cents: int,
    method: Method,
    by: Actor,
    now: datetime,
    session_id: UUID | None = None,
) -> None:
    """Write an order that no money is taken for into the journal of its seller's session, or of the one that is named;
    once, and nothing where they have none open. Raises NotFound, CashSessionClosed.

    What is free is sold by it: its tickets are counted. What is on invoice may be paid at a till one day, and is then.
    """
    assert by.staff_id is not None, "a person sells"
    async with db.transaction() as c:
        await SQL.lock_order.value(c, order_id=order_id)
        if await SQL.sold.value(c, order_id=order_id):
            return
        drawer = await drawer_for(c, box_office_id, by, method, session_id)
        if drawer is None:
            return
        spread = await shares(c, order_id, 0) if method is Method.FREE else ()
        row = Row(kind=Kind.SALE, method=method, order_id=order_id, value_cents=value_cents, shares=spread)
        await cash_journal.write(c, drawer, row, by.staff_id, now)


async def at_counter(db: Database, box_office_id: UUID, staff_id: UUID) -> Counter:
    """How somebody takes money over the counter of a box office."""
    async with db.read() as c:
        has_tills = await tills.any_used(c, box_office_id)
        values = {"box_office_id": box_office_id, "staff_id": staff_id, "rows_max": DRAWERS_MAX}
        return Counter(has_tills, await SQL.drawers.all(c, Choice, **values) if has_tills else [])


# What pages show


async def get(db: Database, session_id: UUID, seen_by: UUID | None) -> Session:
    """A session, or NotFound."""
    async with db.read() as c:
        found = await SQL.get.one(c, Session, session_id=session_id, seen_by=seen_by)
    if found is None:
        raise NotFound(what="cash session")
    return found


async def movements(db: Database, session_id: UUID) -> list[Movement]:
    """The rows of a session's journal, the newest first; of a long one the last ones."""
    async with db.read() as c:
        return await SQL.movements.all(c, Movement, session_id=session_id, rows_max=MOVEMENTS_SHOWN_MAX)


async def entries(db: Database, session_id: UUID) -> list[str]:
    """A session's journal as its hashes are of: the entry of each row, the first one first."""
    async with db.read() as c:
        return [row["entry"] for row in await SQL.entries.rows(c, session_id=session_id)]


async def closed(db: Database, till_id: UUID, seen_by: UUID | None, page: int = 1) -> tuple[list[Closed], bool]:
    """A till's sessions that were closed, the newest first, a page of them; and whether there are more."""
    values = {"till_id": till_id, "seen_by": seen_by, "rows_max": ROWS_MAX + 1, "rows_skipped": (page - 1) * ROWS_MAX}
    async with db.read() as c:
        rows = await SQL.closed.all(c, Closed, **values)
    return rows[:ROWS_MAX], len(rows) > ROWS_MAX


async def _drawer(c: Connection, session_id: UUID, seen_by: UUID | None) -> Drawer:
    """An open session with its row held until the transaction ends."""
    held = await SQL.lock.one(c, _Held, session_id=session_id, seen_by=seen_by)
    if held is None:
        raise NotFound(what="cash session")
    if held.closed_at is not None:
        raise CashSessionClosed()
    number, hashed, at, cash_cents = await cash_journal.stands(c, session_id)
    return Drawer(
        session_id, held.till_id, held.till_name, held.box_office_id, held.currency, held.number, number, hashed, at,
        cash_cents,
    )  # fmt: skip


async def _book(c: Connection, drawer: Drawer, order_id: UUID, row: Row, by: Actor, now: datetime) -> None:
    assert by.staff_id is not None, "whoever books has a drawer"
    spread = await shares(c, order_id, row.amount_cents)
    told = Row(**{name: getattr(row, name) for name in Row.__struct_fields__} | {"shares": spread})
    await cash_journal.write(c, drawer, told, by.staff_id, now)


async def _taken(c: Connection, till: tills.Till, staff_id: UUID) -> Exception:
    """Why a session cannot be opened: the till has one, or its seller; unless it was closed at this very moment."""
    seller = await SQL.seller_at.value(c, till_id=till.id)
    if seller is not None:
        return TillOpen(seller=seller)
    elsewhere = await SQL.own_till.value(c, box_office_id=till.box_office_id, staff_id=staff_id)
    return CashSessionOpen(till=elsewhere) if elsewhere else TillOpen(seller="—")


def _count(kind: Kind, drawer: Drawer, counted: Counted, note: str) -> Row:
    return Row(kind=kind, method=None, expected_cents=drawer.cash_cents, counted=counted, note=note)


def _subject(drawer: Drawer) -> Subject:
    return Subject(kind="till", id=drawer.till_id, name=drawer.till_name, box_office_id=drawer.box_office_id)
