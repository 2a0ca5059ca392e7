"""What a browser shows: worth nothing altered, elsewhere, or in another browser; each check with its mutant."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticketing import queue_numbers
from ticketing.queue_numbers import (
    Admission,
    QueueNumber,
    admission_text,
    ensure_admitted,
    number_text,
    read_admissions,
    read_number,
)
from ticketing.refusals import AdmissionLapsed, QueueNumberRefused, WaitingRoomFirst

SECRET, OTHER = bytes(range(32)), bytes(32)
EVENT, ELSEWHERE = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 3, 1, 20, tzinfo=UTC)
NUMBER = QueueNumber(EVENT, 41, 2)
ADMISSION = Admission(EVENT, 41, 2, NOW + timedelta(minutes=20))


def blind(monkeypatch: pytest.MonkeyPatch, *forgotten: str) -> None:
    """A mutant: the signature leaves something out."""
    signed = queue_numbers._mac

    def mac(secret: bytes, purpose: str, content: bytes, browser: str) -> bytes:
        content = b"" if "content" in forgotten else content
        return signed(
            secret, "" if "purpose" in forgotten else purpose, content, "" if "browser" in forgotten else browser
        )

    monkeypatch.setattr(queue_numbers, "_mac", mac)


def flipped(text: str) -> str:
    """The same number, with another ordinal."""
    content, _, mac = text.partition(".")
    bytes_ = bytearray(queue_numbers._decoded(content))
    bytes_[23] ^= 40
    return f"{queue_numbers._encoded(bytes(bytes_))}.{mac}"


def test_a_browser_reads_back_what_it_was_given() -> None:
    assert read_number(SECRET, number_text(SECRET, NUMBER, "me"), EVENT, "me") == NUMBER
    assert read_admissions(SECRET, [admission_text(SECRET, ADMISSION, "me")], "me") == (ADMISSION,)


@pytest.mark.parametrize("protected", [True, False])
def test_an_altered_number_is_refused(monkeypatch: pytest.MonkeyPatch, protected: bool) -> None:
    if not protected:
        blind(monkeypatch, "content")
    better = flipped(number_text(SECRET, NUMBER, "me"))
    if protected:
        with pytest.raises(QueueNumberRefused):
            read_number(SECRET, better, EVENT, "me")
    else:
        assert read_number(SECRET, better, EVENT, "me").ordinal == 1


@pytest.mark.parametrize("protected", [True, False])
def test_a_shared_number_or_admission_is_refused(monkeypatch: pytest.MonkeyPatch, protected: bool) -> None:
    if not protected:
        blind(monkeypatch, "browser")
    number, admission = number_text(SECRET, NUMBER, "me"), admission_text(SECRET, ADMISSION, "me")
    assert read_admissions(SECRET, [admission], "a friend") == (() if protected else (ADMISSION,))
    if protected:
        with pytest.raises(QueueNumberRefused):
            read_number(SECRET, number, EVENT, "a friend")
    else:
        assert read_number(SECRET, number, EVENT, "a friend") == NUMBER


def test_without_a_browser_nothing_is_anybodys() -> None:
    assert read_admissions(SECRET, [admission_text(SECRET, ADMISSION, "")], "") == ()


def test_a_number_of_another_event_is_refused() -> None:
    with pytest.raises(QueueNumberRefused):
        read_number(SECRET, number_text(SECRET, NUMBER, "me"), ELSEWHERE, "me")


def test_a_number_is_no_admission_and_another_secret_signs_nothing_here() -> None:
    number, admission = number_text(SECRET, NUMBER, "me"), admission_text(SECRET, ADMISSION, "me")
    assert read_admissions(SECRET, [number], "me") == () == read_admissions(OTHER, [admission], "me")
    for text in (admission, number_text(OTHER, NUMBER, "me")):
        with pytest.raises(QueueNumberRefused):
            read_number(SECRET, text, EVENT, "me")


@pytest.mark.parametrize("protected", [True, False])
def test_an_admission_of_another_event_lets_nobody_in(protected: bool) -> None:
    shown = (ADMISSION,) if protected else (Admission(ELSEWHERE, 41, 2, ADMISSION.expires_at),)
    if protected:
        with pytest.raises(WaitingRoomFirst) as refused:
            ensure_admitted(shown, ELSEWHERE, "/queue", NOW)
        assert refused.value.fields["queue"] == "/queue"
    else:
        assert ensure_admitted(shown, ELSEWHERE, "/queue", NOW).ordinal == 41


def test_an_admission_that_is_over_lets_nobody_in() -> None:
    assert ensure_admitted((ADMISSION,), EVENT, "/queue", ADMISSION.expires_at - timedelta(seconds=1)) == ADMISSION
    with pytest.raises(AdmissionLapsed):
        ensure_admitted((ADMISSION,), EVENT, "/queue", ADMISSION.expires_at)


@given(text=st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    assert read_admissions(SECRET, [text], "me") == ()
    with pytest.raises(QueueNumberRefused):
        read_number(SECRET, text, EVENT, "me")


@given(ordinal=st.integers(0, 2**63), party=st.integers(1, 50), browser=st.text(min_size=1, max_size=50))
def test_any_number_is_read_back(ordinal: int, party: int, browser: Any) -> None:
    number = QueueNumber(EVENT, ordinal, party)
    if "\ud800" <= max(browser) <= "\udfff":
        return
    assert read_number(SECRET, number_text(SECRET, number, browser), EVENT, browser) == number
