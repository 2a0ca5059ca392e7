"""The report of a box office's sales and payments: on the page, to print, and as a file for a spreadsheet."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import TypeVar
from zoneinfo import ZoneInfo

import msgspec
from babel.numbers import get_currency_precision
from litestar import Response, get
from litestar.params import FromPath

from admin import access, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import formats, reports
from ticketing.refusals import InputRefused, NotFound
from ticketing.reports import Grouping, Money, Office, Paid, Report, Sold, Span
from ticketing.tokens import Scope
from web import sheets
from web.call import Call
from web.forms import Form
from web.languages import translated
from web.sheets import Cell

DAYS_SHOWN = 30
GROUPINGS = {
    Grouping.EVENT: marked("Event"),
    Grouping.DATE: marked("Date"),
    Grouping.TARIFF: marked("Tariff"),
    Grouping.DAY: marked("Day"),
    Grouping.CHANNEL: marked("Channel"),
    Grouping.METHOD: marked("Payment method"),
}
CHANNELS = {"shop": marked("Shop"), "counter": marked("Counter"), "api": marked("API")}
METHODS = {
    "cash": marked("At the counter"),
    "terminal": marked("Card terminal"),
    "bank": marked("Bank transfer"),
    "sandbox": marked("Sandbox"),
}
PASSES = marked("Passes")
SOLD_HEADS = {
    "tickets": marked("Tickets"),
    "sold": marked("Sold"),
    "returned": marked("Taken back"),
    "lapsed": marked("Never paid"),
    "net": marked("Net"),
    "vat": marked("of which VAT"),
}
PAID_HEADS = {"received": marked("Received"), "returned": marked("Paid back"), "net": marked("Net")}
Row = TypeVar("Row", Sold, Money)
NAME = "name"
"""What a report is sorted by unless the address says a column: what its rows are about, dates by time."""


@get("/box-offices/{key:str}/reports")
async def show(request: Call, key: FromPath[str]) -> Response[str]:
    """A report, as the address asks for it."""
    desk, office = await _at(request, key)
    form = Form.of(_asked(request, office))
    report = await _report(request, office, form)
    return pages.show(
        request,
        "reports/show.html",
        desk,
        office=office,
        form=form,
        report=report,
        by=_grouping(request),
        groupings=GROUPINGS,
        heads=_heads(_grouping(request)),
        sort=_sort(request),
        labels=_labels(request, report) if report else [],
        span=_told(report, request.visit.language) if report else "",
        methods=METHODS,
    )


@get("/box-offices/{key:str}/reports/{kind:str}")
async def file(request: Call, key: FromPath[str], kind: FromPath[str]) -> Response[bytes]:
    """The same report as `sales.csv` or `sales.xlsx`."""
    _, office = await _at(request, key)
    if kind not in ("sales.csv", "sales.xlsx"):
        raise NotFound(what="file")
    form = Form.of(_asked(request, office))
    report = await _report(request, office, form)
    if report is None:
        raise InputRefused(
            problem="Choose a first day and a last one, at most {most} days apart.", most=reports.DAYS_MAX
        )
    rows = _rows(request, report)
    name = f"{office.key}-{report.span.first}-{report.span.last}"
    if kind == "sales.csv":
        return sheets.download(sheets.csv(rows), f"{name}.csv", sheets.CSV)
    return sheets.download(sheets.xlsx(office.name, rows), f"{name}.xlsx", sheets.XLSX)


async def _at(request: Call, key: str) -> tuple[Desk, Office]:
    desk = await access.box_office(request, key, Scope.VIEW)
    assert desk.reach.box_office_id is not None, "a box office was come to"
    office = await reports.office(request.services.database, desk.reach.organisation_id, desk.reach.box_office_id)
    return desk, office


def _asked(request: Call, office: Office) -> dict[str, str]:
    """What the address asks for, or the last days."""
    today = request.now.astimezone(ZoneInfo(office.time_zone)).date()
    asked = request.query_params
    return {
        "by": _grouping(request).value,
        "first": asked.get("first", "") or (today - timedelta(days=DAYS_SHOWN - 1)).isoformat(),
        "last": asked.get("last", "") or today.isoformat(),
    }


def _grouping(request: Call) -> Grouping:
    asked = request.query_params.get("by", "")
    return Grouping(asked) if asked in set(Grouping) else Grouping.EVENT


def _heads(by: Grouping) -> dict[str, str]:
    return PAID_HEADS if by is Grouping.METHOD else SOLD_HEADS


def _sort(request: Call) -> str:
    """The column that the address sorts by, after a "-" when downwards."""
    asked = request.query_params.get("sort", "")
    return asked if asked.removeprefix("-") in {NAME, *_heads(_grouping(request))} else NAME


def _in_order(rows: Sequence[Row], sort: str) -> list[Row]:
    """The rows, which come by name, as they are sorted; what is alike stays by name."""
    name, downwards = sort.removeprefix("-"), sort.startswith("-")
    if name == NAME:
        return list(reversed(rows)) if downwards else list(rows)
    column = attrgetter("ticket_count" if name == "tickets" else f"{name}_cents")
    return sorted(rows, key=column, reverse=downwards)


async def _report(request: Call, office: Office, form: Form) -> Report | Paid | None:
    """The report that is asked for, sorted; None with what is wrong noted in the form."""
    first, last = form.day("first"), form.day("last")
    if first is None or last is None:
        return None
    by, database = _grouping(request), request.services.database
    try:
        if by is Grouping.METHOD:
            paid = await reports.paid(database, office, Span(first, last))
            return msgspec.structs.replace(paid, rows=_in_order(paid.rows, _sort(request)))
        sold = await reports.sold(database, office, Span(first, last), by)
        return msgspec.structs.replace(sold, rows=_in_order(sold.rows, _sort(request)))
    except InputRefused as refusal:
        form.refused(refusal)
        return None


def _told(report: Report | Paid, language: str) -> str:
    first, last = (formats.whole_day(day, language) for day in (report.span.first, report.span.last))
    return first if first == last else f"{first} – {last}"


def _labels(request: Call, report: Report | Paid) -> list[tuple[str, str, str]]:
    """Of each row: what it is about, more of that, and the page it leads to."""
    language = request.visit.language
    if isinstance(report, Paid):
        return [(translated(METHODS.get(row.key, row.key), language), row.currency, "") for row in report.rows]
    return [_label(report, row, language) for row in report.rows]


def _label(report: Report, row: Sold, language: str) -> tuple[str, str, str]:
    if row.key is None:
        return translated(PASSES, language), "", ""
    if report.grouping is Grouping.CHANNEL:
        return translated(CHANNELS.get(row.key, row.key), language), "", ""
    if report.grouping is Grouping.DAY:
        return formats.whole_day(date.fromisoformat(row.key), language), "", ""
    named = report.names[row.key]
    if report.grouping is Grouping.DATE and named.at is not None and named.time_zone is not None:
        return named.name, formats.moment(named.at, named.time_zone, language), f"/admin/performances/{row.key}"
    if report.grouping is Grouping.TARIFF:
        return named.name, named.detail or "", ""
    return named.name, "", f"/admin/events/{row.key}"


def _rows(request: Call, report: Report | Paid) -> list[list[Cell]]:
    """The table as a spreadsheet has it: amounts as numbers, days as they sort."""
    language, office = request.visit.language, report.office
    precision = get_currency_precision(office.currency)

    def amount(cents: int) -> Decimal:
        return Decimal(cents).scaleb(-precision)

    labels = _labels(request, report)
    if isinstance(report, Paid):
        heads = [GROUPINGS[Grouping.METHOD], marked("Currency"), *PAID_HEADS.values()]
        body: list[list[Cell]] = [
            [label, more, amount(row.received_cents), amount(row.returned_cents), amount(row.net_cents)]
            for (label, more, _), row in zip(labels, report.rows, strict=True)
        ]
        return [[translated(head, language) for head in heads], *body]
    heads = [GROUPINGS[report.grouping], marked("Details"), *SOLD_HEADS.values(), marked("Currency")]
    everything = [*zip(labels, report.rows, strict=True), ((translated("In all", language), "", ""), report.total)]
    body = [
        [row.key if report.grouping is Grouping.DAY and row.key else label, more, row.ticket_count,
         *(amount(cents) for cents in (row.sold_cents, row.returned_cents, row.lapsed_cents, row.net_cents,
                                       row.vat_cents)), office.currency]
        for (label, more, _), row in everything
    ]  # fmt: skip
    return [[translated(head, language) for head in heads], *body]
