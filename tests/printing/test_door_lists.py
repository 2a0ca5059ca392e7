"""Door lists: every ticket once, in parts that take no long time, and on pages that can be read back and measured."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

import pypdfium2
import pytest

from printing.door_lists import door_list_pdf
from ticketing.door_lists import PAGE_LINES, PART_LINES_MAX, DoorList, Line, ListedDate, Sort, folded, parts
from ticketing.performances import PerformanceStatus
from web.door_list_words import called, record

AT = datetime(2026, 11, 22, 19, 2, tzinfo=UTC)
DATE = ListedDate(
    id=UUID(int=1), event_id=UUID(int=2), event_name="The <b>Keeper</b>", venue_name="Riverside", starts_at=AT,
    doors_at=AT, time_zone="Europe/Paris", status=next(iter(PerformanceStatus)),
)  # fmt: skip
A4_MM = (210, 297)
POINT_MM = 25.4 / 72


def line(number: int, **changed: Any) -> Line:
    values = {
        "serial": number, "name": f"Ann Number{number:05}", "order_code": "7K3M9PQX", "tariff": "Full", "place": number,
        "zone": "Stalls", "row": "A", "seat": str(number), "pass_name": "", "paid": True, "inside": False, "entries": 0,
        "entered_at": None, "entered_gate": None,
    }  # fmt: skip
    return Line(**values | changed)


def of(lines: list[Line], sort: Sort = Sort.NAME) -> DoorList:
    return DoorList(DATE, sort, AT, tuple(parts(lines, sort)))


def printed(lines: list[Line], language: str = "en", sort: Sort = Sort.NAME) -> list[pypdfium2.PdfPage]:
    found = of(lines, sort)
    return list(pypdfium2.PdfDocument(door_list_pdf(record(found, found.parts[0], language))))


def text(page: pypdfium2.PdfPage) -> str:
    return " ".join(str(page.get_textpage().get_text_range()).split()).replace("\xa0", " ").replace("\u202f", " ")


def heights(page: pypdfium2.PdfPage, wanted: list[str]) -> list[float]:
    """How high above the bottom of the page each text stands, in millimetres."""
    whole, found = page.get_textpage(), []
    for one in wanted:
        at = whole.search(one).get_next()
        assert at is not None, one
        _, bottom, _, top = whole.get_charbox(at[0])
        found.append((bottom + top) / 2 * POINT_MM)
    return found


def test_pages_are_full_and_measured() -> None:
    """A4; as many lines as a page holds, at one distance; the box, the name and the seat of a line at one height."""
    lines = [
        line(number, inside=number % 5 == 0, entered_at=AT, entered_gate="North") for number in range(PAGE_LINES + 1)
    ]
    first, last = printed(lines)
    for page in (first, last):
        width, height = (side * POINT_MM for side in page.get_size())
        assert (round(width), round(height)) == A4_MM
    names = heights(first, [f"Number{number:05}" for number in range(PAGE_LINES)])
    steps = [above - below for above, below in pairwise(names)]
    assert all(abs(step - 6.4) < 0.05 for step in steps) and min(names) > 10
    seats = heights(first, [f"Stalls A {number}" for number in range(10, 20)])
    assert all(abs(name - seat) < 1 for name, seat in zip(names[10:20], seats, strict=True))
    told = text(first)
    assert told.count("☑") == 8 and told.count("☐") == PAGE_LINES - 8
    assert "This page: 38 tickets, 8 of them in" in told and "Page 1 of 2" in told
    assert "This page: 1 ticket, 0 of them in" in text(last)


def test_a_line_without_a_name_stays_one() -> None:
    """The columns of a page stand beside one another, whatever is empty."""
    lines = [
        line(1, name=""),
        line(2, name="\n\nBo\n"),
        line(3, name="王小明"),
        line(5, name="龜"),
        line(4, name="<i>Eve</i>" + "W" * 90),
    ]
    (page,) = printed(lines)
    names, seats = (heights(page, wanted) for wanted in (["Bo", "王", "<i>Eve"], ["A 2", "A 3", "A 4"]))
    assert all(abs(name - seat) < 1.2 for name, seat in zip(names, seats, strict=True))
    assert "The <b>Keeper</b>" in text(page) and "W…" in text(page)


def test_what_it_says_in_french() -> None:
    (page,) = printed([
        line(1, paid=False), line(2, entered_at=AT, entered_gate="Nord"), line(3, pass_name="Abonnement"),
        line(4, inside=True, entered_at=AT, entered_gate="Nord"),
    ], "fr")  # fmt: skip
    told = text(page)
    for part in (
        "Non payé",
        "Sorti",
        "Abonnement",
        "20:02 Nord",
        "Billet n°",
        "État au 22 nov. 2026, 20:02",
        "Page 1 sur 1",
    ):
        assert part in told, part


@pytest.mark.parametrize("sort", list(Sort))
def test_a_stadiums_list_is_many_small_ones(sort: Sort) -> None:
    """Every ticket is in one part, in order; no part is long, so none takes long."""
    zones = ["North", "South", "Floor"]
    lines = [
        line(number, name=f"Ann {chr(65 + number % 26)}{number}", zone=zones[number % 3]) for number in range(40_000)
    ]
    found = of(lines, sort)
    assert max(len(part.lines) for part in found.parts) <= PART_LINES_MAX
    assert sorted(one.serial for part in found.parts for one in part.lines) == list(range(40_000))
    names = [called(found, part, "en") for part in found.parts]
    assert len(set(names)) == len(names) >= 40
    if sort is Sort.NAME:
        ordered = [folded(one.name.split()[-1]) for part in found.parts for one in part.lines]
        assert ordered == sorted(ordered)
    else:
        assert [part.zones[0] for part in found.parts] == sorted(
            (part.zones[0] for part in found.parts), key=zones.index
        )


def test_by_name_is_by_the_family() -> None:
    names = ["Zoë Ångström", "ada lovelace", "Émile Zola", "Bo Eckstein", "Ève Éclair", ""]
    (part,) = parts([line(number, name=name) for number, name in enumerate(names)], Sort.NAME)
    assert [one.name for one in part.lines] == [
        "",
        "Zoë Ångström",
        "Bo Eckstein",
        "Ève Éclair",
        "ada lovelace",
        "Émile Zola",
    ]


def test_boxes_go_together() -> None:
    """Zones of less than a page share their papers; others have their own."""
    sizes = [("Stalls", 600), *((f"Box {number}", 5) for number in range(1, 17)), ("Balcony", 60), ("Royal box", 8)]
    zones = [zone for zone, size in sizes for _ in range(size)]
    found = of([line(number, zone=zone) for number, zone in enumerate(zones)], Sort.SEAT)
    assert [called(found, part, "en") for part in found.parts] == ["Stalls", "Box 1 – Box 16", "Balcony", "Royal box"]
    assert sum(len(part.lines) for part in found.parts) == len(zones)
