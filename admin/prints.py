"""Printing papers that there are already: an order's tickets, cards and receipt, a session's report; on any printer of
the box office. What was printed before is printed again for a reason, which the order's history keeps."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.print_jobs import KEY_CHARS_MAX, REASON_CHARS_MAX, printer_of
from admin.printers import WORDS
from admin.tills import seen_by
from ticketing import cash_sessions, dossiers, print_jobs, printers, tills
from ticketing.dossiers import Dossier
from ticketing.ids import new_id
from ticketing.machines import Prints
from ticketing.printers import Printer
from ticketing.refusals import NotFound, Refusal
from ticketing.states import TicketStatus
from ticketing.tokens import Scope
from web import printouts
from web.call import Call
from web.forms import Form
from web.printouts import Asked

SHOW = "orders/prints.html"
OF_ORDER = "/orders/{order_id:uuid}/prints"
OF_SESSION = "/cash-sessions/{cash_session_id:uuid}/prints"


@get(OF_ORDER)
async def show(request: Call, order_id: FromPath[UUID]) -> Response[str]:
    """What of an order can be printed where, and what was."""
    desk = await access.order(request, order_id, Scope.SELL)
    dossier = await dossiers.of(request.services.database, order_id)
    return await _show(request, desk, dossier, Form.of({"ids": [str(id) for id in _printable(dossier)]}), 200)


@post(OF_ORDER, status_code=200)
async def create(request: Call, order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Print tickets and passes that were chosen, or the receipt, on a printer that was chosen."""
    desk = await access.order(request, order_id, Scope.SELL)
    form, database = await request.typed(), request.services.database
    dossier = await dossiers.of(database, order_id)
    try:
        printer = await _chosen(request, desk, form)
        chosen = frozenset(id for id in _printable(dossier) if str(id) in form.texts("ids"))
        reason = await _reason(request, printer, order_id, chosen, form)
        if not form.mistakes:
            key = f"order-{order_id}-{form.text('key')[:KEY_CHARS_MAX]}"
            asked = Asked(key=key, by=desk.actor, now=request.now, reason=reason)
            await _print(request, printer, order_id, chosen, asked)
            notice = "It is on its way to the printer {name}."
            return pages.done(request, f"/admin/orders/{order_id}/prints", notice, name=printer.name)
    except Refusal as refusal:
        form.refused(refusal)
    return await _show(request, desk, dossier, form, 422)


@post(OF_SESSION, status_code=200)
async def report(request: Call, cash_session_id: FromPath[UUID]) -> Redirect:
    """Print the X report as the session stands, or its Z report, on a receipt printer."""
    desk = await access.cash_session(request, cash_session_id, Scope.SELL)
    form, database = await request.typed(), request.services.database
    session = await cash_sessions.get(database, cash_session_id, seen_by(desk))
    till = await tills.get(database, desk.reach.organisation_id, session.till_id)
    usual = till.receipt_printer_id
    if usual is None and not form.text("printer"):
        raise NotFound(what="printer")
    printer = await printer_of(request, desk, form.text("printer"), usual or new_id())
    asked = Asked(key=f"session-{session.id}-{form.text('key')[:KEY_CHARS_MAX]}", by=desk.actor, now=request.now)
    await printouts.cash_report(request.services, printer, session, asked)
    back, notice = f"/admin/cash-sessions/{session.id}/report", "It is on its way to the printer {name}."
    return pages.done(request, back, notice, name=printer.name)


async def for_report(call: Call, desk: Desk, session: cash_sessions.Session) -> dict[str, Any]:
    """What the page of a report needs to have it printed: the receipt printers, the till's own first; how it went."""
    database = call.services.database
    known = await printers.list_of(database, session.box_office_id)
    till = await tills.get(database, desk.reach.organisation_id, session.till_id)
    fit = [one for one in known if one.retired_at is None and one.prints is Prints.RECEIPTS]
    fit.sort(key=lambda one: one.id != till.receipt_printer_id)
    jobs = await print_jobs.of_session(database, session.id)
    return {"receipt_printers": fit, "jobs": jobs[:5], "print_key": new_id().hex, **WORDS}


async def _print(call: Call, printer: Printer, order_id: UUID, chosen: frozenset[UUID], asked: Asked) -> UUID:
    if printer.prints is Prints.RECEIPTS:
        return await printouts.order_receipt(call.services, printer, order_id, asked)
    made = printouts.order_cards if printer.prints is Prints.CARDS else printouts.order_tickets
    return await made(call.services, printer, order_id, asked, chosen)


async def _chosen(call: Call, desk: Desk, form: Form) -> Printer:
    try:
        return await printer_of(call, desk, form.text("printer"), new_id())
    except NotFound:
        form.mistaken("printer", "Choose one of these.")
        raise


async def _reason(call: Call, printer: Printer, order_id: UUID, chosen: frozenset[UUID], form: Form) -> str:
    """Why it is printed again; a mistake of the form where nobody says, or where nothing is chosen."""
    reason, database = form.text("reason").strip()[:REASON_CHARS_MAX], call.services.database
    if printer.prints is Prints.RECEIPTS:
        before = await print_jobs.receipts_of(database, order_id) > 0
    else:
        before = bool(chosen & (await print_jobs.printed_of(database, order_id)).keys())
        if not chosen:
            form.mistaken("ids", "Choose at least one.")
    if before and not reason:
        form.mistaken("reason", "It was printed before: write why it is printed again.")
    return reason


async def _show(call: Call, desk: Desk, dossier: Dossier, form: Form, status: int) -> Response[str]:
    database, office = call.services.database, dossier.order.box_office_id
    known = [one for one in await printers.list_of(database, office) if one.retired_at is None]
    known.sort(key=lambda one: list(Prints).index(one.prints))
    printed = await print_jobs.printed_of(database, dossier.order.id)
    jobs = await print_jobs.of_order(database, dossier.order.id)
    return pages.show(
        call, SHOW, desk, status=status, dossier=dossier, form=form, printers=known, printed=printed,
        jobs=jobs, key=new_id().hex, printable=frozenset(_printable(dossier)), **WORDS,
    )  # fmt: skip


def _printable(dossier: Dossier) -> list[UUID]:
    """The tickets and passes that let somebody in: those of a pass go with it."""
    passes = [held.id for held in dossier.passes if held.status is TicketStatus.VALID]
    return passes + [
        seat.id for seat in dossier.seats if seat.status is TicketStatus.VALID and seat.pass_id is None
    ]  # fmt: skip


HANDLERS: tuple[HTTPRouteHandler, ...] = (show, create, report)
