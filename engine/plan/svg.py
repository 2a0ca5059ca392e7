"""SVG drawings of a hall, as Inkscape, Illustrator, Figma and programs write them, read as plans.

A drawing says where seats are, and leaves the rest to be understood: circles and rectangles of the commonest size are
seats (`svg_seats`), groups are zones and rows (`svg_house`), colours are categories, names are labels (`svg_names`),
what says "stage" is what one looks at. Everything else that is drawn becomes areas without places. Lengths are
centimetres where the drawing's own are plausible ones; otherwise neighbours are set PITCH apart. Reading a file twice
gives the same plan, seats known by the ids that they have in the drawing.
"""

import math
from collections import Counter
from collections.abc import Iterable

import numpy as np
from msgspec import Struct

from engine.plan import decoding, svg_names, svg_rows, svg_seats, svg_shapes, svg_tree
from engine.plan.model import (
    AREAS_MAX,
    CATEGORIES_MAX,
    COORDINATE_MAX,
    PLACES_MAX,
    ZONES_MAX,
    Area,
    AreaText,
    Attribute,
    Category,
    Circle,
    Ellipse,
    Plan,
    PlanRefused,
    Polygon,
    Position,
    Rectangle,
    Row,
    RowLabels,
    Seat,
    Size,
    Table,
    Zone,
)
from engine.plan.overlaps import Floats
from engine.plan.svg_house import House, Line, Part
from engine.plan.svg_seats import Sorted, Spot
from engine.plan.svg_shapes import Drawing, Group, Shape

PITCH = 55.0
PITCH_MIN, PITCH_MAX = 35.0, 150.0
"""Centimetres between neighbours that a drawing's own lengths are believed in."""
MARGIN = 100.0
AISLE_PITCHES = 1.6
NAME = "Hall"
SURROUNDINGS = "Surroundings"
_SQUARE = 1e-3
"""How far from square a shape may be turned or skewed to be drawn as its own kind, not as a polygon."""

Outline = Polygon | Rectangle | Ellipse | Circle


class _Frame(Struct):
    """From the drawing's pixels to the plan's centimetres."""

    low: tuple[float, float]
    scale: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        return (x - self.low[0]) * self.scale, (y - self.low[1]) * self.scale


def read(data: bytes, name: str = NAME) -> Plan:
    """The plan of an SVG drawing, `name` being its name if it has no title; PlanRefused if it is none."""
    drawing = svg_shapes.read(svg_tree.parse(data))
    return decoding.bounded(_Reading(drawing, svg_seats.sort(drawing), name).plan())


class _Reading:
    """A drawing on its way to a plan."""

    def __init__(self, drawing: Drawing, found: Sorted, name: str) -> None:
        self.found = found
        self.name = svg_names.cleaned(drawing.root.title()) or name
        self.points: Floats = np.array([spot.point for spot in found.spots], dtype=np.float64)
        step = svg_rows.pitch(self.points, found.size)
        focus = None if found.focus is None else np.array(found.focus)
        self.parts = House(found.spots, self.points, step, focus).parts()
        if len(self.parts) > ZONES_MAX:
            raise PlanRefused("A plan has at most {most} zones.", "", most=ZONES_MAX)
        own = drawing.centimetres or 0.0
        scale = own if PITCH_MIN <= own * step <= PITCH_MAX else PITCH / step
        self.drawn = _drawn(found.rest, drawing.sheet)
        self.frame, self.size = self._framed(scale)
        self.step = step
        self.categories, self.category_of = self._categories()
        self.ids = Counter(_id(spot) for spot in found.spots)
        self.area_ids = Counter(shape.node.attributes.get("id", "") for shape in self.drawn)
        self.seat_ids = _Ids(seat_id for seat_id, count in self.ids.items() if count == 1)

    def plan(self) -> Plan:
        areas: dict[int, list[Shape]] = {}
        zones_of = {
            id(group): index for index, part in enumerate(self.parts) if part.block for group in part.block.groups
        }  # fmt: skip
        for shape in self.drawn:
            groups = shape.group.chain() if shape.group else ()
            areas.setdefault(next((zones_of[id(one)] for one in groups if id(one) in zones_of), -1), []).append(shape)
        zones, ids = [], _Ids()
        if -1 in areas:
            zones.append(self._surroundings(ids.own("surroundings"), areas[-1]))
        for index, part in enumerate(self.parts):
            zones.append(self._zone(part, index, ids, areas.get(index, [])))
        focus = None if self.found.focus is None else self.frame.place(*self.found.focus)
        return Plan(
            name=self.name,
            categories=self.categories,
            zones=tuple(zones),
            size=self.size,
            focal_point=None if focus is None or not _within(*focus) else Position(round(focus[0]), round(focus[1])),
        )

    def _framed(self, scale: float) -> tuple[_Frame, Size]:
        """The frame that holds all seats, and of what else is drawn what is not far away."""
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        seats = high - low
        if float(seats.max()) * scale > COORDINATE_MAX / 4:
            text = "The drawing is too large: with its seats {pitch} cm apart it would be {width} m wide."
            told = {"pitch": round(PITCH), "width": round(float(seats.max()) * scale / 100)}
            raise PlanRefused(text, "", **told)
        reach = max(2 * float(seats.max()), 100 * self.found.size)
        near = []
        for shape in self.drawn:
            half = np.array((shape.width, shape.height)) / 2
            middle = np.array((shape.x, shape.y))
            if (middle - half >= low - reach).all() and (middle + half <= high + reach).all():
                near.append(shape)
                low, high = np.minimum(low, middle - half), np.maximum(high, middle + half)
        self.drawn = near
        margin = MARGIN / scale
        width, height = ((high - low) + 2 * margin) * scale
        frame = _Frame((float(low[0]) - margin, float(low[1]) - margin), scale)
        return frame, Size(math.ceil(width), math.ceil(height))

    def _categories(self) -> tuple[tuple[Category, ...], dict[int, str]]:
        """Categories as seats name them, then one a colour, and each shape's by its identity."""
        sold = [(spot.shape, spot.said("data-category")) for spot in self.found.spots]
        sold += [(shape, _said(shape, "data-category")) for shape in self.drawn if _capacity(shape)]
        named: dict[str, Counter[str]] = {}
        colors: Counter[str] = Counter()
        for shape, name in sold:
            if name:
                named.setdefault(name, Counter())[_paint(shape)] += 1
            else:
                colors[_paint(shape)] += 1
        categories = {name: Category(name, paints.most_common(1)[0][0]) for name, paints in named.items()}
        names: dict[str, str] = {}
        for color, _ in colors.most_common(max(0, CATEGORIES_MAX - len(categories))):
            number = len(names) + 1
            while (name := f"Category {number}") in categories:
                number += 1
            names[color] = name
            categories[name] = Category(name, color)
        merged: dict[str, str] = {}
        for color in colors.keys() - names.keys():
            near = min(names, key=lambda known: (_distance(known, color), known), default=None)
            merged[color] = next(iter(categories)) if near is None else names[near]
        names |= merged
        return tuple(categories.values()), {id(shape): name or names[_paint(shape)] for shape, name in sold}

    def _zone(self, part: Part, index: int, ids: "_Ids", shapes: list[Shape]) -> Zone:
        name = part.name or (self.name if part.block is None or len(self.parts) == 1 else f"Zone {index + 1}")
        groups = part.block.groups if part.block is not None else []
        given = (group.node.attributes.get("id", "") for group in groups if svg_names.label(group.node) == name)
        zone_id = ids.own(next(filter(_is_id, given), _slug(name)))
        seats = [number for line in part.lines for number in line.seats]
        middle = self.points[seats].mean(axis=0)
        x, y = (float(round(value)) for value in self.frame.place(float(middle[0]), float(middle[1])))
        rows = tuple(self._row(line, zone_id, x, y) for line in part.lines)
        tables = tuple(
            Table(f"{zone_id[:90]}-table-{line.label[:90]}", line.label, tuple(seat.id for seat in row.seats))
            for line, row in zip(part.lines, rows, strict=True)
            if line.table
        )
        return Zone(zone_id, name, x, y, rows=rows, areas=self._areas(shapes, zone_id, x, y), tables=tables)

    def _row(self, line: Line, zone_id: str, x: float, y: float) -> Row:
        places = [self._centimetres(*self.found.spots[number].point) for number in line.seats]
        left, top = places[0]
        steps = np.hypot(*np.diff(np.array(places), axis=0).T) > AISLE_PITCHES * self.step * self.frame.scale
        aisles = [*(steps.tolist() if not line.table else [False] * (len(places) - 1)), False]
        seats = []
        for number, label, place, aisle in zip(line.seats, line.labels, places, aisles, strict=True):
            spot = self.found.spots[number]
            seats.append(
                Seat(
                    self._seat_id(spot, f"{zone_id}-{line.label}-{label}"),
                    label,
                    _tenth(place[0] - left),
                    _tenth(place[1] - top),
                    self.category_of[id(spot.shape)],
                    attributes=_attributes(spot),
                    aisle_after=aisle,
                )
            )
        return Row(line.label, _tenth(left - x), _tenth(top - y), tuple(seats), labels_at=RowLabels.BOTH)

    def _seat_id(self, spot: Spot, derived: str) -> str:
        """The drawing's own id, or one made of what the seat is called."""
        if (given := _id(spot)) and self.ids[given] == 1:
            return given
        return self.seat_ids.own(derived)

    def _surroundings(self, zone_id: str, shapes: list[Shape]) -> Zone:
        return Zone(zone_id, SURROUNDINGS, 0.0, 0.0, areas=self._areas(shapes, zone_id, 0.0, 0.0))

    def _areas(self, shapes: Iterable[Shape], zone_id: str, x: float, y: float) -> tuple[Area, ...]:
        areas = []
        for number, shape in enumerate(shapes, 1):
            given = shape.node.attributes.get("id", "")
            own = given if _is_id(given) and self.area_ids[given] == 1 else f"{zone_id[:150]}-area-{number}"
            if (area := self._area(shape, own, x, y)) is not None:
                areas.append(area)
        return tuple(areas)

    def _area(self, shape: Shape, area_id: str, x: float, y: float) -> Area | None:
        left, top = self._centimetres(shape.x, shape.y)
        if not _within(left - x, top - y):
            return None
        outline, rotation, moved = _outline(shape, self.frame.scale)
        text = None
        if shape.text:
            size = round(shape.height * self.frame.scale)
            text = AreaText(svg_names.cleaned(shape.text, 1_000), 0.0, 0.0, color=_paint(shape), size=size)
        capacity = _capacity(shape)
        names = svg_names.names(shape.node)
        return Area(
            area_id, _tenth(left - x + moved[0]), _tenth(top - y + moved[1]), rotation,
            name=names[0] if names else "", outline=outline, text=text, capacity=capacity,
            color="" if shape.text else shape.fill, border_color="" if shape.text else shape.stroke,
            category=self.category_of[id(shape)] if capacity else "",
        )  # fmt: skip

    def _centimetres(self, x: float, y: float) -> tuple[float, float]:
        left, top = self.frame.place(x, y)
        return _tenth(left), _tenth(top)


class _Ids:
    """Ids that differ from one another, and from those given."""

    def __init__(self, given: Iterable[str] = ()) -> None:
        self.given = set(given)
        self.counted: Counter[str] = Counter()

    def own(self, wanted: str) -> str:
        """What is wanted, numbered if it is there already; O(1) amortised."""
        own = base = wanted[: svg_names.TEXT_MAX - 8]
        while own in self.given:
            self.counted[base] += 1
            own = f"{base}~{self.counted[base] + 1}"
        self.given.add(own)
        return own


def _drawn(shapes: list[Shape], sheet: tuple[float, float] | None) -> list[Shape]:
    """What is worth keeping beside the seats: no sheet's background, nothing that cannot be seen, and no more than a
    plan has areas for, the largest first to stay."""
    kept = [shape for shape in shapes if _is_drawn(shape) and not _is_background(shape, sheet)]
    if len(kept) > AREAS_MAX:
        sold = sorted(kept, key=lambda shape: (not _capacity(shape), -shape.size))
        wanted = {id(shape) for shape in sold[:AREAS_MAX]}
        kept = [shape for shape in kept if id(shape) in wanted]
    return kept


def _is_drawn(shape: Shape) -> bool:
    seen = bool(shape.fill or shape.stroke) or "url" in shape.node.attributes.get("fill", "") or _capacity(shape) > 0
    numbers = (shape.x, shape.y, shape.width, shape.height)
    return seen and shape.size > 0 and all(map(math.isfinite, numbers))


def _is_background(shape: Shape, sheet: tuple[float, float] | None) -> bool:
    if sheet is None or shape.node.tag != "rect" or _capacity(shape):
        return False
    return abs(shape.width - sheet[0]) < 0.02 * sheet[0] and abs(shape.height - sheet[1]) < 0.02 * sheet[1]


def _outline(shape: Shape, scale: float) -> tuple[Outline | None, float, tuple[float, float]]:
    """What a shape is in centimetres, how it is turned, and how far from its middle its position is."""
    a, b, c, d = (value * scale for value in shape.matrix[:4])
    across, down = math.hypot(a, b), math.hypot(c, d)
    square = abs(a * c + b * d) <= _SQUARE * across * down
    if shape.text:
        return None, 0.0, (0.0, 0.0)
    width, height = shape.width * scale, shape.height * scale
    if shape.node.tag == "rect" and square and max(abs(b), abs(c)) <= _SQUARE * across:
        return Rectangle(_tenth(width), _tenth(height)), 0.0, (-width / 2, -height / 2)
    if shape.node.tag in ("circle", "ellipse"):
        if square and abs(width - height) <= _SQUARE * width:
            return Circle(_tenth(width / 2)), 0.0, (0.0, 0.0)
        turned, radii, _ = np.linalg.svd(np.array(((a, c), (b, d))) * (_halves(shape)))
        angle = math.degrees(math.atan2(float(turned[1, 0]), float(turned[0, 0])))
        return Ellipse(_tenth(float(radii[0])), _tenth(float(radii[1]))), round(angle, 2), (0.0, 0.0)
    points = [shape.matrix.transformPoint(corner) for corner in (shape.corners or _corners(shape))]
    placed = [Position(_tenth((x - shape.x) * scale), _tenth((y - shape.y) * scale)) for x, y in points]
    return Polygon(tuple(placed)), 0.0, (0.0, 0.0)


def _halves(shape: Shape) -> Floats:
    """Half the sides of a shape before its transform."""
    a, b, c, d, _, _ = shape.matrix
    return np.array((shape.width / math.hypot(a, b), shape.height / math.hypot(c, d))) / 2


def _corners(shape: Shape) -> list[tuple[float, float]]:
    """The corners of a rectangle before its transform."""
    half_width, half_height = (float(half) for half in _halves(shape))
    x, y = shape.matrix.inverse().transformPoint((shape.x, shape.y))
    return [(x + i * half_width, y + j * half_height) for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))]


def _capacity(shape: Shape) -> int:
    """The places of an area, as it says itself."""
    given = shape.node.attributes.get("data-capacity")
    if given is None:
        return 0
    if not given.strip().isdecimal() or len(given) > 9 or int(given) > PLACES_MAX:
        text = "The data-capacity {value} is not a number of places, at most {most}."
        shape.node.refuse(text, value=given[:100], most=PLACES_MAX)
    return int(given)


def _said(shape: Shape, key: str) -> str:
    groups: Iterable[Group] = shape.group.chain() if shape.group else ()
    nodes = (shape.node, *(group.node for group in groups))
    return svg_names.cleaned(next((node.attributes[key] for node in nodes if key in node.attributes), ""))


def _paint(shape: Shape) -> str:
    return shape.fill or shape.stroke


def _distance(one: str, other: str) -> int:
    """How different two colours are."""
    if not one or not other:
        return 1 << 20
    return sum((int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) ** 2 for at in (1, 3, 5))


def _attributes(spot: Spot) -> tuple[Attribute, ...]:
    """What a seat's classes say of it."""
    classes = {name.lower() for node in spot.nodes for name in node.attributes.get("class", "").split()}
    return tuple(attribute for attribute in Attribute if attribute.value in classes)


def _id(spot: Spot) -> str:
    """The id of a seat, else of what is its alone; "" if it can be none."""
    given = (node.attributes.get("id", "") for node in spot.nodes)
    return next((one for one in given if _is_id(one)), "")


def _is_id(given: str) -> bool:
    return 0 < len(given) <= svg_names.TEXT_MAX and svg_names.cleaned(given) == given


def _slug(name: str) -> str:
    return "-".join(name.lower().split()) or "zone"


def _within(x: float, y: float) -> bool:
    return math.isfinite(x) and math.isfinite(y) and max(abs(x), abs(y)) <= COORDINATE_MAX


def _tenth(value: float) -> float:
    return round(value, 1) + 0.0
