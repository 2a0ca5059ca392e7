"""An order's invoices on its page: issued, addressed, opened, sent; and the way its buyer is to pay."""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, orders, pages
from admin.access import Desk
from ticketing import billing, dossiers, invoices, payment_methods
from ticketing.billing import Address
from ticketing.refusals import InputRefused, Refusal
from ticketing.tokens import Scope
from web import papers
from web.call import Call
from web.forms import Form

ONE = "/orders/{order_id:uuid}"
INVOICE = ONE + "/invoices/{invoice_id:uuid}"
ADDRESS, MAIL = "orders/bill_address.html", "orders/invoice_mail.html"


@get(ONE + "/invoices/{file:str}")
async def pdf(request: Call, order_id: FromPath[UUID], file: FromPath[str]) -> Response[bytes]:
    """An invoice or a credit note, to print."""
    await access.order(request, order_id, Scope.VIEW)
    return await papers.answer(request, order_id, papers.invoice_id(file))


@post(ONE + "/invoices", status_code=200)
async def issue(request: Call, order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Invoice the order."""
    desk = await access.order(request, order_id, Scope.SELL)
    form = await request.typed()
    try:
        made = await invoices.issue(request.services.database, order_id, request.now, desk.actor)
    except Refusal as refusal:
        form.refused(refusal)
        return await orders.show_again(request, desk, order_id, form)
    return pages.done(request, f"/admin/orders/{order_id}#invoices", "{label} is issued.", label=made[-1].label)


@get(INVOICE + "/mails")
async def mail(request: Call, order_id: FromPath[UUID], invoice_id: FromPath[UUID]) -> Response[str]:
    """To whom to send it."""
    desk = await access.order(request, order_id, Scope.SELL)
    dossier = await dossiers.of(request.services.database, order_id)
    return await _mail(request, desk, order_id, invoice_id, Form.of({"to": dossier.client.email}))


@post(INVOICE + "/mails", status_code=200)
async def send(request: Call, order_id: FromPath[UUID], invoice_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Send it by mail."""
    desk = await access.order(request, order_id, Scope.SELL)
    form = await request.typed()
    try:
        to = await invoices.send(
            request.services.database, order_id, invoice_id, form.text("to"), request.now, desk.actor
        )
    except InputRefused as refusal:
        form.refused(refusal)
        return await _mail(request, desk, order_id, invoice_id, form, 422)
    return pages.done(request, f"/admin/orders/{order_id}", "The mail is on its way to {to}.", to=to)


@get(ONE + "/bill-address")
async def address(request: Call, order_id: FromPath[UUID]) -> Response[str]:
    """Whom the order's invoices are for."""
    desk = await access.order(request, order_id, Scope.SELL)
    database = request.services.database
    dossier, known = await dossiers.of(database, order_id), await invoices.billed_to(database, order_id)
    found = known or Address(dossier.client.name)
    fields = {name: getattr(found, name) for name in Address.__struct_fields__}
    return await _address(request, desk, order_id, Form.of(fields))


@post(ONE + "/bill-address", status_code=200)
async def set_address(request: Call, order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Say whom they are for."""
    desk = await access.order(request, order_id, Scope.SELL)
    form = await request.typed()
    typed = Address(*(form.text(name) for name in Address.__struct_fields__))
    try:
        await invoices.bill_to(request.services.database, order_id, typed, request.now, desk.actor)
    except Refusal as refusal:
        form.refused(refusal)
        return await _address(request, desk, order_id, form, refusal.status)
    return pages.done(request, f"/admin/orders/{order_id}#invoices", "The address is saved.")


@post(ONE + "/payment-method", status_code=200)
async def choose(request: Call, order_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Say how the buyer will pay."""
    desk = await access.order(request, order_id, Scope.SELL)
    form, services = await request.typed(), request.services
    try:
        method = form.text("method")
        await payment_methods.choose(services.database, services.settings, order_id, method, request.now, desk.actor)
    except Refusal as refusal:
        form.refused(refusal)
        return await orders.show_again(request, desk, order_id, form)
    return pages.done(request, f"/admin/orders/{order_id}", "The way to pay is set.")


async def _mail(
    call: Call, desk: Desk, order_id: UUID, invoice_id: UUID, form: Form, status: int = 200
) -> Response[str]:
    database = call.services.database
    paper, dossier = await invoices.document(database, order_id, invoice_id), await dossiers.of(database, order_id)
    return pages.show(call, MAIL, desk, status=status, dossier=dossier, paper=paper, invoice_id=invoice_id, form=form)


async def _address(call: Call, desk: Desk, order_id: UUID, form: Form, status: int = 200) -> Response[str]:
    countries = [("", ""), *billing.countries(call.visit.language)]
    dossier = await dossiers.of(call.services.database, order_id)
    return pages.show(call, ADDRESS, desk, status=status, dossier=dossier, form=form, countries=countries)


HANDLERS = (pdf, issue, mail, send, address, set_address, choose)
