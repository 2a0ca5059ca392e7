"""What one date keeps off open sale, copied onto other dates of its event: asked for once, done by a job.

A date a transaction: its new blocks and allotments, their places, and that it is done are one commit, so a job that was
stopped goes on with the dates that wait, and one that runs twice does nothing twice. Seats are the same by their
identity in the plan, areas by so many places; what the other date keeps already stays where it is, and is told, as is
what its plan does not have. A release moves with the date: so long before its start as it was.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
from msgspec import Struct

from engine.inventory import Inventory
from ticketing import allotments, audit, date_runs, halls, jobs, pools
from ticketing.allotments import ACCESSIBLE, Allotment, Date, Draft
from ticketing.audit import Actor
from ticketing.date_runs import DATES_MAX, RunDate
from ticketing.db import Database
from ticketing.halls import Hall
from ticketing.ids import new_id
from ticketing.jobs import CopyAllotments, Job
from ticketing.performances import PerformanceStatus
from ticketing.pools import Coded, Codes
from ticketing.refusals import DateOver, NotFound, Refusal
from ticketing.sql import load

SQL = load("allotment_copies")


class Candidate(Struct, frozen=True):
    """Another date to come of the event, and how many blocks and allotments it has already."""

    id: UUID
    starts_at: datetime
    time_zone: str
    status: PerformanceStatus
    plan_number: int
    same_plan: bool
    kept_count: int


class Copy(Struct, frozen=True):
    """What was asked for."""

    id: UUID
    performance_id: UUID
    created_at: datetime
    asked_by: str | None


class CopyDate(RunDate, frozen=True, kw_only=True):
    """A date of a copy; `missing_count` places are kept there for something else, or not there at all."""

    missing_count: int


class _Kept(Struct, frozen=True):
    """What is copied: by seat, and by area how many."""

    allotment: Allotment
    seats: tuple[str, ...]
    areas: Mapping[str, int]


async def candidates(db: Database, organisation_id: UUID, performance_id: UUID, now: datetime) -> list[Candidate]:
    """The dates that it may be copied onto."""
    values = {"organisation_id": organisation_id, "performance_id": performance_id, "now": now}
    async with db.read() as c:
        return await SQL.candidates.all(c, Candidate, rows_max=DATES_MAX, **values)


async def ask(
    db: Database, organisation_id: UUID, performance_id: UUID, onto: Sequence[UUID], by: Actor, now: datetime
) -> UUID:
    """Have what a date keeps copied onto others; the copy's id. NotFound for a date that is not the event's."""
    wanted = date_runs.ticked(onto)
    values = {"copy_id": new_id(), "performance_id": performance_id}
    async with db.transaction() as c:
        date = await allotments.find_date(c, organisation_id, performance_id)
        await SQL.ask.run(c, organisation_id=organisation_id, staff_id=by.staff_id, now=now, **values)
        if await SQL.ask_dates.run(c, performance_ids=wanted, **values) < len(wanted):
            raise NotFound(what="performance")
        await jobs.enqueue(c, Job.COPY_ALLOTMENTS, CopyAllotments(values["copy_id"]))
        told = {"dates": (None, len(wanted))}
        await audit.note(c, by, "allotment.copies-asked", date.subject, now, told)
    return values["copy_id"]


async def run(db: Database, inventory: Inventory, copy_id: UUID, now: datetime) -> None:
    """Do what waits of a copy."""
    async with db.read() as c:
        asked = await SQL.asked.row(c, copy_id=copy_id)
        waiting = [id for (id,) in await SQL.waiting.rows(c, copy_id=copy_id)]
    if asked is None or not waiting:
        return
    by = Actor(organisation_id=asked["organisation_id"], staff_id=asked["staff_id"])
    source, kept = await _read(db, asked["organisation_id"], asked["performance_id"])
    for performance_id in waiting:
        try:
            await _one(db, inventory, copy_id, source, kept, performance_id, by, now)
        except Refusal as refusal:
            here = {"copy_id": copy_id, "performance_id": performance_id, "now": now}
            async with db.read() as c:
                await SQL.end.run(c, missing_count=0, **here, **date_runs.outcome(refusal))


async def get(
    db: Database, organisation_id: UUID, performance_id: UUID, copy_id: UUID
) -> tuple[Copy, list[CopyDate]]:  # fmt: skip
    """A copy of an organisation's own date, with where its dates stand; or NotFound."""
    values = {"organisation_id": organisation_id, "performance_id": performance_id, "copy_id": copy_id}
    async with db.read() as c:
        found = await SQL.get.one(c, Copy, **values)
        if found is None:
            raise NotFound(what="copy")
        return found, await SQL.dates.all(c, CopyDate, copy_id=copy_id)


async def _read(db: Database, organisation_id: UUID, performance_id: UUID) -> tuple[Date, list[_Kept]]:
    """What the date keeps now. The places of wheelchair users go by the event, or are each date's own."""
    async with db.read() as c:
        date = await allotments.find_date(c, organisation_id, performance_id)
        found = await allotments.SQL.open.all(c, Allotment, performance_id=performance_id)
    hall = await halls.hall(db, date.plan_hash, date.place_list_hash)
    async with db.read() as c:
        codes = await pools.codes_of(c, date.pool_id, hall.packed.place_count)
    return date, [_kept(hall, codes, one) for one in found if one.code != ACCESSIBLE]


def _kept(hall: Hall, codes: Codes, one: Allotment) -> _Kept:
    seats = (hall.seats.seat(place) for place in np.flatnonzero(codes == one.code).tolist())
    areas = {area: sum(_count(codes, one.code, *run) for run in ranges) for area, ranges in hall.areas.items()}
    found = {area: count for area, count in areas.items() if count}
    return _Kept(one, tuple(seat for seat in seats if seat is not None), found)


def _count(codes: Codes, code: int, start: int, count: int) -> int:
    return int(np.count_nonzero(codes[start : start + count] == code))


async def _one(
    db: Database, inventory: Inventory, copy_id: UUID, source: Date, kept: Sequence[_Kept], performance_id: UUID,
    by: Actor, now: datetime,
) -> None:  # fmt: skip
    """Copy onto one date, in one transaction with its being done. Raises what refuses it."""
    assert by.organisation_id is not None, "a copy is an organisation's"
    async with db.read() as c:
        date = await allotments.find_date(c, by.organisation_id, performance_id)
    if now >= date.ends_at or date.status is PerformanceStatus.CANCELLED:
        raise DateOver()
    hall = await halls.hall(db, date.plan_hash, date.place_list_hash)
    written: list[int] = []
    async with db.transaction() as c:
        coded = await pools.lock_codes(c, by.organisation_id, date.pool_id)
        missing = 0
        here = {"copy_id": copy_id, "performance_id": performance_id, "now": now}
        if not await SQL.end.run(c, missing_count=0, **here, **date_runs.outcome()):
            return
        for one in kept:
            places, lacking = _there(hall, coded, one)
            missing += lacking
            if places:
                made = await allotments.create(c, date, _moved(one.allotment, source, date, now), by.staff_id, now)
                coded.codes[places] = made.code
                written += places
        await allotments.recode(c, date.pool_id, coded.codes, [], 0)
        await SQL.tell_missing.run(c, copy_id=copy_id, performance_id=performance_id, missing_count=missing)
        told = {"places": (None, len(written)), "from": (None, source.starts_at)}
        await audit.note(c, by, "allotment.copied", date.subject, now, told)
    await allotments.show(db, inventory, date.pool_id, written)


def _there(hall: Hall, coded: Coded, kept: _Kept) -> tuple[list[int], int]:
    """The same places at another date, those that it keeps for something already left out; how many are lacking."""
    seats = [place for seat in kept.seats if (place := hall.seats.place(seat)) is not None]
    places = [place for place in seats if _open(coded, place)]
    lacking = len(kept.seats) - len(places)
    for area, count in kept.areas.items():
        some = [place for start, size in hall.areas.get(area, ()) for place in range(start, start + size)]
        free = [place for place in reversed(some) if _open(coded, place)][:count]
        places += free
        lacking += count - len(free)
    return places, lacking


def _open(coded: Coded, place: int) -> bool:
    return place < coded.place_count and place not in coded.tombstones and coded.codes[place] == 0


def _moved(one: Allotment, source: Date, date: Date, now: datetime) -> Draft:
    """The same at another date; a release that would be over already is left out."""
    at = None if one.release_at is None else date.starts_at - (source.starts_at - one.release_at)
    release_at = at if at is not None and at > now else None
    return Draft(kind=one.kind, name=one.name, note=one.note, release_at=release_at)
