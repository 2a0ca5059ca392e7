"""Following pools that are looked at: live maps, and copies that nobody is buying from.

One task a watched pool reads its log of changes, waiting at the server when there are none, and wakes whoever
follows. A lease that lapses changes what is free with no write anywhere, so the wait ends at the copy's next
deadline too.
"""

import asyncio
from collections.abc import AsyncIterator

from engine.core.copy import PoolCopy
from engine.link import ServerChanged, StoreUnreachable
from engine.pools import Pools

WAIT_S_MAX = 1.0
"""How long to wait at the server for a change before looking round."""
PAUSE_S = 0.1
"""The least time between two wakings: what changes in between is told together."""
RETRY_S = 0.5


class _Feed:
    """One watched pool: its reader, and how many follow it."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.followers = 0
        self.reader: asyncio.Task[None] | None = None

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class Watch:
    """The pools that are followed in this process."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools
        self._feeds: dict[int, _Feed] = {}

    async def follow(self, pool: int) -> AsyncIterator[tuple[PoolCopy, int]]:
        """The copy and the Redis clock at once, then after every change. Ends only by being closed."""
        feed = self._feeds.setdefault(pool, _Feed())
        feed.followers += 1
        if feed.reader is None:
            feed.reader = asyncio.create_task(self._read(pool, feed))
        try:
            told: tuple[int, int] | None = None
            while True:
                changed = feed.changed
                found = await self._pools.refresh(pool, WAIT_S_MAX * 2)
                now_ms = found.now_ms
                version = found.copy.version(now_ms)
                if version != told:
                    told = version
                    yield found.copy, now_ms
                await changed.wait()
        finally:
            feed.followers -= 1
            if not feed.followers:
                feed.reader.cancel()
                self._feeds.pop(pool, None)

    async def _read(self, pool: int, feed: _Feed) -> None:
        while True:
            try:
                await self._read_once(pool)
                pause = PAUSE_S
            except (StoreUnreachable, ServerChanged, LookupError):
                self._pools.forget(pool)
                pause = RETRY_S
            feed.wake()
            await asyncio.sleep(pause)

    async def _read_once(self, pool: int) -> None:
        """Waits for one change or the next deadline, and takes in what there is."""
        found = self._pools.known(pool) or await self._pools.ready(pool)
        state, copy = found.state, found.copy
        expiry_ms = copy.next_expiry_ms()
        wait_s = WAIT_S_MAX if expiry_ms is None else max(0.0, min(WAIT_S_MAX, (expiry_ms - found.now_ms) / 1000))
        stream, seen = b"{%b}:c:%d" % (state.box_office.encode(), pool), b"%d-0" % copy.number
        block = (b"BLOCK", max(1, int(wait_s * 1000)))
        words = (b"XREAD", b"COUNT", 1, *block, b"STREAMS", stream, seen)
        await self._pools.link.command(state.box_office, state.server_run, wait_s, *words)
        await self._pools.refresh(pool, 0)

    async def close(self) -> None:
        """Ends every reader."""
        readers = [feed.reader for feed in self._feeds.values() if feed.reader]
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        self._feeds.clear()
