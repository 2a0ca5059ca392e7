"""What people say of themselves: their name, and the language they read."""

from litestar import Response, get, post
from litestar.response import Redirect

from admin import access, pages
from admin.menu import marked
from ticketing import accounts
from ticketing.refusals import InputRefused
from ticketing.sessions import Session
from web.call import Call
from web.forms import Form
from web.languages import OWN_NAMES

PAGE = "profile/edit.html"
"""Each by its own name."""


@get("/profile")
async def edit(request: Call) -> Response[str]:
    """Name and language."""
    person = await access.session(request)
    return await _shown(request, person, Form.of({"name": person.name, "locale": (person.locale or "")[:2]}))


@post("/profile", status_code=200)
async def update(request: Call) -> Response[str] | Redirect:
    """Keep them; the next page speaks the language chosen."""
    form, person = await request.typed(), await access.session(request)
    locale = form.text("locale") or None
    try:
        by = access.own(request, person)
        await accounts.set_profile(request.services.database, by, form.text("name"), locale, request.now)
    except InputRefused as refusal:
        form.refused(refusal)
        return await _shown(request, person, form)
    request.visit.chosen = locale
    return pages.done(request, "/admin/profile", marked("Saved."))


async def _shown(call: Call, person: Session, form: Form) -> Response[str]:
    show = pages.show_again if form.mistakes else pages.show
    return show(call, PAGE, await access.anywhere(call, person), form=form, languages=OWN_NAMES.items())
