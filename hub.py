"""The process of a hub, `placeur hub`: enrolled once, and served from then on in the venue's network.

On loopback it speaks plain HTTP. Elsewhere it speaks HTTPS, by the operator's certificate or one that it makes itself,
because browsers give a page the camera by nothing less.
"""

import asyncio
import gc
import signal
import socket
import sys
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec
import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.embed import Server
from litestar import Litestar
from msgspec import Struct

from hardware.hub import certificates
from hardware.hub.certificates import Identity
from hardware.hub.hub import SERVER, TOKEN, Hub
from hardware.hub.line import Line
from hardware.hub.log import Log, LogLocked
from ticketing.refusals import InputRefused
from web.hub_app import application

ENROL_S_MAX = 20.0
SWITCH_S = 0.0005
COLLECT_AFTER = 20_000
EVERYWHERE = ("0.0.0.0", "::")


class Options(Struct, frozen=True, kw_only=True):
    """What `placeur hub` is told. `server`, `code` and `name` enrol; without a code the hub is enrolled already."""

    data: Path
    host: str
    port: int
    server: str = ""
    code: str = ""
    name: str = ""
    certificate: Path | None = None
    key: Path | None = None
    addresses: tuple[str, ...] = ()
    plain: bool = False


def run(options: Options) -> None:
    """Serve until Ctrl-C. Raises InputRefused for what a person can mend."""
    log = _opened(options.data)
    try:
        server, token = _enrolled(options, log)
        identity = _identity(options, token)
    except BaseException:
        log.close()
        raise
    _calm()
    uvloop.run(_serve(options, log, server, token, identity))


def _calm() -> None:
    """Let the thread that writes the log have its turn at once, and look for garbage seldom: verdicts wait for both."""
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 50)


async def _serve(options: Options, log: Log, server: str, token: str, identity: Identity | None) -> None:
    hub = Hub(log, Line(server, token))
    software = f"placeur {version('placeur')}"
    site = f"{'https' if identity else 'http'}://{_shown(options.host)}:{options.port}"

    def tell() -> None:
        print(f"Hub at {site}/, for {server}. Ctrl-C ends it; its log stays.", flush=True)
        if identity and identity.fingerprint:
            print(f"Devices trust it by {site}/authority.crt, SHA-256 {identity.fingerprint}", flush=True)

    await _until_stopped(application(hub, software, identity, tell), options, identity)


async def _until_stopped(app: Litestar, options: Options, identity: Identity | None) -> None:
    serving = Server(
        app, address=options.host, port=options.port, interface=Interfaces.ASGI, http=HTTPModes.http1,
        websockets=False, log_level=LogLevels.error, ssl_cert=identity.certificate if identity else None,
        ssl_key=identity.key if identity else None,
    )  # fmt: skip
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, serving.stop)
    await serving.serve()


def _opened(data: Path) -> Log:
    try:
        return Log(data)
    except LogLocked:
        raise InputRefused(problem="Another hub runs on this data folder: end it, or name another by --data.") from None


def _enrolled(options: Options, log: Log) -> tuple[str, str]:
    """Where the server is, and the hub's token."""
    facts = log.facts()
    if options.code:
        server = options.server.rstrip("/")
        if not server.startswith(("https://", "http://")):
            raise InputRefused(problem="Say which server, such as --server https://tickets.example.org.")
        if server.startswith("http:") and not options.plain and not _is_loopback(urlsplit(server).hostname or ""):
            problem = "Without https others in the network could read the hub's token: --plain-http says you trust it."
            raise InputRefused(problem=problem)
        token = _enrol(server, options)
        asyncio.run(_note(log, server, token))
        return server, token
    if TOKEN not in facts:
        problem = (
            "This hub is not enrolled yet: name the server and a code, as the page Scanning of the back office says."
        )
        raise InputRefused(problem=problem)
    return options.server.rstrip("/") or facts[SERVER].decode(), facts[TOKEN].decode()


def _enrol(server: str, options: Options) -> str:
    asked = {
        "code": options.code,
        "name": options.name or socket.gethostname(),
        "software": f"placeur {version('placeur')}",
    }
    try:
        found = httpx.post(f"{server}/api/v1/hubs", json=asked, timeout=ENROL_S_MAX, trust_env=False)
    except httpx.HTTPError as error:
        raise InputRefused(
            problem="The server does not answer: {why}.", why=str(error) or type(error).__name__
        ) from None
    if found.status_code != 201:
        raise InputRefused(problem="The server refuses: {why}", why=_why(found))
    token: str = found.json()["token"]
    return token


def _why(found: httpx.Response) -> str:
    try:
        return str(msgspec.json.decode(found.content, type=dict[str, object])["detail"])
    except (msgspec.MsgspecError, KeyError):
        return f"it answers {found.status_code}, which is not the answer of a Placeur."


async def _note(log: Log, server: str, token: str) -> None:
    await log.set_fact(SERVER, server.encode())
    await log.set_fact(TOKEN, token.encode())


def _identity(options: Options, token: str) -> Identity | None:
    """What the hub shows; None: plain HTTP."""
    if options.certificate and options.key:
        return Identity(options.certificate, options.key)
    if options.certificate or options.key:
        raise InputRefused(problem="A certificate needs its key: name both, or neither.")
    if _is_loopback(options.host):
        return None
    hosts = {*certificates.own_addresses(), *options.addresses}
    if options.host not in EVERYWHERE:
        hosts.add(options.host)
    return certificates.identity(options.data, options.name or "hub", hosts)


def _shown(host: str) -> str:
    """An address to type at a scanner."""
    if host in EVERYWHERE:
        host = next((one for one in certificates.own_addresses() if not _is_loopback(one)), host)
    return f"[{host}]" if ":" in host else host


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
