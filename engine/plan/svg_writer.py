"""Plans as SVG drawings that `svg` reads back, to be gone on with in a drawing program: one unit of the plan is one
centimetre, ids are the plan's, and `data-` attributes say what a shape cannot. What only Placeur holds (notes,
photos, companions, costs, floors, tables) is lost on the way out.
"""

from collections.abc import Iterator
from html import escape

from engine.plan.model import Area, Circle, Ellipse, Plan, Polygon, Rectangle, Row, Seat, Zone

SEAT_RADIUS = 20
COLOR = "#888888"
"""Of categories that have none, so that a program shows their seats."""


def write(plan: Plan) -> bytes:
    """The plan as an SVG drawing."""
    width, height = max(plan.size.width, 1), max(plan.size.height, 1)
    sheet = f'width="{width}cm" height="{height}cm" viewBox="0 0 {width} {height}"'
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" {sheet}>', _title(plan.name)]
    colors = {category.name: category.color or COLOR for category in plan.categories}
    for zone in plan.zones:
        lines += [f"<g{_attributes(id=zone.id, aria_label=zone.name)}>", *_inside(zone, colors), "</g>"]
    return "\n".join([*filter(None, lines), "</svg>", ""]).encode()


def _inside(zone: Zone, colors: dict[str, str]) -> Iterator[str]:
    for area in zone.areas:
        yield _area(zone, area, colors)
    for row in zone.rows:
        yield f"<g{_attributes(data_row=row.label)}>"
        for seat in row.seats:
            yield _seat(zone, row, seat, colors)
        yield "</g>"


def _seat(zone: Zone, row: Row, seat: Seat, colors: dict[str, str]) -> str:
    x, y = zone.x + row.x + seat.x, zone.y + row.y + seat.y
    said = {
        "id": seat.id,
        "class": " ".join(("seat", *seat.attributes)),
        "data_seat": seat.label,
        "data_category": seat.category,
        "fill": colors.get(seat.category, COLOR),
    }
    return f'<circle{_attributes(**said)} cx="{x:.6g}" cy="{y:.6g}" r="{seat.radius or SEAT_RADIUS}"/>'


def _area(zone: Zone, area: Area, colors: dict[str, str]) -> str:
    place = f"translate({zone.x + area.x:.6g} {zone.y + area.y:.6g}) rotate({area.rotation:g})"
    sold = {"data_capacity": str(area.capacity), "data_category": area.category} if area.capacity else {}
    fill = area.color or (colors.get(area.category, COLOR) if area.capacity else "none")
    said = {"id": area.id, "transform": place, "fill": fill, "stroke": area.border_color, **sold}
    drawn = _outline(area)
    shape = f"<{drawn}{_attributes(**said)}>{_title(area.name)}</{drawn.split()[0]}>" if drawn else ""
    if area.text is None:
        return shape
    text = area.text
    said = {"transform": place, "fill": text.color, "font_size": str(text.size or ""), "text_anchor": "middle"}
    words = f'<text x="{text.x:g}" y="{text.y:g}" dominant-baseline="middle"{_attributes(**said)}>'
    return f"{shape}{words}{escape(text.text)}</text>"


def _outline(area: Area) -> str:
    match area.outline:
        case Polygon(points):
            return f'polygon points="{" ".join(f"{point.x:g},{point.y:g}" for point in points)}"'
        case Rectangle(width, height):
            return f'rect width="{width:g}" height="{height:g}"'
        case Ellipse(x, y):
            return f'ellipse rx="{x:g}" ry="{y:g}"'
        case Circle(radius):
            return f'circle r="{radius:g}"'
        case None:
            return ""


def _title(text: str) -> str:
    return f"<title>{escape(text)}</title>" if text else ""


def _attributes(**values: str) -> str:
    """Attributes of an element, empty ones left out; underscores are hyphens."""
    return "".join(f' {name.replace("_", "-")}="{escape(value)}"' for name, value in values.items() if value)
