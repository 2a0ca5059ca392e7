"""The dates of an event: their list, new ones from a calendar rule, changes to many, and the settings of one.

Nothing is made before it was seen: a rule answers with every date that it gives, each to be ticked or not, with what
stands against it. What is sent then is the dates themselves, so that what is made is what was seen.
"""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import UNSET, Struct

from admin import access, pages
from admin.access import Desk
from admin.events import VERSION_MAX
from admin.menu import marked
from ticketing import calendar, dates, events
from ticketing.calendar import DATES_MAX, Oddity, Rule
from ticketing.dates import Change, Date, DateSettings, Ground, Overlap, SaleState
from ticketing.performances import Label, PerformanceStatus
from ticketing.refusals import EditedMeanwhile, InputRefused, Refusal
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form, field_moment
from web.languages import translated

LIST, RULE, ONE = "dates/index.html", "dates/rule.html", "dates/settings.html"
ROWS_MAX = 100
WEEKDAYS = frozenset("0123456")
MINUTES_MAX = 1 << 20
STATES = {
    SaleState.HIDDEN: marked("Not shown"),
    SaleState.LATER: marked("Sale to come"),
    SaleState.OPEN: marked("On sale"),
    SaleState.SOLD_OUT: marked("Sold out"),
    SaleState.POSTPONED: marked("Postponed"),
    SaleState.CLOSED: marked("Sale closed"),
    SaleState.OVER: marked("Over"),
    SaleState.CANCELLED: marked("Cancelled"),
}
LABELS = [("", marked("None")), ("postponed", marked("Postponed")), ("sold_out", marked("Sold out"))]
STATUSES = [("on_sale", marked("On sale")), ("closed", marked("Closed"))]
KEEP = "keep"
MOMENTS = ("own_sale_opens_at", "own_sale_closes_at", "own_counter_opens_at", "own_counter_closes_at")


class Proposed(Struct, frozen=True):
    """A date that a rule gives, and what stands against it."""

    wall: str
    starts_at: datetime
    twice: bool
    overlap: Overlap | None
    hindrance: str
    """Why it cannot be made, or nothing."""


@get("/events/{event_id:uuid}/performances")
async def index(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """An event's dates, those to come or those that are over."""
    desk = await access.event(request, event_id, Scope.VIEW)
    return await _list(request, desk, event_id, _change_form())


@get("/events/{event_id:uuid}/performances/new")
async def new(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """The form of a calendar rule."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    around = await _rule_around(request, desk, event_id)
    latest = around["latest"]
    form = Form.of({"version_id": latest or "", "times": ["20:00"]})
    return pages.show(request, RULE, desk, form=form, proposed=None, **around)


@post("/events/{event_id:uuid}/performances/preview", status_code=200)
async def preview(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """Every date that a rule gives, before anything is made."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    form = await request.typed()
    around = await _rule_around(request, desk, event_id)
    ground, rule = _ground(form, around["grounds"]), _rule(form)
    if ground is not None and rule is not None and not form.mistakes:
        try:
            proposed = await _proposed(request, desk, event_id, ground, rule)
            return pages.show(request, RULE, desk, form=form, proposed=proposed, ground=ground, **around)
        except InputRefused as refusal:
            form.refused(refusal)
    return pages.show_again(request, RULE, desk, form=form, proposed=None, **around)


@post("/events/{event_id:uuid}/performances", status_code=200)
async def create(request: Call, event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Make the dates that were ticked, all of them or none."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    form, db, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    around = await _rule_around(request, desk, event_id)
    ground = _ground(form, around["grounds"])
    if ground is not None:
        try:
            starts = [one.starts_at for one in calendar.at_walls(_walls(form.texts("dates")), ground.time_zone)]
            await dates.add(db, owner, event_id, ground.id, starts, desk.actor, request.now)
            path = f"/admin/events/{event_id}/performances"
            return pages.done(request, path, "{count} dates are there now.", count=len(starts))
        except Refusal as refusal:
            form.refused(refusal)
    return pages.show_again(request, RULE, desk, form=form, proposed=None, **around)


@post("/events/{event_id:uuid}/performances/changes", status_code=200)
async def change(request: Call, event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Change the same thing on every date that is ticked."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    form, db, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    wanted, ids = _change(form), _ids(form)
    if wanted is not None and ids is not None:
        try:
            count = await dates.edit_many(db, owner, event_id, ids, wanted, desk.actor, request.now)
            path = f"/admin/events/{event_id}/performances"
            return pages.done(request, path, "{count} dates were changed.", count=count)
        except InputRefused as refusal:
            form.refused(refusal)
    return await _list(request, desk, event_id, form)


@post("/events/{event_id:uuid}/performances/removal", status_code=200)
async def remove(request: Call, event_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Remove the dates that are ticked, if nobody has ordered anything for any of them."""
    desk = await access.event(request, event_id, Scope.MANAGE)
    form, db, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    ids = _ids(form)
    if ids is not None:
        try:
            count = await dates.remove(db, owner, event_id, ids, desk.actor, request.now)
            path = f"/admin/events/{event_id}/performances"
            return pages.done(request, path, "{count} dates were removed.", count=count)
        except Refusal as refusal:
            form.refused(refusal)
    return await _list(request, desk, event_id, form)


@get("/performances/{performance_id:uuid}/settings")
async def settings(request: Call, performance_id: FromPath[UUID]) -> Response[str]:
    """What one date says itself."""
    desk = await access.performance(request, performance_id, Scope.VIEW)
    one = await dates.get(request.services.database, desk.reach.organisation_id, performance_id)
    return pages.show(request, ONE, desk, form=Form.of(_fields(one)), **_one_around(request, one))


@post("/performances/{performance_id:uuid}/settings", status_code=200)
async def save(request: Call, performance_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Change a date; moving one that is sold is asked for twice."""
    desk = await access.performance(request, performance_id, Scope.MANAGE)
    form, db, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    before = await dates.get(db, owner, performance_id)
    wanted, version = _date_settings(form, before), form.number("version", 0, VERSION_MAX)
    moves = wanted is not None and wanted.starts_at != before.starts_at and before.sold_count > 0
    if moves and not form.text("moved"):
        form.mistaken("moved", "Tick this to move a date that is sold.")
    elif wanted is not None and version is not None:
        try:
            await dates.edit(db, owner, performance_id, wanted, version, desk.actor, request.now)
            return pages.done(request, f"/admin/performances/{performance_id}/settings", "Saved.")
        except EditedMeanwhile as refusal:
            form.refused(refusal)
            return await _both(request, desk, performance_id, form)
        except Refusal as refusal:
            form.refused(refusal)
    around = _one_around(request, before) | {"version": form.text("version")}
    return pages.show_again(request, ONE, desk, form=form, **around)


async def _list(request: Call, desk: Desk, event_id: UUID, form: Form) -> Response[str]:
    """The list of dates, with the form that changes many; again when something is wrong with it."""
    db, owner, asked = request.services.database, desk.reach.organisation_id, request.query_params
    past, page = asked.get("when") == "past", request.page_number
    event = await events.get(db, owner, event_id)
    coming_count, past_count = await dates.counts(db, owner, event_id, request.now)
    found = await dates.of_event(db, owner, event_id, request.now, past=past, page=page, rows_max=ROWS_MAX)
    show = pages.show_again if form.mistakes else pages.show
    return show(
        request, LIST, desk, event=event, event_id=event_id, form=form, ticked=set(form.texts("dates")),
        dates=[(one, one.state(request.now)) for one in found], past=past, page=page,
        pages_count=-(-(past_count if past else coming_count) // ROWS_MAX), coming_count=coming_count,
        past_count=past_count, states=STATES, labels=_kept(request, LABELS), statuses=_kept(request, STATUSES),
    )  # fmt: skip


async def _rule_around(request: Call, desk: Desk, event_id: UUID) -> dict[str, Any]:
    db, owner = request.services.database, desk.reach.organisation_id
    found = await dates.of_event(db, owner, event_id, request.now, rows_max=1)
    choices = await dates.grounds(db, owner)
    return {
        "event": await events.get(db, owner, event_id),
        "event_id": event_id,
        "grounds": choices,
        "latest": found[0].latest_version_id if found else (choices[0].id if len(choices) == 1 else None),
        "dates_max": DATES_MAX,
    }


async def _proposed(request: Call, desk: Desk, event_id: UUID, ground: Ground, rule: Rule) -> list[Proposed]:
    """The dates of a rule, each with what stands against it."""
    db, owner = request.services.database, desk.reach.organisation_id
    event = await events.get(db, owner, event_id)
    found = calendar.dates(rule, ground.time_zone)
    there = await dates.starts_of(db, owner, event_id)
    starts = [one.starts_at for one in found]
    full = await dates.overlaps(db, owner, ground.venue_id, starts, event.duration_min)
    return [
        Proposed(
            wall=f"{one.wall:%Y-%m-%dT%H:%M}",
            starts_at=one.starts_at,
            twice=one.oddity is Oddity.TWICE,
            overlap=full.get(one.starts_at),
            hindrance=_hindrance(one, there, request.now),
        )
        for one in found
    ]


def _hindrance(one: calendar.Occurrence, there: frozenset[datetime], now: datetime) -> str:
    if one.oddity is Oddity.SKIPPED:
        return marked("Clocks skip this hour that day")
    if one.starts_at in there:
        return marked("There already")
    return marked("In the past") if one.starts_at <= now else ""


def _ground(form: Form, choices: list[Ground]) -> Ground | None:
    chosen = next((one for one in choices if str(one.id) == form.text("version_id")), None)
    if chosen is None:
        form.mistaken("version_id", "Choose where it takes place.")
    return chosen


def _rule(form: Form) -> Rule | None:
    """The rule that was typed; None, with mistakes, for what is none. No weekday ticked: every day."""
    first = form.day("first", required=False)
    last = form.day("last", required=False) or first
    extra = _read_all(form, "extra", datetime.fromisoformat)
    times = _read_all(form, "times", time.fromisoformat)
    except_days = _read_all(form, "except_days", date.fromisoformat)
    if first is None and not extra:
        form.mistaken("first", "Choose the first day.")
    if first is None or last is None:
        first, last, times = date.min, date.min, []
    weekdays = frozenset(int(text) for text in form.texts("weekdays") if text in WEEKDAYS) or frozenset(range(7))
    if form.mistakes:
        return None
    return Rule(
        first=first, last=last, weekdays=weekdays, times=tuple(times), except_days=frozenset(except_days),
        extra=tuple(extra),
    )  # fmt: skip


def _read_all(form: Form, name: str, read: Any) -> list[Any]:
    """The values of a field that is there several times; empty ones are left out."""
    found = []
    for text in form.texts(name):
        try:
            found += [read(text.strip())] if text.strip() else []
        except ValueError:
            form.mistaken(name, "“{text}” is no day or hour.", text=text[:40])
    if any(getattr(one, "tzinfo", None) for one in found):
        form.mistaken(name, "Type it as the clock of the venue shows it.")
    return found


def _walls(texts: list[str]) -> list[datetime]:
    try:
        walls = [datetime.fromisoformat(text) for text in texts]
    except ValueError:
        walls = []
    if len(walls) < len(texts) or any(wall.tzinfo for wall in walls):
        raise InputRefused(problem="This is not a form that a page of ours sends.", where="dates")
    calendar.ensure_few(len(walls), "dates")
    return walls


def _ids(form: Form) -> list[UUID] | None:
    try:
        return [UUID(text) for text in form.texts("dates")]
    except ValueError:
        form.mistaken("dates", "Choose one of these.")
        return None


def _change_form() -> Form:
    return Form.of({"label": KEEP, "status": KEEP})


def _change(form: Form) -> Change | None:
    """What is to change; what is left empty, or at “as it is”, stays."""
    given: dict[str, Any] = {"as_event": bool(form.text("as_event"))}
    for name in ("doors_min", "duration_min", "sale_closes_min", "order_places_max"):
        number = form.number(name, -MINUTES_MAX, MINUTES_MAX, required=False)
        given[name] = UNSET if number is None else number
    hours = _read_all(form, "at", time.fromisoformat)
    given["at"] = hours[0] if hours else UNSET
    label, status = form.text("label") or "", form.text("status")
    given["label"] = UNSET if label == KEEP else Label(label) if label in set(Label) else None
    sold = {PerformanceStatus.ON_SALE.value, PerformanceStatus.CLOSED.value}
    given["status"] = PerformanceStatus(status) if status in sold else UNSET
    return None if form.mistakes else Change(**given)


def _kept(request: Call, choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Choices for many dates: as each of them is, first."""
    language = request.visit.language
    return [(KEEP, translated(marked("As it is"), language)), *_told(choices, language)]


def _told(choices: list[tuple[str, str]], language: str) -> list[tuple[str, str]]:
    return [(value, translated(text, language)) for value, text in choices]


def _fields(one: Date) -> dict[str, Any]:
    """A date as its form has it."""
    values: dict[str, Any] = {name: field_moment(getattr(one, name), one.time_zone) for name in MOMENTS}
    return values | {
        "starts_at": field_moment(one.starts_at, one.time_zone),
        "doors_min": (one.starts_at - one.doors_at) // timedelta(minutes=1),
        "duration_min": (one.ends_at - one.starts_at) // timedelta(minutes=1),
        "own_order_places_max": "" if one.own_order_places_max is None else one.own_order_places_max,
        "label": one.label or "",
        "status": one.status,
    }


def _date_settings(form: Form, before: Date) -> DateSettings | None:
    """What a date is to say; doors and end are told from its start, and closing times of its own move with it unless
    they were changed too. An untouched moment stays to the second."""
    zone = before.time_zone
    stored = {name: field_moment(getattr(before, name), zone) for name in ("starts_at", *MOMENTS)}
    moments = {
        name: getattr(before, name)
        if form.text(name) == text
        else form.moment(name, zone, required=name == "starts_at")
        for name, text in stored.items()
    }
    doors = form.number("doors_min", 0, events.DOORS_MIN_MAX)
    long = form.number("duration_min", 1, events.DURATION_MIN_MAX)
    start = moments.pop("starts_at")
    if start is None or doors is None or long is None:
        return None
    times = {"doors_at": start - timedelta(minutes=doors), "ends_at": start + timedelta(minutes=long)}
    for name in dates.CLOSES:
        if form.text(name) == stored[name]:
            moments[name] = dates.moved(getattr(before, name), start - before.starts_at)
    return form.read_as(DateSettings, starts_at=start, **times, **moments)


async def _both(request: Call, desk: Desk, performance_id: UUID, form: Form) -> Response[str]:
    """The form as it was typed, with what is stored now beside it."""
    one = await dates.get(request.services.database, desk.reach.organisation_id, performance_id)
    said = {"label": dict(LABELS), "status": dict(STATUSES)}
    for name, value in _fields(one).items():
        if form.text(name) != (text := str(value)):
            told = said[name].get(text, text) if name in said else text.replace("T", " ")
            form.others[name] = translated(told, request.visit.language) if told else ""
    answer = pages.show_again(request, ONE, desk, form=form, **_one_around(request, one))
    answer.status_code = EditedMeanwhile.status
    return answer


def _one_around(request: Call, one: Date) -> dict[str, Any]:
    language = request.visit.language
    return {
        "date": one,
        "event_id": one.event_id,
        "version": one.version,
        "state": one.state(request.now),
        "states": STATES,
        "labels": _told(LABELS, language),
        "statuses": _told(STATUSES, language),
    }
