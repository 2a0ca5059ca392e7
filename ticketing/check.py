"""`placeur check`: what must always be true, asked of the data itself.

Keys and checks in the schema make most of these breaches impossible; they are asked for all the same, because a
constraint may be dropped, a row mended by hand, a restore cut short. An invariant is one query in `sql/check.sql`, and
its sentence is the query's comment. The last one compares every live pool's words in Redis with the claims.
"""

import asyncio
from datetime import datetime

from msgspec import Struct

from engine.core.words import CLAIMED
from engine.inventory import Inventory
from engine.reconciler import Blocked, Difference, Reconciler
from ticketing.db import Database
from ticketing.pools import PoolClaims
from ticketing.sql import Connection, Query, load

WORDS_FOLLOW_CLAIMS = "words_follow_claims"
WORDS_SENTENCE = "What Redis says of a place is what Postgres says."
SETTLING_S = 2.0
"""A word follows its claim after the commit; what still differs after this is a breach."""

SQL = load("check")
INVARIANTS = (*(query.name for query in SQL), WORDS_FOLLOW_CLAIMS)
"""Every invariant's name, in the order in which they are asked."""


class Breach(Struct, frozen=True):
    """One thing that must not be: the invariant's name and sentence, and what was found."""

    invariant: str
    sentence: str
    found: str


async def breaches(db: Database, inventory: Inventory, now: datetime, settling_s: float = SETTLING_S) -> list[Breach]:
    """Every breach, in the order of the invariants. Reads all of the tables, in one snapshot."""
    async with db.transaction("repeatable_read") as c:
        await c.execute("set local statement_timeout = 0; set local enable_seqscan = on")
        found = await in_postgres(c, now)
    return found + await in_redis(db, inventory, settling_s)


async def in_postgres(c: Connection, now: datetime) -> list[Breach]:
    """The breaches that Postgres alone shows."""
    found: list[Breach] = []
    for query in SQL:
        found += await of_invariant(c, query.name, now)
    return found


async def of_invariant(c: Connection, name: str, now: datetime) -> list[Breach]:
    """The breaches of one of the invariants that Postgres alone shows."""
    query: Query = getattr(SQL, name)
    parameters = {"now": now} if query.parameters else {}
    return [Breach(query.name, query.doc, line) for (line,) in await query.rows(c, **parameters)]


async def in_redis(db: Database, inventory: Inventory, settling_s: float = SETTLING_S) -> list[Breach]:
    """Places of live pools whose word or block code is not what Postgres says, now and still `settling_s` later.

    A pool whose words are missing or old is no breach: nothing is sold from it, and looking at it rebuilds it.
    """
    source = PoolClaims(db)
    reconciler = Reconciler(inventory, source)
    differences = [found for pool in await source.live_pools() for found in await reconciler.look(pool)]
    if differences:
        await asyncio.sleep(settling_s)
        still = {found for pool in {d.pool for d in differences} for found in await reconciler.look(pool)}
        differences = [found for found in differences if found in still]
    return [Breach(WORDS_FOLLOW_CLAIMS, WORDS_SENTENCE, _told(found)) for found in differences]


def _told(found: Difference | Blocked) -> str:
    if isinstance(found, Blocked):
        return f"pool {found.pool}, place {found.place}: block code {found.code}, in Postgres {found.wanted}"
    owner = f"claim {found.wanted - CLAIMED}" if found.wanted else "no claim"
    return f"pool {found.pool}, place {found.place}: word {found.word}, in Postgres {owner}"
