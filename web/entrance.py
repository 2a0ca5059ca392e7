"""What happens to every request before and after Litestar: one plain ASGI layer, because each layer is paid by every
hold.

It gives the request a name, adds the headers that keep browsers from being used against us (a page with a policy of its
own keeps that), answers HEAD, measures, and logs what went wrong by its route (paths may hold secrets).
"""

import os
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from web import metrics, problems
from web.visits import SET

SLOW_S = 1.0
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
)
POLICIES = frozenset({b"content-security-policy", b"permissions-policy"})
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
ONLY_HTTPS = (b"strict-transport-security", b"max-age=31536000")
NOT_STORED = (b"cache-control", b"no-store")

log = structlog.get_logger()


class Entrance:
    """Wraps the application; itself an ASGI application."""

    def __init__(self, app: ASGIApp, https_only: bool) -> None:
        """`https_only` tells browsers never to come back without TLS."""
        self._app = app
        self._headers = [*HEADERS, ONLY_HTTPS] if https_only else [*HEADERS]
        self._names = _names()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            await self._answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: HTTPScope, receive: Receive, send: Send) -> None:
        name = next(self._names)
        scope.setdefault("state", {})["request_id"] = name
        method, began, status = scope["method"], time.perf_counter(), 0
        without_body = method == "HEAD"
        if without_body:
            scope["method"] = "GET"

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), *scope["state"].get(SET, ())]
                message["headers"] = self._dress(headers, name)
            elif without_body and message["type"] == "http.response.body":
                message["body"] = b""
            await send(message)

        try:
            if _holds_nul(scope):
                await _refuse(dressed, name)
            else:
                await self._app(scope, receive, dressed)
        except Exception as error:
            log.error("request-broken", request=name, route=_route(scope), method=method, exc_info=error)
            raise
        finally:
            _observe(scope, method, status, time.perf_counter() - began, name)

    def _dress(self, headers: list[tuple[bytes, bytes]], name: str) -> list[tuple[bytes, bytes]]:
        own = {key for key, _ in headers if key in POLICIES}
        headers += [header for header in self._headers if header[0] not in own]
        headers.append((b"x-request-id", name.encode()))
        if not any(key == b"cache-control" for key, _ in headers):
            headers.append(NOT_STORED)
        return headers


def _names() -> Iterator[str]:
    """Names no other process gives: 48 random bits, then a number."""
    prefix = os.urandom(6).hex()
    return (f"{prefix}-{number:x}" for number in count(1))


def _holds_nul(scope: HTTPScope) -> bool:
    return "\0" in scope["path"] or b"%00" in scope["query_string"] or b"\0" in scope["query_string"]


async def _refuse(send: Any, name: str) -> None:
    """No text of ours holds a NUL, and Postgres cannot store one."""
    body = problems.encode(problems.Cause(400, "bad-request", "The address holds the character NUL."), name)
    headers = [(b"content-type", problems.MEDIA_TYPE.encode())]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _route(scope: HTTPScope) -> str:
    """The pattern the path matched; unmatched paths are told apart by nothing, so that they cannot fill the metrics."""
    return str(scope.get("path_template") or "")


def _observe(scope: HTTPScope, method: str, status: int, seconds: float, name: str) -> None:
    route = _route(scope)
    metrics.observe(route, method if method in METHODS else "other", status, seconds)
    if status >= 500 or (seconds >= SLOW_S and not route.endswith("/stream")):
        log.warning("request", request=name, route=route, method=method, status=status, seconds=round(seconds, 4))
