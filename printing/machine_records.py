"""What a printer is to who makes its bytes, and what is made: light to read, so whoever serves has it."""

from msgspec import Struct

from ticketing.machines import Paper, Prints

ZPL, ESCPOS, PDF = "application/zpl", "application/escpos", "application/pdf"


class Setup(Struct, frozen=True, kw_only=True):
    """What lies in a printer."""

    prints: Prints
    paper: Paper
    dots_per_mm: int | None = None
    cuts: bool = False


class Made(Struct, frozen=True):
    """Bytes for a printer, their media type, and how many tickets, receipts or cards should come out."""

    payload: bytes
    format: str
    page_count: int = 1
