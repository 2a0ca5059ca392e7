"""What a date offers, as the shop's pages tell it: tariffs and prices, what may be asked for, where its sale stands."""

from uuid import UUID

from msgspec import Struct

from engine.link import StoreUnreachable
from shop import access
from ticketing import programme
from ticketing.channels import Channel
from ticketing.offers import Offer
from ticketing.performances import ensure_shown
from ticketing.programme import Date, Left, Sale
from ticketing.refusals import NotFound
from ticketing.shops import Storefront
from web import offered
from web.call import Call
from web.offered import GroupSeen, TariffSeen


class Standing(Struct, frozen=True):
    """Where a date stands: its sale, how much is left, and its event's dates that are to come."""

    sale: Sale
    left: Left | None
    dates: list[Date]


class Choices(Struct, frozen=True):
    """What a shopper may choose from: names of zones with seats and of areas, by id; prices, rising.

    `accessible`: the tariffs of wheelchair places and of their companions alone, in their order.
    """

    zones: dict[str, str]
    areas: dict[str, str]
    steps: list[int]
    bay_count: int
    accessible: tuple[UUID, ...]


async def shown(call: Call, front: Storefront, performance_id: UUID, link: str) -> Offer:
    """The offer of a date of this shop that the visitor may see, or NotFound."""
    offer = await call.services.offers.of(performance_id)
    if offer.performance.box_office_id != front.box_office.id:
        raise NotFound(what="performance")
    ensure_shown(offer.performance, link)
    frame, date = access.frame(call), offer.performance
    if not (frame.has_event(date.event_id) and frame.has_date(date.starts_at, date.time_zone, date.venue_id)):
        raise NotFound(what="performance")
    return offer


async def standing(call: Call, offer: Offer) -> Standing:
    """Where a date stands now. Without Redis nobody knows what is left, and the page says nothing of it."""
    performance = offer.performance
    dates = await programme.dates(call.services.database, performance.event_id, call.now)
    date = next((one for one in dates if one.id == performance.id), None)
    sale = Sale.OVER if date is None else date.sale(call.now)
    if sale is not Sale.OPEN or date is None:
        return Standing(sale, None, dates)
    try:
        snapshot = await call.services.live.snapshot(performance.pool_id)
    except StoreUnreachable:
        return Standing(sale, None, dates)
    left = programme.step(sum(snapshot.free), date.place_count)
    return Standing(Sale.SOLD_OUT if snapshot.gone else sale, left, dates)


def groups(offer: Offer) -> tuple[GroupSeen, ...]:
    """The price groups of a date in the plan's order, those that the shop sells."""
    return offered.groups(offer, Channel.SHOP)


def tariffs(offer: Offer, language: str, call: Call) -> tuple[TariffSeen, ...]:
    """The tariffs that the shop sells at now, in the order they are shown."""
    return offered.tariffs(offer, Channel.SHOP, language, call.now)


def choices(offer: Offer) -> Choices:
    """What can be asked for at a date: only what is sold there."""
    hall = offer.hall
    return Choices(
        zones={zone: name for zone, name in offered.zones_of(offer).items() if zone in hall.seated},
        areas=offered.areas_of(offer, Channel.SHOP),
        steps=[cents for cents in offer.price_steps(Channel.SHOP) if cents],
        bay_count=hall.bay_count,
        accessible=_accessible(offer),
    )


def _accessible(offer: Offer) -> tuple[UUID, ...]:
    sold: dict[UUID, set[str]] = {}
    for (_, category), prices in offer.shop.items():
        for price in prices:
            sold.setdefault(price.tariff, set()).add(category)
    return tuple(
        tariff.id for tariff in offer.tariffs if tariff.id in sold and sold[tariff.id] <= offer.hall.accessible
    )
