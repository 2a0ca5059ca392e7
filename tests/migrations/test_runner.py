import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from ticketing.migrations import MIGRATIONS, available, migrate
from ticketing.refusals import MigrationRefused

SOLD = Path(__file__).parents[1] / "ticketing" / "sold.sql"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A copy of the migrations, to add to and to change."""
    shutil.copytree(MIGRATIONS, tmp_path / "migrations")
    yield tmp_path / "migrations"


@pytest.fixture
async def filled(empty_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a migrated database with a sold house in it."""
    await migrate(empty_url)
    connection = await asyncpg.connect(empty_url)
    await connection.execute(SOLD.read_text())
    yield connection
    await connection.close()


async def test_all_are_applied_in_order_and_once(empty_url: str) -> None:
    assert await migrate(empty_url) == [migration.name for migration in available()]
    assert await migrate(empty_url) == []


async def test_servers_that_start_together_take_turns(empty_url: str) -> None:
    applied = await asyncio.gather(*(migrate(empty_url) for _ in range(4)))
    assert sorted(map(len, applied)) == [0, 0, 0, len(available())]


async def test_a_changed_file_is_refused(empty_url: str, folder: Path) -> None:
    await migrate(empty_url, folder)
    first = folder / "0001_initial.sql"
    first.write_text(first.read_text() + "-- one more word\n")
    with pytest.raises(MigrationRefused, match="0001_initial was changed"):
        await migrate(empty_url, folder)


async def test_a_database_of_a_later_version_is_refused(empty_url: str, folder: Path) -> None:
    (folder / "9999_later.sql").write_text("create table later (id integer);")
    await migrate(empty_url, folder)
    with pytest.raises(MigrationRefused, match="9999_later"):
        await migrate(empty_url)


async def test_a_file_that_fails_leaves_nothing_behind(empty_url: str, folder: Path) -> None:
    (folder / "9999_bad.sql").write_text("create table half (id integer); select 1 / 0;")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(empty_url, folder)
    connection = await asyncpg.connect(empty_url)
    assert await connection.fetchval("select to_regclass('half')") is None
    assert await connection.fetchval("select count(*) from migrations") == len(available())
    await connection.close()


async def test_every_migration_keeps_what_a_filled_database_holds(
    filled: asyncpg.Connection, empty_url: str, folder: Path
) -> None:
    before = await _counts(filled)
    (folder / "9999_next.sql").write_text("alter table orders add column note text not null default '';")
    assert await migrate(empty_url, folder) == ["9999_next"]
    assert await _counts(filled) == before


async def test_the_filled_database_has_something_in_every_table(filled: asyncpg.Connection) -> None:
    empty = {table for table, rows in (await _counts(filled)).items() if not rows}
    assert empty == {"pgqueuer_log", "pgqueuer_schedules", "pgqueuer_statistics"}


async def test_a_table_in_use_delays_a_migration_but_not_the_sale(
    filled: asyncpg.Connection, empty_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ticketing.migrations.PAUSE_S", 0.05)
    (folder / "9999_next.sql").write_text("alter table orders add column note text not null default '';")
    reader, buyer = await asyncpg.connect(empty_url), await asyncpg.connect(empty_url)
    reading = reader.transaction()
    await reading.start()
    await reader.fetchval("select count(*) from orders")
    migrating = asyncio.create_task(migrate(empty_url, folder, lock_ms_max=50))
    for _ in range(5):
        await asyncio.wait_for(buyer.fetchval("select count(*) from orders"), 5)
        await asyncio.sleep(0.02)
    assert not migrating.done()
    await reading.rollback()
    assert await migrating == ["9999_next"]
    await reader.close()
    await buyer.close()


async def test_a_table_in_use_for_too_long_stops_a_migration(
    filled: asyncpg.Connection, empty_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ticketing.migrations.PAUSE_S", 0.01)
    (folder / "9999_next.sql").write_text("alter table orders add column note text;")
    async with filled.transaction():
        await filled.fetchval("select count(*) from orders")
        with pytest.raises(MigrationRefused, match="9999_next met tables in use"):
            await migrate(empty_url, folder, lock_ms_max=10)
    assert await migrate(empty_url, folder) == ["9999_next"]


async def _counts(c: asyncpg.Connection) -> dict[str, int]:
    tables = await c.fetch(
        """select relname from pg_class
        where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace
            and relname <> 'migrations'"""
    )
    return {table: await c.fetchval(f"select count(*) from {table}") for (table,) in tables}
