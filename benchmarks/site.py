"""A whole site to measure: its own durable Postgres and Valkey, ten performances of the stadium, and the web server.

Everything is on this machine, the load generator too, as on the smallest installation. Thirty places in a hundred are
sold when it opens, in pairs at random, so that the best places are not simply the next ones.
"""

import asyncio
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from uuid import UUID

import msgspec
from msgspec import Struct

from embedded import Postgres, Valkey, free_port
from engine.plan import row_list
from launcher import web_server_command
from ticketing import box_offices, customers, events, organisations, performances, plans, tariffs, tokens, venues
from ticketing.db import Database
from ticketing.ids import new_code, new_id
from ticketing.migrations import migrate
from ticketing.performances import Performance, Schedule
from ticketing.settings import Settings
from ticketing.stores import stores
from ticketing.tokens import Scope

STADIUM = Path(__file__).parents[1] / "examples" / "metalist-stadium.csv"
PERFORMANCES = 10
SOLD = 0.3
READY_S_MAX = 60.0
SEED = 20_261_121
LOOSE = {"reads_per_minute_max": 10_000_000, "hold_s": 10, "places_per_address_max": 1_000_000}


class Site(Struct, frozen=True):
    """A site that is open."""

    settings: Settings
    box_office: str
    box_office_id: UUID
    organisation_id: UUID
    customer_id: UUID
    tariff: UUID
    performances: list[Performance]
    token: str

    @property
    def url(self) -> str:
        return f"http://{self.settings.host}:{self.settings.port}"


@contextmanager
def site(
    workers: int, performance_count: int = PERFORMANCES, sold: float = SOLD, worker: bool = False, **changes: int
) -> Iterator[Site]:
    """Open a site served by so many processes, with a worker if one is wanted; `changes` are settings. All of it is
    gone afterwards."""
    with TemporaryDirectory(prefix="placeur-bench-") as folder:
        data = Path(folder)
        data.chmod(0o755)
        with Postgres(data / "pg") as postgres, Valkey(data / "vk") as valkey:
            settings = Settings(
                database_url=postgres.url(),
                redis_url=valkey.url(),
                data=folder,
                port=free_port(),
                workers=workers,
                secret="be" * 32,
            )
            settings = msgspec.structs.replace(settings, **(LOOSE | changes))
            made = asyncio.run(_make(settings, performance_count, sold))
            with _serving(settings, data, worker):
                yield made


async def _make(settings: Settings, performance_count: int, sold: float) -> Site:
    await migrate(settings.database_url)
    now = datetime.now(UTC)
    async with stores(settings) as opened:
        db = opened.database
        owner = (await organisations.create(db, "club", "Club", now)).id
        office = await box_offices.create(db, owner, "club", "Club", "EUR", now)
        venue = await venues.create(db, owner, "Stadium", "Europe/Kyiv", now)
        plan = row_list.read(STADIUM.read_bytes())
        version = await plans.add_version(db, owner, venue.id, "Stadium", plan, now)
        event = await events.create(db, owner, office.id, "Match", now)
        prices = {category.name: category.price_hint * 20 for category in plan.categories}
        tariff = await tariffs.create(db, owner, event.id, "Full", prices)
        customer = await _customer(db, owner, now)
        shown = [
            await performances.create(db, owner, event.id, version.id, _schedule(now + timedelta(days=day + 1)))
            for day in range(performance_count)
        ]
        for performance in shown:
            if sold:
                await _sell(db, office.id, customer, performance, plan.capacity, sold, now)
            await opened.inventory.ready(performance.pool_id)
        token = await tokens.create(db, owner, "bench", Scope.MANAGE, now)
    return Site(settings, office.key, office.id, owner, customer, tariff.id, shown, token)


def _schedule(starts_at: datetime) -> Schedule:
    return Schedule(
        starts_at=starts_at,
        doors_at=starts_at - timedelta(hours=1),
        ends_at=starts_at + timedelta(hours=2),
        sale_opens_at=starts_at - timedelta(days=90),
        sale_closes_at=starts_at,
    )


async def _customer(db: Database, owner: UUID, now: datetime) -> UUID:
    async with db.transaction() as c:
        return (await customers.find_or_add(c, owner, "bench@example.org", "Bench", "en", now)).id


async def _sell(
    db: Database, office: UUID, customer: UUID, performance: Performance, capacity: int, share: float, now: datetime
) -> None:
    """Claims on pairs of neighbours at random, for one order: what a sale that has gone on for a while leaves."""
    order, pool = new_id(), performance.pool_id
    random = Random(SEED + pool)
    first = {place & ~1 for place in random.sample(range(capacity - 1), round(capacity * share))}
    pairs = random.sample(sorted(first), min(len(first), round(capacity * share / 2)))
    names = ("id", "code", "box_office_id", "customer_id", "hold_id", "request_key", "request_digest", "secret_hash")
    values = (order, new_code(), office, customer, os.urandom(16), str(order), b"", os.urandom(32))
    rest = {"status": "paid", "currency": "EUR", "placed_at": now}
    async with db.transaction() as c:
        await c.copy_records_to_table("orders", records=[(*values, *rest.values())], columns=[*names, *rest])
        records = [(pool, place, order) for pair in pairs for place in (pair, pair + 1)]
        await c.copy_records_to_table("claims", records=records, columns=["pool_id", "place", "order_id"])


@contextmanager
def _serving(settings: Settings, data: Path, worker: bool) -> Iterator[None]:
    metrics = data / "metrics"
    metrics.mkdir()
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(metrics)} | _environment(settings)
    processes = [subprocess.Popen(web_server_command(), env=environment, stdin=subprocess.DEVNULL)]
    try:
        _await_ready(settings)
        if worker:
            command = [sys.executable, "-m", "background"]
            processes.append(subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL))
        yield
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait()


def _environment(settings: Settings) -> dict[str, str]:
    named = {"DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url}
    changed = {
        f"PLACEUR_{name.upper()}": str(value)
        for name, value in msgspec.structs.asdict(settings).items()
        if name not in ("database_url", "redis_url") and value != getattr(Settings(), name)
    }
    return named | changed


def _await_ready(settings: Settings) -> None:
    deadline = time.monotonic() + READY_S_MAX
    while True:
        try:
            connection = http.client.HTTPConnection(settings.host, settings.port, timeout=READY_S_MAX)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        assert time.monotonic() < deadline, "the server does not become ready"
        time.sleep(0.2)
