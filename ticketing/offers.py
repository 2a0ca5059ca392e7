"""Offers: all that a hold needs to know of a performance, in one look.

A hold must not ask Postgres anything: what is on sale, at which prices, bounded by which quotas changes rarely, and is
asked thousands of times a second. So a process keeps each performance's offer for a few seconds. A hold may therefore
be told an old price; the order reads the present one, and says what it is.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from msgspec import Struct

from ticketing import (
    accessible_places,
    allotments,
    box_offices,
    halls,
    options,
    passes,
    performances,
    tariffs,
    waiting_rooms,
)
from ticketing.box_offices import BoxOffice
from ticketing.channels import Channel
from ticketing.db import Database
from ticketing.halls import Hall
from ticketing.kept import Kept
from ticketing.options import Option
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


Tags = dict[tuple[str, str], tuple[Price, ...]]
"""By zone ("" for those that have no prices of their own) and category."""


class Offer(Struct, frozen=True):
    """A performance as it is sold: its hall, its tariffs, the pools that bound them."""

    performance: Performance
    hall: Hall
    tariffs: tuple[Tariff, ...]
    quota_pools: dict[UUID, tuple[int, ...]]
    """The pools of each bounded tariff: a ticket at it takes a place in every one of them."""
    options: dict[UUID, tuple[tuple[Option, str | None], ...]]
    """What each tariff may be bought with, and the name of its group."""
    zones: frozenset[str]
    """Those that have prices of their own at some tariff."""
    shop: Tags
    """What the shop sells at, as of when the offer was read."""
    counter: Tags
    guarded: bool = False
    """Whether its event's waiting room is on: places are for who was let in."""
    bays_open: bool = False
    """Whether its places of wheelchair users were kept and are released: at last they are proposed to anybody."""

    def group(self, zone: str, category: str) -> str:
        """What places that cost the same at every tariff are called: their category, or their zone and category."""
        return f"{zone} / {category}" if zone in self.zones else category

    def prices(self, zone: str, category: str, channel: Channel) -> tuple[Price, ...]:
        """What a place costs, in the order tariffs are shown."""
        tags = self.counter if channel is Channel.COUNTER else self.shop
        return tags.get((zone if zone in self.zones else "", category), ())

    def affordable(
        self, price_cents_max: int | None, channel: Channel, tariffs: Collection[UUID] = ()
    ) -> tuple[frozenset[int], frozenset[int] | None]:
        """Indexes of the categories in which a place costs no more than that, and of the zones in which it does so in
        all of these categories; None: in every zone.

        It costs what its cheapest tariff does; or, of these tariffs, the dearest that is sold there.
        """
        zones, categories = self.hall.zones, self.hall.categories

        def cheap(zone: str, category: str) -> bool:
            cents = self.cents(zone, category, channel, tariffs)
            return cents is not None and (price_cents_max is None or cents <= price_cents_max)

        some = [n for n, category in enumerate(categories) if any(cheap(zone, category) for zone in ("", *self.zones))]
        if not self.zones:
            return frozenset(some), None
        whole = (n for n, zone in enumerate(zones) if all(cheap(zone, categories[index]) for index in some))
        return frozenset(some), frozenset(whole)

    def cents(self, zone: str, category: str, channel: Channel, tariffs: Collection[UUID] = ()) -> int | None:
        """What a place costs at its cheapest tariff; or, of these, at the dearest. None: it is not sold at them."""
        prices = self.prices(zone, category, channel)
        if not tariffs:
            return min((price.price_cents for price in prices), default=None)
        return max((price.price_cents for price in prices if price.tariff in tariffs), default=None)

    def apart(self, channel: Channel) -> frozenset[int]:
        """Indexes of the categories of wheelchair users and companions alone where nothing is sold that others buy."""
        tags = self.counter if channel is Channel.COUNTER else self.shop
        special, tariffs = self.hall.accessible, dict[str, set[UUID]]()
        for (_, category), prices in tags.items():
            tariffs.setdefault(category, set()).update(price.tariff for price in prices)
        usual = {tariff for category, sold in tariffs.items() if category not in special for tariff in sold}
        return frozenset(
            index
            for index, category in enumerate(self.hall.categories)
            if category in special and not tariffs.get(category, set()) & usual
        )

    def price_steps(self, channel: Channel, tariffs: Collection[UUID] = ()) -> list[int]:
        """The different costs of places (`cents`), rising."""
        every = (
            self.cents(zone, category, channel, tariffs)
            for zone in ("", *self.zones)
            for category in self.hall.categories
        )
        return sorted({cents for cents in every if cents is not None})


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
        self._met: dict[UUID, halls.Key | None] = {}
        """By performance: the last hall of its pool that its offer was read anew for, which may be the newer one."""

    async def of(self, performance_id: UUID) -> Offer:
        """The offer of a performance that is no draft, or NotFound. Read anew once the performance's pool has been
        packed by another plan than the offer's."""
        offer = await self._offers.get(performance_id)
        packed = halls.last_under(offer.performance.pool_id)
        if packed in (None, (offer.hall.plan_hash, offer.hall.place_list_hash), self._met.get(performance_id)):
            return offer
        if len(self._met) >= OFFERS_MAX:
            self._met.clear()
        self._met[performance_id] = packed
        return await self._offers.anew(performance_id)

    async def renewed(self, performance_id: UUID) -> Offer:
        """The offer read now: something of it was met that another plan draws."""
        return await self._offers.anew(performance_id)

    async def box_office(self, key: str) -> BoxOffice:
        """The box office at an address, or NotFound."""
        return await self._box_offices.get(key)

    async def pass_type(self, pass_type_id: UUID) -> PassType:
        """A pass type, or NotFound."""
        return await self._pass_types.get(pass_type_id)

    async def ensure_sellable(self, performance_id: UUID, codes: Sequence[int]) -> None:
        """Raises NotFound unless each of these codes is an open allotment of the performance: Postgres is asked, for
        staff alone name any."""
        async with self._db.read() as c:
            await allotments.ensure_sellable(c, [performance_id], codes)

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
        found = await tariffs.of_performance(self._db, performance.event_id, performance_id)
        chosen = await options.of_event(self._db, performance.event_id)
        pools: dict[UUID, tuple[int, ...]] = {}
        for quota in await tariffs.quotas_of(self._db, performance_id):
            pools[quota.tariff_id] = (*pools.get(quota.tariff_id, ()), quota.pool_id)
        zones = frozenset(zone for tariff in found for zone in tariff.cost.zones) & set(hall.zones)
        now = datetime.now(UTC)
        by_channel = [
            _tags(hall, zones, [tariff for tariff in found if tariff.sold(channel, now)])
            for channel in (Channel.SHOP, Channel.COUNTER)
        ]
        guarded = await waiting_rooms.is_on(self._db, performance.event_id)
        bays_open = bool(hall.bays) and await accessible_places.are_open(self._db, performance_id)
        shop, counter = by_channel
        return Offer(performance, hall, tuple(found), pools, chosen, zones, shop, counter, guarded, bays_open)

    async def _box_office(self, key: str) -> BoxOffice:
        return await box_offices.public(self._db, key)

    async def _pass_type(self, pass_type_id: UUID) -> PassType:
        return await passes.get(self._db, pass_type_id)


def _tags(hall: Hall, zones: Iterable[str], found: Sequence[Tariff]) -> Tags:
    return {
        (zone, category): tuple(
            Price(tariff.id, tariff.name, cents)
            for tariff in found
            if (cents := tariff.cost.of(zone, category)) is not None
        )
        for zone in ("", *zones)
        for category in hall.categories
    }
