"""A clerk finds an order by what its buyer says on the telephone, moves a seat twice and leaves a note."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.flows.conftest import PHONE, Site, look, sell
from tests.running import run
from ticketing.orders import Buyer
from ticketing.stores import stores


def test_an_order_found_moved_and_noted(visit: Callable[..., Page], site: Site) -> None:
    code = run(_sold(site))
    page = visit()
    page.goto(f"/admin/box-offices/{site.house.key}/orders")
    look(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("ines.mor")
    page.locator(".search-found").get_by_text(code).wait_for()
    look(page)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/orders/*")
    expect(page.get_by_role("heading", level=1)).to_contain_text(code)
    look(page)
    page.get_by_role("link", name="row A, seat 1").click()
    look(page)
    page.get_by_role("link", name="Move to another seat").click()
    look(page)
    page.locator("fieldset", has_text="Row B").locator(".free-seat").first.click()
    expect(page.locator("[data-chosen]")).to_contain_text("row B, seat 1")
    page.get_by_role("button", name="Move the ticket").click()
    page.wait_for_url("**/admin/orders/*")
    page.get_by_role("link", name="row B, seat 1").click()
    page.get_by_role("link", name="Move to another seat").click()
    _point_at_a_free_seat(page)
    look(page)
    chosen, button = page.locator("[data-chosen]"), page.get_by_role("button", name="Move the ticket")
    expect(chosen).to_contain_text("CHF")
    for seen in (chosen, button):
        expect(seen).to_be_in_viewport()
    button.click()
    page.wait_for_url("**/admin/orders/*")
    expect(page.get_by_role("link", name="row B, seat 1")).to_have_count(0)
    page.get_by_label("Add a note").fill("Moved to row B at her wish.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".note-text")).to_have_text("Moved to row B at her wish.")
    look(page)


def test_the_pages_of_an_order_on_a_phone(visit: Callable[..., Page], site: Site) -> None:
    code = run(_sold(site))
    page = visit(PHONE, "fr")
    page.goto(f"/admin/search?q={code}")
    for path in ("", "/cancellation", "/refund", "/mails"):
        page.goto(page.url.split("/admin/orders/")[0] + "/admin/orders/" + _id(page) + path)
        look(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


def _point_at_a_free_seat(page: Page) -> None:
    """With the keyboard on the map, until the seat in focus is free; the page then offers it."""
    canvas, told = page.locator(".seat-map-stage canvas"), page.locator(".seat-map-told")
    expect(page.locator(".seat-map .badge")).to_have_text("Live")
    canvas.focus()
    canvas.press("ArrowRight")
    for _ in range(20):
        if "Free" in told.inner_text():
            break
        canvas.press("ArrowDown")
    where = told.inner_text().lower()
    canvas.press("Enter")
    expect(page.locator(".free-chosen")).to_contain_text(where.split(", ")[2])


def _id(page: Page) -> str:
    return page.url.split("/admin/orders/")[1].split("/")[0]


async def _sold(site: Site) -> str:
    """Sell two seats side by side, paid on site; the order's number."""
    async with stores(site.settings) as opened:
        async with opened.database.read() as c:
            date_id = site.house.performances[0].id
            sold = await c.fetchval("select count(*)::integer from tickets where performance_id = $1", date_id)
        placed = await sell(opened, site, Buyer("ines.moreau@example.org", "Inès Moreau"), (sold, sold + 1))
    return placed.code
