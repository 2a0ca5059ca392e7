"""Machines of a box office in a browser: an agent is enrolled, a kit put together, and what is wrong is seen."""

from collections.abc import Callable
from datetime import date, timedelta

import httpx
from playwright.sync_api import Page, expect

from tests.flows.conftest import PHONE, Site, look


def test_an_agent_is_enrolled_and_a_kit_is_watched(visit: Callable[..., Page], site: Site) -> None:
    page, base = visit(), f"/admin/box-offices/{site.house.key}"
    page.goto(f"{base}/print-agents")
    page.focus("#hours")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    code = page.inner_text(".scan-code-text")
    made = httpx.post(f"{site.url}/api/v1/agents", json={"code": code, "name": "Box office PC"}).json()
    plugged = [{"path": "/dev/usb/lp0", "maker": "EPSON", "model": "TM-T20", "dialect": "escpos"}]
    headers = {"authorization": f"Bearer {made['token']}"}
    assert httpx.post(f"{site.url}/api/v1/agents/reports", json={"plugged": plugged}, headers=headers).is_success
    page.reload()
    expect(page.locator("main")).to_contain_text("EPSON TM-T20")
    look(page)
    page.goto(f"{base}/kits/new")
    page.fill("#name", "Kit 3")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Add access point").click()
    page.fill("#name", "4G box")
    page.fill("#plan_ends_on", str(date.today() - timedelta(days=3)))
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("status").first).to_contain_text("placeur_access_point_")
    look(page)
    phone = visit(PHONE, "fr")
    phone.goto(f"{base}/kits")
    expect(phone.locator("main")).to_contain_text("Son forfait de données est terminé")
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    look(phone)
