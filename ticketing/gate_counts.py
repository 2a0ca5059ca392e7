"""Counters of a date: how many are in now and how many came in, in all, by gate and by zone.

They are sums over passages, each of which says what it changed, so nothing has to be kept in step and no row is fought
over at a busy door. A process asks Postgres once in `FRESH_S` for all who look.
"""

import asyncio
import time
from collections import OrderedDict
from contextvars import Context
from uuid import UUID

from msgspec import Struct

from ticketing.db import Database
from ticketing.sql import load

FRESH_S = 1.0
KEPT_MAX = 200

SQL = load("gate_counts")


class GateCount(Struct, frozen=True):
    """What went through one gate: entries and exits, those that were undone left out."""

    gate: str
    entered: int
    left: int


class ZoneCount(Struct, frozen=True):
    """How many are in a zone now, how many tickets came in, and how many there are. Areas go by their own name."""

    zone: str
    inside: int
    came: int
    expected: int


class DateCounts(Struct, frozen=True, kw_only=True):
    """The counters of a date. `entered` counts entries, `came` tickets with one at least; `expected` are the good
    tickets, `conflicts` the times that a device let somebody through offline whom the server would not have."""

    performance_id: UUID
    inside: int
    entered: int
    came: int
    expected: int
    conflicts: int
    gates: tuple[GateCount, ...]
    zones: tuple[ZoneCount, ...]


class Counters:
    """The counters of dates, as one process has them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._kept: OrderedDict[UUID, tuple[float, DateCounts]] = OrderedDict()
        self._asking: dict[UUID, asyncio.Task[DateCounts]] = {}

    async def of(self, performance_id: UUID) -> DateCounts:
        """The counters of a date, at most `FRESH_S` old; zeros for one that is not there."""
        kept = self._kept.get(performance_id)
        if kept is not None and kept[0] >= time.monotonic():
            return kept[1]
        asking = self._asking.get(performance_id)
        if asking is None:  # in a context of its own: it serves others than who asked first
            asking = asyncio.create_task(self._ask(performance_id), context=Context())
            self._asking[performance_id] = asking
            asking.add_done_callback(lambda _: self._asking.pop(performance_id))
        return await asyncio.shield(asking)

    async def _ask(self, performance_id: UUID) -> DateCounts:
        found = await count(self._db, performance_id)
        self._kept[performance_id] = (time.monotonic() + FRESH_S, found)
        self._kept.move_to_end(performance_id)
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return found


async def count(db: Database, performance_id: UUID) -> DateCounts:
    """The counters of a date as they are now. O(tickets of the date)."""
    async with db.read() as c:
        gates = await SQL.gates.all(c, GateCount, performance_id=performance_id)
        zones = await SQL.zones.all(c, ZoneCount, performance_id=performance_id)
        conflicts = await SQL.conflicts.value(c, performance_id=performance_id)
    return DateCounts(
        performance_id=performance_id,
        inside=sum(zone.inside for zone in zones),
        entered=sum(gate.entered for gate in gates),
        came=sum(zone.came for zone in zones),
        expected=sum(zone.expected for zone in zones),
        conflicts=conflicts,
        gates=tuple(gates),
        zones=tuple(zones),
    )
