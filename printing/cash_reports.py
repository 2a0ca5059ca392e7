"""Reports of tills on paper: A4 as PDF, and the lines that a receipt printer would print.

Text that somebody typed is cleaned here, once, and escaped by the template; nothing is fetched.
"""

from functools import cache
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from printing import escpos, receipts
from printing.cash_records import CashRecord, CashSection
from printing.looks import TEMPLATES, NothingFetched
from ticketing.legible import clean

SIGNATURE_GROUP = 8


def report_pdf(record: CashRecord) -> bytes:
    """A report as a PDF; the same record gives the same bytes. Holds the GIL for some 100 ms: run it in a process of
    its own."""
    page = _environment().get_template("cash_report.html").render(record=_clean(record), signature=_grouped(record))
    source = HTML(string=page, url_fetcher=NothingFetched())
    made: bytes = source.write_pdf(stylesheets=[_style()], font_config=FontConfiguration())
    return made


def report_text(record: CashRecord, columns: int) -> str:
    """A report as lines of so many characters at most, as `receipts.report_escpos` prints them."""
    lines = []
    for line in escpos.lines(receipts.report_rows(report(record)), columns):
        room = columns // 2 if line.large else columns
        text = f"{line.left}{line.right.rjust(room - len(line.left))}" if line.right else line.left
        lines.append(text.center(columns).rstrip() if line.align == "center" else text.rstrip())
    return "\n".join([*lines, ""])


def report(record: CashRecord) -> receipts.Report:
    """A report as receipt printers take it."""
    return receipts.Report(
        title=record.title,
        locale=record.language,
        facts=((record.subtitle, ""), *record.facts),
        sections=tuple(
            receipts.Section(section.title, section.heads, (*section.rows, *((section.sum,) if section.sum else ())))
            for section in record.sections
        ),
        totals=record.totals,
        signature=record.signature,
        footer=record.notes,
    )


def _clean(record: CashRecord) -> CashRecord:
    def told(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(clean, texts))

    sections = tuple(
        CashSection(clean(one.title), told(one.heads), tuple(map(told, one.rows)), told(one.sum))
        for one in record.sections
    )
    facts, totals = ([(clean(label), clean(text)) for label, text in some] for some in (record.facts, record.totals))
    return msgspec.structs.replace(
        record, title=clean(record.title), subtitle=clean(record.subtitle), facts=tuple(facts), sections=sections,
        totals=tuple(totals), notes=told(record.notes),
    )  # fmt: skip


def _grouped(record: CashRecord) -> str:
    sign = record.signature
    return " ".join(sign[at : at + SIGNATURE_GROUP] for at in range(0, len(sign), SIGNATURE_GROUP))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


@cache
def _style() -> Any:
    return CSS(string=(TEMPLATES / "cash_report.css").read_text(), url_fetcher=NothingFetched())
