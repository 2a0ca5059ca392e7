from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from ticketing.shops import DatesShown
from web.frames import Frame, decoded

EVENT, VENUE = UUID(int=1), UUID(int=2)
FULL = Frame(
    embedded=True, bare=True, unfolded=True, language="fr", first=date(2027, 3, 1), last=date(2027, 3, 31),
    events=(EVENT,), venues=(VENUE,), methods=("invoice", "on_site"), dates=DatesShown.WEEK,
)  # fmt: skip


def test_what_a_frame_says_is_read_back() -> None:
    assert decoded(FULL.text) == (FULL, "")
    assert Frame().text == "" and decoded("") == (Frame(), "")
    secret = "x" * 43
    assert decoded(f"{FULL.text};cart={secret}") == (FULL, secret)
    assert decoded(f"cart={secret}.{'0' * 32}") == (Frame(), f"{secret}.{'0' * 32}")


@pytest.mark.parametrize(
    "text",
    [
        "from=soon", "to=2027-13-01", "language=xx", "events=1,2", "venues=", "dates=year", "pay=A;b", "cart=short",
        "cart=" + "x" * 42 + "/", "nonsense", ";;;=", "pay=<b>", "language=../../x",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_left_out(text: str) -> None:
    assert decoded(text) == (Frame(), "")


def test_the_first_of_two_counts_and_lists_are_bounded() -> None:
    assert decoded("language=fr;language=en")[0].language == "fr"
    many = ",".join(str(UUID(int=n)) for n in range(1, 100))
    assert len(decoded(f"events={many}")[0].events) == 40
    assert decoded(f"events={EVENT},{EVENT},x")[0].events == (EVENT,)


def test_days_are_the_venues() -> None:
    frame = Frame(first=date(2027, 3, 2), last=date(2027, 3, 2))
    late = datetime(2027, 3, 1, 23, 30, tzinfo=UTC)
    assert frame.has_date(late, "Europe/Paris", VENUE) and not frame.has_date(late, "UTC", VENUE)
    assert not frame.has_date(late.replace(day=2, hour=23), "Europe/Paris", VENUE)
    assert not Frame(venues=(EVENT,)).has_date(late, "UTC", VENUE) and Frame().has_date(late, "UTC", VENUE)
    assert Frame(events=(EVENT,)).has_event(EVENT) and not Frame(events=(EVENT,)).has_event(VENUE)
