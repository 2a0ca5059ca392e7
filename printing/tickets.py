"""Records to PDF: A4 to print at home, A6 for a counter's paper, a narrow page for a telephone's screen.

WeasyPrint sets HTML made from the templates beside this file. Whatever a template is told is escaped, and nothing is
ever fetched: fonts are the machine's, drawings are inline, pictures are handed in by name, so a name that looks like a
link stays a name. Each picture is in a file once, however many tickets show it. The same records give the same bytes.
"""

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import ImageFile
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration

from printing import looks, records
from printing.looks import TEMPLATES, PicturesOnly
from printing.records import TicketRecord
from printing.words import WORDS
from ticketing import formats
from ticketing.ticket_deliveries import Paper
from ticketing.ticket_designs import BARE, Dress, Wardrobe
from ticketing.tickets import Issued

# WeasyPrint lets the whole process take pictures that are cut short; who checks uploads there must still refuse them.
ImageFile.LOAD_TRUNCATED_IMAGES = False


def tickets_pdf(issued: Issued, paper: Paper, tag: str, wardrobe: Wardrobe = BARE) -> bytes:
    """The tickets and passes of an order as one PDF in the locale `tag`, each in its design.

    Holds the GIL for about 20 ms a ticket: run it in a worker, or in a process of its own.
    """
    pages, head = records.of(issued, tag, wardrobe), issued.head
    return pdf(pages, paper, tag, title=head.order_code, author=head.organisation_name, wardrobe=wardrobe)


def each_pdf(issued: Issued, paper: Paper, tag: str, wardrobe: Wardrobe = BARE) -> list[bytes]:
    """Each pass and each ticket of an order as a PDF of its own, in the order of the records."""
    pages, head = records.of(issued, tag, wardrobe), issued.head
    author = head.organisation_name
    return [
        pdf([page], paper, tag, title=f"{head.order_code}-{n}", author=author, wardrobe=wardrobe)
        for n, page in enumerate(pages, 1)
    ]


def pdf(
    pages: Sequence[TicketRecord], paper: Paper, tag: str, title: str, author: str, wardrobe: Wardrobe = BARE
) -> bytes:
    """Any number of records as one PDF, a page each or more."""
    fonts, pictures = FontConfiguration(), PicturesOnly(wardrobe.pictures)
    known: dict[str, Any] = {}
    documents = []
    for dress, alike in groupby(pages, key=lambda page: page.dress):
        html = _html([*alike], dress, wardrobe, paper, tag, title, author)
        source, sheets = HTML(string=html, url_fetcher=pictures), looks.styles(dress.gallery, dress.look, paper)
        documents.append(source.render(font_config=fonts, stylesheets=sheets, cache=known))
    every = [page for document in documents for page in document.pages]
    made: bytes = documents[0].copy(every).write_pdf()
    return made


def _html(
    pages: list[TicketRecord], dress: Dress, wardrobe: Wardrobe, paper: Paper, tag: str, title: str, author: str
) -> str:
    language = formats.language(tag)
    return (
        _environment()
        .get_template("tickets.html")
        .render(
            pages=pages, gallery=dress.gallery, logo=dress.logo if dress.logo in wardrobe.pictures else None,
            pictures=wardrobe.pictures, picture_name=looks.picture_name, size=paper, language=language,
            words=WORDS[language], title=title, author=author,
        )
    )  # fmt: skip


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
