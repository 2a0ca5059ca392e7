from typing import Final

ORIGIN_MS: Final[int]
SERIALS: Final[int]
CLAIMED: Final[int]

def lease_word(deadline_ms: int, serial: int) -> int:
    """The word of a lease that ends after `deadline_ms` (Unix milliseconds); `serial` in 0..SERIALS-1 is its hold's.

    Raises ValueError when either is out of range.
    """

def claimed_word(serial: int) -> int:
    """The word of a place owned through the claim `serial` (>= 0). Raises ValueError when out of range."""

def deadline_of(word: int) -> int:
    """The last Unix millisecond at which the lease `word` still holds. Raises ValueError when `word` is no lease."""

def limit_of(now_ms: int) -> int:
    """The least word that is not free at `now_ms`: free iff word < limit, held iff limit <= word < CLAIMED.

    1..CLAIMED, so that 0 is always free and an owned place never.
    """
