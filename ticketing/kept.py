"""Values asked for far more often than they change: read once in a few seconds, one reading for all who wait."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from contextvars import Context
from functools import partial
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """A bounded memory in front of a reading that may be `fresh_s` old."""

    def __init__(self, read: Callable[[K], Awaitable[V]] | None, fresh_s: float, kept_max: int) -> None:
        """`read` None: every caller brings its own (`get_by`)."""
        self._read, self._fresh_s, self._kept_max = read, fresh_s, kept_max
        self._values: OrderedDict[K, tuple[float, V]] = OrderedDict()
        self._readings: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K) -> V:
        """The value of a key; raises what reading it raises, which is not remembered. O(1) while it is fresh."""
        read = self._read
        assert read is not None, "what has no reading of its own is asked by get_by"
        return await self.get_by(key, lambda: read(key))

    async def get_by(self, key: K, read: Callable[[], Awaitable[V]]) -> V:
        """The value of a key that its caller knows how to read."""
        found = self._values.get(key)
        if found is not None and found[0] > time.monotonic():
            return found[1]
        task = self._readings.get(key)
        if task is None:  # read in a context of its own: it serves others than who asked first
            task = self._readings[key] = asyncio.create_task(self._read_anew(key, read), context=Context())
            task.add_done_callback(lambda _: self._readings.pop(key))
        return await asyncio.shield(task)

    async def anew(self, key: K) -> V:
        """The value of a key, read now: no older than the asking."""
        assert self._read is not None, "what has no reading of its own is asked by get_by"
        return await self._read_anew(key, partial(self._read, key))

    def forget(self, key: K) -> None:
        """Read a key anew when it is next asked for."""
        self._values.pop(key, None)

    async def _read_anew(self, key: K, read: Callable[[], Awaitable[V]]) -> V:
        self._values.pop(key, None)
        value = await read()
        self._values[key] = (time.monotonic() + self._fresh_s, value)
        while len(self._values) > self._kept_max:
            self._values.popitem(last=False)
        return value
