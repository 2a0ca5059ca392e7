"""The page behind the link in mails to buyers: one button, and no more such mails. Nobody signs in for it.

Looking changes nothing, since mail servers follow links; the button does, and so do mail readers that send what
RFC 8058 says. There is no token of the browser in the form: the link's own is signed, and nobody else has it.
"""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from ticketing import mailings
from ticketing.refusals import LinkUnknown
from web import pages
from web.call import Call
from web.forms import decoded

PATH = "/opt-out/{token:str}"
PAGE = "opt_outs/index.html"


@get(PATH, include_in_schema=False)
async def ask(request: Call, token: FromPath[str]) -> Response[str]:
    """The page with the button."""
    try:
        named = mailings.opt_out_named(request.services.settings, token)
        return await _told(request, *named)
    except LinkUnknown:
        return pages.show(request, PAGE, status=404, organisation="", email="", opted_out=False)


@post(PATH, status_code=200, include_in_schema=False)
async def decide(request: Call, token: FromPath[str]) -> Response[str]:
    """No more mails to this address; or (`again`) mails again."""
    database = request.services.database
    try:
        organisation_id, email = mailings.opt_out_named(request.services.settings, token)
        if decoded(request.header(b"content-type"), await request.body()).text("again"):
            await mailings.opt_in(database, organisation_id, email)
        else:
            await mailings.opt_out(database, organisation_id, email, request.now)
        return await _told(request, organisation_id, email)
    except LinkUnknown:
        return pages.show(request, PAGE, status=404, organisation="", email="", opted_out=False)


async def _told(request: Call, organisation_id: UUID, email: str) -> Response[str]:
    organisation, opted_out = await mailings.opted_out(request.services.database, organisation_id, email)
    return pages.show(request, PAGE, organisation=organisation, email=email, opted_out=opted_out)
