"""A plan as a picture: SVG of zones, rows, seats and areas, coloured by category. It is markup and nothing else: no
script, no style, nothing fetched, every word escaped, every colour one that we read or chose.

A picture stays small however large the house is. A few thousand seats are drawn one by one; beyond that a row is one
thick line through its seats, broken where an aisle is; beyond that again a zone is its outline.
"""

import re
from collections.abc import Iterator
from html import escape
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from msgspec.structs import replace

from engine.plan.model import Area, Circle, Ellipse, Plan, Polygon, Rectangle, Row, Zone

SEATS_DRAWN_MAX = 3_000
ROWS_DRAWN_MAX = 6_000
SIDE = 1000.0
"""Units of the picture's longer side."""
MARGIN = 12.0
AISLE_PITCHES = 1.8
PALETTE = (
    "#3b6fb6", "#d98324", "#2f8f6f", "#b5477d", "#7a63b8", "#8a8f3a", "#4aa3c7", "#a4553a", "#5c6573", "#c9a227",
)  # fmt: skip
"""For categories without a colour of their own, in their order; the map of seats uses the same."""
COLOR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})|[a-zA-Z]{3,20}")

Floats = npt.NDArray[np.float64]


class _Frame(Struct, frozen=True):
    """From plan units to the picture's."""

    low: tuple[float, float]
    scale: float
    width: float
    height: float

    def points(self, xy: Floats) -> Floats:
        moved: Floats = np.round((xy - np.array(self.low)) * self.scale + MARGIN, 1)
        return moved


def picture(plan: Plan) -> bytes:
    """The plan as an SVG document. O(seats): call it in a thread."""
    rows = [(zone, row, _seats(zone, row)) for zone in plan.zones for row in zone.rows if row.seats]
    frame = _framed(plan, [points for _, _, points in rows])
    colors = colors_of(plan)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {frame.width:g} {frame.height:g}" role="img">',
        f"<title>{escape(plan.name)}</title>",
    ]
    for zone in plan.zones:
        parts += [_area(zone, area, frame, colors) for area in zone.areas]
    pitch = _pitch([points for _, _, points in rows]) * frame.scale
    seat_count = sum(len(points) for _, _, points in rows)
    if seat_count <= SEATS_DRAWN_MAX:
        parts += _dots(rows, frame, colors, pitch)
    elif len(rows) <= ROWS_DRAWN_MAX:
        parts += _lines(rows, frame, colors, pitch)
    else:
        parts += _outlines(rows, frame, colors)
    if seat_count > SEATS_DRAWN_MAX:
        parts += _names(rows, frame)
    parts.append("</svg>")
    return "".join(parts).encode()


def colors_of(plan: Plan) -> dict[str, str]:
    """The colour of each category: its own where that is one, or the palette's next."""
    return {
        category.name: safe_color(category.color) or PALETTE[index % len(PALETTE)]
        for index, category in enumerate(plan.categories)
    }


def safe_color(color: str) -> str:
    """A colour as it may stand in markup: a hexadecimal one or a word; "" for anything else."""
    return color if COLOR.fullmatch(color) else ""


Drawn = tuple[Zone, Row, Floats]


def _seats(zone: Zone, row: Row) -> Floats:
    """Where a row's seats stand, shape (n, 2)."""
    x, y = zone.x + row.x, zone.y + row.y
    return np.array([(x + seat.x, y + seat.y) for seat in row.seats], dtype=np.float64)


def _framed(plan: Plan, rows: list[Floats]) -> _Frame:
    boxes = [np.array(_box(zone, area)) for zone in plan.zones for area in zone.areas]
    every = np.vstack([*rows, *boxes]) if rows or boxes else np.array(((0.0, 0.0), (plan.size.width, plan.size.height)))
    low, high = every.min(axis=0), every.max(axis=0)
    extent = np.maximum(high - low, 1.0)
    scale = (SIDE - 2 * MARGIN) / float(extent.max())
    width, height = (float(side) for side in np.round(extent * scale + 2 * MARGIN))
    return _Frame((float(low[0]), float(low[1])), scale, width, height)


def _box(zone: Zone, area: Area) -> list[tuple[float, float]]:
    """Corners that hold an area, turned as it is."""
    match area.outline:
        case Polygon(points) if points:
            corners = [(point.x, point.y) for point in points]
        case Rectangle(width, height):
            corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
        case Ellipse(x, y):
            corners = [(-x, -y), (x, -y), (x, y), (-x, y)]
        case Circle(radius):
            corners = [(-radius, -radius), (radius, -radius), (radius, radius), (-radius, radius)]
        case _:
            corners = [(0.0, 0.0)]
    turn = np.deg2rad(area.rotation)
    cos, sin = float(np.cos(turn)), float(np.sin(turn))
    x, y = zone.x + area.x, zone.y + area.y
    return [(x + cos * dx - sin * dy, y + sin * dx + cos * dy) for dx, dy in corners]


def _pitch(rows: list[Floats]) -> float:
    """The usual distance of two neighbours, in plan units."""
    steps = [np.hypot(*np.diff(points, axis=0).T) for points in rows if len(points) > 1]
    return float(np.median(np.concatenate(steps))) if steps else 50.0


def _dots(rows: list[Drawn], frame: _Frame, colors: dict[str, str], pitch: float) -> Iterator[str]:
    """Each seat, as a line without length and with round ends: the shortest spelling of a circle."""
    paths: dict[str, list[str]] = {}
    for _, row, points in rows:
        for seat, (x, y) in zip(row.seats, frame.points(points).tolist(), strict=True):
            paths.setdefault(seat.category, []).append(f"M{x:g} {y:g}h0")
    return _strokes(paths, colors, max(1.0, pitch * 0.78), "round")


def _lines(rows: list[Drawn], frame: _Frame, colors: dict[str, str], pitch: float) -> Iterator[str]:
    """Each row, as one line for every run of seats of a category with no aisle between them."""
    paths: dict[str, list[str]] = {}
    for _, row, points in rows:
        placed = frame.points(points)
        for start, end in _runs(row, points, pitch / frame.scale):
            spelt = _bends(placed[start:end])
            paths.setdefault(row.seats[start].category, []).append(spelt)
    return _strokes(paths, colors, max(1.0, pitch * 0.9), "square")


def _runs(row: Row, points: Floats, pitch: float) -> Iterator[tuple[int, int]]:
    steps = np.hypot(*np.diff(points, axis=0).T) > AISLE_PITCHES * pitch
    ends = [
        index
        for index, ((seat, after), gap) in enumerate(zip(pairwise(row.seats), steps.tolist(), strict=True), 1)
        if gap or seat.aisle_after or seat.category != after.category
    ]
    return pairwise([0, *ends, len(row.seats)])


def _bends(points: Floats) -> str:
    """A line through points, those left out that lie on the way."""
    kept = _simplified(points, 0.4)
    (x, y), rest = kept[0], kept[1:]
    return f"M{x:g} {y:g}" + ("".join(f"L{a:g} {b:g}" for a, b in rest) if rest else "h0")


def _simplified(points: Floats, tolerance: float) -> list[tuple[float, float]]:
    """Ramer, Douglas and Peucker's: the first and last point, and those between that stand out."""
    if len(points) < 3:
        return [(float(x), float(y)) for x, y in points]
    along = points[-1] - points[0]
    length = float(np.hypot(*along))
    away = points[1:-1] - points[0]
    off = np.abs(along[0] * away[:, 1] - along[1] * away[:, 0]) / length if length else np.hypot(*away.T)
    worst = int(off.argmax()) + 1
    if off[worst - 1] <= tolerance:
        return [(float(x), float(y)) for x, y in points[[0, -1]]]
    return _simplified(points[: worst + 1], tolerance)[:-1] + _simplified(points[worst:], tolerance)


def _strokes(paths: dict[str, list[str]], colors: dict[str, str], width: float, cap: str) -> Iterator[str]:
    for category, spelt in paths.items():
        color = colors.get(category, PALETTE[0])
        yield (
            f'<path d="{"".join(spelt)}" fill="none" stroke="{color}" stroke-width="{width:.2g}" '
            f'stroke-linecap="{cap}" stroke-linejoin="round"><title>{escape(category)}</title></path>'
        )


def _outlines(rows: list[Drawn], frame: _Frame, colors: dict[str, str]) -> Iterator[str]:
    """Each zone's hull, in the colour of most of its seats."""
    for zone, of_zone in _by_zone(rows):
        spelt = "L".join(f"{x:g} {y:g}" for x, y in hull(frame.points(np.vstack([points for _, _, points in of_zone]))))
        categories = [seat.category for _, row, _ in of_zone for seat in row.seats]
        color = colors.get(max(set(categories), key=categories.count), PALETTE[0])
        yield f'<path d="M{spelt}Z" fill="{color}"><title>{escape(zone.name)}</title></path>'


def _by_zone(rows: list[Drawn]) -> Iterator[tuple[Zone, list[Drawn]]]:
    zones: dict[int, list[Drawn]] = {}
    for drawn in rows:
        zones.setdefault(id(drawn[0]), []).append(drawn)
    return ((of_zone[0][0], of_zone) for of_zone in zones.values())


def hull(points: Floats) -> list[tuple[float, float]]:
    """The convex hull of points (Andrew's monotone chain), anticlockwise seen with y upwards."""
    ordered = [(float(x), float(y)) for x, y in np.unique(points, axis=0)]
    if len(ordered) < 3:
        return ordered
    return _chain(ordered)[:-1] + _chain(ordered[::-1])[:-1]


def _chain(ordered: list[tuple[float, float]]) -> list[tuple[float, float]]:
    kept: list[tuple[float, float]] = []
    for x, y in ordered:
        while len(kept) > 1:
            (ax, ay), (bx, by) = kept[-2:]
            if (bx - ax) * (y - ay) - (by - ay) * (x - ax) > 0:
                break
            kept.pop()
        kept.append((x, y))
    return kept


def _names(rows: list[Drawn], frame: _Frame) -> Iterator[str]:
    """What zones are called, where there is room for it."""
    for zone, of_zone in _by_zone(rows):
        points = frame.points(np.vstack([points for _, _, points in of_zone]))
        (x, y), (width, height) = points.mean(axis=0), np.ptp(points, axis=0)
        size = min(16.0, float(width) / (0.6 * max(len(zone.name), 1)), float(height) * 0.7)
        if zone.name and size >= 7:
            yield (
                f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size:.1f}" font-family="sans-serif" font-weight="600" '
                'text-anchor="middle" dominant-baseline="middle" fill="#16181d" stroke="#fff" stroke-width="3" '
                f'paint-order="stroke">{escape(zone.name)}</text>'
            )


def _area(zone: Zone, area: Area, frame: _Frame, colors: dict[str, str]) -> str:
    own = colors.get(area.category, PALETTE[0]) if area.capacity else "none"
    fill = safe_color(area.color) or own
    border = safe_color(area.border_color) or ("none" if fill != "none" else "#9aa3ae")
    x, y = zone.x + area.x, zone.y + area.y
    px, py = frame.points(np.array([(x, y)]))[0]
    place = f"translate({px:g} {py:g}) rotate({area.rotation:g}) scale({frame.scale:.5g})"
    look = f'fill="{fill}" stroke="{border}" stroke-width="1" vector-effect="non-scaling-stroke"'
    return f'<g transform="{place}">{_shape(area, look)}{_words(area, frame)}</g>'


def _shape(area: Area, look: str) -> str:
    match area.outline:
        case Polygon(points) if points:
            return f'<path d="M{"L".join(f"{point.x:g} {point.y:g}" for point in points)}Z" {look}/>'
        case Rectangle(width, height):
            return f'<rect width="{width:g}" height="{height:g}" {look}/>'
        case Ellipse(x, y):
            return f'<ellipse rx="{x:g}" ry="{y:g}" {look}/>'
        case Circle(radius):
            return f'<circle r="{radius:g}" {look}/>'
        case _:
            return ""


def _words(area: Area, frame: _Frame) -> str:
    """An area's own words; else, where places are sold, its name in its middle."""
    if area.text is not None and area.text.text:
        text, x, y = area.text.text, area.text.x, area.text.y
        size, fill = float(area.text.size or 16 / frame.scale), safe_color(area.text.color) or "#16181d"
    elif area.capacity and area.name:
        corners = np.array(_box(Zone("", "", -area.x, -area.y), replace(area, rotation=0.0)))
        (x, y), extent = corners.mean(axis=0), np.ptp(corners, axis=0)
        text, fill = area.name, "#16181d"
        size = min(20 / frame.scale, float(extent[0]) / (0.7 * len(area.name)))
    else:
        return ""
    return (
        f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" font-family="sans-serif" font-weight="600" '
        f'text-anchor="middle" dominant-baseline="middle" fill="{fill}">{escape(text)}</text>'
    )
