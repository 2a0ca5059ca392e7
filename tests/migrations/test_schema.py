"""`schema.sql` is what the migrations add up to, for people to read and for these tests to compare with.

To renew it after a migration: `RENEW_SCHEMA=1 pytest tests/migrations`.
"""

import os
import re
import subprocess

import asyncpg
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment

from embedded import Postgres
from ticketing.migrations import MIGRATIONS, migrate
from ticketing.sql import FOLDER

SCHEMA = FOLDER / "schema.sql"
HEAD = "-- What the migrations add up to, as pg_dump writes it. Made by a test; the migrations are the source.\n\n"
NOISE = re.compile(r"^(--|SET |COMMENT ON SCHEMA |SELECT pg_catalog\.set_config|\\(un)?restrict )")


def dump(postgres: Postgres, url: str, *options: str) -> str:
    """The schema of a database, without what depends on when and by whom it was dumped."""
    command = [postgres.binaries / "pg_dump", "--schema-only", "--no-owner", "--no-privileges", *options, url]
    text = subprocess.run(command, check=True, capture_output=True, text=True, env=dict(os.environ)).stdout
    kept = "\n".join(line for line in text.splitlines() if not NOISE.match(line))
    return re.sub(r"\n{3,}", "\n\n", kept).strip() + "\n"


async def test_schema_sql_is_what_the_migrations_build(postgres: Postgres, empty_url: str) -> None:
    await migrate(empty_url)
    built = HEAD + dump(postgres, empty_url)
    if os.environ.get("RENEW_SCHEMA"):
        SCHEMA.write_text(built)
    assert SCHEMA.read_text() == built, "run: RENEW_SCHEMA=1 pytest tests/migrations"


async def test_schema_sql_builds_the_same_database(postgres: Postgres, empty_url: str) -> None:
    connection = await asyncpg.connect(empty_url)
    await connection.execute(SCHEMA.read_text())
    await connection.close()
    assert HEAD + dump(postgres, empty_url) == SCHEMA.read_text()


async def test_the_queue_is_what_its_library_would_make(postgres: Postgres, empty_url: str) -> None:
    connection = await asyncpg.connect(empty_url)
    await connection.execute((MIGRATIONS / "0002_jobs.sql").read_text())
    ours = dump(postgres, empty_url)
    await connection.execute("drop schema public cascade; create schema public")
    await connection.execute(QueryBuilderEnvironment().build_install_query())
    await connection.execute("drop function fn_pgqueuer_changed cascade")  # left out, as 0002_jobs.sql says
    await connection.close()
    assert ours == dump(postgres, empty_url)
