"""Pictures that people upload: told by their bytes, bounded, and drawn anew, so that nothing of the file is kept.

What is kept is a JPEG, or a PNG where there is transparency, upright, without the place and the camera it was taken
with. Anything hidden in a file beside its pixels ends here.
"""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from ticketing.files import Kept
from ticketing.refusals import InputRefused

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
BYTES_MAX = 12 * 1024 * 1024
PIXELS_MAX = 50_000_000
SIDE_PX_MAX, SIDE_PX_MIN = 1920, 100
QUALITY = 85


def redrawn(content: bytes) -> Kept:
    """A picture as it is kept: its longer side at most `SIDE_PX_MAX`.

    Raises InputRefused for what is no picture, too small to show, or has more than `PIXELS_MAX` pixels. Takes up to a
    second: call it in a thread.
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
    return ImageOps.exif_transpose(picture)


def _encoded(picture: Image.Image) -> Kept:
    clear = picture.has_transparency_data
    drawn = picture.convert("RGBA" if clear else "RGB")
    drawn.thumbnail((SIDE_PX_MAX, SIDE_PX_MAX))
    plain = Image.new(drawn.mode, drawn.size)
    plain.paste(drawn)
    out = io.BytesIO()
    if clear:
        plain.save(out, "PNG", optimize=True)
    else:
        plain.save(out, "JPEG", quality=QUALITY, progressive=True)
    return Kept("image/png" if clear else "image/jpeg", out.getvalue(), plain.width, plain.height)
