"""A hub's process, killed after each step of a scan's way: nothing is lost, and nothing comes in twice.

F17: the scan is in the log, and nobody was told. F18: it was handed over, and the log does not know.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from httpx import AsyncClient

from embedded import free_port
from tests.api.conftest import House
from tests.api.relay import Relay
from tests.api.scanners import Scanner, codes_of, enrol, make_code
from tests.api.server import server
from ticketing.db import Database
from ticketing.settings import Settings

READY_S_MAX = 30
CALL = "import sys; from cli import call; sys.exit(call(sys.argv[1:]))"


class Machine:
    """The machine that a hub runs on."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.client = AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=READY_S_MAX)

    async def start(self, *options: str, failpoint: str = "") -> None:
        command = (sys.executable, "-c", CALL, "hub", "--folder", str(self.folder), "--host", "127.0.0.1")
        environment = {**os.environ, "PLACEUR_FAILPOINT": failpoint}
        self.process: Process = await asyncio.create_subprocess_exec(
            *command, "--port", str(self.port), *options, env=environment
        )
        await self.until(lambda told: True)

    async def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        assert await self.process.wait() == -signal.SIGKILL

    async def died(self) -> None:
        """The process ended itself at its failpoint."""
        assert await asyncio.wait_for(self.process.wait(), READY_S_MAX) == -signal.SIGKILL

    async def until(self, so: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """What its page tells, once that is so."""
        async with asyncio.timeout(READY_S_MAX):
            while True:
                assert self.process.returncode is None, "the hub ended"
                try:
                    told: dict[str, Any] = (await self.client.get("/status.json")).json()
                    if so(told):
                        return told
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.02)


async def entered(database: Database, house: House) -> int:
    async with database.read() as c:
        found: int = await c.fetchval("select count(*) from passages where performance_id = $1::uuid", house.first)
    return found


@pytest.mark.slow
async def test_a_hub_is_killed_at_each_step(
    client: AsyncClient, database: Database, settings: Settings, house: House, paid: Any, tmp_path: Path
) -> None:
    north = await enrol(client, database, settings, house)
    (code,) = await codes_of(database, settings, (await paid(party=1))["id"])
    async with database.read() as c:
        await c.execute(
            "update performances set starts_at = now(), doors_at = now(), ends_at = now() + interval '1 hour'"
            " where id = $1::uuid", house.first,
        )  # fmt: skip
    machine = Machine(tmp_path)
    here = Scanner(machine.client, house, north.profile, north.token, north.device)
    scan = {"scan": str(uuid4()), "performances": [house.first], "code": code}
    with server(settings) as served:
        relay = Relay(served.url)
        await relay.mend()
        organiser = await make_code(database, settings, house, None)
        at = ("--server", f"http://127.0.0.1:{relay.port}", "--code", organiser, "--name", "Cellar")
        await machine.start(*at, failpoint="F17")
        await machine.until(lambda told: told["line"] and told["lists"].get(house.first) == 1)
        await relay.cut()
        for _ in range(2):  # the first meets the cut; whichever is decided by the hub ends it
            try:
                await here.post("admissions", scan)
            except httpx.TransportError:
                break
        await machine.died()
        assert await entered(database, house) == 0

        await machine.start()
        told = (await here.post("admissions", scan)).json()
        assert (told["verdict"], told["repeated"]) == ("admitted", True), "it was written, and is told now"
        await machine.kill()

        await machine.start(failpoint="F18")
        assert await here.verdict(code) == "already_in"
        await relay.mend()
        await machine.died()
        assert await entered(database, house) == 1, "the server has it, and the hub does not know"

        await machine.start()
        await machine.until(lambda told: told["line"] and told["waiting"] == 0)
        assert await entered(database, house) == 1
        await relay.cut()
        await machine.kill()

        await machine.start()
        told = await machine.until(lambda told: True)
        assert not told["line"] and told["waiting"] == 0 and told["troubles"] == []
        assert await here.verdict(code) == "already_in"
        machine.process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(machine.process.wait(), READY_S_MAX) == 0, "Ctrl-C is no error"
