"""A door list on A4: thirty-eight lines a page, each with a box to tick.

A page is a few columns of text, line under line, because a table of cells takes ten times as long to set and there may
be forty thousand lines. So every line has one height, and what is longer than its column is cut.
"""

from functools import cache
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from printing.door_list_records import DoorListRecord
from printing.looks import TEMPLATES, NothingFetched
from ticketing.legible import clean

CHARS_MAX = (36, 9, 15, 30, 9, 24)
"""Of a column's text: what its width holds of most writing."""
EMPTY, TICKED = "\N{BALLOT BOX}", "\N{BALLOT BOX WITH CHECK}"


def door_list_pdf(record: DoorListRecord) -> bytes:
    """A part of a list as a PDF; the same record gives the same bytes. Holds the GIL for some 50 ms a page: run it in a
    process of its own."""
    pages = [
        {
            "marks": "\n".join(TICKED if mark else EMPTY for mark in page.marks),
            "columns": ["\n".join(_fit(text, chars) for text in column) for column, chars in zip(
                page.columns, CHARS_MAX, strict=True)],
            "sums": clean(page.sums),
        }
        for page in record.pages
    ]  # fmt: skip
    told = {name: clean(getattr(record, name)) for name in ("title", "subtitle", "part", "warning")}
    page = (
        _environment()
        .get_template("door_list.html")
        .render(**told, language=record.language, heads=record.heads, numbering=record.numbering, pages=pages)
    )
    source = HTML(string=page, url_fetcher=NothingFetched())
    made: bytes = source.write_pdf(stylesheets=[_style()], font_config=FontConfiguration())
    return made


def _fit(text: str, chars_max: int) -> str:
    plain = clean(text).replace("\n", " ")
    return plain if len(plain) <= chars_max else f"{plain[: chars_max - 1].rstrip()}…"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


@cache
def _style() -> Any:
    return CSS(string=(TEMPLATES / "door_list.css").read_text(), url_fetcher=NothingFetched())
