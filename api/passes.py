"""Passes: what a box office sells of them. One is held and ordered as seats are, with `pass` wishes."""

from litestar import get, post

from api import access
from api.params import BoxOfficeKey, PassId
from api.wire import PassTypes
from ticketing import passes
from ticketing.tickets import Changed
from ticketing.tokens import Scope
from web.call import Call

TAGS = ["Passes"]


@get("/box-offices/{box_office:str}/pass-types", tags=TAGS)
async def types(request: Call, box_office: BoxOfficeKey) -> PassTypes:
    """The passes a box office sells, by name."""
    access.anybody_reads(request)
    seller = await request.services.offers.box_office(box_office)
    return PassTypes(tuple(await passes.list_of(request.services.database, seller.key)))


@post("/passes/{holder_pass:uuid}/opposition", tags=TAGS, security=access.TOKEN, status_code=200)
async def oppose(request: Call, holder_pass: PassId) -> Changed:
    """Make a valid pass invalid at all its dates; its seats stay its own (staff)."""
    token = await access.staff(request, Scope.SELL)
    by = access.actor(request, token)
    return await passes.oppose(request.services.database, token.organisation_id, holder_pass, request.now, by)


@post("/passes/{holder_pass:uuid}/reissue", tags=TAGS, security=access.TOKEN, status_code=200)
async def reissue(request: Call, holder_pass: PassId) -> Changed:
    """Give a pass a new code, which ends the old one, and mail it to the customer (staff)."""
    token = await access.staff(request, Scope.SELL)
    by = access.actor(request, token)
    return await passes.reissue(request.services.database, token.organisation_id, holder_pass, request.now, by)
