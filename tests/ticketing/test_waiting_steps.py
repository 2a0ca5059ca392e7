"""The worker's steps: one worker at a time, never more inside than there are places, slower when answers are slow."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from engine.inventory import Inventory
from engine.waiting import pace as paces
from engine.waiting.pace import BUCKETS
from tests.ticketing.house import NOW, House, open_house, order
from tests.ticketing.test_protections import without
from tests.ticketing.waiting import AFTER, OPENS_AT, actor, announce, come, queues_of
from ticketing import waiting_rooms, waiting_steps
from ticketing.db import Database
from ticketing.waiting_rooms import RoomEvent, RoomState

PLACES = 40


async def crowd(db: Database, event_id: UUID, people: int, party: int = 2) -> None:
    """People who come before the opening."""
    queues = queues_of(db)
    for n in range(people):
        await come(queues, event_id, f"browser {n}", NOW, party)
    await queues.write(NOW)


async def answered(db: Database, at: datetime, fast: int, slow: int = 0) -> None:
    """What a serving process told."""
    counts = [0] * BUCKETS
    counts[0], counts[-1] = fast, slow
    async with db.read() as c:
        await c.execute("insert into serving_loads values ($1, $2, $3)", f"p{at.timestamp()}", at, counts)


async def later(db: Database, event_id: UUID, seconds: int, since: datetime = AFTER) -> waiting_rooms.Room:
    """The room after so many steps of a second each."""
    for second in range(1, seconds + 1):
        room = await waiting_steps.step(db, event_id, since + timedelta(seconds=second))
    return room


async def declared(db: Database, event_id: UUID) -> int:
    """For how many places those called have come."""
    async with db.read() as c:
        found: int = await c.fetchval(
            "select coalesce(sum(party), 0)::int from waiting_arrivals a join waiting_rooms r using (event_id)"
            " where event_id = $1 and rank < serving", event_id,
        )  # fmt: skip
    return found


async def test_it_opens_ranks_and_calls(database: Database) -> None:
    house = await open_house(database)
    room = await announce(database, house)
    await crowd(database, room.event_id, 30)
    before = await waiting_steps.step(database, room.event_id, OPENS_AT - timedelta(seconds=1))
    assert (before.state, before.serving) == (RoomState.ANNOUNCED, 0)
    room = await later(database, room.event_id, 2)
    async with database.read() as c:
        rows = await c.fetch("select ordinal, rank from waiting_arrivals where event_id = $1", room.event_id)
    assert all(row["rank"] == room.rank(row["ordinal"]) for row in rows) and len(rows) == 30
    assert room.arrived_count == 30 and room.serving > 0 and room.waiting_count == 30 - room.inside_count
    assert room.left_places == PLACES


@pytest.mark.parametrize("protected", [True, False])
async def test_no_more_places_are_declared_inside_than_are_left(
    database: Database, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    house = await open_house(database)
    room = await announce(database, house, pace_min=6000)
    await crowd(database, room.event_id, 60, party=3)
    if not protected:
        monkeypatch.setattr(paces, "room", lambda left, share: 1_000_000)
    room = await later(database, room.event_id, 5)
    assert (await declared(database, room.event_id) <= PLACES) is protected
    if protected:
        assert await declared(database, room.event_id) == 39 == room.inside_places


async def test_as_turns_lapse_others_are_called_for_the_same_places(database: Database) -> None:
    house = await open_house(database)
    room = await announce(database, house, pace_min=6000, turn_s=30)
    await crowd(database, room.event_id, 60, party=4)
    room = await later(database, room.event_id, 3)
    assert await declared(database, room.event_id) == PLACES
    room = await later(database, room.event_id, 1, AFTER + timedelta(seconds=40))
    assert room.lapsed == room.serving or room.lapsed < room.serving
    assert PLACES < await declared(database, room.event_id) <= 2.5 * PLACES, "and as nobody came, a few more at once"
    assert room.conversion < 1


async def test_what_is_sold_leaves_no_room(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    room = await announce(database, house, pace_min=6000)
    await crowd(database, room.event_id, 30)
    await order(database, inventory, house, list(range(38)))
    room = await later(database, room.event_id, 3)
    assert (room.left_places, await declared(database, room.event_id)) == (2, 2)
    await order(database, inventory, house, [38, 39])
    serving = room.serving
    room = await later(database, room.event_id, 2, AFTER + timedelta(seconds=400))
    assert room.is_sold_out and room.serving == serving


async def test_one_who_wants_more_than_is_left_is_called_alone(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    room = await announce(database, house, pace_min=6000)
    await crowd(database, room.event_id, 5, party=10)
    await order(database, inventory, house, list(range(37)))
    room = await later(database, room.event_id, 3)
    assert (room.inside_count, await declared(database, room.event_id)) == (1, 10)


async def test_slow_answers_halve_the_pace_and_quick_ones_raise_it(database: Database) -> None:
    house = await open_house(database)
    room = await announce(database, house, pace_min=60, pace_max=6000)
    quick = await later(database, room.event_id, 10)
    assert quick.per_s == pytest.approx(1 + 10 * paces.RISE_PER_S) and quick.p99_ms is None
    at = AFTER + timedelta(seconds=11)
    await answered(database, at, fast=970, slow=30)
    slow = await waiting_steps.step(database, room.event_id, at)
    assert slow.per_s == pytest.approx(quick.per_s / 2) and slow.p99_ms == round(1000 * paces.BOUNDS_S[-1])
    held = await later(database, room.event_id, 3, at)
    assert held.per_s == slow.per_s, "until the halving shows"
    at += timedelta(seconds=20)
    await answered(database, at, fast=1000)
    assert (await waiting_steps.step(database, room.event_id, at)).per_s > held.per_s


async def test_a_pace_by_hand_holds_and_zero_calls_nobody(database: Database) -> None:
    house = await open_house(database)
    room = await announce(database, house)
    await crowd(database, room.event_id, 10, party=1)
    await waiting_rooms.set_pace(database, house.organisation, room.event_id, 0, actor(house), NOW)
    room = await later(database, room.event_id, 3)
    assert await declared(database, room.event_id) <= 1, "a turn may be left of before"
    await waiting_rooms.set_pace(database, house.organisation, room.event_id, 120, actor(house), NOW)
    room = await later(database, room.event_id, 3, AFTER + timedelta(seconds=3))
    assert room.per_s == 2.0 and await declared(database, room.event_id) >= 6


async def test_a_paused_room_calls_nobody_and_goes_on_calmly(database: Database) -> None:
    house = await open_house(database)
    room = await announce(database, house, pace_min=60)
    await crowd(database, room.event_id, 20, party=1)
    room = await later(database, room.event_id, 2)
    await waiting_rooms.turn(database, house.organisation, room.event_id, RoomEvent.PAUSE, actor(house), NOW)
    paused = await later(database, room.event_id, 60, AFTER + timedelta(seconds=2))
    assert paused.serving == room.serving and paused.arrived_count == 20
    await waiting_rooms.turn(database, house.organisation, room.event_id, RoomEvent.RESUME, actor(house), NOW)
    before = await declared(database, room.event_id)
    await later(database, room.event_id, 1, AFTER + timedelta(seconds=62))
    assert 1 <= await declared(database, room.event_id) - before <= 3, "not a minute's worth at once"


async def test_paused_while_it_steps_it_is_not_advanced(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    house = await open_house(database)
    room = await announce(database, house)
    await crowd(database, room.event_id, 10)
    await waiting_rooms.open_due(database, room.event_id, AFTER)
    flow = waiting_steps._flow

    async def paused_meanwhile(*args: object) -> float:
        await waiting_rooms.turn(database, house.organisation, room.event_id, RoomEvent.PAUSE, actor(house), NOW)
        return await flow(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(waiting_steps, "_flow", paused_meanwhile)
    assert (await waiting_steps.step(database, room.event_id, AFTER)).serving == 0


@pytest.mark.parametrize("protected", [True, False])
async def test_one_worker_at_a_time_steps_a_room(
    database: Database, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """Ten workers at the same moment earn the turns of one."""
    house = await open_house(database)
    room = await announce(database, house, pace_min=60)
    await crowd(database, room.event_id, 30, party=1)
    await waiting_rooms.open_due(database, room.event_id, AFTER)
    if not protected:
        monkeypatch.setattr(
            waiting_steps.SQL,
            "lock",
            without(waiting_steps.SQL.lock, "pg_try_advisory_xact_lock(16, ", "$1::uuid is not null or 1 = ("),
        )
    advanced, once = 0, waiting_steps._advance

    async def counted(*args: object) -> None:
        nonlocal advanced
        advanced += 1
        await once(*args)  # type: ignore[arg-type]
        await asyncio.sleep(0.2)

    monkeypatch.setattr(waiting_steps, "_advance", counted)
    await asyncio.gather(*(waiting_steps.step(database, room.event_id, AFTER) for _ in range(10)))
    assert (advanced == 1) is protected


async def test_every_room_that_is_on_is_stepped_and_old_loads_go(database: Database) -> None:
    houses: list[House] = [await open_house(database) for _ in range(2)]
    rooms = [await announce(database, house) for house in houses]
    await answered(database, AFTER - timedelta(minutes=5), fast=1)
    await waiting_steps.step_all(database, AFTER)
    for room in rooms:
        assert (await waiting_rooms.find(database, room.event_id)).state is RoomState.OPEN
    async with database.read() as c:
        assert await c.fetchval("select count(*) from serving_loads where at < $1", AFTER - timedelta(minutes=1)) == 0
