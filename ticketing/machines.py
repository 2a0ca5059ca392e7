"""What a printer is to who sells: how it is reached, what it speaks, and what lies in it.

Bytes are made by `printing/` and brought to it by `hardware/`; these are the words that both share with the database.
"""

from collections.abc import Mapping
from enum import StrEnum


class Way(StrEnum):
    """How a printer is reached."""

    RAW = "raw"
    """Bytes on a TCP port."""
    IPP = "ipp"
    """By IPP: a printer, or a queue of CUPS."""
    DEVICE = "device"
    """A device file of the agent's machine."""


class Dialect(StrEnum):
    """The language that a job is in: how its machine is asked how it is."""

    ZPL = "zpl"
    ESCPOS = "escpos"
    NONE = "none"
    """Nothing is asked and nothing is told."""


class Prints(StrEnum):
    """What a printer is for."""

    LABELS = "labels"
    """Thermal tickets."""
    RECEIPTS = "receipts"
    DOCUMENTS = "documents"
    """Tickets and reports as PDF."""
    CARDS = "cards"


class Paper(StrEnum):
    """What lies in it: a label format, a roll's width, a sheet, a card."""

    SHOW = "show"
    CINEMA = "cinema"
    MM58 = "58mm"
    MM80 = "80mm"
    A4 = "a4"
    A6 = "a6"
    CR80 = "cr80"


PAPERS: Mapping[Prints, tuple[Paper, ...]] = {
    Prints.LABELS: (Paper.SHOW, Paper.CINEMA),
    Prints.RECEIPTS: (Paper.MM80, Paper.MM58),
    Prints.DOCUMENTS: (Paper.A4, Paper.A6),
    Prints.CARDS: (Paper.CR80,),
}
DIALECTS: Mapping[Prints, Dialect] = {
    Prints.LABELS: Dialect.ZPL,
    Prints.RECEIPTS: Dialect.ESCPOS,
    Prints.DOCUMENTS: Dialect.NONE,
    Prints.CARDS: Dialect.NONE,
}
"""What is spoken by a printer of each kind when its bytes go to a port or a device."""
DOTS_PER_MM = (8, 12)
"""203 and 300 dpi."""
