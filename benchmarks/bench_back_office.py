"""How long does the server take for a page of the back office, with 200,000 orders in the database?

A season is drawn by `benchmarks.history`; then a manager's browser opens the list of orders under several filters, the
search for several kinds of text, the page of an order, and those that follow the sale, through the whole application in
this process: what is timed is the server's own time, from the request to the whole page, without a network or a
browser. Bars: p95 of 150 ms for list and search, of 200 ms for the page of an event.
"""

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import quantiles
from tempfile import TemporaryDirectory

import pytest
import uvloop
from httpx import AsyncClient
from msgspec import Struct
from pytest_benchmark.fixture import BenchmarkFixture

from admin.access import COOKIE
from app import create_app
from benchmarks.history import write
from embedded import Postgres, Valkey
from tests.api.serving import serving
from ticketing import organisations, sessions, staff, team
from ticketing.db import Database
from ticketing.migrations import migrate
from ticketing.sessions import Stage
from ticketing.settings import Settings

FULL = os.environ.get("PLACEUR_BENCH") != "tiny"
ORDERS = 200_000 if FULL else 400
ROUNDS = 40 if FULL else 2
SEED = 1
LIST_BAR_MS, EVENT_BAR_MS = 150, 200


class Desk(Struct):
    """A filled database, and whoever works at it."""

    settings: Settings
    secret: str
    paths: dict[str, list[str]]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with TemporaryDirectory(prefix="placeur-bench-") as folder:
        path = Path(folder)
        path.chmod(0o755)
        with Postgres(path / "pg", port=0) as postgres, Valkey(path / "vk", port=0) as valkey:
            settings = Settings(
                database_url=postgres.url("postgres"), redis_url=valkey.url(), data=folder, secret="5e" * 32
            )
            yield uvloop.run(_furnished(settings))


@pytest.mark.parametrize(
    "page", ["list", "list: state", "list: date", "list: event", "list: tariff", "list: text", "order"]
)
def test_a_page_of_orders(benchmark: BenchmarkFixture, desk: Desk, page: str) -> None:
    _measure(benchmark, desk, page, LIST_BAR_MS)


@pytest.mark.parametrize(("page", "bar_ms"), [("dashboard", None), ("event", EVENT_BAR_MS), ("date", EVENT_BAR_MS)])
def test_a_page_that_follows_the_sale(benchmark: BenchmarkFixture, desk: Desk, page: str, bar_ms: int | None) -> None:
    _measure(benchmark, desk, page, bar_ms)


@pytest.mark.parametrize(
    "page", ["search: number", "search: e-mail", "search: name", "search: surname", "search: event"]
)
def test_the_search(benchmark: BenchmarkFixture, desk: Desk, page: str) -> None:
    _measure(benchmark, desk, page, LIST_BAR_MS)


def _measure(benchmark: BenchmarkFixture, desk: Desk, page: str, bar_ms: int | None) -> None:
    times: list[float] = []
    benchmark.pedantic(lambda: times.extend(uvloop.run(_times(desk, desk.paths[page]))), rounds=1)
    p50, p95 = (cut * 1000 for cut in (quantiles(times, n=100)[49], quantiles(times, n=100)[94]))
    benchmark.extra_info |= {"p50_ms": round(p50, 1), "p95_ms": round(p95, 1)}
    bar = f" (bar {bar_ms} ms)" if bar_ms else ""
    print(f"\n{page}, {ORDERS:,} orders: p50 {p50:.1f} ms, p95 {p95:.1f} ms{bar}")


async def _times(desk: Desk, paths: list[str]) -> list[float]:
    """Seconds for each page, one after the other, after a first one that warms up."""
    headers = {"cookie": f"placeur-{COOKIE}={desk.secret}", "hx-request": "false"}
    async with serving(create_app(desk.settings), "10.9.1.1") as client:
        await _one(client, paths[0], headers)
        return [await _one(client, paths[n % len(paths)], headers) for n in range(ROUNDS)]


async def _one(client: AsyncClient, path: str, headers: dict[str, str]) -> float:
    begun = time.perf_counter()
    response = await client.get(path, headers=headers)
    took = time.perf_counter() - begun
    assert response.status_code in (200, 303) and "sign-in" not in response.headers.get("location", ""), path
    return took


async def _furnished(settings: Settings) -> Desk:
    await migrate(settings.database_url)
    now = datetime.now(UTC)
    await write(settings, ORDERS, SEED, now)
    database = await Database.open(settings.database_url, settings)
    owner = (await organisations.every(database))[0]
    await team.add_administrator(
        database, owner.id, "manager@example.org", "Maud Manager", "correct horse battery", now
    )
    person = await staff.verify(database, "manager@example.org", "correct horse battery")
    secret = await sessions.start(database, person, Stage.FULL, "192.0.2.1", "bench", now)
    paths = await _paths(database)
    await database.close()
    return Desk(settings, secret, paths)


async def _paths(database: Database) -> dict[str, list[str]]:
    """What is asked for, drawn from what is there."""
    draw = Random(SEED)
    async with database.read() as c:
        key = await c.fetchval("select key from box_offices")
        dates = await c.fetch("select id, event_id from performances order by starts_at")
        tariffs = [row["id"] for row in await c.fetch("select id from tariffs order by id")]
        sold = await c.fetch(
            "select o.id, o.code, c.email, c.name from orders o join customers c on c.id = o.customer_id"
            " order by o.code limit 500"
        )
    orders = f"/admin/box-offices/{key}/orders"
    some = draw.sample(sold, min(40, len(sold)))
    day = date.today() - timedelta(60)
    states = ("pending", "paid", "expired", "cancelled")
    return {
        "list": [orders, f"{orders}?sort=oldest", f"{orders}?channel=api", f"{orders}?after={some[0]['id']}"],
        "list: state": [f"{orders}?status={state}" for state in states],
        "list: date": [f"{orders}?since={day - timedelta(7 * n)}&until={day - timedelta(7 * n - 6)}" for n in range(8)],
        "list: event": [f"{orders}?performance={one['id']}" for one in draw.choices(dates, k=10)]
        + [f"{orders}?event={one['event_id']}" for one in draw.choices(dates, k=10)],
        "list: tariff": [f"{orders}?tariff={tariff}" for tariff in draw.choices(tariffs, k=20)],
        "list: text": [f"{orders}?text={one['name'].split()[0]}" for one in some]
        + [f"{orders}?text={one['email'][:9]}" for one in some],
        "dashboard": [f"/admin/box-offices/{key}"],
        "event": [f"/admin/events/{one['event_id']}" for one in draw.choices(dates, k=20)],
        "date": [f"/admin/performances/{one['id']}" for one in draw.choices(dates, k=20)],
        "order": [f"/admin/orders/{one['id']}" for one in some],
        "search: number": [f"/admin/search?q={one['code'][:5]}" for one in some],
        "search: e-mail": [f"/admin/search?q={one['email'][:12]}" for one in some],
        "search: name": [f"/admin/search?q={one['name']}" for one in some],
        "search: surname": [f"/admin/search?q={one['name'].split()[-1]}" for one in some],
        "search: event": ["/admin/search?q=seagull", "/admin/search?q=tempest", "/admin/search?q=hamlet"],
    }
