"""How many visitors a second can look at what is on? The pages that are the same for everybody, over HTTP, compressed.

Ten matches of the stadium in one shop, thirty places in a hundred sold, two workers, 64 connections. Beside them, in
the same run, what a request costs that does nothing but come and go (`/healthz`).
"""

import os
import shutil
from collections.abc import Callable

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.bench_http import record
from benchmarks.load import wrk
from benchmarks.site import Site, site

FULL = os.environ.get("PLACEUR_BENCH") != "tiny"
SECONDS = 10 if FULL else 1
WORKERS = 2
CONNECTIONS = 64

pytestmark = pytest.mark.skipif(shutil.which("wrk") is None, reason="needs wrk")

PAGES: dict[str, Callable[[Site], str]] = {
    "nothing": lambda opened: "/healthz",
    "home": lambda opened: f"/shop/{opened.box_office}",
    "event": lambda opened: f"/shop/{opened.box_office}/events/{opened.performances[0].event_id}",
    "performance": lambda opened: f"/shop/{opened.box_office}/performances/{opened.performances[0].id}",
}


@pytest.mark.parametrize("page", PAGES)
def test_looks(benchmark: BenchmarkFixture, page: str) -> None:
    with site(WORKERS) as opened:
        arguments = (opened.url, "reads", SECONDS, CONNECTIONS, PAGES[page](opened))
        load = benchmark.pedantic(wrk, arguments, rounds=1)
    record(benchmark, load, 200)
