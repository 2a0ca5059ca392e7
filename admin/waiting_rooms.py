"""The waiting room of an event: switched on, opened, paused, paced and closed, with what happens in it."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages
from admin.access import Desk
from ticketing import events, waiting_rooms
from ticketing.queue_numbers import queue_path
from ticketing.refusals import EditedMeanwhile, NotFound, Refusal
from ticketing.tokens import Scope
from ticketing.waiting_rooms import PACE_MAX, Room, RoomEvent, RoomSettings, RoomState
from web.call import Call
from web.forms import Form, field_moment
from web.languages import marked

SHOW = "waiting_rooms/show.html"
VERSION_MAX = 1 << 30
STATES = {
    RoomState.ANNOUNCED: marked("Announced"),
    RoomState.OPEN: marked("Open"),
    RoomState.PAUSED: marked("Paused"),
    RoomState.CLOSED: marked("No longer on"),
}
ACTS = {
    "opening": (RoomEvent.OPEN, marked("The waiting room is open: people are called in.")),
    "pause": (RoomEvent.PAUSE, marked("The waiting room is paused: nobody is called.")),
    "resumption": (RoomEvent.RESUME, marked("People are called in again.")),
    "closing": (RoomEvent.CLOSE, marked("The waiting room is closed: the sale is open to everybody.")),
    "reopening": (RoomEvent.REOPEN, marked("The waiting room is open again: places are for who is let in.")),
}


@get("/events/{event_id:uuid}/waiting-room")
async def show(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """How a waiting room goes, or the form to switch one on."""
    desk = await access.event(request, event_id, Scope.VIEW)
    return await _shown(request, desk, event_id)


@get("/events/{event_id:uuid}/waiting-room/figures")
async def figures(request: Call, event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """What is measured: the part of the page that renews itself."""
    desk = await access.event(request, event_id, Scope.VIEW)
    room = await waiting_rooms.of_organisation(request.services.database, desk.reach.organisation_id, event_id)
    if room is None:
        return pages.done(request, _path(event_id))
    return pages.show(request, SHOW, desk, block="figures", room=room, event_id=event_id, states=STATES)


@post("/events/{event_id:uuid}/waiting-room", status_code=200)
async def announce(request: Call, event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Switch a waiting room on."""
    desk, form = await access.event(request, event_id, Scope.MANAGE), await request.typed()
    wanted = await _settings(request, event_id, form)
    if wanted is not None:
        try:
            await waiting_rooms.announce(
                request.services.database, desk.reach.organisation_id, event_id, wanted, desk.actor, request.now
            )
            notice = "The waiting room is announced: places are for who is let in, and nobody is before it opens."
            return pages.done(request, _path(event_id), notice)
        except Refusal as refusal:
            form.refused(refusal)
    return await _shown(request, desk, event_id, form, 422)


@post("/events/{event_id:uuid}/waiting-room/settings", status_code=200)
async def save(request: Call, event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Change how a room is steered."""
    desk, form = await access.event(request, event_id, Scope.MANAGE), await request.typed()
    database, owner = request.services.database, desk.reach.organisation_id
    room = await _room(request, desk, event_id)
    wanted = await _settings(request, event_id, form, room)
    version, status = form.number("version", 1, VERSION_MAX), 422
    if wanted is not None and version is not None:
        try:
            await waiting_rooms.edit(database, owner, event_id, wanted, version, desk.actor, request.now)
            return pages.done(request, _path(event_id), "Saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            status = 409
            form.compare(_fields(await _room(request, desk, event_id), await events.time_zone(database, event_id)))
        except Refusal as refusal:
            form.refused(refusal)
    return await _shown(request, desk, event_id, form, status)


@post("/events/{event_id:uuid}/waiting-room/pace", status_code=200)
async def set_pace(request: Call, event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Set the pace by hand, or leave it to what is measured."""
    desk, form = await access.event(request, event_id, Scope.MANAGE), await request.typed()
    by_hand = "measured" not in form
    pace = form.number("pace_fixed", 0, PACE_MAX) if by_hand else None
    if by_hand and pace is None:
        return await _shown(request, desk, event_id, form, 422)
    await waiting_rooms.set_pace(
        request.services.database, desk.reach.organisation_id, event_id, pace, desk.actor, request.now
    )
    told = marked("The pace is set by hand.") if by_hand else marked("The pace follows what is measured.")
    return pages.done(request, _path(event_id), told)


@post("/events/{event_id:uuid}/waiting-room/{act:str}", status_code=200)
async def turn(request: Call, event_id: FromPath[UUID], act: FromPath[str]) -> Response[str] | Redirect:
    """Open it, pause it, resume it, close it, or open it again."""
    desk, form = await access.event(request, event_id, Scope.MANAGE), await request.typed()
    if act not in ACTS:
        raise NotFound(what="page")
    happens, told = ACTS[act]
    try:
        await waiting_rooms.turn(
            request.services.database, desk.reach.organisation_id, event_id, happens, desk.actor, request.now
        )
    except NotFound:
        raise
    except Refusal as refusal:
        form.refused(refusal)
        return await _shown(request, desk, event_id, form, 409)
    return pages.done(request, _path(event_id), told)


async def _shown(
    request: Call, desk: Desk, event_id: UUID, form: Form | None = None, status: int = 200
) -> Response[str]:
    db, owner = request.services.database, desk.reach.organisation_id
    room = await waiting_rooms.of_organisation(db, owner, event_id)
    event = await waiting_rooms.event(db, owner, event_id, request.now)
    zone = await events.time_zone(db, event_id)
    shown = form or Form()
    if "opens_at" not in shown:
        stored = _fields(room, zone) if room else _defaults(request, event, zone)
        typed = {name: shown.texts(name) for name in shown.names()}
        filled = Form.of(stored | typed)
        filled.mistakes = shown.mistakes
        shown = filled
    answer = pages.show(
        request, SHOW, desk, event=event, event_id=event_id, room=room, form=shown, zone=zone, states=STATES,
        public=request.services.site_url + queue_path(desk.reach.box_office_key or "", event_id), pace_max=PACE_MAX,
        history=await history.of(request, desk, "event", event_id, zone),
    )  # fmt: skip
    answer.status_code = status
    return answer


async def _room(request: Call, desk: Desk, event_id: UUID) -> Room:
    found = await waiting_rooms.of_organisation(request.services.database, desk.reach.organisation_id, event_id)
    if found is None:
        raise NotFound(what="waiting room")
    return found


async def _settings(request: Call, event_id: UUID, form: Form, room: Room | None = None) -> RoomSettings | None:
    """What was typed; times in minutes. The opening of a room that has opened is no field any more."""
    zone = await events.time_zone(request.services.database, event_id)
    opens_at = room.opens_at if room and room.opened_at else form.moment("opens_at", zone)
    turn_min, admission_min = form.number("turn_min", 1, 60), form.number("admission_min", 1, 240)
    if opens_at is None or turn_min is None or admission_min is None:
        return None
    return form.read_as(RoomSettings, opens_at=opens_at, turn_s=60 * turn_min, admission_s=60 * admission_min)


def _fields(room: Room, zone: str) -> dict[str, Any]:
    """A room's settings as its form has them."""
    return _typed(room.settings, zone) | {"version": room.version, "pace_fixed": room.pace_fixed}


def _defaults(request: Call, event: waiting_rooms.Event, zone: str) -> dict[str, Any]:
    """What is proposed for a new one: to open with the sale, or as soon as people have had a moment to come."""
    opens_at = event.sale_opens_at
    if opens_at is None or opens_at < request.now + waiting_rooms.SOON:
        opens_at = request.now + waiting_rooms.SOON
    return _typed(RoomSettings(opens_at=opens_at), zone)


def _typed(settings: RoomSettings, zone: str) -> dict[str, Any]:
    values = {name: getattr(settings, name) for name in RoomSettings.__struct_fields__}
    return values | {
        "opens_at": field_moment(settings.opens_at, zone),
        "turn_min": values.pop("turn_s") // 60,
        "admission_min": values.pop("admission_s") // 60,
    }


def _path(event_id: UUID) -> str:
    return f"/admin/events/{event_id}/waiting-room"
