"""Who comes to a shop, and to which: the first line of every handler.

A visitor is known by their browser's cookies alone. Their cart is opened by a secret of its own in a cookie of the box
office's path, made when they first take something; in a frame, by the one that the address carries.
"""

import time

from msgspec.structs import replace

from shop import doors
from ticketing.carts import Shopper
from ticketing.ids import new_secret
from ticketing.queue_numbers import Admission, read_admissions
from ticketing.shops import Storefront
from web import languages
from web.call import Call
from web.frames import CART, Frame
from web.visits import LANGUAGE, VISIT, YEAR_S

CART_S = 30 * 86_400
FRONT = "storefront"
ADMISSION = "admission-"
"""What the cookie of an admission is called, before its event."""


async def storefront(call: Call, key: str) -> Storefront:
    """The shop at an address, or NotFound. Counts as `reading` does."""
    said = frame(call)
    if said.language:
        call.visit.chosen = said.language
    reading(call)
    front = await call.services.shops.of(key)
    if said != Frame():
        said = replace(said, language=call.visit.chosen or "")
        call.scope["state"][doors.FRAME] = said
        front = replace(front, parameters=said.text + (f";{CART}={doors.MARK}" if said.embedded else ""))
    call.scope["state"][FRONT] = front
    return front


def frame(call: Call) -> Frame:
    """What the link by which the visitor came says."""
    found: Frame = call.scope["state"].get(doors.FRAME) or Frame()
    return found


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
    carried = call.visit.carried
    secret = carried.secret if carried else call.visit.cookie(cookie(front))
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
