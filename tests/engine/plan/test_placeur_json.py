"""One plan, one spelling; anything else is refused in one sentence that says where."""

import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import given

from engine.plan import placeur_json
from engine.plan.model import Attribute, Plan, PlanRefused, Position, Row, Seat, Size, Zone
from tests.engine.plan import drawings

SEAT = {"id": "s", "label": "1", "x": 0, "y": 0, "category": "c"}
ROW = {"label": "A", "x": 0, "y": 0, "seats": [SEAT]}
ZONE = {"id": "z", "name": "Zone", "x": 0, "y": 0, "rows": [ROW]}
PLAN = {"name": "Plan", "categories": [{"name": "c"}], "zones": [ZONE], "size": {"width": 9, "height": 9}}


def changed(path: str, value: Any) -> bytes:
    """The small plan with the value at a dotted path set, or taken away by ..."""
    document = json.loads(json.dumps(PLAN))
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    parent = document
    for step in way:
        parent = parent[step]
    if value is ...:
        del parent[last]
    else:
        parent[last] = value
    return json.dumps(document).encode()


@given(drawings.plans)
def test_a_plan_reads_back_from_its_spelling(plan: Plan) -> None:
    document = placeur_json.write(plan)
    assert placeur_json.read(document) == plan
    assert placeur_json.write(placeur_json.read(document)) == document


@given(drawings.plans)
def test_spaces_order_and_signs_of_zero_do_not_change_the_name(plan: Plan) -> None:
    document = placeur_json.write(plan)
    loose = re.sub(r" 0\.0(?=[,\n])", " -0.0", json.dumps(json.loads(document), indent=2, sort_keys=True))
    assert placeur_json.name(placeur_json.write(placeur_json.read(loose.encode()))) == placeur_json.name(document)


def test_numbers_drawn_as_integers_are_spelt_as_floats() -> None:
    whole = Zone("z", "Zone", 0, -0.0, rows=(Row("A", 1, 2, (Seat("s", "1", 3, 4, "c"),)),))
    broken = Zone("z", "Zone", 0.0, 0.0, rows=(Row("A", 1.0, 2.0, (Seat("s", "1", 3.0, 4.0, "c"),)),))
    spellings = {placeur_json.write(Plan("", (), (zone,), Size(1, 1), Position(5, 5))) for zone in (whole, broken)}
    assert len(spellings) == 1


def test_a_seat_without_a_photo_says_nothing_of_one() -> None:
    """Plans that were kept before seats could name photos have the name that they had."""
    seats = (Seat("s", "1", 0, 0, "c", (Attribute.RESTRICTED_VIEW,), note="A pillar."), Seat("t", "2", 50, 0, "c"))
    plan = Plan("Hall", (), (Zone("z", "Zone", 0, 0, (Row("A", 0, 0, seats),)),), Size(1, 1))
    document = placeur_json.write(plan)
    assert placeur_json.name(document).hex().startswith("218b99a111b2f019")
    pictured = document.replace(b'"A pillar."', b'"A pillar.","photo":"%b"' % (b"5e" * 32))
    assert placeur_json.write(placeur_json.read(pictured)) == pictured, "it stands after the note"
    assert placeur_json.read(pictured).photos() == {"5e" * 32} and not plan.photos()


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    document = json.dumps(PLAN, indent=1).replace("\n", "\r\n").encode()
    assert placeur_json.read(b"\xef\xbb\xbf" + document) == placeur_json.read(document)


def test_no_plan_is_written_that_would_not_be_read() -> None:
    with pytest.raises(PlanRefused):
        placeur_json.write(Plan("", (), (Zone("z", "", float("nan"), 0),), Size(1, 1)))


def test_a_file_that_is_cut_off_is_told_so_whatever_it_says_before() -> None:
    for whole in (changed("hat", [1, -25.5, "\u00e9"]), changed("format", "placeur-plan-9")):
        for length in range(1, len(whole)):
            with pytest.raises(PlanRefused, match="cut off"):
                placeur_json.read(whole[:length])


DEEP = b"[" * 1_000_000
MALFORMED = {
    "empty": (b"", "line 1, column 1"),
    "cut off": (json.dumps(PLAN, indent=1).encode()[:60], "line 7, column 2"),
    "not JSON": (b'{"name": "Plan",\n  "zones": oops}', "line 2, column 12"),
    "two documents": (json.dumps(PLAN).encode() + b" {}", "line 1, column"),
    "NaN": (changed("zones.0.x", float("nan")), "line 1, column"),
    "infinity": (changed("zones.0.x", float("inf")), "line 1, column"),
    "not UTF-8": (changed("name", "cafe").replace(b"cafe", b"caf\xe9"), "line 1, column 14"),
    "UTF-16": (json.dumps(PLAN).encode("utf-16"), "line 1, column 1"),
    "half a surrogate": (changed("name", "x").replace(b'"x"', b'"\\ud800"', 1), "line 1, column"),
    "nested at the top": (DEEP, "the top of the file"),
    "nested inside": (b'{"name": ' + DEEP, "name"),
    "nested objects": (b'{"zones": [{"areas": [{"outline": ' + b'{"a":' * 1_000_000, ""),
    "a list": (b"[]", "the top of the file"),
    "another format": (changed("format", "placeur-plan-9"), "format"),
    "unknown field": (changed("zones.0.rows.0.hat", 1), "zones[0].rows[0]"),
    "no size": (changed("size", ...), "the top of the file"),
    "no seat id": (changed("zones.0.rows.0.seats.0.id", ...), "zones[0].rows[0].seats[0]"),
    "a number as a label": (changed("zones.0.rows.0.seats.0.label", 1), "zones[0].rows[0].seats[0].label"),
    "null": (changed("zones.0.rows", None), "zones[0].rows"),
    "text for a number": (changed("zones.0.x", "1"), "zones[0].x"),
    "a huge number": (changed("zones.0.x", 1e300), "zones[0].x"),
    "a number beyond floats": (changed("zones.0.x", 12345).replace(b"12345", b"1e999"), "zones[0].x"),
    "four hundred digits": (changed("zones.0.x", 10**400), "zones[0].x"),
    "far away": (changed("zones.0.rows.0.seats.0.x", 300_001), "zones[0].rows[0].seats[0].x"),
    "a long name": (changed("name", "n" * 201), "name"),
    "a fractional size": (changed("size.width", 1.5), "size.width"),
    "a negative size": (changed("size.width", -1), "size.width"),
    "no such attribute": (
        changed("zones.0.rows.0.seats.0.attributes", ["sofa"]),
        "zones[0].rows[0].seats[0].attributes",
    ),
    "no such shape": (
        changed("zones.0.areas", [{"id": "a", "x": 0, "y": 0, "rotation": 0, "outline": {"shape": "fog"}}]),
        "zones[0].areas[0].outline",
    ),
    "a colour that is code": (changed("categories.0.color", "red;url(x:y)"), "categories[0].color"),
    "many categories": (changed("categories", [{"name": str(n)} for n in range(65)]), "categories"),
    "too many places": (
        changed(
            "zones.0.areas", [{"id": str(n), "x": 0, "y": 0, "rotation": 0, "capacity": 600_000} for n in range(2)]
        ),
        "zones",
    ),
    "a photo that no file has": (
        changed("zones.0.rows.0.seats.0.photo", "view.jpg"),
        "zones[0].rows[0].seats[0].photo",
    ),
    "a control character": (changed("zones.0.rows.0.label", "A\x07"), "zones[0].rows[0].label"),
    "a raw control character": (changed("name", "Pl?n").replace(b"?", b"\x00"), "line 1, column 13"),
    "a line end in a name": (changed("name", "a\nb"), "name"),
    "text turned round": (changed("name", "a\u202eb"), "name"),
}


@pytest.mark.parametrize(("data", "where"), MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_files_are_refused_with_their_place(data: bytes, where: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        placeur_json.read(data)
    assert refused.value.where.startswith(where)
    assert refused.value.message.endswith(".")
    assert "\n" not in refused.value.message
    assert "`$" not in refused.value.message


def test_a_note_may_have_lines_and_backslashes_are_no_control_characters() -> None:
    plan = placeur_json.read(changed("note", "one\ntwo \\u0007"))
    assert plan.note == "one\ntwo \\u0007"


def test_too_many_seats_are_refused() -> None:
    row = Row("A", 0, 0, tuple(Seat(str(number), "", 0, 0, "c") for number in range(101_000)))
    data = msgspec.json.encode(Plan("", (), (Zone("z", "", 0, 0, rows=(row, row)),), Size(1, 1)))
    with pytest.raises(PlanRefused, match="at most 200,000 seats"):
        placeur_json.read(data)


def test_a_huge_file_is_not_even_parsed() -> None:
    with pytest.raises(PlanRefused, match="bytes"):
        placeur_json.read(b" " * (64 * 1024 * 1024 + 1))
