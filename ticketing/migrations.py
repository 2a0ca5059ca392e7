"""Migrations: `sql/migrations/NNNN_name.sql`, applied in order, each in one transaction, never changed once applied.

Servers that start together take turns by an advisory lock. A file that differs from what was applied, or a database
that knows a migration this version lacks, is refused: running on would be guessing. Each migration waits for a table
lock only briefly and tries again, because a waiting `ALTER TABLE` stops everyone who comes after it.
"""

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from msgspec import Struct

from ticketing.refusals import MigrationRefused
from ticketing.sql import FOLDER, load

MIGRATIONS = FOLDER / "migrations"
ADVISORY_KEY = -1  # keys from 0 on are pools
LOCK_MS_MAX = 2000
TRIES_MAX = 5
PAUSE_S = 1.0

SQL = load("migrations")


class Migration(Struct, frozen=True):
    """One file, or one row of what was applied."""

    name: str
    checksum: bytes


async def migrate(url: str, folder: Path = MIGRATIONS, lock_ms_max: int = LOCK_MS_MAX, last: str = "") -> list[str]:
    """Bring the database at `url` up to date; the names applied now, which are none when nothing was due.

    `last` names the migration to stop after, for a backup that is older than this version.
    Raises MigrationRefused, with the database as the last whole migration left it.
    """
    connection = await asyncpg.connect(url)
    try:
        await SQL.lock.value(connection, key=ADVISORY_KEY)
        await SQL.create_table.run(connection)
        pending = _pending(folder, await SQL.applied.all(connection, Migration))
        pending = [migration for migration in pending if not last or migration.name <= last]
        for migration in pending:
            await _apply_patiently(connection, folder / f"{migration.name}.sql", migration, lock_ms_max)
        return [migration.name for migration in pending]
    finally:
        await connection.close()


def available(folder: Path = MIGRATIONS) -> list[Migration]:
    """The files, in order."""
    return [Migration(path.stem, hashlib.sha256(path.read_bytes()).digest()) for path in sorted(folder.glob("*.sql"))]


def _pending(folder: Path, applied: Sequence[Migration]) -> list[Migration]:
    files = available(folder)
    for file, row in zip(files, applied, strict=False):
        if file.name == row.name and file.checksum != row.checksum:
            raise MigrationRefused(problem=f"{file.name} was changed after it had been applied")
    if [row.name for row in applied] != [file.name for file in files[: len(applied)]]:
        raise MigrationRefused(problem=f"it is at {applied[-1].name}, which is not in this version of Placeur")
    return files[len(applied) :]


async def _apply_patiently(c: asyncpg.Connection, path: Path, migration: Migration, lock_ms_max: int) -> None:
    for attempt in range(1, TRIES_MAX + 1):
        try:
            return await _apply(c, path, migration, lock_ms_max)
        except asyncpg.LockNotAvailableError:
            if attempt == TRIES_MAX:
                raise MigrationRefused(problem=f"{migration.name} met tables in use {TRIES_MAX} times") from None
            await asyncio.sleep(PAUSE_S)


async def _apply(c: asyncpg.Connection, path: Path, migration: Migration, lock_ms_max: int) -> None:
    async with c.transaction():
        await SQL.limit_lock_wait.value(c, lock_ms_max=str(lock_ms_max))
        await c.execute(path.read_text())
        await SQL.record.run(c, name=migration.name, checksum=migration.checksum)
