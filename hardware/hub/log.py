"""A hub's log: one SQLite file, written by one thread, on the disk before anybody is told.

What is asked for at the same moment is written together: one commit, and one wait for the disk, for all of it. The
index `passages` decides who goes through: of two scans of a ticket that both were judged before either was written, one
finds its number taken, and is judged again. The file belongs to one process at a time.
"""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import aiosql
from msgspec import Struct

from engine.failpoints import reach

FILE = "hub.db"
MODE = 0o600
LOCK = "hub.lock"
WAL_PAGES_MAX = 10_000

T = TypeVar("T")
Key = tuple[UUID, int, int]
"""A ticket: its date, its kind and serial."""


class Written(Enum):
    """What became of a scan that was to be written."""

    WRITTEN = "written"
    REPEATED = "repeated"
    """This scan is there already."""
    TAKEN = "taken"
    """Another passage of this ticket has the number."""


class Passage(Struct, kw_only=True):
    """Somebody went through. `known`: since when the server knows of it, by this machine's clock; None: it does not.
    `settled`: a list of the server's has it, so it counts there."""

    key: Key
    number: int
    scan: UUID
    enters: bool
    gate: str
    at: float
    known: float | None = None
    settled: bool = False


class Entry(Struct, frozen=True, kw_only=True):
    """A scan that was answered: what it asked (a digest), by which device, the answer as it was sent, and what is to be
    uploaded of it; None once the server has it, or where it was the server's own answer."""

    scan: UUID
    digest: bytes
    device: UUID
    answer: bytes
    waiting: bytes | None
    at: float
    passage: Passage | None = None


class LogLocked(Exception):
    """Another hub runs on this data folder."""


class Log:
    """The file, open. Calls are answered once what they ask for is on the disk."""

    def __init__(self, folder: Path) -> None:
        """Open the file of a folder, or make it. Raises LogLocked, OSError."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FILE
        path.touch(MODE)
        self._lock = _locked(folder / LOCK)
        self._thread, self._aside = ThreadPoolExecutor(1, "log"), ThreadPoolExecutor(1, "checkpoints")
        self._waiting: list[tuple[Callable[[], Any], Callable[[Any], None], asyncio.Future[Any]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._c, self._beside = _opened(path), _opened(path)
        try:
            self._c.execute("pragma journal_mode = wal")
            self._c.execute("pragma synchronous = full")
            self._c.execute("pragma wal_autocheckpoint = 0")
            statements().create(self._c)
        except sqlite3.Error as error:
            self.close()
            raise OSError(None, f"the log cannot be written ({error})", str(path)) from None

    def close(self) -> None:
        """Close the file; what was asked for is written before."""
        for thread in (self._thread, self._aside):
            thread.shutdown()
        for connection in (self._beside, self._c, self._lock):
            connection.close()

    # Read at the start, by whoever opens it

    def facts(self) -> dict[str, bytes]:
        """What is kept by name."""
        found: dict[str, bytes] = dict(statements().facts(self._c))
        return found

    def lists(self) -> Iterator[tuple[UUID, bytes]]:
        """The lists and their changes, as the server sent them, in order."""
        for performance, document in statements().lists(self._c):
            yield UUID(bytes=performance), document

    def entries(self) -> Iterator[Entry]:
        """The scans that were answered, in the order they were written."""
        for row in statements().scans(self._c):
            scan, at, passage = UUID(bytes=row[0]), row[5], None
            if row[9] is not None:
                passage = Passage(
                    key=(UUID(bytes=row[6]), row[7], row[8]), number=row[9], scan=scan, enters=bool(row[10]),
                    gate=row[11], at=at, known=row[12],
                )  # fmt: skip
            yield Entry(
                scan=scan, digest=row[1], device=UUID(bytes=row[2]), answer=row[3], waiting=row[4], at=at,
                passage=passage,
            )  # fmt: skip

    def troubles(self) -> list[bytes]:
        """What the server found otherwise, or did not take."""
        return [document for _, document in statements().troubles(self._c)]

    def scanners(self) -> dict[bytes, bytes | None]:
        """Scanners that were met before the server listed them, by the hash of their token; None: it refused them."""
        found: dict[bytes, bytes | None] = dict(statements().scanners(self._c))
        return found

    # Written while it runs

    async def answered(self, entry: Entry, kept: Callable[[Entry], None]) -> Written:
        """Keep a scan with its passage, if nothing stands against it; `kept` is told as soon as it is on the disk, even
        if whoever asked does not wait any more."""

        def after(found: Written) -> None:
            if found is Written.WRITTEN:
                kept(entry)

        found: Written = await self._do(lambda: self._add(entry), after)
        reach("F17")
        return found

    async def told(self, scans: Iterable[UUID], troubles: Iterable[tuple[UUID, bytes]], known: float) -> None:
        """The server has these scans: nothing of them waits any more. What it found otherwise is kept."""
        about, found = list(scans), list(troubles)

        def write() -> None:
            q = statements()
            for scan in about:
                q.scan_told(self._c, id=scan.bytes, known=known)
            for scan, document in found:
                q.add_trouble(self._c, scan=scan.bytes, document=document)

        await self._do(write)

    async def taken_back(self, scan: UUID) -> None:
        """The server has taken a scan back."""
        await self._do(lambda: statements().passage_gone(self._c, id=scan.bytes))

    async def set_fact(self, name: str, value: bytes) -> None:
        """Keep something by name."""
        await self._do(lambda: statements().set_fact(self._c, name=name, value=value))

    async def set_list(self, performance: UUID, document: bytes, *, whole: bool) -> None:
        """Keep a list, or what changed of one, as the server sent it."""

        def write() -> None:
            if whole:
                statements().forget_list(self._c, performance=performance.bytes)
            statements().add_list(self._c, performance=performance.bytes, document=document)

        await self._do(write)

    async def set_scanner(self, hash: bytes, document: bytes | None) -> None:
        """Remember a scanner, or (None) that it is none any more."""
        await self._do(lambda: statements().set_scanner(self._c, hash=hash, document=document))

    async def forget(self, dates: Iterable[UUID]) -> None:
        """Forget the lists of these dates, and what the server's own list of scanners says better."""
        over = list(dates)

        def write() -> None:
            for performance in over:
                statements().forget_list(self._c, performance=performance.bytes)
            statements().forget_scanners(self._c)

        await self._do(write)

    async def forget_scans(self, before: float) -> None:
        """Forget the scans that the server has and that are older than this."""
        await self._do(lambda: statements().forget_scans(self._c, before=before))

    async def checkpoint(self) -> None:
        """Bring what was written home, beside those who write: by them it would be a wait of half a second."""
        await asyncio.get_running_loop().run_in_executor(self._aside, self._bring_home)

    def _bring_home(self) -> None:
        _, pages, _ = self._beside.execute("pragma wal_checkpoint(passive)").fetchone()
        if pages > WAL_PAGES_MAX:  # begin it anew: little is left to do, so who writes waits for a moment
            self._beside.execute("pragma wal_checkpoint(restart)")

    async def file(self, path: str) -> tuple[bytes, bytes] | None:
        """The headers and content of a file that was kept."""
        rows = await self._do(lambda: list(statements().file(self._c, path=path)))
        return (rows[0][0], rows[0][1]) if rows else None

    async def file_paths(self) -> set[str]:
        """Which files are kept."""
        rows = await self._do(lambda: list(statements().file_paths(self._c)))
        return {path for (path,) in rows}

    async def set_file(self, path: str, headers: bytes, content: bytes) -> None:
        """Keep a file."""
        await self._do(lambda: statements().set_file(self._c, path=path, headers=headers, content=content))

    # The thread

    async def _do(self, act: Callable[[], T], after: Callable[[T], None] = lambda _: None) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((act, after, future))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await future

    async def _write(self) -> None:
        """Write what waits, all that gathered meanwhile together."""
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                loop = asyncio.get_running_loop()
                try:
                    answers = await loop.run_in_executor(self._thread, self._commit, [act for act, _, _ in batch])
                except (sqlite3.Error, OSError) as error:
                    answers = [OSError(None, f"the log cannot be written: {error}")] * len(batch)
                for (_, after, future), answer in zip(batch, answers, strict=True):
                    if not isinstance(answer, OSError):
                        after(answer)
                    if future.done():
                        continue
                    if isinstance(answer, OSError):
                        future.set_exception(answer)
                    else:
                        future.set_result(answer)
        finally:
            self._writing = None

    def _commit(self, acts: list[Callable[[], Any]]) -> list[Any]:
        with self._transaction():
            return [act() for act in acts]

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._c.execute("begin immediate")
        try:
            yield
            self._c.execute("commit")
        except BaseException:
            self._c.execute("rollback")
            raise

    def _add(self, entry: Entry) -> Written:
        q, passage = statements(), entry.passage
        added = q.add_scan(
            self._c, id=entry.scan.bytes, digest=entry.digest, device=entry.device.bytes, answer=entry.answer,
            waiting=entry.waiting, at=entry.at,
            performance=passage.key[0].bytes if passage else None,
            kind=passage.key[1] if passage else None,
            serial=passage.key[2] if passage else None,
            number=passage.number if passage else None,
            enters=int(passage.enters) if passage else None,
            gate=passage.gate if passage else None,
            known=passage.known if passage else None,
        )  # fmt: skip
        if added:
            return Written.WRITTEN
        return Written.REPEATED if q.has_scan(self._c, id=entry.scan.bytes) else Written.TAKEN


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)


def _locked(path: Path) -> sqlite3.Connection:
    """A lock that ends with the process, on every system. Raises LogLocked."""
    lock = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.5)
    try:
        lock.execute("begin exclusive")
    except sqlite3.OperationalError:
        lock.close()
        raise LogLocked from None
    return lock


@cache
def statements() -> Any:
    """The statements of the log, by name."""
    return aiosql.from_path(Path(__file__).with_name("log.sql"), "sqlite3")


def now() -> float:
    """The time by this machine's clock, in seconds."""
    return time.time()
