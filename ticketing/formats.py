"""How an amount, a day and an hour are written for people, in their language and in the venue's time.

Printing, mailing and pages all write them, and must write them alike. Babel knows the rules (CLDR); what is decided
here is which rules: a customer's locale tag, whatever its spelling, is read as one of the languages Placeur speaks,
with its region's habits when it names one. Bare `en` means English as written in Europe (16 May 2026, 20:30), since
that is where the venues are; `en-US` keeps its own.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_name, get_currency_precision

LOCALE_CHARS_MAX = 35
LOCALES_CACHED_MAX = 256
COMMON_CURRENCIES = ("EUR", "CHF", "GBP", "USD")


class Language(StrEnum):
    """The languages Placeur speaks."""

    EN = "en"
    FR = "fr"


DEFAULT = Locale("en", "150")
SPOKEN = frozenset(language.value for language in Language)


@lru_cache(maxsize=LOCALES_CACHED_MAX)
def _spoken(tag: str) -> Locale:
    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError, TypeError):
        return _spoken(tag.rpartition("-")[0]) if "-" in tag else DEFAULT
    if locale.language not in SPOKEN or (locale.language == "en" and locale.territory is None):
        return DEFAULT
    return locale


def locale(tag: str) -> Locale:
    """The Babel locale of a tag such as `fr`, `fr-CH` or `fr_CH`; English for languages Placeur does not speak."""
    return _spoken(tag[:LOCALE_CHARS_MAX].replace("_", "-").lower())


def language(tag: str) -> Language:
    """The language of a tag."""
    return Language(locale(tag).language)


def money(amount: int, currency: str, tag: str) -> str:
    """An amount in minor units of `currency`: 4500 CHF is `45.00 CHF` in English, `45,00 CHF` in French."""
    units = Decimal(amount).scaleb(-get_currency_precision(currency))
    return format_currency(units, currency, locale=locale(tag))


def day(at: datetime, time_zone: str, tag: str) -> str:
    """The day in full: `Saturday, 16 May 2026`."""
    return format_date(_there(at, time_zone), "full", locale=locale(tag))


def short_day(at: datetime, time_zone: str, tag: str) -> str:
    """The day in a list: `Sat, 16 May 2026`."""
    return format_skeleton("yMMMEd", _there(at, time_zone), locale=locale(tag))


def leaf(at: datetime, time_zone: str, tag: str) -> tuple[str, str, str]:
    """What a calendar's leaf says: `Sat`, `16`, `May`."""
    there, read = _there(at, time_zone), locale(tag)
    weekday, month = (format_date(there, sign, locale=read) for sign in ("EEE", "MMM"))
    return weekday, str(there.day), month


def hour(at: datetime, time_zone: str, tag: str) -> str:
    """The time of day: `20:30`, `8:30 PM`."""
    return format_time(_there(at, time_zone), "short", locale=locale(tag))


def moment(at: datetime, time_zone: str, tag: str) -> str:
    """A day and an hour in a list: `16 May 2026, 20:30`."""
    there, read = _there(at, time_zone), locale(tag)
    return f"{format_date(there, 'medium', locale=read)}, {format_time(there, 'short', locale=read)}"


def ago(at: datetime, now: datetime, tag: str) -> str:
    """How long ago a moment was: `3 hours ago`; at least a second, whatever the clocks say."""
    return format_timedelta(min(at - now, timedelta(seconds=-1)), add_direction=True, locale=locale(tag))


def number(value: int | float, tag: str) -> str:
    """A number with its thousands apart: `39,350`."""
    return format_decimal(value, locale=locale(tag))


def percent(share: float, tag: str) -> str:
    """A share of one, in whole percent: `75%`."""
    return format_percent(share, locale=locale(tag))


def rate(thousandths: int, tag: str) -> str:
    """A tax rate in thousandths of a percent: 8100 is `8.1%`."""
    read = locale(tag)
    pattern = read.percent_formats[None].pattern.replace("0", "0.###", 1)
    return format_percent(Decimal(thousandths).scaleb(-5), pattern, locale=read)


def whole_day(day: date, tag: str) -> str:
    """A day of no place: `1 January 2027`."""
    return format_date(day, "long", locale=locale(tag))


def month(day: date, tag: str) -> str:
    """The month a day is in: `January 2027`."""
    return format_skeleton("yMMMM", day, locale=locale(tag))


def day_and_month(at: datetime, time_zone: str, tag: str) -> tuple[str, str]:
    """The number of a day and its month in short, to be set large: `16`, `May`."""
    there = _there(at, time_zone)
    return str(there.day), format_date(there, "LLL", locale=locale(tag)).rstrip(".")


def weekday(day: date, tag: str) -> str:
    """The name of a day: `Monday`."""
    return format_date(day, "EEEE", locale=locale(tag))


def short_weekday(day: date, tag: str) -> str:
    """The same over a column: `Mon`."""
    return format_date(day, "ccc", locale=locale(tag))


def language_name(tag: str, reader: str) -> str:
    """What a language is called in the reader's: `French`, `French (Switzerland)`."""
    name = Locale.parse(tag.replace("_", "-"), sep="-").get_display_name(locale(reader)) or tag
    return name[:1].upper() + name[1:]


def territory(code: str) -> str:
    """A country as addresses abroad end with it, for post offices everywhere: `SWITZERLAND`."""
    return (DEFAULT.territories.get(code) or code).upper()


def currencies(tag: str) -> list[tuple[str, str]]:
    """The currencies in use, as (code, code and name), the commonest here first."""
    places = get_global("territory_currencies").values()
    codes = {code for every in places for code, _, ended, tender in every if ended is None and tender}
    ordered = [*COMMON_CURRENCIES, *sorted(codes - set(COMMON_CURRENCIES))]
    return [(code, f"{code} · {get_currency_name(code, locale=locale(tag))}") for code in ordered]


def _there(at: datetime, time_zone: str) -> datetime:
    assert at.tzinfo is not None, "times are aware"
    return at.astimezone(ZoneInfo(time_zone))
