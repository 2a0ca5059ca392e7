"""One-bit pictures, as print heads have them: from files, and from texts that a printer's own letters cannot say.

Thermal heads print a dot or none. A logo is scaled to the very dots it will have, then thresholded when it is a
drawing, dithered when it is a photograph. A text in a script that the printer does not know (Cyrillic, Arabic, emoji)
is set by the same engine and fonts as the PDF tickets and becomes such a picture, as large as its box holds it.
"""

from functools import lru_cache
from io import BytesIO

import pypdfium2
from jinja2 import Template
from msgspec import Struct
from PIL import Image, ImageChops, ImageFilter
from weasyprint import CSS, HTML

from printing.looks import NothingFetched

DOTS_MAX = 2000 * 2000
TEXTS_CACHED_MAX = 512
MM_PER_INCH, POINTS_PER_INCH = 25.4, 72
TYPEFACE = 'Inter, "DejaVu Sans", "Droid Sans Fallback", sans-serif'
INTER_CAPITAL = 0.727
"""The height of a capital in Inter, of the font's size."""
PITCH = 1.2
"""From one base line to the next, of the font's size."""
STEP = 0.9
INK_MIN = 160
"""What is darker than this, of 255, is printed."""
GREY_SHARE_MAX, NEAR = 0.06, 48
"""A picture with less grey than this is a drawing."""
COLORED = 60
"""How far a pixel's colours are apart that is an emoji's."""

_PARAGRAPH = Template("<p>{{ text }}</p>", autoescape=True)


class Bitmap(Struct, frozen=True):
    """Dots, row by row from the top: each row in whole bytes, the leftmost dot the highest bit, 1 is printed."""

    width: int
    height: int
    rows: bytes

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return (self.width + 7) // 8

    def turned(self, degrees: int) -> "Bitmap":
        """The same, turned clockwise by quarters."""
        assert degrees % 90 == 0, "quarters"
        return self if degrees % 360 == 0 else of(self.image().rotate(-degrees, expand=True))

    def image(self) -> Image.Image:
        """As a picture of mode `1` in which 1 is printed."""
        return Image.frombytes("1", (self.width, self.height), self.rows)


class Drawn(Struct, frozen=True):
    """A text as a picture of its whole box; `cut` when even the smallest letters did not hold it: it ends in `…`."""

    bitmap: Bitmap
    cut: bool


class Setting(Struct, frozen=True):
    """How a text stands in its box: all in dots, letters by the height of their capitals."""

    width: int
    height: int
    capital: float
    capital_min: float
    lines_max: int
    align: str
    vertical: str
    bold: bool


def of(ink: Image.Image) -> Bitmap:
    """A picture of mode `1`, in which 1 is printed, as dots."""
    assert ink.mode == "1" and ink.width * ink.height <= DOTS_MAX, "dots of one head"
    return Bitmap(ink.width, ink.height, ink.tobytes())


def picture(content: bytes, width: int, height: int) -> Bitmap:
    """A picture's file in a box of so many dots, whole and in the middle; what is clear in it stays white."""
    with Image.open(BytesIO(content)) as opened:
        opened.thumbnail((2 * width, 2 * height))
        layer = opened.convert("RGBA")
    scale = min(width / layer.width, height / layer.height)
    size = max(1, round(layer.width * scale)), max(1, round(layer.height * scale))
    layer = layer.resize(size, Image.Resampling.LANCZOS)
    ground = Image.new("RGBA", (width, height), "white")
    ground.alpha_composite(layer, ((width - size[0]) // 2, (height - size[1]) // 2))
    return of(_ink(ground.convert("L")))


@lru_cache(TEXTS_CACHED_MAX)
def text(words: str, setting: Setting) -> Drawn:
    """A text of any script in its box: the largest letters between `capital` and `capital_min` that hold it. About
    10 ms a size that is tried, holding the GIL; what was drawn is remembered."""
    sizes = [setting.capital]
    while sizes[-1] > setting.capital_min:
        sizes.append(max(setting.capital_min, sizes[-1] * STEP))
    low, high = 0, len(sizes) - 1
    while low < high:
        middle = (low + high) // 2
        if _fits(words, setting, sizes[middle]):
            high = middle
        else:
            low = middle + 1
    fits = low < len(sizes) - 1 or _fits(words, setting, sizes[low])
    page = _page(words, setting, sizes[low], setting.width, setting.height, cut=not fits)
    return Drawn(of(_ink_of_text(page)), not fits)


def _fits(words: str, setting: Setting, capital: float) -> bool:
    """Whether the text, set as high and wide as it likes, leaves no ink outside its box."""
    page = _page(words, setting, capital, 2 * setting.width, 3 * setting.height, cut=False, vertical="top")
    ink = ImageChops.invert(page.convert("L")).point(lambda light: 255 if light > 255 - INK_MIN else 0).getbbox()
    size = capital / INTER_CAPITAL
    above_next_line = (setting.lines_max * PITCH + 0.4) * size
    return ink is None or (ink[2] <= setting.width and ink[3] <= min(setting.height, above_next_line))


def _page(
    words: str, setting: Setting, capital: float, width: int, height: int, *, cut: bool, vertical: str = ""
) -> Image.Image:
    """The text in its box at the top left of a page of so many dots; a dot is a point there."""
    size = capital / INTER_CAPITAL
    stand = {"top": "flex-start", "middle": "center", "bottom": "flex-end"}[vertical or setting.vertical]
    clipped = f"max-lines: {_lines(setting, size)}; block-ellipsis: auto; continue: discard; overflow-wrap: anywhere"
    style = CSS(
        string=f"@page {{ size: {width}pt {height}pt; margin: 0 }} html, body {{ margin: 0 }}"
        f"body {{ display: flex; flex-direction: column; justify-content: {stand}; height: {setting.height}pt }}"
        f"p {{ margin: 0; width: {setting.width}pt; text-align: {setting.align}; color: #000;"
        f"font: {700 if setting.bold else 600} {size}pt/{PITCH} {TYPEFACE};"
        f"{clipped if cut else ''} }}",
        url_fetcher=NothingFetched(),
    )
    source = HTML(string=_PARAGRAPH.render(text=words), url_fetcher=NothingFetched())
    document = pypdfium2.PdfDocument(source.write_pdf(stylesheets=[style]))
    try:
        drawn: Image.Image = document[0].render(scale=1).to_pil()
    finally:
        document.close()
    return drawn.convert("RGB").crop((0, 0, width, height))


def _lines(setting: Setting, size: float) -> int:
    return max(1, min(setting.lines_max, int(setting.height / (size * PITCH))))


def _ink_of_text(page: Image.Image) -> Image.Image:
    """Letters by a threshold; emoji among them by dithering."""
    red, green, blue = page.split()
    spread = ImageChops.lighter(ImageChops.difference(red, green), ImageChops.difference(green, blue))
    colored = spread.point(lambda apart: 255 if apart > COLORED else 0)
    grey = page.convert("L")
    if colored.getbbox() is None:
        return _hard(grey)
    around = colored.filter(ImageFilter.MaxFilter(5))
    return Image.composite(_dithered(grey), _hard(grey), around)


def _ink(grey: Image.Image) -> Image.Image:
    """A drawing by a threshold, a photograph by dithering."""
    counts = grey.histogram()
    between = sum(counts[NEAR : 256 - NEAR])
    return _dithered(grey) if between > GREY_SHARE_MAX * grey.width * grey.height else _hard(grey)


def _hard(grey: Image.Image) -> Image.Image:
    return grey.point(lambda light: 255 if light < INK_MIN else 0).convert("1", dither=Image.Dither.NONE)


def _dithered(grey: Image.Image) -> Image.Image:
    return ImageChops.invert(grey).convert("1", dither=Image.Dither.FLOYDSTEINBERG)
