"""The shapes that an SVG drawing shows, each where it ends up: transforms applied, `<use>` followed, styles inherited.

Lengths are in pixels as SVG counts them, 96 to the inch; what is not shown (`display: none`, definitions) is left out.
A `<use>` is a group of what it repeats, so that a seat drawn by one is known by the `<use>`, not by its pattern.
"""

import math
import re
from collections.abc import Iterator
from contextlib import suppress

from fontTools.misc.transform import Identity, Transform
from fontTools.pens.basePen import BasePen
from fontTools.svgLib.path import parse_path
from msgspec import Struct
from msgspec.structs import replace

from engine.plan.svg_styles import Sheet, Style, color_of
from engine.plan.svg_tree import DEPTH_MAX, ELEMENTS_MAX, GROUPS, SHAPES, Node

PATH_CHARS_MAX = 50_000
PATHS_CHARS_MAX = 2_000_000
CORNERS_MAX = 2_000
CURVE_STEPS = 8
FONT_SIZE = 16.0
PIXELS = {
    "": 1.0, "px": 1.0, "in": 96.0, "cm": 96 / 2.54, "mm": 96 / 25.4, "q": 96 / 101.6, "pt": 96 / 72, "pc": 16.0,
    "em": FONT_SIZE, "rem": FONT_SIZE, "ex": FONT_SIZE / 2,
}  # fmt: skip
PHYSICAL = frozenset({"in", "cm", "mm", "q", "pt", "pc"})

Point = tuple[float, float]

_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_NUMBERS = re.compile(_NUMBER)
_LENGTH = re.compile(rf"\s*({_NUMBER})\s*(%|[a-zA-Z]*)\s*")
_STEP = re.compile(r"[\s,]*(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^()]*)\)")
_ARGUMENTS = {"matrix": (6,), "translate": (1, 2), "scale": (1, 2), "rotate": (1, 3), "skewX": (1,), "skewY": (1,)}


class Group(Struct, eq=False):
    """A group, or a `<use>`, and the group it is in."""

    node: Node
    parent: "Group | None"

    def chain(self) -> "Iterator[Group]":
        """Itself and the groups round it, outwards."""
        group: Group | None = self
        while group is not None:
            yield group
            group = group.parent


class Shape(Struct, eq=False):
    """A shape where it is shown: its middle, its sides as they were before any skewing, and its `size`, the side of
    the square that covers as much. `corners` are a polygon's or path's; `text` what a `<text>` says."""

    node: Node
    group: Group | None
    matrix: Transform
    x: float
    y: float
    width: float
    height: float
    size: float
    fill: str
    stroke: str
    corners: tuple[Point, ...] = ()
    text: str = ""


class Drawing(Struct):
    """What is shown, in the order it is drawn; `centimetres` is a pixel's length where the drawing says so, else None.
    `sheet` is the extent of the view."""

    root: Node
    shapes: list[Shape]
    centimetres: float | None
    sheet: Point | None


class _Context(Struct):
    matrix: Transform
    view: Point
    style: Style
    group: Group | None


def read(root: Node) -> Drawing:
    """The shapes of a parsed drawing; PlanRefused, with the place, where it cannot be understood."""
    walk = _Walk(root)
    view, physical = _view(root)
    sheet = _box(root)
    size = (view[0] or (sheet[2] if sheet else 0.0), view[1] or (sheet[3] if sheet else 0.0))
    matrix = _fitted(root, size, sheet)
    context = _Context(matrix, (sheet[2], sheet[3]) if sheet else size, {}, None)
    walk.inside(root, replace(context, style=walk.styled(root, context)), 1)
    shown = size if all(size) else None
    return Drawing(root, walk.shapes, 2.54 / 96 if physical else None, shown)


def matrix_of(node: Node, name: str = "transform") -> Transform:
    """An element's own transform."""
    given = node.attributes.get(name, "")
    matrix, end = Identity, 0
    for step in _STEP.finditer(given):
        numbers = [float(number) for number in _NUMBERS.findall(step[2])]
        if step.start() != end or len(numbers) not in _ARGUMENTS[step[1]]:
            break
        matrix, end = matrix.transform(_step(step[1], numbers)), step.end()
    if given[end:].strip(" \t\r\n,"):
        node.refuse("The transform {value} cannot be read.", value=given[:100])
    return matrix


def length(node: Node, name: str, whole: float, missing: float = 0.0) -> float:
    """A length of an element in pixels, percentages being of `whole`."""
    given = node.attributes.get(name)
    if given is None or given.strip() == "auto":
        return missing
    found = _LENGTH.fullmatch(given)
    if found is None or (found[2] != "%" and found[2].lower() not in PIXELS):
        node.refuse("The {name} {value} is not a length.", name=name, value=given[:100])
    return float(found[1]) * (whole / 100 if found[2] == "%" else PIXELS[found[2].lower()])


def _step(kind: str, given: list[float]) -> Transform:
    match kind:
        case "matrix":
            return Transform(*given)
        case "translate":
            return Transform(1, 0, 0, 1, given[0], given[1] if len(given) > 1 else 0)
        case "scale":
            return Identity.scale(*given)
        case "rotate":
            turned = Identity.rotate(math.radians(given[0]))
            if len(given) == 1:
                return turned
            return Identity.translate(given[1], given[2]).transform(turned).translate(-given[1], -given[2])
        case "skewX":
            return Identity.skew(math.radians(given[0]), 0)
        case _:
            return Identity.skew(0, math.radians(given[0]))


def _view(root: Node) -> tuple[Point, bool]:
    """The root's width and height in pixels, 0 for none and for percentages, and whether they are lengths on paper."""
    sides, physical = [], False
    for name in ("width", "height"):
        given = root.attributes.get(name, "")
        sides.append(0.0 if given.strip().endswith("%") else length(root, name, 0.0))
        found = _LENGTH.fullmatch(given)
        physical = physical or (found is not None and found[2].lower() in PHYSICAL)
    return (sides[0], sides[1]), physical


def _box(node: Node) -> tuple[float, float, float, float] | None:
    given = node.attributes.get("viewBox")
    if given is None:
        return None
    numbers = [float(number) for number in _NUMBERS.findall(given)]
    if len(numbers) != 4:
        node.refuse("The viewBox {value} is not four numbers.", value=given[:100])
    return (numbers[0], numbers[1], numbers[2], numbers[3]) if numbers[2] > 0 and numbers[3] > 0 else None


def _fitted(node: Node, size: Point, box: tuple[float, float, float, float] | None) -> Transform:
    """From a view box to a view of this size, in the middle of it unless told otherwise."""
    if box is None or not all(size):
        return Identity
    across, down = size[0] / box[2], size[1] / box[3]
    kept = node.attributes.get("preserveAspectRatio", "xMidYMid")
    if "none" in kept:
        return Identity.scale(across, down).translate(-box[0], -box[1])
    scale = max(across, down) if "slice" in kept else min(across, down)
    left = (size[0] - box[2] * scale) * (0.0 if "xMin" in kept else 1.0 if "xMax" in kept else 0.5)
    top = (size[1] - box[3] * scale) * (0.0 if "YMin" in kept else 1.0 if "YMax" in kept else 0.5)
    return Identity.translate(left, top).scale(scale, scale).translate(-box[0], -box[1])


class _Walk:
    """Goes through a drawing as a browser would draw it."""

    def __init__(self, root: Node) -> None:
        self.shapes: list[Shape] = []
        self.sheet = Sheet(root)
        self.ids: dict[str, Node] = {}
        self.count = 0
        self.path_chars = 0
        self._note(root)

    def styled(self, node: Node, context: _Context) -> Style:
        own = self.sheet.own(node)
        inherited = {name: value for name, value in own.items() if value != "inherit"}
        return {**context.style, **inherited} if inherited else context.style

    def inside(self, node: Node, context: _Context, depth: int) -> None:
        for child in node.children:
            if child.tag in SHAPES or (child.tag in GROUPS and child.tag not in ("symbol", "defs")):
                self._visit(child, context, depth)

    def _visit(self, node: Node, context: _Context, depth: int) -> None:
        self.count += 1
        if self.count > ELEMENTS_MAX:
            text = "A drawing has at most {most} elements, counting each time that one is used."
            node.refuse(text, most=ELEMENTS_MAX)
        style = self.styled(node, context)
        if style.get("display") == "none":
            return
        if "transform" in node.attributes:
            context = replace(context, matrix=context.matrix.transform(matrix_of(node)))
        if node.tag in SHAPES:
            if style.get("visibility") not in ("hidden", "collapse"):
                self._draw(node, context, style)
            return
        if depth >= DEPTH_MAX:
            node.refuse("A drawing has at most {most} elements inside one another.", most=DEPTH_MAX)
        context = _Context(context.matrix, context.view, style, Group(node, context.group))
        if node.tag == "use":
            self._use(node, context, depth)
        elif node.tag == "svg":
            self._within(node, node, context, depth)
        else:
            self.inside(node, context, depth + 1)

    def _use(self, node: Node, context: _Context, depth: int) -> None:
        """What a `<use>` repeats, as though it stood there."""
        link = node.attributes.get("href") or node.attributes.get("xlink:href") or ""
        pattern = self.ids.get(link.strip().removeprefix("#"))
        if pattern is None:
            return
        if pattern.tag in ("symbol", "svg"):
            if "transform" in pattern.attributes:
                context = replace(context, matrix=context.matrix.transform(matrix_of(pattern)))
            context = replace(context, style=self.styled(pattern, context))
            self._within(node, pattern, context, depth)
        elif pattern.tag in SHAPES or pattern.tag in GROUPS:
            x, y = (length(node, name, context.view[index]) for index, name in enumerate("xy"))
            context = replace(context, matrix=context.matrix.translate(x, y))
            if pattern.tag in ("g", "a", "switch"):
                matrix = context.matrix.transform(matrix_of(pattern))
                context = replace(context, matrix=matrix, style=self.styled(pattern, context))
                self.inside(pattern, context, depth + 1)
            else:
                self._visit(pattern, context, depth + 1)

    def _within(self, node: Node, frame: Node, context: _Context, depth: int) -> None:
        """What a frame of its own view holds, shown where the node stands."""
        x, y = (length(node, name, context.view[index]) for index, name in enumerate("xy"))
        sides = []
        for name, whole in zip(("width", "height"), context.view, strict=True):
            sides.append(length(node, name, whole, length(frame, name, whole, whole)))
        size, box = (sides[0], sides[1]), _box(frame)
        matrix = context.matrix.translate(x, y).transform(_fitted(frame, size, box))
        view = (box[2], box[3]) if box else size
        self.inside(frame, replace(context, matrix=matrix, view=view), depth + 1)

    def _draw(self, node: Node, context: _Context, style: Style) -> None:
        corners: tuple[Point, ...] = ()
        text = ""
        if node.tag in ("circle", "ellipse", "rect"):
            x, y, width, height = _sides(node, context.view)
        elif node.tag == "text":
            text = node.text()
            x, y, width, height = _written(node, text, style, context.view)
        else:
            corners = self._corners(node)
            x, y, width, height = _extent(corners)
        if width <= 0 or height <= 0:
            return
        a, b, c, d, _, _ = matrix = context.matrix
        covered = math.sqrt(abs(a * d - b * c) * width * height)
        x, y = matrix.transformPoint((x, y))
        fill, stroke = color_of(style.get("fill", "black")), color_of(style.get("stroke", "none"))
        self.shapes.append(
            Shape(
                node, context.group, matrix, x, y, width * math.hypot(a, b), height * math.hypot(c, d), covered,
                fill, stroke, corners, text,
            )
        )  # fmt: skip

    def _corners(self, node: Node) -> tuple[Point, ...]:
        """The outline of a path or polygon, without its transform: of several, the largest."""
        given = node.attributes.get("d" if node.tag == "path" else "points", "")
        self.path_chars += len(given)
        if len(given) > PATH_CHARS_MAX or self.path_chars > PATHS_CHARS_MAX:
            return ()
        if node.tag != "path":
            numbers = [float(number) for number in _NUMBERS.findall(given)]
            return _thinned(list(zip(numbers[::2], numbers[1::2], strict=False)))
        pen = _Flat()
        with suppress(ArithmeticError, IndexError, ValueError):  # a path is shown as far as it can be read
            parse_path(given, pen)
        return _thinned(max(pen.outlines, key=_covered, default=[]))

    def _note(self, node: Node) -> None:
        if "id" in node.attributes:
            self.ids.setdefault(node.attributes["id"], node)
        for child in node.children:
            self._note(child)


def _sides(node: Node, view: Point) -> tuple[float, float, float, float]:
    """Middle and sides of a circle, ellipse or rectangle."""
    across, down = view
    if node.tag == "rect":
        width, height = length(node, "width", across), length(node, "height", down)
        return length(node, "x", across) + width / 2, length(node, "y", down) + height / 2, width, height
    x, y = length(node, "cx", across), length(node, "cy", down)
    if node.tag == "circle":
        radius = length(node, "r", math.hypot(across, down) / math.sqrt(2))
        return x, y, 2 * radius, 2 * radius
    ry = length(node, "ry", down, -1.0)
    rx = length(node, "rx", across, ry)
    return x, y, 2 * rx, 2 * (rx if ry < 0 else ry)


def _written(node: Node, text: str, style: Style, view: Point) -> tuple[float, float, float, float]:
    """Middle and sides of words, as wide as they usually run."""
    found = _LENGTH.fullmatch(style.get("font-size", ""))
    size = float(found[1]) * PIXELS.get(found[2].lower(), FONT_SIZE / 100) if found else FONT_SIZE
    width = 0.6 * size * len(text)
    spans = [node, *(child for child in node.children if child.tag == "tspan")]
    at = []
    for name, whole in zip("xy", view, strict=True):
        holder = next((span for span in spans if name in span.attributes), node)
        first = _NUMBERS.findall(holder.attributes.get(name, "0"))
        unit = _LENGTH.fullmatch(holder.attributes.get(name, "0"))
        at.append(length(holder, name, whole) if unit else float(first[0]) if first else 0.0)
    anchor = style.get("text-anchor", "start")
    x = at[0] + {"middle": 0.0, "end": -width / 2}.get(anchor, width / 2)
    y = at[1] if style.get("dominant-baseline") in ("middle", "central") else at[1] - 0.35 * size
    return x, y, width, size


def _extent(corners: tuple[Point, ...]) -> tuple[float, float, float, float]:
    if len(corners) < 3:
        return 0.0, 0.0, 0.0, 0.0
    across, down = [x for x, _ in corners], [y for _, y in corners]
    left, top, width, height = min(across), min(down), max(across) - min(across), max(down) - min(down)
    return left + width / 2, top + height / 2, width, height


def _covered(corners: list[Point]) -> float:
    _, _, width, height = _extent(tuple(corners))
    return width * height


def _thinned(corners: list[Point]) -> tuple[Point, ...]:
    return tuple(corners[:: len(corners) // CORNERS_MAX + 1])


class _Flat(BasePen):  # type: ignore[misc]
    """Draws curves as a few straight steps."""

    def __init__(self) -> None:
        super().__init__()
        self.outlines: list[list[Point]] = []

    def _moveTo(self, pt: Point) -> None:  # noqa: N802
        self.outlines.append([pt])

    def _lineTo(self, pt: Point) -> None:  # noqa: N802
        self.outlines[-1].append(pt)

    def _curveToOne(self, pt1: Point, pt2: Point, pt3: Point) -> None:  # noqa: N802
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.outlines[-1][-1], pt1, pt2, pt3
        for step in range(1, CURVE_STEPS + 1):
            t = step / CURVE_STEPS
            u = 1 - t
            p, q, r, s = u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t
            self.outlines[-1].append((p * ax + q * bx + r * cx + s * dx, p * ay + q * by + r * cy + s * dy))
