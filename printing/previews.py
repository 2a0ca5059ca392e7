"""Tickets as pictures: a page as the printer would have it, for who designs it; and the example that one lays over a
picture of one's own.

The picture is of the PDF itself, so that it cannot look otherwise than the paper.
"""

from io import BytesIO

import pypdfium2
from PIL import Image
from weasyprint import CSS, HTML

from printing.looks import TEMPLATES, NothingFetched
from printing.tickets import tickets_pdf
from ticketing.formats import Language
from ticketing.ticket_deliveries import Paper
from ticketing.ticket_designs import PICTURE_PX, Wardrobe
from ticketing.tickets import Issued

COLORS_MAX, FLAT_COLORS_MAX = 256, 1 << 15
"""Colours of a preview that shows a photograph; pages without one have few, and keep them all."""
EXAMPLES = {
    Language.EN: (
        "Your picture", "2480 × 1169 pixels", "Keep this panel white", "Title, day, venue, seat", "Code", "Facts",
    ),
    Language.FR: (
        "Votre image", "2480 × 1169 pixels", "Laissez ce panneau blanc", "Titre, jour, lieu, place", "Code", "Détails",
    ),
}  # fmt: skip


def page_png(issued: Issued, paper: Paper, tag: str, wardrobe: Wardrobe, width_px: int) -> bytes:
    """The first page of an order's tickets as a PNG so wide. About 60 ms more than the page itself."""
    return _png(_drawn(tickets_pdf(issued, paper, tag, wardrobe), width_px, clear=False), smaller=True)


def example_png(language: Language) -> bytes:
    """The example template: a PNG of 2480 x 1169 pixels to lay over one's picture, clear where that is free, with the
    panel that is to be kept white and what will stand on it."""
    html = (TEMPLATES / "example.html").read_text()
    for number, text in enumerate(EXAMPLES[language]):
        html = html.replace(f"[{number}]", text)
    sheet = CSS(string=(TEMPLATES / "example.css").read_text(), url_fetcher=NothingFetched())
    made: bytes = HTML(string=html, url_fetcher=NothingFetched()).write_pdf(stylesheets=[sheet])
    drawn = _drawn(made, PICTURE_PX[0], clear=True)
    return _png(drawn.resize(PICTURE_PX) if drawn.size != PICTURE_PX else drawn, smaller=False)


def _drawn(pdf: bytes, width_px: int, *, clear: bool) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[0]
        ground = (255, 255, 255, 0 if clear else 255)
        picture: Image.Image = page.render(scale=width_px / page.get_width(), fill_color=ground).to_pil()
        return picture
    finally:
        document.close()


def _png(picture: Image.Image, *, smaller: bool) -> bytes:
    made, photographs = BytesIO(), picture.getcolors(FLAT_COLORS_MAX) is None
    (picture.quantize(COLORS_MAX) if smaller and photographs else picture).save(made, "PNG")
    return made.getvalue()
