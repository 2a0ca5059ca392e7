"""Every route of the API."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from api import assets, availability, front, health, holds, performances, plans, refusals

V1 = Router(
    "/api/v1",
    route_handlers=[
        performances.on_sale,
        performances.detail,
        plans.plan,
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
    ],
)
HANDLERS: list[ControllerRouterHandler] = [
    V1,
    front.front,
    refusals.every,
    refusals.one,
    assets.asset,
    health.healthz,
    health.readyz,
    health.numbers,
]
