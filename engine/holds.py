"""What is asked of the inventory, and what it answers.

Places are numbers within a pool; who owns them for good, what they cost and how they are labelled is known above.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from msgspec import Struct

from engine.core.best import PartyWant, Proposal
from engine.core.packed import PackedPlan
from engine.outcomes import Outcome

PLACES_PER_HOLD_MAX = 400
"""Places in one hold: twenty performances for a party of twenty."""
DIGEST_BYTES = 8
HOLD_BYTES = 16

Run = tuple[int, int, int]
"""Pool, first place, count."""


class Seats(Struct, frozen=True):
    """These places and no others."""

    pool: int
    places: tuple[int, ...]


class Best(Struct, frozen=True):
    """The best free places for a party."""

    pool: int
    want: PartyWant


class Any(Struct, frozen=True):
    """Any `count` places of the ranges (first place, count): standing room, a quota. No ranges: the whole pool."""

    pool: int
    count: int
    ranges: tuple[tuple[int, int], ...] = ()


Want = Seats | Best | Any


class Owner(Struct, frozen=True):
    """Whose unpaid places are counted together (a session, an address), and how many it may hold at once."""

    key: str
    places_max: int


class HoldRequest(Struct, frozen=True):
    """Places of any number of pools of one box office, all or nothing.

    `request_id` is 1 to 64 bytes; repeating it with the same `digest` (8 bytes, of what is asked) answers as the
    first time. `allow` lists the block codes this caller may take. `hold_ms` is how long the hold lasts.
    """

    box_office: str
    request_id: bytes
    digest: bytes
    wants: tuple[Want, ...]
    hold_ms: int
    allow: tuple[int, ...] = ()
    owners: tuple[Owner, ...] = ()


class HoldAnswer(Struct):
    """How a hold stands. Times are milliseconds of the Redis clock since 1970; `places` is pool -> place numbers."""

    outcome: Outcome
    hold: bytes
    places: dict[int, tuple[int, ...]]
    deadline_ms: int
    first_held_ms: int
    now_ms: int
    proposals: dict[int, tuple[Proposal, ...]] = {}
    """By pool, the proposals that were taken, one for each `Best` wanted, in order (when this call took them)."""


class PinAnswer(Struct):
    """A pinned hold: its places and the epoch of each pool, which the claiming transaction must find unchanged."""

    outcome: Outcome
    places: dict[int, tuple[int, ...]]
    epochs: dict[int, int]
    first_held_ms: int
    now_ms: int


class PoolState(Struct, frozen=True):
    """What Postgres knows of a pool's words: their epoch, and the run of the server that they were written to."""

    pool: int
    box_office: str
    places: int
    epoch: int
    server_run: str


class Rebuild(Protocol):
    """A pool under its exclusive lock. Leaving without `done` takes everything back."""

    state: PoolState
    """As found under the lock, before the rebuild."""
    epoch: int
    """The epoch that the new words will carry."""

    async def claims(self) -> Sequence[tuple[int, int]]:
        """Every claim of the pool as (place, serial)."""
        ...

    async def blocks(self) -> bytes:
        """Two bytes a place, or nothing when nothing is blocked."""
        ...

    async def done(self, server_run: str) -> None:
        """Makes the new epoch and its server's run durable."""
        ...


class ClaimsSource(Protocol):
    """Where the inventory learns what is owned: the engine knows no SQL."""

    async def state(self, pool: int) -> PoolState:
        """Raises LookupError for a pool that does not exist."""
        ...

    async def packed(self, pool: int) -> PackedPlan | None:
        """The packed plan for pools that are performances; None for places that are all alike."""
        ...

    async def claims(self, pool: int, places: Sequence[int] | None = None) -> Mapping[int, int]:
        """Place -> serial of the claims on these places, or of all."""
        ...

    async def blocks(self, pool: int) -> bytes:
        """Two bytes a place, or nothing when nothing is blocked."""
        ...

    def rebuilding(self, pool: int) -> AbstractAsyncContextManager[Rebuild]:
        """Takes the pool's exclusive lock for the length of the block."""
        ...

    async def live_pools(self) -> Sequence[int]:
        """Pools that are, or may soon be, on sale: what the reconciler goes through."""
        ...


def runs_of(pool: int, places: Sequence[int]) -> list[int]:
    """Places in any order as a flat list of runs (pool, first, count). O(n log n); O(1) for a party side by side."""
    if not places:
        return []
    first, count = places[0], len(places)
    if count == 1 or (places[-1] - first == count - 1 and list(places) == list(range(first, first + count))):
        return [pool, first, count]
    flat: list[int] = []
    for place in sorted(places):
        if flat and flat[-2] + flat[-1] == place:
            flat[-1] += 1
        else:
            flat += (pool, place, 1)
    return flat


def places_of(flat: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """The inverse of `runs_of` over several pools: pool -> place numbers in ascending order."""
    found: dict[int, list[int]] = {}
    for i in range(0, len(flat), 3):
        found.setdefault(flat[i], []).extend(range(flat[i + 1], flat[i + 1] + flat[i + 2]))
    return {pool: tuple(sorted(places)) for pool, places in found.items()}
