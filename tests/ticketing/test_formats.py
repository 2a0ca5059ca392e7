"""Amounts, days and hours, as each language writes them and at the venue's own clock."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing import formats
from ticketing.formats import Language

AT = datetime(2026, 5, 16, 18, 30, tzinfo=UTC)


def plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("tag", "amount", "currency", "written"),
    [
        ("en", 4500, "CHF", "45.00 CHF"),
        ("en-US", 4500, "USD", "$45.00"),
        ("fr", 123_456_789, "EUR", "1 234 567,89 €"),
        ("fr_CH", 4500, "CHF", "45,00 CHF"),
        ("en", 500, "JPY", "500 JP¥"),
        ("fr", -1250, "TND", "-1,250 TND"),
    ],
)
def test_money(tag: str, amount: int, currency: str, written: str) -> None:
    assert plain(formats.money(amount, currency, tag)) == written


def test_days_and_hours_are_those_of_the_venue() -> None:
    assert formats.day(AT, "Europe/Paris", "en") == "Saturday, 16 May 2026"
    assert formats.day(AT, "Asia/Tokyo", "fr") == "dimanche 17 mai 2026"
    assert formats.short_day(AT, "Europe/Paris", "fr") == "sam. 16 mai 2026"
    assert formats.hour(AT, "Europe/Paris", "en") == "20:30"
    assert plain(formats.hour(AT, "America/New_York", "en-US")) == "2:30 PM"


def test_hours_follow_summer_time() -> None:
    winter = datetime(2026, 12, 16, 18, 30, tzinfo=UTC)
    assert formats.hour(winter, "Europe/Paris", "fr") == "19:30"


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("fr", "fr"),
        ("FR-ch", "fr"),
        ("fr-XX-thing", "fr"),
        ("de", "en"),
        ("", "en"),
        ("../etc", "en"),
        ("zh-Hant", "en"),
    ],
)
def test_a_tag_is_read_as_a_language_placeur_speaks(tag: str, language: str) -> None:
    assert formats.language(tag) == language


@given(st.text())
def test_any_tag_has_a_language(tag: str) -> None:
    assert formats.language(tag) in Language
    assert formats.money(100, "EUR", tag)


def test_how_long_ago() -> None:
    now = datetime(2026, 5, 16, 20, 30, tzinfo=UTC)
    assert formats.ago(now - timedelta(hours=3), now, "en") == "3 hours ago"
    assert formats.ago(now - timedelta(days=2), now, "fr") == "il y a 2 jours"
    assert "ago" in formats.ago(now + timedelta(seconds=5), now, "en"), "a clock that is ahead tells of no future"
