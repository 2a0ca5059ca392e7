"""The waiting room before an event: taking a number, seeing where one stands, going in.

The page is the visitor's own, but what changes on it is in the serving number, which is the same for everybody: a
script asks for that and works out the rest, so that twenty thousand who wait cost little more than one. Without a
script the page comes again by itself.
"""

import time
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from engine.waiting import forecast
from shop import access, pages
from shop.access import ADMISSION
from ticketing import events, formats, programme
from ticketing.kept import Kept
from ticketing.programme import Shown
from ticketing.queues import Place, Standing
from ticketing.refusals import ChallengeFailed, NotFound, NotYourTurn, QueueNumberRefused, TurnLapsed, TurnUsed
from ticketing.shops import Storefront
from web import languages, waiting
from web.call import Call
from web.forms import Form
from web.languages import marked

SHOW = "shop/queue.html"
NUMBER = "queue-"
"""What the cookie of a number is called, before its event."""
NUMBER_S = 30 * 86_400
ADMISSION_KEPT_S = 86_400
"""Longer than an admission is good for: what one came for is counted at the order too."""
PARTY = 2
AGAIN_S = 30
"""Without a script the page comes again after so long."""
EVENTS_FRESH_S, EVENTS_MAX = 5.0, 1000

MINUTES = {
    1: marked("About a minute to wait"),
    2: marked("About 2 minutes to wait"),
    3: marked("About 3 minutes to wait"),
    5: marked("About 5 minutes to wait"),
    10: marked("About 10 minutes to wait"),
    15: marked("About a quarter of an hour to wait"),
    20: marked("About 20 minutes to wait"),
    30: marked("About half an hour to wait"),
    45: marked("About three quarters of an hour to wait"),
    60: marked("About an hour to wait"),
    90: marked("About an hour and a half to wait"),
    120: marked("About 2 hours to wait"),
    180: marked("About 3 hours to wait"),
    240: marked("About 4 hours to wait"),
    241: marked("More than 4 hours to wait"),
}
"""The steps of `engine.waiting.forecast`, in words."""
COUNTED = {
    "ahead": (
        marked("You are next"),
        marked("One person is before you"),
        marked("About {count} people are before you"),
    ),
    "left": ("", marked("One place is left"), marked("{count} places are left")),
    "more": ("", "", marked("More than {count} places are left")),
}
UNKNOWN = marked("Nobody is being called at the moment; your place in the queue is kept")

_events: Kept[tuple[int, UUID, str], tuple[Shown, str]] = Kept(None, EVENTS_FRESH_S, EVENTS_MAX)


@get("/events/{event_id:uuid}/queue")
async def show(request: Call, key: FromPath[str], event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Where the visitor stands with an event's waiting room; on to the event where it is closed."""
    front, place = await _at(request, key, event_id)
    if place.standing is Standing.FREE:
        return pages.done(request, _event_path(request, front, event_id))
    return await _shown(request, front, place, Form())


@post("/events/{event_id:uuid}/queue", status_code=200)
async def join(request: Call, key: FromPath[str], event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Take a number, or come for another number of places."""
    front, place = await _at(request, key, event_id)
    form, queues, browser = await request.typed(), request.services.queues, request.visit.browser
    request.services.numbers.take(request.address, time.monotonic())
    party = form.number("party", 1, place.room.party_max)
    if party is None:
        return await _shown(request, front, place, form, 422)
    puzzle, answer = form.text("puzzle"), form.text("answer")
    try:
        number = await queues.join(event_id, browser, party, request.now, puzzle, answer)
    except ChallengeFailed as refusal:
        form.refused(refusal)
        return await _shown(request, front, place, form, 422)
    request.visit.keep(NUMBER + event_id.hex, queues.number_text(number, browser), NUMBER_S)
    return pages.done(request, _queue_path(request, front, event_id))


@post("/events/{event_id:uuid}/queue/admission", status_code=200)
async def enter(request: Call, key: FromPath[str], event_id: FromPath[UUID]) -> Redirect:
    """Go in, when it is one's turn; back to the page, which says why not, when it is not."""
    front, place = await _at(request, key, event_id)
    await request.typed()
    queues, browser = request.services.queues, request.visit.browser
    try:
        if place.number is None:
            raise QueueNumberRefused()
        text = queues.number_text(place.number, browser)
        admission = await queues.admit(event_id, browser, text, request.now)
    except (NotYourTurn, QueueNumberRefused, TurnLapsed, TurnUsed):
        return pages.done(request, _queue_path(request, front, event_id))
    request.visit.keep(ADMISSION + event_id.hex, queues.admission_text(admission, browser), ADMISSION_KEPT_S)
    return pages.done(request, _event_path(request, front, event_id))


async def _at(request: Call, key: str, event_id: UUID) -> tuple[Storefront, Place]:
    """The shop, and where the visitor stands with the room of one of its events; or NotFound."""
    front = await access.storefront(request, key)
    text = request.visit.cookie(NUMBER + event_id.hex)
    place = await request.services.queues.place(event_id, request.visit.browser, text, request.now)
    if place.room.box_office_id != front.box_office.id:
        raise NotFound(what="waiting room")
    return front, place


async def _shown(request: Call, front: Storefront, place: Place, form: Form, status: int = 200) -> Response[str]:
    room, language = place.room, request.visit.language
    event, zone = await _about(request, front, room.event_id)
    told = waiting.serving(room, request.now)
    if "party" not in form:
        form = Form.of({"party": place.number.party if place.number else min(PARTY, room.party_max)})
    return pages.show(
        request, front, SHOW, status=status, event=event, zone=zone, place=place, room=room, told=told, form=form,
        puzzle=await request.services.queues.puzzle(room, request.visit.browser, request.now),
        opens_in_s=_seconds_until(room.opens_at, request), left_s=_seconds_until(place.until, request),
        event_path=_event_path(request, front, room.event_id), queue_path=_queue_path(request, front, room.event_id),
        again_s=AGAIN_S, words=msgspec.json.encode(_words(language)).decode(),
        ahead_told=_counted(language, "ahead", place.ahead or 0),
        left_told=_left(language, told.places_left), minutes_told=_minutes(language, place.minutes),
    )  # fmt: skip


async def _about(request: Call, front: Storefront, event_id: UUID) -> tuple[Shown, str]:
    """The event and its time zone, as they were some seconds ago; NotFound for one that the visitor may not see."""
    database, link = request.services.database, request.query_params.get("link", "")

    async def found() -> tuple[Shown, str]:
        event = await programme.event(database, front.box_office.id, event_id, link)
        return event, await events.time_zone(database, event_id)

    return await _events.get_by((id(database), event_id, link), found)


def _words(language: str) -> dict[str, Any]:
    """What the page's script says, in the page's language."""
    counted = {name: [_said(language, text) for text in texts] for name, texts in COUNTED.items()}
    minutes = {step: _said(language, text) for step, text in MINUTES.items()}
    return {"minutes": minutes, "unknown": _said(language, UNKNOWN)} | counted


def _said(language: str, text: str) -> str:
    return languages.translated(text, language) if text else ""


def _counted(language: str, name: str, count: int) -> str:
    return _said(language, COUNTED[name][min(count, 2)]).format(count=formats.number(count, language))


def _left(language: str, places: int | None) -> str:
    """How many places are left, exactly only when there are few; nothing while it is not known."""
    return _counted(language, "left" if places < forecast.EXACT_MAX else "more", places) if places else ""


def _minutes(language: str, minutes: int | None) -> str:
    return _said(language, UNKNOWN if minutes is None else MINUTES[minutes])


def _seconds_until(at: datetime | None, request: Call) -> int | None:
    return None if at is None else max(0, round((at - request.now).total_seconds()))


def _event_path(request: Call, front: Storefront, event_id: UUID) -> str:
    return f"{front.path}/events/{event_id}{_query(request)}"


def _queue_path(request: Call, front: Storefront, event_id: UUID) -> str:
    return f"{front.path}/events/{event_id}/queue{_query(request)}"


def _query(request: Call) -> str:
    link = request.query_params.get("link", "")
    return f"?{urlencode({'link': link})}" if link else ""
