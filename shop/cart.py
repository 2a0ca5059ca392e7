"""The cart: what is in it, for how long, at which tariff; and what a script asks of it."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from msgspec import Meta, Struct

from shop import access, accounts, pages, tracked
from ticketing.carts import Cart, Chosen, PassItem
from ticketing.holds import AreaWish, SeatsWish, Wish
from ticketing.refusals import InputRefused, Refusal
from web.asking import chosen, name_of
from web.call import Call
from web.forms import Form

SHOW = "shop/cart.html"
KEY_CHARS_MAX = 64


class PlacesBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What to take of a performance, and what to give back of it."""

    performance: UUID
    seats: tuple[Annotated[str, Meta(min_length=1, max_length=200)], ...] = ()
    wheelchairs: bool = False
    """The seats were proposed to who asked for wheelchair places."""
    area: str | None = None
    count: Annotated[int, Meta(ge=0, le=1000)] = 0
    drop: tuple[Annotated[int, Meta(ge=0)], ...] = ()
    tariff: UUID | None = None
    tariffs: Annotated[tuple[UUID, ...], Meta(max_length=1000)] = ()
    """Given to the new places in turn, where they are sold at them; `tariff` stands for as many as there are places."""
    key: Annotated[str, Meta(max_length=KEY_CHARS_MAX)] = ""


class TariffBody(Struct, frozen=True, forbid_unknown_fields=True):
    """The tariff of a place that is in the cart."""

    performance: UUID
    place: Annotated[int, Meta(ge=0)]
    tariff: UUID


class ItemSeen(Struct, frozen=True):
    """A place in the cart, for a script."""

    performance: UUID
    place: int
    seat: str | None
    zone: str
    row: str
    label: str
    category: str
    tariff: UUID | None
    tariff_name: str
    price_cents: int | None


class PassSeen(Struct, frozen=True):
    """A pass in the cart, for a script; `place` is its place at its first date."""

    pass_type: UUID
    name: str
    price_cents: int
    place: int
    seat: str | None
    zone: str
    row: str
    label: str
    category: str


class CartSeen(Struct, frozen=True):
    """The cart, for a script. `count`: of places by themselves, and passes."""

    count: int
    total_cents: int
    currency: str
    expires_in_s: float
    items: tuple[ItemSeen, ...]
    passes: tuple[PassSeen, ...]
    lost_count: int
    told: dict[str, Any]
    """As trackers are told it."""


class VisitSeen(Struct, frozen=True):
    """What is the visitor's own, for pages that are the same for everybody."""

    token: str
    cart: CartSeen | None
    customer: str | None
    """The name of who is signed in."""
    did: list[str]
    """What was done on the page before, as trackers name it."""


@get("/visit")
async def visit(request: Call, key: FromPath[str]) -> VisitSeen:
    """The token that this browser's forms carry, and its cart."""
    front = await access.storefront(request, key)
    cart = await request.services.carts.of(access.shopper(request, front))
    told = seen(cart) if cart.places or cart.lost or cart.lost_passes or cart.gone else None
    customer = await accounts.signed_in(request, front)
    return VisitSeen(request.visit.token, told, customer.name if customer else None, tracked.done(request))


@post("/cart/places", status_code=200)
async def places(request: Call, key: FromPath[str], data: JSONBody[PlacesBody]) -> CartSeen:
    """Take and give back places of a performance; the cart afterwards."""
    front = await access.storefront(request, key)
    request.visit.ensure_own(request.header(b"x-csrf-token"))
    access.taking(request)
    shopper = access.shopper(request, front, data.key or None, opening=True)
    carts, cart = request.services.carts, None
    dropped = {data.performance: data.drop} if data.drop else {}
    if wishes := _wishes(data):
        alike = (data.tariff,) * max(len(data.seats), data.count) if data.tariff else ()
        cart = await carts.add(shopper, wishes, data.tariffs or alike, dropped)
    elif dropped:
        cart = await carts.drop(shopper, dropped)
    return seen(cart or await carts.renew(shopper))


@post("/cart/tariffs", status_code=200)
async def set_tariff(request: Call, key: FromPath[str], data: JSONBody[TariffBody]) -> CartSeen:
    """Choose another tariff for a place; its options are chosen anew. The cart afterwards."""
    front = await access.storefront(request, key)
    request.visit.ensure_own(request.header(b"x-csrf-token"))
    shopper = access.shopper(request, front)
    return seen(await request.services.carts.choose(shopper, [Chosen(data.performance, data.place, data.tariff)]))


@get("/cart")
async def show(request: Call, key: FromPath[str]) -> Response[str]:
    """What the visitor has in hand."""
    front = await access.storefront(request, key)
    cart = await request.services.carts.of(access.shopper(request, front))
    return pages.show(request, front, SHOW, cart=cart, form=Form())


@post("/cart/choices", status_code=200)
async def choose(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Set the tariffs and options of what is in the cart."""
    front = await access.storefront(request, key)
    form = await request.typed()
    shopper, carts = access.shopper(request, front), request.services.carts
    cart = await carts.of(shopper)
    try:
        cart = await carts.choose(shopper, [chosen(form, item) for item in cart.items])
    except Refusal as refusal:
        form.refused(refusal)
        return pages.show(request, front, SHOW, status=422, cart=cart, form=form)
    return pages.done(request, f"{front.path}/cart" if cart.lost or cart.lost_passes else _onward(front.path, form))


@post("/cart/removal", status_code=200)
async def remove(request: Call, key: FromPath[str]) -> Redirect:
    """Give back one place (`place`: performance and number), or with `all` everything."""
    front = await access.storefront(request, key)
    form = await request.typed()
    shopper, carts = access.shopper(request, front), request.services.carts
    cart = await carts.of(shopper)
    dropped: dict[UUID, list[int]] = {}
    for item in cart.places:
        if "all" in form or name_of(item) in form.texts("place"):
            dropped.setdefault(item.performance, []).append(item.place)
    if dropped:
        await carts.drop(shopper, dropped)
    return pages.done(request, f"{front.path}/cart")


@post("/cart/renewal", status_code=200)
async def renew(request: Call, key: FromPath[str]) -> Redirect:
    """Take more time, as far as there is."""
    front = await access.storefront(request, key)
    await request.typed()
    await request.services.carts.renew(access.shopper(request, front))
    return pages.done(request, f"{front.path}/cart")


def _wishes(data: PlacesBody) -> tuple[Wish, ...]:
    found: list[Wish] = []
    if data.seats:
        found.append(SeatsWish(data.performance, data.seats, data.wheelchairs))
    if data.area is not None:
        if not data.count:
            raise InputRefused(problem="Say how many.", where="count")
        found.append(AreaWish(data.performance, data.area, data.count))
    return tuple(found)


def _onward(base: str, form: Form) -> str:
    return f"{base}/checkout" if "checkout" in form else f"{base}/cart#updated"


def seen(cart: Cart) -> CartSeen:
    """A cart as scripts are told of it."""
    items = tuple(ItemSeen(**{name: getattr(item, name) for name in ItemSeen.__struct_fields__}) for item in cart.items)
    passes = tuple(_pass_seen(held) for held in cart.passes)
    return CartSeen(
        len(items) + len(passes), cart.total_cents, cart.currency, cart.expires_in_s, items, passes,
        len(cart.lost) + len(cart.lost_passes) + len(cart.gone), tracked.cart(cart),
    )  # fmt: skip


def _pass_seen(held: PassItem) -> PassSeen:
    at = held.first
    return PassSeen(
        held.pass_type, held.name, held.price_cents, at.place, at.seat, at.zone, at.row, at.label, at.category
    )  # fmt: skip
