"""The languages of the pages: which one a caller reads, and its words.

Texts stand in English in templates and in code, marked for gettext; `web/locale/<language>.po` holds the others. The
catalogues are read as they are written: nothing is compiled, nothing can be stale. German, Italian and Spanish need a
catalogue each and a line in `formats.Language`.
"""

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from ticketing.formats import Language

FOLDER = Path(__file__).parent / "locale"
SPOKEN = tuple(language.value for language in Language)
ORIGINAL = Language.EN.value


@cache
def translations(language: str) -> NullTranslations:
    """The words of a language; those of the source for the original one."""
    file = FOLDER / f"{language}.po"
    if language == ORIGINAL or not file.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with file.open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def translated(text: str, language: str) -> str:
    """A text of ours in a language; itself where the catalogue does not know it."""
    return translations(language).gettext(text)


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
