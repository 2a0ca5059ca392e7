"""ZPL II, as bytes: fields, codes, boxes, pictures, and the format around them.

Written from Zebra's ZPL II programming guide (P1099958); every function says one command and asserts its bounds. What
somebody typed comes in at one place, `data`, where `^`, `~`, `\\` and everything that is not plain ASCII becomes `^FH`
hex of its UTF-8: a holder called `^XZ^XA` prints just that, and a job is ASCII from end to end, whatever line it goes
over.

What a box office's printers were set to by hand stays: darkness, speed, the label's offset (`^LT`, `^LS`), media and
ribbon. What a job before may have left behind, and would move this one, is set anew in each format: home, orientation,
mirror, reverse, character set, and for bar codes `^BY`, whose height firmware adds to where an `^FO` QR begins.

Positions are dots from the top left of the format as it leaves the printer. Turns are clockwise.
"""

import zlib
from base64 import b64encode
from collections.abc import Iterable
from enum import IntEnum, StrEnum

from printing import code128, font0
from printing.dots import Bitmap

DOTS_MAX = 32000
COPIES_MAX = 999
MAGNIFICATION_MAX = 10
MODULE_DOTS_MAX = 10
DATA_BYTES_MAX = 3072
ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
CODE_DEFAULT_DOTS = 10
"""The height of `^BY` that a printer starts with; an `^FO` QR begins so much lower."""
CUT_NOW = b"~JK\n"
"""Cuts what `Mode.CUT_LATER` left uncut; sent between formats."""
_KEPT = frozenset(range(0x20, 0x7F)) - frozenset(b"^~\\_")


class Dpi(IntEnum):
    """What a head prints an inch, by the name it is sold under."""

    D203 = 203
    D300 = 300

    @property
    def dots_per_mm(self) -> int:
        """What the guide counts a millimetre (`^LL`: 203.2 and 304.8 an inch). Desktop heads sold as 300 dpi have 11.8,
        so that 80 mm come out as 81.3 there."""
        return 8 if self is Dpi.D203 else 12

    def dots(self, mm: float) -> int:
        """A length in dots."""
        return round(mm * self.dots_per_mm)


class Mode(StrEnum):
    """What happens to a label that was printed (`^MM`)."""

    TEAR = "T"
    CUT = "C"
    CUT_LATER = "D"
    """Cut only when `CUT_NOW` follows: an order stays in one strip."""


class Stock(StrEnum):
    """How the printer finds where a label begins (`^MN`)."""

    GAP = "Y"
    MARK = "M"
    CONTINUOUS = "N"


def data(text: str) -> bytes:
    """Field data of any text, to follow `^FH`. Control characters, which a printer obeys or swallows, become `?`."""
    shown = "".join("?" if sign < " " or "\x7f" <= sign <= "\x9f" else sign for sign in text)
    field = b"".join(bytes((b,)) if b in _KEPT else b"_%02X" % b for b in shown.encode(errors="replace"))
    assert len(field) <= 3 * DATA_BYTES_MAX, "a field is bounded by whoever lays it out"
    return field


def line(x: int, y: int, turn: int, cell: int, text: str, align: str = "left", width: int = 0) -> bytes:
    """A line in font 0 from the left end of its base line; one that is centred or right-aligned stands so within
    `width`, by the printer's own measure."""
    _within(x, y)
    assert font0.CELL_DOTS_MIN <= cell <= DOTS_MAX and font0.has(text), "what the font has"
    letter = _letter(turn)
    block = b"" if align == "left" else b"^FB%d,1,0,%s,0" % (width, {"center": b"C", "right": b"R"}[align])
    return b"^FT%d,%d^A0%s,%d,%d%s^FH^FD%s^FS" % (x, y, letter, cell, cell, block, data(font0.plain(text)))


def qr(x: int, y: int, magnification: int, text: str) -> bytes:
    """A QR of model 2, level M, from its top left module; `text` is of the QR's alphanumeric set, so that the printer's
    automatic mode packs it so. The symbol is never turned."""
    y -= CODE_DEFAULT_DOTS
    _within(x, y)
    assert 1 <= magnification <= MAGNIFICATION_MAX and ALPHANUMERIC.issuperset(text), "a ticket's code"
    return b"^BY2,3.0,%d^FO%d,%d^BQN,2,%d^FH^FDMA,%s^FS" % (CODE_DEFAULT_DOTS, x, y, magnification, data(text))


def bars(x: int, y: int, turn: int, module: int, height: int, text: str) -> bytes:
    """A Code 128 from the top left of the box it stands in once turned, without a line of text of its own; which subset
    it begins in is said (`>;` C, `>:` B), so that it is as wide as `code128.modules` says."""
    _within(x, y)
    assert 1 <= module <= MODULE_DOTS_MAX and 1 <= height <= DOTS_MAX, "bars one can print"
    assert code128.SHOWN.fullmatch(text), "signs that need no code in a code"
    begun = data((">;" if code128.is_packed(text) else ">:") + text)
    return b"^BY%d,3.0,%d^FO%d,%d^BC%s,%d,N,N,N,N^FH^FD%s^FS" % (
        module, CODE_DEFAULT_DOTS, x, y, _letter(turn), height, begun,
    )  # fmt: skip


def box(x: int, y: int, width: int, height: int, thickness: int) -> bytes:
    """A box drawn inwards; as thick as it is wide or high, it is filled."""
    _within(x, y)
    assert 1 <= thickness <= max(width, height) <= DOTS_MAX, "ink"
    return b"^FO%d,%d^GB%d,%d,%d^FS" % (x, y, width, height, thickness)


def picture(x: int, y: int, bitmap: Bitmap) -> bytes:
    """A one-bit picture from its top left, deflated (`:Z64:`, with the CRC-16 that the guide asks for)."""
    _within(x, y)
    packed = b64encode(zlib.compress(bitmap.rows, 9))
    size = len(bitmap.rows)
    return b"^FO%d,%d^GFA,%d,%d,%d,:Z64:%s:%04X^FS" % (x, y, size, size, bitmap.row_bytes, packed, crc16(packed))


def label(
    width: int,
    length: int,
    fields: Iterable[bytes],
    mode: Mode = Mode.TEAR,
    stock: Stock | None = None,
    copies: int = 1,
) -> bytes:
    """A whole format: `width` across the head, `length` along the feed. Without `stock` the printer's own setting
    holds."""
    assert 1 <= width <= DOTS_MAX and 1 <= length <= DOTS_MAX and 1 <= copies <= COPIES_MAX, "a label"
    head = b"^XA^CI28^MM%s%s^PON^PMN^LRN^FWN^LH0,0^PW%d^LL%d" % (
        mode.encode(), b"^MN%s" % stock.encode() if stock else b"", width, length,
    )  # fmt: skip
    return b"\n".join([head, *fields, b"^PQ%d" % copies, b"^XZ", b""])


def crc16(packed: bytes) -> int:
    """CRC-16 of a packed picture: polynomial 0x1021, beginning at 0, over its base 64."""
    crc = 0
    for byte in packed:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def _letter(turn: int) -> bytes:
    return {0: b"N", 90: b"R", 180: b"I", 270: b"B"}[turn % 360]


def _within(x: int, y: int) -> None:
    assert 0 <= x <= DOTS_MAX and 0 <= y <= DOTS_MAX, "a field begins on the label"
