"""What one who waits is told never grows while the serving number rises, and is zero at their turn."""

from hypothesis import given
from hypothesis import strategies as st

from engine.waiting import forecast
from engine.waiting.forecast import STEPS_MIN

ranks = st.integers(0, 1_000_000)


@given(rank=ranks, serving=ranks, more=st.integers(0, 1000), waiting=ranks)
def test_as_many_are_ahead_as_stand_between(rank: int, serving: int, more: int, waiting: int) -> None:
    last = max(rank, serving) + 1 + more
    found = forecast.ahead(rank, serving, last, waiting)
    assert 0 <= found <= max(0, rank - serving)
    if rank < serving:
        assert found == 0


@given(serving=ranks, people=st.integers(1, 1000))
def test_without_gaps_it_is_exact(serving: int, people: int) -> None:
    for n in (0, people // 2, people - 1):
        assert forecast.ahead(serving + n, serving, serving + people, people) == n


@given(ahead=st.integers(0, 1_000_000), per_s=st.floats(0.01, 1000))
def test_an_estimate_is_a_round_number_of_minutes_and_no_less(ahead: int, per_s: float) -> None:
    told = forecast.minutes(ahead, per_s)
    assert told is not None and (told in STEPS_MIN or told == STEPS_MIN[-1] + 1)
    assert told > STEPS_MIN[-1] or told * 60 * per_s >= ahead * 0.999


def test_nothing_is_foretold_while_nobody_is_called() -> None:
    assert forecast.minutes(10, 0.0) is None


@given(waiting=st.integers(0, 1_000_000), opens_in_s=st.none() | st.floats(0, 100_000))
def test_polls_are_bounded(waiting: int, opens_in_s: float | None) -> None:
    pause = forecast.poll_s(waiting, opens_in_s)
    assert forecast.POLL_S_MIN <= pause <= forecast.POLL_S_MAX
    assert waiting / pause <= forecast.POLLS_PER_S_MAX or pause == forecast.POLL_S_MAX


@given(places=st.integers(0, 1_000_000))
def test_places_left_are_rounded_down(places: int) -> None:
    told = forecast.round_down(places)
    assert 0 <= told <= places < told * 1.1 + 1 and (told > 0) == (places > 0)


def test_whose_turn_is_far_asks_more_seldom() -> None:
    assert forecast.pause_s(10, 50, 10.0) == 10
    assert forecast.pause_s(10, 2_000, 10.0) == 20
    assert forecast.pause_s(10, 20_000, 10.0) == 60
    assert forecast.pause_s(10, 500, 0.0) == 10
