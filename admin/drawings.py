"""Drawings: the page a plan is drawn on, what its script asks for, and the forms that begin a plan there.

What the script sends is JSON, with the browser's token in a header; it is answered in JSON, also when it is refused.
"""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import UNSET, Raw, Struct, UnsetType
from msgspec.json import decode, encode

from admin import access, pages
from admin.access import Desk
from admin.plans import ENDINGS, FORM, FORM_BYTES_MAX, MEDIA_TYPES, about_upload, file_refused
from engine.plan import files, model
from engine.plan.examination import Found
from engine.plan.files import Format
from engine.plan.parts import Head, WirePart
from engine.plan.proposals import proposed
from ticketing import drawings, venues
from ticketing.drawings import Drawing, Saved, Whole
from ticketing.refusals import NotFound, PlanRefused, Refusal
from ticketing.tokens import Scope
from web.answers import attached, send
from web.call import Call
from web.documents import JSON
from web.forms import Form
from web.templates import said
from web.variants import QUALITY_OF_PASSING, Variants, best_encoding, matches

EDIT, NEW = "plans/edit.html", "plans/draw.html"
PRIVATE = "private, no-cache"
BODY_BYTES_INLINE_MAX = 1 << 15
"""A longer save is read in a thread."""
MENDED_BYTES_MAX = 8 << 20
"""Of all parts that findings propose; beyond, a finding is told without what would mend it."""
FORMATS = {"placeur-json": Format.PLACEUR, "open": Format.OPEN, "rows": Format.ROWS, "svg": Format.SVG}


class Base(Struct):
    """The version that a drawing was begun from."""

    number: int
    hash: str


class Editor(Struct):
    """Who saved last, and when; `here`: whoever asks."""

    name: str
    at: datetime
    here: bool


class Document(Struct):
    """A whole drawing."""

    drawing: UUID
    plan: UUID
    venue: UUID
    name: str
    revision: int
    head: Raw
    base: Base | None
    editor: Editor | None
    parts: Raw


class Mended(Struct):
    """What would mend a finding; no `head` where that stays."""

    head: Head | UnsetType
    parts: list[WirePart]
    gone: tuple[str, ...]


class FindingSeen(Struct):
    """A finding in the reader's language: what there is, and what mending will make of it."""

    flaw: str
    message: str
    where: str
    key: str
    seat: str | None
    mended: Mended | None


class ExaminationSeen(Struct):
    """What the doctor finds, the first of it."""

    revision: int
    findings: list[FindingSeen]
    finding_count: int


class PublicationBody(Struct, forbid_unknown_fields=True):
    """The revision to publish; `over`: the latest version, where that came from elsewhere."""

    revision: int
    over: int | None = None


class Published(Struct):
    """The version that was made, and its page."""

    number: int
    path: str
    hash: str


class Gone(Struct):
    """Where to go on."""

    path: str


@get("/venues/{venue_id:uuid}/plans/{plan_id:uuid}/edit")
async def edit(request: Call, venue_id: FromPath[UUID], plan_id: FromPath[UUID]) -> Response[str]:
    """The page that a plan is drawn on."""
    desk = await access.venue(request, venue_id, Scope.MANAGE)
    database, owner = request.services.database, desk.reach.organisation_id
    drawing_id = await drawings.open_plan(database, owner, venue_id, plan_id, desk.actor, request.now)
    return pages.show(
        request, EDIT, desk, drawing=await drawings.get(database, owner, drawing_id),
        venue=await venues.get(database, owner, venue_id),
    )  # fmt: skip


@get("/venues/{venue_id:uuid}/drawings/new")
async def new(request: Call, venue_id: FromPath[UUID]) -> Response[str]:
    """The form for a plan that is to be drawn."""
    desk = await access.venue(request, venue_id, Scope.MANAGE)
    return pages.show(request, NEW, desk, **await about_upload(request, desk, venue_id, Form()))


@post("/venues/{venue_id:uuid}/drawings", status_code=200)
async def create(request: Call, venue_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Begin to draw a plan: a new one, or what a file holds, as it is."""
    desk = await access.venue(request, venue_id, Scope.MANAGE)
    form = await request.typed(request.services.settings.plan_bytes_max + FORM_BYTES_MAX)
    file = form.files.get("file")
    if not form.text("plan_name").strip():
        form.mistaken("plan_name", "This is needed.")
    if "with_file" in form and (file is None or not file.content):
        form.mistaken("file", "Choose a file.")
    if not form.mistakes:
        try:
            content = file.content if file else None
            sent = (venue_id, form.text("plan_name"), desk.actor, request.now, content)
            plan = await drawings.create(request.services.database, desk.reach.organisation_id, *sent)
            return pages.done(request, f"/admin/venues/{venue_id}/plans/{plan}/edit")
        except Refusal as refusal:
            file_refused(form, refusal)
    template = FORM if "with_file" in form else NEW
    return pages.show_again(request, template, desk, **await about_upload(request, desk, venue_id, form))


@get("/drawings/{drawing_id:uuid}/document")
async def document(request: Call, drawing_id: FromPath[UUID]) -> Response[bytes]:
    """The drawing whole, as it is saved."""
    desk = await access.drawing(request, drawing_id, Scope.MANAGE)
    database, owner = request.services.database, desk.reach.organisation_id
    known = request.header(b"if-none-match")
    if known:
        same = Variants(b"", JSON, _tag(desk, await drawings.get(database, owner, drawing_id)))
        if matches(known, same.etag):
            return send(request, same, PRIVATE)
    whole = await drawings.whole(database, owner, drawing_id)
    variants = Variants(encode(_document(desk, whole)), JSON, _tag(desk, whole.drawing), QUALITY_OF_PASSING)
    await asyncio.to_thread(variants.encoded, best_encoding(request.header(b"accept-encoding")))
    return send(request, variants, PRIVATE)


@post("/drawings/{drawing_id:uuid}/changes", status_code=200)
async def change(request: Call, drawing_id: FromPath[UUID]) -> Saved:
    """Keep what changed."""
    desk = await access.drawing(request, drawing_id, Scope.MANAGE)
    request.visit.ensure_own(request.header(b"x-csrf-token"))
    body = await request.received(request.services.settings.plan_bytes_max)
    inline = len(body) <= BODY_BYTES_INLINE_MAX
    made = drawings.changes_of(body) if inline else await asyncio.to_thread(drawings.changes_of, body)
    owner = desk.reach.organisation_id
    return await drawings.save(request.services.database, owner, drawing_id, made, desk.actor, request.now)


@post("/drawings/{drawing_id:uuid}/examination", status_code=200)
async def examine(request: Call, drawing_id: FromPath[UUID]) -> Response[bytes]:
    """What the doctor finds, and what would mend each."""
    desk = await access.drawing(request, drawing_id, Scope.MANAGE)
    request.visit.ensure_own(request.header(b"x-csrf-token"))
    revision, found = await drawings.examine(request.services.database, desk.reach.organisation_id, drawing_id)
    language = request.visit.language
    seen = await asyncio.to_thread(
        lambda: encode(ExaminationSeen(revision, _seen(found.found, language), found.finding_count))
    )
    return Response(seen, media_type=JSON)


@post("/drawings/{drawing_id:uuid}/publication", status_code=200)
async def publish(request: Call, drawing_id: FromPath[UUID]) -> Published:
    """Make the drawing its plan's next version."""
    desk = await access.drawing(request, drawing_id, Scope.MANAGE)
    request.visit.ensure_own(request.header(b"x-csrf-token"))
    asked = decode(await request.body(), type=PublicationBody)
    owner, wish = desk.reach.organisation_id, (asked.revision, desk.actor, request.now, asked.over)
    version = await drawings.publish(request.services.database, owner, drawing_id, *wish)
    return Published(version.number, f"/admin/plans/{version.plan_id}/versions/{version.number}", version.hash.hex())


@post("/drawings/{drawing_id:uuid}/removal", status_code=200)
async def remove(request: Call, drawing_id: FromPath[UUID]) -> Response[Any]:
    """Throw the drawing away; asked for by the script, or by a form."""
    desk = await access.drawing(request, drawing_id, Scope.MANAGE)
    script = request.header(b"content-type").startswith(JSON)
    if script:
        request.visit.ensure_own(request.header(b"x-csrf-token"))
    else:
        await request.typed()
    owner = desk.reach.organisation_id
    gone = await drawings.remove(request.services.database, owner, drawing_id, desk.actor, request.now)
    path = f"/admin/plans/{gone.plan_id}" if gone.latest_number else f"/admin/venues/{gone.venue_id}"
    if script:
        return Response(Gone(path))
    return pages.done(request, path, "The drawing of {name} is thrown away.", name=gone.plan_name)


@get("/drawings/{drawing_id:uuid}/file")
async def file(request: Call, drawing_id: FromPath[UUID]) -> Response[bytes]:
    """The drawing as a file, in one of the formats plans are read from."""
    desk = await access.drawing(request, drawing_id, Scope.MANAGE)
    name = request.query_params.get("format", "placeur-json")
    if name not in FORMATS:
        raise NotFound(what="format")
    owner = desk.reach.organisation_id
    drawing, plan = await drawings.plan_of(request.services.database, owner, drawing_id)
    form = FORMATS[name]
    try:
        written = await asyncio.to_thread(files.write, plan, form)
    except model.PlanRefused as refused:
        raise PlanRefused(problem=refused.problem, where=refused.place) from None
    return Response(written, media_type=MEDIA_TYPES[form], headers=attached(f"{drawing.plan_name}.{ENDINGS[form]}"))


SCRIPTED = Router(
    "/", route_handlers=[document, change, examine, publish, remove], exception_handlers={Exception: pages.told}
)
HANDLERS: list[HTTPRouteHandler | Router] = [edit, new, create, file, SCRIPTED]


def _tag(desk: Desk, drawing: Drawing) -> str:
    """What names a document: it is another one for who did not save last, and from another version on."""
    here = int(drawing.saved_by == desk.session.staff_id)
    return f"{drawing.id.hex}-{drawing.revision}-{drawing.base_number or 0}-{here}"


def _document(desk: Desk, whole: Whole) -> Document:
    drawing = whole.drawing
    base = Base(drawing.base_number, drawing.base_hash.hex()) if drawing.base_number and drawing.base_hash else None
    name, here = drawing.saved_by_name, drawing.saved_by == desk.session.staff_id
    return Document(
        drawing=drawing.id,
        plan=drawing.plan_id,
        venue=drawing.venue_id,
        name=drawing.plan_name,
        revision=drawing.revision,
        head=Raw(drawing.head),
        base=base,
        editor=Editor(name, drawing.saved_at, here) if name and drawing.revision > 1 else None,
        parts=Raw(whole.parts),
    )


def _seen(found: Iterable[Found], language: str) -> list[FindingSeen]:
    seen, size = [], 0
    for one in found:
        finding, wire = one.finding, [part.wire() for part in one.mended.parts]
        size += sum(len(bytes(part.data)) for part in wire)
        mended = Mended(one.mended.head or UNSET, wire, one.mended.gone) if size <= MENDED_BYTES_MAX else None
        message = said(language, proposed(finding.saying)) if finding.saying else finding.message
        seen.append(FindingSeen(finding.flaw.value, message, finding.where, one.key, one.seat, mended))
    return seen
