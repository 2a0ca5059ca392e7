"""Where numbered places are, and why they were proposed, in a reader's language."""

from collections.abc import Collection, Sequence
from itertools import groupby

from engine.reasons import Reason
from web import languages
from web.languages import marked

REASONS = {
    Reason.WHEELCHAIR_PLACE: marked("wheelchair place without a chair"),
    Reason.COMPANION_SEAT: marked("companion seat"),
    Reason.WHOLE_TABLE: marked("a table of your own"),
    Reason.CENTRE: marked("in the middle"),
    Reason.TOGETHER: marked("side by side"),
    Reason.SPLIT_ADJACENT: marked("in adjacent rows"),
    Reason.NEAR: marked("near one another"),
    Reason.ANYWHERE: marked("apart"),
    Reason.NO_ORPHAN: marked("nobody left alone beside you"),
    Reason.WHEELCHAIR_WITH_COMPANION: marked("companion beside the wheelchair"),
    Reason.RESTRICTED_VIEW: marked("restricted view"),
}
"""Why these places, in the order it is told."""


def where(places: Sequence[tuple[str, str, str]], language: str) -> str:
    """Where places (zone, row, label) are, in their order: "Stalls, row F, seats 4–6, 9"."""
    told = []
    for (zone, row), some in groupby(places, key=lambda place: place[:2]):
        labels = ranges([label for _, _, label in some])
        many = "," in labels or "–" in labels
        words = marked("{zone}, row {row}, seats {labels}") if many else marked("{zone}, row {row}, seat {labels}")
        told.append(languages.translated(words, language).format(zone=zone, row=row, labels=labels))
    return "; ".join(told)


def because(reasons: Collection[str], place_count: int, language: str) -> str:
    """Why so many places were proposed; who is alone is not told that they sit together."""
    silent = (Reason.TOGETHER, Reason.ANYWHERE) if place_count == 1 else ()
    told = [words for reason, words in REASONS.items() if reason in reasons and reason not in silent]
    return ", ".join(languages.translated(words, language) for words in told)


def ranges(labels: Sequence[str]) -> str:
    """Labels in their order, numbers that count on put together: "4–6, 9"."""
    found: list[tuple[str, str]] = []
    for label in labels:
        if found and label.isdecimal() and found[-1][1].isdecimal() and abs(int(label) - int(found[-1][1])) == 1:
            found[-1] = (found[-1][0], label)
        else:
            found.append((label, label))
    return ", ".join(first if first == last else f"{first}–{last}" for first, last in found)
