"""A barrier in Postgres: every scan that is about to write waits there until all of them have come."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import TypeVar

from ticketing.db import Database

T = TypeVar("T")
KEY = 38_000
WAIT_S_MAX = 30
BARRIER = f"""
create or replace function meet() returns trigger language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared({KEY});
    return new;
end $$;
create or replace trigger meet before insert on scans for each row execute function meet();
create or replace trigger meet before insert on passages for each row execute function meet();
"""
WAITING = f"select count(*) from pg_locks where locktype = 'advisory' and objid = {KEY} and not granted"


async def all_at_once(db: Database, acts: Iterable[Awaitable[T]]) -> list[T]:
    """Begin the acts, let none write before all have come to it, and then all; what they answer."""
    async with db.transaction() as c:
        await c.execute(BARRIER)
    async with db.transaction() as keeper:
        await keeper.execute(f"select pg_advisory_xact_lock({KEY})")
        begun = [asyncio.ensure_future(act) for act in acts]
        await _all_wait(db, len(begun))
    return await asyncio.gather(*begun)


async def _all_wait(db: Database, count: int) -> None:
    async with asyncio.timeout(WAIT_S_MAX), db.read() as c:
        while await c.fetchval(WAITING) < count:
            await asyncio.sleep(0.01)
