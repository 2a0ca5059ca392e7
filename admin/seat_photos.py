"""Photos of the view from seats, as the editor's script sends and shows them."""

from uuid import UUID

from litestar import Response, Router, get, post
from litestar.params import FromPath
from msgspec import Struct

from admin import access, pages
from ticketing import seat_photos
from ticketing.files import hash_of
from ticketing.pictures import BYTES_MAX
from ticketing.tokens import Scope
from web.call import Call

PRIVATE = "private, max-age=31536000, immutable"


class PhotoKept(Struct):
    """The name by which seats are given it."""

    photo: str


@post("/drawings/{drawing_id:uuid}/photos", status_code=200)
async def put(request: Call, drawing_id: FromPath[UUID]) -> PhotoKept:
    """Keep a photo for the seats of a drawing: the request's body."""
    desk = await access.drawing(request, drawing_id, Scope.MANAGE)
    request.visit.ensure_own(request.header(b"x-csrf-token"))
    content = await request.received(BYTES_MAX)
    services, owner = request.services, desk.reach.organisation_id
    return PhotoKept(await seat_photos.put(services.database, services.workshop, owner, content, request.now))


@get("/drawings/{drawing_id:uuid}/photos/{photo:str}")
async def show(request: Call, drawing_id: FromPath[UUID], photo: FromPath[str]) -> Response[bytes]:
    """A photo that seats of the drawing may name: it never changes."""
    desk = await access.drawing(request, drawing_id, Scope.MANAGE)
    owner = desk.reach.organisation_id
    kept = await seat_photos.get(request.services.database, owner, hash_of(photo, "photo"))
    headers = {"cache-control": PRIVATE, "content-disposition": "inline"}
    return Response(kept.content, media_type=kept.media_type, headers=headers)


SCRIPTED = Router("/", route_handlers=[put, show], exception_handlers={Exception: pages.told})
