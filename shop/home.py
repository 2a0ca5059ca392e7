"""The shop's first page: what is on and which passes there are, to be searched; its style sheet, its pictures."""

from typing import Any

from litestar import MediaType, Response, get
from litestar.params import FromPath

from shop import access, pages
from shop.passes import shows
from ticketing import files, passes, programme
from ticketing.events import Category
from ticketing.passes import Shown
from ticketing.programme import Programmed
from ticketing.shops import Storefront, readable_on
from web.call import Call
from web.variants import IMMUTABLE

INDEX = "shop/home.html"
TEXT_CHARS_MAX = 100


@get("/")
async def index(request: Call, key: FromPath[str]) -> Response[bytes]:
    """The events with dates to come, the nearest first."""
    front = await access.storefront(request, key)
    language, link = request.visit.language, request.query_params.get("link", "")
    frame = access.frame(request)
    text = " ".join(request.query_params.get("q", "")[:TEXT_CHARS_MAX].split())
    category = next((one for one in Category if one == request.query_params.get("category")), None)

    async def made() -> dict[str, Any]:
        database, office = request.services.database, front.box_office.id
        shown = [one for one in await programme.events(database, office, request.now, link) if frame.has_event(one.id)]
        if frame.chooses_dates:
            within = await programme.within(database, office, frame.first, frame.last, frame.venues)
            shown = [one for one in shown if one.id in within]
        found = [one for one in shown if _fits(one, text, category, language)]
        kinds = [kind for kind in Category if any(one.category is kind for one in shown)]
        offered = [
            one
            for one in await passes.shown(database, office, request.now)
            if shows(frame, one.dates) and _named(one, text, category)
        ]
        return {
            "events": found, "passes": offered, "kinds": kinds, "text": text, "category": category,
            "count": len(shown),
        }  # fmt: skip

    return await pages.everybodys(request, front, INDEX, made, text, category, link)


@get("/theme.css")
async def theme(request: Call, key: FromPath[str]) -> Response[str]:
    """The custom properties that paint the shop."""
    front = await access.storefront(request, key)
    headers = {"cache-control": "private, no-cache"}
    return Response(painted(front), media_type=MediaType.CSS, headers=headers)


@get("/pictures/{hash:str}")
async def picture(request: Call, key: FromPath[str], hash: FromPath[str]) -> Response[bytes]:
    """A picture of the shop, of one of its events, or of the view from a seat, by its hash: it never changes."""
    front = await access.storefront(request, key)
    kept = await programme.picture(request.services.database, front.box_office.id, files.hash_of(hash, "picture"))
    headers = {"cache-control": IMMUTABLE, "content-disposition": "inline"}
    return Response(kept.content, media_type=kept.media_type, headers=headers)


def painted(front: Storefront) -> str:
    """The style sheet of a shop: its colours, and the properties its organiser set. All were checked when set."""
    colours = front.shop.colours
    values = {
        "--shop-accent": colours.accent,
        "--shop-on-accent": readable_on(colours.accent),
        "--shop-paper": colours.paper,
        "--shop-ink": colours.ink,
    } | front.shop.variables
    return ":root{" + "".join(f"{name}:{value};" for name, value in values.items()) + "}\n"


def _named(one: Shown, text: str, category: Category | None) -> bool:
    """Whether a pass, or an event of it, has all the words. It is of no kind."""
    read = " ".join((one.name, *(date.event_name for date in one.dates))).casefold()
    return category is None and all(word in read for word in text.casefold().split())


def _fits(one: Programmed, text: str, category: Category | None, language: str) -> bool:
    """Whether an event has all the words, somewhere a reader sees, and is of the kind."""
    said = one.said(language)
    read = " ".join((one.title(language), said.subtitle, said.description, *one.venues)).casefold()
    return category in (None, one.category) and all(word in read for word in text.casefold().split())
