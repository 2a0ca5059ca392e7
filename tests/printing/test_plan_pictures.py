import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from msgspec.structs import replace

from engine.plan import files
from engine.plan.model import Area, AreaText, Category, Circle, Ellipse, Plan, Polygon, Position, Row, Seat, Size, Zone
from printing import plan_pictures
from printing.plan_pictures import SEATS_DRAWN_MAX, colors_of, hull, picture, safe_color

EXAMPLES = Path(__file__).parents[2] / "examples"
SVG = "{http://www.w3.org/2000/svg}"
SHOWN = {"svg", "title", "g", "path", "rect", "ellipse", "circle", "text"}
EVIL = '"/><script>alert(1)</script><a href="javascript:x">'


def hall(rows: int, seats: int) -> Plan:
    drawn = tuple(
        Row(f"{r}", 0, 80.0 * r, tuple(Seat(f"{r}-{n}", f"{n}", 50.0 * n, 0, "AB"[n % 20 > 9]) for n in range(seats)))
        for r in range(rows)
    )
    categories = (Category("A", "#123456"), Category("B"))
    return Plan("Hall", categories, (Zone("z", "Stalls", 0, 0, drawn),), Size(10, 10))


@pytest.mark.parametrize("name", ["theatre.json", "festival.json", "metalist-stadium.csv"])
def test_a_picture_is_small_and_only_shapes(name: str) -> None:
    drawn = picture(files.read((EXAMPLES / name).read_bytes()))
    assert len(drawn) < 80_000
    found = list(ElementTree.fromstring(drawn).iter())
    assert {element.tag.removeprefix(SVG) for element in found} <= SHOWN
    assert not {name for element in found for name in element.attrib if name.startswith("on") or "href" in name}


def test_few_seats_are_drawn_one_by_one_many_as_rows_too_many_as_zones(monkeypatch: pytest.MonkeyPatch) -> None:
    assert picture(hall(10, 30)).count(b"h0") == 300
    many = picture(hall(1 + SEATS_DRAWN_MAX // 100, 100))
    assert len(many) < 20_000 and many.count(b"M") >= 31 * 10 and b"Stalls" in many
    monkeypatch.setattr(plan_pictures, "ROWS_DRAWN_MAX", 10)
    zones = picture(hall(1 + SEATS_DRAWN_MAX // 100, 100))
    assert len(zones) < 1_000 and zones.count(b"<path") == 1


def test_what_is_written_in_a_plan_stays_text() -> None:
    plan = replace(hall(2, 3), name=EVIL, categories=(Category("A", "url(//x)"), Category("B", "red")))
    word = AreaText(EVIL, 0, 0, color="url(//x)")
    areas = (
        Area("a", 0, 0, 30, EVIL, Circle(5), "expression(1)", "url(//x)", word),
        Area("b", 0, 0, 0, EVIL, Polygon((Position(0, 0), Position(9, 0), Position(0, 9))), capacity=3, category="A"),
        Area("c", 0, 0, 0, "", Ellipse(5, 6), text=AreaText("Bar", 1, 1, size=8)),
    )
    drawn = picture(replace(plan, zones=(replace(plan.zones[0], name=EVIL, areas=areas),)))
    tags = {element.tag.removeprefix(SVG) for element in ElementTree.fromstring(drawn).iter()}
    assert tags <= SHOWN
    assert b"url(" not in drawn and b"expression" not in drawn and b"<script" not in drawn


def test_a_plan_of_nothing_is_a_picture_too() -> None:
    assert ElementTree.fromstring(picture(Plan("Empty", (), (), Size(0, 0)))).tag == f"{SVG}svg"


def test_colours_are_read_or_chosen() -> None:
    plan = hall(1, 1)
    assert colors_of(plan) == {"A": "#123456", "B": plan_pictures.PALETTE[1]}
    assert [safe_color(color) for color in ("#abc", "teal", "rgb(1,2,3)", "url(#a)", "")] == [
        "#abc",
        "teal",
        "",
        "",
        "",
    ]


def test_a_hull_holds_its_points() -> None:
    square = plan_pictures.np.array([(0, 0), (4, 0), (4, 4), (0, 4), (2, 2), (2, 0)], dtype=float)
    assert hull(square) == [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]
    assert not re.search(rb"nan|inf", picture(hall(1, 1)))
