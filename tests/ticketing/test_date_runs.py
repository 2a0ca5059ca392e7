"""What acts on many dates have in common."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from msgspec.structs import replace

from ticketing.date_runs import DATES_MAX, RunDate, State, ended_count, outcome, ticked
from ticketing.refusals import DateOver, InputRefused, SeatsInUse

STARTS = datetime(2026, 11, 22, 19, tzinfo=UTC)


def dates(*states: State) -> list[RunDate]:
    return [
        RunDate(performance_id=UUID(int=n), starts_at=STARTS, time_zone="UTC", state=state, refusal=None, fields={})
        for n, state in enumerate(states)
    ]


def test_dates_are_ticked_once_each() -> None:
    one, other = UUID(int=1), UUID(int=2)
    assert ticked([other, one, other]) == [other, one]


@pytest.mark.parametrize(("count", "problem"), [(0, "Tick at least one date."), (DATES_MAX + 1, "At most 200 dates")])
def test_none_and_too_many_are_refused(count: int, problem: str) -> None:
    with pytest.raises(InputRefused, match=problem):
        ticked([UUID(int=n) for n in range(count)])


def test_a_refusal_is_kept_with_its_sentence_and_what_fills_it() -> None:
    assert outcome() == {"state": "done", "refusal": None, "fields": "{}"}
    assert outcome(DateOver()) == {"state": "refused", "refusal": DateOver.code, "fields": "{}"}
    (date,) = dates(State.REFUSED)
    assert replace(date, refusal=SeatsInUse.code).told == SeatsInUse.__doc__ and date.told == ""


def test_what_is_done_and_what_is_refused_waits_no_longer() -> None:
    assert ended_count(dates(State.DONE, State.WAITING, State.REFUSED)) == 2
