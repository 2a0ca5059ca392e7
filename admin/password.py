"""A forgotten password, and the first one: the link sent by mail, and the page that it opens."""

import time

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import pages
from admin.menu import marked
from ticketing import account_links, account_mails
from ticketing.account_links import LinkKind
from ticketing.jobs import AccountMailKind
from ticketing.refusals import InputRefused
from ticketing.texts import email_of
from web.call import Call
from web.forms import Form

FORGOTTEN, SENT, SET = "password/forgotten.html", "password/sent.html", "password/set.html"


@get("/password")
async def forgotten(request: Call) -> Response[str]:
    """The page that asks where to write to."""
    return pages.show(request, FORGOTTEN, None, form=Form())


@post("/password", status_code=200)
async def ask(request: Call) -> Response[str]:
    """Ask for a link: answered the same and at once, whether anybody has that address or not."""
    form, database = await request.typed(), request.services.database
    request.services.sign_ins.take(request.address, time.monotonic())
    try:
        email = email_of(form.text("email"))
    except InputRefused as refusal:
        form.refused(refusal)
        return pages.show_again(request, FORGOTTEN, None, form=form)
    async with database.transaction() as c:
        await account_mails.ask(c, AccountMailKind.PASSWORD_RESET, email)
    return pages.show(request, SENT, None, email=email)


@get("/password/{secret:str}")
async def opened(request: Call, secret: FromPath[str]) -> Response[str]:
    """The page of a link: it asks for the password, and for an invitation's name."""
    link = await account_links.find(request.services.database, secret, request.now)
    request.visit.chosen = link.locale
    return pages.show(request, SET, None, form=Form.of({"name": link.name}), link=link, invited=_invited(link))


@post("/password/{secret:str}", status_code=200)
async def set_password(request: Call, secret: FromPath[str]) -> Response[str] | Redirect:
    """Set the password; whoever was signed in with the old one is so no longer."""
    form, database = await request.typed(), request.services.database
    link = await account_links.find(database, secret, request.now)
    request.visit.chosen = link.locale
    password, name = form.text("password"), form.text("name")
    if password != form.text("again"):
        form.mistaken("again", "This is not the same password.")
    try:
        if not form.mistakes:
            await account_links.use(database, secret, password, name, request.address, request.now)
    except InputRefused as refusal:
        form.refused(refusal)
    if form.mistakes:
        return pages.show_again(request, SET, None, form=form, link=link, invited=_invited(link))
    return pages.done(request, pages.SIGN_IN, marked("Your password is set. Sign in with it."))


def _invited(link: account_links.Link) -> bool:
    return link.kind is LinkKind.INVITATION
