"""Refunds: what an order's buyer gets back, and the cash that a clerk hands out."""

from litestar import get, post

from api import access, orders
from api.params import OrderId, RefundId
from ticketing import refunds
from ticketing.refunds import Refund
from ticketing.tokens import Scope
from web.call import Call

TAGS = ["Payments"]


@get("/orders/{order:uuid}/refunds", tags=TAGS, security=access.TOKEN)
async def of_order(request: Call, order: OrderId) -> list[Refund]:
    """An order's refunds, due and sent, the oldest first (staff)."""
    await access.staff(request, Scope.VIEW)
    found = await orders.seen(request, order, Scope.VIEW)
    return await refunds.of_order(request.services.database, found.id)


@post("/refunds/{refund:uuid}/handed-out", tags=TAGS, security=access.TOKEN, status_code=200)
async def hand_out(request: Call, refund: RefundId) -> Refund:
    """Book money as given back over the counter (staff): a refund of a payment that was taken there."""
    token = await access.staff(request, Scope.SELL)
    by = access.actor(request, token)
    return await refunds.hand_out(request.services.database, token.organisation_id, refund, request.now, by)
