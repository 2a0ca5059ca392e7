"""What the benchmark that draws the theatre compares, and how it counts."""

from msgspec.structs import replace

from benchmarks import draw_theatre as drawn
from benchmarks.hand import SECONDS, SHIFTED
from examples import draw_theatre

THEATRE = draw_theatre.theatre()


def test_a_plan_is_like_itself_wherever_its_seats_stand() -> None:
    moved = replace(THEATRE, zones=tuple(replace(zone, x=zone.x + 7) for zone in THEATRE.zones))
    assert not list(drawn.differences(THEATRE, THEATRE)) and not list(drawn.differences(moved, THEATRE))


def test_a_seat_a_zone_a_price_or_a_table_that_differs_is_told() -> None:
    surroundings, stalls, *others = THEATRE.zones
    row, *rows = stalls.rows
    seat, *seats = row.seats
    other = replace(stalls, rows=(replace(row, seats=(replace(seat, category="Third"), *seats)), *rows))
    found = list(drawn.differences(replace(THEATRE, zones=(surroundings, other, *others)), THEATRE))
    assert [text.partition(":")[0] for text in found] == ["not wanted", "missing"]
    assert "Stalls A 21, Third" in found[0] and "Stalls A 21, First" in found[1]
    swapped = replace(THEATRE, zones=(stalls, surroundings, *others))
    assert len(list(drawn.differences(swapped, THEATRE))) == 4
    dearer = replace(THEATRE, categories=(replace(THEATRE.categories[0], price_hint=200), *THEATRE.categories[1:]))
    assert len(list(drawn.differences(dearer, THEATRE))) == 2
    apart = replace(THEATRE, zones=tuple(replace(zone, tables=()) for zone in THEATRE.zones))
    assert ["Box of honour" in text for text in drawn.differences(apart, THEATRE)] == [True]


def test_a_shift_is_held_for_as_many_signs_as_follow_one_another() -> None:
    assert len(SHIFTED.findall("Box of honour")) == 1 and len(SHIFTED.findall("11+22+11")) == 2
    assert set(SECONDS) == set("KPBHM")
