"""A hub over HTTP: the paths of the API that scanners ask, the scanner itself, and a page that says what is wrong.

It is another application than the server's, with nothing behind it but the hub (`hardware.hub`). What a hub cannot
answer by itself is passed on, and refused with a sentence while the line is down.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from litestar import HttpMethod, Litestar, Request, Response, get, post, route
from litestar.datastructures import State
from litestar.params import FromPath
from msgspec import Struct

from hardware.hub import shell
from hardware.hub.certificates import Identity
from hardware.hub.hub import Hub, Keeper, Upload
from hardware.hub.judging import Asked
from hardware.hub.line import Answer
from ticketing.refusals import LineIsDown, LogUnwritable, NotFound
from web import languages, problems
from web.built import PATH as ASSETS
from web.built import assets
from web.entrance import CONTENT_SECURITY_POLICY
from web.languages import marked
from web.templates import templates

API = "/api/v1/scan/"
PASS_ON_S_MAX = 10.0
"""For what only the server answers."""
OFTEN_S_MAX = 1.0
"""For what the hub answers itself if need be."""
PAGE = "hub/status.html"
STYLE = "pages.css"
FRESH_AFTER_S = 120
SAFE = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
REFUSED = {
    "not-found": marked("The server knows neither this scanner here nor this date: it was not counted."),
    "scan-reused": marked("Its number was used before: it was not counted."),
}

Call = Request[None, None, State]


class Undo(Struct, frozen=True):
    """What an undoing names."""

    undoes: UUID


class Naming(Struct, frozen=True):
    """What an enrolment is called."""

    name: str = ""


class Beat(Struct, frozen=True):
    """The answer to a scanner that reports."""

    now: datetime
    profile_version: int


def application(hub: Hub, software: str, identity: Identity | None, opened: Any = None) -> Litestar:
    """The application of a hub; it keeps up with the server as long as it is served, and calls `opened` once it is."""

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        keeping = asyncio.create_task(Keeper(hub, software).run())
        if opened is not None:
            opened()
        try:
            yield
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
            await hub.line.close()
            hub.log.close()

    return Litestar(
        HANDLERS,
        lifespan=[lifespan],
        state=State({"hub": hub, "identity": identity, "software": software}),
        exception_handlers={Exception: _refused},
        openapi_config=None,
        logging_config=None,
    )


# Scanners


@post(API + "admissions", status_code=200)
async def scan(request: Call) -> Response[bytes]:
    """Answer a scan: the server does, or the hub."""
    body = await request.body()
    asked = msgspec.json.decode(body, type=Asked)
    return _answer(await _hub(request).scan(_token(request), asked, (request.headers, body)))


@post(API + "uploads", status_code=200)
async def upload(request: Call) -> Response[bytes]:
    """Take what a scanner decided by itself: the server does, or the hub keeps it."""
    body = await request.body()
    sent = msgspec.json.decode(body, type=Upload)
    return _answer(await _hub(request).upload(_token(request), sent, (request.headers, body)))


@post(API + "undos", status_code=200)
async def undo(request: Call) -> Response[bytes]:
    """Take a scan back, which the server alone can."""
    undoes = msgspec.json.decode(await request.body(), type=Undo).undoes
    return _answer(await _hub(request).undo(undoes, await _passed_on(request)))


@post(API + "devices")
async def enrol(request: Call) -> Response[bytes]:
    """Enrol a scanner at the server; the hub knows it from then on."""
    name = msgspec.json.decode(await request.body(), type=Naming).name
    return _answer(await _hub(request).enrolled(name, await _passed_on(request)))


@get(API + "profile")
async def profile(request: Call) -> Response[bytes]:
    """What the scanner that asks may do."""
    return await _answered(request, _own_profile)


@get(API + "performances")
async def performances(request: Call) -> Response[bytes]:
    """The dates that it scans."""
    return await _answered(request, lambda hub, token: hub.dates_of(hub.known(token)[1]))


@post(API + "heartbeats", status_code=200)
async def heartbeat(request: Call) -> Response[bytes]:
    """Hear how a scanner is."""
    return await _answered(request, lambda hub, token: Beat(datetime.now(UTC), hub.known(token)[1].version))


@route(API + "{rest:path}", http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE])
async def anything(request: Call, rest: FromPath[Path]) -> Response[bytes]:
    """What only the server answers."""
    answer = await _passed_on(request)
    return _answer(await _hub(request).refused(_token(request), answer))


# The scanner itself


@get(["/scan", "/scan/{rest:path}"])
async def scanner(request: Call) -> Response[bytes]:
    """The scanner's page and what belongs to it, as the hub keeps it."""
    return await _kept(request, str(request.scope["path"]))


@get(ASSETS + "{name:str}")
async def asset(request: Call, name: FromPath[str]) -> Response[bytes]:
    """A file of the scanner, or of the page that says what is wrong."""
    if ASSETS + name == assets().url(STYLE):
        return Response(assets().file(name, "")[0], media_type="text/css; charset=utf-8", headers=SAFE)
    return await _kept(request, ASSETS + name)


# What is wrong


@get("/")
async def status(request: Call) -> Response[str]:
    """How the hub is: its line, its lists, the scanners it met, and what waits."""
    hub, language = _hub(request), languages.best(request.headers.get("accept-language", ""))
    identity: Identity | None = request.app.state.identity
    told = _told(hub)
    page = templates().render(
        PAGE, language, hub=hub, told=told, now=datetime.now(UTC), zone=told.zone, identity=identity, line=hub.line,
        software=request.app.state.software, refused=REFUSED, fresh_after_s=FRESH_AFTER_S,
    )  # fmt: skip
    return Response(page, media_type="text/html; charset=utf-8", headers=SAFE)


@get("/status.json")
async def numbers(request: Call) -> Response[bytes]:
    """The same for programs."""
    hub = _hub(request)
    told = {
        "line": hub.line.up,
        "since": datetime.fromtimestamp(hub.line.since, UTC),
        "why": hub.line.why,
        "revoked": hub.revoked,
        "waiting": len(hub.waiting),
        "scanners": hub.scanner_count,
        "lists": {str(id): len(one.tickets) for id, one in hub.tickets.dates.items()},
        "troubles": hub.troubles,
    }
    return Response(msgspec.json.encode(told), media_type="application/json", headers=SAFE)


@get("/authority.crt")
async def authority(request: Call) -> Response[bytes]:
    """The authority that vouches for this hub, to be trusted by the devices that scan."""
    identity: Identity | None = request.app.state.identity
    if identity is None or identity.authority is None:
        raise NotFound(what="file")
    return Response(identity.authority.read_bytes(), media_type="application/x-x509-ca-cert", headers=SAFE)


class ListTold(Struct, frozen=True):
    """A date's list on the page: how many tickets it has, and when it was read; None: it was never."""

    event_name: str
    starts_at: datetime
    zone: str
    tickets: int
    read_at: datetime | None


class Told(Struct, frozen=True):
    """What the page says besides what the hub has."""

    zone: str
    since: datetime
    lists: list[ListTold]
    opens: bool


def _told(hub: Hub) -> Told:
    dates = [one.date for one in hub.served.dates] if hub.served else []
    lists = []
    for date in dates:
        kept = hub.tickets.dates.get(date.id)
        if kept is not None:
            read_at = datetime.fromtimestamp(kept.read_at, UTC) if kept.read_at else None
            lists.append(ListTold(date.event_name, date.starts_at, date.time_zone, len(kept.tickets), read_at))
    zone = dates[0].time_zone if dates else "UTC"
    return Told(zone, datetime.fromtimestamp(hub.line.since, UTC), lists, hub.served is not None)


# What handlers share


def _hub(call: Call) -> Hub:
    found: Hub = call.app.state.hub
    return found


def _token(call: Call) -> str:
    scheme, _, secret = call.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() in ("bearer", "device") else ""


async def _passed_on(call: Call, s_max: float = PASS_ON_S_MAX) -> Answer:
    """The server's answer. Raises LineIsDown."""
    line = _hub(call).line
    if not line.up:
        raise LineIsDown
    found = await line.pass_on(call.method, _path(call), call.headers, await call.body(), s_max)
    if found is None:
        raise LineIsDown
    return found


async def _answered(call: Call, own: Any) -> Response[bytes]:
    """The server's answer, or else what `own` makes of the hub and the caller's token."""
    hub = _hub(call)
    try:
        return _answer(await hub.refused(_token(call), await _passed_on(call, OFTEN_S_MAX)))
    except LineIsDown:
        made = own(hub, _token(call))
        return Response(msgspec.json.encode(made), media_type="application/json", headers={"cache-control": "no-store"})


def _own_profile(hub: Hub, token: str) -> dict[str, Any]:
    """A scanner's profile as the server tells it."""
    found, profile = hub.known(token)
    served = hub.served
    assert served is not None, "it is known"
    told = msgspec.structs.asdict(profile)
    told.pop("answers")
    return told | {
        "profile": told.pop("id"), "device": found.id, "device_number": found.number, "device_name": found.name,
        "organisation": served.organisation, "organisation_name": served.organisation_name,
        "box_office": served.box_office, "box_office_name": served.box_office_name, "keys": served.keys,
        "now": datetime.now(UTC),
    }  # fmt: skip


async def _kept(call: Call, path: str) -> Response[bytes]:
    hub, language = _hub(call), languages.best(call.headers.get("accept-language", ""))
    found = await shell.kept(hub.log, path, language)
    if found is None:
        return _answer(await _passed_on(call))
    headers, content = found
    return _answer(Answer(200, headers, content))


def _path(call: Call) -> str:
    query = call.scope["query_string"].decode("latin-1")
    path = call.scope.get("raw_path", b"").decode("latin-1").partition("?")[0] or str(call.scope["path"])
    return f"{path}?{query}" if query else path


def _answer(answer: Answer) -> Response[bytes]:
    headers = {name: value for name, value in answer.headers.items() if name != "content-type"}
    return Response(
        answer.content, status_code=answer.status, headers=headers, media_type=answer.headers.get("content-type", "")
    )


def _refused(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    return problems.answer(request, LogUnwritable() if isinstance(error, OSError) else error)


HANDLERS: list[Any] = [
    scan, upload, undo, enrol, profile, performances, heartbeat, anything, scanner, asset, status, numbers, authority
]  # fmt: skip
