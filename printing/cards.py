"""Passes as plastic cards: CR80, 54 x 86 mm, portrait, one a page, for badge printers with a ribbon of dyes and black
resin (IDP Smart-51 and its like).

The page is 638 x 1016 dots of 300 dpi, the whole of such a printer's card, and the code's edges lie on those dots. The
driver is told to print by resin what is exactly black, dot by dot (`advice`): so code and black text are vectors in
black 0, 0, 0, and pictures are kept from it, their darkest pixels made a little lighter, lest a photo's shadows come
out as specks of resin. `Layer.BLACK` is what the resin prints, alone: for cards that were printed before, and as a
picture of one bit a dot (`black_png`) for printers that are sent their panels one by one.

Text is escaped, nothing is fetched, pictures are handed over by their hash, as for the tickets.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache, lru_cache
from io import BytesIO
from uuid import UUID

import pypdfium2
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from msgspec import Struct
from PIL import Image, ImageOps
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from printing import code128, qr
from printing.card_looks import BLACK, CardCode, CardLook
from printing.fit import step
from printing.looks import TEMPLATES, NothingFetched, PicturesOnly, picture_name
from printing.words import WORDS
from ticketing import formats
from ticketing.formats import Language
from ticketing.legible import clean
from ticketing.passes import SHORT_NAME_CHARS_MAX
from ticketing.ticket_designs import COLOR
from ticketing.tickets import Issued, IssuedPass, OrderHead

DPI = 300
CARD_DOTS = (638, 1016)
"""54 x 86 mm, to the dot."""
PHOTO_DOTS = (240, 306)
CARDS_MAX = 500
DARKEST = 24
"""How light the darkest pixel of a picture is, of 255: no rounding of a JPEG takes it to black."""
JPEG_QUALITY = 95
HALF = 128
PICTURES_CACHED_MAX = 64
NAME_SIZES, HOLDER_SIZES = (12, 22), (14, 28)

ADVICE: Mapping[Language, tuple[str, ...]] = {
    Language.EN: (
        "Resin Extraction: Black Dots Only",
        "Paper size: CR80 Card (54 x 86 mm)",
        "Orientation: Portrait",
        "Fit: print the whole image",
    ),
    Language.FR: (
        "Resin Extraction : Black Dots Only",
        "Taille du papier : CR80 Card (54 x 86 mm)",
        "Orientation : Portrait",
        "Ajuster : imprimer toute l’image",
    ),
}
"""What the printer's driver is set to, once; it can keep it."""


class Layer(StrEnum):
    """What of a card is printed."""

    WHOLE = "whole"
    BLACK = "black"
    """What is exactly black: the resin panel."""


class CardRecord(Struct, frozen=True):
    """A pass as a card shows it. `code_path` is the QR's outline (`qr.outline`), `bars` where each of the bars of its
    number begins and how wide it is, in modules; `photo` the hash of its holder's picture."""

    organiser: str
    season: str
    name: str
    holder: str
    seat: tuple[str, ...]
    number: str
    code_path: str
    bars: tuple[tuple[int, int], ...]
    modules: int
    photo: bytes | None = None

    @property
    def name_size(self) -> int:
        """Which size its name is set in, 0 the largest."""
        return step(self.name, *NAME_SIZES)

    @property
    def holder_size(self) -> int:
        """The same for the holder's."""
        return step(self.holder, *HOLDER_SIZES)


def cards_pdf(
    issued: Issued,
    look: CardLook,
    tag: str,
    pictures: Mapping[bytes, tuple[str, bytes]] | None = None,
    photos: Mapping[UUID, bytes] | None = None,
    layer: Layer = Layer.WHOLE,
) -> bytes:
    """An order's valid passes as cards, a page each, in the locale `tag`. `photos` are the hashes of holders' pictures
    by pass; `pictures` (media type, bytes) by hash. Holds the GIL for some 30 ms a card."""
    return pdf(of(issued, tag, photos), look, tag, issued.head.order_code, pictures, layer)


def black_png(pdf: bytes, page: int = 0) -> bytes:
    """A page of a black layer as a PNG of one bit a dot, 638 x 1016: black is what the resin prints."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        drawn = document[page].render(scale=DPI / 72, grayscale=True).to_pil()
    finally:
        document.close()
    assert drawn.size == CARD_DOTS, "a card, to the dot"
    made = BytesIO()
    drawn.point(lambda light: 255 if light >= HALF else 0).convert("1").save(made, "PNG", dpi=(DPI, DPI))
    return made.getvalue()


def advice(tag: str) -> tuple[str, ...]:
    """What to set in the driver of a Smart-51, a line each, in the locale `tag`; names of options are the driver's."""
    return ADVICE[formats.language(tag)]


def of(issued: Issued, tag: str, photos: Mapping[UUID, bytes] | None = None) -> tuple[CardRecord, ...]:
    """The records of an order's passes."""
    known = photos or {}
    return tuple(_of(issued.head, one, tag, known.get(one.holder_pass.pass_id)) for one in issued.passes)


def pdf(
    records: Sequence[CardRecord],
    look: CardLook,
    tag: str,
    title: str,
    pictures: Mapping[bytes, tuple[str, bytes]] | None = None,
    layer: Layer = Layer.WHOLE,
) -> bytes:
    """Any number of records as one PDF, a card a page; the same give the same bytes."""
    assert 0 < len(records) <= CARDS_MAX, "cards of one job"
    given = _lifted(records, look, pictures or {}) if layer is Layer.WHOLE else {}
    html = _environment().get_template("card.html").render(
        cards=records, look=look, given=given, picture_name=picture_name, title=title,
        language=formats.language(tag), words=WORDS[formats.language(tag)],
        with_bars=look.code is not CardCode.QR, with_qr=look.code is not CardCode.BARS,
        shows_title=layer is Layer.WHOLE or look.title == BLACK, shows_text=layer is Layer.WHOLE or look.text == BLACK,
    )  # fmt: skip
    sheets = [_sheet(), _colors(look.title, look.text)]
    source = HTML(string=html, url_fetcher=PicturesOnly(given))
    made: bytes = source.write_pdf(stylesheets=sheets, font_config=FontConfiguration())
    return made


def _of(head: OrderHead, issued: IssuedPass, tag: str, photo: bytes | None) -> CardRecord:
    held, seats, words = issued.holder_pass, issued.seats, WORDS[formats.language(tag)]
    places = {(seat.zone, seat.row_label, seat.seat_label) for seat in seats}
    zone, row, seat = places.pop() if len(places) == 1 else ("", "", "")
    told = ((clean(zone), ""), (clean(row), words.row), (clean(seat), words.seat))
    number = code128.even(held.serial)
    return CardRecord(
        organiser=clean(head.organisation_name),
        season=clean(head.box_office_name),
        name=clean(held.short_name or held.name, SHORT_NAME_CHARS_MAX),
        holder=clean(held.holder_name),
        seat=tuple(f"{label} {text}".strip() for text, label in told if text),
        number=words.number.format(serial=held.serial),
        code_path=qr.outline(issued.code),
        bars=tuple(code128.bars(number)),
        modules=code128.modules(number),
        photo=photo,
    )


def _lifted(
    records: Sequence[CardRecord], look: CardLook, pictures: Mapping[bytes, tuple[str, bytes]]
) -> dict[bytes, tuple[str, bytes]]:
    """The pictures that these cards show, as large as they are printed and with nothing black."""
    wanted = {look.background: CARD_DOTS} if look.background else {}
    if look.with_photo:
        wanted |= {record.photo: PHOTO_DOTS for record in records if record.photo and record.photo != look.background}
    return {hash: ("image/jpeg", _light(pictures[hash][1], size)) for hash, size in wanted.items() if hash in pictures}


@lru_cache(PICTURES_CACHED_MAX)
def _light(content: bytes, size: tuple[int, int]) -> bytes:
    with Image.open(BytesIO(content)) as opened:
        layer = ImageOps.fit(opened.convert("RGBA"), size, Image.Resampling.LANCZOS)
    ground = Image.new("RGBA", size, "white")
    ground.alpha_composite(layer)
    made = BytesIO()
    lifted = ground.convert("RGB").point(lambda light: max(light, DARKEST))
    lifted.save(made, "JPEG", quality=JPEG_QUALITY, subsampling=0)
    return made.getvalue()


@cache
def _sheet() -> CSS:
    return CSS(string=(TEMPLATES / "card.css").read_text(), url_fetcher=NothingFetched())


def _colors(title: str, text: str) -> CSS:
    for color in (title, text):
        assert COLOR.fullmatch(color), "a look keeps its colours as #rrggbb"
    return CSS(string=f"html {{ --title: {title}; --text: {text} }}", url_fetcher=NothingFetched())


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
