import asyncio

import asyncpg
import pytest

from ticketing.db import Database
from ticketing.settings import Settings


async def test_a_transaction_commits_at_its_end_and_rolls_back_when_it_raises(database: Database) -> None:
    async with database.read() as c:
        await c.execute("create table if not exists marks (n integer)")
    async with database.transaction() as c:
        await c.execute("insert into marks values (1)")
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as c:
            await c.execute("insert into marks values (2)")
            raise ZeroDivisionError
    async with database.read() as c:
        assert await c.fetch("select n from marks") == [(1,)]
        await c.execute("drop table marks")


async def test_reading_takes_each_statement_for_itself(database: Database) -> None:
    async with database.read() as c:
        assert not c.is_in_transaction()
    async with database.transaction("repeatable_read") as c:
        assert await c.fetchval("show transaction_isolation") == "repeatable read"


async def test_postgres_ends_what_takes_too_long(database_url: str) -> None:
    db = await Database.open(database_url, Settings(statement_s_max=7, lock_s_max=1))
    async with db.read() as c:
        assert await c.fetchval("show statement_timeout") == "7s"
        assert await c.fetchval("show idle_in_transaction_session_timeout") == "1min"
    async with db.transaction() as c, db.transaction() as other:
        await c.execute("lock table organisations")
        with pytest.raises(asyncpg.LockNotAvailableError):
            await other.execute("select from organisations")
    await db.ping()
    await db.close()


async def test_connections_are_bounded_and_shared(database_url: str) -> None:
    db = await Database.open(database_url, Settings(database_connections_max=3))
    backends = set()

    async def ask() -> None:
        async with db.read() as c:
            backends.add(await c.fetchval("select pg_backend_pid()"))
            await asyncio.sleep(0.001)

    await asyncio.gather(*(ask() for _ in range(30)))
    assert 1 <= len(backends) <= 3
    await db.close()


async def test_a_plan_made_while_a_table_is_small_goes_by_its_index(database: Database) -> None:
    async with database.read() as c:
        await c.execute("create table if not exists small (id integer primary key)")
        await c.execute("insert into small values (1) on conflict do nothing; analyze small")
        plan = await c.fetchval("explain select id from small where id = 1")
        await c.execute("drop table small")
    assert "Index" in plan


@pytest.mark.parametrize("guarded", [True, False], ids=["one each", "mutant: as many as one likes"])
async def test_nobody_waits_for_a_second_connection_with_one_in_hand(
    database_url: str, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    monkeypatch.setattr(Database, "one_each", guarded)
    db = await Database.open(database_url, Settings(database_connections_max=2))
    both = asyncio.Barrier(2)

    async def greedy() -> None:
        async with db.transaction():
            await both.wait()
            await db.ping()

    if guarded:
        told = await asyncio.gather(greedy(), greedy(), return_exceptions=True)
        assert [type(error) for error in told] == [AssertionError] * 2
        await db.ping()
    else:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.gather(greedy(), greedy()), 0.5)
    await db.close()
