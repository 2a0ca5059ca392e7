from random import Random

import pytest

from ticketing.refusals import TooManyRequests
from web.rates import Rate


def test_a_burst_then_the_rate():
    rate = Rate(per_minute_max=60)
    for _ in range(10):
        rate.take("a", 100.0)
    with pytest.raises(TooManyRequests) as refusal:
        rate.take("a", 100.0)
    assert refusal.value.fields["retry_s"] == 1
    rate.take("a", 101.0)
    with pytest.raises(TooManyRequests):
        rate.take("a", 101.0)
    rate.take("b", 101.0)


def test_a_slow_rate_lets_the_first_call_pass():
    rate = Rate(per_minute_max=1)
    rate.take("a", 5.0)
    with pytest.raises(TooManyRequests) as refusal:
        rate.take("a", 6.0)
    assert 58 <= refusal.value.fields["retry_s"] <= 60


def test_a_refused_call_costs_nothing():
    rate = Rate(per_minute_max=60)
    for _ in range(1000):
        try:
            rate.take("a", 0.0)
        except TooManyRequests:
            continue
    rate.take("a", 1.1)


def test_checking_counts_nothing():
    rate = Rate(per_minute_max=60)
    for _ in range(100):
        rate.check("a", 0.0)
    for _ in range(10):
        rate.take("a", 0.0)
    with pytest.raises(TooManyRequests):
        rate.check("a", 0.0)


def test_memory_is_bounded():
    rate = Rate(per_minute_max=6, addresses_max=50)
    for n in range(5000):
        rate.take(f"10.0.{n >> 8}.{n & 255}", n / 1000)
    assert len(rate._used_until) <= 50


def test_the_first_call_is_never_too_soon() -> None:
    """A clock's fractions of seconds, added and taken away again, do not come out as they were."""
    random = Random(1)
    for _ in range(2000):
        Rate(random.randint(1, 600)).take("somebody", random.uniform(0, 1e7))
