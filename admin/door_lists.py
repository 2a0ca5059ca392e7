"""The door list of a date, to be printed: the last resort of a door without a scanner."""

from uuid import UUID

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from admin import access, pages
from admin.menu import marked
from ticketing import door_lists
from ticketing.door_lists import DoorList, Sort
from ticketing.refusals import NotFound
from ticketing.tokens import Scope
from web import door_list_words
from web.answers import attached
from web.call import Call

LIST = "scanning/list.html"
SORTS = {Sort.NAME: marked("By name"), Sort.SEAT: marked("By seat")}
NUMBER_CHARS_MAX = 4


@get("/performances/{performance_id:uuid}/door-list")
async def index(request: Call, performance_id: FromPath[UUID]) -> Response[str]:
    """The parts of a date's door list, by name or by seat."""
    desk = await access.performance(request, performance_id, Scope.SCAN)
    found = await _list(request, performance_id)
    language = request.visit.language
    named = [(part, door_list_words.called(found, part, language)) for part in found.parts]
    return pages.show(request, LIST, desk, date=found.date, list=found, parts=named, sorts=SORTS)


@get("/performances/{performance_id:uuid}/door-list.pdf")
async def pdf(request: Call, performance_id: FromPath[UUID]) -> Response[bytes]:
    """A part of it, on A4."""
    await access.performance(request, performance_id, Scope.SCAN)
    found = await _list(request, performance_id)
    number = request.query_params.get("part", "1")
    well = number.isascii() and number.isdigit() and len(number) <= NUMBER_CHARS_MAX
    part = found.part(int(number) if well else 0)
    language = request.visit.language
    made = await request.services.press.door_list(door_list_words.record(found, part, language))
    called = door_list_words.called(found, part, language)
    headers = attached(f"{found.date.event_name} {called}.pdf") | {"cache-control": "no-store"}
    return Response(made, media_type="application/pdf", headers=headers)


async def _list(request: Call, performance_id: UUID) -> DoorList:
    try:
        sort = Sort(request.query_params.get("sort", Sort.NAME))
    except ValueError:
        raise NotFound(what="part of the list") from None
    return await door_lists.of(request.services.database, performance_id, sort, request.now)


HANDLERS: list[HTTPRouteHandler] = [index, pdf]
