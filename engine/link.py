"""The way to Redis: scripts in, replies out, and no doubt about which server answered.

A pool's epoch is bound to the run of the server that holds its words. A server that restarts with an old file has
another run id, and must not be believed before its pools are rebuilt. So a connection learns the run id before
its first script, and a call names the run it expects: on another one nothing is sent and `ServerChanged` is raised.
That check is why the connections are kept here and not in the client's own pool, which reconnects unseen. Automatic
retries are off: what may be repeated is known only above, where requests have ids.

A single server and a Redis Cluster look alike from above: a box office is a hash tag, its slot one node's business.
"""

import asyncio
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from redis.asyncio.connection import Connection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.exceptions import (
    AskError,
    ClusterDownError,
    MovedError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
    TryAgainError,
)

CALL_S_MAX = 5.0
"""How long one script may take to answer before its connection is given up."""
LANES_MAX = 16
"""Connections to one server for calls, which follow closely upon each other."""
WAITING_MAX = 256
"""Connections more that may be waiting at the server for something to happen."""
REDIRECTS_MAX = 5
VERSION_MIN = (6, 2)

_FOLDER = Path(__file__).parent / "lua"
_ELSEWHERE = (MovedError, AskError)
_PASSING = (ClusterDownError, TryAgainError, ReadOnlyError, OutOfMemoryError)
_PASSING_TEXT = re.compile(r"(?:^|-)(?:BUSY|MISCONF|NOREPLICAS|OOM|READONLY) |access a non local key in a cluster node")
"""The same and their like where the client knows no class for them: before Redis 7 a script's own error wraps them. The
last is what a script says whose slot is just being moved."""


class StoreUnreachable(Exception):
    """Redis did not answer, or cannot take writes now. What was asked may or may not have been done."""


class StoreUnfit(StoreUnreachable):
    """This Redis must not be used: it would lose holds without saying so, or is too old."""


class ServerChanged(Exception):
    """The call expected one run of the server and met another; nothing was sent."""

    def __init__(self, run: str) -> None:
        super().__init__(f"another run of the server answers: {run}")
        self.run = run


class Script:
    """One file of `engine/lua`, with what is set before it."""

    def __init__(self, name: str, *before: str) -> None:
        parts = ("common", *before, name)
        self.name = name
        self.source = "\n".join((_FOLDER / f"{part}.lua").read_text() for part in parts).encode()
        self.sha = hashlib.sha1(self.source, usedforsecurity=False).hexdigest().encode()


class Link(Protocol):
    """What the inventory needs of Redis; `SingleLink` and `ClusterLink` provide it."""

    async def run(self, box_office: str) -> str:
        """The run id of the server that holds this box office, as seen at its newest connection."""
        ...

    def known_run(self, box_office: str) -> str | None:
        """The same without asking; None before the first connection."""
        ...

    async def call(self, box_office: str, run: str, script: Script, *args: bytes) -> Any:
        """Runs a script on the box office's keys. Raises `ServerChanged`, `StoreUnreachable`."""
        ...

    async def command(self, box_office: str, run: str, wait_s: float, *words: bytes | int) -> Any:
        """Sends one plain command that may block the connection for `wait_s` seconds."""
        ...

    async def check(self) -> None:
        """Asks every known server how it is. Raises `StoreUnreachable`, `StoreUnfit`."""
        ...

    async def close(self) -> None: ...


class _Lane:
    """One connection, and the run id of what is at its other end."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.info: dict[str, str] = {}
        self.run = ""

    async def open(self) -> Self:
        await self.connection.connect()
        self.info = _parsed(await self.ask(b"INFO", b"everything"))
        self.run = self.info["run_id"]
        return self

    async def ask(self, *words: bytes | int) -> Any:
        await self.connection.send_command(*words)
        return await self.connection.read_response()

    async def evaluate(self, key: bytes, script: Script, args: Sequence[bytes]) -> Any:
        try:
            return await self.ask(b"EVALSHA", script.sha, 1, key, *args)
        except NoScriptError:
            return await self.ask(b"EVAL", script.source, 1, key, *args)

    async def close(self) -> None:
        await self.connection.disconnect(nowait=True)


def _parsed(info: bytes) -> dict[str, str]:
    return dict(line.split(":", 1) for line in info.decode().splitlines() if ":" in line)


def _check(info: dict[str, str]) -> None:
    version = info.get("redis_version", "0.0")
    if tuple(map(int, version.split(".")[:2])) < VERSION_MIN:
        raise StoreUnfit(f"Redis {version} is too old: 6.2 or newer is needed (any Valkey will do).")
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        raise StoreUnfit(
            f"Redis runs with maxmemory-policy {policy}, which drops holds without a word: set it to noeviction."
        )


def _is_passing(error: ResponseError) -> bool:
    return isinstance(error, _PASSING) or _PASSING_TEXT.search(str(error)) is not None


class Node:
    """One server: a bounded set of connections, handed out one call at a time."""

    def __init__(self, settings: dict[str, Any], lanes_max: int = LANES_MAX) -> None:
        self._settings = dict(settings)
        self._class: type[Connection] = self._settings.pop("connection_class", Connection)
        self._idle: list[_Lane] = []
        self._places = asyncio.Semaphore(lanes_max)
        self._waiting = asyncio.Semaphore(WAITING_MAX)
        self.known_run: str | None = None
        self.is_cluster = False

    async def run(self) -> str:
        """The run id of the server; connects when there is no connection to ask."""
        if self.known_run is None or not self._idle:
            async with self._places:
                await self._give_back(await self._take())
        assert self.known_run is not None
        return self.known_run

    async def call(self, run: str, key: bytes, script: Script, args: Sequence[bytes]) -> Any:
        """Runs a script, if the server is still in `run`."""
        async with self._places:
            lane = await self._take()
            return await self._within(lane, run, CALL_S_MAX, lane.evaluate(key, script, args))

    async def command(self, run: str, wait_s: float, words: Sequence[bytes | int]) -> Any:
        """Sends a plain command, if the server is still in `run`; `wait_s` is how long it may block."""
        async with self._waiting if wait_s else self._places:
            lane = await self._take()
            return await self._within(lane, run, CALL_S_MAX + wait_s, lane.ask(*words))

    async def check(self) -> None:
        """Looks at the server as it is now. Raises `StoreUnreachable`, `StoreUnfit`."""
        async with self._places:
            lane = await self._take()
            _check(_parsed(await self._within(lane, lane.run, CALL_S_MAX, lane.ask(b"INFO", b"everything"))))

    async def _within(self, lane: _Lane, run: str, seconds: float, asked: Any) -> Any:
        if lane.run != run:
            asked.close()
            await self._give_back(lane)
            raise ServerChanged(lane.run)
        try:
            async with asyncio.timeout(seconds):
                reply = await asked
        except ResponseError as error:
            if not _is_passing(error):
                await self._give_back(lane)
                raise
            await lane.close()  # what cannot serve now may never again: a replica that was the master
            raise StoreUnreachable(str(error)) from error
        except (RedisError, OSError, TimeoutError) as error:
            await lane.close()
            await self.close()  # the other connections ended with this one: ask them nothing
            raise StoreUnreachable(str(error) or type(error).__name__) from error
        except BaseException:
            await lane.close()
            raise
        await self._give_back(lane)
        return reply

    async def _take(self) -> _Lane:
        while self._idle:
            lane = self._idle.pop()
            if lane.run == self.known_run and lane.connection.is_connected:
                return lane
            await lane.close()
        lane = _Lane(self._class(**self._settings))
        try:
            async with asyncio.timeout(CALL_S_MAX):
                await lane.open()
            _check(lane.info)
        except (RedisError, OSError, TimeoutError) as error:
            await lane.close()
            raise StoreUnreachable(str(error) or type(error).__name__) from error
        except BaseException:
            await lane.close()
            raise
        self.known_run = lane.run
        self.is_cluster = lane.info.get("cluster_enabled") == "1"
        return lane

    async def _give_back(self, lane: _Lane) -> None:
        self._idle.append(lane)

    async def close(self) -> None:
        """Closes what is idle; calls under way end with their own lanes."""
        while self._idle:
            await self._idle.pop().close()


def _serial_key(box_office: str) -> bytes:
    return b"{%b}:s" % box_office.encode()


class SingleLink:
    """Every box office on one server."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def run(self, box_office: str) -> str:
        return await self._node.run()

    def known_run(self, box_office: str) -> str | None:
        return self._node.known_run

    async def call(self, box_office: str, run: str, script: Script, *args: bytes) -> Any:
        return await self._node.call(run, _serial_key(box_office), script, args)

    async def command(self, box_office: str, run: str, wait_s: float, *words: bytes | int) -> Any:
        return await self._node.command(run, wait_s, words)

    async def check(self) -> None:
        await self._node.check()

    async def close(self) -> None:
        await self._node.close()


class ClusterLink:
    """Box offices spread over the nodes of a Redis Cluster by the slot of their tag."""

    def __init__(self, settings: dict[str, Any], first: Node) -> None:
        self._settings = settings
        self._first = (str(settings["host"]), int(settings["port"]))
        self._nodes = {self._first: first}
        self._owners: list[tuple[int, int, tuple[str, int]]] = []

    async def run(self, box_office: str) -> str:
        return await (await self._node(box_office)).run()

    def known_run(self, box_office: str) -> str | None:
        address = self._address(box_office)
        return self._nodes[address].known_run if address in self._nodes else None

    async def call(self, box_office: str, run: str, script: Script, *args: bytes) -> Any:
        key = _serial_key(box_office)
        return await self._redirected(box_office, lambda node: node.call(run, key, script, args))

    async def command(self, box_office: str, run: str, wait_s: float, *words: bytes | int) -> Any:
        return await self._redirected(box_office, lambda node: node.command(run, wait_s, words))

    async def _redirected(self, box_office: str, act: Any) -> Any:
        """Follows a slot that has moved: the node's answer says the map is old, so it is read again."""
        for _ in range(REDIRECTS_MAX):
            try:
                return await act(await self._node(box_office))
            except _ELSEWHERE:
                self._owners = []
                await asyncio.sleep(0.05)
            except StoreUnreachable:
                self._owners = []
                raise
        raise StoreUnreachable("the cluster is moving this box office; try again")

    def _address(self, box_office: str) -> tuple[str, int] | None:
        slot = key_slot(_serial_key(box_office))
        return next((where for low, high, where in self._owners if low <= slot <= high), None)

    async def _node(self, box_office: str) -> Node:
        if not self._owners:
            await self._read_map()
        address = self._address(box_office)
        if address is None:
            self._owners = []
            raise StoreUnreachable("the cluster serves no node for this box office")
        return self._node_at(address)

    def _node_at(self, address: tuple[str, int]) -> Node:
        if address not in self._nodes:
            self._nodes[address] = Node(self._settings | {"host": address[0], "port": address[1]})
        return self._nodes[address]

    async def _read_map(self) -> None:
        error: Exception = StoreUnreachable("no node of the cluster answers")
        for node in list(self._nodes.values()):
            try:
                ranges = await node.command(await node.run(), 0, (b"CLUSTER", b"SLOTS"))
            except (StoreUnreachable, ServerChanged) as unreachable:
                error = unreachable
                continue
            self._owners = [
                (int(low), int(high), (owner[0].decode() or self._first[0], int(owner[1])))
                for low, high, owner, *_ in ranges
            ]
            return
        raise StoreUnreachable(str(error))

    async def check(self) -> None:
        await self._read_map()
        for address in {where for _, _, where in self._owners}:
            await self._node_at(address).check()

    async def close(self) -> None:
        for node in self._nodes.values():
            await node.close()


async def open_link(url: str, lanes_max: int = LANES_MAX) -> SingleLink | ClusterLink:
    """Connects to `redis://`, `rediss://` or `unix://`; a server in cluster mode is recognised as such.

    Raises `StoreUnreachable` when nothing answers, `StoreUnfit` when what answers must not be used.
    """
    settings: dict[str, Any] = dict(parse_url(url))
    settings |= {"retry": Retry(NoBackoff(), 0), "protocol": 2, "socket_timeout": None}
    if "path" not in settings:
        settings = {"host": "localhost", "port": 6379} | settings
    node = Node(settings, lanes_max)
    await node.run()
    return ClusterLink(settings, node) if node.is_cluster else SingleLink(node)
