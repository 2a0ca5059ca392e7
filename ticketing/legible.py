"""Text that people typed, made safe to show, on paper and in mails.

A name may hold anything: tabs, bells, marks that turn the writing direction of all that follows, forty accents on one
letter. None of it may move what stands beside it, begin another header, or be computed by a spreadsheet. What a reader
would see stays, in any script and with any emoji; what only a machine would see goes. Nothing is escaped here: the
templates do that.
"""

import re
import unicodedata
from collections.abc import Iterator
from unicodedata import category

MARKS_MAX = 4
LETTERS_JOINED = "\u200c\u200d"
SHOWN_CHARS_MAX = 400
CELL_CHARS_MAX = 32_000
FORMULA_STARTS = frozenset("=+-@|%")
TELEPHONE = re.compile(r"\+[0-9][0-9 ().-]{4,30}")
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

_BREAKS = frozenset({"Cc", "Zl", "Zp", "Zs"})
_UNSEEN = frozenset({"Cf", "Cs", "Co"})
MARKS = frozenset({"Mn", "Me"})


def clean(text: str, chars_max: int = SHOWN_CHARS_MAX) -> str:
    """`text` in NFC and on one line: white space and control characters become single spaces, invisible ones go (but
    the joiners inside words and emoji), a letter keeps four marks; at most `chars_max` characters."""
    return unicodedata.normalize("NFC", "".join(_shown(text[: chars_max * 4])))[:chars_max].strip()


def neutral(text: str) -> str:
    """A text for a cell, of `CELL_CHARS_MAX` at most, that no spreadsheet takes for a formula, whatever signs that
    are not seen it begins with, full-width ones included: an apostrophe in front shows instead of running. Telephone
    numbers alone keep their plus sign."""
    plain = UNWRITABLE.sub("", text)[:CELL_CHARS_MAX]
    seen = next((sign for sign in plain if sign.isprintable() and not sign.isspace()), "")
    starts = unicodedata.normalize("NFKC", seen)[:1] in FORMULA_STARTS and not TELEPHONE.fullmatch(plain)
    return f"'{plain}" if starts or plain[:1] in ("\t", "\r", "\n") else plain


def _shown(text: str) -> Iterator[str]:
    marks, blank = 0, True
    for letter in text:
        kind = category(letter)
        marks = marks + 1 if kind in MARKS else 0
        if kind in _BREAKS:
            if not blank:
                yield " "
            blank = True
        elif marks <= MARKS_MAX and (kind not in _UNSEEN or letter in LETTERS_JOINED):
            yield letter
            blank = False
