"""What stands in a frame instead of a page that is never in one: the way to it, in the whole window."""

from litestar import Response, get
from litestar.params import FromPath

from shop import access, doors, pages
from ticketing.refusals import NotFound
from web.call import Call

SHOW = "shop/out.html"


@get("/out")
async def show(request: Call, key: FromPath[str]) -> Response[str]:
    """The way out of a frame. NotFound unless the door leads here."""
    front = await access.storefront(request, key)
    target = request.scope["state"].get(doors.WAY_OUT)
    if target is None:
        raise NotFound(what="page")
    return pages.show(request, front, SHOW, target=target)
