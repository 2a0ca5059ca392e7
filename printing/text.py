"""Text that people typed, made safe to set on paper.

A name may hold anything: tabs, bells, marks that turn the writing direction of all that follows, forty accents on one
letter. None of it may move what stands beside it. What a reader would see stays, in any script and with any emoji;
what only a machine would see goes. Nothing is escaped here: the templates do that.
"""

import unicodedata
from collections.abc import Iterator
from unicodedata import category, east_asian_width

MARKS_MAX = 4
LETTERS_JOINED = "\u200c\u200d"
SHOWN_CHARS_MAX = 400

_BREAKS = frozenset({"Cc", "Zl", "Zp", "Zs"})
_UNSEEN = frozenset({"Cf", "Cs", "Co"})
_MARKS = frozenset({"Mn", "Me"})


def clean(text: str) -> str:
    """`text` in NFC and on one line: white space and control characters become single spaces, invisible ones go (but
    the joiners inside words and emoji), a letter keeps four marks; at most 400 characters."""
    composed = unicodedata.normalize("NFC", text[: SHOWN_CHARS_MAX * 4])
    return "".join(_shown(composed))[:SHOWN_CHARS_MAX].strip()


def _shown(text: str) -> Iterator[str]:
    marks, blank = 0, True
    for letter in text:
        kind = category(letter)
        marks = marks + 1 if kind in _MARKS else 0
        if kind in _BREAKS:
            if not blank:
                yield " "
            blank = True
        elif marks <= MARKS_MAX and (kind not in _UNSEEN or letter in LETTERS_JOINED):
            yield letter
            blank = False


def width(text: str) -> int:
    """How wide it sets, in letters: wide scripts and emoji count two, marks nothing."""
    return sum(_advance(letter) for letter in text)


def _advance(letter: str) -> int:
    if category(letter) in _MARKS or letter in LETTERS_JOINED:
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1


def step(text: str, *bounds: int) -> int:
    """Which of the sizes suits: the number of `bounds` (rising widths) that the text exceeds, so 0 is the largest."""
    wide = width(text)
    return sum(wide > bound for bound in bounds)
