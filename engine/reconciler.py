"""The watchman: looks for words that are not what the claims say, and mends them.

Settling and freeing happen after the commit that they follow, so for a moment a difference is ordinary life. One
that is still there ten seconds later, with the same word, is damage: a process died in between, or somebody wrote
into Redis. It is mended by compare-and-set, so a place that moves meanwhile is left alone. Every mend is counted:
in production it is worth a look, in tests it is a breach.
"""

import asyncio
from collections.abc import Iterable

import numpy as np
from msgspec import Struct

from engine.core.words import CLAIMED
from engine.holds import ClaimsSource
from engine.inventory import Inventory
from engine.link import StoreUnreachable

PAUSE_S = 10.0


class Difference(Struct, frozen=True):
    """A place whose word in Redis is not what Postgres says it should be."""

    pool: int
    place: int
    word: int
    wanted: int


class Blocked(Struct, frozen=True):
    """A place whose block code in Redis is not the one in Postgres."""

    pool: int
    place: int
    code: int
    wanted: int


class Reconciler:
    """Compares and mends the pools of one source, one pass at a time."""

    def __init__(self, inventory: Inventory, source: ClaimsSource, pause_s: float = PAUSE_S) -> None:
        self._inventory = inventory
        self._source = source
        self._pause_s = pause_s

    async def pass_once(self) -> int:
        """Looks at every live pool twice, a pause apart; mends what differed the same both times. How many words."""
        first = await self._look_at(await self._source.live_pools())
        if not first:
            return 0
        await asyncio.sleep(self._pause_s)
        again = await self._look_at({difference.pool for difference in first})
        return await self._mend(first & again)

    async def look(self, pool: int) -> list[Difference | Blocked]:
        """How the pool differs now. Redis is read first, so that a claim settled in between is found in Postgres."""
        copy, _ = await self._inventory.copy(pool, 0)
        words, epoch = copy.words().copy(), copy.epoch
        codes = np.fromiter((copy.block(place) for place in range(len(words))), np.int64, len(words))
        state = await self._source.state(pool)
        if state.epoch != epoch or state.places != len(words):
            await self._inventory.rebuild(pool)  # its words are of another writing: nothing is sold from it until then
            return []
        claims = await self._source.claims(pool)
        blocks = np.frombuffer(await self._source.blocks(pool), "<u2")
        return [*_differences(pool, words, claims.items()), *_block_differences(pool, codes, blocks)]

    async def _look_at(self, pools: Iterable[int]) -> set[Difference | Blocked]:
        found: set[Difference | Blocked] = set()
        for pool in pools:
            try:
                found.update(await self.look(pool))
            except (StoreUnreachable, LookupError):
                continue
        return found

    async def _mend(self, differences: set[Difference | Blocked]) -> int:
        mended = 0
        for pool in {difference.pool for difference in differences}:
            words = [(d.place, d.word, d.wanted) for d in differences if isinstance(d, Difference) and d.pool == pool]
            mended += await self._inventory.mend(pool, words) if words else 0
            for blocked in [d for d in differences if isinstance(d, Blocked) and d.pool == pool]:
                await self._inventory.block(pool, [blocked.place], blocked.wanted)
                self._inventory.counts["mends"] += 1
                mended += 1
        return mended


def _differences(pool: int, words: np.ndarray, claims: Iterable[tuple[int, int]]) -> list[Difference]:
    wanted = np.zeros_like(words)
    for place, serial in claims:
        wanted[place] = CLAIMED + serial
    wrong = np.flatnonzero((words != wanted) & ((wanted != 0) | (words >= CLAIMED)))
    return [Difference(pool, int(place), int(words[place]), int(wanted[place])) for place in wrong]


def _block_differences(pool: int, codes: np.ndarray, blocks: np.ndarray) -> list[Blocked]:
    wanted = np.zeros_like(codes)
    wanted[: len(blocks)] = blocks[: len(codes)]
    return [
        Blocked(pool, int(place), int(codes[place]), int(wanted[place])) for place in np.flatnonzero(codes != wanted)
    ]
