"""The first page: the box offices somebody works for."""

from litestar import Response, get

from admin import access, menu, pages
from ticketing import rights
from ticketing.rights import Reach
from web.call import Call


@get("/")
async def home(request: Call) -> Response[str]:
    """Every box office and organisation of which the person reaches anything; `q` finds some by name."""
    person = await access.session(request)
    places = await rights.places(request.services.database, person.staff_id)
    wanted = request.query_params.get("q", "").strip()
    offices = [(one, menu.home_of(one)) for one in places.box_offices if _named(one, wanted)]
    managed = [one for one in places.organisations if one.managed]
    count = len(places.box_offices)
    return pages.show(
        request, "home/index.html", person, menu=menu.of_places(places), box_offices=offices, managed=managed,
        wanted=wanted, count=count,
    )  # fmt: skip


def _named(office: Reach, wanted: str) -> bool:
    name = f"{office.box_office_name} {office.box_office_key} {office.organisation_name}"
    return wanted.casefold() in name.casefold()
