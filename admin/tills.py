"""Tills of a box office: the list, how each is set up, its page with what was closed there, and opening a session."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages
from admin.access import Desk
from ticketing import box_offices, cash_sessions, denominations, formats, printers, tills
from ticketing.denominations import PIECES_MAX, Counted
from ticketing.refusals import EditedMeanwhile, InputRefused, Refusal
from ticketing.tills import Date, Till, TillChoice
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form
from web.languages import NAMES, marked, translated

LIST, SHOW, NEW, EDIT = "tills/index.html", "tills/show.html", "tills/new.html", "tills/edit.html"
OPENING = "tills/opening.html"
ONE = "/tills/{till_id:uuid}"
VERSION_MAX = 2**31 - 1
PIECE = "piece_{value}"
"""The field that says how many pieces of a value there are."""
ADD_UP = "add"


@get("/box-offices/{key:str}/tills")
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """The tills, who is at each of them, and when it was closed last."""
    desk = await access.counter(request, key)
    office, database = box_office_of(desk), request.services.database
    found = await tills.list_of(database, office, desk.session.staff_id)
    zone = await box_offices.time_zone(database, office)
    return pages.show(request, LIST, desk, tills=found, zone=zone)


@get("/box-offices/{key:str}/tills/new")
async def new(request: Call, key: FromPath[str]) -> Response[str]:
    """The form for a till."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form = Form.of({"locale": request.visit.language, "drawer_kicked": True})
    return pages.show(request, NEW, desk, form=form, **await _choices(request, desk))


@post("/box-offices/{key:str}/tills", status_code=200)
async def create(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Add a till."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, database, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    choice = _choice(form)
    if not form.mistakes:
        try:
            made = await tills.create(database, owner, box_office_of(desk), choice, desk.actor, request.now)
            return pages.done(request, f"/admin/tills/{made}", "The till {name} is added.", name=choice.name.strip())
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, NEW, desk, form=form, **await _choices(request, desk))


@get(ONE)
async def show(request: Call, till_id: FromPath[UUID]) -> Response[str]:
    """A till: the session that is open, and those that were closed."""
    desk = await access.till(request, till_id, Scope.SELL)
    database, office, page = request.services.database, box_office_of(desk), request.page_number
    row = await tills.row(database, till_id, office, desk.session.staff_id)
    closed, more = await cash_sessions.closed(database, till_id, seen_by(desk), page)
    zone = await box_offices.time_zone(database, office)
    past = await history.of(request, desk, "till", till_id, zone) if desk.may(Scope.MANAGE) else None
    return pages.show(
        request, SHOW, desk, till=row, closed=closed, more=more, page=page, zone=zone, history=past, form=Form()
    )


@get(ONE + "/settings")
async def edit(request: Call, till_id: FromPath[UUID]) -> Response[str]:
    """How a till is set up."""
    desk = await access.till(request, till_id, Scope.MANAGE)
    till = await tills.get(request.services.database, desk.reach.organisation_id, till_id)
    return pages.show(
        request, EDIT, desk, till=till, form=Form.of(_fields(till)), **await _choices(request, desk, till)
    )


@post(ONE + "/settings", status_code=200)
async def save(request: Call, till_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Set it up otherwise."""
    desk = await access.till(request, till_id, Scope.MANAGE)
    form, database, owner, status = await request.typed(), request.services.database, desk.reach.organisation_id, 422
    choice, version = _choice(form), form.number("version", 0, VERSION_MAX)
    if version is not None and not form.mistakes:
        try:
            await tills.edit(database, owner, till_id, version, choice, desk.actor, request.now)
            return pages.done(request, f"/admin/tills/{till_id}", "Saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            status = 409
        except Refusal as refusal:
            form.refused(refusal)
    till = await tills.get(database, owner, till_id)
    around = await _choices(request, desk, till)
    if status == 409:
        stored, names = _fields(till), dict(around["shown"])
        form.compare(stored, {"shown": names.get(str(stored["shown"]), "")})
    return pages.show_again(request, EDIT, desk, status=status, till=till, form=form, **around)


@post(ONE + "/retirement", status_code=200)
async def retire(request: Call, till_id: FromPath[UUID]) -> Redirect:
    """Use a till no more, or again."""
    desk = await access.till(request, till_id, Scope.MANAGE)
    form, owner = await request.typed(), desk.reach.organisation_id
    retired = form.text("retired") == "yes"
    await tills.retire(request.services.database, owner, till_id, retired, desk.actor, request.now)
    notice = "The till is retired: no session is opened there any more." if retired else "The till is used again."
    return pages.done(request, f"/admin/tills/{till_id}", notice)


@get(ONE + "/opening")
async def ask_opening(request: Call, till_id: FromPath[UUID]) -> Response[str]:
    """The float, to be counted."""
    desk = await access.till(request, till_id, Scope.SELL)
    return await _opening(request, desk, till_id, Form(), 200)


@post(ONE + "/opening", status_code=200)
async def open_till(request: Call, till_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Open a session with it."""
    desk = await access.till(request, till_id, Scope.SELL)
    form, owner = await request.typed(), desk.reach.organisation_id
    counted = read_count(form, currency_of(desk))
    if form.text("act") == ADD_UP and counted is not None:
        return await _opening(request, desk, till_id, form, 200, counted)
    if counted is not None:
        try:
            made = await cash_sessions.open_till(
                request.services.database, owner, till_id, counted, desk.actor, request.now
            )
            return pages.done(request, f"/admin/cash-sessions/{made}", "The session is open.")
        except Refusal as refusal:
            form.refused(refusal)
    return await _opening(request, desk, till_id, form, 422, counted)


def box_office_of(desk: Desk) -> UUID:
    """The box office that a till is of."""
    assert desk.reach.box_office_id is not None, "a till is in a box office"
    return desk.reach.box_office_id


def currency_of(desk: Desk) -> str:
    """The currency of its box office."""
    assert desk.reach.currency is not None, "a till is in a box office"
    return desk.reach.currency


def seen_by(desk: Desk) -> UUID | None:
    """Through whose eyes sessions are seen: None for who manages, and sees all of them."""
    return None if desk.may(Scope.MANAGE) else desk.session.staff_id


def read_count(form: Form, currency: str) -> Counted | None:
    """What was counted, piece by piece; as one amount in a currency whose pieces nobody has told. None, with what is
    wrong, for a count that is none: a zero has to be typed."""
    values = (*denominations.coins(currency), *denominations.notes(currency))
    try:
        if not values:
            cents = form.money("counted", currency)
            return None if cents is None else denominations.whole(cents)
        typed = {value: form.number(PIECE.format(value=value), 0, PIECES_MAX, required=False) for value in values}
        if not form.mistakes and all(count is None for count in typed.values()):
            form.mistaken("", "Count the cash: type how many there are of each, and a 0 if there is none at all.")
        if form.mistakes:
            return None
        return denominations.counted(currency, {value: count for value, count in typed.items() if count})
    except InputRefused as refusal:
        form.refused(refusal)
        return None


def counting(currency: str, counted: Counted | None) -> dict[str, Any]:
    """What the form of a count needs: the pieces of its currency, and what was counted so far."""
    return {
        "currency": currency,
        "coins": denominations.coins(currency),
        "notes": denominations.notes(currency),
        "counted": counted,
        "pieces": dict(counted.pieces) if counted else {},
        "pieces_max": PIECES_MAX,
    }


async def _opening(
    call: Call, desk: Desk, till_id: UUID, form: Form, status: int, counted: Counted | None = None
) -> Response[str]:
    database, office = call.services.database, box_office_of(desk)
    row = await tills.row(database, till_id, office, desk.session.staff_id)
    closed, _ = await cash_sessions.closed(database, till_id, seen_by(desk))
    zone = await box_offices.time_zone(database, office)
    return pages.show(
        call, OPENING, desk, status=status, till=row, last=closed[0] if closed else None, zone=zone, form=form,
        **counting(currency_of(desk), counted),
    )  # fmt: skip


async def _choices(call: Call, desk: Desk, till: Till | None = None) -> dict[str, Any]:
    """What a till's form may choose from: languages, and what its counter shows first."""
    dates = await tills.dates(call.services.database, box_office_of(desk), call.now)
    language = call.visit.language
    events: dict[str, list[Date]] = {}
    for date in dates:
        events.setdefault(f"event {date.event_id}", []).append(date)
    shown = [("", translated(marked("The next date"), language))]
    for event, some in events.items():
        shown.append((event, some[0].event_name))
        shown += [(f"date {date.id}", _named(date, language)) for date in some]
    stored = _fields(till)["shown"] if till else ""
    if stored and stored not in dict(shown):
        shown.append((stored, "—"))
    languages = [(tag, translated(name, language)) for tag, name in NAMES.items()]
    return {"languages": languages, "shown": shown, "printers": await _printers(call, desk)}


async def _printers(call: Call, desk: Desk) -> dict[str, list[tuple[str, str]]]:
    """What each of a till's printers may be."""
    language, known = call.visit.language, await printers.list_of(call.services.database, box_office_of(desk))
    used = [one for one in known if one.retired_at is None]
    none = {"ticket_printer_id": marked("None: a PDF to print"), "receipt_printer_id": marked("None")}
    return {
        name: [("", translated(none.get(name, marked("None: with the tickets")), language))]
        + [(str(one.id), one.name) for one in used if one.prints in prints]
        for name, prints in tills.PRINTERS.items()
    }


def _named(date: Date, language: str) -> str:
    return f"{date.event_name} · {formats.moment(date.starts_at, date.time_zone, language)}, {date.venue_name}"


def _choice(form: Form) -> TillChoice:
    """A till as typed; what is shown first is `event <id>` or `date <id>`."""
    kind, _, id = form.text("shown").partition(" ")
    try:
        found = UUID(id) if kind else None
    except ValueError:
        form.mistaken("shown", "Choose one of these.")
        found = None
    return TillChoice(
        name=form.text("name"),
        locale=form.text("locale"),
        event_id=found if kind == "event" else None,
        performance_id=found if kind == "date" else None,
        shared=form.text("shared") == "on",
        receipt_with_tickets=form.text("receipt_with_tickets") == "on",
        drawer_kicked=form.text("drawer_kicked") == "on",
        **{name: _printer(form, name) for name in tills.PRINTERS},
    )


def _fields(till: Till) -> Mapping[str, Any]:
    """A till as its form has it."""
    shown = f"date {till.performance_id}" if till.performance_id else f"event {till.event_id}" if till.event_id else ""
    return {
        "version": till.version, "name": till.name, "locale": till.locale, "shown": shown, "shared": till.shared,
        "receipt_with_tickets": till.receipt_with_tickets, "drawer_kicked": till.drawer_kicked,
        **{name: str(getattr(till, name) or "") for name in tills.PRINTERS},
    }  # fmt: skip


def _printer(form: Form, name: str) -> UUID | None:
    try:
        return UUID(form.text(name)) if form.text(name) else None
    except ValueError:
        form.mistaken(name, "Choose one of these.")
        return None


HANDLERS: tuple[HTTPRouteHandler, ...] = (index, new, create, show, edit, save, retire, ask_opening, open_till)
