"""What a cash session came to: the X report, asked for at any time, and the Z report that it is closed with.

Both are the same figures, read from the session's journal. The X is made anew each time and kept nowhere. The Z is
written once, in the transaction that closes the session, as JSON in one form (`cash_journal.canonical`): it tells the
hash of the journal's last row and that of the Z before it, so that a till is one chain from its first float on. Its
number is its session's, from one on without gaps.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from ticketing.cash_journal import BEGINNING, Drawer, Kind, Method, Reason, canonical, hash_of
from ticketing.db import Database
from ticketing.denominations import Counted
from ticketing.refusals import NotFound
from ticketing.sql import Connection, load

FORMAT = 2
"""One did not tell of what was sold without taking money."""

SQL = load("cash_reports")


class Taking(Struct, frozen=True, kw_only=True):
    """What one seller took by one method."""

    seller_id: UUID
    seller: str
    method: Method
    received_cents: int
    received_count: int
    returned_cents: int
    returned_count: int

    @property
    def net_cents(self) -> int:
        return self.received_cents - self.returned_cents


class Untaken(Struct, frozen=True, kw_only=True):
    """Orders that one seller sold without taking money, by why; `value_cents` is what they come to."""

    seller_id: UUID
    seller: str
    method: Method
    count: int
    value_cents: int


class Total(Struct, frozen=True):
    """What several of them come to."""

    received_cents: int
    received_count: int
    returned_cents: int
    returned_count: int

    @property
    def net_cents(self) -> int:
        return self.received_cents - self.returned_cents


class Taxed(Struct, frozen=True):
    """What was taken at one rate of VAT (None: without), and the tax in it."""

    rate_thousandths: int | None
    amount_cents: int
    vat_cents: int


class Sold(Struct, frozen=True):
    """What was taken for one tariff of one event, or for one pass; `count` is what was sold of it less what was taken
    back, `kind` is `ticket`, `pass` or `adjustment`."""

    event: str
    name: str
    kind: str
    count: int
    amount_cents: int


class Moved(Struct, frozen=True):
    """Cash that was brought, or below zero taken."""

    at: datetime
    seller: str
    reason: Reason
    note: str
    amount_cents: int


class Count(Struct, frozen=True):
    """A count in the course of the session."""

    at: datetime
    seller: str
    expected_cents: int
    counted_cents: int
    note: str

    @property
    def difference_cents(self) -> int:
        return self.counted_cents - self.expected_cents


class Items(Struct, frozen=True):
    """Tickets or passes: how many were sold, and how many taken back. One that moved is neither."""

    sold: int
    returned: int


class CashReport(Struct, frozen=True, kw_only=True):
    """A report. Of an X, what the closing tells is None, and `previous` and the journal's hash are those of the moment.

    expected = float + cash received - cash paid back + brought - taken out; `counted_cents` is what was there instead,
    in `pieces` (value, how many); `reason` says why. `sold` and `vat` add up to what was taken by all methods; what is
    `untaken` is no part of either sum.
    """

    format: int = FORMAT
    kind: str
    number: int
    session: UUID
    till_id: UUID
    till: str
    box_office_id: UUID
    box_office: str
    organisation: str
    vat_number: str
    currency: str
    time_zone: str
    at: datetime
    opened_at: datetime
    opened_by: str
    closed_at: datetime | None = None
    closed_by: str | None = None
    takings: tuple[Taking, ...]
    untaken: tuple[Untaken, ...] = ()
    float_cents: int
    float_pieces: tuple[tuple[int, int], ...]
    brought_cents: int
    taken_cents: int
    expected_cents: int
    counted_cents: int | None = None
    pieces: tuple[tuple[int, int], ...] = ()
    reason: str = ""
    moves: tuple[Moved, ...]
    counts: tuple[Count, ...]
    vat: tuple[Taxed, ...]
    sold: tuple[Sold, ...]
    tickets: Items
    passes: Items
    order_count: int
    first_order: str | None
    last_order: str | None
    journal_number: int
    journal: str
    previous: str

    @property
    def difference_cents(self) -> int | None:
        """What there was more than there should be."""
        return None if self.counted_cents is None else self.counted_cents - self.expected_cents

    @property
    def methods(self) -> dict[Method, Total]:
        """What was taken by each method that something was taken by."""
        found = [(method, [one for one in self.takings if one.method is method]) for method in Method]
        return {method: _total(some) for method, some in found if some}

    @property
    def total(self) -> Total:
        """What was taken by all of them."""
        return _total(self.takings)


class Kept(Struct, frozen=True):
    """A Z report, with its hash."""

    report: CashReport
    hash: bytes


class _Head(Struct, frozen=True):
    """Whose session it is, and what it began with."""

    number: int
    till_id: UUID
    till: str
    box_office_id: UUID
    box_office: str
    organisation: str
    vat_number: str
    currency: str
    time_zone: str
    opened_at: datetime
    opened_by: str
    float_cents: int
    opening: str


class _Line(Struct, frozen=True):
    """A row of the journal that is no payment and no refund, as reports tell it."""

    kind: Kind
    at: datetime
    seller: str
    reason: Reason | None
    note: str
    amount_cents: int
    expected_cents: int | None
    counted_cents: int | None


class _Orders(Struct, frozen=True):
    """The orders that were paid, and what was sold and taken back."""

    order_count: int
    first_order: str | None
    last_order: str | None
    tickets_sold: int
    tickets_returned: int
    passes_sold: int
    passes_returned: int


class _Opening(Struct):
    """What of a first entry a report tells."""

    pieces: tuple[tuple[int, int], ...]


async def x(db: Database, session_id: UUID, now: datetime) -> CashReport:
    """The report of a session as it stands, or as it stood when it was closed. NotFound when there is none."""
    async with db.transaction("repeatable_read") as c:
        row = await SQL.stands.row(c, session_id=session_id)
        if row is None:
            raise NotFound(what="cash session")
        return await _figures(c, session_id, row["number"], row["hash"], now)


async def kept(db: Database, session_id: UUID) -> Kept | None:
    """The Z report that a session was closed with, if it was."""
    async with db.read() as c:
        row = await SQL.kept.row(c, session_id=session_id)
    return Kept(msgspec.json.decode(row["document"], type=CashReport), row["hash"]) if row else None


async def text(db: Database, session_id: UUID, now: datetime) -> str:
    """A report as its hash is of: the Z as it was written, or else the X in the same form. NotFound for no session."""
    async with db.read() as c:
        row = await SQL.kept.row(c, session_id=session_id)
    written: str = row["document"] if row else canonical(await x(db, session_id, now))
    return written


async def previous(c: Connection, till_id: UUID) -> bytes:
    """The hash of a till's last Z report, which what comes next follows from."""
    found: bytes | None = await SQL.last_hash.value(c, till_id=till_id)
    return BEGINNING if found is None else found


async def close(c: Connection, drawer: Drawer, counted: Counted, reason: str, closed_by: str) -> None:
    """Write the Z report of a session whose last row was just written. The caller's transaction holds the session."""
    figures = await _figures(c, drawer.id, drawer.number, drawer.hash, drawer.at)
    report = msgspec.structs.replace(
        figures, kind="z", closed_at=drawer.at, closed_by=closed_by, counted_cents=counted.cents,
        pieces=counted.pieces, reason=reason,
    )  # fmt: skip
    text = canonical(report)
    await SQL.keep.run(
        c, session_id=drawer.id, till_id=drawer.till_id, number=drawer.session_number, document=text,
        hash=hash_of(text),
    )  # fmt: skip


async def _figures(c: Connection, session_id: UUID, number: int, hashed: bytes, now: datetime) -> CashReport:
    """The figures of a session's journal up to its row of this number, which is the last one."""
    head = await SQL.head.one(c, _Head, session_id=session_id)
    orders = await SQL.orders.one(c, _Orders, session_id=session_id)
    assert head is not None and orders is not None, "a session begins with a row"
    lines = await SQL.lines.all(c, _Line, session_id=session_id)
    takings = await SQL.takings.all(c, Taking, session_id=session_id)
    moved = [line.amount_cents for line in lines if line.kind in (Kind.IN, Kind.OUT)]
    cash = _total(one for one in takings if one.method is Method.CASH)
    return CashReport(
        kind="x", number=head.number, session=session_id, till_id=head.till_id, till=head.till,
        box_office_id=head.box_office_id, box_office=head.box_office, organisation=head.organisation,
        vat_number=head.vat_number, currency=head.currency, time_zone=head.time_zone, at=now,
        opened_at=head.opened_at, opened_by=head.opened_by, takings=tuple(takings),
        untaken=tuple(await SQL.untaken.all(c, Untaken, session_id=session_id)), float_cents=head.float_cents,
        float_pieces=msgspec.json.decode(head.opening, type=_Opening).pieces,
        brought_cents=sum(cents for cents in moved if cents > 0),
        taken_cents=-sum(cents for cents in moved if cents < 0),
        expected_cents=head.float_cents + cash.net_cents + sum(moved), moves=tuple(_moves(lines)),
        counts=tuple(_counts(lines)), vat=tuple(await SQL.vat.all(c, Taxed, session_id=session_id)),
        sold=tuple(await SQL.sold.all(c, Sold, session_id=session_id)),
        tickets=Items(orders.tickets_sold, orders.tickets_returned),
        passes=Items(orders.passes_sold, orders.passes_returned), order_count=orders.order_count,
        first_order=orders.first_order, last_order=orders.last_order, journal_number=number, journal=hashed.hex(),
        previous=(await SQL.hash_before.value(c, till_id=head.till_id, number=head.number) or BEGINNING).hex(),
    )  # fmt: skip


def _moves(lines: Iterable[_Line]) -> Iterable[Moved]:
    for line in lines:
        if line.reason is not None:
            yield Moved(line.at, line.seller, line.reason, line.note, line.amount_cents)


def _counts(lines: Iterable[_Line]) -> Iterable[Count]:
    for line in lines:
        if line.kind is Kind.COUNT:
            assert line.expected_cents is not None and line.counted_cents is not None, "a count tells both"
            yield Count(line.at, line.seller, line.expected_cents, line.counted_cents, line.note)


def _total(takings: Iterable[Taking]) -> Total:
    some = list(takings)
    return Total(
        sum(one.received_cents for one in some),
        sum(one.received_count for one in some),
        sum(one.returned_cents for one in some),
        sum(one.returned_count for one in some),
    )
