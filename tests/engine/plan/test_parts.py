"""Taken apart and put together again, a plan is the same; what does not fit is told with its place."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.structs import replace

from engine.plan import doctor, examination, parts, placeur_json, row_list
from engine.plan.doctor import Flaw
from engine.plan.model import Category, Plan, PlanRefused, Row, Seat, Size, Table, Zone
from engine.plan.parts import Head, Kind, Part, WirePart
from tests.engine.plan import drawings
from tests.engine.plan.test_doctor import flawed_plans

EXAMPLES = Path(__file__).parents[3] / "examples"
HEAD = Head("Hall", (Category("Gold"),), Size(100, 100))


def sent(key: str, kind: str, parent: str | None, data: object, position: float = 1) -> WirePart:
    return WirePart(key, Kind(kind), parent, position, Raw(msgspec.json.encode(data)))


def example(name: str) -> Plan:
    content = (EXAMPLES / name).read_bytes()
    return row_list.read(content) if name.endswith(".csv") else placeur_json.read(content)


def through_the_wire(head: Head, some: tuple[Part, ...]) -> Plan:
    """The same plan after its parts were sent as JSON and read again."""
    wire = msgspec.json.encode([part.wire() for part in some])
    again = parts.read(msgspec.json.decode(wire, type=list[WirePart]))
    assert again == some
    return parts.assembled(msgspec.json.decode(msgspec.json.encode(head), type=Head), again).plan


@given(drawings.plans | flawed_plans, st.randoms())
def test_apart_and_together_again_a_plan_is_the_same(plan: Plan, random) -> None:
    head, some = parts.apart(plan)
    mixed = list(some)
    random.shuffle(mixed)
    assert parts.assembled(head, mixed).plan == plan
    assert through_the_wire(head, some) == plan
    assert len({part.key for part in some}) == len(some)
    assert sum(part.place_count for part in some) == plan.capacity


@pytest.mark.parametrize("name", ["theatre.json", "festival.json", "metalist-stadium.csv"])
def test_the_examples_too(name: str) -> None:
    plan = example(name)
    head, some = parts.apart(plan)
    assert through_the_wire(head, some) == plan
    assert placeur_json.write(parts.assembled(head, some).plan) == placeur_json.write(plan)
    assert sum(part.seat_count for part in some) == plan.seat_count


def test_parts_stand_by_position_then_by_key() -> None:
    zone = Part("z", Kind.ZONE, None, 1, parts.ZoneData("s", "Stalls", 0, 0))
    rows = [Part(key, Kind.ROW, "z", at, Row(key, 0, 0, ())) for key, at in (("c", 1), ("a", 2.5), ("b", 1), ("d", 2))]
    drawn = parts.assembled(HEAD, [*rows, zone])
    assert [row.label for row in drawn.plan.zones[0].rows] == ["b", "c", "d", "a"]
    spot = drawn.spot("zones[0].rows[3]")
    assert spot and spot.part.key == "a" and spot.seat is None
    assert drawn.spot("categories[0]") is None and drawn.spot("name") is None


def test_a_part_of_no_zone_is_refused() -> None:
    with pytest.raises(PlanRefused, match="The part r is in no zone"):
        parts.assembled(HEAD, [Part("r", Kind.ROW, "z", 1, Row("A", 0, 0, ()))])


SEAT = {"id": "1", "label": "1", "x": 0, "y": 0, "category": "Gold"}


@pytest.mark.parametrize(
    ("wire", "told"),
    [
        (sent("r", "row", "z", {"label": "A", "x": 0, "y": 0, "seats": [SEAT, SEAT | {"x": "0"}]}),
         "Expected a number, got a text. (parts[0].data.seats[1].x)"),
        (sent("r", "row", "z", {"label": "A", "x": 0, "y": 0}), "There is no field seats. (parts[0].data)"),
        (sent("z", "zone", None, {"id": "z", "name": "Z", "x": 0, "y": 0, "rows": []}),
         "There is an unknown field rows. (parts[0].data)"),
        (sent("z", "zone", None, {"id": "z", "name": "Z\n", "x": 0, "y": 0}),
         "There is a control character in a text. (parts[0].data.name)"),
        (sent("z", "zone", "y", {"id": "z", "name": "Z", "x": 0, "y": 0}),
         "A zone is in nothing, and everything else in a zone. (parts[0].parent)"),
        (sent("r", "row", None, {"label": "A", "x": 0, "y": 0, "seats": []}),
         "A zone is in nothing, and everything else in a zone. (parts[0].parent)"),
        (sent("t", "table", "z", []), "Expected an object, got a list. (parts[0].data)"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_place(wire: WirePart, told: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        parts.read([wire])
    assert str(refused.value) == told


def test_a_key_is_there_once() -> None:
    area = sent("a", "area", "z", {"id": "a", "x": 0, "y": 0, "rotation": 0})
    with pytest.raises(PlanRefused, match=r"The key a is there twice. \(parts\[1\].key\)"):
        parts.read([area, area])


@given(flawed_plans)
def test_what_mends_every_finding_mends_the_drawing(plan: Plan) -> None:
    """Each finding leads to its part; with all that is mended in its place, the plan is the doctor's."""
    head, some = parts.apart(plan)
    found = examination.examine(head, some, 10_000)
    treated, findings = doctor.examine(plan)
    assert [one.finding for one in found.found] == list(findings) and found.finding_count == len(findings)
    left = {part.key: part for part in some}
    for one in found.found:
        assert one.key == examination.HEAD or one.key in left or one.key in one.mended.gone or one.mended.gone
        head = one.mended.head or head
        left |= {part.key: part for part in one.mended.parts if part.key in left}
        for key in one.mended.gone:
            left.pop(key, None)
    assert parts.assembled(head, left.values()).plan == treated


def test_a_finding_names_its_part_and_its_seat() -> None:
    seats = (Seat("1", "1", 0, 0, "Gold"), Seat("1", "2", 50, 0, "Gold"))
    rows = (Row("A", 0, 0, seats), Row("B", 0, 100, ()))
    plan = Plan("Hall", (), (Zone("s", "Stalls", 0, 0, rows, tables=(Table("t", "T", ("9",)),)),), Size(100, 100))
    unknown, twice, table, empty = examination.examine(*parts.apart(plan), 10).found
    assert (unknown.finding.flaw, unknown.key, unknown.seat) == (Flaw.UNKNOWN_CATEGORY, "head", None)
    assert unknown.mended.head == Head("Hall", (Category("Gold"),), Size(100, 100)) and not unknown.mended.parts
    assert (twice.key, twice.seat, twice.finding.where) == ("r1", "1", "zones[0].rows[0].seats[1]")
    (mended,) = twice.mended.parts
    assert mended.value == replace(rows[0], seats=(seats[0], replace(seats[1], id="1~2")))
    assert (table.key, table.mended.gone) == ("t1", ("t1",))
    assert (empty.key, empty.mended.gone) == ("r2", ("r2",))
    assert len(examination.examine(*parts.apart(plan), 2).found) == 2
