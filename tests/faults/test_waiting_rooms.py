"""A process killed or suspended while it gives out numbers, lets somebody in, or moves a waiting room on."""

from datetime import timedelta

from redis import Redis

from tests.faults.actor import Come, Enter, Step
from tests.faults.conftest import Scene
from tests.ticketing.house import NOW, breaches
from tests.ticketing.waiting import AFTER, announce, come, queues_of, steps
from ticketing import waiting_rooms
from ticketing.queues import Standing
from ticketing.waiting_rooms import Room

PEOPLE = 12


async def announced(scene: Scene) -> Room:
    return await announce(scene.db, scene.house)


async def turns(scene: Scene, room: Room) -> int:
    async with scene.db.read() as c:
        found: int = await c.fetchval("select count(*) from waiting_turns where event_id = $1", room.event_id)
    return found


async def test_w1_a_block_was_drawn_and_no_number_given(scene: Scene) -> None:
    """A gap, and never a repeat."""
    room = await announced(scene)
    await scene.act("come", Come(room.event_id, "a", NOW), "W1")
    first = await scene.act("come", Come(room.event_id, "b", NOW))
    second = await scene.act("come", Come(room.event_id, "c", NOW))
    assert (first["ordinal"], second["ordinal"]) == (1000, 2000)


async def test_w2_let_in_and_never_answered(scene: Scene) -> None:
    room, ours = await announced(scene), queues_of(scene.db)
    person = await come(ours, room.event_id, "me", NOW)
    await ours.write(NOW)
    await steps(scene.db, room.event_id, AFTER)
    asked = Enter(room.event_id, "me", person.text, AFTER)
    await scene.act("enter", asked, "W2")
    assert await turns(scene, room) == 0, "nothing was committed"
    first, again = await scene.act("enter", asked), await scene.act("enter", asked)
    assert first == again and first["ordinal"] == person.number.ordinal and await turns(scene, room) == 1


async def test_w3_a_worker_is_killed_while_it_calls(scene: Scene) -> None:
    """Another goes on where it was; nobody is called twice, left out, or out of order."""
    room, ours = await announced(scene), queues_of(scene.db)
    people = [await come(ours, room.event_id, f"b{n}", NOW) for n in range(PEOPLE)]
    await ours.write(NOW)
    before = await waiting_rooms.open_due(scene.db, room.event_id, AFTER)
    await scene.act("step", Step(room.event_id, AFTER), "W3")
    killed = await waiting_rooms.find(scene.db, room.event_id)
    assert (killed.serving, killed.stepped_at) == (before.serving, None)
    served = [await scene.act("step", Step(room.event_id, AFTER + timedelta(seconds=second))) for second in range(4)]
    assert served == sorted(served) and served[-1] > 0
    people.sort(key=lambda one: killed.rank(one.number.ordinal) or 0)
    standings = [
        (await queues_of(scene.db).place(room.event_id, one.browser, one.text, AFTER)).standing for one in people
    ]
    called = standings.count(Standing.CALLED)
    assert called > 0 and standings == [Standing.CALLED] * called + [Standing.WAITING] * (PEOPLE - called)
    assert await breaches(scene.db, scene.inventory) == []


async def test_a_worker_suspended_in_its_step_keeps_others_out_and_loses_nothing(scene: Scene) -> None:
    room, ours = await announced(scene), queues_of(scene.db)
    for n in range(PEOPLE):
        await come(ours, room.event_id, f"b{n}", NOW)
    await ours.write(NOW)
    await waiting_rooms.open_due(scene.db, room.event_id, AFTER)
    run = await scene.start("step", Step(room.event_id, AFTER), "W3:STOP")
    await run.suspended()
    assert await scene.act("step", Step(room.event_id, AFTER + timedelta(seconds=1))) == 0, "its turn, not ours"
    run.resume()
    served = await run.ended()
    assert served > 0 and await scene.act("step", Step(room.event_id, AFTER + timedelta(seconds=2))) >= served


async def test_an_emptied_redis_loses_nobodys_place(scene: Scene) -> None:
    room, ours = await announced(scene), queues_of(scene.db)
    person = await come(ours, room.event_id, "me", NOW)
    await ours.write(NOW)
    await steps(scene.db, room.event_id, AFTER)
    with Redis.from_url(scene.stage.redis_url) as redis:
        redis.flushall()
    fresh = queues_of(scene.db)
    assert (await fresh.place(room.event_id, "me", person.text, AFTER)).standing is Standing.CALLED
    assert (await fresh.admit(room.event_id, "me", person.text, AFTER)).ordinal == person.number.ordinal
    late = await come(fresh, room.event_id, "late", AFTER)
    assert late.number.ordinal > person.number.ordinal
    await scene.inventory.rebuild(scene.house.pool)
    await scene.assert_sound()
