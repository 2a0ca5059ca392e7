"""What is free in a house, as readers are sent it: whole, or told as it changes."""

import asyncio
import base64
from collections.abc import AsyncIterator

from litestar import Response
from litestar.response import Stream

from ticketing.refusals import TooManyStreams
from web import metrics
from web.answers import send
from web.call import Call
from web.live import Live, Snapshot, Telling

FOR_A_SECOND = "public, max-age=1"
HEARTBEAT_S = 15.0
EVENTS = "text/event-stream"


async def whole(call: Call, pool: int, cache_control: str = FOR_A_SECOND) -> Response[bytes]:
    """Two bits a place of a pool, in the order of place numbers; its ETag names the state of the house."""
    snapshot = await call.services.live.snapshot(pool)
    return send(call, snapshot.variants, cache_control)


def changes(call: Call, pool: int) -> Stream:
    """Server-sent events: the house, then what changes in it, for a while. Raises TooManyStreams."""
    live, settings = call.services.live, call.services.settings
    if live.readers >= settings.streams_max:
        raise TooManyStreams()
    events = _events(live, pool, settings.stream_s_max)
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
