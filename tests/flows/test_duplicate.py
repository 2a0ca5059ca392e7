"""An event goes into another box office, after one has seen what does not go with it."""

from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.flows.conftest import Site, look
from tests.running import run
from ticketing import box_offices
from ticketing.db import Database


async def add_office(site: Site) -> None:
    database = await Database.open(site.settings.database_url, site.settings)
    now = site.house.performances[0].sale_opens_at
    await box_offices.create(database, site.house.organisation_id, "tour", "On tour", "EUR", now)
    await database.close()


def test_into_another_box_office(visit: Callable[..., Page], site: Site) -> None:
    run(add_office(site))
    page = visit()
    page.goto(f"/admin/events/{site.house.performances[0].event_id}/settings")
    page.get_by_role("link", name="Duplicate").click()
    look(page)
    page.get_by_label("Name").fill("The Seagull on tour")
    page.get_by_role("combobox", name="Box office").select_option("tour")
    page.get_by_label("Day of the first date").fill(f"{date.today() + timedelta(days=300)}")
    page.get_by_role("button", name="See what goes with it").click()
    expect(page.get_by_role("heading", name="Into On tour")).to_be_visible()
    expect(page.get_by_text("they are in CHF")).to_be_visible()
    expect(page.get_by_role("heading", name="2 dates")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Duplicate").click()
    expect(page.get_by_role("status").first).to_contain_text("The Seagull on tour is there, as a draft.")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.goto("/admin/box-offices/tour/events")
    expect(page.get_by_role("link", name="The Seagull on tour")).to_be_visible()
