"""Label formats: what a thermal ticket looks like, as an organiser arranged it.

A format is a list of named blocks in millimetres on a ticket of some size: facts of the ticket, texts of one's own,
codes, pictures, lines. It is data like the designs of PDF tickets: it says nothing of dots, printers or languages of
printers, goes to and from JSON, and is checked here once, with a sentence for each flaw. `printing/labels.py` turns it
and a ticket into bytes.

Two formats come with Placeur. **Show**, 140 x 80 mm: the length is that of 5.5-inch ticket stock, the commonest
(bocasystems.com/tickets_specs: 2, 3 or 3.25 inches wide, perforated fan-fold card with a black mark), of which 3.25
inches (82.5 mm) and the European roll of 80 mm hold it; London's theatres hand out "about 14 by 8 cm". It has a stub of
38 mm, a good quarter, at the end that leaves the printer last, as stock is made (TTPM2 guide, 13.4). **Cinema**,
80 x 54 mm, a bank card's height: cut from the same roll of 80 mm, one after another.

Sizes of letters are the height of their capitals, which one can measure on paper with a ruler.
"""

import re
from enum import StrEnum
from typing import Literal, TypeAlias

import msgspec
from msgspec import Struct

from printing import code128
from ticketing.formats import Language
from ticketing.refusals import InputRefused
from ticketing.texts import CONTROL

BYTES_MAX = 64 * 1024
BLOCKS_MAX = 60
PICTURES_MAX = 4
FIXED_CHARS_MAX = 300
WIDTH_MM_MIN, WIDTH_MM_MAX = 30, 300
HEIGHT_MM_MIN, HEIGHT_MM_MAX = 20, 300
HEAD_MM_MAX = 104
"""What printers of four inches print across."""
LETTERS_MM_MIN, LETTERS_MM_MAX = 1.4, 40
"""Capitals of 1.4 mm are 5.5 points, on 203 dpi eleven dots: the least that can be read."""
LINES_MAX = 12
INK_MM_MIN, INK_MM_MAX = 0.1, 10
QR_MM_MIN = 22.5
"""45 modules, the white around them included, of 0.5 mm: four dots at 203 dpi."""
BARS_MM_MIN = 5
BAR_MM_MIN = 0.25
"""The thinnest bar: two dots at 203 dpi."""
FILE = re.compile(r"[0-9a-f]{64}")
EDGE_MM = 0.01
"""What is this little outside is inside: sums of tenths are not exact."""

Turn: TypeAlias = Literal[0, 90, 180, 270]
"""Clockwise."""


class Field(StrEnum):
    """A fact of a ticket."""

    ORGANISER = "organiser"
    TITLE = "title"
    DAY = "day"
    DATE = "date"
    HOUR = "hour"
    DOORS = "doors"
    VENUE = "venue"
    ADDRESS = "address"
    ZONE = "zone"
    ROW = "row"
    SEAT = "seat"
    CATEGORY = "category"
    TARIFF = "tariff"
    PRICE = "price"
    HOLDER = "holder"
    ORDER = "order"
    NUMBER = "number"
    COUNT = "count"
    ADMITS = "admits"
    ANSWERS = "answers"
    VAT = "vat"
    REPRINT = "reprint"


class Show(StrEnum):
    """Which words of a fact: `12`, `Seat`, `Seat 12`."""

    VALUE = "value"
    LABEL = "label"
    BOTH = "both"


class Align(StrEnum):
    """Where lines stand in their box."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Vertical(StrEnum):
    """Where they stand from its top down."""

    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


class Bars(StrEnum):
    """What a Code 128 says: enough to find a ticket or an order at the counter, never to get in."""

    NUMBER = "number"
    ORDER = "order"


LONGEST = {Bars.NUMBER: "0" * 10, Bars.ORDER: "M" * 8}
"""What bars have to have room for."""


class Feed(StrEnum):
    """Which edge of the ticket leaves the printer first."""

    TOP = "top"
    LEFT = "left"
    BOTTOM = "bottom"
    RIGHT = "right"


class Cut(StrEnum):
    """When the printer's knife works, if it has one."""

    EACH = "each"
    ORDER = "order"
    NONE = "none"


class Marks(StrEnum):
    """How the printer finds where a ticket begins; `PRINTER`: as it was set."""

    PRINTER = "printer"
    GAP = "gap"
    MARK = "mark"
    CONTINUOUS = "continuous"


class Rect(Struct, frozen=True):
    """A box, from the ticket's top left corner."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float

    @property
    def right_mm(self) -> float:
        return self.x_mm + self.width_mm

    @property
    def bottom_mm(self) -> float:
        return self.y_mm + self.height_mm

    def meets(self, other: "Rect") -> bool:
        """Whether they have some of the paper in common."""
        return (
            self.x_mm + EDGE_MM < other.right_mm and other.x_mm + EDGE_MM < self.right_mm
            and self.y_mm + EDGE_MM < other.bottom_mm and other.y_mm + EDGE_MM < self.bottom_mm
        )  # fmt: skip


class Block(Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    """Something on the ticket, in a box that is as it is seen, turned content or not."""

    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float

    @property
    def rect(self) -> Rect:
        return Rect(self.x_mm, self.y_mm, self.width_mm, self.height_mm)

    @property
    def ink(self) -> tuple[Rect, ...]:
        """The boxes that it prints on."""
        return (self.rect,)


class Lettered(Block, frozen=True, kw_only=True):
    """Letters as high as `letters_mm` at most: smaller, and on up to `lines_max` lines, where the box asks for it."""

    letters_mm: float
    lines_max: int = 1
    align: Align = Align.LEFT
    vertical: Vertical = Vertical.TOP
    bold: bool = False
    turn: Turn = 0


class Fact(Lettered, frozen=True, kw_only=True, tag="fact"):
    """A fact of the ticket; where it has none, nothing is printed, its label neither."""

    field: Field
    show: Show = Show.VALUE


class Fixed(Lettered, frozen=True, kw_only=True, tag="fixed"):
    """A text of the organiser's, by language; one that is not there in the ticket's is left out."""

    texts: dict[Language, str]


class Qr(Block, frozen=True, kw_only=True, tag="qr"):
    """The code that lets in, as large as its square holds it, the white around it included."""


class Barcode(Block, frozen=True, kw_only=True, tag="bars"):
    """A Code 128, its white included."""

    of: Bars = Bars.NUMBER
    turn: Turn = 0

    @property
    def length_mm_min(self) -> float:
        """What they need along their line."""
        return (code128.modules(LONGEST[self.of]) + 2 * code128.QUIET) * BAR_MM_MIN


class Picture(Block, frozen=True, kw_only=True, tag="picture"):
    """A picture in black dots, whole, in the middle of its box. `file` is the hash of what was uploaded, in hex."""

    file: str
    turn: Turn = 0


class Line(Block, frozen=True, kw_only=True, tag="line"):
    """A filled box, hence a line as thick as it is high or wide; `dashed` along its longer side."""

    dashed: bool = False


class Frame(Block, frozen=True, kw_only=True, tag="frame"):
    """The outline of a box, drawn inwards."""

    ink_mm: float = 0.3

    @property
    def ink(self) -> tuple[Rect, ...]:
        x, y, width, height, ink = self.x_mm, self.y_mm, self.width_mm, self.height_mm, self.ink_mm
        return (
            Rect(x, y, width, ink), Rect(x, self.rect.bottom_mm - ink, width, ink), Rect(x, y, ink, height),
            Rect(self.rect.right_mm - ink, y, ink, height),
        )  # fmt: skip


AnyBlock: TypeAlias = Fact | Fixed | Qr | Barcode | Picture | Line | Frame


class Stub(Struct, frozen=True, omit_defaults=True):
    """The part torn off at the entrance: what is right of `at_mm`. `drawn` where the paper has no perforation: a dashed
    line is printed there."""

    at_mm: float
    drawn: bool = False


class LabelDesign(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A format, as the ticket is read: `width_mm` from left to right."""

    width_mm: float
    height_mm: float
    blocks: tuple[AnyBlock, ...]
    feed: Feed = Feed.TOP
    stub: Stub | None = None
    cut: Cut = Cut.NONE
    marks: Marks = Marks.PRINTER

    @property
    def across_mm(self) -> float:
        """How wide it is where it passes under the head."""
        return self.width_mm if self.feed in (Feed.TOP, Feed.BOTTOM) else self.height_mm

    @property
    def along_mm(self) -> float:
        """How long it is in the direction that it moves."""
        return self.width_mm + self.height_mm - self.across_mm

    @property
    def pictures(self) -> tuple[bytes, ...]:
        """The hashes of the pictures that it shows."""
        return tuple(dict.fromkeys(bytes.fromhex(one.file) for one in self.blocks if isinstance(one, Picture)))


_decoder = msgspec.json.Decoder(LabelDesign)


def read(json: bytes) -> LabelDesign:
    """A format from its JSON, sound. InputRefused names the block in `where` (`blocks.3`, counted from 0)."""
    if len(json) > BYTES_MAX:
        raise InputRefused(problem="A label format has {kilobytes} kB at most.", kilobytes=BYTES_MAX // 1024)
    try:
        design = _decoder.decode(json)
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError) as flaw:
        raise InputRefused(problem="This is no label format: {flaw}", flaw=str(flaw)) from None
    return sound(design)


def written(design: LabelDesign) -> bytes:
    """A format as JSON; what is as usual is left out."""
    return msgspec.json.encode(design)


def sound(design: LabelDesign) -> LabelDesign:
    """The same format, or InputRefused for what could not be printed or would let nobody in."""
    _sized(design)
    for n, block in enumerate(design.blocks):
        _block_sound(design, block, f"blocks.{n}")
    codes = [one for one in design.blocks if isinstance(one, Qr)]
    if not codes:
        raise InputRefused(problem="Put the code on the ticket: without it nobody gets in.", where="blocks")
    for n, block in enumerate(design.blocks):
        if any(ink.meets(code.rect) for code in codes if code is not block for ink in block.ink):
            raise InputRefused(
                problem="Nothing may stand on a code or on the white around it.", where=f"blocks.{n}"
            )  # fmt: skip
    return design


def _sized(design: LabelDesign) -> None:
    if not (WIDTH_MM_MIN <= design.width_mm <= WIDTH_MM_MAX and HEIGHT_MM_MIN <= design.height_mm <= HEIGHT_MM_MAX):
        raise InputRefused(
            problem="A ticket is {least_wide} to {most_wide} mm wide and {least_high} to {most_high} mm high.",
            where="width_mm", least_wide=WIDTH_MM_MIN, most_wide=WIDTH_MM_MAX, least_high=HEIGHT_MM_MIN,
            most_high=HEIGHT_MM_MAX,
        )  # fmt: skip
    if design.across_mm > HEAD_MM_MAX:
        raise InputRefused(
            problem="Fed this way the ticket is {across} mm wide under the print head, which prints {most} mm. Feed it"
            " by another edge, or make it smaller.",
            where="feed", across=f"{design.across_mm:g}", most=HEAD_MM_MAX,
        )  # fmt: skip
    if design.stub and not 0 < design.stub.at_mm < design.width_mm:
        raise InputRefused(problem="The perforation lies on the ticket.", where="stub")
    if len(design.blocks) > BLOCKS_MAX:
        raise InputRefused(problem="A ticket has at most {most} blocks.", where="blocks", most=BLOCKS_MAX)
    if sum(isinstance(block, Picture) for block in design.blocks) > PICTURES_MAX:
        raise InputRefused(problem="A ticket has at most {most} pictures.", where="blocks", most=PICTURES_MAX)


def _block_sound(design: LabelDesign, block: AnyBlock, where: str) -> None:
    box = block.rect
    inside = (
        box.x_mm >= -EDGE_MM and box.y_mm >= -EDGE_MM and box.width_mm >= INK_MM_MIN and box.height_mm >= INK_MM_MIN
        and box.right_mm <= design.width_mm + EDGE_MM and box.bottom_mm <= design.height_mm + EDGE_MM
    )  # fmt: skip
    if not inside:
        raise InputRefused(problem="This block leaves the ticket.", where=where)
    at = design.stub.at_mm if design.stub else 0
    if isinstance(block, Lettered | Qr | Barcode) and box.x_mm + EDGE_MM < at < box.right_mm - EDGE_MM:
        raise InputRefused(problem="This block lies across the perforation.", where=where)
    if isinstance(block, Lettered):
        _lettered_sound(block, where)
    elif isinstance(block, Qr) and min(box.width_mm, box.height_mm) < QR_MM_MIN - EDGE_MM:
        raise InputRefused(
            problem="The code's square is {least} mm at least: smaller ones are not read at a gate.",
            where=where, least=f"{QR_MM_MIN:g}",
        )  # fmt: skip
    elif isinstance(block, Barcode):
        _bars_sound(block, where)
    elif isinstance(block, Picture) and not FILE.fullmatch(block.file):
        raise InputRefused(problem="This picture is none that was uploaded.", where=where)
    elif isinstance(block, Frame) and not INK_MM_MIN <= block.ink_mm <= INK_MM_MAX:
        raise InputRefused(
            problem="Lines are {least} to {most} mm thick.", where=where, least=INK_MM_MIN, most=INK_MM_MAX
        )  # fmt: skip


def _bars_sound(block: Barcode, where: str) -> None:
    along, high = (block.width_mm, block.height_mm)[:: 1 if block.turn in (0, 180) else -1]
    if along < block.length_mm_min - EDGE_MM or high < BARS_MM_MIN - EDGE_MM:
        raise InputRefused(
            problem="These bars need {along} mm of length and {high} mm of height.",
            where=where, along=f"{block.length_mm_min:g}", high=BARS_MM_MIN,
        )  # fmt: skip


def _lettered_sound(block: Lettered, where: str) -> None:
    if not LETTERS_MM_MIN <= block.letters_mm <= LETTERS_MM_MAX:
        raise InputRefused(
            problem="Letters are {least} to {most} mm high.", where=where, least=LETTERS_MM_MIN, most=LETTERS_MM_MAX
        )  # fmt: skip
    if not 1 <= block.lines_max <= LINES_MAX:
        raise InputRefused(problem="A text has 1 to {most} lines.", where=where, most=LINES_MAX)
    for text in block.texts.values() if isinstance(block, Fixed) else ():
        if len(text) > FIXED_CHARS_MAX:
            raise InputRefused(problem="Write at most {most} characters.", where=where, most=FIXED_CHARS_MAX)
        if CONTROL.search(text):
            raise InputRefused(problem="Write one line of text.", where=where)
