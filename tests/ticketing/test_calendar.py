from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ticketing import calendar
from ticketing.calendar import Oddity, Rule
from ticketing.refusals import InputRefused

PARIS = "Europe/Paris"
RULE = Rule(
    first=date(2026, 10, 1), last=date(2026, 10, 31), weekdays=frozenset({4, 5}), times=(time(20), time(14, 30))
)


def walls(rule: Rule) -> list[str]:
    return [f"{one.wall:%d %H:%M}" for one in calendar.dates(rule, PARIS)]


def test_weekdays_and_hours_of_a_range() -> None:
    assert walls(RULE)[:5] == ["02 14:30", "02 20:00", "03 14:30", "03 20:00", "09 14:30"]
    assert len(walls(RULE)) == 20


def test_days_are_left_out_and_added() -> None:
    rule = replace(RULE, except_days=frozenset({date(2026, 10, 2)}), extra=(datetime(2026, 10, 6, 19),))
    assert walls(rule)[:3] == ["03 14:30", "03 20:00", "06 19:00"]


def test_a_date_given_twice_is_one() -> None:
    assert len(walls(replace(RULE, extra=(datetime(2026, 10, 2, 20),)))) == 20


def test_the_hour_on_the_wall_stays_when_clocks_change() -> None:
    found = calendar.dates(replace(RULE, times=(time(20),)), PARIS)
    assert found[-3].starts_at == datetime(2026, 10, 24, 18, tzinfo=UTC)
    assert found[-2].starts_at == datetime(2026, 10, 30, 19, tzinfo=UTC)


def test_an_hour_that_is_skipped_is_told_and_one_that_comes_twice_is_its_first() -> None:
    skipped, twice = calendar.at_walls([datetime(2026, 3, 29, 2, 30), datetime(2026, 10, 25, 2, 30)], PARIS)
    assert skipped.oddity is Oddity.SKIPPED
    assert twice.oddity is Oddity.TWICE and twice.starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_dates_move_by_days_on_the_wall() -> None:
    before = datetime(2026, 10, 20, 18, tzinfo=UTC)
    assert calendar.wall_later(before, PARIS, 7) == datetime(2026, 10, 27, 20)


@pytest.mark.parametrize(
    "rule",
    [
        replace(RULE, last=date(2026, 9, 30)),
        replace(RULE, last=date(2030, 1, 1)),
        replace(RULE, times=()),
        replace(RULE, times=tuple(time(n) for n in range(13))),
        replace(RULE, weekdays=frozenset()),
        replace(RULE, last=date(2028, 1, 1), weekdays=frozenset(range(7))),
    ],
)
def test_a_rule_that_says_nothing_or_too_much_is_refused(rule: Rule) -> None:
    with pytest.raises(InputRefused):
        calendar.dates(rule, PARIS)


@given(
    st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(0, 60), st.frozensets(st.integers(0, 6), min_size=1),
    st.sampled_from(["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
)  # fmt: skip
def test_every_date_is_of_the_rule_and_none_is_missing(
    first: date, days: int, weekdays: frozenset[int], zone: str
) -> None:
    rule = Rule(first=first, last=first.fromordinal(first.toordinal() + days), weekdays=weekdays, times=(time(20, 15),))
    wanted = [day for n in range(days + 1) if (day := date.fromordinal(first.toordinal() + n)).weekday() in weekdays]
    try:
        found = calendar.dates(rule, zone)
    except InputRefused:
        assert not wanted
        return
    assert [one.wall.date() for one in found] == wanted
    assert {one.wall.time() for one in found} == {time(20, 15)} and not any(one.oddity for one in found)
