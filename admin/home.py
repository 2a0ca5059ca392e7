"""The first page: the box offices somebody works for."""

from litestar import Response, get

from admin import access, pages
from ticketing import rights
from web.call import Call


@get("/")
async def home(request: Call) -> Response[str]:
    """Every box office and organisation of which the person reaches anything."""
    person = await access.session(request)
    database = request.services.database
    box_offices = await rights.box_offices(database, person.staff_id)
    organisations = await rights.organisations(database, person.staff_id)
    return pages.show(request, "home/index.html", person, box_offices=box_offices, organisations=organisations)
