"""A steward's evening in a browser: logged in by a code, scanning with a reader that types, with the network gone and
back, and with the camera (Chromium plays a film of a ticket)."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import qrcode
from msgspec import Struct
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from engine.holds import DIGEST_BYTES, HoldRequest, Seats
from tests.api.scanners import codes_of, make_code, make_profile
from tests.flows.conftest import ARGUMENTS, CHROMIUM, PASSWORD, PHONE, Site, look, sell
from tests.running import run
from ticketing import orders
from ticketing.doors import Mode
from ticketing.ids import new_id
from ticketing.orders import Buyer, PlaceOrder, SeatChoice
from ticketing.scan_profiles import Role
from ticketing.settings import secret_bytes
from ticketing.signing_keys import Keys
from ticketing.stores import Stores, stores

FILM = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")


class Evening(Struct):
    """Tickets that were sold, one that was printed and not sold, a supervisor's code, a code of the organiser, and the
    profile of another gate."""

    codes: list[str]
    unsold: str
    code: str
    organiser: str
    balcony: str


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
    _scanned_elsewhere(site, evening, evening.codes[3])
    _read(page, evening.codes[3], "admitted")
    page.context.set_offline(False)
    expect(page.locator(".state")).to_have_text("Online", timeout=15_000)
    assert run(_entries(site)) == 4
    expect(page.get_by_text("Conflicts of scans made offline: 1. See More.")).to_be_visible()
    page.locator("[data-tool=more]").click()
    page.get_by_role("button", name="Conflicts of offline scans").click()
    expect(page.locator(".sheet .line")).to_contain_text("And at")
    expect(page.locator(".sheet .line")).to_contain_text("gate South (Balcony 1)")
    look(page)
    page.get_by_role("button", name="Close").click()
    page.locator("[data-tool=history]").click()
    expect(page.get_by_text("Offline, sent").first).to_be_visible()
    look(page)


def test_a_supervisor_and_a_film(chromium: Browser, site: Site, evening: Evening, tmp_path: Path) -> None:
    with _filmed(chromium, evening.codes[2], tmp_path) as browser:
        page = browser.new_page(base_url=site.url, viewport={"width": 360, "height": 640}, locale="fr")
        page.goto("/scan")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
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
        page.get_by_role("button", name="Caméra").click()
        page.locator("[data-tool=search]").click()
        page.fill("#text", "Moreau")
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Faire entrer Stalls A 4").click()
        expect(page.locator("[data-verdict]")).to_have_attribute("data-verdict", "already_in")
        page.locator("[data-tool=more]").click()
        page.get_by_role("button", name="Annuler des invendus").click()
        page.get_by_role("button", name="Commencer").click()
        page.keyboard.type(evening.unsold)
        page.keyboard.press("Enter")
        page.get_by_role("button", name="Annuler le billet").click()
        expect(page.locator(".verdict")).to_contain_text("Remis en vente")
        look(page)


def _scanned_elsewhere(site: Site, evening: Evening, code: str) -> None:
    """Another device lets a ticket in, with the network."""
    enrolled = {"code": evening.organiser, "profile": evening.balcony, "name": "Balcony 1"}
    token = httpx.post(f"{site.url}/api/v1/scan/devices", json=enrolled).json()["token"]
    scan = {"scan": str(new_id()), "performances": [str(site.house.performances[0].id)], "code": code}
    headers = {"authorization": f"Bearer {token}"}
    assert httpx.post(f"{site.url}/api/v1/scan/admissions", json=scan, headers=headers).json()["let_through"]


def _read(page: Page, code: str, verdict: str) -> None:
    """What a reader types: the code and Enter, wherever the focus is."""
    page.locator(".verdict").evaluate_all("shown => shown.forEach(one => one.removeAttribute('data-verdict'))")
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    expect(page.locator("[data-verdict]")).to_have_attribute("data-verdict", verdict)


def _wait_for_lists(page: Page) -> None:
    """Until the tickets are kept, and the shell."""
    page.locator("[data-tool=more]").click()
    expect(page.get_by_text("5 tickets are kept here")).to_be_visible()
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
        balcony = await make_profile(db, house, name="Balcony", gate="South")
        placed = await sell(opened, site, Buyer("ines.moreau@example.org", "Inès Moreau"), (0, 1, 2, 3))
        codes = await codes_of(db, site.settings, str(placed.id))
        mine = [await make_code(db, site.settings, house, one) for one in (profile, None)]
        return Evening(codes, await _unsold(opened, site), *mine, str(balcony))


async def _unsold(opened: Stores, site: Site) -> str:
    """The code of a ticket of the counter that nobody has paid for."""
    db, date, now = opened.database, site.house.performances[0], datetime.now(UTC)
    wanted = HoldRequest(
        box_office=date.box_office_id.hex, request_id=new_id().bytes, digest=bytes(DIGEST_BYTES),
        wants=(Seats(date.pool_id, (9,)),), hold_ms=60_000,
    )  # fmt: skip
    held = await opened.inventory.hold(wanted)
    seats, buyer = (SeatChoice(date.id, 9, site.house.full.id),), Buyer("kiosk@example.org", "Kiosk")
    request = PlaceOrder(date.box_office_id, new_id().hex, held.hold, buyer, seats)
    placed = await orders.place(db, opened.inventory, site.settings, request, now)
    async with db.read() as c:
        await c.execute("update orders set channel = 'counter' where id = $1", placed.id)
        serial = await c.fetchval("select serial from tickets where order_id = $1", placed.id)
    signer = await Keys(db, secret_bytes(site.settings)).signer(site.house.organisation_id, now)
    return str(signer.ticket(serial, 0, date.pool_id))


async def _entries(site: Site) -> int:
    async with stores(site.settings) as opened, opened.database.read() as c:
        return int(await c.fetchval("select count(*) from passages where entry_change = 1"))
