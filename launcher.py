"""`placeur run`: everything on one machine, from one command, gone when it ends.

It starts, in this order: a Postgres and a Valkey of our own (unless the settings name yours), the migrations, the demo
data once, the web server (which reads its modules meanwhile) and its worker. It stops them in the opposite order on
Ctrl-C or SIGTERM, and stops all of them when one ends by itself: half a system that looks alive is worse than none.
What can go wrong on someone else's machine (started twice, port taken, server out of reach) ends in one sentence.

Other commands borrow the same servers: `servers` finds those of a running Placeur, or starts them for as long as the
command takes.
"""

import asyncio
import fcntl
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import msgspec

import demo
from embedded import NotStarted, Postgres, Valkey, ends_with_parent
from ticketing.migrations import migrate
from ticketing.settings import Settings

READY_S_MAX = 60
STOP_S_MAX = 15
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class AlreadyRuns(NotStarted):
    """Another process holds the data folder."""


class Running(msgspec.Struct, frozen=True):
    """A Placeur that serves: its process, its address, and its servers."""

    process: int
    site: str
    database_url: str
    redis_url: str


def run(settings: Settings, with_demo: bool = True) -> int:
    """Serve until Ctrl-C, SIGTERM or the end of a child; the process's exit code."""
    began = time.monotonic()
    _on_stop_signals(signal.default_int_handler)
    try:
        with ExitStack() as stack:
            try:
                children = _start(settings, with_demo, stack)
                _say(_welcome(settings, time.monotonic() - began))
                return _watch(children)
            finally:
                _on_stop_signals(signal.SIG_IGN)
    except KeyboardInterrupt:
        _say("Stopped.")
        return 0
    except NotStarted as refusal:
        print(refusal, file=sys.stderr)
        return 1


@contextmanager
def servers(settings: Settings) -> Iterator[Settings]:
    """Yield the settings with both server URLs filled in: given ones, a running Placeur's, or servers of our own
    that run for the length of the block. Raises NotStarted."""
    own = _own_servers(settings)
    with ExitStack() as stack:
        if own:
            if found := running(settings):
                yield _beside(settings, found)
                return
            with suppress(AlreadyRuns):
                stack.enter_context(_sole_user(settings))
                for server in own:
                    stack.enter_context(server)
                _migrate(_located(settings, own).database_url)
        yield _located(settings, own)


def running(settings: Settings) -> Running | None:
    """The Placeur that serves from this data folder, if one does."""
    try:
        found = msgspec.json.decode(_note(settings).read_bytes(), type=Running)
        os.kill(found.process, 0)
    except (OSError, msgspec.MsgspecError):
        return None
    return found


@contextmanager
def _announced(settings: Settings) -> Iterator[None]:
    """Leave a note, for our user alone, where others of this data folder find us; gone when the block ends."""
    site = f"http://{_reached_at(settings.host)}:{settings.port}"
    note = _note(settings)
    draft = note.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_bytes(msgspec.json.encode(Running(os.getpid(), site, settings.database_url, settings.redis_url)))
    draft.replace(note)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def _note(settings: Settings) -> Path:
    return Path(settings.data) / "running.json"


def _beside(settings: Settings, found: Running) -> Settings:
    """The settings with the servers of the Placeur that runs, where they name none themselves."""
    urls = {name: getattr(settings, name) or getattr(found, name) for name in ("database_url", "redis_url")}
    return msgspec.structs.replace(settings, **urls)


def _reached_at(host: str) -> str:
    """The host to connect to where `host` is served on."""
    name = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{name}]" if ":" in name else name


def _start(settings: Settings, with_demo: bool, stack: ExitStack) -> dict[str, subprocess.Popen[bytes]]:
    stack.enter_context(_sole_user(settings))
    _refuse_taken_port(settings)
    own = _own_servers(settings)
    located = _located(settings, own)
    environment = _environment(located)
    children: dict[str, subprocess.Popen[bytes]] = {}
    stack.callback(_stop, children)
    web_server = children["web server"] = _spawn(web_server_command(when_told=True), environment, subprocess.PIPE)
    for server in own:
        stack.enter_context(server)
    stack.callback(_stop, children)  # on the way out: before the servers that they use
    stack.enter_context(_announced(located))
    _migrate(located.database_url)
    if with_demo and asyncio.run(demo.make_once(located)):
        _say("Made the demo data.")
    _tell(web_server)
    _await_ready(settings, web_server)
    children["worker"] = _spawn([sys.executable, "-m", "background"], environment)
    return children


@contextmanager
def _sole_user(settings: Settings) -> Iterator[None]:
    """Hold the data folder's lock. The file stays; only the lock on it counts, and it ends with the process."""
    folder = Path(settings.data)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "lock").open("a+")
    except OSError as error:
        raise NotStarted(f"The data folder cannot be used: {error}. PLACEUR_DATA names another one.") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise AlreadyRuns(
                f"Placeur already runs on {folder.absolute()} (process {file.read().strip()}). "
                "Stop that one first, or give this one another folder (PLACEUR_DATA) and port (PLACEUR_PORT)."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def _refuse_taken_port(settings: Settings) -> None:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise NotStarted(
                f"Cannot serve on {settings.host}, port {settings.port}: {(error.strerror or str(error)).lower()}. "
                "Choose another port: PLACEUR_PORT=8001 ./run"
            ) from None


def _own_servers(settings: Settings) -> list[Postgres | Valkey]:
    data = Path(settings.data).absolute()
    own: list[Postgres | Valkey] = []
    if not settings.database_url:
        own.append(Postgres(data / "postgres"))
    if not settings.redis_url:
        own.append(Valkey(data / "valkey"))
    return own


def _located(settings: Settings, own: list[Postgres | Valkey]) -> Settings:
    found = {"database_url" if isinstance(server, Postgres) else "redis_url": server.url() for server in own}
    return msgspec.structs.replace(settings, **found)


def _migrate(url: str) -> None:
    try:
        asyncio.run(migrate(url))
    except (OSError, asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError) as error:
        raise NotStarted(f"Cannot use the Postgres that DATABASE_URL names: {error}") from None


def _environment(settings: Settings) -> dict[str, str]:
    """Return what the children need to find the servers and to add up their metrics."""
    metrics = Path(settings.data).absolute() / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)
    return {
        **os.environ,
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "PLACEUR_DATA": str(metrics.parent),
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
    }


def web_server_command(when_told: bool = False) -> list[str]:
    """Return the command that serves the application under the settings of its environment, at once or when told."""
    return [sys.executable, "-m", "serving", *(["--when-told"] if when_told else [])]


def _spawn(
    command: list[str], environment: Mapping[str, str], stdin: int = subprocess.DEVNULL
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that the terminal's Ctrl-C reaches us alone and we stop it in order."""
    return subprocess.Popen(
        command,
        stdin=stdin,
        env=environment,
        start_new_session=True,
        preexec_fn=ends_with_parent(signal.SIGTERM),
    )


def _tell(web_server: subprocess.Popen[bytes]) -> None:
    """Let it serve; one that has ended by now is heard of where its answer is awaited."""
    assert web_server.stdin is not None
    with suppress(BrokenPipeError), web_server.stdin as told:
        told.write(b"\n")


def _await_ready(settings: Settings, web_server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + READY_S_MAX
    answer = "no answer"
    while time.monotonic() < end:
        if web_server.poll() is not None:
            raise NotStarted(f"The web server ended while starting (exit code {web_server.returncode}): see above.")
        with suppress(OSError, http.client.HTTPException):
            status, answer = _ask_ready(settings)
            if status == 200:
                return
        time.sleep(0.05)
    raise NotStarted(f"Placeur was not ready after {READY_S_MAX} s: {answer}")


def _ask_ready(settings: Settings) -> tuple[int, str]:
    connection = http.client.HTTPConnection(_reached_at(settings.host), settings.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        return response.status, response.read(500).decode(errors="replace")
    finally:
        connection.close()


def _watch(children: Mapping[str, subprocess.Popen[bytes]]) -> int:
    """Wait until a child ends, which is a failure; a stop signal raises KeyboardInterrupt out of here."""
    os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
    ended = [name for name, child in children.items() if child.poll() is not None]
    what = f"The {ended[0]}" if ended else "A database server (its log is in the data folder)"
    print(f"{what} ended by itself: stopping everything.", file=sys.stderr)
    return 1


def _stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """End the children, and then whatever a child that was killed left behind in its process group; none a second
    time."""
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    for child in children.values():
        with suppress(subprocess.TimeoutExpired):
            child.wait(STOP_S_MAX)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    children.clear()


def _welcome(settings: Settings, seconds: float) -> str:
    site = f"http://{settings.host}:{settings.port}"
    tokens, person = Path(settings.data).absolute() / demo.TOKENS_FILE, demo.sign_in_of(settings)
    code, office = demo.doors_code_of(settings, datetime.now(UTC)), f"{site}/admin/box-offices/{demo.THEATRE.key}"
    return "\n".join(
        [
            f"Placeur is ready after {seconds:.1f} s. Ctrl-C stops it.",
            f"  What is on sale        {site}/",
            f"  The back office        {site}/admin",
            *([f"    as                   {person['email']}, password {person['password']}"] if person else []),
            *([f"  The counter            {office}/counter   (a session for cash: {office}/tills)"] if person else []),
            *([f"  The doors              {site}/scan   with the code {code}"] if code else []),
            f"  The API                {site}/api/docs",
            *([f"  Tokens of the demo     {tokens}"] if tokens.exists() else []),
            "  Sell a match out       .venv/bin/placeur onsale   (in another terminal)",
            "  Is everything right?   .venv/bin/placeur check",
        ]
    )


def _on_stop_signals(handler: Callable[..., object] | signal.Handlers) -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, handler)


def _say(text: str) -> None:
    print(text, flush=True)
