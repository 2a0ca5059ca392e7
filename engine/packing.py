"""From a drawing to the flat arrays the search runs on.

Seats keep plan order, zones, rows and seats as they stand, with one exception: the search wants a table's seats side
by side in one row, so a table drawn otherwise becomes a row of its own behind its zone's, and the place it leaves
counts as an aisle. A seat's cost is its distance to the focal point as its row sees it, what lies sideways weighing
half as much again: the end of the front row is no match for the middle of the fifth.

A hundred thousand seats take a fraction of a second: Python touches each seat a few times, numpy does the rest.
"""

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from engine.core import packed
from engine.core.packed import PackedPlan
from engine.plan.model import Attribute, Plan, Row, Seat, Table, Zone
from engine.plan.places import PlaceList

SIDEWAYS_WEIGHT = 1.5
CENTRE_SLOPE = 0.25
AISLE_PITCHES = 1.8

_BITS = {
    Attribute.WHEELCHAIR: packed.WHEELCHAIR,
    Attribute.RESTRICTED_VIEW: packed.RESTRICTED_VIEW,
    Attribute.AISLE: packed.AISLE,
    Attribute.LEGROOM: packed.LEGROOM,
    Attribute.HEARING: packed.HEARING,
}

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


def pack(plan: Plan, places: PlaceList) -> PackedPlan:
    """The packed form of a sound plan under a place list that has its places.

    Raises ValueError if the plan is not sound (`doctor.examine` makes it so) or the list lacks one of its places.
    """
    zones = [_gathered(zone) if zone.tables else zone for zone in plan.zones]
    rows = [row for zone in zones for row in zone.rows if row.seats]
    seats = list(chain.from_iterable(row.seats for row in rows))
    row = np.repeat(np.arange(len(rows)), [len(row.seats) for row in rows])
    row_zone = np.repeat(np.arange(len(zones)), [sum(1 for row in zone.rows if row.seats) for zone in zones])
    points = _points(zones, row, seats)
    aisles = _aisles(seats, row, points)
    cost, central = _costs(plan, seats, row, points)
    following = _following(row_zone)
    areas = list(plan.areas())
    return PackedPlan(
        places.place_count,
        place=_places(seats, places),
        row=row.astype(np.int32),
        category=_categories(plan, (seat.category for seat in seats)),
        cost=cost,
        x=points[:, 0].astype(np.float32),
        y=points[:, 1].astype(np.float32),
        attributes=_attributes(seats, aisles, central),
        aisle_after=aisles.astype(np.uint8),
        table=_tables(zones, seats),
        companion_of=_companions(seats),
        row_zone=row_zone.astype(np.uint16),
        row_previous=_previous(following),
        row_next=following,
        table_whole=np.array([table.sold_whole for zone in zones for table in zone.tables], dtype=np.uint8),
        area_category=_categories(plan, (area.category for area in areas)).tolist(),
        area_ranges=[places.area_ranges(area.id, area.capacity) for area in areas],
        row_labels=[row.label for row in rows],
        zone_names=[zone.name for zone in zones],
    )


def _gathered(zone: Zone) -> Zone:
    """The same zone with each table's seats side by side: those that are not leave their rows for one of their own."""
    at = {seat.id: (row, index) for row, drawn in enumerate(zone.rows) for index, seat in enumerate(drawn.seats)}
    scattered = [table for table in zone.tables if not _side_by_side([at[seat] for seat in table.seats])]
    leaving = {seat for table in scattered for seat in table.seats}
    if not leaving:
        return zone
    rows = tuple(_left(row, leaving) for row in zone.rows)
    return replace(zone, rows=rows + tuple(_table_row(zone, table, at) for table in scattered))


def _side_by_side(positions: Sequence[tuple[int, int]]) -> bool:
    rows, indexes = zip(*positions, strict=True)
    return len(set(rows)) == 1 and max(indexes) - min(indexes) == len(indexes) - 1


def _left(row: Row, leaving: set[str]) -> Row:
    """What stays of a row, an aisle where seats left."""
    after = [seat.id in leaving for seat in row.seats[1:]] + [False]
    return replace(
        row,
        seats=tuple(
            replace(seat, aisle_after=True) if gap else seat
            for seat, gap in zip(row.seats, after, strict=True)
            if seat.id not in leaving
        ),
    )


def _table_row(zone: Zone, table: Table, at: dict[str, tuple[int, int]]) -> Row:
    """The table as a row, its seats where they stand."""
    seats = []
    for row, index in (at[seat] for seat in table.seats):
        drawn = zone.rows[row]
        seat = drawn.seats[index]
        seats.append(replace(seat, x=drawn.x + seat.x, y=drawn.y + seat.y, aisle_after=False))
    return Row(table.label, 0.0, 0.0, tuple(seats))


def _points(zones: Sequence[Zone], row: Integers, seats: Sequence[Seat]) -> Floats:
    """Absolute seat positions, shape (seats, 2)."""
    corners = [(zone.x + row.x, zone.y + row.y) for zone in zones for row in zone.rows if row.seats]
    x = np.fromiter((seat.x for seat in seats), np.float64, len(seats))
    y = np.fromiter((seat.y for seat in seats), np.float64, len(seats))
    points: Floats = np.array(corners, dtype=np.float64).reshape(-1, 2)[row] + np.column_stack((x, y))
    return points


def _aisles(seats: Sequence[Seat], row: Integers, points: Floats) -> Marks:
    """Seats parted from the next of their row, by word of the plan or by a gap that no two ordinary seats leave."""
    aisles = np.fromiter((seat.aisle_after for seat in seats), np.bool_, len(seats))
    steps = np.hypot(*np.diff(points, axis=0).T)
    within = np.diff(row) == 0
    if within.any():
        aisles[:-1] |= within & (steps > AISLE_PITCHES * np.median(steps[within]))
    return aisles


def _costs(plan: Plan, seats: Sequence[Seat], row: Integers, points: Floats) -> tuple[npt.NDArray[np.int32], Marks]:
    """Each seat's cost, and whether it is central: nearly straight behind the focal point, as its row looks. A row of
    one spot looks at it from wherever it stands, and is not called central for that."""
    away = points - np.array((plan.focus.x, plan.focus.y))
    along, spot = _directions(row, points, away)
    sideways = np.abs((away * along[row]).sum(axis=1))
    depth = np.sqrt(np.maximum((away**2).sum(axis=1) - sideways**2, 0))
    cost = np.rint(np.hypot(depth, SIDEWAYS_WEIGHT * sideways)).astype(np.int32)
    for index, seat in enumerate(seats):
        if seat.cost is not None:
            cost[index] = seat.cost
    return cost, (sideways <= CENTRE_SLOPE * depth) & ~spot[row]


def _directions(row: Integers, points: Floats, away: Floats) -> tuple[Floats, Marks]:
    """Unit vector along each row, shape (rows, 2), and which rows are one spot and lie across their way to the focal
    point."""
    first = np.flatnonzero(np.diff(row, prepend=-1))
    last = np.flatnonzero(np.diff(row, append=len(row)))
    along = points[last] - points[first]
    spot = np.hypot(*along.T) == 0
    along[spot] = away[first[spot]][:, ::-1] * (1, -1)
    return along / np.maximum(np.hypot(*along.T), 1e-9)[:, None], spot


def _attributes(seats: Sequence[Seat], aisles: Marks, central: Marks) -> npt.NDArray[np.uint8]:
    kinds = {seat.attributes for seat in seats}
    masks = {kind: sum(_BITS[attribute] for attribute in set(kind)) for kind in kinds}
    attributes = np.fromiter((masks[seat.attributes] for seat in seats), np.uint8, len(seats))
    accompanying = np.fromiter((seat.companion_of != "" for seat in seats), np.bool_, len(seats))
    beside = aisles | np.roll(aisles, 1)
    for marks, bit in ((accompanying, packed.COMPANION), (beside, packed.AISLE), (central, packed.CENTRE)):
        attributes[marks] |= np.uint8(bit)
    return attributes


def _categories(plan: Plan, names: Iterable[str]) -> npt.NDArray[np.uint8]:
    index = {category.name: number for number, category in enumerate(plan.categories)}
    try:
        return np.array([index[name] for name in names], dtype=np.uint8)
    except KeyError as missing:
        raise ValueError(f"the plan has no category {missing}") from None


def _places(seats: Sequence[Seat], places: PlaceList) -> npt.NDArray[np.int32]:
    number = places.seat_places()
    try:
        return np.array([number[seat.id] for seat in seats], dtype=np.int32)
    except KeyError as missing:
        raise ValueError(f"the place list has no seat {missing}") from None


def _companions(seats: Sequence[Seat]) -> npt.NDArray[np.int32]:
    companions = np.full(len(seats), -1, dtype=np.int32)
    accompanied = {seat.companion_of for seat in seats}
    bays = {seat.id: index for index, seat in enumerate(seats) if seat.id in accompanied}
    for index, seat in enumerate(seats):
        if seat.companion_of:
            companions[index] = bays[seat.companion_of]
    return companions


def _tables(zones: Sequence[Zone], seats: Sequence[Seat]) -> npt.NDArray[np.int32]:
    tables = (table for zone in zones for table in zone.tables)
    at = {seat: index for index, table in enumerate(tables) for seat in table.seats}
    return np.array([at.get(seat.id, -1) for seat in seats], dtype=np.int32)


def _following(row_zone: Integers) -> npt.NDArray[np.int32]:
    """The row behind each row in its zone, or -1."""
    following = np.arange(1, len(row_zone) + 1, dtype=np.int32)
    following[np.flatnonzero(np.diff(row_zone, append=-1))] = -1
    return following


def _previous(following: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    previous = np.full(len(following), -1, dtype=np.int32)
    linked = np.flatnonzero(following >= 0)
    previous[following[linked]] = linked
    return previous
