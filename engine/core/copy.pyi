from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.core.best import PartyWant, Proposal
from engine.core.packed import PackedPlan

HEADER_BYTES: int
RECORD_BYTES: int

def pack_changes(records: Iterable[tuple[int, int, int]]) -> bytes:
    """(start, count, word or code) records as the change stream carries them: `<u4 start, u4 count, u8 word>` each."""

def status_diff(old: bytes, new: bytes) -> list[tuple[int, int, int]]:
    """Runs (first place, count, new state) of the places whose state differs between two `status()` answers.

    Both have one length, else ValueError. Places past the end of the pool never differ. Linear, 32 places a step.
    """

class PoolCopy:
    """One worker's copy of one pool: its words, what is free, when leases end, and the search over it.

    Every call that takes `now_ms` (Unix milliseconds of the Redis clock) first lets lapsed leases become free;
    time never runs backwards in a copy, so an earlier `now_ms` counts as the latest one seen.
    Calls are short and keep the GIL, so each is whole to other threads.
    """

    def __init__(self, plan: PackedPlan | None, place_count: int, *, seed: int | None = None) -> None:
        """A copy in which every place is taken until `load`. `plan` None is a pool of interchangeable places.

        `seed` fixes the random choices of `pick`. Raises ValueError when `place_count` is not the plan's.
        """

    @property
    def plan(self) -> PackedPlan | None: ...
    @property
    def place_count(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def number(self) -> int:
        """Number of the last change applied; -1 before `load`."""
    @property
    def nbytes(self) -> int:
        """Bytes this copy holds at most, its plan not counted."""

    def load(self, words: bytes, blocks: bytes | None, now_ms: int) -> None:
        """Takes over a whole words string (header of 16 bytes, then 8 a place) and blocks string (2 bytes a place).

        Tentative marks stay. Raises ValueError when a length is wrong, and then changes nothing. Linear.
        """

    def apply(self, number: int, changes: bytes, block_changes: bytes, now_ms: int) -> bool:
        """Applies change `number`: packed records of words, then of block codes (either may be empty).

        False when `number` does not follow the last one (a gap: load again; an older one: already known), and then
        changes nothing. Raises ValueError on a record that no pool of this size can have, before any is applied.
        O(log leases) a place.
        """

    def expire(self, now_ms: int) -> int:
        """Lets leases whose deadline passed become free; how many places did. O(log leases) each."""

    def next_expiry_ms(self) -> int | None:
        """The first millisecond at which some lease will have lapsed, or None when no lease lives."""

    def propose(self, want: PartyWant, now_ms: int, most: int = 3) -> list[Proposal]:
        """At most `most` (1..MOST_MAX) proposals in different rows, best first; [] when the party does not fit.

        Deterministic. Raises ValueError when the pool has no plan.
        """

    def reserve(self, places: Sequence[int]) -> None:
        """Marks places as spoken for: proposals and picks pass them over until `unreserve`. Raises IndexError."""

    def unreserve(self, places: Sequence[int]) -> None:
        """Takes the marks away. Raises IndexError."""

    def pick(
        self,
        ranges: Sequence[tuple[int, int]],
        count: int,
        now_ms: int,
        stripe: int = 0,
        stripes: int = 1,
        allow: Sequence[int] = (),
    ) -> list[int]:
        """Up to `count` distinct free places of the (start, count) `ranges` (() = the whole pool), any will do.

        They come from a random spot of part `stripe` of `stripes` of the ranges, then from the rest: workers that
        pick at once rarely meet. Fewer than `count` only when no more are free here. Raises ValueError on a range
        outside the pool.
        """

    def status(self, now_ms: int) -> bytes:
        """2 bits a place by place number (place p: bits 2*(p%4).. of byte p//4): 0 free, 1 held, 2 sold, 3 off sale.

        Blocked and allotted places are off sale while nobody holds or owns them; tombstones always; so are the
        spare bits of the last byte.
        """

    def version(self, now_ms: int) -> tuple[int, int]:
        """(change number, next expiry in ms or 0).

        Within one epoch equal versions mean an equal `status`, whichever worker is asked.
        """

    def free_count(self, now_ms: int) -> int:
        """Places free and on open sale, tentative marks not counted."""

    def free_by_category(self, now_ms: int) -> NDArray[np.int32]:
        """Free places on open sale by category index of the plan; one number for a pool without plan."""

    def word(self, place: int) -> int:
        """The place's word. Raises IndexError."""

    def block(self, place: int) -> int:
        """The place's block code, 0 on open sale. Raises IndexError."""

    def words(self) -> NDArray[np.int64]:
        """The words by place number: a read-only view that follows the copy."""
