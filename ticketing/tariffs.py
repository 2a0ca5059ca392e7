"""Tariffs: what a place costs, by its category; and quotas, which bound how many are sold at a tariff.

A quota is a pool like a hall: its places are alike, and a ticket at that tariff takes one of them beside its seat, in
the same hold and the same order. So it cannot be oversold, and a returned ticket returns it.
"""

from collections.abc import Mapping
from uuid import UUID

import asyncpg
from msgspec import Struct

from ticketing import pools
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.pools import PoolKind
from ticketing.refusals import AlreadyExists, InputRefused, NoPrice, NotFound
from ticketing.sql import load
from ticketing.texts import text_of

PRICE_CENTS_MAX = 100_000_00
QUOTA_PLACES_MAX = 1_000_000

SQL = load("tariffs")


class Tariff(Struct, frozen=True):
    """A tariff of an event; `prices` are cents in the box office's currency, by category."""

    id: UUID
    event_id: UUID
    name: str
    position: int
    prices: dict[str, int]

    def price_cents(self, category: str) -> int:
        """The price of a place of that category, or NoPrice: what has no price is not sold at this tariff."""
        try:
            return self.prices[category]
        except KeyError:
            raise NoPrice(tariff=self.name, category=category) from None


class Quota(Struct, frozen=True):
    """A bound on a tariff, for one performance or (None) for all of the event together."""

    id: UUID
    tariff_id: UUID
    performance_id: UUID | None
    pool_id: int
    place_count: int


async def create(
    db: Database, organisation_id: UUID, event_id: UUID, name: str, prices: Mapping[str, int], position: int = 0
) -> Tariff:
    """Add a tariff with its prices. AlreadyExists when the event has one of that name."""
    priced = _checked(prices)
    values = {"organisation_id": organisation_id, "event_id": event_id}
    async with db.transaction() as c:
        if not await SQL.event_exists.value(c, **values):
            raise NotFound(what="event")
        tariff_id = await SQL.create.value(
            c, tariff_id=new_id(), name=text_of(name, "name"), position=position, **values
        )
        if tariff_id is None:
            raise AlreadyExists(what="tariff", name=name)
        await SQL.set_price.many(c, [{"tariff_id": tariff_id, **price} for price in priced])
    return Tariff(tariff_id, event_id, name.strip(), position, dict(prices))


async def set_prices(db: Database, organisation_id: UUID, tariff_id: UUID, prices: Mapping[str, int]) -> None:
    """Set the prices of some categories, from the next order on; what was ordered keeps its price."""
    priced = _checked(prices)
    async with db.transaction() as c:
        if await SQL.owned.row(c, organisation_id=organisation_id, tariff_id=tariff_id) is None:
            raise NotFound(what="tariff")
        await SQL.set_price.many(c, [{"tariff_id": tariff_id, **price} for price in priced])


async def of_event(db: Database, event_id: UUID) -> list[Tariff]:
    """An event's tariffs in the order they are shown, with their prices."""
    async with db.read() as c:
        rows = await SQL.of_event.rows(c, event_id=event_id)
    return [_tariff(row) for row in rows]


async def limit(
    db: Database, organisation_id: UUID, tariff_id: UUID, place_count: int, performance_id: UUID | None = None
) -> Quota:
    """Bound a tariff to so many places, over the event or on one performance.

    AlreadyExists when it is bounded there already.
    """
    if not 0 <= place_count <= QUOTA_PLACES_MAX:
        raise InputRefused(problem=f"a quota has 0 to {QUOTA_PLACES_MAX} places", where="place_count")
    try:
        async with db.transaction() as c:
            tariff = await SQL.owned.row(c, organisation_id=organisation_id, tariff_id=tariff_id)
            if tariff is None:
                raise NotFound(what="tariff")
            where = {"event_id": tariff["event_id"], "performance_id": performance_id}
            if performance_id is not None and not await SQL.performance_of_event.value(c, **where):
                raise NotFound(what="performance")
            pool_id = await pools.create(c, tariff["box_office_id"], PoolKind.QUOTA, place_count)
            quota = Quota(new_id(), tariff_id, performance_id, pool_id, place_count)
            bound = {"tariff_id": tariff_id, "performance_id": performance_id, "pool_id": pool_id}
            await SQL.add_quota.run(c, quota_id=quota.id, **bound)
    except asyncpg.UniqueViolationError:
        raise AlreadyExists(what="quota", name=str(tariff_id)) from None
    return quota


async def quotas_of(db: Database, performance_id: UUID) -> list[Quota]:
    """The quotas that bound the tariffs of a performance, its own and those of the whole event."""
    async with db.read() as c:
        return await SQL.quotas_of.all(c, Quota, performance_id=performance_id)


def _tariff(row: asyncpg.Record) -> Tariff:
    prices = dict(zip(row["categories"], row["prices_cents"], strict=True))
    return Tariff(row["id"], row["event_id"], row["name"], row["position"], prices)


def _checked(prices: Mapping[str, int]) -> list[dict[str, str | int]]:
    for category, price_cents in prices.items():
        if not 0 <= price_cents <= PRICE_CENTS_MAX:
            raise InputRefused(problem=f"a price is from 0 to {PRICE_CENTS_MAX} cents", where=category)
    return [{"category": category, "price_cents": price} for category, price in prices.items()]
