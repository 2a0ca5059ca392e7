"""Tables as files for spreadsheets, with nothing in them that a spreadsheet computes.

A text that begins like a formula is kept a text by an apostrophe before it, as spreadsheets themselves write one; in
XLSX by the type of its cell too. What people typed into a form must not run where it is opened.
"""

import csv as comma
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

import xlsxwriter
from litestar import Response

from ticketing.legible import neutral
from web.answers import attached

CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f]+")
WIDTH_MAX = 48

Cell = str | int | Decimal | None


def csv(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as CSV in UTF-8, with the mark by which spreadsheets know it."""
    text = io.StringIO()
    comma.writer(text).writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx(title: str, rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as one sheet, the first of them its heads."""
    content = io.BytesIO()
    every = list(rows)
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet(SHEET_NAME.sub(" ", title)[:31].strip() or None)
        head, plain = book.add_format({"bold": True, "bottom": 1}), book.add_format()
        for y, row in enumerate(every):
            for x, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(y, x, neutral(cell), plain if y else head)
                elif cell is not None:
                    sheet.write_number(y, x, cell)
        for x, column in enumerate(zip(*every, strict=False)):
            sheet.set_column(x, x, min(WIDTH_MAX, 2 + max(len(str(cell)) for cell in column)))
        sheet.freeze_panes(1, 0)
    return content.getvalue()


def download(content: bytes, name: str, media_type: str) -> Response[bytes]:
    """A file to be kept, not shown."""
    return Response(content, media_type=media_type, headers=attached(name))


def _harmless(cell: Cell) -> Cell:
    return neutral(cell) if isinstance(cell, str) else cell
