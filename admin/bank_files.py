"""Bank files: uploaded, looked at, confirmed; and the payments in them that name no order, assigned by hand."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages
from admin.access import Desk
from admin.menu import marked
from ticketing import bank_files, bank_formats, billing, box_offices, creditors
from ticketing.bank_files import BankFile, EntryState, Proposal, Proposed
from ticketing.bank_formats import FILE_BYTES_MAX, SAMPLE_ROWS, Column, Table
from ticketing.payments import Received
from ticketing.refusals import InputRefused, Refusal
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

ALL = "/box-offices/{key:str}/bank-files"
ONE = ALL + "/{file_id:uuid}"
ENTRY = "/box-offices/{key:str}/bank-entries/{entry_id:uuid}"
FORM_BYTES_MAX = 64 * 1024
LIST, SHOW, COLUMNS, ASSIGN = (f"bank_files/{name}.html" for name in ("index", "show", "columns", "entry"))
PROPOSALS = {
    Proposal.PAYS: marked("Pays the order"),
    Proposal.PART: marked("Pays a part: the rest stays owed"),
    Proposal.MORE: marked("Pays the order: what is too much goes back"),
    Proposal.GONE: marked("The order ended or is paid: it goes back, unless its seats are free again"),
    Proposal.CURRENCY: marked("Another currency: it goes back"),
    Proposal.SEVERAL: marked("Names several orders"),
    Proposal.TWIN: marked("Looks like one that was booked before"),
    Proposal.UNKNOWN: marked("Names no order"),
}
OUTCOMES = {
    Received.PAID: marked("Paid"),
    Received.PART_PAID: marked("Paid in part"),
    Received.SEATED_LATE: marked("Paid late, with its seats again"),
    Received.WRONG_AMOUNT: marked("Another currency: to go back"),
    Received.REFUND_DUE: marked("To go back"),
}
COLUMN_WORDS = {
    Column.DATE: marked("Day of booking"),
    Column.AMOUNT: marked("Amount that came"),
    Column.CURRENCY: marked("Currency"),
    Column.REFERENCE: marked("Reference"),
    Column.MESSAGE: marked("Message"),
    Column.PAYER: marked("Payer"),
    Column.PAYER_ACCOUNT: marked("Payer’s account"),
    Column.KEY: marked("The bank’s number of the payment"),
}
NEEDED = (Column.DATE, Column.AMOUNT)
WORDS: dict[str, Any] = {"proposals": PROPOSALS, "outcomes": OUTCOMES, "decided": bank_files.DECIDED}


@get(ALL)
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """What waits for somebody, and the files there were."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    return await _list(request, desk, key, Form())


@post(ALL, status_code=200)
async def upload(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Read a file, and show what booking it would do."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, services = await request.typed(FILE_BYTES_MAX + FORM_BYTES_MAX), request.services
    file = form.files.get("file")
    if file is None or not file.content:
        form.mistaken("file", "Choose a file.")
    else:
        owner, office = desk.reach.organisation_id, _office(desk)
        try:
            made = await bank_files.upload(
                services.database, services.workshop, owner, office, file.name, file.content, desk.actor, request.now
            )
            return pages.done(request, f"/admin/box-offices/{key}/bank-files/{made}")
        except InputRefused as refusal:
            form.refused(refusal)
    return await _list(request, desk, key, form, 422)


@get(ONE)
async def show(request: Call, key: FromPath[str], file_id: FromPath[UUID]) -> Response[str]:
    """A file: its columns to be chosen, what booking it would do, or what it did."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    found = await bank_files.get(request.services.database, _office(desk), file_id)
    if found.needs_columns or ("columns" in request.query_params and not found.confirmed_at):
        return await _columns(request, desk, key, found, None)
    return await _show(request, desk, key, found)


@get(ONE + "/progress")
async def progress(request: Call, key: FromPath[str], file_id: FromPath[UUID]) -> Response[str]:
    """How far it is booked: the part of the page that renews itself."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    found = await bank_files.get(request.services.database, _office(desk), file_id)
    return await _show(request, desk, key, found, block="entries")


@post(ONE + "/columns", status_code=200)
async def choose_columns(request: Call, key: FromPath[str], file_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Read a table by its columns."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, database, office = await request.typed(), request.services.database, _office(desk)
    found = await bank_files.get(database, office, file_id)
    width = len((await bank_files.table(database, office, file_id)).headings)
    typed = {column: form.number(column.value, 0, width - 1, required=False) for column in Column}
    columns = {column: at for column, at in typed.items() if at is not None}
    if not form.mistakes:
        try:
            await bank_files.choose_columns(database, desk.reach.organisation_id, office, file_id, columns)
            return pages.done(request, f"/admin/box-offices/{key}/bank-files/{file_id}")
        except Refusal as refusal:
            form.refused(refusal)
    return await _columns(request, desk, key, found, form)


@post(ONE + "/confirmation", status_code=200)
async def confirm(request: Call, key: FromPath[str], file_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Have it booked."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, database, office = await request.typed(), request.services.database, _office(desk)
    try:
        await bank_files.confirm(database, office, file_id, desk.actor, request.now)
    except Refusal as refusal:
        form.refused(refusal)
        found = await bank_files.get(database, office, file_id)
        return await _show(request, desk, key, found, form=form, status=refusal.status)
    return pages.done(request, f"/admin/box-offices/{key}/bank-files/{file_id}", "The file is confirmed.")


@post(ONE + "/removal", status_code=200)
async def remove(request: Call, key: FromPath[str], file_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Forget it, as long as it is not confirmed."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, database, office = await request.typed(), request.services.database, _office(desk)
    try:
        await bank_files.remove(database, office, file_id)
    except Refusal as refusal:
        form.refused(refusal)
        found = await bank_files.get(database, office, file_id)
        return await _show(request, desk, key, found, form=form, status=refusal.status)
    return pages.done(request, f"/admin/box-offices/{key}/bank-files", "The file is forgotten.")


@get(ENTRY)
async def entry(request: Call, key: FromPath[str], entry_id: FromPath[UUID]) -> Response[str]:
    """A payment, and the orders it may be for."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    return await _entry(request, desk, key, entry_id, Form.of({"text": request.query_params.get("text", "")}))


@post(ENTRY + "/assignment", status_code=200)
async def assign(request: Call, key: FromPath[str], entry_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Book it to an order."""
    desk = await access.box_office(request, key, Scope.MANAGE)
    form, services = await request.typed(), request.services
    stores = services.database, services.inventory, services.settings
    try:
        done = await bank_files.assign(*stores, _office(desk), entry_id, form.text("code"), desk.actor, request.now)
    except Refusal as refusal:
        form.refused(refusal)
        return await _entry(request, desk, key, entry_id, form, refusal.status)
    return pages.done(
        request, f"/admin/box-offices/{key}/bank-files", "The payment is booked to the order {code}.",
        code=done.order_code,
    )  # fmt: skip


@post(ENTRY + "/setting-aside", status_code=200)
async def set_aside(request: Call, key: FromPath[str], entry_id: FromPath[UUID]) -> Response[str] | Redirect:
    """It is no order's."""
    return await _turned(request, key, entry_id, bank_files.set_aside, "The payment is set aside.")


@post(ENTRY + "/return", status_code=200)
async def put_back(request: Call, key: FromPath[str], entry_id: FromPath[UUID]) -> Response[str] | Redirect:
    """It may be some order's after all."""
    return await _turned(request, key, entry_id, bank_files.put_back, "The payment waits again.")


async def _turned(call: Call, key: str, entry_id: UUID, verb: Any, notice: str) -> Response[str] | Redirect:
    desk = await access.box_office(call, key, Scope.MANAGE)
    form = await call.typed()
    try:
        await verb(call.services.database, _office(desk), entry_id, desk.actor, call.now)
    except Refusal as refusal:
        form.refused(refusal)
        return await _entry(call, desk, key, entry_id, form, refusal.status)
    return pages.done(call, f"/admin/box-offices/{key}/bank-files", notice)


def _office(desk: Desk) -> UUID:
    office = desk.reach.box_office_id
    assert office is not None, "one has come to a box office"
    return office


async def _list(call: Call, desk: Desk, key: str, form: Form, status: int = 200) -> Response[str]:
    database, office = call.services.database, _office(desk)
    context: dict[str, Any] = {
        "waiting": await bank_files.unmatched(database, office),
        "aside": await bank_files.unmatched(database, office, EntryState.SET_ASIDE),
        "files": await bank_files.files(database, office),
        "zone": await box_offices.time_zone(database, office),
        "billing": (await billing.both(database, office))[0],
        "megabytes_max": FILE_BYTES_MAX >> 20,
    }
    return pages.show(call, LIST, desk, status=status, form=form, key=key, **context, **WORDS)


async def _show(
    call: Call, desk: Desk, key: str, found: BankFile, *, form: Form | None = None, status: int = 200, block: str = ""
) -> Response[str]:
    database, office = call.services.database, _office(desk)
    rows = await bank_files.proposed(database, office, found.id)
    return pages.show(
        call, SHOW, desk, block=block or None, status=status, key=key, file=found, rows=rows, form=form or Form(),
        willing=sum(_is_decided(row) for row in rows), zone=await box_offices.time_zone(database, office),
        history=None if block else await history.of(call, desk, "bank_file", found.id), **WORDS,
    )  # fmt: skip


def _is_decided(row: Proposed) -> bool:
    return row.proposal in bank_files.DECIDED and row.entry.state is EntryState.OPEN


async def _columns(call: Call, desk: Desk, key: str, found: BankFile, form: Form | None) -> Response[str]:
    table: Table = await bank_files.table(call.services.database, _office(desk), found.id)
    guessed = {column.value: at for column, at in bank_formats.proposed(table).items()}
    choices = [("", "—"), *((str(at), heading or str(at + 1)) for at, heading in enumerate(table.headings))]
    return pages.show(
        call, COLUMNS, desk, status=422 if form else 200, key=key, file=found, form=form or Form.of(guessed),
        table=table, sample=table.rows[:SAMPLE_ROWS], choices=choices, columns=COLUMN_WORDS, needed=NEEDED,
    )  # fmt: skip


async def _entry(call: Call, desk: Desk, key: str, entry_id: UUID, form: Form, status: int = 200) -> Response[str]:
    database, office = call.services.database, _office(desk)
    found = await bank_files.entry(database, office, entry_id)
    debts = await bank_files.suggested(database, office, found.entry, form.text("text"))
    if found.debt is not None and not form.text("text"):
        debts = [found.debt, *(debt for debt in debts if debt.id != found.debt.id)]
    outlooks = {debt.id: bank_files.outlook(debt, found.entry.amount_cents, found.entry.currency) for debt in debts}
    return pages.show(
        call,
        ASSIGN,
        desk,
        status=status,
        key=key,
        found=found,
        debts=debts,
        outlooks=outlooks,
        form=form,
        payer_account=creditors.shown(found.entry.payer_account.replace(" ", "")),
        **WORDS,
    )


HANDLERS = (
    index, upload, show, progress, choose_columns, confirm, remove, entry, assign, set_aside, put_back,
)  # fmt: skip
