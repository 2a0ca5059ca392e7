"""Orders: the list, an order's page, and what its buyer may ask for. Each act says first what it will do."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages
from admin.access import Desk
from admin.checkout import HANDOVERS
from admin.menu import marked
from ticketing import (
    answers,
    cash_sessions,
    dossiers,
    invoices,
    mails,
    notes,
    order_lists,
    orders,
    payment_methods,
    payments,
    refunds,
    splits,
)
from ticketing.cash_journal import Method
from ticketing.cash_sessions import Counter
from ticketing.channels import Channel
from ticketing.dossiers import Dossier
from ticketing.invoicing import DocumentKind
from ticketing.jobs import MailKind
from ticketing.mails import MailOutcome
from ticketing.order_lists import Filter, Page, Sort
from ticketing.payment_methods import Way
from ticketing.refusals import Refusal
from ticketing.states import OrderStatus, PaymentStatus, RefundStatus, TicketStatus
from ticketing.tokens import Scope
from web import ticket_files
from web.call import Call
from web.forms import Form
from web.payment_words import METHODS, PROVIDERS

LIST, SHOW, CANCEL, MAILS = "orders/index.html", "orders/show.html", "orders/cancellation.html", "orders/mails.html"
ONE = "/orders/{order_id:uuid}"
TEXT_CHARS_MAX = 200
CENTS_CHARS_MAX = 12
STATES = {
    OrderStatus.PENDING: marked("To be paid"),
    OrderStatus.PAID: marked("Paid"),
    OrderStatus.EXPIRED: marked("Expired"),
    OrderStatus.CANCELLED: marked("Cancelled"),
}
CHANNELS = {
    Channel.SHOP: marked("Shop"),
    Channel.COUNTER: marked("Counter"),
    Channel.API: marked("API"),
}
TICKETS = {
    TicketStatus.RESERVED: marked("Reserved"),
    TicketStatus.VALID: marked("Valid"),
    TicketStatus.CANCELLED: marked("Void"),
    TicketStatus.OPPOSED: marked("Opposed"),
}
PAYMENTS = {
    PaymentStatus.PENDING: marked("Begun"),
    PaymentStatus.SUCCEEDED: marked("Received"),
    PaymentStatus.FAILED: marked("Failed"),
    PaymentStatus.REFUND_DUE: marked("To go back"),
    PaymentStatus.REFUNDED: marked("Gone back"),
}
REFUNDS = {RefundStatus.DUE: marked("To be given back"), RefundStatus.SENT: marked("Given back")}
KINDS = {
    MailKind.ORDER_PLACED: marked("Order placed, to be paid"),
    MailKind.ORDER_PAID: marked("Confirmation with tickets"),
    MailKind.TICKETS_REISSUED: marked("New tickets"),
    MailKind.CONFIRMATION_AGAIN: marked("Confirmation, again"),
    MailKind.TICKETS_AGAIN: marked("Tickets, again"),
    MailKind.INVOICE: marked("Invoice"),
    MailKind.CREDIT_NOTE: marked("Credit note"),
}
PAPERS = {DocumentKind.INVOICE: marked("Invoice"), DocumentKind.CREDIT_NOTE: marked("Credit note")}
OUTCOMES = {
    MailOutcome.SENT: marked("Sent"),
    MailOutcome.KEPT: marked("Kept as a file: no mail server is set up"),
    MailOutcome.REFUSED: marked("Refused by the mail server"),
}
WORDS: dict[str, Any] = {
    "states": STATES,
    "channels": CHANNELS,
    "ticket_states": TICKETS,
    "payment_states": PAYMENTS,
    "refund_states": REFUNDS,
    "providers": PROVIDERS,
    "handovers": HANDOVERS,
    "mail_kinds": KINDS,
    "mail_outcomes": OUTCOMES,
    "methods": METHODS,
    "paper_kinds": PAPERS,
    "by_hand": refunds.BY_HAND,
    "at_counter": refunds.AT_COUNTER,
}


@get("/box-offices/{key:str}/orders")
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """A box office's orders, narrowed and sorted as the address says."""
    desk = await access.box_office(request, key, Scope.VIEW)
    return await _listed(request, desk)


@get("/events/{event_id:uuid}/orders")
async def of_event(request: Call, event_id: FromPath[UUID]) -> Response[str]:
    """The orders of one event, for those too who may see no other."""
    desk = await access.event(request, event_id, Scope.VIEW)
    return await _listed(request, desk, event_id)


@get(ONE)
async def show(request: Call, order_id: FromPath[UUID]) -> Response[str]:
    """All that is known of an order."""
    desk = await access.order(request, order_id, Scope.VIEW)
    return await _show(request, desk, order_id, Form())


@get(ONE + "/tickets.pdf")
async def pdf(request: Call, order_id: FromPath[UUID]) -> Response[bytes]:
    """The order's valid tickets and passes, to print."""
    await access.order(request, order_id, Scope.SELL)
    paper = ticket_files.paper_of(request.query_params.get("size", ""))
    return ticket_files.answer(await ticket_files.whole(request.services, order_id, paper, "", request.now))


@get(ONE + "/tickets.zip")
async def zipped(request: Call, order_id: FromPath[UUID]) -> Response[bytes]:
    """The same, each in a file of its own."""
    await access.order(request, order_id, Scope.SELL)
    paper = ticket_files.paper_of(request.query_params.get("size", ""))
    return ticket_files.answer(await ticket_files.zipped(request.services, order_id, paper, "", request.now))


@post(ONE + "/notes", status_code=200)
async def note(request: Call, order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Write a note."""
    desk = await access.order(request, order_id, Scope.SELL)
    form = await request.typed()
    try:
        await notes.add(request.services.database, order_id, form.text("text"), request.now, desk.actor)
    except Refusal as refusal:
        form.refused(refusal)
        return await _show(request, desk, order_id, form, again=True)
    return pages.done(request, _path(order_id), "The note is added.")


@get(ONE + "/mails")
async def mail(request: Call, order_id: FromPath[UUID]) -> Response[str]:
    """What to send again, and to whom."""
    desk = await access.order(request, order_id, Scope.SELL)
    dossier = await dossiers.of(request.services.database, order_id)
    form = Form.of({"kind": MailKind.TICKETS_AGAIN, "to": dossier.client.email})
    return pages.show(request, MAILS, desk, dossier=dossier, form=form, again=mails.AGAIN, **WORDS)


@post(ONE + "/mails", status_code=200)
async def send(request: Call, order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Send the confirmation or the tickets again."""
    desk = await access.order(request, order_id, Scope.SELL)
    form, database = await request.typed(), request.services.database
    kind = next((kind for kind in mails.AGAIN if kind == form.text("kind")), None)
    if kind is None:
        form.mistaken("kind", "Choose one of these.")
    else:
        try:
            to = await mails.send_again(database, order_id, kind, form.text("to"), request.now, desk.actor)
            return pages.done(request, _path(order_id), "The mail is on its way to {to}.", to=to)
        except Refusal as refusal:
            form.refused(refusal)
    dossier = await dossiers.of(database, order_id)
    return pages.show_again(request, MAILS, desk, dossier=dossier, form=form, again=mails.AGAIN, **WORDS)


@get(ONE + "/cancellation")
async def ask_cancel(request: Call, order_id: FromPath[UUID]) -> Response[str]:
    """Which tickets to take back (all that can be, unless the address names some), and what goes back."""
    desk = await access.order(request, order_id, Scope.SELL)
    dossier = await dossiers.of(request.services.database, order_id)
    asked = request.query_params.getall("ticket", [])
    chosen = [seat.id for seat in dossier.seats if str(seat.id) in asked] or _cancellable(dossier)
    return pages.show(request, CANCEL, desk, form=Form(), **_cancelling(dossier, chosen))


@post(ONE + "/cancellation", status_code=200)
async def cancel(request: Call, order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Take the tickets back, if what goes back is still what was said."""
    desk = await access.order(request, order_id, Scope.SELL)
    form, services = await request.typed(), request.services
    dossier = await dossiers.of(services.database, order_id)
    chosen = [seat.id for seat in dossier.seats if str(seat.id) in form.texts("ticket")]
    back_cents = shown_cents(form, "back_cents")
    if back_cents:
        await access.confirmed(request, desk.session, form)
    stores = services.database, services.inventory
    try:
        if back_cents:
            await within_rights(request, desk, order_id)
        await orders.cancel(*stores, order_id, request.now, chosen, desk.actor, back_cents)
    except Refusal as refusal:
        form.refused(refusal)
        context = _cancelling(await dossiers.of(services.database, order_id), chosen)
        return pages.show_again(request, CANCEL, desk, form=form, status=refusal.status, **context)
    return pages.done(request, _path(order_id), "The tickets are cancelled.")


@get(ONE + "/refund")
async def ask_refund(request: Call, order_id: FromPath[UUID]) -> Response[str]:
    """What a refund in full would do."""
    desk = await access.order(request, order_id, Scope.SELL)
    dossier = await dossiers.of(request.services.database, order_id)
    return pages.show(request, "orders/refund.html", desk, dossier=dossier, form=Form(), **WORDS)


@post(ONE + "/refund", status_code=200)
async def refund(request: Call, order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Give all of it back."""
    desk = await access.order(request, order_id, Scope.SELL)
    form, services = await request.typed(), request.services
    await access.confirmed(request, desk.session, form)
    try:
        await within_rights(request, desk, order_id)
        stores, back_cents = (services.database, services.inventory), shown_cents(form, "back_cents")
        await orders.refund(*stores, order_id, request.now, desk.actor, back_cents)
    except Refusal as refusal:
        form.refused(refusal)
        dossier = await dossiers.of(services.database, order_id)
        context = {"dossier": dossier, "form": form} | WORDS
        return pages.show_again(request, "orders/refund.html", desk, status=refusal.status, **context)
    return pages.done(request, _path(order_id), "The order is refunded.")


@post(ONE + "/payment", status_code=200)
async def pay(request: Call, order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Book what is due as taken on site, if that is what was on the button: in cash, unless a card was said."""
    desk = await access.order(request, order_id, Scope.SELL)
    form, database = await request.typed(), request.services.database
    try:
        due_cents, method = shown_cents(form, "due_cents"), method_of(form)
        taken = (desk.actor, due_cents, method, session_of(form))
        await payments.take_on_site(database, order_id, request.now, *taken)
    except Refusal as refusal:
        form.refused(refusal)
        return await _show(request, desk, order_id, form, again=True)
    return pages.done(request, _path(order_id), "The payment is booked.")


@post(ONE + "/refunds/{refund_id:uuid}/handed-out", status_code=200)
async def hand_out(request: Call, order_id: FromPath[UUID], refund_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Book cash, or what went back by the card terminal, as given back."""
    desk = await access.order(request, order_id, Scope.SELL)
    form, database = await request.typed(), request.services.database
    owner = desk.reach.organisation_id
    refunds.ensure_of(await refunds.of_order(database, order_id), refund_id)
    await access.confirmed(request, desk.session, form)
    try:
        await within_rights(request, desk, order_id)
        await refunds.hand_out(database, owner, refund_id, request.now, desk.actor, session_of(form))
    except Refusal as refusal:
        form.refused(refusal)
        return await _show(request, desk, order_id, form, again=True)
    return pages.done(request, _path(order_id), "The refund is booked as handed out.")


async def within_rights(call: Call, desk: Desk, order_id: UUID) -> None:
    """RefundNotYours for who sells and would give back what others took, or what came in on another day."""
    if not desk.may(Scope.MANAGE):
        await refunds.ensure_within_rights(call.services.database, order_id, desk.actor, call.now)


async def show_again(call: Call, desk: Desk, order_id: UUID, form: Form) -> Response[str]:
    """The order's page with what is wrong with an act that another page's handlers did."""
    return await _show(call, desk, order_id, form, again=True)


async def _show(call: Call, desk: Desk, order_id: UUID, form: Form, again: bool = False) -> Response[str]:
    """The order's page; with what was typed and what is wrong with it."""
    database = call.services.database
    dossier = await dossiers.of(database, order_id)
    context: dict[str, Any] = {
        "dossier": dossier,
        "answered": await answers.of_order(database, order_id, call.visit.language),
        "history": await history.of(call, desk, "order", order_id),
        "billed_to": await invoices.billed_to(database, order_id),
        "ways": await _ways(call, dossier),
        "counter": await till_of(call, desk, dossier),
        "relatives": await splits.relatives(database, order_id),
        "order_id": order_id,
        "form": form,
    }
    render = pages.show_again if again else pages.show
    return render(call, SHOW, desk, **context, **WORDS)


async def _ways(call: Call, dossier: Dossier) -> tuple[Way, ...]:
    """How an order that awaits its money can be paid."""
    if dossier.order.status is not OrderStatus.PENDING:
        return ()
    services = call.services
    return await payment_methods.offered_for(services.database, services.settings, dossier.order.id, call.now)


async def till_of(call: Call, desk: Desk, dossier: Dossier) -> Counter | None:
    """How who looks takes and gives back money over the counter; None when there is none to take or give."""
    gives = any(one.status is RefundStatus.DUE and one.provider in refunds.AT_COUNTER for one in dossier.refunds)
    takes = dossier.open and dossier.order.due_cents
    if not (takes or gives) or not desk.may(Scope.SELL):
        return None
    return await cash_sessions.at_counter(call.services.database, dossier.order.box_office_id, desk.session.staff_id)


def method_of(form: Form) -> Method:
    """How it was said to be taken: in cash, where nobody said."""
    return Method.TERMINAL if form.text("method") == Method.TERMINAL else Method.CASH


def session_of(form: Form) -> UUID | None:
    """The cash session that was chosen; None leaves it to who takes the money to have one."""
    try:
        return UUID(form.text("session"))
    except ValueError:
        return None


def shown_cents(form: Form, name: str) -> int:
    """The amount that was on the page when its button was pressed; what no page shows is no amount."""
    text = form.text(name)
    return int(text) if text.isdecimal() and len(text) <= CENTS_CHARS_MAX else -1


async def _listed(call: Call, desk: Desk, event_id: UUID | None = None) -> Response[str]:
    """The list: of the box office, or of an event, without what is for others too for who may not see those."""
    office, database = desk.reach.box_office_id, call.services.database
    assert office is not None, "one has come to a box office, or to an event of one"
    wanted, form = _filter(call)
    after, before = _uuid(call, "after"), _uuid(call, "before")
    performances, tariffs = await order_lists.choices(database, office)
    if event_id is not None:
        wanted = msgspec.structs.replace(wanted, event=event_id)
        performances, tariffs = ([one for one in some if one.event_id == event_id] for some in (performances, tariffs))
    page = await order_lists.page(database, office, wanted, after=after, before=before)
    everything = event_id is None or _sees_box_office(desk)
    rows = [row for row in page.rows if everything or row.event_count == 1]
    return pages.show(
        call, LIST, desk, page=page, rows=rows, form=form, performances=performances, tariffs=tariffs,
        event_id=event_id, narrowed=wanted != Filter(sort=wanted.sort, event=event_id), links=_links(form, page),
        **WORDS,
    )  # fmt: skip


def _sees_box_office(desk: Desk) -> bool:
    """Whether all of the page's box office is theirs to see, and not one event of it only."""
    return any(one.box_office_id == desk.reach.box_office_id and one.may(Scope.VIEW) for one in desk.places.box_offices)


def _path(order_id: UUID) -> str:
    return f"/admin/orders/{order_id}"


def _cancellable(dossier: Dossier) -> list[UUID]:
    """The tickets that can be taken back as things are."""
    return [seat.id for seat in dossier.seats if seat.live and not seat.admitted_at]


def _cancelling(dossier: Dossier, chosen: list[UUID]) -> dict[str, Any]:
    return {"dossier": dossier, "taking": dossier.taking(chosen), "cancellable": _cancellable(dossier)} | WORDS


def _filter(call: Call) -> tuple[Filter, Form]:
    """What the address asks for; what it says that nobody can mean is left out."""
    query = call.query_params
    event = query.get("event") or query.get("performance", "").partition("event-")[2]
    form = Form.of(
        {
            "status": query.get("status", ""),
            "since": query.get("since", ""),
            "until": query.get("until", ""),
            "performance": f"event-{event}" if event else query.get("performance", ""),
            "tariff": query.get("tariff", ""),
            "channel": query.get("channel", ""),
            "text": query.get("text", "")[:TEXT_CHARS_MAX],
            "refund": query.get("refund", ""),
            "sort": query.get("sort", ""),
        }
    )
    wanted = Filter(
        status=next((one for one in OrderStatus if one == form.text("status")), None),
        since=_day(form.text("since")),
        until=_day(form.text("until")),
        event=_id(event),
        performance=_id(form.text("performance")),
        tariff=_id(form.text("tariff")),
        channel=next((one for one in Channel if one == form.text("channel")), None),
        refund_due=form.text("refund") == "due",
        text=form.text("text"),
        sort=Sort.OLDEST if form.text("sort") == Sort.OLDEST else Sort.NEWEST,
    )
    return wanted, form


def _links(form: Form, page: Page) -> dict[str, str]:
    """The addresses of this list's neighbours: the pages before and after, the other order, and each state."""
    kept = {name: form.text(name) for name in form.names() if form.text(name)}
    other = Sort.NEWEST if kept.get("sort") == Sort.OLDEST else Sort.OLDEST
    return {
        "before": "?" + urlencode(kept | {"before": str(page.before)}) if page.before else "",
        "after": "?" + urlencode(kept | {"after": str(page.after)}) if page.after else "",
        "sort": "?" + urlencode(kept | {"sort": other}),
    }


def _uuid(call: Call, name: str) -> UUID | None:
    return _id(call.query_params.get(name, ""))


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1970 <= found.year <= 9000 else None
