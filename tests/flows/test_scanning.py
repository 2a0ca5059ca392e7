"""Gates are set up: a profile made, its code read by a telephone, the telephone seen, what is wrong with it, revoked;
on a desk and on a phone, in both languages."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.flows.conftest import PHONE, Site, look


def test_a_gate_from_its_profile_to_its_scanners(visit: Callable[..., Page], site: Site) -> None:
    page = visit()
    page.goto(f"/admin/box-offices/{site.house.key}/scanning")
    look(page)
    _make_profile(page, site, "Main door")
    look(page)
    page.get_by_role("button", name="Make a code").click()
    code = page.locator(".scan-code-text").inner_text()
    expect(page.get_by_alt_text("QR code that opens the scanner with this profile")).to_be_visible()
    assert page.locator(".scan-code a").get_attribute("href") == f"{site.url}/scan#{code.replace('-', '')}"
    look(page)
    token = _enrol(site, code)
    _ask(site, token, "heartbeats", {"battery": 9, "pending_count": 3, "software": "Door 1.0", "network": "wifi"})
    page.reload()
    row = page.get_by_role("row", name="Telephone 1")
    expect(row).to_contain_text("9%")
    expect(row).to_contain_text("Battery low")
    expect(row).to_contain_text("Holds scans that it has not sent (3)")
    look(page)
    page.goto(f"/admin/events/{site.house.performances[0].event_id}")
    page.get_by_role("link", name="Scan access").first.click()
    expect(page.get_by_role("row", name="Main door")).to_be_visible()
    look(page)
    page.get_by_role("link", name="Scanning", exact=True).last.click()
    look(page)
    page.get_by_role("button", name="Revoke Telephone 1").click()
    expect(page.get_by_role("status")).to_contain_text("The scanner Telephone 1 is revoked.")
    assert _ask(site, token, "heartbeats", {}).status_code == 401


def test_a_choice_shows_what_it_needs(visit: Callable[..., Page], site: Site) -> None:
    page = visit()
    page.goto(f"/admin/box-offices/{site.house.key}/scanning/new")
    events, dates, zones = (page.get_by_role("group", name=name) for name in CHOSEN)
    for one in (events, dates, zones):
        expect(one).to_be_hidden()
    page.get_by_text("Some dates").click()
    expect(dates).to_be_visible()
    expect(events).to_be_hidden()
    page.get_by_text("Some zones").click()
    expect(zones).to_be_visible()
    expect(page.get_by_label("Entries a ticket, at most")).to_be_hidden()
    page.get_by_text("Many times").click()
    expect(page.get_by_label("Entries a ticket, at most")).to_be_visible()
    look(page)


CHOSEN = ("Events to scan", "Dates to scan", "Zones admitted")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pages_of_a_gate_on_a_phone(visit: Callable[..., Page], site: Site, language: str) -> None:
    page = visit(PHONE, language)
    listed = f"/admin/box-offices/{site.house.key}/scanning"
    for path in (listed, f"{listed}/new"):
        page.goto(path)
        _fits(page)
    page.fill("#name", f"Balcony {language}")
    page.fill("#gate", "Stairs")
    page.locator("form[data-keep] button[type=submit]").click()
    page.wait_for_url("**/scan-profiles/*")
    page.locator("form[action$='/codes'] button").click()
    page.wait_for_load_state()
    _enrol(site, page.locator(".scan-code-text").inner_text())
    page.reload()
    for path in (page.url, listed, f"/admin/events/{site.house.performances[0].event_id}/scanning"):
        page.goto(path)
        _fits(page)


def _make_profile(page: Page, site: Site, name: str) -> str:
    page.goto(f"/admin/box-offices/{site.house.key}/scanning/new")
    page.fill("#name", name)
    page.fill("#gate", "North")
    look(page)
    page.get_by_role("button", name="Add profile").click()
    page.wait_for_url("**/scan-profiles/*")
    return page.url


def _enrol(site: Site, code: str) -> str:
    answer = httpx.post(f"{site.url}/api/v1/scan/devices", json={"code": code, "name": "Telephone 1"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["token"])


def _ask(site: Site, token: str, path: str, body: dict[str, object]) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"}
    return httpx.post(f"{site.url}/api/v1/scan/{path}", json=body, headers=headers)


def _fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url
    look(page)
