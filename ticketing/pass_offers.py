"""A pass as it is sold: its dates, what it costs, and which seats are free at all of them.

To whoever chooses a seat for it, a pass is one house: that of its first date, in which a seat is free that is free at
every date. It has one tariff, the pass itself, wherever the shop sells seats at the first date. Places without numbers
are none of it, and a seat that another date's hall does not have is not on sale. Wheelchair places are open to anybody
that are so at every date.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from engine.common import Common, common
from engine.inventory import Inventory
from engine.link import StoreUnreachable
from ticketing import holds
from ticketing.channels import Channel
from ticketing.halls import Hall
from ticketing.holds import PROPOSALS, Ask, BestWish, Part
from ticketing.offers import Offer, Offers, Price
from ticketing.passes import PassType
from ticketing.performances import Performance, PerformanceStatus, Visibility
from ticketing.prices import Prices
from ticketing.programme import Sale
from ticketing.refusals import NotFound
from ticketing.tariffs import Tariff, Terms

PAIRS_MAX = 100

_known: dict[tuple[bytes, bytes, bytes, bytes], NDArray[np.int64]] = {}
"""By the hashes of two halls."""


class PassOffer(Struct, frozen=True):
    """A pass with its dates' offers, the earliest first; never without one."""

    kind: PassType
    dates: tuple[Offer, ...]

    @property
    def performances(self) -> tuple[Performance, ...]:
        """Its dates."""
        return tuple(offer.performance for offer in self.dates)

    @property
    def opens_at(self) -> datetime:
        """When the last of its dates comes on sale."""
        return max(date.sale_opens_at for date in self.performances)

    def sale(self, now: datetime) -> Sale:
        """Whether it can be bought, as far as its dates tell: as long as all of them can."""
        dates = self.performances
        over = any(date.status is not PerformanceStatus.ON_SALE or now >= date.sale_closes_at for date in dates)
        if over or self.kind.withdrawn_at is not None:
            return Sale.OVER
        return Sale.OPEN if now >= self.opens_at else Sale.NOT_YET

    def house(self) -> Offer:
        """Its first date's offer with the pass for its only tariff."""
        kind, first = self.kind, self.dates[0]
        price = Price(kind.id, kind.name, kind.price_cents)
        sold = {category for (_, category), prices in first.shop.items() if prices}
        tariff = Tariff(
            id=kind.id, event_id=first.performance.event_id, name=kind.name, position=0, version=0, closed_at=None,
            terms=Terms(names={}), cost=Prices(categories=dict.fromkeys(sold, kind.price_cents)),
        )  # fmt: skip
        tags = {("", category): (price,) if category in sold else () for category in first.hall.categories}
        return replace(
            first, hall=replace(first.hall, areas={}), tariffs=(tariff,), quota_pools={}, options={},
            zones=frozenset(), shop=tags, counter=tags, bays_open=all(offer.bays_open for offer in self.dates),
        )  # fmt: skip


async def of(offers: Offers, box_office_id: UUID, pass_type_id: UUID) -> PassOffer:
    """A pass of a box office. NotFound for another's, and for one with a date that not everybody may see."""
    kind = await offers.pass_type(pass_type_id)
    if kind.box_office_id != box_office_id or not kind.performances:
        raise NotFound(what="pass")
    dates = tuple([await offers.of(performance) for performance in kind.performances])
    if any(offer.performance.visibility is not Visibility.PUBLIC for offer in dates):
        raise NotFound(what="pass")
    return PassOffer(kind, dates)


async def seats(inventory: Inventory, offer: PassOffer) -> Common:
    """The first date's places as they stand at all dates, by copies a moment old. Raises StoreUnreachable."""
    copies = await asyncio.gather(*(inventory.copy(date.pool_id) for date in offer.performances))
    halls = [date.hall.packed for date in offer.dates]
    if [copy.place_count for copy, _ in copies] != [packed.place_count for packed in halls]:
        raise StoreUnreachable("another plan has come under a date just now")
    statuses = [(copy.status(now_ms), copy.place_count) for copy, now_ms in copies]
    first = offer.dates[0].hall
    return common(first.packed, statuses, [_places(first, date.hall) for date in offer.dates])


async def left(inventory: Inventory, offer: PassOffer) -> int | None:
    """How many of a bounded pass are left; None: as many as there are seats."""
    if offer.kind.pool_id is None:
        return None
    copy, now_ms = await inventory.copy(offer.kind.pool_id)
    return copy.free_count(now_ms)


def proposals(offer: PassOffer, seats: Common, ask: Ask, wish: BestWish) -> tuple[Part, ...]:
    """Up to three sets of seats for a party that takes a pass each, best first; nothing is held. Raises NoFit."""
    house = offer.house()
    found = seats.copy.propose(holds.party_of(house, ask, wish), 0, PROPOSALS)
    return tuple(holds.part_of(house, Channel.SHOP, proposal.places, (proposal,)) for proposal in found)


def _places(first: Hall, other: Hall) -> NDArray[np.int64] | None:
    """Where one hall's seats are in another: int64 [places of the first], -1 for none. None: in the same places."""
    halls = (first.plan_hash, first.place_list_hash, other.plan_hash, other.place_list_hash)
    if halls[:2] == halls[2:] and not first.areas:
        return None
    if halls not in _known:
        if len(_known) >= PAIRS_MAX:
            _known.clear()
        _known[halls] = _mapped(first, other)
    return _known[halls]


def _mapped(first: Hall, other: Hall) -> NDArray[np.int64]:
    ids: Sequence[str | None] = [first.seats.seat(place) for place in range(first.packed.place_count)]
    places = (-1 if seat is None or (place := other.seats.place(seat)) is None else place for seat in ids)
    return np.fromiter(places, np.int64, len(ids))
