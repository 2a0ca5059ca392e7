import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from engine.plan import row_list
from tests.flows.conftest import DESK, PHONE, Site, look
from tests.running import run
from ticketing import plans, venues
from ticketing.db import Database

STADIUM = Path(__file__).parents[2] / "examples" / "metalist-stadium.csv"
FRAME_MS_MAX = 4.0
ZOOM = """async () => {
  const { view, canvas } = document.querySelector("[data-seat-map]").seatMap;
  const { left, top, width, height } = canvas.getBoundingClientRect();
  view.frames.length = 0;
  for (let turn = 0; turn < 60; turn++) {
    const at = { clientX: left + width / 4, clientY: top + height / 3, deltaY: turn < 30 ? -40 : 40 };
    canvas.dispatchEvent(new WheelEvent("wheel", { ...at, bubbles: true, cancelable: true }));
    await new Promise(requestAnimationFrame);
  }
  return view.frames;
}"""


@pytest.fixture(scope="module")
def stadium(site: Site) -> str:
    """The path of a stadium's plan, kept as its first version."""

    async def keep() -> str:
        database = await Database.open(site.settings.database_url, site.settings)
        owner, now = site.house.organisation_id, datetime.now(UTC)
        venue = await venues.create(database, owner, "Stadium", "Europe/Kyiv", now)
        plan = row_list.read(STADIUM.read_bytes(), "All seats")
        version = await plans.add_version(database, owner, venue.id, "All seats", plan, now)
        await database.close()
        return f"/admin/plans/{version.plan_id}/versions/1"

    return run(keep())


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_a_stadium_is_zoomed_and_a_seat_is_read(
    visit: Callable[..., Page], stadium: str, size: tuple[int, int]
) -> None:
    page = visit(size)
    page.goto(stadium)
    canvas = page.get_by_role("application")
    expect(canvas).to_be_visible()
    expect(page.locator(".seat-map-list summary")).to_have_count(58)
    look(page)
    frames = page.evaluate(ZOOM)
    assert len(frames) >= 50 and sum(frames) / len(frames) <= FRAME_MS_MAX, sum(frames) / len(frames)
    canvas.focus()
    page.keyboard.press("0")
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    told = page.locator(".seat-map-told")
    expect(told).to_have_text(re.compile(r"^(West|North|East|South) .+, Row .+, Seat \d+, (VIP|Box|Category \d)"))
    before = told.text_content()
    page.keyboard.press("ArrowLeft")
    expect(told).not_to_have_text(before or "")
    look(page)


def test_the_list_says_what_the_map_shows(visit: Callable[..., Page], stadium: str) -> None:
    page = visit()
    page.goto(stadium)
    section = page.locator(".seat-map-list details").first
    section.locator("summary").click()
    expect(section.get_by_role("row")).to_have_count(len([0, *rows_of("west", "1")]))
    expect(section.get_by_role("row").nth(1)).to_contain_text("1–18")
    look(page)
    section.get_by_role("button", name="Show on the map").click()
    expect(page.get_by_role("application")).to_be_focused()


def test_states_are_live(visit: Callable[..., Page], site: Site) -> None:
    page = visit()
    page.goto(f"/admin/performances/{site.house.first}")
    page.locator("[data-seat-map]").scroll_into_view_if_needed()
    expect(page.locator(".seat-map .badge")).to_have_text("Live")
    expect(page.locator(".seat-map-list summary").first).to_contain_text("free")
    look(page)


def rows_of(stand: str, sector: str) -> list[str]:
    return [line for line in STADIUM.read_text().splitlines() if line.startswith(f"{stand},{sector},")]
