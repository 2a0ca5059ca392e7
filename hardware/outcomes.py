"""What becomes of bytes that are sent to a machine, and what machines say of themselves: named values.

The outcomes of a sending answer one question: may it be sent again without a person? What is UNREACHABLE never left, so
it may; what is REFUSED was not printed, and may if its reason passes; what is UNKNOWN may be on paper, so it may not.
Whatever a machine or a network does ends in one of them, never in an exception.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from ticketing.states import PrintEvent

NOTE_CHARS_MAX = 300


class Outcome(StrEnum):
    """What became of a job that was sent once."""

    DELIVERED = "delivered"
    """The machine says that it printed."""
    SENT = "sent"
    """The machine took all of it; nothing more is known."""
    REFUSED = "refused"
    """Not printed: the machine, or we, did not want it. The reason says why."""
    UNREACHABLE = "unreachable"
    """Not a byte of it left."""
    UNKNOWN = "unknown"
    """The line dropped after its first byte: it may be on paper."""


class Reason(StrEnum):
    """Why a job was refused."""

    NOT_READY = "not_ready"
    """The machine cannot print now; its conditions say why."""
    BUSY = "busy"
    """It printed for others for longer than was waited."""
    NOT_ALLOWED = "not_allowed"
    """Placeur does not connect to that address."""
    TOO_LARGE = "too_large"
    FORMAT = "format"
    """The machine does not read this kind of file."""
    MEDIA = "media"
    """It has no paper of this size."""
    SIGN_IN = "sign_in"
    """It asks who is there."""
    CANCELLED = "cancelled"
    """Somebody cancelled it at the machine."""
    REJECTED = "rejected"
    """For a reason of the machine's own, which the note has."""


PASSING = frozenset({Reason.NOT_READY, Reason.BUSY})
"""Reasons that end by themselves, or once somebody has been at the machine."""


class Condition(StrEnum):
    """What a machine says of itself, the gravest first."""

    OFFLINE = "offline"
    """It does not answer, or says that it is not to be had."""
    FAULT = "fault"
    """An error that it has no better name for."""
    CUTTER_ERROR = "cutter_error"
    PAPER_JAM = "paper_jam"
    COVER_OPEN = "cover_open"
    """The cover, or the print head."""
    PAPER_OUT = "paper_out"
    RIBBON_OUT = "ribbon_out"
    """The ribbon, ink or toner is used up."""
    TOO_HOT = "too_hot"
    """Prints on by itself once it has cooled."""
    TOO_COLD = "too_cold"
    PAUSED = "paused"
    """By somebody, at the machine."""
    BUFFER_FULL = "buffer_full"
    PAPER_LOW = "paper_low"
    """It prints still."""
    READY = "ready"
    """It would print now. One of several trays may be empty all the same."""


Conditions = frozenset[Condition]
NOTHING_KNOWN: Conditions = frozenset()
AWAY: Conditions = frozenset({Condition.OFFLINE})
"""Of a machine that cannot be reached."""


class Sending(Struct, frozen=True):
    """What became of a job that was sent once."""

    outcome: Outcome
    conditions: Conditions = NOTHING_KNOWN
    """What the machine said last; empty when it says nothing."""
    reason: Reason | None = None
    """Why, when it was refused."""
    note: str = ""
    """What happened, in the words of the machine or of the system: for the log, and for who is called to help."""

    @property
    def transient(self) -> bool:
        """Whether the same job may be sent again without a person: surely not printed, and it may go better."""
        return self.outcome == Outcome.UNREACHABLE or (self.outcome == Outcome.REFUSED and self.reason in PASSING)

    @property
    def event(self) -> PrintEvent:
        """What this means for the print job (`ticketing.states.PRINT`)."""
        return PrintEvent.KEEP if self.transient else EVENTS[self.outcome]


EVENTS: Mapping[Outcome, PrintEvent] = {
    Outcome.DELIVERED: PrintEvent.CONFIRM,
    Outcome.SENT: PrintEvent.TAKE,
    Outcome.REFUSED: PrintEvent.REFUSE,
    Outcome.UNREACHABLE: PrintEvent.KEEP,
    Outcome.UNKNOWN: PrintEvent.DOUBT,
}


def refused(reason: Reason, note: str = "", conditions: Conditions = NOTHING_KNOWN) -> Sending:
    """The machine, or we, did not want the job."""
    return Sending(Outcome.REFUSED, conditions, reason, clean(note))


def unreachable(note: object) -> Sending:
    """Nothing of the job left."""
    return Sending(Outcome.UNREACHABLE, AWAY, note=told(note))


def unknown(note: object, conditions: Conditions = NOTHING_KNOWN) -> Sending:
    """The job may be on paper."""
    return Sending(Outcome.UNKNOWN, conditions, note=told(note))


def prints(conditions: Conditions) -> bool:
    """Whether a machine in these conditions would print; one that says nothing may."""
    return not conditions or Condition.READY in conditions


def gravest_first(conditions: Iterable[Condition]) -> list[Condition]:
    """Conditions in the order people should hear of them."""
    order = list(Condition)
    return sorted(conditions, key=order.index)


def told(problem: object) -> str:
    """An exception, or words, as a note."""
    if isinstance(problem, Exception):
        return clean(f"{type(problem).__name__}: {problem}" if str(problem) else type(problem).__name__)
    return clean(str(problem))


def clean(text: str) -> str:
    """What a machine said, as one short line without control characters: it goes to logs and pages."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:NOTE_CHARS_MAX]
