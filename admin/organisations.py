"""An organisation's own settings."""

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages
from admin.access import Desk
from ticketing import organisations
from ticketing.refusals import EditedMeanwhile, InputRefused
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

PAGE = "organisations/settings.html"


@get("/organisations/{slug:str}/settings")
async def settings(request: Call, slug: FromPath[str]) -> Response[str]:
    """What the organisation is called."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    found = await organisations.get(request.services.database, slug)
    return await _page(request, desk, Form.of({"name": found.name, "version": found.version}))


@post("/organisations/{slug:str}/settings", status_code=200)
async def save(request: Call, slug: FromPath[str]) -> Response[str] | Redirect:
    """Call it otherwise."""
    desk = await access.organisation(request, slug, Scope.MANAGE)
    form, database = await request.typed(), request.services.database
    version, status = form.number("version", 1, 2**31 - 1), 422
    try:
        if version is not None:
            name, organisation_id = form.text("name"), desk.reach.organisation_id
            await organisations.rename(database, organisation_id, version, name, desk.actor, request.now)
            return pages.done(request, f"/admin/organisations/{slug}/settings", "Saved.")
    except EditedMeanwhile as refusal:
        form.refused(refusal)
        stored = await organisations.get(database, slug)
        form.compare({"name": stored.name, "version": stored.version})
        status = 409
    except InputRefused as refusal:
        form.refused(refusal)
    return await _page(request, desk, form, status)


async def _page(call: Call, desk: Desk, form: Form, status: int = 200) -> Response[str]:
    past = await history.of(call, desk, "organisation", desk.reach.organisation_id)
    return pages.show(call, PAGE, desk, status=status, form=form, history=past)
