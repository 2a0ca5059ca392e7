"""Work done in processes of their own: because it holds the interpreter for long, or because it reads what strangers
send, and a few bytes of that can ask for gigabytes and minutes.

A process is started by its first work and kept. One that dies, or is ended because it took more than its bounds, is
replaced by the next; whoever serves goes on. None outlives its parent, however that ends.
"""

import asyncio
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from msgspec import Struct

from ticketing.refusals import TooManyRequests

AT_ONCE_MAX = 2
"""Files read at once by one serving process; others wait."""
WAITING_MAX = 20
NICENESS = 10
PARENT_SEEN_EVERY_S = 1.0
P = ParamSpec("P")
T = TypeVar("T")


class Bounds(Struct, frozen=True):
    """What one work may take before its process is ended: memory beyond what the process itself has, time of a core,
    and time by the clock."""

    memory_bytes_max: int = 400 * 1024 * 1024
    core_s_max: int = 10
    time_s_max: int = 30


class Elsewhere:
    """A function of a module that only the process reads which does the work: who asks for a page need not hold what
    sets it. Pickled, it becomes the function itself."""

    def __init__(self, module: str, name: str) -> None:
        self._place = module, name

    def __call__(self, *given: Any, **named: Any) -> Any:
        """Do it here after all."""
        return _found(*self._place)(*given, **named)

    def __reduce__(self) -> tuple[Callable[[str, str], Callable[..., Any]], tuple[str, str]]:
        return _found, self._place


def _found(module: str, name: str) -> Callable[..., Any]:
    act: Callable[..., Any] = getattr(import_module(module), name)
    return act


class Aside:
    """One process; works wait for one another. With `bounds`, a work that takes more ends it."""

    def __init__(self, *, bounds: Bounds | None = None, niceness: int = 0) -> None:
        self._bounds, self._niceness = bounds, niceness
        self._process: ProcessPoolExecutor | None = None

    async def do(self, act: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """What `act` answers, or its exception. Raises BrokenExecutor when the process ended before it answered."""
        process, work = self._process or self._started(), partial(act, *given, **named)
        try:
            begun = process.submit(_within, self._bounds, work)
        except BrokenExecutor:  # it died idle: no fault of this work
            process = self._started()
            begun = process.submit(_within, self._bounds, work)
        try:
            return await asyncio.wrap_future(begun)
        except BrokenExecutor:
            if self._process is process:
                self._process = None
            raise

    def close(self) -> None:
        """End the process, after the work it is at; what waits is dropped."""
        if self._process is not None:
            self._process.shutdown(cancel_futures=True)

    def _started(self) -> ProcessPoolExecutor:
        self._process = ProcessPoolExecutor(1, get_context("spawn"), _begin, (os.getpid(), self._niceness))
        return self._process


class Workshop:
    """Some processes for what strangers send, each bounded, each at one work, so that none ends another's."""

    def __init__(self, bounds: Bounds | None = None) -> None:
        self.bounds = bounds or Bounds()
        self._asides = [Aside(bounds=self.bounds, niceness=NICENESS) for _ in range(AT_ONCE_MAX)]
        self._free, self._waiting_count = list(self._asides), 0
        self._turns = asyncio.Semaphore(AT_ONCE_MAX)

    async def do(self, act: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
        """What `act` answers, or its exception. Raises BrokenExecutor when it took more than it may, and
        TooManyRequests when `WAITING_MAX` wait already."""
        if self._waiting_count >= WAITING_MAX:
            raise TooManyRequests(retry_s=self.bounds.time_s_max)
        self._waiting_count += 1
        try:
            await self._turns.acquire()
        finally:
            self._waiting_count -= 1
        aside = self._free.pop()
        work = asyncio.ensure_future(aside.do(act, *given, **named))

        def give_back(done: asyncio.Future[T]) -> None:
            if not done.cancelled():
                done.exception()
            self._free.append(aside)
            self._turns.release()

        work.add_done_callback(give_back)
        return await asyncio.shield(work)  # who asked may be gone: the process is busy until it is done

    def close(self) -> None:
        """End the processes."""
        for aside in self._asides:
            aside.close()


# In the process


def _begin(parent: int, niceness: int) -> None:
    """Let others go first, and end when the parent does; an interruption is the parent's to judge."""
    os.nice(niceness)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_SEEN_EVERY_S)
    os._exit(1)


def _within(bounds: Bounds | None, work: Callable[[], T]) -> T:
    """Do a work; the kernel ends this process when it takes too long, and so does having no memory left."""
    if bounds is None:
        return work()
    _limit_memory(bounds.memory_bytes_max)
    spent = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(spent.ru_utime + spent.ru_stime) + 1 + bounds.core_s_max)
    signal.alarm(bounds.time_s_max)
    try:
        return work()
    except MemoryError:
        os._exit(1)
    finally:
        signal.alarm(0)


_limited = threading.Event()


def _limit_memory(bytes_max: int) -> None:
    """Once, when the modules of the first work are there: what they map is not counted. Linux alone tells and heeds."""
    if sys.platform == "linux" and not _limited.is_set():
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _lower(resource.RLIMIT_AS, mapped + bytes_max)
        _lower(resource.RLIMIT_CORE, 0)
        _limited.set()


def _lower(which: int, most: int) -> None:
    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
