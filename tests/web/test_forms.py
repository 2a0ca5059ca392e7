"""Forms: what a body says, what a field means, and what somebody else has saved meanwhile."""

from datetime import UTC, date, datetime

import pytest

from ticketing.refusals import InputRefused
from web.forms import YEAR_MAX, YEAR_MIN, Form, decoded

MULTIPART = "multipart/form-data; boundary=x"


def part(name: bytes, content: bytes, headers: bytes = b"") -> bytes:
    return b'--x\r\nContent-Disposition: form-data; name="' + name + b'"\r\n' + headers + b"\r\n" + content + b"\r\n"


def test_parts_are_texts_whatever_they_say_of_themselves() -> None:
    body = part(b"name", "Zoë".encode()) + part(b"town", "Bôle".encode(), b"Content-Type: text/plain; charset=none\r\n")
    form = decoded(MULTIPART, body + b"--x--\r\n")
    assert (form.text("name"), form.text("town")) == ("Zoë", "Bôle")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (MULTIPART, part(b"name", b"\xff\xfe") + b"--x--\r\n"),
        (MULTIPART, part(b"\xff", b"Zoe") + b"--x--\r\n"),
        (MULTIPART, part(b"name", b"Zoe")),
        (MULTIPART, part(b"name", b"a\x00b") + b"--x--\r\n"),
        ("multipart/form-data", b"--x--\r\n"),
        ("multipart/form-data; boundary=\xff", b"--x--\r\n"),
        ("application/x-www-form-urlencoded", b"name=\xff"),
        ("application/x-www-form-urlencoded", b"name"),
    ],
)
def test_what_is_no_form_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(InputRefused):
        decoded(kind, body)


@pytest.mark.parametrize("day", ["0001-01-01", f"{YEAR_MIN - 1}-12-31", f"{YEAR_MAX + 1}-01-01", "9999-12-31"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Niue", "UTC"])
def test_a_year_that_nobody_means_is_a_mistake_of_its_field(day: str, zone: str) -> None:
    form = Form({"day": [day], "at": [f"{day}T00:00"]})
    assert form.day("day") is None and form.moment("at", zone) is None
    assert form.mistakes["day"] == form.mistakes["at"]
    assert form.mistakes["day"].text.format_map(form.mistakes["day"].fields) == "Choose a year from 1900 to 2199."


def test_days_and_moments_are_read() -> None:
    form = Form({"day": ["2026-05-16"], "at": ["2026-05-16T20:00"], "none": ["soon"]})
    assert form.day("day") == date(2026, 5, 16) and form.day("other", required=False) is None
    assert form.moment("at", "Europe/Zurich") == datetime(2026, 5, 16, 18, tzinfo=UTC)
    assert form.day("none") is None and form.moment("none", "UTC") is None and set(form.mistakes) == {"none"}


def test_what_is_shown_as_saved_meanwhile_is_what_differs() -> None:
    form = Form({"name": ["Ann "], "note": [""], "days": ["1", "", "2"], "place": ["Here"], "version": ["1"]})
    stored = {"name": "Ann", "note": "", "days": ["1", "2"], "place": "", "absent": None, "blank": " ", "version": 2}
    form.compare(stored)
    assert form.others == {"place": ""} and form.text("version") == "2"


@pytest.mark.parametrize(
    ("typed", "currency", "amount"),
    [
        ("12.50", "EUR", 1250), ("12,5", "EUR", 1250), ("1 250", "JPY", 1250), ("-3", "EUR", -300),
        ("1.234", "KWD", 1234), ("12.500", "EUR", 1250),
    ],
)  # fmt: skip
def test_amounts_are_typed_with_the_decimals_of_their_currency(typed: str, currency: str, amount: int) -> None:
    assert Form({"price": [typed]}).money("price", currency) == amount


@pytest.mark.parametrize(
    ("typed", "currency", "told"),
    [
        ("12.505", "EUR", "two decimals at most"), ("much", "EUR", "two decimals at most"), ("", "EUR", "two decimals"),
        ("12.5", "JPY", "without decimals"), ("1.2345", "KWD", "{precision} decimals"), ("1e3", "EUR", "two decimals"),
    ],
)  # fmt: skip
def test_an_amount_that_does_not_fit_is_told_how_it_is_typed(typed: str, currency: str, told: str) -> None:
    form = Form({"price": [typed]})
    assert form.money("price", currency) is None and told in form.mistakes["price"].text
