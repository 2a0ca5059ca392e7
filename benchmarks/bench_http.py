"""How many shoppers a second does the whole site serve: holds, orders and looks over HTTP, only the granted counted?

Ten performances of the stadium, thirty places in a hundred sold, 64 connections; Postgres (durable), Valkey, the
serving processes and the load generator share this machine. Beside them, in the same run, what a request costs that
does nothing but come and go (`/healthz`).
"""

import asyncio
import os
import shutil
from pathlib import Path

import msgspec
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.load import Load, wrk
from benchmarks.site import Site, site
from engine.core.best import PartyWant
from engine.holds import Best, HoldRequest
from ticketing.stores import stores

FULL = os.environ.get("PLACEUR_BENCH") != "tiny"
SECONDS = 20 if FULL else 1
ORDERS = 40_000 if FULL else 500
WORKERS = [1, 2, 4] if FULL else [1]
CONNECTIONS = 64
GRANTED = 201

pytestmark = pytest.mark.skipif(shutil.which("wrk") is None, reason="needs wrk")


def record(benchmark: BenchmarkFixture, load: Load, status: int) -> None:
    """Print and keep the figures; nothing may have broken."""
    assert load.lost == 0 and not any(code.startswith("5") for code in load.statuses), load
    figures = {"per_s": round(load.rate(status)), "p50_ms": load.p50_us / 1000, "p99_ms": load.p99_us / 1000}
    benchmark.extra_info |= figures | {"statuses": load.statuses}
    print(f"\n{benchmark.name}: {figures['per_s']:,}/s, p50 {figures['p50_ms']:.1f} ms, p99 {figures['p99_ms']:.1f} ms")


def hold(opened: Site) -> Load:
    ids = [str(performance.id) for performance in opened.performances]
    path = f"/api/v1/box-offices/{opened.box_office}/holds"
    return wrk(opened.url, "holds", SECONDS, CONNECTIONS, path, *ids)


@pytest.mark.parametrize("workers", WORKERS)
def test_holds(benchmark: BenchmarkFixture, workers: int) -> None:
    with site(workers) as opened:
        load = benchmark.pedantic(hold, (opened,), rounds=1)
    record(benchmark, load, GRANTED)


def test_orders_of_two(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    with site(2, hold_s=3600, held_s_max=7200) as opened:
        bodies = tmp_path / "orders"
        bodies.write_bytes(b"\n".join(asyncio.run(_orders(opened))))
        path = f"/api/v1/box-offices/{opened.box_office}/orders"
        arguments = (opened.url, "orders", SECONDS, CONNECTIONS, path, str(bodies))
        load = benchmark.pedantic(wrk, arguments, rounds=1)
    record(benchmark, load, GRANTED)


def test_looks(benchmark: BenchmarkFixture) -> None:
    with site(2, performance_count=1) as opened:
        path = f"/api/v1/performances/{opened.performances[0].id}/availability"
        load = benchmark.pedantic(wrk, (opened.url, "reads", SECONDS // 4 or 1, CONNECTIONS, path), rounds=1)
    record(benchmark, load, 200)


def test_nothing(benchmark: BenchmarkFixture) -> None:
    with site(2, performance_count=1) as opened:
        load = benchmark.pedantic(wrk, (opened.url, "reads", SECONDS // 4 or 1, CONNECTIONS, "/healthz"), rounds=1)
    record(benchmark, load, 200)


async def _orders(opened: Site) -> list[bytes]:
    """Bodies of orders, each of a pair of seats that is held for it."""
    async with stores(opened.settings) as reader:

        async def one(number: int) -> bytes:
            performance = opened.performances[number % len(opened.performances)]
            want = Best(performance.pool_id, PartyWant(2))
            request = HoldRequest(opened.box_office_id.hex, os.urandom(16), bytes(8), (want,), 3_600_000)
            answer = await reader.inventory.hold(request)
            places = answer.places[performance.pool_id]
            buyer = {"email": f"buyer-{number}@example.org", "name": "Bench"}
            seats = [{"performance": performance.id, "place": place, "tariff": opened.tariff} for place in places]
            return msgspec.json.encode({"hold": answer.hold.hex(), "buyer": buyer, "seats": seats})

        return await asyncio.gather(*(one(number) for number in range(ORDERS)))
