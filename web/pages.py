"""Pages as answers: a template filled with structs, a way on, or why not.

What every page is given: where it is, the token that its forms carry, the notice that the page before left, the moment.
The rest comes from the handler. A request by htmx may ask for one block of a page instead of the whole.
"""

from collections.abc import Mapping
from typing import Any

from litestar import MediaType, Response
from litestar.response import Redirect

from web import problems
from web.call import Call


def show(call: Call, name: str, *, status: int = 200, block: str | None = None, **context: Any) -> Response[str]:
    """A page as an answer; only `block` of it where a part is asked for."""
    text = call.services.templates.render(name, call.visit.language, block, **_given(call), **context)
    return Response(text, status_code=status, media_type=MediaType.HTML, headers={"vary": "accept-language, cookie"})


def see(path: str) -> Redirect:
    """Go on elsewhere, with a GET: what a form that was taken answers."""
    return Redirect(path, status_code=303)


def _given(call: Call) -> Mapping[str, Any]:
    visit = call.visit
    query = call.scope["query_string"].decode("latin-1")
    return {
        "path": call.scope["path"],
        "query": query,
        "form_token": visit.token,
        "notice": visit.told(),
        "now": call.now,
    }


def refused(call: Call, error: Exception, name: str, **context: Any) -> Response[str]:
    """The page that says why not, in place of the one that was asked for; `name` is its template."""
    cause = problems.cause_of(error)
    if cause.status >= 500:
        problems.report(call, cause, error)
    answer = show(call, name, status=cause.status, cause=cause, request_id=problems.request_id(call), **context)
    answer.headers.update(cause.headers)
    return answer
