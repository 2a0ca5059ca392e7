"""The check-in call that scanning programs of other makers speak: redeem and search, with `Authorization: Device`.

It is a face of the doors: `ticketing.checkins` says what each answer is. Addresses end in a slash, as theirs do.
"""

from typing import Annotated
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.params import JSONBody, PathParameter, QueryParameter

from api import access
from api.checkin_wire import (
    LISTS_MAX,
    CheckinPage,
    CheckinResult,
    RedeemBody,
    position_seen,
    redeemed_seen,
)
from api.scan_wire import sound
from ticketing import checkins, door_dates, door_search
from ticketing.checkins import ROWS_MAX, Reason, Redeem, Redeemed, Status
from ticketing.door_search import TEXT_CHARS_MAX
from ticketing.doors import Direction, Verdict
from ticketing.refusals import NotFound
from ticketing.scan_devices import Door
from web.call import PAGES_MAX, Call
from web.languages import marked, translated

NUMBER_MAX = 2**63 - 1
TAGS = ["Check-in of other makers"]
PATH = "/organizers/{organizer:str}/checkinrpc"
Organizer = Annotated[str, PathParameter(description="The organisation's name in addresses")]
Lists = Annotated[
    list[int],
    QueryParameter(name="list", min_items=1, max_items=LISTS_MAX, description="Dates, by number"),
]
STATUSES = {Status.OK: 201, Status.INCOMPLETE: 400, Status.ERROR: 200}
EXPLAINED = {
    Verdict.WRONG_ZONE: marked("This ticket is for another zone: {zone}."),
    Verdict.NOT_IN: marked("Nobody is inside with this ticket."),
    Verdict.WRONG_PERFORMANCE: marked("This ticket is for another date."),
}


@post(PATH + "/redeem/", tags=TAGS, security=access.DEVICE)
async def redeem(request: Call, organizer: Organizer, data: JSONBody[RedeemBody]) -> Response[CheckinResult]:
    """Redeem a secret: let somebody in, or out. 201: done; 400: questions are to be answered; 404: no such ticket.

    Any other reason against it is told by a 200. Lists are dates by their numbers.
    """
    door = await _at(request, organizer)
    services, language = request.services, request.visit.language
    at = None if data.at is None else sound(data.at, "datetime")
    asked = Redeem(
        secret=data.secret, lists=tuple(dict.fromkeys(data.lists)), at=at,
        direction=Direction.OUT if data.type == "exit" else Direction.IN, force=data.force, nonce=data.nonce,
        questions_supported=data.questions_supported, answers=data.answers or {},
    )  # fmt: skip
    on = (services.database, services.keys, services.devices)
    found = await checkins.redeem(*on, door, asked, language, request.now, request.whole_address)
    status = 404 if found.reason is Reason.INVALID else STATUSES[found.status]
    return Response(redeemed_seen(found, data.secret, _explained(found, language)), status_code=status)


@get(PATH + "/search/", tags=TAGS, security=access.DEVICE)
async def search(
    request: Call,
    organizer: Organizer,
    lists: Lists,
    search: Annotated[str, QueryParameter(max_length=TEXT_CHARS_MAX, description="A name, a number or a code")] = "",
    ignore_status: Annotated[bool, QueryParameter(description="Those that are not good too")] = False,
    has_checkin: Annotated[bool | None, QueryParameter(description="Those that came in, or did not")] = None,
    page: Annotated[int, QueryParameter(ge=1, le=PAGES_MAX)] = 1,
) -> CheckinPage:
    """The tickets of dates, by holder; with a text those of the orders that it means. Fifty a page.

    A position's `secret` redeems it; the code on the ticket is not told.
    """
    door = await _at(request, organizer)
    services, language = request.services, request.visit.language
    numbers = list(dict.fromkeys(lists))
    if not all(1 <= number <= NUMBER_MAX for number in numbers):
        raise NotFound(what="check-in list")
    orders = None
    if search:
        dates = await door_dates.by_number(services.database, door.profile, numbers)
        on = (services.database, services.keys, door, [date.id for date in dates])
        orders = [order.order_id for order in await door_search.find(*on, search, request.now)]
    found = await checkins.search(
        services.database, door, numbers, orders, language, any_status=ignore_status, entered=has_checkin, page=page
    )
    results = tuple(position_seen(position, str(position.ticket_id)) for position in found.positions)
    last = page * ROWS_MAX >= found.count
    return CheckinPage(
        found.count, None if last else _page(request, page + 1), _page(request, page - 1) if page > 1 else None, results
    )


async def _at(call: Call, organizer: str) -> Door:
    door = await access.device(call)
    checkins.ensure_organiser(door, organizer)
    return door


def _explained(found: Redeemed, language: str) -> str | None:
    """The sentence beside a reason that has one."""
    if found.explanation not in EXPLAINED or found.position is None:
        return None
    return translated(EXPLAINED[found.explanation], language).format(zone=found.position.zone)


def _page(call: Call, number: int) -> str:
    """The address of another page of the same search."""
    kept = [(name, text) for name, text in call.query_params.multi_items() if name != "page"]
    return f"{call.services.site_url}{call.scope['path']}?{urlencode([*kept, ('page', number)])}"


HANDLERS = (redeem, search)
