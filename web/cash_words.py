"""Reports of tills in words: what the page shows, the PDF prints and a receipt printer may print, in one language."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from babel.numbers import format_currency, get_currency_precision

from printing.cash_records import CashRecord, CashSection
from ticketing import formats
from ticketing.cash_journal import Method, Reason
from ticketing.cash_reports import CashReport, Items, Moved, Total
from web.languages import marked, translated

METHODS = {
    Method.CASH: marked("Cash"),
    Method.TERMINAL: marked("Card terminal"),
    Method.FREE: marked("Free of charge"),
    Method.INVOICE: marked("On invoice"),
}
REASONS = {
    Reason.CHANGE: marked("Small change"),
    Reason.FLOAT: marked("More float"),
    Reason.BANK: marked("To the bank"),
    Reason.EXPENSE: marked("Expense"),
    Reason.OTHER: marked("Other reason"),
}


def record(report: CashReport, language: str, hashed: bytes | None = None) -> CashRecord:
    """A report in a language; `hashed` is the hash that a Z is kept by."""
    return _Writer(report, language).record(hashed)


class _Writer:
    """Writes one report in one language."""

    def __init__(self, report: CashReport, language: str) -> None:
        self._report, self._language = report, language

    def record(self, hashed: bytes | None) -> CashRecord:
        report = self._report
        title = marked("Z report {number}") if report.kind == "z" else marked("X report, session {number}")
        totals = [(self._said(marked("Taken in all")), self._money(report.total.net_cents))]
        if report.difference_cents is not None:
            totals.append((self._said(marked("Difference")), self._money(report.difference_cents)))
        reason = self._said(marked("Why the count differs: {reason}"))
        return CashRecord(
            title=self._said(title).format(number=report.number),
            subtitle=" · ".join((report.till, report.box_office)),
            language=self._language,
            facts=tuple(self._facts()),
            sections=tuple(self._sections()),
            totals=tuple(totals),
            signed=self._said(marked("SHA-256 of this report")) if hashed else "",
            signature=hashed.hex() if hashed else "",
            notes=(reason.format(reason=report.reason),) if report.reason else (),
        )

    def _facts(self) -> Iterator[tuple[str, str]]:
        report = self._report
        yield self._said(marked("Organisation")), report.organisation
        if report.vat_number:
            yield self._said(marked("VAT number")), report.vat_number
        yield self._said(marked("Opening")), f"{self._moment(report.opened_at)}, {report.opened_by}"
        if report.closed_at is not None:
            yield self._said(marked("Closing")), f"{self._moment(report.closed_at)}, {report.closed_by}"
        else:
            yield self._said(marked("As of")), self._moment(report.at)
        first, last = report.first_order, report.last_order
        shown = "" if first is None else f" ({first})" if first == last else f" ({first} – {last})"
        yield self._said(marked("Orders paid")), f"{formats.number(report.order_count, self._language)}{shown}"
        yield self._said(marked("Tickets")), self._items(report.tickets)
        if report.passes.sold or report.passes.returned:
            yield self._said(marked("Passes")), self._items(report.passes)
        yield self._said(marked("Currency")), report.currency
        yield self._said(marked("Rows of the journal")), formats.number(report.journal_number, self._language)

    def _sections(self) -> Iterator[CashSection]:
        report = self._report
        yield self._drawer()
        if report.takings:
            yield from self._takings()
        if report.untaken:
            yield from self._untaken()
        if any(share.rate_thousandths is not None for share in report.vat):
            yield self._vat()
        yield from self._sold()
        if report.moves:
            rows = tuple((self._moved(move), self._cents(move.amount_cents)) for move in report.moves)
            yield self._section(marked("Cash brought and taken"), (marked("What"), marked("Amount")), rows)
        if report.counts:
            heads = (marked("When"), marked("Should be there"), marked("Counted"), marked("Difference"))
            counts = (
                (
                    " · ".join(filter(None, (self._moment(one.at), one.seller, one.note))),
                    self._cents(one.expected_cents),
                    self._cents(one.counted_cents),
                    self._cents(one.difference_cents),
                )
                for one in report.counts
            )
            yield self._section(marked("Counts in between"), heads, counts)
        if report.pieces:
            yield self._pieces(marked("Counted at the closing"), report.pieces)
        if report.float_pieces:
            yield self._pieces(marked("Counted at the opening"), report.float_pieces)

    def _drawer(self) -> CashSection:
        report = self._report
        cash = report.methods.get(Method.CASH, Total(0, 0, 0, 0))
        rows = [
            (marked("Float"), report.float_cents),
            (marked("Received in cash"), cash.received_cents),
            (marked("Paid back in cash"), -cash.returned_cents),
            (marked("Brought in"), report.brought_cents),
            (marked("Taken out"), -report.taken_cents),
            (marked("Should be there"), report.expected_cents),
        ]
        if report.counted_cents is not None and report.difference_cents is not None:
            rows += [(marked("Counted"), report.counted_cents), (marked("Difference"), report.difference_cents)]
        told = tuple((self._said(what), self._cents(cents)) for what, cents in rows)
        return self._section(marked("Cash in the drawer"), (marked("What"), marked("Amount")), told)

    def _takings(self) -> Iterator[CashSection]:
        """By method, and by seller and method."""
        report = self._report
        heads = marked("Received"), marked("Paid back"), marked("Net")
        rows = ((self._said(METHODS[method]), *self._total(total)) for method, total in report.methods.items())
        total = (self._said(marked("Total")), *self._total(report.total))
        yield self._section(marked("By method"), (marked("Method"), *heads), rows, total)
        sellers = (
            (
                f"{one.seller}, {self._said(METHODS[one.method])}",
                self._cents(one.received_cents),
                self._cents(-one.returned_cents),
                self._cents(one.net_cents),
            )
            for one in report.takings
        )
        yield self._section(marked("By seller"), (marked("Seller"), *heads), sellers)

    def _untaken(self) -> Iterator[CashSection]:
        """What no money was taken for, by method and by seller."""
        report = self._report
        heads = marked("Orders"), marked("Amount")
        methods = {one.method for one in report.untaken}
        found = ((way, [one for one in report.untaken if one.method is way]) for way in METHODS if way in methods)
        rows = (
            (
                self._said(METHODS[way]),
                self._number(one.count for one in some),
                self._sum(one.value_cents for one in some),
            )
            for way, some in found
        )
        yield self._section(marked("Sold without taking money"), (marked("Method"), *heads), rows)
        sellers = (
            (
                f"{one.seller}, {self._said(METHODS[one.method])}",
                self._number([one.count]),
                self._cents(one.value_cents),
            )
            for one in report.untaken
        )
        yield self._section(marked("The same by seller"), (marked("Seller"), *heads), sellers)

    def _vat(self) -> CashSection:
        heads = marked("Rate"), marked("Before VAT"), marked("VAT"), marked("With VAT")
        rows = (
            (
                self._said(marked("Without VAT"))
                if one.rate_thousandths is None
                else formats.rate(one.rate_thousandths, self._language),
                self._cents(one.amount_cents - one.vat_cents),
                self._cents(one.vat_cents),
                self._cents(one.amount_cents),
            )
            for one in self._report.vat
        )
        return self._section(marked("By VAT rate"), heads, rows)

    def _sold(self) -> Iterator[CashSection]:
        """By tariff, a table for each event; passes and the rest in one of their own."""
        heads = marked("Tariff"), marked("Number"), marked("Amount")
        for event, some in groupby(self._report.sold, key=lambda one: one.event):
            rows = tuple(
                (one.name, formats.number(one.count, self._language), self._cents(one.amount_cents)) for one in some
            )
            section = self._section(marked("Passes and others"), heads, rows)
            yield CashSection(event or section.title, section.heads, section.rows)

    def _pieces(self, title: str, pieces: Iterable[tuple[int, int]]) -> CashSection:
        heads = marked("Coin or banknote"), marked("Number"), marked("Amount")
        rows = (
            (self._cents(value), formats.number(count, self._language), self._cents(value * count))
            for value, count in pieces
        )
        return self._section(title, heads, rows)

    def _section(
        self, title: str, heads: Iterable[str], rows: Iterable[tuple[str, ...]], total: tuple[str, ...] = ()
    ) -> CashSection:
        return CashSection(self._said(title), tuple(self._said(head) for head in heads), tuple(rows), total)

    def _total(self, total: Total) -> tuple[str, ...]:
        return tuple(self._cents(cents) for cents in (total.received_cents, -total.returned_cents, total.net_cents))

    def _items(self, items: Items) -> str:
        told = marked("{sold} sold, {returned} taken back") if items.returned else marked("{sold} sold")
        numbers = {name: formats.number(getattr(items, name), self._language) for name in ("sold", "returned")}
        return self._said(told).format(**numbers)

    def _moved(self, move: Moved) -> str:
        return " · ".join(
            filter(None, (self._moment(move.at), self._said(REASONS[move.reason]), move.note, move.seller))
        )

    def _said(self, text: str) -> str:
        return translated(text, self._language)

    def _moment(self, at: datetime) -> str:
        return formats.moment(at, self._report.time_zone, self._language)

    def _number(self, counts: Iterable[int]) -> str:
        return formats.number(sum(counts), self._language)

    def _sum(self, amounts: Iterable[int]) -> str:
        return self._cents(sum(amounts))

    def _money(self, cents: int) -> str:
        return formats.money(cents, self._report.currency, self._language)

    def _cents(self, cents: int) -> str:
        """An amount without its currency, which is one of the facts."""
        units = Decimal(cents).scaleb(-get_currency_precision(self._report.currency))
        return format_currency(units, self._report.currency, "#,##0.00", locale=formats.locale(self._language))
