"""The counter: one screen for a queue of people. Dates, the best places at a tariff by its letter, the map, the cart.

The page is a frame; what changes in it are its blocks, which every act answers with. A window of the browser has a cart
of its own: it names itself, and the cart's secret is made of that name and of who is signed in, so nobody else's can be
asked for. What is paid and to whom is told in `counter_sales`.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler
from msgspec import Struct
from msgspec.structs import replace

from admin import access, counter_passes, pages
from admin.access import Desk
from admin.allotments import KINDS
from engine.link import StoreUnreachable
from ticketing import allotments, cash_sessions, counter, orders, pass_offers, tills
from ticketing.allotments import Sellable
from ticketing.carts import Cart, Shopper
from ticketing.channels import Channel
from ticketing.counter import Date
from ticketing.holds import AreaWish, BestWish, SeatsWish, Wish
from ticketing.offers import Offer
from ticketing.orders import Order
from ticketing.performances import ensure_on_sale
from ticketing.refusals import EventsApart, InputRefused, NoFit, NotFound, Refusal
from ticketing.states import OrderStatus
from ticketing.tills import TillRow
from ticketing.tokens import Scope
from web import asking, offered
from web.call import Call
from web.forms import Form
from web.live import OCTETS
from web.offered import GroupSeen, TariffSeen

SHOW = "counter/show.html"
AT = "/box-offices/{key:str}/counter"
DATE = AT + "/dates/{performance_id:uuid}"
PASS = AT + "/passes/{pass_type_id:uuid}"
WINDOW = re.compile(r"[0-9a-z]{8,40}")
COUNT_MAX = 20
PLACE_MAX = 100_000
SEATS_MAX = 200
CODE = re.compile(r"[0-9]{1,5}")
KEY_CHARS_MAX = 64
TEXT_CHARS_MAX = 200
AREA = "area:"
TILL = "till-"
"""What the cookie of the till that somebody stands at is called, before the box office."""
YEAR_S = 31_536_000


class DateSeen(Struct, frozen=True):
    """A date in the list; `free_count` None: what is free cannot be told just now."""

    date: Date
    free_count: int | None


class TariffKey(Struct, frozen=True):
    """A tariff with its letter, and the span of its prices at a date."""

    id: UUID
    key: str
    name: str
    least_cents: int
    most_cents: int


class Choice(Struct, frozen=True):
    """A date as it is sold: its tariffs, its places by name, the allotments it may be sold from."""

    offer: Offer
    tariffs: tuple[TariffKey, ...]
    places: tuple[tuple[str, str], ...]
    kept: tuple[Sellable, ...]
    refusal: Refusal | None


class OfferSeen(Struct, frozen=True):
    """What the map's script needs to know of a date."""

    performance: UUID
    currency: str
    plan: str
    place_list: str
    tariffs: tuple[TariffSeen, ...]
    groups: tuple[GroupSeen, ...]
    kept: list[tuple[int, int, int]]
    """Runs of places that may be sold by naming their code: (first, count, code)."""


@get(AT)
async def show(request: Call, key: FromPath[str]) -> Response[str]:
    """The counter, at the date that the till or the address names, or the next one."""
    desk = await access.counter(request, key)
    rows = await _dates(request, desk, "")
    till = await till_of(request, desk)
    chosen = _uuid(request.query_params.get("date", "")) or (till.default if till else None)
    choice = None
    for performance in [chosen, *(row.date.id for row in rows[:1])]:
        if performance is not None and choice is None:
            try:
                choice = await _choice(request, desk, performance)
            except NotFound:
                continue
    seasons = await counter_passes.listed(request, desk)
    return pages.show(
        request, SHOW, desk, dates=rows, seasons=seasons, choice=choice, till=till, typed="", people=(),
        kept_kinds=KINDS, currency=_currency(desk), key=key, **cart_context(None, None),
    )  # fmt: skip


@get(AT + "/dates")
async def dates(request: Call, key: FromPath[str]) -> Response[str]:
    """The list of dates: the next ones, or those of the events that a text means."""
    desk = await access.counter(request, key)
    typed = request.query_params.get("q", "")[:TEXT_CHARS_MAX]
    rows = await _dates(request, desk, typed)
    seasons = await counter_passes.listed(request, desk, typed)
    return pages.show(
        request, SHOW, desk, block="dates", dates=rows, seasons=seasons, typed=typed, currency=_currency(desk)
    )


@get(DATE)
async def date(request: Call, key: FromPath[str], performance_id: FromPath[UUID]) -> Response[str]:
    """A date's tariffs with their letters, its places, its allotments."""
    desk = await access.counter(request, key)
    choice = await _choice(request, desk, performance_id)
    return pages.show(request, SHOW, desk, block="date", choice=choice, currency=_currency(desk), kept_kinds=KINDS)


@get(DATE + "/offer.json")
async def offer_seen(request: Call, key: FromPath[str], performance_id: FromPath[UUID]) -> OfferSeen:
    """The same, for the map's script."""
    desk = await access.counter(request, key)
    offer = await _offer(request, desk, performance_id)
    at, language = offer.performance, request.visit.language
    return OfferSeen(
        at.id, at.currency, at.plan_hash.hex(), at.place_list_hash.hex(),
        offered.tariffs(offer, Channel.COUNTER, language, request.now), offered.groups(offer, Channel.COUNTER),
        await allotments.sellable_runs(request.services.database, desk.reach.organisation_id, at.id),
    )  # fmt: skip


@get(PASS)
async def season(request: Call, key: FromPath[str], pass_type_id: FromPath[UUID]) -> Response[str]:
    """A pass: its dates, its price."""
    desk = await access.counter(request, key)
    sold = await counter_passes.offer(request, desk, pass_type_id)
    left = await pass_offers.left(request.services.inventory, sold)
    kept = {"choice": None, "kept_kinds": KINDS, "currency": _currency(desk)}
    return pages.show(request, SHOW, desk, block="date", sold=sold, left=left, **kept)


@get(PASS + "/offer.json")
async def season_seen(request: Call, key: FromPath[str], pass_type_id: FromPath[UUID]) -> OfferSeen:
    """The same, for the map's script: its house is that of its first date."""
    desk = await access.counter(request, key)
    house = (await counter_passes.offer(request, desk, pass_type_id)).house()
    at, language = house.performance, request.visit.language
    return OfferSeen(
        at.id, at.currency, at.plan_hash.hex(), at.place_list_hash.hex(),
        offered.tariffs(house, Channel.COUNTER, language, request.now), offered.groups(house, Channel.COUNTER), [],
    )  # fmt: skip


@get(PASS + "/availability")
async def season_free(request: Call, key: FromPath[str], pass_type_id: FromPath[UUID]) -> Response[bytes]:
    """What is free at all of its dates: two bits a place of the first."""
    desk = await access.counter(request, key)
    sold = await counter_passes.offer(request, desk, pass_type_id)
    found = await pass_offers.seats(request.services.inventory, sold)
    return Response(found.status, media_type=OCTETS, headers={"cache-control": "no-store"})


@get(AT + "/cart")
async def cart(request: Call, key: FromPath[str]) -> Response[str]:
    """What this window has in hand."""
    desk = await access.counter(request, key)
    found = await request.services.carts.of(await shopper_of(request, desk, request.query_params.get("window", "")))
    return _cart_shown(request, desk, found, await waiting(request, found))


@post(AT + "/cart", status_code=200)
async def change(request: Call, key: FromPath[str]) -> Response[str]:
    """Take places (the best at a tariff, some by name, some of an area), give some back, or choose tariffs and options;
    the cart afterwards."""
    desk = await access.counter(request, key)
    form = await request.typed()
    ensure_window(form.text("window"))
    shopper = replace(
        await shopper_of(request, desk, form.text("window")), key=form.text("key")[:KEY_CHARS_MAX] or None
    )
    carts = request.services.carts
    match form.text("act"):
        case "take":
            found = await _take(request, desk, shopper, form)
        case "drop":
            before = await carts.of(shopper)
            found = await carts.drop(shopper, _dropped(form, before))
        case "choose":
            before = await carts.of(shopper)
            found = await carts.choose(shopper, [asking.chosen(form, item) for item in before.items])
        case _:
            found = await carts.renew(shopper)
    return _cart_shown(request, desk, found, None)


@post(AT + "/till", status_code=200)
async def stand(request: Call, key: FromPath[str]) -> Redirect:
    """Stand at a till from now on, in this browser; or at none."""
    desk = await access.counter(request, key)
    form = await request.typed()
    rows = {str(row.id) for row in await _tills(request, desk)}
    chosen = form.text("till")
    if chosen and chosen not in rows:
        raise NotFound(what="till")
    request.visit.keep(f"{TILL}{key}", chosen, YEAR_S)
    return pages.done(request, f"/admin/box-offices/{key}/counter")


SCRIPTED = Router(
    "/",
    route_handlers=[dates, date, offer_seen, season, season_seen, season_free, cart, change],
    exception_handlers={Exception: pages.told},
)
HANDLERS: list[ControllerRouterHandler] = [show, stand, SCRIPTED]


# For the sale


class Standing(Struct, frozen=True):
    """Where money is taken: the tills there are, the one that is stood at, and the session that is open there for who
    sells; `default`: the date that it shows first."""

    rows: tuple[TillRow, ...]
    row: TillRow | None
    session_id: UUID | None
    default: UUID | None


def ensure_window(window: str) -> None:
    """InputRefused for a window that has no name: nothing could be kept for it."""
    if not WINDOW.fullmatch(window):
        raise InputRefused(problem="Load the page again.", where="window")


def ensure_sells(desk: Desk, events: Iterable[UUID]) -> None:
    """EventsApart for who sells some events only, by a right on each, and would have several in one order: nobody could
    look after it. PermissionMissing where one of them is not theirs (any more)."""
    sold, wanted = desk.reach.sold_events, set(events)
    if sold is None:
        return
    if wanted - set(sold):
        desk.reach.ensure(Scope.SELL)
    if len(wanted) > 1:
        raise EventsApart()


async def shopper_of(call: Call, desk: Desk, window: str) -> Shopper:
    """Somebody of the staff with the cart of one window; a window that has no name has none."""
    office = await call.services.offers.box_office(desk.reach.box_office_key or "")
    named = bool(WINDOW.fullmatch(window))
    secret = _secret(call.services.secret, desk.session.staff_id, office.id, window) if named else ""
    return Shopper(
        box_office=office, secret=secret, address=None, language=call.visit.language, now=call.now,
        channel=Channel.COUNTER,
    )  # fmt: skip


def _secret(key: bytes, staff_id: UUID, box_office_id: UUID, window: str) -> str:
    """What opens the cart of a window: nobody else can make it."""
    return hmac.new(key, f"counter {staff_id} {box_office_id} {window}".encode(), hashlib.sha256).hexdigest()


async def till_of(call: Call, desk: Desk) -> Standing | None:
    """Where somebody stands; None where the box office has no tills."""
    rows = await _tills(call, desk)
    if not rows:
        return None
    chosen = call.visit.cookie(f"{TILL}{desk.reach.box_office_key}")
    row = next((one for one in rows if str(one.id) == chosen), rows[0] if len(rows) == 1 else None)
    assert desk.reach.box_office_id is not None
    known = await cash_sessions.at_counter(call.services.database, desk.reach.box_office_id, desk.session.staff_id)
    bookable = {choice.id for choice in known.drawers}
    session_id = row.session_id if row and row.session_id in bookable else None
    default = None
    if row is not None:
        default = (await tills.get(call.services.database, desk.reach.organisation_id, row.id)).performance_id
    return Standing(tuple(rows), row, session_id, default)


async def waiting(call: Call, cart: Cart) -> Order | None:
    """The order that this cart has become, while it waits for its money: its payment was refused when it was placed."""
    if cart.order_id is None or cart.places:
        return None
    order = await orders.get(call.services.database, cart.order_id)
    waits = order.status is OrderStatus.PENDING and order.due_cents and order.payment_method is None
    return order if waits else None


def cart_context(cart: Cart | None, order: Order | None) -> dict[str, Any]:
    """What the block of the cart is given."""
    return {"cart": cart, "waits": order, "name_of": asking.name_of}


# Taking places


async def _take(call: Call, desk: Desk, shopper: Shopper, form: Form) -> Cart:
    if form.text("pass"):
        return await _take_passes(call, desk, shopper, form)
    performance = _uuid(form.text("performance"))
    if performance is None:
        raise NotFound(what="performance")
    offer = await _offer(call, desk, performance)
    codes = tuple(
        int(text) for text in form.texts("allotment") if text.isascii() and text.isdecimal() and len(text) < 6
    )
    shopper = replace(shopper, allotments=codes)
    tariff = _uuid(form.text("tariff"))
    before = await call.services.carts.of(shopper)
    ensure_sells(desk, [offer.performance.event_id, *(item.event for item in before.places)])
    dropped = _dropped(form, before) if form.texts("place") else {}
    seats = tuple(form.texts("seat")[:SEATS_MAX])
    carts = call.services.carts
    if seats:
        wish = SeatsWish(performance, seats, "wheelchairs" in form)
        return await carts.add(shopper, (wish,), (tariff,) * len(seats) if tariff else (), dropped)
    count = form.number("count", 1, COUNT_MAX)
    if count is None:
        raise InputRefused(problem="Type a number from 1 to {most}.", where="count", most=COUNT_MAX)
    tariffs = (tariff,) * count if tariff else ()
    try:
        return await carts.add(shopper, (_wish(offer, form, count, tariffs),), tariffs, dropped)
    except NoFit:
        area = None if form.text("where") else _standing_at(offer, tariff)
        if area is None:
            raise
        return await carts.add(shopper, (AreaWish(performance, area, count),), tariffs, dropped)


async def _take_passes(call: Call, desk: Desk, shopper: Shopper, form: Form) -> Cart:
    """As many passes, or one for each of some seats."""
    pass_type = _uuid(form.text("pass"))
    if pass_type is None:
        raise NotFound(what="pass")
    sold = await counter_passes.offer(call, desk, pass_type)
    before = await call.services.carts.of(shopper)
    ensure_sells(desk, [*(date.event_id for date in sold.performances), *(item.event for item in before.places)])
    seats = tuple(form.texts("seat")[:COUNT_MAX])
    count = 1 if seats else form.number("count", 1, COUNT_MAX)
    if count is None:
        raise InputRefused(problem="Type a number from 1 to {most}.", where="count", most=COUNT_MAX)
    return await call.services.carts.add(shopper, await counter_passes.wishes(call, shopper, sold, seats, count))


def _wish(offer: Offer, form: Form, count: int, tariffs: tuple[UUID, ...]) -> Wish:
    performance, where = offer.performance.id, form.text("where")
    if where.startswith(AREA):
        return AreaWish(performance, where.removeprefix(AREA), count)
    if not offer.hall.seated and (area := _standing_at(offer, tariffs[0] if tariffs else None)) is not None:
        return AreaWish(performance, area, count)
    zones = (where,) if where else ()
    wheelchairs = 1 if "wheelchairs" in form else 0
    return BestWish(
        performance, count, wheelchairs=wheelchairs, companions=min(wheelchairs, count - wheelchairs), zones=zones,
        tariffs=tuple(dict.fromkeys(tariffs)),
    )  # fmt: skip


def _standing_at(offer: Offer, tariff: UUID | None) -> str | None:
    """The first area that is sold at a tariff."""
    for area, ranges in offer.hall.areas.items():
        label = offer.hall.label(ranges[0][0]) if ranges else None
        prices = offer.prices(label.zone_id, label.category, Channel.COUNTER) if label else ()
        if any(tariff in (None, price.tariff) for price in prices):
            return area
    return None


def _dropped(form: Form, cart: Cart) -> dict[UUID, list[int]]:
    """The places that a form gives back, of those that the cart has; with `all`, everything."""
    found: dict[UUID, list[int]] = {}
    for item in cart.places:
        if "all" in form or asking.name_of(item) in form.texts("place"):
            found.setdefault(item.performance, []).append(item.place)
    return found


# What is shown


async def _dates(call: Call, desk: Desk, typed: str) -> list[DateSeen]:
    assert desk.reach.box_office_id is not None
    events = desk.reach.sold_events
    found = await counter.dates(call.services.database, desk.reach.box_office_id, call.now, typed, events)
    return [DateSeen(one, await _free(call, one.pool_id)) for one in found]


async def _free(call: Call, pool: int) -> int | None:
    try:
        return sum((await call.services.live.snapshot(pool)).free)
    except StoreUnreachable:
        return None


async def _offer(call: Call, desk: Desk, performance: UUID) -> Offer:
    """A date of this box office, and of an event that is sold by who asks; or NotFound."""
    offer = await call.services.offers.of(performance)
    at, events = offer.performance, desk.reach.sold_events
    if at.box_office_id != desk.reach.box_office_id or (events is not None and at.event_id not in events):
        raise NotFound(what="performance")
    return offer


async def _choice(call: Call, desk: Desk, performance: UUID) -> Choice:
    offer = await _offer(call, desk, performance)
    kept = await allotments.sellable(call.services.database, desk.reach.organisation_id, performance)
    refusal: Refusal | None = None
    try:
        ensure_on_sale(offer.performance, call.now, Channel.COUNTER)
    except Refusal as found:
        refusal = found
    named = [(zone, name) for zone, name in offered.zones_of(offer).items() if zone in offer.hall.seated]
    areas = [(f"{AREA}{area}", name) for area, name in offered.areas_of(offer, Channel.COUNTER).items()]
    places = (*named, *areas) if len(named) + len(areas) > 1 else ()
    return Choice(offer, _tariffs(call, offer), places, tuple(kept), refusal)


def _tariffs(call: Call, offer: Offer) -> tuple[TariffKey, ...]:
    prices: dict[UUID, list[int]] = {}
    for some in offer.counter.values():
        for price in some:
            prices.setdefault(price.tariff, []).append(price.price_cents)
    sold = [one for one in offer.tariffs if one.id in prices]
    names = [one.called(call.visit.language) for one in sold]
    return tuple(
        TariffKey(one.id, key, name, min(prices[one.id]), max(prices[one.id]))
        for one, name, key in zip(sold, names, counter.keys_of(names), strict=True)
    )


async def _tills(call: Call, desk: Desk) -> list[TillRow]:
    assert desk.reach.box_office_id is not None
    found = await tills.list_of(call.services.database, desk.reach.box_office_id, desk.session.staff_id)
    return [row for row in found if row.retired_at is None]


def _cart_shown(call: Call, desk: Desk, cart: Cart | None, order: Order | None) -> Response[str]:
    return pages.show(call, SHOW, desk, block="cart", currency=_currency(desk), **cart_context(cart, order))


def _currency(desk: Desk) -> str:
    assert desk.reach.currency is not None, "a box office has one"
    return desk.reach.currency


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
