"""The waiting room before an event: taking a number, seeing where one stands, going in.

Who comes without a number sees a page that is the same for everybody, made once a second; a script takes the number,
and from then on asks for the serving number, which is the same for everybody too, and works out the rest: so twenty
thousand who come in a minute cost little more than their numbers. The page of who comes back with one is their own.
Without a script a form takes the number, and the page comes again by itself.
"""

import time
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect
from msgspec import Meta, Struct

from engine.waiting import forecast
from shop import access, pages
from shop.access import ADMISSION
from ticketing import events, formats, programme
from ticketing.kept import Kept
from ticketing.programme import Shown
from ticketing.queues import Place, Standing
from ticketing.refusals import ChallengeFailed, NotFound, NotYourTurn, QueueNumberRefused, TurnLapsed, TurnUsed
from ticketing.shops import Storefront
from ticketing.waiting_rooms import PARTY_MAX, Room
from web import languages, waiting
from web.call import Call
from web.forms import Form
from web.languages import marked
from web.waiting import Serving

SHOW = "shop/queue.html"
NUMBER = "queue-"
"""What the cookie of a number is called, before its event."""
NUMBER_S = 30 * 86_400
ADMISSION_KEPT_S = 86_400
"""Longer than an admission is good for: what one came for is counted at the order too."""
PARTY = 2
WANTED = "number"
"""In the address of the page with the form, for who comes without a script."""
TEXT_CHARS_MAX = 300
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
    "party": ("", marked("You have come for one place."), marked("You have come for {count} places.")),
}
UNKNOWN = marked("Nobody is being called at the moment; your place in the queue is kept")

_events: Kept[tuple[int, UUID, str], tuple[Shown, str]] = Kept(None, EVENTS_FRESH_S, EVENTS_MAX)


class NumberBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A number that a script asks for; `puzzle` and `answer` once it was told what to solve."""

    party: Annotated[int, Meta(ge=1, le=PARTY_MAX)]
    puzzle: Annotated[str, Meta(max_length=TEXT_CHARS_MAX)] = ""
    answer: Annotated[str, Meta(max_length=TEXT_CHARS_MAX)] = ""


class NumberSeen(Struct, frozen=True):
    """The number that was given, or (`ordinal` None) what is to be solved first; `bits` as zeros of a SHA-256."""

    ordinal: int | None
    rank: int | None
    party: int
    puzzle: str
    bits: int
    told: Serving


@get("/events/{event_id:uuid}/queue")
async def show(request: Call, key: FromPath[str], event_id: FromPath[UUID]) -> Response[Any] | Redirect:
    """Where the visitor stands with an event's waiting room; on to the event where it is closed."""
    if request.visit.cookie(NUMBER + event_id.hex) or WANTED in request.query_params:
        front, place = await _at(request, key, event_id)
    else:
        front, room = await _room(request, key, event_id)
        place = Place(room=room, standing=Standing.OUTSIDE if room.is_on else Standing.FREE)
        if room.is_on:
            return await _shown_to_all(request, front, place)
    if place.standing is Standing.FREE:
        return pages.done(request, _event_path(request, front, event_id))
    return await _shown(request, front, place, Form())


@post("/events/{event_id:uuid}/queue/number", status_code=200)
async def take(request: Call, key: FromPath[str], event_id: FromPath[UUID], data: JSONBody[NumberBody]) -> NumberSeen:
    """Take a number by script: the page that is the same for everybody becomes the visitor's own without another."""
    _, room = await _room(request, key, event_id)
    request.visit.ensure_own(request.header(b"x-csrf-token"))
    request.services.numbers.take(request.address, time.monotonic())
    queues, browser = request.services.queues, request.visit.browser
    told = waiting.serving(room, request.now)
    asked = await queues.puzzle(room, browser, request.now)
    if asked is not None and not data.answer:
        return NumberSeen(None, None, data.party, asked.text, asked.bits, told)
    number = await queues.join(event_id, browser, data.party, request.now, data.puzzle, data.answer)
    request.visit.keep(NUMBER + event_id.hex, queues.number_text(number, browser), NUMBER_S)
    return NumberSeen(number.ordinal, room.rank(number.ordinal), number.party, "", 0, told)


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
    front, _ = await _room(request, key, event_id)
    text = request.visit.cookie(NUMBER + event_id.hex)
    return front, await request.services.queues.place(event_id, request.visit.browser, text, request.now)


async def _room(request: Call, key: str, event_id: UUID) -> tuple[Storefront, Room]:
    """The shop, and the room of one of its events as it was a moment ago; or NotFound."""
    front = await access.storefront(request, key)
    room = await request.services.queues.room(event_id)
    if room.box_office_id != front.box_office.id:
        raise NotFound(what="waiting room")
    return front, room


async def _shown_to_all(request: Call, front: Storefront, place: Place) -> Response[bytes]:
    async def made() -> dict[str, Any]:
        party = min(PARTY, place.room.party_max)
        return await _around(request, front, place, Form.of({"party": party})) | {"puzzle": None, "for_all": True}

    about = place.room.event_id, place.room.state, request.query_params.get("link", "")
    return await pages.everybodys(request, front, SHOW, made, *about)


async def _shown(request: Call, front: Storefront, place: Place, form: Form, status: int = 200) -> Response[str]:
    most = place.room.party_max
    if "party" not in form:
        form = Form.of({"party": place.number.party if place.number else min(PARTY, most)})
    puzzle = await request.services.queues.puzzle(place.room, request.visit.browser, request.now)
    around = await _around(request, front, place, form)
    return pages.show(request, front, SHOW, status=status, puzzle=puzzle, for_all=False, **around)


async def _around(request: Call, front: Storefront, place: Place, form: Form) -> dict[str, Any]:
    room, language = place.room, request.visit.language
    event, zone = await _about(request, front, room.event_id)
    told = waiting.serving(room, request.now)
    return {
        "event": event,
        "zone": zone,
        "place": place,
        "room": room,
        "told": told,
        "form": form,
        "opens_in_s": _seconds_until(room.opens_at, request),
        "left_s": _seconds_until(place.until, request),
        "event_path": _event_path(request, front, room.event_id),
        "queue_path": _queue_path(request, front, room.event_id),
        "number_path": f"{front.path}/events/{room.event_id}/queue/number",
        "wanted": WANTED,
        "again_s": AGAIN_S,
        "words": msgspec.json.encode(_words(language)).decode(),
        "ahead_told": _counted(language, "ahead", place.ahead or 0),
        "left_told": _left(language, told.places_left),
        "minutes_told": _minutes(language, place.minutes),
        "party_told": _counted(language, "party", place.number.party if place.number else 0),
    }


async def _about(request: Call, front: Storefront, event_id: UUID) -> tuple[Shown, str]:
    """The event and its time zone, as they were some seconds ago; NotFound for one that the visitor may not see."""
    database, link = request.services.database, request.query_params.get("link", "")

    async def found() -> tuple[Shown, str]:
        event = await programme.event(database, front.box_office.id, event_id, request.now, link)
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
