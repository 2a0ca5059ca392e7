"""The seats of a date: what is kept off open sale and why, who has which place; and the same on other dates."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import (
    accessible_places,
    allotment_copies,
    allotments,
    date_runs,
    halls,
    rights,
    seat_categories,
    seat_lists,
)
from ticketing.allotments import (
    NAME_CHARS_MAX,
    NOTE_CHARS_MAX,
    Allotment,
    Board,
    Date,
    Details,
    Draft,
    Kind,
    Line,
    Standing,
    State,
)
from ticketing.halls import Hall
from ticketing.refusals import EditedMeanwhile, InputRefused, NotFound, Refusal
from ticketing.rights import Thing
from ticketing.seat_lists import Picked
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form, field_moment
from web.languages import translated

SHOW, EDIT, COPY, PLACE = (f"allotments/{name}.html" for name in ("show", "edit", "copy", "place"))
SEATS = "/performances/{performance_id:uuid}/seats"
ONE = SEATS + "/{allotment_id:uuid}"
OF_COPY = SEATS + "/copies/{copy_id:uuid}"
NEW, OPEN, CATEGORY = "new", "open", "category"
AS_PLANNED, ANOTHER = "", "+"
"""Of categories: that which the plan gives a seat; one that is typed."""
BACK = marked("{count} places are back on open sale.")
RECATEGORISED = marked("{count} seats are in another price category now.")
SIGNS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
COLOURS = 8
PLACES_MAX = 100_000
VERSION_MAX = 1 << 31
KINDS = {
    Kind.HOUSE: marked("House seats"),
    Kind.TECHNICAL: marked("Technical"),
    Kind.VIEW: marked("Restricted view"),
    Kind.PARTNER: marked("Partner"),
    Kind.PRESS: marked("Press"),
    Kind.ACCESSIBILITY: marked("Accessibility"),
    Kind.OTHER: marked("Other"),
}
STATES = {
    State.FREE: marked("Free"),
    State.HELD: marked("In a cart"),
    State.SOLD: marked("Sold"),
    State.UNKNOWN: marked("Not sold; whether it is in a cart cannot be told just now"),
}
COPY_STATES = {
    date_runs.State.WAITING: marked("Waiting"),
    date_runs.State.DONE: marked("Copied"),
    date_runs.State.REFUSED: marked("Left as it was"),
}


class Shown(msgspec.Struct, frozen=True):
    """A block or an allotment in the list: its sign and its colour on the map."""

    line: Line
    sign: str
    colour: int

    @property
    def one(self) -> Allotment:
        """What it is."""
        return self.line.allotment


@get(SEATS)
async def show(request: Call, performance_id: FromPath[UUID]) -> Response[str]:
    """The map, what is kept and for whom, and the form that keeps more."""
    desk = await access.performance(request, performance_id, Scope.VIEW)
    return await _show(request, desk, performance_id, _empty_form())


@get(SEATS + "/list")
async def listed(request: Call, performance_id: FromPath[UUID]) -> Response[str]:
    """The part of the page that renews itself."""
    desk = await access.performance(request, performance_id, Scope.VIEW)
    return await _show(request, desk, performance_id, _empty_form(), block="kept")


@get(SEATS + "/place")
async def place(request: Call, performance_id: FromPath[UUID]) -> Response[str]:
    """Who has one place, until when, and what it is kept for."""
    desk = await access.performance(request, performance_id, Scope.VIEW)
    number = Form({"place": [request.query_params.get("place", "")]}).number("place", 0, PLACES_MAX)
    if number is None:
        raise NotFound(what="place")
    stores = (request.services.database, request.services.inventory)
    found = await allotments.standing(*stores, desk.reach.organisation_id, performance_id, number)
    return pages.show(
        request, PLACE, desk, standing=found, kinds=KINDS, states=STATES, opened=await _opens(request, desk, found),
        date=await _date(request, desk, performance_id),
    )  # fmt: skip


@post(SEATS, status_code=200)
async def put(request: Call, performance_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Put places into a block or an allotment, back on open sale, or into another price category."""
    desk = await access.performance(request, performance_id, Scope.MANAGE)
    form, date = await request.typed(), await _date(request, desk, performance_id)
    try:
        if (done := await _put(request, desk, date, form)) is not None:
            told, count = done
            return pages.done(request, f"/admin/performances/{performance_id}/seats", told, count=count)
    except NotFound:
        raise
    except Refusal as refusal:
        form.refused(refusal)
    return await _show(request, desk, performance_id, form)


@post(SEATS + "/categories", status_code=200)
async def give_back(request: Call, performance_id: FromPath[UUID]) -> Redirect:
    """Put the seats of a category that the date has of its own back into those of the plan."""
    desk = await access.performance(request, performance_id, Scope.MANAGE)
    form, services, owner = await request.typed(), request.services, desk.reach.organisation_id
    asked = (owner, performance_id, form.text("category"), desk.actor, request.now)
    count = await seat_categories.give_back(services.database, services.inventory, *asked)
    return pages.done(request, f"/admin/performances/{performance_id}/seats", RECATEGORISED, count=count)


@post(SEATS + "/accessible", status_code=200)
async def keep_accessible(request: Call, performance_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Keep the places of wheelchair users until a moment."""
    desk = await access.performance(request, performance_id, Scope.MANAGE)
    form, services, owner = await request.typed(), request.services, desk.reach.organisation_id
    date = await _date(request, desk, performance_id)
    until = form.moment("until", date.time_zone)
    if until is not None:
        try:
            stores, by = (services.database, services.inventory), desk.actor
            count = await accessible_places.keep(*stores, owner, performance_id, until, by, request.now)
            told = marked("{count} places are kept for who asks for wheelchair places.")
            return pages.done(request, f"/admin/performances/{performance_id}/seats", told, count=count)
        except InputRefused as refusal:
            form.refused(refusal)
    return await _show(request, desk, performance_id, form)


@post("/events/{event_id:uuid}/accessible-places", status_code=200)
async def set_default(request: Call, event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Keep them at every date of the event, until so many days before it; nothing typed: at none."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    form, db, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    days = form.number("days", 0, accessible_places.DAYS_MAX, required=False)
    performance_id = _uuid(form.text("performance"))
    date = await _date(request, desk, performance_id)
    if date.event_id != event_id:
        raise NotFound(what="performance")
    if form.mistakes:
        return await _show(request, desk, performance_id, form)
    await accessible_places.set_default(db, owner, event_id, days, desk.actor, request.now)
    told = marked("Saved: the dates follow within some seconds.")
    return pages.done(request, f"/admin/performances/{performance_id}/seats", told)


@get(ONE)
async def edit(request: Call, performance_id: FromPath[UUID], allotment_id: FromPath[UUID]) -> Response[str]:
    """The name, the note and the release of one."""
    desk = await access.performance(request, performance_id, Scope.MANAGE)
    date, one = await _one(request, desk, performance_id, allotment_id)
    return pages.show(request, EDIT, desk, form=Form.of(_fields(date, one)), date=date, one=one, **_bounds())


@post(ONE, status_code=200)
async def save(
    request: Call, performance_id: FromPath[UUID], allotment_id: FromPath[UUID]
) -> Response[str] | Redirect:  # fmt: skip
    """Change them."""
    desk = await access.performance(request, performance_id, Scope.MANAGE)
    form, db, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    date, one = await _one(request, desk, performance_id, allotment_id)
    details, version, status = _details(form, date, one), form.number("version", 0, VERSION_MAX), 422
    if not form.mistakes and version is not None:
        try:
            asked = (owner, performance_id, allotment_id, details, version, desk.actor, request.now)
            await allotments.edit(db, *asked)
            return pages.done(request, f"/admin/performances/{performance_id}/seats", "Saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            form.compare(_fields(date, one))
            status = 409
        except InputRefused as refusal:
            form.refused(refusal)
    return pages.show_again(request, EDIT, desk, status=status, form=form, date=date, one=one, **_bounds())


@post(ONE + "/release", status_code=200)
async def release(request: Call, performance_id: FromPath[UUID], allotment_id: FromPath[UUID]) -> Redirect:
    """Put all its places on open sale; it is over then."""
    desk = await access.performance(request, performance_id, Scope.MANAGE)
    await request.typed()
    services, owner = request.services, desk.reach.organisation_id
    asked = (owner, performance_id, allotment_id, desk.actor, request.now)
    count = await allotments.release(services.database, services.inventory, *asked)
    path = f"/admin/performances/{performance_id}/seats"
    return pages.done(request, path, BACK, count=count)


@post(SEATS + "/copies", status_code=200)
async def copy(request: Call, performance_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Have what the date keeps copied onto the dates that are ticked."""
    desk = await access.performance(request, performance_id, Scope.MANAGE)
    form, db, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    onto = [_uuid(text) for text in form.texts("dates")]
    try:
        copy_id = await allotment_copies.ask(db, owner, performance_id, onto, desk.actor, request.now)
    except InputRefused as refusal:
        form.refused(refusal)
        return await _show(request, desk, performance_id, form)
    return pages.done(request, f"/admin/performances/{performance_id}/seats/copies/{copy_id}")


@get(OF_COPY)
async def copied(request: Call, performance_id: FromPath[UUID], copy_id: FromPath[UUID]) -> Response[str]:
    """How far it is."""
    desk = await access.performance(request, performance_id, Scope.VIEW)
    return await _copied(request, desk, performance_id, copy_id)


@get(OF_COPY + "/progress")
async def progress(request: Call, performance_id: FromPath[UUID], copy_id: FromPath[UUID]) -> Response[str]:
    """The part of that page that renews itself."""
    desk = await access.performance(request, performance_id, Scope.VIEW)
    return await _copied(request, desk, performance_id, copy_id, "dates")


HANDLERS = (
    show, listed, place, put, give_back, keep_accessible, set_default, copy, copied, progress, edit, save, release,
)  # fmt: skip


async def _show(
    call: Call, desk: Desk, performance_id: UUID, form: Form, block: str | None = None
) -> Response[str]:  # fmt: skip
    services, owner, language = call.services, desk.reach.organisation_id, call.visit.language
    board = await allotments.board(services.database, services.inventory, owner, performance_id)
    date, shown = board.date, _shown(board)
    around: dict[str, Any] = {"board": board, "date": date, "event_id": date.event_id, "shown": shown}
    around |= {"kinds": KINDS, "kept": _on_map(board, shown, language), "over": call.now >= date.ends_at}
    if block is None:
        hall = await halls.hall(services.database, date.plan_hash, date.place_list_hash)
        others = await allotment_copies.candidates(services.database, owner, performance_id, call.now)
        choices = [(kind.value, translated(label, language)) for kind, label in KINDS.items()]
        around |= {"zones": seat_lists.zones(hall), "others": others, "kind_choices": choices, **_bounds()}
        around |= {"categories": _categories(hall, language)}
        around |= {"bays_open": await accessible_places.are_open(services.database, performance_id)}
        around |= {"own": await seat_categories.lines(services.database, owner, performance_id, hall)}
        around |= {"targets": _targets(shown, language), "until": _until(board, call.now)}
    status = 422 if form.mistakes else 200
    return pages.show(call, SHOW, desk, block=block, status=status, form=form, ticked=form.texts("dates"), **around)


async def _copied(
    call: Call, desk: Desk, performance_id: UUID, copy_id: UUID, block: str | None = None
) -> Response[str]:  # fmt: skip
    owner = desk.reach.organisation_id
    run, found = await allotment_copies.get(call.services.database, owner, performance_id, copy_id)
    date = await _date(call, desk, performance_id)
    return pages.show(
        call, COPY, desk, block=block, run=run, dates=found, ended_count=date_runs.ended_count(found),
        states=COPY_STATES, date=date, event_id=date.event_id,
    )  # fmt: skip


async def _date(call: Call, desk: Desk, performance_id: UUID) -> Date:
    return await allotments.date_of(call.services.database, desk.reach.organisation_id, performance_id)


async def _one(call: Call, desk: Desk, performance_id: UUID, allotment_id: UUID) -> tuple[Date, Allotment]:
    return await allotments.get(call.services.database, desk.reach.organisation_id, performance_id, allotment_id)


async def _opens(call: Call, desk: Desk, found: Standing) -> bool:
    """Whether who looks may see the order that has the place."""
    if found.owner is None:
        return False
    try:
        reach = await rights.on(Thing.ORDER, call.services.database, desk.session.staff_id, found.owner.order_id)
    except NotFound:
        return False
    return reach.may(Scope.VIEW)


async def _put(call: Call, desk: Desk, date: Date, form: Form) -> tuple[str, int] | None:
    """Do what the form asks: what to say of it, with how many places; None for a form with mistakes."""
    picked, services = await _picked(call, date, form), call.services
    asked = (services.database, services.inventory, desk.reach.organisation_id, date.id, picked)
    if form.text("into") == CATEGORY:
        category = _category(form)
        if form.mistakes:
            return None
        return RECATEGORISED, await seat_categories.put(*asked, category, desk.actor, call.now)
    into = _into(form, date)
    if form.mistakes:
        return None
    done = await allotments.put(*asked, into, desk.actor, call.now)
    return BACK if into is None else marked("{count} places are kept."), done.place_count


async def _picked(call: Call, date: Date, form: Form) -> Picked:
    """What was chosen on the map, and what was typed. Raises InputRefused."""
    chosen = Picked(seat_lists.read_runs(form.text("places"), PLACES_MAX))
    zone, typed = form.text("zone"), form.text("seats")
    if not zone:
        if typed.strip():
            form.mistaken("zone", "Choose a zone.")
        return chosen
    hall = await halls.hall(call.services.database, date.plan_hash, date.place_list_hash)
    read = seat_lists.read(hall, zone, typed)
    return Picked(tuple(dict.fromkeys((*chosen.places, *read.places))), read.areas)


def _into(form: Form, date: Date) -> Draft | UUID | None:
    """Where places are to go."""
    into = form.text("into") or NEW
    if into == OPEN:
        return None
    if into != NEW:
        return _uuid(into)
    kind = next((kind for kind in Kind if kind == form.text("kind")), None)
    if kind is None:
        form.mistaken("kind", "Choose one of these.")
        return None
    release_at = form.moment("release_at", date.time_zone, required=False)
    return Draft(kind=kind, name=form.text("name").strip(), note=form.text("note").strip(), release_at=release_at)


def _category(form: Form) -> str:
    """The price category that seats are to go into; "": that of the plan."""
    if form.text("category") != ANOTHER:
        return form.text("category")
    name = form.text("category_name").strip()
    if not name:
        form.mistaken("category_name", "Write its name.")
    return name


def _categories(hall: Hall, language: str) -> list[tuple[str, str]]:
    """The price categories that seats may go into."""
    planned = (AS_PLANNED, translated(marked("As in the plan"), language))
    another = (ANOTHER, translated(marked("Another, for this date alone"), language))
    return [planned, *((name, name) for name in hall.categories), another]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(what="allotment") from None


def _empty_form() -> Form:
    return Form.of({"into": NEW, "kind": Kind.HOUSE.value})


def _fields(date: Date, one: Allotment) -> dict[str, Any]:
    release_at = field_moment(one.release_at, date.time_zone)
    return {"name": one.name, "note": one.note, "release_at": release_at, "version": one.version}


def _details(form: Form, date: Date, one: Allotment) -> Details:
    """What is typed; an untouched release stays to the second."""
    untouched = form.text("release_at") == field_moment(one.release_at, date.time_zone)
    at = one.release_at if untouched else form.moment("release_at", date.time_zone, required=False)
    return Details(name=form.text("name").strip(), note=form.text("note").strip(), release_at=at)


def _shown(board: Board) -> list[Shown]:
    return [Shown(line, _sign(n), n % COLOURS) for n, line in enumerate(board.listed)]


def _sign(number: int) -> str:
    """A, B, … Z, AA, AB, …: letters that are told apart at a glance."""
    high, low = divmod(number, len(SIGNS))
    return (SIGNS[high - 1] if high else "") + SIGNS[low]


def _called(one: Allotment, language: str) -> str:
    kind = translated(KINDS[one.kind], language)
    return f"{kind}: {one.name}" if one.name else kind


def _on_map(board: Board, shown: list[Shown], language: str) -> list[dict[str, Any]]:
    """What the map draws: each with the runs of its places."""
    return [
        {
            "sign": one.sign,
            "colour": one.colour,
            "name": _called(one.one, language),
            "runs": [(start, count) for start, count, code in board.runs if code == one.one.code],
        }
        for one in shown
    ]


def _targets(shown: list[Shown], language: str) -> list[tuple[str, str]]:
    """Where places may go."""
    there = [(str(one.one.id), f"{one.sign} · {_called(one.one, language)}") for one in shown]
    first = (NEW, translated(marked("A new block or allotment"), language))
    back = (OPEN, translated(marked("Back on open sale"), language))
    return [first, *there, back, (CATEGORY, translated(marked("Another price category"), language))]


def _until(board: Board, now: datetime) -> str:
    """Until when the places of wheelchair users are kept, as its field has it; or what is proposed."""
    at = board.accessible.allotment.release_at if board.accessible else board.date.starts_at - timedelta(days=7)
    return field_moment(at if at is not None and (board.accessible or at > now) else None, board.date.time_zone)


def _bounds() -> dict[str, Any]:
    return {
        "name_chars_max": NAME_CHARS_MAX, "note_chars_max": NOTE_CHARS_MAX, "days_max": accessible_places.DAYS_MAX,
        "category_chars_max": seat_categories.NAME_CHARS_MAX,
    }  # fmt: skip
