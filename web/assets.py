"""The routes of the built scripts and styles: for our own pages, under names that change with what they hold; and the
one script that other people's pages load, under a name that stays."""

import mimetypes

from litestar import Response, get
from litestar.params import FromPath

from web.built import PATH
from web.call import Call
from web.variants import IMMUTABLE, best_encoding

FOR_AN_HOUR = "public, max-age=3600"


@get(PATH + "{name:str}", include_in_schema=False)
async def asset(request: Call, name: FromPath[str]) -> Response[bytes]:
    """A built file, cached for ever."""
    content, encoding = request.services.assets.file(name, best_encoding(request.header(b"accept-encoding")))
    headers = {"cache-control": IMMUTABLE, "vary": "accept-encoding"}
    if encoding:
        headers["content-encoding"] = encoding
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(content, headers=headers, media_type=media_type)


@get("/embed.js", include_in_schema=False)
async def embed(request: Call) -> Response[bytes]:
    """The script for pages that show a shop."""
    assets = request.services.assets
    name = assets.url("embed.js").removeprefix(PATH)
    content, encoding = assets.file(name, best_encoding(request.header(b"accept-encoding")))
    headers = {"cache-control": FOR_AN_HOUR, "vary": "accept-encoding", "cross-origin-resource-policy": "cross-origin"}
    if encoding:
        headers["content-encoding"] = encoding
    return Response(content, headers=headers, media_type="text/javascript; charset=utf-8")
