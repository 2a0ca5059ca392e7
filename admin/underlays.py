"""The picture to trace under a drawing, as the editor's script lays it."""

from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath
from msgspec.json import decode

from admin import access, pages
from ticketing import underlays
from ticketing.tokens import Scope
from ticketing.underlays import BYTES_MAX, Placed
from web.call import Call
from web.documents import JSON

PRIVATE = "private, no-store"


@get("/drawings/{drawing_id:uuid}/underlay")
async def show(request: Call, drawing_id: FromPath[UUID]) -> Response[bytes]:
    """The picture, with where it lies in a header; null, where there is none."""
    desk = await access.drawing(request, drawing_id, Scope.MANAGE)
    found = await underlays.get(request.services.database, desk.reach.organisation_id, drawing_id)
    if found is None:
        return Response(b"null", media_type=JSON, headers={"cache-control": PRIVATE})
    headers = {"cache-control": PRIVATE, "x-placed": found.placed, "content-disposition": "inline"}
    return Response(found.content, media_type=found.media_type, headers=headers)


@post("/drawings/{drawing_id:uuid}/underlay", status_code=200)
async def put(request: Call, drawing_id: FromPath[UUID]) -> dict[str, bool]:
    """Lay a picture or a PDF under it: the request's body."""
    desk = await access.drawing(request, drawing_id, Scope.MANAGE)
    request.visit.ensure_own(request.header(b"x-csrf-token"))
    content = await request.received(BYTES_MAX)
    services = request.services
    await underlays.put(services.database, services.workshop, desk.reach.organisation_id, drawing_id, content)
    return {"kept": True}


@post("/drawings/{drawing_id:uuid}/underlay/place", status_code=200)
async def place(request: Call, drawing_id: FromPath[UUID]) -> dict[str, bool]:
    """Say where it lies."""
    desk = await access.drawing(request, drawing_id, Scope.MANAGE)
    request.visit.ensure_own(request.header(b"x-csrf-token"))
    placed = decode(await request.body(), type=Placed)
    await underlays.place(request.services.database, desk.reach.organisation_id, drawing_id, placed)
    return {"kept": True}


@post("/drawings/{drawing_id:uuid}/underlay/removal", status_code=200)
async def remove(request: Call, drawing_id: FromPath[UUID]) -> dict[str, bool]:
    """Take it away."""
    desk = await access.drawing(request, drawing_id, Scope.MANAGE)
    request.visit.ensure_own(request.header(b"x-csrf-token"))
    await underlays.remove(request.services.database, desk.reach.organisation_id, drawing_id)
    return {"gone": True}


SCRIPTED = Router("/", route_handlers=[show, put, place, remove], exception_handlers={Exception: pages.told})
