"""A waiting room moves on: once a second, by one worker, from what was measured.

Any number of workers try; a lock of the transaction lets one of them step a room at a time, and all that a step goes by
stands in Postgres, so another goes on where one was killed. A step opens a room whose time has come, writes the ranks
of those shuffled, lets turns lapse, judges the pace by how fast every serving process answered, and calls in as many as
pace and places allow (`engine.waiting.pace`). The serving number is written by a guarded statement to a column that
cannot fall.
"""

import asyncio
import math
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from engine.failpoints import reach
from engine.waiting import pace as paces
from engine.waiting.pace import BUCKETS, Called, Pace, Waiting
from engine.waiting.shuffle import rank
from ticketing import waiting_rooms
from ticketing.db import Database
from ticketing.sql import Connection, load
from ticketing.waiting_rooms import Room, RoomState

STEP_S = 1.0
RANKED_MAX = 2000
"""Numbers ranked in one go, a tenth of a second of one core."""
CALLED_MAX = 2000
"""People called in one step."""
LOADS_S = 5.0
"""How far back answers are looked at: a quiet second says little."""
FLOW_S = 60.0
"""Over how long it is measured how many people are called, for what those who wait are told."""
STEPS_KEPT = timedelta(days=1)
LOADS_KEPT = timedelta(minutes=1)

SQL = load("waiting_steps")


class Figures(Struct, frozen=True):
    """What was counted at one moment."""

    arrived_count: int
    waiting_count: int
    last_rank: int
    inside_count: int
    inside_places: int
    served_count: int
    bought_places: int
    concluded_places: int
    left_places: int


async def step_all(db: Database, now: datetime) -> None:
    """One step of every room that is on, and none of those that another worker steps."""
    rooms = await waiting_rooms.on(db)
    for event_id in rooms:
        await step(db, event_id, now)
    if rooms:
        async with db.read() as c:
            await SQL.forget_loads.run(c, before=now - LOADS_KEPT)


async def step(db: Database, event_id: UUID, now: datetime) -> Room:
    """Open it when it is due, rank those shuffled, and call in whom pace and places allow; the room afterwards.

    NotFound. O(people in the room) in Postgres.
    """
    room = await waiting_rooms.open_due(db, event_id, now)
    while room.seed is not None and await _rank_some(db, room):
        pass
    async with db.transaction() as c:
        if not await SQL.lock.value(c, event_id=event_id):
            return room
        room = await waiting_rooms.read(c, event_id)
        if room.opened_at is not None and room.is_on:
            await _advance(c, room, now)
            reach("W3")
            room = await waiting_rooms.read(c, event_id)
    return room


async def _rank_some(db: Database, room: Room) -> bool:
    """Write the ranks of some who came before the opening; whether there may be more."""
    assert room.seed is not None and room.shuffled_count is not None
    values = {"event_id": room.event_id}
    async with db.read() as c:
        rows = await SQL.unranked.rows(c, count=room.shuffled_count, rows_max=RANKED_MAX, **values)
        ordinals = [row["ordinal"] for row in rows]
        if ordinals:
            ranks = await asyncio.to_thread(_ranks, room.seed, ordinals, room.shuffled_count)
            await SQL.rank.run(c, ordinals=ordinals, ranks=ranks, **values)
    return len(ordinals) == RANKED_MAX


def _ranks(seed: bytes, ordinals: list[int], count: int) -> list[int]:
    return [rank(seed, ordinal, count) for ordinal in ordinals]


async def _advance(c: Connection, room: Room, now: datetime) -> None:
    lapsed = await SQL.lapsed.value(c, event_id=room.event_id, before=now - timedelta(seconds=room.turn_s))
    lapsed = max(room.lapsed, lapsed or 0)
    found = await SQL.figures.one(c, Figures, event_id=room.event_id, serving=room.serving, lapsed=lapsed, now=now)
    assert found is not None, "counting always gives a row"
    counts = await _loads(c, now)
    share = paces.conversion(found.bought_places, found.concluded_places)
    pace, called = _pace(room, counts, now), Called(room.serving, 0, 0)
    if room.state is RoomState.OPEN:
        called = await _called(c, room, pace, found, share)
    values = {name: getattr(found, name) for name in Figures.__struct_fields__ if name != "concluded_places"}
    values["last_rank"] = max(found.last_rank, room.last_rank)
    values["waiting_count"] -= called.people
    values["inside_count"] += called.people
    values["inside_places"] += called.places
    done = await SQL.advance.run(
        c, event_id=room.event_id, state=room.state, now=now, serving=called.serving, lapsed=lapsed,
        per_s=pace.per_s, credit=pace.credit - called.people, settles_at=_moment(pace.settles_at, now),
        p99_ms=_milliseconds(counts), called_per_s=await _flow(c, room, called.serving, now), conversion=share,
        **values,
    )  # fmt: skip
    if done and called.serving > room.serving:
        await SQL.note.run(c, event_id=room.event_id, serving=called.serving, now=now)
        await SQL.forget.run(c, event_id=room.event_id, before=now - STEPS_KEPT, serving=called.serving)


async def _called(c: Connection, room: Room, pace: Pace, found: Figures, share: float) -> Called:
    turns = min(CALLED_MAX, math.floor(pace.credit))
    rows = await SQL.waiting.rows(c, event_id=room.event_id, serving=room.serving, rows_max=turns)
    waiting = [Waiting(row["rank"], row["party"]) for row in rows]
    return paces.called(room.serving, waiting, turns, found.inside_places, paces.room(found.left_places, share))


def _pace(room: Room, counts: list[int], now: datetime) -> Pace:
    """The pace for the seconds since the last step; a paused room earns no turns."""
    elapsed_s = STEP_S if room.stepped_at is None else max(0.0, (now - room.stepped_at).total_seconds())
    before = Pace(room.per_s, room.credit, room.settles_at.timestamp())
    slow = paces.is_slow(counts, room.target_p99_ms / 1000)
    after = paces.paced(before, slow, now.timestamp(), elapsed_s, room.limits)
    return after if room.state is RoomState.OPEN else before


async def _loads(c: Connection, now: datetime) -> list[int]:
    """Answers by bucket, of all serving processes, over the last seconds."""
    rows = await SQL.loads.rows(c, since=now - timedelta(seconds=LOADS_S))
    told = [row["counts"] for row in rows if len(row["counts"]) == BUCKETS]
    return [sum(column) for column in zip(*told, strict=True)] if told else [0] * BUCKETS


async def _flow(c: Connection, room: Room, serving: int, now: datetime) -> float:
    """How many people a second were called of late."""
    opened = room.opened_at or now
    seconds = min(FLOW_S, max(1.0, (now - opened).total_seconds()))
    since = now - timedelta(seconds=seconds)
    count: int = await SQL.called_since.value(c, event_id=room.event_id, since=since, serving=serving)
    return count / seconds


def _milliseconds(counts: list[int]) -> int | None:
    """The time that 99 of 100 answers stayed within; None for too few of them. What broke took as
    long as is told at all."""
    measured = paces.percentile(counts, 0.99)
    if measured is None or sum(counts) < paces.ANSWERS_MIN:
        return None
    return round(1000 * min(measured, paces.BOUNDS_S[-1]))


def _moment(seconds: float, now: datetime) -> datetime:
    return datetime.fromtimestamp(seconds, now.tzinfo)
