"""The back office's pages for the shop as axe sees them: on a desk in English, on a telephone in French."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.flows.conftest import DESK, PHONE, Site, look

OFFICE = (
    "shop", "checkout", "payment", "invoices", "bank-files", "embedding", "passes", "passes/new", "ticket-designs",
    "ticket-designs/new",
)  # fmt: skip


@pytest.mark.parametrize(("size", "language"), [(DESK, "en"), (PHONE, "fr")])
def test_pages_about_the_shop(visit: Callable[..., Page], site: Site, size: tuple[int, int], language: str) -> None:
    page, event = visit(size, language), site.house.performances[0].event_id
    office = [f"/admin/box-offices/{site.house.key}/{path}" for path in OFFICE]
    of_event = [f"/admin/events/{event}/{path}" for path in ("ticket-design", "waiting-room")]
    for path in (*office, *of_event):
        answer = page.goto(path)
        assert answer is not None and answer.ok, path
        look(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], path
    page.goto(office[-1])
    page.fill("#name", f"Season {language}")
    page.locator("form[data-keep] button[type=submit]").click()
    expect(page).to_have_url(re.compile("/admin/ticket-designs/[0-9a-f-]+"))
    expect(page.locator("img[src*='preview.png']")).to_be_visible()
    look(page)
    page.goto(next(path for path in office if path.endswith("passes/new")))
    page.fill("#name", f"Season {language}")
    page.fill("#short_name", "SEASON")
    page.fill("#price_cents", "90")
    page.locator("input[name=dates]").first.check()
    page.locator("form[data-keep] button[type=submit]").click()
    expect(page).to_have_url(re.compile("/admin/pass-types/[0-9a-f-]+"))
    page.locator("details.steer-act").evaluate("it => it.open = true")
    look(page)
