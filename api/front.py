"""The first page: what is on sale here, in plain HTML. The shop will take its place."""

from datetime import datetime
from html import escape
from itertools import groupby

from litestar import MediaType, Response, get

from api import access
from ticketing import formats, performances
from ticketing.performances import Performance
from web.call import Call

LANGUAGE = "en"
ROWS_MAX = 200
FOR_A_MOMENT = "public, max-age=5"
PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>On sale · Placeur</title>
<link rel="stylesheet" href="{css}">
</head>
<body>
<header>
<h1>Placeur</h1>
<p>On sale on this machine. Seats are sold through the API for now: <a href="/api/docs">its reference</a>.</p>
</header>
<main>
{days}
</main>
</body>
</html>
"""
NOTHING = """\
<section>
<h2>Nothing is on sale</h2>
<p><code>placeur demo</code> puts a stadium, a theatre and a festival on sale.</p>
</section>"""


@get("/", media_type=MediaType.HTML, include_in_schema=False)
async def front(request: Call) -> Response[str]:
    """Performances that are not over, by day."""
    access.anybody_reads(request)
    services = request.services
    found = await performances.list_on_sale(services.database, None, request.now, None, ROWS_MAX)
    days = "\n".join(_day(day, list(some)) for day, some in groupby(found, _starting_day))
    page = PAGE.format(css=services.assets.url("pages.css"), days=days or NOTHING)
    return Response(page, headers={"cache-control": FOR_A_MOMENT}, media_type=MediaType.HTML)


def _starting_day(performance: Performance) -> str:
    return formats.day(performance.starts_at, performance.time_zone, LANGUAGE)


def _day(day: str, some: list[Performance]) -> str:
    rows = "\n".join(_row(performance) for performance in some)
    return f"<section>\n<h2>{escape(day)}</h2>\n<ol>\n{rows}\n</ol>\n</section>"


def _row(performance: Performance) -> str:
    link = f"/api/v1/performances/{performance.id}"
    return (
        f'<li><time datetime="{performance.starts_at.isoformat()}">{_hour(performance, performance.starts_at)}</time>'
        f"<div><strong>{escape(performance.event_name)}</strong><span>{escape(performance.venue_name)}</span></div>"
        f'<nav><a href="{link}">prices</a><a href="{link}/availability/counts">free places</a></nav></li>'
    )


def _hour(performance: Performance, at: datetime) -> str:
    return escape(formats.hour(at, performance.time_zone, LANGUAGE))
