"""Printing at the counter: what was sold comes out on the till's printers, the drawer opens for cash, and the page says
how it goes while the next customer is served.

The page asks for it once a sale is made, so no sale waits for a printer. Everything has a key made of the order: asked
for twice, after a reload or a lost answer, it is printed once.
"""

from typing import Any
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath
from msgspec import Struct

from admin import access, pages
from admin import print_jobs as job_pages
from admin.access import Desk
from admin.counter import AT, SHOW, till_of
from admin.menu import marked
from admin.printers import WORDS
from ticketing import dossiers, print_jobs, printers, tills
from ticketing.dossiers import RECEIVED, Dossier
from ticketing.ids import new_id
from ticketing.print_jobs import Kind, PrintJob
from ticketing.printers import Printer
from ticketing.refusals import InputRefused, NotFound, Refusal
from ticketing.states import OrderStatus, PrintStatus
from ticketing.tills import Till
from ticketing.tokens import Scope
from web import printouts
from web.call import Call
from web.forms import Form
from web.printouts import Asked, Handing

CENTS_MAX = 2**31 - 1
KEY_CHARS_MAX = 60
REASONS = (marked("Jammed or spoilt"), marked("Lost"), marked("Wrong paper"))
"""Why something is printed again at the counter; the order's page takes any."""
MOVING = (PrintStatus.QUEUED, PrintStatus.SENDING)


class Standing(Struct, frozen=True):
    """A till with its printers that are in use."""

    till: Till
    tickets: Printer | None
    receipts: Printer | None
    cards: Printer | None


class Wants(Struct, frozen=True):
    """What is to be printed of an order: for whom, and what was handed over."""

    dossier: Dossier
    cash: bool
    handing: Handing


@get(AT + "/printing")
async def show(request: Call, key: FromPath[str]) -> Response[str]:
    """How printing an order goes; nothing where none is named."""
    desk = await access.counter(request, key)
    order_id = _id(request.query_params["order"]) if "order" in request.query_params else None
    if order_id is not None:
        await _ensure_sells(request, desk, order_id)
    return await _shown(request, desk, order_id)


@post(AT + "/printing", status_code=200)
async def begin(request: Call, key: FromPath[str]) -> Response[str]:
    """Open the drawer for cash, and print what was sold: tickets, cards, the receipt; by itself, once. Of an order that
    is paid in parts, the drawer opens for each that is cash."""
    desk = await access.counter(request, key)
    form = await request.typed()
    order_id = _id(form.text("order"))
    await _ensure_sells(request, desk, order_id)
    where, problem = await _standing(request, desk), None
    if where is not None:
        dossier = await dossiers.of(request.services.database, order_id)
        given = form.number("given", 0, CENTS_MAX, required=False)
        change = form.number("change", 0, CENTS_MAX, required=False) or 0
        cash = form.text("way") == "cash"
        handing = Handing(
            till=where.till.name, seller=desk.session.name, locale=where.till.locale,
            given_cents=given if cash else None, change_cents=change,
        )  # fmt: skip
        problem = await _begun(request, desk, where, Wants(dossier, cash, handing))
    return await _shown(request, desk, order_id, where, problem)


@post(AT + "/printing/answers", status_code=200)
async def answer(request: Call, key: FromPath[str]) -> Response[str]:
    """Say of a job in doubt whether it came out; what did not may be printed again."""
    desk = await access.counter(request, key)
    form, database = await request.typed(), request.services.database
    office, job = _office(desk), await _job(request, desk, form)
    if form.text("answer") == "found":
        await print_jobs.find(database, office, job.id, desk.actor, request.now)
    else:
        await print_jobs.miss(database, office, job.id, desk.actor, request.now)
        if form.text("answer") == "again":
            await job_pages.again(request, desk, await print_jobs.get(database, office, job.id), form)
    assert job.order_id is not None, "it is of an order"
    return await _shown(request, desk, job.order_id)


@post(AT + "/printing/repetition", status_code=200)
async def repeat(request: Call, key: FromPath[str]) -> Response[str]:
    """Print the tickets of an order again, for a reason that its history keeps."""
    desk = await access.counter(request, key)
    form, problem = await request.typed(), None
    order_id = _id(form.text("order"))
    await _ensure_sells(request, desk, order_id)
    where = await _standing(request, desk)
    reason = form.text("reason")
    if reason not in REASONS:
        raise InputRefused(problem="Choose one of these.", where="reason")
    if where is not None and where.tickets is not None:
        wanted = f"again-{order_id}-{form.text('key')[:KEY_CHARS_MAX]}"
        asked = Asked(key=wanted, by=desk.actor, now=request.now, reason=reason)
        try:
            await printouts.order_tickets(request.services, where.tickets, order_id, asked)
        except Refusal as refusal:
            problem = refusal
    return await _shown(request, desk, order_id, where, problem)


SCRIPTED = Router("/", route_handlers=[show, begin, answer, repeat], exception_handlers={Exception: pages.told})


async def _begun(call: Call, desk: Desk, where: Standing, wants: Wants) -> Refusal | None:
    """Put what a till prints of an order into its printers' queues; the last refusal. One does not keep the others."""
    order, services, problem = wants.dossier.order, call.services, None

    def asked(what: str) -> Asked:
        return Asked(key=f"sale-{order.id}-{what}", by=desk.actor, now=call.now)

    taken = [one for one in wants.dossier.payments if one.status in RECEIVED and one.provider == "on_site"]
    if where.receipts and where.till.drawer_kicked and wants.cash and taken:
        await printouts.drawer(services, where.receipts, order.id, order.code, asked(f"drawer-{len(taken)}"))
    if order.status is not OrderStatus.PAID:
        return None
    passes = frozenset(held.id for held in wants.dossier.passes)
    seats = frozenset(seat.id for seat in wants.dossier.seats if seat.pass_id is None)
    with_tickets = seats if where.cards and passes else seats | passes
    try:
        if where.tickets and with_tickets:
            await printouts.order_tickets(services, where.tickets, order.id, asked("tickets"), with_tickets)
    except Refusal as refusal:
        problem = refusal
    try:
        if where.cards and passes:
            await printouts.order_cards(services, where.cards, order.id, asked("cards"), passes)
    except Refusal as refusal:
        problem = refusal
    try:
        if where.receipts and where.till.receipt_with_tickets:
            await printouts.order_receipt(services, where.receipts, order.id, asked("receipt"), wants.handing)
    except Refusal as refusal:
        problem = refusal
    return problem


async def _shown(
    call: Call, desk: Desk, order_id: UUID | None, where: Standing | None = None, problem: Refusal | None = None
) -> Response[str]:
    """How each printing of an order goes, and what to do."""
    where = where or await _standing(call, desk)
    found = await print_jobs.of_order(call.services.database, order_id) if order_id else []
    repeated = {job.reprint_of for job in found}
    jobs = [job for job in found if job.kind is not Kind.DRAWER and job.id not in repeated]
    context: dict[str, Any] = {
        "jobs": jobs, "problem": _said(problem), "order_id": order_id, "prints_tickets": bool(where and where.tickets),
        "moving": any(job.status in MOVING for job in jobs), "trouble": any(map(_is_trouble, jobs)),
        "reasons": REASONS, "fresh": new_id().hex,
    }  # fmt: skip
    return pages.show(call, SHOW, desk, block="printing", **context, **WORDS)


def _said(problem: Refusal | None) -> tuple[str, dict[str, object]] | None:
    """A refusal as templates say it."""
    if isinstance(problem, InputRefused):
        return problem.text, problem.filled
    return None if problem is None else (type(problem).__doc__ or "", problem.fields)


def _is_trouble(job: PrintJob) -> bool:
    """Whether somebody has to do something: what waits because of its printer, what is in doubt, what failed."""
    waits = job.status is PrintStatus.QUEUED and job.tries > 0
    return waits or job.status in (PrintStatus.UNKNOWN, PrintStatus.FAILED)


async def _standing(call: Call, desk: Desk) -> Standing | None:
    """The till that somebody stands at, with its printers, or else the one where they have a session; None without."""
    stands = await till_of(call, desk)
    if stands is None:
        return None
    mine = [one for one in stands.rows if one.session_id and one.mine]
    row = stands.row or (mine[0] if len(mine) == 1 else None)
    if row is None:
        return None
    database = call.services.database
    till = await tills.get(database, desk.reach.organisation_id, row.id)
    known = {one.id: one for one in await printers.list_of(database, _office(desk)) if one.retired_at is None}

    def of(id: UUID | None) -> Printer | None:
        return known.get(id) if id else None

    return Standing(till, of(till.ticket_printer_id), of(till.receipt_printer_id), of(till.card_printer_id))


async def _ensure_sells(call: Call, desk: Desk, order_id: UUID) -> None:
    """NotFound for an order that is not of this box office, or not of what they sell."""
    there = await access.order(call, order_id, Scope.SELL)
    if there.reach.box_office_id != desk.reach.box_office_id:
        raise NotFound(what="order")


async def _job(call: Call, desk: Desk, form: Form) -> PrintJob:
    """The job that a form names, of an order that they sell."""
    job = await print_jobs.get(call.services.database, _office(desk), _id(form.text("job")))
    if job.order_id is None:
        raise NotFound(what="print job")
    await _ensure_sells(call, desk, job.order_id)
    return job


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(what="order") from None


def _office(desk: Desk) -> UUID:
    assert desk.reach.box_office_id is not None, "a counter is in a box office"
    return desk.reach.box_office_id
