"""The back office's pages: what all of them are given, and what they say when they say no."""

from typing import Any, TypeAlias, cast
from urllib.parse import quote

from litestar import Request, Response
from litestar.response import Redirect

from admin import menu
from admin.access import PASSWORD, ConfirmationNeeded, Desk
from engine.plan.sayings import Saying
from ticketing.refusals import InputRefused, NotSignedIn, Refusal
from ticketing.sessions import Session
from web import pages, problems
from web.call import Call
from web.forms import Form
from web.languages import translated
from web.templates import said

SIGN_IN = "/admin/sign-in"
CONFIRM = "/admin/confirmation"


At: TypeAlias = Desk | Session | None
"""The desk that a page is about, or just who is signed in, or nobody."""


def show(call: Call, name: str, at: At, *, block: str | None = None, **context: Any) -> Response[str]:
    """A page of the back office, or one block of it."""
    return pages.show(call, name, block=block, **_around(call, at) | context)


def show_again(call: Call, name: str, at: At, *, status: int = 422, **context: Any) -> Response[str]:
    """A form with its mistakes: the same page, with the status of what cannot be taken (409: saved meanwhile)."""
    return pages.show(call, name, status=status, **_around(call, at), **context)


def done(call: Call, path: str, notice: str = "", **fields: object) -> Redirect:
    """On to a page after something was done, which says so there; `notice` is marked for gettext."""
    if notice:
        call.visit.tell(translated(notice, call.visit.language).format_map(fields))
    return pages.see(path)


def refused(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Instead of any page of the back office: the way to sign in, or why not."""
    call = cast(Call, request)
    if isinstance(error, NotSignedIn):
        return pages.see(f"{SIGN_IN}?next={quote(_came_for(call))}")
    if isinstance(error, ConfirmationNeeded):
        return _confirmation(call, error)
    told = type(error).__doc__ if isinstance(error, Refusal) else None
    fields = error.fields if isinstance(error, Refusal) else {}
    return pages.refused(call, error, "admin/refused.html", told=told, fields=fields, **_around(call, None))


def told(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Instead of what a page's script asked for: why not, as a problem whose sentence is in the reader's language. Who
    is not signed in is told so if JSON is asked for, and sent to sign in otherwise."""
    call = cast(Call, request)
    if isinstance(error, NotSignedIn) and "application/json" not in call.header(b"accept"):
        return refused(request, error)
    if not isinstance(error, Refusal):
        return problems.answer(request, error)
    language = call.visit.language
    text, fields = type(error).__doc__ or "", error.fields
    if isinstance(error, InputRefused):
        text, fields = error.text, error.filled
    sentence = said(language, text, fields)
    for name, value in error.fields.items():
        if isinstance(value, Saying):
            error.fields[name] = said(language, value)
    return problems.answer(request, error, sentence)


def local_path(path: str, otherwise: str = "/admin") -> str:
    """A path to go on to, as an address may name it: one of ours in the back office, or `otherwise`."""
    ours = path.startswith("/admin") and not path.startswith("//") and "\\" not in path
    return path if ours and path.isprintable() else otherwise


def quoted(path: str) -> str:
    """A path as the value of a parameter."""
    return quote(path)


def _confirmation(call: Call, error: ConfirmationNeeded) -> Response[str]:
    """The page that asks for the password, and sends the form that was sent again, with it."""
    form = error.fields["form"]
    target = call.scope["path"] if form else f"{CONFIRM}?next={quote(_came_for(call))}"
    kept = [(name, text) for name in form.names() for text in form.texts(name)] if isinstance(form, Form) else []
    kept = [(name, text) for name, text in kept if name not in ("csrf", PASSWORD)]
    mistake = error.fields["mistake"]
    status = 422 if mistake else 200
    around = _around(call, None)
    return pages.show(
        call, "admin/confirmation.html", status=status, target=target, kept=kept, mistake=mistake, **around
    )


def _came_for(call: Call) -> str:
    """Where a GET wanted to go. Anything else is begun again from the start page."""
    if call.method != "GET":
        return "/admin"
    query = call.scope["query_string"].decode("latin-1")
    return call.scope["path"] + (f"?{query}" if query else "")


def _around(call: Call, at: At) -> dict[str, Any]:
    path: str = call.scope["path"]
    person = at.session if isinstance(at, Desk) else at
    return {
        "desk": at if isinstance(at, Desk) else None,
        "person": person,
        "menu": menu.sections(at, path) if isinstance(at, Desk) else menu.away() if person else [],
        "switcher": menu.switcher(at, path) if isinstance(at, Desk) else [],
    }
