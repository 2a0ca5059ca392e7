"""How large a text can be set: by its width in letters, the largest of a template's sizes that holds it."""

from unicodedata import category, east_asian_width

from ticketing.legible import LETTERS_JOINED, MARKS


def width(text: str) -> int:
    """How wide it sets, in letters: wide scripts and emoji count two, marks nothing."""
    return sum(_advance(letter) for letter in text)


def _advance(letter: str) -> int:
    if category(letter) in MARKS or letter in LETTERS_JOINED:
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1


def step(text: str, *bounds: int) -> int:
    """Which of the sizes suits: the number of `bounds` (rising widths) that the text exceeds, so 0 is the largest."""
    wide = width(text)
    return sum(wide > bound for bound in bounds)
