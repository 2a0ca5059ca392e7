"""Passes of a box office: the list, a new one, and the page of one, where it is changed and withdrawn from sale."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import formats, passes
from ticketing.passes import QUANTITY_MAX, ROWS_MAX, Held, Overview, State, Terms
from ticketing.refusals import EditedMeanwhile, Refusal
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form, field_money

LIST, NEW, SHOW = "passes/index.html", "passes/new.html", "passes/show.html"
VERSION_MAX = 2**31 - 1
STATES = {
    State.OPEN: marked("On sale"),
    State.LATER: marked("Not on sale yet"),
    State.SOLD_OUT: marked("None left"),
    State.HIDDEN: marked("Not in the shop"),
    State.OVER: marked("Sale over"),
    State.WITHDRAWN: marked("Withdrawn"),
}
"""What each state is called."""
Events = Sequence[tuple[Held, ...]]
"""Dates to choose from, by event."""


@get("/box-offices/{key:str}/passes")
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """A box office's passes: what they cost, what was sold, and where their sale stands."""
    desk = await access.box_office(request, key, Scope.VIEW)
    page = request.page_number
    found = await passes.overviews(request.services.database, _office(desk), request.now, page)
    pages_count = -(-found[0].row_count // ROWS_MAX) if found else 0
    return pages.show(request, LIST, desk, passes=found, states=STATES, page=page, pages_count=pages_count)


@get("/box-offices/{key:str}/passes/new")
async def new(request: Call, key: FromPath[str]) -> Response[str]:
    """The form for a pass, with the dates to choose from."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    events = await passes.choices(request.services.database, _office(desk), request.now)
    return pages.show(request, NEW, desk, form=Form(), events=events)


@post("/box-offices/{key:str}/passes", status_code=200)
async def create(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Put a pass on sale."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, database, office = await request.typed(), request.services.database, _office(desk)
    events = await passes.choices(database, office, request.now)
    terms, chosen = _terms(form, desk), _chosen(form, events)
    if terms is not None and not form.mistakes:
        try:
            owner = desk.reach.organisation_id
            made = await passes.add(database, owner, office, terms, chosen, desk.actor, request.now)
            return pages.done(request, f"/admin/pass-types/{made}", "The pass {name} is added.", name=terms.name)
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, NEW, desk, form=form, events=events)


@get("/pass-types/{pass_type_id:uuid}")
async def show(request: Call, pass_type_id: FromPath[UUID]) -> Response[str]:
    """A pass: its terms, its dates, and what was sold of it."""
    desk = await access.pass_type(request, pass_type_id, Scope.VIEW)
    around = await _around(request, desk, pass_type_id)
    return pages.show(request, SHOW, desk, form=Form.of(_fields(desk, around)), **around)


@post("/pass-types/{pass_type_id:uuid}", status_code=200)
async def save(request: Call, pass_type_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Set a pass's terms, from the next order on; and its dates, if the form has them."""
    desk = await access.pass_type(request, pass_type_id, Scope.MANAGE)
    form, services, owner = await request.typed(), request.services, desk.reach.organisation_id
    around = await _around(request, desk, pass_type_id)
    terms, version, status = _terms(form, desk), form.number("version", 0, VERSION_MAX), 422
    chosen = _chosen(form, around["events"]) if "with_dates" in form else None
    if terms is not None and version is not None and not form.mistakes:
        try:
            acting = (terms, chosen, desk.actor, request.now)
            await passes.edit(services.database, services.inventory, owner, pass_type_id, version, *acting)
            return pages.done(request, f"/admin/pass-types/{pass_type_id}", "Saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            _compare(form, desk, around, request.visit.language)
            status = 409
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, SHOW, desk, status=status, form=form, **around)


@post("/pass-types/{pass_type_id:uuid}/withdrawal", status_code=200)
async def withdraw(request: Call, pass_type_id: FromPath[UUID]) -> Redirect:
    """Sell no more of a pass, or again."""
    desk = await access.pass_type(request, pass_type_id, Scope.MANAGE)
    form, owner = await request.typed(), desk.reach.organisation_id
    withdrawn = form.text("withdrawn") == "yes"
    await passes.withdraw(request.services.database, owner, pass_type_id, withdrawn, desk.actor, request.now)
    notice = "The pass is withdrawn: nothing more of it is sold." if withdrawn else "The pass is on sale again."
    return pages.done(request, f"/admin/pass-types/{pass_type_id}", notice)


def _office(desk: Desk) -> UUID:
    assert desk.reach.box_office_id is not None, "a pass is in a box office"
    return desk.reach.box_office_id


def _currency(desk: Desk) -> str:
    assert desk.reach.currency is not None, "a pass is in a box office"
    return desk.reach.currency


async def _around(request: Call, desk: Desk, pass_type_id: UUID) -> dict[str, Any]:
    """What the page of a pass shows around its form; `events` are the dates to choose from until one is sold."""
    database, office = request.services.database, _office(desk)
    kind = await passes.overview(database, office, pass_type_id, request.now)
    open_dates = desk.may(Scope.MANAGE) and not kind.ever_count
    return {
        "kind": kind,
        "dates": await passes.dates(database, pass_type_id),
        "events": await passes.choices(database, office, request.now, pass_type_id) if open_dates else [],
        "states": STATES,
        "history": await history.of(request, desk, "pass_type", pass_type_id, kind.time_zone),
    }


def _terms(form: Form, desk: Desk) -> Terms | None:
    """The terms as typed; None when there are mistakes."""
    price_cents = form.money("price_cents", _currency(desk))
    quantity = form.number("quantity", 1, QUANTITY_MAX, required=False)
    if price_cents is None:
        return None
    name, short_name = form.text("name"), form.text("short_name")
    return Terms(name=name, short_name=short_name, price_cents=price_cents, quantity=quantity)


def _chosen(form: Form, events: Events) -> list[UUID]:
    """The dates that are ticked, by themselves or with all of their event."""
    ticked, whole = set(form.texts("dates")), set(form.texts("events"))
    every = [date for event in events for date in event]
    if ticked - {str(date.performance) for date in every}:
        form.mistaken("dates", "One of these dates is over meanwhile, or was cancelled: look at them again.")
    return [date.performance for date in every if str(date.performance) in ticked or str(date.event_id) in whole]


def _fields(desk: Desk, around: dict[str, Any]) -> dict[str, Any]:
    """A pass as its form has it."""
    kind: Overview = around["kind"]
    return {
        "version": kind.version,
        "name": kind.name,
        "short_name": kind.short_name,
        "price_cents": field_money(kind.price_cents, _currency(desk)),
        "quantity": kind.quantity,
        "dates": [date.performance for date in around["dates"]],
    }


def _compare(form: Form, desk: Desk, around: dict[str, Any], language: str) -> None:
    """Beside what was typed, what somebody else has saved meanwhile; the dates by their moments."""
    stored = _fields(desk, around)
    if "with_dates" not in form:
        del stored["dates"]
    moments = (formats.moment(date.starts_at, date.time_zone, language) for date in around["dates"])
    form.compare(stored, {"dates": "; ".join(moments)})
