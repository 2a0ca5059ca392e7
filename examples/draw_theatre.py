"""Draws `theatre.json`: a theatre of about 1,400 seats, as one might draw one's own.

Everything is in centimetres from the middle of the stage's edge: x to the right as the house sees it, y towards the
back. Rows are arcs round one point far behind the stage, so that every seat looks at it. Left of the centre seats
are odd, right of it even. `python -m examples.draw_theatre` writes the file anew.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

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
    Row,
    RowLabels,
    Seat,
    Size,
    Table,
    Zone,
)

FILE = Path(__file__).with_name("theatre.json")

SEAT = 55  # from seat to seat along a row
ROW = 95  # from row to row
AISLE = 125
BAY = 110  # what a wheelchair takes of a row
ARC = 2_000  # from the stage's edge to the point the rows turn round
STAGE_X, STAGE_Y = 2_000, 950  # where the middle of the stage's edge lies on the sheet
FOCUS = 250  # how far behind the stage's edge one looks
PILLARS = (-620, 620)
PILLAR_Y = 2_036

PREMIUM = Category("Premium", "#8e44ad", 160)
FIRST = Category("First", "#2471a3", 130)
SECOND = Category("Second", "#17a589", 100)
THIRD = Category("Third", "#d4ac0d", 70)
RESTRICTED = Category("Restricted view", "#ca6f1e", 45)
ACCESSIBLE = Category("Accessible", "#1f618d", 50)

Spot = tuple[float, bool]  # distance along the row from its middle, and whether an aisle follows


def blocks(*counts: int, aisle: float = AISLE) -> list[Spot]:
    """Seats in blocks with aisles between, the whole row centred."""
    spots: list[Spot] = []
    along = 0.0
    for number, count in enumerate(counts):
        last_block = number == len(counts) - 1
        spots += [(along + SEAT * index, index == count - 1 and not last_block) for index in range(count)]
        along += SEAT * (count - 1) + aisle
    middle = (spots[0][0] + spots[-1][0]) / 2
    return [(spot - middle, aisle_after) for spot, aisle_after in spots]


def curved_row(
    zone: str, label: str, y: float, spots: Sequence[Spot], labels: Sequence[str], category: Category
) -> Row:
    """A row whose middle stands `y` behind the stage's edge; its ends curve towards the stage."""
    radius = ARC + y
    seats = []
    for (along, aisle_after), number in zip(spots, labels, strict=True):
        x, ahead = radius * math.sin(along / radius), radius * (math.cos(along / radius) - 1)
        seat = Seat(f"{zone}-{label}-{number}", number, round(x), round(ahead), category.name, aisle_after=aisle_after)
        seats.append(seat)
    seats[0], seats[-1] = (replace(seat, attributes=(Attribute.AISLE,)) for seat in (seats[0], seats[-1]))
    return Row(label, 0, y, tuple(seats), labels_at=RowLabels.BOTH)


def marked(seat: Seat, *attributes: Attribute, category: Category | None = None, note: str = "") -> Seat:
    """The seat with more attributes, and another category and note if given."""
    return replace(
        seat,
        attributes=seat.attributes + attributes,
        category=category.name if category else seat.category,
        note=note or seat.note,
    )


def zone(
    key: str, name: str, *rows: Row, note: str = "", tables: tuple[Table, ...] = (), floor: str = "Stalls"
) -> Zone:
    return Zone(key, name, STAGE_X, STAGE_Y, rows=rows, tables=tables, note=note, floor=floor)


def stalls() -> Zone:
    """Twenty rows of two blocks, a cross aisle after the tenth, and the wheelchair row at the back."""
    rows = []
    for index, label in enumerate(numbering.letters(20)):
        y = 300 + ROW * index + (120 if index >= 10 else 0)
        side = min(11 + index // 2, 17)
        row = curved_row("stalls", label, y, blocks(side, side), numbering.odd_even(side, side), SECOND)
        rows.append(replace(row, seats=tuple(stalls_seat(seat, index, y) for seat in row.seats)))
    pillars = tuple(
        Area(f"pillar-{number}", x, PILLAR_Y, 0, outline=Circle(24), color="#6b6b6b")
        for number, x in enumerate(PILLARS, 1)
    )
    rows.append(wheelchair_row("stalls", "W", 2_440, 4))
    drawn = zone("stalls", "Stalls", *rows, note="Step-free from the foyer.")
    return replace(drawn, areas=(written("STALLS", 200), *pillars))


def stalls_seat(seat: Seat, index: int, y: float) -> Seat:
    """Best in the middle of rows C to L; rows at an aisle have room for legs, those in the middle an induction loop."""
    central = abs(seat.x) < 480
    category = PREMIUM if central and 2 <= index < 11 else FIRST if index < 15 else SECOND
    seat = replace(seat, category=category.name)
    if index < 2:  # too near to see the whole stage: no better than row H
        seat = replace(seat, cost=round(math.hypot(1.5 * seat.x, FOCUS + 300 + ROW * 7)))
    if index in (0, 10):
        seat = marked(seat, Attribute.LEGROOM)
    if 3 <= index < 9:
        seat = marked(seat, Attribute.HEARING)
    behind_pillar = any(abs(seat.x - pillar * (1 + (y + seat.y - PILLAR_Y) / 4_000)) < 45 for pillar in PILLARS)
    if behind_pillar and y + seat.y > PILLAR_Y:
        seat = marked(seat, Attribute.RESTRICTED_VIEW, category=RESTRICTED, note="A pillar hides part of the stage.")
    return seat


def wheelchair_row(key: str, label: str, y: float, pairs: int) -> Row:
    """Bays with a companion seat beside each: `pairs` of them on either side of a middle aisle."""
    numbers = numbering.odd_even(2 * pairs, 2 * pairs)
    along = [AISLE + (BAY + SEAT) * pair + offset for pair in range(pairs) for offset in (0, (BAY + SEAT) / 2)]
    spots = [(-spot, spot == along[0]) for spot in reversed(along)] + [(spot, False) for spot in along]
    row = curved_row(key, label, y, spots, numbers, ACCESSIBLE)
    seats = list(row.seats)
    for bay in (*range(1, 2 * pairs, 2), *range(2 * pairs, 4 * pairs, 2)):
        companion = bay - 1 if bay < 2 * pairs else bay + 1
        seats[bay] = marked(seats[bay], Attribute.WHEELCHAIR, note="Space for a wheelchair.")
        seats[companion] = replace(seats[companion], companion_of=seats[bay].id, note="For a companion.")
    return replace(row, seats=tuple(seats))


def boxes() -> Iterator[Zone]:
    """Eight boxes on either side, odd on the left, along walls that open towards the back."""
    for number in range(1, 17):
        side, index = (-1 if number % 2 else 1), (number - 1) // 2
        x, y = side * (1_120 + 45 * index), 180 + 245 * index
        rows = [box_row(number, "1", side, x, y, 3), box_row(number, "2", side, x + side * 90, y + 25, 2)]
        corners = ((-40, -45), (135, -45), (135, 170), (-40, 170))
        outline = Polygon(tuple(Position(side * round(across + along * 45 / 245), along) for across, along in corners))
        walls = Area(f"box-{number}-walls", x, y, 0, outline=outline, color="#f4efe6", border_color="#c9bda6")
        drawn = zone(f"box-{number}", f"Box {number}", *map(seen_from_the_side, rows) if index < 2 else rows)
        yield replace(drawn, areas=(walls,))


def seen_from_the_side(row: Row) -> Row:
    note = "Seen from the side: a third of the stage is hidden."
    seats = (marked(seat, Attribute.RESTRICTED_VIEW, category=RESTRICTED, note=note) for seat in row.seats)
    return replace(row, seats=tuple(seats))


def box_row(box: int, label: str, side: int, x: float, y: float, count: int) -> Row:
    """Seats one behind another along the wall, as the rail runs; the front of a box is its rail."""
    category = SECOND if label == "1" else THIRD
    numbers = numbering.from_left(count, first=1 if label == "1" else 4)
    seats = (
        Seat(f"box-{box}-{number}", number, side * 11 * index, 62 * index, category.name)
        for index, number in enumerate(numbers)
    )
    return Row(label, x, y, tuple(seats))


def box_of_honour() -> Zone:
    """Eight armchairs in the middle behind the stalls, sold together."""
    spots = [((index - 3.5) * 70, False) for index in range(8)]
    row = curved_row("honour", "1", 2_640, spots, numbering.from_left(8), PREMIUM)
    table = Table("honour", "Box of honour", tuple(seat.id for seat in row.seats), sold_whole=True)
    return zone("honour", "Box of honour", row, tables=(table,), note="Sold as a whole, eight armchairs.")


def balcony() -> Zone:
    """Eight rows of three blocks; the first looks over the rail, the sides of the last see less."""
    rows = []
    for index, label in enumerate(numbering.letters(8)):
        middle, side = 22 + 2 * (index // 2), 11 + index // 3
        spots = blocks(side, middle, side)
        row = curved_row(
            "balcony", label, 2_960 + ROW * index, spots, numbering.odd_even(len(spots) // 2, len(spots) // 2), SECOND
        )
        category = FIRST if index < 3 else SECOND
        seats = [replace(seat, category=category.name) for seat in row.seats]
        if index == 0:
            seats = [marked(seat, Attribute.LEGROOM, note="A rail in front.") for seat in seats]
        rows.append(replace(row, seats=tuple(seats)))
    rows.append(wheelchair_row("balcony", "W", 3_760, 1))
    drawn = zone("balcony", "Balcony", *rows, note="Lift from the foyer.", floor="Balcony")
    return replace(drawn, areas=(written("BALCONY", 2_840),))


def gallery() -> Zone:
    """Six rows of four blocks, numbered through from the left; its sides do not see the whole stage."""
    rows = []
    for index, label in enumerate(numbering.letters(6)):
        spots = blocks(9, 14 + index, 14 + index, 9)
        row = curved_row("gallery", label, 4_140 + ROW * index, spots, numbering.from_left(len(spots)), THIRD)
        rows.append(replace(row, seats=tuple(gallery_seat(seat, index, len(spots)) for seat in row.seats)))
    drawn = zone("gallery", "Gallery", *rows, note="62 steps, no lift.", floor="Gallery")
    return replace(drawn, areas=(written("GALLERY", 4_030),))


def gallery_seat(seat: Seat, index: int, count: int) -> Seat:
    from_end = min(int(seat.label), count + 1 - int(seat.label))
    if from_end <= 4:
        note = "The near side of the stage is hidden."
        return marked(seat, Attribute.RESTRICTED_VIEW, category=RESTRICTED, note=note)
    return marked(seat, Attribute.LEGROOM) if index == 0 else seat


def surroundings() -> Zone:
    """What is drawn but not sold, and seen from every floor: the stage."""
    edge = [Position(round(1_000 * math.sin(a / 10)), round(140 * math.cos(a / 10) - 140)) for a in range(-10, 11)]
    stage = Polygon((Position(-700, -800), *edge, Position(700, -800)))
    areas = (
        Area(
            "stage",
            0,
            0,
            0,
            name="Stage",
            outline=stage,
            color="#ead9c3",
            border_color="#a08763",
            text=word("STAGE", -400),
        ),
    )
    return Zone("surroundings", "Surroundings", STAGE_X, STAGE_Y, areas=areas)


def written(text: str, y: float) -> Area:
    return Area(f"word-{text.lower()}", 0, y, 0, text=word(text))


def word(text: str, y: float = 0) -> AreaText:
    return AreaText(text, 0, y, color="#555555", size=90)


def theatre() -> Plan:
    return Plan(
        "Theatre",
        (PREMIUM, FIRST, SECOND, THIRD, RESTRICTED, ACCESSIBLE),
        (surroundings(), stalls(), *boxes(), box_of_honour(), balcony(), gallery()),
        Size(2 * STAGE_X, 5_800),
        focal_point=Position(STAGE_X, STAGE_Y - FOCUS),
    )


if __name__ == "__main__":
    FILE.write_bytes(placeur_json.write(theatre()))
