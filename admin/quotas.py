"""The quotas of a tariff: how many places are sold at it over the event, and at each date."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin import tariffs as tariff_pages
from admin.access import Desk
from ticketing import quotas
from ticketing.quotas import Use
from ticketing.refusals import EditedMeanwhile, Refusal
from ticketing.tariffs import QUOTA_PLACES_MAX
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

PAGE = "tariffs/quotas.html"


@get("/tariffs/{tariff_id:uuid}/quotas")
async def show(request: Call, tariff_id: FromPath[UUID]) -> Response[str]:
    """The bounds, and how much of each is used."""
    desk = await access.tariff(request, tariff_id, Scope.VIEW)
    around = await _around(request, desk, tariff_id)
    return pages.show(request, PAGE, desk, form=Form.of(_fields(around)), **around)


@post("/tariffs/{tariff_id:uuid}/quotas", status_code=200)
async def save(request: Call, tariff_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Set them; an empty field is no bound."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    form, services, owner = await request.typed(), request.services, desk.reach.organisation_id
    around = await _around(request, desk, tariff_id)
    wanted = [
        (use.performance_id, form.number(_name(use), 0, QUOTA_PLACES_MAX, required=False))
        for use in _sent(form, around)
    ]
    version, status = form.number("version", 0, tariff_pages.VERSION_MAX), 422
    if not form.mistakes and version is not None:
        try:
            acting = (tariff_id, version, wanted, desk.actor, request.now)
            await quotas.write(services.database, services.inventory, owner, *acting)
            return pages.done(request, f"/admin/tariffs/{tariff_id}/quotas", "The quotas are saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            form.compare(_fields(around))
            status = 409
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, PAGE, desk, status=status, form=form, **around)


def _sent(form: Form, around: dict[str, Any]) -> list[Use]:
    """Those that the form has a field for: a date that was added meanwhile keeps its bound."""
    return [use for use in around["uses"] if _name(use) in form]


def _name(use: Use) -> str:
    return "event" if use.performance_id is None else str(use.performance_id)


def _fields(around: dict[str, Any]) -> dict[str, Any]:
    return {_name(use): use.place_count for use in around["uses"]} | {"version": around["tariff"].version}


async def _around(request: Call, desk: Desk, tariff_id: UUID) -> dict[str, Any]:
    around = await tariff_pages.of(request, desk, tariff_id, "quotas")
    return around | {"uses": await quotas.uses(request.services.database, tariff_id)}
