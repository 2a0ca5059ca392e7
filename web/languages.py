"""The languages of the pages: which one a caller reads, and its words.

Texts stand in English in templates and in code, marked for gettext; `web/locale/<language>/` holds the others, one
catalogue a noun. They are read as they are written: nothing is compiled, nothing can be stale. German, Italian and
Spanish need a folder each and a line in `formats.Language`.
"""

import io
from functools import cache
from gettext import GNUTranslations
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ticketing.formats import Language

FOLDER = Path(__file__).parent / "locale"
SPOKEN = tuple(language.value for language in Language)
ORIGINAL = Language.EN.value


@cache
def translations(language: str) -> GNUTranslations:
    """The words of a language; those of the source for the original one."""
    whole = Catalog(locale=language)
    for file in sorted((FOLDER / language).glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id and message.string:
                    whole[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return GNUTranslations(compiled)


def translated(text: str, language: str) -> str:
    """A text of ours in a language; itself where the catalogue does not know it."""
    return translations(language).gettext(text)


def marked(text: str) -> str:
    """A text that is to be found by who gathers texts for translation."""
    return text


NAMES = {Language.EN: marked("English"), Language.FR: marked("French")}
"""What the languages are called, for who reads another."""
OWN_NAMES = {Language.EN: "English", Language.FR: "Français"}
"""What those call them who speak them: to be found by them on a page that they cannot read."""


def best(accepted: str) -> str:
    """The language spoken here that a browser likes best (`Accept-Language`); English when it likes none."""
    likings: list[tuple[float, int, str]] = []
    for at, item in enumerate(accepted.lower().split(",")):
        tag, _, weight = item.replace(" ", "").partition(";q=")
        try:
            liking = float(weight or 1)
        except ValueError:
            liking = 0.0
        likings.append((-liking, at, tag.partition("-")[0]))
    return next((tag for liking, _, tag in sorted(likings) if tag in SPOKEN and liking < 0), ORIGINAL)
