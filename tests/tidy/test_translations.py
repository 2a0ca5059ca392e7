"""Every text that a page may show is there in every language."""

import ast
import re
from collections.abc import Iterator

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

from admin import routes
from tests.tidy.tree import ROOT, product_files
from ticketing.refusals import Refusal
from web.languages import FOLDER, ORIGINAL, SPOKEN

MARKING = {"marked": 0, "mistaken": 1, "done": 2}
"""Calls that take a text for people, and which of their arguments it is."""
FIELD = re.compile(r"\{(\w*)[^}]*\}")
OTHERS = sorted(set(SPOKEN) - {ORIGINAL})


def in_templates() -> Iterator[tuple[str, str]]:
    """(text, where) of every template."""
    for path in product_files(".html"):
        if "templates" not in path.parts:
            continue
        with path.open("rb") as source:
            options = {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "silent": "false"}
            for line, text, _, _ in extract(
                "jinja2.ext:babel_extract", source, {"_": None, "gettext": None}, options=options
            ):
                texts = text if isinstance(text, tuple) else (text,)
                yield from ((one, f"{path.relative_to(ROOT)}:{line}") for one in texts if one)


def in_code() -> Iterator[tuple[str, str]]:
    """(text, where) of what code marks for pages."""
    for path in product_files(".py"):
        if path.relative_to(ROOT).parts[0] not in ("web", "admin", "shop"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                at = MARKING.get(name, -1)
                given = node.args[at] if 0 <= at < len(node.args) else None
                if isinstance(given, ast.Constant) and isinstance(given.value, str) and given.value:
                    yield given.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def in_refusals() -> Iterator[tuple[str, str]]:
    """(message, class) of everything that a person may be refused."""
    assert routes.ADMIN, "whoever refuses is imported"
    for kind in Refusal.family.values():
        if kind.status < 500 and kind.__doc__ != "{problem}":
            yield kind.__doc__ or "", kind.__name__


def catalogue(language: str) -> dict[str, str]:
    """What the catalogues of a language say, by what they translate."""
    found: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                key = message.id[0] if isinstance(message.id, tuple) else message.id
                texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
                if key and all(texts) and not message.fuzzy:
                    found[key] = str(texts[0])
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    known = catalogue(language)
    texts = [*in_templates(), *in_code(), *in_refusals()]
    missing = sorted({f"{where}: {text}" for text, where in texts if text not in known})
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_no_field_of_their_own(language: str) -> None:
    known = catalogue(language).items()
    assert not [text for text, other in known if set(FIELD.findall(other)) - set(FIELD.findall(text))]
