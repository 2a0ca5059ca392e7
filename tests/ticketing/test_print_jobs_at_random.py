"""Senders that die at any step, answers that get lost, a person who looks: whatever the order of it all, no job comes
out twice, none is forgotten, and what is open is seen."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import pytest

from tests.ticketing.house import NOW, House, empty, open_house
from tests.ticketing.printers import add_agent, add_printer, queue
from ticketing import print_jobs
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.print_jobs import Result, Taken
from ticketing.refusals import WrongState
from ticketing.states import PrintEvent, PrintStatus

STEPS, SEEDS = 60, 4
ENDINGS = {
    "printed": (True, Result(event=PrintEvent.CONFIRM, outcome="delivered")),
    "silent": (True, Result(event=PrintEvent.TAKE, outcome="sent")),
    "dropped late": (True, Result(event=PrintEvent.DOUBT, outcome="unknown")),
    "dropped early": (False, Result(event=PrintEvent.DOUBT, outcome="unknown")),
    "away": (False, Result(event=PrintEvent.KEEP, outcome="unreachable")),
    "refused": (False, Result(event=PrintEvent.REFUSE, outcome="refused", reason="format")),
}
"""What may become of a sending: whether it came out, and what its sender knows."""


class Sender:
    """The server, or an agent: in its hands a job, and whether it has sent it."""

    def __init__(self, agent_id: UUID | None) -> None:
        self.agent_id, self.take_id = agent_id, new_id()
        self.job: Taken | None = None
        self.result: Result | None = None

    def forget(self) -> None:
        """As after a restart; an agent's take id would be in its journal, and a new one does too."""
        self.take_id, self.job, self.result = new_id(), None, None


class World:
    """A database, its senders, and how often each job came out."""

    def __init__(self, db: Database, house: House, printers: list[UUID], senders: list[Sender], seed: int) -> None:
        self.db, self.house, self.printers, self.senders = db, house, printers, senders
        self.random, self.now = Random(seed), NOW
        self.came_out: dict[UUID, int] = {}
        self.by = Actor(organisation_id=house.organisation)

    async def step(self) -> None:
        acts: list[Callable[[], object]] = [self.ask, self.take, self.take, self.send, self.send, self.tell, self.tell]
        acts += [self.crash, self.answer, self.wait]
        await self.random.choice(acts)()  # type: ignore[misc]

    async def ask(self) -> None:
        job = await queue(self.db, self.house, self.random.choice(self.printers), now=self.now)
        self.came_out[job] = 0

    async def take(self) -> None:
        sender = self.random.choice(self.senders)
        if sender.result is None:
            wanted = (sender.agent_id, sender.take_id, self.now)
            found = await print_jobs.take(self.db, *wanted)
            assert sender.job is None or found is None or found.id == sender.job.id, "the same id, the same job"
            sender.job = sender.job or found

    async def send(self) -> None:
        sender = self.random.choice(self.senders)
        if sender.job is not None and sender.result is None:
            comes_out, sender.result = ENDINGS[self.random.choice(list(ENDINGS))]
            self.came_out[sender.job.id] += comes_out

    async def tell(self) -> None:
        sender = self.random.choice(self.senders)
        if sender.job is not None and sender.result is not None:
            told = (sender.agent_id, sender.job.id, sender.take_id, sender.result, self.now)
            first = await print_jobs.settle(self.db, *told)
            assert await print_jobs.settle(self.db, *told) == first, "told again, it changes nothing"
            if self.random.random() < 0.8:
                sender.forget()

    async def crash(self) -> None:
        sender = self.random.choice(self.senders)
        sender.forget()
        await print_jobs.abandon(self.db, sender.agent_id, self.now)

    async def answer(self) -> None:
        """A person looks at what is in doubt, and says what is true."""
        for job in await print_jobs.open_of(self.db, self.house.box_office):
            if job.status is not PrintStatus.UNKNOWN:
                continue
            if self.came_out[job.id]:
                await print_jobs.find(self.db, self.house.box_office, job.id, self.by, self.now)
                return
            await print_jobs.miss(self.db, self.house.box_office, job.id, self.by, self.now)
            given = (job.id, None, new_id().hex, "jam", self.by, self.now)
            self.came_out[await print_jobs.print_again(self.db, self.house.box_office, *given)] = 0
            return

    async def wait(self) -> None:
        self.now += timedelta(seconds=print_jobs.PAUSE_S_MAX)

    async def ensure_sound(self) -> None:
        """None twice; what is called printed is out, what failed is not, and all else is open."""
        async with self.db.read() as c:
            rows = await c.fetch("select id, status, reason from print_jobs")
        assert {row["id"] for row in rows} == set(self.came_out), "none is lost"
        for row in rows:
            count, status = self.came_out[row["id"]], PrintStatus(row["status"])
            assert count <= 1, (row["id"], count)
            assert status not in (PrintStatus.PRINTED, PrintStatus.SENT) or count == 1
            assert status not in (PrintStatus.FAILED, PrintStatus.QUEUED) or count == 0


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    await empty(database)
    yield await open_house(database)
    await empty(database)


async def world(db: Database, house: House, seed: int) -> World:
    agent = await add_agent(db, house)
    printers = [
        await add_printer(db, house),
        await add_printer(db, house),
        await add_printer(db, house, agent_id=agent),
    ]
    return World(db, house, printers, [Sender(None), Sender(agent)], seed)


@pytest.mark.parametrize("seed", range(SEEDS))
async def test_whatever_happens_nothing_comes_out_twice(database: Database, house: House, seed: int) -> None:
    there = await world(database, house, seed)
    for _ in range(STEPS):
        await there.step()
        await there.ensure_sound()


async def test_what_is_in_doubt_and_sent_again_is_found_out(
    database: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: a sender that ended is taken for one that had not begun."""

    async def put_back(db: Database, agent_id: UUID | None, now: datetime) -> int:
        async with db.read() as c:
            text = (
                "update print_jobs set status = 'queued' where status = 'sending' and agent_id is not distinct from $1"
            )
            await c.execute(text, agent_id)
        return 0

    monkeypatch.setattr(print_jobs, "abandon", put_back)
    there = await world(database, house, 0)
    with pytest.raises((AssertionError, WrongState)):
        for _ in range(STEPS * 10):
            await there.step()
            await there.ensure_sound()
