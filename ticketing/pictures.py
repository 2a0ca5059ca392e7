"""Pictures that people upload: told by their bytes, bounded, and drawn anew, so that nothing of the file is kept.

What is kept is a JPEG, or a PNG where there is transparency, upright, without the place and the camera it was taken
with. Anything hidden in a file beside its pixels ends here.
"""

import io
import warnings
from concurrent.futures import BrokenExecutor

from PIL import Image, ImageOps, UnidentifiedImageError

from ticketing.files import Kept
from ticketing.refusals import InputRefused
from ticketing.workshop import Workshop

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
BYTES_MAX = 12 * 1024 * 1024
PIXELS_MAX = 30_000_000
"""More than telephones take unless told otherwise: 4032 x 3024, the larger ones 5712 x 4284."""
SIDE_PX_MAX, SIDE_PX_MIN = 1920, 100
QUALITY = 85


async def drawn(workshop: Workshop, content: bytes) -> Kept:
    """A picture as it is kept, `redrawn` in a process of its own. InputRefused, TooManyRequests."""
    try:
        return await workshop.do(redrawn, content)
    except BrokenExecutor:
        raise InputRefused(
            problem="This picture takes too much work to read: save it anew, smaller, and choose that.", where="picture"
        ) from None


def redrawn(content: bytes) -> Kept:
    """A picture as it is kept: its longer side at most `SIDE_PX_MAX`.

    Raises InputRefused for what is no picture, too small to show, or has more than `PIXELS_MAX` pixels. May take a
    second and as much memory as its pixels ask for.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _encoded(_read(content))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning):
        raise InputRefused(
            problem="This is not a picture: choose a JPEG, PNG, WebP or GIF file.", where="picture"
        ) from None


def _read(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content), formats=FORMATS)
    width, height = picture.size
    if width * height > PIXELS_MAX:
        raise InputRefused(
            problem="This picture has more than {most} million pixels: make it smaller first.",
            where="picture",
            most=PIXELS_MAX // 1_000_000,
        )
    if min(width, height) < SIDE_PX_MIN:
        raise InputRefused(
            problem="This picture is too small: it needs {least} pixels on each side.",
            where="picture",
            least=SIDE_PX_MIN,
        )
    return picture


def bare(picture: Image.Image, mode: str, side_px_max: int) -> Image.Image:
    """The pixels of a picture and nothing else, in `mode`, upright, the longer side at most `side_px_max`.

    A JPEG is decoded no larger than that needs. The picture itself is spent.
    """
    picture.draft(None, (side_px_max, side_px_max))
    if picture.mode != mode:
        picture = picture.convert(mode)
    picture.thumbnail((side_px_max, side_px_max))
    ImageOps.exif_transpose(picture, in_place=True)
    plain = Image.new(mode, picture.size)
    plain.paste(picture)
    return plain


def _encoded(picture: Image.Image) -> Kept:
    clear = picture.has_transparency_data
    plain = bare(picture, "RGBA" if clear else "RGB", SIDE_PX_MAX)
    out = io.BytesIO()
    if clear:
        plain.save(out, "PNG", optimize=True)
    else:
        plain.save(out, "JPEG", quality=QUALITY, progressive=True)
    return Kept("image/png" if clear else "image/jpeg", out.getvalue(), plain.width, plain.height)
