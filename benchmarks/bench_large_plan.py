"""What does a pool of 100,000 seats cost a worker, half sold at random: to load, to keep, to search and to show?

What it shows, the states of all seats, is compared in the same run with what one would write without thinking: a
JSON list of their states, compressed alike.
"""

import gzip
import json
import time
from statistics import quantiles
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.houses import FULL, NOW_MS, SEED, words
from engine.core.best import PartyWant
from engine.core.copy import PoolCopy, pack_changes, status_diff
from engine.core.packed import PackedPlan
from engine.core.words import CLAIMED

ZONES, ROWS, SEATS = (50 if FULL else 1), 50, 40
CALLS = 20_000 if FULL else 80
ROUNDS = 50 if FULL else 1
MB, KB = 1e6, 1e3


def arrays() -> dict[str, Any]:
    """A hall of zones ten abreast, each of 50 rows of 40, looking at the middle of its front."""
    zone, row, seat = (index.ravel() for index in np.indices((ZONES, ROWS, SEATS)))
    count = len(seat)
    x, y = 50.0 * (seat + (SEATS + 3) * (zone % 10 - 5)), 80.0 * (row + (ROWS + 3) * (zone // 10)) + 500
    rows = np.arange(ZONES * ROWS)
    return {
        "place_count": count,
        "place": np.arange(count),
        "row": zone * ROWS + row,
        "category": zone % 5,
        "cost": np.hypot(x, y).astype(int),
        "x": x,
        "y": y,
        "attributes": np.zeros(count, int),
        "aisle_after": seat == SEATS // 2 - 1,
        "table": np.full(count, -1),
        "companion_of": np.full(count, -1),
        "row_zone": rows // ROWS,
        "row_previous": np.where(rows % ROWS == 0, -1, rows - 1),
        "row_next": np.where(rows % ROWS == ROWS - 1, -1, rows + 1),
        "table_whole": [],
    }


@pytest.fixture(scope="module")
def packed() -> PackedPlan:
    return PackedPlan(**arrays())


@pytest.fixture(scope="module")
def string(packed: PackedPlan) -> bytes:
    order = np.random.default_rng(SEED).permutation(packed.place_count)
    return words(packed.place_count, order[: len(order) // 2]).tobytes()


@pytest.fixture
def copy(packed: PackedPlan, string: bytes) -> PoolCopy:
    made = PoolCopy(packed, packed.place_count, seed=SEED)
    made.load(string, None, NOW_MS)
    return made


def test_packing_its_arrays(benchmark: BenchmarkFixture) -> None:
    made = arrays()
    benchmark.pedantic(lambda: PackedPlan(**made), rounds=5 if FULL else 1)


def test_loading_its_words(benchmark: BenchmarkFixture, copy: PoolCopy, string: bytes) -> None:
    benchmark.pedantic(copy.load, (string, None, NOW_MS), rounds=ROUNDS)
    kept = (copy.nbytes + copy.plan.nbytes) / MB if copy.plan else 0
    benchmark.extra_info["kept_mb"] = kept
    print(f"\n{copy.place_count:,} seats: {kept:.1f} MB for plan and copy", flush=True)


def test_best_available(benchmark: BenchmarkFixture, copy: PoolCopy) -> None:
    wants = [PartyWant(party) for party in range(1, 9)]
    times: list[int] = []
    clock = time.perf_counter_ns

    def ask() -> None:
        for i in range(CALLS):
            began = clock()
            copy.propose(wants[i % 8], NOW_MS)
            times.append(clock() - began)

    benchmark.pedantic(ask, rounds=1, warmup_rounds=1)
    cuts = quantiles(times, n=100)
    benchmark.extra_info.update(p50_us=cuts[49] / 1e3, p99_us=cuts[98] / 1e3)
    print(f"\n{copy.place_count:,} seats: p50 {cuts[49] / 1e3:.2f} us, p99 {cuts[98] / 1e3:.2f} us", flush=True)


def test_states(benchmark: BenchmarkFixture, copy: PoolCopy) -> None:
    states = benchmark.pedantic(copy.status, (NOW_MS,), rounds=ROUNDS, iterations=20 if FULL else 1)
    size = len(gzip.compress(states, 6))
    benchmark.extra_info["gzip_kb"] = size / KB
    print(f"\n{copy.place_count:,} seats: states in {size / KB:.1f} kB gzip", flush=True)


def test_states_as_a_json_list(benchmark: BenchmarkFixture, copy: PoolCopy) -> None:
    def listed() -> bytes:
        names = ("free", "held", "sold", "off sale")
        return json.dumps(
            [names[octet >> shift & 3] for octet in copy.status(NOW_MS) for shift in (0, 2, 4, 6)]
        ).encode()

    size = len(gzip.compress(benchmark.pedantic(listed, rounds=3 if FULL else 1), 6))
    benchmark.extra_info["gzip_kb"] = size / KB
    print(f"\n{copy.place_count:,} seats: a JSON list of states in {size / KB:.1f} kB gzip", flush=True)


def test_telling_a_change(benchmark: BenchmarkFixture, copy: PoolCopy) -> None:
    """One change of four places: applied, and found again by comparing all states."""
    before = copy.status(NOW_MS)
    assert copy.apply(1, pack_changes([(7, 4, CLAIMED)]), b"", NOW_MS)
    after = copy.status(NOW_MS)
    assert benchmark.pedantic(status_diff, (before, after), rounds=ROUNDS, iterations=20 if FULL else 1)
