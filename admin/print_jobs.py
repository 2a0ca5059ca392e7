"""Print jobs of a box office: what wants to be seen to, what came out, and what a person says of what is in doubt."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.printers import WORDS
from ticketing import box_offices, print_jobs, printers
from ticketing.ids import new_id
from ticketing.machines import Prints
from ticketing.print_jobs import Kind, PrintJob
from ticketing.printers import Printer
from ticketing.states import PrintStatus
from ticketing.tokens import Scope
from web import printouts
from web.call import Call
from web.forms import Form
from web.printouts import Asked

LIST, SHOW = "print_jobs/index.html", "print_jobs/show.html"
ONE = "/print-jobs/{job_id:uuid}"
NUMBER_CHARS_MAX = 18
REASON_CHARS_MAX = 200
KEY_CHARS_MAX = 60


@get("/box-offices/{key:str}/print-jobs")
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """What is in doubt first, then what waits, then what came out or failed, the newest first."""
    desk = await access.box_office(request, key, Scope.SELL)
    office, database = _office(desk), request.services.database
    before = request.query_params.get("before", "")
    place = int(before) if before.isascii() and before.isdigit() and len(before) <= NUMBER_CHARS_MAX else None
    waiting = [] if place else await print_jobs.open_of(database, office)
    jobs = await print_jobs.list_of(database, office, before=place)
    ended = [job for job in jobs if job.ended_at is not None and not _asks(job)]
    more = jobs[-1].number if len(jobs) == print_jobs.ROWS_MAX else None
    zone = await box_offices.time_zone(database, office)
    doubts = [job for job in waiting if job.status is PrintStatus.UNKNOWN]
    return pages.show(
        request, LIST, desk, doubts=doubts, waiting=[job for job in waiting if job not in doubts], jobs=ended,
        more=more, first=place is None, zone=zone, key=new_id().hex, **WORDS,
    )  # fmt: skip


@get(ONE)
async def show(request: Call, job_id: FromPath[UUID]) -> Response[str]:
    """A job: where it is, what its machine said, and what can be done."""
    desk = await access.print_job(request, job_id, Scope.SELL)
    return await _show(request, desk, job_id)


@post(ONE + "/answer", status_code=200)
async def answer(request: Call, job_id: FromPath[UUID]) -> Redirect:
    """Say whether it came out; if it did not, and it is wanted, it is printed again."""
    desk = await access.print_job(request, job_id, Scope.SELL)
    form, database, office = await request.typed(), request.services.database, _office(desk)
    back = _back(form, desk, job_id)
    if form.text("answer") == "found":
        await print_jobs.find(database, office, job_id, desk.actor, request.now)
        return pages.done(request, back, "Noted: it came out.")
    await print_jobs.miss(database, office, job_id, desk.actor, request.now)
    if form.text("answer") != "again":
        return pages.done(request, back, "Noted: it did not come out.")
    await again(request, desk, await print_jobs.get(database, office, job_id), form)
    return pages.done(request, back, "Noted: it did not come out. It is printed again.")


@post(ONE + "/repetition", status_code=200)
async def repeat(request: Call, job_id: FromPath[UUID]) -> Redirect:
    """Print it again: a new job, which names this one."""
    desk = await access.print_job(request, job_id, Scope.SELL)
    form, office = await request.typed(), _office(desk)
    job = await print_jobs.get(request.services.database, office, job_id)
    made = await again(request, desk, job, form)
    return pages.done(request, f"/admin/print-jobs/{made}", "It is printed again.")


@post(ONE + "/giving-up", status_code=200)
async def give_up(request: Call, job_id: FromPath[UUID]) -> Redirect:
    """Do not print it any more."""
    desk = await access.print_job(request, job_id, Scope.SELL)
    form = await request.typed()
    await print_jobs.give_up(request.services.database, _office(desk), job_id, desk.actor, request.now)
    return pages.done(request, _back(form, desk, job_id), "It is not printed any more.")


async def again(call: Call, desk: Desk, job: PrintJob, form: Form) -> UUID:
    """Print a job once more, on its printer or on the one that was chosen; the new job's id. Tickets that came out
    before say that they are duplicates, so they are made anew."""
    services, database = call.services, call.services.database
    reason = form.text("reason").strip()[:REASON_CHARS_MAX]
    key = f"again-{job.id}-{form.text('key')[:KEY_CHARS_MAX]}"
    chosen = await printer_of(call, desk, form.text("printer"), job.printer_id)
    failed = job.status is PrintStatus.FAILED and job.kept and chosen.id == job.printer_id
    if failed or job.order_id is None or job.kind is Kind.DRAWER:
        wanted = (job.id, chosen.id, key, reason, desk.actor, call.now)
        return await print_jobs.print_again(database, _office(desk), *wanted)
    print_jobs.ensure_repeatable(job)
    asked = Asked(key=key, by=desk.actor, now=call.now, reason=reason, reprint_of=job.id)
    if job.kind is Kind.RECEIPT:
        return await printouts.order_receipt(services, chosen, job.order_id, asked)
    made = printouts.order_cards if chosen.prints is Prints.CARDS else printouts.order_tickets
    return await made(services, chosen, job.order_id, asked, frozenset(job.ticket_ids))


async def printer_of(call: Call, desk: Desk, text: str, otherwise: UUID) -> Printer:
    """The printer that a form names, or the usual one. Raises NotFound for one that is not of this box office."""
    try:
        wanted = UUID(text) if text else otherwise
    except ValueError:
        wanted = otherwise
    return await printers.of_office(call.services.database, _office(desk), wanted)


async def _show(call: Call, desk: Desk, job_id: UUID) -> Response[str]:
    database, office = call.services.database, _office(desk)
    job = await print_jobs.get(database, office, job_id)
    known = await printers.list_of(database, office)
    own = next(one for one in known if one.id == job.printer_id)
    others = [one for one in known if one.retired_at is None and one.prints is own.prints]
    zone = await box_offices.time_zone(database, office)
    context: dict[str, Any] = {"job": job, "printer": own, "others": others, "zone": zone, "key": new_id().hex}
    return pages.show(call, SHOW, desk, **context, **WORDS)


def _asks(job: PrintJob) -> bool:
    return job.status is PrintStatus.UNKNOWN and job.kind is not Kind.DRAWER


def _back(form: Form, desk: Desk, job_id: UUID) -> str:
    """Where somebody came from: the list, or the job."""
    if form.text("from") == "list":
        return f"/admin/box-offices/{desk.reach.box_office_key}/print-jobs"
    return f"/admin/print-jobs/{job_id}"


def _office(desk: Desk) -> UUID:
    assert desk.reach.box_office_id is not None, "a job is in a box office"
    return desk.reach.box_office_id


HANDLERS: tuple[HTTPRouteHandler, ...] = (index, show, answer, repeat, give_up)
