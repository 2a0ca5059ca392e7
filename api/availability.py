"""Which places are free: whole, counted, or told as it changes."""

import asyncio
import base64
from collections.abc import AsyncIterator

from litestar import Response, get
from litestar.openapi import ResponseSpec
from litestar.response import Stream

from api import access
from api.params import PerformanceId
from api.wire import CategoryFree, Counts
from ticketing.refusals import TooManyStreams
from web import metrics
from web.answers import send
from web.call import Call
from web.live import OCTETS, Live, Snapshot, Telling

TAGS = ["Catalogue"]
FOR_A_SECOND = "public, max-age=1"
HEARTBEAT_S = 15.0
EVENTS = "text/event-stream"


@get(
    "/performances/{performance:uuid}/availability",
    tags=TAGS,
    responses={200: ResponseSpec(bytes, media_type=OCTETS, description="Two bits a place", generate_examples=False)},
)
async def places(request: Call, performance: PerformanceId) -> Response[bytes]:
    """Two bits a place, in the order of place numbers: 0 free, 1 held, 2 sold, 3 off sale.

    Place p is bits 2·(p mod 4) of byte p div 4. The ETag names the state of the house, the same on every server.
    """
    access.anybody_reads(request)
    offer = await request.services.offers.of(performance)
    snapshot = await request.services.live.snapshot(offer.performance.pool_id)
    return send(request, snapshot.variants, FOR_A_SECOND)


@get("/performances/{performance:uuid}/availability/counts", tags=TAGS)
async def counts(request: Call, performance: PerformanceId) -> Response[Counts]:
    """How many places are free, in all and by category."""
    access.anybody_reads(request)
    offer = await request.services.offers.of(performance)
    snapshot = await request.services.live.snapshot(offer.performance.pool_id)
    categories = tuple(map(CategoryFree, offer.hall.categories, snapshot.free))
    answer = Counts(snapshot.version, sum(snapshot.free), categories)
    return Response(answer, headers={"cache-control": FOR_A_SECOND})


@get(
    "/performances/{performance:uuid}/availability/stream",
    tags=TAGS,
    responses={200: ResponseSpec(str, media_type=EVENTS, description="Server-sent events", generate_examples=False)},
)
async def stream(request: Call, performance: PerformanceId) -> Stream:
    """Server-sent events; each one's id is the version of the house it leads to.

    `house`: the whole house, as `availability` gives it, in base64. `changes`: runs of 9 bytes in base64, little
    endian: first place (4), count (4), new state (1). The stream ends after a while, and when the server stops:
    a browser's EventSource comes back by itself, and is sent the house.
    """
    access.anybody_reads(request)
    services = request.services
    offer = await services.offers.of(performance)
    if services.live.readers >= services.settings.streams_max:
        raise TooManyStreams()
    events = _events(services.live, offer.performance.pool_id, services.settings.stream_s_max)
    return Stream(events, media_type=EVENTS, headers={"cache-control": "no-store", "x-accel-buffering": "no"})


async def _events(live: Live, pool: int, seconds_max: float) -> AsyncIterator[bytes]:
    """What is sent to one reader; a comment now and then, so that a dead connection is noticed."""
    ends_at = asyncio.get_running_loop().time() + seconds_max
    with metrics.STREAMS.track_inprogress():
        told = live.follow(pool)
        waiting = asyncio.ensure_future(anext(told))
        try:
            while (left_s := ends_at - asyncio.get_running_loop().time()) > 0:
                await asyncio.wait([waiting], timeout=min(HEARTBEAT_S, left_s))
                if not waiting.done():
                    yield b": still here\n\n"
                    continue
                yield _event(waiting.result())
                waiting = asyncio.ensure_future(anext(told))
        except StopAsyncIteration:
            return
        finally:
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
            await told.aclose()


def _event(told: Snapshot | Telling) -> bytes:
    name, data = (b"changes", told.runs) if isinstance(told, Telling) else (b"house", told.status)
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (told.version.encode(), name, base64.b64encode(data))
