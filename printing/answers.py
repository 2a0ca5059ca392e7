"""Answers to a spreadsheet (XLSX), written row by row so that memory does not grow with them.

What people typed is never a formula here: every cell is written as a string, and neutral beside that, for when the file
is saved as CSV and opened again.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ticketing.legible import UNWRITABLE, neutral

SHEET_CHARS_MAX = 31
ROWS_MAX = 1_000_000
"""Rows of one sheet; the format ends at 1,048,576."""
WIDTH, WIDE = 18, 32
UNNAMED = re.compile(r"[\[\]:*?/\\']")


class Book:
    """A file of sheets, each written from its top to its bottom before the next."""

    def __init__(self, path: Path) -> None:
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            "tmpdir": str(path.parent),
        }
        self._book = Workbook(str(path), options)
        self._head: Format = self._book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self._text: Format = self._book.add_format({"num_format": "@", "valign": "top"})
        self._sheet: Worksheet | None = None
        self._names: set[str] = set()
        self._row = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._book.close()

    def sheet(self, name: str, columns: Sequence[str]) -> None:
        """Begin a sheet."""
        self._sheet = self._book.add_worksheet(self._named(name))
        self._sheet.freeze_panes(1, 1)
        self._sheet.set_column(0, len(columns) - 1, WIDTH)
        self._row = 0
        self._write(columns, self._head)

    def rows(self, rows: Iterable[Sequence[str]]) -> None:
        """Add rows to the sheet; what is past `ROWS_MAX` is left out. Takes some 10 µs a cell, holding the GIL."""
        for row in rows:
            if self._row < ROWS_MAX:
                self._write(row, self._text)

    def _write(self, row: Sequence[str], look: Format) -> None:
        assert self._sheet is not None, "a sheet was begun"
        for column, text in enumerate(row):
            if text:
                self._sheet.write_string(self._row, column, neutral(text), look)
        self._row += 1

    def _named(self, name: str) -> str:
        """A name for a sheet: without signs that it may not have, and no other's."""
        plain = UNWRITABLE.sub("", UNNAMED.sub(" ", name)).strip()[: SHEET_CHARS_MAX - 3].strip() or "1"
        named, number = plain, 1
        while named.casefold() in self._names or named.casefold() == "history":
            number += 1
            named = f"{plain} {number}"
        self._names.add(named.casefold())
        return named
