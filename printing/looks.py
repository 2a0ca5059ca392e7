"""A design as style sheets: the member of the gallery on a paper, in the organiser's colours.

Every design sets the same markup (`templates/face.html`); style sheets of ours alone place its parts, each in a box of
fixed size, so that no choice moves the code. What an organiser chooses comes in as two colours, checked here once more,
and as pictures by their hash. The code itself is always black on white, with its quiet zone.
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from weasyprint import CSS
from weasyprint.urls import URLFetcher, URLFetcherResponse

from ticketing.ticket_deliveries import Paper
from ticketing.ticket_designs import COLOR, Gallery, Look

TEMPLATES = Path(__file__).parent / "templates"
PAPER_MM = {Paper.A4: (210, 297), Paper.A6: (105, 148), Paper.PHONE: (90, 200)}
SCHEME = "picture:"
COLORS_CACHED_MAX = 256
DARK, LIGHT = "#111111", "#ffffff"
LINEAR_BELOW, CONTRAST_OFFSET = 0.04045, 0.05


class FetchRefused(ValueError):
    """A document asked for something outside itself."""


class NothingFetched(URLFetcher):  # type: ignore[misc]
    """Refuses every address, of whatever kind."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        raise FetchRefused(url)


class PicturesOnly(NothingFetched):
    """Gives the pictures it was given, by their names (`picture_name`), and refuses every address."""

    def __init__(self, pictures: dict[bytes, tuple[str, bytes]]) -> None:
        super().__init__()
        self._by_name = {picture_name(hash): found for hash, found in pictures.items()}

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        if url not in self._by_name:
            raise FetchRefused(url)
        media_type, content = self._by_name[url]
        return URLFetcherResponse(url, content, {"Content-Type": media_type})


def picture_name(hash: bytes) -> str:
    """What a template calls a picture."""
    return f"{SCHEME}{hash.hex()}"


def styles(gallery: Gallery, look: Look, paper: Paper) -> list[CSS]:
    """The style sheets of a design on a paper."""
    return [*_sheets(gallery, paper), _colors(look.accent, look.second)]


def text_on(color: str) -> str:
    """Black or white, whichever stands out more from `#rrggbb` (contrast of WCAG 2.2)."""
    light = _luminance(color) + CONTRAST_OFFSET
    return DARK if light / (_luminance(DARK) + CONTRAST_OFFSET) >= (1 + CONTRAST_OFFSET) / light else LIGHT


def _luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it, 0 to 1."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= LINEAR_BELOW else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@cache
def _sheets(gallery: Gallery, paper: Paper) -> list[CSS]:
    if gallery is Gallery.CLASSIC:
        return [_sheet("tickets"), _sheet(paper)]
    width, height = PAPER_MM[paper]
    page = CSS(string=f"@page {{ size: {width}mm {height}mm; margin: 0 }}", url_fetcher=NothingFetched())
    return [page, _sheet("tickets"), _sheet("full"), _sheet(gallery)]


@cache
def _sheet(name: str) -> CSS:
    return CSS(string=(TEMPLATES / f"{name}.css").read_text(), url_fetcher=NothingFetched())


@lru_cache(COLORS_CACHED_MAX)
def _colors(accent: str, second: str) -> CSS:
    for color in (accent, second):
        assert COLOR.fullmatch(color), "a design keeps its colours as #rrggbb"
    told = f"--accent: {accent}; --on-accent: {text_on(accent)}; --second: {second}; --on-second: {text_on(second)}"
    return CSS(string=f"html {{ {told} }}", url_fetcher=NothingFetched())
