"""An agent that is killed at each step of a job: never lost, never printed twice unseen.

The agent is a process, the server is one, the printer counts what comes out of it.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, Process
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from msgspec import Struct

from hardware import agent_folder
from hardware.agent_folder import Credentials
from tests.api.server import server
from tests.faults.conftest import ROOT
from tests.hardware.simulators import Machine
from tests.ticketing.house import House, open_house
from tests.ticketing.printers import add_printer, queue
from ticketing import agent_codes, print_agents
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.machines import Dialect
from ticketing.settings import Settings, secret_bytes

WAIT_S_MAX = 60


@pytest.fixture(scope="module")
def settings(database_url: str, redis_url: str, session_folder: Path) -> Settings:
    return Settings(
        database_url=database_url, redis_url=redis_url, data=str(session_folder / "agents"), secret="5e" * 32,
        pools_warmed_max=0,
    )  # fmt: skip


@pytest.fixture(scope="module")
def url(settings: Settings) -> Iterator[str]:
    with server(settings) as running:
        yield running.url


class Venue(Struct):
    """An agent's machine, a printer beside it, and the server's database."""

    db: Database
    house: House
    folder: Path
    machine: Machine
    printer: UUID

    @asynccontextmanager
    async def agent(self, mutant: str = "", failpoint: str = "") -> AsyncIterator[Process]:
        """The agent, running; ended at the end if it is still there."""
        command = (sys.executable, "-m", "tests.faults.print_agent", str(self.folder), mutant)
        environment = os.environ | {"PLACEUR_FAILPOINT": failpoint}
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdin=DEVNULL)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
                assert await asyncio.wait_for(process.wait(), WAIT_S_MAX) == 0, "it ends cleanly"

    async def killed_at(self, failpoint: str, mutant: str = "") -> None:
        """Run the agent until it kills itself."""
        async with self.agent(mutant, failpoint) as process:
            assert await asyncio.wait_for(process.wait(), WAIT_S_MAX) == -9

    async def ask(self, *names: str) -> None:
        for name in names:
            payload = b"^XA^FD%s^FS^XZ" % name.encode()
            await queue(self.db, self.house, self.printer, name, name=name, payload=payload, now=datetime.now(UTC))

    async def stood(self) -> dict[str, str]:
        async with self.db.read() as c:
            sql = "select name, status from print_jobs where printer_id = $1"
            return {row["name"]: row["status"] for row in await c.fetch(sql, self.printer)}

    async def settled(self) -> dict[str, str]:
        """What became of the jobs, once nothing waits or is on its way."""
        for _ in range(WAIT_S_MAX * 20):
            stood = await self.stood()
            if not {"queued", "sending"} & set(stood.values()):
                return stood
            await asyncio.sleep(0.05)
        raise AssertionError(await self.stood())

    @property
    def came_out(self) -> Counter[str]:
        return Counter(one.split(b"^FD")[1].split(b"^FS")[0].decode() for one in self.machine.printed)


@pytest.fixture
async def venue(database: Database, settings: Settings, url: str, tmp_path: Path) -> AsyncIterator[Venue]:
    house, now, secret = await open_house(database), datetime.now(UTC), secret_bytes(settings)
    by = Actor(organisation_id=house.organisation)
    await agent_codes.make(database, secret, house.organisation, house.box_office, 1, by, now)
    (code,) = await agent_codes.list_of(database, secret, house.box_office, now)
    made = await print_agents.enrol(database, secret, code.text, "Agent", "", "", "", now)
    known = Credentials(server=url, agent=made.id, token=made.token, name="Agent", box_office=made.box_office_name)
    agent_folder.keep(tmp_path, known)
    machine = Machine(Dialect.ZPL)
    async with machine.listening() as at:
        printer = await add_printer(database, house, host="127.0.0.1", port=at.port, agent_id=made.id)
        yield Venue(database, house, tmp_path, machine, printer)


async def test_killed_at_each_step(venue: Venue) -> None:
    """Asked and not answered, given, printed and not told, printed and not written down, told and not noted."""
    jobs = ("one", "two", "three")
    await venue.ask(*jobs)
    for failpoint in ("A1", "F10", "F12", "F11", "A2"):
        await venue.killed_at(failpoint)
    async with venue.agent():
        stood = await venue.settled()
    assert stood == {"one": "unknown", "two": "printed", "three": "printed"}, "a person looks for the first"
    assert venue.came_out["one"] <= 1 and (venue.came_out["two"], venue.came_out["three"]) == (1, 1)


async def test_without_its_journal_something_comes_out_twice(venue: Venue) -> None:
    await venue.ask("one")
    await venue.killed_at("F12", "journal off")
    async with venue.agent("journal off"):
        stood = await venue.settled()
    assert venue.came_out["one"] == 2 and stood == {"one": "printed"}, "and nobody is told"


async def test_a_job_asked_for_under_another_id_is_lost(venue: Venue) -> None:
    await venue.ask("one")
    await venue.killed_at("F10", "take ignored")
    async with venue.agent("take ignored"):
        (agent,) = await print_agents.list_of(venue.db, venue.house.box_office)
        before = agent.reported_at
        while agent.reported_at == before:
            await asyncio.sleep(0.05)
            (agent,) = await print_agents.list_of(venue.db, venue.house.box_office)
    assert await venue.stood() == {"one": "sending"} and not venue.machine.printed
