"""Halls: a plan and a place list, packed for the engine and indexed for people, shared by many performances.

A hall is a function of two hashes and never changes, so a process keeps the halls it met, up to a bound, and several
requests that want a new one wait for a single packing. Packing runs in a thread: it takes tens of milliseconds for a
stadium, in which other requests go on.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from contextvars import Context

from msgspec import Struct

from engine.core.packed import PackedPlan
from engine.packing import pack
from engine.plan import places, placeur_json
from engine.plan.model import Attribute, Plan
from engine.seat_index import SeatIndex, SeatLabel
from ticketing import plans
from ticketing.db import Database
from ticketing.refusals import UnknownSeat

Key = tuple[bytes, bytes]


class Hall(Struct, frozen=True):
    """What a sale needs to know of a hall: where the seats are, and what they are called.

    The plan itself is not kept: a stadium's costs tens of megabytes in each process. `categories` and `zones` are the
    names at the packed plan's indexes; `areas` gives the (start, count) place ranges of each area by its id. `seated`
    are the zones with numbered seats, `bay_count` is how many wheelchairs have a place, `bays` are the places of these
    and of their companions, `accessible` are the categories of nothing else, `tables` gives all the places of each
    table that is sold whole, by each.
    """

    plan_hash: bytes
    place_list_hash: bytes
    packed: PackedPlan
    seats: SeatIndex
    categories: tuple[str, ...]
    zones: tuple[str, ...]
    areas: dict[str, tuple[tuple[int, int], ...]]
    seated: frozenset[str]
    bay_count: int
    bays: tuple[int, ...]
    accessible: frozenset[str]
    tables: dict[int, tuple[int, ...]]

    def label(self, place: int) -> SeatLabel:
        """What a ticket says of a place: zone, row, seat, category. Raises UnknownSeat where this plan has none."""
        found = self.known(place)
        if found is None:
            raise UnknownSeat(seat=str(place))
        return found

    def known(self, place: int) -> SeatLabel | None:
        """The same; None for a tombstone, and past the end of the place list."""
        try:
            return self.seats.label(place) if place >= 0 else None
        except (KeyError, IndexError):
            return None

    def places(self, seats: Iterable[str]) -> tuple[int, ...]:
        """The place numbers of seats, in their order. Raises UnknownSeat with the first that is not in this hall."""
        return tuple(self._place(seat) for seat in seats)

    def _place(self, seat: str) -> int:
        place = self.seats.place(seat)
        if place is None:
            raise UnknownSeat(seat=seat)
        return place


_halls: OrderedDict[Key, Hall] = OrderedDict()
_under: dict[int, Key] = {}
"""By pool: the hall that this process's copy of it was packed by last."""
POOLS_MAX = 10_000
_being_made: dict[Key, asyncio.Task[Hall]] = {}


async def hall(db: Database, plan_hash: bytes, place_list_hash: bytes) -> Hall:
    """The hall of a plan and a place list. O(1) once this process has it; NotFound when they are not kept."""
    key = (plan_hash, place_list_hash)
    if found := _halls.get(key):
        _halls.move_to_end(key)
        return found
    task = _being_made.get(key)
    if task is None:  # made in a context of its own: it serves others than who asked first
        task = _being_made[key] = asyncio.create_task(_make(db, key), context=Context())
        task.add_done_callback(lambda _: _being_made.pop(key))
    return await asyncio.shield(task)


async def under(db: Database, pool: int, plan_hash: bytes, place_list_hash: bytes) -> Hall:
    """The hall that a pool is packed by from now on."""
    if len(_under) >= POOLS_MAX:
        _under.clear()
    _under[pool] = (plan_hash, place_list_hash)
    return await hall(db, plan_hash, place_list_hash)


def last_under(pool: int) -> Key | None:
    """The hall that this process last packed a pool by, named by its plan's and its place list's hash, if any."""
    return _under.get(pool)


async def _make(db: Database, key: Key) -> Hall:
    documents = (await plans.document(db, key[0]), await plans.place_list_document(db, key[1]))
    made = _halls[key] = await asyncio.to_thread(_pack, key, *documents)
    while len(_halls) > db.settings.halls_cached_max:
        _halls.popitem(last=False)
    return made


def _pack(key: Key, document: bytes, place_list_document: bytes) -> Hall:
    plan, place_list = placeur_json.read(document), places.decode(place_list_document)
    seats = SeatIndex(plan, place_list)
    return Hall(
        plan_hash=key[0],
        place_list_hash=key[1],
        packed=pack(plan, place_list),
        seats=seats,
        categories=tuple(category.name for category in plan.categories),
        zones=tuple(zone.id for zone in plan.zones),
        areas={area.id: place_list.area_ranges(area.id, area.capacity) for area in plan.areas()},
        seated=frozenset(zone.id for zone in plan.zones if any(row.seats for row in zone.rows)),
        bay_count=sum(Attribute.WHEELCHAIR in seat.attributes for seat in plan.seats()),
        bays=_bays(plan, seats),
        accessible=_accessible(plan),
        tables=_whole_tables(plan, seats),
    )


def _bays(plan: Plan, seats: SeatIndex) -> tuple[int, ...]:
    found = (seats.place(one.id) for one in plan.seats() if Attribute.WHEELCHAIR in one.attributes or one.companion_of)
    return tuple(place for place in found if place is not None)


def _accessible(plan: Plan) -> frozenset[str]:
    others = {area.category for area in plan.areas()}
    bays: set[str] = set()
    for seat in plan.seats():
        (bays if Attribute.WHEELCHAIR in seat.attributes or seat.companion_of else others).add(seat.category)
    return frozenset(bays - others)


def _whole_tables(plan: Plan, seats: SeatIndex) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for table in (table for zone in plan.zones for table in zone.tables if table.sold_whole):
        all_of_it = tuple(place for seat in table.seats if (place := seats.place(seat)) is not None)
        found |= dict.fromkeys(all_of_it, all_of_it)
    return found
