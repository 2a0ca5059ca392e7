"""Answers: those of an event as a table and as a spreadsheet, those of an order to be changed, files to look at."""

import asyncio
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.menu import marked
from printing.answers import Book
from ticketing import answer_lists, answers, events, formats, uploads
from ticketing.answer_lists import Answering, Chosen, Line
from ticketing.answers import Given, Mistake
from ticketing.forms import Kind
from ticketing.refusals import AnswersRefused, EditedMeanwhile, FileRefused
from ticketing.tokens import Scope
from web.answers import attached
from web.call import Call
from web.forms import Form
from web.languages import translated
from web.sheets import XLSX

LIST, EDIT, REMOVAL = "answers/index.html", "answers/edit.html", "answers/removal.html"
ROWS_MAX = 50
FORM_BYTES_MAX = 24 * 1024 * 1024
ORDER_STATES = {
    "pending": marked("Not paid yet"),
    "paid": marked("Paid"),
    "expired": marked("Lapsed"),
    "cancelled": marked("Cancelled"),
}
TICKET_STATES = {
    "reserved": marked("Reserved"),
    "valid": marked("Valid"),
    "cancelled": marked("Void"),
    "opposed": marked("Opposed"),
}
REMOVED = marked("The file was removed")
SANDBOXED = "default-src 'none'; sandbox"


@get("/events/{event_id:uuid}/answers")
async def index(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """The answers given for an event, to one form at a time."""
    desk = await access.event(request, event_id, Scope.VIEW)
    database, query = request.services.database, request.query_params
    event = await events.get(database, desk.reach.organisation_id, event_id)
    answering = await answer_lists.of_event(database, event_id)
    chosen_form = next((one for one in answering if str(one.form.id) == query.get("form")), next(iter(answering), None))
    page, found = request.page_number, list[Line]()
    if chosen_form:
        chosen = _chosen(event_id, chosen_form, query)
        found = await answer_lists.page(database, chosen, ROWS_MAX + 1, (page - 1) * ROWS_MAX)
    dates = await answer_lists.dates(database, event_id)
    kept = {name: query[name] for name in ("form", "performance", "search") if query.get(name)}
    return pages.show(
        request, LIST, desk, event=event, event_id=event_id, answering=answering, chosen=chosen_form,
        lines=found[:ROWS_MAX], more=len(found) > ROWS_MAX, page=page, performances=dates,
        performance=query.get("performance", ""), search=query.get("search", ""), kept=urlencode(kept),
        ticket_states=TICKET_STATES, order_states=ORDER_STATES, file_kind=Kind.FILE,
    )  # fmt: skip


@get("/events/{event_id:uuid}/answers.xlsx")
async def download(request: Call, event_id: FromPath[UUID]) -> Response[bytes]:
    """Every answer given for an event, a sheet a form."""
    desk = await access.event(request, event_id, Scope.VIEW)
    database, query = request.services.database, request.query_params
    event = await events.get(database, desk.reach.organisation_id, event_id)
    answering = await answer_lists.of_event(database, event_id)
    with tempfile.TemporaryDirectory(prefix="placeur-answers-") as folder:
        path = Path(folder) / "answers.xlsx"
        await _write(request, path, event_id, answering, query)
        content = await asyncio.to_thread(path.read_bytes)
    name = f"{translated('Answers', request.visit.language)} {event.name}.xlsx"
    return Response(content, media_type=XLSX, headers=attached(name))


@get("/orders/{order_id:uuid}/answers")
async def edit_of_order(request: Call, order_id: FromPath[UUID]) -> Response[str]:
    """The answers given once for an order."""
    return await _edit(request, order_id, None)


@post("/orders/{order_id:uuid}/answers", status_code=200)
async def change_of_order(request: Call, order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Correct the answers given once for an order."""
    return await _change(request, order_id, None)


@get("/orders/{order_id:uuid}/answers/{ticket_id:uuid}")
async def edit_of_ticket(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str]:
    """The answers given for a ticket."""
    return await _edit(request, order_id, ticket_id)


@post("/orders/{order_id:uuid}/answers/{ticket_id:uuid}", status_code=200)
async def change_of_ticket(
    request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]
) -> Response[str] | Redirect:
    """Correct the answers given for a ticket."""
    return await _change(request, order_id, ticket_id)


@get("/orders/{order_id:uuid}/uploads/{upload_id:uuid}")
async def upload(request: Call, order_id: FromPath[UUID], upload_id: FromPath[UUID]) -> Response[bytes]:
    """A file that came with an order: to be kept, never to be opened as a page of ours."""
    desk = await access.order(request, order_id, Scope.VIEW)
    found = await uploads.content(request.services.database, desk.reach.organisation_id, order_id, upload_id)
    headers = attached(found.name) | {
        "content-security-policy": SANDBOXED,
        "cross-origin-resource-policy": "same-origin",
    }
    return Response(found.content, media_type=found.media_type, headers=headers)


@get("/orders/{order_id:uuid}/uploads/{upload_id:uuid}/removal")
async def ask_removal(request: Call, order_id: FromPath[UUID], upload_id: FromPath[UUID]) -> Response[str]:
    """Which file would go, and what stays."""
    desk = await access.order(request, order_id, Scope.SELL)
    owner, database = desk.reach.organisation_id, request.services.database
    said = await answers.file_of(database, owner, order_id, upload_id)
    return pages.show(request, REMOVAL, desk, said=said, order_id=order_id)


@post("/orders/{order_id:uuid}/uploads/{upload_id:uuid}/removal", status_code=200)
async def remove(request: Call, order_id: FromPath[UUID], upload_id: FromPath[UUID]) -> Redirect:
    """Delete a file that a buyer sent, for good."""
    desk = await access.order(request, order_id, Scope.SELL)
    await request.typed()
    owner, database = desk.reach.organisation_id, request.services.database
    await answers.remove_file(database, owner, order_id, upload_id, desk.actor, request.now)
    return pages.done(request, f"/admin/orders/{order_id}#answers", "The file is removed.")


# The table


def _chosen(event_id: UUID, answering: Answering, query: Mapping[str, str]) -> Chosen:
    try:
        performance_id = UUID(query["performance"]) if query.get("performance") else None
    except ValueError:
        performance_id = None
    return Chosen(event_id, answering.form.id, performance_id, query.get("search", ""))


async def _write(
    request: Call, path: Path, event_id: UUID, answering: list[Answering], query: Mapping[str, str]
) -> None:
    """Write the file, a batch at a time; between batches and in other threads the process goes on serving."""
    language = request.visit.language
    with Book(path) as book:
        if not answering:
            book.sheet(translated("Answers", language), [translated("No answer yet", language)])
        for one in answering:
            book.sheet(one.form.name, _head(one, language))
            async for lines in answer_lists.every(request.services.database, _chosen(event_id, one, query)):
                await asyncio.to_thread(book.rows, (_cells(line, one, language) for line in lines))


HEAD = (
    marked("Order"),
    marked("Placed"),
    marked("State"),
    marked("Buyer"),
    marked("E-mail address"),
    marked("Performance"),
    marked("Tariff"),
    marked("Zone"),
    marked("Row"),
    marked("Seat"),
    marked("Holder"),
    marked("Ticket"),
)


def _head(answering: Answering, language: str) -> list[str]:
    return [*(translated(text, language) for text in HEAD), *(field.label(language) for field in answering.columns)]


_moment = lru_cache(maxsize=1000)(formats.moment)  # dates of an event are few, and its orders come in bursts


def _cells(line: Line, answering: Answering, language: str) -> list[str]:
    zone = line.time_zone or "UTC"
    return [
        line.order_code,
        _moment(line.placed_at, zone, language),
        translated(ORDER_STATES[line.order_status], language),
        line.customer_name,
        line.customer_email,
        _moment(line.starts_at, zone, language) if line.starts_at else "",
        line.tariff_name or "",
        line.zone or "",
        line.row_label or "",
        line.seat_label or "",
        line.holder_name or "",
        translated(TICKET_STATES[line.ticket_status], language) if line.ticket_status else "",
        *(
            translated(REMOVED, language) if line.without_file(field) else line.text(field, language)
            for field in answering.columns
        ),
    ]


# One order's


async def _edit(request: Call, order_id: UUID, ticket_id: UUID | None) -> Response[str]:
    desk = await access.order(request, order_id, Scope.SELL)
    sheet = await answers.sheet(request.services.database, desk.reach.organisation_id, order_id, ticket_id)
    said = {str(at): list(one.texts) for at, one in sheet.said.items()}
    return pages.show(request, EDIT, desk, sheet=sheet, given=said, mistakes={}, form=Form())


async def _change(request: Call, order_id: UUID, ticket_id: UUID | None) -> Response[str] | Redirect:
    desk = await access.order(request, order_id, Scope.SELL)
    form, owner, database = await request.typed(FORM_BYTES_MAX), desk.reach.organisation_id, request.services.database
    sheet = await answers.sheet(database, owner, order_id, ticket_id)
    mistakes: dict[str, Mistake] = {}
    given = await _given(request, desk, sheet, form, mistakes)
    try:
        if not mistakes:
            mark = form.text("mark")
            await answers.change(database, owner, order_id, ticket_id, given, mark, desk.actor, request.now)
            return pages.done(request, f"/admin/orders/{order_id}", "The answers are changed.")
    except AnswersRefused as refusal:
        found: dict[str, Mistake] = refusal.fields["mistakes"]  # type: ignore[assignment]
        mistakes |= {path.removeprefix("answers."): mistake for path, mistake in found.items()}
    except EditedMeanwhile as refusal:
        form.refused(refusal)
        sheet = await answers.sheet(database, owner, order_id, ticket_id)
    said = {str(at): list(texts) for at, texts in given}
    if mistakes:
        form.mistaken("answers", "See what is marked below.")
    answer = pages.show_again(request, EDIT, desk, sheet=sheet, given=said, mistakes=mistakes, form=form)
    answer.status_code = 422 if mistakes else 409
    return answer


async def _given(request: Call, desk: Desk, sheet: answers.Sheet, form: Form, mistakes: dict[str, Mistake]) -> Given:
    """What was typed, by field; a file that came with it is taken first."""
    given: list[tuple[UUID, tuple[str, ...]]] = []
    for field in (field for one in sheet.forms for field in one.shown):
        name = f"answers.{field.id}"
        if field.kind is not Kind.FILE:
            given.append((field.id, tuple(text.strip() for text in form.texts(name) if text.strip())))
        elif sent := form.files.get(name):
            try:
                services, office, now = request.services, sheet.box_office_id, request.now
                taken = await uploads.take(services.database, services.workshop, office, sent.name, sent.content, now)
                given.append((field.id, (taken.id,)))
            except FileRefused as refusal:
                mistakes[str(field.id)] = Mistake(str(refusal.fields["problem"]))
    return tuple(given)
