"""ESC/POS, as bytes: rows of text, columns, codes and pictures for receipt printers of 58 and 80 mm.

Written from Epson's ESC/POS command reference; what is said here is what their clones understand too. A receipt is a
list of rows; `printed` lays them out by the columns of font A (12 x 24 dots) and encodes them. Nothing that somebody
typed can be a command: in text every control character is replaced by `?`, and a drawn row is kept free of the byte
pairs that a printer obeys even within pictures (DLE with EOT, ENQ or DC4, of which the last opens the drawer).

Letters come from one code page: Windows-1252 (`ESC t 16`), which has €, every accent of Western Europe and the
apostrophe ’, or PC858 (`ESC t 19`) where a printer has only that. A row with a letter outside the page (Cyrillic,
emoji) is drawn as a picture in the tickets' typeface; of a printer whose pages nobody knows, each that is not ASCII.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import TypeAlias

from msgspec import Struct
from PIL import Image
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

from printing import dots
from printing.dots import Bitmap
from printing.drawers import opening
from printing.fit import width

ROWS_MAX = 3000
TEXT_CHARS_MAX = 2000
LINK_BYTES_MAX = 250
BAND_ROWS_MAX = 255
"""A picture is sent in bands of so many rows: printers of little memory print each before they take the next."""
QR_SHARE = 0.55
"""How much of the paper's width a code may take."""
QR_DOTS_MIN, QR_DOTS_MAX = 3, 8
ROW_DOTS, CAPITAL_DOTS, CAPITAL_DOTS_MIN = 32, 17, 9
"""A drawn row, and its letters: as high as those of font A."""
REAL_TIME = (0x04, 0x05, 0x14)
DLE = 0x10
CUT_DOTS, TEAR_LINES = 30, 6
GAP, TABLE_GAP = 1, 2

_SPACES = str.maketrans(dict.fromkeys("\xa0\u2007\u2009\u202f", " ") | {"\u2010": "-", "\u2011": "-", "\u2212": "-"})
_PLAINER = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-"})


class Page(Enum):
    """A code page: what `ESC t` calls it, what Python does."""

    WPC1252 = (16, "cp1252")
    PC858 = (19, "cp858")
    ASCII = (0, "ascii")
    """Of a printer whose pages nobody knows: whatever is not ASCII is drawn."""


class Roll(Struct, frozen=True):
    """A paper: characters of font A in a row, and dots."""

    columns: int
    dots: int


ROLL_58 = Roll(32, 384)
ROLL_80 = Roll(48, 576)
ROLL_80_180_DPI = Roll(42, 512)
"""Printers of 180 dpi (Epson's TM-T88 up to IV): 42 columns on the same paper."""


class Machine(Struct, frozen=True):
    """What a printer is: its paper, its code page, whether it has a knife, draws QR codes by itself, and begins in a
    mode of two bytes a character (Chinese ones do), which must be left before any accent."""

    roll: Roll = ROLL_80
    page: Page = Page.WPC1252
    cuts: bool = True
    draws_qr: bool = True
    two_bytes: bool = False


class Text(Struct, frozen=True):
    """Lines of text, as many as it takes; `large` is twice as wide and high."""

    text: str
    align: str = "left"
    bold: bool = False
    large: bool = False


class Pair(Struct, frozen=True):
    """A text on the left and one flush right of its last line; the left one is indented by `indent` characters."""

    left: str
    right: str
    bold: bool = False
    large: bool = False
    indent: int = 0


class Table(Struct, frozen=True):
    """Columns: the first of texts, flush left and wrapped where there is no room; the others flush right, whole."""

    rows: tuple[tuple[str, ...], ...]
    heads: tuple[str, ...] = ()


class Rule(Struct, frozen=True):
    """A line across."""

    sign: str = "-"


class Blank(Struct, frozen=True):
    """Empty lines."""

    count: int = 1


class Code(Struct, frozen=True):
    """A QR code of a link, in the middle."""

    link: str


class Drawing(Struct, frozen=True):
    """A picture in dots, in the middle."""

    bitmap: Bitmap


Row: TypeAlias = Text | Pair | Table | Rule | Blank | Code | Drawing


class Line(Struct, frozen=True):
    """One line as laid out: text on the left, text flush right."""

    left: str
    right: str = ""
    align: str = "left"
    bold: bool = False
    large: bool = False


def printed(rows: Sequence[Row], machine: Machine, *, drawer: int | None = None) -> bytes:
    """A whole job: the printer set up, the drawer at connector 0 or 1 opened if one is named, the rows, a cut."""
    assert len(rows) <= ROWS_MAX, "a receipt ends"
    opened = b"" if drawer is None else opening(drawer)
    return b"".join([_begun(machine), opened, *(_row(row, machine) for row in rows), _ended(machine)])


def lines(rows: Iterable[Row], columns: int) -> list[Line]:
    """The lines of text of rows, as they are printed: `columns` is as much as any of them takes."""
    return [line for row in rows for line in _laid(row, columns)]


def _begun(machine: Machine) -> bytes:
    """`ESC @` forgets what a job before set; `ESC R 0` gives ASCII its own signs: one set to French has others."""
    left = b"\x1c." if machine.two_bytes else b""
    return b"\x1b@" + left + b"\x1bR\x00" + bytes((0x1B, 0x74, machine.page.value[0]))


def _ended(machine: Machine) -> bytes:
    """A partial cut where the knife is (`GS V 66`), or as much paper as it takes to tear."""
    return bytes((0x1D, 0x56, 66, CUT_DOTS)) if machine.cuts else bytes((0x1B, 0x64, TEAR_LINES))


def _row(row: Row, machine: Machine) -> bytes:
    if isinstance(row, Code):
        return _qr(row.link, machine)
    if isinstance(row, Drawing):
        return _centered(_raster(row.bitmap))
    return b"".join(_line(line, machine) for line in _laid(row, machine.roll.columns))


def _laid(row: Row, columns: int) -> Iterator[Line]:
    """A row of text as lines."""
    if isinstance(row, Text):
        room = columns // 2 if row.large else columns
        for one in wrapped(row.text, room):
            yield Line(one, align=row.align, bold=row.bold, large=row.large)
    elif isinstance(row, Pair):
        yield from _pair(row, columns // 2 if row.large else columns)
    elif isinstance(row, Table):
        yield from _table(row, columns)
    elif isinstance(row, Rule):
        yield Line(row.sign * columns)
    elif isinstance(row, Blank):
        yield from (Line("") for _ in range(row.count))


def _pair(row: Pair, columns: int) -> Iterator[Line]:
    right, before = _shown(row.right), " " * row.indent
    if width(right) > columns // 2 and width(right) + width(row.left) + row.indent + GAP > columns:
        yield from (
            Line(before + one, bold=row.bold, large=row.large) for one in wrapped(row.left, columns - row.indent)
        )
        yield from (Line("", one, bold=row.bold, large=row.large) for one in wrapped(right, columns))
        return
    parts = [before + one for one in wrapped(row.left, columns - row.indent)]
    fits = width(parts[-1]) + GAP + width(right) <= columns
    for one in parts[: -1 if fits else None]:
        yield Line(one, bold=row.bold, large=row.large)
    yield Line(parts[-1] if fits else "", right, bold=row.bold, large=row.large)


def _table(table: Table, columns: int) -> Iterator[Line]:
    """Columns as wide as their widest cell; where that is too much, the first gets what is left, and where that is not
    enough for a word, cells stand one under the other."""
    heads, rows = tuple(map(_shown, table.heads)), [tuple(map(_shown, row)) for row in table.rows]
    every = [heads, *rows] if heads else rows
    assert len({len(row) for row in every}) <= 1, "as many cells in each row"
    if not every:
        return
    sizes = [max(width(row[n]) for row in every) for n in range(len(every[0]))]
    gap = TABLE_GAP if sum(sizes) + TABLE_GAP * (len(sizes) - 1) <= columns else GAP
    first = min(columns - sum(size + gap for size in sizes[1:]), columns)
    is_narrow = first < min(sizes[0], columns // 4)
    for row in every:
        bold = row is heads
        if is_narrow:
            yield from (Line(one, bold=True) for one in wrapped(row[0], columns))
            for cell, head in zip(row[1:], heads[1:] or row[1:], strict=True):
                yield from () if bold else _pair(Pair("" if head is cell else head, cell, indent=GAP), columns)
            continue
        cells = "".join(" " * (size + gap - width(cell)) + cell for size, cell in zip(sizes[1:], row[1:], strict=True))
        *over, last = wrapped(row[0], first)
        yield from (Line(one, bold=bold) for one in over)
        yield Line(last, cells.strip() if len(row) > 1 else "", bold=bold)


def wrapped(text: str, columns: int) -> list[str]:
    """A text in lines of so many columns, at its spaces; a word that is longer is broken. At least one line."""
    assert columns > 1, "a line holds something"
    made: list[str] = []
    line = ""
    for word in (_shown(one) for one in text[:TEXT_CHARS_MAX].replace("\n", " ").split(" ")):
        if not line or width(line) + 1 + width(word) <= columns:
            line = f"{line} {word}" if line else word
        else:
            made.append(line)
            line = word
        while width(line) > columns:
            held = next(n for n in range(len(line) - 1, 0, -1) if n == 1 or width(line[:n]) <= columns)
            made.append(line[:held])
            line = line[held:]
    return [*made, line]


def _shown(text: str) -> str:
    """A text without signs that a printer obeys, its spaces and hyphens plain ones."""
    plain = text.translate(_SPACES)
    return "".join("?" if sign < " " or "\x7f" <= sign <= "\x9f" else sign for sign in plain)


def _line(line: Line, machine: Machine) -> bytes:
    """One line: letters of the printer's where its page has them all, else a picture."""
    columns = machine.roll.columns // 2 if line.large else machine.roll.columns
    room = columns - width(line.left) - width(line.right)
    whole = f"{line.left}{' ' * room}{line.right}" if line.right else line.left
    page = whole.translate(_PLAINER) if machine.page is Page.PC858 else whole
    try:
        letters = page.encode(machine.page.value[1])
    except UnicodeEncodeError:
        return _raster(_drawn(line, machine.roll))
    before, after = b"", b"\n"
    if line.bold:
        before, after = before + b"\x1bE\x01", after + b"\x1bE\x00"
    if line.large:
        before, after = before + b"\x1d!\x11", after + b"\x1d!\x00"
    if line.align != "left" and not line.right:
        before = before + {"center": b"\x1ba\x01", "right": b"\x1ba\x02"}[line.align]
        after += b"\x1ba\x00"
    return before + letters + after


def _drawn(line: Line, roll: Roll) -> Bitmap:
    """A line as a picture of the paper's width."""
    scale = 2 if line.large else 1
    high = ROW_DOTS * scale
    ground = Image.new("1", (roll.dots, high))
    right = roll.dots * width(line.right) // (roll.columns // scale) if line.right else 0
    parts = [(line.left.strip(), roll.dots - right, 0, line.align), (line.right, right, roll.dots - right, "right")]
    before = roll.dots * (len(line.left) - len(line.left.lstrip())) // roll.columns
    for text, wide, at, align in parts:
        if text:
            shift = before if at == 0 and align == "left" else 0
            setting = dots.Setting(
                wide - shift, high, CAPITAL_DOTS * scale, CAPITAL_DOTS_MIN, 1, align, "middle", line.bold
            )  # fmt: skip
            ground.paste(dots.text(text, setting).bitmap.image(), (at + shift, 0))
    return dots.of(ground)


def _qr(link: str, machine: Machine) -> bytes:
    """A QR of model 2, level M, by the printer (`GS ( k`) or drawn."""
    content = link.encode("ascii")
    assert 0 < len(content) <= LINK_BYTES_MAX and link.isprintable(), "a link"
    symbol = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    symbol.add_data(content)
    side = 17 + 4 * symbol.best_fit()
    module = max(QR_DOTS_MIN, min(QR_DOTS_MAX, int(machine.roll.dots * QR_SHARE) // side))
    if not machine.draws_qr:
        symbol.make(fit=False)
        matrix = symbol.get_matrix()
        picture = Image.frombytes("L", (side, side), bytes(255 * dark for row in matrix for dark in row)).convert("1")
        return _centered(_raster(dots.of(picture.resize((side * module, side * module), Image.Resampling.NEAREST))))
    functions = (
        b"\x31\x41\x32\x00",
        bytes((0x31, 0x43, module)),
        b"\x31\x45\x31",
        b"\x31\x50\x30" + content,
        b"\x31\x51\x30",
    )
    said = (b"\x1d(k" + len(one).to_bytes(2, "little") + one for one in functions)
    return _centered(b"".join(said))


def _centered(content: bytes) -> bytes:
    return b"\x1ba\x01" + content + b"\x1ba\x00"


def _raster(bitmap: Bitmap) -> bytes:
    """A picture (`GS v 0`, which every maker has; Epson has kept it beside its successor), in bands."""
    wide = bitmap.row_bytes
    bands = []
    for top in range(0, bitmap.height, BAND_ROWS_MAX):
        count = min(BAND_ROWS_MAX, bitmap.height - top)
        content = _harmless(bitmap.rows[top * wide : (top + count) * wide])
        bands.append(b"\x1dv0\x00" + wide.to_bytes(2, "little") + count.to_bytes(2, "little") + content)
    return b"".join(bands)


def _harmless(content: bytes) -> bytes:
    """Dots in which no byte pair is a command in real time: a DLE before such a byte gets one dot more."""
    made = bytearray(content)
    for n in range(len(made) - 1):
        if made[n] == DLE and made[n + 1] in REAL_TIME:
            made[n] |= 0x30
    return bytes(made)
