"""Several pools with the same seats, seen as one: what a pass can be sold in.

A place stands in common as it does where it stands worst: free if it is free in every pool, held if somebody holds it
in one and nobody has bought it in any, and so on. Found from what this worker's copies say; a hold decides.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.core.copy import PoolCopy
from engine.core.packed import PackedPlan
from engine.core.words import CLAIMED
from engine.rebuild import HEADER

FREE, OFF = 0, 3
"""States of two bits, as `PoolCopy.status` tells them; between them held and sold."""
SHIFTS = np.arange(0, 8, 2, dtype=np.uint8)
TAKEN = CLAIMED + 1
"""The word of a place that is not free in common, whoever has it."""


class Common:
    """The places of the first of some pools, as they stand in all."""

    __slots__ = ("copy", "free_count", "status")

    def __init__(self, plan: PackedPlan, states: NDArray[np.uint8]) -> None:
        """`states`: uint8 [place_count], one state a place."""
        self.status = _packed(states)
        """Two bits a place, as `PoolCopy.status`."""
        self.free_count = int(np.count_nonzero(states == FREE))
        self.copy = PoolCopy(plan, len(states))
        """A copy to search; it never changes."""
        words = np.where(states == FREE, 0, TAKEN).astype("<i8")
        self.copy.load(HEADER.pack(0, 0) + words.tobytes(), None, 0)


def common(
    plan: PackedPlan, statuses: Sequence[tuple[bytes, int]], places: Sequence[NDArray[np.int64] | None]
) -> Common:
    """What is free in all of some pools.

    `statuses`: each pool's `PoolCopy.status` and its number of places. `places`: for each of them, the place there of
    each place of the first, -1 for none; None where places have the same numbers. Linear in all places.
    """
    there = [
        _unpacked(status, place_count) if at is None else _at(_unpacked(status, place_count), at)
        for (status, place_count), at in zip(statuses, places, strict=True)
    ]
    return Common(plan, np.maximum.reduce(there))


def _at(states: NDArray[np.uint8], places: NDArray[np.int64]) -> NDArray[np.uint8]:
    found = states[np.maximum(places, 0)]
    found[places < 0] = OFF
    return found


def _unpacked(status: bytes, place_count: int) -> NDArray[np.uint8]:
    octets = np.frombuffer(status, dtype=np.uint8)
    states = (octets[:, None] >> SHIFTS) & np.uint8(3)
    return states.ravel()[:place_count]


def _packed(states: NDArray[np.uint8]) -> bytes:
    octets = np.full((len(states) + 3) // 4 * 4, OFF, dtype=np.uint8)
    octets[: len(states)] = states
    packed: bytes = np.bitwise_or.reduce(octets.reshape(-1, 4) << SHIFTS, axis=1).astype(np.uint8).tobytes()
    return packed
