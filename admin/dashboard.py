"""A box office at a glance: what it sells, what is on next, and what waits for somebody."""

from litestar import Response, get
from litestar.params import FromPath

from admin import access, pages
from ticketing import reports, sales
from ticketing.tokens import Scope
from web.call import Call


@get("/box-offices/{key:str}")
async def show(request: Call, key: FromPath[str]) -> Response[str]:
    """The page that one comes to a box office by."""
    desk = await access.box_office(request, key, Scope.VIEW)
    database, reach = request.services.database, desk.reach
    assert reach.box_office_id is not None, "a box office was come to"
    found = await reports.dashboard(database, reach.organisation_id, reach.box_office_id, request.now)
    taken = {one.date.id: one.taken_count for one in found.next_dates}
    dates = [one.date for one in found.next_dates]
    gauges = await sales.gauges(request.services.inventory, taken, dates, request.now)
    return pages.show(request, "dashboard/show.html", desk, dashboard=found, gauges=gauges)
