"""Answers to a spreadsheet: whatever was typed stays a text, here and where it is opened next."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from printing.answers import Book, neutral

FORMULAS = (
    "=1+1",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u00a0=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "\ufeff=1+1",
    '=HYPERLINK("https://evil.example","open")',
    "=cmd|' /C calc'!A0",
    "+41 44 668 18 00+cmd|' /C calc'!A0",
)


@pytest.mark.parametrize("text", FORMULAS)
def test_what_would_be_a_formula_gets_an_apostrophe(text: str):
    assert neutral(text).startswith("'")


@pytest.mark.parametrize(
    "text", ["Ann", "+41446681800", "+41 44 668 18 00", "a=b", "1,5", "", "'quoted'", "2026-05-16"]
)
def test_what_is_none_stays_as_it_is(text: str):
    assert neutral(text) == text


@given(st.text(max_size=50))
def test_no_text_begins_as_a_formula(text: str):
    assert neutral(text)[:1] not in ("=", "-", "@", "\t", "\r", "\n", "＝", "－", "＠", "＋")


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
