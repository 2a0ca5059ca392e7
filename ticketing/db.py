"""The Postgres pool: one a process, and the two ways to use it.

`read()` lends a connection on which every statement is its own transaction; `transaction()` lends one inside a
transaction that commits when the block ends and rolls back when it raises. Nothing here sets session state, takes
session locks or listens, so a connection goes back to the pool without the usual reset, which would cost a round trip
for every use. Statements are prepared and planned once a connection: with arrays for parameters Postgres would plan
them anew each time, which costs more than running them. Postgres itself ends what a stopped or cut-off process left
open, so that its locks cannot outlive it for long. One task has one connection at a time.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Literal

import asyncpg

from ticketing.settings import Settings
from ticketing.sql import Connection

IDLE_TRANSACTION_S_MAX = 60
IDLE_CONNECTION_S_MAX = 300
STATEMENTS_PREPARED_MAX = 500

Isolation = Literal["read_committed", "repeatable_read", "serializable"]


class PooledConnection(asyncpg.Connection):
    """A connection that has no session state to reset."""

    def get_reset_query(self) -> str:
        return ""


_lent: ContextVar[bool] = ContextVar("lent", default=False)
"""Whether whoever runs has a connection."""


class Database:
    """A pool of connections to one Postgres, and the settings it was opened with."""

    one_each = True
    """Whether whoever has a connection may not ask for another. Tests in which one task plays several people say no."""

    def __init__(self, pool: asyncpg.Pool, settings: Settings) -> None:
        self._pool = pool
        self.settings = settings

    @classmethod
    async def open(cls, url: str, settings: Settings = Settings()) -> "Database":  # noqa: B008 - it is frozen
        """Connect to `url`; the rest of the tuning comes from `settings`."""
        pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=settings.database_connections_max,
            connection_class=PooledConnection,
            statement_cache_size=STATEMENTS_PREPARED_MAX,
            max_cached_statement_lifetime=0,
            max_inactive_connection_lifetime=IDLE_CONNECTION_S_MAX,
            server_settings=_session(settings),
        )
        return cls(pool, settings)

    async def close(self) -> None:
        """Wait for lent connections to come back, then disconnect."""
        await self._pool.close()

    async def ping(self) -> None:
        """Ask Postgres for a sign of life; raises what asyncpg raises when there is none."""
        async with self.read() as c:
            await c.fetchval("select 1")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Connection]:
        """Lend a connection; each statement stands alone."""
        async with self._one() as connection:
            yield connection

    @asynccontextmanager
    async def apart(self) -> AsyncIterator[Connection]:
        """Lend a connection to listen on for as long as a process works; it is ended afterwards, and lent to nobody."""
        async with self._pool.acquire() as connection:
            try:
                yield connection
            finally:
                connection.terminate()

    @asynccontextmanager
    async def transaction(self, isolation: Isolation = "read_committed") -> AsyncIterator[Connection]:
        """Lend a connection inside a transaction: commits at the end of the block, rolls back when it raises."""
        async with self._one() as connection, connection.transaction(isolation=isolation):
            yield connection

    @asynccontextmanager
    async def _one(self) -> AsyncIterator[Connection]:
        """Nobody waits for a second connection with one in hand: as many of them as there are connections would wait
        for one another for ever."""
        assert not (self.one_each and _lent.get()), "whoever has a connection passes it on"
        async with self._pool.acquire() as connection:
            _lent.set(True)
            try:
                yield connection
            finally:
                _lent.set(False)  # not by a token: a generator may be closed by another task than began it


def _session(settings: Settings) -> dict[str, str]:
    """A plan is made once a connection, perhaps while a table is empty, and must still be right when a sale has filled
    it: so one plan for all values, and by an index where there is one."""
    return {
        "application_name": "placeur",
        "timezone": "UTC",
        "jit": "off",
        "plan_cache_mode": "force_generic_plan",
        "enable_seqscan": "off",
        "statement_timeout": f"{settings.statement_s_max}s",
        "lock_timeout": f"{settings.lock_s_max}s",
        "idle_in_transaction_session_timeout": f"{IDLE_TRANSACTION_S_MAX}s",
    }
