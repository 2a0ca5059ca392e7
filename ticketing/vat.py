"""Value added tax: the rate of a box office from a day on, and which one holds on a performance's day.

A rate is in thousandths of a percent (8100 is 8.1 %), so that every rate in force anywhere is a whole number. What
counts is the day of the performance in the venue's time, not the day of the order: a change is scheduled when it is
known, and orders for later dates follow it at once. Orders keep the rate they were placed at; nothing here changes
them.
"""

import re
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct

from ticketing import audit
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.refusals import InputRefused, NotFound, TooManyRates
from ticketing.sql import Connection, load

RATE_THOUSANDTHS_MAX = 100_000
RATES_MAX = 100
NUMBER_CHARS_MAX = 20

SQL = load("vat")

SHAPES = {
    "AT": r"U\d{8}", "BE": r"[01]\d{9}", "BG": r"\d{9,10}", "CH": r"E\d{9}(MWST|TVA|IVA)?", "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}", "DE": r"\d{9}", "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}", "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}", "GB": r"(\d{9}|\d{12}|(GD|HA)\d{3})", "HR": r"\d{11}",
    "HU": r"\d{8}", "IE": r"\d[A-Z0-9]\d{5}[A-Z]{1,2}", "IT": r"\d{11}", "LT": r"(\d{9}|\d{12})", "LU": r"\d{8}",
    "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "NO": r"\d{9}(MVA)?", "PL": r"\d{10}", "PT": r"\d{9}",
    "RO": r"\d{2,10}", "SE": r"\d{12}", "SI": r"\d{8}", "SK": r"\d{10}", "XI": r"(\d{9}|\d{12})",
}  # fmt: skip
"""What follows the country in a VAT number: the European Commission's list (VIES), and its neighbours."""
ANY_SHAPE = re.compile(r"[A-Z]{0,3}\d[A-Z0-9]{4,16}")
"""A number of a country that is not among them: digits, perhaps after its letters."""


class Rate(Struct, frozen=True):
    """A rate, and the first day it holds."""

    holds_from: date
    rate_thousandths: int


class VatShare(Struct, frozen=True):
    """What an order has at one rate: `amount_cents` of it in all, of which `vat_cents` are tax."""

    rate_thousandths: int
    amount_cents: int
    vat_cents: int


async def list_of(db: Database, organisation_id: UUID, box_office_id: UUID) -> list[Rate]:
    """The rates of a box office, by the day from which they hold."""
    async with db.read() as c:
        return await SQL.list_of.all(c, Rate, organisation_id=organisation_id, box_office_id=box_office_id)


async def schedule(
    db: Database, organisation_id: UUID, box_office_id: UUID, rate: Rate, by: Actor, now: datetime
) -> None:
    """Let a rate hold from a day on, until the next one; a rate of the same day is replaced.

    Raises InputRefused for no possible rate, TooManyRates, and NotFound for another organisation's box office.
    """
    if not 0 <= rate.rate_thousandths <= RATE_THOUSANDTHS_MAX:
        raise InputRefused(problem="A rate is between 0 and 100 %.", where="rate")
    key = {"box_office_id": box_office_id, "holds_from": rate.holds_from}
    async with db.transaction() as c:
        subject = await _own(c, organisation_id, box_office_id)
        known = await SQL.list_of.all(c, Rate, organisation_id=organisation_id, box_office_id=box_office_id)
        before = await SQL.rate_from.value(c, **key)
        if before is None and len(known) >= RATES_MAX:
            raise TooManyRates(rates_max=RATES_MAX)
        await SQL.schedule.run(c, **key, rate_thousandths=rate.rate_thousandths)
        changes = {"vat_rate": (before, rate.rate_thousandths), "holds_from": (None, rate.holds_from)}
        await audit.note(c, by, "vat_rate.scheduled", subject, now, changes)


async def withdraw(
    db: Database, organisation_id: UUID, box_office_id: UUID, holds_from: date, by: Actor, now: datetime
) -> None:
    """Take a rate away: the one before it holds on. NotFound when there is none from that day."""
    key = {"box_office_id": box_office_id, "holds_from": holds_from}
    async with db.transaction() as c:
        subject = await _own(c, organisation_id, box_office_id)
        before = await SQL.rate_from.value(c, **key)
        if before is None:
            raise NotFound(what="rate")
        await SQL.withdraw.run(c, **key)
        changes = {"vat_rate": (before, None), "holds_from": (holds_from, None)}
        await audit.note(c, by, "vat_rate.withdrawn", subject, now, changes)


def number_of(text: str, field: str = "vat_number") -> str:
    """A VAT number without spaces and punctuation, such as CHE123456789TVA. InputRefused when no country writes it so.

    The shape alone is checked: whether it is somebody's, only a tax office knows.
    """
    number = re.sub(r"[\s.\-/]", "", text).upper()
    if not number:
        return ""
    shape = SHAPES.get(number[:2])
    fits = re.fullmatch(shape, number[2:]) if shape else ANY_SHAPE.fullmatch(number)
    if len(number) > NUMBER_CHARS_MAX or not fits:
        raise InputRefused(problem="This is not a VAT number, such as CHE-123.456.789 or FR12345678901.", where=field)
    return number


async def _own(c: Connection, organisation_id: UUID, box_office_id: UUID) -> Subject:
    found = await SQL.own.row(c, organisation_id=organisation_id, box_office_id=box_office_id)
    if found is None:
        raise NotFound(what="box office")
    return Subject(kind="box_office", id=found["id"], name=found["name"], box_office_id=found["id"])
