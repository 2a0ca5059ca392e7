"""Sending what many callers share."""

from litestar import Response

from web.call import Call
from web.variants import Variants, best_encoding, matches


def send(call: Call, variants: Variants, cache_control: str) -> Response[bytes]:
    """The representation in the caller's best encoding, or 304 when it has this one."""
    headers = {"etag": variants.etag, "cache-control": cache_control, "vary": "accept-encoding"}
    if matches(call.header(b"if-none-match"), variants.etag):
        return Response(b"", status_code=304, headers=headers, media_type=variants.media_type)
    if encoding := best_encoding(call.header(b"accept-encoding")):
        headers["content-encoding"] = encoding
    return Response(variants.encoded(encoding), headers=headers, media_type=variants.media_type)
