"""A pass bought in a browser, by desk and telephone, in English and French: from its page to the pass on screen."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.flows.conftest import DESK, PHONE, Site, look
from tests.running import run
from ticketing import passes
from ticketing.db import Database
from ticketing.passes import PassType

Visit = Callable[..., Page]
LISTEN = """
window.heard = JSON.parse(sessionStorage.getItem("heard") ?? "[]");
for (const name of ["abo_view", "abo_selection", "cart_add"]) document.addEventListener("ike_" + name, ({ detail }) => {
  window.heard.push([name, detail]);
  sessionStorage.setItem("heard", JSON.stringify(window.heard));
});
"""
NAME = "Season"


@pytest.fixture(scope="module")
def season(site: Site) -> PassType:
    """A pass over both dates of the house."""

    async def made() -> PassType:
        database = await Database.open(site.settings.database_url, site.settings)
        owner, dates = site.house.organisation_id, site.house.performances
        shown = [date.id for date in dates]
        kind = await passes.create_type(
            database, owner, dates[0].box_office_id, NAME, NAME, 10_000, shown, datetime.now(UTC)
        )  # fmt: skip
        await database.close()
        return kind

    return run(made())


@pytest.mark.parametrize(("size", "language", "row"), [(DESK, "en", "A"), (PHONE, "fr", "B")])
def test_one_seat_for_the_season(
    visit: Visit, site: Site, season: PassType, size: tuple[int, int], language: str, row: str
) -> None:
    page = visit(size, language, signed_in=False)
    page.add_init_script(LISTEN)
    page.goto(f"/shop/{site.house.key}")
    look(page)
    page.locator(".pass-card a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    look(page)
    page.get_by_role("link", name=re.compile("^(Choose your seat|Choisir votre place)$")).click()
    expect(page.locator(".sell.ready")).to_be_visible()
    look(page)
    page.get_by_role("button", name=re.compile("^(List|Liste)$")).click()
    page.locator(".pick-list summary", has_text="Stalls").click()
    boxes = (
        page.locator(".pick-list").get_by_role("group", name=re.compile(f"^(Row|Rang) {row}$")).get_by_role("checkbox")
    )
    boxes.nth(3).check()
    expect(page.locator(".chosen-list li")).to_have_count(1)
    boxes.nth(3).uncheck()
    expect(page.locator(".chosen-list li")).to_have_count(0)
    page.locator("details.best summary").first.click() if size == PHONE else None
    page.locator("[data-best] button").click()
    page.locator(".proposal button:not(.link-button)").first.click()
    expect(page.locator(".chosen-list li")).to_have_count(1)
    told = dict(page.evaluate("() => window.heard"))
    assert told["abo_view"] == {"name": NAME} and told["abo_selection"]["count"] == 0
    assert told["cart_add"]["count"] == 1 and told["cart_add"]["items"][0]["tariff"] == NAME
    page.locator(".chosen-foot a").click()
    expect(page.locator(".place")).to_have_count(1)
    page.locator(".pass-dates summary").click()
    expect(page.locator(".pass-dates li")).to_have_count(2)
    look(page)
    page.locator("button.main").click()
    page.locator("#email").fill("ada@example.org")
    page.locator("#name").fill("Ada Lovelace")
    page.locator("[name^='holder.']").fill("Grace Hopper")
    look(page)
    page.locator("button[name=next].main").click()
    page.locator("input[name=handover]").first.check()
    page.locator("button.main").click()
    expect(page.get_by_text("Grace Hopper")).to_be_visible()
    look(page)
    page.locator("button.main").click()
    page.locator("button[value=true]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Thank you|Merci"))
    look(page)
    page.locator(".ticket-links a").first.click()
    expect(page.get_by_text("Grace Hopper").first).to_be_visible()
    look(page)
