"""Every route of the back office."""

from litestar import Router

from admin import home, pages, plans, sign_in, venues

ADMIN = Router(
    "/admin",
    route_handlers=[
        home.home,
        sign_in.ask,
        sign_in.sign_in,
        sign_in.sign_out,
        sign_in.confirm,
        venues.index,
        venues.new,
        venues.create,
        venues.show,
        venues.edit,
        venues.update,
        venues.delete,
        plans.new,
        plans.upload,
        plans.draft,
        plans.draft_picture,
        plans.confirm,
        plans.drop,
        plans.show,
        plans.version,
        plans.file,
    ],
    exception_handlers={Exception: pages.refused},
    include_in_schema=False,
)
