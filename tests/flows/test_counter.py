"""A queue of people at the counter: by keys alone, counted; by touch on a tablet, either way up."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.flows.conftest import DESK, TABLETS, Site, look
from tests.running import run
from ticketing import allotments, halls, passes
from ticketing.allotments import Draft, Kind
from ticketing.audit import Actor
from ticketing.seat_lists import Picked
from ticketing.stores import stores

KEYS_MAX = 12
NAMES = {"en": ("Change due", "Next customer"), "fr": ("À rendre", "Client suivant")}
TARGETS = "button, select, input:not([type=hidden]), summary, .counter-page a.btn, label:has(input)"
ELSEWHERE = ".search, .form-check, .counter-ways, .skip, .seat-map"
"""What is inside a larger target, or not of this page."""
SMALL = """([targets, elsewhere]) => [...document.querySelectorAll(targets)]
  .filter((one) => one.checkVisibility() && !one.closest(elsewhere))
  .map((one) => [one.outerHTML.slice(0, 90), one.getBoundingClientRect()])
  .filter(([, { width, height }]) => Math.min(width, height) < 43.9).map(([told]) => told)"""


def opened(page: Page, site: Site) -> Page:
    page.goto(f"/admin/box-offices/{site.house.key}/counter")
    expect(page.locator("[data-date][aria-pressed=true]")).to_have_count(1)
    expect(page.locator("[data-none]")).to_be_visible()
    return page


class Keys:
    """A keyboard that counts, and does not wait: the next key comes while the one before is still under way."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.count += 1
            self.page.keyboard.press(key)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_two_customers_by_keys_alone(visit: Callable[..., Page], site: Site, language: str) -> None:
    page = opened(visit(DESK, language), site)
    change, _ = NAMES[language]
    dialog = page.locator("[data-pay-dialog]")
    look(page)
    for letter, given in (("f", "200"), ("F", "150")):
        keys = Keys(page)
        keys.press("2", letter, "Enter", *given)
        expect(page.locator(".counter-change")).to_have_text(re.compile(rf"{change} .*{int(given) - 120}[.,]00"))
        look(page)
        keys.press("Enter")
        expect(dialog.locator("[data-back-cents]")).to_have_attribute("data-back-cents", str((int(given) - 120) * 100))
        expect(dialog.locator("[data-next]")).to_be_focused()
        look(page)
        keys.press("Enter")
        expect(dialog).to_be_hidden()
        expect(page.locator("[data-command]")).to_be_focused()
        expect(page.locator("[data-none]")).to_be_visible()
        assert keys.count <= KEYS_MAX, keys.count


def test_keys_may_be_typed_ahead_of_the_server(visit: Callable[..., Page], site: Site) -> None:
    """All of `2 F Enter 5 0 0 Enter` before the first answer has come, be it that the cart is empty."""
    page = visit()
    page.route("**/counter/cart*", lambda route: (page.wait_for_timeout(300), route.continue_()))
    opened(page, site)
    keys = Keys(page)
    keys.press("2", "F", "Enter", "5", "0", "0", "Enter")
    expect(page.locator("[data-back-cents]")).to_have_attribute("data-back-cents", "38000")
    assert keys.count <= KEYS_MAX
    page.unroute_all(behavior="ignoreErrors")


def test_mixed_tariffs_another_date_undone_and_a_reload(visit: Callable[..., Page], site: Site) -> None:
    page = opened(visit(), site)
    keys, items = Keys(page), page.locator("[data-item]")
    keys.press("ArrowDown", "1", "F", "2", "R")
    expect(items).to_have_count(3)
    expect(page.locator("[data-total]")).to_have_attribute("data-total", "16000")
    keys.press("Backspace")
    expect(items).to_have_count(2)
    page.reload()
    expect(items).to_have_count(2)
    look(page)
    keys.press("Enter", "@")
    expect(page.locator("[data-email]")).to_be_focused()
    page.keyboard.type("eve@example.org")
    keys.press("Tab")
    page.keyboard.type("Eve")
    keys.press("Enter")
    expect(page.locator("[data-next]")).to_be_focused()
    keys.press("Enter", "?")
    expect(page.locator("[data-keys-dialog]")).to_be_visible()
    look(page)


def test_what_was_typed_in_the_payment_outlives_a_lost_connection_and_a_reload(
    visit: Callable[..., Page], site: Site
) -> None:
    page = opened(visit(), site)
    keys, dialog = Keys(page), page.locator("[data-pay-dialog]")
    keys.press("1", "F", "Enter", "@")
    page.keyboard.type("ida@example.org")
    keys.press("Tab")
    page.keyboard.type("Ida")
    page.locator("[data-given]").fill("100")
    page.context.set_offline(True)
    page.locator("[data-sell]").click()
    expect(page.locator(".counter-change")).to_contain_text("whether it was sold is not known")
    page.context.set_offline(False)
    page.reload()
    expect(dialog).to_be_visible()
    expect(page.locator("[data-given]")).to_have_value("100")
    expect(page.locator("[data-customer-told]")).to_have_text("Ida, ida@example.org")
    expect(page.locator("[data-due]")).to_have_attribute("data-due", "6000")
    page.keyboard.press("Enter")
    expect(dialog.locator("[data-back-cents]")).to_have_attribute("data-back-cents", "4000")
    page.keyboard.press("Enter")
    page.reload()
    expect(page.locator("[data-none]")).to_be_visible()
    expect(dialog).to_be_hidden()
    assert page.evaluate("sessionStorage.getItem('placeur-counter-typed')") is None


def test_a_part_in_cash_and_the_rest_by_card(visit: Callable[..., Page], site: Site) -> None:
    """Typed ahead: `2 F Enter 5 0 + T Enter`."""
    page = opened(visit(), site)
    keys = Keys(page)
    keys.press("2", "F", "Enter", "5", "0", "+")
    expect(page.locator("[data-parts]")).to_contain_text("50.00")
    expect(page.locator(".counter-change")).to_contain_text("Still to pay")
    look(page)
    keys.press("T", "Enter")
    expect(page.locator("[data-next]")).to_be_focused()
    expect(page.locator("[data-block=sold] .counter-parts li")).to_have_count(2)
    assert keys.count <= KEYS_MAX
    keys.press("Enter", "1", "F", "Enter", "1", "0", "+", "T", "Enter")
    expect(page.locator("[data-block=sold] .counter-parts li")).to_contain_text(["10.00", "50.00"])


def test_a_pass_by_keys_and_on_the_map(visit: Callable[..., Page], site: Site) -> None:
    season = run(_season(site))
    page = opened(visit(), site)
    keys = Keys(page)
    keys.press("ArrowDown", "ArrowDown", "P")
    expect(page.locator("[data-pass][aria-pressed=true]")).to_have_attribute("data-pass", season)
    expect(page.locator("[data-total]")).to_have_attribute("data-total", "9000")
    page.locator("[data-map-button]").click()
    expect(page.locator("[data-map] .pick-list summary").first).to_be_visible()
    page.locator("[data-map] .pick-list summary").first.click()
    page.locator("[data-map] .pick-seat:not(.taken) input:not(:checked)").first.click()
    expect(page.locator("[data-item]")).to_have_count(2)
    page.locator("[data-command]").focus()
    keys.press("Backspace", "Enter")
    expect(page.locator("[data-email]")).to_be_visible()
    look(page)
    page.locator("[data-email]").fill("nia@example.org")
    page.locator("#name").fill("Nia")
    page.keyboard.press("Enter")
    expect(page.locator("[data-next]")).to_be_focused()
    expect(page.locator(".counter-bought li")).to_have_count(2)


def test_the_map_sells_from_the_allotments_that_are_ticked(visit: Callable[..., Page], site: Site) -> None:
    run(_kept(site))
    page = opened(visit(), site)
    page.locator("[data-map-button]").click()
    page.locator("[data-map] .pick-list summary").first.click()
    expect(page.locator(".seat-map .badge")).to_have_text("Live")
    seat = page.locator("[data-map] .pick-seat").nth(39)
    expect(seat).to_have_class(re.compile("taken"))
    page.locator("[data-allotment]").check()
    expect(seat).not_to_have_class(re.compile("taken"))
    seat.locator("input").click()
    expect(page.locator("[data-item]")).to_contain_text("row D, seat 10")
    page.locator("[data-empty]").click()
    expect(page.locator("[data-item]")).to_have_count(0)


async def _kept(site: Site) -> None:
    """Seat D 10, the fortieth, is kept for the press at the first date."""
    house, date = site.house, site.house.performances[0]
    async with stores(site.settings) as opened:
        hall = await halls.hall(opened.database, date.plan_hash, date.place_list_hash)
        place = hall.seats.place("D-10")
        asked = (
            house.organisation_id,
            date.id,
            Picked((place,)),
            Draft(kind=Kind.PRESS),
            Actor(organisation_id=house.organisation_id),
        )
        await allotments.put(opened.database, opened.inventory, *asked, datetime.now(UTC))


async def _season(site: Site) -> str:
    house, now = site.house, datetime.now(UTC)
    async with stores(site.settings) as opened:
        dates = [one.id for one in house.performances]
        values = (house.organisation_id, house.performances[0].box_office_id, "Season", "Season", 9000, dates, now)
        return str((await passes.create_type(opened.database, *values)).id)


def test_a_lost_connection_is_said_and_the_cart_stays(visit: Callable[..., Page], site: Site) -> None:
    page = opened(visit(), site)
    keys = Keys(page)
    keys.press("1", "F")
    expect(page.locator("[data-item]")).to_have_count(1)
    page.context.set_offline(True)
    keys.press("1", "F")
    expect(page.locator("[data-problem]")).to_contain_text("No connection")
    expect(page.locator("[data-item]")).to_have_count(1)
    page.context.set_offline(False)
    keys.press("1", "F")
    expect(page.locator("[data-item]")).to_have_count(2)
    page.locator("[data-empty]").click()
    expect(page.locator("[data-item]")).to_have_count(0)


@pytest.mark.parametrize(("size", "language"), [(TABLETS[0], "en"), (TABLETS[1], "fr")])
def test_by_touch_on_a_tablet(visit: Callable[..., Page], site: Site, size: tuple[int, int], language: str) -> None:
    page = opened(visit(size, language), site)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(SMALL, [TARGETS, ELSEWHERE]) == []
    page.locator("[data-step='1']").tap()
    page.locator("[data-tariff]").first.tap()
    expect(page.locator("[data-item]")).to_have_count(2)
    page.locator("[data-map-button]").tap()
    expect(page.locator(".seat-map .badge")).to_have_text(re.compile("Live|En direct"))
    look(page)
    page.locator("[data-drop]").first.tap()
    expect(page.locator("[data-item]")).to_have_count(1)
    back_cents = 10_000 - int(page.locator("[data-total]").get_attribute("data-total") or 0)
    page.locator(".counter-cart [data-pay]").tap()
    page.locator("[data-note='100']").tap()
    expect(page.locator(".counter-change")).to_have_text(re.compile(f"{back_cents // 100}[.,]00"))
    assert page.evaluate(SMALL, [TARGETS, ELSEWHERE]) == []
    look(page)
    page.locator("[data-sell]").tap()
    expect(page.locator("[data-back-cents]")).to_have_attribute("data-back-cents", str(back_cents))
    page.get_by_role("button", name=NAMES[language][1]).tap()
    expect(page.locator("[data-none]")).to_be_visible()
