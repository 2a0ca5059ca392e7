"""Doors: what a gate can be told, and the table of who may go through.

A ticket stands before a door as nobody has come in with it yet, or as somebody is inside, or outside again. What a
scan in one direction then means depends on how the gate counts (its mode) and stands in one table, `DOOR`. The
statement that writes a scan takes its three answers from here; all else that it may say is about the ticket, whatever
the mode.
"""

from collections.abc import Mapping
from enum import StrEnum


class Verdict(StrEnum):
    """Every answer a gate can get. Where several are true, the later one here is given."""

    ADMITTED = "admitted"
    LEFT = "left"
    """It is an exit, and it is counted."""
    UNDONE = "undone"
    """Of a scan that takes another back."""
    ALREADY_IN = "already_in"
    """Somebody came in with it: `entered_at` and `entered_gate` say when and where."""
    NOT_IN = "not_in"
    """It goes out, and nobody is in with it: `left_at` and `left_gate` say since when, if somebody ever was."""
    ENTRIES_SPENT = "entries_spent"
    """It came in as often as the gate lets it."""
    WRONG_ZONE = "wrong_zone"
    """It is for a zone that this gate does not admit."""
    WRONG_PERFORMANCE = "wrong_performance"
    """It is for another date or event: `event_name` and `starts_at` say which; of a pass, the next one."""
    NOT_PAID = "not_paid"
    CANCELLED = "cancelled"
    """The ticket, its pass or the whole performance."""
    OPPOSED = "opposed"
    OLD_CODE = "old_code"
    """The ticket was moved or issued again: it has a newer code."""
    UNKNOWN = "unknown"
    """No ticket of this organisation, or no ticket at all."""
    FORGED = "forged"
    """Written like a ticket's, but not signed by this organisation."""


class Mode(StrEnum):
    """How a gate counts."""

    ONCE = "once"
    """A ticket comes in once."""
    ENTRY_EXIT = "entry_exit"
    """It may come in again once it went out."""
    MULTIPLE = "multiple"
    """It may come in at any time, perhaps so many times at most."""


class Direction(StrEnum):
    """Which way somebody goes."""

    IN = "in"
    OUT = "out"


class Standing(StrEnum):
    """Where a ticket stands, by the passages that were not taken back."""

    NEW = "new"
    INSIDE = "inside"
    OUTSIDE = "outside"
    """Somebody went out with it last."""


PASSED: Mapping[Direction, Verdict] = {Direction.IN: Verdict.ADMITTED, Direction.OUT: Verdict.LEFT}
"""What a scan is told by which somebody goes through."""

DOOR: Mapping[tuple[Mode, Direction, Standing], Verdict] = {
    (Mode.ONCE, Direction.IN, Standing.NEW): Verdict.ADMITTED,
    (Mode.ONCE, Direction.IN, Standing.INSIDE): Verdict.ALREADY_IN,
    (Mode.ONCE, Direction.IN, Standing.OUTSIDE): Verdict.ALREADY_IN,
    (Mode.ONCE, Direction.OUT, Standing.NEW): Verdict.NOT_IN,
    (Mode.ONCE, Direction.OUT, Standing.INSIDE): Verdict.LEFT,
    (Mode.ONCE, Direction.OUT, Standing.OUTSIDE): Verdict.NOT_IN,
    (Mode.ENTRY_EXIT, Direction.IN, Standing.NEW): Verdict.ADMITTED,
    (Mode.ENTRY_EXIT, Direction.IN, Standing.INSIDE): Verdict.ALREADY_IN,
    (Mode.ENTRY_EXIT, Direction.IN, Standing.OUTSIDE): Verdict.ADMITTED,
    (Mode.ENTRY_EXIT, Direction.OUT, Standing.NEW): Verdict.NOT_IN,
    (Mode.ENTRY_EXIT, Direction.OUT, Standing.INSIDE): Verdict.LEFT,
    (Mode.ENTRY_EXIT, Direction.OUT, Standing.OUTSIDE): Verdict.NOT_IN,
    (Mode.MULTIPLE, Direction.IN, Standing.NEW): Verdict.ADMITTED,
    (Mode.MULTIPLE, Direction.IN, Standing.INSIDE): Verdict.ADMITTED,
    (Mode.MULTIPLE, Direction.IN, Standing.OUTSIDE): Verdict.ADMITTED,
    (Mode.MULTIPLE, Direction.OUT, Standing.NEW): Verdict.NOT_IN,
    (Mode.MULTIPLE, Direction.OUT, Standing.INSIDE): Verdict.LEFT,
    (Mode.MULTIPLE, Direction.OUT, Standing.OUTSIDE): Verdict.NOT_IN,
}
"""What a good ticket is told at its own door. Exits are counted in every mode, so that it is known who is inside."""


def standing(inside: bool | None, last: int | None) -> Standing:
    """Where a ticket stands, by its latest passage: whether it left it inside, and which passage stands on top."""
    if not last:
        return Standing.NEW
    return Standing.INSIDE if inside else Standing.OUTSIDE
