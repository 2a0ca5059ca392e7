"""Trials of a drawing, for the editor's preview: the best places for a party, a sample sale."""

from uuid import UUID

from litestar import Router, post
from litestar.params import FromPath
from msgspec import Struct
from msgspec.json import decode

from admin import access, pages
from engine.trial import Mix
from ticketing import trials
from ticketing.tokens import Scope
from ticketing.trials import PartyAsked, Sold
from web import seat_words
from web.call import Call


class ProposalSeen(Struct):
    """Seats for the party, by their ids, and what the shopper would read of them."""

    seats: list[str]
    where: str
    because: str


class ProposalsSeen(Struct):
    """All of them; none where the party does not fit."""

    proposals: list[ProposalSeen]


class SaleBody(Struct, forbid_unknown_fields=True):
    """Who comes to a sample sale."""

    kind: Mix


@post("/drawings/{drawing_id:uuid}/trial", status_code=200)
async def best(request: Call, drawing_id: FromPath[UUID]) -> ProposalsSeen:
    """What would be proposed to a party."""
    desk = await access.drawing(request, drawing_id, Scope.MANAGE)
    request.visit.ensure_own(request.header(b"x-csrf-token"))
    asked, language = decode(await request.body(), type=PartyAsked), request.visit.language
    found = await trials.best(request.services.database, desk.reach.organisation_id, drawing_id, asked)
    return ProposalsSeen(
        [
            ProposalSeen(
                one.seats,
                seat_words.where(one.places, language),
                seat_words.because(one.reasons, len(one.seats), language),
            )
            for one in found
        ]
    )


@post("/drawings/{drawing_id:uuid}/sale", status_code=200)
async def sell_out(request: Call, drawing_id: FromPath[UUID]) -> Sold:
    """A sample sale to the last party."""
    desk = await access.drawing(request, drawing_id, Scope.MANAGE)
    request.visit.ensure_own(request.header(b"x-csrf-token"))
    asked = decode(await request.body(), type=SaleBody)
    return await trials.sell_out(request.services.database, desk.reach.organisation_id, drawing_id, asked.kind)


SCRIPTED = Router("/", route_handlers=[best, sell_out], exception_handlers={Exception: pages.told})
