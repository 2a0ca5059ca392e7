"""A key that sells and one that may not: made in the back office, used on the API's own page, revoked."""

import re
import time
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.flows.conftest import PHONE, Site, look
from ticketing.tokens import REMEMBERED_S

SECRET = re.compile(r"placeur_[\w-]{43}")


@pytest.fixture
def page(visit: Callable[..., Page]) -> Page:
    return visit()


def make_key(page: Page, site: Site, name: str, sells: bool) -> str:
    """Make a key on its page; what is shown of it, this once."""
    page.goto(f"/admin/organisations/{site.house.key}/api-keys")
    page.get_by_role("link", name="Add key").click()
    look(page)
    page.get_by_label("Name").fill(name)
    page.get_by_text("Check tickets", exact=True).click()
    if sells:
        page.get_by_label("It may sell").check()
    page.get_by_role("button", name="Add key").click()
    shown = page.get_by_label("The key")
    expect(shown).to_be_visible()
    look(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    secret = shown.input_value()
    assert SECRET.fullmatch(secret)
    return secret


def hold(site: Site, secret: str) -> httpx.Response:
    """Hold a place as staff, which only who sells may."""
    body = {"wants": [{"kind": "best", "performance": site.house.first, "party": 1}], "allotments": [1]}
    headers = {"authorization": f"Bearer {secret}"}
    return httpx.post(f"{site.url}{site.house.path('holds')}", json=body, headers=headers, timeout=30)


def try_out(page: Page, secret: str) -> int:
    """Sign in with a key on the API's page, and ask for an order there; the status it was answered with."""
    page.goto("/api/docs")
    page.get_by_role("button", name="Authorize").first.click()
    window = page.locator(".auth-container").filter(has_text="token (http, Bearer)")
    window.locator("input").fill(secret)
    window.get_by_role("button", name="Apply credentials").click()
    page.get_by_role("button", name="Close").first.click()
    operation = page.locator(".opblock").filter(has=page.locator('[data-path="/api/v1/orders"]'))
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.locator("tr[data-param-name=code] input").fill("NOSUCHCODE")
    with page.expect_response(re.compile(r"/api/v1/orders\?")) as answered:
        operation.get_by_role("button", name="Execute").click()
    assert answered.value.request.headers["authorization"] == f"Bearer {secret}"
    return answered.value.status


def test_keys_that_sell_and_do_not(page: Page, site: Site) -> None:
    refused_by_policy: list[str] = []
    page.on("console", lambda told: refused_by_policy.append(told.text) if "Content Security" in told.text else None)
    seller, door = make_key(page, site, "Our website", True), make_key(page, site, "Door 3", False)
    assert seller != door
    assert hold(site, seller).status_code == 404, "let in: there is no such allotment"
    assert hold(site, door).status_code == 403
    assert try_out(page, door) == 404, "let in: there is no such order"
    assert not refused_by_policy, refused_by_policy
    page.goto(f"/admin/organisations/{site.house.key}/api-keys")
    look(page)
    page.get_by_role("link", name="Our website").click()
    look(page)
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("status")).to_contain_text("revoked")
    time.sleep(REMEMBERED_S + 0.5)
    assert hold(site, seller).status_code == 401
    assert hold(site, door).status_code == 403, "the other one goes on"
    assert try_out(page, seller) == 401


def test_settings_are_for_everybody(visit: Callable[..., Page], site: Site) -> None:
    """Axe on a phone too: the box office's settings, the audit log, the switcher open."""
    page = visit(PHONE)
    for path in ("settings", "audit"):
        page.goto(f"/admin/box-offices/{site.house.key}/{path}")
        look(page)
    page = visit()
    page.goto(f"/admin/box-offices/{site.house.key}/audit")
    page.keyboard.press("Tab")
    page.locator(".switcher summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".switcher-list a").first).to_be_focused()
    look(page)
    page.keyboard.press("Escape")
    expect(page.locator(".switcher summary")).to_be_focused()
    expect(page.locator(".switcher")).not_to_have_attribute("open", "")
