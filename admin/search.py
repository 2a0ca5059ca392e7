"""The search of the page's head: what is typed there finds orders, buyers and events, as one types or on a page."""

from urllib.parse import quote

from litestar import Response, get
from litestar.response import Redirect

from admin import access, pages
from admin.orders import STATES
from ticketing import search as found_by
from web.call import Call

PAGE = "search/index.html"


@get("/search")
async def search(request: Call) -> Response[str] | Redirect:
    """What was found; the list alone for the field, which asks as one types. A whole order number or a ticket's code,
    as a scanner types it, leads to its order."""
    person = await access.session(request)
    services, typed = request.services, request.query_params.get("q", "")
    found = await found_by.find(services.database, services.keys, person.staff_id, typed, request.now)
    asked_by_field = request.header(b"hx-request") == "true"
    if found.exact and not asked_by_field:
        return pages.done(request, f"/admin/orders/{found.exact.id}")
    context = {"typed": typed, "found": found, "states": STATES, "more": f"/admin/search?q={quote(typed)}"}
    return pages.show(request, PAGE, person, block="found" if asked_by_field else None, **context)
