"""Every route of the API."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from api import (
    admissions,
    availability,
    forms,
    front,
    health,
    holds,
    orders,
    passes,
    payments,
    performances,
    plans,
    refunds,
    refusals,
    tickets,
)
from web import assets
from web.call import Call

V1 = Router(
    "/api/v1",
    request_class=Call,
    route_handlers=[
        performances.on_sale,
        performances.detail,
        plans.plan,
        plans.picture,
        plans.place_list,
        availability.places,
        availability.counts,
        availability.stream,
        holds.take,
        holds.read,
        holds.change,
        holds.renew,
        holds.release,
        holds.propose,
        forms.asked,
        forms.upload,
        orders.place,
        orders.read,
        orders.by_code,
        orders.sheet,
        orders.cancel,
        payments.pay,
        payments.notified,
        refunds.of_order,
        refunds.hand_out,
        tickets.pdf,
        tickets.move,
        tickets.oppose,
        tickets.reissue,
        passes.types,
        passes.oppose,
        passes.reissue,
        admissions.admit,
        admissions.public_keys,
    ],
)
HANDLERS: list[ControllerRouterHandler] = [
    V1,
    front.front,
    payments.page,
    payments.decided,
    refusals.every,
    refusals.one,
    assets.asset,
    health.healthz,
    health.readyz,
    health.numbers,
]
