"""Duplicating an event: where to, under which name, with which dates; then everything that will not go with it, before
anything is made."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from admin import access, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import dates, duplicates, events
from ticketing.audit import Actor
from ticketing.duplicates import Copy, Obstacle, Wanted
from ticketing.refusals import NotFound, Refusal
from ticketing.rights import Reach
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

PAGE = "events/duplicate.html"
OBSTACLES = {
    Obstacle.FORM: marked(
        "The form “{what}”: there is none of that name in the other box office, so nothing is asked."
    ),
    Obstacle.CATEGORY: marked("Prices of the category “{what}” are not used: the plan has no such category."),
    Obstacle.CURRENCY: marked(
        "Prices, and options that cost something: they are in {what}, and sales there are in another currency."
    ),
    Obstacle.HOUR: marked("The date {what}: clocks skip this hour that day."),
    Obstacle.VENUE: marked("Dates whose venue belongs to another organisation: choose one of the plans there."),
}


class Target(Struct, frozen=True):
    """A box office to duplicate into, and what was asked of it."""

    office: Reach
    wanted: Wanted


@get("/events/{event_id:uuid}/duplicate")
async def ask(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """Where to, and under which name."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    event = await events.get(request.services.database, desk.reach.organisation_id, event_id)
    form = Form.of({"name": event.name, "box_office": desk.reach.box_office_key})
    return pages.show(request, PAGE, desk, form=form, copy=None, **await _around(request, desk, event_id))


@post("/events/{event_id:uuid}/duplicate/preview", status_code=200)
async def preview(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """The dates there would be, and what cannot go."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    form = await request.typed()
    around = await _around(request, desk, event_id)
    target = _target(form, around["offices"])
    if target is not None:
        try:
            copy = await _look(request, desk, event_id, target)
            grounds = await dates.grounds(request.services.database, target.office.organisation_id)
            return pages.show(
                request,
                PAGE,
                desk,
                form=form,
                copy=copy,
                told=OBSTACLES,
                grounds=grounds,
                target=target.office,
                **around,
            )
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, PAGE, desk, form=form, copy=None, **around)


@post("/events/{event_id:uuid}/duplicate", status_code=200)
async def make(request: Call, event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Make the event again; on to its dates."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    form = await request.typed()
    around = await _around(request, desk, event_id)
    target = _target(form, around["offices"])
    if target is not None:
        try:
            made = await _make(request, desk, event_id, target)
            path = f"/admin/events/{made.id}/performances"
            return pages.done(request, path, "{name} is there, as a draft.", name=made.name)
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, PAGE, desk, form=form, copy=None, **around)


async def _look(request: Call, desk: Desk, event_id: UUID, target: Target) -> Copy:
    return await duplicates.look(
        request.services.database, desk.reach.organisation_id, event_id, target.office.organisation_id, target.wanted
    )


async def _make(request: Call, desk: Desk, event_id: UUID, target: Target) -> events.Event:
    office = target.office
    by = Actor(organisation_id=office.organisation_id, staff_id=desk.session.staff_id, address=desk.address)
    return await duplicates.make(
        request.services.database, desk.reach.organisation_id, event_id, office.organisation_id, target.wanted, by,
        request.now, owned=not office.may(Scope.MANAGE),
    )  # fmt: skip


async def _around(request: Call, desk: Desk, event_id: UUID) -> dict[str, Any]:
    """What the page needs beside its form: the event, and the box offices in which events may be made."""
    db = request.services.database
    coming, past = await dates.counts(db, desk.reach.organisation_id, event_id, request.now)
    return {
        "event": await events.get(db, desk.reach.organisation_id, event_id),
        "event_id": event_id,
        "offices": [one for one in desk.places.box_offices if one.creates],
        "date_count": coming + past,
    }


def _target(form: Form, offices: list[Reach]) -> Target | None:
    """Where to and how; NotFound for a box office that is not theirs to make events in."""
    office = next((one for one in offices if one.box_office_key == form.text("box_office")), None)
    if office is None:
        raise NotFound(what="box office")
    first = form.day("first", required=False)
    if not form.text("name").strip():
        form.mistaken("name", "This is needed.")
    version = form.text("version_id")
    wanted = None
    try:
        wanted = UUID(version) if version else None
    except ValueError:
        form.mistaken("version_id", "Choose one of these.")
    if form.mistakes:
        return None
    assert office.box_office_id is not None
    return Target(
        office, Wanted(box_office_id=office.box_office_id, name=form.text("name"), first=first, version_id=wanted)
    )
