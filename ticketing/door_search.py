"""Looking an order up at a door, by a name, its number, or a ticket's code.

What is found is what a steward has to know: whose it is, which tickets at the dates of this gate, and where each
stands. No address, no telephone, no money. A ticket found so is let in by its id.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from ticketing import order_lists
from ticketing.db import Database
from ticketing.doors import Standing, standing
from ticketing.order_lists import WORDS_MAX
from ticketing.scan_devices import Door
from ticketing.scan_profiles import Right
from ticketing.signing_keys import Keys
from ticketing.sql import load
from ticketing.states import OrderStatus, TicketStatus
from ticketing.ticket_codes import CODE_CHARS, Code, Kind

TEXT_CHARS_MAX = 200
TEXT_CHARS_MIN = 2
PEOPLE_MAX = 200
ORDERS_MAX = 20
TICKETS_MAX = 500

SQL = load("door_search")


class FoundTicket(Struct, frozen=True, kw_only=True):
    """A ticket of an order, at one of the dates that were asked about."""

    ticket_id: UUID
    performance_id: UUID
    serial: int
    event_name: str
    starts_at: datetime
    time_zone: str
    zone: str
    row_label: str
    seat_label: str
    tariff_name: str | None
    pass_name: str | None
    holder_name: str
    status: TicketStatus
    standing: Standing
    entry_count: int
    entered_at: datetime | None
    entered_gate: str | None
    left_at: datetime | None
    left_gate: str | None


class FoundOrder(Struct, frozen=True, kw_only=True):
    """An order with its tickets at the dates that were asked about, by date and place."""

    order_id: UUID
    code: str
    status: OrderStatus
    buyer_name: str
    tickets: tuple[FoundTicket, ...]


async def find(
    db: Database, keys: Keys, door: Door, performance_ids: Sequence[UUID], typed: str, now: datetime
) -> list[FoundOrder]:
    """The orders that a text may mean, with tickets at dates that the profile covers, the newest first.

    Nothing for a text too short to mean anything. Raises RightMissing.
    """
    door.ensure(Right.SEARCH)
    text = typed.strip()[:TEXT_CHARS_MAX]
    if len(text) < TEXT_CHARS_MIN:
        return []
    about = {"performance_ids": list(performance_ids), **door.profile.coverage}
    async with db.read() as c:
        if len(text) == CODE_CHARS and " " not in text:
            code = await keys.decode(door.profile.organisation_id, text, now)
            serial = code.serial if isinstance(code, Code) else 0
            rows = await SQL.of_code.rows(
                c, serial=serial, of_pass=isinstance(code, Code) and code.kind is Kind.PASS, **about
            )
        else:
            rows = await SQL.of_text.rows(c, **_meant(text), people_max=PEOPLE_MAX, found_max=ORDERS_MAX, **about)
        ids = [row["id"] for row in rows]
        return _orders(await SQL.tickets.rows(c, order_ids=ids, rows_max=TICKETS_MAX, **about), ids) if ids else []


def _meant(text: str) -> dict[str, Any]:
    """What a text may mean: the beginning of a number, words of a buyer's name, or of the name on a ticket."""
    means = order_lists.meant(text)
    words = re.findall(r"[^\W_]+", text.lower())[:WORDS_MAX]
    return {
        "code_from": means.code_from,
        "code_to": means.code_to,
        "words": means.words,
        "patterns": [f"%{word}%" for word in words] if means.words else None,
    }


def _orders(rows: Sequence[Any], ids: Sequence[UUID]) -> list[FoundOrder]:
    by_order: dict[UUID, list[Any]] = {}
    for row in rows:
        by_order.setdefault(row["order_id"], []).append(row)
    return [_order(by_order[order_id]) for order_id in ids if order_id in by_order]


def _order(rows: Sequence[Any]) -> FoundOrder:
    return FoundOrder(
        order_id=rows[0]["order_id"],
        code=rows[0]["code"],
        status=OrderStatus(rows[0]["order_status"]),
        buyer_name=rows[0]["buyer_name"],
        tickets=tuple(_ticket(row) for row in rows),
    )


def _ticket(row: Any) -> FoundTicket:
    values = {name: row[name] for name in FoundTicket.__struct_fields__ if name not in ("standing", "status")}
    values |= {"status": TicketStatus(row["status"]), "standing": standing(row["inside"], row["last"])}
    return FoundTicket(**values | {"entry_count": row["entry_count"] or 0})
