"""A hub's line to the server: what is passed on within a bound, what the hub asks for itself, and whether it is there.

The line is down once something that was passed on did not come back in time, and up again once the server answers in
time and has all that the hub let in meanwhile. So no scanner waits for a server that does not answer: the first one
waits for the bound, the next ones not at all.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import httpx
import msgspec
from msgspec import Struct

PASS_ON_S_MAX = 1.0
"""A scanner gives up on us soon after that, and decides by itself."""
ASK_S_MAX = 30.0
PROBE_S_MAX = 1.0
CONNECTIONS_MAX = 100
HOP_BY_HOP = frozenset(
    {"connection", "content-encoding", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding",
     "upgrade", "date", "server", "accept-encoding", "strict-transport-security"}
)  # fmt: skip


class Answer(Struct, frozen=True):
    """An answer of the server, as it is passed back."""

    status: int
    headers: dict[str, str]
    content: bytes


class LineDown(Exception):
    """The server does not answer, or not in time."""


class Declined(Exception):
    """The server does not take what it was given, and never will: `code` says why."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Revoked(Exception):
    """The server does not know this hub any more."""


class Line:
    """The way to one server."""

    def __init__(self, server: str, token: str, client: httpx.AsyncClient | None = None) -> None:
        """`server` is where its site is, without a slash at its end; `client` takes the place of a connection."""
        limits = httpx.Limits(max_connections=CONNECTIONS_MAX)
        self.server = server
        self.up = False
        self.since = time.time()
        self.why = ""
        self._client = client or httpx.AsyncClient(limits=limits, trust_env=False)
        self._headers = {"authorization": f"Bearer {token}"}

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def pass_on(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, s_max: float = PASS_ON_S_MAX
    ) -> Answer | None:
        """What the server answers to somebody's request; None, and the line is down, when it does not in time."""
        kept = {name: value for name, value in headers.items() if name.lower() not in HOP_BY_HOP}
        try:
            found = await self._send(method, path, kept, body, s_max)
        except LineDown:
            return None
        if found.status_code == 429:
            return None
        told = {name: value for name, value in found.headers.items() if name not in HOP_BY_HOP}
        return Answer(found.status_code, told, found.content)

    async def ask(self, method: str, path: str, body: Any = None) -> bytes:
        """What the server answers to the hub itself. Raises LineDown, Revoked, Declined."""
        content = b"" if body is None else msgspec.json.encode(body)
        headers = self._headers | ({"content-type": "application/json"} if content else {})
        found = await self._send(method, path, headers, content, ASK_S_MAX)
        if found.status_code == 401:
            raise Revoked
        if found.status_code in (400, 413, 422):
            raise Declined(_code(found.content))
        if found.status_code >= 400:
            self.drop(f"the server answers {found.status_code}")
            raise LineDown
        return found.content

    async def probe(self) -> None:
        """Returns if the server answers in time. Raises LineDown."""
        await self._send("GET", "/healthz", {}, b"", PROBE_S_MAX)

    def raise_up(self) -> None:
        """The server is there, and has all that waited."""
        if not self.up:
            self.up, self.since, self.why = True, time.time(), ""

    def drop(self, why: str) -> None:
        """The server is not there, or not in time."""
        if self.up or not self.why:
            self.since = time.time()
        self.up, self.why = False, why

    async def _send(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes, s_max: float
    ) -> httpx.Response:
        try:
            async with asyncio.timeout(s_max):
                found = await self._client.request(
                    method, self.server + path, headers=dict(headers), content=body, timeout=s_max
                )
        except TimeoutError:
            self.drop(f"no answer within {s_max:g} s")
            raise LineDown from None
        except httpx.HTTPError as error:
            self.drop(str(error) or type(error).__name__)
            raise LineDown from None
        if found.status_code >= 500:
            self.drop(f"the server answers {found.status_code}")
            raise LineDown
        return found


def _code(problem: bytes) -> str:
    try:
        return str(msgspec.json.decode(problem, type=dict[str, Any]).get("code", ""))
    except msgspec.DecodeError:
        return ""
