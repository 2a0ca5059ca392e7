"""The one search: orders by anything that somebody at the counter says or shows, buyers, events; of all one reaches.

An order has a number, a buyer's name and address, tickets and passes with codes and numbers, seats, and the telephone
numbers that its forms asked for. A seat alone is looked for at the next dates only.

Each kind is a question that an index answers from the beginning of what was typed: a range of codes or addresses (both
are kept by bytes), words of names in a full-text index (small letters, no accents), a serial read from a ticket's code.
Substrings are not looked for: no index answers them. What is found is bounded, the newest first.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from ticketing import order_lists, rights
from ticketing.db import Database
from ticketing.order_lists import Wanted
from ticketing.rights import Reach
from ticketing.signing_keys import Keys
from ticketing.sql import Connection, load
from ticketing.states import OrderStatus
from ticketing.ticket_codes import CODE_CHARS, Code, Kind

TEXT_CHARS_MAX = 200
TEXT_CHARS_MIN = 2
FOUND_MAX = 8
LOOKED_AT_MAX = 200
"""Orders looked at for somebody who reaches only events of a box office."""
PEOPLE_MAX = 500
STILL = timedelta(days=1)
"""How long after its end the seats of a date are looked for."""
TELEPHONE_DIGITS_MIN = 6
SERIAL = re.compile(r"(?:#|[Nn][o°]?\.? ?)?([0-9]{1,10})")
TELEPHONE = re.compile(r"\+?[0-9 ().\-/]{6,30}")
SEAT = re.compile(r"([^\W\d_]{1,3}|[0-9]{1,3}(?=[ \-]))[ \-]?([0-9]{1,4})")

SQL = load("search")


class FoundOrder(Struct, frozen=True):
    """An order. `exact`: what was typed is its whole number, or one of its codes."""

    id: UUID
    code: str
    status: OrderStatus
    currency: str
    placed_at: datetime
    time_zone: str
    customer_name: str
    customer_email: str
    box_office_name: str
    events: list[str]
    ticket_count: int
    total_cents: int
    exact: bool


class FoundBuyer(Struct, frozen=True):
    """A buyer with orders at a box office."""

    id: UUID
    name: str
    email: str
    box_office_key: str
    box_office_name: str
    order_count: int


class FoundEvent(Struct, frozen=True):
    """An event, with its next date, or its last."""

    id: UUID
    name: str
    box_office_name: str
    starts_at: datetime | None
    time_zone: str


class Found(Struct, frozen=True):
    """What a text means here."""

    orders: list[FoundOrder]
    buyers: list[FoundBuyer]
    events: list[FoundEvent]

    @property
    def count(self) -> int:
        """How much that is."""
        return len(self.orders) + len(self.buyers) + len(self.events)

    @property
    def exact(self) -> FoundOrder | None:
        """The one order that was named, if one was."""
        named = [order for order in self.orders if order.exact]
        return named[0] if len(named) == 1 else None


NOTHING = Found([], [], [])


class Here(Struct, frozen=True):
    """Where somebody may look: box offices they see whole, and those of which they reach events only."""

    staff_id: UUID
    whole: list[UUID]
    partly: list[UUID]


async def find(db: Database, keys: Keys, staff_id: UUID, typed: str, now: datetime) -> Found:
    """What somebody reaches of what they may mean by `typed`; nothing for a text too short to mean anything."""
    text = typed.strip()[:TEXT_CHARS_MAX]
    if len(text) < TEXT_CHARS_MIN:
        return NOTHING
    places = (await rights.places(db, staff_id)).box_offices
    here = Here(
        staff_id,
        [place.box_office_id for place in places if place.scope and place.box_office_id],
        [place.box_office_id for place in places if not place.scope and place.box_office_id],
    )
    if len(text) == CODE_CHARS and " " not in text:
        return Found(await _of_code(db, keys, here, places, text, now), [], [])
    means = order_lists.meant(text)
    async with db.read() as c:
        found = await _orders(c, here, means, text, now)
        return Found(found, await _buyers(c, here, means), await _events(c, here, means))


def serial_in(text: str) -> int | None:
    """The number of a ticket or a pass, as one types it: digits, perhaps behind a sign or a word for "number"."""
    found = SERIAL.fullmatch(text)
    return int(found[1]) if found else None


def telephone_in(text: str) -> str:
    """The digits of a telephone number that tell it, without what stands for a country or a town elsewhere; empty for
    what is none."""
    digits = "".join(sign for sign in text if sign.isdecimal())
    if not TELEPHONE.fullmatch(text) or len(digits) < TELEPHONE_DIGITS_MIN:
        return ""
    return f"+{digits}" if text.startswith("+") else digits.lstrip("0")


def seat_in(text: str) -> tuple[str, str]:
    """Row and seat, as "C 12", "C-12" or "C12"; empty for what is none."""
    found = SEAT.fullmatch(text)
    return (found[1], found[2]) if found else ("", "")


async def _of_code(
    db: Database, keys: Keys, here: Here, places: Sequence[Reach], text: str, now: datetime
) -> list[FoundOrder]:
    """The order of a ticket or a pass whose code was scanned or pasted."""
    for organisation_id in dict.fromkeys(place.organisation_id for place in places):
        code = await keys.decode(organisation_id, text, now)
        if isinstance(code, Code):
            query = SQL.of_ticket if code.kind is Kind.TICKET else SQL.of_pass
            async with db.read() as c:
                ids = [row["order_id"] for row in await query.rows(c, serial=code.serial)]
                return await _shown(c, here, ids, ids)
    return []


async def _orders(c: Connection, here: Here, means: Wanted, text: str, now: datetime) -> list[FoundOrder]:
    found_max = LOOKED_AT_MAX if here.partly else FOUND_MAX
    row_label, seat_label = seat_in(text)
    rows = await SQL.orders.rows(
        c, box_offices=here.whole + here.partly, code_from=means.code_from, code_to=means.code_to, email=means.email,
        words=means.words, serial=serial_in(text), telephone=telephone_in(text)[::-1], row_label=row_label,
        seat_label=seat_label, since=now - STILL, people_max=PEOPLE_MAX, found_max=found_max,
    )  # fmt: skip
    exact = [row["id"] for row in rows if row["code"] == means.code_from]
    return await _shown(c, here, [row["id"] for row in rows], exact)


async def _shown(c: Connection, here: Here, ids: list[UUID], exact: list[UUID]) -> list[FoundOrder]:
    return await SQL.shown.all(
        c, FoundOrder, order_ids=ids, exact=exact, whole=here.whole, partly=here.partly, staff_id=here.staff_id,
        found_max=FOUND_MAX,
    )  # fmt: skip


async def _buyers(c: Connection, here: Here, means: Wanted) -> list[FoundBuyer]:
    """Buyers of box offices that are seen whole: who sees one event only finds its orders, not its customers."""
    if not (means.email or means.words):
        return []
    values = {"email": means.email, "words": means.words, "found_max": FOUND_MAX, "people_max": PEOPLE_MAX}
    return await SQL.buyers.all(c, FoundBuyer, box_offices=here.whole, **values)


async def _events(c: Connection, here: Here, means: Wanted) -> list[FoundEvent]:
    if not means.words:
        return []
    values = {"whole": here.whole, "partly": here.partly, "staff_id": here.staff_id, "found_max": FOUND_MAX}
    return await SQL.events.all(c, FoundEvent, words=means.words, **values)
