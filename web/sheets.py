"""Tables as files for spreadsheets, with nothing in them that a spreadsheet computes.

A text that begins like a formula is kept a text: in CSV by an apostrophe before it, as spreadsheets themselves write
one; in XLSX by the type of its cell. What people typed into a form must not run where it is opened.
"""

import csv as comma
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

import xlsxwriter
from litestar import Response

CSV, XLSX = "text/csv; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COMPUTED = re.compile(r"[\s\x00-\x1f]*[=+\-@|%]|[\t\r\n]")
UNSAFE_NAME = re.compile(r"[^A-Za-z0-9._-]+")
SHEET_NAME = re.compile(r"[\[\]:*?/\\'\x00-\x1f]+")
CELL_CHARS_MAX = 32_767
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
                    sheet.write_string(y, x, _printable(cell), plain if y else head)
                elif cell is not None:
                    sheet.write_number(y, x, cell)
        for x, column in enumerate(zip(*every, strict=False)):
            sheet.set_column(x, x, min(WIDTH_MAX, 2 + max(len(str(cell)) for cell in column)))
        sheet.freeze_panes(1, 0)
    return content.getvalue()


def download(content: bytes, name: str, media_type: str) -> Response[bytes]:
    """A file to be kept, not shown."""
    safe = UNSAFE_NAME.sub("-", name).strip("-.") or "table"
    headers = {"content-disposition": f'attachment; filename="{safe}"'}
    return Response(content, media_type=media_type, headers=headers)


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and COMPUTED.match(cell) else cell


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable() or sign in "\n\t")[:CELL_CHARS_MAX]
