import io

import pytest
from PIL import Image

from ticketing import pictures
from ticketing.refusals import InputRefused
from ticketing.workshop import Bounds, Workshop


def file(kind: str = "JPEG", size: tuple[int, int] = (400, 300), mode: str = "RGB", **options) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, "red").save(out, kind, **options)
    return out.getvalue()


@pytest.mark.parametrize("kind", pictures.FORMATS)
def test_a_picture_is_told_by_its_bytes_and_drawn_anew(kind: str) -> None:
    kept = pictures.redrawn(file(kind))
    assert (kept.width, kept.height) == (400, 300)
    assert Image.open(io.BytesIO(kept.content)).format in ("JPEG", "PNG")


def test_nothing_but_pixels_is_kept() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "<script>alert(1)</script>"
    kept = pictures.redrawn(file(exif=exif) + b"<script>alert(2)</script>")
    assert (kept.width, kept.height) == (300, 400), "turned upright"
    assert b"script" not in kept.content
    clear = pictures.redrawn(file("PNG", mode="RGBA"))
    assert clear.media_type == "image/png"


def test_a_large_picture_is_made_smaller() -> None:
    kept = pictures.redrawn(file(size=(4000, 1000)))
    assert (kept.width, kept.height) == (1920, 480)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html>", file()[:400], file("BMP"), file("TIFF"), file(size=(99, 400)),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(InputRefused):
        pictures.redrawn(content)


def test_too_many_pixels_are_refused_before_they_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PIXELS_MAX", 100_000)
    with pytest.raises(InputRefused, match="million pixels"):
        pictures.redrawn(file())


def test_a_large_photograph_is_not_decoded_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded, make_smaller = [], Image.Image.thumbnail

    def thumbnail(picture: Image.Image, size: tuple[int, int]) -> None:
        decoded.append(picture.size)
        make_smaller(picture, size)

    monkeypatch.setattr(Image.Image, "thumbnail", thumbnail)
    kept = pictures.redrawn(file(size=(5712, 4284)))
    assert decoded == [(2856, 2142)] and (kept.width, kept.height) == (1920, 1440)


def test_a_turned_picture_with_a_palette_stays_whole() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    kept = pictures.redrawn(file("PNG", mode="P", exif=exif))
    assert (kept.width, kept.height, kept.media_type) == (300, 400, "image/jpeg")


async def test_a_picture_that_takes_too_much_work_is_refused_in_a_sentence() -> None:
    tight = Workshop(Bounds(memory_bytes_max=20 << 20))
    try:
        with pytest.raises(InputRefused, match="takes too much work to read"):
            await pictures.drawn(tight, file("PNG", (5000, 5000)))
    finally:
        tight.close()
