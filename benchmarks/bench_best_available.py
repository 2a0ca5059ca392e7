"""How long does a party wait for the best available seats of a stadium?

One call from Python, the three proposals made, for parties of one to eight in turn, at several degrees sold: at random
(the worst for sitting together) and best first (as halls really sell). In the same run the plain-Python twin looks for
the same parties in the same house.
"""

import time
from itertools import cycle, islice
from statistics import quantiles

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import houses
from engine.core.best import PartyWant

CALLS = 20_000 if houses.FULL else 80
TWIN_CALLS = 3 if houses.FULL else 1
ROUNDS = 5 if houses.FULL else 1
WANTS = [PartyWant(party) for party in range(1, 9)]
HOUSES = [(0.0, False), (0.5, False), (0.5, True), (0.9, False), (0.9, True), (0.99, False), (0.99, True)]


def name(house: tuple[float, bool]) -> str:
    return f"{house[0]:.0%} sold, {'best first' if house[1] else 'at random'}"


@pytest.mark.parametrize("house", HOUSES, ids=name)
def test_one_party(benchmark: BenchmarkFixture, house: tuple[float, bool]) -> None:
    share, best_first = house
    order = houses.order(best_first)
    copy = houses.copy(order[: int(share * len(order))])
    times: list[int] = []
    clock = time.perf_counter_ns

    def ask() -> None:
        for want in islice(cycle(WANTS), CALLS):
            began = clock()
            copy.propose(want, houses.NOW_MS)
            times.append(clock() - began)

    benchmark.pedantic(ask, rounds=ROUNDS, warmup_rounds=1)
    cuts = quantiles(times, n=100)
    benchmark.extra_info.update(p50_us=cuts[49] / 1e3, p99_us=cuts[98] / 1e3)
    print(f"\nbest available, {name(house)}: p50 {cuts[49] / 1e3:.2f} us, p99 {cuts[98] / 1e3:.2f} us", flush=True)


def test_the_twin(benchmark: BenchmarkFixture) -> None:
    order = houses.order(False)
    sold = order[: len(order) // 2]
    copy, twin = houses.copy(sold), houses.twin(sold)
    wants = WANTS[1 : 1 + TWIN_CALLS]
    began = time.perf_counter()
    places = benchmark.pedantic(lambda: [[p.places for p in twin.propose(want, 3)] for want in wants], rounds=1)
    each = (time.perf_counter() - began) / len(wants)
    assert places == [[p.places for p in copy.propose(want, houses.NOW_MS)] for want in wants]
    print(f"\nbest available, 50% sold, at random, the plain-Python twin: {each * 1e6:,.0f} us a party", flush=True)
