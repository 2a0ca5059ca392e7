"""A customer's account: what they bought, what is kept of them, and its end. Each page is of who is signed in."""

from itertools import groupby
from typing import Any

from litestar import MediaType, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from shop import accounts, pages
from shop.accounts import Signed
from ticketing import customer_accounts, customer_deletions, customer_sessions, mailings
from ticketing.customer_accounts import NextTicket
from ticketing.refusals import InputRefused, PasswordWrong, TooManyRequests
from ticketing.states import OrderStatus
from web.answers import attached
from web.call import Call
from web.forms import Form
from web.languages import OWN_NAMES, marked

ORDERS, DATA = "shop/account/orders.html", "shop/account/data.html"
PASSWORD, DELETION = "shop/account/password.html", "shop/account/deletion.html"
PRESENT = "present"
"""The field in which a page asks for the present password."""
"""Each by its own name."""
STATES = {
    OrderStatus.PENDING: marked("To be paid"),
    OrderStatus.PAID: marked("Paid"),
    OrderStatus.EXPIRED: marked("Not paid in time"),
    OrderStatus.CANCELLED: marked("Cancelled"),
}


@get("/account")
async def index(request: Call, key: FromPath[str]) -> Response[str]:
    """The tickets of the next dates, and every order."""
    signed = await accounts.at(request, key)
    whose = (request.services.database, signed.session.customer_id, request.visit.language, request.now)
    bought = await customer_accounts.orders(*whose)
    tickets = await customer_accounts.next_tickets(*whose)
    return pages.show(
        request, signed.front, ORDERS, signed=signed, states=STATES, dates=_dates(tickets),
        upcoming=[one for one in bought if one.upcoming], past=[one for one in bought if not one.upcoming],
    )  # fmt: skip


@get("/account/data")
async def data(request: Call, key: FromPath[str]) -> Response[str]:
    """What is kept of them, to be changed or taken away."""
    signed = await accounts.at(request, key)
    return await _show_data(request, signed, Form())


@post("/account/data", status_code=200)
async def save_data(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Their name, and the language of their mails."""
    signed, form = await accounts.at(request, key), await request.typed()
    try:
        locale, database = form.text("locale"), request.services.database
        name, address = form.text("name"), request.address
        await customer_accounts.set_profile(database, signed.session, name, locale, address, request.now)
    except InputRefused as refusal:
        form.refused(refusal)
        return await _show_data(request, signed, form)
    return pages.done(request, f"{signed.path}/data", marked("Saved."))


@post("/account/mails", status_code=200)
async def save_mails(request: Call, key: FromPath[str]) -> Redirect:
    """Whether the organiser may write about its events."""
    signed, form = await accounts.at(request, key), await request.typed()
    database, named = request.services.database, (signed.session.organisation_id, signed.session.email)
    if "wanted" in form:
        await mailings.opt_in(database, *named)
    else:
        await mailings.opt_out(database, *named, request.now)
    return pages.done(request, f"{signed.path}/data", marked("Saved."))


@post("/account/email", status_code=200)
async def ask_email(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Have a link sent to another address, which takes it."""
    signed, form = await accounts.at(request, key), await request.typed()
    try:
        if await _is_sure(request, signed, form):
            database, office = request.services.database, signed.front.box_office.key
            wanted = await customer_accounts.ask_email(database, signed.session, form.text("email"), office)
            told = marked("A mail is on its way to {email}. The link in it makes that address yours.")
            return pages.done(request, f"{signed.path}/data", told, email=wanted)
    except InputRefused as refusal:
        form.refused(refusal)
    return await _show_data(request, signed, form)


@get("/account/data.json")
async def take_data(request: Call, key: FromPath[str]) -> Response[str]:
    """All that is kept of them, to take away."""
    signed = await accounts.at(request, key)
    database = request.services.database
    document = await customer_accounts.taken_away(database, signed.session, request.address, request.now)
    name = f"{signed.front.box_office.key}-{request.now:%Y-%m-%d}.json"
    return Response(document, media_type=MediaType.JSON, headers=attached(name))


@get("/account/password")
async def password(request: Call, key: FromPath[str]) -> Response[str]:
    """The password: set, changed or removed; and where one is signed in."""
    signed = await accounts.at(request, key)
    return await _show_password(request, signed, Form())


@post("/account/password", status_code=200)
async def save_password(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Set it; with `remove`, take it away."""
    signed, form = await accounts.at(request, key), await request.typed()
    wanted = None if "remove" in form else form.text("password")
    if wanted is not None and wanted != form.text("again"):
        form.mistaken("again", "This is not the same password.")
    try:
        if not form.mistakes and await _is_sure(request, signed, form):
            database, office = request.services.database, signed.front.box_office.key
            address = request.address
            await customer_accounts.set_password(database, signed.session, wanted, office, address, request.now)
            told = marked("Your password is set.") if wanted else marked("Your password was removed.")
            return pages.done(request, f"{signed.path}/password", told)
    except InputRefused as refusal:
        form.refused(refusal)
    return await _show_password(request, signed, form)


@get("/account/deletion")
async def deletion(request: Call, key: FromPath[str]) -> Response[str]:
    """What deleting the account does, what stays and why, and when it is done."""
    signed = await accounts.at(request, key)
    return await _show_deletion(request, signed, Form())


@post("/account/deletion", status_code=200)
async def delete(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Ask for it; it is done at once where nothing is waited for."""
    signed, form = await accounts.at(request, key), await request.typed()
    if "understood" not in form:
        form.mistaken("understood", "Tick this to go on.")
    if form.mistakes or not await _is_sure(request, signed, form):
        return await _show_deletion(request, signed, form)
    session, office = signed.session, signed.front.box_office.key
    named = (session.organisation_id, session.customer_id)
    if await customer_deletions.ask(request.services.database, *named, office, signed.by, request.now):
        request.visit.drop(accounts.cookie(signed.front))
        return pages.done(request, signed.front.path, marked("Your account was deleted. A last mail confirms it."))
    return pages.done(request, f"{signed.path}/deletion")


@post("/account/deletion/withdrawal", status_code=200)
async def keep(request: Call, key: FromPath[str]) -> Redirect:
    """Keep the account after all."""
    signed = await accounts.at(request, key)
    await request.typed()
    named = (signed.session.organisation_id, signed.session.customer_id)
    await customer_deletions.withdraw(request.services.database, *named, signed.by, request.now)
    return pages.done(request, signed.path, marked("Your account stays."))


async def _is_sure(call: Call, signed: Signed, form: Form) -> bool:
    """Whether this is still the customer: signed in lately, or the present password was typed; else a mistake."""
    session = signed.session
    if session.proved(call.now):
        return True
    if not session.has_password:
        form.mistaken(PRESENT, "Have a link mailed to you first.")
        return False
    try:
        await customer_accounts.confirm(call.services.database, session, form.text(PRESENT), call.address, call.now)
    except PasswordWrong:
        form.mistaken(PRESENT, "This is not your password.")
    except TooManyRequests as refusal:
        form.mistaken(PRESENT, type(refusal).__doc__ or "", **refusal.fields)
    return PRESENT not in form.mistakes


def _dates(tickets: list[NextTicket]) -> list[tuple[NextTicket, list[NextTicket]]]:
    """Tickets by their date and order, the first of each beside them."""
    found = [list(some) for _, some in groupby(tickets, key=lambda one: (one.performance_id, one.order_id))]
    return [(some[0], some) for some in found]


async def _show_data(call: Call, signed: Signed, form: Form) -> Response[str]:
    session = signed.session
    kept = Form.of({"name": session.name, "locale": session.locale[:2]})
    profile = form if "locale" in form else kept
    named = (session.organisation_id, session.email)
    organisation, opted_out = await mailings.opted_out(call.services.database, *named)
    return _shown(
        call, signed, DATA, form, profile=profile, languages_known=OWN_NAMES.items(), organisation=organisation,
        opted_out=opted_out,
    )  # fmt: skip


async def _show_password(call: Call, signed: Signed, form: Form) -> Response[str]:
    count = await customer_sessions.count_of(call.services.database, signed.session.customer_id, call.now)
    return _shown(call, signed, PASSWORD, form, browser_count=count)


async def _show_deletion(call: Call, signed: Signed, form: Form) -> Response[str]:
    named = (signed.session.organisation_id, signed.session.customer_id)
    stands = await customer_deletions.standing(call.services.database, *named)
    return _shown(call, signed, DELETION, form, stands=stands, at_once=stands.is_due(call.now))


def _shown(call: Call, signed: Signed, template: str, form: Form, **context: Any) -> Response[str]:
    status, sure = 422 if form.mistakes else 200, signed.session.proved(call.now)
    return pages.show(call, signed.front, template, status=status, signed=signed, form=form, sure=sure, **context)
