"""Signing in and out of the back office, and typing the password again."""

import time

from litestar import Response, get, post
from litestar.response import Redirect

from admin import access, pages
from ticketing import sessions, staff
from ticketing.refusals import PasswordWrong
from ticketing.sessions import Stage
from web.call import Call
from web.forms import Form

PAGE = "admin/sign_in.html"


@get("/sign-in")
async def ask(request: Call) -> Response[str]:
    """The page that asks who one is."""
    return pages.show(request, PAGE, None, form=Form(), target=_target(request))


@post("/sign-in", status_code=200)
async def sign_in(request: Call) -> Response[str] | Redirect:
    """Check address and password; on to the page that was wanted."""
    form, services = await request.typed(), request.services
    services.sign_ins.check(request.address, time.monotonic())
    try:
        person = await staff.verify(services.database, form.text("email"), form.text("password"))
    except PasswordWrong as refusal:
        services.sign_ins.take(request.address, time.monotonic())
        form.refused(refusal)
        return pages.show_again(request, PAGE, None, form=form, target=_target(request))
    agent = request.header(b"user-agent")
    secret = await sessions.start(services.database, person, Stage.FULL, request.address, agent, request.now)
    request.visit.keep(access.COOKIE, secret, None)
    return pages.done(request, _target(request))


@post("/sign-out", status_code=200)
async def sign_out(request: Call) -> Redirect:
    """End this session."""
    await request.typed()
    found = await access.session(request)
    await sessions.close(request.services.database, found.staff_id, found.id)
    request.visit.drop(access.COOKIE)
    return pages.done(request, pages.SIGN_IN)


@post("/confirmation", status_code=200)
async def confirm(request: Call) -> Response[str] | Redirect:
    """The password, typed again for a page that needs it."""
    form, found = await request.typed(), await access.session(request)
    try:
        await access.confirm(request, found, form.text(access.PASSWORD))
    except PasswordWrong as refusal:
        form.refused(refusal)
        target = f"{pages.CONFIRM}?next={_target(request)}"
        return pages.show_again(request, "admin/confirmation.html", None, target=target, kept=[], mistake=refusal)
    return pages.done(request, _target(request))


def _target(call: Call) -> str:
    return pages.local_path(call.query_params.get("next", ""))
