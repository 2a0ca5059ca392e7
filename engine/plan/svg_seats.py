"""Which shapes of a drawing are seats, and where one looks from them.

What says itself that it is a seat (class `seat`, `data-seat`) is one. Otherwise size decides: seats are circles and
rectangles of the commonest size, or near it. Smaller shapes and words on a seat belong to it; two seats drawn on one
spot are one (an outline and its filling), unless both are named.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
from msgspec import Struct

from engine.plan import svg_names, svg_rows
from engine.plan.model import SEATS_MAX, PlanRefused
from engine.plan.overlaps import Floats
from engine.plan.svg_shapes import Drawing, Group, Point, Shape
from engine.plan.svg_tree import Node

SIZE_WINDOW = 1.25
SIZE_FACTOR = 1.8
"""A seat is at most so many times larger or smaller than the usual one: wheelchair places are."""
TIE_SHARE = 0.98
ASPECT_MAX = 2.5
SPOT_SHARE = 0.15
AWAY_SIZES_MAX = 10_000
STAGE_SHARE_MAX = 0.5
NUMBER_CHARS_MAX = 8
ROUND = ("circle", "ellipse", "rect")


class Spot(Struct, eq=False):
    """A seat: its shape, the elements that speak of it, the nearest first, and the group that it stands in.

    `nodes` end where other seats begin: with the seat itself, the `<use>` that repeats it, or a group of its own."""

    shape: Shape
    nodes: tuple[Node, ...]
    group: Group | None
    written: str = ""

    @property
    def point(self) -> Point:
        """Its middle."""
        return self.shape.x, self.shape.y

    def said(self, key: str) -> str:
        """A `data-` attribute of the seat, else of the nearest group that has it."""
        groups = (group.node for group in self.group.chain()) if self.group else ()
        found = (node.attributes[key] for nodes in (self.nodes, groups) for node in nodes if key in node.attributes)
        return svg_names.cleaned(next(found, ""))


class Sorted(Struct):
    """The seats of a drawing, the other shapes, the seats' usual size, and what one looks at."""

    spots: list[Spot]
    rest: list[Shape]
    size: float
    focus: Point | None


def sort(drawing: Drawing) -> Sorted:
    """Tell seats from what is only drawn; PlanRefused if there are none."""
    stages = _stages(drawing.shapes)
    marked = _marked(drawing.shapes)
    owned = {id(shape) for shapes in marked.values() for shape in shapes}
    shapes = [max(found, key=lambda shape: (shape.node.tag in ROUND, shape.size)) for found in marked.values()]
    maybe = [shape for shape in drawing.shapes if id(shape) not in owned and _may_seat(shape, stages)]
    size = _usual(np.array([shape.size for shape in (*shapes, *maybe)]))
    if not size:
        text = "No seats were found: circles or rectangles of one size, or elements of the class seat."
        raise PlanRefused(text, "")
    shapes += [shape for shape in maybe if size / SIZE_FACTOR <= shape.size <= size * SIZE_FACTOR]
    taken = owned | {id(shape) for shape in shapes}
    shapes = _once(_in_order(drawing.shapes, shapes), size)
    if len(shapes) > SEATS_MAX:
        raise PlanRefused("A plan has at most {most} seats.", "", most=SEATS_MAX)
    spots = _spots(shapes)
    rest = _apart(spots, [shape for shape in drawing.shapes if id(shape) not in taken])
    rest = _ornaments(spots, rest, size)
    return Sorted(spots, rest, size, _focus(stages, rest))


def _stages(shapes: Iterable[Shape]) -> dict[int, Node]:
    """By a shape's identity, the element that says that it is the stage. A stage that holds most of what might be
    seats is none: it is a hall with a stage in its name."""
    found: dict[int, Node] = {}
    seen: dict[int, Node | None] = {}
    held: Counter[int] = Counter()
    count = 0
    for shape in shapes:
        round_one = shape.node.tag in ROUND
        count += round_one
        node = _stage(shape, seen)
        if node is not None:
            found[id(shape)] = node
            held[id(node)] += round_one
    return {
        shape: node for shape, node in found.items()
        if held[id(node)] <= 1 or held[id(node)] <= STAGE_SHARE_MAX * count
    }  # fmt: skip


def _stage(shape: Shape, seen: dict[int, Node | None]) -> Node | None:
    if not svg_names.is_seat(shape.node):
        said = svg_names.names(shape.node) + ((shape.text,) if shape.text else ())
        if said and svg_names.is_stage(said):
            return shape.node
    for group in shape.group.chain() if shape.group else ():
        if id(group) not in seen:
            seen[id(group)] = group.node if svg_names.is_stage(svg_names.names(group.node)) else None
        if seen[id(group)] is not None:
            return seen[id(group)]
    return None


def _marked(shapes: Iterable[Shape]) -> dict[int, list[Shape]]:
    """Shapes that say that they are seats, by the element that says so: a group that does is one seat."""
    marked: dict[int, list[Shape]] = {}
    for shape in shapes:
        group = next((one for one in shape.group.chain() if svg_names.is_seat(one.node)), None) if shape.group else None
        if group is not None:
            marked.setdefault(id(group), []).append(shape)
        elif svg_names.is_seat(shape.node):
            marked[id(shape)] = [shape]
    return {key: found for key, found in marked.items() if any(shape.node.tag != "text" for shape in found)}


def _may_seat(shape: Shape, stages: dict[int, Node]) -> bool:
    node = shape.node
    if node.tag not in ROUND or id(shape) in stages or "data-capacity" in node.attributes:
        return False
    if max(shape.width, shape.height) > ASPECT_MAX * min(shape.width, shape.height):
        return False
    if svg_names.is_other(svg_names.names(node), node.attributes.get("class", "")):
        return False
    return not any(svg_names.is_legend(group.node) for group in (shape.group.chain() if shape.group else ()))


def _usual(sizes: Floats) -> float:
    """The commonest size; of two that are as common, the larger, the smaller being part of it. 0 for none."""
    sizes = np.sort(sizes[np.isfinite(sizes) & (sizes > 0)])
    if not len(sizes):
        return 0.0
    last = np.searchsorted(sizes, sizes * SIZE_WINDOW, "right")
    counts = last - np.arange(len(sizes))
    best = int(np.flatnonzero(counts >= TIE_SHARE * counts.max())[-1])
    return float(np.median(sizes[best : last[best]]))


def _in_order(every: Iterable[Shape], some: Iterable[Shape]) -> list[Shape]:
    wanted = {id(shape) for shape in some}
    return [shape for shape in every if id(shape) in wanted]


def _once(shapes: list[Shape], size: float) -> list[Shape]:
    """The shapes, of those on one spot only the first that is named, unless each is a seat in so many words."""
    points = _checked(shapes, size)
    one, other = svg_rows.pairs(points, points, SPOT_SHARE * size)
    one, other = one[one < other], other[one < other]
    cells = np.floor(points / (SPOT_SHARE * size)).tolist()
    first: dict[tuple[float, float], int] = {}
    same = [(first.setdefault((x, y), number), number) for number, (x, y) in enumerate(cells)]
    gone: set[int] = set()
    for a, b in (*same, *sorted(zip(one.tolist(), other.tolist(), strict=True))):
        nodes = [shapes[index].node for index in (a, b)]
        if a < b and not gone & {a, b} and not all("data-seat" in node.attributes for node in nodes):
            gone.add(a if [bool(svg_names.names(node)) for node in nodes] == [False, True] else b)
    return [shape for index, shape in enumerate(shapes) if index not in gone]


def _checked(shapes: list[Shape], size: float) -> Floats:
    """Where the shapes are; PlanRefused for one that is away from all others, or that no number tells."""
    points: Floats = np.array([(shape.x, shape.y) for shape in shapes], dtype=np.float64)
    near = np.isfinite(points).all(axis=1)
    middle = np.median(points[near], axis=0) if near.any() else np.zeros(2)
    near &= (np.abs(np.nan_to_num(points) - middle) <= AWAY_SIZES_MAX * size).all(axis=1)
    for index in np.flatnonzero(~near):
        shapes[index].node.refuse("This is too far away to be drawn.")
    return points


def _spots(shapes: list[Shape]) -> list[Spot]:
    """Seats with the groups that are theirs alone. A plain group of one seat is its own where most groups are such."""
    held: Counter[int] = Counter(id(group) for shape in shapes if shape.group for group in shape.group.chain())
    leaves = {id(shape.group): held[id(shape.group)] for shape in shapes if shape.group}
    single = sum(count == 1 for count in leaves.values())
    apart = len(shapes) > 1 and 2 * single > len(leaves)
    return [_spot(shape, held, apart) for shape in shapes]


def _spot(shape: Shape, held: Counter[int], apart: bool) -> Spot:
    nodes, group = [shape.node], shape.group
    pattern = False
    while group is not None and held[id(group)] == 1:
        used = any(one.node.tag == "use" and held[id(one)] == 1 for one in group.chain())
        if not (used or apart or svg_names.is_seat(group.node)):
            break
        pattern = pattern or group.node.tag == "use"
        nodes = [group.node] if group.node.tag == "use" else [*nodes, group.node]
        group = group.parent
    return Spot(shape, tuple(nodes) if not pattern else (*nodes, shape.node), group)


def _apart(spots: list[Spot], rest: list[Shape]) -> list[Shape]:
    """The shapes left when those in a seat's own group are taken away."""
    own = {id(node): spot for spot in spots for node in spot.nodes if node is not spot.shape.node}
    left = []
    for shape in rest:
        groups = shape.group.chain() if own and shape.group else ()
        spot = next((own[id(group.node)] for group in groups if id(group.node) in own), None)
        if spot is None:
            left.append(shape)
        elif shape.text and not spot.written and len(shape.text) <= NUMBER_CHARS_MAX:
            spot.written = svg_names.cleaned(shape.text)
    return left


def _ornaments(spots: list[Spot], rest: list[Shape], size: float) -> list[Shape]:
    """The shapes left when those on seats are taken away; short words on a seat are its number."""
    small = [shape for shape in rest if shape.text or shape.size < size]
    if not small:
        return rest
    points = np.array([spot.point for spot in spots])
    where = np.nan_to_num(np.array([(shape.x, shape.y) for shape in small]), posinf=1e300, neginf=-1e300)
    one, other = svg_rows.pairs(where, points, 0.5 * size)
    distances = np.hypot(*(where[one] - points[other]).T)
    gone: set[int] = set()
    for index in np.argsort(distances, kind="stable").tolist():
        shape, spot = small[one[index]], spots[other[index]]
        if id(shape) in gone or len(shape.text) > NUMBER_CHARS_MAX:
            continue
        gone.add(id(shape))
        if shape.text and not spot.written:
            spot.written = svg_names.cleaned(shape.text)
    return [shape for shape in rest if id(shape) not in gone]


def _focus(stages: dict[int, Node], rest: Iterable[Shape]) -> Point | None:
    """The middle of the largest thing that says that it is the stage; of words only where nothing else does."""
    found: dict[int, list[Shape]] = {}
    for shape in rest:
        if id(shape) in stages:
            found.setdefault(id(stages[id(shape)]), []).append(shape)
    best = max(found.values(), key=lambda shapes: (any(not one.text for one in shapes), _extent(shapes)), default=None)
    if best is None:
        return None
    low, high = _bounds(shape for shape in best if not shape.text or len(best) == 1 or all(one.text for one in best))
    return (low[0] + high[0]) / 2, (low[1] + high[1]) / 2


def _extent(shapes: Iterable[Shape]) -> float:
    return max((shape.size for shape in shapes), default=0.0)


def _bounds(shapes: Iterable[Shape]) -> tuple[Point, Point]:
    corners = np.array(list(_corners(shapes)))
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    return (float(left), float(top)), (float(right), float(bottom))


def _corners(shapes: Iterable[Shape]) -> Iterator[Point]:
    for shape in shapes:
        for across, down in ((-0.5, -0.5), (0.5, 0.5)):
            yield shape.x + across * shape.width, shape.y + down * shape.height
