"""Ticket designs: the list of a box office, the gallery, one with its preview, and where each is chosen.

A preview is the ticket as the press prints it, drawn as a picture; while one edits, the form is sent as it stands and
answered with another. Nothing is kept by that.
"""

import base64
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from uuid import UUID

from litestar import MediaType, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from markupsafe import Markup
from msgspec.structs import replace

from admin import access, pages
from admin.access import Desk
from admin.menu import marked
from printing import samples
from ticketing import box_offices, pictures, ticket_deliveries, ticket_designs
from ticketing.formats import Language
from ticketing.refusals import EditedMeanwhile, InputRefused, NotFound, Refusal
from ticketing.ticket_deliveries import Delivery, Files, Paper
from ticketing.ticket_designs import Design, Dress, Dressed, Gallery, Look, Part, PictureOf, Texts, Values
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form
from web.languages import NAMES, translated

LIST, NEW, EDIT, CHOICE = (
    "ticket_designs/index.html", "ticket_designs/new.html", "ticket_designs/edit.html", "ticket_designs/choice.html",
)  # fmt: skip
OFFICE = "/box-offices/{key:str}/ticket-designs"
ONE = "/ticket-designs/{design_id:uuid}"
VERSION_MAX = 2**31 - 1
PICTURE_BYTES_MAX = pictures.BYTES_MAX + 64 * 1024
WIDTHS_PX = {Paper.A4: 900, Paper.A6: 520, Paper.PHONE: 460}
PAPERS = {Paper.A4: marked("A4"), Paper.A6: marked("A6"), Paper.PHONE: marked("Telephone")}
GALLERY = {
    Gallery.CLASSIC: (marked("Classic"), marked("Black on white with rules in your colour. Prints the same anywhere.")),
    Gallery.POSTER: (marked("Poster"), marked("A picture, or the day in large figures, beside the ticket.")),
    Gallery.MINIMAL: (marked("Minimal"), marked("Thin large letters and much white.")),
    Gallery.FESTIVAL: (marked("Festival"), marked("Two strong colours to the edges. Needs more ink.")),
    Gallery.PICTURE: (marked("Your own picture"), marked("2480 × 1169 pixels, data and code laid over it.")),
}
PARTS = {
    Part.HOLDER: marked("Holder’s name"),
    Part.CATEGORY: marked("Category"),
    Part.TARIFF: marked("Tariff and options"),
    Part.PRICE: marked("Price"),
    Part.ORDER: marked("Order code"),
    Part.ANSWERS: marked("Answers to forms, where they are asked to be shown"),
    Part.ADDRESS: marked("Address of the venue"),
    Part.DOORS: marked("When doors open"),
    Part.HINTS: marked("How to get in (A4)"),
}
PICTURES = {
    PictureOf.NONE: marked("No picture"),
    PictureOf.OWN: marked("The picture of this design"),
    PictureOf.EVENT: marked("The picture of each event"),
}
FILES = {Files.ONE: marked("All tickets of an order in one file"), Files.EACH: marked("One file for each ticket")}
WORDS: dict[str, Any] = {
    "languages": NAMES, "papers": PAPERS, "gallery": GALLERY, "parts": PARTS, "pictures": PICTURES,
}  # fmt: skip
TEXTS = Texts.__struct_fields__


@get(OFFICE)
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """A box office's designs, which is the default, and how tickets are handed over."""
    desk = await access.box_office(request, key, Scope.VIEW)
    db, here = request.services.database, _here(desk)
    found, delivery = await ticket_designs.list_of(db, *here), await ticket_deliveries.of_box_office(db, *here)
    form = Form.of({"paper": delivery.paper.value, "files": delivery.files.value})
    return pages.show(request, LIST, desk, designs=found, form=form, files=FILES, **WORDS)


@get(OFFICE + "/new")
async def new(request: Call, key: FromPath[str]) -> Response[str]:
    """The gallery."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    return pages.show(request, NEW, desk, form=Form.of({"gallery": Gallery.CLASSIC.value}), **WORDS)


@post(OFFICE, status_code=200)
async def create(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Begin a design with a member of the gallery; on to its choices."""
    desk, form = await access.box_office(request, key, Scope.MANAGE), await request.typed()
    try:
        look = Look(picture_of=PictureOf.EVENT)
        values = Values(form.text("name"), _one_of(Gallery, form, "gallery"), look)
        made = await ticket_designs.create(request.services.database, *_here(desk), values, desk.actor, request.now)
    except Refusal as refusal:
        form.refused(refusal)
        return pages.show_again(request, NEW, desk, form=form, **WORDS)
    return pages.done(request, f"/admin/ticket-designs/{made}", "The design is here. Nothing wears it yet.")


@get(OFFICE + "/gallery/{name:str}")
async def sample(request: Call, key: FromPath[str], name: FromPath[str]) -> Response[bytes]:
    """A member of the gallery as it is before one chooses anything, A4."""
    desk = await access.box_office(request, key, Scope.VIEW)
    if name not in set(Gallery):
        raise NotFound(what="ticket design")
    look = Look(accent=ACCENTS[Gallery(name)])
    drawn = await _drawn(request, desk, Dress(Gallery(name), look), Paper.A4, Language(request.visit.language))
    return _picture(drawn, seconds=3600)


@post(OFFICE + "/default", status_code=200)
async def set_default(request: Call, key: FromPath[str]) -> Redirect:
    """Choose the design of whatever has none of its own."""
    desk, form = await access.box_office(request, key, Scope.MANAGE), await request.typed()
    db, here = request.services.database, _here(desk)
    await ticket_designs.set_default(db, *here, _chosen(form), desk.actor, request.now)
    return pages.done(request, f"/admin/box-offices/{key}/ticket-designs", "Saved.")


@post("/box-offices/{key:str}/ticket-delivery", status_code=200)
async def set_delivery(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Choose how tickets are handed over."""
    desk, form = await access.box_office(request, key, Scope.MANAGE), await request.typed()
    db, here = request.services.database, _here(desk)
    try:
        wanted = Delivery(_one_of(Paper, form, "paper"), _one_of(Files, form, "files"))
        await ticket_deliveries.set_of_box_office(db, *here, wanted, desk.actor, request.now)
    except Refusal as refusal:
        form.refused(refusal)
        found = await ticket_designs.list_of(db, *here)
        return pages.show_again(request, LIST, desk, designs=found, form=form, files=FILES, **WORDS)
    return pages.done(request, f"/admin/box-offices/{key}/ticket-designs", "Saved.")


@get("/ticket-designs/example.png")
async def example(request: Call) -> Response[bytes]:
    """The example template that one lays over a picture of one's own."""
    await access.session(request)
    made = await request.services.press.example(Language(request.visit.language))
    headers = {"content-disposition": 'attachment; filename="ticket-2480x1169.png"', "cache-control": "private"}
    return Response(made, media_type="image/png", headers=headers)


@get(ONE)
async def show(request: Call, design_id: FromPath[UUID]) -> Response[str]:
    """A design's choices, its pictures, its preview, and where it is chosen."""
    desk = await access.ticket_design(request, design_id, Scope.VIEW)
    design = await _design(request, desk, design_id)
    form = Form.of(_values(design))
    return pages.show(request, EDIT, desk, **await _around(request, design, form))


@post(ONE, status_code=200)
async def save(request: Call, design_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Change a design's choices."""
    desk = await access.ticket_design(request, design_id, Scope.MANAGE)
    form, db, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    status = 422
    try:
        version = form.number("version", 1, VERSION_MAX) or 0
        await ticket_designs.edit(db, owner, design_id, _read(form), version, desk.actor, request.now)
        return pages.done(request, f"/admin/ticket-designs/{design_id}", "Saved. Tickets look so from now on.")
    except EditedMeanwhile as refusal:
        form.refused(refusal)
        status = refusal.status
    except Refusal as refusal:
        form.refused(refusal)
    design = await _design(request, desk, design_id)
    if status == EditedMeanwhile.status:
        form.compare(_values(design))
    return pages.show_again(request, EDIT, desk, status=status, **await _around(request, design, form))


@get(ONE + "/preview.png")
async def preview(request: Call, design_id: FromPath[UUID]) -> Response[bytes]:
    """A design as it is kept, on the paper and in the language that the address names."""
    desk = await access.ticket_design(request, design_id, Scope.VIEW)
    design = await _design(request, desk, design_id)
    asked = request.query_params
    paper = Paper(asked["size"]) if asked.get("size") in set(Paper) else Paper.A4
    language = asked["language"] if asked.get("language") in set(Language) else request.visit.language
    dress = Dress(design.gallery, design.look, design.picture, design.logo)
    return _picture(await _drawn(request, desk, dress, paper, Language(language)), seconds=300)


@post(ONE + "/preview", status_code=200)
async def try_out(request: Call, design_id: FromPath[UUID]) -> Response[str]:
    """The picture of a design as its form stands, or what is wrong with it, while one edits."""
    desk = await access.ticket_design(request, design_id, Scope.VIEW)
    form, design = await request.typed(), await _design(request, desk, design_id)
    try:
        values = ticket_designs.values_of(replace(_read(form), name=design.name))
        paper, language = _one_of(Paper, form, "size"), _one_of(Language, form, "shown_language")
    except InputRefused as refusal:
        told = translated(refusal.text, request.visit.language).format_map(refusal.filled)
        return Response(Markup('<p class="text-danger">{}</p>').format(told), media_type=MediaType.HTML)
    dress = Dress(values.gallery, values.look, design.picture, design.logo)
    drawn = base64.b64encode(await _drawn(request, desk, dress, paper, language)).decode()
    alt = translated(marked("The ticket as it is printed"), request.visit.language)
    tag = Markup('<img class="ticket-preview {}" src="data:image/png;base64,{}" alt="{}">').format(paper, drawn, alt)
    return Response(tag, media_type=MediaType.HTML)


@post(ONE + "/picture", status_code=200)
async def set_picture(request: Call, design_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Give a design another picture, or take it off."""
    desk = await access.ticket_design(request, design_id, Scope.MANAGE)
    design = await _design(request, desk, design_id)
    draw = pictures.background if design.gallery is Gallery.PICTURE else pictures.redrawn
    return await _set(request, desk, design, "picture", partial(pictures.drawn, draw=draw), ticket_designs.set_picture)


@post(ONE + "/logo", status_code=200)
async def set_logo(request: Call, design_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Give a design another logo, or take it off."""
    desk = await access.ticket_design(request, design_id, Scope.MANAGE)
    design = await _design(request, desk, design_id)
    draw = partial(pictures.drawn, draw=pictures.logo)
    return await _set(request, desk, design, "logo", draw, ticket_designs.set_logo)


@post(ONE + "/copies", status_code=200)
async def duplicate(request: Call, design_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Make a design again under another name."""
    desk = await access.ticket_design(request, design_id, Scope.MANAGE)
    form, db, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    try:
        name = form.text("copy_name")
        made = await ticket_designs.duplicate(db, owner, design_id, name, desk.actor, request.now)
    except Refusal as refusal:
        return await _again(request, desk, design_id, refusal, "copy_name", form)
    return pages.done(request, f"/admin/ticket-designs/{made}", "The copy is here. Nothing wears it yet.")


@post(ONE + "/removal", status_code=200)
async def remove(request: Call, design_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Delete a design that nothing uses."""
    desk = await access.ticket_design(request, design_id, Scope.MANAGE)
    form, owner = await request.typed(), desk.reach.organisation_id
    try:
        await ticket_designs.remove(request.services.database, owner, design_id, desk.actor, request.now)
    except Refusal as refusal:
        return await _again(request, desk, design_id, refusal, "", form)
    path = f"/admin/box-offices/{desk.reach.box_office_key}/ticket-designs"
    return pages.done(request, path, "The design is deleted.")


@get("/events/{event_id:uuid}/ticket-design")
async def of_event(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """The design of an event's tickets."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    found = await ticket_designs.of_event(request.services.database, desk.reach.organisation_id, event_id)
    return await _choice(request, desk, found, of_tariff=False)


@post("/events/{event_id:uuid}/ticket-design", status_code=200)
async def dress_event(request: Call, event_id: FromPath[UUID]) -> Redirect:
    """Choose the design of an event's tickets, or the box office's."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    return await _dressed(request, desk, ticket_designs.dress_event, event_id)


@get("/tariffs/{tariff_id:uuid}/ticket-design")
async def of_tariff(request: Call, tariff_id: FromPath[UUID]) -> Response[str]:
    """The design of the tickets at a tariff."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    found = await ticket_designs.of_tariff(request.services.database, desk.reach.organisation_id, tariff_id)
    return await _choice(request, desk, found, of_tariff=True)


@post("/tariffs/{tariff_id:uuid}/ticket-design", status_code=200)
async def dress_tariff(request: Call, tariff_id: FromPath[UUID]) -> Redirect:
    """Choose the design of the tickets at a tariff, or its event's."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    return await _dressed(request, desk, ticket_designs.dress_tariff, tariff_id)


HANDLERS = [
    index, new, create, sample, set_default, set_delivery, example, show, save, preview, try_out, set_picture, set_logo,
    duplicate, remove, of_event, dress_event, of_tariff, dress_tariff,
]  # fmt: skip
ACCENTS = {
    Gallery.CLASSIC: "#111111",
    Gallery.POSTER: "#1d5c4f",
    Gallery.MINIMAL: "#d3442f",
    Gallery.FESTIVAL: "#3a1d8a",
    Gallery.PICTURE: "#c9ccd1",
}
"""The colours that the gallery is shown in."""


async def _set(
    call: Call, desk: Desk, design: Design, name: str, draw: Callable[..., Awaitable[Any]], keep: Callable[..., Any]
) -> Response[str] | Redirect:
    """Keep a picture that was sent, drawn anew, or take it off."""
    form, services = await call.typed(PICTURE_BYTES_MAX), call.services
    sent, path = form.files.get(name), f"/admin/ticket-designs/{design.id}"
    if sent is None and not form.text("remove"):
        form.mistaken(name, "Choose a file.")
        return await _again(call, desk, design.id, None, name, form)
    try:
        drawn = await draw(services.workshop, sent.content) if sent else None
        await keep(services.database, desk.reach.organisation_id, design.id, drawn, desk.actor, call.now)
    except Refusal as refusal:
        return await _again(call, desk, design.id, refusal, name, form)
    if name == "picture" and drawn and design.gallery is Gallery.PICTURE and not pictures.panel_is_white(drawn):
        covered = marked("The picture is here. Its right-hand panel is not white: what stands there is covered.")
        return pages.done(call, path, covered)
    return pages.done(call, path, "The picture is here." if drawn else "The picture is gone.")


async def _again(
    call: Call, desk: Desk, design_id: UUID, refusal: Refusal | None, where: str, typed: Form
) -> Response[str]:
    """The design as it is kept, with what was wrong with an act beside it."""
    design = await _design(call, desk, design_id)
    form = Form.of(_values(design) | {"copy_name": typed.text("copy_name")})
    if refusal is not None:
        typed.refused(refusal)
    form.mistakes = {where if name in ("", "name") else name: said for name, said in typed.mistakes.items()}
    return pages.show_again(call, EDIT, desk, **await _around(call, design, form))


async def _choice(call: Call, desk: Desk, dressed: Dressed, *, of_tariff: bool) -> Response[str]:
    """The page that chooses a design for an event or a tariff."""
    db, owner = call.services.database, desk.reach.organisation_id
    found = await ticket_designs.list_of(db, owner, dressed.box_office_id)
    form = Form.of({"design_id": dressed.design_id or ""})
    return pages.show(call, CHOICE, desk, dressed=dressed, designs=found, form=form, of_tariff=of_tariff)


async def _dressed(call: Call, desk: Desk, dress: Callable[..., Awaitable[None]], id: UUID) -> Redirect:
    form, owner = await call.typed(), desk.reach.organisation_id
    await dress(call.services.database, owner, id, _chosen(form), desk.actor, call.now)
    return pages.done(call, call.scope["path"], "Saved. Tickets look so from now on.")


async def _drawn(call: Call, desk: Desk, dress: Dress, paper: Paper, language: Language) -> bytes:
    """A design on a ticket of nobody, as a PNG."""
    services, (owner, office) = call.services, _here(desk)
    assert desk.reach.box_office_key is not None, "a box office has a key"
    found = await box_offices.get(services.database, owner, desk.reach.box_office_key)
    issued = samples.issued(desk.reach.organisation_name, found.currency, language)
    of_event = await ticket_designs.some_picture(services.database, office)
    wardrobe = await ticket_designs.to_try(services.database, dress, samples.NOBODY, of_event)
    return await services.press.preview(issued, paper, language, wardrobe, WIDTHS_PX[paper])


async def _around(call: Call, design: Design, form: Form) -> dict[str, Any]:
    uses = await ticket_designs.uses(call.services.database, design.id)
    return WORDS | {"design": design, "form": form, "uses": uses, "version": form.text("version") or design.version}


def _values(design: Design) -> dict[str, Any]:
    """A design as its form has it."""
    look = design.look
    values: dict[str, Any] = {
        "version": design.version,
        "name": design.name,
        "gallery": design.gallery.value,
        "accent": look.accent,
        "second": look.second,
        "picture_of": look.picture_of.value,
        "shown": [part.value for part in Part if part not in look.hidden],
    }
    for language in NAMES:
        said = look.texts.get(language, Texts())
        values |= {f"{name}_{language}": getattr(said, name) for name in TEXTS}
    return values


def _read(form: Form) -> Values:
    """What a form says of a design. InputRefused."""
    shown = set(form.texts("shown"))
    texts = {one.value: Texts(**{name: form.text(f"{name}_{one}") for name in TEXTS}) for one in NAMES}
    look = Look(
        accent=form.text("accent"),
        second=form.text("second"),
        picture_of=_one_of(PictureOf, form, "picture_of"),
        hidden=tuple(part for part in Part if part not in shown),
        texts=texts,
    )
    return Values(form.text("name"), _one_of(Gallery, form, "gallery"), look)


def _one_of(kind: Any, form: Form, field: str) -> Any:
    """One of an enumeration, as a form chose it; InputRefused."""
    if form.text(field) not in set(kind):
        raise InputRefused(problem="Choose one of these.", where=field)
    return kind(form.text(field))


def _chosen(form: Form) -> UUID | None:
    """The design that a page chose; None for none. What is no id names none, and is not found."""
    text = form.text("design_id")
    try:
        return UUID(text) if text else None
    except ValueError:
        return UUID(int=0)


def _picture(content: bytes, seconds: int) -> Response[bytes]:
    headers = {"cache-control": f"private, max-age={seconds}", "content-disposition": "inline"}
    return Response(content, media_type="image/png", headers=headers)


def _here(desk: Desk) -> tuple[UUID, UUID]:
    assert desk.reach.box_office_id is not None, "a design is in a box office"
    return desk.reach.organisation_id, desk.reach.box_office_id


async def _design(call: Call, desk: Desk, design_id: UUID) -> Design:
    return await ticket_designs.get(call.services.database, desk.reach.organisation_id, design_id)
