"""Answers that many callers share: compressed once, named by an ETag, and not sent to who has them already."""

import zlib
from functools import cached_property, lru_cache

import brotli

IMMUTABLE = "public, max-age=31536000, immutable"
QUALITY_OF_LASTING = 9
"""Brotli's, for what is compressed once a process: seconds for the largest plan, in a thread."""
QUALITY_OF_PASSING = 4
"""Brotli's, for what is compressed again every second."""
GZIP_WINDOW = 31


class Variants:
    """One representation in the encodings it may travel in; each is made when first asked for."""

    def __init__(self, plain: bytes, media_type: str, etag: str, quality: int = QUALITY_OF_PASSING) -> None:
        self.plain, self.media_type, self.etag, self._quality = plain, media_type, f'W/"{etag}"', quality

    @cached_property
    def br(self) -> bytes:
        """The plain bytes in brotli."""
        packed: bytes = brotli.compress(self.plain, quality=self._quality)
        return packed

    @cached_property
    def gzip(self) -> bytes:
        """The plain bytes in gzip."""
        packer = zlib.compressobj(level=6, wbits=GZIP_WINDOW)
        return packer.compress(self.plain) + packer.flush()

    def encoded(self, encoding: str) -> bytes:
        """The bytes in "br", "gzip" or "" (as they are)."""
        return {"br": lambda: self.br, "gzip": lambda: self.gzip}.get(encoding, lambda: self.plain)()


def matches(if_none_match: str, etag: str) -> bool:
    """Whether a caller's list of tags holds this one (weak comparison, RFC 9110 section 8.8.3.2)."""
    wanted = etag.removeprefix("W/")
    return any(tag.strip().removeprefix("W/") in (wanted, "*") for tag in if_none_match.split(","))


@lru_cache(1000)
def best_encoding(accepted: str) -> str:
    """The smallest encoding among those a caller accepts: "br", "gzip", or "" for none."""
    offers: dict[str, float] = {}
    for item in accepted.lower().split(","):
        name, _, weight = item.replace(" ", "").partition(";q=")
        try:
            offers[name] = float(weight or 1)
        except ValueError:
            offers[name] = 0.0
    return next((name for name in ("br", "gzip") if offers.get(name, 0.0) > 0), "")
