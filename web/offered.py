"""What a date is sold at through one door, as the map's script and pages are told: tariffs, price groups, places."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ticketing.channels import Channel
from ticketing.offers import Offer


class TariffSeen(Struct, frozen=True):
    """A tariff, in the reader's language."""

    id: UUID
    name: str
    description: str
    order_min: int
    order_max: int | None


class GroupSeen(Struct, frozen=True):
    """Places that cost the same at every tariff. `zone` is the plan's id of a zone with prices of its own, or empty."""

    name: str
    category: str
    zone: str
    prices: dict[str, int]


def groups(offer: Offer, channel: Channel) -> tuple[GroupSeen, ...]:
    """The price groups of a date in the plan's order, those that are sold."""
    tags = offer.counter if channel is Channel.COUNTER else offer.shop
    names = {"": "", **{zone: f"{name}, " for zone, name in zones_of(offer).items() if zone in offer.zones}}
    return tuple(
        GroupSeen(f"{name}{category}", category, zone, {str(price.tariff): price.price_cents for price in prices})
        for zone, name in names.items()
        for category in offer.hall.categories
        if (prices := tags.get((zone, category), ()))
    )


def tariffs(offer: Offer, channel: Channel, language: str, now: datetime) -> tuple[TariffSeen, ...]:
    """The tariffs that are sold now, in the order they are shown."""
    return tuple(
        TariffSeen(
            tariff.id,
            tariff.called(language),
            tariff.described(language),
            tariff.terms.order_min,
            tariff.terms.order_max,
        )
        for tariff in offer.tariffs
        if tariff.sold(channel, now)
    )


def zones_of(offer: Offer) -> dict[str, str]:
    """The names of a hall's zones, by their ids in the plan."""
    return dict(zip(offer.hall.zones, offer.hall.packed.zone_names, strict=True))


def areas_of(offer: Offer, channel: Channel) -> dict[str, str]:
    """The names of the areas without numbered seats that are sold, by their ids in the plan."""
    labels = {area: offer.hall.label(ranges[0][0]) for area, ranges in offer.hall.areas.items() if ranges}
    return {area: label.zone for area, label in labels.items() if offer.prices(label.zone_id, label.category, channel)}
