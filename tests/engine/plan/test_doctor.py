"""Whatever is drawn, the doctor makes sound, loses nothing, says so, and then has nothing left to say."""

from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.packing import pack
from engine.plan import open_format, overlaps, places, placeur_json, row_list
from engine.plan.doctor import Flaw, examine
from engine.plan.model import Area, Attribute, Category, Plan, Row, Seat, Size, Table, Zone
from tests.engine.plan import drawings

EXAMPLES = Path(__file__).parents[3] / "examples"

few = st.sampled_from(["", "a", "b", "a~2", "a (2)", "1"])
near = st.sampled_from([0.0, 1.0, 9.0, 25.0, 50.0, 300_000.0])
flawed_seats = st.builds(
    Seat,
    few,
    few,
    near,
    near,
    few,
    attributes=st.lists(st.sampled_from(Attribute), max_size=3).map(tuple),
    companion_of=few,
)
flawed_zones = st.builds(
    Zone,
    few,
    few,
    near,
    near,
    rows=st.lists(st.builds(Row, few, near, near, st.lists(flawed_seats, max_size=5).map(tuple)), max_size=4).map(
        tuple
    ),
    areas=st.lists(
        st.builds(Area, few, near, near, near.map(lambda _: 0.0), capacity=st.integers(0, 3), category=few), max_size=2
    ).map(tuple),
    tables=st.lists(st.builds(Table, few, few, st.lists(few, max_size=4).map(tuple), st.booleans()), max_size=3).map(
        tuple
    ),
)
flawed_plans = st.builds(
    Plan,
    few,
    st.lists(st.builds(Category, few), max_size=3).map(tuple),
    st.lists(flawed_zones, max_size=4).map(tuple),
    st.just(Size(100, 100)),
)


@given(flawed_plans | drawings.plans)
@example(Plan("0", (), (Zone("0", "0", 0, 0, tables=(Table("0", "", ()),)),), Size(0, 0)))
def test_a_repaired_plan_is_sound_and_has_every_seat_and_place(plan: Plan) -> None:
    numbered = iter(range(10_000))
    zones = [
        replace(
            zone,
            rows=tuple(
                replace(row, seats=tuple(replace(seat, uuid=str(next(numbered))) for seat in row.seats))
                for row in zone.rows
            ),
        )
        for zone in plan.zones
    ]
    plan = replace(plan, zones=tuple(zones))
    repaired, findings = examine(plan)
    assert [seat.uuid for seat in repaired.seats()] == [seat.uuid for seat in plan.seats()]
    assert repaired.capacity == plan.capacity
    assert bool(findings) == (repaired != plan)
    assert pack(repaired, places.first(repaired)).place_count == plan.capacity
    assert placeur_json.read(placeur_json.write(repaired)) == repaired


@given(flawed_plans | drawings.plans)
def test_a_repaired_plan_needs_no_repair(plan: Plan) -> None:
    repaired, _ = examine(plan)
    again, findings = examine(repaired)
    assert findings == ()
    assert again is repaired


@given(flawed_plans)
def test_tickets_tell_all_seats_apart(plan: Plan) -> None:
    repaired, _ = examine(plan)
    labels = [(zone.name, row.label, seat.label) for zone in repaired.zones for row in zone.rows for seat in row.seats]
    assert len(set(labels)) == len(labels)


@given(flawed_plans)
def test_each_finding_names_its_place_in_a_sentence(plan: Plan) -> None:
    document = msgspec.to_builtins(plan)
    for finding in examine(plan)[1]:
        found = document
        for step in finding.where.replace("[", ".").replace("]", "").split("."):
            found = found[int(step)] if step.isdigit() else found[step]
        assert finding.message[0].isupper() or finding.message[0].isdigit()
        assert finding.message.endswith(".")


def hall(*rows: Row, **fields: object) -> Plan:
    zone = msgspec.structs.replace(Zone("z", "Stalls", 0, 0, rows=rows), **fields)
    return Plan("Hall", (Category("c"),), (zone,), Size(1_000, 1_000))


def seat(seat_id: str, number: int, **fields: object) -> Seat:
    return msgspec.structs.replace(Seat(seat_id, str(number), 50.0 * number, 0.0, "c"), **fields)


def test_a_sound_plan_comes_back_as_it_is() -> None:
    plan = hall(Row("A", 0, 0, (seat("a", 1), seat("b", 2))))
    assert examine(plan) == (plan, ())


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.iterdir() if path.suffix in (".csv", ".json")))
def test_the_examples_are_sound(name: str) -> None:
    data = (EXAMPLES / name).read_bytes()
    plan = row_list.read(data) if name.endswith(".csv") else placeur_json.read(data)
    assert examine(plan)[1] == ()


def test_the_second_seat_with_an_id_gets_another() -> None:
    plan, findings = examine(hall(Row("A", 0, 0, (seat("a", 1), seat("a", 2), seat("a~2", 3), seat("", 4)))))
    assert [drawn.id for drawn in plan.seats()] == ["a", "a~3", "a~2", "z-A-4"]
    assert [finding.where for finding in findings] == ["zones[0].rows[0].seats[1]", "zones[0].rows[0].seats[3]"]
    assert findings[0].message == "The id “a” of seat “2” of row “A” in Stalls was not its own; it is now a~3."


def test_a_seat_copied_onto_another_moves_to_the_nearest_free_spot() -> None:
    row = Row("A", 0, 0, (seat("a", 1), seat("b", 2), seat("c", 3, x=50.0, label="3")))
    plan, findings = examine(hall(row))
    assert [(drawn.x, drawn.y) for drawn in plan.seats()] == [(50.0, 0.0), (100.0, 0.0), (0.0, 0.0)]
    assert findings[0].flaw is Flaw.OVERLAP
    assert findings[0].message == "Seat “3” of row “A” in Stalls stood on another seat; it now stands at 0, 0."


def test_rows_may_share_a_label_but_not_a_seat() -> None:
    left = Row("A", 0, 0, (seat("a", 1), seat("b", 2)))
    right = Row("A", 500, 0, (seat("c", 3),))
    behind = Row("A", 0, 80, (seat("d", 2),))
    plan, findings = examine(hall(left, right, behind))
    assert [row.label for row in plan.rows()] == ["A", "A", "A (2)"]
    assert [finding.flaw for finding in findings] == [Flaw.REPEATED_LABEL]


def test_companions_need_a_wheelchair_place() -> None:
    bay = seat("bay", 1, attributes=(Attribute.WHEELCHAIR,))
    rows = Row("A", 0, 0, (bay, seat("b", 2, companion_of="bay"), seat("c", 3, companion_of="b")))
    plan, findings = examine(hall(rows))
    assert [drawn.companion_of for drawn in plan.seats()] == ["", "bay", ""]
    assert [finding.flaw for finding in findings] == [Flaw.LONE_COMPANION]


def test_a_seat_sits_at_one_table_of_its_zone() -> None:
    rows = (Row("A", 0, 0, (seat("a", 1), seat("b", 2))),)
    tables = (Table("t", "T1", ("a", "a", "b")), Table("u", "T2", ("b", "c")))
    plan, findings = examine(hall(*rows, tables=tables))
    assert plan.zones[0].tables == (Table("t", "T1", ("a", "b")),)
    assert [finding.where for finding in findings] == ["zones[0].tables[0]", "zones[0].tables[1]"]


def test_unlisted_categories_are_listed_and_empty_rows_go() -> None:
    plan, findings = examine(hall(Row("A", 0, 0, (seat("a", 1, category="d"),)), Row("B", 0, 80, ())))
    assert plan.categories == (Category("c"), Category("d"))
    assert [row.label for row in plan.rows()] == ["A"]
    assert [finding.flaw for finding in findings] == [Flaw.UNKNOWN_CATEGORY, Flaw.EMPTY_ROW]


def test_a_plan_as_met_in_the_wild_is_repaired_without_losing_a_seat() -> None:
    """1,132 seats, 21 with another's id, empty rows, zones of one name with the same rows, one row copied in place."""
    numbers = iter(range(1_132))

    def drawn(count: int, y: float) -> dict[str, object]:
        seats = [
            {
                "seat_guid": str(number if number < 1_111 else number - 1_111),
                "seat_number": str(place),
                "position": {"x": 25 * place, "y": 0},
                "category": "Parkett",
            }
            for place, number in zip(range(1, count + 1), numbers, strict=False)
        ]
        return {"row_number": "A" if y else "B", "position": {"x": 0, "y": y}, "seats": seats}

    zones = [
        {"name": "Parkett", "position": {"x": 0, "y": 1_000 * z}, "rows": [drawn(50, 30 * r) for r in (1, 1, 0, 2, 3)]}
        for z in range(6)
    ]
    data = {"name": "Saal", "categories": [], "zones": zones, "size": {"width": 800, "height": 600}}
    given_plan = open_format.read(msgspec.json.encode(data))
    plan, findings = examine(given_plan)
    flaws = Counter(finding.flaw for finding in findings)
    assert given_plan.seat_count == plan.seat_count == 1_132
    assert len({drawn_seat.id for drawn_seat in plan.seats()}) == 1_132
    assert flaws[Flaw.DUPLICATE_ID] == 21 + 5
    assert {Flaw.EMPTY_ROW, Flaw.OVERLAP, Flaw.REPEATED_LABEL, Flaw.UNKNOWN_CATEGORY} <= flaws.keys()
    assert examine(plan) == (plan, ())


def test_more_categories_than_a_plan_has_become_the_first() -> None:
    many = Row("A", 0, 0, tuple(seat(str(number), number, category=f"k{number}") for number in range(70)))
    plan, findings = examine(hall(many))
    assert len(plan.categories) == 64
    assert [drawn.category for drawn in plan.seats()][-7:] == ["c"] * 7
    assert len(findings) == 70


def test_ten_thousand_seats_on_one_spot_are_parted() -> None:
    rows = [Row(str(r), 0, 0, tuple(seat(f"{r}-{n}", n, x=0.0) for n in range(100))) for r in range(100)]
    plan, findings = examine(hall(*rows))
    spots = {(round(drawn.x), round(drawn.y)) for drawn in plan.seats()}
    assert (len(spots), len(findings)) == (10_000, 9_999)


@given(st.lists(st.tuples(near, near), max_size=30), st.integers(1, 7))
def test_parted_seats_do_not_meet(spots: list[tuple[float, float]], seats_a_row: int) -> None:
    points = np.array(spots, dtype=np.float64).reshape(-1, 2)
    row = np.arange(len(spots)) // seats_a_row
    for seat_number, spot in overlaps.parted(points, row, lambda *_: True).items():
        points[seat_number] = spot
    assert overlaps.parted(points, row, lambda *_: True) == {}
    distances = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)) + np.eye(len(points)) * 1e9
    assert distances.min(initial=1e9) > 0


def test_floors_may_be_drawn_over_one_another() -> None:
    def drawn(key: str, floor: str) -> Zone:
        return Zone(key, key, 0, 0, rows=(Row("A", 0, 0, (Seat(f"{key}1", "1", 0, 0, "a"),)),), floor=floor)

    stacked = Plan("House", (Category("a"),), (drawn("s", "Ground"), drawn("b", "Balcony")), Size(100, 100))
    assert examine(stacked) == (stacked, ())
    level = Plan("House", (Category("a"),), (drawn("s", "Ground"), drawn("b", "Ground")), Size(100, 100))
    assert [finding.flaw for finding in examine(level)[1]] == [Flaw.OVERLAP]


def test_a_photo_that_is_not_kept_is_dropped() -> None:
    kept, lost = "5e" * 32, "a1" * 32
    rows = (
        Row("A", 0, 0, (seat("a", 1, photo=kept), seat("b", 2, photo=lost), seat("c", 3, photo=lost))),
        Row("B", 0, 80, (seat("d", 1, photo=kept), seat("e", 2))),
    )
    drawn = hall(*rows)
    assert examine(drawn) == (drawn, ()), "nobody asked which are kept"
    plan, findings = examine(drawn, {kept})
    assert [one.photo for one in plan.seats()] == [kept, "", "", kept, ""]
    (finding,) = findings
    assert (finding.flaw, finding.where) == (Flaw.UNKNOWN_PHOTO, "zones[0].rows[0]")
    assert finding.message == "Photos from seats of row “A” in Stalls (2) are not kept here; these seats now name none."
    assert examine(plan, {kept}) == (plan, ()) and len(examine(drawn, ())[1]) == 2
