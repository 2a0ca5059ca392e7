"""A steward's evening in a browser: logged in by a code, scanning with a reader that types, with the network gone and
back, and with the camera (Chromium plays a film of a ticket)."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import qrcode
from msgspec import Struct
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.api.scanners import codes_of, make_code, make_profile
from tests.flows.conftest import ARGUMENTS, CHROMIUM, PASSWORD, PHONE, Site, look, sell
from tests.running import run
from ticketing.doors import Mode
from ticketing.orders import Buyer
from ticketing.scan_profiles import Role
from ticketing.stores import stores

FILM = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")


class Evening(Struct):
    """Tickets that were sold, a supervisor's code, and a code of the organiser."""

    codes: list[str]
    code: str
    organiser: str


@pytest.fixture(scope="module")
def evening(site: Site) -> Evening:
    return run(_sold(site))


def test_an_evening_with_a_reader(visit: Callable[..., Page], site: Site, evening: Evening) -> None:
    page = visit(PHONE, signed_in=False)
    page.goto("/scan")
    page.get_by_text("With your account").click()
    page.fill("#email", site.email)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Log in with the account").click()
    expect(page.get_by_role("button", name="Balcony")).to_be_visible()
    look(page)
    page.goto("about:blank")
    page.goto(f"/scan#{evening.code}")
    expect(page.get_by_role("heading", name="What is scanned here?")).to_be_visible()
    assert "#" not in page.url
    look(page)
    page.get_by_text("The Seagull").first.click()
    page.get_by_role("button", name="Start scanning").click()
    expect(page.get_by_text("Ready: scan a ticket")).to_be_visible()
    expect(page.locator(".state")).to_contain_text("Online")
    look(page)
    _read(page, evening.codes[0], "admitted")
    expect(page.locator(".verdict")).to_contain_text("Inès Moreau")
    look(page)
    _read(page, "https://example.org", "unknown")
    _read(page, evening.codes[0].lower(), "already_in")
    expect(page.locator(".verdict")).to_contain_text("s ago: it was let in then")
    look(page)
    _wait_for_lists(page)
    page.context.set_offline(True)
    _read(page, evening.codes[1], "admitted")
    expect(page.locator(".verdict")).to_contain_text("Checked on this device, offline.")
    expect(page.locator(".state")).to_contain_text("Offline · 1 to send")
    look(page)
    page.reload()
    expect(page.locator(".state")).to_contain_text("Offline · 1 to send")
    _read(page, evening.codes[1], "already_in")
    page.context.set_offline(False)
    expect(page.locator(".state")).to_have_text("Online", timeout=15_000)
    assert run(_entries(site)) == 2
    page.locator("[data-tool=history]").click()
    expect(page.get_by_text("Offline, sent").first).to_be_visible()
    look(page)


def test_a_supervisor_and_a_film(chromium: Browser, site: Site, evening: Evening, tmp_path: Path) -> None:
    with _filmed(chromium, evening.codes[2], tmp_path) as browser:
        page = browser.new_page(base_url=site.url, viewport={"width": 360, "height": 640}, locale="fr")
        page.goto("/scan")
        look(page)
        page.fill("#code", evening.organiser)
        page.get_by_role("button", name="Se connecter avec le code").click()
        page.get_by_role("button", name="Main entrance").click()
        page.get_by_text("The Seagull").first.click()
        page.get_by_role("button", name="Commencer le contrôle").click()
        page.get_by_role("button", name="Caméra").click()
        expect(page.locator("[data-verdict]")).to_have_attribute("data-verdict", "admitted", timeout=15_000)
        expect(page.locator(".verdict")).to_contain_text("Entrez")
        page.get_by_role("button", name="Annuler").click()
        page.get_by_role("dialog").get_by_role("button", name="Annuler").click()
        expect(page.get_by_text("Contrôle annulé.")).to_be_visible()
        expect(page.locator(".verdict")).to_have_count(0)


def _read(page: Page, code: str, verdict: str) -> None:
    """What a reader types: the code and Enter, wherever the focus is."""
    page.locator(".verdict").evaluate_all("shown => shown.forEach(one => one.removeAttribute('data-verdict'))")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator("[data-verdict]")).to_have_attribute("data-verdict", verdict)


def _wait_for_lists(page: Page) -> None:
    """Until the tickets are kept, and the shell."""
    page.locator("[data-tool=more]").click()
    expect(page.get_by_text("4 tickets are kept here")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


@contextmanager
def _filmed(chromium: Browser, code: str, folder: Path) -> Iterator[Browser]:
    """A browser whose camera plays a ticket's QR code."""
    film, frame, pixels = folder / "ticket.mjpeg", Image.new("RGB", (640, 480), "white"), io.BytesIO()
    frame.paste(qrcode.make(code, border=4).get_image().convert("RGB").resize((440, 440)), (100, 20))
    frame.save(pixels, "jpeg", quality=90)
    film.write_bytes(pixels.getvalue())
    arguments = [*ARGUMENTS, *FILM, f"--use-file-for-fake-video-capture={film}"]
    browser = chromium.browser_type.launch(executable_path=CHROMIUM, args=arguments)
    yield browser
    browser.close()


async def _sold(site: Site) -> Evening:
    async with stores(site.settings) as opened:
        db, house = opened.database, site.house
        profile = await make_profile(db, house, name="Main entrance", role=Role.SUPERVISOR, mode=Mode.ENTRY_EXIT)
        await make_profile(db, house, name="Balcony")
        placed = await sell(opened, site, Buyer("ines.moreau@example.org", "Inès Moreau"), (0, 1, 2, 3))
        codes = await codes_of(db, site.settings, str(placed.id))
        mine = [await make_code(db, site.settings, house, one) for one in (profile, None)]
        return Evening(codes, *mine)


async def _entries(site: Site) -> int:
    async with stores(site.settings) as opened, opened.database.read() as c:
        return int(await c.fetchval("select count(*) from passages where entry_change = 1"))
