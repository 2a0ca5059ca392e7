"""Every route of the shops. Pages say why not as pages, what scripts ask for as problems."""

from litestar import Router

from shop import account, best, cart, checkout, events, home, leaving, orders, pages, performances, queue, sign_in
from ticketing.refusals import NotSignedIn, Refusal
from web.call import Call

PAGES = Router(
    "/",
    route_handlers=[
        home.index,
        home.theme,
        home.picture,
        events.show,
        leaving.show,
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
ACCOUNT = Router(
    "/",
    route_handlers=[
        sign_in.ask,
        sign_in.sign_in,
        sign_in.send_link,
        sign_in.send_confirmation,
        sign_in.opened,
        sign_in.press,
        sign_in.sign_out,
        sign_in.offer,
        account.index,
        account.data,
        account.save_data,
        account.save_mails,
        account.ask_email,
        account.take_data,
        account.password,
        account.save_password,
        account.deletion,
        account.delete,
        account.keep,
    ],
    exception_handlers={NotSignedIn: sign_in.refused, Exception: pages.refused},
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
        queue.take,
    ],
    exception_handlers={Refusal: pages.told},
)
SHOP = Router("/shop/{key:str}", request_class=Call, route_handlers=[PAGES, ACCOUNT, SCRIPTS], include_in_schema=False)
