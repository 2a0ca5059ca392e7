"""Pictures that people upload: told by their bytes, bounded, and drawn anew, so that nothing of the file is kept.

What is kept is a JPEG, or a PNG where there is transparency, upright, without the place and the camera it was taken
with. Anything hidden in a file beside its pixels ends here.
"""

import io
import warnings
from collections.abc import Callable
from concurrent.futures import BrokenExecutor

from PIL import Image, ImageOps, UnidentifiedImageError

from ticketing.files import Kept
from ticketing.refusals import InputRefused
from ticketing.ticket_designs import PANEL_PX, PICTURE_PX
from ticketing.workshop import Workshop

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
BYTES_MAX = 12 * 1024 * 1024
PIXELS_MAX = 30_000_000
"""More than telephones take unless told otherwise: 4032 x 3024, the larger ones 5712 x 4284."""
SIDE_PX_MAX, SIDE_PX_MIN = 1920, 100
QUALITY = 85
PHOTO_PX_MAX, PHOTO_PX_MIN = 1600, 200
LOGO_PX_MAX, LOGO_PX_MIN = 800, 24
WHITE_MIN = 0xF0
"""How light every pixel of a panel is that counts as white, of 255: one kept white in a JPEG is not wholly so."""
SAMPLE_PX = 150


async def drawn(workshop: Workshop, content: bytes, draw: Callable[[bytes], Kept] | None = None) -> Kept:
    """A picture as it is kept, `redrawn` (or drawn as `draw` does) in a process of its own. InputRefused,
    TooManyRequests."""
    try:
        return await workshop.do(draw or redrawn, content)
    except BrokenExecutor:
        raise InputRefused(
            problem="This picture takes too much work to read: save it anew, smaller, and choose that.", where="picture"
        ) from None


def redrawn(content: bytes) -> Kept:
    """A picture as it is kept: its longer side at most `SIDE_PX_MAX`.

    Raises InputRefused for what is no picture, too small to show, or has more than `PIXELS_MAX` pixels. May take a
    second and as much memory as its pixels ask for.
    """
    return _soundly(lambda: _encoded(opened(content, SIDE_PX_MIN, "picture"), SIDE_PX_MAX), "picture")


def logo(content: bytes) -> Kept:
    """A logo as it is kept: its longer side at most `LOGO_PX_MAX`, clear where it was. Raises as `redrawn`."""
    return _soundly(lambda: _encoded(opened(content, LOGO_PX_MIN, "logo"), LOGO_PX_MAX), "logo")


def photo(content: bytes) -> Kept:
    """A photo of the view from a seat as it is kept: a JPEG, its longer side at most `PHOTO_PX_MAX`. Raises as
    `redrawn`."""

    def encoded() -> Kept:
        picture = opened(content, PHOTO_PX_MIN, "photo")
        if picture.has_transparency_data:
            return _saved(_on_white(bare(picture, "RGBA", PHOTO_PX_MAX)), clear=False)
        return _saved(bare(picture, "RGB", PHOTO_PX_MAX), clear=False)

    return _soundly(encoded, "photo")


def background(content: bytes) -> Kept:
    """The picture of a ticket as it is kept, of `PICTURE_PX` exactly: larger ones of the same shape are made smaller.

    Raises as `redrawn`, and InputRefused for another shape or fewer pixels.
    """

    def encoded() -> Kept:
        picture = opened(content, SIDE_PX_MIN, "picture")
        (width, height), (wide, high) = picture.size, PICTURE_PX
        if width < wide or height < high or abs(width * high - height * wide) > width * high // 200:
            raise InputRefused(
                problem="The picture must be {wide} × {high} pixels, landscape: this one is {width} × {height}.",
                where="picture", wide=wide, high=high, width=width, height=height,
            )  # fmt: skip
        plain = _on_white(picture)
        return _saved(plain.resize(PICTURE_PX) if plain.size != PICTURE_PX else plain, clear=False)

    return _soundly(encoded, "picture")


def panel_is_white(kept: Kept) -> bool:
    """Whether the right-hand panel of a ticket's picture, as it is kept, was left white. Some 30 ms of the GIL."""
    with Image.open(io.BytesIO(kept.content)) as picture:
        left = picture.width - round(PANEL_PX * picture.width / PICTURE_PX[0])
        panel = picture.crop((left + 8, 0, picture.width, picture.height)).convert("L")
        panel.thumbnail((SAMPLE_PX, SAMPLE_PX))
        darkest = panel.getextrema()[0]
    return isinstance(darkest, int | float) and darkest >= WHITE_MIN


def _soundly(draw: Callable[[], Kept], where: str) -> Kept:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return draw()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning):
        raise InputRefused(
            problem="This is not a picture: choose a JPEG, PNG, WebP or GIF file.", where=where
        ) from None


def opened(content: bytes, side_px_min: int = 0, where: str = "") -> Image.Image:
    """A picture, not decoded yet. InputRefused for one of too many pixels, or a side shorter than `side_px_min`."""
    picture = Image.open(io.BytesIO(content), formats=FORMATS)
    width, height = picture.size
    if width * height > PIXELS_MAX:
        raise InputRefused(
            problem="This picture has more than {most} million pixels: make it smaller first.",
            where=where,
            most=PIXELS_MAX // 1_000_000,
        )
    if min(width, height) < side_px_min:
        raise InputRefused(
            problem="This picture is too small: it needs {least} pixels on each side.", where=where, least=side_px_min
        )
    return picture


def bare(picture: Image.Image, mode: str, side_px_max: int) -> Image.Image:
    """The pixels of a picture and nothing else, in `mode`, upright, the longer side at most `side_px_max`.

    A JPEG is decoded no larger than that needs. The picture itself is spent; besides it, twice its pixels are held.
    """
    picture.draft(None, (side_px_max, side_px_max))
    picture = _turned(picture, mode)
    if clear := mode == "RGBA" and max(picture.size) > side_px_max:
        picture = _turned(picture, "RGBa")  # what is scaled: Pillow would keep both while it does
    picture.thumbnail((side_px_max, side_px_max))
    if clear:
        picture = _turned(picture, mode)
    ImageOps.exif_transpose(picture, in_place=True)
    plain = Image.new(mode, picture.size)
    plain.paste(picture)
    return plain


def _turned(picture: Image.Image, mode: str) -> Image.Image:
    """A picture in another mode; what it was made of is given back."""
    if picture.mode == mode:
        return picture
    made = picture.convert(mode)
    picture.close()
    return made


def _on_white(picture: Image.Image) -> Image.Image:
    plain = Image.new("RGB", picture.size, "white")
    plain.paste(picture, mask=picture.convert("RGBA").getchannel("A") if picture.has_transparency_data else None)
    return plain


def _encoded(picture: Image.Image, side_px_max: int) -> Kept:
    clear = picture.has_transparency_data
    return _saved(bare(picture, "RGBA" if clear else "RGB", side_px_max), clear=clear)


def _saved(plain: Image.Image, *, clear: bool) -> Kept:
    out = io.BytesIO()
    if clear:
        plain.save(out, "PNG", optimize=True)
    else:
        plain.save(out, "JPEG", quality=QUALITY, progressive=True)
    return Kept("image/png" if clear else "image/jpeg", out.getvalue(), plain.width, plain.height)
