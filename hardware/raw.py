"""Printers that take bytes on a TCP port (9100, "raw", "JetDirect"): Zebras, receipt printers, most others."""

from hardware import talks
from hardware.guard import Judged
from hardware.jobs import Bounds, Job
from hardware.lines import Dropped, TcpLine
from hardware.outcomes import AWAY, Conditions, Sending, unreachable
from ticketing.machines import Dialect


async def send(printer: Judged, job: Job, dialect: Dialect, bounds: Bounds) -> Sending:
    """Print a job, once, on a printer whose address was judged. Nothing it does raises."""
    try:
        line = await TcpLine.open(printer, bounds)
    except Dropped as problem:
        return unreachable(str(problem))
    try:
        return await talks.attempt(line, job, dialect, bounds)
    finally:
        await line.close(bounds.close_s_max)


async def look(printer: Judged, dialect: Dialect, bounds: Bounds) -> Conditions:
    """How a printer is: OFFLINE when it cannot be reached, empty when its dialect says nothing."""
    try:
        line = await TcpLine.open(printer, bounds)
    except Dropped:
        return AWAY
    try:
        return await talks.ask(line, dialect, bounds)
    finally:
        await line.close(bounds.close_s_max)
