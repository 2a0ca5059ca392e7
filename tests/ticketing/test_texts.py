import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing import texts
from ticketing.refusals import InputRefused


@given(st.text(max_size=300))
def test_a_text_is_one_trimmed_line_or_refused(value: str) -> None:
    try:
        text = texts.text_of(value, "name")
    except InputRefused as refused:
        assert refused.fields["where"] == "name" and "name: " in refused.message
    else:
        assert text == value.strip() and 1 <= len(text) <= texts.TEXT_CHARS_MAX
        assert not any(ord(character) < 32 for character in text)


@given(st.emails())
def test_addresses_are_kept_in_small_letters(email: str) -> None:
    try:
        kept = texts.email_of(f" {email} ")
    except InputRefused:
        assert set(email) & set(',;:<>"()[]\\') or "=?" in email
    else:
        assert kept == email.lower()


@pytest.mark.parametrize(
    "email", ["", "nobody", "a@b@c", "a b@c", "a@", "@b", "a@b\nc", "a@b, c@d", "x" * 250 + "@b.ch", "a@b..ch", "a:b@c"]
)
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(InputRefused):
        texts.email_of(email)


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (texts.slug_of, ["a", "opera-2026", "x" * 40], ["", "-a", "Opera", "a_b", "x" * 41, "é", "a\n"]),
        (texts.currency_of, ["EUR", "CHF"], ["", "eur", "EURO", "E1R", "EUR\n"]),
        (texts.locale_of, ["en", "fr", "fr-CH", "fr_CH"], ["", "de", "french", "fr-", "fr-CH-x"]),
        (texts.time_zone_of, ["Europe/Paris", "UTC"], ["", "Paris", "../etc/passwd", "+01:00"]),
    ],
)
def test_fields_take_what_they_are_for(check: object, good: list[str], bad: list[str]) -> None:
    assert callable(check)
    assert [check(value, "field") for value in good] == good
    for value in bad:
        with pytest.raises(InputRefused) as refused:
            check(value, "field")
        assert refused.value.fields["where"] == "field"


@pytest.mark.parametrize(
    ("typed", "zones"),
    [
        ("Paris", ["Europe/Paris"]), ("zürich", ["Europe/Zurich"]), ("new york", ["America/New_York"]),
        ("europe/paris", ["Europe/Paris"]), ("Port-au-Prince", ["America/Port-au-Prince"]),
        ("Istanbul", ["Asia/Istanbul", "Europe/Istanbul"]), ("Par", []), ("", []),
    ],
)  # fmt: skip
def test_a_city_names_its_time_zone(typed: str, zones: list[str]) -> None:
    assert texts.time_zones_named(typed) == zones
