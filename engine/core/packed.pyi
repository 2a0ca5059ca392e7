from collections.abc import Sequence
from typing import Final

from numpy.typing import ArrayLike

WHEELCHAIR: Final[int]
COMPANION: Final[int]
RESTRICTED_VIEW: Final[int]
AISLE: Final[int]
LEGROOM: Final[int]
HEARING: Final[int]
CENTRE: Final[int]
COST_MAX: Final[int]

class PackedPlan:
    """A seating plan as flat arrays, immutable and shared by every performance with the same plan and place list.

    Arrays are in *plan order*: rows one after the other, each row's seats from one end to the other. `S` seats,
    `R` rows, `T` tables, `A` areas. Places that neither a seat nor an area names are tombstones.
    """

    def __init__(
        self,
        place_count: int,
        *,
        place: ArrayLike,
        row: ArrayLike,
        category: ArrayLike,
        cost: ArrayLike,
        x: ArrayLike,
        y: ArrayLike,
        attributes: ArrayLike,
        aisle_after: ArrayLike,
        table: ArrayLike,
        companion_of: ArrayLike,
        row_zone: ArrayLike,
        row_previous: ArrayLike,
        row_next: ArrayLike,
        table_whole: ArrayLike,
        area_category: Sequence[int] = (),
        area_ranges: Sequence[Sequence[tuple[int, int]]] = (),
        row_labels: Sequence[str] = (),
        zone_names: Sequence[str] = (),
    ) -> None:
        """Packs the arrays (copied). Raises ValueError naming the first array that breaks its contract.

        Args:
            place_count: places of the pool, tombstones included.
            place: (S,) the seat's place number, distinct.
            row: (S,) the seat's row, never falling, every row 0..R-1 present.
            category: (S,) index of its price category.
            cost: (S,) 0..COST_MAX, less is better; a proposal's cost is the sum of its seats'.
            x, y: (S,) position in plan units.
            attributes: (S,) bits WHEELCHAIR ... CENTRE; no seat is both wheelchair bay and companion seat.
            aisle_after: (S,) 1 where an aisle or gap parts the seat from the next one of its row.
            table: (S,) the seat's table, or -1; a table's seats follow one another in one row, aisles or not.
            companion_of: (S,) for a companion seat the index in plan order of its wheelchair bay, else -1.
            row_zone: (R,) index of the row's zone.
            row_previous, row_next: (R,) the adjacent row on either side (in front, behind), or -1.
            table_whole: (T,) 1 when the table is only sold whole.
            area_category, area_ranges: (A,) category and (start, count) place ranges of each area.
            row_labels, zone_names: (R,) and (zones,) words for `engine.reasons.explain`; may be left out.
        """

    @property
    def place_count(self) -> int: ...
    @property
    def seat_count(self) -> int: ...
    @property
    def row_count(self) -> int: ...
    @property
    def bench_count(self) -> int:
        """Stretches of at most 64 adjacent seats of one row, with no aisle between: the unit of the search."""
    @property
    def category_count(self) -> int: ...
    @property
    def area_ranges(self) -> tuple[tuple[tuple[int, int], ...], ...]: ...
    @property
    def row_labels(self) -> tuple[str, ...]: ...
    @property
    def zone_names(self) -> tuple[str, ...]: ...
    @property
    def nbytes(self) -> int:
        """Bytes of the packed arrays."""

    def category_of(self, place: int) -> int:
        """Category index of a place, -1 for a tombstone. Raises IndexError."""

    def seat_of(self, place: int) -> int:
        """Index of the place's seat in plan order, -1 for an area's place or a tombstone. Raises IndexError."""

    def row_of(self, place: int) -> int:
        """Index of the row the place is in, -1 for an area's place or a tombstone. Raises IndexError."""

    def zone_of_row(self, row: int) -> int:
        """Index of the zone of a row. Raises IndexError."""
