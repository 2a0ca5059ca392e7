"""Which places are free: whole, counted, or told as it changes."""

from litestar import Response, get
from litestar.openapi import ResponseSpec
from litestar.response import Stream

from api import access
from api.params import EventLink, PerformanceId
from api.wire import CategoryFree, Counts
from ticketing.offers import Offer
from ticketing.performances import ensure_shown
from web import streams
from web.call import Call
from web.live import OCTETS
from web.streams import EVENTS, FOR_A_SECOND

TAGS = ["Catalogue"]


@get(
    "/performances/{performance:uuid}/availability",
    tags=TAGS,
    responses={200: ResponseSpec(bytes, media_type=OCTETS, description="Two bits a place", generate_examples=False)},
)
async def places(request: Call, performance: PerformanceId, link: EventLink = "") -> Response[bytes]:
    """Two bits a place, in the order of place numbers: 0 free, 1 held, 2 sold, 3 off sale.

    Place p is bits 2·(p mod 4) of byte p div 4. The ETag names the state of the house, the same on every server.
    """
    offer = await _shown(request, performance, link)
    return await streams.whole(request, offer.performance.pool_id)


@get("/performances/{performance:uuid}/availability/counts", tags=TAGS)
async def counts(request: Call, performance: PerformanceId, link: EventLink = "") -> Response[Counts]:
    """How many places are free, in all and by category."""
    offer = await _shown(request, performance, link)
    snapshot = await request.services.live.snapshot(offer.performance.pool_id)
    categories = tuple(map(CategoryFree, offer.hall.categories, snapshot.free))
    answer = Counts(snapshot.version, sum(snapshot.free), categories)
    return Response(answer, headers={"cache-control": FOR_A_SECOND})


@get(
    "/performances/{performance:uuid}/availability/stream",
    tags=TAGS,
    responses={200: ResponseSpec(str, media_type=EVENTS, description="Server-sent events", generate_examples=False)},
)
async def stream(request: Call, performance: PerformanceId, link: EventLink = "") -> Stream:
    """Server-sent events; each one's id is the version of the house it leads to.

    `house`: the whole house, as `availability` gives it, in base64. `changes`: runs of 9 bytes in base64, little
    endian: first place (4), count (4), new state (1). The stream ends after a while, and when the server stops:
    a browser's EventSource comes back by itself, and is sent the house.
    """
    offer = await _shown(request, performance, link)
    return streams.changes(request, offer.performance.pool_id)


async def _shown(call: Call, performance: PerformanceId, link: str) -> Offer:
    """The offer of a performance that anybody may see who has its event's link, if it has one."""
    access.anybody_reads(call)
    offer = await call.services.offers.of(performance)
    ensure_shown(offer.performance, link)
    return offer
