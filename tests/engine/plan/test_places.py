"""A number, once given, keeps its seat for good: driven through random histories of a plan's versions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.plan import places
from engine.plan.model import Area, Plan, Row, Seat, Size, Zone
from engine.plan.places import AreaRun, PlaceList, SeatRun, Unit

seat_ids = st.sampled_from([f"s{number}" for number in range(30)])
capacities = st.dictionaries(st.sampled_from(["pit", "lawn"]), st.integers(0, 9))
versions = st.tuples(st.lists(seat_ids, unique=True), st.integers(1, 4), capacities)


def drawn(seats: list[str], seats_a_row: int, areas: dict[str, int]) -> Plan:
    rows = [seats[start : start + seats_a_row] for start in range(0, len(seats), seats_a_row)]
    zone = Zone(
        "z",
        "Zone",
        0,
        0,
        rows=tuple(Row("", 0, 0, tuple(Seat(seat, seat, 0, 0, "c") for seat in row)) for row in rows),
        areas=tuple(Area(area, 0, 0, 0, capacity=capacity) for area, capacity in areas.items()),
    )
    return Plan("Plan", (), (zone,), Size(1, 1))


def meanings(listed: PlaceList) -> list[str | Unit]:
    return [listed.occupant(place) for place in range(listed.place_count)]


@given(st.lists(versions, min_size=1, max_size=6))
def test_numbers_keep_their_meaning_and_are_never_reused(history: list[tuple[list[str], int, dict[str, int]]]) -> None:
    listed = PlaceList()
    for version in history:
        plan = drawn(*version)
        before, listed = listed, places.follow(listed, plan)
        assert meanings(listed)[: before.place_count] == meanings(before)
        assert len(set(meanings(listed))) == listed.place_count
        assert listed.place_count - len(listed.tombstones(plan)) == plan.capacity


@given(st.lists(versions, min_size=1, max_size=6))
def test_everything_drawn_has_exactly_its_places(history: list[tuple[list[str], int, dict[str, int]]]) -> None:
    listed = PlaceList()
    for version in history:
        plan = drawn(*version)
        listed = places.follow(listed, plan)
        by_seat = listed.seat_places()
        taken = [by_seat[seat.id] for seat in plan.seats()]
        for area in plan.areas():
            for start, count in listed.area_ranges(area.id, area.capacity):
                taken += range(start, start + count)
        assert sorted((*taken, *listed.tombstones(plan))) == list(range(listed.place_count))


@given(st.lists(versions, min_size=1, max_size=6))
def test_a_list_reads_back_from_its_one_spelling(history: list[tuple[list[str], int, dict[str, int]]]) -> None:
    listed = PlaceList()
    for version in history:
        listed = places.follow(listed, drawn(*version))
    assert places.decode(places.encode(listed)) == listed
    assert places.follow(listed, drawn(*history[-1])) == listed


def test_a_first_version_counts_in_plan_order() -> None:
    listed = places.first(drawn(["b", "a", "c"], 2, {"pit": 5}))
    assert listed == PlaceList((SeatRun(("b", "a", "c")), AreaRun("pit", 5)))


def test_growing_an_area_takes_a_fresh_range() -> None:
    small = places.first(drawn(["a"], 1, {"pit": 5}))
    grown = places.follow(small, drawn(["a", "b"], 2, {"pit": 8}))
    assert grown.area_ranges("pit", 8) == ((1, 5), (7, 3))
    assert grown.tombstones(drawn(["b"], 1, {"pit": 3})) == (0, 4, 5, 7, 8, 9)
    assert grown.occupant(8) == Unit("pit", 6)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"runs":[{"type":"seats","seats":["a","a"]}]}',
        b'{"runs":[{"type":"seats","seats":["a"]},{"type":"seats","seats":["b"]}]}',
        b'{"runs":[{"type":"area","area":"pit","count":0}]}',
        b'{"runs":[{"type":"area","area":"pit","count":1000000},{"type":"area","area":"x","count":1000000}]}',
        b'{"runs": []}',
        b'{"runs":[],"more":1}',
    ],
)
def test_no_other_bytes_are_a_place_list(data: bytes) -> None:
    with pytest.raises(ValueError):
        places.decode(data)


def test_a_pool_is_bounded() -> None:
    with pytest.raises(ValueError, match="at most"):
        places.first(drawn([], 1, {"pit": 600_000, "lawn": 600_000}))
