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
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
SAYING = {"report": (2,), "PlanRefused": (0, 1), "Saying": (0,), "refuse": (0,)}
SAID = ("text", "AT", "LINE", "WHOLE_FILE")
"""The same for what is said of plans, and the names under which such a text stands first."""
IN_SCRIPT = re.compile(r"""[^\w.]t\("([^"]+)\"""")
"""Calls of the web scanner's scripts, which take a text for people."""
FIELD = re.compile(r"\{(\w*)[^}]*\}")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
PLURAL = " | "
"""Between the forms of a text that counts: it is found by both."""
OTHERS = sorted(set(SPOKEN) - {ORIGINAL})


def in_templates() -> Iterator[tuple[str, str]]:
    """(text, where) of every template."""
    for path in product_files(".html"):
        if "templates" not in path.parts:
            continue
        with path.open("rb") as source:
            options = {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "silent": "false"}
            for line, text, _, _ in extract("jinja2.ext:babel_extract", source, KEYWORDS, options=options):
                told = PLURAL.join(text) if isinstance(text, tuple) else text
                if told:
                    yield told, f"{path.relative_to(ROOT)}:{line}"


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


def in_scanner() -> Iterator[tuple[str, str]]:
    """(text, where) of what the web scanner says."""
    for path in [ROOT / "web" / "src" / "scan.js", *sorted((ROOT / "web" / "src" / "scan").glob("*.js"))]:
        for text in IN_SCRIPT.findall(path.read_text()):
            yield text, str(path.relative_to(ROOT))


def in_plans() -> Iterator[tuple[str, str]]:
    """(text, where) of what is said of plans and of files that should be some."""
    for path in (ROOT / "engine" / "plan").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            given: list[ast.expr] = []
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                given = [node.args[at] for at in SAYING.get(name, ()) if at < len(node.args)]
            elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in SAID:
                given = [node.value]
            for one in given:
                if isinstance(one, ast.Constant) and isinstance(one.value, str) and FIELD.sub("", one.value):
                    yield one.value, f"{path.relative_to(ROOT)}:{one.lineno}"


def in_refusals() -> Iterator[tuple[str, str]]:
    """(message, class) of everything that a person may be refused."""
    assert routes.ADMIN, "whoever refuses is imported"
    for kind in Refusal.family.values():
        if kind.status < 500 and kind.__doc__ != "{problem}":
            yield kind.__doc__ or "", kind.__name__


def in_problems() -> Iterator[tuple[str, str]]:
    """(sentence, where) of every `InputRefused`, whose sentence is written out there or a line before: a text that is
    put together is in no catalogue. The API and the command line speak English."""
    for path in product_files(".py"):
        if path.relative_to(ROOT).parts[0] not in ("ticketing", "web", "admin"):
            continue
        functions = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, FUNCTIONS))
        for function in functions:
            said = {one.targets[0].id: one.value for one in ast.walk(function) if is_named(one)}
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "InputRefused":
                    problem = next(given.value for given in call.keywords if given.arg == "problem")
                    text = said.get(problem.id) if isinstance(problem, ast.Name) else problem
                    where = f"{path.relative_to(ROOT)}:{call.lineno}"
                    assert isinstance(text, ast.Constant), f"{where} does not write its sentence out"
                    yield text.value, where


def is_named(node: ast.AST) -> bool:
    return isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)


def catalogue(language: str) -> dict[str, str]:
    """What the catalogues of a language say, by what they translate."""
    found: dict[str, str] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                key = PLURAL.join(message.id) if isinstance(message.id, tuple) else message.id
                texts = message.string if isinstance(message.string, tuple | list) else (message.string,)
                if key and all(texts) and not message.fuzzy:
                    found[key] = str(texts[0])
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    known = catalogue(language)
    texts = [*in_templates(), *in_code(), *in_scanner(), *in_plans(), *in_refusals(), *in_problems()]
    missing = sorted({f"{where}: {text}" for text, where in texts if text not in known})
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("language", OTHERS)
def test_translations_have_no_field_of_their_own(language: str) -> None:
    known = catalogue(language).items()
    assert not [text for text, other in known if set(FIELD.findall(other)) - set(FIELD.findall(text))]


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_has_one_translation(language: str) -> None:
    """The catalogues are one: two that translate a text differently leave to chance which is seen."""
    said: dict[object, dict[str, str]] = {}
    for path in sorted((FOLDER / language).glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                said.setdefault(message.id, {}).setdefault(str(message.string), path.name)
    assert not {text: found for text, found in said.items() if text and len(found) > 1}
