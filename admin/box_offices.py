"""Box offices and their settings: what they are called, their money, their language, their VAT."""

from typing import Any
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import box_offices, formats, vat
from ticketing.box_offices import BoxOffice, BoxOfficeChoice
from ticketing.refusals import AlreadyExists, CurrencyFixed, EditedMeanwhile, InputRefused, TooManyRates
from ticketing.tokens import Scope
from ticketing.vat import Rate
from web.call import Call
from web.forms import Form
from web.languages import translated

NEW, LIST, SETTINGS = "box_offices/new.html", "box_offices/index.html", "box_offices/settings.html"


@get("/organisations/{slug:str}/box-offices")
async def index(request: Call, slug: FromPath[str]) -> Response[str]:
    """An organisation's box offices, the newest first."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    every = await box_offices.list_of(request.services.database, desk.reach.organisation_id)
    ordered = sorted(every, key=lambda one: one.created_at, reverse=True)
    return pages.show(request, LIST, desk, box_offices=ordered)


@get("/organisations/{slug:str}/box-offices/new")
async def new(request: Call, slug: FromPath[str]) -> Response[str]:
    """The form for a new box office, with the currency of the latest and the language of the page."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    every = await box_offices.list_of(request.services.database, desk.reach.organisation_id)
    latest = max(every, key=lambda one: one.created_at, default=None)
    form = Form.of({"currency": latest.currency if latest else "EUR", "locale": request.visit.language})
    return pages.show(request, NEW, desk, form=form, **_choices(request))


@post("/organisations/{slug:str}/box-offices", status_code=200)
async def create(request: Call, slug: FromPath[str]) -> Response[str] | Redirect:
    """Open a box office. Without a key, one is made of the name."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    form = await request.typed()
    database, organisation_id = request.services.database, desk.reach.organisation_id
    key = form.text("key").strip() or await box_offices.suggest_key(database, form.text("name"))
    typed = {name: form.text(name) for name in ("name", "currency")}
    try:
        made = await box_offices.create(
            database, organisation_id, key, **typed, locale=form.text("locale"), now=request.now, by=desk.actor
        )
        notice = "{name} is open. Set its VAT here, then add its first event."
        return pages.done(request, f"/admin/box-offices/{made.key}/settings", notice, name=made.name)
    except InputRefused as refusal:
        form.refused(refusal)
    except AlreadyExists:
        free = await box_offices.suggest_key(database, form.text("name"))
        form.mistaken("key", "Somebody has this key already. {free} is free.", free=free or "—")
    return pages.show_again(request, NEW, desk, form=form, **_choices(request))


@get("/box-offices/{key:str}/settings")
async def settings(request: Call, key: FromPath[str]) -> Response[str]:
    """A box office's settings."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    found = await box_offices.get(request.services.database, desk.reach.organisation_id, key)
    return await _settings(request, desk, found, Form.of(_fields(found)), Form.of({"holds_from": ""}))


@post("/box-offices/{key:str}/settings", status_code=200)
async def save(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Change them."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form = await request.typed()
    database, organisation_id = request.services.database, desk.reach.organisation_id
    choice, version, status = form.read_as(BoxOfficeChoice), form.number("version", 1, 2**31 - 1), 422
    try:
        if choice is not None and version is not None:
            await box_offices.change(database, organisation_id, key, version, choice, desk.actor, request.now)
            return pages.done(request, f"/admin/box-offices/{key}/settings", "Saved.")
    except EditedMeanwhile as refusal:
        form.refused(refusal)
        stored = await box_offices.get(database, organisation_id, key)
        form.compare(_fields(stored), _words(stored, request.visit.language))
        status = 409
    except (InputRefused, CurrencyFixed) as refusal:
        form.refused(refusal)
    found = await box_offices.get(database, organisation_id, key)
    return await _settings(request, desk, found, form, Form(), status)


@post("/box-offices/{key:str}/vat-rates", status_code=200)
async def schedule(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Let a VAT rate hold from a day on."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form = await request.typed()
    database, organisation_id = request.services.database, desk.reach.organisation_id
    found = await box_offices.get(database, organisation_id, key)
    day, thousandths = form.day("holds_from"), form.rate("rate")
    try:
        if day is not None and thousandths is not None:
            await vat.schedule(database, organisation_id, found.id, Rate(day, thousandths), desk.actor, request.now)
            return pages.done(request, f"/admin/box-offices/{key}/settings", "The rate is scheduled.")
    except (InputRefused, TooManyRates) as refusal:
        form.refused(refusal)
    return await _settings(request, desk, found, Form.of(_fields(found)), form, 422)


@post("/box-offices/{key:str}/vat-rates/withdrawal", status_code=200)
async def withdraw(request: Call, key: FromPath[str]) -> Redirect:
    """Take a VAT rate away."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form = await request.typed()
    database, organisation_id = request.services.database, desk.reach.organisation_id
    found = await box_offices.get(database, organisation_id, key)
    day = form.day("holds_from")
    if day is not None:
        await vat.withdraw(database, organisation_id, found.id, day, desk.actor, request.now)
    return pages.done(request, f"/admin/box-offices/{key}/settings", "The rate is withdrawn." if day else "")


async def _settings(
    call: Call, desk: Desk, found: BoxOffice, form: Form, rate_form: Form, status: int = 200
) -> Response[str]:
    database = call.services.database
    today = call.now.astimezone(ZoneInfo(await box_offices.time_zone(database, found.id))).date()
    rates = await vat.list_of(database, desk.reach.organisation_id, found.id)
    in_force = max((rate for rate in rates if rate.holds_from <= today), key=lambda rate: rate.holds_from, default=None)
    return pages.show(
        call, SETTINGS, desk, status=status, box_office=found, form=form, rate_form=rate_form, rates=rates,
        in_force=in_force, today=today, ordered=await box_offices.has_orders(database, found.id),
        history=await history.of(call, desk, "box_office", found.id), **_choices(call, found.locale),
    )  # fmt: skip


def _choices(call: Call, present: str = "en") -> dict[str, Any]:
    """What the fields offer; the present language is among it, with its region if it has one."""
    language = call.visit.language
    languages = [
        (tag, formats.language_name(tag, language))
        for tag in dict.fromkeys((*(one.value for one in formats.Language), present))
    ]
    return {
        "currencies": formats.currencies(language),
        "languages": languages,
        "site_url": call.services.site_url,
    }


def _fields(found: BoxOffice) -> dict[str, object]:
    names = ("name", "currency", "locale", "vat_registered", "vat_number", "version")
    return {name: getattr(found, name) for name in names}


def _words(found: BoxOffice, language: str) -> dict[str, str]:
    """Stored values that are not shown as they are."""
    yes_or_no = marked("Yes") if found.vat_registered else marked("No")
    return {"vat_registered": translated(yes_or_no, language), "locale": formats.language_name(found.locale, language)}
