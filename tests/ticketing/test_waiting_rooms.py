"""Waiting rooms: who may be called and when, what the organiser may do, and that nothing goes back."""

from datetime import timedelta
from itertools import product
from uuid import uuid4

import asyncpg
import pytest

from engine.waiting.shuffle import seed_hash
from tests.ticketing.house import NOW, House, open_house
from tests.ticketing.waiting import AFTER, OPENS_AT, actor, announce, come, queues_of, steps
from ticketing import audit, waiting_rooms
from ticketing.audit import Wanted
from ticketing.db import Database
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, NotFound, WrongState
from ticketing.waiting_rooms import ROOM, RoomEvent, RoomSettings, RoomState


async def acts(db: Database, house: House) -> list[str]:
    lines, _ = await audit.page(db, Wanted(organisation_id=house.organisation))
    return [line.act for line in reversed(lines) if line.act.startswith("waiting_room.")]


async def test_announced_it_tells_a_hash_and_keeps_the_seed(database: Database) -> None:
    house = await open_house(database)
    room = await announce(database, house)
    assert room.state is RoomState.ANNOUNCED and room.is_on and room.seed is None and room.rank(0) is None
    async with database.read() as c:
        row = await c.fetchrow("select * from waiting_rooms where event_id = $1", room.event_id)
    assert not any(isinstance(value, bytes) and seed_hash(value) == room.seed_hash for value in row.values())
    opened = await waiting_rooms.open_due(database, room.event_id, AFTER)
    assert opened.state is RoomState.OPEN and opened.seed is not None
    assert seed_hash(opened.seed) == room.seed_hash == opened.seed_hash
    assert await acts(database, house) == ["waiting_room.announced", "waiting_room.opened"]


async def test_it_opens_on_time_once(database: Database) -> None:
    house = await open_house(database)
    room = await announce(database, house)
    early = await waiting_rooms.open_due(database, room.event_id, OPENS_AT - timedelta(seconds=1))
    assert early.state is RoomState.ANNOUNCED
    await come(queues_of(database), room.event_id, "a", NOW)
    first = await waiting_rooms.open_due(database, room.event_id, AFTER)
    await come(queues_of(database), room.event_id, "b", AFTER)
    again = await waiting_rooms.open_due(database, room.event_id, AFTER)
    assert (first.shuffled_count, again.shuffled_count) == (1000, 1000), "fixed at the opening"


async def test_an_event_has_one_and_another_organisation_none(database: Database) -> None:
    house, rival = await open_house(database), await open_house(database)
    room = await announce(database, house)
    with pytest.raises(AlreadyExists):
        await announce(database, house)
    settings = RoomSettings(opens_at=OPENS_AT)
    for refused in (
        waiting_rooms.announce(database, rival.organisation, room.event_id, settings, actor(rival), NOW),
        waiting_rooms.edit(database, rival.organisation, room.event_id, settings, 1, actor(rival), NOW),
        waiting_rooms.turn(database, rival.organisation, room.event_id, RoomEvent.OPEN, actor(rival), NOW),
        waiting_rooms.set_pace(database, rival.organisation, room.event_id, 0, actor(rival), NOW),
        waiting_rooms.find(database, uuid4()),
    ):
        with pytest.raises(NotFound):
            await refused
    assert await waiting_rooms.of_organisation(database, rival.organisation, room.event_id) is None


async def test_two_people_saving_and_what_cannot_be(database: Database) -> None:
    house = await open_house(database)
    room = await announce(database, house)
    settings = RoomSettings(opens_at=OPENS_AT, pace_max=1200)
    owner, event, by = house.organisation, room.event_id, actor(house)
    changed = await waiting_rooms.edit(database, owner, event, settings, room.version, by, NOW)
    assert changed.settings == settings
    with pytest.raises(EditedMeanwhile):
        await waiting_rooms.edit(database, owner, event, settings, room.version, by, NOW)
    for wrong in (RoomSettings(opens_at=OPENS_AT, pace_min=100, pace_max=50),
                  RoomSettings(opens_at=NOW + timedelta(days=800))):  # fmt: skip
        with pytest.raises(InputRefused):
            await waiting_rooms.edit(database, owner, event, wrong, changed.version, by, NOW)
    opened = await waiting_rooms.turn(database, owner, event, RoomEvent.OPEN, by, NOW)
    late = RoomSettings(opens_at=OPENS_AT + timedelta(days=1))
    assert (await waiting_rooms.edit(database, owner, event, late, opened.version, by, NOW)).opens_at == OPENS_AT


@pytest.mark.parametrize(("state", "event"), list(product(RoomState, RoomEvent)))
async def test_every_act_in_every_state(database: Database, state: RoomState, event: RoomEvent) -> None:
    house = await open_house(database)
    room = await announce(database, house)
    ways = {RoomState.ANNOUNCED: [], RoomState.OPEN: [RoomEvent.OPEN], RoomState.CLOSED: [RoomEvent.CLOSE],
            RoomState.PAUSED: [RoomEvent.OPEN, RoomEvent.PAUSE]}  # fmt: skip
    for happens in ways[state]:
        await waiting_rooms.turn(database, house.organisation, room.event_id, happens, actor(house), NOW)
    acting = waiting_rooms.turn(database, house.organisation, room.event_id, event, actor(house), NOW)
    if (state, event) not in ROOM:
        with pytest.raises(WrongState):
            await acting
        return
    after = await acting
    assert after.state is ROOM[state, event] and after.seed is not None
    assert await waiting_rooms.is_on(database, room.event_id) == (after.state is not RoomState.CLOSED)


FALLS = ["serving = serving - 1", "lapsed = lapsed - 1", "next_ordinal = next_ordinal - 1", "shuffled_count = 7"]


@pytest.mark.parametrize("fall", FALLS)
@pytest.mark.parametrize("protected", [True, False])
async def test_the_numbers_never_fall(database: Database, fall: str, protected: bool) -> None:
    house = await open_house(database)
    room = await announce(database, house, turn_s=30)
    queues = queues_of(database)
    for n in range(4):
        await come(queues, room.event_id, f"browser {n}", NOW)
    await queues.write(NOW)
    room = await steps(database, room.event_id, AFTER, 2)
    if fall.startswith("lapsed"):
        room = await steps(database, room.event_id, AFTER + timedelta(seconds=60))
    assert room.serving > 0
    async with database.transaction() as c:
        if not protected:
            await c.execute("alter table waiting_rooms disable trigger waiting_room_goes_on")
        act = c.execute(f"update waiting_rooms set {fall} where event_id = $1", room.event_id)
        if protected:
            with pytest.raises(asyncpg.CheckViolationError):
                await act
            return
        assert await act == "UPDATE 1"
        await c.execute(
            "update waiting_rooms set serving = $2, lapsed = 0 where event_id = $1", room.event_id, room.serving
        )
        await c.execute("alter table waiting_rooms enable trigger waiting_room_goes_on")


async def test_a_pace_by_hand_is_noted_and_bounded(database: Database) -> None:
    house = await open_house(database)
    room = await announce(database, house)
    owner, by = house.organisation, actor(house)
    assert (await waiting_rooms.set_pace(database, owner, room.event_id, 90, by, NOW)).limits.fixed_per_s == 1.5
    assert (await waiting_rooms.set_pace(database, owner, room.event_id, None, by, NOW)).limits.fixed_per_s is None
    with pytest.raises(InputRefused):
        await waiting_rooms.set_pace(database, owner, room.event_id, -1, by, NOW)
    assert (await acts(database, house))[1:] == ["waiting_room.paced", "waiting_room.paced"]
