"""Calendar rules: from a range of days, weekdays and hours to the dates of an event.

Hours are those on the wall of the venue: a play at 20:00 is at 20:00 in winter and in summer, whatever that is in UTC.
Twice a year this has edges: an hour that a zone skips is no hour to meet at, and is told instead of moved; an hour that
comes twice means its first coming.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from msgspec import Struct

from ticketing.refusals import InputRefused

DATES_MAX = 400
DAYS_MAX = 800
TIMES_MAX = 12


class Oddity(StrEnum):
    """What is odd about an hour on the wall."""

    SKIPPED = "skipped"
    TWICE = "twice"


class Rule(Struct, frozen=True, kw_only=True):
    """Every day from `first` to `last` that is one of `weekdays` (0 is Monday) and none of `except_days`, at each of
    `times`; and the `extra` moments, on the venue's wall."""

    first: date
    last: date
    weekdays: frozenset[int]
    times: tuple[time, ...]
    except_days: frozenset[date] = frozenset()
    extra: tuple[datetime, ...] = ()


class Occurrence(Struct, frozen=True):
    """One date: as the venue's clock shows it, and as it is."""

    wall: datetime
    starts_at: datetime
    oddity: Oddity | None


def dates(rule: Rule, zone: str) -> list[Occurrence]:
    """The dates of a rule, in order, each once. InputRefused for a rule that gives none, or more than `DATES_MAX`."""
    ensure_sound(rule)
    walls = sorted({*_regular(rule), *rule.extra})
    if not walls:
        raise InputRefused(problem="No date fits: check the days of the week and the range.", where="weekdays")
    ensure_few(len(walls), "last")
    return at_walls(walls, zone)


def ensure_few(count: int, where: str) -> None:
    """Refuse more dates than are made at once."""
    if count > DATES_MAX:
        problem = "That makes {count} dates; {most} can be made at once."
        raise InputRefused(problem=problem, where=where, count=count, most=DATES_MAX)


def at_walls(walls: Iterable[datetime], zone: str) -> list[Occurrence]:
    """Moments on the wall of a venue, as they are."""
    place = ZoneInfo(zone)
    return [_occurrence(wall, place) for wall in walls]


def ensure_sound(rule: Rule) -> None:
    """Refuse what would take long to work out, or says nothing."""
    if rule.last < rule.first:
        raise InputRefused(problem="The last day comes before the first.", where="last")
    if (rule.last - rule.first).days >= DAYS_MAX:
        raise InputRefused(problem="A rule covers {most} days at most.", where="last", most=DAYS_MAX)
    if not rule.times and not rule.extra:
        raise InputRefused(problem="Give at least one hour.", where="times")
    if len(rule.times) > TIMES_MAX:
        raise InputRefused(problem="A day has {most} dates at most.", where="times", most=TIMES_MAX)


def wall_later(starts_at: datetime, zone: str, days: int) -> datetime:
    """The same hour on the wall, so many days later."""
    return starts_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) + timedelta(days)


def _regular(rule: Rule) -> Iterator[datetime]:
    for n in range((rule.last - rule.first).days + 1):
        day = rule.first + timedelta(n)
        if day.weekday() in rule.weekdays and day not in rule.except_days:
            yield from (datetime.combine(day, at) for at in rule.times)


def _occurrence(wall: datetime, place: ZoneInfo) -> Occurrence:
    first, second = wall.replace(tzinfo=place), wall.replace(tzinfo=place, fold=1)
    there = first.astimezone(UTC)
    if there.astimezone(place).replace(tzinfo=None) != wall:
        return Occurrence(wall, there, Oddity.SKIPPED)
    return Occurrence(wall, there, Oddity.TWICE if first.utcoffset() != second.utcoffset() else None)
