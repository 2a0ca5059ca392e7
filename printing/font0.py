"""The printers' own scalable font, `^A0` (CG Triumvirate Bold Condensed): how wide and how high its letters are.

Every ZPL printer has it in its firmware, so a line in it costs its characters and no download, and it is what a ticket
is set in wherever it can be. Its cuts differ by a few percent from one maker and firmware to the next: a width here is
the larger of two: that of Helvetica Condensed Bold, after which the face is drawn, and that which others measured of
the firmware's rendering. So a text that fits by this table fits on paper, and lines are aligned by the printer.

What the font surely has is Zebra's code page 1252 (the ZPL guide's appendix): Western Europe with its quotation marks
and €. Newer firmware has more; nothing here trusts in that. The backslash is left out: printers read `\\&` in a field
as a new line, so what has one is drawn.
"""

from collections.abc import Mapping
from types import MappingProxyType

CAPITAL = 0.75
"""The height of a capital, of the cell's: what `^A0` is told is the cell."""
ABOVE, BELOW = 0.99, 0.25
"""How far ink reaches from the base line: up to the ring of Å, down to the foot of a bracket."""
PITCH = 1.16
"""From one base line to the next."""
CELL_DOTS_MIN = 10
"""The font is not made smaller, whatever it is told."""

_BY_WIDTH = {
    250: "|¦", 274: "{}", 277: "Ifijlt‚‹‘’›ÌÍÎÏìíîï", 295: " /:;", 296: "'", 300: "ª²³¹º", 332: "!(),.[]`ˆ˜¡¨¯´·¸",
    333: "r", 388: "zž", 400: "°", 420: "•", 444: "cksvxyšçýÿ", 445: "J", 481: '"',
    500: "#$*0123456789?EFLTZ^_abdeghnopqu~€ƒ„†‡Ž“”–¢£¤¥§«¬±µ»¿ÈÉÊË×ßàáâãäåèéêëðñòóôõö÷øùúûüþ", 550: "¶",
    556: "ABCKPSVXYŠŸÀÁÂÃÄÅÇÝÞ", 611: "DGHNOQRUÐÑÒÓÔÕÖØÙÚÛÜ", 667: "&", 668: "w", 722: "œæ", 750: "¼½¾", 777: "MmÆ",
    800: "-", 830: "©®", 832: "WŒ", 860: "™", 900: "@", 903: "%", 905: "+=", 1000: "<>…—", 1111: "‰",
}  # fmt: skip
WIDTHS: Mapping[str, int] = MappingProxyType({sign: width for width, signs in _BY_WIDTH.items() for sign in signs})
"""Advances, in thousandths of the cell's height, of every sign that the font surely has."""
_SPACES = str.maketrans(dict.fromkeys("\xa0\u2007\u2009\u202f", " ") | {"\u2010": "-", "\u2011": "-", "\u2212": "–"})


def plain(text: str) -> str:
    """The text with the spaces, hyphens and minus signs that the font has, for those that only differ in breaking or
    width."""
    return text.translate(_SPACES)


def has(text: str) -> bool:
    """Whether the font has every sign of it."""
    return all(sign in WIDTHS for sign in plain(text))


def width(text: str, cell: float) -> float:
    """How wide a line is, in the unit of `cell`, the height that `^A0` is told."""
    return sum(WIDTHS[sign] for sign in plain(text)) * cell / 1000
