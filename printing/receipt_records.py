"""What a receipt says, as data: light to read, so whoever serves has it; `printing/receipts.py` does the rest."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from ticketing.vat import VatShare


class Sold(Struct, frozen=True, kw_only=True):
    """Places, or whatever else, that are alike: `count` of them at `unit_cents`, below zero when taken back."""

    title: str
    tariff: str
    count: int
    unit_cents: int
    starts_at: datetime | None = None
    time_zone: str = "UTC"
    seats: tuple[str, ...] = ()


class Paid(Struct, frozen=True, kw_only=True):
    """Money that came, or went when below zero. `method` is in the reader's words; what was given and what went back
    is said of cash."""

    method: str
    amount_cents: int
    given_cents: int | None = None
    change_cents: int = 0


class Receipt(Struct, frozen=True, kw_only=True):
    """All that a receipt says. `vat` is by rate, as of an order; `link` leads to the order; `duplicate` counts the
    copies after the first; `logo` is a picture in dots (`printing.dots.Bitmap`)."""

    organiser: str
    address: tuple[str, ...] = ()
    vat_number: str = ""
    box_office: str
    till: str = ""
    seller: str = ""
    order_code: str
    at: datetime
    time_zone: str
    locale: str
    currency: str
    lines: tuple[Sold, ...]
    total_cents: int
    vat: tuple[VatShare, ...] = ()
    payments: tuple[Paid, ...] = ()
    link: str = ""
    footer: tuple[str, ...] = ()
    duplicate: int = 0
    logo: Any = None
