"""A cash session: how it stands, cash brought and taken, counts, the X and the Z report, and the closing."""

from typing import Any
from uuid import UUID

from litestar import MediaType, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages, prints
from admin.access import Desk
from admin.menu import marked
from admin.tills import ADD_UP, counting, read_count, seen_by
from printing.cash_records import CashRecord
from ticketing import cash_reports, cash_sessions, formats
from ticketing.cash_journal import Kind, Reason
from ticketing.cash_sessions import MOVEMENTS_SHOWN_MAX, REASONS, Session
from ticketing.denominations import Counted
from ticketing.refusals import DifferenceUntold, Refusal
from ticketing.tokens import Scope
from web import cash_words
from web.call import Call
from web.forms import Form

SHOW, COUNT, CLOSING, REPORT = (
    "tills/session.html", "tills/count.html", "tills/closing.html", "tills/report.html",
)  # fmt: skip
ONE = "/cash-sessions/{cash_session_id:uuid}"
JOURNAL_MAX = 2**31 - 1
RECEIPT_COLUMNS = 42
"""What printers of 80 mm have at least."""
KINDS = {
    Kind.OPEN: marked("Float"),
    Kind.PAYMENT: marked("Payment"),
    Kind.REFUND: marked("Refund"),
    Kind.IN: marked("Brought in"),
    Kind.OUT: marked("Taken out"),
    Kind.COUNT: marked("Count"),
    Kind.CLOSE: marked("Closing"),
    Kind.SALE: marked("Sale, nothing taken"),
}
MOVES = {Kind.IN: marked("Bring in"), Kind.OUT: marked("Take out")}


@get(ONE)
async def show(request: Call, cash_session_id: FromPath[UUID]) -> Response[str]:
    """How a session stands, and its journal."""
    desk = await access.cash_session(request, cash_session_id, Scope.SELL)
    return await _show(request, desk, cash_session_id, Form(), 200)


@post(ONE + "/movements", status_code=200)
async def move(request: Call, cash_session_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Bring cash in, or take it out."""
    desk = await access.cash_session(request, cash_session_id, Scope.SELL)
    form, database = await request.typed(), request.services.database
    session = await cash_sessions.get(database, cash_session_id, seen_by(desk))
    chosen, cents = _chosen(form), form.money("amount", session.currency)
    if chosen is not None and cents is not None:
        try:
            act = (cash_session_id, seen_by(desk), *chosen[:1], cents, chosen[1])
            await cash_sessions.move(database, *act, form.text("note"), desk.actor, request.now)
            notice = "The cash brought in is booked." if chosen[0] is Kind.IN else "The cash taken out is booked."
            return pages.done(request, _path(cash_session_id), notice)
        except Refusal as refusal:
            form.refused(refusal)
    return await _show(request, desk, cash_session_id, form, 422)


@get(ONE + "/count")
async def ask_count(request: Call, cash_session_id: FromPath[UUID]) -> Response[str]:
    """The drawer, to be counted in between."""
    desk = await access.cash_session(request, cash_session_id, Scope.SELL)
    return await _counting(request, desk, cash_session_id, COUNT, Form(), 200)


@post(ONE + "/count", status_code=200)
async def count(request: Call, cash_session_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Keep the count, and tell what differs."""
    desk = await access.cash_session(request, cash_session_id, Scope.SELL)
    form, database = await request.typed(), request.services.database
    session = await cash_sessions.get(database, cash_session_id, seen_by(desk))
    counted = read_count(form, session.currency)
    if form.text("act") == ADD_UP and counted is not None:
        return await _counting(request, desk, cash_session_id, COUNT, form, 200, counted)
    if counted is not None:
        try:
            told = (counted, form.text("note"), desk.actor, request.now)
            differs = await cash_sessions.count(database, cash_session_id, seen_by(desk), *told)
            amount = formats.money(abs(differs), session.currency, request.visit.language)
            notice = _told(differs)
            return pages.done(request, _path(cash_session_id), notice, amount=amount)
        except Refusal as refusal:
            form.refused(refusal)
    return await _counting(request, desk, cash_session_id, COUNT, form, 422, counted)


@get(ONE + "/closing")
async def ask_closing(request: Call, cash_session_id: FromPath[UUID]) -> Response[str]:
    """The drawer, to be counted a last time."""
    desk = await access.cash_session(request, cash_session_id, Scope.SELL)
    return await _counting(request, desk, cash_session_id, CLOSING, Form(), 200)


@post(ONE + "/closing", status_code=200)
async def close(request: Call, cash_session_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Close the session, if nothing moved since its page was opened and what differs is explained."""
    desk = await access.cash_session(request, cash_session_id, Scope.SELL)
    form, database, status = await request.typed(), request.services.database, 422
    session = await cash_sessions.get(database, cash_session_id, seen_by(desk))
    counted, looked_at = read_count(form, session.currency), form.number("journal_number", 0, JOURNAL_MAX)
    if form.text("act") == ADD_UP and counted is not None:
        return await _counting(request, desk, cash_session_id, CLOSING, form, 200, counted, None, looked_at)
    differs = None
    if counted is not None and looked_at is not None:
        try:
            told = (counted, form.text("reason"), looked_at, desk.actor, request.now)
            await cash_sessions.close(database, cash_session_id, seen_by(desk), *told)
            return pages.done(request, f"{_path(cash_session_id)}/report", "The session is closed.")
        except DifferenceUntold as refusal:
            form.refused(refusal)
            differs = refusal.fields
        except Refusal as refusal:
            form.refused(refusal)
            status = refusal.status
            looked_at = None
    return await _counting(request, desk, cash_session_id, CLOSING, form, status, counted, differs, looked_at)


@get(ONE + "/report")
async def report(request: Call, cash_session_id: FromPath[UUID]) -> Response[str]:
    """The X report as it stands, or the Z report that the session was closed with."""
    desk = await access.cash_session(request, cash_session_id, Scope.SELL)
    session = await cash_sessions.get(request.services.database, cash_session_id, seen_by(desk))
    record = await _record(request, session, request.visit.language)
    printing = await prints.for_report(request, desk, session)
    return pages.show(request, REPORT, desk, session=session, record=record, **printing)


@get(ONE + "/report.pdf")
async def pdf(request: Call, cash_session_id: FromPath[UUID]) -> Response[bytes]:
    """The same to print, on A4."""
    desk = await access.cash_session(request, cash_session_id, Scope.SELL)
    session = await cash_sessions.get(request.services.database, cash_session_id, seen_by(desk))
    made = await request.services.press.cash_report(await _record(request, session, request.visit.language))
    return Response(made, media_type="application/pdf", headers=_headers(session, "pdf"))


@get(ONE + "/report.txt")
async def text(request: Call, cash_session_id: FromPath[UUID]) -> Response[str]:
    """The same as a receipt printer prints it, in the language of the till."""
    desk = await access.cash_session(request, cash_session_id, Scope.SELL)
    session = await cash_sessions.get(request.services.database, cash_session_id, seen_by(desk))
    record = await _record(request, session, session.till_locale)
    made = await request.services.press.cash_text(record, RECEIPT_COLUMNS)
    return Response(made, media_type=MediaType.TEXT, headers=_headers(session, "txt"))


@get(ONE + "/report.json")
async def as_hashed(request: Call, cash_session_id: FromPath[UUID]) -> Response[str]:
    """The report as its hash is of."""
    desk = await access.cash_session(request, cash_session_id, Scope.SELL)
    session = await cash_sessions.get(request.services.database, cash_session_id, seen_by(desk))
    made = await cash_reports.text(request.services.database, session.id, request.now)
    return Response(made, media_type=MediaType.JSON, headers=_headers(session, "json"))


@get(ONE + "/journal.jsonl")
async def journal(request: Call, cash_session_id: FromPath[UUID]) -> Response[str]:
    """The journal as its hashes are of: a row a line, each with the hash of the line before."""
    desk = await access.cash_session(request, cash_session_id, Scope.SELL)
    session = await cash_sessions.get(request.services.database, cash_session_id, seen_by(desk))
    lines = await cash_sessions.entries(request.services.database, session.id)
    made = "".join(f"{line}\n" for line in lines)
    return Response(made, media_type="application/jsonl", headers=_headers(session, "jsonl"))


async def _record(call: Call, session: Session, language: str) -> CashRecord:
    """What a session came to, or comes to as it stands, in words."""
    database = call.services.database
    kept = await cash_reports.kept(database, session.id)
    if kept is not None:
        return cash_words.record(kept.report, language, kept.hash)
    return cash_words.record(await cash_reports.x(database, session.id, call.now), language)


async def _show(call: Call, desk: Desk, session_id: UUID, form: Form, status: int) -> Response[str]:
    database = call.services.database
    session = await cash_sessions.get(database, session_id, seen_by(desk))
    rows = await cash_sessions.movements(database, session_id)
    figures = await cash_reports.x(database, session_id, call.now)
    moves = [
        (label, [(f"{kind} {reason}", cash_words.REASONS[reason]) for reason in REASONS[kind]])
        for kind, label in MOVES.items()
    ]
    return pages.show(
        call, SHOW, desk, status=status, session=session, rows=rows, cut=len(rows) == MOVEMENTS_SHOWN_MAX,
        figures=figures, moves=moves, kinds=KINDS, methods=cash_words.METHODS, reasons=cash_words.REASONS, form=form,
    )  # fmt: skip


async def _counting(
    call: Call,
    desk: Desk,
    session_id: UUID,
    name: str,
    form: Form,
    status: int,
    counted: Counted | None = None,
    differs: dict[str, object] | None = None,
    looked_at: int | None = None,
) -> Response[str]:
    """The page of a count; `looked_at` is the row of the journal that it is of, None for the last one now."""
    session = await cash_sessions.get(call.services.database, session_id, seen_by(desk))
    context: dict[str, Any] = counting(session.currency, counted)
    context |= {"session": session, "differs": differs, "looked_at": looked_at or session.journal_number}
    return pages.show(call, name, desk, status=status, form=form, **context)


def _told(differs: int) -> str:
    """What a count found, to be told with the amount."""
    if not differs:
        return marked("The count is kept: it is what should be there.")
    if differs < 0:
        return marked("The count is kept: {amount} is missing.")
    return marked("The count is kept: {amount} more than should be there.")


def _chosen(form: Form) -> tuple[Kind, Reason] | None:
    """What was chosen of cash brought and taken: `in change`."""
    kind, _, reason = form.text("move").partition(" ")
    for one, reasons in REASONS.items():
        if kind == one and reason in reasons:
            return one, Reason(reason)
    form.mistaken("move", "Choose one of these.")
    return None


def _headers(session: Session, ending: str) -> dict[str, str]:
    """A report opens in the browser, and no cache keeps it: an X is another one in a moment."""
    name = f"{'z' if session.closed_at else 'x'}-{session.number}.{ending}"
    return {"content-disposition": f'inline; filename="{name}"', "cache-control": "no-store"}


def _path(session_id: UUID) -> str:
    return f"/admin/cash-sessions/{session_id}"


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show,
    move,
    ask_count,
    count,
    ask_closing,
    close,
    report,
    pdf,
    text,
    as_hashed,
    journal,
)
