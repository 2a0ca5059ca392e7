"""Waiting rooms: the serving number that everybody asks for, and a number of one's own.

A program has no cookies: the browser that a number is bound to is a random text of ours, which the number and the
admission carry in front. Both are secrets of whoever asked.
"""

import secrets
import time
from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.openapi import ResponseSpec
from litestar.params import HeaderParameter, JSONBody, PathParameter

from api import access
from api.wire import AdmissionTold, ChallengeTold, NumberBody, NumberStanding, NumberTold
from ticketing.queue_numbers import Admission, read_admissions
from ticketing.refusals import NotFound, QueueNumberRefused
from web.answers import send
from web.call import Call
from web.waiting import FOR_A_SECOND, Serving

TAGS = ["Waiting rooms"]
BOUND = "~"
"""Between the random text that stands for a browser, and what is bound to it."""
BROWSER_BYTES = 18
EventId = Annotated[UUID, PathParameter(description="The event")]
Number = Annotated[
    str, HeaderParameter(name="X-Queue-Number", description="The number that one was given", max_length=300)
]


@get(
    "/events/{event:uuid}/serving",
    tags=TAGS,
    responses={200: ResponseSpec(Serving, description="The same for everybody", generate_examples=False)},
)
async def serving(request: Call, event: EventId) -> Response[bytes]:
    """The serving number of an event's waiting room: everybody ranked below it may go in.

    Ask again after `next_poll_s`, a little earlier or later than others. A cache may keep it for a second.
    """
    return send(request, await request.services.serving.told(event), FOR_A_SECOND)


@post("/events/{event:uuid}/challenges", tags=TAGS)
async def challenge(request: Call, event: EventId) -> ChallengeTold:
    """What to solve before one is given a number, where the room asks for that: find a text of at most 20 signs whose
    SHA-256, written after `puzzle` and a point, begins with `bits` zero bits. NotFound where nothing is asked."""
    access.anybody_reads(request)
    queues, browser = request.services.queues, secrets.token_urlsafe(BROWSER_BYTES)
    puzzle = await queues.puzzle(await queues.room(event), browser, request.now)
    if puzzle is None:
        raise NotFound(what="challenge")
    return ChallengeTold(browser + BOUND + puzzle.text, puzzle.bits)


@post("/events/{event:uuid}/numbers", tags=TAGS)
async def take(request: Call, event: EventId, data: JSONBody[NumberBody]) -> NumberTold:
    """Take a number, for so many places."""
    request.services.numbers.take(request.address, time.monotonic())
    queues = request.services.queues
    browser, _, puzzle = data.puzzle.partition(BOUND)
    browser = browser or secrets.token_urlsafe(BROWSER_BYTES)
    number = await queues.join(event, browser, data.party, request.now, puzzle, data.answer)
    return NumberTold(browser + BOUND + queues.number_text(number, browser), number.ordinal, number.party)


@get("/events/{event:uuid}/numbers", tags=TAGS)
async def standing(request: Call, event: EventId, number: Number) -> NumberStanding:
    """Where a number stands. What everybody is told is in the serving number: ask for this rarely."""
    access.anybody_reads(request)
    browser, _, text = number.partition(BOUND)
    found = await request.services.queues.place(event, browser, text, request.now)
    if found.number is None and found.room.is_on:
        raise QueueNumberRefused()
    return NumberStanding(found.standing, found.rank, found.ahead, found.minutes, found.until)


@post("/events/{event:uuid}/admissions", tags=TAGS)
async def admit(request: Call, event: EventId, number: Number) -> AdmissionTold:
    """Exchange a number whose turn has come for an admission, which holds of this event show as `X-Admission`."""
    access.anybody_reads(request)
    browser, _, text = number.partition(BOUND)
    queues = request.services.queues
    admission = await queues.admit(event, browser, text, request.now)
    shown = browser + BOUND + queues.admission_text(admission, browser)
    return AdmissionTold(shown, admission.party, admission.expires_at)


def admissions(request: Call) -> tuple[Admission, ...]:
    """What the caller was let in by, as the header `X-Admission` has it: one, or several apart by commas."""
    found: tuple[Admission, ...] = ()
    for shown in request.header(b"x-admission").split(",")[:8]:
        browser, _, text = shown.strip().partition(BOUND)
        found += read_admissions(request.services.secret, [text], browser)
    return found
