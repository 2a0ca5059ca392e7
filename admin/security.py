"""What opens somebody's own account: the password, an authenticator app, passkeys, recovery codes; and where they are
signed in. All that changes it asks for the password first and is told to the owner by mail; a new password and a new
factor end the other sessions.
"""

import time
from uuid import UUID

from litestar import MediaType, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages, qr_pictures
from admin.menu import marked
from ticketing import attempts, authenticators, factors, passkeys, passwords, recovery_codes, sessions, staff
from ticketing.attempts import Tried
from ticketing.refusals import (
    AlreadyExists,
    CodeWrong,
    InputRefused,
    PasskeyRefused,
    PasskeysEnough,
    PasswordWrong,
    TooManyRequests,
)
from ticketing.sessions import Session
from web.call import Call
from web.forms import Form

PATH = "/admin/security"
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}
"""By what stands in the header; the first that fits, since each imitates those after it."""
PAGE, APP, CODES, NEW_PASSKEY = (
    f"security/{name}.html" for name in ("show", "authenticator", "recovery_codes", "new_passkey")
)


@get("/security")
async def show(request: Call) -> Response[str]:
    """All of it on one page."""
    return await _shown(request, await access.session(request), Form())


@post("/security/password", status_code=200)
async def change_password(request: Call) -> Response[str] | Redirect:
    """Another password, by who types the present one; every other session ends."""
    form, person = await request.typed(), await access.session(request)
    database, email = request.services.database, person.email
    if form.text("password") != form.text("again"):
        form.mistaken("again", "This is not the same password.")
        return await _shown(request, person, form)
    try:
        await attempts.begin(database, Tried.PASSWORD, email, request.address, request.now)
        await staff.verify(database, email, form.text("present"))
        await attempts.succeeded(database, Tried.PASSWORD, email, request.address, request.now)
        by, wanted = access.own(request, person), form.text("password")
        await passwords.change(database, by, email, wanted, person.id, request.now)
    except PasswordWrong:
        form.mistaken("present", "That is not your password.")
        return await _shown(request, person, form)
    except (InputRefused, TooManyRequests) as refusal:
        form.refused(refusal)
        return await _shown(request, person, form)
    return _back(request, marked("Your password is changed. Other devices are signed out."))


@post("/security/authenticator", status_code=200)
async def begin_authenticator(request: Call) -> Redirect:
    """Make the secret for an app; on to the page that shows it."""
    form, person = await request.typed(), await access.session(request)
    await access.confirmed(request, person, form)
    try:
        await authenticators.begin(request.services.database, request.services.secret, person.staff_id, request.now)
    except AlreadyExists:
        return _back(request)
    return pages.done(request, f"{PATH}/authenticator")


@get("/security/authenticator")
async def set_up_authenticator(request: Call) -> Response[str] | Redirect:
    """The secret as a QR code and as text, until the app's first code was typed."""
    person = await access.session(request)
    if (await factors.of(request.services.database, person.staff_id)).authenticator:
        return _back(request)
    await access.confirmed(request, person)
    return await _app_shown(request, person, Form())


@post("/security/authenticator/confirmation", status_code=200)
async def confirm_authenticator(request: Call) -> Response[str] | Redirect:
    """The app's first code: from now on it is asked for. Who has no recovery codes is given some."""
    form, person = await request.typed(), await access.session(request)
    await access.confirmed(request, person, form)
    services, by = request.services, access.own(request, person)
    if (await factors.of(services.database, person.staff_id)).authenticator:
        return _back(request)
    try:
        await attempts.begin(services.database, Tried.CODE, person.email, request.address, request.now)
        await authenticators.confirm(
            services.database, services.secret, by, person.email, form.text("code"), request.now
        )
    except (CodeWrong, TooManyRequests) as refusal:
        form.refused(refusal)
        return await _app_shown(request, person, form)
    await attempts.succeeded(services.database, Tried.CODE, person.email, request.address, request.now)
    return await _strengthened(request, person, marked("The authenticator app is set up."))


@post("/security/authenticator/end", status_code=200)
async def end_authenticator(request: Call) -> Redirect:
    """Use no app any more."""
    form, person = await request.typed(), await access.session(request)
    await access.confirmed(request, person, form)
    await authenticators.end(request.services.database, access.own(request, person), person.email, request.now)
    return _back(request, marked("The authenticator app is not asked for any more."))


@get("/security/passkeys/new")
async def new_passkey(request: Call) -> Response[str]:
    """The page that has the browser make a passkey."""
    person = await access.session(request)
    await access.confirmed(request, person)
    return await _new_passkey_shown(request, person, Form())


@post("/security/passkeys/question", status_code=200)
async def passkey_question(request: Call) -> Response[str]:
    """What the browser is asked to make a passkey by."""
    form, person = await request.typed(), await access.session(request)
    await access.confirmed(request, person, form)
    request.services.reads.take(request.address, time.monotonic())
    site, database = passkeys.site(request.services.settings), request.services.database
    question = await passkeys.registration(database, site, person.staff_id, person.email, person.name, request.now)
    return Response(question, media_type=MediaType.JSON)


@post("/security/passkeys", status_code=200)
async def add_passkey(request: Call) -> Response[str] | Redirect:
    """Keep the passkey that the browser made. Who has no recovery codes is given some."""
    form, person = await request.typed(), await access.session(request)
    await access.confirmed(request, person, form)
    site, by, credential = (
        passkeys.site(request.services.settings),
        access.own(request, person),
        form.text("credential"),
    )
    try:
        await passkeys.add(
            request.services.database, site, by, person.email, form.text("name"), credential, request.now
        )
    except (InputRefused, PasskeyRefused, PasskeysEnough) as refusal:
        form.refused(refusal)
        return await _new_passkey_shown(request, person, form)
    return await _strengthened(request, person, marked("The passkey is kept."))


@post("/security/passkeys/{passkey_id:uuid}/end", status_code=200)
async def end_passkey(request: Call, passkey_id: FromPath[UUID]) -> Redirect:
    """Forget a passkey of one's own."""
    form, person = await request.typed(), await access.session(request)
    await access.confirmed(request, person, form)
    await passkeys.end(request.services.database, access.own(request, person), person.email, passkey_id, request.now)
    return _back(request, marked("The passkey is removed. Delete it on the device as well."))


@post("/security/recovery-codes", status_code=200)
async def renew_recovery_codes(request: Call) -> Response[str]:
    """New recovery codes, shown this once; the old ones open nothing."""
    form, person = await request.typed(), await access.session(request)
    await access.confirmed(request, person, form)
    return await _codes_shown(request, person, "")


@post("/security/sessions/{session_id:uuid}/end", status_code=200)
async def end_session(request: Call, session_id: FromPath[UUID]) -> Redirect:
    """Sign out one of one's own devices."""
    await request.typed()
    person = await access.session(request)
    await sessions.close(request.services.database, person.staff_id, session_id)
    return _back(request, marked("That device is signed out."))


@post("/security/sessions/end", status_code=200)
async def end_other_sessions(request: Call) -> Redirect:
    """Sign out everywhere but here."""
    await request.typed()
    person = await access.session(request)
    await sessions.close_others(request.services.database, person.staff_id, person.id)
    return _back(request, marked("You are signed out everywhere else."))


async def _strengthened(call: Call, person: Session, notice: str) -> Response[str] | Redirect:
    """After a new second factor: other sessions end, and there are recovery codes."""
    database = call.services.database
    await sessions.close_others(database, person.staff_id, person.id)
    if not (await factors.of(database, person.staff_id)).recovery_codes_left:
        return await _codes_shown(call, person, notice)
    return _back(call, notice)


async def _shown(call: Call, person: Session, form: Form) -> Response[str]:
    database, show = call.services.database, pages.show_again if form.mistakes else pages.show
    at = await access.anywhere(call, person)
    return show(
        call, PAGE, at, form=form, history=await history.of_account(call, at, person.staff_id),
        has=await factors.of(database, person.staff_id),
        passkeys=await passkeys.list_of(database, person.staff_id),
        devices=await sessions.list_of(database, person.staff_id, call.now),
        called=called,
        passkeys_max=passkeys.PASSKEYS_MAX,
    )  # fmt: skip


async def _app_shown(call: Call, person: Session, form: Form) -> Response[str]:
    shared = await authenticators.shared_secret(call.services.database, call.services.secret, person.staff_id)
    picture = qr_pictures.address(authenticators.address(shared, person.email))
    grouped = " ".join(shared[at : at + 4] for at in range(0, len(shared), 4))
    show = pages.show_again if form.mistakes else pages.show
    at = await access.anywhere(call, person)
    return show(call, APP, at, form=form, picture=picture, shared=grouped)


async def _new_passkey_shown(call: Call, person: Session, form: Form) -> Response[str]:
    show = pages.show_again if form.mistakes else pages.show
    at = await access.anywhere(call, person)
    return show(call, NEW_PASSKEY, at, form=form, site=passkeys.site(call.services.settings))


async def _codes_shown(call: Call, person: Session, told: str) -> Response[str]:
    codes = await recovery_codes.renew(call.services.database, access.own(call, person), person.email, call.now)
    at = await access.anywhere(call, person)
    return pages.show(call, CODES, at, codes=codes, told=told)


def called(agent: str) -> str:
    """A browser by the names that people know it by: `Firefox, Windows`; empty for an unknown one."""
    browser = next((name for sign, name in BROWSERS.items() if sign in agent), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), "")
    return ", ".join(filter(None, (browser, system)))


def _back(call: Call, notice: str = "") -> Redirect:
    return pages.done(call, PATH, notice)
