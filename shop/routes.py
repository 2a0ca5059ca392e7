"""Every route of the shops. Pages say why not as pages, what scripts ask for as problems."""

from litestar import Router

from shop import best, cart, checkout, events, home, orders, pages, performances, queue
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
        checkout.details,
        checkout.save_details,
        checkout.delivery,
        checkout.save_delivery,
        checkout.payment,
        checkout.order,
        orders.show,
        orders.pay,
        orders.show_tickets,
        orders.pdf,
        orders.zipped,
        orders.single,
        orders.calendar,
        orders.invoice,
        orders.ask_invoice,
        orders.mail,
        orders.hand_over,
        orders.name_holders,
        orders.ask_cancel,
        orders.cancel,
    ],
    exception_handlers={Exception: pages.refused},
)
SCRIPTS = Router(
    "/",
    route_handlers=[
        cart.visit,
        cart.places,
        cart.set_tariff,
        performances.offer_seen,
        best.proposed,
        checkout.save_typed,
        orders.standing_now,
    ],
)
SHOP = Router("/shop/{key:str}", request_class=Call, route_handlers=[PAGES, SCRIPTS], include_in_schema=False)
