"""What is on sale, and what it costs."""

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.params import QueryParameter

from api import access
from api.params import BoxOfficeKey, EventLink, PerformanceId
from api.wire import PerformanceDetail, PerformancePage, performance_seen, tariffs_seen
from engine.link import StoreUnreachable
from ticketing import performances
from ticketing.channels import Channel
from ticketing.performances import Page, Performance
from ticketing.refusals import InputRefused
from ticketing.tokens import Scope
from web.call import Call

TAGS = ["Catalogue"]
ROWS_MAX = 100


@get("/box-offices/{box_office:str}/performances", tags=TAGS)
async def on_sale(
    request: Call,
    box_office: BoxOfficeKey,
    after: Annotated[str, QueryParameter(description="`next` of the page before", max_length=80)] = "",
    link: EventLink = "",
) -> PerformancePage:
    """A box office's performances that are not over, by start, a hundred at a time.

    Those of events that everybody sees; or, with an event's secret link, those of that event.
    """
    access.anybody_reads(request)
    seller = await request.services.offers.box_office(box_office)
    page = _page(after) if after else None
    found = await performances.list_on_sale(request.services.database, seller.key, request.now, page, ROWS_MAX, link)
    following = _cursor(found[-1]) if len(found) == ROWS_MAX else None
    gone = await asyncio.gather(*(_gone(request, performance) for performance in found))
    return PerformancePage(tuple(map(performance_seen, found, gone)), following)


@get("/performances/{performance:uuid}", tags=TAGS)
async def detail(request: Call, performance: PerformanceId, link: EventLink = "") -> PerformanceDetail:
    """A performance, and what it is sold at: in the shop, or at the counter with a token of scope `sell`."""
    token = await access.staff_or_anybody(request, Scope.SELL)
    if token is None:
        access.anybody_reads(request)
    offer = await request.services.offers.of(performance)
    performances.ensure_shown(offer.performance, link)
    channel = Channel.SHOP if token is None else Channel.COUNTER
    seen = tariffs_seen(offer, channel, request.now)
    return PerformanceDetail(performance_seen(offer.performance, await _gone(request, offer.performance)), seen)


async def _gone(request: Call, performance: Performance) -> bool:
    """Whether nothing of a performance is left, as this process has it for its readers: Postgres is not asked, and a
    catalogue without Redis is one that does not say so."""
    if performance.label is not None or request.now < performance.sale_opens_at:
        return False
    try:
        return (await request.services.live.snapshot(performance.pool_id)).gone
    except StoreUnreachable:
        return False


def _cursor(performance: Performance) -> str:
    return f"{performance.starts_at.isoformat()}_{performance.id}"


def _page(after: str) -> Page:
    try:
        starts_at, _, id = after.partition("_")
        return Page(datetime.fromisoformat(starts_at.replace(" ", "+")), UUID(id))
    except ValueError:
        raise InputRefused(problem="`after` is not the `next` of a page", where="after") from None
