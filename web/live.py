"""What is free right now, as many people ask: worked out once a moment for each pool, told to all.

Availability is two bits a place, in the order of place numbers. Its version is (epoch, change number, next expiry), so
that two processes give one state of the house one name, and a lapsed hold gives it another without any write.

Live readers share one task a pool. It keeps the last few differences; a reader who falls behind them, or comes anew,
is sent the whole house, so that a slow one costs no memory and misses nothing.
"""

import asyncio
import struct
import time
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

import structlog
from msgspec import Struct

from engine.core.copy import PoolCopy, status_diff
from engine.inventory import Inventory
from web.variants import Variants

OCTETS = "application/octet-stream"
POOLS_MAX = 256
DIFFERENCES_MAX = 32
GONE = 0b10101010
"""The bits of four places that are set when each is sold or off sale."""
GONES = bytes(byte for byte in range(256) if byte & GONE == GONE)
RUN = struct.Struct("<IIB")

log = structlog.get_logger()


class Snapshot:
    """The house at one moment."""

    __slots__ = ("free", "gone", "made_at", "variants", "version")

    def __init__(self, copy: PoolCopy, now_ms: int) -> None:
        self.version = version_of(copy, now_ms)
        self.free = tuple(int(count) for count in copy.free_by_category(now_ms))
        """Free places on open sale, by category index of the plan (one number for a pool without plan)."""
        self.variants = Variants(copy.status(now_ms), OCTETS, self.version)
        self.gone = all_gone(self.variants.plain, copy.place_count)
        """Whether every place is sold or off sale: none is free, and none is held that may come back."""
        self.made_at = time.monotonic()

    @property
    def status(self) -> bytes:
        """Two bits a place: 0 free, 1 held, 2 sold, 3 off sale; place p is bits 2*(p%4).. of byte p//4."""
        return self.variants.plain


class Telling(Struct, frozen=True):
    """One thing told to live readers: the state it leads to, and the runs that lead there from the one before."""

    version: str
    runs: bytes


class Live:
    """Snapshots and live readers of the pools of one process."""

    def __init__(self, inventory: Inventory, fresh_s: float, pause_s: float) -> None:
        """A snapshot serves for `fresh_s`; live readers are told at most once in `pause_s`."""
        self._inventory = inventory
        self._fresh_s, self._pause_s = fresh_s, pause_s
        self._snapshots: OrderedDict[int, Snapshot] = OrderedDict()
        self._feeds: dict[int, Feed] = {}
        self._stopped = False

    async def snapshot(self, pool: int) -> Snapshot:
        """The pool as it was at most a moment ago. Raises StoreUnreachable."""
        found = self._snapshots.get(pool)
        if found is not None and time.monotonic() - found.made_at < self._fresh_s:
            return found
        copy, now_ms = await self._inventory.copy(pool)
        if found is not None and found.version == version_of(copy, now_ms):
            found.made_at = time.monotonic()
            return found
        self._snapshots[pool] = made = Snapshot(copy, now_ms)
        self._snapshots.move_to_end(pool)
        if len(self._snapshots) > POOLS_MAX:
            self._snapshots.popitem(last=False)
        return made

    async def follow(self, pool: int) -> AsyncGenerator[Snapshot | Telling, None]:
        """The house now, then what changes; the whole house again for a reader that fell behind. Ends at shutdown."""
        if self._stopped:
            return
        feed = self._feeds.get(pool)
        if feed is None:
            feed = self._feeds[pool] = Feed(self._inventory, pool, self._pause_s)
        feed.readers += 1
        try:
            async for told in feed.read():
                yield told
        finally:
            feed.readers -= 1
            if not feed.readers:
                feed.stop()
                self._feeds.pop(pool, None)

    @property
    def readers(self) -> int:
        """How many read live."""
        return sum(feed.readers for feed in self._feeds.values())

    def stop(self) -> None:
        """Ends every reader, and lets no new one wait."""
        self._stopped = True
        for feed in self._feeds.values():
            feed.stop()


class Feed:
    """One pool's changes, for all its live readers in this process."""

    def __init__(self, inventory: Inventory, pool: int, pause_s: float) -> None:
        self.readers = 0
        self._pause_s = pause_s
        self._house: Snapshot | None = None
        self._number = 0
        """Of the last telling."""
        self._tellings: deque[Telling] = deque(maxlen=DIFFERENCES_MAX)
        self._changed = asyncio.Event()
        self._watching = asyncio.create_task(self._watch(inventory, pool))
        self._watching.add_done_callback(self._ended)

    async def read(self) -> AsyncIterator[Snapshot | Telling]:
        """What one reader is told. Ends when the watching ends."""
        seen = -1
        while not self._watching.done():
            changed, news = self._changed, self._told_since(seen)
            seen = self._number if self._house else -1
            for told in news:
                yield told
            await changed.wait()

    def stop(self) -> None:
        """Stops watching; the readers end."""
        self._watching.cancel()

    def _told_since(self, seen: int) -> Sequence[Snapshot | Telling]:
        if self._house is None or seen == self._number:
            return ()
        behind = self._number - seen
        if seen < 0 or behind > len(self._tellings):
            return (self._house,)
        return list(self._tellings)[-behind:]

    async def _watch(self, inventory: Inventory, pool: int) -> None:
        async for copy, now_ms in inventory.watch(pool):
            self._tell(Snapshot(copy, now_ms))
            await asyncio.sleep(self._pause_s)

    def _tell(self, house: Snapshot) -> None:
        before, self._house = self._house, house
        if before is not None and len(before.status) != len(house.status):
            self._tellings.clear()  # another plan has come under the pool: everybody is sent the whole house
            self._number += 1
        elif before is not None:
            runs = b"".join(RUN.pack(*run) for run in status_diff(before.status, house.status))
            self._tellings.append(Telling(house.version, runs))
            self._number += 1
        self._wake()

    def _ended(self, watching: "asyncio.Task[None]") -> None:
        if not watching.cancelled() and (error := watching.exception()):
            log.warning("live-feed-ended", exc_info=error)
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def all_gone(status: bytes, place_count: int) -> bool:
    """Whether no place of a house, two bits each, is free (0) or held (1). O(places / 4)."""
    whole, rest = divmod(place_count, 4)
    last = GONE & (1 << 2 * rest) - 1
    return status[:whole].translate(None, GONES) == b"" and (not rest or status[whole] & last == last)


def version_of(copy: PoolCopy, now_ms: int) -> str:
    """The name of a state of the house, the same in every process."""
    number, expiry_ms = copy.version(now_ms)
    return f"{copy.epoch:x}.{number:x}.{expiry_ms:x}"
