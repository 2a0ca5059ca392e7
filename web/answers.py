"""Sending what many callers share, and what is to be kept as a file."""

from urllib.parse import quote

from litestar import Response

from ticketing.legible import clean
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


def attached(name: str) -> dict[str, str]:
    """The header by which a browser keeps a file under its name, and never shows it as a page."""
    called = clean(name.replace("/", "-").replace("\\", "-")).strip(". ") or "file"
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in " .-_") else "_" for sign in called)
    return {"content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(called, safe='')}"}
