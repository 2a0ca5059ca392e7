"""An order's invoices and the ways to pay it, for whoever has its secret and for staff of its organisation."""

from typing import Annotated

from litestar import Response, get, post
from litestar.params import JSONBody, PathParameter

from api import access
from api.orders import ONE, reached, seen
from api.params import OrderId
from api.wire import PaymentMethodBody, WaySeen
from ticketing import invoices, payment_methods
from ticketing.invoices import Issued
from ticketing.orders import Order
from ticketing.tokens import Scope
from web import papers
from web.call import Call

TAGS = ["Payments"]
File = Annotated[str, PathParameter(description="The id of the invoice or the credit note, with .pdf")]


@get(ONE + "/invoices", tags=TAGS, security=access.ORDER_OR_TOKEN)
async def of_order(request: Call, order: OrderId) -> list[Issued]:
    """What was invoiced of an order, and what of it was taken back by credit notes."""
    found = await seen(request, order, Scope.VIEW)
    return await invoices.of_order(request.services.database, found.id)


@post(ONE + "/invoices", tags=TAGS, security=access.ORDER_OR_TOKEN)
async def issue(request: Call, order: OrderId) -> list[Issued]:
    """Invoice an order that is paid, or (for staff) awaits its money; all its documents then."""
    found, by = await reached(request, order, Scope.SELL)
    buyer = by.token_id is None
    return await invoices.issue(request.services.database, found.id, request.now, by, by_buyer=buyer)


@get(ONE + "/invoices/{file:str}", tags=TAGS, security=access.ORDER_OR_TOKEN, media_type="application/pdf")
async def pdf(request: Call, order: OrderId, file: File) -> Response[bytes]:
    """An invoice or a credit note as a PDF."""
    found = await seen(request, order, Scope.VIEW)
    return await papers.answer(request, found.id, papers.invoice_id(file))


@get(ONE + "/payment-methods", tags=TAGS, security=access.ORDER_OR_TOKEN)
async def ways(request: Call, order: OrderId) -> list[WaySeen]:
    """How an order that awaits its money can be paid, and until when each way keeps it; none for another."""
    found, services = await seen(request, order, Scope.VIEW), request.services
    offered = await payment_methods.offered_for(services.database, services.settings, found.id, request.now)
    return [WaySeen.of(way) for way in offered]


@post(ONE + "/payment-method", tags=TAGS, security=access.ORDER_OR_TOKEN, status_code=200)
async def choose(request: Call, order: OrderId, data: JSONBody[PaymentMethodBody]) -> Order:
    """Say how the order will be paid: it waits as long as that way has time, and is invoiced where that is the way.

    It may be said anew as long as nothing came in.
    """
    found, by = await reached(request, order, Scope.SELL)
    services = request.services
    return await payment_methods.choose(services.database, services.settings, found.id, data.method, request.now, by)


HANDLERS = (of_order, issue, pdf, ways, choose)
