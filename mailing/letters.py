"""Short letters about an account: a heading, a few sentences, one button or none, and what to do if it was not you."""

from msgspec import Struct

from ticketing.formats import Language
from ticketing.legible import clean

SUBJECT_CHARS_MAX = 120
TEMPLATE = "letter"
HELLO = {Language.EN: ("Hello {name},", "Hello,"), Language.FR: ("Bonjour {name},", "Bonjour,")}


class Words(Struct, frozen=True, kw_only=True):
    """The words of one kind of letter; {organisation} is filled in. Without a `button` nothing is linked."""

    subject: str
    heading: str
    intro: str
    button: str = ""
    lasting: str = ""
    otherwise: str


class Letter(Struct, frozen=True):
    """What a letter says, for its templates."""

    language: str
    subject: str
    heading: str
    hello: str
    intro: str
    button: str
    link: str
    lasting: str
    otherwise: str


def letter(words: Words, language: Language, name: str, link: str, organisation: str) -> Letter:
    """The words filled in. `link` is absolute, or empty for none; `name` and `organisation` are names or empty."""
    assert not link or link.startswith(("https://", "http://")), "a link is absolute"
    named, unnamed = HELLO[language]
    house = clean(organisation)

    def filled(text: str) -> str:
        return text.replace("{organisation}", house)

    return Letter(
        language=language,
        subject=clean(filled(words.subject), SUBJECT_CHARS_MAX),
        heading=filled(words.heading),
        hello=named.replace("{name}", clean(name)) if name else unnamed,
        intro=filled(words.intro),
        button=words.button if link else "",
        link=link,
        lasting=words.lasting,
        otherwise=filled(words.otherwise),
    )
