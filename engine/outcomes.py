"""What the inventory may answer, in order of precedence.

An outcome is a value, never an exception: taking a seat that somebody else has just taken is ordinary life in
an on-sale. When several answers would be true the first one listed is given. `transient` tells which may turn
into a yes when the same question is asked again.
"""

from enum import StrEnum


class Outcome(StrEnum):
    """The answer to one act on the inventory."""

    HELD = "HELD"
    RENEWED = "RENEWED"
    PINNED = "PINNED"
    RELEASED = "RELEASED"
    NOT_READY = "NOT_READY"
    """The pool's words are absent or of another epoch: an empty Redis never reads as a free house."""
    REUSED = "REUSED"
    """This request id was used before, for something else."""
    EXPIRED = "EXPIRED"
    """The hold has ended, by time or by release, or never was."""
    LOST = "LOST"
    """The hold is in its time, but a place of it now carries another word."""
    BUSY = "BUSY"
    """The hold is pinned by an order being placed."""
    CAPPED = "CAPPED"
    """One of the owners would hold more unpaid places than it may."""
    BLOCKED = "BLOCKED"
    """A place is off sale for this caller."""
    TAKEN = "TAKEN"
    """A place is held or claimed by another."""
    NO_FIT = "NO_FIT"
    """No free places answer what was wished for; other wishes may still be met."""
    SOLD_OUT = "SOLD_OUT"
    """Fewer free interchangeable places than asked for."""

    @property
    def transient(self) -> bool:
        """Whether the same request may succeed a little later."""
        return self in _TRANSIENT

    @property
    def granted(self) -> bool:
        """Whether the act was done."""
        return self in _GRANTED


_GRANTED = frozenset({Outcome.HELD, Outcome.RENEWED, Outcome.PINNED, Outcome.RELEASED})
_TRANSIENT = frozenset(
    {Outcome.NOT_READY, Outcome.BUSY, Outcome.CAPPED, Outcome.TAKEN, Outcome.NO_FIT, Outcome.SOLD_OUT}
)
