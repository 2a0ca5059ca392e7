import asyncio
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import asyncpg
import msgspec
import pytest

from embedded import Postgres
from engine.inventory import Inventory
from engine.outcomes import Outcome
from engine.reconciler import Reconciler
from tests.ticketing.house import open_house, order
from tests.ticketing.test_performances import take
from ticketing import orders
from ticketing.backup import MANIFEST, SEQUENCE_STEP, backup, restore
from ticketing.check import in_postgres
from ticketing.db import Database
from ticketing.migrations import MIGRATIONS, available, migrate
from ticketing.pools import PoolClaims
from ticketing.refusals import BackupRefused

SOLD = Path(__file__).with_name("sold.sql")
NOW = datetime(2026, 2, 1, tzinfo=UTC)
SECRET = bytes(32)
numbers = count()


@pytest.fixture
async def new_url(postgres: Postgres) -> AsyncIterator[str]:
    """The URL of a database with nothing in it."""
    name = f"restored_{next(numbers)}"
    connection = await asyncpg.connect(postgres.url("postgres"))
    await connection.execute(f"create database {name}")
    yield postgres.url(name)
    await connection.execute(f"drop database {name} with (force)")
    await connection.close()


@pytest.fixture(scope="module")
def sold_url(database_url: str) -> str:
    """The URL of a database with a sold house in it."""

    async def fill() -> None:
        connection = await asyncpg.connect(database_url)
        await migrate(database_url)
        await connection.execute(SOLD.read_text())
        await connection.close()

    asyncio.run(fill())
    return database_url


async def content(url: str) -> dict[str, list[str]]:
    """Every row of every table, as text, but for what a restore changes."""
    connection = await asyncpg.connect(url)
    tables = await connection.fetch(
        """select relname from pg_class
        where relkind in ('r', 'p') and not relispartition and relnamespace = 'public'::regnamespace
            and relname <> 'migrations'"""
    )
    await connection.execute(
        "create temp view compared as select id, box_office_id, kind, place_count, blocks from pools"
    )
    rows = {}
    for (table,) in tables:
        source = "compared" if table == "pools" else table
        rows[table] = [row for (row,) in await connection.fetch(f"select t::text from {source} t order by 1")]
    await connection.close()
    return rows


async def test_what_is_restored_is_what_was_backed_up(sold_url: str, new_url: str, tmp_path: Path) -> None:
    written: dict[str, int] = {}
    read: dict[str, int] = {}
    await backup(sold_url, tmp_path / "house.zip", NOW, lambda table, rows: written.update({table: rows}))
    await restore(new_url, tmp_path / "house.zip", lambda table, rows: read.update({table: rows}))
    assert await content(new_url) == await content(sold_url)
    assert written == read and written["orders"] == 304
    assert [path.name for path in tmp_path.iterdir()] == ["house.zip"]
    assert (tmp_path / "house.zip").stat().st_mode & 0o077 == 0
    connection = await asyncpg.connect(new_url)
    assert await in_postgres(connection, NOW) == []
    await connection.close()


async def test_a_restore_gives_new_epochs_and_no_number_twice(sold_url: str, new_url: str, tmp_path: Path) -> None:
    manifest = await backup(sold_url, tmp_path / "house.zip", NOW)
    await restore(new_url, tmp_path / "house.zip")
    before, after = await asyncpg.connect(sold_url), await asyncpg.connect(new_url)
    assert await after.fetchval("select min(epoch) from pools") > SEQUENCE_STEP
    assert await after.fetchval("select count(distinct epoch) from pools") == 5
    assert await after.fetchval("select count(*) from pools where server_run <> ''") == 0
    for sequence in ("claim_serials", "tickets_serial_seq", "passes_serial_seq", "pools_id_seq", "ledger_id_seq"):
        drawn = await after.fetchval(f"select nextval('{sequence}')")
        assert drawn > manifest.sequences[sequence] + SEQUENCE_STEP
        assert drawn > await before.fetchval(f"select nextval('{sequence}')") + SEQUENCE_STEP / 2
    await before.close()
    await after.close()


async def test_numbers_given_out_since_are_not_given_again(sold_url: str, new_url: str, tmp_path: Path) -> None:
    before = await asyncpg.connect(sold_url)
    await before.execute("update waiting_rooms set state = 'open'")
    await backup(sold_url, tmp_path / "house.zip", NOW)
    await before.execute("update waiting_rooms set state = 'closed', next_ordinal = next_ordinal + 5000")
    given = await before.fetchval("select next_ordinal from waiting_rooms")
    await before.close()
    await restore(new_url, tmp_path / "house.zip")
    after = await asyncpg.connect(new_url)
    assert await after.fetchval("select next_ordinal from waiting_rooms") > given
    await after.close()


async def test_a_redis_that_outlived_the_restore_is_written_anew(
    sold_url: str, database: Database, inventory: Inventory, redis_url: str, new_url: str, tmp_path: Path
) -> None:
    house = await open_house(database)
    kept = await order(database, inventory, house, [3])
    await backup(sold_url, tmp_path / "house.zip", NOW)
    await order(database, inventory, house, [4])
    await orders.cancel(database, inventory, kept.id, datetime.now(UTC))
    await restore(new_url, tmp_path / "house.zip")
    restored = await Database.open(new_url)
    source = PoolClaims(restored)
    again = await Inventory.open(redis_url, source, SECRET)
    assert await take(again, house.performance, [3]) is Outcome.TAKEN
    assert await take(again, house.performance, [4]) is Outcome.HELD
    assert await Reconciler(again, source).look(house.pool) == []
    await order(restored, again, house, [5])
    assert await Reconciler(again, source).look(house.pool) == []
    await again.close()
    await restored.close()


async def test_a_backup_is_one_moment_of_a_running_sale(sold_url: str, new_url: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(sold_url)

    async def sell() -> None:
        for n in range(200):
            async with connection.transaction():
                await connection.execute(
                    "insert into claims (pool_id, place, order_id) select 3, $1, id from orders limit 1", n
                )
                await connection.execute(
                    "insert into refunds select gen_random_uuid(), order_id, payment_id, 1, 'EUR', 'due', $1, now()"
                    " from refunds limit 1",
                    f"during the backup {n}",
                )

    await asyncio.gather(sell(), backup(sold_url, tmp_path / "house.zip", NOW))
    await restore(new_url, tmp_path / "house.zip")
    restored = await asyncpg.connect(new_url)
    claims = await restored.fetchval("select count(*) from claims where pool_id = 3 and place < 200")
    assert claims == await restored.fetchval("select count(*) from refunds where reason like 'during%'")
    await restored.close()
    await connection.execute("delete from claims where pool_id = 3 and place < 200")
    await connection.execute("delete from refunds where reason like 'during%'")
    await connection.close()


async def test_a_database_with_rows_is_not_written_over(sold_url: str, tmp_path: Path) -> None:
    before = await content(sold_url)
    await backup(sold_url, tmp_path / "house.zip", NOW)
    with pytest.raises(BackupRefused, match="not empty"):
        await restore(sold_url, tmp_path / "house.zip")
    assert await content(sold_url) == before


async def test_a_migrated_but_empty_database_is_filled(sold_url: str, new_url: str, tmp_path: Path) -> None:
    await backup(sold_url, tmp_path / "house.zip", NOW)
    await migrate(new_url)
    await restore(new_url, tmp_path / "house.zip")
    assert await content(new_url) == await content(sold_url)


async def test_a_backup_of_a_later_version_is_refused(sold_url: str, new_url: str, tmp_path: Path) -> None:
    path = tmp_path / "house.zip"
    manifest = await backup(sold_url, path, NOW)
    later = msgspec.structs.replace(
        manifest, migrations=[*available(), msgspec.structs.replace(available()[0], name="9999_later")]
    )
    with pytest.raises(BackupRefused, match="9999_later"):
        await restore(new_url, rewritten(path, tmp_path / "later.zip", {MANIFEST: msgspec.json.encode(later)}))
    changed = msgspec.structs.replace(
        manifest, migrations=[msgspec.structs.replace(available()[0], checksum=bytes(32))]
    )
    with pytest.raises(BackupRefused, match="another version"):
        await restore(new_url, rewritten(path, tmp_path / "changed.zip", {MANIFEST: msgspec.json.encode(changed)}))


async def test_a_backup_of_an_earlier_version_is_migrated(sold_url: str, new_url: str, tmp_path: Path) -> None:
    await backup(sold_url, tmp_path / "house.zip", NOW)
    folder = tmp_path / "migrations"
    folder.mkdir()
    for file in MIGRATIONS.glob("*.sql"):
        (folder / file.name).write_bytes(file.read_bytes())
    (folder / "9999_next.sql").write_text("alter table orders add note text; update orders set note = 'from ' || code;")
    await migrate(new_url, folder)
    await restore(new_url, tmp_path / "house.zip", folder=folder)
    connection = await asyncpg.connect(new_url)
    assert await connection.fetchval("select count(*) from orders where note is distinct from 'from ' || code") == 0
    await connection.close()


@pytest.mark.parametrize("damage", ["cut", "flipped", "row lost", "no manifest", "no zip"])
async def test_a_damaged_file_leaves_the_database_empty(
    sold_url: str, new_url: str, tmp_path: Path, damage: str
) -> None:
    path = tmp_path / "house.zip"
    await backup(sold_url, path, NOW)
    whole = path.read_bytes()
    if damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "flipped":
        middle = whole.index(b"orders.copy") + 40
        path.write_bytes(whole[:middle] + bytes(b ^ 0xFF for b in whole[middle : middle + 50]) + whole[middle + 50 :])
    elif damage == "row lost":
        with zipfile.ZipFile(path) as archive:
            rows = archive.read("scans.copy").splitlines(keepends=True)
        path = rewritten(path, tmp_path / "lost.zip", {"scans.copy": b"".join(rows[:-1]), "admissions.copy": b""})
    elif damage == "no manifest":
        path = rewritten(path, tmp_path / "bare.zip", {MANIFEST: None})
    else:
        path.write_text("not a backup")
    with pytest.raises(BackupRefused):
        await restore(new_url, path)
    await migrate(new_url)
    assert not any((await content(new_url)).values())


async def test_a_backup_that_fails_leaves_the_last_one(sold_url: str, tmp_path: Path) -> None:
    path = tmp_path / "house.zip"
    path.write_text("the last one")

    def fail(table: str, rows: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await backup(sold_url, path, NOW, fail)
    assert path.read_text() == "the last one" and [file.name for file in tmp_path.iterdir()] == ["house.zip"]


def rewritten(path: Path, to: Path, members: dict[str, bytes | None]) -> Path:
    """A copy of an archive with some members changed or (None) left out."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            data = members.get(name, old.read(name))
            if data is not None:
                new.writestr(name, data)
    return to
