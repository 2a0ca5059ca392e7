"""Names made safe to show: what a reader sees stays, what only a machine sees goes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing.legible import MARKS_MAX, SHOWN_CHARS_MAX, clean, neutral

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
    "\u200b\u2060\u00ad=1+1",
    "\x0b=1+1",
    "\x85=1+1",
    "\u2028=1+1",
    "\u202f=1+1",
    "|1",
    "%0A=1",
    "+1",
    "\ufe66=1",
    '=HYPERLINK("https://evil.example","open")',
    "=cmd|' /C calc'!A0",
    "+41 44 668 18 00+cmd|' /C calc'!A0",
)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("  Le  Songe\t\nd’une nuit ", "Le Songe d’une nuit"),
        ("a\x00b\x07c\x1b[31m", "a b c [31m"),
        ("left\u202eright\u2066\u200f", "leftright"),
        ("e\u0301", "é"),
        ("e\u200e\u0301", "é"),
        ("👩\u200d👩\u200d👧 🎄", "👩\u200d👩\u200d👧 🎄"),
        ("مهرجان", "مهرجان"),
        ("a\u2028b\u2029c\u00a0d", "a b c d"),
        ("\ud800x", "x"),
        ("\x00\u202e", ""),
    ],
)
def test_what_is_shown(typed: str, shown: str) -> None:
    assert clean(typed) == shown


def test_a_letter_keeps_few_marks() -> None:
    assert clean("Z" + "\u0300" * 40 + "a") == "Z" + "\u0300" * MARKS_MAX + "a"


@given(st.text())
def test_cleaned_text_is_one_bounded_line_and_stays_as_it_is(typed: str) -> None:
    shown = clean(typed)
    assert len(shown) <= SHOWN_CHARS_MAX
    assert not any(unicodedata.category(letter) in {"Cc", "Cs", "Co", "Zl", "Zp"} for letter in shown)
    assert shown == shown.strip() and "  " not in shown
    assert clean(shown) == shown


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
