"""Dates on sale put onto another version of their plan: one, looked at first; or many of a plan, by a job."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.menu import marked
from engine.plan.comparison import Kind
from ticketing import dates, plan_change_runs, plan_changes, plans, venues
from ticketing.date_runs import DATES_MAX, State, ended_count
from ticketing.plan_changes import TAKEN_MAX
from ticketing.plans import PlanVersion
from ticketing.refusals import NotFound, Refusal
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

ONE, MANY, RUN = (f"plan_changes/{name}.html" for name in ("one", "many", "run"))
OF_DATE = "/performances/{performance_id:uuid}/plan"
OF_VERSION = "/plans/{plan_id:uuid}/versions/{version_number:int}/dates"
OF_RUN = "/plans/{plan_id:uuid}/changes/{change_id:uuid}"
NUMBER_CHARS_MAX = 9
KINDS = {
    Kind.ADDED: marked("New places"),
    Kind.REMOVED: marked("Places that go"),
    Kind.RELABELLED: marked("Places called otherwise"),
    Kind.RECATEGORISED: marked("Places of another category"),
    Kind.MOVED: marked("Seats drawn elsewhere"),
    Kind.DESCRIBED: marked("Seats described otherwise"),
}
STATES = {
    State.WAITING: marked("Waiting"),
    State.DONE: marked("On the new version"),
    State.REFUSED: marked("Left as it was"),
}


@get(OF_DATE)
async def look(request: Call, performance_id: FromPath[UUID]) -> Response[str]:
    """What another version of its plan would change of a date, and what stands in its way."""
    desk = await access.performance(request, performance_id, Scope.MANAGE)
    return await _look(request, desk, performance_id, request.query_params.get("version", ""), Form())


@post(OF_DATE, status_code=200)
async def change(request: Call, performance_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Put the date onto the version that the page named; what is sold keeps its place."""
    desk = await access.performance(request, performance_id, Scope.MANAGE)
    form, services, owner = await request.typed(), request.services, desk.reach.organisation_id
    stores = (services.database, services.inventory)
    try:
        version_id = UUID(form.text("plan_version"))
    except ValueError:
        raise NotFound(what="plan version") from None
    try:
        done = await plan_changes.change(*stores, owner, performance_id, version_id, desk.actor, request.now)
    except NotFound:
        raise
    except Refusal as refusal:
        form.refused(refusal)
        wanted = (await plans.get(services.database, owner, version_id)).number
        return await _look(request, desk, performance_id, str(wanted), form, refusal.status)
    path = f"/admin/performances/{performance_id}/settings"
    return pages.done(request, path, "The date is sold on version {number} of its plan.", number=done.number)


@get(OF_VERSION)
async def choose(request: Call, plan_id: FromPath[UUID], version_number: FromPath[int]) -> Response[str]:
    """The dates on other versions of the plan, each with what this one would change."""
    desk = await access.plan(request, plan_id, Scope.MANAGE)
    return await _choose(request, desk, plan_id, version_number, None)


@post(OF_VERSION, status_code=200)
async def ask(
    request: Call, plan_id: FromPath[UUID], version_number: FromPath[int]
) -> Response[str] | Redirect:  # fmt: skip
    """Have the dates that are ticked put onto this version."""
    desk = await access.plan(request, plan_id, Scope.MANAGE)
    form, database, owner = await request.typed(), request.services.database, desk.reach.organisation_id
    version = await _version(request, desk, plan_id, version_number)
    try:
        ids = [UUID(text) for text in form.texts("dates")]
    except ValueError:
        raise NotFound(what="performance") from None
    try:
        run = await plan_change_runs.ask(database, owner, version.id, ids, desk.actor, request.now)
    except NotFound:
        raise
    except Refusal as refusal:
        form.refused(refusal)
        return await _choose(request, desk, plan_id, version_number, form)
    return pages.done(request, f"/admin/plans/{plan_id}/changes/{run}")


@get(OF_RUN)
async def show(request: Call, plan_id: FromPath[UUID], change_id: FromPath[UUID]) -> Response[str]:
    """How far it is, and which dates were left as they were."""
    desk = await access.plan(request, plan_id, Scope.MANAGE)
    return await _show(request, desk, plan_id, change_id)


@get(OF_RUN + "/progress")
async def progress(request: Call, plan_id: FromPath[UUID], change_id: FromPath[UUID]) -> Response[str]:
    """The part of the page that renews itself."""
    desk = await access.plan(request, plan_id, Scope.MANAGE)
    return await _show(request, desk, plan_id, change_id, "dates")


HANDLERS = (look, change, choose, ask, show, progress)


async def _look(
    call: Call, desk: Desk, performance_id: UUID, wanted: str, form: Form, status: int = 200
) -> Response[str]:  # fmt: skip
    services, owner = call.services, desk.reach.organisation_id
    date = await dates.get(services.database, owner, performance_id)
    plan_id = (await plans.get(services.database, owner, date.plan_version_id)).plan_id
    versions = await plans.versions_of(services.database, owner, plan_id)
    number = int(wanted) if wanted.isdecimal() and len(wanted) <= NUMBER_CHARS_MAX else date.latest_number
    version = next((one for one in versions if one.number == number), None)
    if version is None:
        raise NotFound(what="plan version")
    stores = (services.database, services.inventory)
    found = await plan_changes.look(*stores, owner, performance_id, version.id, call.now)
    return pages.show(
        call, ONE, desk, status=status, form=form, date=date, versions=versions, version=version, look=found,
        kinds=KINDS, taken_max=TAKEN_MAX, event_id=date.event_id,
    )  # fmt: skip


async def _choose(call: Call, desk: Desk, plan_id: UUID, number: int, form: Form | None) -> Response[str]:
    database, owner = call.services.database, desk.reach.organisation_id
    version = await _version(call, desk, plan_id, number)
    found, recent = await plan_change_runs.outlooks(database, owner, plan_id, version.id, call.now)
    ticked = set(form.texts("dates")) if form else {str(one.date.id) for one in found if one.free}
    return pages.show(
        call, MANY, desk, status=422 if form else 200, form=form or Form(), version=version, outlooks=found,
        recent=recent, ticked=ticked, kinds=KINDS, dates_max=DATES_MAX,
        venue=await venues.get(database, owner, version.venue_id),
    )  # fmt: skip


async def _show(call: Call, desk: Desk, plan_id: UUID, change_id: UUID, block: str | None = None) -> Response[str]:
    owner = desk.reach.organisation_id
    run, found = await plan_change_runs.get(call.services.database, owner, plan_id, change_id)
    return pages.show(call, RUN, desk, block=block, run=run, dates=found, ended_count=ended_count(found), states=STATES)


async def _version(call: Call, desk: Desk, plan_id: UUID, number: int) -> PlanVersion:
    versions = await plans.versions_of(call.services.database, desk.reach.organisation_id, plan_id)
    found = next((one for one in versions if one.number == number), None)
    if found is None:
        raise NotFound(what="plan version")
    return found
