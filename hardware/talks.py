"""One attempt to print one job over one line, and what is known of it at its end.

The machine is asked how it is before a byte of the job leaves: one without paper is not given the job, so it can be
given later without a doubt. Afterwards it is asked until it says that it printed, or the time is over. Questions print
nothing: a line that drops on them has not touched the job. Only a machine that answered before the job is waited for
after it; of one that keeps silent it is known that it took the bytes, and no more.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from engine import failpoints
from hardware import escpos, zpl
from hardware.escpos import Question
from hardware.jobs import Bounds, Job
from hardware.lines import Dropped, Line
from hardware.outcomes import (
    AWAY,
    NOTHING_KNOWN,
    Condition,
    Conditions,
    Outcome,
    Reason,
    Sending,
    prints,
    refused,
    unknown,
    unreachable,
)
from ticketing.machines import Dialect

MORE_S = 0.2
"""For the answers that come behind the first one, of printers that have them."""
HEARD_BYTES_MAX = 16 * 1024


class Talk(Protocol):
    """A dialect, spoken on one line. Every call may raise Dropped."""

    afterwards: bytes
    """What is sent right behind the job."""
    tells_end: bool
    """Whether the machine, as it answered before the job, will say that it printed."""

    async def look(self) -> Conditions:
        """How the machine is; empty when it does not say."""

    async def look_again(self, page_count: int) -> tuple[bool, Conditions]:
        """After the job, of a machine that tells its end: whether it is printed, and how the machine is."""


async def attempt(line: Line, job: Job, dialect: Dialect, bounds: Bounds) -> Sending:
    """Print a job over an open line, once."""
    talk = TALKS[dialect](line, bounds)
    try:
        before = await talk.look()
        if not prints(before):
            return refused(Reason.NOT_READY, conditions=before)
        line.drain()
    except Dropped as problem:
        return unreachable(str(problem))
    try:
        await line.write(job.payload, bounds.write_s_max)
    except Dropped as problem:
        return unreachable(str(problem)) if problem.untouched else unknown(str(problem))
    failpoints.reach("F12")
    try:
        if talk.tells_end:
            return await _watched(line, talk, job, bounds)
        await _lingered(line, bounds)
        return Sending(Outcome.SENT, await talk.look() if before else NOTHING_KNOWN)
    except Dropped as problem:
        return unknown(f"all of it was handed over, then: {problem}")


async def ask(line: Line, dialect: Dialect, bounds: Bounds) -> Conditions:
    """How a machine is, by its own words; empty when it has none. Prints nothing."""
    try:
        return await TALKS[dialect](line, bounds).look()
    except Dropped:
        return AWAY


async def _watched(line: Line, talk: Talk, job: Job, bounds: Bounds) -> Sending:
    """Ask until the job is printed or the time is over: it is in the machine then, which says what it waits for."""
    now = asyncio.get_running_loop().time
    until = now() + bounds.done_s_max
    if talk.afterwards:
        await line.write(talk.afterwards, bounds.write_s_max)
    while True:
        printed, conditions = await talk.look_again(job.page_count)
        if printed:
            return Sending(Outcome.DELIVERED, conditions)
        if now() + bounds.poll_s >= until:
            return Sending(Outcome.SENT, conditions or AWAY)
        await asyncio.sleep(bounds.poll_s)


async def _lingered(line: Line, bounds: Bounds) -> None:
    """Keep the line standing for a while; Dropped when the machine does not."""
    now = asyncio.get_running_loop().time
    until = now() + bounds.linger_s_max
    while (left := until - now()) > 0:
        await line.read(left)


class _Silent:
    """A machine that is not spoken to."""

    afterwards = b""
    tells_end = False

    def __init__(self, line: Line, bounds: Bounds) -> None:
        pass

    async def look(self) -> Conditions:
        return NOTHING_KNOWN

    async def look_again(self, page_count: int) -> tuple[bool, Conditions]:
        raise AssertionError("it is not waited for")


class _Zpl:
    """A label printer. It is done when it is idle and its odometer went up by the job's labels; without an odometer,
    when it is idle twice in a row: the first time it may not have begun."""

    afterwards = b""
    tells_end = False

    def __init__(self, line: Line, bounds: Bounds) -> None:
        self._line, self._bounds = line, bounds
        self._tells_errors = self._tells_count = True
        self._count_before: int | None = None
        self._was_idle = False

    async def look(self) -> Conditions:
        status, conditions, count = await self._looked()
        if status is not None:
            self.tells_end = True
            self._tells_count, self._count_before = count is not None, count
        return conditions

    async def look_again(self, page_count: int) -> tuple[bool, Conditions]:
        status, conditions, count = await self._looked()
        idle = status is not None and status.is_idle and prints(conditions)
        if self._count_before is not None:
            return idle and count is not None and count - self._count_before >= page_count, conditions
        printed, self._was_idle = idle and self._was_idle, idle
        return printed, conditions

    async def _looked(self) -> tuple[zpl.HostStatus | None, Conditions, int | None]:
        """The three answers to one look. Those a printer did not give the first time it is not asked for again."""
        question = zpl.STATUS + self._tells_errors * zpl.ERRORS + self._tells_count * zpl.COUNT
        self._line.drain()
        await self._line.write(question, self._bounds.status_s_max)
        said = await _heard(self._line, b"", self._bounds.status_s_max, lambda said: zpl.host_status(said) is not None)
        if (status := zpl.host_status(said)) is None:
            return None, NOTHING_KNOWN, None
        said = await _heard(self._line, said, MORE_S, self._is_all)
        errors, count = zpl.errors(said), zpl.label_count(said)
        self._tells_errors = self._tells_errors and errors is not None
        told = (status.conditions | (errors or NOTHING_KNOWN)) - {Condition.READY}
        return status, told if told - {Condition.PAPER_LOW} else told | {Condition.READY}, count

    def _is_all(self, said: bytes) -> bool:
        errors_due = self._tells_errors and zpl.errors(said) is None
        return not errors_due and not (self._tells_count and zpl.label_count(said) is None)


class _Escpos:
    """A receipt printer. It is done when it answers the question that waited its turn behind the job."""

    afterwards = escpos.IN_TURN
    tells_end = False

    def __init__(self, line: Line, bounds: Bounds) -> None:
        self._line, self._bounds = line, bounds
        self._answers = escpos.Answers()
        self._is_first = True

    async def look(self) -> Conditions:
        conditions = await self._looked()
        if self._is_first and conditions and prints(conditions):
            self.tells_end = await self._in_turn(escpos.IN_TURN, self._bounds.status_s_max)
        self._is_first = False
        self._answers = escpos.Answers()
        return conditions

    async def look_again(self, page_count: int) -> tuple[bool, Conditions]:
        printed = await self._in_turn(b"", self._bounds.poll_s)
        try:
            return printed, await self._looked()
        except Dropped:
            if not printed:
                raise
        return True, NOTHING_KNOWN

    async def _looked(self) -> Conditions:
        """The answers to the four questions, as far as they are given."""
        answers: dict[Question, int] = {}
        for question in Question:
            self._answers.at_once.clear()
            await self._line.write(escpos.asked(question), self._bounds.status_s_max)
            await self._fed(self._bounds.status_s_max, lambda: bool(self._answers.at_once))
            if not self._answers.at_once:
                break
            answers[question] = self._answers.at_once[-1]
        return escpos.conditions(answers) if answers else NOTHING_KNOWN

    async def _in_turn(self, question: bytes, s_max: float) -> bool:
        if question:
            await self._line.write(question, self._bounds.status_s_max)
        await self._fed(s_max, lambda: bool(self._answers.in_turn))
        return bool(self._answers.in_turn)

    async def _fed(self, s_max: float, is_enough: Callable[[], bool]) -> None:
        now = asyncio.get_running_loop().time
        until = now() + s_max
        while not is_enough() and (left := until - now()) > 0:
            self._answers.feed(await self._line.read(left))


TALKS: dict[Dialect, Callable[[Line, Bounds], Talk]] = {
    Dialect.ZPL: _Zpl,
    Dialect.ESCPOS: _Escpos,
    Dialect.NONE: _Silent,
}


async def _heard(line: Line, said: bytes, s_max: float, is_all: Callable[[bytes], bool]) -> bytes:
    """What was said and is said now, until it is all or the time is over."""
    now = asyncio.get_running_loop().time
    until = now() + s_max
    while not is_all(said) and (left := until - now()) > 0 and len(said) < HEARD_BYTES_MAX:
        said += await line.read(left)
    return said
