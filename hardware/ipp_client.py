"""One IPP request and its answer, and what is known when there is none.

pyipp puts messages together and reads them. Its own requests follow redirects, read answers of any length and tell
one broken line like another; so requests are made here: a connection each, to the judged address and nowhere else.
"""

import asyncio
import io
import socket
import ssl
from collections.abc import Mapping
from itertools import count
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from msgspec import Struct
from pyipp.enums import IppOperation
from pyipp.parser import parse
from pyipp.serializer import encode_dict

from hardware.guard import Judged
from hardware.jobs import Bounds
from hardware.outcomes import clean, told

VERSION = (1, 1)
"""Spoken by every printer, whatever later version it knows besides."""
ANSWER_BYTES_MAX = 512 * 1024
HTTP_OK = 200
STATUS_REFUSED = 0x0400
"""From here on a status says no."""
NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""Problems that come before the request."""

Attributes = Mapping[str, Any]


class IppPrinter(Struct, frozen=True):
    """Where a printer or a queue is, its address judged."""

    judged: Judged
    path: str = "/ipp/print"
    tls: bool = False
    """Printers sign their own certificates: TLS keeps others from listening, not from answering in its place."""
    certificate_sha256: bytes = b""
    """If it is known, nothing that shows another certificate is talked to."""

    @property
    def uri(self) -> str:
        """What it is called in messages."""
        return f"{'ipps' if self.tls else 'ipp'}://{self._place}"

    @property
    def url(self) -> str:
        """Where requests go."""
        return f"{'https' if self.tls else 'http'}://{self._place}"

    @property
    def _place(self) -> str:
        host = f"[{self.judged.host}]" if ":" in self.judged.host else self.judged.host
        return f"{host}:{self.judged.port}/{self.path.lstrip('/')}"


class NoAnswer(Exception):
    """There is no answer that can be read. `untouched`: the request did not leave either."""

    def __init__(self, problem: object, untouched: bool) -> None:
        super().__init__(told(problem))
        self.untouched = untouched


class Refused(Exception):
    """The printer said no. `status` is that of IPP, or of HTTP (`http`)."""

    def __init__(self, status: int, note: str, unsupported: Attributes, http: bool = False) -> None:
        super().__init__(note)
        self.status, self.note, self.unsupported, self.http = status, note, unsupported, http


class IppClient:
    """Requests to one printer. Open it with `async with`."""

    def __init__(self, printer: IppPrinter, bounds: Bounds) -> None:
        self._printer, self._bounds = printer, bounds
        self._numbers = count(1)

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            resolver=_Resolved(self._printer.judged), force_close=True, use_dns_cache=False, ssl=_trust(self._printer)
        )
        patience = aiohttp.ClientTimeout(sock_connect=self._bounds.connect_s_max)
        self._session = aiohttp.ClientSession(connector=connector, timeout=patience)
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._session.close()

    async def ask(
        self, operation: IppOperation, about: Attributes, wanted: Attributes | None = None, document: bytes = b""
    ) -> dict[str, Any]:
        """Send one request and return what was answered, as pyipp reads it; Refused or NoAnswer otherwise.

        `about` are the operation's attributes beside those every request has, `wanted` those of the job.
        """
        message: dict[str, Any] = {
            "version": VERSION,
            "operation": operation,
            "request-id": next(self._numbers),
            "operation-attributes-tag": {
                "attributes-charset": "utf-8",
                "attributes-natural-language": "en",
                "printer-uri": self._printer.uri,
                **about,
            },
        }
        if wanted:
            message["job-attributes-tag"] = wanted
        s_max = self._bounds.answer_s_max + (self._bounds.write_s_max if document else 0)
        answer = _read(await self._posted(encode_dict(message) + document, s_max))
        if answer["status-code"] >= STATUS_REFUSED or answer["status-code"] < 0:
            raise _refused(answer)
        return answer

    async def _posted(self, body: bytes, s_max: float) -> bytes:
        headers = {"Content-Type": "application/ipp", "Accept": "application/ipp"}
        try:
            async with (
                asyncio.timeout(s_max),
                self._session.post(
                    self._printer.url, data=io.BytesIO(body), headers=headers, allow_redirects=False
                ) as response,
            ):
                if response.status != HTTP_OK:
                    raise Refused(response.status, f"HTTP {response.status} {response.reason or ''}", {}, http=True)
                return await _bounded(response.content)
        except aiohttp.ServerFingerprintMismatch as other:
            raise NoAnswer(f"its certificate is another one: SHA-256 {other.got.hex()}", untouched=True) from None
        except NOT_SENT as problem:
            raise NoAnswer(problem, untouched=True) from None
        except (aiohttp.ClientError, OSError) as problem:
            raise NoAnswer(problem, untouched=False) from None


class _Resolved(AbstractResolver):
    """Knows one name, and of it the addresses that were judged."""

    def __init__(self, judged: Judged) -> None:
        self._judged = judged

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host,
                host=str(address[0]),
                port=port,
                family=socket.AF_INET6 if ":" in str(address[0]) else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self._judged.addresses
            if host.casefold() == self._judged.host.casefold()
        ]

    async def close(self) -> None:
        pass


def _trust(printer: IppPrinter) -> ssl.SSLContext | aiohttp.Fingerprint | bool:
    return aiohttp.Fingerprint(printer.certificate_sha256) if printer.certificate_sha256 else False


async def _bounded(content: aiohttp.StreamReader) -> bytes:
    answer = b""
    while piece := await content.read(ANSWER_BYTES_MAX):
        answer += piece
        if len(answer) > ANSWER_BYTES_MAX:
            raise NoAnswer(f"an answer of more than {ANSWER_BYTES_MAX} bytes", untouched=False)
    return answer


def _read(answer: bytes) -> dict[str, Any]:
    """An answer as pyipp reads it. It raises anything at all on what is no IPP, or has a value it has no name for."""
    try:
        read: dict[str, Any] = parse(answer)
    except Exception as problem:
        raise NoAnswer(f"an answer that is no IPP: {told(problem)}", untouched=False) from None
    return read


def _refused(answer: dict[str, Any]) -> Refused:
    said = answer["operation-attributes"]
    note = clean(str(said.get("status-message", ""))) if isinstance(said, dict) else ""
    unsupported = {name: value for group in answer["unsupported-attributes"] for name, value in group.items()}
    return Refused(answer["status-code"], note, unsupported)
