"""An event with forty dates: made, given its dates by a calendar rule, and put on sale, in one sitting."""

from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.flows.conftest import PHONE, Site, look

FIRST = date.today() + timedelta(days=30)


def test_an_event_with_forty_dates(visit: Callable[..., Page], site: Site) -> None:
    page = visit()
    page.goto(f"/admin/box-offices/{site.house.key}/events")
    page.get_by_role("link", name="Add event").click()
    look(page)
    page.get_by_label("Name").fill("Forty Evenings")
    page.get_by_label("Category").select_option(label="Theatre")
    page.get_by_role("button", name="Add event").click()
    expect(page.get_by_role("status").first).to_contain_text("Forty Evenings is a draft")
    look(page)

    page.get_by_role("link", name="Dates").click()
    page.get_by_role("link", name="Add dates", exact=True).click()
    page.get_by_label("First day").fill(f"{FIRST}")
    page.get_by_label("Last day").fill(f"{FIRST + timedelta(days=34)}")
    for day in ("Monday", "Wednesday", "Friday", "Saturday"):
        page.get_by_label(day).check()
    page.get_by_label("Hours 1").fill("20:00")
    page.get_by_label("Hours 2").fill("15:00")
    page.get_by_role("button", name="Preview the dates").click()
    expect(page.get_by_role("heading", name="40 dates")).to_be_visible()
    expect(page.get_by_text("Ticked: 40")).to_be_visible()
    page.locator("#preview tbody [name=dates]").first.uncheck()
    expect(page.get_by_text("Ticked: 39")).to_be_visible()
    page.get_by_label("Tick all dates").check()
    expect(page.get_by_text("Ticked: 40")).to_be_visible()
    look(page)
    page.get_by_role("button", name="Add the ticked dates").click()
    expect(page.get_by_role("status").first).to_contain_text("40 dates are there now.")
    look(page)

    page.get_by_label("Tick all dates").check()
    page.get_by_label("Doors open").fill("45")
    page.get_by_role("button", name="Change the ticked dates").click()
    expect(page.get_by_role("status").first).to_contain_text("40 dates were changed.")

    page.get_by_role("navigation", name="Pages of the event").get_by_role("link", name="Settings").click()
    page.get_by_label("Visibility").select_option(label="Public")
    page.get_by_role("textbox", name="Description").first.fill("A **play** in forty parts.")
    expect(page.locator("#shown-en strong")).to_have_text("play")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved.")
    seen = page.request.get(f"/api/v1/box-offices/{site.house.key}/performances").json()
    assert sum(one["event_name"] == "Forty Evenings" for one in seen["performances"]) == 40

    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    for tab in ("Dates", "Overview"):
        page.get_by_role("navigation", name="Pages of the event").get_by_role("link", name=tab).click()
        look(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), tab


def test_the_pages_fit_a_telephone(visit: Callable[..., Page], site: Site) -> None:
    page = visit(PHONE, language="fr")
    event, performance = site.house.performances[0].event_id, site.house.performances[0].id
    for path in (
        f"/admin/box-offices/{site.house.key}/events",
        f"/admin/events/{event}/settings",
        f"/admin/events/{event}/performances",
        f"/admin/events/{event}/performances/new",
        f"/admin/performances/{performance}/settings",
        f"/admin/events/{event}/duplicate",
    ):
        page.goto(path)
        look(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
