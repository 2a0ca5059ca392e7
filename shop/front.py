"""The site's first page: the shops with something on, for who did not come by a shop's own address."""

from datetime import datetime
from itertools import groupby
from operator import attrgetter

from litestar import Response, get
from msgspec import Struct

from shop import access, pages
from ticketing import performances
from ticketing.performances import Performance
from ticketing.shops import Storefront
from web.call import Call

PAGE = "shop/front.html"
EVENTS_MAX = 6
DATES_MAX = 200


class Next(Struct, frozen=True):
    """An event of a shop, with its next date."""

    first: Performance
    date_count: int


class Open(Struct, frozen=True):
    """A shop that has something on, and what comes first there."""

    front: Storefront
    events: list[Next]
    event_count: int

    @property
    def next_at(self) -> datetime:
        """When its next date is."""
        return self.events[0].first.starts_at


@get("/", include_in_schema=False)
async def front(request: Call) -> Response[str]:
    """The shops, by their next date."""
    access.reading(request)
    found = await performances.list_on_sale(request.services.database, None, request.now, None, DATES_MAX)
    by_shop = groupby(sorted(found, key=attrgetter("box_office_key")), attrgetter("box_office_key"))
    shops = [_open(await request.services.shops.of(key), list(dates)) for key, dates in by_shop]
    return pages.show(request, None, PAGE, shops=sorted(shops, key=attrgetter("next_at")))


def _open(front: Storefront, dates: list[Performance]) -> Open:
    """`dates` in the order of their starts."""
    by_event: dict[object, list[Performance]] = {}
    for date in dates:
        by_event.setdefault(date.event_id, []).append(date)
    events = [Next(some[0], len(some)) for some in by_event.values()]
    return Open(front, events[:EVENTS_MAX], len(events))
