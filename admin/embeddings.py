"""The shop on the organiser's own site: links and snippets made to measure with a preview, who may show the shop in a
frame, and the trackers on its pages.

A link is made from the page's own address, so that it can be gone back to and works without a script; with one, the
preview follows each choice.
"""

from html import escape
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct
from msgspec.structs import replace

from admin import access, history, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import embeddings, programme
from ticketing.embeddings import Embedding, Trackers
from ticketing.refusals import EditedMeanwhile, Refusal
from ticketing.shops import DatesShown
from ticketing.tokens import Scope
from web import languages
from web.call import Call
from web.entrance import CONTENT_SECURITY_POLICY
from web.forms import Form
from web.frames import CHOSEN_MAX, Frame, decoded
from web.payment_words import METHODS

SHOW = "embeddings/show.html"
VERSION_MAX = 2**31 - 1
POLICY = f"{CONTENT_SECURITY_POLICY}; frame-src 'self'"
"""This page shows the shop."""
FRAME_HEIGHT = 800
"""Of a frame, where no script makes it as high as what is in it."""
WAYS = {DatesShown.LIST: marked("List"), DatesShown.MONTH: marked("Month"), DatesShown.WEEK: marked("Week")}
LINES = ("script_urls", "script_hosts", "img_hosts", "connect_hosts")


class Snippets(Struct, frozen=True):
    """What to copy: an address, or HTML for the organiser's page. `preview` is what the preview shows."""

    link: str
    frame: str
    shop: str
    button: str
    preview: str


@get("/box-offices/{key:str}/embedding")
async def show(request: Call, key: FromPath[str]) -> Response[str]:
    """The page; its address says what the link is to show."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    if request.header(b"hx-request"):
        made = _snippets(request, key, _asked(request)[0])
        return _framing(pages.show(request, SHOW, desk, block="made", made=made))
    stored = await embeddings.get(request.services.database, _office(desk))
    return _framing(pages.show(request, SHOW, desk, **await _around(request, desk, key, stored, {})))


@post("/box-offices/{key:str}/embedding/origins", status_code=200)
async def set_origins(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Say who may show the shop."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, owner = await request.typed(), desk.reach.organisation_id
    version = form.number("version", 0, VERSION_MAX)
    if version is not None:
        try:
            origins, database = form.text("origins").splitlines(), request.services.database
            who, now = desk.actor, request.now
            await embeddings.set_origins(database, owner, _office(desk), version, origins, who, now)
            return pages.done(request, f"/admin/box-offices/{key}/embedding", "Saved.")
        except Refusal as refusal:
            form.refused(refusal)
            return await _again(request, desk, key, "origins", form, isinstance(refusal, EditedMeanwhile))
    return await _again(request, desk, key, "origins", form, False)


@post("/box-offices/{key:str}/embedding/trackers", status_code=200)
async def set_trackers(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Say whose scripts the shop's pages run."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, owner = await request.typed(), desk.reach.organisation_id
    version = form.number("version", 0, VERSION_MAX)
    if version is not None:
        lines = {name: form.text(name).splitlines() for name in LINES}
        trackers = Trackers(snippet=form.text("snippet"), **lines)
        try:
            database, who, now = request.services.database, desk.actor, request.now
            await embeddings.set_trackers(database, owner, _office(desk), version, trackers, who, now)
            return pages.done(request, f"/admin/box-offices/{key}/embedding", "Saved.")
        except Refusal as refusal:
            form.refused(refusal)
            return await _again(request, desk, key, "trackers", form, isinstance(refusal, EditedMeanwhile))
    return await _again(request, desk, key, "trackers", form, False)


def _office(desk: Desk) -> UUID:
    assert desk.reach.box_office_id is not None, "one has come to a box office"
    return desk.reach.box_office_id


def _framing(answer: Response[str]) -> Response[str]:
    answer.headers["content-security-policy"] = POLICY
    return answer


async def _again(call: Call, desk: Desk, key: str, part: str, form: Form, meanwhile: bool) -> Response[str]:
    """The page with one of its forms as it was typed."""
    stored = await embeddings.get(call.services.database, _office(desk))
    if meanwhile:
        values = _values(stored)
        form.compare({name: values[name] for name in ("version", *_fields(part))})
    around = await _around(call, desk, key, stored, {part: form})
    return _framing(pages.show_again(call, SHOW, desk, status=409 if meanwhile else 422, **around))


async def _around(call: Call, desk: Desk, key: str, stored: Embedding, forms: dict[str, Form]) -> dict[str, Any]:
    database, office = call.services.database, _office(desk)
    events = await programme.events(database, office, call.now)
    frame, asked = _asked(call)
    filled = Form.of(_values(stored))
    return {
        "asked": asked,
        "made": _snippets(call, key, frame),
        "origins": forms.get("origins", filled),
        "trackers": forms.get("trackers", filled),
        "events": [(str(event.id), event.title(call.visit.language)) for event in events[:CHOSEN_MAX]],
        "venues": [(str(id), name) for id, name in (await programme.venues(database, office, call.now))[:CHOSEN_MAX]],
        "methods": list(METHODS.items()),
        "ways": list(WAYS.items()),
        "tongues": languages.SPOKEN,
        "framed": stored.origins,
        "history": await history.of(call, desk, "embedding", office),
    }


def _asked(call: Call) -> tuple[Frame, Form]:
    """What the address asks of the link, and the form as it was filled; what cannot be meant is left out."""
    params = call.query_params
    form = Form({name: params.getall(name) for name in params})
    known = {"events": form.texts("event"), "venues": form.texts("venue"), "pay": form.texts("pay")}
    said = {name: form.text(name) for name in ("from", "to", "language", "dates")}
    said |= {name: ",".join(values) for name, values in known.items()}
    text = "".join(f";{name}={value}" for name, value in said.items() if value and ";" not in value)
    flags = "".join(f";{name}" for name in ("bare", "unfolded") if name in form)
    return decoded(flags + text)[0], form


def _snippets(call: Call, key: str, frame: Frame) -> Snippets:
    """The same frame as an address, a frame, and elements of the script's."""
    site = call.services.site_url
    inside = replace(frame, embedded=True)
    title = languages.translated(marked("Tickets"), frame.language or call.visit.language)
    attributes = "".join(f" {name}" + (f'="{escape(value)}"' if value else "") for name, value in frame.said.items())
    script = f'<script src="{site}/embed.js" async></script>'
    source = escape(f"{site}/shop/{key}{inside.text}/")
    iframe = f'<iframe data-placeur src="{source}" title="{title}" width="100%" height="{FRAME_HEIGHT}"></iframe>'
    return Snippets(
        link=f"{site}/shop/{key}{frame.text}/",
        frame=f"{iframe}\n{script}",
        shop=f'<placeur-shop shop="{key}"{attributes}></placeur-shop>\n{script}',
        button=f'<placeur-button shop="{key}"{attributes}>{title}</placeur-button>\n{script}',
        preview=f"/shop/{key}{inside.text}/",
    )


def _fields(part: str) -> tuple[str, ...]:
    return ("origins",) if part == "origins" else ("snippet", *LINES)


def _values(stored: Embedding) -> dict[str, Any]:
    values = {name: "\n".join(getattr(stored, name)) for name in ("origins", *LINES)}
    return {"version": stored.version, "snippet": stored.snippet} | values
