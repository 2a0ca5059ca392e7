"""What the names in a drawing say: titles, labels and ids as people and drawing programs write them.

"seat_A_12" is seat 12 of row A, "row-A" is row A, "Stage" is what one looks at. Names that a program counted for
itself ("circle1024", "Layer 1") say nothing.
"""

import re
from collections.abc import Mapping

from engine.plan.svg_tree import Node

TEXT_MAX = 200
SHORT_MAX = 3

_LABELS = ("inkscape:label", "aria-label", "data-name")
_ROW_WORDS = "rows?|rangée|rangee|rang|reihe|fila|fileira|riga|rij"
_SEAT_WORDS = "seats?|sièges?|sieges?|siège|place|platz|sitz|sitzplatz|fauteuil|stuhl|asiento|posto|chair|nr|no|n°"
_STAGE_WORDS = frozenset((
    "stage", "scene", "scène", "bühne", "buehne", "buhne", "pitch", "field", "terrain", "screen", "écran", "ecran",
    "leinwand", "platz", "spielfeld", "podium",
))  # fmt: skip
_STAGE_FILLERS = frozenset((
    "main", "front", "area", "outline", "background", "shape", "the", "la", "le", "die", "das", "der", "grande",
    "grosse", "große",
))  # fmt: skip
_LEGEND_WORDS = frozenset(("legend", "légende", "legende"))
_TABLE_WORDS = frozenset(("table", "tisch", "booth", "mesa", "tavolo"))
_OTHER_WORDS = _LEGEND_WORDS | _TABLE_WORDS | frozenset(("decoration", "décor", "bar", "exit", "pillar", "column"))
_COUNTED = re.compile(
    r"_?(g|path|circle|rect|ellipse|use|text|tspan|polygon|polyline|svg|symbol|layer|calque|ebene|capa|livello|group"
    r"|groupe|gruppe|oval|rectangle|vector|frame|copy|shape|object|svgid|xmlid|page|artboard|title)"
    r"([\s_.-]*(\d+|copy))*[\s_.-]*",
    re.IGNORECASE,
)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{2,4})_")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_PARTS = re.compile(r"[\s_\-.,:;/|()]+")
_JOINED = re.compile(r"([^\W\d_]{1,3})(\d{1,4}[a-z]?)")
_SEAT_NUMBER = re.compile(r"\d{1,6}[a-zA-Z]?")
_SEAT_WORD = re.compile(rf"({_SEAT_WORDS}|{_ROW_WORDS})", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")


def cleaned(text: str, chars_max: int = TEXT_MAX) -> str:
    """The text without what cannot be seen, its spaces single, cut to what a plan holds."""
    return " ".join(_UNSEEN.sub(" ", text).split())[:chars_max].strip()


def names(node: Node) -> tuple[str, ...]:
    """What an element is called, the surest first: its title, labels, id; those a program counted left out."""
    if node.names is None:
        given = node.attributes
        said = [node.title(), *(given[key] for key in _LABELS if key in given), _unescaped(given.get("id", ""))]
        cleared = [cleaned(name) for name in said if name]
        node.names = tuple(name for name in cleared if name and not _COUNTED.fullmatch(name))
    return node.names


def label(node: Node) -> str:
    """What a group is called: as it is written, an id's underscores as spaces."""
    found = next(iter(names(node)), "")
    return found.replace("_", " ").strip() if found == cleaned(_unescaped(node.attributes.get("id", ""))) else found


def row_label(name: str) -> str:
    """A row's label out of its name: "row-A" and "Row A" are row "A"."""
    found = _row(name)
    return found or name


def is_row(name: str) -> bool:
    """Whether a name says that it is a row's."""
    return bool(_row(name))


def seat_labels(name: str) -> tuple[str, str]:
    """The row and the seat that a seat's name says, "" for what it does not: "A-12" says ("A", "12")."""
    parts = [part for part in _PARTS.split(name) if part and not _SEAT_WORD.fullmatch(part)]
    if joined := next((found for part in reversed(parts) if (found := _JOINED.fullmatch(part))), None):
        return joined[1], joined[2]
    numbers = [index for index, part in enumerate(parts) if _SEAT_NUMBER.fullmatch(part)]
    if not numbers:
        return ("", parts[0]) if len(parts) == 1 and len(parts[0]) <= SHORT_MAX else ("", "")
    last = numbers[-1]
    return parts[last - 1] if last else "", parts[last]


def is_stage(said: tuple[str, ...]) -> bool:
    """Whether names say that this is what everybody looks at. "Platz 12" is a seat, "Stage left" a zone."""
    for name in said:
        words = {word.lower() for word in _WORD.findall(name)} - _STAGE_FILLERS
        if words and words <= _STAGE_WORDS and not (words == {"platz"} and any(char.isdigit() for char in name)):
            return True
    return False


def is_other(said: tuple[str, ...], classes: str) -> bool:
    """Whether names or classes say that this is no seat, though it may look like one. "Table 5, seat 3" is one."""
    words = [word for name in (*said, classes) for word in _WORD.findall(name)]
    return not _OTHER_WORDS.isdisjoint(map(str.lower, words)) and not any(map(_SEAT_WORD.fullmatch, words))


def is_legend(node: Node) -> bool:
    """Whether a group explains colours and signs."""
    return any(word.lower() in _LEGEND_WORDS for name in names(node) for word in _WORD.findall(name))


def is_table(name: str) -> bool:
    """Whether a group's name says that its seats stand round a table."""
    return any(word.lower() in _TABLE_WORDS for word in _WORD.findall(name))


def is_seat(node: Node) -> bool:
    """Whether an element says itself that it is a seat, by its class or data."""
    given: Mapping[str, str] = node.attributes
    return "data-seat" in given or "seat" in given.get("class", "").lower().split()


def _row(name: str) -> str:
    parts = [part for part in _PARTS.split(name) if part]
    for index, part in enumerate(parts[:-1]):
        if re.fullmatch(_ROW_WORDS, part, re.IGNORECASE):
            return " ".join(parts[index + 1 :])
    joined = re.fullmatch(rf"(?:{_ROW_WORDS})(\d+|[A-Z]{{1,2}})", parts[-1] if parts else "", re.IGNORECASE)
    return joined[1] if joined else ""


def _unescaped(name: str) -> str:
    """An id as it was before Illustrator made a valid one of it: `_x31_2` is 12."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), name) if "_x" in name else name
