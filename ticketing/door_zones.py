"""Zones at the doors: which places of a date a gate admits, when its profile names zones.

A profile names zones by their ids in a plan, and a date is sold by one plan: which places those are follows from the
two. A process keeps it by the hall, which never changes, and looks every few seconds which hall a date has.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import TypeVar
from uuid import UUID

from msgspec import Struct

from ticketing import halls
from ticketing.db import Database
from ticketing.halls import Hall
from ticketing.scan_profiles import Profile
from ticketing.sql import load

FRESH_S = 3.0
DATES_MAX = 1000
HALLS_MAX = 32
RUNS_MAX = 200
GATES_MAX = 10

SQL = load("door_zones")
K = TypeVar("K")
V = TypeVar("V")


class Bounds(Struct, frozen=True):
    """Runs of places at dates: those from `firsts` to before `pasts`, one list a column."""

    dates: list[UUID]
    firsts: list[int]
    pasts: list[int]


class Zone(Struct, frozen=True):
    """A zone of a date's plan."""

    id: str
    name: str


_halls: OrderedDict[UUID, tuple[float, Hall]] = OrderedDict()
_zones: OrderedDict[tuple[bytes, bytes], tuple[str, ...]] = OrderedDict()
_runs: OrderedDict[tuple[bytes, bytes, frozenset[str]], list[tuple[int, int]]] = OrderedDict()


async def bounds(db: Database, performance_ids: Sequence[UUID], zones: frozenset[str]) -> Bounds:
    """The places of these zones at these dates; none at a date whose plan has no such zone. O(1) in the usual case."""
    found = Bounds([], [], [])
    for performance_id in performance_ids:
        hall = await _hall(db, performance_id)
        for first, past in await _runs_of(hall, zones) if hall else ():
            found.dates.append(performance_id)
            found.firsts.append(first)
            found.pasts.append(past)
    return found


async def of(db: Database, performance_id: UUID) -> list[Zone]:
    """The zones of a date, in the plan's order; none for a date that is not there."""
    hall = await _hall(db, performance_id)
    return [Zone(*zone) for zone in zip(hall.zones, hall.packed.zone_names, strict=True)] if hall else []


async def by_place(db: Database, performance_id: UUID) -> tuple[str, ...]:
    """The zone of each place of a date, by its id; empty for a place that its plan does not draw."""
    hall = await _hall(db, performance_id)
    return await _by_place(hall) if hall else ()


async def gates(db: Database, profile: Profile, performance_id: UUID, place: int) -> tuple[str, ...]:
    """The gates of a profile's box office where a place of a date is admitted."""
    zones = await by_place(db, performance_id)
    zone = zones[place] if place < len(zones) else ""
    async with db.read() as c:
        rows = await SQL.gates.rows(
            c, box_office_id=profile.box_office_id, performance_id=performance_id, zone=zone, rows_max=GATES_MAX
        )
    return tuple(row["gate"] for row in rows)


async def _hall(db: Database, performance_id: UUID) -> Hall | None:
    known = _halls.get(performance_id)
    if known is not None and known[0] >= time.monotonic():
        return known[1]
    async with db.read() as c:
        row = await SQL.hall.row(c, performance_id=performance_id)
    if row is None:
        return None
    found = await halls.hall(db, row["plan_hash"], row["place_list_hash"])
    _keep(_halls, performance_id, (time.monotonic() + FRESH_S, found), DATES_MAX)
    return found


async def _by_place(hall: Hall) -> tuple[str, ...]:
    key = (hall.plan_hash, hall.place_list_hash)
    if key not in _zones:
        _keep(_zones, key, await asyncio.to_thread(_named, hall), HALLS_MAX)
    return _zones[key]


async def _runs_of(hall: Hall, zones: frozenset[str]) -> list[tuple[int, int]]:
    key = (hall.plan_hash, hall.place_list_hash, zones)
    if key not in _runs:
        places = (place for place, zone in enumerate(await _by_place(hall)) if zone in zones)
        _keep(_runs, key, runs(places), RUNS_MAX)
    return _runs[key]


def _named(hall: Hall) -> tuple[str, ...]:
    labels = (hall.known(place) for place in range(hall.packed.place_count))
    return tuple(label.zone_id if label else "" for label in labels)


def runs(places: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending places as runs: each from its first to before its past."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place:
            found[-1] = (found[-1][0], place + 1)
        else:
            found.append((place, place + 1))
    return found


def _keep(kept: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > most:
        kept.popitem(last=False)
