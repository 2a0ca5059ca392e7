"""How long does the web scanner take to say yes or no without a network?

In headless Chromium with a profile on the disk: from the code to the verdict, with its signature verified, the ticket
found in a stadium's list, and the line of the log written through to the disk, which comes before the verdict. Once
with the browser's own Ed25519, once with the library that stands in where a browser has none. Bar: p99 20 ms.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, sync_playwright
from pytest_benchmark.fixture import BenchmarkFixture

FULL = os.environ.get("PLACEUR_BENCH") != "tiny"
TICKETS, SCANS = (40_000, 500) if FULL else (500, 10)
BAR_MS = 20
WEB = Path(__file__).parents[1] / "web"
ADDRESS = "http://localhost/"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]

pytestmark = pytest.mark.skipif(
    shutil.which("chromium") is None or shutil.which("node") is None, reason="needs chromium and node"
)


@pytest.fixture(scope="module")
def script() -> str:
    """The measurement with the scanner's own modules, as one script."""
    command = ["node", "node_modules/esbuild/bin/esbuild", "tests/scan_bench.js", "--bundle", "--minify"]
    return subprocess.run(command, cwd=WEB, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[BrowserContext]:
    """Chromium with a profile of its own on the disk: without one it keeps a database in memory."""
    with sync_playwright() as playwright:
        executable = shutil.which("chromium")
        context = playwright.chromium.launch_persistent_context(tmp_path, executable_path=executable, args=ARGUMENTS)
        yield context
        context.close()


@pytest.mark.parametrize("library", [False, True], ids=["browser", "library"])
def test_a_verdict_without_a_network(
    benchmark: BenchmarkFixture, browser: BrowserContext, script: str, library: bool
) -> None:
    page = browser.new_page()
    page.route(ADDRESS, lambda route: route.fulfill(body="<!doctype html><title>.</title>", content_type="text/html"))
    page.goto(ADDRESS)
    page.evaluate(script)
    asked = {"tickets": TICKETS, "scans": SCANS, "library": library}
    told: dict[str, Any] = benchmark.pedantic(page.evaluate, ("asked => measure(asked)", asked), rounds=1)
    took = sorted(told["took"])
    assert told["told"] == ["admitted"] and told["kept"] == SCANS
    p50, p95, p99 = (took[int(len(took) * share)] for share in (0.5, 0.95, 0.99))
    benchmark.extra_info |= {"p50": p50, "p95": p95, "p99": p99, "most": took[-1]}
    verifies = "the library" if library else "the browser"
    print(
        f"\n{TICKETS} tickets, {SCANS} scans, signatures by {verifies}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, "
        f"p99 {p99:.1f} ms (bar {BAR_MS}), most {took[-1]:.1f} ms"
    )
