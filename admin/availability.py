"""What is free at a date, for the map on its page: drafts too, and what is shown by link only."""

from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream

from admin import access
from ticketing import dates
from ticketing.tokens import Scope
from web import streams
from web.call import Call

NOT_SHARED = "private, max-age=1"


@get("/performances/{performance_id:uuid}/availability")
async def places(request: Call, performance_id: FromPath[UUID]) -> Response[bytes]:
    """The whole house, as the API gives it."""
    return await streams.whole(request, await _pool(request, performance_id), NOT_SHARED)


@get("/performances/{performance_id:uuid}/availability/stream")
async def stream(request: Call, performance_id: FromPath[UUID]) -> Stream:
    """The house and what changes in it, as the API tells it."""
    return streams.changes(request, await _pool(request, performance_id))


async def _pool(call: Call, performance_id: UUID) -> int:
    desk = await access.performance(call, performance_id, Scope.VIEW)
    return (await dates.get(call.services.database, desk.reach.organisation_id, performance_id)).pool_id
