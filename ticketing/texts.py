"""What people type into fields: trimmed, bounded, and refused with the field's name.

The database's own checks stay the last word; these say the same sooner and in a sentence.
"""

import re
import unicodedata
from zoneinfo import available_timezones

from babel.numbers import is_currency

from ticketing.refusals import InputRefused

TEXT_CHARS_MAX = 200
EMAIL_CHARS_MAX = 254
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
CURRENCY = re.compile(r"[A-Z]{3}")
LOCAL_PART = re.compile(r"(?!.*=\?)[^@\s,;:<>()\[\]\\\"]+")
"""Before the @: nothing that a header of a mail has a use of its own for, encoded words among it."""
HOST = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
LOCALE = re.compile(r"(en|fr)([-_][A-Za-z]{2})?")


def text_of(value: str, field: str, *, chars_min: int = 1, chars_max: int = TEXT_CHARS_MAX) -> str:
    """One line of text, trimmed."""
    text = value.strip()
    if not chars_min <= len(text) <= chars_max:
        raise InputRefused(problem="Write {least} to {most} characters.", where=field, least=chars_min, most=chars_max)
    if CONTROL.search(text):
        raise InputRefused(problem="Write one line of text.", where=field)
    return text


def paragraphs_of(value: str, field: str, *, chars_max: int) -> str:
    """Text of several lines, trimmed, with one kind of line end."""
    text = value.replace("\r\n", "\n").strip()
    if len(text) > chars_max:
        raise InputRefused(problem="Write at most {most} characters.", where=field, most=chars_max)
    if CONTROL.search(text.replace("\n", "").replace("\t", "")):
        raise InputRefused(problem="This text holds a sign that cannot be shown.", where=field)
    return text


def slug_of(value: str, field: str) -> str:
    """A name for addresses: small letters, digits and hyphens, 40 at most."""
    if not SLUG.fullmatch(value):
        raise InputRefused(problem="Use small letters, digits and hyphens, 40 at most.", where=field)
    return value


def email_of(value: str, field: str = "email") -> str:
    """An address to write to, in small letters. Only a mail that arrives proves more than this."""
    email = value.strip().lower()
    local, _, domain = email.rpartition("@")
    if (
        len(email) > EMAIL_CHARS_MAX or not LOCAL_PART.fullmatch(local) or not email.isprintable()
        or not host_of(domain)
    ):  # fmt: skip
        raise InputRefused(problem="This is not an e-mail address.", where=field)
    return email


def host_of(domain: str) -> str:
    """A domain as servers look it up, in ASCII; an empty text for what is none, or turns into none by that."""
    try:
        host = domain.encode("idna").decode()
    except UnicodeError:
        return ""
    return host if HOST.fullmatch(host) else ""


def currency_of(value: str, field: str = "currency") -> str:
    """An ISO 4217 code."""
    if not CURRENCY.fullmatch(value) or not is_currency(value):
        raise InputRefused(problem="Write three capital letters, such as EUR.", where=field)
    return value


def locale_of(value: str, field: str = "locale") -> str:
    """A language Placeur writes in, with a region or without: `fr`, `fr-CH`."""
    if not LOCALE.fullmatch(value):
        raise InputRefused(problem="Choose en or fr, with a region or without.", where=field)
    return value


def time_zone_of(value: str, field: str = "time_zone") -> str:
    """A zone of the tz database, such as Europe/Paris."""
    if value not in available_timezones():
        raise InputRefused(problem="Choose a time zone such as Europe/Paris.", where=field)
    return value


def time_zones_named(text: str) -> list[str]:
    """The zones of the tz database that somebody means: the one of that name, or those of that city, whose accents and
    capitals do not matter."""
    wanted = _plain(text)
    named = [zone for zone in available_timezones() if _plain(zone) == wanted]
    return named or sorted(zone for zone in available_timezones() if _plain(zone.rpartition("/")[2]) == wanted)


def _plain(text: str) -> str:
    parted = unicodedata.normalize("NFKD", text.replace("_", " ").replace("-", " ").casefold())
    return " ".join("".join(sign for sign in parted if not unicodedata.combining(sign)).split())
