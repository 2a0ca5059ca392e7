"""A label format and its tickets to ZPL.

Blocks are placed in millimetres on the ticket as it is read, then turned with it to how it is fed, and only then become
dots: the same format prints on 203 and 300 dpi. A text is set in the printer's own font where that has all its letters
(`printing/font0.py`), measured, in the largest size that its box holds on the lines it may have; where the font lacks
one, be it a Cyrillic letter, an emoji or a backslash, the whole text is drawn as a one-bit picture in the PDF tickets'
typeface. Nothing is ever cut silently: what even the smallest letters do not hold ends in `…` and is told.

Everything here is a pure function of its arguments: no printer, no file, no clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from msgspec import Struct

from printing import code128, dots, font0, label_records, samples, zpl
from printing.label_designs import (
    LETTERS_MM_MIN,
    AnyBlock,
    Barcode,
    Cut,
    Fact,
    Feed,
    Fixed,
    Frame,
    LabelDesign,
    Lettered,
    Line,
    Marks,
    Picture,
    Qr,
    Rect,
    Show,
    Vertical,
)
from printing.label_records import LabelRecord
from printing.qr import MODULES, QUIET
from printing.zpl import Dpi, Mode, Stock
from ticketing.formats import Language
from ticketing.tickets import Issued

TICKETS_MAX = 500
PERFORATION_MM, DASH_MM = 0.3, 1.5
STRIKES_CELLS = 40
"""Bold is struck twice, a dot apart for so many dots of the cell's height."""
ELLIPSIS = "…"
TURNS = {Feed.TOP: 0, Feed.LEFT: 90, Feed.BOTTOM: 180, Feed.RIGHT: 270}
"""How far a ticket is turned for that edge to leave the printer first."""
MODES = {Cut.EACH: Mode.CUT, Cut.ORDER: Mode.CUT_LATER, Cut.NONE: Mode.TEAR}
STOCKS = {Marks.PRINTER: None, Marks.GAP: Stock.GAP, Marks.MARK: Stock.MARK, Marks.CONTINUOUS: Stock.CONTINUOUS}


class Shortened(Struct, frozen=True):
    """A text that its box did not hold: whose ticket's and which block's, both counted from 0."""

    ticket: int
    block: int
    text: str


class Job(Struct, frozen=True):
    """What a printer is sent for an order."""

    zpl: bytes
    shortened: tuple[Shortened, ...]


class Preview(Struct, frozen=True):
    """A ticket for who arranges its format. The picture that a ZPL renderer makes of it, `across_mm` by `along_mm`, is
    turned by `turn` to be read."""

    zpl: str
    across_mm: float
    along_mm: float
    dots_per_mm: int
    turn: int
    shortened: tuple[Shortened, ...]


class _Box(Struct, frozen=True):
    """A box on the format, in dots, and how far its content is turned there."""

    x: int
    y: int
    width: int
    height: int
    turn: int = 0

    @property
    def along(self) -> int:
        """Its length in the direction that its content is read."""
        return self.width if self.turn in (0, 180) else self.height

    @property
    def down(self) -> int:
        return self.height if self.turn in (0, 180) else self.width

    def at(self, along: int, down: int) -> tuple[int, int]:
        """The dot so far along and down as its content is read."""
        return {
            0: (self.x + along, self.y + down),
            90: (self.x + self.width - down, self.y + along),
            180: (self.x + self.width - along, self.y + self.height - down),
            270: (self.x + down, self.y + self.height - along),
        }[self.turn]


class _Set(Struct, frozen=True):
    """A text in lines of one size; `cut` when that is not all of it."""

    lines: tuple[str, ...]
    cell: int
    cut: bool = False


def tickets_zpl(
    issued: Issued,
    design: LabelDesign,
    dpi: Dpi,
    tag: str,
    pictures: Mapping[bytes, tuple[str, bytes]] | None = None,
    reprints: Mapping[UUID, int] | None = None,
) -> Job:
    """An order's passes and tickets, a format each, in the locale `tag`. `pictures` are by hash, as in a `Wardrobe`;
    `reprints` says of an id which duplicate it is. About 1 ms a ticket, 5 where long texts are made smaller; what is
    drawn takes some 50 the first time."""
    return job(label_records.of(issued, tag, reprints), design, dpi, pictures or {})


def job(
    records: Sequence[LabelRecord], design: LabelDesign, dpi: Dpi, pictures: Mapping[bytes, tuple[str, bytes]]
) -> Job:
    """Any records as one job."""
    assert len(records) <= TICKETS_MAX, "an order's tickets"
    made, shortened = [], []
    drawn = _drawn_pictures(design, dpi, pictures)
    for n, record in enumerate(records):
        fields, cut = _fields(record, design, dpi, drawn)
        size = dpi.dots(design.across_mm), dpi.dots(design.along_mm)
        made.append(zpl.label(*size, fields, MODES[design.cut], STOCKS[design.marks]))
        shortened += [Shortened(n, block, text) for block, text in cut]
    after = zpl.CUT_NOW if design.cut is Cut.ORDER else b""
    return Job(b"".join(made) + after, tuple(shortened))


def preview(
    design: LabelDesign,
    dpi: Dpi,
    language: Language,
    organisation_name: str,
    currency: str,
    pictures: Mapping[bytes, tuple[str, bytes]],
) -> Preview:
    """A ticket of nobody in this format."""
    made = tickets_zpl(samples.issued(organisation_name, currency, language), design, dpi, language, pictures)
    return Preview(
        made.zpl.decode("ascii"), design.across_mm, design.along_mm, dpi.dots_per_mm, -TURNS[design.feed] % 360,
        made.shortened,
    )  # fmt: skip


def _fields(
    record: LabelRecord, design: LabelDesign, dpi: Dpi, drawn: Mapping[int, bytes]
) -> tuple[list[bytes], list[tuple[int, str]]]:
    """The fields of one ticket, and the texts that ended in `…` by their blocks."""
    fields: list[bytes] = []
    cut: list[tuple[int, str]] = []
    for n, block in enumerate(design.blocks):
        box = _boxed(block.rect, design, dpi, getattr(block, "turn", 0))
        if isinstance(block, Lettered):
            text = _said(block, record)
            made, is_cut = _lettered(block, box, text, dpi) if text else ([], False)
            fields += made
            cut += [(n, text)] if is_cut else []
        elif isinstance(block, Picture):
            fields += [drawn[n]] if n in drawn else []
        else:
            fields += _drawing(block, box, record, dpi)
    if design.stub and design.stub.drawn:
        at = Rect(design.stub.at_mm - PERFORATION_MM / 2, 0, PERFORATION_MM, design.height_mm)
        fields += _dashed(_boxed(at, design, dpi, 0), dpi)
    return fields, cut


def _boxed(rect: Rect, design: LabelDesign, dpi: Dpi, turn: int) -> _Box:
    """A box as the ticket is fed. Edges are rounded, not sizes, so that what touches in millimetres touches in dots."""
    left, right = dpi.dots(rect.x_mm), dpi.dots(rect.right_mm)
    top, bottom = dpi.dots(rect.y_mm), dpi.dots(rect.bottom_mm)
    width, height = max(1, right - left), max(1, bottom - top)
    whole, fed = (dpi.dots(design.width_mm), dpi.dots(design.height_mm)), TURNS[design.feed]
    x, y = {
        0: (left, top),
        90: (whole[1] - top - height, left),
        180: (whole[0] - left - width, whole[1] - top - height),
        270: (top, whole[0] - left - width),
    }[fed]
    size = (width, height) if fed in (0, 180) else (height, width)
    return _Box(max(0, x), max(0, y), *size, (fed + turn) % 360)


def _said(block: Lettered, record: LabelRecord) -> str:
    if isinstance(block, Fixed):
        return block.texts.get(record.language, "").strip()
    assert isinstance(block, Fact), "the two kinds of text"
    value, label = record.facts.get(block.field, ""), record.labels.get(block.field, "")
    if not value or block.show is Show.VALUE:
        return value
    return label if block.show is Show.LABEL else f"{label} {value}".strip()


def _lettered(block: Lettered, box: _Box, text: str, dpi: Dpi) -> tuple[list[bytes], bool]:
    """A text in its box, and whether it was cut."""
    capital, least = block.letters_mm * dpi.dots_per_mm, LETTERS_MM_MIN * dpi.dots_per_mm
    if not font0.has(text):
        setting = dots.Setting(
            box.along, box.down, capital, least, block.lines_max, block.align, block.vertical, block.bold
        )  # fmt: skip
        drawn = dots.text(text, setting)
        return [zpl.picture(box.x, box.y, drawn.bitmap.turned(box.turn))], drawn.cut
    bold_dots = _bold_dots(round(capital / font0.CAPITAL)) if block.bold else 0
    found = _set(text, box.along - bold_dots, box.down, block.lines_max, capital, least)
    return list(_struck(found, block, box)), found.cut


def _set(text: str, along: int, down: int, lines_max: int, capital: float, least: float) -> _Set:
    """The largest letters that hold a text in a box, down to the smallest allowed, where words are broken and what is
    too much is cut."""
    smallest = max(font0.CELL_DOTS_MIN, round(least / font0.CAPITAL))
    for cell in range(max(smallest, round(capital / font0.CAPITAL)), smallest - 1, -1):
        lines = _wrapped(text, along, cell)
        if len(lines) <= _room(down, lines_max, cell) and all(font0.width(one, cell) <= along for one in lines):
            return _Set(tuple(lines), cell)
    room = max(1, _room(down, lines_max, smallest))
    lines = _wrapped(text, along, smallest, broken=True)
    if len(lines) <= room:
        return _Set(tuple(lines), smallest)
    last = lines[room - 1]
    while last and font0.width(last.rstrip() + ELLIPSIS, smallest) > along:
        last = last[:-1]
    return _Set((*lines[: room - 1], last.rstrip() + ELLIPSIS), smallest, cut=True)


def _room(down: int, lines_max: int, cell: int) -> int:
    """How many lines of a size a height holds, accents and descenders included."""
    one = (font0.ABOVE + font0.BELOW) * cell
    return min(lines_max, int((down - one) / (font0.PITCH * cell)) + 1) if one <= down else 0


def _wrapped(text: str, along: int, cell: int, *, broken: bool = False) -> list[str]:
    """A text in lines, at its spaces; `broken`: within words that are too long for one, too. No-break spaces hold."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if not line or font0.width(f"{line} {word}", cell) <= along:
            line = f"{line} {word}" if line else word
        else:
            lines.append(line)
            line = word
        while broken and len(line) > 1 and font0.width(line, cell) > along:
            held = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or font0.width(line[:n], cell) <= along)
            lines.append(line[:held])
            line = line[held:]
    return [*lines, line]


def _struck(found: _Set, block: Lettered, box: _Box) -> Iterable[bytes]:
    """The lines as fields, each struck twice where they are bold."""
    cell, pitch = found.cell, round(font0.PITCH * found.cell)
    tall = round(font0.CAPITAL * cell) + pitch * (len(found.lines) - 1)
    above, below = round(font0.ABOVE * cell), round(font0.BELOW * cell)
    base = {
        Vertical.TOP: above,
        Vertical.MIDDLE: max(above, (box.down - tall) // 2 + round(font0.CAPITAL * cell)),
        Vertical.BOTTOM: box.down - below - pitch * (len(found.lines) - 1),
    }[block.vertical]
    shift = _bold_dots(cell) if block.bold else 0
    for n, line in enumerate(found.lines):
        for along in (0, shift) if shift else (0,):
            x, y = box.at(along, base + n * pitch)
            yield zpl.line(max(0, x), max(0, y), box.turn, cell, line, block.align, box.along - shift)


def _bold_dots(cell: int) -> int:
    return max(1, round(cell / STRIKES_CELLS))


def _drawing(block: AnyBlock, box: _Box, record: LabelRecord, dpi: Dpi) -> list[bytes]:
    """A block without letters as fields."""
    if isinstance(block, Qr):
        return [_qr(box, record.code)]
    if isinstance(block, Barcode):
        return [_bars(box, record.bars[block.of])]
    if isinstance(block, Frame):
        return [zpl.box(box.x, box.y, box.width, box.height, max(1, dpi.dots(block.ink_mm)))]
    assert isinstance(block, Line), "no block is of another kind"
    return _dashed(box, dpi) if block.dashed else [_filled(box.x, box.y, box.width, box.height)]


def _qr(box: _Box, code: str) -> bytes:
    """The code in the middle of its square, its modules as large as leaves four of them white around."""
    magnification = min(min(box.width, box.height) // (MODULES + 2 * QUIET), zpl.MAGNIFICATION_MAX)
    side = MODULES * magnification
    return zpl.qr(box.x + (box.width - side) // 2, box.y + (box.height - side) // 2, magnification, code)


def _bars(box: _Box, text: str) -> bytes:
    """Bars in the middle of their line, as high as their box."""
    count = code128.modules(text)
    module = max(1, min(box.along // (count + 2 * code128.QUIET), zpl.MODULE_DOTS_MAX))
    before = (box.along - count * module) // 2
    upright = box.turn in (0, 180)
    x, y = (box.x + before, box.y) if upright else (box.x, box.y + before)
    return zpl.bars(x, y, box.turn, module, box.down, text)


def _dashed(box: _Box, dpi: Dpi) -> list[bytes]:
    """Dashes along the longer side of a box, dash and gap of one length."""
    dash, is_flat = dpi.dots(DASH_MM), box.width >= box.height
    end = box.width if is_flat else box.height
    return [
        _filled(box.x + at, box.y, min(dash, end - at), box.height)
        if is_flat
        else _filled(box.x, box.y + at, box.width, min(dash, end - at))
        for at in range(0, end, 2 * dash)
    ]


def _filled(x: int, y: int, width: int, height: int) -> bytes:
    return zpl.box(x, y, width, height, min(width, height))


def _drawn_pictures(
    design: LabelDesign, dpi: Dpi, pictures: Mapping[bytes, tuple[str, bytes]]
) -> dict[int, bytes]:  # fmt: skip
    """The fields of a format's pictures, by block: drawn once for all its tickets."""
    drawn = {}
    for n, block in enumerate(design.blocks):
        if isinstance(block, Picture) and (found := pictures.get(bytes.fromhex(block.file))):
            box = _boxed(block.rect, design, dpi, block.turn)
            bitmap = dots.picture(found[1], box.along, box.down)
            drawn[n] = zpl.picture(box.x, box.y, bitmap.turned(box.turn))
    return drawn
