"""The first page: what is on sale here, in plain HTML. The shop will take its place."""

from itertools import groupby

from litestar import MediaType, Response, get

from api import access
from ticketing import formats, performances
from web.call import Call

PAGE = "front/index.html"
ROWS_MAX = 200
HEADERS = {"cache-control": "public, max-age=5", "vary": "accept-language, cookie"}


@get("/", media_type=MediaType.HTML, include_in_schema=False)
async def front(request: Call) -> Response[str]:
    """Performances that are not over, by day, in the reader's language."""
    access.anybody_reads(request)
    services, language = request.services, request.visit.language
    found = await performances.list_on_sale(services.database, None, request.now, None, ROWS_MAX)
    by_day = groupby(found, lambda one: formats.day(one.starts_at, one.time_zone, language))
    page = services.templates.render(PAGE, language, days=[(day, list(some)) for day, some in by_day])
    return Response(page, headers=HEADERS, media_type=MediaType.HTML)
