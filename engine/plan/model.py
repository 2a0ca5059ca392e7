"""A seating plan: the drawing of a venue, as immutable values.

A plan is zones of rows of seats, with areas (unnumbered places, or mere decoration) and tables beside them. A seat
is known by its id, which never changes from one version of a plan to the next; everything else about it, labels
included, is data that a later version may change. An absolute position is the sum zone + row + seat (zone + area for
an area), x to the right and y downwards. Plans drawn by Placeur use one unit a centimetre; imported drawings keep
their own unit, and nothing here depends on it.

The structs admit any well-shaped drawing, flawed ones too (two seats with one id, a seat of an unknown category):
`doctor.examine` finds and repairs these, and everything past it relies on a sound plan.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from engine.plan.sayings import Filling, Saying

SEATS_MAX = 200_000
PLACES_MAX = 1_000_000
ZONES_MAX = 2_000
ROWS_MAX = 50_000
AREAS_MAX = 2_000
TABLES_MAX = 20_000
CATEGORIES_MAX = 64
POINTS_MAX = 2_000
COORDINATE_MAX = 300_000
COST_MAX = 2_000_000
WHOLE_FILE = "the whole file"

Text = Annotated[str, Meta(max_length=200)]
Note = Annotated[str, Meta(max_length=1_000)]
Photo = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$")]
Color = Annotated[str, Meta(pattern=r"^[#a-zA-Z0-9(),.% /-]{0,50}$")]
Coordinate = Annotated[float, Meta(ge=-COORDINATE_MAX, le=COORDINATE_MAX)]
Length = Annotated[float, Meta(ge=0, le=COORDINATE_MAX)]
Degrees = Annotated[float, Meta(ge=-100_000, le=100_000)]
WholeLength = Annotated[int, Meta(ge=0, le=COORDINATE_MAX)]
Percent = Annotated[int, Meta(ge=0, le=100_000)]


class Attribute(StrEnum):
    """What a buyer should know of a seat. Being a companion seat is told by `Seat.companion_of`."""

    WHEELCHAIR = "wheelchair"
    RESTRICTED_VIEW = "restricted_view"
    AISLE = "aisle"
    LEGROOM = "legroom"
    HEARING = "hearing"


class RowLabels(StrEnum):
    """At which ends of a row a map shows the row's label."""

    START = "start"
    END = "end"
    BOTH = "both"
    NONE = ""


class StartDirection(StrEnum):
    """Where ordered booking of a row starts, and which way it goes from there (kept for the open format)."""

    LEFT = "<"
    RIGHT = ">"
    BOTH = "<>"
    NONE = ""


class Position(Struct, frozen=True, gc=False, array_like=True, forbid_unknown_fields=True):
    """A point in plan units; `[x, y]` in JSON."""

    x: Coordinate
    y: Coordinate


class Size(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """The extent of the sheet the plan is drawn on, in plan units, from (0, 0)."""

    width: WholeLength
    height: WholeLength


class Category(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A price category, known by its name. `price_hint` is a percentage of the plan's ordinary price, for whoever
    sets prices first; nothing computes with it afterwards."""

    name: Text
    color: Color = ""
    price_hint: Percent = 100


class Seat(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """One seat. `companion_of` is the id of the wheelchair place this seat accompanies, "" for an ordinary seat.
    `aisle_after` says that an aisle separates it from the next seat of its row. `cost` replaces the distance to the
    focal point (plan units, smaller is better) where the drawer knows better. `radius` is for maps only. `photo` names
    a photo of the view by the SHA-256 of its file, in hexadecimal; the file is kept beside the plan."""

    id: Text
    label: Text
    x: Coordinate
    y: Coordinate
    category: Text
    attributes: tuple[Attribute, ...] = ()
    companion_of: Text = ""
    aisle_after: bool = False
    cost: Annotated[int, Meta(ge=0, le=COST_MAX)] | None = None
    note: Note = ""
    photo: Photo = ""
    radius: WholeLength | None = None
    start_direction: StartDirection = StartDirection.NONE
    uuid: Text = ""


class Row(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """Seats in the order they stand. `name` and `seat_name` are for tickets and lists, "%s" in the latter being the
    seat's label ("Row A", "Seat %s"); "" leaves the wording to the reader."""

    label: Text
    x: Coordinate
    y: Coordinate
    seats: Annotated[tuple[Seat, ...], Meta(max_length=SEATS_MAX)]
    labels_at: RowLabels = RowLabels.NONE
    name: Text = ""
    seat_name: Text = ""
    uuid: Text = ""


class Polygon(Struct, frozen=True, gc=False, tag="polygon", tag_field="shape", forbid_unknown_fields=True):
    """Corners relative to the area's position."""

    points: Annotated[tuple[Position, ...], Meta(max_length=POINTS_MAX)]


class Rectangle(Struct, frozen=True, gc=False, tag="rectangle", tag_field="shape", forbid_unknown_fields=True):
    """Down and right of the area's position."""

    width: Length
    height: Length


class Ellipse(Struct, frozen=True, gc=False, tag="ellipse", tag_field="shape", forbid_unknown_fields=True):
    """Round the area's position."""

    radius_x: Length
    radius_y: Length


class Circle(Struct, frozen=True, gc=False, tag="circle", tag_field="shape", forbid_unknown_fields=True):
    """Round the area's position."""

    radius: Length


class AreaText(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """Words drawn at (x, y) from the area's position; `size` in plan units."""

    text: Note
    x: Coordinate
    y: Coordinate
    color: Color = ""
    size: WholeLength | None = None


class Area(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A part of the drawing without seats. With a capacity it is that many interchangeable places of a category;
    with none it is decoration: a stage, a table top, a word. `rotation` is in degrees clockwise round (x, y)."""

    id: Text
    x: Coordinate
    y: Coordinate
    rotation: Degrees
    name: Text = ""
    outline: Polygon | Rectangle | Ellipse | Circle | None = None
    color: Color = ""
    border_color: Color = ""
    text: AreaText | None = None
    capacity: Annotated[int, Meta(ge=0, le=PLACES_MAX)] = 0
    category: Text = ""
    note: Note = ""


class Table(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """Seats of the same zone that stand together, by id: a table, a booth. `sold_whole` sells all of them or none."""

    id: Text
    label: Text
    seats: Annotated[tuple[Text, ...], Meta(max_length=1_000)]
    sold_whole: bool = False


class Zone(Struct, frozen=True, gc=False, omit_defaults=True, forbid_unknown_fields=True):
    """A named part of the house. Its rows stand in order, so that neighbours in the tuple are neighbours in the
    house: a split party sits in adjacent rows of one zone. `floor` names the level that it is on, "" where there is but
    one or it belongs to all; levels come in the order in which zones name them, and may be drawn over one another."""

    id: Text
    name: Text
    x: Coordinate
    y: Coordinate
    rows: Annotated[tuple[Row, ...], Meta(max_length=ROWS_MAX)] = ()
    areas: Annotated[tuple[Area, ...], Meta(max_length=AREAS_MAX)] = ()
    tables: Annotated[tuple[Table, ...], Meta(max_length=TABLES_MAX)] = ()
    note: Note = ""
    uuid: Text = ""
    floor: Text = ""


class Plan(
    Struct,
    frozen=True,
    gc=False,
    omit_defaults=True,
    forbid_unknown_fields=True,
    tag_field="format",
    tag="placeur-plan-1",
):
    """A whole drawing. `focal_point` is what everybody looks at (centre stage, centre of the pitch)."""

    name: Text
    categories: Annotated[tuple[Category, ...], Meta(max_length=CATEGORIES_MAX)]
    zones: Annotated[tuple[Zone, ...], Meta(max_length=ZONES_MAX)]
    size: Size
    focal_point: Position | None = None
    note: Note = ""

    def rows(self) -> Iterator[Row]:
        """Every row, in plan order."""
        return (row for zone in self.zones for row in zone.rows)

    def seats(self) -> Iterator[Seat]:
        """Every seat, in plan order: zones, rows, seats as they stand."""
        return (seat for row in self.rows() for seat in row.seats)

    def areas(self) -> Iterator[Area]:
        """Every area that has places, in plan order."""
        return (area for zone in self.zones for area in zone.areas if area.capacity)

    def photos(self) -> set[str]:
        """The photos of the view that seats name."""
        return {seat.photo for seat in self.seats() if seat.photo}

    @property
    def focus(self) -> Position:
        """The focal point; undrawn, the middle of the sheet's upper edge, where a stage usually is."""
        return self.focal_point or Position(self.size.width / 2, 0)

    @property
    def seat_count(self) -> int:
        """Seats, areas not counted."""
        return sum(len(row.seats) for row in self.rows())

    @property
    def capacity(self) -> int:
        """Seats and places of areas."""
        return self.seat_count + sum(area.capacity for area in self.areas())


class PlanRefused(Exception):
    """A file is not a plan. `message` is one sentence for people; `where` the place in the file, as a line and column
    or a JSON path. `problem` and `place` are the same, to be said in other languages."""

    def __init__(self, message: str, where: str, **fields: Filling) -> None:
        """Into the `{field}`s of both go the fields."""
        self.problem, self.place = Saying(message, fields), Saying(where or WHOLE_FILE, fields)
        self.message, self.where = str(self.problem), str(self.place) if where else ""
        super().__init__(f"{self.message} ({self.where})" if where else self.message)
