"""What a process that sells stands on: Postgres, and the inventory in Redis, opened and closed together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from engine.inventory import Inventory
from ticketing.db import Database
from ticketing.pools import PoolClaims
from ticketing.settings import Settings, secret_bytes


class Stores(Struct, frozen=True):
    """Both stores of one installation, open."""

    settings: Settings
    database: Database
    claims: PoolClaims
    inventory: Inventory


@asynccontextmanager
async def stores(settings: Settings) -> AsyncIterator[Stores]:
    """Open both, close both in the opposite order. `settings` must name them.

    Raises what asyncpg raises for a database out of reach, StoreUnreachable, StoreUnfit.
    """
    database = await Database.open(settings.database_url, settings)
    try:
        claims = PoolClaims(database)
        inventory = await Inventory.open(settings.redis_url, claims, secret_bytes(settings))
        try:
            yield Stores(settings, database, claims, inventory)
        finally:
            await inventory.close()
    finally:
        await database.close()
