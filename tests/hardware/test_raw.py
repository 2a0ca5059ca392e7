"""Bytes on a TCP port: every outcome, by a printer that can do wrong in every way we know of."""

import asyncio
import os
import signal
import socket
import struct
import sys

import msgspec
import pytest

from hardware import raw
from hardware.jobs import Bounds, Job
from hardware.lines import Dropped, TcpLine
from hardware.outcomes import Condition, Outcome, Reason, Sending
from tests.hardware.simulators import CUT, LOOPBACK, Machine, at
from tests.tidy.tree import ROOT
from ticketing.machines import Dialect

LABEL = b"^XA^FO50,50^FDRow F, seat 4^FS^XZ"
RECEIPT = b"\x1b@Receipt 42\n" + CUT
CALM = Bounds(poll_s=0.001, linger_s_max=5, close_s_max=5, status_s_max=5, done_s_max=20)
"""For machines that do something: long enough for the slowest computer."""
FIRM = msgspec.structs.replace(CALM, done_s_max=0.1)
"""For machines that answer, and do not come to an end."""
HASTY = msgspec.structs.replace(CALM, status_s_max=0.05, linger_s_max=0.02)
"""For machines that keep silent."""
ZPL, ESCPOS, NONE = Dialect.ZPL, Dialect.ESCPOS, Dialect.NONE
SPOKEN = [(ZPL, LABEL), (ESCPOS, RECEIPT)]
READY = frozenset({Condition.READY})


async def sent(machine: Machine, payload: bytes, bounds: Bounds = CALM, page_count: int = 1) -> Sending:
    """What became of a job sent to a machine; whatever became of it, the job was sent once."""
    async with machine.listening() as judged:
        sending = await raw.send(judged, Job(payload, page_count=page_count), machine.dialect, bounds)
    assert machine.connections == 1
    assert machine.job_bytes <= len(payload)
    if sending.outcome in (Outcome.UNREACHABLE, Outcome.REFUSED):
        assert machine.job_bytes == 0, "it is sure that nothing left"
        assert not machine.printed
    return sending


@pytest.mark.parametrize(("dialect", "payload"), SPOKEN)
@pytest.mark.parametrize("busy_looks", [0, 1, 5])
async def test_a_machine_that_says_so_has_printed(dialect: Dialect, payload: bytes, busy_looks: int) -> None:
    machine = Machine(dialect, busy_looks=busy_looks)
    assert await sent(machine, payload) == Sending(Outcome.DELIVERED, READY)
    assert machine.printed == [payload]


async def test_many_labels_are_printed_when_the_last_one_is() -> None:
    machine = Machine(ZPL, busy_looks=3)
    assert (await sent(machine, LABEL * 40, page_count=40)).outcome == Outcome.DELIVERED
    assert machine.printed == [LABEL] * 40


async def test_an_idle_printer_that_counted_too_few_labels_has_not_printed() -> None:
    """One that was told to cancel, for one."""
    machine = Machine(ZPL)
    assert await sent(machine, LABEL, FIRM, page_count=2) == Sending(Outcome.SENT, READY)


@pytest.mark.parametrize("knows", [set(), {"errors"}, {"count"}])
async def test_label_printers_that_answer_less(knows: set[str]) -> None:
    machine = Machine(ZPL, knows=frozenset(knows), busy_looks=2)
    assert await sent(machine, LABEL) == Sending(Outcome.DELIVERED, READY)
    assert machine.printed == [LABEL]


async def test_a_printer_that_shows_a_length_as_labels_remaining() -> None:
    machine = Machine(ZPL, knows=frozenset(), remaining_idle=1_334_273)
    assert (await sent(machine, LABEL)).outcome == Outcome.DELIVERED


async def test_a_receipt_printer_that_answers_at_once_but_not_in_turn() -> None:
    machine = Machine(ESCPOS, knows=frozenset())
    bounds = msgspec.structs.replace(HASTY, status_s_max=0.5)
    assert await sent(machine, RECEIPT, bounds) == Sending(Outcome.SENT, READY)
    assert machine.printed == [RECEIPT]


@pytest.mark.parametrize(("dialect", "payload"), SPOKEN)
async def test_one_that_takes_everything_and_says_nothing(dialect: Dialect, payload: bytes) -> None:
    machine = Machine(dialect, silent=True)
    assert await sent(machine, payload, HASTY) == Sending(Outcome.SENT)
    assert machine.job_bytes == len(payload)


async def test_one_that_is_not_asked() -> None:
    machine = Machine(greeting=b"hello")
    assert await sent(machine, b"\x00" * 100_000, HASTY) == Sending(Outcome.SENT)
    assert machine.job_bytes == 100_000


STOPPED = [
    (ZPL, "paper", 0, Condition.PAPER_OUT),
    (ZPL, "head_open", True, Condition.COVER_OPEN),
    (ZPL, "ribbon_out", True, Condition.RIBBON_OUT),
    (ZPL, "paused", True, Condition.PAUSED),
    (ZPL, "cutter_jammed", True, Condition.CUTTER_ERROR),
    (ZPL, "hot", True, Condition.TOO_HOT),
    (ESCPOS, "paper", 0, Condition.PAPER_OUT),
    (ESCPOS, "head_open", True, Condition.COVER_OPEN),
    (ESCPOS, "paused", True, Condition.OFFLINE),
    (ESCPOS, "cutter_jammed", True, Condition.CUTTER_ERROR),
    (ESCPOS, "hot", True, Condition.TOO_HOT),
]


@pytest.mark.parametrize(("dialect", "what", "value", "condition"), STOPPED)
async def test_one_that_cannot_print_is_not_given_the_job(dialect, what, value, condition) -> None:
    machine = Machine(dialect, **{what: value})
    payload = dict(SPOKEN)[dialect]
    sending = await sent(machine, payload)
    assert sending == Sending(Outcome.REFUSED, frozenset({condition}), Reason.NOT_READY)
    assert sending.transient
    async with machine.listening() as judged:
        assert await raw.look(judged, dialect, CALM) == {condition}


async def test_paper_that_ends_within_the_job() -> None:
    """What is in the machine waits there for paper: it is not sent again."""
    machine = Machine(ZPL, paper=2)
    assert await sent(machine, LABEL * 3, FIRM, page_count=3) == Sending(Outcome.SENT, frozenset({Condition.PAPER_OUT}))
    assert machine.printed == [LABEL] * 2
    receipts = Machine(ESCPOS, paper=1)
    assert await sent(receipts, RECEIPT * 2, FIRM) == Sending(Outcome.SENT, frozenset({Condition.PAPER_OUT}))
    assert receipts.printed == [RECEIPT]


@pytest.mark.parametrize(("dialect", "payload"), [*SPOKEN, (NONE, LABEL)])
@pytest.mark.parametrize("resets", [False, True])
@pytest.mark.parametrize("part", [1, 10, None])
async def test_a_line_that_drops_within_the_job_leaves_it_in_doubt(dialect, payload, resets, part) -> None:
    machine = Machine(dialect, closes_after=len(payload) if part is None else part, resets=resets)
    sending = await sent(machine, payload)
    assert sending.outcome == Outcome.UNKNOWN
    assert not sending.transient
    assert sending.note


@pytest.mark.parametrize(("dialect", "payload"), SPOKEN)
@pytest.mark.parametrize("resets", [False, True])
async def test_a_line_that_drops_before_the_job_has_not_touched_it(dialect, payload, resets) -> None:
    machine = Machine(dialect, closes_after=0, resets=resets)
    sending = await sent(machine, payload)
    assert sending.outcome == Outcome.UNREACHABLE
    assert sending.transient


async def test_a_machine_that_stops_reading() -> None:
    machine = Machine(deaf=True)
    bounds = msgspec.structs.replace(CALM, write_s_max=0.1, close_s_max=0.01)
    sending = await sent(machine, b"\x00" * 15_000_000, bounds)
    assert (sending.outcome, sending.note) == (Outcome.UNKNOWN, "not taken in 0.1 s")


async def test_nobody_there() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        judged = at(taken.getsockname()[1])
        for dialect in Dialect:
            assert (await raw.send(judged, Job(LABEL), dialect, CALM)).outcome == Outcome.UNREACHABLE
            assert await raw.look(judged, dialect, CALM) == {Condition.OFFLINE}


async def test_a_machine_that_does_not_take_the_call() -> None:
    """Its queue of callers is full, so nobody says no either."""
    with socket.socket() as busy, socket.socket() as first, socket.socket() as second:
        busy.bind((LOOPBACK, 0))
        busy.listen(0)
        judged = at(busy.getsockname()[1])
        for caller in (first, second):
            caller.setblocking(False)
            caller.connect_ex(busy.getsockname())
        bounds = msgspec.structs.replace(CALM, connect_s_max=0.1)
        sending = await raw.send(judged, Job(LABEL), NONE, bounds)
    assert (sending.outcome, sending.note) == (Outcome.UNREACHABLE, "no answer in 0.1 s")


async def test_the_next_address_is_tried_when_the_first_does_not_answer() -> None:
    machine = Machine(ZPL)
    async with machine.listening() as judged:
        (address,) = judged.addresses
        several = msgspec.structs.replace(judged, addresses=(("::1", address[1], 0, 0), ("127.0.0.9", 9), address))
        assert (await raw.send(several, Job(LABEL), ZPL, CALM)).outcome == Outcome.DELIVERED
    assert machine.printed == [LABEL]


async def test_the_first_byte_tells_whether_any_was_taken() -> None:
    """A line that was reset before takes none; one that is reset afterwards has taken the first."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        line = await TcpLine.open(at(listener.getsockname()[1]), CALM)
        there, _ = listener.accept()
        there.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        there.close()
        with pytest.raises(Dropped) as dropped:
            await line.write(LABEL, 1)
        assert dropped.value.untouched
        await line.close(0.1)
        line = await TcpLine.open(at(listener.getsockname()[1]), CALM)
        there, _ = listener.accept()
        with pytest.raises(Dropped) as dropped:
            await line.write(b"\x00" * 50_000_000, 0.1)
        assert not dropped.value.untouched
        there.close()
        await line.close(0.1)


async def test_a_job_that_is_broken_off_from_outside_ends_the_line() -> None:
    machine = Machine(ZPL, busy_looks=10_000_000)
    async with machine.listening() as judged:
        sending = asyncio.create_task(raw.send(judged, Job(LABEL), ZPL, CALM))
        while not machine.job_bytes:
            await asyncio.sleep(0)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending


async def printed_by_a_spooler(machine: Machine) -> int:
    """How often a label comes out, sent again as long as that is without a doubt; the line is mended meanwhile."""
    async with machine.listening() as judged:
        for _ in range(3):
            sending = await raw.send(judged, Job(LABEL), ZPL, CALM)
            machine.closes_after = None
            if not sending.transient:
                break
        await raw.look(judged, ZPL, CALM)
    return len(machine.printed)


@pytest.mark.parametrize(("part", "times"), [(0, 1), (1, 0), (10, 0), (len(LABEL), 1)])
async def test_nothing_is_printed_twice_unseen(part: int, times: int) -> None:
    """What a machine had of a job before the line dropped comes out when it comes to it."""
    assert await printed_by_a_spooler(Machine(ZPL, closes_after=part)) == times


async def test_what_is_in_doubt_and_sent_again_is_printed_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mutant: whoever took a dropped line for one that was never there."""
    monkeypatch.setattr(Sending, "transient", property(lambda sending: sending.outcome != Outcome.DELIVERED))
    assert await printed_by_a_spooler(Machine(ZPL, closes_after=len(LABEL))) == 2


SENDER = """
import asyncio, sys
from hardware import raw
from hardware.jobs import Bounds, Job
from ticketing.machines import Dialect
from tests.hardware.simulators import at
asyncio.run(raw.send(at(int(sys.argv[1])), Job(sys.argv[2].encode()), Dialect.ZPL, Bounds()))
"""


async def test_a_sender_that_is_killed_once_the_job_is_out() -> None:
    """F12: the machine has the job, and nobody is left who knows."""
    machine = Machine(ZPL)
    async with machine.listening() as judged:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", SENDER, str(judged.port), LABEL.decode(), cwd=ROOT,
            env=os.environ | {"PLACEUR_FAILPOINT": "F12"},
        )  # fmt: skip
        assert await process.wait() == -signal.SIGKILL
        async with asyncio.timeout(20):
            while machine.job_bytes < len(LABEL):
                await asyncio.sleep(0.01)
        await raw.look(judged, ZPL, CALM)
    assert machine.printed == [LABEL]
