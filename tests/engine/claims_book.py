"""A claims source without a database: a plain dictionary, with the promises that Postgres keeps for the real one."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import count

import msgspec

from engine.core.packed import PackedPlan
from engine.holds import PoolState

serials = count(1)


class ClaimsBook:
    """Claims in memory. `claim` refuses a place that has one, as the primary key does."""

    def __init__(self) -> None:
        self.states: dict[int, PoolState] = {}
        self.owned: dict[int, dict[int, int]] = {}
        self.plans: dict[int, PackedPlan] = {}
        self.blocked: dict[int, bytes] = {}
        self._locks: dict[int, asyncio.Lock] = {}

    def add(self, pool: int, box_office: str, places: int, plan: PackedPlan | None = None) -> int:
        self.states[pool] = PoolState(pool, box_office, places, 1, "")
        self.owned[pool] = {}
        if plan:
            self.plans[pool] = plan
        return pool

    def claim(self, pool: int, places: Sequence[int]) -> list[tuple[int, int]] | None:
        """(place, serial) pairs, or None when one of the places has a claim already."""
        if any(place in self.owned[pool] for place in places):
            return None
        made = [(place, next(serials)) for place in sorted(places)]
        self.owned[pool].update(made)
        return made

    def unclaim(self, pool: int, places: Sequence[int]) -> list[tuple[int, int]]:
        return [(place, self.owned[pool].pop(place)) for place in places]

    async def state(self, pool: int) -> PoolState:
        return self.states[pool]

    async def packed(self, pool: int) -> PackedPlan | None:
        return self.plans.get(pool)

    async def claims(self, pool: int, places: Sequence[int] | None = None) -> Mapping[int, int]:
        return {place: serial for place, serial in self.owned[pool].items() if places is None or place in places}

    async def blocks(self, pool: int) -> bytes:
        return self.blocked.get(pool, b"")

    async def live_pools(self) -> Sequence[int]:
        return list(self.states)

    @asynccontextmanager
    async def rebuilding(self, pool: int) -> AsyncIterator["BookRebuild"]:
        async with self._locks.setdefault(pool, asyncio.Lock()):
            yield BookRebuild(self, self.states[pool])


class BookRebuild:
    def __init__(self, book: ClaimsBook, state: PoolState) -> None:
        self.book = book
        self.state = state
        self.epoch = state.epoch + 1

    async def claims(self) -> list[tuple[int, int]]:
        return list(self.book.owned[self.state.pool].items())

    async def blocks(self) -> bytes:
        return self.book.blocked.get(self.state.pool, b"")

    async def done(self, server_run: str) -> None:
        changed = msgspec.structs.replace(self.state, epoch=self.epoch, server_run=server_run)
        self.book.states[self.state.pool] = changed
