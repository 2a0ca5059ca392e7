"""The geometry of a stadium, drawn from nothing but the number of seats of each row.

The counts tell more than they seem to. A sector whose rows grow is a wedge: the growth, seat pitch over row depth,
is the angle its stand turns by there, and in a real oval these angles add up to half a turn at each end. A row much
shorter than rows before and behind it goes round an entrance (a vomitory). A row number at which most sectors of a
stand jump is a walkway between tiers. A sector that begins where another ends stands behind it; one of a row or two
is a box, and boxes stand behind everything.

So each stand is a path, clockwise round the pitch: a stretch per column of sectors, (length, turn). Its rows are the
path's offsets outwards, and a stretch is as long as its fullest row needs with an aisle, so that no two seats meet.
The sides run straight along the pitch; the ends turn half a turn if their rows fan out, else they are straight too.
Stands are taken for symmetric: a sector turns as its mirror image does.

Units are centimetres, x to the east, y to the south. Nothing is random: equal lists give equal drawings.
"""

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate, groupby, pairwise
from statistics import fmean

import numpy as np
from msgspec import Struct

from engine.plan.model import (
    Area,
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
    Zone,
)
from engine.plan.paths import Floats, Path

SEAT_PITCH = 50
ROW_DEPTH = 80
AISLE = 120
WALKWAY = 160
PITCH_WIDTH, PITCH_LENGTH = 6_800, 10_500
PITCH_MARGIN = 800
SHEET_MARGIN = 600
BOX_ROWS_MAX = 2
ENTRANCE_SEATS_MIN = 4
TIER_ROWS_MIN = 5

STANDS = ("west", "north", "east", "south")
_HEADINGS = {"north": 0.0, "east": math.pi / 2, "south": math.pi, "west": -math.pi / 2}
_OUTWARDS = {"north": (0, -1), "east": (1, 0), "south": (0, 1), "west": (-1, 0)}


class RowFact(Struct, frozen=True, gc=False):
    """One line of a row list."""

    stand: str
    sector: str
    row: str
    seats: int


class DrawnRow(Struct, frozen=True, gc=False):
    """A row before it has seats: `number` counts rows from the pitch, `hole` is the entrance it goes round, in
    seats."""

    label: str
    number: int
    seats: int
    hole: int

    @property
    def width(self) -> int:
        return (self.seats + self.hole) * SEAT_PITCH


class Sector(Struct, frozen=True, gc=False):
    stand: str
    name: str
    rows: tuple[DrawnRow, ...]

    @property
    def last(self) -> int:
        return self.rows[-1].number


class Stand(Struct, gc=False):
    """One side of the house: columns of sectors from first to last clockwise, boxes behind them all."""

    side: str
    columns: tuple[tuple[Sector, ...], ...]
    boxes: tuple[Sector, ...]
    walkways: tuple[int, ...]
    path: Path

    def tier(self, number: int) -> int:
        """How many walkways lie before a row."""
        return sum(number >= first for first in self.walkways)

    def depth(self, number: int) -> float:
        """Distance of a row from the front row."""
        return number * ROW_DEPTH + self.tier(number) * WALKWAY

    @property
    def rows(self) -> int:
        return max((sector.last for column in self.columns for sector in column), default=-1) + 1


class Block(Struct, gc=False):
    """The rows of one sector in one tier, which share a price; `points` are their seats' places, row by row."""

    sector: Sector
    rows: list[DrawnRow]
    points: list[Floats]
    category: str = ""

    @property
    def seats(self) -> int:
        return sum(row.seats for row in self.rows)

    @property
    def view(self) -> float:
        """Mean distance to the centre of the pitch."""
        return float(np.hypot(*np.vstack(self.points).T).mean())


def draw(name: str, facts: Iterable[RowFact]) -> Plan:
    """The plan of a stadium from its rows, each (stand, sector, row) once; stands are of STANDS. Zones are the
    sectors, in the order of their first row in `facts`; seats count from the left as seen from the pitch."""
    sectors = _sectors(list(facts))
    stands = [_stand(side, [s for s in sectors if s.stand == side]) for side in STANDS]
    stands = [stand for stand in stands if stand.columns or stand.boxes]
    _place(stands)
    blocks = [block for stand in stands for block in _blocks(stand)]
    _price(blocks)
    order = {(sector.stand, sector.name): rank for rank, sector in enumerate(sectors)}
    blocks.sort(key=lambda block: order[block.sector.stand, block.sector.name])
    ground = _ground(stands)
    low, high = _extent([*(points for block in blocks for points in block.points), ground])
    low, size = low - SHEET_MARGIN, np.ceil(high - low + 2 * SHEET_MARGIN).astype(int)
    centre = np.round(-low)
    zones = [_field(centre, ground)]
    zones += [_zone(list(of_sector), centre) for _, of_sector in groupby(blocks, key=lambda block: id(block.sector))]
    return Plan(name, _CATEGORIES, tuple(zones), Size(int(size[0]), int(size[1])), _position(centre))


def _sectors(facts: Sequence[RowFact]) -> list[Sector]:
    labels: dict[tuple[str, str], dict[str, int]] = {}
    for fact in facts:
        labels.setdefault((fact.stand, fact.sector), {})[fact.row] = fact.seats
    first = {
        side: min((n for (stand, _), rows in labels.items() if stand == side for n in _numbered(rows)), default=0)
        for side in STANDS
    }
    return [Sector(stand, sector, _rows(rows, first[stand])) for (stand, sector), rows in labels.items()]


def _numbered(labels: Iterable[str]) -> list[int]:
    """The labels as row numbers; none if they are not numbers, or too far apart to be counts of rows."""
    labels = list(labels)
    numbers = [int(label) for label in labels if label.isdecimal() and len(label) < 5]
    return numbers if len(set(numbers)) == len(labels) and max(numbers) - min(numbers) < 150 else []


def _rows(seats: dict[str, int], first: int) -> tuple[DrawnRow, ...]:
    numbers = [number - first for number in _numbered(seats)] or list(range(len(seats)))
    rows = sorted(zip(numbers, seats.items(), strict=True))
    counts = [count for _, (_, count) in rows]
    ahead, behind = accumulate(counts, max), list(accumulate(reversed(counts), max))[::-1]
    holes = [min(a, b) - count for a, b, count in zip(ahead, behind, counts, strict=True)]
    return tuple(
        DrawnRow(label, number, count, hole if hole >= ENTRANCE_SEATS_MIN else 0)
        for (number, (label, count)), hole in zip(rows, holes, strict=True)
    )


def _stand(side: str, sectors: list[Sector]) -> Stand:
    boxes = [sector for sector in sectors if len(sector.rows) <= BOX_ROWS_MAX]
    columns, homeless = _columns([sector for sector in sectors if len(sector.rows) > BOX_ROWS_MAX])
    stand = Stand(side, columns, tuple(boxes + homeless), _walkways(columns), Path([], [], 0))
    fans = [_fan(column[0]) for column in columns]
    turns = [(fan + mirrored) / 2 for fan, mirrored in zip(fans, reversed(fans), strict=True)]
    whole = math.pi if side in ("north", "south") and sum(turns) > math.pi / 2 else 0
    turns = [turn * whole / sum(turns) if whole else 0.0 for turn in turns]
    lengths = [_length(stand, column, turn) for column, turn in zip(columns, turns, strict=True)]
    stand.path = Path(lengths or [1.0], turns or [0.0], _HEADINGS[side] - whole / 2)
    return stand


def _columns(sectors: list[Sector]) -> tuple[tuple[tuple[Sector, ...], ...], list[Sector]]:
    """Sectors that stand behind one another, and those that found no room. Numbered sectors (all, if none is) make
    the columns; another goes behind the one whose row numbers it continues, else behind the shortest, if it fits."""
    numbered = [sector for sector in sectors if sector.name.isdecimal()] or sectors
    columns = [[sector] for sector in numbered]
    most = max((sector.last for sector in numbered), default=0)
    homeless = []
    for sector in sectors:
        if sector in numbered:
            continue
        before = [column for column in columns if column[-1].last == sector.rows[0].number - 1]
        shortest = min(columns, key=lambda column: column[-1].last)
        if before:
            before[0].append(sector)
        elif shortest[-1].last + 1 + sector.last < most:
            shortest.append(_behind(sector, shortest[-1].last + 2))
        else:
            homeless.append(sector)
    return tuple(tuple(column) for column in columns), homeless


def _behind(sector: Sector, first: int) -> Sector:
    return Sector(
        sector.stand,
        sector.name,
        tuple(DrawnRow(row.label, row.number + first, row.seats, row.hole) for row in sector.rows),
    )


def _fan(sector: Sector) -> float:
    """The angle a sector turns by, radians, never negative: the mean growth from row to row, jumps left out."""
    steps = [row.width - before.width for before, row in pairwise(sector.rows)]
    ordinary = [step for step in steps if abs(step) < ENTRANCE_SEATS_MIN * SEAT_PITCH]
    return max(0.0, fmean(ordinary)) / ROW_DEPTH if ordinary else 0.0


def _length(stand: Stand, column: Sequence[Sector], turn: float) -> float:
    """Front length of a column: its fullest row, for its depth, and an aisle."""
    rows = (row for sector in column for row in sector.rows)
    return max(SEAT_PITCH, *(row.width + AISLE - turn * stand.depth(row.number) for row in rows))


def _walkways(columns: Sequence[Sequence[Sector]]) -> tuple[int, ...]:
    """Row numbers behind a walkway, tiers apart: those at which most columns jump by an entrance or more."""
    jumps: dict[int, list[bool]] = {}
    for column in columns:
        for before, row in pairwise(column[0].rows):
            jumps.setdefault(row.number, []).append(abs(row.seats - before.seats) >= ENTRANCE_SEATS_MIN)
    found: list[int] = []
    last = max(jumps, default=0)
    for number, jumped in sorted(jumps.items()):
        apart = min(number - (found or [0])[-1], last + 1 - number) >= TIER_ROWS_MIN
        if apart and sum(jumped) * 2 > len(jumped) > len(columns) / 2:
            found.append(number)
    return tuple(found)


def _place(stands: Sequence[Stand]) -> None:
    """Move the paths round the origin. The ends keep beyond the sides' length, the sides beyond the ends' width, so
    that no two stands meet; an end that was turned to be level keeps the distance its last row needs."""
    slack = {stand.side: stand.depth(stand.rows) * abs(stand.path.level(_HEADINGS[stand.side])) for stand in stands}
    chords = {stand.side: np.abs(stand.path.front()[-1] - stand.path.front()[0]) for stand in stands}
    curved = [stand.side for stand in stands if stand.path.turns.any()]
    half_width = max([PITCH_WIDTH / 2 + PITCH_MARGIN, *(float(chords[side][0]) / 2 for side in curved)])
    straight = [side for side in ("west", "east") if side in chords]
    half_length = max([PITCH_LENGTH / 2 + PITCH_MARGIN, *(float(chords[side][1]) / 2 for side in straight)])
    for stand in stands:
        front = stand.path.front()
        reach = np.array((half_width, half_length + WALKWAY + slack[stand.side]))
        stand.path.move(np.array(_OUTWARDS[stand.side]) * reach - (front[0] + front[-1]) / 2)


def _blocks(stand: Stand) -> list[Block]:
    blocks: dict[tuple[str, int], Block] = {}
    for index, column in enumerate(stand.columns):
        for sector in column:
            for row in sector.rows:
                depth = stand.depth(row.number)
                lengths = stand.path.stretches(depth)
                middle = lengths[:index].sum() + lengths[index] / 2
                _append(blocks, stand, sector, row, _seats(stand.path, row, middle, depth))
    _append_boxes(blocks, stand)
    return list(blocks.values())


def _append_boxes(blocks: dict[tuple[str, int], Block], stand: Stand) -> None:
    """Side by side, their middle behind the stand's."""
    depth = stand.depth(stand.rows) + WALKWAY
    widths = [max(row.width for row in box.rows) + AISLE for box in stand.boxes]
    start = (stand.path.stretches(depth).sum() - sum(widths)) / 2
    for box, width, end in zip(stand.boxes, widths, accumulate(widths), strict=True):
        for row in box.rows:
            points = _seats(stand.path, row, start + end - width / 2, depth + row.number * ROW_DEPTH)
            _append(blocks, stand, box, row, points)


def _append(blocks: dict[tuple[str, int], Block], stand: Stand, sector: Sector, row: DrawnRow, points: Floats) -> None:
    block = blocks.setdefault((sector.name, stand.tier(row.number)), Block(sector, [], []))
    block.rows.append(row)
    block.points.append(points)


def _seats(path: Path, row: DrawnRow, middle: float, depth: float) -> Floats:
    """Where a row's seats stand, an entrance in its midst left open."""
    index = np.arange(row.seats, dtype=np.float64)
    index[(row.seats + 1) // 2 :] += row.hole
    along = middle + (index - (row.seats + row.hole - 1) / 2) * SEAT_PITCH
    return path.points(along, depth)


_CATEGORIES = (
    Category("VIP", "#8e44ad", 300),
    Category("Box", "#c0392b", 400),
    Category("Category 1", "#2471a3", 150),
    Category("Category 2", "#17a589", 120),
    Category("Category 3", "#d4ac0d", 100),
    Category("Category 4", "#7f8c8d", 75),
)
_SHARES = ((0.15, "Category 1"), (0.45, "Category 2"), (0.80, "Category 3"), (1.0, "Category 4"))


def _price(blocks: Sequence[Block]) -> None:
    """Name each block's category: guests of honour and boxes by their kind, the rest by their view, best first."""
    ordinary = []
    for block in blocks:
        if block.sector.name.upper().startswith("VIP"):
            block.category = "VIP"
        elif len(block.sector.rows) <= BOX_ROWS_MAX:
            block.category = "Box"
        else:
            ordinary.append(block)
    ordinary.sort(key=lambda block: block.view)
    whole = sum(block.seats for block in ordinary)
    for block, seats in zip(ordinary, accumulate(block.seats for block in ordinary), strict=True):
        share = (seats - block.seats / 2) / whole
        block.category = next(category for most, category in _SHARES if share <= most)


def _extent(points: Sequence[Floats]) -> tuple[Floats, Floats]:
    every = np.vstack(points)
    return every.min(axis=0), every.max(axis=0)


def _position(point: Floats) -> Position:
    return Position(float(point[0]), float(point[1]))


def _zone(blocks: Sequence[Block], centre: Floats) -> Zone:
    sector = blocks[0].sector
    corner = np.round(blocks[0].points[0][0] + centre)
    rows = [
        _row(sector, row, np.round(points + centre) - corner, block.category)
        for block in blocks
        for row, points in zip(block.rows, block.points, strict=True)
    ]
    name = f"{sector.stand.capitalize()} {sector.name.replace('_', ' ')}"
    return Zone(f"{sector.stand}-{sector.name}", name, float(corner[0]), float(corner[1]), rows=tuple(rows))


def _row(sector: Sector, row: DrawnRow, points: Floats, category: str) -> Row:
    prefix = f"{sector.stand}-{sector.name}-{row.label}-"
    last_left = (row.seats + 1) // 2 if row.hole and row.seats > 1 else 0
    ends = (1, row.seats)
    return Row(
        row.label,
        0.0,
        0.0,
        tuple(
            Seat(
                f"{prefix}{number}",
                str(number),
                x,
                y,
                category,
                attributes=(Attribute.AISLE,) if number in ends else (),
                aisle_after=number == last_left,
            )
            for number, (x, y) in enumerate(points.tolist(), 1)
        ),
        labels_at=RowLabels.START,
    )


def _ground(stands: Sequence[Stand]) -> Floats:
    """The outline of the ground inside the front rows, shape (n, 2), clockwise."""
    margin = -PITCH_MARGIN / 4
    sides = []
    for side in ("north", "east", "south", "west"):
        for stand in stands:
            if stand.side == side:
                along: Floats = np.linspace(0.0, float(stand.path.stretches(margin).sum()), 40, dtype=np.float64)
                sides.append(stand.path.points(along, margin))
    return np.vstack(sides)


def _field(centre: Floats, ground: Floats) -> Zone:
    """The ground, the pitch and its markings, as decoration round the centre."""
    width, length = float(PITCH_WIDTH), float(PITCH_LENGTH)
    pitch = Rectangle(width, length)
    areas = (
        Area("ground", 0.0, 0.0, 0.0, outline=Polygon(tuple(map(_position, np.round(ground)))), color="#e8e4da"),
        Area("pitch", -width / 2, -length / 2, 0.0, outline=pitch, color="#4c9a54", border_color="#ffffff"),
        _marking("north-half", -width / 2, -length / 2, Rectangle(width, length / 2)),
        _marking("north-penalty-area", -2_016, -length / 2, Rectangle(4_032.0, 1_650.0)),
        _marking("south-penalty-area", -2_016, length / 2 - 1_650, Rectangle(4_032.0, 1_650.0)),
        _marking("centre-circle", 0.0, 0.0, Circle(915.0)),
    )
    return Zone("pitch", "Pitch", float(centre[0]), float(centre[1]), areas=areas)


def _marking(name: str, x: float, y: float, outline: Rectangle | Circle) -> Area:
    return Area(name, float(x), float(y), 0.0, outline=outline, border_color="#ffffff")
