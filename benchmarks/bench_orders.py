"""How many orders of two seats a second, durable: each acknowledged only once Postgres has flushed it to disk?

An order is all of `orders.place`: the reads, the pin, the transaction with claims, tickets, ledger and job, the settle.
The holds are taken beforehand. Compared in the same run with the floor: transactions of one row each, from as many
connections, which is what this disk and these cores allow when nothing else is done in them.
"""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pytest
import uvloop
from pytest_benchmark.fixture import BenchmarkFixture

from embedded import Postgres, Valkey
from engine.plan import row_list
from tests.ticketing.house import NOW, House, hold, open_house, request
from ticketing import orders
from ticketing.migrations import migrate
from ticketing.orders import PlaceOrder
from ticketing.settings import Settings
from ticketing.stores import stores

FULL = os.environ.get("PLACEUR_BENCH") != "tiny"
ORDERS = 6_000 if FULL else 60
ROUNDS = 3 if FULL else 1
BUYERS = 32
STADIUM = Path(__file__).parents[1] / "examples" / "metalist-stadium.csv"

Timed = tuple[float, list[float]]
"""Seconds in all, and seconds each."""


@pytest.fixture(scope="module")
def settings() -> Iterator[Settings]:
    """A durable Postgres and a Valkey of their own, as the product starts them."""
    with TemporaryDirectory(prefix="placeur-bench-") as folder:
        Path(folder).chmod(0o755)
        with Postgres(Path(folder) / "pg") as postgres, Valkey(Path(folder) / "vk") as valkey:
            asyncio.run(migrate(postgres.url()))
            yield Settings(secret="5a" * 32, database_url=postgres.url(), redis_url=valkey.url())


async def opened(settings: Settings) -> House:
    """The stadium, on sale anew."""
    async with stores(settings) as open_stores:
        return await open_house(open_stores.database, drawing=row_list.read(STADIUM.read_bytes()))


async def timed(acts: Iterator[Callable[[], Awaitable[object]]]) -> Timed:
    """Do the acts, `BUYERS` at a time."""
    each: list[float] = []

    async def buy() -> None:
        for act in acts:
            start = time.perf_counter()
            await act()
            each.append(time.perf_counter() - start)

    start = time.perf_counter()
    await asyncio.gather(*(buy() for _ in range(BUYERS)))
    return time.perf_counter() - start, each


async def place(settings: Settings, house: House, first: int, count: int) -> Timed:
    """Place `count` orders of two neighbouring seats, from place `first` on."""
    async with stores(settings) as opened:
        db, inventory = opened.database, opened.inventory
        pairs = [(first + 2 * n, first + 2 * n + 1) for n in range(count)]
        asked = [request(house, await hold(inventory, house, pair), pair) for pair in pairs]

        def placing(one: PlaceOrder) -> Callable[[], Awaitable[object]]:
            return lambda: orders.place(db, inventory, settings, one, NOW)

        return await timed(map(placing, asked))


async def commit(settings: Settings, count: int) -> Timed:
    """Commit `count` transactions of one row, nothing else."""
    async with stores(settings) as opened:
        async with opened.database.read() as c:
            await c.execute("create table if not exists floor (id bigint generated always as identity)")

        async def one_row() -> None:
            async with opened.database.read() as c:
                await c.execute("insert into floor default values")

        return await timed(one_row for _ in range(count))


def record(benchmark: BenchmarkFixture, runs: list[Timed]) -> None:
    rates = [len(each) / seconds for seconds, each in runs]
    every = sorted(second for _, each in runs for second in each)
    p50_ms, p99_ms = median(every) * 1000, every[int(len(every) * 0.99)] * 1000
    benchmark.extra_info |= {"per_s": round(median(rates)), "p50_ms": round(p50_ms, 1), "p99_ms": round(p99_ms, 1)}
    print(f"\n{benchmark.name}: {median(rates):,.0f}/s, p50 {p50_ms:.1f} ms, p99 {p99_ms:.1f} ms", flush=True)


def test_orders(benchmark: BenchmarkFixture, settings: Settings) -> None:
    runs: list[Timed] = []
    house = uvloop.run(opened(settings))
    firsts = iter(range(0, 2 * ORDERS * ROUNDS, 2 * ORDERS))
    act = lambda: runs.append(uvloop.run(place(settings, house, next(firsts), ORDERS)))  # noqa: E731
    benchmark.pedantic(act, rounds=ROUNDS)
    record(benchmark, runs)


def test_the_floor(benchmark: BenchmarkFixture, settings: Settings) -> None:
    runs: list[Timed] = []
    benchmark.pedantic(lambda: runs.append(uvloop.run(commit(settings, ORDERS))), rounds=ROUNDS)
    record(benchmark, runs)


def work(settings: Settings, house: House, first: int, count: int, told: "Queue[Timed]") -> None:
    """One worker process."""
    told.put(uvloop.run(place(settings, house, first, count)))


@pytest.mark.parametrize("workers", [1, 2])
def test_workers(benchmark: BenchmarkFixture, settings: Settings, workers: int) -> None:
    """Workers beside each other: each its own share of the orders, timed while all are at it."""
    context = get_context("spawn")
    told: Queue[Timed] = context.Queue()
    house, count = uvloop.run(opened(settings)), ORDERS // workers

    def together() -> None:
        shares = [(settings, house, 2 * count * n, count, told) for n in range(workers)]
        processes = [context.Process(target=work, args=share) for share in shares]
        for process in processes:
            process.start()
        for process in processes:
            process.join()

    benchmark.pedantic(together, rounds=1)
    runs = [told.get() for _ in range(workers)]
    record(benchmark, [(max(seconds for seconds, _ in runs), [one for _, each in runs for one in each])])
