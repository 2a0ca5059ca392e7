"""The shop on somebody else's site: in a frame of another origin, in a browser that keeps no cookies there.

The other site is a small server of the test's own at `localhost`, which browsers take for another site than the
`127.0.0.1` of the shop. Its pages have a strict policy: the snippets must work under it.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from argon2 import PasswordHasher
from msgspec import Struct
from playwright.sync_api import Browser, FrameLocator, Locator, Page, expect, sync_playwright

from tests.flows.conftest import ARGUMENTS, CHROMIUM, DESK, PASSWORD, PHONE, Site, look, sell
from tests.running import run
from ticketing import embeddings
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.embeddings import Trackers
from ticketing.orders import Buyer
from ticketing.stores import stores

Visit = Callable[..., Page]
NAMES = (
    "home_view event_view date_view user_login user_logout cart_add cart_view cart_update cart_empty cart_confirm "
    "cart_delivery_view cart_form_view cart_payment_view cart_payment_changed cart_payment_launched "
    "cart_payment_success cart_delete page_changed"
)
ELSEWHERE = "user_login user_logout cart_update cart_empty cart_payment_changed cart_payment_success"
"""Those that a purchase in a frame does without."""
LISTEN = f"""
window.heard = JSON.parse(sessionStorage.getItem("heard") ?? "[]");
for (const name of "{NAMES}".split(" ")) document.addEventListener("ike_" + name, ({{ detail }}) => {{
  window.heard.push([name, detail]);
  sessionStorage.setItem("heard", JSON.stringify(window.heard));
}});
"""
HEARD = "() => window.heard.map(([name]) => name)"
LOOKS_MAX = 100


class Other(Struct):
    """A site that shows the shop: pages by path."""

    url: str
    pages: dict[str, str]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser that blocks third-party cookies, whatever they say of themselves."""
    with sync_playwright() as playwright:
        arguments = [*ARGUMENTS, "--test-third-party-cookie-phaseout"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def other(site: Site) -> Iterator[Other]:
    """The other site, which the shop's organiser has named."""
    pages: dict[str, str] = {"/listen.js": LISTEN}
    policy = f"default-src 'none'; script-src 'self' {site.url}; frame-src {site.url}"

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = pages.get(self.path, "").encode()
            self.send_response(200 if text else 404)
            self.send_header("content-type", "text/javascript" if self.path.endswith(".js") else "text/html")
            self.send_header("content-security-policy", policy)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *told: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://localhost:{server.server_port}"
    key, event = site.house.key, site.house.performances[0].event_id
    script = f'<script src="{site.url}/embed.js" async></script>'
    head = (
        '<!doctype html><html lang="en"><title>A theatre</title><script src="/listen.js"></script><main><h1>Shows</h1>'
    )
    frame = f'<iframe data-placeur src="{site.url}/shop/{key};embedded;bare/" title="Tickets" height="400"></iframe>'
    pages["/frame"] = head + frame + script
    pages["/shop"] = f'{head}<placeur-shop shop="{key}" bare language="fr"></placeur-shop>{script}'
    pages["/button"] = f'{head}<placeur-button shop="{key}" event="{event}" bare>Book</placeur-button>{script}'
    run(_name(site, url))
    yield Other(url, pages)
    server.shutdown()


async def _name(site: Site, url: str) -> None:
    database = await Database.open(site.settings.database_url, site.settings)
    owner, office = site.house.organisation_id, site.house.performances[0].box_office_id
    by, now = Actor(organisation_id=owner), datetime.now(UTC)
    await embeddings.set_origins(database, owner, office, 0, [url], by, now)
    await embeddings.set_trackers(database, owner, office, 1, Trackers(snippet=LISTEN), by, now)
    await database.close()


def pick(shop: FrameLocator | Page, row: str, seats: list[int]) -> None:
    """Choose seats of a date in the list beside the map."""
    shop.get_by_role("button", name=re.compile("^(List|Liste)$")).click()
    shop.locator(".pick-list summary", has_text="Stalls").click()
    places = shop.locator(".pick-list").get_by_role("group", name=f"Row {row}", exact=True)
    for n, seat in enumerate(seats, 1):
        places.get_by_role("checkbox").nth(seat - 1).check()
        expect(shop.locator(".chosen-list li")).to_have_count(n)


def press(page: Page, button: Locator) -> None:
    """Click once the frame is as high as what it holds: until then what is in it moves, and a click may miss."""
    body = page.frame_locator("iframe").locator("body")
    for _ in range(LOOKS_MAX):
        high = page.locator("iframe").evaluate("frame => frame.getBoundingClientRect().height")
        if abs(high - body.evaluate("body => body.getBoundingClientRect().height")) < 3:
            break
        page.wait_for_timeout(50)
    button.click()


def heard(page: Page) -> list[str]:
    found: list[str] = page.evaluate(HEARD)
    return found


@pytest.mark.parametrize(("size", "row"), [(DESK, "A"), (PHONE, "B")])
def test_bought_in_a_frame(visit: Visit, site: Site, other: Other, size: tuple[int, int], row: str) -> None:
    page = visit(size, "en", signed_in=False)
    page.goto(f"{other.url}/frame")
    shop = page.frame_locator("iframe")
    shop.locator(".card a").first.click()
    shop.get_by_role("link", name=re.compile("Choose seats")).first.click()
    expect(shop.locator(".sell.ready")).to_be_visible()
    pick(shop, row, [1, 2])
    high = page.locator("iframe").evaluate("frame => frame.getBoundingClientRect().height")
    inside = shop.locator("body").evaluate(
        "body => [body.getBoundingClientRect().height, body.scrollWidth - innerWidth]"
    )
    assert abs(high - inside[0]) < 3 and inside[1] <= 0
    shop.get_by_role("link", name="To the cart").last.click()
    expect(shop.locator(".place")).to_have_count(2)
    shop.get_by_role("button", name=re.compile("Remove")).first.click()
    expect(shop.locator(".place")).to_have_count(1)
    press(page, shop.get_by_role("button", name="Go to checkout"))
    shop.locator("#email").fill("ada@example.org")
    shop.locator("#name").fill("Ada Lovelace")
    press(page, shop.get_by_role("button", name="Continue"))
    shop.locator("input[name=handover]").first.check()
    press(page, shop.get_by_role("button", name="Continue"))
    buy = shop.get_by_role("button", name=re.compile("Buy for"))
    expect(buy).to_be_visible()
    assert not page.context.cookies(site.url)
    press(page, buy)
    expect(page).to_have_url(re.compile(f"{site.url}/sandbox/"))
    page.locator("button[value=true]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you!")
    assert ";" not in page.url and page.url.startswith(f"{site.url}/shop/{site.house.key}/orders/")
    page.goto(f"{other.url}/frame")
    told = heard(page)
    assert not set(NAMES.split()) - set(ELSEWHERE.split()) - set(told)
    details = dict(page.evaluate("() => window.heard"))
    assert details["cart_payment_launched"]["topaid"] > 0 and details["cart_payment_launched"]["currency"]["name"]
    assert details["cart_delete"]["previousCart"]["count"] == 2 and details["cart_delete"]["newCart"]["count"] == 1
    assert details["date_view"]["name"] and details["date_view"]["date"]
    assert "ada" not in str(details).lower() and "cart=" not in str(details)


def test_a_site_that_is_not_named_shows_nothing(visit: Visit, site: Site, other: Other) -> None:
    page = visit(DESK, "en", signed_in=False)
    page.goto(other.url.replace("localhost", "127.0.0.1") + "/frame")
    page.wait_for_timeout(1000)
    assert page.frames[1].url.startswith("chrome-error:")


def test_the_elements_stand_under_a_strict_policy(visit: Visit, site: Site, other: Other) -> None:
    page = visit(PHONE, "en", signed_in=False)
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(f"{other.url}/shop")
    shop = page.frame_locator("placeur-shop iframe")
    expect(shop.locator("html")).to_have_attribute("lang", "fr")
    expect(shop.locator(".card").first).to_be_visible()
    page.goto(f"{other.url}/button")
    page.get_by_role("button", name="Book").click()
    shop = page.frame_locator("placeur-button iframe")
    expect(shop.get_by_role("heading", name="Dates")).to_be_visible()
    look(page)
    page.keyboard.press("Escape")
    expect(page.locator("placeur-button dialog")).not_to_be_visible()
    page.get_by_role("button", name="Book").click()
    page.get_by_role("button", name="Close").click()
    expect(page.locator("placeur-button dialog")).not_to_be_visible()
    assert not refused, refused


def test_events_are_told_as_they_come(visit: Visit, site: Site, other: Other) -> None:
    """Each that can occur, to the organiser's script on the shop's own pages, and not on those of the checkout."""
    page = visit(DESK, "en", signed_in=False)
    base = f"/shop/{site.house.key}"
    page.goto(base)
    assert heard(page) == ["page_changed", "home_view"]
    page.goto(f"{base}/events/{site.house.performances[0].event_id}")
    page.goto(f"{base}/performances/{site.house.first}")
    expect(page.locator(".sell.ready")).to_be_visible()
    assert heard(page)[-3:] == ["event_view", "page_changed", "date_view"]
    pick(page, "C", [4, 5])
    assert heard(page)[-1] == "cart_add"
    page.locator(".chosen-tariff").first.select_option(index=1)
    page.wait_for_function("() => window.heard.at(-1)[0] === 'cart_update'")
    page.locator(".chosen-remove").first.click()
    page.wait_for_function("() => window.heard.at(-1)[0] === 'cart_delete'")
    page.goto(f"{base}/cart")
    page.locator("select[data-choice]").first.select_option(index=0)
    page.wait_for_function("() => window.heard.at(-1)[0] === 'cart_update'")
    assert "#" not in page.url
    page.get_by_role("button", name="Empty the cart").click()
    expect(page.get_by_text("Your cart is empty.")).to_be_visible()
    assert heard(page)[-3:] == ["cart_empty", "page_changed", "cart_view"]
    page.goto(f"{base}/performances/{site.house.first}/best?party=1")
    page.get_by_role("button", name=re.compile("Take these places")).first.click()
    expect(page.locator(".place")).to_have_count(1)
    assert heard(page)[-1] == "cart_add"
    page.get_by_role("button", name="Go to checkout").click()
    assert page.evaluate("() => window.heard === undefined")
    assert page.evaluate("() => JSON.parse(sessionStorage.heard).at(-1)[0]") == "cart_confirm"


def test_the_checkout_tells_its_own_page_alone(visit: Visit, site: Site, other: Other) -> None:
    page = visit(DESK, "en", signed_in=False)
    page.add_init_script(LISTEN)
    base = f"/shop/{site.house.key}"
    page.goto(f"{base}/performances/{site.house.first}/best?party=1")
    page.get_by_role("button", name=re.compile("Take these places")).first.click()
    page.get_by_role("button", name="Go to checkout").click()
    page.fill("#email", "ada@example.org")
    page.fill("#name", "Ada Lovelace")
    page.get_by_role("button", name="Continue").click()
    page.locator("input[name=handover]").first.check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("button", name=re.compile("Buy for"))).to_be_visible()
    assert heard(page)[-1] == "cart_payment_view"
    page.locator("input[name=method]").first.evaluate(
        "input => input.dispatchEvent(new Event('change', {bubbles: true}))"
    )
    assert heard(page)[-1] == "cart_payment_changed"
    page.get_by_role("button", name=re.compile("Buy for")).click()
    page.locator("button[value=true]").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you!")
    told = [name for name in heard(page) if name.startswith("cart_")]
    assert told[-3:] == ["cart_payment_changed", "cart_payment_launched", "cart_payment_success"]
    details = dict(page.evaluate("() => window.heard"))
    assert details["cart_payment_success"]["paymentMethodSelected"] and details["cart_payment_success"]["topaid"] > 0
    page.reload()
    assert heard(page).count("cart_payment_success") == 1


def test_signing_in_and_out_is_told(visit: Visit, site: Site) -> None:
    run(_customer(site))
    page = visit(DESK, "en", signed_in=False)
    page.add_init_script(LISTEN)
    page.goto(f"/shop/{site.house.key}/account/sign-in")
    page.locator("details summary").click()
    page.fill("#password-email", "grace@example.org")
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_function("() => window.heard.at(-1)[0] === 'user_login'")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_function("() => window.heard.at(-1)[0] === 'user_logout'")
    assert "grace" not in str(page.evaluate("() => window.heard")).lower()


async def _customer(site: Site) -> None:
    """Somebody with an order, and a password to their account."""
    async with stores(site.settings) as opened:
        await sell(opened, site, Buyer("grace@example.org", "Grace Hopper"), (20, 21))
        async with opened.database.transaction() as c:
            await c.execute(
                "update customers set password_hash = $1, proved_at = now() where email = 'grace@example.org'",
                PasswordHasher().hash(PASSWORD),
            )


def test_the_page_that_makes_links(visit: Visit, site: Site) -> None:
    page = visit(DESK, "en")
    page.goto(f"/admin/box-offices/{site.house.key}/embedding")
    preview = page.frame_locator(".embedding-preview")
    expect(preview.locator("header.top")).to_be_visible()
    page.get_by_label("Without head and foot").check()
    expect(page.locator("#link")).to_have_value(re.compile(";bare/$"))
    expect(preview.locator(".bare-top")).to_be_visible()
    assert "bare=on" in page.url
    look(page)
