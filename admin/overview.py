"""An event and one of its dates as they sell: figures, charts with the tables that say the same, and where to go on."""

from typing import Any
from uuid import UUID

import msgspec
from babel.numbers import get_currency_precision
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import events, formats, halls, mailings, sales, signing_keys
from ticketing.performances import Visibility
from ticketing.refusals import EditedMeanwhile, Refusal
from ticketing.sales import Course, Date, Overview, Range
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form
from web.languages import translated

ROWS_MAX = 25
CHOICES: dict[str, tuple[str, ...]] = {
    "when": ("to-come", "past", "all"),
    "sort": ("start", "-start", "sold", "-sold", "free", "-free", "revenue", "-revenue"),
    "measure": ("tickets", "revenue"),
    "range": tuple(one.value for one in (Range.MONTH, *Range)),
}
MEASURES = {"tickets": marked("Tickets"), "revenue": marked("Revenue")}
STANDINGS = {
    Visibility.DRAFT: marked("Draft"),
    Visibility.LINK: marked("By link"),
    Visibility.PUBLIC: marked("Public"),
}


@get("/events/{event_id:uuid}")
async def event(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """How an event sells."""
    desk = await access.event(request, event_id, Scope.VIEW)
    return await _event(request, desk, event_id, Form())


@post("/events/{event_id:uuid}/visibility", status_code=200)
async def visibility(request: Call, event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Show an event to everybody, to who has its link, or to nobody."""
    desk, form = await access.event(request, event_id, Scope.MANAGE), await request.typed()
    db, organisation_id = request.services.database, desk.reach.organisation_id
    before = await events.get(db, organisation_id, event_id)
    chosen, version = form.text("visibility"), form.number("version", 1, 1 << 30)
    if chosen not in set(Visibility):
        form.mistaken("visibility", "Choose one of these.")
    if not form.mistakes and version is not None:
        settings = msgspec.structs.replace(events.settings_of(before), visibility=Visibility(chosen))
        try:
            await events.edit(db, organisation_id, event_id, settings, {}, version, desk.actor, request.now)
            return pages.done(request, f"/admin/events/{event_id}", "Saved.")
        except EditedMeanwhile:
            form.others["visibility"] = translated(STANDINGS[before.visibility], request.visit.language)
        except Refusal as refusal:
            form.refused(refusal)
    answer = await _event(request, desk, event_id, form)
    answer.status_code = 409 if form.others else 422
    return answer


@get("/performances/{performance_id:uuid}")
async def performance(request: Call, performance_id: FromPath[UUID]) -> Response[str]:
    """How one date sells."""
    desk = await access.performance(request, performance_id, Scope.VIEW)
    db, inventory = request.services.database, request.services.inventory
    assert desk.reach.event_id is not None, "a performance is of an event"
    found = await sales.overview(db, desk.reach.organisation_id, desk.reach.event_id, performance_id)
    date = found.date(performance_id)
    hall = await halls.hall(db, date.plan_hash, date.place_list_hash)
    over = Range(_choice(request, "range"))
    return pages.show(
        request,
        "performances/overview.html",
        desk,
        event_id=found.event.id,
        overview=found,
        date=date,
        gauge=(await sales.gauges(inventory, found.taken_by_date, [date], request.now))[date.id],
        categories=await sales.categories(db, inventory, hall, date, request.now),
        api_url=f"{request.services.site_url}/api/v1/performances/{date.id}",
        **_drawn(request, found, await sales.course(db, found, over, request.now, performance_id)),
    )


async def _event(request: Call, desk: Desk, event_id: UUID, form: Form) -> Response[str]:
    db, organisation_id = request.services.database, desk.reach.organisation_id
    found = await sales.overview(db, organisation_id, event_id)
    listed, page_count = _listed(request, found)
    if "visibility" not in form:
        form = Form.of({"visibility": found.event.visibility})
    return pages.show(
        request,
        "events/overview.html",
        desk,
        event_id=event_id,
        overview=found,
        form=form,
        standings=STANDINGS,
        listed=listed,
        page_count=page_count,
        page_number=min(request.page_number, page_count),
        gauges=await sales.gauges(request.services.inventory, found.taken_by_date, listed, request.now),
        gates=await sales.gates(db, organisation_id) if desk.may(Scope.MANAGE) else [],
        keys=await signing_keys.public_keys(db, organisation_id),
        mails=await mailings.of_event(db, event_id) if desk.may(Scope.MANAGE) else [],
        site_url=request.services.site_url,
        history=await history.of(request, desk, "event", event_id, found.event.time_zone),
        **_drawn(request, found, await sales.course(db, found, Range(_choice(request, "range")), request.now)),
    )


def _listed(request: Call, found: Overview) -> tuple[list[Date], int]:
    """The dates on this page of the list, and how many pages there are."""
    when, sort = _choice(request, "when"), _choice(request, "sort")
    some = [date for date in found.dates if when == "all" or (date.ends_at > request.now) == (when == "to-come")]
    keys: dict[str, Any] = {
        "start": lambda date: date.starts_at,
        "sold": lambda date: found.of(date).taken,
        "free": lambda date: date.capacity - found.of(date).taken,
        "revenue": lambda date: found.of(date).sold_cents,
    }
    some.sort(key=keys[sort.lstrip("-")], reverse=sort.startswith("-"))
    page_count = max(1, -(-len(some) // ROWS_MAX))
    first = (min(request.page_number, page_count) - 1) * ROWS_MAX
    return some[first : first + ROWS_MAX], page_count


def _drawn(request: Call, found: Overview, course: Course) -> dict[str, Any]:
    """What the two charts draw, and how they were asked for."""
    event, measure = found.event, _choice(request, "measure")
    language = request.visit.language
    passes = translated("Passes", language)
    shown = translated(MEASURES[measure], language)
    told = {
        "nothing": formats.money(0, event.currency, language),
        "digits": get_currency_precision(event.currency),
        "measure": measure,
    }
    by_tariff = [(one.name or passes, one.figures) for one in found.by_tariff]
    return {
        "choices": {name: _choice(request, name) for name in CHOICES},
        "defaults": {name: options[0] for name, options in CHOICES.items()},
        "course": course,
        "passes": passes,
        "tariff_chart": told
        | {
            "labels": [translated("Tariff", language), shown],
            "names": [name for name, _ in by_tariff],
            "tickets": [figures.taken for _, figures in by_tariff],
            "cents": [figures.sold_cents + figures.awaited_cents for _, figures in by_tariff],
        },
        "time_chart": told
        | {
            "labels": [translated("Date", language), shown],
            "zone": event.time_zone,
            "step": course.step,
            "at": [int(bar.at.timestamp()) for bar in course.bars],
            "tickets": [bar.ticket_count for bar in course.bars],
            "cents": [bar.cents for bar in course.bars],
        },
    }


def _choice(request: Call, name: str) -> str:
    """What the address chooses of these, or the first of them."""
    asked = request.query_params.get(name, "")
    return asked if asked in CHOICES[name] else CHOICES[name][0]
