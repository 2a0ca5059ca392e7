"""Pools as this worker knows them: ready or not, and a copy of each one's words.

A pool is ready when three agree: the epoch in Postgres, the epoch in the words' header, and the run of the Redis
server that both are bound to. Whenever one of them differs the pool is rebuilt from the claims, by whichever worker
sees it first; nothing is sold from it until then. The copy is brought up to date by every reply of Redis, and
followed through the pool's log in between, so it is as fresh as the last hold.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec

from engine.core.copy import PoolCopy
from engine.holds import ClaimsSource, PoolState
from engine.link import Link, Script, ServerChanged, StoreUnreachable
from engine.rebuild import HEADER, header_of, rebuild

LOG_ENTRIES_MAX = 256
"""Changes a reply may carry for one pool; a copy further behind is read whole."""
READY_TRIES_MAX = 5
IDLE_S_MAX = 900
"""A copy that nobody has asked for so long is let go of."""

_READ = Script("read")


class Pool:
    """One pool: its state in Postgres, and this worker's copy."""

    __slots__ = ("_offset_ms", "_told", "copy", "read_at", "reading", "state")

    def __init__(self, state: PoolState, copy: PoolCopy, now_ms: int, asked_at: float) -> None:
        self.state = state
        self.copy = copy
        self.read_at = asked_at
        """When the newest of the replies was asked for: the copy is no older."""
        self.reading: asyncio.Task[None] | None = None
        self._told = copy.number
        self.heard(now_ms, asked_at)

    @property
    def stale(self) -> bool:
        """Whether changes were missed: the copy must be read again before it is believed."""
        return self.copy.number < self._told

    def heard(self, now_ms: int, asked_at: float) -> None:
        """A reply has told the time of the Redis clock, by which deadlines are judged."""
        self.read_at = max(self.read_at, asked_at)
        self._offset_ms = now_ms - time.monotonic() * 1000

    @property
    def now_ms(self) -> int:
        """The Redis clock, as this worker reckons it: behind by a reply's way, hence never early."""
        return int(time.monotonic() * 1000 + self._offset_ms)

    def apply(self, number: int, changes: Sequence[Sequence[bytes]], now_ms: int, asked_at: float) -> None:
        """Takes in a reply's changes, the last of which has `number`; those it has already are passed over."""
        self._told = max(self._told, number)
        first = number - len(changes) + 1
        for i, (field, payload) in enumerate(changes):
            if first + i <= self.copy.number:
                continue
            data, blocks = (payload, b"") if field == b"d" else (b"", payload)
            if not self.copy.apply(first + i, data, blocks, now_ms):
                break
        self.heard(now_ms, asked_at)

    def load(self, words: bytes, blocks: bytes, now_ms: int, asked_at: float) -> None:
        """Takes in the words whole, unless a reply that came before this one was newer."""
        if header_of(words)[1] >= self.copy.number:
            self.copy.load(words, blocks or None, now_ms)
        self.heard(now_ms, asked_at)


class Pools:
    """Every pool this worker has met, by id."""

    def __init__(self, link: Link, source: ClaimsSource, counts: Counter[str]) -> None:
        self.link = link
        self.source = source
        self.counts = counts
        self.wakes: dict[int, Callable[[], None]] = {}
        """By pool: whom to tell that its copy has changed."""
        self._known: dict[int, Pool] = {}
        self._locks: dict[int, asyncio.Lock] = {}

    def known(self, pool: int) -> Pool | None:
        """The pool if it may be used without waiting: ready, and under the server's present run."""
        found = self._known.get(pool)
        if found is None or found.state.server_run != self.link.known_run(found.state.box_office):
            return None
        return found

    async def ready(self, pool: int) -> Pool:
        """The pool, made ready if it is not: read, or rebuilt and read.

        Raises LookupError for no such pool, `StoreUnreachable` when Redis does not let it become ready.
        """
        async with self._locks.setdefault(pool, asyncio.Lock()):
            for _ in range(READY_TRIES_MAX):
                if found := self.known(pool):
                    return found
                try:
                    await self._make_ready(pool)
                except ServerChanged:
                    continue
        raise StoreUnreachable(f"pool {pool} does not become ready")

    def forget(self, pool: int, seen: Pool | None = None) -> None:
        """The pool answered NOT_READY, or its server is another: believe nothing of it, unless newer than `seen`."""
        if seen is None or self._known.get(pool) is seen:
            self._known.pop(pool, None)

    def forget_box_office(self, box_office: str) -> None:
        for pool in [number for number, known in self._known.items() if known.state.box_office == box_office]:
            self.forget(pool)

    async def _make_ready(self, pool: int) -> None:
        state = await self.source.state(pool)
        run = await self.link.run(state.box_office)
        if state.server_run == run and await self._load(state, run):
            return
        self.counts["rebuilds"] += await rebuild(self.link, self.source, pool)

    async def _load(self, state: PoolState, run: str) -> bool:
        """Reads the words whole; False when they are not those of the pool's epoch."""
        asked_at = time.monotonic()
        now_ms, [(epoch, _, _, words, blocks)] = await self.read(state.box_office, run, [(state.pool, 0, 0)])
        if epoch != state.epoch or len(words) != HEADER.size + 8 * state.places:
            return False
        packed = await self.source.packed(state.pool)
        if packed is not None and packed.place_count != state.places:
            return False  # another plan has come under the pool since its state was read
        copy = PoolCopy(packed, state.places)
        copy.load(words, blocks or None, now_ms)
        self._forget_idle()
        self._known[state.pool] = Pool(state, copy, now_ms, asked_at)
        return True

    def _forget_idle(self) -> None:
        oldest = time.monotonic() - IDLE_S_MAX
        for pool in [number for number, known in self._known.items() if known.read_at < oldest]:
            self.forget(pool)
        for pool in [number for number, lock in self._locks.items() if not lock.locked()]:
            if pool not in self._known:
                del self._locks[pool]

    async def read(self, box_office: str, run: str, wanted: Iterable[tuple[int, int, int]]) -> Any:
        """The read script's answer for (pool, epoch seen, number seen): changes since, or all."""
        arg = msgspec.msgpack.encode(["pools", LOG_ENTRIES_MAX, *wanted])
        return await self.link.call(box_office, run, _READ, arg)

    def take_in(
        self, found: Pool, number: int, changes: Sequence[Sequence[bytes]], now_ms: int, asked_at: float
    ) -> None:
        """Brings a copy up to date with a reply, and wakes whoever follows it."""
        found.apply(number, changes, now_ms, asked_at)
        if changes and (wake := self.wakes.get(found.state.pool)):
            wake()

    async def refresh(self, pool: int, age_s_max: float) -> Pool:
        """The pool with a copy no older than `age_s_max`; concurrent callers share one reading."""
        oldest = time.monotonic() - age_s_max
        for _ in range(READY_TRIES_MAX):
            found = self.known(pool) or await self.ready(pool)
            if not found.stale and found.read_at >= oldest:
                return found
            if found.reading is None:
                found.reading = asyncio.create_task(self._catch_up(found))
            try:
                await asyncio.shield(found.reading)
            except ServerChanged:
                self.forget(pool)
        raise StoreUnreachable(f"pool {pool} changes faster than it can be read")

    async def _catch_up(self, found: Pool) -> None:
        state, copy = found.state, found.copy
        try:
            seen, asked_at = (state.pool, state.epoch, copy.number), time.monotonic()
            now_ms, [(epoch, number, changes, words, blocks)] = await self.read(
                state.box_office, state.server_run, [seen]
            )
            if epoch != state.epoch:
                self.forget(state.pool, found)
            elif words:
                found.load(words, blocks, now_ms, asked_at)
            else:
                self.take_in(found, number, changes, now_ms, asked_at)
        finally:
            found.reading = None
