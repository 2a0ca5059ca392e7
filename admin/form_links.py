"""Which form a tariff asks for each ticket, and which one an event asks for each order."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.forms import chosen_form
from ticketing import forms
from ticketing.forms import Linked
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

PAGE = "forms/link.html"


@get("/tariffs/{tariff_id:uuid}/form")
async def of_tariff(request: Call, tariff_id: FromPath[UUID]) -> Response[str]:
    """The form of a tariff."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    linked = await forms.tariff(request.services.database, desk.reach.organisation_id, tariff_id)
    return await _page(request, desk, linked, of_tariff=True)


@post("/tariffs/{tariff_id:uuid}/form", status_code=200)
async def link_tariff(request: Call, tariff_id: FromPath[UUID]) -> Redirect:
    """Ask a form for each ticket at a tariff, or none."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    return await _linked(request, desk, forms.link_tariff, tariff_id)


@get("/events/{event_id:uuid}/order-form")
async def of_event(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """The order form of an event."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    linked = await forms.event(request.services.database, desk.reach.organisation_id, event_id)
    return await _page(request, desk, linked, of_tariff=False)


@post("/events/{event_id:uuid}/order-form", status_code=200)
async def link_event(request: Call, event_id: FromPath[UUID]) -> Redirect:
    """Ask a form for each order of an event, or the box office's."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    return await _linked(request, desk, forms.link_event, event_id)


async def _page(request: Call, desk: Desk, linked: Linked, *, of_tariff: bool) -> Response[str]:
    found = await forms.list_of(request.services.database, desk.reach.organisation_id, linked.box_office_id)
    otherwise = None if of_tariff else next((form.name for form in found if form.of_orders), None)
    form = Form.of({"form_id": linked.form_id or ""})
    return pages.show(
        request, PAGE, desk, linked=linked, forms=found, form=form, of_tariff=of_tariff, otherwise=otherwise
    )


async def _linked(request: Call, desk: Desk, link: Callable[..., Awaitable[None]], asking: UUID) -> Redirect:
    form, owner, database = await request.typed(), desk.reach.organisation_id, request.services.database
    await link(database, owner, asking, chosen_form(form), desk.actor, request.now)
    return pages.done(request, request.scope["path"], "Saved. It is asked from the next order on.")
