"""The face of this package: one printer, however it is reached; one job, once.

Whoever calls has recorded that the job is on its way before (`PrintEvent.SEND`), because what ends here by a crash may
be on paper. The answer says which event follows (`Sending.event`).
"""

import os.path

from msgspec import Struct

from hardware import ipp, raw, talks
from hardware.guard import Guard, Judged, Verdict, judge
from hardware.ipp_client import IppPrinter
from hardware.jobs import Bounds, Job
from hardware.lines import Dropped
from hardware.outcomes import AWAY, Conditions, Reason, Sending, refused, unreachable
from hardware.usb import DeviceLine
from ticketing.machines import Dialect, Way


class Printer(Struct, frozen=True, kw_only=True):
    """Where a printer is and what it speaks."""

    way: Way
    host: str = ""
    """A name or an address; not for devices."""
    port: int = 0
    path: str = ""
    """Of the device, or of the IPP printer or queue."""
    dialect: Dialect = Dialect.NONE
    """Not for IPP, which has its own questions."""
    tls: bool = False
    certificate_sha256: bytes = b""


async def send(printer: Printer, job: Job, guard: Guard, bounds: Bounds) -> Sending:
    """Print a job, once. Nothing it does raises, but for being cancelled: then the job may be on paper."""
    assert job.payload, "a job has bytes"
    if len(job.payload) > bounds.bytes_max:
        return refused(Reason.TOO_LARGE, f"{len(job.payload)} bytes are more than {bounds.bytes_max}")
    if printer.way == Way.DEVICE:
        return await _to_device(printer, job, guard, bounds)
    judged = await judge(printer.host, printer.port, guard, bounds)
    if judged.verdict == Verdict.NO_SUCH_NAME:
        return unreachable(f"nobody knows the name {printer.host}")
    if judged.verdict != Verdict.ALLOWED:
        return refused(Reason.NOT_ALLOWED, judged.verdict)
    if printer.way == Way.IPP:
        return await ipp.send(_over_ipp(printer, judged), job, bounds)
    return await raw.send(judged, job, printer.dialect, bounds)


async def look(printer: Printer, guard: Guard, bounds: Bounds) -> Conditions:
    """How a printer is: OFFLINE when it cannot be reached, empty when it does not say. Prints nothing."""
    if printer.way == Way.DEVICE:
        return await _device(printer, guard, bounds)
    judged = await judge(printer.host, printer.port, guard, bounds)
    if judged.verdict != Verdict.ALLOWED:
        return AWAY
    if printer.way == Way.IPP:
        return await ipp.look(_over_ipp(printer, judged), bounds)
    return await raw.look(judged, printer.dialect, bounds)


def is_device(path: str, guard: Guard) -> bool:
    """Whether a guard lets through to a path: a device, wherever its links lead."""
    whole = os.path.realpath(path)
    return any(os.path.dirname(whole) == os.path.realpath(folder) for folder in guard.device_folders)


async def _to_device(printer: Printer, job: Job, guard: Guard, bounds: Bounds) -> Sending:
    if not is_device(printer.path, guard):
        return refused(Reason.NOT_ALLOWED, f"{printer.path} is no device of printers")
    try:
        line = DeviceLine.open(printer.path)
    except Dropped as problem:
        return unreachable(str(problem))
    try:
        return await talks.attempt(line, job, printer.dialect, bounds)
    finally:
        await line.close(bounds.close_s_max)


async def _device(printer: Printer, guard: Guard, bounds: Bounds) -> Conditions:
    try:
        line = DeviceLine.open(printer.path) if is_device(printer.path, guard) else None
    except Dropped:
        line = None
    if line is None:
        return AWAY
    try:
        return await talks.ask(line, printer.dialect, bounds)
    finally:
        await line.close(bounds.close_s_max)


def _over_ipp(printer: Printer, judged: Judged) -> IppPrinter:
    return IppPrinter(judged, printer.path or "/ipp/print", printer.tls, printer.certificate_sha256)
