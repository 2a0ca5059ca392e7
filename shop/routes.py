"""Every route of the shops. Pages say why not as pages, what scripts ask for as problems."""

from litestar import Router

from shop import best, cart, events, home, pages, performances, queue
from web.call import Call

PAGES = Router(
    "/",
    route_handlers=[
        home.index,
        home.theme,
        home.picture,
        events.show,
        performances.show,
        best.show,
        best.take,
        queue.show,
        queue.join,
        queue.enter,
        cart.show,
        cart.choose,
        cart.remove,
        cart.renew,
    ],
    exception_handlers={Exception: pages.refused},
)
SCRIPTS = Router("/", route_handlers=[cart.visit, cart.places, cart.set_tariff, performances.offer_seen, best.proposed])
SHOP = Router("/shop/{key:str}", request_class=Call, route_handlers=[PAGES, SCRIPTS], include_in_schema=False)
