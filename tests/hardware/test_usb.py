"""Device files: a terminal stands for the device, a printer that can do wrong sits at its other end."""

import asyncio
import os
import tty
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import msgspec
import pytest

from hardware import printers, usb
from hardware.guard import Guard, server_guard
from hardware.jobs import Bounds, Job
from hardware.lines import Dropped
from hardware.outcomes import Condition, Outcome, Reason, Sending
from hardware.printers import Printer
from hardware.usb import DeviceLine, Plugged
from tests.hardware.simulators import CUT, Machine
from ticketing.machines import Dialect, Way

LABEL = b"^XA^FDSeat 4^FS^XZ"
RECEIPT = b"\x1b@Receipt\n" + CUT
CALM = Bounds(poll_s=0.001, status_s_max=5, close_s_max=1, linger_s_max=5)
READY = frozenset({Condition.READY})


@asynccontextmanager
async def plugged_in(machine: Machine) -> AsyncIterator[tuple[Printer, Guard]]:
    """A machine at the other end of a device; it unplugs itself where others hang up."""
    master, slave = os.openpty()
    for end in (master, slave):
        tty.setraw(end)
        os.set_blocking(end, False)
    path, loop = os.ttyname(slave), asyncio.get_running_loop()

    def unplug() -> None:
        if loop.remove_reader(master):
            os.close(master)

    def hear() -> None:
        try:
            said = os.read(master, 1000)
        except BlockingIOError:
            return
        except OSError:
            return unplug()
        for piece in (said,) if machine.closes_after is None else (bytes([byte]) for byte in said):
            with suppress(OSError):
                os.write(master, machine.hear(piece))
            if machine.closes_after is not None and machine.job_bytes >= machine.closes_after:
                return unplug()

    device = Printer(way=Way.DEVICE, path=path, dialect=machine.dialect)
    guard = Guard(device_folders=(os.path.dirname(path),))
    loop.add_reader(master, hear)
    try:
        yield device, guard
    finally:
        unplug()
        os.close(slave)


@pytest.mark.parametrize(("dialect", "payload"), [(Dialect.ZPL, LABEL), (Dialect.ESCPOS, RECEIPT)])
async def test_a_machine_that_says_so_has_printed(dialect: Dialect, payload: bytes) -> None:
    machine = Machine(dialect)
    async with plugged_in(machine) as (device, guard):
        assert await printers.look(device, guard, CALM) == READY
        assert await printers.send(device, Job(payload), guard, CALM) == Sending(Outcome.DELIVERED, READY)
    assert machine.printed == [payload]


async def test_a_long_job_goes_through_a_narrow_device() -> None:
    machine = Machine(Dialect.ZPL)
    long = b"^XA^FD" + b"x" * 60_000 + b"^FS^XZ"
    async with plugged_in(machine) as (device, guard):
        assert (await printers.send(device, Job(long), guard, CALM)).outcome == Outcome.DELIVERED
    assert machine.printed == [long]


async def test_one_without_paper_is_not_given_the_job() -> None:
    machine = Machine(Dialect.ZPL, paper=0)
    async with plugged_in(machine) as (device, guard):
        sending = await printers.send(device, Job(LABEL), guard, CALM)
    assert (sending.reason, sending.conditions) == (Reason.NOT_READY, {Condition.PAPER_OUT})
    assert machine.job_bytes == 0


async def test_one_that_is_unplugged_within_the_job() -> None:
    machine = Machine(Dialect.ZPL, closes_after=5)
    bounds = msgspec.structs.replace(CALM, status_s_max=0.5)
    async with plugged_in(machine) as (device, guard):
        assert (await printers.send(device, Job(LABEL), guard, bounds)).outcome == Outcome.UNKNOWN


async def test_one_that_does_not_read() -> None:
    """What the device took of the job may be on paper; if it took none of it, none is."""
    master, slave = os.openpty()
    tty.setraw(slave)
    line = DeviceLine.open(os.ttyname(slave))
    with pytest.raises(Dropped) as dropped:
        await line.write(b"x" * 1_000_000, 0.02)
    assert not dropped.value.untouched
    with pytest.raises(Dropped) as dropped:
        while True:
            await line.write(b"x", 0.02)
    assert dropped.value.untouched
    assert await line.read(0.01) == b""
    await line.close(0.01)
    os.close(slave)
    os.close(master)


async def test_devices_that_are_not_there_or_not_printers(tmp_path: Path) -> None:
    (tmp_path / "lp9").touch()
    guard = Guard(device_folders=(str(tmp_path),))
    for name in ("lp8", "lp9", "."):
        device = Printer(way=Way.DEVICE, path=str(tmp_path / name))
        sending = await printers.send(device, Job(LABEL), guard, CALM)
        assert sending.outcome in (Outcome.UNREACHABLE, Outcome.REFUSED)
        assert await printers.look(device, guard, CALM) in ({Condition.OFFLINE}, set())
    assert (tmp_path / "lp9").read_bytes() == b""


@pytest.mark.parametrize("path", ["/dev/sda", "/dev/usb/../sda", "/etc/passwd", "lp0", "", "/dev/usb", "{folder}/link"])
async def test_no_other_file_is_written(tmp_path: Path, path: str) -> None:
    """Who tells an agent where to print does not choose any file of its machine."""
    (tmp_path / "secret").write_text("kept")
    folder = tmp_path / "usb"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "secret")
    device = Printer(way=Way.DEVICE, path=path.format(folder=folder))
    for guard in (server_guard(), Guard(device_folders=("/dev/usb", str(folder)))):
        sending = await printers.send(device, Job(LABEL), guard, CALM)
        assert (sending.outcome, sending.reason) == (Outcome.REFUSED, Reason.NOT_ALLOWED)
        assert await printers.look(device, guard, CALM) == {Condition.OFFLINE}
    assert (tmp_path / "secret").read_text() == "kept"


IDS = {
    "lp0": "MANUFACTURER:Zebra Technologies ;COMMAND SET:ZPL;MODEL:ZTC ZD421-203dpi ZPL;CLASS:PRINTER;SN:D2J21;",
    "lp1": "MFG:EPSON;CMD:ESC/POS,ESCPL2;MDL:TM-T20III;CLS:PRINTER;SERN:X4;",
    "lp2": "MFG:HP;MDL:Laser\x1b[2J;CMD:PCL5,PJL",
    "lp10": None,
}


def test_what_is_plugged_in(tmp_path: Path) -> None:
    for name, said in IDS.items():
        (tmp_path / name / "device").mkdir(parents=True)
        if said is not None:
            (tmp_path / name / "device" / "ieee1284_id").write_text(said)
    (tmp_path / "hiddev0").mkdir()
    assert usb.plugged(tmp_path) == [
        Plugged("/dev/usb/lp0", "Zebra Technologies", "ZTC ZD421-203dpi ZPL", "D2J21", Dialect.ZPL),
        Plugged("/dev/usb/lp1", "EPSON", "TM-T20III", "X4", Dialect.ESCPOS),
        Plugged("/dev/usb/lp10"),
        Plugged("/dev/usb/lp2", "HP", "Laser [2J"),
    ]
    assert usb.plugged(tmp_path / "none") == []
