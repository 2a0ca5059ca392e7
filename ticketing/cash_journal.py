"""The journal of a cash session: every movement of money at a till, chained row to row so that none is altered unseen.

A row is written once. Its entry is JSON in one form (keys in their order, no blanks, whole numbers, UTF-8) that carries
the hash of the row before it, and its own hash is the entry's SHA-256; the first row of a session carries the hash of
the report that the till's session before it was closed with. So whoever has the hash of a report, on paper say, can
tell whether anything before it was changed, added or taken away: `placeur check` does, and so can any program that
knows SHA-256. The database refuses to change a row; the chain tells of who could do so all the same.

Whoever writes a row holds its session's. Where an order's row is held too, that one is taken first.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from msgspec import Struct

from ticketing.cash_shares import Share
from ticketing.denominations import Counted
from ticketing.sql import Connection, load

BEGINNING = bytes(32)
"""What the first row of a till's first session follows from."""

SQL = load("cash_journal")
_encode = msgspec.json.Encoder(order="sorted").encode


class Method(StrEnum):
    """What is taken at a till, which payments call their provider; or why nothing is."""

    CASH = "on_site"
    TERMINAL = "terminal"
    """A card terminal: what it took is declared."""
    FREE = "free"
    INVOICE = "invoice"


class Kind(StrEnum):
    """What a row is about."""

    OPEN = "open"
    """The float, counted."""
    PAYMENT = "payment"
    REFUND = "refund"
    IN = "in"
    OUT = "out"
    COUNT = "count"
    CLOSE = "close"
    """The last count."""
    SALE = "sale"
    """An order that no money was taken for."""


class Reason(StrEnum):
    """Why cash is brought or taken."""

    CHANGE = "change"
    FLOAT = "float"
    BANK = "bank"
    EXPENSE = "expense"
    OTHER = "other"


class Drawer(Struct, frozen=True):
    """An open session whose row the transaction holds, and where its journal stands: the last row's number, hash and
    moment, and the cash that should be there."""

    id: UUID
    till_id: UUID
    till_name: str
    box_office_id: UUID
    currency: str
    session_number: int
    number: int
    hash: bytes
    at: datetime
    cash_cents: int


class Row(Struct, frozen=True, kw_only=True):
    """What happened. `amount_cents` came into the till, or below zero went out of it; a count moves nothing and tells
    what should have been there and what was. A sale without money moves nothing either: `value_cents` is what it comes
    to."""

    kind: Kind
    method: Method | None = Method.CASH
    amount_cents: int = 0
    expected_cents: int | None = None
    counted: Counted | None = None
    reason: Reason | None = None
    note: str = ""
    payment_id: UUID | None = None
    refund_id: UUID | None = None
    order_id: UUID | None = None
    value_cents: int | None = None
    shares: Sequence[Share] = ()


class Entry(Struct, frozen=True, kw_only=True):
    """A row as the chain has it; `lines` are (order's line, amount, tax, items), `pieces` (value, how many)."""

    session: UUID
    number: int
    previous: str
    kind: Kind
    method: Method | None
    amount_cents: int
    expected_cents: int | None
    counted_cents: int | None
    pieces: tuple[tuple[int, int], ...]
    reason: Reason | None
    note: str
    payment: UUID | None
    refund: UUID | None
    order: UUID | None
    value_cents: int | None
    lines: tuple[tuple[UUID, int, int, int], ...]
    seller: UUID
    at: datetime


def canonical(told: Struct) -> str:
    """A record as the one JSON text that its hash is of."""
    return _encode(told).decode()


def hash_of(text: str) -> bytes:
    """SHA-256 of a text in UTF-8, 32 bytes."""
    return hashlib.sha256(text.encode()).digest()


async def stands(c: Connection, session_id: UUID) -> tuple[int, bytes, datetime, int]:
    """Where a session's journal stands: its last row's number, hash and moment, and the cash that should be there."""
    row = await SQL.stands.row(c, session_id=session_id)
    assert row is not None, "a session begins with a row"
    return row["number"], row["hash"], row["at"], row["cash_cents"]


async def write(c: Connection, drawer: Drawer, row: Row, staff_id: UUID, now: datetime) -> Drawer:
    """Write the next row of a session that the transaction holds; where the journal stands then.

    Its moment is never before that of the row before it, whose writer may have had a later clock.
    """
    number, at = drawer.number + 1, max(now, drawer.at)
    counted = row.counted
    entry = Entry(
        session=drawer.id, number=number, previous=drawer.hash.hex(), kind=row.kind, method=row.method,
        amount_cents=row.amount_cents, expected_cents=row.expected_cents,
        counted_cents=None if counted is None or row.kind is Kind.OPEN else counted.cents,
        pieces=() if counted is None else counted.pieces, reason=row.reason, note=row.note, payment=row.payment_id,
        refund=row.refund_id, order=row.order_id, value_cents=row.value_cents,
        lines=tuple((share.line_id, share.cents, share.vat_cents, share.items) for share in row.shares),
        seller=staff_id, at=at,
    )  # fmt: skip
    text = canonical(entry)
    hashed = hash_of(text)
    await SQL.write.run(
        c, session_id=drawer.id, number=number, kind=row.kind, method=row.method, amount_cents=row.amount_cents,
        expected_cents=row.expected_cents, counted_cents=entry.counted_cents, reason=row.reason, note=row.note,
        payment_id=row.payment_id, refund_id=row.refund_id, order_id=row.order_id, value_cents=row.value_cents,
        staff_id=staff_id, at=at, entry=text, hash=hashed,
        line_ids=[share.line_id for share in row.shares], cents=[share.cents for share in row.shares],
        vats=[share.vat_cents for share in row.shares], items=[share.items for share in row.shares],
    )  # fmt: skip
    cash_cents = drawer.cash_cents + (row.amount_cents if row.method is Method.CASH else 0)
    return msgspec.structs.replace(drawer, number=number, hash=hashed, at=at, cash_cents=cash_cents)
