"""Signing in and out of the back office, step by step, and typing the password again.

First the password, then the second factor of who has one; or a passkey that is both. The session's secret is another
one after each step, and until the last one it opens nothing but that step.
"""

import time
from uuid import UUID

from litestar import MediaType, Response, get, post
from litestar.response import Redirect

from admin import access, pages
from ticketing import attempts, authenticators, factors, passkeys, recovery_codes, sessions, staff
from ticketing.attempts import Tried
from ticketing.refusals import CodeWrong, PasskeyRefused, PasswordWrong, Refusal, TooManyRequests
from ticketing.sessions import Session, Stage
from web.call import Call
from web.forms import Form

PAGE, SECOND_PAGE = "admin/sign_in.html", "admin/second_factor.html"
SECOND = "/admin/sign-in/second-factor"


@get("/sign-in")
async def ask(request: Call) -> Response[str]:
    """The page that asks who one is."""
    return _asked(request, Form())


@post("/sign-in", status_code=200)
async def sign_in(request: Call) -> Response[str] | Redirect:
    """Check address and password; on to the second factor, or to the page that was wanted."""
    form, database, email = await request.typed(), request.services.database, ""
    request.services.sign_ins.check(request.address, time.monotonic())
    try:
        email = form.text("email")
        await attempts.begin(database, Tried.PASSWORD, email, request.address, request.now)
        staff_id = await staff.verify(database, email, form.text("password"))
    except (PasswordWrong, TooManyRequests) as refusal:
        return _refused(request, form, refusal)
    await attempts.succeeded(database, Tried.PASSWORD, email, request.address, request.now)
    found = await factors.of(database, staff_id)
    if found.any:
        await _open(request, staff_id, Stage.PASSWORD)
        return pages.done(request, f"{SECOND}?next={pages.quoted(_target(request))}")
    return await _let_in(request, staff_id)


@post("/sign-in/passkey/question", status_code=200)
async def passkey_question(request: Call) -> Response[str]:
    """What the browser is asked to sign, by whichever passkey it has for us."""
    await request.typed()
    request.services.reads.take(request.address, time.monotonic())
    services = request.services
    question = await passkeys.question(services.database, passkeys.site(services.settings), None, request.now)
    return Response(question, media_type=MediaType.JSON)


@post("/sign-in/passkey", status_code=200)
async def passkey(request: Call) -> Response[str] | Redirect:
    """Sign in by a passkey alone, that has checked who holds it."""
    form, services = await request.typed(), request.services
    services.sign_ins.check(request.address, time.monotonic())
    site = passkeys.site(services.settings)
    try:
        staff_id = await passkeys.verify(services.database, site, None, form.text("credential"), request.now)
    except PasskeyRefused as refusal:
        return _refused(request, form, refusal)
    return await _let_in(request, staff_id)


@get("/sign-in/second-factor")
async def ask_second(request: Call) -> Response[str]:
    """The page that asks for the second factor."""
    return await _asked_second(request, await access.session(request, Stage.PASSWORD), Form())


@post("/sign-in/second-factor/question", status_code=200)
async def second_question(request: Call) -> Response[str]:
    """What the browser is asked to sign, by one of this person's passkeys."""
    await request.typed()
    found, services = await access.session(request, Stage.PASSWORD), request.services
    site = passkeys.site(services.settings)
    question = await passkeys.question(services.database, site, found.staff_id, request.now)
    return Response(question, media_type=MediaType.JSON)


@post("/sign-in/second-factor", status_code=200)
async def second(request: Call) -> Response[str] | Redirect:
    """Check the second factor: a passkey, a recovery code, or a code of the app, whichever was sent."""
    form, found = await request.typed(), await access.session(request, Stage.PASSWORD)
    try:
        if form.text("credential"):
            site = passkeys.site(request.services.settings)
            database, credential = request.services.database, form.text("credential")
            await passkeys.verify(database, site, found.staff_id, credential, request.now)
        else:
            await _check_code(request, form, found)
    except (CodeWrong, PasskeyRefused, TooManyRequests) as refusal:
        form.refused(refusal)
        return await _asked_second(request, found, form)
    return await _complete(request, found)


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
    except (PasswordWrong, TooManyRequests) as refusal:
        target = f"{pages.CONFIRM}?next={pages.quoted(_target(request))}"
        return pages.show_again(request, "admin/confirmation.html", None, target=target, kept=[], mistake=refusal)
    return pages.done(request, _target(request))


async def _check_code(call: Call, form: Form, found: Session) -> None:
    services, by = call.services, access.own(call, found)
    await attempts.begin(services.database, Tried.CODE, found.email, call.address, call.now)
    if form.text("recovery_code"):
        await recovery_codes.use(services.database, by, found.email, form.text("recovery_code"), call.now)
    else:
        await authenticators.verify(services.database, services.secret, found.staff_id, form.text("code"), call.now)
    await attempts.succeeded(services.database, Tried.CODE, found.email, call.address, call.now)


async def _open(call: Call, staff_id: UUID, stage: Stage) -> None:
    agent, database = call.header(b"user-agent"), call.services.database
    secret = await sessions.start(database, staff_id, stage, call.address, agent, call.now)
    call.visit.keep(access.COOKIE, secret, None)


async def _let_in(call: Call, staff_id: UUID) -> Redirect:
    """Somebody has shown all that was asked for, in one step."""
    await _open(call, staff_id, Stage.FULL)
    await attempts.know(call.services.database, staff_id, call.address, call.now)
    return pages.done(call, _target(call))


async def _complete(call: Call, found: Session) -> Redirect:
    """Somebody has shown the second factor after the password."""
    database = call.services.database
    call.visit.keep(access.COOKIE, await sessions.confirm(database, found.id, Stage.FULL, call.now), None)
    await attempts.know(database, found.staff_id, call.address, call.now)
    return pages.done(call, _target(call))


def _refused(call: Call, form: Form, refusal: Refusal) -> Response[str]:
    call.services.sign_ins.take(call.address, time.monotonic())
    form.refused(refusal)
    return _asked(call, form)


def _asked(call: Call, form: Form) -> Response[str]:
    site = passkeys.site(call.services.settings)
    show = pages.show_again if form.mistakes else pages.show
    return show(call, PAGE, None, form=form, target=_target(call), site=site)


async def _asked_second(call: Call, found: Session, form: Form) -> Response[str]:
    has = await factors.of(call.services.database, found.staff_id)
    site, show = passkeys.site(call.services.settings), pages.show_again if form.mistakes else pages.show
    return show(call, SECOND_PAGE, None, form=form, target=_target(call), site=site, has=has)


def _target(call: Call) -> str:
    return pages.local_path(call.query_params.get("next", ""))
