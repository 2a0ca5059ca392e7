"""Tickets in bulk for points of sale: asked for, how far they are, printed some at a time, put back on sale unsold."""

import secrets
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import allotments, cash_sessions, consignments, exchanges
from ticketing.consignments import COUNT_MAX, State, Wanted
from ticketing.drafts import Buyer
from ticketing.refusals import NotFound, Refusal, TicketsNotIssued
from ticketing.tokens import Scope
from web import ticket_files
from web.call import Call
from web.forms import Form

INDEX, SHOW = "consignments/index.html", "consignments/show.html"
OF_OFFICE = "/box-offices/{key:str}/consignments"
ONE = "/consignments/{consignment_id:uuid}"
SERIAL_MAX = 2**32 - 1
SERIAL_CHARS_MAX = 10
KEY_CHARS_MAX = 64
STATES = {
    State.MAKING: marked("Being made"),
    State.MADE: marked("All made"),
    State.SHORT: marked("Fewer than asked"),
    State.STOPPED: marked("Stopped early"),
}


@get(OF_OFFICE)
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """What was asked for, and a form for more: for the date that the address names, or the next one."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    return await _index(request, desk, Form.of(dict(request.query_params)))


@post(OF_OFFICE, status_code=200)
async def ask(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Have tickets made."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, services = await request.typed(), request.services
    office, owner = desk.reach.box_office_id, desk.reach.organisation_id
    assert office is not None, "one has come to a box office"
    count = form.number("count", 1, COUNT_MAX)
    date, tariff, allotment = (_id(form.text(name)) for name in ("date", "tariff", "allotment"))
    if date is None or tariff is None:
        form.mistaken("tariff", "Choose one of these.")
    if count is None or date is None or tariff is None or form.mistakes:
        return await _index(request, desk, form, 422)
    buyer = Buyer(form.text("email").strip(), form.text("name").strip(), request.visit.language)
    wanted = Wanted(
        performance=date, tariff=tariff, count=count, buyer=buyer, allotment=allotment,
        request_key=form.text("key")[:KEY_CHARS_MAX],
    )  # fmt: skip
    stores = (services.database, services.settings)
    try:
        order_id = await consignments.ask(*stores, owner, office, wanted, desk.actor, request.now)
    except Refusal as refusal:
        form.refused(refusal)
        return await _index(request, desk, form, refusal.status)
    return pages.done(request, f"/admin/consignments/{order_id}", "The tickets are being made.")


@get(ONE)
async def show(request: Call, consignment_id: FromPath[UUID]) -> Response[str]:
    """How far it is, what is out, what is owed."""
    desk = await access.order(request, consignment_id, Scope.MANAGE)
    return await _show(request, desk, consignment_id, Form())


@get(ONE + "/progress")
async def progress(request: Call, consignment_id: FromPath[UUID]) -> Response[str]:
    """The part of the page that renews itself."""
    desk = await access.order(request, consignment_id, Scope.MANAGE)
    return await _show(request, desk, consignment_id, Form(), block="made")


@get(ONE + "/tickets.pdf")
async def pdf(request: Call, consignment_id: FromPath[UUID]) -> Response[bytes] | Redirect:
    """The tickets from one number to another, to print; as many as one file has at most."""
    await access.order(request, consignment_id, Scope.MANAGE)
    await consignments.get(request.services.database, consignment_id)
    query, services = request.query_params, request.services
    first, last = _serial(query.get("first", ""), 0), _serial(query.get("last", ""), SERIAL_MAX)
    between = (first, last, consignments.PRINTED_MAX)
    try:
        made = await ticket_files.some(
            services, consignment_id, *between, ticket_files.paper_of(query.get("size", "")), request.now
        )
    except TicketsNotIssued:
        return pages.done(request, f"/admin/consignments/{consignment_id}", "There is nothing to print yet.")
    return ticket_files.answer(made)


@post(ONE + "/returns", status_code=200)
async def give_back(request: Call, consignment_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Put the tickets of a range of numbers back on sale."""
    desk = await access.order(request, consignment_id, Scope.MANAGE)
    form, services = await request.typed(), request.services
    first, last = (form.number(name, 1, SERIAL_MAX) for name in ("first", "last"))
    if first is None or last is None or form.mistakes:
        return await _show(request, desk, consignment_id, form, 422)
    stores = (services.database, services.inventory)
    try:
        count = await consignments.give_back(*stores, consignment_id, first, last, request.now, desk.actor)
    except Refusal as refusal:
        form.refused(refusal)
        return await _show(request, desk, consignment_id, form, refusal.status)
    return pages.done(request, f"/admin/consignments/{consignment_id}", "Tickets back on sale: {count}.", count=count)


HANDLERS = (index, ask, show, progress, pdf, give_back)


async def _index(call: Call, desk: Desk, form: Form, status: int = 200) -> Response[str]:
    database, office = call.services.database, desk.reach.box_office_id
    assert office is not None, "one has come to a box office"
    dates = await exchanges.dates(database, office, call.now)
    date = next((one for one in dates if str(one.id) == form.text("date")), next(iter(dates), None))
    tariffs = await exchanges.tariffs(database, date.id) if date else []
    kept = await allotments.open_of(database, desk.reach.organisation_id, date.id) if date else []
    context: dict[str, Any] = {
        "consignments": await consignments.list_of(database, office), "dates": dates, "date": date, "tariffs": tariffs,
        "allotments": kept, "form": form, "key": form.text("key") or secrets.token_hex(16), "states": STATES,
        "count_max": COUNT_MAX,
    }  # fmt: skip
    response = pages.show(call, INDEX, desk, **context)
    response.status_code = status
    return response


async def _show(
    call: Call, desk: Desk, order_id: UUID, form: Form, status: int = 200, block: str | None = None
) -> Response[str]:
    database = call.services.database
    one = await consignments.get(database, order_id)
    numbers = await consignments.numbers(database, order_id)
    counter = None
    if one.due_cents and block is None:
        counter = await cash_sessions.at_counter(database, one.box_office_id, desk.session.staff_id)
    context = {"one": one, "numbers": numbers, "form": form, "counter": counter, "states": STATES}
    response = pages.show(call, SHOW, desk, block=block, **context)
    response.status_code = status
    return response


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise NotFound(what="performance") from None


def _serial(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) <= SERIAL_CHARS_MAX else otherwise
