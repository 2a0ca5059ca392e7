"""Offers: all that a hold needs to know of a performance, in one look.

A hold must not ask Postgres anything: what is on sale, at which prices, bounded by which quotas changes rarely, and is
asked thousands of times a second. So a process keeps each performance's offer for a few seconds. A hold may therefore
be told an old price; the order reads the present one, and says what it is.
"""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct

from ticketing import box_offices, passes, performances, tariffs
from ticketing.box_offices import BoxOffice
from ticketing.db import Database
from ticketing.halls import Hall
from ticketing.kept import Kept
from ticketing.passes import PassType
from ticketing.performances import Performance
from ticketing.sql import load
from ticketing.tariffs import Tariff

FRESH_S = 3.0
OFFERS_MAX = 1000
BOX_OFFICES_MAX = 1000
PASS_TYPES_MAX = 1000
POOLS_MAX = 10_000

SQL = load("offers")


class Price(Struct, frozen=True):
    """What a place costs at one tariff."""

    tariff: UUID
    name: str
    price_cents: int


class Offer(Struct, frozen=True):
    """A performance as it is sold: its hall, its tariffs, the pools that bound them."""

    performance: Performance
    hall: Hall
    tariffs: tuple[Tariff, ...]
    quota_pools: dict[UUID, tuple[int, ...]]
    """The pools of each bounded tariff: a ticket at it takes a place in every one of them."""
    prices: dict[str, tuple[Price, ...]]
    """By category, in the order tariffs are shown."""

    def categories_up_to(self, price_cents_max: int) -> frozenset[int]:
        """Indexes of the categories in which some tariff costs no more than that."""
        return frozenset(
            index
            for index, category in enumerate(self.hall.categories)
            if any(price.price_cents <= price_cents_max for price in self.prices.get(category, ()))
        )


class PoolUse(Struct, frozen=True):
    """What a pool is of: a performance, or a tariff's quota (of one performance or of the event)."""

    pool_id: int
    performance_id: UUID | None
    tariff_id: UUID | None


class Offers:
    """The offers and box offices one process has met of late."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._offers = Kept(self._offer, FRESH_S, OFFERS_MAX)
        self._box_offices = Kept(self._box_office, FRESH_S, BOX_OFFICES_MAX)
        self._pass_types = Kept(self._pass_type, FRESH_S, PASS_TYPES_MAX)
        self._uses: dict[int, PoolUse] = {}

    async def of(self, performance_id: UUID) -> Offer:
        """The offer of a performance that is no draft, or NotFound."""
        return await self._offers.get(performance_id)

    async def box_office(self, key: str) -> BoxOffice:
        """The box office at an address, or NotFound."""
        return await self._box_offices.get(key)

    async def pass_type(self, pass_type_id: UUID) -> PassType:
        """A pass type, or NotFound."""
        return await self._pass_types.get(pass_type_id)

    async def uses(self, pools: Sequence[int]) -> list[PoolUse]:
        """What pools are of, in their order; it never changes. Pools of other kinds have neither id."""
        known = {pool: self._uses[pool] for pool in pools if pool in self._uses}
        if unknown := [pool for pool in pools if pool not in known]:
            async with self._db.read() as c:
                known |= {use.pool_id: use for use in await SQL.uses.all(c, PoolUse, pools=unknown)}
            self._uses = known if len(self._uses) > POOLS_MAX else self._uses | known
        return [known[pool] for pool in pools]

    async def _offer(self, performance_id: UUID) -> Offer:
        performance = await performances.get(self._db, performance_id)
        hall = await performances.hall(self._db, performance)
        found = await tariffs.of_event(self._db, performance.event_id)
        pools: dict[UUID, tuple[int, ...]] = {}
        for quota in await tariffs.quotas_of(self._db, performance_id):
            pools[quota.tariff_id] = (*pools.get(quota.tariff_id, ()), quota.pool_id)
        return Offer(performance, hall, tuple(found), pools, _prices(hall, found))

    async def _box_office(self, key: str) -> BoxOffice:
        return await box_offices.public(self._db, key)

    async def _pass_type(self, pass_type_id: UUID) -> PassType:
        return await passes.get(self._db, pass_type_id)


def _prices(hall: Hall, found: Sequence[Tariff]) -> dict[str, tuple[Price, ...]]:
    return {
        category: tuple(
            Price(tariff.id, tariff.name, tariff.prices[category]) for tariff in found if category in tariff.prices
        )
        for category in hall.categories
    }
