"""How many who wait does one serving process answer a second: the serving number, whole and when it has not changed?

A waiting room with 20,000 numbers given out, one process, 64 connections; Postgres, Valkey and the load generator share
this machine. Beside it, in the same run, what a request costs that does nothing but come and go (`/healthz`).
"""

import asyncio
import os
import shutil
from datetime import UTC, datetime, timedelta

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.load import Load, wrk
from benchmarks.site import Site, site
from ticketing import waiting_rooms, waiting_steps
from ticketing.audit import Actor
from ticketing.queues import Queues
from ticketing.settings import secret_bytes
from ticketing.stores import stores
from ticketing.waiting_rooms import RoomSettings

FULL = os.environ.get("PLACEUR_BENCH") != "tiny"
SECONDS = 5 if FULL else 1
PEOPLE = 20_000 if FULL else 200
CONNECTIONS = 64
OF_NOTHING_MIN = 0.4
"""Of the answers that do nothing, which a slow hour of the machine slows as much."""

pytestmark = pytest.mark.skipif(shutil.which("wrk") is None, reason="needs wrk")


async def _crowded(opened: Site) -> str:
    """A room that has opened, with people in it; the path of its serving number."""
    event, now = opened.performances[0].event_id, datetime.now(UTC)
    async with stores(opened.settings) as open_stores:
        db = open_stores.database
        settings = RoomSettings(opens_at=now + timedelta(hours=1), pace_min=600)
        by = Actor(organisation_id=opened.organisation_id)
        await waiting_rooms.announce(db, opened.organisation_id, event, settings, by, now)
        queues = Queues(db, secret_bytes(opened.settings))
        for number in range(PEOPLE):
            await queues.join(event, f"browser {number}", 1 + number % 4, now)
        await queues.write(now)
        await waiting_steps.step(db, event, now + timedelta(hours=1))
    return f"/api/v1/events/{event}/serving"


def _record(benchmark: BenchmarkFixture, polls: Load, nothing: Load) -> None:
    """Print and keep the figures; nothing may have broken."""
    assert polls.lost == 0 and set(polls.statuses) == {"200"}, polls
    figures = {
        "polls_per_s": round(polls.rate(200)),
        "healthz_per_s": round(nothing.rate(200)),
        "p50_ms": polls.p50_us / 1000,
        "p99_ms": polls.p99_us / 1000,
    }
    benchmark.extra_info |= figures
    print(f"\n{benchmark.name}: {figures}")


def test_polls_of_one_worker(benchmark: BenchmarkFixture) -> None:
    with site(1, performance_count=1) as opened:
        path = asyncio.run(_crowded(opened))
        nothing = wrk(opened.url, "reads", SECONDS, CONNECTIONS, "/healthz")
        polls = benchmark.pedantic(wrk, (opened.url, "reads", SECONDS, CONNECTIONS, path), rounds=1)
    _record(benchmark, polls, nothing)
    assert not FULL or polls.rate(200) >= OF_NOTHING_MIN * nothing.rate(200)


async def _steps(opened: Site, count: int) -> float:
    """How long a worker's step takes, in seconds, with the crowd waiting."""
    event, now = opened.performances[0].event_id, datetime.now(UTC) + timedelta(hours=1)
    async with stores(opened.settings) as open_stores:
        began = asyncio.get_running_loop().time()
        for second in range(1, count + 1):
            await waiting_steps.step(open_stores.database, event, now + timedelta(seconds=second))
        return (asyncio.get_running_loop().time() - began) / count


def test_a_step_of_the_worker(benchmark: BenchmarkFixture) -> None:
    """What one second of the room costs its worker and Postgres."""
    with site(1, performance_count=1) as opened:
        asyncio.run(_crowded(opened))
        seconds = benchmark.pedantic(lambda: asyncio.run(_steps(opened, 10)), rounds=1)
    benchmark.extra_info |= {"step_ms": round(1000 * seconds, 1), "people": PEOPLE}
    print(f"\n{benchmark.name}: {1000 * seconds:.1f} ms a step with {PEOPLE:,} people")
