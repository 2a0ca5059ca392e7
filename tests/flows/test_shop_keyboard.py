"""From the shop's first page to the tickets by the keyboard alone: no pointer, no field filled but by typing."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.flows.conftest import DESK, Site

TABS_MAX = 90
WORDS = {
    "en": {"cart": "To the cart", "buy": "Buy for", "thanks": "Thank you!"},
    "fr": {"cart": "Voir le panier", "buy": "Acheter pour", "thanks": "Merci"},
}


def to(page: Page, wanted: Locator) -> None:
    """Go there by the Tab key."""
    expect(wanted).to_be_visible()
    for _ in range(TABS_MAX):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{TABS_MAX} times Tab do not lead to {wanted}")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    to(page, wanted)
    page.keyboard.press(key)


@pytest.mark.parametrize(("language", "steps"), [("en", 1), ("fr", 3)])
def test_a_seat_is_bought_by_keys_alone(visit: Callable[..., Page], site: Site, language: str, steps: int) -> None:
    page, said = visit(DESK, language, signed_in=False), WORDS[language]
    page.goto(f"/shop/{site.house.key}")
    press(page, page.locator("main a[href*='/events/']").first)
    expect(page).to_have_url(re.compile("/events/"))
    press(page, page.locator("main a[href*='/performances/']").first)
    expect(page.locator("[data-sell].ready")).to_be_visible()
    to(page, page.get_by_role("application"))
    for _ in range(steps):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".chosen-list li")).to_have_count(1)
    press(page, page.get_by_role("link", name=said["cart"]))
    press(page, page.locator("button[name=checkout]"))
    to(page, page.locator("#email"))
    page.keyboard.type(f"keys-{language}@example.org")
    to(page, page.locator("#name"))
    page.keyboard.type("Kay Board")
    page.keyboard.press("Enter")
    press(page, page.locator("input[name=handover]").first, "Space")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("button", name=re.compile(said["buy"])))
    expect(page).to_have_url(re.compile("/sandbox/"))
    press(page, page.locator("button[value=true]"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(said["thanks"])
    press(page, page.locator(".tickets-actions .main"))
    expect(page.locator("svg.code")).to_have_count(1)
