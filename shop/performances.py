"""A date of an event: where it is, what is left and at what price, and the map its places are taken from.

The page is the same for everybody; so is the offer, which the map's script asks for. Both are made once a moment.
"""

import hashlib
from collections.abc import Hashable
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from msgspec import Struct

from shop import access, best, offered, pages
from ticketing import markup, programme, venues
from ticketing.db import Database
from ticketing.kept import Kept
from ticketing.offers import Offer
from ticketing.performances import Performance
from ticketing.programme import Sale
from ticketing.venues import Texts, Venue
from web.answers import send
from web.call import Call
from web.offered import GroupSeen, TariffSeen
from web.variants import Variants

SHOW = "shop/performances/show.html"
JSON = "application/json"
FRESH_S = 1.0
VENUE_FRESH_S = 30.0
KEPT_MAX = 1000
DATES_SHOWN_MAX = 12

_offers: Kept[Hashable, Variants] = Kept(None, FRESH_S, KEPT_MAX)
_venues: Kept[Hashable, tuple[Venue, dict[Any, Texts]]] = Kept(None, VENUE_FRESH_S, KEPT_MAX)


class OfferSeen(Struct, frozen=True):
    """What the map's script needs to know of a date."""

    performance: UUID
    sale: Sale
    opens_at: str
    opens_in_s: float
    currency: str
    places_max: int
    plan: str
    place_list: str
    tariffs: tuple[TariffSeen, ...]
    groups: tuple[GroupSeen, ...]


@get("/performances/{performance_id:uuid}")
async def show(request: Call, key: FromPath[str], performance_id: FromPath[UUID]) -> Response[bytes]:
    """A date of an event, and its map."""
    front = await access.storefront(request, key)
    link, frame = request.query_params.get("link", ""), access.frame(request)

    async def made() -> dict[str, Any]:
        offer = await offered.shown(request, front, performance_id, link)
        performance, language = offer.performance, request.visit.language
        event = await programme.event(
            request.services.database, front.box_office.id, performance.event_id, request.now, link
        )
        stands = await offered.standing(request, offer)
        venue, texts = await _venue(request.services.database, performance)
        return {
            "event": event,
            "said": event.said(language),
            "description": markup.rendered(event.said(language).description),
            "performance": performance,
            "sale": stands.sale,
            "left": stands.left,
            "others": [
                date
                for date in stands.dates
                if date.id != performance_id and frame.has_date(date.starts_at, date.time_zone, date.venue_id)
            ][:DATES_SHOWN_MAX],
            "venue": venue,
            "venue_said": texts.get(language) or next(iter(texts.values()), Texts()),
            "groups": offered.groups(offer),
            "tariffs": offered.tariffs(offer, language, request),
            "asked": best.Asked(),
            "choices": offered.choices(offer),
            "queue": f"{front.path}/events/{performance.event_id}/queue" if offer.guarded else "",
        }

    return await pages.everybodys(request, front, SHOW, made, link)


@get("/performances/{performance_id:uuid}/offer.json")
async def offer_seen(request: Call, key: FromPath[str], performance_id: FromPath[UUID]) -> Response[bytes]:
    """What the date is sold at now, for the map's script."""
    front = await access.storefront(request, key)
    link, language = request.query_params.get("link", ""), request.visit.language

    async def made() -> Variants:
        offer = await offered.shown(request, front, performance_id, link)
        body = msgspec.json.encode(await _offer_seen(request, offer))
        return Variants(body, JSON, hashlib.blake2b(body, digest_size=12).hexdigest())

    known = (id(request.services), front.box_office.id, performance_id, link, language)
    return send(request, await _offers.get_by(known, made), "private, no-cache")


async def _offer_seen(call: Call, offer: Offer) -> OfferSeen:
    performance, settings, language = offer.performance, call.services.settings, call.visit.language
    opens_at = performance.sale_opens_at
    return OfferSeen(
        performance=performance.id,
        sale=(await offered.standing(call, offer)).sale,
        opens_at=opens_at.isoformat(),
        opens_in_s=max(0.0, (opens_at - call.now).total_seconds()),
        currency=performance.currency,
        places_max=min(performance.order_places_max or settings.places_per_hold_max, settings.places_per_hold_max),
        plan=performance.plan_hash.hex(),
        place_list=performance.place_list_hash.hex(),
        tariffs=offered.tariffs(offer, language, call),
        groups=offered.groups(offer),
    )


async def _venue(db: Database, performance: Performance) -> tuple[Venue, dict[Any, Texts]]:
    async def read() -> tuple[Venue, dict[Any, Texts]]:
        venue = await venues.get(db, performance.organisation_id, performance.venue_id)
        return venue, dict(await venues.texts_of(db, performance.venue_id))

    return await _venues.get_by((id(db), performance.venue_id), read)
