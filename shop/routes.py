"""Every route of the shops. Pages say why not as pages, what scripts ask for as problems."""

from litestar import Router

from shop import cart, events, home, pages
from web.call import Call

PAGES = Router(
    "/",
    route_handlers=[
        home.index,
        home.theme,
        home.picture,
        events.show,
        cart.show,
        cart.choose,
        cart.remove,
        cart.renew,
    ],
    exception_handlers={Exception: pages.refused},
)
SCRIPTS = Router("/", route_handlers=[cart.visit, cart.places])
SHOP = Router("/shop/{key:str}", request_class=Call, route_handlers=[PAGES, SCRIPTS], include_in_schema=False)
