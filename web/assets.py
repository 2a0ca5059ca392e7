"""The route of the built scripts and styles, for everybody's pages."""

import mimetypes

from litestar import Response, get
from litestar.params import FromPath

from web.built import PATH
from web.call import Call
from web.variants import IMMUTABLE, best_encoding


@get(PATH + "{name:str}", include_in_schema=False)
async def asset(request: Call, name: FromPath[str]) -> Response[bytes]:
    """A built file, cached for ever."""
    content, encoding = request.services.assets.file(name, best_encoding(request.header(b"accept-encoding")))
    headers = {"cache-control": IMMUTABLE, "vary": "accept-encoding"}
    if encoding:
        headers["content-encoding"] = encoding
    media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(content, headers=headers, media_type=media_type)
