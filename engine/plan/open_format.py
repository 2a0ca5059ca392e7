"""The open seating plan format (pretix's JSON schema): positions as `{x, y}`, a seat's place zone + row + seat.

Everything that format can hold is kept: what it calls `zone_id` and `seat_guid` are our ids, `row_number` and
`seat_number` our labels. What only Placeur holds (attributes, focal point, tables, capacities, notes, photos) is lost
on the way out. As its schema demands, unknown fields are refused and required ones must be there.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from engine.plan import decoding
from engine.plan.model import (
    POINTS_MAX,
    Area,
    AreaText,
    Category,
    Circle,
    Color,
    Coordinate,
    Degrees,
    Ellipse,
    Length,
    Note,
    Plan,
    PlanRefused,
    Polygon,
    Position,
    Rectangle,
    Row,
    RowLabels,
    Seat,
    Size,
    StartDirection,
    Text,
    WholeLength,
    Zone,
)

Outline = Polygon | Rectangle | Ellipse | Circle
Shape = Literal["polygon", "rectangle", "ellipse", "circle", "text"]


class _Strict(Struct, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    pass


class OpenPosition(_Strict):
    x: Coordinate
    y: Coordinate


class OpenCategory(_Strict):
    name: Text
    color: Color = ""


class OpenSeat(_Strict):
    seat_guid: Text
    seat_number: Text
    position: OpenPosition
    category: Text
    uuid: Text = ""
    start_direction: StartDirection | None = None
    radius: WholeLength | UnsetType = UNSET


class OpenRow(_Strict):
    row_number: Text
    seats: list[OpenSeat]
    position: OpenPosition | UnsetType = UNSET
    row_label: Text | None = None
    seat_label: Text | None = None
    row_number_position: RowLabels | None = None
    uuid: Text = ""


class OpenPolygon(_Strict):
    points: Annotated[list[OpenPosition], Meta(max_length=POINTS_MAX)]


class OpenRectangle(_Strict):
    width: WholeLength
    height: WholeLength


class OpenRadii(_Strict):
    x: Length
    y: Length


class OpenEllipse(_Strict):
    radius: OpenRadii


class OpenCircle(_Strict):
    radius: WholeLength


class OpenText(_Strict):
    text: Note
    position: OpenPosition
    color: Color = ""
    size: WholeLength | UnsetType = UNSET


class OpenArea(_Strict):
    shape: Shape | UnsetType = UNSET
    position: OpenPosition | UnsetType = UNSET
    rotation: Degrees = 0
    color: Color = ""
    border_color: Color = ""
    uuid: Text = ""
    polygon: OpenPolygon | UnsetType = UNSET
    rectangle: OpenRectangle | UnsetType = UNSET
    ellipse: OpenEllipse | UnsetType = UNSET
    circle: OpenCircle | UnsetType = UNSET
    text: OpenText | UnsetType = UNSET


class OpenZone(_Strict):
    position: OpenPosition
    rows: list[OpenRow]
    name: Text = ""
    zone_id: Text = ""
    uuid: Text = ""
    areas: list[OpenArea] = []


class OpenPlan(_Strict):
    name: Text
    categories: list[OpenCategory]
    zones: list[OpenZone]
    size: Size


_decoder = msgspec.json.Decoder(OpenPlan)
_ORIGIN = OpenPosition(0.0, 0.0)


def read(data: bytes) -> Plan:
    """The plan of a file in the open format; PlanRefused if it is not one."""
    drawing = decoding.structs(_decoder, data)
    return decoding.bounded(
        Plan(
            name=drawing.name,
            categories=tuple(Category(category.name, category.color) for category in drawing.categories),
            zones=tuple(_zone(zone, index) for index, zone in enumerate(drawing.zones)),
            size=drawing.size,
        )
    )


def write(plan: Plan) -> bytes:
    """The plan in the open format, without what that format cannot hold; lengths there are whole numbers."""
    return msgspec.json.encode(
        OpenPlan(
            name=plan.name,
            categories=[OpenCategory(category.name, category.color) for category in plan.categories],
            zones=[_open_zone(zone) for zone in plan.zones],
            size=plan.size,
        )
    )


def _zone(zone: OpenZone, index: int) -> Zone:
    zone_id = zone.zone_id or zone.name
    return Zone(
        id=zone_id,
        name=zone.name,
        x=zone.position.x,
        y=zone.position.y,
        rows=tuple(_row(row) for row in zone.rows),
        areas=tuple(
            _area(area, area.uuid or f"{zone_id}-area-{number}", f"zones[{index}].areas[{number}]")
            for number, area in enumerate(zone.areas)
        ),
        uuid=zone.uuid,
    )


def _row(row: OpenRow) -> Row:
    position = _ORIGIN if row.position is UNSET else row.position
    return Row(
        label=row.row_number,
        x=position.x,
        y=position.y,
        seats=tuple(_seat(seat) for seat in row.seats),
        labels_at=row.row_number_position or RowLabels.NONE,
        name=row.row_label or "",
        seat_name=row.seat_label or "",
        uuid=row.uuid,
    )


def _seat(seat: OpenSeat) -> Seat:
    return Seat(
        seat.seat_guid,
        seat.seat_number,
        seat.position.x,
        seat.position.y,
        seat.category,
        radius=None if seat.radius is UNSET else seat.radius,
        start_direction=seat.start_direction or StartDirection.NONE,
        uuid=seat.uuid,
    )


def _area(area: OpenArea, area_id: str, where: str) -> Area:
    position = _ORIGIN if area.position is UNSET else area.position
    return Area(
        id=area_id,
        x=position.x,
        y=position.y,
        rotation=area.rotation,
        outline=_outline(area, where),
        color=area.color,
        border_color=area.border_color,
        text=None if area.text is UNSET else _text(area.text),
    )


def _text(text: OpenText) -> AreaText:
    size = None if text.size is UNSET else text.size
    return AreaText(text.text, text.position.x, text.position.y, color=text.color, size=size)


def _outline(area: OpenArea, where: str) -> Outline | None:
    """The outline that `shape` names, without a shape the first there is; others are not drawn, so not kept."""
    outlines: dict[str, Outline] = {}
    if area.polygon is not UNSET:
        outlines["polygon"] = Polygon(tuple(Position(point.x, point.y) for point in area.polygon.points))
    if area.rectangle is not UNSET:
        outlines["rectangle"] = Rectangle(area.rectangle.width, area.rectangle.height)
    if area.ellipse is not UNSET:
        outlines["ellipse"] = Ellipse(area.ellipse.radius.x, area.ellipse.radius.y)
    if area.circle is not UNSET:
        outlines["circle"] = Circle(area.circle.radius)
    if area.shape is UNSET:
        return next(iter(outlines.values()), None)
    if area.shape == "text":
        return None
    if area.shape not in outlines:
        raise PlanRefused("The area’s shape is {shape}, but it has none of that kind.", where, shape=area.shape)
    return outlines[area.shape]


def _open_zone(zone: Zone) -> OpenZone:
    return OpenZone(
        position=OpenPosition(zone.x, zone.y),
        rows=[_open_row(row) for row in zone.rows],
        name=zone.name,
        zone_id=zone.id,
        uuid=zone.uuid,
        areas=[_open_area(area) for area in zone.areas],
    )


def _open_row(row: Row) -> OpenRow:
    return OpenRow(
        row_number=row.label,
        seats=[_open_seat(seat) for seat in row.seats],
        position=OpenPosition(row.x, row.y),
        row_label=row.name or None,
        seat_label=row.seat_name or None,
        row_number_position=None if row.labels_at is RowLabels.NONE else row.labels_at,
        uuid=row.uuid,
    )


def _open_seat(seat: Seat) -> OpenSeat:
    return OpenSeat(
        seat.id,
        seat.label,
        OpenPosition(seat.x, seat.y),
        seat.category,
        uuid=seat.uuid,
        start_direction=None if seat.start_direction is StartDirection.NONE else seat.start_direction,
        radius=UNSET if seat.radius is None else seat.radius,
    )


def _open_area(area: Area) -> OpenArea:
    drawn = OpenArea(
        position=OpenPosition(area.x, area.y),
        rotation=area.rotation,
        color=area.color,
        border_color=area.border_color,
        uuid=area.id,
        text=UNSET if area.text is None else _open_text(area.text),
    )
    match area.outline:
        case Polygon(points):
            drawn.shape = "polygon"
            drawn.polygon = OpenPolygon([OpenPosition(point.x, point.y) for point in points])
        case Rectangle(width, height):
            drawn.shape = "rectangle"
            drawn.rectangle = OpenRectangle(round(width), round(height))
        case Ellipse(radius_x, radius_y):
            drawn.shape = "ellipse"
            drawn.ellipse = OpenEllipse(OpenRadii(radius_x, radius_y))
        case Circle(radius):
            drawn.shape = "circle"
            drawn.circle = OpenCircle(round(radius))
        case None if area.text is not None:
            drawn.shape = "text"
    return drawn


def _open_text(text: AreaText) -> OpenText:
    size = UNSET if text.size is None else text.size
    return OpenText(text.text, OpenPosition(text.x, text.y), text.color, size)
