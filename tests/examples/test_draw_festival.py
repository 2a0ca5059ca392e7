"""The festival's file is what its script draws."""

from engine.plan import doctor, placeur_json
from engine.plan.model import Attribute
from examples import draw_festival

FESTIVAL = draw_festival.festival()


def test_the_file_is_what_the_script_draws() -> None:
    assert draw_festival.FILE.read_bytes() == placeur_json.write(FESTIVAL)


def test_five_thousand_stand_and_some_sit() -> None:
    assert doctor.examine(FESTIVAL) == (FESTIVAL, ())
    assert [area.capacity for area in FESTIVAL.areas()] == [5_000]
    assert FESTIVAL.seat_count == 348


def test_some_tables_are_sold_whole_and_bays_have_companions() -> None:
    tables = [table for zone in FESTIVAL.zones for table in zone.tables]
    assert [table.sold_whole for table in tables] == [True] * 4 + [False] * 10
    assert {len(table.seats) for table in tables} == {6}
    bays = {seat.id for seat in FESTIVAL.seats() if Attribute.WHEELCHAIR in seat.attributes}
    assert bays == {seat.companion_of for seat in FESTIVAL.seats() if seat.companion_of}
