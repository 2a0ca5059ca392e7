"""An SVG file as a tree of the elements that draw, name or style something: all that a reader of plans looks at.

Expat reads it, which fetches nothing. Files that declare entities are refused, so that none unfolds; scripts, pictures,
gradients, foreign objects and whatever drawing programs keep for themselves are passed over, whatever they hold.
"""

from typing import NoReturn
from xml.parsers import expat

from msgspec import Struct

from engine.plan import decoding
from engine.plan.decoding import AT
from engine.plan.model import PlanRefused
from engine.plan.sayings import Filling

ELEMENTS_MAX = 500_000
DEPTH_MAX = 100
NAME_SHOWN_MAX = 40

GROUPS = frozenset({"svg", "g", "a", "switch", "symbol", "defs", "use"})
SHAPES = frozenset({"circle", "ellipse", "rect", "path", "polygon", "polyline", "text"})
WORDS = frozenset({"title", "style", "text", "tspan", "textPath"})
KEPT = GROUPS | SHAPES | WORDS
_CUT_OFF = frozenset(
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS, expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION, expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
)  # fmt: skip


class Node(Struct):
    """An element: its name without a prefix, and where in the file it begins."""

    tag: str
    attributes: dict[str, str]
    line: int
    column: int
    children: "list[Node]" = []
    words: list[str] = []
    names: tuple[str, ...] | None = None
    """What it is called, once somebody has asked `svg_names`."""

    def refuse(self, text: str, **told: Filling) -> NoReturn:
        """Refuse the file for what this element says."""
        raise PlanRefused(text, AT, line=str(self.line), column=str(self.column), **told)

    def text(self) -> str:
        """The words in it and in what it holds, each run of spaces as one; titles left out."""
        return " ".join("".join(self._spoken()).split())

    def title(self) -> str:
        """What its `<title>` calls it, or ""."""
        return next((child.text() for child in self.children if child.tag == "title"), "")

    def _spoken(self) -> list[str]:
        """Words apart where they are on lines of their own."""
        said = list(self.words)
        for child in self.children:
            if child.tag != "title":
                said += [" ", *child._spoken()] if child.attributes.keys() & {"x", "y", "dy"} else child._spoken()
        return said


def parse(data: bytes) -> Node:
    """The drawing's outermost element; PlanRefused, with the line and column, if the file is not an SVG drawing."""
    builder = _Builder()
    decoding.check(data)
    try:
        builder.parser.Parse(data, True)
    except expat.ExpatError as error:
        where = {"line": str(error.lineno), "column": str(error.offset + 1)}
        if error.code in _CUT_OFF:
            raise PlanRefused("The file is cut off: it ends in the middle of its XML.", AT, **where) from None
        raise PlanRefused("The file is not XML: {reason}.", AT, reason=expat.ErrorString(error.code), **where) from None
    except (LookupError, ValueError):
        raise PlanRefused("The file is in an unknown encoding: save it as UTF-8.", AT, line="1", column="1") from None
    assert builder.root is not None
    return builder.root


class _Builder:
    """What expat calls, and what has been built so far. `passed` counts the open elements that are passed over."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.open: list[Node] = []
        self.passed = 0
        self.count = 0
        self.prefix = ""
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._said
        self.parser.EntityDeclHandler = self._entity

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > ELEMENTS_MAX:
            self._here(name).refuse("A drawing has at most {most} elements.", most=ELEMENTS_MAX)
        if len(self.open) + self.passed >= DEPTH_MAX:
            self._here(name).refuse("A drawing has at most {most} elements inside one another.", most=DEPTH_MAX)
        if self.root is None:
            self.prefix = name.removesuffix("svg")
        tag = name.removeprefix(self.prefix)
        node = self._here(tag, attributes)
        if self.root is None:
            if tag != "svg" or self.prefix.strip(":") == self.prefix != "":
                shown = name[:NAME_SHOWN_MAX]
                node.refuse("This is no SVG drawing: its outermost element is {name}, not svg.", name=shown)
            self.root = node
        elif self.passed or tag not in KEPT or not name.startswith(self.prefix):
            self.passed += 1
            return
        else:
            self.open[-1].children.append(node)
        self.open.append(node)

    def _end(self, name: str) -> None:
        if self.passed:
            self.passed -= 1
        else:
            self.open.pop()

    def _said(self, text: str) -> None:
        if not self.passed and self.open[-1].tag in WORDS:
            self.open[-1].words.append(text)

    def _entity(self, name: str, *_: object) -> NoReturn:
        text = "The file declares entities, which are not read: save it as plain SVG, without a program’s own data."
        self._here(name).refuse(text)

    def _here(self, tag: str, attributes: dict[str, str] | None = None) -> Node:
        line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        return Node(tag, attributes or {}, line, column)
