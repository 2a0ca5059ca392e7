"""Visits without cookies: what a browser would keep, kept by us.

In a frame on somebody else's site a browser keeps no cookies of ours. There a visit's address carries a secret, and
what cookies would hold is found by its hash. Few visits have anything to keep: most never write a row.
"""

from datetime import datetime, timedelta

import msgspec

from ticketing.db import Database
from ticketing.ids import secret_hash
from ticketing.sql import load

KEPT = timedelta(days=2)
FORGOTTEN_MAX = 10_000
COOKIES_MAX = 30
BYTES_MAX = 16_384

SQL = load("carried_visits")


async def read(db: Database, secret: str) -> dict[str, str]:
    """The cookies of a visit."""
    async with db.read() as c:
        found = await SQL.read.value(c, secret_hash=secret_hash(secret))
    return {} if found is None else msgspec.json.decode(found, type=dict[str, str])


async def write(db: Database, secret: str, cookies: dict[str, str], now: datetime) -> None:
    """Keep them. Beyond `COOKIES_MAX` and `BYTES_MAX` the oldest are dropped, as a browser does."""
    kept = dict(list(cookies.items())[-COOKIES_MAX:])
    while len(packed := msgspec.json.encode(kept)) > BYTES_MAX:
        kept.pop(next(iter(kept)))
    async with db.transaction() as c:
        await SQL.write.run(c, secret_hash=secret_hash(secret), cookies=packed.decode(), now=now)


async def forget(db: Database, now: datetime) -> int:
    """Delete the cookies of visits that nobody has made for `KEPT`; how many."""
    async with db.read() as c:
        return await SQL.forget.run(c, before=now - KEPT, rows_max=FORGOTTEN_MAX)
