"""Who comes to a shop, and to which: the first line of every handler.

A visitor is known by their browser's cookies alone. Their cart is opened by a secret of its own in a cookie of the box
office's path, made when they first take something.
"""

import time

from ticketing.carts import Shopper
from ticketing.ids import new_secret
from ticketing.queue_numbers import Admission, read_admissions
from ticketing.shops import Storefront
from web import languages
from web.call import Call
from web.visits import LANGUAGE, VISIT, YEAR_S

CART_S = 30 * 86_400
FRONT = "storefront"
ADMISSION = "admission-"
"""What the cookie of an admission is called, before its event."""


async def storefront(call: Call, key: str) -> Storefront:
    """The shop at an address, or NotFound. Counts as `reading` does."""
    reading(call)
    front = await call.services.shops.of(key)
    call.scope["state"][FRONT] = front
    return front


def reading(call: Call) -> None:
    """Count one read; TooManyRequests past the rate. An address with `language=` chooses the browser's language."""
    call.services.reads.take(call.address, time.monotonic())
    chosen = call.query_params.get("language", "")
    if chosen in languages.SPOKEN:
        call.visit.chosen = chosen
        call.visit.keep(LANGUAGE, chosen, YEAR_S)


def known(call: Call) -> Storefront | None:
    """The shop that a call has come to, as far as it got."""
    found: Storefront | None = call.scope["state"].get(FRONT)
    return found


def taking(call: Call) -> None:
    """Count one taking of places; TooManyRequests past the rate."""
    call.services.holds.take(call.address, time.monotonic())


def shopper(call: Call, front: Storefront, key: str | None = None, *, opening: bool = False) -> Shopper:
    """The visitor as carts know them; `opening` gives the browser a cart's secret if it has none."""
    secret = call.visit.cookie(cookie(front))
    if not secret and opening:
        secret = new_secret()
        call.visit.keep(cookie(front), secret, CART_S)
    return Shopper(
        box_office=front.box_office, secret=secret, address=call.address, language=call.visit.language, now=call.now,
        key=key, link=call.query_params.get("link", ""), admissions=admissions(call),
    )  # fmt: skip


def admissions(call: Call) -> tuple[Admission, ...]:
    """By what this browser was let in to events whose waiting room is on, over or not."""
    texts = call.visit.beginning(ADMISSION)
    return read_admissions(call.services.secret, texts, call.visit.cookie(VISIT)) if texts else ()


def cookie(front: Storefront) -> str:
    """The cookie of the cart at a shop."""
    return f"cart-{front.box_office.key}"
