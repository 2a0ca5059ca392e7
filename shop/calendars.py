"""Dates laid out by the month or the week, in the days of the place they are in. No clock and no I/O."""

from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from ticketing.programme import Date

DAYS_A_WEEK = 7


class Day(Struct, frozen=True):
    """A day and what is on it; `outside`: of the month before or after."""

    day: date
    dates: tuple[Date, ...]
    outside: bool = False


class Sheet(Struct, frozen=True):
    """A month in weeks, or one week. `before` and `after` are where to turn to, if anything is there."""

    first: date
    weeks: tuple[tuple[Day, ...], ...]
    before: str | None
    after: str | None
    before_day: date | None = None
    after_day: date | None = None


def day_of(shown: Date) -> date:
    """The day a date is on, on its venue's calendar."""
    return shown.starts_at.astimezone(ZoneInfo(shown.time_zone)).date()


def month(shown: Sequence[Date], wanted: str) -> Sheet:
    """The month that is asked for ("2026-12"), or that of the first date; weeks begin on Monday. `shown` has one."""
    by_day = _by_day(shown)
    first = _month_named(wanted) or min(by_day).replace(day=1)
    weeks = tuple(
        tuple(Day(day, by_day.get(day, ()), outside=day.month != first.month) for day in week)
        for week in Calendar().monthdatescalendar(first.year, first.month)
    )
    months = sorted({day.replace(day=1) for day in by_day})
    before, after = _around(months, first)
    return Sheet(first, weeks, _month_name(before), _month_name(after), before, after)


def week(shown: Sequence[Date], wanted: str) -> Sheet:
    """The week that is asked for ("2026-W49"), or that of the first date. `shown` has one."""
    by_day = _by_day(shown)
    first = _week_named(wanted) or _monday(min(by_day))
    days = tuple(Day(day, by_day.get(day, ())) for day in (first + timedelta(days=n) for n in range(DAYS_A_WEEK)))
    before, after = _around(sorted({_monday(day) for day in by_day}), first)
    return Sheet(first, (days,), _week_name(before), _week_name(after), before, after)


def _by_day(shown: Iterable[Date]) -> dict[date, tuple[Date, ...]]:
    found: defaultdict[date, list[Date]] = defaultdict(list)
    for one in shown:
        found[day_of(one)].append(one)
    return {day: tuple(some) for day, some in found.items()}


def _around(known: Sequence[date], first: date) -> tuple[date | None, date | None]:
    """The nearest before and after that have dates."""
    return max((one for one in known if one < first), default=None), min(
        (one for one in known if one > first), default=None
    )


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month_named(name: str) -> date | None:
    try:
        return date.fromisoformat(f"{name}-01")
    except ValueError:
        return None


def _week_named(name: str) -> date | None:
    """Monday of an ISO 8601 week."""
    year, _, number = name.partition("-W")
    try:
        return date.fromisocalendar(int(year), int(number), 1)
    except ValueError:
        return None


def _month_name(first: date | None) -> str | None:
    return None if first is None else first.strftime("%Y-%m")


def _week_name(first: date | None) -> str | None:
    return None if first is None else "{}-W{:02}".format(*first.isocalendar()[:2])
