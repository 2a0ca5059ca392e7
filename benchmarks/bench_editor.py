"""How does the plan editor carry a stadium of 39,350 seats, and a hall of 100,000?

A manager's browser (headless Chromium, beside the server on the same cores) opens the drawing, moves and magnifies the
sheet with the wheel and the hand (the time between frames, and what drawing one costs), gives 10,000 seats other
labels, and nudges one row, which is saved by itself. Told are medians of some rounds. Bars for the stadium: painted
1.5 s after the page was asked for; 16 ms a frame; 300 ms for the labels, until the sheet is ready to be drawn; 300 ms
from the nudge to the server's word that it is saved.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import median
from typing import Any
from uuid import UUID

import msgspec
import pytest
import uvloop
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.site import STADIUM, Site, site
from engine.plan import placeur_json, row_list
from engine.plan.model import Category, Plan, Position, Row, Seat, Size, Zone
from ticketing import plans, team, venues
from ticketing.db import Database

FULL = os.environ.get("PLACEUR_BENCH") != "tiny"
ROUNDS = 5 if FULL else 1
STEPS = 90 if FULL else 5
LARGE = (400, 250) if FULL else (20, 10)
SIZE: ViewportSize = {"width": 1440, "height": 900}
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
EMAIL, PASSWORD = "bench@example.org", "correct horse battery"
BARS_MS = {"open": 1500, "frame": 16.7, "draw": 16, "labels": 300, "save": 300}
EDITOR = "document.querySelector('[data-editor]').editor"

GAPS = """steps => new Promise(done => {
  const gaps = []; let last = performance.now();
  const next = now => {
    gaps.push(now - last);
    last = now;
    gaps.length < steps ? requestAnimationFrame(next) : done(gaps.slice(2));
  };
  requestAnimationFrame(next);
})"""
RELABEL = f"""seats => {{
  const editor = {EDITOR}; const Selection = editor.selection.constructor; const keys = []; let count = 0;
  for (const zone of editor.drawing.zones) {{
    for (const row of editor.drawing.rows(zone.key)) {{
      if (count >= seats) break;
      keys.push(row.key);
      count += row.data.seats.length;
    }}
  }}
  editor.select(new Selection(keys));
  editor.panel.open("numbering");
  const page = editor.panel.page;
  Object.assign(page.rows, {{ kind: "numbers", start: String(2 + Math.floor(Math.random() * 50)) }});
  Object.assign(page.seats, {{ start: String(2 + Math.floor(Math.random() * 50)), pattern: "plain", from: "left" }});
  const began = performance.now();
  page._apply();
  editor.sheet.settle();
  const took = performance.now() - began;
  editor.panel.close();
  return {{ took, count }};
}}"""
NUDGE = f"""async () => {{
  const editor = {EDITOR}; const Selection = editor.selection.constructor;
  const rows = editor.drawing.every("row");
  editor.select(new Selection([rows[rows.length >> 1].key]));
  await editor.saving.now();
  const began = performance.now();
  editor._arrowed({{ key: "ArrowRight" }});
  await editor.saving.now();
  return performance.now() - began;
}}"""


@pytest.fixture(scope="module")
def halls() -> Iterator[tuple[Site, dict[str, str]]]:
    """A site, and where its two plans are drawn."""
    with site(1, performance_count=1, sold=0) as opened:
        yield opened, uvloop.run(_furnished(opened))


@pytest.fixture(scope="module")
def chromium(halls: tuple[Site, dict[str, str]]) -> Iterator[Browser]:
    """One browser, begun after the site: beside its driver no other loop may run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
@pytest.mark.parametrize("hall", ["stadium", "large"])
def test_the_editor(
    benchmark: BenchmarkFixture, chromium: Browser, halls: tuple[Site, dict[str, str]], hall: str
) -> None:
    opened, paths = halls
    page = chromium.new_context(base_url=opened.url, viewport=SIZE).new_page()
    page.goto("/admin/sign-in")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/admin")
    benchmark.pedantic(_opened, (page, paths[hall]), rounds=1, warmup_rounds=1)
    told: dict[str, Any] = {"open": median(_opened(page, paths[hall]) for _ in range(ROUNDS))}
    told["frame"], told["frame p95"] = _frames(page)
    told["draw"] = median(page.evaluate(f"{EDITOR}.sheet.view.frames"))
    labels = [page.evaluate(RELABEL, 10_000) for _ in range(ROUNDS)]
    told["labels"], told["seats labelled"] = median(one["took"] for one in labels), labels[0]["count"]
    page.evaluate(f"{EDITOR}.saving.now()")
    page.wait_for_function(f"{EDITOR}.saving.state === 'saved'")
    told["save"] = median(page.evaluate(NUDGE) for _ in range(ROUNDS))
    told["seats"] = page.evaluate(f"{EDITOR}.sheet.house.count")
    benchmark.extra_info |= told
    bars = ", ".join(f"{name} {told[name]:.1f} ms (bar {bar})" for name, bar in BARS_MS.items())
    print(f"\n{hall}, {told['seats']} seats: {bars}; frame p95 {told['frame p95']:.0f} ms")


def _opened(page: Page, path: str) -> float:
    """Open the drawing; milliseconds from asking for the page to its second frame with the house."""
    page.goto(path)
    page.wait_for_selector("[data-editor][data-painted]")
    return float(page.locator("[data-editor]").get_attribute("data-painted") or "nan")


def _frames(page: Page) -> tuple[float, float]:
    """Median and p95 of the time between frames while the hand moves the sheet and the wheel magnifies it."""
    box = page.locator("canvas.sheet").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate(f"{EDITOR}.use('hand')")
    page.evaluate(f"window.gaps = ({GAPS})({STEPS})")
    page.mouse.move(x, y)
    for step in range(STEPS // 3):
        page.mouse.wheel(0, -120 if step % 20 < 10 else 120)
    page.mouse.down()
    for step in range(STEPS // 3):
        page.mouse.move(x + 4 * step, y + 2 * step)
    page.mouse.up()
    gaps = sorted(page.evaluate("window.gaps"))
    page.evaluate(f"{EDITOR}.use('select')")
    return gaps[len(gaps) // 2], gaps[int(len(gaps) * 0.95)]


async def _furnished(opened: Site) -> dict[str, str]:
    database, now = await Database.open(opened.settings.database_url, opened.settings), datetime.now(UTC)
    owner = opened.organisation_id
    await team.add_administrator(database, owner, EMAIL, "Bench", PASSWORD, now)
    venue = await venues.create(database, owner, "Two halls", "Europe/Zurich", now)
    drawn = {"stadium": row_list.read(STADIUM.read_bytes(), "Stadium"), "large": _large()}
    paths = {}
    for name, plan in drawn.items():
        paths[name] = await _kept(database, owner, venue.id, name, plan, now)
    await database.close()
    return paths


async def _kept(database: Database, owner: UUID, venue: UUID, name: str, plan: Plan, now: datetime) -> str:
    sound = placeur_json.read(placeur_json.write(plan))
    version = await plans.add_version(database, owner, venue, name, sound, now)
    return f"/admin/venues/{venue}/plans/{version.plan_id}/edit"


def _large() -> Plan:
    """One zone of a hundred thousand seats."""
    rows, seats = LARGE[0], LARGE[1]
    made = tuple(
        Row(
            str(row + 1), 0, 90.0 * row,
            tuple(Seat(f"{row}-{seat}", str(seat + 1), 55.0 * seat, 0, "General") for seat in range(seats)),
        )
        for row in range(rows)
    )  # fmt: skip
    size = Size(int(55 * seats) + 1000, int(90 * rows) + 1000)
    zones = (Zone("hall", "Hall", 500, 500, made),)
    return msgspec.structs.replace(
        Plan("Large", (Category("General"),), zones, size), focal_point=Position(size.width / 2, 0)
    )
