"""How many parties a second can the core seat until a stadium is sold out, proposing and marking what it proposed?

Parties of one to eight as they come; when a party no longer fits, the next one tries. In the same run the
plain-Python twin seats the first few.
"""

import time
from random import Random

from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks import houses
from engine.core.best import PartyWant

ROUNDS = 9 if houses.FULL else 1
TWIN_PARTIES = 3 if houses.FULL else 1
WANTS = [PartyWant(party) for party in range(1, 9)]


def sell_out() -> tuple[int, float]:
    """Proposals asked for, and how many a second, until not one seat is left."""
    copy = houses.copy(houses.order(True)[:0])
    random = Random(houses.SEED)
    left, asked = copy.free_count(houses.NOW_MS), 0
    queue = random.choices(WANTS, k=2 * left)
    began = time.perf_counter()
    for want in queue:
        asked += 1
        found = copy.propose(want, houses.NOW_MS, 1)
        if found:
            copy.reserve(found[0].places)
            left -= want.party
            if not left:
                break
    rate = asked / (time.perf_counter() - began)
    assert copy.propose(WANTS[0], houses.NOW_MS) == []
    return asked, rate


def test_selling_out(benchmark: BenchmarkFixture) -> None:
    rates: list[float] = []
    benchmark.pedantic(lambda: rates.append(sell_out()[1]), rounds=ROUNDS, warmup_rounds=1)
    median = sorted(rates[1:] or rates)[len(rates[1:]) // 2]
    benchmark.extra_info["proposals_per_s"] = round(median)
    print(f"\nselling out, the core alone: {median:,.0f} proposals/s", flush=True)


def test_the_twin(benchmark: BenchmarkFixture) -> None:
    twin = houses.twin(houses.order(True)[:0])
    wants = Random(houses.SEED).choices(WANTS, k=TWIN_PARTIES)

    rates: list[float] = []

    def sell() -> None:
        began = time.perf_counter()
        for want in wants:
            twin.marks.update(twin.propose(want, 1)[0].places)
        rates.append(len(wants) / (time.perf_counter() - began))

    benchmark.pedantic(sell, rounds=1)
    [rate] = rates
    benchmark.extra_info["proposals_per_s"] = rate
    print(f"\nselling out, the plain-Python twin: {rate:,.1f} proposals/s", flush=True)
