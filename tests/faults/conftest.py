"""A house on sale, and workers that can be killed at any failpoint while they serve it."""

import asyncio
import os
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any as Anything

import msgspec
import pytest
from msgspec import Struct

from engine.inventory import Inventory
from tests.faults.actor import Stage
from tests.ticketing.conftest import several_people
from tests.ticketing.house import SANDBOX, SETTINGS, House, breaches, open_house
from ticketing.db import Database
from ticketing.jobs import PAYLOADS, Job
from ticketing.pools import PoolClaims
from ticketing.settings import Settings, secret_bytes
from ticketing.worker import own_handlers

__all__ = ["several_people"]

ROOT = Path(__file__).parents[2]
ACT_S_MAX = 60


class Run:
    """A worker under way."""

    def __init__(self, process: Process, given: bytes) -> None:
        self._process = process
        self._ending = asyncio.create_task(process.communicate(given))

    async def ended(self) -> Anything:
        """What the act answered; None when the process was killed on the way."""
        out, _ = await asyncio.wait_for(self._ending, ACT_S_MAX)
        if self._process.returncode == -9:
            return None
        assert self._process.returncode == 0, "the worker failed: see its traceback above"
        return msgspec.json.decode(out)

    async def suspended(self) -> None:
        """Returns when the process has stopped itself."""
        end = time.monotonic() + ACT_S_MAX
        while Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
            assert time.monotonic() < end, "the worker did not come to its failpoint"
            await asyncio.sleep(0.02)

    def resume(self) -> None:
        self._process.send_signal(18)


class Scene:
    """A house, the servers it stands on, and what a test does there."""

    def __init__(self, stage: Stage, db: Database, inventory: Inventory, house: House) -> None:
        self.stage, self.db, self.inventory, self.house = stage, db, inventory, house

    async def start(self, act: str, asked: Struct, failpoint: str = "", clock_s: float = 0) -> Run:
        """Starts an act in a process of its own; it ends (or stops, "F3:STOP") at the failpoint."""
        environment = {**os.environ, "PLACEUR_FAILPOINT": failpoint}
        command = (sys.executable, "-m", "tests.faults.actor", act)
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, cwd=ROOT, env=environment)
        stage = msgspec.structs.replace(self.stage, clock_s=clock_s)
        return Run(process, msgspec.json.encode((stage, asked)))

    async def act(self, act: str, asked: Struct, failpoint: str = "", clock_s: float = 0) -> Anything:
        """Runs an act to its end: its answer, or None when it was killed at the failpoint."""
        answer = await (await self.start(act, asked, failpoint, clock_s)).ended()
        assert (answer is None) == bool(failpoint), f"the worker did not come to {failpoint or 'its end'}"
        return answer

    async def do_jobs(self) -> None:
        """Does every job that lies in the queue, as the worker would a few seconds later."""
        handlers = own_handlers(self.db, self.inventory, SETTINGS, SANDBOX)
        async with self.db.read() as c:
            rows = await c.fetch("delete from pgqueuer returning entrypoint, payload")
        for row in rows:
            job = Job(row["entrypoint"])
            if job in handlers:
                await handlers[job](msgspec.json.decode(row["payload"], type=PAYLOADS[job]), "again")

    async def assert_sound(self) -> None:
        """After the jobs nothing is out of order, and nothing had to be mended."""
        await self.do_jobs()
        assert await breaches(self.db, self.inventory) == []
        assert self.inventory.counts["mends"] == 0


@pytest.fixture
def settings() -> Settings:
    return SETTINGS


@pytest.fixture
async def scene(database_url: str, redis_url: str, settings: Settings) -> AsyncIterator[Scene]:
    """On the shared servers: for faults of workers."""
    async with _scene(database_url, redis_url, settings) as scene:
        yield scene


def _scene(database_url: str, redis_url: str, settings: Settings) -> "Opening":
    return Opening(Stage(database_url, redis_url, settings))


class Opening:
    """Opens a scene and closes it again."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def __aenter__(self) -> Scene:
        self._db = await Database.open(self._stage.database_url, self._stage.settings)
        secret = secret_bytes(self._stage.settings)
        self._inventory = await Inventory.open(self._stage.redis_url, PoolClaims(self._db), secret)
        house = await open_house(self._db)
        await self._inventory.ready(house.pool)
        return Scene(self._stage, self._db, self._inventory, house)

    async def __aexit__(self, *error: object) -> None:
        await self._inventory.close()
        await self._db.close()


@pytest.fixture
def open_scene(database_url: str, settings: Settings) -> Callable[[str], Opening]:
    """Opens a scene on a Redis of the test's own: for faults of servers."""
    return lambda redis_url: _scene(database_url, redis_url, settings)
