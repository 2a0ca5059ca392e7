"""The print agent: a process in the venue's network that fetches print jobs from the server and prints them.

It calls out only, so no port is open. It asks for a job under an id that it has written down before; prints it by
`hardware.printers`; and tells what became of it until the server has heard. What it writes down at each step
(`hardware.agent_journal`) is what makes a job printed once, or asked about: whatever is killed, at whatever step.

Several printers print at once, a bounded number; at one printer one job after the other. Between jobs it tells how its
printers are and what is plugged in, and looks who is in the network when somebody at the back office wants to know.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any
from uuid import UUID

from msgspec import Struct

from engine import failpoints
from hardware import discovery, printers, usb
from hardware.agent_journal import Journal, Line, Step
from hardware.agent_line import NotTaken, ServerLine, Tell
from hardware.agent_wire import Asking, Ending, Heard, Known, Report, State, Work
from hardware.discovery import Found
from hardware.guard import Guard
from hardware.jobs import Bounds
from hardware.outcomes import AWAY, Conditions, Sending, told, unknown
from hardware.usb import Plugged
from ticketing.ids import new_id
from ticketing.machines import Way


class Rhythm(Struct, frozen=True, kw_only=True):
    """How often, how much at once, how long: times in seconds."""

    ask_s: float = 0.7
    """Between two questions for a job, when there was none."""
    report_s: float = 20.0
    refused_s: float = 15.0
    """Before asking again a server that said no."""
    look_s: float = 4.0
    """For who is in the network."""
    fresh_s_max: float = 60.0
    """Between being given a job and its first byte: after a longer sleep the server is asked whether it is ours."""
    jobs_max: int = 8
    looks_max: int = 8
    """Printers asked at once how they are."""
    stop_s_max: float = 12.0
    """For jobs under way, when the agent is to end."""
    farewell_s_max: float = 3.0
    """To tell of those that did not end in time."""


class Agent:
    """One agent at work."""

    def __init__(
        self, line: ServerLine, journal: Journal, guard: Guard, tell: Tell, software: str = "",
        bounds: Bounds | None = None, rhythm: Rhythm | None = None,
    ) -> None:  # fmt: skip
        self._line, self._journal, self._guard, self._tell = line, journal, guard, tell
        self._software = software
        self._bounds, self._rhythm = bounds or Bounds(), rhythm or Rhythm()
        self._slots = asyncio.Semaphore(self._rhythm.jobs_max)
        self._printing: defaultdict[UUID, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._jobs: dict[UUID, asyncio.Task[None]] = {}
        """By take: what is being printed, or waits for its printer."""
        self._endings: set[asyncio.Task[None]] = set()
        self._report_now = asyncio.Event()
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then bring what is under way to its end.

        Raises Revoked once the server does not know the agent any more, OSError when the journal cannot be written.
        """
        for line in self._journal.at(Step.ENDED):
            self._tell_of(*_parts(line))
        always = [asyncio.create_task(self._asking()), asyncio.create_task(self._reporting())]
        stopping = asyncio.create_task(stop.wait())
        try:
            watched: list[asyncio.Future[Any]] = [*always, stopping, self._failed]
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            for each in (*always, self._failed):
                if each.done():
                    each.result()
        finally:
            for task in (*always, stopping):
                task.cancel()
            await asyncio.gather(*always, stopping, return_exceptions=True)
            await self._wind_down()

    # Jobs

    async def _asking(self) -> None:
        """Ask for jobs, one after the other, as long as there is room for one more."""
        left = [line.take for line in self._journal.at(Step.ASKED)]
        take: UUID | None = None
        while True:
            await self._slots.acquire()
            take = take or (left.pop(0) if left else self._new_take())
            try:
                work = await self._asked(take)
            except BaseException:
                self._slots.release()
                raise
            if work is not None:
                self._jobs[take] = self._begun(self._print(take, work, _awake_s()))
                take = None
                continue
            self._slots.release()
            if left:
                self._journal.told(take)  # nothing was given under it
                take = None
            else:
                await asyncio.sleep(self._rhythm.ask_s)

    def _new_take(self) -> UUID:
        take = new_id()
        self._journal.asked(take)
        failpoints.reach("A1")
        return take

    async def _asked(self, take: UUID) -> Work | None:
        try:
            given = await self._line.take(Asking(take))
        except NotTaken as refusal:
            self._tell(f"The server gives no jobs: {refusal}")
            await asyncio.sleep(self._rhythm.refused_s)
            return None
        if given.report:
            self._report_now.set()
        return given.work

    async def _print(self, take: UUID, work: Work, given_s: float) -> None:
        try:
            async with self._printing[work.printer_id]:
                failpoints.reach("F10")
                if _awake_s() - given_s > self._rhythm.fresh_s_max and await self._asked(take) is None:
                    return self._journal.told(take)
                self._journal.starting(take, work.id)
                try:
                    sending = await printers.send(work.printer, work.job, self._guard, self._bounds)
                except asyncio.CancelledError:
                    self._journal.ended(take, work.id, unknown("the agent was ended while it printed"))
                    raise
                except Exception as problem:
                    sending = unknown(problem)
                self._journal.ended(take, work.id, sending)
        finally:
            self._slots.release()
            del self._jobs[take]
        failpoints.reach("F11")
        self._tell(_said(work, sending))
        self._tell_of(take, work.id, sending)

    def _tell_of(self, take: UUID, job: UUID, sending: Sending) -> None:
        task = self._begun(self._ending(take, job, sending))
        self._endings.add(task)
        task.add_done_callback(self._endings.discard)

    async def _ending(self, take: UUID, job: UUID, sending: Sending) -> None:
        """Tell what became of a job, until the server has heard it."""
        try:
            await self._line.end(job, Ending.of(take, sending))
        except NotTaken as refusal:
            self._tell(f"The server does not take what became of job {job} ({sending.outcome}): {refusal}")
        failpoints.reach("A2")
        self._journal.told(take)

    def _begun(self, work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (problem := task.exception()) is not None and not self._failed.done():
            self._failed.set_exception(problem)

    async def _wind_down(self) -> None:
        """Let end what is being printed. What does not is in doubt; the server is told, if it answers at once."""
        for take, task in list(self._jobs.items()):
            if self._journal.standing[take].step is Step.ASKED:
                task.cancel()
        if self._jobs:
            await asyncio.wait(self._jobs.values(), timeout=self._rhythm.stop_s_max)
        rest = [*self._jobs.values(), *self._endings]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        farewells = [self._ending(*_parts(line)) for line in self._journal.at(Step.ENDED)]
        with suppress(TimeoutError):
            async with asyncio.timeout(self._rhythm.farewell_s_max):
                await asyncio.gather(*farewells, return_exceptions=True)
        if self._failed.done():
            self._failed.exception()

    # Reports

    async def _reporting(self) -> None:
        known: list[Known] = []
        looked: UUID | None = None
        found: list[Found] = []
        while True:
            self._report_now.clear()
            report = await self._report(known, looked, found)
            heard = await self._heard(report)
            if heard is None:
                continue
            is_new = {one.id for one in heard.printers} != {one.id for one in known}
            known, found = heard.printers, []
            if heard.look is not None and heard.look != looked:
                looked = heard.look
                found = await self._around()
            elif not is_new:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._rhythm.report_s):
                        await self._report_now.wait()

    async def _around(self) -> list[Found]:
        """Who is in the network; nobody, where it cannot be asked."""
        try:
            return await discovery.look(self._rhythm.look_s)
        except Exception as problem:
            self._tell(f"The network cannot be searched for printers: {told(problem)}.")
            return []

    async def _heard(self, report: Report) -> Heard | None:
        try:
            return await self._line.report(report)
        except NotTaken as refusal:
            self._tell(f"The server takes no reports: {refusal}")
            await asyncio.sleep(self._rhythm.refused_s)
            return None

    async def _conditions(self, one: Known) -> Conditions:
        try:
            return await printers.look(one.printer, self._guard, self._bounds)
        except Exception as problem:
            self._tell(f"{one.name} cannot be looked at: {told(problem)}.")
            return AWAY

    async def _report(self, known: list[Known], looked: UUID | None, found: list[Found]) -> Report:
        at_once = asyncio.Semaphore(self._rhythm.looks_max)

        async def state(one: Known) -> State | None:
            """How a printer is; None while it prints, when it is not to be spoken to."""
            async with at_once:
                if self._printing[one.id].locked():
                    return None
                async with self._printing[one.id]:
                    return State(one.id, sorted(await self._conditions(one)))

        states = await asyncio.gather(*(state(one) for one in known))
        return Report(
            takes=list(self._journal.standing), software=self._software,
            printers=[one for one in states if one is not None], plugged=_plugged(), look=looked, found=found,
        )  # fmt: skip


def _awake_s() -> float:
    """A clock that goes on while the machine sleeps, in seconds."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_REALTIME))


def _parts(line: Line) -> tuple[UUID, UUID, Sending]:
    assert line.job is not None and line.sending is not None, "a job has ended"
    return line.take, line.job, line.sending


def _plugged() -> list[Plugged]:
    try:
        return usb.plugged()
    except OSError:
        return []


def _said(work: Work, sending: Sending) -> str:
    why = " ".join(filter(None, (sending.reason, told(sending.note))))
    at = work.printer.path if work.printer.way is Way.DEVICE else f"{work.printer.host}:{work.printer.port}"
    return f"{work.job.name or work.id} at {at}: {sending.outcome}{f' ({why})' if why else ''}."
