"""A line to a machine: bytes out, bytes back, and what is known when it drops.

One thing has to be exact about a line that drops: whether a byte of the job was handed over before. Over TCP the first
byte is therefore written alone: the system takes it, or does not. After it anything may have happened.
"""

import asyncio
import socket
from typing import Protocol

from hardware.guard import Judged
from hardware.jobs import Bounds

READ_BYTES = 4096
DRAINED_BYTES_MAX = 64 * 1024
CLOSED = "closed by the machine"


class Dropped(Exception):
    """The line ended, broke, or did not move in time. `untouched`: not a byte of what was being written was taken."""

    def __init__(self, problem: object, untouched: bool = True) -> None:
        super().__init__(str(problem) or type(problem).__name__)
        self.untouched = untouched


class Line(Protocol):
    """One connection to one machine, for one job."""

    async def write(self, data: bytes, s_max: float) -> None:
        """Hand bytes over, all of them; Dropped says whether any was taken."""

    async def read(self, s_max: float) -> bytes:
        """What the machine says next, or nothing if it keeps silent for that long; Dropped when the line ended."""

    def drain(self) -> None:
        """Throw away what the machine has said unasked; Dropped when the line ended."""

    async def close(self, s_max: float) -> None:
        """End the line without losing what is under way. Never fails."""


class TcpLine:
    """A line over TCP."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    @classmethod
    async def open(cls, judged: Judged, bounds: Bounds) -> "TcpLine":
        """Connect to the first of the judged addresses that answers, within `connect_s_max` in all; Dropped if none
        does. No name is resolved here."""
        problem: object = "no address"
        try:
            async with asyncio.timeout(bounds.connect_s_max):
                for address in judged.addresses:
                    try:
                        return cls(await _connected(address))
                    except OSError as refused:
                        problem = refused
        except TimeoutError:
            problem = f"no answer in {bounds.connect_s_max:g} s"
        raise Dropped(problem)

    async def write(self, data: bytes, s_max: float) -> None:
        loop, untouched = asyncio.get_running_loop(), True
        try:
            async with asyncio.timeout(s_max):
                await loop.sock_sendall(self._socket, data[:1])
                untouched = False
                await loop.sock_sendall(self._socket, memoryview(data)[1:])
        except TimeoutError:
            raise Dropped(f"not taken in {s_max:g} s", untouched) from None
        except OSError as problem:
            raise Dropped(problem, untouched) from None

    async def read(self, s_max: float) -> bytes:
        said = b""
        try:
            async with asyncio.timeout(s_max) as patience:
                said = await asyncio.get_running_loop().sock_recv(self._socket, READ_BYTES)
        except OSError as problem:
            if patience.expired():
                return b""
            raise Dropped(problem) from None
        if not said:
            raise Dropped(CLOSED)
        return said

    def drain(self) -> None:
        try:
            for _ in range(DRAINED_BYTES_MAX // READ_BYTES):
                if not self._socket.recv(READ_BYTES):
                    raise Dropped(CLOSED)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as problem:
            raise Dropped(problem) from None

    async def close(self, s_max: float) -> None:
        """Say that nothing follows, and wait for the machine to agree: closing a socket with words unread resets the
        line, and a machine forgets then what it has not printed."""
        loop = asyncio.get_running_loop()
        try:
            self._socket.shutdown(socket.SHUT_WR)
            async with asyncio.timeout(s_max):
                while await loop.sock_recv(self._socket, READ_BYTES):
                    pass
        except OSError:
            pass
        finally:
            self._socket.close()


async def _connected(address: tuple[str | int, ...]) -> socket.socket:
    family = socket.AF_INET6 if ":" in str(address[0]) else socket.AF_INET
    connecting = socket.socket(family, socket.SOCK_STREAM)
    try:
        connecting.setblocking(False)
        connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(connecting, address)
    except BaseException:
        connecting.close()
        raise
    return connecting
