"""Every route of the back office."""

from litestar import Router

from admin import home, pages, sign_in

ADMIN = Router(
    "/admin",
    route_handlers=[
        home.home,
        sign_in.ask,
        sign_in.sign_in,
        sign_in.sign_out,
        sign_in.confirm,
    ],
    exception_handlers={Exception: pages.refused},
    include_in_schema=False,
)
