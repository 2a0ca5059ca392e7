"""Tariffs of an event: the list, and the terms of one; its prices, quotas and options have pages of their own."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages, price_tables
from admin.access import Desk
from ticketing import box_offices, events, options, tariffs
from ticketing.formats import language
from ticketing.refusals import EditedMeanwhile, Refusal
from ticketing.tariffs import ORDER_PLACES_MAX, Tariff, Terms
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form, field_moment
from web.languages import NAMES

LIST, NEW, SHOW = "tariffs/index.html", "tariffs/new.html", "tariffs/show.html"
VERSION_MAX = 2**31 - 1


@get("/events/{event_id:uuid}/tariffs")
async def index(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """An event's tariffs, in the order in which buyers see them."""
    desk = await access.event(request, event_id, Scope.VIEW)
    database = request.services.database
    event = await events.get(database, desk.reach.organisation_id, event_id)
    return pages.show(
        request,
        LIST,
        desk,
        event=event,
        event_id=event_id,
        tariffs=await tariffs.of_event(database, event_id),
        sold=await tariffs.sold(database, event_id),
        options=await options.of_event(database, event_id),
        zone=await events.time_zone(database, event_id),
    )


@get("/events/{event_id:uuid}/tariffs/new")
async def new(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """The form for a tariff, with its prices."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    form = Form.of({"order_min": 1})
    return pages.show(request, NEW, desk, form=form, **await _around_new(request, desk, event_id))


@post("/events/{event_id:uuid}/tariffs", status_code=200)
async def create(request: Call, event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Add a tariff."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    form, database = await request.typed(), request.services.database
    around = await _around_new(request, desk, event_id)
    terms = _terms(form, around["zone"])
    cost = price_tables.typed(form, around["table"], currency(desk), request.visit.language)
    if not form.mistakes:
        try:
            made = await tariffs.add(
                database, desk.reach.organisation_id, event_id, terms, cost, desk.actor, request.now
            )
            return pages.done(request, f"/admin/tariffs/{made.id}", "The tariff {name} is added.", name=made.name)
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, NEW, desk, form=form, **around)


@get("/tariffs/{tariff_id:uuid}")
async def show(request: Call, tariff_id: FromPath[UUID]) -> Response[str]:
    """A tariff's terms."""
    desk = await access.tariff(request, tariff_id, Scope.VIEW)
    around = await _around(request, desk, tariff_id)
    form = Form.of(_fields(around["tariff"], around["zone"]))
    return pages.show(request, SHOW, desk, form=form, **around)


@post("/tariffs/{tariff_id:uuid}", status_code=200)
async def save(request: Call, tariff_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Set a tariff's terms, from the next order on."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    form, database, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    around = await _around(request, desk, tariff_id)
    terms, version, status = _terms(form, around["zone"]), form.number("version", 0, VERSION_MAX), 422
    if not form.mistakes and version is not None:
        try:
            await tariffs.edit(database, owner, tariff_id, version, terms, desk.actor, request.now)
            return pages.done(request, f"/admin/tariffs/{tariff_id}", "Saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            form.compare(_fields(around["tariff"], around["zone"]))
            status = 409
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, SHOW, desk, status=status, form=form, **around)


@post("/tariffs/{tariff_id:uuid}/moves", status_code=200)
async def move(request: Call, tariff_id: FromPath[UUID]) -> Redirect:
    """Show a tariff one place further up or down."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    form, database, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    await tariffs.move(database, owner, tariff_id, form.text("direction") == "down", desk.actor, request.now)
    return pages.done(request, f"/admin/events/{desk.reach.event_id}/tariffs#tariff-{tariff_id}")


@post("/tariffs/{tariff_id:uuid}/closure", status_code=200)
async def close(request: Call, tariff_id: FromPath[UUID]) -> Redirect:
    """Sell no more at a tariff, or again."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    form, database, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    closed = form.text("closed") == "yes"
    await tariffs.close(database, owner, tariff_id, closed, desk.actor, request.now)
    notice = "The tariff is closed: nothing more is sold at it." if closed else "The tariff is sold again."
    return pages.done(request, f"/admin/tariffs/{tariff_id}", notice)


@post("/tariffs/{tariff_id:uuid}/deletion", status_code=200)
async def delete(request: Call, tariff_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Delete a tariff at which nothing was ordered."""
    desk = await access.tariff(request, tariff_id, Scope.MANAGE)
    await request.typed()
    await tariffs.delete(request.services.database, desk.reach.organisation_id, tariff_id, desk.actor, request.now)
    return pages.done(request, f"/admin/events/{desk.reach.event_id}/tariffs", "The tariff is deleted.")


async def of(request: Call, desk: Desk, tariff_id: UUID, tab: str) -> dict[str, Any]:
    """What each page of a tariff shows around its form."""
    database, owner = request.services.database, desk.reach.organisation_id
    tariff = await tariffs.get(database, owner, tariff_id)
    return {
        "tariff": tariff,
        "tariff_tab": tab,
        "event_id": tariff.event_id,
        "event": await events.get(database, owner, tariff.event_id),
        "currency": currency(desk),
    }


async def _around(request: Call, desk: Desk, tariff_id: UUID) -> dict[str, Any]:
    around = await of(request, desk, tariff_id, "terms")
    zone = await events.time_zone(request.services.database, around["event_id"])
    sold = (await tariffs.sold(request.services.database, around["event_id"]))[tariff_id]
    return around | {
        "languages": await languages(request, desk),
        "zone": zone,
        "sold": sold,
        "history": await history.of(request, desk, "tariff", tariff_id, zone),
    }


async def _around_new(request: Call, desk: Desk, event_id: UUID) -> dict[str, Any]:
    database = request.services.database
    return {
        "event_id": event_id,
        "event": await events.get(database, desk.reach.organisation_id, event_id),
        "zone": await events.time_zone(database, event_id),
        "table": await price_tables.of_event(database, event_id),
        "languages": await languages(request, desk),
        "currency": currency(desk),
    }


def currency(desk: Desk) -> str:
    """That of the box office."""
    assert desk.reach.currency is not None, "an event is in a box office"
    return desk.reach.currency


async def languages(request: Call, desk: Desk) -> list[tuple[str, str, bool]]:
    """(tag, label, whether its name is needed): the box office's language first."""
    assert desk.reach.box_office_key is not None, "an event is in a box office"
    seller = await box_offices.get(request.services.database, desk.reach.organisation_id, desk.reach.box_office_key)
    own = language(seller.locale)
    tags = sorted(NAMES, key=lambda tag: tag != own)
    return [(tag.value, NAMES[tag], tag == own) for tag in tags]


def _terms(form: Form, zone: str) -> Terms:
    """The terms as typed; mistakes are in the form."""
    return Terms(
        names={tag.value: form.text(f"name_{tag.value}") for tag in NAMES},
        descriptions={tag.value: form.text(f"description_{tag.value}") for tag in NAMES},
        vat_thousandths=form.rate("vat", required=False),
        sale_opens_at=form.moment("sale_opens_at", zone, required=False),
        sale_closes_at=form.moment("sale_closes_at", zone, required=False),
        counter_only=form.text("counter_only") == "on",
        order_min=form.number("order_min", 1, ORDER_PLACES_MAX, required=False) or 1,
        order_max=form.number("order_max", 1, ORDER_PLACES_MAX, required=False),
    )


def _fields(tariff: Tariff, zone: str) -> dict[str, Any]:
    """A tariff as its form has it."""
    terms = tariff.terms
    texts = {f"name_{tag.value}": terms.names.get(tag.value, "") for tag in NAMES}
    texts |= {f"description_{tag.value}": terms.descriptions.get(tag.value, "") for tag in NAMES}
    return texts | {
        "version": tariff.version,
        "vat": "" if terms.vat_thousandths is None else f"{terms.vat_thousandths / 1000:g}",
        "sale_opens_at": field_moment(terms.sale_opens_at, zone),
        "sale_closes_at": field_moment(terms.sale_closes_at, zone),
        "counter_only": terms.counter_only,
        "order_min": terms.order_min,
        "order_max": terms.order_max,
    }
