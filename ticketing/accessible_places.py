"""Places of wheelchair users and their companions, kept for who asks for them until a date, then for everybody.

They are an allotment of their own (`allotments.ACCESSIBLE`) that a hold opens by asking for wheelchair places. An event
may ask for it at all its dates, so many days long; a date may say otherwise. What the event asks for the worker does:
dates that were added, moved or put onto another version of their plan are followed within seconds, each in a
transaction that looks again, so a worker that was stopped leaves nothing half done.

Once that allotment has ended, by its date or by hand, these places are open: the best available may propose them to
anybody, where nothing else is left. A date that never kept them has no such row: anybody may choose them on its map,
and nobody is given one unasked. The same is so once an event asks for nothing any more: its dates' rows go.
"""

from datetime import datetime
from uuid import UUID

import numpy as np

from engine.inventory import Inventory
from ticketing import allotments, audit, halls, pools
from ticketing.allotments import ACCESSIBLE, Date, Kind
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.halls import Hall
from ticketing.ids import new_id
from ticketing.pools import Coded
from ticketing.refusals import InputRefused, NotFound
from ticketing.sql import Connection, load

DAYS_MAX = 365
DATES_MAX = 200

SQL = load("accessible_places")


async def keep(
    db: Database, inventory: Inventory, organisation_id: UUID, performance_id: UUID, until: datetime, by: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Keep a date's places of wheelchair users until then, whatever its event says; how many there are.

    Places that are kept for something else stay there. Raises NotFound, InputRefused.
    """
    if until <= now:
        raise InputRefused(problem="Choose a moment to come.", where="until")
    async with db.read() as c:
        date = await allotments.find_date(c, organisation_id, performance_id)
    hall = await halls.hall(db, date.plan_hash, date.place_list_hash)
    if not hall.bays:
        raise InputRefused(problem="This plan has no wheelchair places.", where="until")
    async with db.transaction() as c:
        coded = await pools.lock_codes(c, organisation_id, date.pool_id)
        before = await SQL.standing.row(c, performance_id=performance_id)
        places = await _write(c, date, hall, coded, until, by, now, by_event=False)
        standing = before["release_at"] if before is not None and before["ended_at"] is None else None
        await audit.note(c, by, "allotment.accessible-kept", date.subject, now, {"release_at": (standing, until)})
    await allotments.show(db, inventory, date.pool_id, places)
    return len(hall.bays)


async def are_open(db: Database, performance_id: UUID) -> bool:
    """Whether a date's places of wheelchair users were kept, and have been released."""
    async with db.read() as c:
        return bool(await SQL.are_open.value(c, performance_id=performance_id))


async def set_default(
    db: Database, organisation_id: UUID, event_id: UUID, days: int | None, by: Actor, now: datetime
) -> None:
    """Have all dates of an event keep them until so many days before they start; None: none of them does. Dates that
    say otherwise are left alone. The worker does it (`follow`). Raises NotFound, InputRefused."""
    if days is not None and not 0 <= days <= DAYS_MAX:
        raise InputRefused(problem="Type a whole number from {least} to {most}.", where="days", least=0, most=DAYS_MAX)
    async with db.transaction() as c:
        row = await SQL.default_of.row(c, organisation_id=organisation_id, event_id=event_id)
        if row is None:
            raise NotFound(what="event")
        if row["accessible_days"] == days:
            return
        await SQL.set_default.run(c, event_id=event_id, days=days)
        subject = Subject(kind="event", id=event_id, name=row["name"], box_office_id=row["box_office_id"])
        told = {"accessible_days": (row["accessible_days"], days)}
        await audit.note(c, by, "event.accessible-set", subject, now, told)


async def follow(db: Database, inventory: Inventory, now: datetime) -> int:
    """Do at each date what its event asks for now; how many dates it was done at."""
    async with db.read() as c:
        await SQL.follow_events.run(c)
        due = await SQL.due.rows(c, now=now, rows_max=DATES_MAX)
        undone = await SQL.undone.rows(c, rows_max=DATES_MAX)
    done = [await _follow(db, inventory, date, owner, until, now) for date, owner, until in due]
    return sum(done) + sum([await _undo(db, inventory, date, owner, now) for date, owner in undone])


async def _follow(
    db: Database, inventory: Inventory, performance_id: UUID, organisation_id: UUID, release_at: datetime, now: datetime
) -> bool:
    async with db.read() as c:
        date = await allotments.find_date(c, organisation_id, performance_id)
    hall = await halls.hall(db, date.plan_hash, date.place_list_hash)
    by = Actor(organisation_id=organisation_id)
    async with db.transaction() as c:
        coded = await pools.lock_codes(c, organisation_id, date.pool_id)
        before = await SQL.standing.row(c, performance_id=performance_id)
        if before is not None and before["by_rule"] and release_at > now:
            before = None  # it gave them back as its event asked, which asks for longer now
        if before is not None and (before["ended_at"] or before["plan_version_id"] == date.plan_version_id):
            return False
        by_event = before is None or before["by_event"]
        at = release_at if before is None else before["release_at"]
        places = await _write(c, date, hall, coded, at, by, now, by_event, before["staff_id"] if before else None)
        if before is None and places:
            told = {"release_at": (None, at), "places": (None, len(places))}
            await audit.note(c, by, "allotment.accessible-kept", date.subject, now, told)
    await allotments.show(db, inventory, date.pool_id, places)
    return True


async def _undo(
    db: Database, inventory: Inventory, performance_id: UUID, organisation_id: UUID, now: datetime
) -> bool:  # fmt: skip
    """Give a date's places back because its event asks for nothing any more: that opens them to nobody else."""
    by = Actor(organisation_id=organisation_id)
    async with db.transaction() as c:
        date = await allotments.find_date(c, organisation_id, performance_id)
        coded = await pools.lock_codes(c, organisation_id, date.pool_id)
        if not await SQL.forget.run(c, performance_id=performance_id):
            return False
        places: list[int] = np.flatnonzero(coded.codes == ACCESSIBLE).tolist()
        await allotments.recode(c, date.pool_id, coded.codes, places, 0)
        told = {"kind": (Kind.ACCESSIBILITY, None), "places": (len(places), None)}
        await audit.note(c, by, "allotment.released", date.subject, now, told)
    await allotments.show(db, inventory, date.pool_id, places)
    return True


async def _write(
    c: Connection, date: Date, hall: Hall, coded: Coded, until: datetime | None, by: Actor, now: datetime,
    by_event: bool, staff_id: UUID | None = None,
) -> list[int]:  # fmt: skip
    """The row, and the code of those of its places that are on open sale; these. What is over at once has none."""
    over = until is not None and until <= now
    await SQL.keep.run(
        c, allotment_id=new_id(), performance_id=date.id, release_at=until, staff_id=by.staff_id or staff_id,
        plan_version_id=date.plan_version_id, by_event=by_event, ended_at=now if over else None, now=now,
    )  # fmt: skip
    bays = [place for place in hall.bays if place < coded.place_count and place not in coded.tombstones]
    places = [] if over else [place for place in bays if coded.codes[place] == 0]
    if places:
        await allotments.recode(c, date.pool_id, coded.codes, places, ACCESSIBLE)
    return places
