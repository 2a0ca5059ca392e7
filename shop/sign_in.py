"""Signing in to a customer's account: by a mailed link, or by a password for who set one; and out again.

Whoever asks for a link is told the same whether anybody has the address. The browser that asked goes in by opening the
link; another shows one button first, because mail servers open links before people do.
"""

import time
from typing import Any, cast
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from shop import access, accounts, buyers, pages, tracked
from ticketing import customer_accounts, customer_links, customer_sessions
from ticketing.customer_links import CustomerLink, CustomerLinkKind, Onward
from ticketing.refusals import InputRefused, LinkSpent, PasswordWrong, TooManyRequests
from ticketing.shops import Storefront
from web.call import Call
from web.forms import Form
from web.languages import marked

PAGE, SENT, LINK = "shop/account/sign_in.html", "shop/account/sent.html", "shop/account/link.html"


@get("/account/sign-in")
async def ask(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """The page that asks who one is; on to the account for who is signed in."""
    front = await access.storefront(request, key)
    if await accounts.signed_in(request, front) is not None:
        return pages.done(request, _onward_path(front, _onward(request)))
    return _asked(request, front, Form())


@post("/account/sign-in", status_code=200)
async def sign_in(request: Call, key: FromPath[str]) -> Response[str] | Redirect:
    """Sign in by address and password."""
    front = await access.storefront(request, key)
    form, services = await request.typed(), request.services
    services.sign_ins.check(request.address, time.monotonic())
    visitor = accounts.visitor(request, front)
    try:
        email, password = form.text("email"), form.text("password")
        secret = await customer_accounts.open_by_password(services.database, visitor, email, password)
    except (PasswordWrong, TooManyRequests) as refusal:
        services.sign_ins.take(request.address, time.monotonic())
        form.refused(refusal)
        return _asked(request, front, form)
    accounts.keep(request, front, secret)
    tracked.did(request, tracked.LOGIN)
    return pages.done(request, _onward_path(front, _onward(request)))


@post("/account/link", status_code=200)
async def send_link(request: Call, key: FromPath[str]) -> Response[str]:
    """Have a link sent: answered the same and at once, whether anybody has that address or not."""
    front = await access.storefront(request, key)
    form, services = await request.typed(), request.services
    services.sign_ins.take(request.address, time.monotonic())
    try:
        visitor = accounts.visitor(request, front)
        await customer_accounts.ask_link(services.database, visitor, form.text("email"), _onward(request))
    except InputRefused as refusal:
        form.refused(refusal)
        return _asked(request, front, form)
    return pages.show(request, front, SENT, email=form.text("email").strip(), sure=False)


@post("/account/confirmation", status_code=200)
async def send_confirmation(request: Call, key: FromPath[str]) -> Response[str]:
    """Have a link sent to who is signed in, for what wants to be sure that it is still them."""
    signed = await accounts.at(request, key)
    await request.typed()
    request.services.sign_ins.take(request.address, time.monotonic())
    visitor, email = accounts.visitor(request, signed.front), signed.session.email
    await customer_accounts.ask_link(request.services.database, visitor, email, _onward(request))
    return pages.show(request, signed.front, SENT, email=email, sure=True)


@post("/orders/{order_id:uuid}/account", status_code=200)
async def offer(request: Call, key: FromPath[str], order_id: FromPath[UUID]) -> Response[str]:
    """Have a link sent to the buyer of an order who has no account yet, at the order's address."""
    opened = await buyers.opened(request, key, order_id)
    await request.typed()
    request.services.sign_ins.take(request.address, time.monotonic())
    customer = await customer_accounts.offered(request.services.database, order_id)
    if customer is not None:
        visitor = accounts.visitor(request, opened.front)
        await customer_accounts.ask_link(request.services.database, visitor, customer.email)
    return pages.show(request, opened.front, SENT, email=customer.email if customer else "", sure=True)


@get("/account/links/{secret:str}")
async def opened(request: Call, key: FromPath[str], secret: FromPath[str]) -> Response[str] | Redirect:
    """What a link is for. The browser that asked for a way in takes it."""
    front = await access.storefront(request, key)
    try:
        link = await _found(request, front, secret)
        if link.kind is CustomerLinkKind.SIGN_IN and link.asked_by(request.visit.token):
            return await _let_in(request, front, secret)
    except LinkSpent as refusal:
        return _spent(request, front, refusal)
    session = await accounts.signed_in(request, front)
    theirs = session is not None and session.customer_id == link.customer_id
    return pages.show(request, front, LINK, link=link, theirs=theirs, form=Form())


@post("/account/links/{secret:str}", status_code=200)
async def press(request: Call, key: FromPath[str], secret: FromPath[str]) -> Response[str] | Redirect:
    """Do what a link is for."""
    front = await access.storefront(request, key)
    await request.typed()
    try:
        link = await _found(request, front, secret)
        if link.kind is CustomerLinkKind.SIGN_IN:
            return await _let_in(request, front, secret)
        session = await accounts.signed_in(request, front)
        if session is None:
            raise LinkSpent()
        database, office = request.services.database, front.box_office.key
        email = await customer_accounts.take_email(database, session, secret, office, request.address, request.now)
    except LinkSpent as refusal:
        return _spent(request, front, refusal)
    told = marked("{email} is your address now, and what was ordered with it is here too.")
    return pages.done(request, accounts.path(front) + "/data", told, email=email)


@post("/account/sign-out", status_code=200)
async def sign_out(request: Call, key: FromPath[str]) -> Redirect:
    """End this session; with `everywhere`, all of them."""
    signed = await accounts.at(request, key)
    form = await request.typed()
    if "everywhere" in form:
        await customer_sessions.close_all(request.services.database, signed.session.customer_id)
    else:
        await customer_sessions.close(request.services.database, signed.session)
    request.visit.drop(accounts.cookie(signed.front))
    tracked.did(request, tracked.LOGOUT)
    return pages.done(request, signed.front.path, marked("You are signed out."))


def refused(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Instead of a page of the account: the one that asks who one is, which leads back there."""
    call = cast(Call, request)
    front = access.known(call)
    assert front is not None, "pages of an account are a shop's"
    last = str(call.scope["path"]).rstrip("/").rpartition("/")[2]
    onward = next((one for one in Onward if one and one == last), Onward.ORDERS)
    seen: Response[Any] = pages.done(call, accounts.path(front) + "/sign-in" + (f"?next={onward}" if onward else ""))
    return seen


async def _found(call: Call, front: Storefront, secret: str) -> CustomerLink:
    return await customer_links.find(call.services.database, front.box_office.organisation_id, secret, call.now)


async def _let_in(call: Call, front: Storefront, secret: str) -> Redirect:
    opened, link = await customer_accounts.open_by_link(call.services.database, accounts.visitor(call, front), secret)
    accounts.keep(call, front, opened)
    tracked.did(call, tracked.LOGIN)
    return pages.done(call, _onward_path(front, link.onward), marked("You are signed in."))


def _spent(call: Call, front: Storefront, refusal: LinkSpent) -> Response[str]:
    """A link that opens nothing any more: why, and the form for another."""
    form = Form()
    form.refused(refusal)
    return pages.show(call, front, PAGE, status=refusal.status, form=form, onward=_onward(call), by_password=False)


def _asked(call: Call, front: Storefront, form: Form) -> Response[str]:
    status, by_password = 422 if form.mistakes else 200, "password" in form
    return pages.show(call, front, PAGE, status=status, form=form, onward=_onward(call), by_password=by_password)


def _onward(call: Call) -> Onward:
    return next((one for one in Onward if one == call.query_params.get("next")), Onward.ORDERS)


def _onward_path(front: Storefront, onward: Onward) -> str:
    return accounts.path(front) + (f"/{onward}" if onward else "")
