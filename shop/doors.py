"""The door of shops reached by a link with parameters, and of visits in frames: an ASGI layer before the routes.

Behind the door an address is as plain as any: what its parameters say is in the scope's state. A visit in a frame is
known by the secret in its address, since browsers keep no cookies there. That secret stays at the door: pages are made
with `MARK` in its place, so that they can be shared and kept, and nothing inside, be it a log, a metric or a memory of
pages, ever has it in hand; it is written into links on the way out.

Who comes to a frame's address from elsewhere is given a secret of their own, so nobody can be made to fill in what
somebody else can read. A frame's first page is always come to from elsewhere: its address proves beside the secret whom
it was given to, by their network address and browser.
"""

import hashlib
import hmac
import secrets as randomness
from datetime import UTC, datetime
from typing import Any

from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from ticketing import carried_visits
from ticketing.ids import new_secret
from web.call import Services
from web.frames import CART, decoded
from web.problems import UNREACHABLE
from web.variants import Variants, best_encoding
from web.visits import CARRIED, Carried

ROOT = "/shop/"
FRAME = "frame"
WAY_OUT = "way_out"
"""In the state of a call for a page that is not shown in frames: where it is for everybody."""
MARK = randomness.token_urlsafe(12)
"""Stands for the secret inside; another one in each process, so that no text of anybody's holds it."""
FRAMED = frozenset(
    {"", "events", "passes", "performances", "cart", "checkout", "out", "visit", "theme.css", "pictures"}
)
"""The parts of a shop that are shown in a frame; what is of one buyer alone (orders, accounts) never is."""
TEXTS = (b"text/", b"application/json", b"application/problem+json")
PROOF_CHARS = 32
LASTING = ("theme.css", "pictures")


class Door:
    """Wraps the application; itself an ASGI application."""

    def __init__(self, app: Litestar) -> None:
        """Services are those of the application, once it has started."""
        self._app: ASGIApp = app
        self._state = app.state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] == ScopeType.HTTP and ";" in path and path.startswith(ROOT):
            await self._enter(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _enter(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        segment, slash, rest = scope["path"][len(ROOT) :].partition("/")
        key, _, text = segment.partition(";")
        frame, carried = decoded(text)
        secret, _, proof = carried.partition(".")
        plain = f"{ROOT}{key}{slash}{rest}"
        scope["path"], scope["raw_path"] = plain, plain.encode()
        scope["state"][FRAME] = frame
        if not frame.embedded:
            await self._app(scope, receive, send)
        elif scope["method"] == "GET" and not (secret and self._is_theirs(scope, secret, proof)):
            given = new_secret()
            given = f"{CART}={given}.{self._proof(scope, given)}"
            await _see(send, _with_query(f"{ROOT}{key}{frame.text};{given}{slash or '/'}{rest}", scope))
        elif rest.partition("/")[0] not in FRAMED:
            await self._lead_out(scope, receive, send, key, plain)
        else:
            inside = f"{ROOT}{key}{frame.text};{CART}={MARK}/"
            await self._visit(scope, receive, send, secret, rest, (f"{ROOT}{key}/", inside))

    def _is_theirs(self, scope: HTTPScope, secret: str, proof: str) -> bool:
        """Whether a secret was given to who shows it: as far as a page of the shop leads here, or the proof holds."""
        return not _from_elsewhere(scope) or hmac.compare_digest(proof, self._proof(scope, secret))

    def _proof(self, scope: HTTPScope, secret: str) -> str:
        services: Services = self._state.services
        whom = f"frame {secret} {services.addresses.of(scope)} ".encode() + _header(scope, b"user-agent")
        return hmac.new(services.secret, whom, hashlib.sha256).hexdigest()[:PROOF_CHARS]

    async def _lead_out(self, scope: HTTPScope, receive: Receive, send: Send, key: str, plain: str) -> None:
        """To a page that is never in a frame: from within one by a link that replaces the frame's whole page."""
        address = _with_query(plain, scope)
        if _header(scope, b"sec-fetch-dest") in (b"iframe", b"frame"):
            scope["path"] = f"{ROOT}{key}/out"
            scope["raw_path"] = scope["path"].encode()
            scope["state"][WAY_OUT] = address
            await self._app(scope, receive, send)
        else:
            await _see(send, address)

    async def _visit(
        self, scope: HTTPScope, receive: Receive, send: Send, secret: str, rest: str, roots: tuple[str, str]
    ) -> None:
        services: Services = self._state.services
        lasting = rest.startswith(LASTING)
        carried = Carried(secret, {} if lasting else await _kept(services, secret))
        scope["state"][CARRIED] = carried
        accepted = _header(scope, b"accept-encoding").decode("latin-1")
        scope["headers"] = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
        leaving = _Leaving(send, carried, best_encoding(accepted), services, roots)
        await self._app(scope, receive, leaving)


class _Leaving:
    """Sends an answer with the visit's secret where `MARK` stands, compressed; writes first what the visit keeps.

    Where the answer leads on within the shop by its plain path (the first of `roots`), it stays within the visit.
    """

    def __init__(self, send: Send, carried: Carried, encoding: str, services: Services, roots: tuple[str, str]) -> None:
        self._send, self._carried, self._encoding, self._services = send, carried, encoding, services
        self._plain, self._inside = roots
        self._start: dict[str, Any] | None = None
        self._parts: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._parts.append(message["body"])
            if not message.get("more_body", False):
                await self._end(self._start)

    async def _begin(self, message: Any) -> None:
        if self._carried.changed:
            now = datetime.now(UTC)
            await carried_visits.write(self._services.database, self._carried.secret, self._carried.kept, now)
        message["headers"] = [
            (name, self._marked(self._stay(value) if name == b"location" else value))
            for name, value in message["headers"]
        ]
        kind = next((value for name, value in message["headers"] if name == b"content-type"), b"")
        if kind.startswith(TEXTS):
            self._start = message
        else:
            await self._send(message)

    async def _end(self, start: dict[str, Any]) -> None:
        body = b"".join(self._parts)
        if (b"content-type", b"application/problem+json") in start["headers"]:
            body = body.replace(f'"{self._plain}events/'.encode(), f'"{self._inside}events/'.encode())
        body = self._marked(body)
        headers = [header for header in start["headers"] if header[0] not in (b"content-length", b"content-encoding")]
        if self._encoding and body:
            body = Variants(body, "", "").encoded(self._encoding)
            headers.append((b"content-encoding", self._encoding.encode()))
        headers.append((b"content-length", str(len(body)).encode()))
        await self._send({**start, "headers": headers})  # type: ignore[arg-type]
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    def _stay(self, address: bytes) -> bytes:
        rest = address.removeprefix(self._plain.encode())
        section = rest.partition(b"/")[0].partition(b"?")[0].partition(b"#")[0].decode("latin-1")
        return self._inside.encode() + rest if rest != address and section in FRAMED else address

    def _marked(self, text: bytes) -> bytes:
        return text.replace(MARK.encode(), self._carried.secret.encode())


async def _kept(services: Services, secret: str) -> dict[str, str]:
    """What a visit keeps; nothing while Postgres is out of reach, which pages that need it will say."""
    try:
        return await carried_visits.read(services.database, secret)
    except UNREACHABLE:
        return {}


def _from_elsewhere(scope: HTTPScope) -> bool:
    """Whether somebody else than a page of the shop leads here (Fetch Metadata; unknown where a browser tells none)."""
    whence = _header(scope, b"sec-fetch-site")
    return _header(scope, b"sec-fetch-mode") == b"navigate" and whence not in (b"", b"same-origin")


def _with_query(path: str, scope: HTTPScope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _header(scope: HTTPScope, name: bytes) -> bytes:
    return next((value for key, value in scope["headers"] if key == name), b"")


async def _see(send: Send, address: str) -> None:
    headers = [(b"location", address.encode("latin-1", "replace")), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 303, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": False})
