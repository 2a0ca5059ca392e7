"""How many scans a second, durable: each told its verdict only once Postgres has flushed the admission to disk?

A scan is all of `admissions.admit`: the code's signature checked, then one statement that judges and writes. Compared
in the same run with the obvious way, a transaction that locks the ticket, looks whether it is in, and then writes, and
with the floor: transactions of one row each, from as many connections.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from uuid import UUID

import pytest
import uvloop
from msgspec import Struct
from pytest_benchmark.fixture import BenchmarkFixture

from embedded import Postgres
from tests.ticketing.house import House, open_house
from ticketing import customers, tokens
from ticketing.admissions import Scan, Verdict, admit
from ticketing.db import Database
from ticketing.ids import new_code, new_id
from ticketing.migrations import migrate
from ticketing.settings import Settings
from ticketing.signing_keys import Keys
from ticketing.tokens import Scope, Token, Tokens

FULL = os.environ.get("PLACEUR_BENCH") != "tiny"
SCANS = 10_000 if FULL else 100
ROUNDS = 3 if FULL else 1
GATES = 64
SECRET = bytes(32)
NOW = datetime.now(UTC)

Timed = tuple[float, list[float]]
"""Seconds in all, and seconds each."""


class Sold(Struct, frozen=True):
    """Valid tickets of one performance, with their codes, and a gate's token."""

    performance: UUID
    tickets: list[UUID]
    codes: list[str]
    token: Token


@pytest.fixture(scope="module")
def settings() -> Iterator[Settings]:
    """A durable Postgres of its own, as the product starts it."""
    with TemporaryDirectory(prefix="placeur-bench-") as folder:
        Path(folder).chmod(0o755)
        with Postgres(Path(folder) / "pg") as postgres:
            asyncio.run(migrate(postgres.url()))
            yield Settings(database_url=postgres.url())


async def sell(db: Database, count: int) -> Sold:
    """A house whose performance has so many valid tickets, all of one order."""
    house = await open_house(db)
    async with db.transaction() as c:
        buyer = await customers.find_or_add(c, house.organisation, "bench@example.org", "Bench", "en", NOW)
        order, line = new_id(), new_id()
        head = {"id": order, "code": new_code(), "box_office_id": house.box_office, "customer_id": buyer.id}
        request = {"hold_id": order.bytes, "request_key": "bench", "request_digest": b"", "secret_hash": b""}
        rest = {"status": "paid", "currency": "EUR", "placed_at": NOW}
        await _insert(c, "orders", [head | request | rest])
        line_values = {"kind": "ticket", "label": "Seat", "amount_cents": 0, "created_at": NOW}
        await _insert(
            c, "order_lines", [{"id": line, "order_id": order, "box_office_id": house.box_office} | line_values]
        )
        await _insert(c, "tickets", [_ticket(house, order, line, n) for n in range(count)])
    async with db.read() as c:
        rows = await c.fetch("select id, serial from tickets where order_id = $1", order)
    signer = await Keys(db, SECRET).signer(house.organisation, NOW)
    secret = await tokens.create(db, house.organisation, "gate", Scope.SCAN, NOW)
    return Sold(
        house.performance.id,
        [row["id"] for row in rows],
        [signer.ticket(row["serial"], 0, house.pool) for row in rows],
        await Tokens(db).verify(secret, Scope.SCAN, NOW),
    )


async def _insert(c: object, table: str, rows: list[dict[str, object]]) -> None:
    records, columns = [tuple(row.values()) for row in rows], list(rows[0])
    await c.copy_records_to_table(table, records=records, columns=columns)  # type: ignore[attr-defined]


def _ticket(house: House, order: UUID, line: UUID, n: int) -> dict[str, object]:
    ids = {"id": new_id(), "order_id": order, "order_line_id": line, "performance_id": house.performance.id}
    where = {"tariff_id": house.full, "pool_id": house.pool, "place": n, "zone": "North", "row_label": "1"}
    rest = {"seat_label": str(n), "category": "A", "price_cents": 0, "holder_name": "Bench", "status": "valid"}
    return ids | where | rest


async def timed(acts: Iterator[Callable[[], Awaitable[object]]]) -> Timed:
    """Do the acts, as many at a time as there are gates."""
    each: list[float] = []

    async def work() -> None:
        for act in acts:
            start = time.perf_counter()
            await act()
            each.append(time.perf_counter() - start)

    start = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(GATES)))
    return time.perf_counter() - start, each


async def scan(settings: Settings) -> Timed:
    """Scan every ticket once, from gates of their own, and see that every one was let in."""
    db = await Database.open(settings.database_url, settings)
    sold, keys, verdicts = await sell(db, SCANS), Keys(db, SECRET), Counter[Verdict]()

    def scanning(n: int, code: str) -> Callable[[], Awaitable[object]]:
        async def act() -> None:
            asked = Scan(new_id(), code, sold.performance, f"Gate {n % GATES}", sold.token)
            verdicts[(await admit(db, keys, asked, NOW)).verdict] += 1

        return act

    found = await timed(scanning(n, code) for n, code in enumerate(sold.codes))
    assert verdicts == {Verdict.ADMITTED: SCANS}
    await db.close()
    return found


async def look_then_write(settings: Settings) -> Timed:
    """The same rows, the obvious way; no signature is checked."""
    db = await Database.open(settings.database_url, settings)
    sold = await sell(db, SCANS)

    def scanning(ticket: UUID) -> Callable[[], Awaitable[object]]:
        async def act() -> None:
            async with db.transaction() as c:
                status = await c.fetchval("select status from tickets where id = $1 for update", ticket)
                inside = await c.fetchval("select at from passages where ticket_id = $1", ticket)
                assert status == "valid" and inside is None
                asked = new_id()
                await c.execute(
                    "insert into scans (id, performance_id, ticket_id, token_id, gate, verdict, digest, at)"
                    " values ($1, $2, $3, $4, 'Gate', 'admitted', $5, $6)",
                    *(asked, sold.performance, ticket, sold.token.id, asked.bytes, NOW),
                )
                await c.execute(
                    "insert into passages (ticket_id, number, scan_id, performance_id, gate, at, direction, mode, last,"
                    " entry, entry_count, entry_change, inside_change, entered_at, entered_gate)"
                    " values ($1, 1, $2, $3, 'Gate', $4, 'in', 'once', 1, 1, 1, 1, 1, $4, 'Gate')",
                    *(ticket, asked, sold.performance, NOW),
                )

        return act

    found = await timed(scanning(ticket) for ticket in sold.tickets)
    await db.close()
    return found


async def commit(settings: Settings) -> Timed:
    """Commit transactions of one row, nothing else."""
    db = await Database.open(settings.database_url, settings)
    async with db.read() as c:
        await c.execute("create table if not exists floor (id bigint generated always as identity)")

    async def one_row() -> None:
        async with db.read() as c:
            await c.execute("insert into floor default values")

    found = await timed(one_row for _ in range(SCANS))
    await db.close()
    return found


def measure(
    benchmark: BenchmarkFixture, settings: Settings, what: Callable[[Settings], Coroutine[object, object, Timed]]
) -> None:
    runs: list[Timed] = []
    benchmark.pedantic(lambda: runs.append(uvloop.run(what(settings))), rounds=ROUNDS)
    rates = [len(each) / seconds for seconds, each in runs]
    every = sorted(second for _, each in runs for second in each)
    p50_ms, p99_ms = median(every) * 1000, every[int(len(every) * 0.99)] * 1000
    benchmark.extra_info |= {"per_s": round(median(rates)), "p50_ms": round(p50_ms, 1), "p99_ms": round(p99_ms, 1)}
    print(f"\n{benchmark.name}: {median(rates):,.0f}/s, p50 {p50_ms:.1f} ms, p99 {p99_ms:.1f} ms", flush=True)


def test_admissions(benchmark: BenchmarkFixture, settings: Settings) -> None:
    measure(benchmark, settings, scan)


def test_look_then_write(benchmark: BenchmarkFixture, settings: Settings) -> None:
    measure(benchmark, settings, look_then_write)


def test_the_floor(benchmark: BenchmarkFixture, settings: Settings) -> None:
    measure(benchmark, settings, commit)
