"""Paying an order: at a provider's page, of which we are told by a notification, or over the counter.

The sandbox's page is served here too. It stands for another company's site, so it knows of the order only what its
address carries, and tells of the payment by a signed notification, as such a company would.
"""

from litestar import MediaType, Response, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from api import access, orders
from api.params import OrderId
from api.wire import NotificationSeen, PaymentBody, PaymentSeen
from ticketing import payments
from ticketing.audit import Actor
from ticketing.orders import Order
from ticketing.refusals import NotFound, NotSignedIn
from ticketing.tokens import Scope
from web.call import Call

TAGS = ["Payments"]
PAID = b"paid=true"
PAGE = "sandbox/index.html"


@post("/orders/{order:uuid}/payments", tags=TAGS, security=access.ORDER_OR_TOKEN)
async def pay(request: Call, order: OrderId, data: JSONBody[PaymentBody]) -> PaymentSeen:
    """Pay what is due: `sandbox` answers with the page to send the shopper to, `on_site` books it as paid (staff)."""
    found, by = await orders.reached(request, order, Scope.SELL)
    if data.provider == "on_site":
        return await _on_site(request, found, by)
    return await _at_sandbox(request, found)


@post("/payments/sandbox/notifications", tags=TAGS, status_code=200)
async def notified(request: Call) -> NotificationSeen:
    """What the sandbox tells of a payment, signed in `Sandbox-Signature`. Sent again, it is booked once."""
    return await _receive(request, await request.body(), request.header(b"sandbox-signature"))


@get("/sandbox/{token:str}", include_in_schema=False)
async def page(request: Call, token: FromPath[str]) -> Response[str]:
    """The sandbox's page: pay, or fail."""
    charge = request.services.sandbox.open_page(token)
    filled = request.services.templates.render(PAGE, request.visit.language, charge=charge)
    return Response(filled, media_type=MediaType.HTML, headers={"vary": "accept-language, cookie"})


@post("/sandbox/{token:str}", include_in_schema=False)
async def decided(request: Call, token: FromPath[str]) -> Redirect:
    """The page's form: the sandbox notifies us, then the shopper comes back."""
    sandbox = request.services.sandbox
    charge = sandbox.open_page(token)
    delivery = sandbox.notify(charge, await request.body() == PAID, request.now)
    await _receive(request, delivery.body, delivery.signature)
    return Redirect(charge.return_url, status_code=303)


async def _at_sandbox(call: Call, order: Order) -> PaymentSeen:
    services = call.services
    if not services.settings.sandbox_payments:
        raise NotFound(what="payment provider")
    begun = await payments.begin(services.database, services.sandbox, order.id, services.site_url, call.now)
    return PaymentSeen("sandbox", begun.amount_cents, begun.currency, begun.redirect_url, order.status)


async def _on_site(call: Call, order: Order, by: Actor) -> PaymentSeen:
    """Money over the counter is booked by who took it; the order's secret is not enough."""
    if by.token_id is None:
        raise NotSignedIn()
    paid = await payments.take_on_site(call.services.database, order.id, call.now, by)
    return PaymentSeen("on_site", order.due_cents, order.currency, None, paid.status)


async def _receive(call: Call, body: bytes, signature: str) -> NotificationSeen:
    services = call.services
    stores = (services.database, services.inventory, services.settings, services.sandbox)
    return NotificationSeen(await payments.receive(*stores, body, signature, call.now))
