"""The pace: bounded, falling by halves only, and never more inside than the places left allow."""

from itertools import pairwise
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from engine.waiting import pace as paces
from engine.waiting.pace import BOUNDS_S, BUCKETS, BURST_S, Limits, Pace, State, Waiting, paced

LIMITS = Limits(target_s=0.5, least_per_s=1.0, most_per_s=50.0)
measures = st.lists(st.tuples(st.booleans(), st.floats(0.5, 3.0)), max_size=80)
counted = st.lists(st.integers(0, 1000), min_size=BUCKETS, max_size=BUCKETS)
queues = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 10)), max_size=40)


def line_of(steps: list[tuple[int, int]], serving: int) -> list[Waiting]:
    """People who wait, some ranks between them nobody's."""
    found, rank = [], serving
    for gap, party in steps:
        found.append(Waiting(rank + gap, party))
        rank += gap + 1
    return found


@given(measures=measures)
def test_it_stays_within_its_limits_and_falls_by_half(measures: list[tuple[bool, float]]) -> None:
    now, pace = 0.0, Pace(10.0)
    for slow, elapsed_s in measures:
        now += elapsed_s
        after = paced(pace, slow, now, elapsed_s, LIMITS)
        assert LIMITS.least_per_s <= after.per_s <= LIMITS.most_per_s
        if after.per_s < pace.per_s:
            assert slow and after.per_s == max(pace.per_s / 2, LIMITS.least_per_s)
        if after.per_s > pace.per_s:
            assert not slow
        assert 0 <= after.credit <= max(1.0, after.per_s * BURST_S)
        pace = after


def test_a_halving_is_left_alone_until_it_shows() -> None:
    once = paced(Pace(40.0), True, 100.0, 1.0, LIMITS)
    assert once.per_s == 20.0 and once.state(101.0) is State.SETTLING
    twice = paced(once, True, 101.0, 1.0, LIMITS)
    assert twice.per_s == 20.0
    assert paced(twice, True, 100.0 + paces.SETTLING_S, 1.0, LIMITS).per_s == 10.0


def test_a_pace_set_by_hand_is_not_judged() -> None:
    fixed = Limits(0.5, 1.0, 50.0, fixed_per_s=80.0)
    assert paced(Pace(3.0), True, 0.0, 1.0, fixed).per_s == 80.0


def test_a_worker_that_was_away_does_not_call_everybody() -> None:
    assert paced(Pace(10.0), False, 1000.0, 600.0, LIMITS).credit <= (10.0 + BURST_S) * BURST_S


@given(counts=counted, share=st.floats(0.01, 1.0))
def test_percentiles_are_where_the_counts_say(counts: list[int], share: float) -> None:
    found = paces.percentile(counts, share)
    if not sum(counts):
        assert found is None
        return
    assert found is not None
    index = BUCKETS - 1 if found == inf else BOUNDS_S.index(found)
    assert sum(counts[: index + 1]) >= share * sum(counts) > sum(counts[:index]) - 1e-6


@given(counts=counted)
def test_slow_is_a_matter_of_one_in_a_hundred(counts: list[int]) -> None:
    slow = paces.is_slow(counts, 0.5)
    measured = paces.percentile(counts, 0.99)
    assert slow == (
        sum(counts) >= paces.ANSWERS_MIN and measured is not None and measured > BOUNDS_S[paces.bucket(0.5)]
    )


def test_what_broke_is_slower_than_anything() -> None:
    counts = [0] * BUCKETS
    counts[0], counts[-1] = 90, 10
    assert paces.is_slow(counts, 0.5) and paces.percentile(counts, 0.99) == inf


@given(bought=st.integers(0, 100_000), more=st.integers(0, 100_000))
def test_conversion_is_a_share(bought: int, more: int) -> None:
    share = paces.conversion(bought, bought + more)
    assert paces.CONVERSION_MIN <= share <= 1.0
    assert paces.conversion(0, 0) == 1.0


@given(steps=queues, serving=st.integers(0, 100), turns=st.integers(0, 30), left=st.integers(0, 60),
       share=st.floats(paces.CONVERSION_MIN, 1.0), inside=st.integers(0, 80))  # fmt: skip
def test_people_are_called_in_order_and_within_the_places(
    steps: list[tuple[int, int]], serving: int, turns: int, left: int, share: float, inside: int
) -> None:
    waiting, room = line_of(steps, serving), paces.room(left, share)
    after, count, places = paces.called(serving, waiting, turns, inside, room)
    assert after >= serving and count <= turns
    called = [one for one in waiting if one.rank < after]
    assert called == waiting[:count], "nobody is passed over, nobody overtakes"
    assert [one.rank for one in waiting] == sorted({one.rank for one in waiting})
    declared = sum(one.party for one in called)
    if called:
        assert inside + places <= room
        assert declared == places or (inside == 0 and count == 1), "one alone may ask for more than there is"
    if left == 0:
        assert count == 0
    if turns and left and not inside and waiting:
        assert count >= 1, "whoever is first is not left outside an empty house that has places"


@given(left=st.integers(0, 100_000), share=st.floats(paces.CONVERSION_MIN, 1.0))
def test_room_is_the_places_left_over_conversion(left: int, share: float) -> None:
    assert left <= paces.room(left, share) <= left / share


def test_buckets_ascend() -> None:
    assert all(low < high for low, high in pairwise(BOUNDS_S)) and paces.bucket(0.0) == 0
    assert paces.bucket(BOUNDS_S[-1] + 1) == BUCKETS - 1
