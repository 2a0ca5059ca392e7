"""Places are chosen as people do: by mouse and finger on the map, by keys, in the list, and without a script."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.flows.conftest import DESK, PHONE, Site, look

POINT = """(id) => {
  const { house, map } = document.querySelector("[data-sell]").selling;
  const seat = house.ids.indexOf(id);
  const [x, y] = map.view.project(house.x[seat], house.y[seat]);
  const { left, top } = map.canvas.getBoundingClientRect();
  return [left + x, top + y];
}"""
SCALE = "() => document.querySelector('[data-sell]').selling.map.view.transform.k"
FOCUS = "() => { const { map, house } = document.querySelector('[data-sell]').selling; return house.ids[map.focus]; }"


def opened(page: Page, site: Site, performance: str | None = None) -> Page:
    """The page of a date, with its map drawn and live."""
    page.goto(f"/shop/{site.house.key}/performances/{performance or site.house.first}")
    expect(page.locator(".seat-map .badge")).to_have_text(re.compile("Live|En direct"))
    page.locator(".seat-map-stage").scroll_into_view_if_needed()
    return page


def point(page: Page, seat: str) -> None:
    """Click or tap a seat where it is drawn."""
    x, y = page.evaluate(POINT, seat)
    if page.viewport_size and page.viewport_size["width"] == PHONE[0]:
        page.touchscreen.tap(x, y)
    else:
        page.mouse.click(x, y)


@pytest.mark.parametrize(("size", "language"), [(DESK, "en"), (PHONE, "fr")])
def test_bought_on_the_map(visit: Callable[..., Page], site: Site, size: tuple[int, int], language: str) -> None:
    row = "A" if size == DESK else "B"
    page = opened(visit(size, language, signed_in=False), site)
    chosen, panel = page.locator(".chosen-list li"), page.locator(".chosen")
    point(page, f"{row}-4")
    expect(chosen).to_have_count(1)
    point(page, f"{row}-6")
    expect(chosen).to_have_count(2)
    expect(panel).to_contain_text(
        {"en": "Your seats are not side by side.", "fr": "Vos places ne sont pas côte à côte."}[language]
    )
    look(page)
    panel.get_by_role("button", name=re.compile("Sit together|S’asseoir ensemble")).click()
    expect(panel.locator(".hint")).to_have_count(0)
    expect(page.locator("[data-cart-count]")).to_have_text("2")
    page.get_by_role("link", name=re.compile("To the cart|panier")).last.click()
    expect(page.locator(".place")).to_have_count(2)
    look(page)


def test_two_fingers_zoom(visit: Callable[..., Page], site: Site) -> None:
    page = opened(visit(PHONE, signed_in=False), site)
    session, before = page.context.new_cdp_session(page), page.evaluate(SCALE)
    x, y = page.evaluate(POINT, "C-5")
    for away, kind in ((20, "touchStart"), (40, "touchMove"), (80, "touchMove")):
        fingers = [{"x": x - away, "y": y, "id": 1}, {"x": x + away, "y": y, "id": 2}]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert page.evaluate(SCALE) > 2 * before


def test_bought_by_keys_alone(visit: Callable[..., Page], site: Site) -> None:
    page = opened(visit(signed_in=False), site, site.house.second)
    canvas, told = page.get_by_role("application"), page.locator(".seat-map-told")
    for _ in range(30):
        page.keyboard.press("Tab")
        if canvas.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("ArrowRight")
    expect(told).to_contain_text("Stalls, Row")
    page.keyboard.press("ArrowUp")
    seat = page.evaluate(FOCUS)
    page.keyboard.press("Enter")
    expect(told).to_contain_text("is yours.")
    expect(page.locator(".chosen-list li")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(told).to_contain_text("is given back.")
    page.keyboard.press("Enter")
    expect(told).to_contain_text("is yours.")
    far = page.evaluate(SCALE)
    page.keyboard.press("+")
    page.wait_for_function("k => document.querySelector('[data-sell]').selling.map.view.transform.k > 1.5 * k", arg=far)
    near = page.evaluate(SCALE)
    page.keyboard.press("Escape")
    page.wait_for_function("k => document.querySelector('[data-sell]').selling.map.view.transform.k < k", arg=near)
    link = page.get_by_role("link", name="To the cart")
    for _ in range(60):
        page.keyboard.press("Tab")
        if link.evaluate("element => element === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".place")).to_have_count(1)
    expect(page.locator(".place")).to_contain_text(f"row {seat[0]}, seat {seat[2:]}")


def test_bought_in_the_list_which_shows_what_the_map_shows(visit: Callable[..., Page], site: Site) -> None:
    page = opened(visit(signed_in=False), site, site.house.second)
    page.get_by_role("button", name="List", exact=True).click()
    page.locator(".pick-list summary", has_text="Stalls").click()
    row = page.get_by_role("group", name="Row C")
    box = row.get_by_role("checkbox", name=re.compile(r"^5,? "))
    box.press("Space")
    expect(box).to_be_checked()
    expect(page.locator(".chosen-list li")).to_contain_text("row C, seat 5")
    look(page)
    page.get_by_role("combobox", name="Price").select_option(index=2)
    expect(page.get_by_role("group", name="Row A")).to_be_hidden()
    expect(box).to_be_checked()
    page.get_by_role("button", name="Map", exact=True).click()
    point(page, "C-5")
    expect(page.locator(".chosen-list li")).to_have_count(0)
    page.get_by_role("button", name="List", exact=True).click()
    expect(box).not_to_be_checked()
    page.locator(".pick-list summary", has_text="Floor").click()
    page.get_by_role("button", name="Pit: Choose how many").click()
    page.get_by_role("dialog").get_by_role("button", name="One more").click()
    look(page)
    page.get_by_role("button", name="Take them").click()
    expect(page.locator(".chosen-list li")).to_have_count(3)


def test_a_seat_that_somebody_else_took_is_said_with_the_nearest(visit: Callable[..., Page], site: Site) -> None:
    first = opened(visit(signed_in=False), site, site.house.second)
    second = opened(visit(signed_in=False), site, site.house.second)
    point(first, "D-5")
    expect(first.locator(".chosen-list li")).to_have_count(1)
    point(second, "D-5")
    told = second.get_by_role("alert")
    expect(told).to_contain_text("Row D, seat 5 has just been taken by somebody else.")
    told.get_by_role("button", name="Take row D, seat").first.click()
    expect(second.locator(".chosen-list li")).to_have_count(1)
    expect(second.locator(".chosen-list li")).to_contain_text(re.compile("row D, seat [46]", re.IGNORECASE))


def test_the_best_places_beside_the_map(visit: Callable[..., Page], site: Site) -> None:
    page = opened(visit(signed_in=False), site)
    page.get_by_role("radio", name="The lowest price").check()
    page.get_by_role("button", name="Find the best places").click()
    proposals = page.locator("[data-proposals] .proposal")
    expect(proposals).to_have_count(3)
    expect(proposals.first).to_contain_text("side by side")
    look(page)
    proposals.first.get_by_role("button", name="Take these").click()
    expect(page.locator(".chosen-list li")).to_have_count(2)
    expect(proposals).to_have_count(0)
    page.locator(".chosen-list select").first.select_option(index=1)
    expect(page.locator(".chosen-sum b")).to_have_text(re.compile(r"70"))


def test_a_cart_that_lapsed_is_said(visit: Callable[..., Page], site: Site) -> None:
    """What the server knows of the cart is asked when its time is over, and when one comes back to the page."""
    page = opened(visit(signed_in=False), site)
    left = page.locator(".legend-left")
    expect(left.first).not_to_be_empty()
    free = left.all_inner_texts()
    point(page, "E-2")
    expect(page.locator(".chosen-list li")).to_have_count(1)
    other = page.context.new_page()
    other.goto(f"/shop/{site.house.key}/cart")
    other.get_by_role("button", name="Empty the cart").click()
    expect(other.locator(".place")).to_have_count(0)
    other.close()
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".chosen-list li")).to_have_count(0)
    expect(left).to_have_text(free)
    point(page, "E-2")
    expect(page.locator(".chosen-list li")).to_have_count(1)
    lapsed = {"token": "", "cart": {"count": 0, "items": [], "expires_in_s": 0, "lost_count": 1}}
    page.route("**/visit", lambda route: route.fulfill(json=lapsed))
    page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("alert")).to_contain_text("Your time was over")
    expect(page.locator(".chosen-list li")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_best_places_without_a_script(visit: Callable[..., Page], site: Site, language: str) -> None:
    page = visit(PHONE, language, signed_in=False, scripts=False)
    page.goto(f"/shop/{site.house.key}/performances/{site.house.second}")
    page.locator("form.party").get_by_role("button").click()
    expect(page.locator(".proposal")).to_have_count(3)
    if language == "en":
        answered = visit(PHONE, language, signed_in=False)
        answered.goto(page.url)
        look(answered)
    page.locator(".proposal").nth(1).get_by_role("button").click()
    expect(page).to_have_url(re.compile("/cart(#|$)"))
    expect(page.locator(".place")).to_have_count(2)
