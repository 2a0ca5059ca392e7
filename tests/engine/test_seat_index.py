"""Every place has its name, and every seat its place."""

import pytest

from engine.plan import places
from engine.plan.model import Area, Attribute, Category, Plan, Row, Seat, Size, Zone
from engine.seat_index import SeatIndex, SeatLabel

SEATS = (
    Seat("a", "1", 0, 0, "c", note="Behind a pillar.", attributes=(Attribute.RESTRICTED_VIEW,)),
    Seat("b", "2", 50, 0, "c"),
)
PIT = Area("pit", 0, 0, 0, name="Pit", capacity=2, category="d", note="Standing.")
LAWN = Area("lawn", 0, 0, 0, capacity=1, category="d")


def hall(*seats: Seat) -> Plan:
    rows = (Row("A", 0, 0, seats, name="Row A", seat_name="Seat %s"),)
    zone = Zone("z", "Stalls", 0, 0, rows=rows, areas=(PIT, LAWN))
    return Plan("Hall", (Category("c"), Category("d")), (zone,), Size(1, 1))


LISTED = places.first(hall(*SEATS))
INDEX = SeatIndex(hall(*SEATS), LISTED)


def test_a_seat_is_found_and_named() -> None:
    assert (INDEX.place("a"), INDEX.place("b"), INDEX.place("z")) == (0, 1, None)
    assert INDEX.label(0) == SeatLabel("Stalls", "A", "1", "c", "Behind a pillar.", "Row A", "Seat %s", "z")
    assert INDEX.label(1).note == ""
    assert [INDEX.seat(place) for place in range(5)] == ["a", "b", None, None, None]


def test_an_areas_place_goes_by_the_area_or_its_zone() -> None:
    assert INDEX.label(2) == INDEX.label(3) == SeatLabel("Pit", "", "", "d", "Standing.", zone_id="z")
    assert INDEX.label(4).zone == "Stalls"


def test_a_tombstone_has_no_name_and_its_seat_no_place() -> None:
    index = SeatIndex(hall(SEATS[1]), LISTED)
    assert (index.place("a"), index.seat(0)) == (None, None)
    with pytest.raises(KeyError):
        index.label(0)
    with pytest.raises(IndexError):
        index.label(5)
