"""The server's own printing: takes the jobs of printers without an agent, and sends each of them once.

One spooler works at a time, whichever has the lock of Postgres that says so; it ends with its connection. Whoever gets
it begins with what the one before left on its way: that is in doubt, since nobody can know what came out. A printer has
a task as long as it has jobs, so a slow one keeps nobody waiting. New jobs are told of at once; those that rest, and
those that nobody told of, are looked for each second.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from uuid import UUID

import asyncpg
import structlog

from engine import failpoints
from hardware import printers
from hardware.guard import Guard, server_guard
from hardware.jobs import A4, A6, CARD, Bounds, Job, Media
from hardware.outcomes import Sending, gravest_first
from hardware.printers import Printer
from ticketing import print_jobs, worker
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.machines import Paper
from ticketing.print_jobs import Result, Taken
from ticketing.printers import Printer as Known
from ticketing.settings import Settings
from ticketing.sql import Connection

LOOKED_EVERY_S = 1.0
SWEPT_EVERY_S = 30.0
AGAIN_S = 2.0
"""Before another try to become the one that spools, or to tell what became of a job."""
AT_ONCE_MAX = 32
"""Printers that are sent something at the same time."""
MEDIA: Mapping[Paper, Media] = {Paper.A4: A4, Paper.A6: A6, Paper.CR80: CARD}
LOST = (OSError, asyncpg.exceptions.PostgresError, asyncpg.exceptions.InterfaceError)

log = structlog.get_logger()


async def run(db: Database, settings: Settings, stop: asyncio.Event, bounds: Bounds = Bounds()) -> None:  # noqa: B008
    """Print until `stop` is set; jobs on their way are finished. SettingRefused for networks or ports that are none."""
    guard = server_guard(settings.printer_networks, settings.printer_ports)
    while not stop.is_set():
        try:
            async with db.apart() as connection:
                if await print_jobs.alone(connection):
                    await Spooler(db, guard, bounds, stop).spool(connection)
        except LOST as error:
            log.warning("spooler-interrupted", problem=type(error).__name__)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), AGAIN_S)


class Spooler:
    """One turn of spooling, as long as its connection holds."""

    def __init__(self, db: Database, guard: Guard, bounds: Bounds, stop: asyncio.Event) -> None:
        self._db, self._guard, self._bounds, self._stop = db, guard, bounds, stop
        self._woken = asyncio.Event()
        self._lines: dict[UUID, asyncio.Task[None]] = {}
        self._at_once = asyncio.Semaphore(AT_ONCE_MAX)
        self._ends = False

    async def spool(self, connection: Connection) -> None:
        """Print until `stop`, or until the connection is lost. What is on its way is waited for in any case."""
        await connection.add_listener(print_jobs.CHANNEL, self._told)
        connection.add_termination_listener(self._told)
        left = await print_jobs.abandon(self._db, None, await self._now())
        if left:
            log.warning("print-jobs-in-doubt", count=left)
        sweeping = asyncio.create_task(worker.repeat(self._stop, SWEPT_EVERY_S, self._sweep))
        stopping = asyncio.create_task(self._stopped())
        try:
            while not self._stop.is_set() and not connection.is_closed():
                self._woken.clear()
                await self._look()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), LOOKED_EVERY_S)
        finally:
            self._ends = True
            sweeping.cancel()
            stopping.cancel()
            await asyncio.gather(*self._lines.values(), return_exceptions=True)

    def _told(self, *_: object) -> None:
        self._woken.set()

    async def _stopped(self) -> None:
        await self._stop.wait()
        self._woken.set()

    async def _sweep(self) -> None:
        await print_jobs.sweep(self._db, await self._now())

    async def _look(self) -> None:
        """Give each printer that has something to print now a task, unless it has one."""
        for printer_id in await print_jobs.due(self._db, None, await self._now()):
            if printer_id not in self._lines:
                self._lines[printer_id] = line = asyncio.create_task(self._serve(printer_id))
                line.add_done_callback(lambda _, id=printer_id: self._ended(id))  # type: ignore[misc]

    def _ended(self, printer_id: UUID) -> None:
        line = self._lines.pop(printer_id)
        if not line.cancelled() and (problem := line.exception()) is not None:
            log.warning("printer-task-failed", printer=str(printer_id), problem=repr(problem))

    async def _serve(self, printer_id: UUID) -> None:
        """Print one job after the other, until there is none that may go now."""
        async with self._at_once:
            while not self._ends and not self._stop.is_set():
                taken = await print_jobs.take(self._db, None, new_id(), await self._now(), printer_id)
                if taken is None:
                    return
                failpoints.reach("F10")
                sending = await printers.send(where(taken), job_of(taken), self._guard, self._bounds)
                failpoints.reach("F11")
                await self._tell(taken, sending)

    async def _tell(self, taken: Taken, sending: Sending) -> None:
        """Tell what became of a job, again and again until it is written: told nothing, it would be in doubt."""
        while True:
            try:
                now = await self._now()
                status = await print_jobs.settle(self._db, None, taken.id, taken.take_id, result(sending), now)
            except LOST:
                await asyncio.sleep(AGAIN_S)
                continue
            log.info("print-job", job=str(taken.id), outcome=sending.outcome, status=status, note=sending.note)
            return

    async def _now(self) -> datetime:
        return await worker.database_time(self._db)


def where(taken: Taken | Known) -> Printer:
    """The printer that a job goes to, or that is known, as it is reached."""
    return Printer(
        way=taken.way, host=taken.host, port=taken.port, path=taken.path, dialect=taken.dialect, tls=taken.tls,
        certificate_sha256=taken.certificate or b"",
    )  # fmt: skip


def job_of(taken: Taken) -> Job:
    """A job as machines are handed it."""
    return Job(
        taken.payload, name=taken.name, page_count=taken.page_count, format=taken.format,
        media=MEDIA.get(taken.paper),
    )  # fmt: skip


def result(sending: Sending) -> Result:
    """What became of a sending, as it is kept."""
    return Result(
        event=sending.event, outcome=sending.outcome, reason=sending.reason, note=sending.note,
        conditions=gravest_first(sending.conditions),
    )  # fmt: skip
