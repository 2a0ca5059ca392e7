"""Counts of rows as spreadsheets write them, and what is refused of them."""

from pathlib import Path

import pytest

from engine.plan import row_list
from engine.plan.model import Plan, PlanRefused, Size, Zone

SMALL = b"stand,sector,row,seats\nwest,1,1,18\nwest,1,2,20\neast,A,1,7\n"
METALIST = Path(__file__).parents[3] / "examples" / "metalist-stadium.csv"


def test_the_example_holds_every_seat_of_the_stadium() -> None:
    plan = row_list.read(METALIST.read_bytes(), "Metalist")
    seated = [zone for zone in plan.zones if zone.rows]
    assert (plan.seat_count, len(seated), sum(len(zone.rows) for zone in seated)) == (39_350, 58, 1_453)
    assert sorted(row_list.write(plan).splitlines()) == sorted(METALIST.read_bytes().splitlines())


def test_a_list_comes_back_as_it_was() -> None:
    assert row_list.write(row_list.read(SMALL)) == SMALL


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + SMALL,
        SMALL.replace(b"\n", b"\r\n"),
        SMALL.replace(b"\n", b"\r"),
        SMALL.replace(b",", b";"),
        SMALL.replace(b",", b"\t"),
        SMALL.replace(b",", b" , "),
        SMALL.replace(b"\n", b"\n\n").replace(b"east", b'"East"'),
        SMALL.replace(b"stand,sector", b"Stand,SECTOR"),
        b"seats,row,sector,stand\n18,1,1,west\n20,2,1,west\n7,1,A,east",
    ],
)
def test_spreadsheets_write_it_in_many_ways(data: bytes) -> None:
    assert row_list.read(data) == row_list.read(SMALL)


def listed(*lines: str) -> bytes:
    return "\n".join(("stand,sector,row,seats", *lines)).encode()


MALFORMED = {
    "empty": (b"", "line 1"),
    "only a header": (listed(), "line 1"),
    "no header": (b"west,1,1,18\n", "line 1"),
    "a column too many": (b"stand,sector,row,seats,price\n", "line 1"),
    "a column twice": (b"stand,stand,row,seats\n", "line 1"),
    "a value too few": (listed("west,1,1,18", "west,1,18"), "line 3"),
    "a value too many": (listed("west,1,1,18,9"), "line 2"),
    "no such stand": (listed("middle,1,1,18"), "line 2, column stand"),
    "no sector": (listed("west,,1,18"), "line 2, column sector"),
    "no row": (listed("west,1,,18"), "line 2, column row"),
    "a long row": (listed(f"west,1,{'r' * 41},18"), "line 2, column row"),
    "no seats": (listed("west,1,1,0"), "line 2, column seats"),
    "negative": (listed("west,1,1,-5"), "line 2, column seats"),
    "fractional": (listed("west,1,1,1.5"), "line 2, column seats"),
    "NaN": (listed("west,1,1,nan"), "line 2, column seats"),
    "other digits": (listed("west,1,1,\u0661\u0662"), "line 2, column seats"),
    "a huge number": (listed("west,1,1," + "9" * 5_000), "line 2, column seats"),
    "a long line of seats": (listed("west,1,1,1001"), "line 2, column seats"),
    "twice": (listed("west,1,1,18", "west,1,1,18"), "line 3"),
    "a control character": (listed("west,1\x07a,1,18"), "line 2, column sector"),
    "a zero byte": (listed("west,1,\x00,18"), "line 2, column row"),
    "an open quote": (listed('west,"1,1,18'), "line 2"),
    "a field without end": (listed('west,"' + "x" * 200_000), "line 2"),
    "not UTF-8": (listed("west,caf\u00e9,1,18").decode().encode("latin-1"), "line 2, column 9"),
    "seats without end": (listed(*(f"west,1,{row},1000" for row in range(201))), "line 202"),
    "rows without end": (listed(*(f"west,1,{row},1" for row in range(50_001))), "line 50002"),
}


@pytest.mark.parametrize(("data", "where"), MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_lists_are_refused_with_their_line(data: bytes, where: str) -> None:
    with pytest.raises(PlanRefused) as refused:
        row_list.read(data)
    assert refused.value.where == where
    assert refused.value.message.endswith(".")


def test_a_drawn_hall_is_no_row_list() -> None:
    hall = Plan("", (), (Zone("stalls", "", 0, 0, rows=row_list.read(SMALL).zones[1].rows),), Size(1, 1))
    with pytest.raises(PlanRefused, match="stands and sectors"):
        row_list.write(hall)
