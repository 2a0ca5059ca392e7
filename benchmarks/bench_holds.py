"""How many holds a second pass through Valkey from one process: full scripts and records, one awaited future each?

Compared in the same run with what joining replaces: the same script, one unpipelined call a hold. Only HELD counts.
Then the same with more workers, and with larger pools: a hold's price must not depend on how many seats there are.
"""

import asyncio
import gc
import os
import time
from collections.abc import Iterator
from itertools import count
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import uvloop
from pytest_benchmark.fixture import BenchmarkFixture

from embedded import Valkey
from engine import joiner
from engine.holds import HoldRequest, Owner, Seats
from engine.inventory import Inventory
from engine.outcomes import Outcome
from tests.engine.claims_book import ClaimsBook

FULL = os.environ.get("PLACEUR_BENCH") != "tiny"
HOLDS = 60_000 if FULL else 500
ROUNDS = 3 if FULL else 1
SHOPPERS = 512
SECRET = b"benchmark"
numbers = count(1)


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    with TemporaryDirectory(prefix="placeur-bench-") as folder:
        Path(folder).chmod(0o755)
        with Valkey(Path(folder) / "vk") as server:
            yield server


def requests(pool: int, places: int, holds: int) -> Iterator[HoldRequest]:
    """Pairs of neighbours, each hold counted against an address as the API does it."""
    for i in range(holds):
        owners = (Owner(f"a:10.0.{i % 5000 >> 8}.{i % 256}", 1_000_000),)
        yield HoldRequest("bo", os.urandom(16), b"asked--1", (Seats(pool, (2 * i, 2 * i + 1)),), 600_000, (), owners)


async def sell(url: str, places: int, holds: int) -> float:
    """Holds a second, from `SHOPPERS` tasks that each wait for their answer before they ask again."""
    book = ClaimsBook()
    inventory = await Inventory.open(url, book, SECRET)
    pool_count = -(-holds // (places // 2))
    pools = [book.add(next(numbers) + os.getpid() * 1000, "bo", places) for _ in range(pool_count)]
    for pool in pools:
        await inventory.ready(pool)
    queue = iter([request for pool in pools for request in requests(pool, places, holds // pool_count)])
    gc.collect()
    gc.freeze()  # the shoppers' requests are not the inventory's garbage
    held = 0

    async def shop() -> None:
        nonlocal held
        for request in queue:
            answer = await inventory.hold(request)
            held += answer.outcome is Outcome.HELD

    start = time.perf_counter()
    await asyncio.gather(*(shop() for _ in range(SHOPPERS)))
    rate = held / (time.perf_counter() - start)
    await inventory.close()
    return rate


def record(benchmark: BenchmarkFixture, rates: list[float]) -> None:
    rate = sorted(rates)[len(rates) // 2]
    benchmark.extra_info["held_per_s"] = round(rate)
    print(f"\n{benchmark.name}: {rate:,.0f} held/s", flush=True)


def test_joined(benchmark: BenchmarkFixture, valkey: Valkey) -> None:
    rates: list[float] = []
    benchmark.pedantic(lambda: rates.append(uvloop.run(sell(valkey.url(), 39_350, HOLDS))), rounds=ROUNDS)
    record(benchmark, rates)


def test_one_call_a_hold(benchmark: BenchmarkFixture, valkey: Valkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joiner, "JOINED_MAX", 1)
    monkeypatch.setattr(joiner, "FLYING_MAX", 1)
    rates: list[float] = []
    benchmark.pedantic(lambda: rates.append(uvloop.run(sell(valkey.url(), 39_350, HOLDS // 6))), rounds=ROUNDS)
    record(benchmark, rates)


@pytest.mark.parametrize("places", [1_000, 10_000, 100_000])
def test_flat_in_seats(benchmark: BenchmarkFixture, valkey: Valkey, places: int) -> None:
    rates: list[float] = []
    benchmark.pedantic(lambda: rates.append(uvloop.run(sell(valkey.url(), places, HOLDS // 2))), rounds=1)
    record(benchmark, rates)


def work(url: str, holds: int, rates: "Queue[float]") -> None:
    """One worker process: says what it sold a second."""
    rates.put(uvloop.run(sell(url, 39_350, holds)))


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_workers(benchmark: BenchmarkFixture, valkey: Valkey, workers: int) -> None:
    context = get_context("spawn")
    rates = context.Queue()

    def together() -> None:
        args = (valkey.url(), HOLDS // workers, rates)
        processes = [context.Process(target=work, args=args) for _ in range(workers)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()

    benchmark.pedantic(together, rounds=1)
    record(benchmark, [sum(rates.get() for _ in range(workers))])
