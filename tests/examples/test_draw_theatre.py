"""The theatre's file is what its script draws, and the script draws a house that could be sold."""

from collections import Counter

from engine.plan import doctor, placeur_json
from engine.plan.model import Attribute
from examples import draw_theatre

THEATRE = draw_theatre.theatre()
ZONES = {zone.id: zone for zone in THEATRE.zones}


def test_the_file_is_what_the_script_draws() -> None:
    assert draw_theatre.FILE.read_bytes() == placeur_json.write(THEATRE)


def test_the_house_is_sound_and_has_1400_seats() -> None:
    assert doctor.examine(THEATRE) == (THEATRE, ())
    assert THEATRE.seat_count == 1_400
    assert set(Counter(seat.category for seat in THEATRE.seats())) == {c.name for c in THEATRE.categories}


def test_stalls_are_odd_on_the_left_and_even_on_the_right_of_an_aisle() -> None:
    for row in ZONES["stalls"].rows:
        for seat, following in zip(row.seats, row.seats[1:], strict=False):
            assert seat.x < following.x
            assert seat.aisle_after == (seat.x < 0 < following.x)
        assert all(int(seat.label) % 2 == (seat.x < 0) for seat in row.seats)


def test_every_wheelchair_bay_has_its_companion_beside_it() -> None:
    seats = {seat.id: seat for seat in THEATRE.seats()}
    bays = [seat for seat in THEATRE.seats() if Attribute.WHEELCHAIR in seat.attributes]
    companions = {seat.companion_of: seat for seat in THEATRE.seats() if seat.companion_of}
    assert len(bays) == len(companions) == 10
    for bay in bays:
        beside = companions[bay.id]
        assert abs(beside.x - bay.x) < 90
        assert {seats[bay.id].category, beside.category} == {"Accessible"}


def test_a_restricted_view_says_what_hides_the_stage() -> None:
    restricted = [seat for seat in THEATRE.seats() if Attribute.RESTRICTED_VIEW in seat.attributes]
    assert len(restricted) == 76
    assert all(seat.note and seat.category == "Restricted view" for seat in restricted)
