"""Drawings as programs write them, whatever is inside what; and what is refused of them."""

import math
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.plan import doctor, files, placeur_json, svg, svg_tree
from engine.plan.model import Area, Attribute, Circle, Ellipse, Plan, PlanRefused, Polygon, Rectangle

DRAWINGS = Path(__file__).parent / "svg"
EXAMPLES = Path(__file__).parents[3] / "examples"

Labels = list[tuple[str, str, list[str]]]


def labels(plan: Plan) -> Labels:
    """(zone, row, seats) of every row."""
    return [(zone.name, row.label, [seat.label for seat in row.seats]) for zone in plan.zones for row in zone.rows]


def drawn(inside: str, attributes: str = 'viewBox="0 0 1000 1000"') -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inside}</svg>'.encode()


def circles(count: int, y: float = 0, element: str = '<circle cx="{x}" cy="{y}" r="8"/>') -> str:
    return "".join(element.format(x=22 * number, y=y, number=number + 1) for number in range(count))


def example(name: str) -> Plan:
    data = (DRAWINGS / name).read_bytes()
    plan = svg.read(data)
    assert svg.read(data) == plan, "the same file gives the same ids"
    assert doctor.examine(plan)[1] == (), "nothing has to be mended"
    assert placeur_json.read(placeur_json.write(plan)) == plan
    return plan


def numbers(count: int, first: int = 1, step: int = 1) -> list[str]:
    return [str(first + step * index) for index in range(count)]


def areas(plan: Plan) -> dict[str, Area]:
    return {area.id: area for zone in plan.zones for area in zone.areas}


def test_inkscape_names_zones_and_rows_by_labels_and_wraps_all_in_a_layer() -> None:
    plan = example("inkscape.svg")
    assert plan.name == "Théâtre du Parc"
    assert labels(plan) == [
        *(("Stalls", row, numbers(12)) for row in "ABCD"),
        *(("Balcony", row, numbers(10)) for row in "AB"),
    ]
    assert {seat.id for seat in plan.zones[1].rows[0].seats} == {f"circle1000{number:02}" for number in range(12)}
    assert [(category.name, category.color) for category in plan.categories] == [
        ("Standing", "#000000"), ("Category 1", "#17a589"), ("Category 2", "#2471a3"),
    ]  # fmt: skip
    found = areas(plan)
    assert found["standing"].capacity == 150 and found["standing"].name == "Standing area"
    assert found["rect31"].outline == Rectangle(586.7, 146.7) and "rect1" not in found, "paper is no area"
    stage, front = plan.focus, plan.zones[1].rows[0]
    assert plan.zones[1].y + front.y > stage.y and plan.capacity == 68 + 150


def test_illustrator_styles_by_class_and_writes_numbers_on_seats() -> None:
    plan = example("illustrator.svg")
    assert labels(plan) == [
        *(("Parterre gauche", row, numbers(8, 16, -2)) for row in "ABC"),
        *(("Parterre droite", row, numbers(8, 1, 2)) for row in "ABC"),
    ]
    assert [(category.name, category.color) for category in plan.categories] == [
        ("Category 1", "#009fe3"), ("Category 2", "#e30613"),
    ]  # fmt: skip
    stage, walls = areas(plan).values()
    assert isinstance(stage.outline, Polygon) and (stage.color, walls.border_color) == ("#dadada", "#1d1d1b")
    assert all(zone.areas == () for zone in plan.zones[1:]), "the numbers are labels now"


def test_seats_that_a_symbol_draws_are_known_by_their_use() -> None:
    plan = example("use.svg")
    assert labels(plan) == [
        *(("Club", row, numbers(9)) for row in "ABCD"),
        ("benches", "A", numbers(3)),
        ("benches", "B", numbers(3)),
    ]
    assert plan.zones[1].rows[0].seats[0].id == "seat_A_1" and set(areas(plan)) == {"screen"}
    first, second = plan.zones[1].rows[0].seats[:2]
    assert second.x - first.x == pytest.approx(55, abs=0.1)


def test_turned_blocks_face_the_stage() -> None:
    plan = example("rotated.svg")
    assert labels(plan) == [(name, row, numbers(7)) for name in ("left", "middle", "right") for row in "ABCDE"]
    left, _, right = plan.zones[1:]
    assert left.rows[0].seats[-1].y > 0 > right.rows[0].seats[-1].y
    for zone in (left, right):
        far = [math.dist((zone.x + row.x, zone.y + row.y), (plan.focus.x, plan.focus.y)) for row in zone.rows]
        assert far == sorted(far)


def test_curved_rows_are_followed_across_their_aisle() -> None:
    plan = example("curved.svg")
    rows = list(plan.rows())
    assert [row.label for row in rows] == list("ABCDEFGH")
    assert [len(row.seats) for row in rows] == [int(math.radians(120) * (250 + 48 * k) / 52) * 2 for k in range(8)]
    for row in rows:
        assert [seat.aisle_after for seat in row.seats].index(True) == len(row.seats) / 2 - 1
        assert [seat.x for seat in row.seats] == sorted(seat.x for seat in row.seats)
    assert [seat.category for seat in (rows[0].seats[0], rows[3].seats[0])] == ["Category 2", "Category 1"]


def test_data_attributes_and_classes_win() -> None:
    plan = svg.read(
        drawn(
            '<g id="block" data-zone="Balcony">'
            '<rect class="seat wheelchair" x="0" y="0" width="90" height="30" data-row="Z" data-seat="9b"/>'
            '<path class="seat" d="M100 0h20v20h-20z" data-row="Z" data-seat="8"/></g>'
            '<g data-row="1" data-category="Best">' + circles(3, 100) + "</g>"
            '<rect id="lawn" width="300" height="200" y="300" data-capacity="40" data-category="Lawn"/>'
        )
    )
    assert labels(plan) == [("Balcony", "Z", ["9b", "8"]), ("Hall", "1", ["1", "2", "3"])]
    zone = plan.zones[1]
    assert zone.rows[0].seats[0].attributes == (Attribute.WHEELCHAIR,)
    assert [category.name for category in plan.categories] == ["Best", "Lawn", "Category 1"]
    assert areas(plan)["lawn"].capacity == 40


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (circles(3), [("Hall", "A", ["1", "2", "3"])]),
        (f'<g id="row-B">{circles(2)}</g><g id="Row_C">{circles(2, 30)}</g>',
         [("Hall", "B", ["1", "2"]), ("Hall", "C", ["1", "2"])]),
        (f'<g id="A">{circles(2)}</g><g id="B">{circles(2, 30)}</g>',
         [("Hall", "A", ["1", "2"]), ("Hall", "B", ["1", "2"])]),
        (f'<g id="g12"><g id="P"><g>{circles(2)}</g><g>{circles(2, 30)}</g></g></g>',
         [("P", "A", ["1", "2"]), ("P", "B", ["1", "2"])]),
        (circles(3, 0, '<circle id="A-{number}" cx="-{x}" cy="{y}" r="8"/>')
         + circles(3, 90, '<circle id="B-{number}" cx="-{x}" cy="{y}" r="8"/>'),
         [("Hall", "A", ["3", "2", "1"]), ("Hall", "B", ["3", "2", "1"])]),
        (circles(3, 0, '<g id="seat_A_{number}"><circle cx="{x}" r="8"/><circle cx="{x}" cy="{y}" r="2"/></g>'),
         [("Hall", "A", ["1", "2", "3"])]),
        (circles(3, 0, '<circle cx="{x}" cy="{y}" r="8"><title>Rang D, place 10{number}</title></circle>'),
         [("Hall", "D", ["101", "102", "103"])]),
        (circles(3) + circles(3), [("Hall", "A", ["1", "2", "3"])]),
        (circles(2) + '<circle cx="500" r="120"/>' + circles(1, 30), [("Hall", "A", ["1", "2"]), ("Hall", "B", ["1"])]),
        (f'<g style="display:none">{circles(9, 50)}</g>{circles(2)}', [("Hall", "A", ["1", "2"])]),
        (f'<g id="Tisch 4"><circle r="40"/>{circles(2)}</g>{circles(4, 200)}',
         [("Hall", "Tisch 4", ["1", "2"]), ("Hall", "A", ["1", "2", "3", "4"])]),
    ],
)  # fmt: skip
def test_names_and_places_tell_rows(inside: str, expected: Labels) -> None:
    assert labels(svg.read(drawn(inside))) == expected


def test_a_group_called_a_table_is_one() -> None:
    seats = "".join(f'<circle cx="{30 * x}" cy="{30 * y}" r="8"/>' for x, y in ((1, 0), (0, 1), (-1, 0), (0, -1)))
    plan = svg.read(drawn(f'<g id="Table_7"><circle r="20"/>{seats}</g>' + circles(4, 300)))
    (table,) = plan.zones[1].tables
    assert (table.label, len(table.seats)) == ("Table 7", 4) and not any(seat.aisle_after for seat in plan.seats())


def test_a_stage_below_turns_the_house_round() -> None:
    below = f'<rect id="Bühne" y="300" width="60" height="20"/>{circles(3)}{circles(2, 40)}'
    plan = svg.read(drawn(below))
    assert [len(row.seats) for row in plan.rows()] == [2, 3]
    assert [seat.x for seat in next(plan.rows()).seats] == [0, -55]


@pytest.mark.parametrize(
    ("attributes", "radius", "step"),
    [
        ('width="1000cm" viewBox="0 0 1000 1000" height="1000cm"', 20, 60),
        ('width="10m" height="9"', None, None),
        ('width="210mm" height="210mm" viewBox="0 0 1000 1000"', 20, 55),
        ('width="1000" height="1000"', 20, 55),
    ],
)
def test_lengths_are_centimetres_where_they_may_be(attributes: str, radius: float | None, step: float) -> None:
    seats = "".join(f'<circle cx="{60 * number}" cy="9" r="20"/>' for number in range(4))
    if radius is None:
        with pytest.raises(PlanRefused, match="The width 10m is not a length"):
            svg.read(drawn(seats, attributes))
    else:
        seat = next(svg.read(drawn(seats, attributes)).rows()).seats[1]
        assert seat.x == pytest.approx(step, abs=0.1)


def test_shapes_keep_their_kind_under_transforms() -> None:
    plan = svg.read(
        drawn(
            circles(4)
            + '<circle id="round" r="50" cy="300" transform="rotate(20)"/>'
            + '<circle id="oval" r="50" cy="300" transform="scale(2 1)"/>'
            + '<rect id="turned" width="90" height="40" y="300" transform="rotate(30)"/>'
            + '<polygon id="corner" points="0,200 100,200 0,300"/>'
        )
    )
    found = {key: area.outline for key, area in areas(plan).items()}
    assert found["round"] == Circle(125.0) and found["oval"] == Ellipse(250.0, 125.0)
    assert isinstance(found["turned"], Polygon) and len(found["turned"].points) == 4
    assert isinstance(found["corner"], Polygon) and len(found["corner"].points) == 3


@pytest.mark.parametrize("name", ["theatre.json", "festival.json"])
def test_an_example_comes_back_from_its_drawing(name: str) -> None:
    plan = placeur_json.read((EXAMPLES / name).read_bytes())
    again = svg.read(files.write(plan, files.Format.SVG))

    def seats(of: Plan) -> dict[str, tuple[float, float, str, str, str]]:
        return {
            seat.id: (zone.x + row.x + seat.x, zone.y + row.y + seat.y, row.label, seat.label, seat.category)
            for zone in of.zones for row in zone.rows for seat in row.seats
        }  # fmt: skip

    before, after = seats(plan), seats(again)
    assert before.keys() == after.keys() and plan.capacity == again.capacity
    moved = {(round(after[key][0] - x), round(after[key][1] - y)) for key, (x, y, *_) in before.items()}
    assert len(moved) <= 4, "everything by the same step"
    assert {key: seat[2:] for key, seat in before.items()} == {key: seat[2:] for key, seat in after.items()}


Matrix = tuple[float, float, float, float, float, float]
parts = st.floats(-3, 3, allow_nan=False)
matrices = st.tuples(parts, parts, parts, parts, st.floats(-900, 900), st.floats(-900, 900)).filter(
    lambda m: abs(m[0] * m[3] - m[1] * m[2]) > 0.3
)


def inverse(m: Matrix) -> Matrix:
    a, b, c, d, e, f = m
    by = a * d - b * c
    return (d / by, -b / by, -c / by, a / by, (c * f - d * e) / by, (b * e - a * f) / by)


def spelt(m: Matrix) -> str:
    return "matrix(" + " ".join(f"{value:.12g}" for value in m) + ")"


def hall(around: Callable[[str, int], str]) -> bytes:
    """A stage and a zone of three rows, each group's inside put into something."""
    rows = "".join(
        f'<g id="row-{row}">{around(circles(5 + at, 100 + 40 * at), at)}</g>' for at, row in enumerate("ABC")
    )
    return drawn(f'<rect id="stage" x="20" y="-60" width="80" height="20"/><g id="Stalls">{around(rows, 9)}</g>')


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([0, 1, 2, 9]), st.lists(matrices, max_size=3)))
def test_a_hall_is_the_same_however_its_transforms_are_nested(nested: dict[int, list[Matrix]]) -> None:
    def around(inside: str, at: int) -> str:
        for m in nested.get(at, ()):
            inside = f'<g transform="{spelt(m)}"><g transform="{spelt(inverse(m))}">{inside}</g></g>'
        return inside

    plain = svg.read(hall(lambda inside, at: inside))
    plan = svg.read(hall(around))
    assert labels(plan) == labels(plain) == [("Stalls", row, numbers(5 + at)) for at, row in enumerate("ABC")]
    for row, other in zip(plan.rows(), plain.rows(), strict=True):
        assert [seat.id for seat in row.seats] == [seat.id for seat in other.seats]
        assert [seat.x for seat in row.seats] == pytest.approx([seat.x for seat in other.seats], abs=0.2)


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 360), st.floats(0.05, 20), st.floats(-5_000, 5_000), st.floats(-5_000, 5_000))
def test_a_hall_is_the_same_however_it_is_turned_and_scaled(turn: float, scale: float, x: float, y: float) -> None:
    inside = hall(lambda rows, at: rows if at == 9 else rows.replace("<circle", '<circle fill="red"')).decode()
    start, end = inside.index(">") + 1, inside.rindex("</svg>")
    moved = f'<g transform="translate({x} {y}) rotate({turn}) scale({scale})">{inside[start:end]}</g>'
    assert labels(svg.read(drawn(moved))) == labels(svg.read(inside.encode()))


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 360), st.permutations(range(60)), st.sampled_from([(22, 22), (22, 40), (30, 24)]))
def test_loose_seats_are_gathered_whichever_way_they_stand(
    turn: float, order: list[int], steps: tuple[int, int]
) -> None:
    assume(steps[0] <= steps[1] or min(turn % 90, -turn % 90) > 0)
    spots = [(steps[0] * (number % 12), 200 + steps[1] * (number // 12)) for number in order]
    seats = "".join(f'<circle cx="{x}" cy="{y}" r="8"/>' for x, y in spots)
    stage = '<rect id="stage" x="71" y="-10" width="100" height="20"/>'
    plan = svg.read(drawn(f'<g transform="rotate({turn})">{stage}{seats}</g>'))
    expected = [("Hall", row, numbers(12)) for row in "ABCDE"]
    assert labels(plan) == expected or steps == (30, 24)


REFUSED = {
    "nothing": (b"<", "cut off", "line 1, column 1"),
    "cut off": (drawn(circles(3))[:-9], "cut off", "line 1"),
    "crossed": (drawn("\n<g><a></g>"), "not XML: mismatched tag", "line 2, column 9"),
    "a page": (b"<!DOCTYPE html>\n<html></html>", "outermost element is html", "line 2, column 1"),
    "entities": (b'<!DOCTYPE svg [<!ENTITY a "aa">]>\n<svg>&a;</svg>', "declares entities", "line 1, column 27"),
    "a file of ours": (
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>', "declares entities", "line 1"
    ),
    "encoding": (b'<?xml version="1.0" encoding="klingon"?><svg/>', "unknown encoding", "line 1"),
    "no seats": (drawn('<path d="M0 0h9v9z"/>'), "No seats were found", ""),
    "empty": (drawn(""), "No seats were found", ""),
    "deep": (drawn("<g>" * 100 + "</g>" * 100), "at most 100 elements inside", "line 1"),
    "a use of itself": (drawn('<g id="a"><use href="#a"/></g>'), "at most 100 elements inside", "line 1"),
    "unfolding": (
        drawn(
            "".join(f'<g id="u{n}">' + f'<use href="#u{n - 1}"/>' * 10 + "</g>" for n in range(1, 9))
            + '<g id="u0"><circle r="1"/></g>'
        ),
        "at most 500,000 elements, counting", "line 1",
    ),
    "a transform": (drawn(f'<g transform="spin(3)">{circles(2)}</g>'), "transform spin", "line 1"),
    "a transform of too little": (drawn(f'<g transform="matrix(1 2)">{circles(2)}</g>'), "transform matrix", "line 1"),
    "a length": (drawn('\n<circle r="nan"/>'), "The r nan is not a length", "line 2, column 1"),
    "a view box": (drawn(circles(2), 'viewBox="0 0 9"'), "not four numbers", "line 1, column 1"),
    "far away": (drawn(circles(3) + '<circle cx="1e300" r="8"/>'), "too far away", "line 1"),
    "infinite": (drawn(circles(3) + '<circle cx="1e999" r="8"/>'), "too far away", "line 1"),
    "a capacity": (drawn(circles(3) + '<rect width="99" height="99" data-capacity="-4"/>'), "data-capacity -4", "line"),
    "compressed": (b"\x1f\x8b\x08", "compressed", ""),
    "styles": (drawn("<style>" + " " * 1_000_001 + "</style>"), "at most 1,000,000 characters", "line 1"),
}  # fmt: skip


@pytest.mark.parametrize(("data", "told", "where"), REFUSED.values(), ids=REFUSED.keys())
def test_what_is_no_drawing_of_a_hall_is_refused(data: bytes, told: str, where: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        svg.read(data)
    assert told in refused.value.message and refused.value.message.endswith(".")
    assert refused.value.where.startswith(where) and bool(where) == bool(refused.value.where)


def test_a_drawing_with_too_many_elements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(svg_tree, "ELEMENTS_MAX", 10)
    with pytest.raises(PlanRefused, match="at most 10 elements"):
        svg.read(drawn(circles(10)))


def test_what_could_run_or_fetch_is_passed_over() -> None:
    plan = svg.read(
        drawn(
            '<script>alert(1)</script><foreignObject><circle r="8"/></foreignObject>'
            '<image href="http://example.com/x.png" width="9" height="9"/><use href="http://example.com/#a"/>'
            + circles(2)
        )
    )
    assert plan.seat_count == 2 and not areas(plan)


@given(st.binary(max_size=60), st.integers(0, 4_000))
def test_a_broken_drawing_is_read_or_refused(noise: bytes, at: int) -> None:
    data = (DRAWINGS / "use.svg").read_bytes()
    try:
        placeur_json.write(doctor.examine(svg.read(data[:at] + noise + data[at + len(noise) :]))[0])
    except PlanRefused as refused:
        assert refused.message.endswith(".")


def test_words_that_cannot_be_seen_are_left_out() -> None:
    plan = svg.read(
        drawn("<title>A\u202eb\u0085</title>" + circles(2, 0, '<circle id="\u202e{number}" cx="{x}" r="8"/>'))
    )
    assert plan.name == "A b" and plan.zones[0].rows[0].seats[0].id == "a-b-A-1"


def test_more_colours_than_categories_join_the_nearest() -> None:
    shades = "".join(f'<circle cx="{22 * n}" r="8" fill="#{n:02x}0000"/>' for n in range(80))
    assert len(svg.read(drawn(shades)).categories) == 64


def test_a_stadium_is_read_in_seconds() -> None:
    row = circles(40)
    rows = "".join(f'<g id="row-{number}" transform="translate(0 {30 * number})">{row}</g>' for number in range(25))
    sectors = (f'<g id="s{n}" transform="translate({n % 8 * 1000} {n // 8 * 900})">{rows}</g>' for n in range(40))
    data = drawn("".join(sectors))
    start = time.process_time()
    plan = svg.read(data)
    assert plan.seat_count == 40_000 and sum(len(zone.rows) for zone in plan.zones) == 1_000
    assert time.process_time() - start < 15, "some 3 s on a slow core of its own"
