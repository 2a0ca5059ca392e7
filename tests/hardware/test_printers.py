"""The face: one printer, however it is reached, and what a sending means for its job."""

import pytest

from hardware import printers
from hardware.guard import Guard, agent_guard, server_guard
from hardware.jobs import Bounds, Job
from hardware.outcomes import EVENTS, PASSING, Condition, Outcome, Reason, Sending, clean, told
from hardware.printers import Printer
from tests.hardware.simulators import LOOPBACK, Machine, OldPrinter
from ticketing.machines import Dialect, Way
from ticketing.states import PRINT, PrintEvent, PrintStatus, step

BOUNDS = Bounds(poll_s=0.001)
HERE = "127.0.0.0/8"
LABEL = b"^XA^FDSeat 4^FS^XZ"


def here(port: int) -> Guard:
    return server_guard(HERE, str(port))


async def test_a_printer_on_a_port() -> None:
    machine = Machine(Dialect.ZPL)
    async with machine.listening() as judged:
        printer = Printer(way=Way.RAW, host="localhost", port=judged.port, dialect=Dialect.ZPL)
        assert await printers.look(printer, here(judged.port), BOUNDS) == {Condition.READY}
        assert (await printers.send(printer, Job(LABEL), here(judged.port), BOUNDS)).outcome == Outcome.DELIVERED
    assert machine.printed == [LABEL]


async def test_a_printer_by_ipp() -> None:
    old = OldPrinter()
    async with old.listening() as judged:
        printer = Printer(way=Way.IPP, host="localhost", port=judged.port, path="/printers/badges")
        assert await printers.look(printer, here(judged.port), BOUNDS) == {Condition.READY}
        sending = await printers.send(printer, Job(b"%PDF-1.7"), here(judged.port), BOUNDS)
    assert sending.outcome == Outcome.DELIVERED
    assert old.documents == [b"%PDF-1.7"]


@pytest.mark.parametrize("way", [Way.RAW, Way.IPP])
async def test_what_the_guard_refuses_is_not_connected_to(way: Way) -> None:
    machine = Machine(Dialect.ZPL)
    async with machine.listening() as judged:
        printer = Printer(way=way, host=LOOPBACK, port=judged.port, dialect=Dialect.ZPL)
        for guard in (server_guard(), server_guard(ports=str(judged.port)), server_guard(HERE), agent_guard()):
            sending = await printers.send(printer, Job(LABEL), guard, BOUNDS)
            assert (sending.outcome, sending.reason, sending.transient) == (
                Outcome.REFUSED, Reason.NOT_ALLOWED, False,
            )  # fmt: skip
            assert await printers.look(printer, guard, BOUNDS) == {Condition.OFFLINE}
    assert machine.connections == 0


async def test_a_name_that_nobody_knows_may_be_known_later() -> None:
    printer = Printer(way=Way.RAW, host="printer.invalid", port=9100)
    sending = await printers.send(printer, Job(LABEL), server_guard(), BOUNDS)
    assert (sending.outcome, sending.transient) == (Outcome.UNREACHABLE, True)


async def test_a_job_that_is_too_large() -> None:
    printer = Printer(way=Way.RAW, host=LOOPBACK, port=9100)
    sending = await printers.send(printer, Job(bytes(101)), server_guard(), Bounds(bytes_max=100))
    assert (sending.reason, sending.note) == (Reason.TOO_LARGE, "101 bytes are more than 100")


SENDINGS = [Sending(outcome) for outcome in Outcome if outcome != Outcome.REFUSED]
SENDINGS += [Sending(Outcome.REFUSED, reason=reason) for reason in Reason]


@pytest.mark.parametrize("sending", SENDINGS)
def test_every_sending_moves_its_job(sending: Sending) -> None:
    """And none that may be on paper goes back to the queue."""
    after = step(PRINT, "print job", PrintStatus.SENDING, sending.event)
    assert (after == PrintStatus.QUEUED) == sending.transient
    assert after != PrintStatus.SENDING
    if sending.outcome in (Outcome.DELIVERED, Outcome.SENT, Outcome.UNKNOWN):
        assert not sending.transient


def test_what_a_sending_means_for_its_job() -> None:
    assert set(EVENTS) == set(Outcome)
    ends = {step(PRINT, "print job", PrintStatus.SENDING, sending.event) for sending in SENDINGS}
    assert ends == set(PrintStatus) - {PrintStatus.SENDING}
    assert all(Sending(Outcome.REFUSED, reason=reason).event == PrintEvent.KEEP for reason in PASSING)
    assert Sending(Outcome.REFUSED, reason=Reason.FORMAT).event == PrintEvent.REFUSE


def test_what_a_machine_says_goes_on_one_line() -> None:
    assert clean(" a\x1b[2J\nb\u202ec\u200b " + "x" * 500) == "a [2J b c " + "x" * 290
    assert told(TimeoutError()) == "TimeoutError"
    assert told(OSError(5, "no\npaper")) == "OSError: [Errno 5] no paper"
