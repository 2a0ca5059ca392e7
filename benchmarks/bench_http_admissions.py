"""How many people a second can come in through the API: scans over HTTP, durable, with only the admitted counted?

Twenty gates, each on one connection, each waiting for its answer before the next scan; every ticket is scanned once.
The rate is counted from the admissions found in Postgres afterwards, not from what the gates believe.
"""

import asyncio
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.load import Load, wrk
from benchmarks.site import Site, site
from ticketing.db import Database
from ticketing.ids import new_code, new_id
from ticketing.settings import secret_bytes
from ticketing.signing_keys import Keys

FULL = os.environ.get("PLACEUR_BENCH") != "tiny"
TICKETS = 60_000 if FULL else 300
SECONDS = 20 if FULL else 2
WORKERS = 2
GATES = 20
THREADS = 2
NOW = datetime.now(UTC)


async def sell(opened: Site) -> list[str]:
    """The codes of that many valid tickets of the first performance, all of one order."""
    performance, order, line = opened.performances[0], new_id(), new_id()
    head = (order, new_code(), opened.box_office_id, opened.customer_id, order.bytes, "bench", b"", b"", "paid")
    connection = await asyncpg.connect(opened.settings.database_url)
    await connection.execute(
        "insert into orders (id, code, box_office_id, customer_id, hold_id, request_key, request_digest, secret_hash,"
        " status, currency, placed_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'EUR', now())",
        *head,
    )
    await connection.execute(
        "insert into order_lines (id, order_id, box_office_id, kind, label, amount_cents, created_at)"
        " values ($1, $2, $3, 'ticket', 'Seat', 0, now())",
        *(line, order, opened.box_office_id),
    )
    await connection.execute(
        "insert into tickets (id, order_id, order_line_id, performance_id, tariff_id, pool_id, place, zone, row_label,"
        " seat_label, category, price_cents, holder_name, status)"
        " select uuidv7(), $1, $2, $3, $4, $5, n, 'North', '1', n::text, 'A', 0, 'Bench', 'valid'"
        " from generate_series(1, $6::integer) n",
        *(order, line, performance.id, opened.tariff, performance.pool_id, TICKETS),
    )
    serials = [row["serial"] for row in await connection.fetch("select serial from tickets order by random()")]
    await connection.close()
    db = await Database.open(opened.settings.database_url)
    signer = await Keys(db, secret_bytes(opened.settings)).signer(opened.organisation_id, NOW)
    await db.close()
    return [signer.ticket(serial, 0, performance.pool_id) for serial in serials]


async def admitted(opened: Site) -> int:
    connection = await asyncpg.connect(opened.settings.database_url)
    count: int = await connection.fetchval("select count(*) from admissions")
    await connection.close()
    return count


def scan(opened: Site, codes: Path) -> Load:
    path = f"/api/v1/performances/{opened.performances[0].id}/admissions"
    arguments = (path, opened.token, str(codes), str(THREADS))
    return wrk(opened.url, "admissions", SECONDS, GATES, *arguments, threads=THREADS)


@pytest.mark.skipif(shutil.which("wrk") is None, reason="needs wrk")
def test_admissions_over_http(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    loads: list[Load] = []
    with site(WORKERS, performance_count=1) as opened:
        codes = tmp_path / "codes"
        codes.write_text("\n".join(asyncio.run(sell(opened))))
        benchmark.pedantic(lambda: loads.append(scan(opened, codes)), rounds=1)
        let_in = asyncio.run(admitted(opened))
    load = loads[0]
    assert set(load.statuses) == {"200"} and load.lost == 0, load
    rate, p50_ms, p99_ms = let_in / load.seconds, load.p50_us / 1000, load.p99_us / 1000
    benchmark.extra_info |= {"admitted_per_s": round(rate), "p50_ms": p50_ms, "p99_ms": p99_ms}
    print(f"\n{benchmark.name}: {rate:,.0f} admitted/s, p50 {p50_ms:.1f} ms, p99 {p99_ms:.1f} ms", flush=True)
