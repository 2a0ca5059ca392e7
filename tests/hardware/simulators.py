"""Machines that do as they are told: a TCP printer that jams, keeps silent or hangs up, a line that is cut, and IPP
printers of an older kind. Whatever takes time elsewhere is counted in questions here, so no test waits for a clock."""

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from pyipp.enums import IppOperation, IppStatus, IppTag
from pyipp.parser import parse
from pyipp.serializer import construct_attribute

from hardware.guard import Judged, Verdict
from ticketing.machines import Dialect

LOOPBACK = "127.0.0.1"
ZPL_PART = re.compile(rb"~HQES|~HS|! U1 getvar \"[a-z_.]+\"\r\n|\^XA.*?\^XZ\n?", re.DOTALL)
AT_ONCE = rb"\x10\x04([\x01-\x04])"
IN_TURN = b"\x1dr\x01"
CUT = b"\x1dV\x00"
CUTS = re.compile(rb"\x1dV(?:\x00|B.)", re.DOTALL)
"""At once, or so many dots further on."""
KICK = rb"\x1bp[\x00\x01]..|\x10\x14\x01[\x00\x01]."


def at(port: int, host: str = LOOPBACK) -> Judged:
    """What the guard would say of a port of this machine."""
    return Judged(Verdict.ALLOWED, host, port, ((LOOPBACK, port),))


@dataclass
class Machine:
    """A printer. `printed` are the labels or receipts that came out of it."""

    dialect: Dialect = Dialect.NONE
    silent: bool = False
    """Takes everything, says nothing."""
    knows: frozenset[str] = frozenset({"errors", "count", "turn"})
    """What it answers beside the plainest question: ~HQES, the odometer; GS r."""
    paper: int = 1000
    """How many labels or receipts there is paper for."""
    head_open: bool = False
    ribbon_out: bool = False
    paused: bool = False
    cutter_jammed: bool = False
    hot: bool = False
    busy_looks: int = 1
    """How many times it is asked after a job before it is done with it."""
    closes_after: int | None = None
    """Hangs up once it has that many bytes of the job; with 0, once it has answered how it is."""
    resets: bool = False
    """Hangs up the hard way."""
    deaf: bool = False
    """Accepts, and never reads."""
    greeting: bytes = b""
    remaining_idle: int = 0
    """What it shows as labels remaining when it is idle."""

    printed: list[bytes] = field(default_factory=list)
    kicks: int = 0
    """How often it opened its drawer."""
    connections: int = 0
    _asked: int = 0
    _job_bytes: int = 0
    _heard: bytes = b""
    _waiting: list[bytes] = field(default_factory=list)
    _looks_left: int = 0

    @property
    def job_bytes(self) -> int:
        """How many bytes of jobs it has read, questions left out."""
        asks = self._heard.startswith((b"~", b"!", b"\x10", IN_TURN)) or IN_TURN.startswith(self._heard)
        return self._job_bytes + (0 if asks else len(self._heard))

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Judged]:
        """Listen on a port of this machine; yields where."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        listener.bind((LOOPBACK, 0))
        server = await asyncio.start_server(self._served, sock=listener)
        try:
            yield at(listener.getsockname()[1])
        finally:
            server.close()

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._heard = b""
        if self.deaf:
            writer.transport.pause_reading()
            return
        writer.write(self.greeting)
        try:
            while said := await reader.read(1000):
                for piece in (said,) if self.closes_after is None else (bytes([byte]) for byte in said):
                    writer.write(self.hear(piece))
                    if self.closes_after is not None and self.job_bytes >= self.closes_after and self._asked:
                        return self._hang_up(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    def _hang_up(self, writer: asyncio.StreamWriter) -> None:
        if self.resets:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        writer.transport.abort()

    @property
    def _works(self) -> bool:
        stopped = self.head_open or self.ribbon_out or self.paused or self.cutter_jammed or self.hot
        return not stopped and self.paper > 0

    def hear(self, said: bytes) -> bytes:
        """Take in bytes; return the answers."""
        self._heard += said
        if self.dialect == Dialect.NONE:
            self._asked, self._job_bytes, self._heard = 1, self._job_bytes + len(said), b""
            return b""
        answers = self._hear_zpl() if self.dialect == Dialect.ZPL else self._hear_escpos()
        return b"" if self.silent else answers

    def _take(self, job: bytes) -> None:
        self._waiting.append(job)
        self._job_bytes += len(job)
        self._looks_left = self.busy_looks

    def _print(self) -> None:
        """Print what waits, once it was asked about often enough, as far as there is paper."""
        self._looks_left -= 1
        while self._waiting and self._looks_left <= 0 and self._works:
            self.printed.append(self._waiting.pop(0))
            self.paper -= 1

    def _hear_zpl(self) -> bytes:
        answers = b""
        while part := ZPL_PART.match(self._heard):
            self._heard = self._heard[part.end() :]
            if part[0].startswith(b"^"):
                self._take(part[0])
            else:
                answers += self._answer_zpl(part[0])
        return answers

    def _answer_zpl(self, question: bytes) -> bytes:
        self._asked += 1
        if question == b"~HS":
            self._print()
            remaining = len(self._waiting) or self.remaining_idle
            first = f"030,{self.paper == 0:d},{self.paused:d},1245,000,0,0,0,000,0,0,{self.hot:d}"
            second = f"000,0,{self.head_open:d},{self.ribbon_out:d},0,3,6,0,{remaining:08d},1,000"
            return b"".join(b"\x02%s\x03\r\n" % line.encode() for line in (first, second, "1234,0"))
        if question == b"~HQES" and "errors" in self.knows:
            bits = (self.paper == 0) | self.ribbon_out << 1 | self.head_open << 2 | self.cutter_jammed << 3
            bits |= self.hot << 4 | self.paused << 16
            return flags(bits, 0)
        if question.startswith(b"!") and "count" in self.knows:
            return b'"%d"' % (4000 + len(self.printed))
        return b""

    def _hear_escpos(self) -> bytes:
        answers = bytes(self._answer_escpos(asked[0]) for asked in re.findall(AT_ONCE, self._heard))
        self._heard = re.sub(AT_ONCE, b"", self._heard)
        if not CUTS.search(self._heard) and (pulses := re.findall(KICK, self._heard, re.DOTALL)):
            self.kicks += len(pulses)
            self._heard = self._heard[self._heard.index(pulses[-1]) + len(pulses[-1]) :]
        while self._heard:
            if self._heard.startswith(IN_TURN):
                if self._waiting:
                    break
                self._heard = self._heard.removeprefix(IN_TURN)
                answers += b"\x00" if "turn" in self.knows else b""
            elif cut := CUTS.search(self._heard):
                receipt, self._heard = self._heard[: cut.end()], self._heard[cut.end() :]
                self._take(receipt)
            else:
                break
        return answers

    def _answer_escpos(self, question: int) -> int:
        self._asked += 1
        if question == 1:
            self._print()
        out = self.paper == 0
        return (
            0x12
            | {
                1: (not self._works) << 3,
                2: self.head_open << 2 | out << 5 | (self.cutter_jammed or self.hot) << 6,
                3: self.cutter_jammed << 3 | self.hot << 6,
                4: 0x60 * out,
            }[question]
        )


def flags(errors: int, warnings: int) -> bytes:
    """An answer to ~HQES, spaced as printers space it."""
    lines = [
        "", "  PRINTER STATUS                              ",
        f"   ERRORS:         {errors > 0:d} 00000000 {errors:08X} ",
        f"   WARNINGS:       {warnings > 0:d} 00000000 {warnings:08X} ",
    ]  # fmt: skip
    return b"\x02" + "\r\n".join(lines).encode() + b"\x03\r\n"


@dataclass
class Cut:
    """A line between two others that passes bytes on, but for one connection: that one breaks."""

    target: Judged
    connection: int
    """Which one breaks, counted from 1."""
    request_bytes: int | None
    """After so many bytes of what is asked; None: after all of it, when the first byte of the answer comes back."""
    for_good: bool = False
    """Whether nothing gets through afterwards."""

    connections: int = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Judged]:
        """Listen on a port of this machine; yields where."""
        lines: set[asyncio.Task[None]] = set()

        def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            lines.add(asyncio.create_task(self._served(reader, writer)))

        server = await asyncio.start_server(accepted, LOOPBACK, 0)
        try:
            yield at(server.sockets[0].getsockname()[1])
        finally:
            server.close()
            for line in lines:
                line.cancel()
            await asyncio.gather(*lines, return_exceptions=True)

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self.for_good and self.connections > self.connection:
            return writer.transport.abort()
        behind, ahead = await asyncio.open_connection(LOOPBACK, self.target.port)
        breaks = self.connection == self.connections
        asking = asyncio.create_task(passed(reader, ahead, self.request_bytes if breaks else None))
        try:
            if not breaks:
                await passed(behind, writer, None)
            elif self.request_bytes is None:
                await behind.readexactly(1)
            else:
                await asking
        finally:
            asking.cancel()
            ahead.close()
            if breaks:
                writer.transport.abort()
            else:
                writer.close()


async def passed(source: asyncio.StreamReader, sink: asyncio.StreamWriter, bytes_max: int | None) -> None:
    """Pass bytes on until their end, or until there were so many."""
    left = bytes_max
    while (left is None or left > 0) and (said := await source.read(8192)):
        sink.write(said if left is None else said[:left])
        left = None if left is None else left - len(said)
        await sink.drain()
    sink.write_eof()


@dataclass
class OldPrinter:
    """An IPP printer, or a queue of CUPS, that answers as its fields say."""

    printer: dict[str, list[tuple[IppTag, object]]] = field(default_factory=dict)
    """What it says of itself, beside being idle."""
    job: dict[str, list[tuple[IppTag, object]]] = field(default_factory=dict)
    """What it says of a job, beside that it is completed."""
    makes_jobs: bool = True
    """Whether it knows Create-Job."""
    says: dict[IppOperation, Callable[[], web.Response]] = field(default_factory=dict)
    """Answers that are no IPP."""
    hangs_up: IppOperation | None = None
    """At what it closes the line, having read it all."""

    documents: list[bytes] = field(default_factory=list)
    asked: list[IppOperation] = field(default_factory=list)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Judged]:
        """Listen on a port of this machine; yields where."""
        application = web.Application(client_max_size=1 << 25)
        application.router.add_post("/{path:.*}", self._answered)
        runner = web.AppRunner(application, shutdown_timeout=0)
        await runner.setup()
        site = web.TCPSite(runner, LOOPBACK, 0)
        await site.start()
        try:
            yield at(runner.addresses[0][1])
        finally:
            await runner.cleanup()

    async def _answered(self, request: web.Request) -> web.StreamResponse:
        asked = parse(await request.read(), contains_data=True)
        operation = IppOperation(asked["status-code"])
        self.asked.append(operation)
        if operation == IppOperation.CREATE_JOB and not self.makes_jobs:
            return self.answer(IppStatus.ERROR_OPERATION_NOT_SUPPORTED)
        if asked["data"]:
            self.documents.append(asked["data"])
        if operation == self.hangs_up:
            assert request.transport
            request.transport.abort()
        if operation in self.says:
            return self.says[operation]()
        about = {"job-id": [(IppTag.INTEGER, 7)], "job-state": [(IppTag.ENUM, 9)], **self.job}
        if operation == IppOperation.GET_PRINTER_ATTRIBUTES:
            return self.answer(IppStatus.OK, IppTag.PRINTER, {"printer-state": [(IppTag.ENUM, 3)], **self.printer})
        return self.answer(IppStatus.OK, IppTag.JOB, about)

    def answer(
        self, status: IppStatus, group: IppTag | None = None,
        attributes: dict[str, list[tuple[IppTag, object]]] | None = None,
    ) -> web.Response:  # fmt: skip
        body = struct.pack(">bbHi", 1, 1, status, 1) + bytes([IppTag.OPERATION])
        body += construct_attribute("attributes-charset", "utf-8")
        body += construct_attribute("attributes-natural-language", "en")
        body += bytes([group]) if group else b""
        for name, values in (attributes or {}).items():
            body += construct_attribute(name, [value for _, value in values], values[0][0])
        return web.Response(body=body + bytes([IppTag.END]), content_type="application/ipp")
