"""How a box office's shop looks and what it says, with the shop itself one link away."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import pictures, shops
from ticketing.refusals import EditedMeanwhile, Refusal
from ticketing.shops import Colours, DatesShown, Look, Shop, ShopTexts
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form
from web.languages import NAMES

SHOW = "shops/show.html"
LOGO_BYTES_MAX = 5 * 1024 * 1024
VERSION_MAX = 2**31 - 1
WAYS = {DatesShown.LIST: marked("List"), DatesShown.MONTH: marked("Month"), DatesShown.WEEK: marked("Week")}
FIELDS = ShopTexts.__struct_fields__


@get("/box-offices/{key:str}/shop")
async def show(request: Call, key: FromPath[str]) -> Response[str]:
    """The shop's look."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    shop = await _shop(request, desk)
    return pages.show(request, SHOW, desk, form=_filled(shop), **await _around(request, desk, shop))


@post("/box-offices/{key:str}/shop", status_code=200)
async def save(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Change the shop's look."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, office = await request.typed(), _office(desk)
    look, version = _read(form), form.number("version", 0, VERSION_MAX)
    meanwhile = False
    if look is not None and version is not None:
        try:
            owner = desk.reach.organisation_id
            await shops.change(request.services.database, owner, office, version, look, desk.actor, request.now)
            return pages.done(request, f"/admin/box-offices/{key}/shop", "Saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            meanwhile = True
        except Refusal as refusal:
            form.refused(refusal)
    shop = await _shop(request, desk)
    if meanwhile:
        form.compare(_values(shop))
    around = await _around(request, desk, shop)
    return pages.show_again(request, SHOW, desk, status=409 if meanwhile else 422, form=form, **around)


@post("/box-offices/{key:str}/shop/logo", status_code=200)
async def set_logo(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Give the shop another logo, or take it off."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, services = await request.typed(LOGO_BYTES_MAX), request.services
    sent = form.files.get("picture")
    try:
        if not form.text("remove") and sent is None:
            form.mistaken("picture", "Choose a file.")
        else:
            drawn = await pictures.drawn(services.workshop, sent.content) if sent else None
            place = (desk.reach.organisation_id, _office(desk))
            await shops.set_logo(services.database, *place, drawn, desk.actor, request.now)
            return pages.done(request, f"/admin/box-offices/{key}/shop", "Saved.")
    except Refusal as refusal:
        form.refused(refusal)
    shop = await _shop(request, desk)
    shown = _filled(shop)
    shown.mistakes = form.mistakes
    return pages.show_again(request, SHOW, desk, form=shown, **await _around(request, desk, shop))


def _office(desk: Desk) -> UUID:
    assert desk.reach.box_office_id is not None, "one has come to a box office"
    return desk.reach.box_office_id


async def _shop(call: Call, desk: Desk) -> Shop:
    return await shops.get(call.services.database, _office(desk))


async def _around(call: Call, desk: Desk, shop: Shop) -> dict[str, Any]:
    return {
        "shop": shop,
        "ways": list(WAYS.items()),
        "text_languages": list(NAMES.items()),
        "history": await history.of(call, desk, "shop", shop.box_office_id),
    }


def _values(shop: Shop) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(shop.colours, name) for name in Colours.__struct_fields__}
    values["version"] = shop.version
    values["variables"] = "\n".join(f"{name}: {value}" for name, value in shop.variables.items())
    values |= {"dates_shown": shop.dates_shown.value, "gauges": "on" if shop.gauges else ""}
    for language in NAMES:
        said = shop.said(language)
        values |= {f"{field}_{language.value}": getattr(said, field) for field in FIELDS}
    return values


def _filled(shop: Shop) -> Form:
    return Form.of(_values(shop))


def _read(form: Form) -> Look | None:
    """What was typed; None where it cannot be meant, with the mistakes in the form."""
    variables: dict[str, str] = {}
    for line in filter(None, map(str.strip, form.text("variables").splitlines())):
        name, _, value = line.partition(":")
        variables[name.strip()] = value.strip().rstrip(";").strip()
    way = next((one for one in DatesShown if one == form.text("dates_shown")), None)
    if way is None:
        form.mistaken("dates_shown", "Choose one of these.")
        return None
    texts = {
        language.value: ShopTexts(**{field: form.text(f"{field}_{language.value}").strip() for field in FIELDS})
        for language in NAMES
    }
    return Look(
        colours=Colours(**{name: form.text(name).strip().lower() for name in Colours.__struct_fields__}),
        variables=variables,
        texts={language: said for language, said in texts.items() if said != ShopTexts()},
        dates_shown=way,
        gauges="gauges" in form,
    )
