"""Print agents: programs in venues' networks that print for a box office, and what they tell of themselves.

An agent is enrolled by a code of its box office. What it shows from then on is a token of its own, kept as a SHA-256,
until it is revoked. Every call of an agent goes through `verify`, which names the one box office that it is of; it is
given the jobs of printers that name it as their agent, and they are of the same box office by their key in Postgres.

What it found in its network and on its machine is kept as it told it: whoever adds a printer chooses among that.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec
from msgspec import Struct

from ticketing import agent_codes, audit, print_jobs, printers
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import new_id, new_secret, secret_hash
from ticketing.machines import Dialect
from ticketing.print_jobs import Ending, Result
from ticketing.refusals import NotFound, NotSignedIn, TooManyAgents
from ticketing.sql import load
from ticketing.states import PrintEvent
from ticketing.texts import text_of

PREFIX = "placeur_agent_"
"""So that a token found where it should not be is known for what it is."""
TOKEN_CHARS_MAX = 100
AGENTS_MAX = 50
"""In use at a time, in one box office."""
REVOKED_SHOWN_MAX = 20
LABEL_CHARS_MAX = 100
SEEN_EVERY = timedelta(seconds=20)
SILENT_AFTER = timedelta(minutes=2)
ORPHANED_AFTER = timedelta(minutes=1)
"""A job that was given out for so long to an agent that knows nothing of it is in nobody's hands."""
ORPHANS_MAX = 50
LOOK_WAITED = timedelta(seconds=45)
"""A search that was not answered for so long is asked for anew."""

SQL = load("print_agents")


class Caller(Struct, frozen=True, kw_only=True):
    """The agent that calls. `report_wanted`: somebody waits to hear from it."""

    id: UUID
    box_office_id: UUID
    organisation_id: UUID
    name: str
    seen_at: datetime | None
    report_wanted: bool


class Enrolled(Struct, frozen=True, kw_only=True):
    """A new agent. `token` is nowhere else and cannot be shown again."""

    id: UUID
    token: str
    name: str
    box_office_name: str


class Found(Struct, frozen=True, kw_only=True):
    """A printer that made itself known in an agent's network, as far as somebody chooses by it. `service`: what it
    offers, as DNS-SD names it."""

    service: str
    name: str
    host: str
    addresses: tuple[str, ...]
    port: int
    path: str = ""
    model: str = ""
    place: str = ""


class Plugged(Struct, frozen=True):
    """A printer on an agent's own machine."""

    path: str
    maker: str = ""
    model: str = ""
    serial: str = ""
    dialect: Dialect = Dialect.NONE


class Trouble(StrEnum):
    """What is wrong with an agent."""

    SILENT = "silent"
    """It has not called for a while: it asks for jobs every second, so none is printed."""


class Agent(Struct, frozen=True, kw_only=True):
    """An agent as it is kept. `look_asked_at`: when somebody asked what it sees, as long as it has not answered;
    `waiting_count`: jobs that wait for its printers."""

    id: UUID
    name: str
    software: str
    hardware: str
    enrolled_at: datetime
    seen_at: datetime | None
    seen_from: str
    revoked_at: datetime | None
    reported_at: datetime | None
    plugged: tuple[Plugged, ...]
    look_asked_at: datetime | None
    found: tuple[Found, ...]
    looked_at: datetime | None
    printer_count: int
    waiting_count: int

    def troubles(self, now: datetime) -> list[Trouble]:
        """What is wrong with it now."""
        silent = self.seen_at is None or now - self.seen_at > SILENT_AFTER
        return [Trouble.SILENT] if silent else []


class Told(Struct, frozen=True, kw_only=True):
    """What an agent tells of itself: `plugged` and `found` are lists of JSON, `conditions` those of its printers,
    `takes` the ids under which it may have a job in hand."""

    software: str
    plugged: bytes
    look_id: UUID | None
    found: bytes
    conditions: dict[UUID, Sequence[str]]
    takes: Sequence[UUID]


class Answer(Struct, frozen=True):
    """What an agent is told in return: what it is called now, and the search that somebody waits for."""

    name: str
    look_id: UUID | None


# What agents do


async def enrol(
    db: Database, secret: bytes, typed: str, name: str, software: str, hardware: str, address: str, now: datetime
) -> Enrolled:
    """Enrol an agent by a code. Raises AgentCodeWrong, InputRefused, TooManyAgents."""
    opening = await agent_codes.find(db, secret, typed, now)
    agent_id, token = new_id(), PREFIX + new_secret()
    called = text_of(name, "name", chars_max=LABEL_CHARS_MAX)
    async with db.transaction() as c:
        row = await SQL.lock_office.row(c, box_office_id=opening.box_office_id)
        assert row is not None, "a code is of a box office"
        if row["agent_count"] >= AGENTS_MAX:
            raise TooManyAgents(agents_max=AGENTS_MAX)
        await SQL.enrol.run(
            c, agent_id=agent_id, box_office_id=opening.box_office_id, name=called, hash=secret_hash(token),
            software=text_of(software, "software", chars_min=0, chars_max=LABEL_CHARS_MAX),
            hardware=text_of(hardware, "hardware", chars_min=0, chars_max=LABEL_CHARS_MAX), seen_from=address,
            code_id=opening.id, now=now,
        )  # fmt: skip
        by = Actor(organisation_id=opening.organisation_id, address=address)
        await audit.note(c, by, "print-agent.enrolled", _subject(agent_id, called, opening.box_office_id), now)
    return Enrolled(id=agent_id, token=token, name=called, box_office_name=opening.box_office_name)


async def verify(db: Database, token: str, now: datetime, address: str = "") -> Caller:
    """The agent behind a token; NotSignedIn for one that is unknown or revoked."""
    if len(token) > TOKEN_CHARS_MAX or not token.startswith(PREFIX):
        raise NotSignedIn()
    async with db.read() as c:
        found = await SQL.by_hash.one(c, Caller, hash=secret_hash(token))
        if found is None:
            raise NotSignedIn()
        if found.seen_at is None or found.seen_at < now - SEEN_EVERY:
            await SQL.seen.run(c, agent_id=found.id, now=now, seen_from=address)
    return found


async def report(db: Database, caller: Caller, told: Told, address: str, now: datetime) -> Answer:
    """Keep what an agent tells. A job that was given to it and that it knows nothing of is in doubt, so a person looks:
    the answer was lost for good, or what the agent wrote down. Raises NotSignedIn for one that was revoked."""
    async with db.read() as c:
        row = await SQL.report.row(
            c, agent_id=caller.id, now=now, seen_from=address, plugged=told.plugged.decode(), look_id=told.look_id,
            software=text_of(told.software, "software", chars_min=0, chars_max=LABEL_CHARS_MAX),
            found=told.found.decode(),
        )  # fmt: skip
        if row is None:
            raise NotSignedIn()
        orphans = await SQL.orphans.rows(
            c, agent_id=caller.id, takes=list(told.takes), before=now - ORPHANED_AFTER, rows_max=ORPHANS_MAX
        )
    for printer_id, conditions in told.conditions.items():
        await printers.looked(db, printer_id, caller.id, conditions, now)
    for orphan in orphans:
        lost = Result(event=PrintEvent.DOUBT, outcome=Ending.LEFT)
        await print_jobs.settle(db, caller.id, orphan["id"], orphan["take_id"], lost, now)
    return Answer(row["name"], row["look_id"])


# What people do


async def list_of(db: Database, box_office_id: UUID) -> list[Agent]:
    """The agents of a box office by name; of those that were revoked, the last ones."""
    async with db.read() as c:
        return await SQL.list_of.all(c, Agent, box_office_id=box_office_id, revoked_max=REVOKED_SHOWN_MAX)


async def get(db: Database, box_office_id: UUID, agent_id: UUID) -> Agent:
    """An agent of a box office, or NotFound."""
    for one in await list_of(db, box_office_id):
        if one.id == agent_id:
            return one
    raise NotFound(what="print agent")


async def rename(db: Database, box_office_id: UUID, agent_id: UUID, name: str, by: Actor, now: datetime) -> None:
    """Call an agent otherwise. Raises InputRefused, NotFound."""
    called = text_of(name, "name", chars_max=LABEL_CHARS_MAX)
    async with db.transaction() as c:
        row = await SQL.lock.row(c, box_office_id=box_office_id, agent_id=agent_id)
        if row is None:
            raise NotFound(what="print agent")
        if row["name"] != called:
            await SQL.rename.run(c, agent_id=agent_id, name=called)
            told = {"name": (row["name"], called)}
            await audit.note(c, by, "print-agent.renamed", _subject(agent_id, called, box_office_id), now, told)


async def revoke(db: Database, box_office_id: UUID, agent_id: UUID, by: Actor, now: datetime) -> str:
    """End an agent; its name. What it had in hand is in doubt; what waits for its printers goes on waiting. Raises
    NotFound; either twice is once."""
    async with db.transaction() as c:
        row = await SQL.lock.row(c, box_office_id=box_office_id, agent_id=agent_id)
        if row is None:
            raise NotFound(what="print agent")
        if row["revoked_at"] is None:
            await SQL.revoke.run(c, agent_id=agent_id, now=now)
            await audit.note(c, by, "print-agent.revoked", _subject(agent_id, row["name"], box_office_id), now)
    await print_jobs.abandon(db, agent_id, now)
    return str(row["name"])


async def ask_look(db: Database, box_office_id: UUID, agent_id: UUID, now: datetime) -> None:
    """Have an agent look who is in its network, unless it has been asked just now. Raises NotFound."""
    agent = await get(db, box_office_id, agent_id)
    if agent.revoked_at is not None:
        raise NotFound(what="print agent")
    if agent.look_asked_at is None or agent.look_asked_at < now - LOOK_WAITED:
        async with db.read() as c:
            await SQL.ask_look.run(c, agent_id=agent_id, look_id=new_id(), now=now)


async def ask_reports(db: Database, box_office_id: UUID, now: datetime) -> None:
    """Have all agents of a box office tell at once how they and their printers are."""
    async with db.read() as c:
        await SQL.ask_report.run(c, box_office_id=box_office_id, now=now)


def listed(structs: Sequence[Struct]) -> bytes:
    """What an agent told of, as it is kept."""
    return msgspec.json.encode(structs)


def _subject(agent_id: UUID, name: str, box_office_id: UUID) -> Subject:
    return Subject(kind="print_agent", id=agent_id, name=name, box_office_id=box_office_id)
