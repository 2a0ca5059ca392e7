from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from shop import calendars
from ticketing.performances import PerformanceStatus
from ticketing.programme import Date


def shown(at: str, zone: str = "Europe/Zurich") -> Date:
    starts = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return Date(
        id=UUID(int=int(starts.timestamp())), starts_at=starts, doors_at=starts, ends_at=starts + timedelta(hours=2),
        status=PerformanceStatus.ON_SALE, label=None, sale_opens_at=starts - timedelta(days=9), sale_closes_at=starts,
        pool_id=1, venue_id=UUID(int=1), venue_name="Hall", venue_address="", time_zone=zone, place_count=10,
    )  # fmt: skip


SEASON = [shown("2026-11-29T14:00"), shown("2026-12-03T19:00"), shown("2026-12-03T23:30"), shown("2027-02-14T19:00")]


def test_a_month_begins_on_monday_and_shows_each_date_on_its_venues_day() -> None:
    sheet = calendars.month(SEASON, "2026-12")
    assert sheet.first == date(2026, 12, 1) and all(len(week) == 7 for week in sheet.weeks)
    days = {day.day: day for week in sheet.weeks for day in week}
    assert [one.starts_at.hour for one in days[date(2026, 12, 3)].dates] == [19]
    assert [one.starts_at.hour for one in days[date(2026, 12, 4)].dates] == [23]  # half past midnight there
    assert days[date(2026, 11, 30)].outside and not days[date(2026, 12, 31)].outside


def test_one_turns_to_the_nearest_month_and_week_with_dates() -> None:
    sheet = calendars.month(SEASON, "2026-12")
    assert (sheet.before, sheet.after) == ("2026-11", "2027-02")
    sheet = calendars.week(SEASON, "2026-W49")
    assert (sheet.first, sheet.before, sheet.after) == (date(2026, 11, 30), "2026-W48", "2027-W06")
    assert [len(day.dates) for day in sheet.weeks[0]] == [0, 0, 0, 1, 1, 0, 0]


@pytest.mark.parametrize("asked", ["", "2026-13", "x", "2026", "-W1", "99999-01", "2026-W60"])
def test_what_is_no_month_or_week_is_that_of_the_first_date(asked: str) -> None:
    assert calendars.month(SEASON, asked).first == date(2026, 11, 1)
    assert calendars.week(SEASON, asked).first == date(2026, 11, 23)
