"""An order as its buyer sees it: how it stands, what is to pay, the tickets, the papers, and what they may change."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect
from msgspec import Struct

from shop import buyers, pages, paying
from shop.buyers import Opened
from ticketing import checkouts, customer_accounts, dossiers, holders, invoices, mails, orders, tickets
from ticketing.checkouts import Handover
from ticketing.dossiers import Dossier
from ticketing.jobs import MailKind
from ticketing.mails import MailOutcome
from ticketing.orders import Order
from ticketing.payment_methods import AT_COUNTER, INVOICE, ONLINE
from ticketing.payments import Payment
from ticketing.refusals import NotFound, Refusal
from ticketing.states import OrderStatus, PaymentStatus, RefundStatus, TicketStatus
from ticketing.tickets import OrderSheet
from web import ticket_files
from web.call import Call
from web.forms import Form
from web.languages import marked

ONE = "/orders/{order_id:uuid}"
SHOW, CANCEL = "shop/orders/show.html", "shop/orders/cancellation.html"
TICKETS = "shop/orders/tickets.html"
PDF = "application/pdf"
CENTS_MAX = 2**31 - 1


class Standing(StrEnum):
    """How an order stands, for its buyer."""

    TO_PAY = "to-pay"
    AWAITED = "awaited"
    """They were at the provider's, who has not told us yet."""
    ON_SITE = "on-site"
    INVOICED = "invoiced"
    PAID = "paid"
    OVER = "over"
    """It was not paid in time."""
    CANCELLED = "cancelled"


class Past(Struct, frozen=True):
    """Something that happened to an order: a text of ours, with what fills it."""

    at: datetime
    text: str
    amount_cents: int | None = None
    name: str = ""


class Standings(Struct, frozen=True):
    """How an order stands, for a script that waits."""

    standing: Standing


@get(ONE)
async def show(request: Call, key: FromPath[str], order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """The order. A link's secret goes into a cookie, and out of the address."""
    opened = await buyers.opened(request, key, order_id)
    if secret := request.query_params.get("secret"):
        return pages.done(request, buyers.admit(request, opened.front, order_id, secret))
    return await _show(request, opened, Form())


@get(ONE + "/standing")
async def standing_now(request: Call, key: FromPath[str], order_id: FromPath[UUID]) -> Standings:
    """How it stands, for a page that waits for the provider."""
    opened = await buyers.opened(request, key, order_id)
    dossier = await dossiers.of(request.services.database, order_id)
    return Standings(standing(opened.order, dossier.payments, True, request.now))


@post(ONE + "/payment", status_code=200)
async def pay(request: Call, key: FromPath[str], order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Pay what is due, in the way that was chosen."""
    opened = await buyers.opened(request, key, order_id)
    form = await request.typed()
    address = paying.judged(await paying.offered(request, opened.order), form)
    if not form.mistakes:
        try:
            path = await paying.begin(request, opened.path, opened.order, form.text("method"), address)
            return pages.done(request, path)
        except Refusal as refusal:
            form.refused(refusal)
    return await _show(request, await buyers.opened(request, key, order_id), form, 422)


@get(ONE + "/tickets")
async def show_tickets(request: Call, key: FromPath[str], order_id: FromPath[UUID]) -> Response[str]:
    """The tickets with their codes, for a telephone's screen."""
    opened, language = await _in_hand(request, key, order_id), request.visit.language
    phone = await ticket_files.for_phone(request.services, order_id, language, request.now)
    return pages.show(request, opened.front, TICKETS, opened=opened, order=opened.order, phone=phone)


@get(ONE + "/tickets.pdf")
async def pdf(request: Call, key: FromPath[str], order_id: FromPath[UUID]) -> Response[bytes]:
    """All tickets as one file."""
    await _in_hand(request, key, order_id)
    paper, language = ticket_files.paper_of(request.query_params.get("size", "")), request.visit.language
    made = await ticket_files.whole(request.services, order_id, paper, language, request.now)
    return ticket_files.answer(made, inline=True)


@get(ONE + "/tickets.zip")
async def zipped(request: Call, key: FromPath[str], order_id: FromPath[UUID]) -> Response[bytes]:
    """Each ticket as a file of its own."""
    await _in_hand(request, key, order_id)
    paper, language = ticket_files.paper_of(request.query_params.get("size", "")), request.visit.language
    return ticket_files.answer(
        await ticket_files.zipped(request.services, order_id, paper, language, request.now)
    )  # fmt: skip


@get(ONE + "/{ticket_id:uuid}/ticket.pdf")
async def single(
    request: Call, key: FromPath[str], order_id: FromPath[UUID], ticket_id: FromPath[UUID]
) -> Response[bytes]:
    """One ticket, or one pass."""
    await _in_hand(request, key, order_id)
    paper, language = ticket_files.paper_of(request.query_params.get("size", "")), request.visit.language
    made = await ticket_files.single(request.services, order_id, ticket_id, paper, language, request.now)
    return ticket_files.answer(made, inline=True)


@get(ONE + "/calendar.ics")
async def calendar(request: Call, key: FromPath[str], order_id: FromPath[UUID]) -> Response[bytes]:
    """Its dates for a calendar."""
    await buyers.opened(request, key, order_id)
    return ticket_files.answer(
        await ticket_files.calendar(request.services, order_id, request.visit.language, request.now)
    )  # fmt: skip


@get(ONE + "/invoices/{invoice_id:uuid}")
async def invoice(
    request: Call, key: FromPath[str], order_id: FromPath[UUID], invoice_id: FromPath[UUID]
) -> Response[bytes]:
    """An invoice or a credit note."""
    await buyers.opened(request, key, order_id)
    paper = await invoices.document(request.services.database, order_id, invoice_id)
    content = await request.services.press.invoice(paper)
    return ticket_files.answer(ticket_files.File(f"{paper.label}.pdf", PDF, content), inline=True)


@post(ONE + "/invoices", status_code=200)
async def ask_invoice(request: Call, key: FromPath[str], order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Have an invoice of what was ordered."""
    return await _acted(
        request, key, order_id, "The invoice is below.",
        lambda form, opened: invoices.issue(
            request.services.database, order_id, request.now, opened.by, by_buyer=True
        ),
    )  # fmt: skip


@post(ONE + "/mails", status_code=200)
async def mail(request: Call, key: FromPath[str], order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Have the mail sent once more, to the address of the order."""

    async def send(_: Form, opened: Opened) -> None:
        kind = MailKind.CONFIRMATION_AGAIN if opened.permitted.at_counter else MailKind.TICKETS_AGAIN
        await mails.send_to_buyer(request.services.database, order_id, kind, request.now, opened.by)

    return await _acted(request, key, order_id, "The mail is on its way.", send)


@post(ONE + "/handover", status_code=200)
async def hand_over(request: Call, key: FromPath[str], order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Have the tickets otherwise: on paper, on the telephone, at the counter."""

    async def change(form: Form, _: Opened) -> None:
        wanted = next((one for one in Handover if one == form.text("handover")), None)
        if wanted is None:
            raise NotFound(what="ticket")
        await checkouts.hand_over(request.services.database, order_id, wanted)

    return await _acted(request, key, order_id, "Saved.", change)


@post(ONE + "/holders", status_code=200)
async def name_holders(request: Call, key: FromPath[str], order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Put other names on tickets."""

    async def change(form: Form, opened: Opened) -> None:
        sheet = await tickets.sheet(request.services.database, order_id)
        ids = {str(ticket.ticket_id): ticket.ticket_id for ticket in sheet.tickets}
        names = {ids[name]: form.text(name) for name in form.names() if name in ids}
        await holders.name(request.services.database, order_id, names, request.now, opened.by)

    return await _acted(request, key, order_id, "The names are changed.", change)


@get(ONE + "/cancellation")
async def ask_cancel(request: Call, key: FromPath[str], order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """What cancelling would do."""
    opened = await buyers.opened(request, key, order_id)
    if not _may_cancel(opened, request.now):
        return pages.done(request, opened.path)
    dossier = await dossiers.of(request.services.database, order_id)
    taking = dossier.taking([seat.id for seat in dossier.seats])
    return pages.show(
        request, opened.front, CANCEL, opened=opened, order=dossier.order, dossier=dossier, taking=taking, form=Form()
    )


@post(ONE + "/cancellation", status_code=200)
async def cancel(request: Call, key: FromPath[str], order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Cancel all of it: what is not paid is given up, what is paid goes back."""

    async def give_back(form: Form, opened: Opened) -> None:
        stores = request.services.database, request.services.inventory
        if opened.order.status is OrderStatus.PENDING:
            await orders.give_up(*stores, order_id, request.now, opened.by)
        else:
            back_cents = form.number("back_cents", 0, CENTS_MAX) or 0
            await orders.withdraw(*stores, order_id, request.now, opened.by, back_cents)

    return await _acted(request, key, order_id, "The order is cancelled.", give_back)


# Behind the handlers


async def _in_hand(call: Call, key: str, order_id: UUID) -> Opened:
    """The order, if its tickets are its buyer's to show: those that wait at the counter are nobody's yet."""
    opened = await buyers.opened(call, key, order_id)
    if opened.permitted.at_counter:
        raise NotFound(what="ticket")
    return opened


async def _acted(call: Call, key: str, order_id: UUID, notice: str, act: Any) -> Response[str] | Redirect:
    """Do what a form of the order's page asks: back there with a word, or the page again with the reason why not."""
    opened = await buyers.opened(call, key, order_id)
    form = await call.typed()
    try:
        await act(form, opened)
    except Refusal as refusal:
        form.refused(refusal)
        return await _show(call, await buyers.opened(call, key, order_id), form, refusal.status)
    return pages.done(call, opened.path, notice)


async def _show(call: Call, opened: Opened, form: Form, status: int = 200) -> Response[str]:
    database, order = call.services.database, opened.order
    dossier = await dossiers.of(database, order.id)
    papers = await invoices.of_order(database, order.id)
    ways = await paying.offered(call, order)
    stands = standing(order, dossier.payments, "returned" in call.query_params, call.now)
    thanked = bool(call.visit.cookie(buyers.THANKS, opened.path)) and stands in SETTLED
    if thanked:
        call.visit.drop(buyers.THANKS, opened.path)
    sheet = await tickets.sheet(database, order.id)
    used = {seat.id for seat in dossier.seats if seat.admitted_at is not None}
    return pages.show(
        call, opened.front, SHOW, status=status, opened=opened, order=order, permitted=opened.permitted, form=form,
        dossier=dossier, sheet=sheet, zone=_zone(sheet), stands=stands, thanked=thanked, papers=papers, used=used,
        offered=await customer_accounts.offered(database, order.id),
        tried=_failed(dossier.payments, order), past=sorted(_past(dossier), key=lambda one: one.at),
        may_cancel=_may_cancel(opened, call.now), may_name=_nameable(opened, sheet, call.now),
        issued=any(ticket.status is TicketStatus.VALID for ticket in sheet.tickets),
        **paying.context(call, ways, form, order.payment_method or "", {}, dossier.client.name),
    )  # fmt: skip


SETTLED = (Standing.PAID, Standing.ON_SITE, Standing.INVOICED)


def standing(order: Order, found: list[Payment], returned: bool, now: datetime) -> Standing:
    """How an order stands. `returned`: its buyer comes back from the provider's page."""
    if order.status is OrderStatus.PAID:
        return Standing.PAID
    if order.status is OrderStatus.CANCELLED:
        return Standing.CANCELLED
    if order.status is OrderStatus.EXPIRED or (order.expires_at is not None and order.expires_at <= now):
        return Standing.OVER
    begun = [one for one in found if one.provider == ONLINE]
    if returned and begun and begun[-1].status is PaymentStatus.PENDING:
        return Standing.AWAITED
    return {AT_COUNTER: Standing.ON_SITE, INVOICE: Standing.INVOICED}.get(order.payment_method or "", Standing.TO_PAY)


def _failed(found: list[Payment], order: Order) -> bool:
    """Whether the last try to pay what is due online failed."""
    tries = [one for one in found if one.provider == ONLINE]
    return order.due_cents > 0 and bool(tries) and tries[-1].status is PaymentStatus.FAILED


def _may_cancel(opened: Opened, now: datetime) -> bool:
    status = opened.order.status
    return status is OrderStatus.PENDING or (status is OrderStatus.PAID and opened.permitted.may_cancel(now))


def _nameable(opened: Opened, sheet: OrderSheet, now: datetime) -> bool:
    named = (TicketStatus.RESERVED, TicketStatus.VALID)
    return opened.permitted.may_name(now) and any(
        ticket.pass_id is None and ticket.status in named for ticket in sheet.tickets
    )


def _zone(sheet: OrderSheet) -> str:
    return sheet.tickets[0].time_zone if sheet.tickets else "UTC"


PAYMENTS = {
    PaymentStatus.SUCCEEDED: marked("Your payment of {amount} arrived."),
    PaymentStatus.FAILED: marked("A payment of {amount} did not go through. Nothing was charged."),
    PaymentStatus.REFUND_DUE: marked("A payment of {amount} came that could not be used: it goes back."),
    PaymentStatus.REFUNDED: marked("Your payment of {amount} arrived, and went back later."),
}
MAILS = {
    MailKind.ORDER_PLACED: marked("What you ordered was mailed to you."),
    MailKind.ORDER_PAID: marked("Your confirmation with tickets was mailed."),
    MailKind.TICKETS_REISSUED: marked("New tickets were mailed."),
    MailKind.CONFIRMATION_AGAIN: marked("The confirmation was mailed again."),
    MailKind.TICKETS_AGAIN: marked("The tickets were mailed again."),
    MailKind.INVOICE: marked("The invoice was mailed."),
    MailKind.CREDIT_NOTE: marked("The credit note was mailed."),
}


def _past(dossier: Dossier) -> Iterator[Past]:
    """What happened to an order, in its buyer's words."""
    order = dossier.order
    yield Past(order.placed_at, marked("You placed the order."))
    for payment in dossier.payments:
        if payment.status in PAYMENTS:
            at = payment.settled_at or payment.created_at
            yield Past(at, PAYMENTS[payment.status], payment.amount_cents)
    for refund in dossier.refunds:
        yield Past(refund.created_at, marked("{amount} go back to you."), refund.amount_cents)
        if refund.status is RefundStatus.SENT and refund.sent_at is not None:
            yield Past(refund.sent_at, marked("{amount} were given back to you."), refund.amount_cents)
    for sent in dossier.mails:
        if sent.outcome is not MailOutcome.REFUSED and sent.kind in MAILS:
            yield Past(sent.at, MAILS[sent.kind], name=sent.recipient)
        elif sent.outcome is MailOutcome.REFUSED:
            yield Past(sent.at, marked("A mail to you was refused by your mail server."), name=sent.recipient)
    if order.closed_at is not None:
        late = order.status is OrderStatus.EXPIRED
        yield Past(order.closed_at, marked("The time to pay was over.") if late else marked("The order was cancelled."))
