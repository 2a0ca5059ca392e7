"""How a pass looks as a plastic card: what an organiser chooses of it.

A card is a picture to its edges, two text colours, the holder's photo or not, and the code. As everywhere, choices are
data: colours are checked here and again by who prints, pictures are files by their hash. Text in black is printed by
the ribbon's resin panel, as the code always is: sharp, and black to any scanner. Text in another colour is printed by
the dyes, softer.
"""

from enum import StrEnum

from msgspec import Struct

from ticketing.refusals import InputRefused
from ticketing.ticket_designs import COLOR

BLACK = "#000000"


class CardCode(StrEnum):
    """What a card shows to be read: the code that lets in, bars of its number, or both."""

    QR = "qr"
    BARS = "bars"
    BOTH = "both"


class CardLook(Struct, frozen=True, omit_defaults=True):
    """The choices. `title` is the colour of the pass's short name, `text` of the rest, as `#rrggbb`; `background` is
    the hash of a picture, of 638 x 1016 pixels at best."""

    title: str = BLACK
    text: str = BLACK
    background: bytes | None = None
    with_photo: bool = False
    code: CardCode = CardCode.QR


PLAIN = CardLook()
"""What a card looks like where nobody chose: black on white."""


def sound(look: CardLook) -> CardLook:
    """The same, or InputRefused."""
    for where, color in (("title", look.title), ("text", look.text)):
        if not COLOR.fullmatch(color):
            raise InputRefused(problem="Choose a colour, as #rrggbb.", where=where)
    return look
