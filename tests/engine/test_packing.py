"""What the search is given of a plan: every seat once, in order, with its aisles, tables, neighbours and cost."""

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from msgspec.structs import replace

from engine import packing
from engine.core import packed
from engine.core.packed import PackedPlan
from engine.plan import places
from engine.plan.doctor import examine
from engine.plan.model import Area, Attribute, Category, Plan, Position, Row, Seat, Size, Table, Zone
from examples.draw_festival import festival
from examples.draw_theatre import theatre
from tests.engine.plan import drawings


def seat(seat_id: str, x: float, **fields: Any) -> Seat:
    return replace(Seat(seat_id, seat_id, x, 0.0, "c"), **fields)


def hall(*rows: Row, **fields: Any) -> Plan:
    zone = replace(Zone("z", "Stalls", 0, 0, rows=rows), **fields)
    return Plan("Hall", (Category("b"), Category("c")), (zone,), Size(100, 100), Position(100, -100))


@pytest.fixture
def given_to_the_search(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Packs a plan and returns the arrays that PackedPlan is built from, as a dictionary."""

    def arrays(plan: Plan) -> dict[str, Any]:
        taken: dict[str, Any] = {}

        def record(place_count: int, **fields: Any) -> PackedPlan:
            taken.update(fields, place_count=place_count)
            return PackedPlan(place_count, **fields)

        monkeypatch.setattr(packing, "PackedPlan", record)
        packing.pack(plan, places.first(plan))
        return taken

    return arrays


@given(drawings.plans)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_every_place_of_a_sound_plan_is_packed_once(drawn: Plan) -> None:
    plan, _ = examine(drawn)
    listed = places.first(plan)
    house = packing.pack(plan, listed)
    numbers = listed.seat_places()
    assert house.place_count == plan.capacity
    assert sorted(house.seat_of(numbers[drawn_seat.id]) for drawn_seat in plan.seats()) == list(range(plan.seat_count))
    names = [category.name for category in plan.categories]
    assert all(house.category_of(numbers[s.id]) == names.index(s.category) for s in plan.seats())


def test_a_removed_seat_is_a_tombstone_and_a_new_one_comes_last() -> None:
    before = hall(Row("A", 0, 0, (seat("a", 0), seat("b", 50), seat("c", 100))))
    after = hall(Row("A", 0, 0, (seat("a", 0), seat("d", 50), seat("c", 100))))
    house = packing.pack(after, places.follow(places.first(before), after))
    assert [house.seat_of(place) for place in range(4)] == [0, -1, 2, 1]


def test_rows_break_at_aisles_and_at_gaps(given_to_the_search: Any) -> None:
    row = Row(
        "A", 0, 0, (seat("a", 0), seat("b", 50, aisle_after=True), seat("c", 100), seat("d", 200), seat("e", 250))
    )
    arrays = given_to_the_search(hall(row))
    assert arrays["aisle_after"].tolist() == [0, 1, 1, 0, 0]
    assert (arrays["attributes"] & packed.AISLE).astype(bool).tolist() == [False, True, True, True, False]


def test_rows_of_one_zone_are_neighbours_in_order(given_to_the_search: Any) -> None:
    rows = tuple(Row(label, 0, 80 * index, (seat(label, 0),)) for index, label in enumerate("ABC"))
    plan = hall(*rows[:2])
    plan = replace(plan, zones=(*plan.zones, Zone("y", "Balcony", 0, 500, rows=rows[2:])))
    arrays = given_to_the_search(plan)
    assert arrays["row_next"].tolist() == [1, -1, -1]
    assert arrays["row_previous"].tolist() == [-1, 0, -1]
    assert arrays["row_zone"].tolist() == [0, 0, 1]


def test_the_middle_costs_less_than_the_side_and_the_front_less_than_the_back(given_to_the_search: Any) -> None:
    row = tuple(seat(str(x), float(x)) for x in (0, 50, 100, 150, 200))
    behind = tuple(replace(drawn, id=f"b{drawn.id}") for drawn in row)
    cost = given_to_the_search(hall(Row("A", 0, 0, row), Row("B", 0, 80, behind)))["cost"].reshape(2, 5)
    assert (cost[:, ::-1] == cost).all()
    assert (np.diff(cost[:, :3]) < 0).all()
    assert (cost[0] < cost[1]).all()
    assert cost[0].tolist() == [180, 125, 100, 125, 180]


def test_the_middle_is_central_and_a_cost_set_by_hand_stays(given_to_the_search: Any) -> None:
    row = (seat("a", 0), seat("b", 100, cost=7, attributes=(Attribute.HEARING, Attribute.WHEELCHAIR)), seat("c", 200))
    arrays = given_to_the_search(hall(Row("A", 0, 0, row)))
    assert arrays["cost"].tolist()[1] == 7
    assert (arrays["attributes"] & packed.CENTRE).astype(bool).tolist() == [False, True, False]
    assert arrays["attributes"][1] == packed.CENTRE | packed.HEARING | packed.WHEELCHAIR


def test_a_single_seat_costs_its_distance_and_is_not_called_central(given_to_the_search: Any) -> None:
    arrays = given_to_the_search(hall(Row("A", 0, 0, (seat("a", 400),))))
    assert arrays["cost"].tolist() == [round(np.hypot(300, 100))]
    assert not arrays["attributes"][0] & packed.CENTRE


def test_companions_point_at_their_bay(given_to_the_search: Any) -> None:
    bay = seat("bay", 0, attributes=(Attribute.WHEELCHAIR,))
    arrays = given_to_the_search(hall(Row("A", 0, 0, (seat("a", 50, companion_of="bay"), bay))))
    assert arrays["companion_of"].tolist() == [1, -1]
    assert (arrays["attributes"] & packed.COMPANION).astype(bool).tolist() == [True, False]


def test_a_scattered_table_becomes_a_row_and_leaves_aisles(given_to_the_search: Any) -> None:
    rows = (
        Row("A", 10, 0, (seat("a", 0), seat("b", 50), seat("c", 100))),
        Row("B", 10, 80, (seat("d", 0), seat("e", 50), seat("f", 100))),
    )
    tables = (Table("t", "T1", ("b", "e"), sold_whole=True), Table("u", "T2", ("f",)))
    arrays = given_to_the_search(hall(*rows, tables=tables))
    assert arrays["row_labels"] == ["A", "B", "T1"]
    assert arrays["row"].tolist() == [0, 0, 1, 1, 2, 2]
    assert arrays["place"].tolist() == [0, 2, 3, 5, 1, 4]
    assert arrays["table"].tolist() == [-1, -1, -1, 1, 0, 0]
    assert arrays["table_whole"].tolist() == [1, 0]
    assert arrays["aisle_after"].tolist() == [1, 0, 1, 0, 0, 0]
    assert list(zip(arrays["x"].tolist(), arrays["y"].tolist(), strict=True))[-2:] == [(60.0, 0.0), (60.0, 80.0)]


def test_areas_carry_their_ranges_and_category(given_to_the_search: Any) -> None:
    pit = Area("pit", 0, 0, 0, capacity=4, category="c")
    arrays = given_to_the_search(hall(Row("A", 0, 0, (seat("a", 0),)), areas=(Area("stage", 0, 0, 0), pit)))
    assert (arrays["area_ranges"], arrays["area_category"]) == ([((1, 4),)], [1])


@pytest.mark.parametrize("plan", [theatre(), festival()], ids=["theatre", "festival"])
def test_the_examples_pack(plan: Plan) -> None:
    house = packing.pack(plan, places.first(plan))
    assert (house.place_count, house.seat_count) == (plan.capacity, plan.seat_count)


def test_an_unsound_plan_is_not_packed() -> None:
    stranger = hall(Row("A", 0, 0, (seat("a", 0, category="unknown"),)))
    with pytest.raises(ValueError, match="no category"):
        packing.pack(stranger, places.first(stranger))
    twice = hall(Row("A", 0, 0, (seat("a", 0), seat("a", 50))))
    with pytest.raises(ValueError, match="distinct"):
        packing.pack(twice, places.first(twice))
    with pytest.raises(ValueError, match="no seat"):
        packing.pack(hall(Row("A", 0, 0, (seat("b", 0),))), places.PlaceList())
