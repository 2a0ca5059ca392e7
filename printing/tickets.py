"""Records to PDF: A4 to print at home, A6 for a counter's paper or a telephone.

WeasyPrint sets HTML made from the templates beside this file. Whatever a template is told is escaped, and nothing is
ever fetched: fonts are the machine's, drawings are inline, so a name that looks like a link stays a name. The same
records give the same bytes.
"""

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import ImageFile
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from printing import records
from printing.records import TicketRecord
from printing.words import WORDS
from ticketing import formats
from ticketing.tickets import Issued

TEMPLATES = Path(__file__).parent / "templates"

# WeasyPrint lets the whole process take pictures that are cut short; who checks uploads there must still refuse them.
ImageFile.LOAD_TRUNCATED_IMAGES = False


class Size(StrEnum):
    """Paper, upright."""

    A4 = "a4"
    A6 = "a6"


class FetchRefused(ValueError):
    """A document asked for something outside itself."""


class NothingFetched(URLFetcher):  # type: ignore[misc]
    """Refuses every address, of whatever kind."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        raise FetchRefused(url)


def tickets_pdf(issued: Issued, size: Size, tag: str) -> bytes:
    """The tickets and passes of an order as one PDF in the locale `tag`.

    Holds the GIL for about 20 ms a ticket: run it in a worker, or in a process of its own.
    """
    pages = records.of(issued, tag)
    return pdf(pages, size, tag, title=issued.head.order_code, author=issued.head.organisation_name)


def pdf(pages: Sequence[TicketRecord], size: Size, tag: str, title: str, author: str) -> bytes:
    """Any number of records as one PDF, a page each or more."""
    language = formats.language(tag)
    html = (
        _environment()
        .get_template("tickets.html")
        .render(pages=pages, size=size, language=language, words=WORDS[language], title=title, author=author)
    )
    fonts = FontConfiguration()
    document = HTML(string=html, url_fetcher=NothingFetched())
    made: bytes = document.write_pdf(stylesheets=_styles(size), font_config=fonts)
    return made


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _styles(size: Size) -> list[CSS]:
    fetcher = NothingFetched()
    return [CSS(string=(TEMPLATES / f"{name}.css").read_text(), url_fetcher=fetcher) for name in ("tickets", size)]
