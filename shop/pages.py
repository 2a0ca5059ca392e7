"""The shop's pages: what all of them are given, those that are the same for everybody, and what they say when they
say no.

A page that holds nothing of its visitor is made once in a moment for each language, and sent from memory, compressed
once: a thousand people who look at one evening cost as much as one. What is the visitor's (their cart, their form's
token) is asked for by a script, and is on the pages that come after.
"""

import hashlib
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, cast

from litestar import Request, Response
from litestar.response import Redirect
from markupsafe import Markup

from shop import access, policies, tracked
from ticketing.kept import Kept
from ticketing.refusals import AdmissionLapsed, InputRefused, Refusal, WaitingRoomFirst
from ticketing.shops import Storefront
from web import languages, pages, problems
from web.answers import send
from web.call import Call
from web.variants import Variants

FRESH_S = 1.0
PAGES_MAX = 2000
HTML = "text/html; charset=utf-8"
VARY = "accept-encoding, accept-language, cookie"

_made: Kept[Hashable, Variants] = Kept(None, FRESH_S, PAGES_MAX)


async def everybodys(
    call: Call, front: Storefront, name: str, make: Callable[[], Awaitable[dict[str, Any]]], *about: Hashable
) -> Response[bytes]:
    """A page that holds nothing of its visitor: of this template, filled with what `make` gives.

    `about`: what else of the address it depends on.
    """
    language = call.visit.language

    async def rendered() -> Variants:
        context = await make()
        given: dict[str, Any] = {"path": call.scope["path"], "now": call.now} | _around(call, front) | context
        page = call.services.templates.render(name, language, **given).encode()
        return Variants(page, HTML, hashlib.blake2b(page, digest_size=12).hexdigest())

    key = (id(call.services), call.scope["path"], front.path, language, *about)
    answer = send(call, await _made.get_by(key, rendered), "private, no-cache")
    answer.headers["vary"] = VARY
    answer.headers |= policies.headers(call, front)
    return answer


def show(call: Call, front: Storefront | None, name: str, *, status: int = 200, **context: Any) -> Response[str]:
    """A page for this visitor."""
    answer = pages.show(call, name, status=status, **_around(call, front) | context)
    answer.headers |= policies.headers(call, front)
    return answer


def done(call: Call, path: str, notice: str = "", **fields: object) -> Redirect:
    """On to a page after something was done, which says so there; `notice` is marked for gettext."""
    if notice:
        call.visit.tell(languages.translated(notice, call.visit.language).format_map(fields))
    return pages.see(path)


def refused(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Instead of any page of a shop: why not, in the shop's look as far as there is a shop."""
    call = cast(Call, request)
    if isinstance(error, WaitingRoomFirst | AdmissionLapsed):
        return pages.see(_queue(call, error))
    told = type(error).__doc__ if isinstance(error, Refusal) else None
    fields = error.fields if isinstance(error, Refusal) else {}
    front = access.known(call)
    answer = pages.refused(call, error, "shop/refused.html", told=told, fields=fields, **_around(call, front))
    answer.headers |= policies.headers(call, front)
    return answer


def told(request: Request[Any, Any, Any], error: Refusal) -> Response[bytes]:
    """Instead of what a page's script asked for: why not, as a problem whose sentence is in the visitor's language."""
    call = cast(Call, request)
    language = call.visit.language
    if isinstance(error, WaitingRoomFirst | AdmissionLapsed):
        error.fields["queue"] = _queue(call, error)
    said, fields = type(error).__doc__ or "", error.fields
    if isinstance(error, InputRefused):
        said, fields = error.text, error.filled
    words = {
        name: languages.translated(value, language) if isinstance(value, str) and value else value
        for name, value in fields.items()
    }
    return problems.answer(request, error, languages.translated(said, language).format_map(words))


def _queue(call: Call, error: Refusal) -> str:
    """Where the visitor waits: in their own visit, where the address carries it."""
    front, path = access.known(call), str(error.fields["queue"])
    return front.path + path.removeprefix(front.own_path) if front else path


def _around(call: Call, front: Storefront | None) -> dict[str, Any]:
    language, frame = call.visit.language, access.frame(call)
    return {
        "front": front,
        "frame": frame,
        "own_base": front.own_path if front else "",
        "framed_by": policies.framed_by(call, front),
        "trackers": policies.trackers_of(call, front),
        "told_cart": tracked.cart,
        "told_order": tracked.order,
        "top": Markup(' target="_top"') if frame.embedded else "",
        "shop_title": front.title(language) if front else "Placeur",
        "shop_texts": front.shop.said(language) if front else None,
        "base": front.path if front else "",
        "link": call.query_params.get("link", ""),
        "languages": languages.SPOKEN,
    }
