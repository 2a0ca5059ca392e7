"""An event: what it is, and its dates as a list, a month or a week."""

from collections.abc import Hashable
from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from shop import access, calendars, pages
from ticketing import markup, programme
from ticketing.db import Database
from ticketing.kept import Kept
from ticketing.programme import Date, Left
from ticketing.refusals import NotFound
from ticketing.shops import DatesShown
from web.call import Call

SHOW = "shop/event.html"
LEFT_FRESH_S = 10.0
EVENTS_MAX = 1000
PAGE_CHARS_MAX = 8
ONE_DATE = 1

_left: Kept[Hashable, dict[UUID, Left]] = Kept(None, LEFT_FRESH_S, EVENTS_MAX)


@get("/events/{event_id:uuid}")
async def show(request: Call, key: FromPath[str], event_id: FromPath[UUID]) -> Response[bytes]:
    """An event and its dates."""
    front = await access.storefront(request, key)
    asked = request.query_params
    link, database = asked.get("link", ""), request.services.database
    frame = access.frame(request)
    usual = frame.dates or front.shop.dates_shown
    laid_out = next((one for one in DatesShown if one == asked.get("view")), usual)
    turned_to = asked.get("at", "")[:PAGE_CHARS_MAX]

    async def made() -> dict[str, Any]:
        if not frame.has_event(event_id):
            raise NotFound(what="event")
        found = await programme.event(database, front.box_office.id, event_id, request.now, link)
        dates = [
            date for date in await programme.dates(database, event_id, request.now)
            if frame.has_date(date.starts_at, date.time_zone, date.venue_id)
        ]  # fmt: skip
        said = found.said(request.visit.language)
        return {
            "event": found,
            "said": said,
            "description": markup.rendered(said.description),
            "dates": dates,
            "sales": {date.id: date.sale(request.now) for date in dates},
            "left": await left(database, event_id, dates) if front.shop.gauges else {},
            "laid_out": laid_out,
            "queue": f"{front.path}/events/{event_id}/queue" if await request.services.queues.guards(event_id) else "",
            "sheet": _sheet(dates, laid_out, turned_to),
            "ways": list(DatesShown) if len(dates) > ONE_DATE else [],
        }

    return await pages.everybodys(request, front, SHOW, made, laid_out, turned_to, link)


async def left(db: Database, event_id: UUID, dates: list[Date]) -> dict[UUID, Left]:
    """How much is left of an event's dates, as it was some seconds ago."""
    return await _left.get_by((id(db), event_id), lambda: programme.left(db, dates))


def _sheet(dates: list[Date], laid_out: DatesShown, turned_to: str) -> calendars.Sheet | None:
    if not dates or laid_out is DatesShown.LIST:
        return None
    return calendars.month(dates, turned_to) if laid_out is DatesShown.MONTH else calendars.week(dates, turned_to)
