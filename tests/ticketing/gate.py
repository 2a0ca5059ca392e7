"""The house of `sold.sql` with a gate: its organisation's keys, a token, and codes of what was sold there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg

from ticketing import signing_keys
from ticketing.admissions import Admission, Scan, admit
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.signing_keys import Keys
from ticketing.tokens import Scope, Token

SOLD = Path(__file__).with_name("sold.sql")
SECRET = bytes(range(32))
NOW = datetime(2036, 6, 8, 17, 30, tzinfo=UTC)
OTHER = UUID(int=77)


def row_id(kind: int, n: int) -> UUID:
    """The ids of `sold.sql`."""
    return UUID(f"{kind:08x}-0000-7000-8000-{n:012x}")


HOUSE = row_id(1, 1)
PASS = row_id(16, 1)


def performance(n: int) -> UUID:
    return row_id(7, n)


class Gate:
    """A sold house that can be scanned. Its tickets are named by their place at performance 1: 2 n and 2 n + 1 are
    those of order n. Orders 1 to 300 are paid (2, 4, ... 40 are in), 301 is not, 302 and 303 are cancelled."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.keys = Keys(db, SECRET)
        self.token = token(HOUSE)

    async def code(self, place: int, at: datetime = NOW) -> str:
        async with self.db.read() as c:
            row = await c.fetchrow("select serial, generation from tickets where pool_id = 1 and place = $1", place)
        return (await self.keys.signer(HOUSE, at)).ticket(row["serial"], row["generation"], 1)

    async def pass_code(self) -> str:
        async with self.db.read() as c:
            row = await c.fetchrow("select serial, generation from passes where id = $1", PASS)
        return (await self.keys.signer(HOUSE, NOW)).holder_pass(row["serial"], row["generation"])

    async def scan(
        self, code: str, *, at: int = 1, gate: str = "North", scan_id: UUID | None = None, now: datetime = NOW
    ) -> Admission:
        scan = Scan(scan_id or new_id(), code, performance(at), gate, self.token)
        return await admit(self.db, self.keys, scan, now)

    async def run(self, statement: str, *values: object) -> None:
        async with self.db.read() as c:
            await c.execute(statement, *values)

    async def count(self, table: str) -> int:
        async with self.db.read() as c:
            return await c.fetchval(f"select count(*) from {table}")


def token(organisation_id: UUID) -> Token:
    made_at = NOW - timedelta(days=9)
    return Token(row_id(19, 1), organisation_id, "gate", Scope.SCAN, False, [], made_at, None, None, None, 1)


async def sell(url: str) -> None:
    """Fill a database with the house, give it a real key, and found another organisation."""
    connection = await asyncpg.connect(url)
    await connection.execute(SOLD.read_text())
    await connection.execute("insert into organisations values ($1, 'other', 'Other', $2)", OTHER, NOW)
    await connection.close()
    db = await Database.open(url)
    await signing_keys.rotate(db, SECRET, HOUSE, NOW)
    await db.close()
