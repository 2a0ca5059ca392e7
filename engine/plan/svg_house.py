"""Zones and rows out of a drawing's seats: what its groups say, and where they say nothing, how the seats stand.

The outermost groups that hold seats are zones; one round the whole house, such as a drawing program's layer, is not.
A group whose seats stand in one line, or that calls itself a row, is a row; all other seats of a zone are gathered
into rows by where they stand. `data-zone` and `data-row` say otherwise.
"""

from collections import defaultdict
from collections.abc import Callable

import numpy as np
from msgspec import Struct

from engine.plan import numbering, svg_names, svg_rows
from engine.plan.overlaps import Floats, Integers
from engine.plan.svg_names import SHORT_MAX
from engine.plan.svg_seats import Spot
from engine.plan.svg_shapes import Group

TABLE_SEATS_MAX = 40
LETTERED_MAX = 100
"""Rows of a zone that letters are given to; more are numbered."""
YES = frozenset(("true", "yes", "seat"))
"""What `data-seat` says when it says that this is a seat, not which."""


class Line(Struct):
    """A row: its label, the seats by their numbers from left to right, and their labels."""

    label: str
    seats: list[int]
    labels: list[str]
    table: bool = False


class Block(Struct, eq=False):
    """A group of seats as it is understood: groups inside one another that hold the same seats and have but one name
    between them are one. `seats` are those that are in no block inside."""

    groups: list[Group]
    name: str
    given: dict[str, str]
    seats: list[int] = []
    inner: "list[Block]" = []
    held: int = 0
    line: bool | None = None


class Part(Struct):
    """A zone: the block it is, if it is one, what it is called, and its rows from the focal point backwards."""

    block: Block | None
    name: str
    lines: list[Line]


class House:
    """The seats of a drawing, put in order."""

    def __init__(self, spots: list[Spot], points: Floats, step: float, focus: Floats | None) -> None:
        self.spots, self.points, self.step, self.focus = spots, points, step, focus
        self.blocks: dict[int, Block] = {}
        self.above: dict[int, Block | None] = {}
        for number, spot in enumerate(spots):
            if spot.group is not None:
                self._put(number, spot.group)
        self.top = [block for key, block in self.blocks.items() if self.above[key] is None]
        for block in self.top:
            self._fold(block, None)

    def parts(self) -> list[Part]:
        """Zones in the order in which the drawing comes to them."""
        zones = {id(block) for block in self._zones()}
        members: dict[object, list[int]] = defaultdict(list)
        kinds: dict[object, tuple[Block | None, str]] = {}
        for number, spot in enumerate(self.spots):
            key, block, name = self._zone_of(spot, zones)
            kinds.setdefault(key, (block, name))
            members[key].append(number)
        return [Part(*kinds[key], self._rows(numbers, kinds[key][0])) for key, numbers in members.items()]

    def _put(self, number: int, group: Group) -> None:
        """Put a seat into the block of its group, and that into those round it."""
        self._block(group).seats.append(number)
        for one in group.chain():
            self._block(one).held += 1

    def _block(self, group: Group) -> Block:
        if id(group) not in self.blocks:
            given = {key: value for key, value in group.node.attributes.items() if key in ("data-zone", "data-row")}
            block = Block([group], svg_names.label(group.node), given)
            above = self._block(group.parent) if group.parent is not None else None
            self.blocks[id(group)], self.above[id(group)] = block, above
            if above is not None:
                above.inner.append(block)
        return self.blocks[id(group)]

    def _fold(self, block: Block, above: Block | None) -> None:
        """Make one of a block and the only one inside it, where not both are named."""
        while len(block.inner) == 1 and not block.seats:
            (only,) = block.inner
            if (block.name or block.given) and (only.name or only.given):
                break
            block.groups += only.groups
            block.name, block.given = block.name or only.name, block.given | only.given
            block.seats, block.inner = only.seats, only.inner
        for group in block.groups:
            self.blocks[id(group)], self.above[id(group)] = block, above
        for inner in block.inner:
            self._fold(inner, block)

    def _zones(self) -> list[Block]:
        """The blocks that are zones: inside those that hold the whole house."""
        top = self.top
        while len(top) == 1:
            (block,) = top
            whole = block.held == len(self.spots) and not block.seats and "data-zone" not in block.given
            if not whole or all(self._is_line(one) for one in block.inner):
                break
            top = block.inner
        rows = len(top) > 1 and all(self._is_line(block) for block in top)
        return [block for block in top if not (self._is_row(block) or (rows and 0 < len(block.name) <= SHORT_MAX))]

    def _is_row(self, block: Block) -> bool:
        """Whether a block says that it is a row."""
        if block.inner:
            return False
        return "data-row" in block.given or svg_names.is_row(block.name) or self._is_table(block)

    def _is_table(self, block: Block) -> bool:
        return not block.inner and 1 < block.held <= TABLE_SEATS_MAX and svg_names.is_table(block.name)

    def _is_line(self, block: Block) -> bool:
        """Whether a block may be a row: it says so, or its seats stand in one line."""
        if block.line is None:
            stands = not block.inner and svg_rows.is_line(self.points[block.seats], self.step)
            block.line = stands or self._is_row(block)
        return block.line

    def _zone_of(self, spot: Spot, zones: set[int]) -> tuple[object, Block | None, str]:
        """What tells a seat's zone from others, the block that it is, and its name."""
        if name := spot.said("data-zone"):
            return name, None, name
        block = self.blocks[id(spot.group)] if spot.group else None
        while block is not None:
            if id(block) in zones:
                return id(block), block, block.name
            block = self.above[id(block.groups[0])]
        return None, None, ""

    def _rows(self, numbers: list[int], zone: Block | None) -> list[Line]:
        """The rows of a zone."""
        named: dict[str, list[int]] = defaultdict(list)
        grouped: dict[int, list[int]] = defaultdict(list)
        loose: list[int] = []
        for number in numbers:
            spot = self.spots[number]
            block = self.blocks[id(spot.group)] if spot.group else None
            own = any("data-row" in node.attributes for node in spot.nodes)
            if block is not None and block is not zone and not own and self._is_line(block):
                grouped[id(block.groups[0])].append(number)
            elif label := spot.said("data-row"):
                named[label].append(number)
            else:
                loose.append(number)
        lines = [Line(label, self._ordered(members), []) for label, members in named.items()]
        for key, members in grouped.items():
            block = self.blocks[key]
            label = svg_names.cleaned(block.given.get("data-row", "")) or svg_names.row_label(block.name)
            lines.append(Line(label, self._ordered(members), [], self._is_table(block)))
        lines += [Line("", members, []) for members in self._gathered(loose)]
        places = [np.array(line.seats) for line in lines]
        order = svg_rows.front_to_back(self.points, places, np.array(numbers), self.step, self.focus)
        return self._labelled([lines[index] for index in order.tolist()])

    def _ordered(self, members: list[int]) -> list[int]:
        order = svg_rows.along(self.points[members], self.step, self.focus)
        return [members[index] for index in order.tolist()]

    def _gathered(self, loose: list[int]) -> list[list[int]]:
        """Rows of seats that no group gathers: by their names where these agree with how they stand."""
        if not loose:
            return []
        rows: dict[str, list[int]] = defaultdict(list)
        for number in loose:
            rows[_told(self.spots[number])[0]].append(number)
        if "" not in rows and all(self._is_told_row(members) for members in rows.values()):
            return [self._ordered(members) for members in rows.values()]
        found: list[Integers] = svg_rows.gathered(self.points[loose], self.step, self.focus)
        return [[loose[index] for index in row.tolist()] for row in found]

    def _is_told_row(self, members: list[int]) -> bool:
        labels = {_told(self.spots[number])[1] for number in members}
        return len(labels) == len(members) and svg_rows.is_line(self.points[members], self.step)

    def _labelled(self, lines: list[Line]) -> list[Line]:
        """Rows with labels of their own or the next letters, their seats with labels."""
        for line in lines:
            line.labels = _seat_labels([self.spots[number] for number in line.seats])
            if not line.label:
                told = {_told(self.spots[number])[0] for number in line.seats}
                line.label = told.pop() if len(told) == 1 else ""
        used = {line.label for line in lines}
        wanted = sum(not line.label for line in lines)
        count = wanted + len(used)
        names = numbering.letters(count) if count <= LETTERED_MAX else numbering.from_left(count)
        free = (name for name in names if name not in used)
        for line in lines:
            line.label = svg_names.cleaned(line.label or next(free))
        return lines


def _told(spot: Spot) -> tuple[str, str]:
    """The row and the seat that a seat's names tell."""
    said = [name for node in spot.nodes for name in svg_names.names(node)]
    found = [svg_names.seat_labels(name) for name in said]
    row = next((row for row, _ in found if row), "")
    return row, next((seat for _, seat in found if seat), "")


def _seat_labels(spots: list[Spot]) -> list[str]:
    """The labels of a row's seats: as they are told, else written on them; where they are not, counted."""
    given = [label if label.lower() not in YES else "" for label in (spot.said("data-seat") for spot in spots)]
    for source in (lambda spot: _told(spot)[1], _written):
        labels = _filled(given, spots, source)
        if "" not in labels:
            return labels
    labels = max((_filled(given, spots, source) for source in (lambda spot: _told(spot)[1], _written)), key=_count_said)
    used = set(labels)
    free = (name for name in numbering.from_left(2 * len(spots)) if name not in used)
    return [label or next(free) for label in labels]


def _filled(given: list[str], spots: list[Spot], source: Callable[[Spot], str]) -> list[str]:
    """The given labels, and those of the source; none of the source's if they do not tell seats apart."""
    said = [label or source(spot) for label, spot in zip(given, spots, strict=True)]
    kept = [label for label in said if label]
    return said if len(set(kept)) == len(kept) else given


def _count_said(labels: list[str]) -> int:
    return sum(map(bool, labels))


def _written(spot: Spot) -> str:
    return spot.written
