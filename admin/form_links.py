"""Which form a tariff asks for each ticket, and which one an event asks for each order."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.forms import chosen_form
from ticketing import forms
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

PAGE = "forms/link.html"


@get("/tariffs/{tariff_id:uuid}/form")
async def of_tariff(request: Call, tariff_id: FromPath[UUID]) -> Response[str]:
    """The form of a tariff."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    database, owner = request.services.database, desk.reach.organisation_id
    linked = await forms.tariff(database, owner, tariff_id)
    found = await forms.list_of(database, owner, linked.box_office_id)
    form = Form.of({"form_id": linked.form_id or ""})
    return pages.show(request, PAGE, desk, linked=linked, forms=found, form=form, of_tariff=True, otherwise=None)


@post("/tariffs/{tariff_id:uuid}/form", status_code=200)
async def link_tariff(request: Call, tariff_id: FromPath[UUID]) -> Redirect:
    """Ask a form for each ticket at a tariff, or none."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    form, owner, database = await request.typed(), desk.reach.organisation_id, request.services.database
    await forms.link_tariff(database, owner, tariff_id, chosen_form(form), desk.actor, request.now)
    return pages.done(request, f"/admin/tariffs/{tariff_id}/form", "Saved. It is asked from the next order on.")


@get("/events/{event_id:uuid}/order-form")
async def of_event(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """The order form of an event."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    database, owner = request.services.database, desk.reach.organisation_id
    linked = await forms.event(database, owner, event_id)
    found = await forms.list_of(database, owner, linked.box_office_id)
    otherwise = next((form.name for form in found if form.of_orders), None)
    form = Form.of({"form_id": linked.form_id or ""})
    return pages.show(request, PAGE, desk, linked=linked, forms=found, form=form, of_tariff=False, otherwise=otherwise)


@post("/events/{event_id:uuid}/order-form", status_code=200)
async def link_event(request: Call, event_id: FromPath[UUID]) -> Redirect:
    """Ask a form for each order of an event, or the box office's."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    form, owner, database = await request.typed(), desk.reach.organisation_id, request.services.database
    await forms.link_event(database, owner, event_id, chosen_form(form), desk.actor, request.now)
    return pages.done(request, f"/admin/events/{event_id}/order-form", "Saved. It is asked from the next order on.")
