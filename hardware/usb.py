"""Printers on a USB port of a Linux machine: the kernel's printer class driver makes a file of each, /dev/usb/lp0.

That file is written and, by printers that answer, read; no library and no permission beyond the group `lp` is needed.
The driver lets one program at a time open it, so nobody prints in between. Elsewhere the system's own queue has the
printer: on macOS it is CUPS, which is printed to over IPP; on Windows a printer is best put on the network, or at an
agent on Linux.
"""

import asyncio
import os
import stat
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from hardware.lines import DRAINED_BYTES_MAX, READ_BYTES, Dropped
from hardware.outcomes import clean
from ticketing.machines import Dialect

DEVICES = Path("/dev/usb")
CLASS = Path("/sys/class/usbmisc")
PAUSE_S = 0.02
"""Between two looks at a device that says it has something to tell, and tells nothing."""


class Plugged(Struct, frozen=True):
    """A printer that is plugged in, as it describes itself (IEEE 1284)."""

    path: str
    maker: str = ""
    model: str = ""
    serial: str = ""
    dialect: Dialect = Dialect.NONE


class DeviceLine:
    """A line over a device file."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def open(cls, path: str) -> "DeviceLine":
        """Open a device; Dropped when there is none, it is not ours to use, or another program has it."""
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as problem:
            raise Dropped(problem) from None
        if not stat.S_ISCHR(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise Dropped(f"{path} is no device")
        return cls(descriptor)

    async def write(self, data: bytes, s_max: float) -> None:
        taken = 0
        try:
            async with asyncio.timeout(s_max) as patience:
                while taken < len(data):
                    await self._writable()
                    taken += self._taken(memoryview(data)[taken:])
        except OSError as problem:
            said = f"not taken in {s_max:g} s" if patience.expired() else problem
            raise Dropped(said, untouched=taken == 0) from None

    async def read(self, s_max: float) -> bytes:
        try:
            async with asyncio.timeout(s_max) as patience:
                while not (said := self._said()):
                    await self._readable()
                    await asyncio.sleep(0 if said is None else PAUSE_S)
                return said
        except OSError as problem:
            if patience.expired():
                return b""
            raise Dropped(problem) from None

    def drain(self) -> None:
        try:
            for _ in range(DRAINED_BYTES_MAX // READ_BYTES):
                if not self._said():
                    return
        except OSError as problem:
            raise Dropped(problem) from None

    async def close(self, s_max: float) -> None:
        """Wait until the device has passed on what it took: what is on its way when it is closed, the driver takes
        back."""
        try:
            async with asyncio.timeout(s_max):
                await self._writable()
        except OSError:
            pass
        finally:
            os.close(self._descriptor)

    def _taken(self, data: memoryview) -> int:
        try:
            return os.write(self._descriptor, data)
        except BlockingIOError:
            return 0

    def _said(self) -> bytes | None:
        """What can be read at once: None before there is something, empty when the device tells nothing."""
        try:
            return os.read(self._descriptor, READ_BYTES)
        except BlockingIOError:
            return None

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        await self._when(loop.add_writer, loop.remove_writer)

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        await self._when(loop.add_reader, loop.remove_reader)

    async def _when(self, watch: Callable[..., object], forget: Callable[[int], object]) -> None:
        ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        watch(self._descriptor, _once, ready)
        try:
            await ready
        finally:
            forget(self._descriptor)


def _once(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)


def plugged(folder: Path = CLASS, devices: Path = DEVICES) -> list[Plugged]:
    """The printers that are plugged into this machine, by their names; empty where there is no such driver."""
    if not folder.is_dir():
        return []
    return [_described(entry, devices) for entry in sorted(folder.iterdir()) if entry.name.startswith("lp")]


def _described(entry: Path, devices: Path) -> Plugged:
    try:
        said = (entry / "device" / "ieee1284_id").read_text(errors="replace")
    except OSError:
        said = ""
    pairs = (field.partition(":") for field in said.split(";"))
    fields = {clean(key).upper(): clean(value) for key, _, value in pairs}
    languages = fields.get("CMD") or fields.get("COMMAND SET") or ""
    return Plugged(
        path=str(devices / entry.name),
        maker=fields.get("MFG") or fields.get("MANUFACTURER") or "",
        model=fields.get("MDL") or fields.get("MODEL") or "",
        serial=fields.get("SN") or fields.get("SERN") or fields.get("SERIALNUMBER") or "",
        dialect=spoken(languages),
    )


def spoken(languages: str) -> Dialect:
    """The dialect among the languages that a printer lists ("ZPL,EPL", "ESC/POS")."""
    listed = languages.upper().replace("-", "").replace("/", "")
    if "ZPL" in listed:
        return Dialect.ZPL
    return Dialect.ESCPOS if "ESCPOS" in listed else Dialect.NONE
