"""Place numbers: which number in a pool's words belongs to which seat or which unit of an area.

A list only ever grows. Once a number names a seat (or unit 7 of the standing area) it names it for good, so that
claims, words and change logs written under one version of a plan keep their meaning under the next. A seat that a
later version no longer draws becomes a tombstone: its number stays, and nothing of that plan stands there; should a
version draw it again, it finds its own number. The list of a plan's first version counts in plan order, so that
neighbours have neighbouring numbers. Being a tombstone is not in the list: it is the plan not drawing that place.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import chain, groupby
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from engine.plan.model import PLACES_MAX, Area, Plan


class SeatRun(Struct, frozen=True, gc=False, tag="seats", forbid_unknown_fields=True):
    """Consecutive numbers, each a seat's, by seat id."""

    seats: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.seats)


class AreaRun(Struct, frozen=True, gc=False, tag="area", forbid_unknown_fields=True):
    """`count` consecutive numbers for the next units of one area."""

    area: str
    count: Annotated[int, Meta(ge=1, le=PLACES_MAX)]


Run = SeatRun | AreaRun


class Unit(Struct, frozen=True):
    """One interchangeable place of an area, units counting from 0."""

    area: str
    index: int


class PlaceList(Struct, frozen=True, forbid_unknown_fields=True):
    """Runs in the order of place numbers, beginning with place 0; neighbouring runs are merged where they can be."""

    runs: tuple[Run, ...] = ()

    @property
    def place_count(self) -> int:
        """Length of the pool, tombstones included."""
        return sum(run.count for run in self.runs)

    def seat_places(self) -> dict[str, int]:
        """Place number by seat id, of every seat that ever had one; O(places)."""
        return {
            seat: place
            for start, run in self._starts()
            if isinstance(run, SeatRun)
            for place, seat in enumerate(run.seats, start)
        }

    def area_ranges(self, area: str, capacity: int) -> tuple[tuple[int, int], ...]:
        """The (start, count) ranges of the first `capacity` units of an area; O(runs)."""
        ranges = []
        for start, run in self._starts():
            if isinstance(run, AreaRun) and run.area == area and capacity > 0:
                count = min(run.count, capacity)
                ranges.append((start, count))
                capacity -= count
        return tuple(ranges)

    def occupant(self, place: int) -> str | Unit:
        """The seat id, or the unit of an area, that a place number belongs to; IndexError past the end; O(runs)."""
        counted: dict[str, int] = {}
        for start, run in self._starts():
            if start <= place < start + run.count:
                if isinstance(run, SeatRun):
                    return run.seats[place - start]
                return Unit(run.area, counted.get(run.area, 0) + place - start)
            if isinstance(run, AreaRun):
                counted[run.area] = counted.get(run.area, 0) + run.count
        raise IndexError(place)

    def tombstones(self, plan: Plan) -> tuple[int, ...]:
        """Numbers at which this plan draws nothing, rising; O(places)."""
        drawn = {seat.id for seat in plan.seats()}
        left = {area.id: area.capacity for area in plan.areas()}
        dead: list[int] = []
        for start, run in self._starts():
            if isinstance(run, SeatRun):
                dead.extend(place for place, seat in enumerate(run.seats, start) if seat not in drawn)
            else:
                alive = min(run.count, left.get(run.area, 0))
                dead.extend(range(start + alive, start + run.count))
                left[run.area] = left.get(run.area, 0) - alive
        return tuple(dead)

    def _starts(self) -> Iterator[tuple[int, Run]]:
        start = 0
        for run in self.runs:
            yield start, run
            start += run.count


def first(plan: Plan) -> PlaceList:
    """The place list of a plan that has no earlier version; `plan` must be sound (unique ids)."""
    return follow(PlaceList(), plan)


def follow(previous: PlaceList, plan: Plan) -> PlaceList:
    """The list of a later version: every number of `previous` as it was, then fresh numbers, in plan order, for seats
    never seen and for capacity beyond what an area ever had. ValueError beyond PLACES_MAX numbers."""
    known = set(chain.from_iterable(run.seats for run in previous.runs if isinstance(run, SeatRun)))
    units: dict[str, int] = {}
    for run in previous.runs:
        if isinstance(run, AreaRun):
            units[run.area] = units.get(run.area, 0) + run.count
    followed = PlaceList(_merged(chain(previous.runs, _fresh(plan, known, units))))
    if followed.place_count > PLACES_MAX:
        raise ValueError(f"a pool has at most {PLACES_MAX} places, tombstones included")
    return followed


def encode(places: PlaceList) -> bytes:
    """The one spelling of a list; `name` is its hash."""
    return msgspec.json.encode(places)


def decode(data: bytes) -> PlaceList:
    """The list `encode` wrote; ValueError for anything else, another spelling of a list included."""
    try:
        places = _decoder.decode(data)
    except msgspec.MsgspecError as error:
        raise ValueError(f"not a place list: {error}") from None
    if places.place_count > PLACES_MAX or len(places.seat_places()) != sum(
        run.count for run in places.runs if isinstance(run, SeatRun)
    ):
        raise ValueError("two place numbers for one seat, or too many")
    if encode(places) != data or _merged(places.runs) != places.runs:
        raise ValueError("not the canonical spelling of a place list")
    return places


def name(places: PlaceList) -> bytes:
    """SHA-256 of the encoded list."""
    return sha256(encode(places)).digest()


_decoder = msgspec.json.Decoder(PlaceList)


def _fresh(plan: Plan, known: set[str], units: dict[str, int]) -> Iterator[Run]:
    for zone in plan.zones:
        for row in zone.rows:
            yield SeatRun(tuple(seat.id for seat in row.seats if seat.id not in known))
        yield from (_grown(area, units) for area in zone.areas)


def _grown(area: Area, units: dict[str, int]) -> Run:
    return AreaRun(area.id, max(0, area.capacity - units.get(area.id, 0)))


def _merged(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The same numbers in the fewest runs, none empty."""
    groups = groupby((run for run in runs if run.count), key=lambda run: run.area if isinstance(run, AreaRun) else None)
    return tuple(_joined(area, tuple(group)) for area, group in groups)


def _joined(area: str | None, runs: tuple[Run, ...]) -> Run:
    if len(runs) == 1:
        return runs[0]
    if area is not None:
        return AreaRun(area, sum(run.count for run in runs))
    return SeatRun(tuple(chain.from_iterable(run.seats for run in runs if isinstance(run, SeatRun))))
