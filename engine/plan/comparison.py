"""What putting another version of a plan under a sale would change, place by place.

The place list follows the new version, so a number means in both what it meant in the first; what is compared is what
each version draws there. A place that the new version does not draw is gone: its number stays, as a tombstone.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum

from msgspec import Struct

from engine.plan import places
from engine.plan.model import Attribute, Plan, Seat
from engine.plan.places import PlaceList
from engine.seat_index import SeatIndex, SeatLabel

EXAMPLES_MAX = 12
"""Of each kind of change."""
SHIFT_MIN = 0.5
"""In plan units: less than that is rounding."""

Range = tuple[int, int]
"""First place, count."""


class Kind(StrEnum):
    """What may happen to a place."""

    ADDED = "added"
    REMOVED = "removed"
    RELABELLED = "relabelled"
    RECATEGORISED = "recategorised"
    MOVED = "moved"
    DESCRIBED = "described"
    """Told of otherwise: its attributes, its note, its photo, whom it accompanies."""


class Change(Struct, frozen=True):
    """One place that changes, as each version has it; None where it draws nothing."""

    kind: Kind
    place: int
    before: SeatLabel | None
    after: SeatLabel | None


class Shrunk(Struct, frozen=True):
    """An area that loses units: the numbers that go, and the ranges of those that stay. Its units are alike."""

    name: str
    gone: tuple[int, ...]
    left: tuple[Range, ...]


class Comparison(Struct, frozen=True):
    """A version of a plan beside another one, under one place list."""

    places: PlaceList
    """As it follows the new version."""
    counts: Mapping[Kind, int]
    examples: tuple[Change, ...]
    seats_gone: Mapping[int, SeatLabel]
    """Numbered seats that are not drawn any more, as they were called."""
    shrunk: tuple[Shrunk, ...]
    tombstones: tuple[int, ...]
    """All numbers at which the new version draws nothing, rising."""
    renamed: Mapping[int, SeatLabel]
    """The places that are called otherwise from now on."""
    categories: tuple[str, ...]
    """Those that the new version gives places."""
    unbound: tuple[SeatLabel, ...]
    """Companions' seats that stay, beside another wheelchair bay than before or none."""


def compare(place_list: PlaceList, old: Plan, new: Plan) -> Comparison:
    """Compares two versions of one plan. O(places), some tenths of a second for a stadium: call it in a thread.

    Raises ValueError beyond the numbers that a pool may have.
    """
    followed = places.follow(place_list, new)
    before, after = SeatIndex(old, followed), SeatIndex(new, followed)
    differing = {Kind.MOVED: _shifted(old, new), Kind.DESCRIBED: _described(old, new)}
    found: dict[Kind, list[Change]] = {kind: [] for kind in Kind}
    counts = dict.fromkeys(Kind, 0)
    for change in _changes(followed.place_count, before, after, differing):
        counts[change.kind] += 1
        found[change.kind].append(change)
    return Comparison(
        places=followed,
        counts=counts,
        examples=tuple(one for some in found.values() for one in some[:EXAMPLES_MAX]),
        seats_gone={
            one.place: one.before for one in found[Kind.REMOVED] if one.before and before.seat(one.place) is not None
        },
        shrunk=tuple(_shrunk(followed, old, new)),
        tombstones=followed.tombstones(new),
        renamed={one.place: one.after for one in found[Kind.RELABELLED] if one.after},
        categories=tuple(dict.fromkeys(_categories(new))),
        unbound=tuple(_unbound(old, new, after)),
    )


def _changes(count: int, before: SeatIndex, after: SeatIndex, differing: Mapping[Kind, set[str]]) -> Iterator[Change]:
    for place in range(count):
        was, is_now = _label(before, place), _label(after, place)
        if was is None or is_now is None:
            if was is not is_now:
                yield Change(Kind.REMOVED if is_now is None else Kind.ADDED, place, was, is_now)
            continue
        if (was.zone, was.row, was.seat) != (is_now.zone, is_now.row, is_now.seat):
            yield Change(Kind.RELABELLED, place, was, is_now)
        if was.category != is_now.category:
            yield Change(Kind.RECATEGORISED, place, was, is_now)
        for kind, seats in differing.items():
            if after.seat(place) in seats:
                yield Change(kind, place, was, is_now)


def _label(index: SeatIndex, place: int) -> SeatLabel | None:
    try:
        return index.label(place)
    except KeyError:
        return None


def _positions(plan: Plan) -> dict[str, tuple[float, float]]:
    return {
        seat.id: (zone.x + row.x + seat.x, zone.y + row.y + seat.y)
        for zone in plan.zones
        for row in zone.rows
        for seat in row.seats
    }


def _shifted(old: Plan, new: Plan) -> set[str]:
    """The seats that both versions draw, in different places."""
    before = _positions(old)
    return {
        seat
        for seat, (x, y) in _positions(new).items()
        if seat in before and max(abs(x - before[seat][0]), abs(y - before[seat][1])) > SHIFT_MIN
    }


def _described(old: Plan, new: Plan) -> set[str]:
    """The seats that both versions draw and tell of otherwise."""
    before = {seat.id: _told(seat) for seat in old.seats()}
    return {seat.id for seat in new.seats() if seat.id in before and before[seat.id] != _told(seat)}


def _told(seat: Seat) -> tuple[frozenset[Attribute], str, str, str]:
    return frozenset(seat.attributes), seat.companion_of, seat.note, seat.photo


def _shrunk(followed: PlaceList, old: Plan, new: Plan) -> Iterator[Shrunk]:
    left = {area.id: area.capacity for area in new.areas()}
    for zone in old.zones:
        for area in zone.areas:
            stays = left.get(area.id, 0)
            if stays < area.capacity:
                ranges = followed.area_ranges(area.id, area.capacity)
                every = [place for start, count in ranges for place in range(start, start + count)]
                name = area.name or zone.name
                yield Shrunk(name, tuple(every[stays:]), followed.area_ranges(area.id, stays))


def _categories(plan: Plan) -> Iterator[str]:
    used = {seat.category for seat in plan.seats()} | {area.category for area in plan.areas()}
    return (category.name for category in plan.categories if category.name in used)


def _unbound(old: Plan, new: Plan, after: SeatIndex) -> Iterator[SeatLabel]:
    bays = {seat.id: seat.companion_of for seat in old.seats() if seat.companion_of}
    for seat in new.seats():
        place = after.place(seat.id)
        if seat.id in bays and seat.companion_of != bays[seat.id] and place is not None:
            yield after.label(place)
