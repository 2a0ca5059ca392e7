"""Venues: the list, a venue's page with its plans, and what is said of it."""

from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec.structs import asdict

from admin import access, pages
from admin.access import Desk
from admin.menu import marked
from engine.plan.model import PLACES_MAX
from ticketing import drawings, plan_drafts, plans, venues
from ticketing.formats import Language
from ticketing.refusals import EditedMeanwhile, Refusal, VenueInUse
from ticketing.texts import time_zones_named
from ticketing.tokens import Scope
from ticketing.venues import Details, Provision, Texts, Venue
from web.call import Call
from web.forms import Form
from web.languages import NAMES

LIST, SHOW, EDIT = "venues/index.html", "venues/show.html", "venues/form.html"
ROWS_MAX = 50
PROVISIONS = {
    Provision.UNKNOWN: marked("Not told"),
    Provision.FULL: marked("Everywhere"),
    Provision.PARTIAL: marked("In part"),
    Provision.NONE: marked("No"),
}
TEXTS = {
    "description": marked("Description"),
    "transport": marked("Public transport"),
    "parking": marked("Parking"),
    "access_notes": marked("Notes on access"),
}


@get("/organisations/{slug:str}/venues")
async def index(request: Call, slug: FromPath[str]) -> Response[str]:
    """An organisation's venues."""
    desk = await access.organisation(request, slug)
    search = request.query_params.get("search", "")[:100]
    page = request.page_number
    lines = await venues.overview(
        request.services.database, desk.reach.organisation_id, request.now, ROWS_MAX, (page - 1) * ROWS_MAX, search
    )
    count = lines[0].venue_count if lines else 0
    pages_count = -(-count // ROWS_MAX)
    return pages.show(request, LIST, desk, venues=lines, search=search, page=page, pages_count=pages_count)


@get("/organisations/{slug:str}/venues/new")
async def new(request: Call, slug: FromPath[str]) -> Response[str]:
    """The form for a venue."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    known = await venues.list_of(request.services.database, desk.reach.organisation_id)
    zone = known[-1].time_zone if known else ""
    form = Form.of({"kind": "real", "time_zone": zone, "step_free": "unknown", "hearing_loop": "unknown"})
    return pages.show(request, EDIT, desk, form=form, **_around(None))


@post("/organisations/{slug:str}/venues", status_code=200)
async def create(request: Call, slug: FromPath[str]) -> Response[str] | Redirect:
    """Register a venue."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    form = await request.typed()
    details = _details(form, virtual=form.text("kind") == "virtual")
    if details is not None:
        try:
            owner = desk.reach.organisation_id
            made = await venues.add(request.services.database, owner, details, _texts(form), desk.actor, request.now)
            return pages.done(request, f"/admin/venues/{made.id}", "The venue {name} is here.", name=made.name)
        except Refusal as refusal:
            _refused(form, refusal)
    return pages.show_again(request, EDIT, desk, form=form, **_around(None))


@get("/venues/{venue_id:uuid}")
async def show(request: Call, venue_id: FromPath[UUID]) -> Response[str]:
    """A venue: how one gets in, its plans, what keeps it from being deleted."""
    desk = await access.venue(request, venue_id)
    return pages.show(request, SHOW, desk, **await _shown(request, desk, venue_id))


@get("/venues/{venue_id:uuid}/edit")
async def edit(request: Call, venue_id: FromPath[UUID]) -> Response[str]:
    """The form with what is said now."""
    desk = await access.venue(request, venue_id, Scope.MANAGE)
    venue = await venues.get(request.services.database, desk.reach.organisation_id, venue_id)
    form = Form.of(_fields(venue, await venues.texts_of(request.services.database, venue_id)))
    return pages.show(request, EDIT, desk, form=form, **_around(venue))


@post("/venues/{venue_id:uuid}", status_code=200)
async def update(request: Call, venue_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Say something else of a venue."""
    desk = await access.venue(request, venue_id, Scope.MANAGE)
    form, database, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    venue = await venues.get(database, owner, venue_id)
    details = _details(form, virtual=venue.virtual)
    version = form.number("version", 0, 2**31 - 1)
    if details is not None and version is not None:
        try:
            await venues.update(database, owner, venue_id, version, details, _texts(form), desk.actor, request.now)
            return pages.done(request, f"/admin/venues/{venue_id}", "Saved.")
        except EditedMeanwhile as refusal:
            return await _both(request, desk, form, venue_id, refusal)
        except Refusal as refusal:
            _refused(form, refusal)
    around = _around(venue) | {"version": form.text("version")}
    return pages.show_again(request, EDIT, desk, form=form, **around)


@post("/venues/{venue_id:uuid}/deletion", status_code=200)
async def delete(request: Call, venue_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Forget a venue where nothing was ever put on."""
    desk = await access.venue(request, venue_id, Scope.MANAGE)
    form = await request.typed()
    try:
        await venues.delete(request.services.database, desk.reach.organisation_id, venue_id, desk.actor, request.now)
    except VenueInUse as refusal:
        form.refused(refusal)
        shown = await _shown(request, desk, venue_id) | {"form": form}
        return pages.show_again(request, SHOW, desk, **shown)
    path = f"/admin/organisations/{desk.reach.organisation_slug}/venues"
    return pages.done(request, path, "The venue and its plans are deleted.")


async def _shown(call: Call, desk: Desk, venue_id: UUID) -> dict[str, Any]:
    database, owner = call.services.database, desk.reach.organisation_id
    versions = await plans.list_of(database, owner, venue_id)
    return {
        "venue": await venues.get(database, owner, venue_id),
        "texts": await venues.texts_of(database, venue_id),
        "versions": versions,
        "drafts": await plan_drafts.of_venue(database, owner, venue_id, call.now) if desk.may(Scope.MANAGE) else [],
        "drawings": await drawings.of_venue(database, owner, venue_id) if desk.may(Scope.MANAGE) else [],
        "performance_count": await venues.performance_count(database, venue_id),
        "form": Form(),
        "provisions": PROVISIONS,
        "languages": NAMES,
        "labels": TEXTS,
    }


async def _both(call: Call, desk: Desk, form: Form, venue_id: UUID, refusal: EditedMeanwhile) -> Response[str]:
    """The form again: what was typed, and beside it what somebody else has saved; saving now is a decision."""
    venue = await venues.get(call.services.database, desk.reach.organisation_id, venue_id)
    stored = _fields(venue, await venues.texts_of(call.services.database, venue_id))
    for name, value in stored.items():
        if form.text(name).strip() != (text := "" if value is None else str(value)):
            form.others[name] = text
    form.refused(refusal)
    answer = pages.show_again(call, EDIT, desk, form=form, **_around(venue))
    answer.status_code = refusal.status
    return answer


def _around(venue: Venue | None) -> dict[str, Any]:
    return {
        "venue": venue,
        "version": venue.version if venue else 0,
        "zones": sorted(available_timezones()),
        "provisions": list(PROVISIONS.items()),
        "languages": NAMES,
        "labels": TEXTS,
    }


def _fields(venue: Venue, texts: dict[Language, Texts]) -> dict[str, Any]:
    """Everything a form shows, by field."""
    fields = asdict(venue.details)
    for language, said in texts.items():
        fields |= {f"{name}_{language.value}": text for name, text in asdict(said).items()}
    return fields


def _details(form: Form, virtual: bool) -> Details | None:
    if not form.text("name").strip():
        form.mistaken("name", "This is needed.")
    places = form.number("wheelchair_places", 0, venues.WHEELCHAIR_PLACES_MAX, required=False)
    capacity = form.number("capacity", 1, PLACES_MAX) if virtual else None
    return form.read_as(Details, capacity=capacity, wheelchair_places=places, time_zone=_time_zone(form))


def _time_zone(form: Form) -> str:
    """The zone that was chosen, or that of the city that was typed; mistakes are in the form."""
    found = time_zones_named(text) if (text := form.text("time_zone").strip()) else []
    if not text:
        form.mistaken("time_zone", "This is needed.")
    elif not found:
        form.mistaken("time_zone", "Choose a time zone of the list, such as Europe/Paris.")
    elif len(found) > 1:
        form.mistaken("time_zone", "Several time zones have this name: choose one of {names}.", names=", ".join(found))
    return found[0] if found else ""


def _texts(form: Form) -> dict[Language, Texts]:
    names = Texts.__struct_fields__
    return {language: Texts(**{name: form.text(f"{name}_{language.value}") for name in names}) for language in Language}


def _refused(form: Form, refusal: Refusal) -> None:
    refusal.fields.setdefault("where", "name" if refusal.code == "already-exists" else "")
    form.refused(refusal)
