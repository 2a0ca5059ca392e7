"""Passes in the shop: what one is, and the choice of one seat for all of its dates.

The choice is the map and the list of a date, over the seats that are free at every date; the script is the same. What
is free is looked at now and then, by everybody at once: a pass is bought with less haste than an evening.
"""

import hashlib
from collections.abc import Hashable, Sequence
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from msgspec import Meta, Struct

from engine.common import Common
from shop import access, best, offered, pages
from shop.best import Asked, Proposal, ProposalsSeen
from shop.cart import KEY_CHARS_MAX, CartSeen, seen
from shop.performances import OfferSeen
from ticketing import pass_offers
from ticketing.holds import Ask, PassWish
from ticketing.kept import Kept
from ticketing.offers import Offer
from ticketing.pass_offers import PassOffer
from ticketing.passes import Date
from ticketing.performances import Performance
from ticketing.programme import Sale
from ticketing.refusals import InputRefused, NoFit, NotFound, Refusal
from ticketing.shops import Storefront
from web.answers import send
from web.call import Call
from web.forms import Form
from web.frames import Frame
from web.live import OCTETS
from web.variants import Variants

SHOW, SEATS = "shop/passes/show.html", "shop/passes/seats.html"
JSON = "application/json"
FRESH_S = 1.0
KEPT_MAX = 200
PASSES_MAX = 20
"""Of one kind, taken at once."""

_offers: Kept[Hashable, Variants] = Kept(None, FRESH_S, KEPT_MAX)
_seats: Kept[Hashable, Common] = Kept(None, FRESH_S, KEPT_MAX)


class PassesBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Seats to take a pass for, each; and which to give back, by their places at the first date."""

    seats: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...], Meta(max_length=PASSES_MAX)] = ()
    drop: Annotated[tuple[Annotated[int, Meta(ge=0)], ...], Meta(max_length=1000)] = ()
    key: Annotated[str, Meta(max_length=KEY_CHARS_MAX)] = ""


@get("/passes/{pass_type:uuid}")
async def show(request: Call, key: FromPath[str], pass_type: FromPath[UUID]) -> Response[bytes]:
    """What a pass is: its dates, its price."""
    front = await access.storefront(request, key)

    async def made() -> dict[str, Any]:
        return await _told(request, await _shown(request, front, pass_type))

    return await pages.everybodys(request, front, SHOW, made)


@get("/passes/{pass_type:uuid}/seat")
async def choose(request: Call, key: FromPath[str], pass_type: FromPath[UUID]) -> Response[str] | Redirect:
    """The choice of its seat."""
    front = await access.storefront(request, key)
    offer = await _shown(request, front, pass_type)
    told = await _told(request, offer)
    if told["sale"] is not Sale.OPEN:
        return pages.done(request, _path(front, offer))
    house = offer.house()
    cart = await request.services.carts.of(access.shopper(request, front))
    return pages.show(
        request, front, SEATS, cart=cart, tariffs=offered.tariffs(house, request.visit.language, request),
        choices=offered.choices(house), asked=Asked(party=1), **told,
    )  # fmt: skip


@get("/passes/{pass_type:uuid}/offer.json")
async def offer_seen(request: Call, key: FromPath[str], pass_type: FromPath[UUID]) -> Response[bytes]:
    """What the map's script needs to know of it, as of a date."""
    front = await access.storefront(request, key)

    async def made() -> Variants:
        body = msgspec.json.encode(await _offer_seen(request, await _shown(request, front, pass_type)))
        return Variants(body, JSON, hashlib.blake2b(body, digest_size=12).hexdigest())

    known = (id(request.services), front.box_office.id, pass_type, request.visit.language)
    return send(request, await _offers.get_by(known, made), "private, no-cache")


@get("/passes/{pass_type:uuid}/availability")
async def availability(request: Call, key: FromPath[str], pass_type: FromPath[UUID]) -> Response[bytes]:
    """What is free at all of its dates: two bits a place of the first, as `/api/v1/.../availability` tells them."""
    front = await access.storefront(request, key)
    found = await _common(request, await _shown(request, front, pass_type))
    body = found.status
    return send(request, Variants(body, OCTETS, hashlib.blake2b(body, digest_size=12).hexdigest()), "private, no-cache")


@get("/passes/{pass_type:uuid}/proposals")
async def proposed(request: Call, key: FromPath[str], pass_type: FromPath[UUID]) -> ProposalsSeen:
    """The best seats that are free at all of its dates, for the map's script."""
    front = await access.storefront(request, key)
    offer = await _shown(request, front, pass_type)
    form = _asking(request)
    asked = best.read(form, offer.house())
    found = () if form.mistakes else await _proposals(request, front, offer, asked)
    return best.told(request, form, asked, found)


@get("/passes/{pass_type:uuid}/best")
async def show_best(request: Call, key: FromPath[str], pass_type: FromPath[UUID]) -> Response[str] | Redirect:
    """The same as a page."""
    front = await access.storefront(request, key)
    offer = await _shown(request, front, pass_type)
    form = _asking(request)
    return await _answered(request, front, offer, form, best.read(form, offer.house()))


@post("/passes/{pass_type:uuid}/best", status_code=200)
async def take(request: Call, key: FromPath[str], pass_type: FromPath[UUID]) -> Response[str] | Redirect:
    """Put passes for the seats of a proposal into the cart; or say what became of them, with others."""
    front = await access.storefront(request, key)
    form = await request.typed()
    offer = await _shown(request, front, pass_type)
    access.taking(request)
    shopper = access.shopper(request, front, form.text("key") or None, opening=True)
    before = best.question(form)
    seats = form.texts("seat")[:PASSES_MAX]
    try:
        if not seats:
            raise InputRefused(problem="Choose a proposal.", where="")
        await request.services.carts.add(shopper, [PassWish(pass_type, seat) for seat in seats])
    except Refusal as refusal:
        return await _answered(request, front, offer, before, best.read(before, offer.house()), refusal)
    return pages.done(request, f"{front.path}/cart#added")


@post("/passes/{pass_type:uuid}/cart", status_code=200)
async def change(request: Call, key: FromPath[str], pass_type: FromPath[UUID], data: JSONBody[PassesBody]) -> CartSeen:
    """Take passes and give some back, for the map's script; the cart afterwards."""
    front = await access.storefront(request, key)
    request.visit.ensure_own(request.header(b"x-csrf-token"))
    access.taking(request)
    offer = await _shown(request, front, pass_type)
    shopper = access.shopper(request, front, data.key or None, opening=True)
    carts, dropped = request.services.carts, {offer.performances[0].id: data.drop} if data.drop else {}
    if data.seats:
        return seen(await carts.add(shopper, [PassWish(pass_type, seat) for seat in data.seats], (), dropped))
    return seen(await carts.drop(shopper, dropped) if dropped else await carts.renew(shopper))


def shows(frame: Frame, dates: Sequence[Date | Performance]) -> bool:
    """Whether a link that shows some dates shows a pass: if it shows all of the pass's."""
    return all(
        frame.has_event(date.event_id) and frame.has_date(date.starts_at, date.time_zone, date.venue_id)
        for date in dates
    )


async def _shown(call: Call, front: Storefront, pass_type: UUID) -> PassOffer:
    """A pass that the visitor may see, or NotFound."""
    offer = await pass_offers.of(call.services.offers, front.box_office.id, pass_type)
    if not shows(access.frame(call), offer.performances):
        raise NotFound(what="pass")
    return offer


async def _common(call: Call, offer: PassOffer) -> Common:
    async def read() -> Common:
        return await pass_offers.seats(call.services.inventory, offer)

    return await _seats.get_by((id(call.services), offer.kind.id), read)


async def _told(call: Call, offer: PassOffer) -> dict[str, Any]:
    """What its pages tell of it."""
    sale, left = offer.sale(call.now), None
    if sale is Sale.OPEN:
        left = await pass_offers.left(call.services.inventory, offer)
        if left == 0 or not (await _common(call, offer)).free_count:
            sale = Sale.SOLD_OUT
    return {
        "offer": offer,
        "kind": offer.kind,
        "dates": offer.performances,
        "sale": sale,
        "left": left,
        "few": left is not None and left <= PASSES_MAX,
        "currency": offer.performances[0].currency,
    }


async def _offer_seen(call: Call, offer: PassOffer) -> OfferSeen:
    house = offer.house()
    first = house.performance
    return OfferSeen(
        performance=first.id, sale=offer.sale(call.now), opens_at=offer.opens_at.isoformat(),
        opens_in_s=max(0.0, (offer.opens_at - call.now).total_seconds()), currency=first.currency,
        places_max=PASSES_MAX, plan=first.plan_hash.hex(), place_list=first.place_list_hash.hex(),
        tariffs=offered.tariffs(house, call.visit.language, call), groups=offered.groups(house),
    )  # fmt: skip


async def _proposals(call: Call, front: Storefront, offer: PassOffer, asked: Asked) -> tuple[Proposal, ...]:
    house = offer.house()
    ask = Ask(box_office=front.box_office, now=call.now, address=call.address)
    try:
        parts = pass_offers.proposals(offer, await _common(call, offer), ask, asked.wish(house.performance.id))
    except NoFit:
        return ()
    return tuple(best.proposal(house, part, asked, call.visit.language) for part in parts)


async def _answered(
    call: Call, front: Storefront, offer: PassOffer, form: Form, asked: Asked, refusal: Refusal | None = None
) -> Response[str] | Redirect:
    if offer.sale(call.now) is not Sale.OPEN:
        return pages.done(call, _path(front, offer))
    house: Offer = offer.house()
    found = await _proposals(call, front, offer, asked) if not form.mistakes else ()
    subject = best.Subject(offer.kind.name, _path(front, offer), f"{_path(front, offer)}/seat")
    return best.page(call, front, subject, house, form, asked, found, refusal)


def _path(front: Storefront, offer: PassOffer) -> str:
    return f"{front.path}/passes/{offer.kind.id}"


def _asking(call: Call) -> Form:
    return Form({name: call.query_params.getall(name) for name in call.query_params})
