"""Who comes to an order: whoever has its secret, and its customer, signed in.

A mail's link carries the secret in the address. The first page takes it out of there into a cookie that is sent to this
order's addresses alone, and goes on to the address without it: nothing that is copied, bookmarked or passed on by a
browser opens the order. Placing an order gives its browser the same cookie.
"""

import time
from uuid import UUID

from msgspec import Struct

from shop import access, accounts
from ticketing import checkouts, orders
from ticketing.audit import Actor
from ticketing.checkouts import Permitted
from ticketing.orders import Order
from ticketing.refusals import NotFound, OrderClosed
from ticketing.shops import Storefront
from web.call import Call

SECRET, THANKS = "order", "thanks"


class Opened(Struct, frozen=True):
    """An order that this browser may see, at its shop."""

    front: Storefront
    order: Order
    permitted: Permitted
    by: Actor

    @property
    def path(self) -> str:
        """The order's page."""
        return path(self.front, self.order.id)


def path(front: Storefront, order_id: UUID) -> str:
    """The page of an order: out of any frame, so that only who has its secret opens it."""
    return f"{front.own_path}/orders/{order_id}"


def admit(call: Call, front: Storefront, order_id: UUID, secret: str) -> str:
    """Let this browser see an order until it is closed; where its page is."""
    call.visit.keep(SECRET, secret, None, path(front, order_id))
    return path(front, order_id)


def thank(call: Call, front: Storefront, order_id: UUID) -> None:
    """Have the order's page thank, once it is settled how it is paid."""
    call.visit.keep(THANKS, "1", None, path(front, order_id))


async def opened(call: Call, key: str, order_id: UUID) -> Opened:
    """The order of an address, for a browser that has its secret or is signed in as its customer; OrderClosed
    for another's, another shop's and none.

    Secrets that open nothing are counted against the address: TooManyRequests past the rate.
    """
    front, services = await access.storefront(call, key), call.services
    secret = call.query_params.get("secret") or call.visit.cookie(SECRET, path(front, order_id))
    services.sign_ins.check(call.address, time.monotonic())
    try:
        order = await orders.by_secret(services.database, order_id, secret)
        if order.box_office_id != front.box_office.id:
            raise NotFound(what="order")
    except NotFound:
        if not await accounts.may_see(call, front, order_id):
            if secret:
                services.sign_ins.take(call.address, time.monotonic())
            raise OrderClosed() from None
        order = await orders.get(services.database, order_id)
    permitted = await checkouts.of_order(services.database, order.id)
    by = Actor(organisation_id=order.organisation_id, address=call.address)
    return Opened(front, order, permitted, by)
