"""What a performance keeps for those who sell it: allotments, and the code that a hold names to take from one."""

from litestar import get
from msgspec import Struct

from api import access
from api.params import PerformanceId
from ticketing import allotments
from ticketing.allotments import Sellable
from ticketing.tokens import Scope
from web.call import Call

TAGS = ["Holds"]


class Allotments(Struct, frozen=True):
    """What may be sold from beside open sale."""

    allotments: tuple[Sellable, ...]


@get("/performances/{performance:uuid}/allotments", tags=TAGS, security=access.TOKEN)
async def sellable(request: Call, performance: PerformanceId) -> Allotments:
    """The allotments of a performance (staff): a hold names their codes to take from them. Blocks are nobody's."""
    token = await access.staff(request, Scope.SELL)
    found = await allotments.sellable(request.services.database, token.organisation_id, performance)
    return Allotments(tuple(found))
