"""Draws `festival.json`: a festival ground in French, most of it standing.

Five thousand stand before the stage; behind them a terrace of seats, to the left tables, of which the front ones are
sold whole, to the right a platform for wheelchairs. In centimetres, x to the right as the public sees it, y away
from the stage. `python -m examples.draw_festival` writes the file anew.
"""

import math
from collections.abc import Iterator
from pathlib import Path

from engine.plan import numbering, placeur_json
from engine.plan.model import (
    Area,
    AreaText,
    Attribute,
    Category,
    Circle,
    Plan,
    Polygon,
    Position,
    Rectangle,
    Row,
    RowLabels,
    Seat,
    Size,
    Table,
    Zone,
)

FILE = Path(__file__).with_name("festival.json")

STANDING = Category("Fosse", "#17a589", 100)
TERRACE = Category("Gradin", "#2471a3", 130)
TABLE = Category("Table", "#8e44ad", 180)
ACCESSIBLE = Category("PMR", "#1f618d", 60)

MIDDLE = 3_200
TABLE_SEATS = 6


def word(text: str, x: float, y: float) -> AreaText:
    return AreaText(text, x, y, color="#444444", size=110)


def stage() -> Zone:
    outline = Rectangle(2_400, 900)
    area = Area("scene", -1_200, 0, 0, name="Scène", outline=outline, color="#3b3b3b", text=word("SCÈNE", 1_200, 1_020))
    return Zone("scene", "Scène", MIDDLE, 200, areas=(area,))


def standing() -> Zone:
    """The ground before the stage, wider at the back."""
    corners = ((-1_500, 0), (1_500, 0), (1_900, 3_200), (-1_900, 3_200))
    area = Area(
        "fosse",
        0,
        0,
        0,
        name="Fosse",
        outline=Polygon(tuple(Position(x, y) for x, y in corners)),
        color="#d4efe6",
        border_color="#17a589",
        text=word("FOSSE", 0, 1_600),
        capacity=5_000,
        category=STANDING.name,
    )
    return Zone("fosse", "Fosse", MIDDLE, 1_400, areas=(area,), note="Places debout, non numérotées.")


def terrace() -> Zone:
    """Six straight rows of three blocks, numbered through from the left."""
    rows = []
    for index, label in enumerate(numbering.letters(6)):
        seats = []
        for place, number in enumerate(numbering.from_left(42)):
            x = 55 * place + 120 * (place // 14) - 55 * 41 / 2 - 120
            ends = place % 14 in (0, 13)
            seats.append(
                Seat(
                    f"gradin-{label}-{number}",
                    number,
                    x,
                    0,
                    TERRACE.name,
                    attributes=(Attribute.AISLE,) if ends else (),
                    aisle_after=place in (13, 27),
                )
            )
        rows.append(Row(label, 0, 90 * index, tuple(seats), labels_at=RowLabels.BOTH))
    return Zone("gradin", "Gradin", MIDDLE, 5_000, rows=tuple(rows))


def tables() -> Zone:
    """Fourteen round tables in two files; the front four are sold whole."""
    labels = numbering.from_left(14)
    spots = [(380 + 420 * (index % 2), 1_500 + 420 * (index // 2)) for index in range(len(labels))]
    rows = tuple(Row(label, x, y, tuple(table_seats(label))) for label, (x, y) in zip(labels, spots, strict=True))
    tops = tuple(
        Area(f"plateau-{label}", x, y, 0, outline=Circle(75), color="#e8daef", border_color="#8e44ad")
        for label, (x, y) in zip(labels, spots, strict=True)
    )
    sold = tuple(
        Table(f"table-{row.label}", f"Table {row.label}", tuple(seat.id for seat in row.seats), sold_whole=index < 4)
        for index, row in enumerate(rows)
    )
    return Zone("tables", "Tables", 0, 0, rows=rows, areas=tops, tables=sold, note="Service à table.")


def table_seats(label: str) -> Iterator[Seat]:
    for place, number in enumerate(numbering.from_left(TABLE_SEATS)):
        turn = 2 * math.pi * place / TABLE_SEATS
        x, y = round(115 * math.sin(turn)), round(-115 * math.cos(turn))
        yield Seat(f"table-{label}-{number}", number, x, y, TABLE.name)


def platform() -> Zone:
    """Six bays for wheelchairs, each with a companion's seat behind it, above the heads of the standing."""
    bays, companions = [], []
    for index, number in enumerate(numbering.from_left(6)):
        bay, companion = f"pmr-1-{number}", f"pmr-2-{number}"
        bays.append(Seat(bay, number, 130 * index, 0, ACCESSIBLE.name, attributes=(Attribute.WHEELCHAIR,)))
        companions.append(Seat(companion, number, 130 * index, 0, ACCESSIBLE.name, companion_of=bay))
    floor = Area("estrade", -120, -120, 0, name="Estrade", outline=Rectangle(890, 350), color="#d6eaf8")
    rows = (Row("1", 0, 0, tuple(bays)), Row("2", 0, 110, tuple(companions)))
    return Zone("pmr", "Plateforme PMR", 5_380, 2_600, rows=rows, areas=(floor,), note="Accès de plain-pied, porte B.")


def festival() -> Plan:
    return Plan(
        "Festival",
        (STANDING, TERRACE, TABLE, ACCESSIBLE),
        (stage(), standing(), terrace(), tables(), platform()),
        Size(2 * MIDDLE, 5_800),
        focal_point=Position(MIDDLE, 900),
    )


if __name__ == "__main__":
    FILE.write_bytes(placeur_json.write(festival()))
