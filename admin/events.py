"""Events: the list of a box office, a new one, and the settings of one: texts, picture, who sees it, how it is sold."""

from typing import Any
from uuid import UUID

from babel import Locale
from litestar import MediaType, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import events, files, forms, markup, pictures
from ticketing.events import Category, Event, EventSettings, Shown, Texts
from ticketing.performances import Visibility
from ticketing.refusals import EditedMeanwhile, NotFound, PermissionMissing, Refusal
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form, field_moment
from web.languages import NAMES, translated

LIST, NEW, SETTINGS = "events/index.html", "events/new.html", "events/settings.html"
REMOVAL = "events/removal.html"
ROWS_MAX = 25
VERSION_MAX = 1 << 30
PICTURE_BYTES_MAX = pictures.BYTES_MAX + 64 * 1024
SHOWN = {
    Shown.CURRENT: marked("Current"),
    Shown.DRAFT: marked("Drafts"),
    Shown.PAST: marked("Finished"),
    Shown.ALL: marked("All"),
}
VISIBILITIES = {
    Visibility.DRAFT: marked("Draft"),
    Visibility.LINK: marked("By link"),
    Visibility.PUBLIC: marked("Public"),
}
CATEGORIES = {
    Category.THEATRE: marked("Theatre"),
    Category.CONCERT: marked("Concert"),
    Category.OPERA: marked("Opera"),
    Category.DANCE: marked("Dance"),
    Category.HUMOUR: marked("Comedy"),
    Category.CIRCUS: marked("Circus"),
    Category.CINEMA: marked("Cinema"),
    Category.FESTIVAL: marked("Festival"),
    Category.SPORT: marked("Sport"),
    Category.EXHIBITION: marked("Exhibition"),
    Category.CONFERENCE: marked("Conference"),
    Category.WORKSHOP: marked("Workshop"),
    Category.FAMILY: marked("Family"),
    Category.PARTY: marked("Party"),
    Category.OTHER: marked("Other"),
}
SPOKEN_ON_STAGE = ("en", "fr", "de", "it", "es", "pt", "nl", "pl", "uk", "ar", "zh", "zxx")
"""Languages an event may be in; `zxx` is none at all."""
TEXT_FIELDS = tuple(Texts.__struct_fields__)


@get("/box-offices/{key:str}/events")
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """The events of a box office that one reaches."""
    desk = await access.box_office(request, key)
    asked = request.query_params
    shown = Shown(asked["show"]) if asked.get("show") in set(Shown) else Shown.CURRENT
    text, page = asked.get("search", "")[:100], request.page_number
    sort = asked.get("sort", "") if asked.get("sort") in events.SORTS else events.SORTS[0]
    found = await events.programmed(
        request.services.database, desk.session.staff_id, _office(desk), request.now, shown=shown, text=text, sort=sort,
        page=page, rows_max=ROWS_MAX,
    )  # fmt: skip
    pages_count = -(-found.row_count // ROWS_MAX)
    return pages.show(
        request, LIST, desk, events=found.rows, shown=shown, search=text, sort=sort, page=page,
        pages_count=pages_count, choices=SHOWN, visibilities=VISIBILITIES, categories=CATEGORIES,
    )  # fmt: skip


@get("/box-offices/{key:str}/events/new")
async def new(request: Call, key: FromPath[str]) -> Response[str]:
    """The form for an event."""
    desk = _creating(await access.box_office(request, key))
    return pages.show(request, NEW, desk, form=Form(), categories=_sorted(CATEGORIES, request))


@post("/box-offices/{key:str}/events", status_code=200)
async def create(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Make an event, as a draft; on to its settings."""
    desk = _creating(await access.box_office(request, key))
    form = await request.typed()
    settings = form.read_as(EventSettings, visibility=Visibility.DRAFT)
    if settings is not None:
        try:
            made = await events.create(
                request.services.database, desk.reach.organisation_id, _office(desk), settings.name, request.now,
                visibility=Visibility.DRAFT, category=settings.category, by=desk.actor,
                owned=not desk.may(Scope.MANAGE),
            )  # fmt: skip
            return pages.done(
                request,
                f"/admin/events/{made.id}/settings",
                "{name} is a draft: your team alone sees it.",
                name=made.name,
            )
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, NEW, desk, form=form, categories=_sorted(CATEGORIES, request))


@get("/events/{event_id:uuid}/settings")
async def settings(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """What an event is, who sees it, and how it is sold."""
    desk = await access.event(request, event_id, Scope.VIEW)
    event = await _event(request, desk, event_id)
    form = Form.of(await _fields(request, event))
    return pages.show(request, SETTINGS, desk, form=form, **await _around(request, event))


@post("/events/{event_id:uuid}/settings", status_code=200)
async def save(request: Call, event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Change an event's settings and texts together."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    form, db, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    zone = await events.time_zone(db, event_id)
    moments = {name: form.moment(name, zone, required=False) for name in ("sale_opens_at", "counter_opens_at")}
    wanted, version = form.read_as(EventSettings, **moments), form.number("version", 0, VERSION_MAX)
    if wanted is not None and version is not None:
        try:
            await events.edit(db, owner, event_id, wanted, _texts(form), version, desk.actor, request.now)
            return pages.done(request, f"/admin/events/{event_id}/settings", "Saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            return await _both(request, desk, event_id, form)
        except Refusal as refusal:
            form.refused(refusal)
    around = await _around(request, await _event(request, desk, event_id))
    return pages.show_again(request, SETTINGS, desk, form=form, **around | {"version": form.text("version")})


@get("/events/{event_id:uuid}/picture")
async def picture(request: Call, event_id: FromPath[UUID]) -> Response[bytes]:
    """An event's picture, as it was drawn anew."""
    desk = await access.event(request, event_id, Scope.VIEW)
    event = await _event(request, desk, event_id)
    if event.picture is None:
        raise NotFound(what="picture")
    kept = await files.get(request.services.database, event.picture)
    headers = {"cache-control": "private, max-age=300", "content-disposition": "inline"}
    return Response(kept.content, media_type=kept.media_type, headers=headers)


@post("/events/{event_id:uuid}/picture", status_code=200)
async def set_picture(request: Call, event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Give an event another picture, or take it off."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    form, db, owner = await request.typed(PICTURE_BYTES_MAX), request.services.database, desk.reach.organisation_id
    event = await _event(request, desk, event_id)
    sent = form.files.get("picture")
    try:
        if not form.text("remove") and sent is None:
            form.mistaken("picture", "Choose a file.")
        else:
            drawn = await pictures.drawn(request.services.workshop, sent.content) if sent else None
            await events.set_picture(db, owner, event_id, drawn, desk.actor, request.now)
            told = marked("The picture is here.") if drawn else marked("The picture is gone.")
            return pages.done(request, f"/admin/events/{event_id}/settings", told)
    except Refusal as refusal:
        form.refused(refusal)
    shown = Form.of(await _fields(request, event))
    shown.mistakes = form.mistakes
    return pages.show_again(request, SETTINGS, desk, form=shown, **await _around(request, event))


@post("/events/{event_id:uuid}/link", status_code=200)
async def renew_link(request: Call, event_id: FromPath[UUID]) -> Redirect:
    """Give an event another secret link."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    await request.typed()
    await events.renew_link(request.services.database, desk.reach.organisation_id, event_id, desk.actor, request.now)
    return pages.done(
        request, f"/admin/events/{event_id}/settings", "The link is another one: the one before opens nothing."
    )


@get("/events/{event_id:uuid}/removal")
async def ask_removal(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """What would go with a draft, or why the event is kept and what to do instead."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    event, there = await _event(request, desk, event_id), await events.belongings(request.services.database, event_id)
    return pages.show(request, REMOVAL, desk, event=event, event_id=event_id, there=there)


@post("/events/{event_id:uuid}/removal", status_code=200)
async def remove(request: Call, event_id: FromPath[UUID]) -> Redirect:
    """Remove a draft that has no orders, with all it has."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    await request.typed()
    event = await _event(request, desk, event_id)
    await events.remove(request.services.database, desk.reach.organisation_id, event_id, desk.actor, request.now)
    path = f"/admin/box-offices/{desk.reach.box_office_key}/events"
    return pages.done(request, path, "{name} is removed.", name=event.name)


@post("/markup", status_code=200)
async def preview(request: Call) -> Response[str]:
    """What a text in light mark-up looks like, for the fields that show it while one types."""
    await access.session(request)
    form = await request.typed()
    text = form.text(form.text("field"))
    return Response(markup.rendered(text[: markup.CHARS_MAX]), media_type=MediaType.HTML)


async def _both(request: Call, desk: Desk, event_id: UUID, form: Form) -> Response[str]:
    """The form as it was typed, with what is stored now beside it; sent again, it counts."""
    event = await _event(request, desk, event_id)
    around = await _around(request, event)
    stored = Form.of(await _fields(request, event))
    for name in stored.names():
        if sorted(form.texts(name)) != sorted(stored.texts(name)) and name != "version":
            form.others[name] = ", ".join(_told(name, text, request) for text in stored.texts(name) if text)
    answer = pages.show_again(request, SETTINGS, desk, form=form, **around)
    answer.status_code = EditedMeanwhile.status
    return answer


def _told(name: str, text: str, request: Call) -> str:
    """A stored value as people read it."""
    said: dict[str, dict[str, str]] = {
        "visibility": {one.value: label for one, label in VISIBILITIES.items()},
        "category": {one.value: label for one, label in CATEGORIES.items()},
    }
    if name == "languages":
        return _language_name(text, request)
    if name.endswith("_at"):
        return text.replace("T", " ")
    return translated(said[name][text], request.visit.language) if name in said else text


async def _around(request: Call, event: Event) -> dict[str, Any]:
    """What the page of settings needs beside its form."""
    db = request.services.database
    language = request.visit.language
    stored = await events.texts_of(db, event.id)
    return {
        "event": event,
        "event_id": event.id,
        "version": event.version,
        "zone": await events.time_zone(db, event.id),
        "visibilities": list(VISIBILITIES.items()),
        "categories": _sorted(CATEGORIES, request),
        "languages": [(code, _language_name(code, request)) for code in SPOKEN_ON_STAGE],
        "text_languages": list(NAMES.items()),
        "rendered": {one: markup.rendered(said.description) for one, said in stored.items()},
        "alt": stored.get(language, Texts()).picture_alt,
        "site_url": request.services.site_url,
        "order_form": await forms.of_orders(db, event.id),
    }


async def _fields(request: Call, event: Event) -> dict[str, Any]:
    """An event's settings and texts, as its form has them."""
    db = request.services.database
    zone, stored = await events.time_zone(db, event.id), await events.texts_of(db, event.id)
    values = {name: getattr(event, name) for name in EventSettings.__struct_fields__}
    values |= {name: field_moment(values[name], zone) for name in ("sale_opens_at", "counter_opens_at")}
    values |= {name: "" for name, value in values.items() if value is None}
    for one in NAMES:
        said = stored.get(one.value, Texts())
        values |= {f"{name}_{one.value}": getattr(said, name) for name in TEXT_FIELDS}
    return values


def _texts(form: Form) -> dict[str, Texts]:
    return {one.value: Texts(**{name: form.text(f"{name}_{one.value}") for name in TEXT_FIELDS}) for one in NAMES}


def _language_name(code: str, request: Call) -> str:
    if code == "zxx":
        return translated(marked("Without words"), request.visit.language)
    names = Locale(request.visit.language).languages
    return str(names.get(code, code)).capitalize()


def _sorted(labels: dict[Category, str], request: Call) -> list[tuple[str, str]]:
    """Choices by their label in the reader's language, the last one last."""
    told = [(one.value, translated(label, request.visit.language)) for one, label in labels.items()]
    return sorted(told, key=lambda pair: (pair[0] == Category.OTHER, pair[1]))


def _creating(desk: Desk) -> Desk:
    """The desk of who may make events here, or PermissionMissing."""
    if not desk.reach.creates:
        raise PermissionMissing(scope=Scope.MANAGE, organisation=desk.reach.organisation_name)
    return desk


def _office(desk: Desk) -> UUID:
    assert desk.reach.box_office_id is not None, "the desk is at a box office"
    return desk.reach.box_office_id


async def _event(request: Call, desk: Desk, event_id: UUID) -> Event:
    return await events.get(request.services.database, desk.reach.organisation_id, event_id)
