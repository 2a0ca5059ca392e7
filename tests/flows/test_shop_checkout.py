"""From the cart to the tickets, as a person goes: telephone and desk, English and French, by keyboard, scriptless."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.flows.conftest import DESK, PHONE, Site, look
from tests.running import run
from ticketing import checkouts, forms, shops, tariffs
from ticketing.audit import Actor
from ticketing.checkouts import Handover, Rules
from ticketing.db import Database
from ticketing.forms import FieldValues, Kind
from ticketing.shops import Look, ShopTexts
from ticketing.tariffs import Tariff

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def asked(site: Site) -> Tariff:
    """Terms to be agreed to, three ways of delivery, and a tariff that asks for a name of each visitor; a free one."""

    async def furnish() -> Tariff:
        database = await Database.open(site.settings.database_url, site.settings)
        house, now = site.house, datetime.now(UTC)
        owner, office = house.organisation_id, house.performances[0].box_office_id
        by = Actor(organisation_id=owner)
        texts = {
            "en": ShopTexts(terms="Tickets are **not** taken back."),
            "fr": ShopTexts(terms="Les billets ne sont **pas** repris."),
        }
        await shops.change(database, owner, office, 0, Look(texts=texts), by, now)
        rules = Rules(handovers=tuple(Handover), cancellation_until_hours=24, holders_until_hours=2)
        await checkouts.change(database, owner, office, rules, by, now)
        form_id = await forms.create(database, owner, office, "Visitors", by, now)
        labels = {"en": "Allergies", "fr": "Allergies"}
        await forms.add_field(
            database, owner, form_id, FieldValues(kind=Kind.TEXT, labels=labels, mandatory=True), by, now
        )
        await forms.link_tariff(database, owner, house.full.id, form_id, by, now)
        free = await tariffs.create(database, owner, house.performances[0].event_id, "Children", {"Gold": 0}, 5)
        await database.close()
        return free

    return run(furnish())


def take(page: Page, site: Site, seats: list[str], tariff: str | None = None) -> str:
    """Put seats into the cart as the map does; the shop's address."""
    base = f"/shop/{site.house.key}"
    token = page.request.get(f"{site.url}{base}/visit").json()["token"]  # before a page of its own asks for one too
    page.goto(base)
    body = {"performance": site.house.first, "seats": seats, "tariff": tariff}
    headers = {"x-csrf-token": token}
    answer = page.request.post(f"{site.url}{base}/cart/places", data=body, headers=headers)
    assert answer.ok, answer.text()
    return base


@pytest.mark.parametrize(("size", "language", "seats"), [(PHONE, "fr", ["A-1", "A-2"]), (DESK, "en", ["A-4", "A-5"])])
def test_two_seats_are_bought(
    visit: Visit, site: Site, asked: Tariff, size: tuple[int, int], language: str, seats: list[str]
) -> None:
    said = {"en": ("Continue", "Buy for", "Thank you!"), "fr": ("Continuer", "Acheter pour", "Merci")}
    onward, buy, thanks = said[language]
    page = visit(size, language, signed_in=False)
    base = take(page, site, seats)
    page.goto(f"{base}/cart")
    look(page)
    page.locator("button[name=checkout]").click()
    expect(page.locator("#email")).to_be_visible()
    look(page)
    page.get_by_role("button", name=onward).click()
    expect(page.locator("[data-mend]")).to_be_focused()
    look(page)
    page.locator("[data-mend] a").first.click()
    expect(page.locator("#email")).to_be_focused()
    page.keyboard.type("ada@example.org")
    page.fill("#name", "Ada Lovelace")
    page.get_by_label("Allergies").first.fill("Leek")
    page.locator("button[name=copy]").click()
    expect(page.get_by_label("Allergies").nth(1)).to_have_value("Leek")
    look(page)
    page.get_by_role("button", name=onward).click()
    expect(page.locator("input[value=mobile]")).to_be_visible()
    look(page)
    page.locator("input[value=mobile]").check()
    page.get_by_role("button", name=onward).click()
    expect(page.locator("#agreed")).to_be_visible()
    look(page)
    page.get_by_role("button", name=re.compile(buy)).click()
    expect(page.locator("[data-mend] a")).to_have_attribute("href", "#agreed")
    page.locator("#agreed").check()
    page.get_by_role("button", name=re.compile(buy)).click()
    expect(page).to_have_url(re.compile("/sandbox/"))
    page.locator("button[value=true]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(thanks)
    assert "secret" not in page.url
    look(page)
    page.locator(".tickets-actions .main").click()
    expect(page.locator("svg.code")).to_have_count(2)
    look(page)
    page.go_back()
    page.locator(".order-acts a[href$=cancellation]").click()
    expect(page.locator("button.danger")).to_be_visible()
    look(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_a_failed_payment_is_tried_again(visit: Visit, site: Site, asked: Tariff) -> None:
    page = visit(PHONE, "en", signed_in=False)
    base = take(page, site, ["B-1"], str(site.house.reduced.id))
    page.goto(f"{base}/checkout")
    page.fill("#email", "bob@example.org")
    page.fill("#name", "Bob")
    page.get_by_role("button", name="Continue").click()
    page.locator("input[value=counter]").check()
    page.get_by_role("button", name="Continue").click()
    page.locator("#agreed").check()
    page.get_by_role("button", name="Buy for").click()
    for _ in range(3):
        page.locator("button[value=false]").click()
        expect(page.get_by_text("The payment did not go through")).to_be_visible()
        look(page)
        page.get_by_role("button", name="Pay now").click()
    page.locator("button[value=true]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    expect(page.get_by_text("Your tickets wait at the counter")).to_be_visible()
    look(page)


def test_a_reload_and_a_second_window_lose_nothing(visit: Visit, site: Site, asked: Tariff) -> None:
    page = visit(DESK, "en", signed_in=False)
    base = take(page, site, ["B-3"])
    page.goto(f"{base}/checkout")
    page.fill("#name", "Carol")
    with page.expect_response("**/checkout/typed"):
        page.fill("#email", "carol@example.org")
    page.reload()
    expect(page.locator("#email")).to_have_value("carol@example.org")
    other = page.context.new_page()
    other.goto(f"{base}/checkout")
    expect(other.locator("#name")).to_have_value("Carol")


def test_a_free_order_is_one_page_and_the_keyboard_is_enough(visit: Visit, site: Site, asked: Tariff) -> None:
    page = visit(DESK, "en", signed_in=False)
    base = take(page, site, ["B-5"], str(asked.id))
    page.goto(f"{base}/checkout")
    look(page)
    page.locator("#email").focus()
    page.keyboard.type("dan@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("Dan")
    page.locator("input[value=print]").focus()
    page.keyboard.press("Space")
    page.locator("#agreed").focus()
    page.keyboard.press("Space")
    page.locator("#name").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    look(page)


def test_without_a_script(chromium: Browser, site: Site, asked: Tariff) -> None:
    context = chromium.new_context(base_url=site.url, viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    base = take(page, site, ["C-1"], str(site.house.reduced.id))
    page.goto(f"{base}/cart")
    page.locator("button[name=checkout]").click()
    page.fill("#email", "eve@example.org")
    page.fill("#name", "Eve")
    page.get_by_role("button", name="Continue").click()
    page.locator("input[value=print]").check()
    page.get_by_role("button", name="Continue").click()
    page.locator("#agreed").check()
    page.get_by_role("button", name="Buy for").click()
    page.locator("button[value=true]").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you!")
    context.close()
