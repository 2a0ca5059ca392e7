"""What everybody is told of a room, and how fast a process says it answered."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.waiting.pace import BUCKETS, bucket
from tests.ticketing.house import NOW, open_house
from tests.ticketing.waiting import AFTER, OPENS_AT, announce, come, queues_of, steps
from ticketing import waiting_rooms
from ticketing.db import Database
from ticketing.queues import Queues
from web import metrics, waiting


@pytest.fixture(autouse=True)
def nothing_counted() -> Iterator[None]:
    metrics.taken_loads()
    yield
    metrics.taken_loads()


async def test_before_the_opening_only_the_fingerprint_is_told(database: Database) -> None:
    room = await announce(database, await open_house(database))
    told = waiting.serving(room, NOW)
    assert (told.seed, told.shuffled, told.places_left) == (None, None, None)
    assert told.seed_hash == room.seed_hash.hex()
    assert waiting.serving(room, OPENS_AT - timedelta(hours=3)).next_poll_s > told.next_poll_s


async def test_numbers_are_told_round(database: Database) -> None:
    house = await open_house(database)
    room, queues = await announce(database, house), queues_of(database)
    for n in range(143):
        await come(queues, room.event_id, f"b{n}", NOW, party=10)
    await queues.write(NOW)
    room = await steps(database, room.event_id, AFTER)
    told = waiting.serving(room, AFTER)
    assert told.waiting == 130 and room.waiting_count == 139 and told.places_left == 40
    assert told.serving <= told.last <= 1000


async def test_one_answer_serves_a_second_of_askers(database: Database) -> None:
    room = await announce(database, await open_house(database))
    numbers = waiting.ServingNumbers(database)
    assert await numbers.told(room.event_id) is await numbers.told(room.event_id)


@pytest.mark.parametrize(
    ("route", "judged"),
    [
        ("/api/v1/box-offices/{box_office}/holds", True),
        ("/shop/{key}/performances/{performance_id}", True),
        ("/shop/{key}/cart/places", True),
        ("/api/v1/events/{event}/serving", False),
        ("/shop/{key}/events/{event_id}/queue", False),
        ("/shop/{key}/events/{event_id}/queue/number", False),
        ("/shop/{key}/visit", False),
        ("/shop/{key}/events/{event_id}/queue/admission", True),
        ("/api/v1/performances/{performance}/availability/stream", False),
        ("/admin/events/{event_id}", False),
        ("/healthz", False),
    ],
)
def test_a_sale_is_judged_by_what_those_inside_ask(route: str, judged: bool) -> None:
    metrics.observe(route, "GET", 200, 0.2)
    counts = metrics.taken_loads()
    assert (sum(counts), counts[bucket(0.2)]) == ((1, 1) if judged else (0, 0))
    assert sum(metrics.taken_loads()) == 0, "told once"


def test_what_broke_is_slower_than_anything() -> None:
    metrics.observe("/shop/{key}", "GET", 503, 0.001)
    assert metrics.taken_loads()[BUCKETS - 1] == 1


async def test_a_process_writes_who_came_and_tells_its_load(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also after Postgres was away for a moment."""
    room, queues = await announce(database, await open_house(database)), queues_of(database)
    await come(queues, room.event_id, "me", NOW)
    metrics.observe("/shop/{key}", "GET", 200, 0.01)
    pauses, write, failed = 0, Queues.write, False

    async def passes(seconds: float) -> None:
        nonlocal pauses
        pauses += 1
        if pauses > 3:
            raise StopAsyncIteration

    async def away_once(self: Queues, now: object) -> None:
        nonlocal failed
        if not failed:
            failed = True
            raise ConnectionError
        await write(self, now)  # type: ignore[arg-type]

    monkeypatch.setattr(waiting.asyncio, "sleep", passes)
    monkeypatch.setattr(Queues, "write", away_once)
    with pytest.raises((StopAsyncIteration, RuntimeError)):
        await waiting.report(database, queues, lambda: 10.0 * pauses)
    monkeypatch.undo()
    async with database.read() as c:
        assert await c.fetchval("select count(*) from waiting_arrivals where event_id = $1", room.event_id) == 1
        assert await c.fetchval("select sum(n) from serving_loads, unnest(counts) as n") == 1
    assert (await waiting_rooms.find(database, room.event_id)).next_ordinal == 1000
