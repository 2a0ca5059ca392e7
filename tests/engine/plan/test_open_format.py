"""What the open format can hold comes back as it was; what its schema refuses is refused."""

import json
from typing import Any

import pytest
from hypothesis import given

from engine.plan import open_format
from engine.plan.model import Plan, PlanRefused
from tests.engine.plan import drawings

POSITION = {"x": 1, "y": 2.5}
SEAT = {"seat_guid": "s-1", "seat_number": "1", "position": POSITION, "category": "Stalls"}
AREA = {"shape": "text", "text": {"text": "Stage", "position": POSITION}}
ZONE = {"name": "Stalls", "position": POSITION, "rows": [{"row_number": "A", "seats": [SEAT]}], "areas": [AREA]}
PLAN = {"name": "Hall", "categories": [{"name": "Stalls"}], "zones": [ZONE], "size": {"width": 600, "height": 400}}

# Every field of the format, as a plan that uses them all.
FULL = {
    "name": "Hall",
    "categories": [{"name": "Stalls", "color": "#7f4a91"}],
    "zones": [
        {
            "name": "Parquet",
            "zone_id": "parquet",
            "uuid": "3a46c2f2-0f2b-4c5e-8b6e-6a3f1c8b0001",
            "position": {"x": 10.5, "y": -3.25},
            "rows": [
                {
                    "row_number": "A",
                    "row_label": "Row A",
                    "seat_label": "Seat %s",
                    "uuid": "3a46c2f2-0f2b-4c5e-8b6e-6a3f1c8b0002",
                    "row_number_position": "both",
                    "position": {"x": 0.0, "y": 20.0},
                    "seats": [
                        {
                            "seat_guid": "A-1",
                            "seat_number": "1",
                            "uuid": "3a46c2f2-0f2b-4c5e-8b6e-6a3f1c8b0003",
                            "start_direction": "<>",
                            "radius": 0,
                            "position": {"x": 25.0, "y": 0.0},
                            "category": "Stalls",
                        }
                    ],
                }
            ],
            "areas": [
                {
                    "shape": "polygon",
                    "color": "#eee",
                    "border_color": "rgba(0, 0, 0, 0.5)",
                    "rotation": -45.5,
                    "position": {"x": 5.0, "y": 5.0},
                    "uuid": "3a46c2f2-0f2b-4c5e-8b6e-6a3f1c8b0004",
                    "polygon": {"points": [{"x": 0.0, "y": 0.0}, {"x": 10.0, "y": 0.0}, {"x": 5.0, "y": 7.5}]},
                    "text": {"text": "Stage", "position": {"x": 1.0, "y": 1.0}, "color": "black", "size": 16},
                },
                {
                    "shape": "rectangle",
                    "position": {"x": 0.0, "y": 0.0},
                    "uuid": "3a46c2f2-0f2b-4c5e-8b6e-6a3f1c8b0005",
                    "rectangle": {"width": 100, "height": 50},
                },
                {
                    "shape": "ellipse",
                    "position": {"x": 0.0, "y": 0.0},
                    "uuid": "3a46c2f2-0f2b-4c5e-8b6e-6a3f1c8b0006",
                    "ellipse": {"radius": {"x": 12.5, "y": 8.0}},
                },
                {
                    "shape": "circle",
                    "position": {"x": 0.0, "y": 0.0},
                    "uuid": "3a46c2f2-0f2b-4c5e-8b6e-6a3f1c8b0007",
                    "circle": {"radius": 30},
                },
                {
                    "shape": "text",
                    "position": {"x": 0.0, "y": 0.0},
                    "uuid": "3a46c2f2-0f2b-4c5e-8b6e-6a3f1c8b0008",
                    "text": {"text": "Bar\nFoyer", "position": {"x": 0.0, "y": 0.0}},
                },
            ],
        }
    ],
    "size": {"width": 600, "height": 400},
}


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


def test_every_field_of_the_format_survives() -> None:
    assert json.loads(open_format.write(open_format.read(json.dumps(FULL).encode()))) == FULL


@given(drawings.plain_plans)
def test_what_the_format_holds_comes_back(plan: Plan) -> None:
    assert open_format.read(open_format.write(plan)) == plan


@given(drawings.plans)
def test_what_it_cannot_hold_is_all_that_is_lost(plan: Plan) -> None:
    once = open_format.read(open_format.write(plan))
    assert open_format.read(open_format.write(once)) == once
    assert [(seat.id, seat.label, seat.x, seat.y) for seat in once.seats()] == [
        (seat.id, seat.label, seat.x, seat.y) for seat in plan.seats()
    ]


def test_optional_fields_may_be_absent_or_null() -> None:
    row = {"row_number": "A", "row_label": None, "seat_label": None, "row_number_position": None, "seats": [SEAT]}
    assert open_format.read(changed("zones.0.rows.0", row)) == open_format.read(json.dumps(PLAN).encode())


def test_a_zone_without_id_goes_by_its_name_and_an_area_by_its_zone() -> None:
    zone = open_format.read(json.dumps(PLAN).encode()).zones[0]
    assert (zone.id, zone.areas[0].id) == ("Stalls", "Stalls-area-0")


def test_a_shape_that_is_not_said_is_the_one_there_is() -> None:
    area = {"circle": {"radius": 7}}
    plan = open_format.read(changed("zones.0.areas", [area]))
    assert json.loads(open_format.write(plan))["zones"][0]["areas"][0]["shape"] == "circle"


MALFORMED = {
    "unknown field": (changed("zones.0.rows.0.seats.0.wheelchair", True), "zones[0].rows[0].seats[0]"),
    "ours, not theirs": (changed("focal_point", [1, 2]), "the top of the file"),
    "no name": (changed("name", ...), "the top of the file"),
    "no size": (changed("size", ...), "the top of the file"),
    "no category": (changed("zones.0.rows.0.seats.0.category", ...), "zones[0].rows[0].seats[0]"),
    "no guid": (changed("zones.0.rows.0.seats.0.seat_guid", ...), "zones[0].rows[0].seats[0]"),
    "no row number": (changed("zones.0.rows.0.row_number", ...), "zones[0].rows[0]"),
    "no zone position": (changed("zones.0.position", ...), "zones[0]"),
    "half a position": (changed("zones.0.position", {"x": 1}), "zones[0].position"),
    "a fractional radius": (changed("zones.0.rows.0.seats.0.radius", 9.5), "zones[0].rows[0].seats[0].radius"),
    "a direction": (
        changed("zones.0.rows.0.seats.0.start_direction", "^"),
        "zones[0].rows[0].seats[0].start_direction",
    ),
    "a fractional size": (changed("size.width", 600.5), "size.width"),
    "shape without outline": (changed("zones.0.areas.0.shape", "polygon"), "zones[0].areas[0]"),
    "a text without words": (changed("zones.0.areas.0.text", {"position": POSITION}), "zones[0].areas[0].text"),
    "infinitely far": (changed("zones.0.position.x", 1e12), "zones[0].position.x"),
    "many categories": (changed("categories", [{"name": str(n)} for n in range(65)]), "categories"),
    "a control character": (changed("zones.0.name", "a\x1bb"), "zones[0].id"),
    "cut off": (json.dumps(PLAN).encode()[:-1], "line 1, column"),
}


@pytest.mark.parametrize(("data", "where"), MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_files_are_refused_with_their_place(data: bytes, where: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        open_format.read(data)
    assert refused.value.where.startswith(where)
    assert refused.value.message.endswith(".")
