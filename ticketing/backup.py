"""Backup and restore: everything Postgres holds, in one file, with nothing but a connection.

The file is a zip: a member a table, as `COPY` writes it, read in one snapshot while the sale goes on, and a manifest
of the schema's version, the rows and the sequences. It is the same whatever runs the database, needs no program beside
Placeur, and is written and read in pieces, so memory does not grow with it.

What is restored is a past that Redis and printed tickets have outlived. So a restore gives every pool a new epoch,
whereupon its words are written anew, and moves every sequence far beyond what may have been drawn since: a serial that
was printed and lost names nothing, rather than somebody else's ticket. Stop all other processes of Placeur before it.
The installation's secret is not in the file: keep it beside, since without it the signing keys in here stay sealed.
"""

import os
import zipfile
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import asyncpg
import msgspec
from msgspec import Struct

from ticketing.migrations import MIGRATIONS, Migration, available, migrate
from ticketing.refusals import BackupRefused
from ticketing.sql import load

FORMAT = 1
MANIFEST = "manifest.json"
SEQUENCE_STEP = 10_000_000
"""How far sequences jump on a restore; more than a season draws, and a 400th of what a ticket code can carry."""

ORDINAL_STEP = 1_000_000
"""The same for the numbers of a waiting room; more than come to one event."""

SQL = load("backup")

Told = Callable[[str, int], None]


class Table(Struct, frozen=True):
    """One table: what was written of it."""

    name: str
    columns: list[str]
    rows: int = 0


class Manifest(Struct, frozen=True):
    """What a backup says of itself. Tables come after those they refer to."""

    format: int
    made_at: datetime
    migrations: list[Migration]
    tables: list[Table]
    sequences: dict[str, int]


async def backup(url: str, path: Path, now: datetime, told: Told = lambda table, rows: None) -> Manifest:
    """Write the database at `url` to `path`, whole or not at all; `told` hears of each table when it is done."""
    draft = path.with_name(f"{path.name}.part")
    draft.touch(mode=0o600)
    connection = await asyncpg.connect(url)
    try:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                manifest = await _write(connection, archive, now, told)
        _make_durable(draft, path)
        return manifest
    finally:
        await connection.close()
        draft.unlink(missing_ok=True)


async def restore(url: str, path: Path, told: Told = lambda table, rows: None, folder: Path = MIGRATIONS) -> Manifest:
    """Fill the database at `url`, which must hold no rows, from a backup; then bring it up to this version.

    Raises BackupRefused, with the database still empty, when the file is damaged, of a later version, or no backup.
    """
    with _opened(path) as archive:
        manifest = _manifest(archive, available(folder))
        await _make_room(url, manifest, folder)
        try:
            await _read(url, archive, manifest, told)
        except (EOFError, zlib.error, zipfile.BadZipFile) as error:
            raise BackupRefused(problem=f"{path} is damaged ({error})") from error
    await migrate(url, folder)
    return manifest


async def _write(c: asyncpg.Connection, archive: zipfile.ZipFile, now: datetime, told: Told) -> Manifest:
    tables = []
    for name, columns in await _tables(c):
        with archive.open(f"{name}.copy", "w", force_zip64=True) as member:
            listed = ", ".join(f'"{column}"' for column in columns)
            status = await c.copy_from_query(f'select {listed} from "{name}"', output=member)
        tables.append(Table(name, columns, int(status.rpartition(" ")[2])))
        told(name, tables[-1].rows)
    # Sequences live outside the snapshot: read last, they are beyond whatever it shows.
    sequences = {row["name"]: row["last_value"] for row in await SQL.sequences.rows(c)}
    manifest = Manifest(FORMAT, now, await SQL.migrations.all(c, Migration), tables, sequences)
    archive.writestr(MANIFEST, msgspec.json.encode(manifest))
    return manifest


async def _tables(c: asyncpg.Connection) -> list[tuple[str, list[str]]]:
    """Every table with its columns, each after the tables it refers to."""
    waiting = {name: (columns, set(refers_to)) for name, columns, refers_to in await SQL.tables.rows(c)}
    ordered: list[tuple[str, list[str]]] = []
    while waiting:
        ready = [name for name, (_, refers_to) in waiting.items() if not refers_to & waiting.keys()]
        assert ready, "tables refer to each other in a circle"
        ordered += [(name, waiting.pop(name)[0]) for name in ready]
    return ordered


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise BackupRefused(problem=f"{path} cannot be read ({error})") from error


def _manifest(archive: zipfile.ZipFile, known: list[Migration]) -> Manifest:
    try:
        manifest = msgspec.json.decode(archive.read(MANIFEST), type=Manifest)
    except (KeyError, msgspec.MsgspecError, zlib.error, zipfile.BadZipFile):
        raise BackupRefused(problem="it is no backup of Placeur, or was cut short") from None
    made_at = manifest.migrations
    if manifest.format != FORMAT or not made_at or made_at != known[: len(made_at)]:
        last = made_at[-1].name if made_at else "no migration"
        raise BackupRefused(problem=f"it is of another version of Placeur, at {last}; this one is at {known[-1].name}")
    return manifest


async def _make_room(url: str, manifest: Manifest, folder: Path) -> None:
    """Bring the database to the backup's own version; refused unless nothing is in it."""
    connection = await asyncpg.connect(url)
    try:
        applied: list[Migration] = []
        if await SQL.is_migrated.value(connection):
            applied = await SQL.migrations.all(connection, Migration)
            if table := await SQL.first_filled.value(connection):
                raise BackupRefused(problem=f"the database is not empty, there are {table.replace('_', ' ')} in it")
        if applied and applied != manifest.migrations:
            await SQL.drop_schema.run(connection)
            await SQL.create_schema.run(connection)
    finally:
        await connection.close()
    await migrate(url, folder, last=manifest.migrations[-1].name)


async def _read(url: str, archive: zipfile.ZipFile, manifest: Manifest, told: Told) -> None:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            for table in manifest.tables:
                await _fill(connection, archive, table)
                told(table.name, table.rows)
            for name, last in manifest.sequences.items():
                await SQL.advance.value(connection, name=name, at_least=last + SEQUENCE_STEP)
            await SQL.new_epochs.run(connection)
            await SQL.new_ordinals.run(connection, step=ORDINAL_STEP)
        await connection.execute("analyze")
    finally:
        await connection.close()


async def _fill(c: asyncpg.Connection, archive: zipfile.ZipFile, table: Table) -> None:
    with archive.open(f"{table.name}.copy") as member:
        status = await c.copy_to_table(table.name, columns=table.columns, source=member)
    if int(status.rpartition(" ")[2]) != table.rows:
        raise BackupRefused(problem=f"the table {table.name} is not whole")


def _make_durable(draft: Path, path: Path) -> None:
    """Flush the file, then give it its name, then flush the name."""
    _flush(draft)
    draft.replace(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
