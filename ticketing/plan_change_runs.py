"""Putting many dates onto a version of their plan: asked for once, done by a job, a date a transaction.

What is done of a date and that it is done are one commit, so a job that was stopped goes on with the dates that wait,
and one that runs twice does nothing twice. A date that is refused says why and stays as it was; the others go on.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from engine.inventory import Inventory
from engine.plan.comparison import Comparison, Kind
from ticketing import audit, date_runs, jobs, plan_changes, plans
from ticketing.audit import Actor, Subject
from ticketing.date_runs import DATES_MAX, RunDate
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.jobs import ChangePlans, Job
from ticketing.performances import PerformanceStatus
from ticketing.refusals import NotFound, PlanBusy, Refusal
from ticketing.sql import Connection, load

RUNS_SHOWN = 5

SQL = load("plan_change_runs")


class Candidate(Struct, frozen=True):
    """A date to come on another version of a plan."""

    id: UUID
    event_id: UUID
    event_name: str
    box_office_name: str
    starts_at: datetime
    status: PerformanceStatus
    time_zone: str
    pool_id: int
    plan_number: int
    plan_hash: bytes
    place_list_hash: bytes
    sold_count: int


class Outlook(Struct, frozen=True):
    """A date, what the version would change of it, and how many places are in the way. `refusal`: why it cannot be done
    at all."""

    date: Candidate
    counts: dict[Kind, int]
    taken_count: int
    refusal: Refusal | None

    @property
    def free(self) -> bool:
        """Whether nothing stands in the way."""
        return self.refusal is None and not self.taken_count


class Run(Struct, frozen=True):
    """What was asked for."""

    id: UUID
    version_id: UUID
    number: int
    plan_id: UUID
    plan_name: str
    time_zone: str
    created_at: datetime
    asked_by: str | None


class PlanDate(RunDate, frozen=True, kw_only=True):
    """A date of a run."""

    event_name: str
    event_id: UUID


class Recent(Struct, frozen=True):
    """A run in a list."""

    id: UUID
    created_at: datetime
    date_count: int
    waiting_count: int
    refused_count: int


async def outlooks(
    db: Database, organisation_id: UUID, plan_id: UUID, version_id: UUID, now: datetime
) -> tuple[list[Outlook], list[Recent]]:
    """The dates to come on other versions of a plan, with what a version would change of each; and what was asked for
    of late. Dates that share a place list and a version are compared once."""
    values = {"organisation_id": organisation_id, "version_id": version_id}
    async with db.read() as c:
        rows_max = DATES_MAX
        found = await SQL.candidates.all(c, Candidate, plan_id=plan_id, now=now, rows_max=rows_max, **values)
        recent = await SQL.recent.all(c, Recent, rows_max=RUNS_SHOWN, **values)
    new = await plans.document(db, (await plans.get(db, organisation_id, version_id)).hash) if found else b""
    told: list[Outlook] = []
    for group in dict.fromkeys((date.plan_hash, date.place_list_hash) for date in found):
        dates = [date for date in found if (date.plan_hash, date.place_list_hash) == group]
        told += await _outlooks(db, group, new, dates)
    return sorted(told, key=lambda one: (one.date.starts_at, one.date.id)), recent


async def ask(
    db: Database, organisation_id: UUID, version_id: UUID, performance_ids: Sequence[UUID], by: Actor, now: datetime
) -> UUID:
    """Have dates put onto a version of their plan; the run's id. NotFound for a date that is not the plan's."""
    wanted = date_runs.ticked(performance_ids)
    version = await plans.get(db, organisation_id, version_id)
    values = {"change_id": new_id(), "organisation_id": organisation_id, "version_id": version_id}
    async with db.transaction() as c:
        await SQL.ask.run(c, staff_id=by.staff_id, now=now, **values)
        if await SQL.ask_dates.run(c, performance_ids=wanted, **values) < len(wanted):
            raise NotFound(what="performance")
        await jobs.enqueue(c, Job.CHANGE_PLANS, ChangePlans(values["change_id"]))
        subject = Subject(kind="plan", id=version.plan_id, name=version.name)
        told = {"version": (None, version.number), "dates": (None, len(wanted))}
        await audit.note(c, by, "plan.dates_asked", subject, now, told)
    return values["change_id"]


async def run(db: Database, inventory: Inventory, change_id: UUID, now: datetime) -> None:
    """Do what waits of a run. Raises PlanBusy, for the job to be run again, when a date was too busy."""
    async with db.read() as c:
        asked = await SQL.asked.row(c, change_id=change_id)
        waiting = [id for (id,) in await SQL.waiting.rows(c, change_id=change_id)]
    if asked is None:
        return
    busy: PlanBusy | None = None
    by = Actor(organisation_id=asked["organisation_id"], staff_id=asked["staff_id"])
    for performance_id in waiting:
        try:
            await _one(db, inventory, change_id, asked["version_id"], performance_id, by, now)
        except PlanBusy as refusal:
            busy = refusal
    if busy is not None:
        raise busy


async def get(db: Database, organisation_id: UUID, plan_id: UUID, change_id: UUID) -> tuple[Run, list[PlanDate]]:
    """A run of an organisation's own plan, with where its dates stand; or NotFound."""
    async with db.read() as c:
        found = await SQL.get.one(c, Run, organisation_id=organisation_id, plan_id=plan_id, change_id=change_id)
        if found is None:
            raise NotFound(what="change of plan")
        return found, await SQL.dates.all(c, PlanDate, change_id=change_id)


async def _one(
    db: Database, inventory: Inventory, change_id: UUID, version_id: UUID, performance_id: UUID, by: Actor,
    now: datetime,
) -> None:  # fmt: skip
    values = {"change_id": change_id, "performance_id": performance_id, "now": now}

    async def note(c: Connection) -> None:
        await SQL.end.run(c, **values, **date_runs.outcome())

    organisation_id = by.organisation_id
    assert organisation_id is not None, "a run is an organisation's"
    try:
        await plan_changes.change(db, inventory, organisation_id, performance_id, version_id, by, now, note)
    except PlanBusy:
        raise
    except Refusal as refusal:
        async with db.read() as c:
            await SQL.end.run(c, **values, **date_runs.outcome(refusal))


async def _outlooks(db: Database, group: tuple[bytes, bytes], new: bytes, dates: Sequence[Candidate]) -> list[Outlook]:
    """Of dates that share a plan and a place list."""
    old, place_list = await plans.document(db, group[0]), await plans.place_list_document(db, group[1])
    try:
        found: Comparison = await asyncio.to_thread(plan_changes.compared, place_list, old, new)
    except Refusal as refusal:
        return [Outlook(date, {}, 0, refusal) for date in dates]
    pools = [date.pool_id for date in dates]
    async with db.read() as c:
        taken = await plan_changes.in_the_way(c, pools, found)
    return [Outlook(date, dict(found.counts), taken.get(date.pool_id, 0), None) for date in dates]
