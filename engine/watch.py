"""Following pools that are looked at: live maps, and copies that nobody is buying from.

One task a box office waits at the server for a change in any of the pools that are watched there, and wakes whoever
follows them. A lease that lapses changes what is free with no write anywhere, so the wait ends at the next deadline
too; and this process's own holds wake the followers as soon as their reply is taken in.
"""

import asyncio
import logging
from collections.abc import AsyncIterator

from engine.core.copy import PoolCopy
from engine.pools import Pool, Pools

WAIT_S_MAX = 1.0
"""How long to wait at the server for a change before looking round."""
PAUSE_S = 0.1
"""The least time between two tellings: what changes in between is told together."""
TURN_S = 0.02
"""The least time between two questions to the server: a busy pool changes a thousand times a second."""
RETRY_S = 0.5

log = logging.getLogger(__name__)


class _Feed:
    """One watched pool, and how many follow it."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self.followers = 0
        self._version = (-1, 0)

    def see(self, version: tuple[int, int]) -> None:
        """Wakes the followers if the copy's version is another than last time."""
        if version != self._version:
            self._version = version
            self.wake()

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class Watch:
    """The pools that are followed in this process."""

    def __init__(self, pools: Pools) -> None:
        self._pools = pools
        self._feeds: dict[str, dict[int, _Feed]] = {}
        self._readers: dict[str, asyncio.Task[None]] = {}

    async def follow(self, pool: int) -> AsyncIterator[tuple[PoolCopy, int]]:
        """The copy and the Redis clock at once, then after every change. Raises as `ready` does; once it has begun it
        outlasts whatever fails, and ends only by being closed."""
        box_office = (await self._pools.ready(pool)).state.box_office
        feed = self._enter(box_office, pool)
        try:
            told: tuple[int, int] | None = None
            while True:
                changed = feed.changed
                try:
                    found = await self._pools.refresh(pool, WAIT_S_MAX * 2)
                except Exception:  # the reader has met it too, and said so
                    await asyncio.sleep(RETRY_S)
                    continue
                now_ms = found.now_ms
                version = found.copy.version(now_ms)
                if version != told:
                    told = version
                    yield found.copy, now_ms
                    await asyncio.sleep(PAUSE_S)
                await changed.wait()
        finally:
            self._leave(box_office, pool, feed)

    def _enter(self, box_office: str, pool: int) -> _Feed:
        feed = self._feeds.setdefault(box_office, {}).setdefault(pool, _Feed())
        feed.followers += 1
        self._pools.wakes[pool] = feed.wake
        if box_office not in self._readers:
            self._readers[box_office] = asyncio.create_task(self._read(box_office))
        return feed

    def _leave(self, box_office: str, pool: int, feed: _Feed) -> None:
        feed.followers -= 1
        if feed.followers:
            return
        self._pools.wakes.pop(pool, None)
        feeds = self._feeds.get(box_office, {})
        feeds.pop(pool, None)
        if not feeds:
            self._feeds.pop(box_office, None)
            if reader := self._readers.pop(box_office, None):
                reader.cancel()

    async def _read(self, box_office: str) -> None:
        feeds, failing = self._feeds[box_office], False
        while True:
            try:
                pools = [await self._pools.refresh(pool, WAIT_S_MAX * 2) for pool in list(feeds)]
                for pool in pools:
                    if feed := feeds.get(pool.state.pool):
                        feed.see(pool.copy.version(pool.now_ms))
                for number in await self._wait(box_office, pools):
                    await self._pools.refresh(number, 0)
                failing = False
                await asyncio.sleep(TURN_S)
            except Exception as error:
                if not failing:
                    log.warning("box office %s is not watched for now: %s", box_office, error)
                failing = True
                self._pools.forget_box_office(box_office)
                await asyncio.sleep(RETRY_S)

    async def _wait(self, box_office: str, pools: list[Pool]) -> list[int]:
        """Waits for a change in one of the pools, or for the first lease to lapse; which pools were changed."""
        wait_s = min(WAIT_S_MAX, *(_left_s(pool) for pool in pools))
        streams = {b"{%b}:c:%d" % (box_office.encode(), pool.state.pool): pool for pool in pools}
        seen = [b"%d-0" % pool.copy.number for pool in pools]
        block_ms = max(1, int(wait_s * 1000))
        words: list[bytes | int] = [b"XREAD", b"COUNT", 1, b"BLOCK", block_ms, b"STREAMS", *streams, *seen]
        changed = await self._pools.link.command(box_office, pools[0].state.server_run, wait_s, *words)
        return [streams[stream].state.pool for stream, _ in changed or ()]

    async def close(self) -> None:
        """Ends every reader."""
        readers = list(self._readers.values())
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
        self._readers.clear()


def _left_s(pool: Pool) -> float:
    """Seconds until the copy's next lease lapses, more than any wait when there is none."""
    expiry_ms = pool.copy.next_expiry_ms()
    return WAIT_S_MAX * 2 if expiry_ms is None else max(0.0, (expiry_ms - pool.now_ms) / 1000)
