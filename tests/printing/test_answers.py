"""Answers to a spreadsheet: whatever was typed stays a text, here and where it is opened next."""

from pathlib import Path

from openpyxl import load_workbook

from printing.answers import Book
from tests.ticketing.test_legible import FORMULAS


def test_a_book_holds_texts_only(tmp_path: Path):
    path = tmp_path / "answers.xlsx"
    with Book(path) as book:
        book.sheet("Who [comes]: 2026/27?", ["Order", "=Name"])
        book.rows([("A1", text) for text in FORMULAS])
        book.rows([("A2", "https://example.org"), ("A3", "00123"), ("A4", "x" * 40_000), ("A5", "a\x00b\x1fc")])
        book.sheet("Who [comes]: 2026/27?", ["Order"])
        book.sheet("", ["Order"])
        book.sheet("History", ["Order"])
    loaded = load_workbook(path)
    assert len(loaded.sheetnames) == len({name.casefold() for name in loaded.sheetnames}) == 4
    assert all(len(name) <= 31 for name in loaded.sheetnames)
    cells = [cell for row in loaded.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"} and not any(cell.hyperlink for cell in cells)
    assert loaded.worksheets[0]["B1"].value == "'=Name"
    texts = [cell.value for cell in cells]
    assert "00123" in texts and "abc" in texts and max(map(len, texts)) <= 32_001
