"""Receipts and closing reports for receipt printers: records to rows to ESC/POS (`printing/escpos.py`).

A receipt says what was bought, for how much, of which how much is VAT, how it was paid and what went back; a link as a
QR leads to the order. A report is tables for who closes a till (X while it is open, Z when it is closed): what it says
comes in words, since tills and their counts are not printing's to know; its signature is printed whole.

User text is cleaned here, once.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from babel.numbers import format_currency, get_currency_precision
from msgspec import Struct

from printing import escpos
from printing.escpos import Blank, Code, Drawing, Machine, Pair, Row, Rule, Table, Text
from printing.receipt_records import Receipt
from ticketing import formats
from ticketing.formats import Language
from ticketing.legible import clean

LINES_MAX = 500
SEATS_SHOWN_MAX = 60
SIGNATURE_GROUP = 8
INDENT = 2


class Words(Struct, frozen=True, kw_only=True):
    """The words of one language. Those with braces are filled in here."""

    receipt: str
    refund: str
    duplicate: str
    order: str
    till: str
    seller: str
    several: str
    total: str
    given: str
    change: str
    due: str
    vat: str
    rate: str
    net: str
    tax: str
    gross: str
    vat_number: str
    signature: str


WORDS: Mapping[Language, Words] = {
    Language.EN: Words(
        receipt="Receipt",
        refund="Refund",
        duplicate="Duplicate {number}",
        order="Order {code}",
        till="Till {name}",
        seller="Served by {name}",
        several="{count} × {unit}  {what}",
        total="Total",
        given="Given",
        change="Change",
        due="Still to pay",
        vat="VAT in the total",
        rate="Rate",
        net="Net",
        tax="VAT",
        gross="Gross",
        vat_number="VAT no. {number}",
        signature="Signature",
    ),
    Language.FR: Words(
        receipt="Reçu",
        refund="Remboursement",
        duplicate="Duplicata {number}",
        order="Commande {code}",
        till="Caisse {name}",
        seller="Servi par {name}",
        several="{count} × {unit}  {what}",
        total="Total",
        given="Remis",
        change="Rendu",
        due="Reste à payer",
        vat="TVA comprise dans le total",
        rate="Taux",
        net="Hors taxe",
        tax="TVA",
        gross="TTC",
        vat_number="N° TVA {number}",
        signature="Signature",
    ),
}


class Section(Struct, frozen=True):
    """A table of a report: columns after the first are flush right."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Report(Struct, frozen=True, kw_only=True):
    """A closing report, in words already: facts (label, value), tables, totals, and the hash that signs it."""

    title: str
    locale: str
    facts: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    totals: tuple[tuple[str, str], ...] = ()
    signature: str = ""
    footer: tuple[str, ...] = ()


def receipt_escpos(receipt: Receipt, machine: Machine, drawer: int | None = None) -> bytes:
    """A receipt as bytes; with `drawer` it opens that one first. About 1 ms, 50 more for a line that is drawn."""
    return escpos.printed(receipt_rows(receipt), machine, drawer=drawer)


def report_escpos(report: Report, machine: Machine) -> bytes:
    """A closing report as bytes."""
    return escpos.printed(report_rows(report), machine)


def receipt_rows(receipt: Receipt) -> list[Row]:
    """A receipt as rows, for paper of any width."""
    assert len(receipt.lines) <= LINES_MAX, "an order is bounded"
    assert sum(line.count * line.unit_cents for line in receipt.lines) == receipt.total_cents, "lines add up"
    words = WORDS[formats.language(receipt.locale)]
    return [
        *_head(receipt, words),
        Rule(),
        *_lines(receipt, words),
        Rule("="),
        *_sums(receipt, words),
        *_vat(receipt, words),
        *_foot(receipt),
    ]


def report_rows(report: Report) -> list[Row]:
    """A closing report as rows."""
    words = WORDS[formats.language(report.locale)]
    rows: list[Row] = [Text(clean(report.title), "center", bold=True, large=True), Blank()]
    rows += [Pair(clean(label), clean(value)) for label, value in report.facts]
    for section in report.sections:
        cells = tuple(tuple(map(clean, row)) for row in section.rows)
        rows += [Rule(), Text(clean(section.title), bold=True), Table(cells, tuple(map(clean, section.heads)))]
    rows += [Rule("=")] if report.totals else []
    rows += [Pair(clean(label), clean(value), bold=True) for label, value in report.totals]
    if report.signature:
        sign = clean(report.signature)
        groups = (sign[at : at + SIGNATURE_GROUP] for at in range(0, len(sign), SIGNATURE_GROUP))
        rows += [Rule(), Text(words.signature, bold=True), Text(" ".join(groups))]
    return [*rows, *_closing(report.footer)]


def _head(receipt: Receipt, words: Words) -> Iterator[Row]:
    if receipt.logo is not None:
        yield Drawing(receipt.logo)
        yield Blank()
    yield Text(clean(receipt.organiser), "center", bold=True, large=True)
    yield from (Text(clean(line), "center") for line in receipt.address)
    if receipt.vat_number:
        yield Text(words.vat_number.format(number=clean(receipt.vat_number)), "center")
    yield Blank()
    title = words.refund if receipt.total_cents < 0 else words.receipt
    moment = formats.moment(receipt.at, receipt.time_zone, receipt.locale)
    yield Pair(title, words.order.format(code=receipt.order_code), bold=True)
    yield Text(moment)
    place = [clean(receipt.box_office), words.till.format(name=clean(receipt.till)) if receipt.till else ""]
    yield Text(" · ".join(filter(None, place)))
    if receipt.seller:
        yield Text(words.seller.format(name=clean(receipt.seller)))
    if receipt.duplicate:
        yield Text(words.duplicate.format(number=receipt.duplicate), "center", bold=True, large=True)


def _lines(receipt: Receipt, words: Words) -> Iterator[Row]:
    """What was bought, each event and date once."""
    before: tuple[Any, ...] = ()
    for line in receipt.lines:
        event = (line.title, line.starts_at)
        if event != before:
            yield Text(clean(line.title), bold=True)
            if line.starts_at:
                day = formats.short_day(line.starts_at, line.time_zone, receipt.locale)
                yield Text(f"{day}, {formats.hour(line.starts_at, line.time_zone, receipt.locale)}")
        before = event
        unit = _plain_money(line.unit_cents, receipt)
        several = words.several.format(count=line.count, unit=unit, what=clean(line.tariff))
        told = several if line.count != 1 else clean(line.tariff)
        yield Pair(told, _plain_money(line.count * line.unit_cents, receipt), indent=INDENT)
        if line.seats:
            shown = ", ".join(clean(seat) for seat in line.seats[:SEATS_SHOWN_MAX])
            more = " …" if len(line.seats) > SEATS_SHOWN_MAX else ""
            yield Pair(shown + more, "", indent=INDENT)


def _sums(receipt: Receipt, words: Words) -> Iterator[Row]:
    yield Pair(words.total, _money(receipt.total_cents, receipt), bold=True, large=True)
    for paid in receipt.payments:
        yield Pair(clean(paid.method), _money(paid.amount_cents, receipt))
        if paid.given_cents is not None:
            yield Pair(words.given, _money(paid.given_cents, receipt), indent=INDENT)
            yield Pair(words.change, _money(paid.change_cents, receipt), indent=INDENT)
    due = receipt.total_cents - sum(paid.amount_cents for paid in receipt.payments)
    if due:
        yield Pair(words.due, _money(due, receipt), bold=True)


def _vat(receipt: Receipt, words: Words) -> Iterator[Row]:
    if receipt.vat:
        yield Rule()
        yield Text(words.vat)
        yield Table(
            tuple(
                (
                    formats.rate(share.rate_thousandths, receipt.locale),
                    _plain_money(share.amount_cents - share.vat_cents, receipt),
                    _plain_money(share.vat_cents, receipt),
                    _plain_money(share.amount_cents, receipt),
                )
                for share in receipt.vat
            ),
            (words.rate, words.net, words.tax, words.gross),
        )


def _foot(receipt: Receipt) -> Iterator[Row]:
    if receipt.link:
        yield Blank()
        yield Code(receipt.link)
    yield from _closing(receipt.footer)


def _closing(footer: Sequence[str]) -> Iterator[Row]:
    yield Blank()
    yield from (Text(clean(line), "center") for line in footer)


def _money(cents: int, receipt: Receipt) -> str:
    return formats.money(cents, receipt.currency, receipt.locale)


def _plain_money(cents: int, receipt: Receipt) -> str:
    """An amount without its currency, which the total says."""
    units = Decimal(cents).scaleb(-get_currency_precision(receipt.currency))
    return format_currency(units, receipt.currency, "#,##0.00", locale=formats.locale(receipt.locale))
