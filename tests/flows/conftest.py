"""A real browser at a real server: few flows, each as a person would go through it.

Chromium comes from the system; where there is none these tests are skipped, and say so. `look` runs axe over a page,
past its content security policy, and fails on anything that it finds.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec import Struct
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright

from engine.holds import DIGEST_BYTES, HoldRequest, Seats
from tests.api.conftest import House, make_house
from tests.api.server import server
from tests.running import run
from ticketing import orders, payments, team
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.orders import Buyer, Order, PlaceOrder, SeatChoice
from ticketing.settings import Settings
from ticketing.stores import Stores

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PASSWORD = "correct horse battery"
DESK, PHONE = (1440, 900), (390, 844)
TABLETS = ((1024, 768), (768, 1024))


class Site(Struct):
    """A server with a house on sale, and who manages it."""

    url: str
    settings: Settings
    house: House
    email: str


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = pytest.mark.skip(reason="needs chromium")
    for item in items:
        if CHROMIUM is None and Path(__file__).parent in item.path.parents:
            item.add_marker(missing)


@pytest.fixture(scope="module")
def site(database_url: str, redis_url: str, session_folder: Path) -> Iterator[Site]:
    """The application in a process of its own, with the module's database."""
    settings = Settings(
        database_url=database_url, redis_url=redis_url, data=str(session_folder / "flows"), secret="5e" * 32,
        sign_ins_per_minute_max=1000, pools_warmed_max=0,
    )  # fmt: skip
    house, email = run(_furnish(settings))
    with server(settings) as running:
        yield Site(running.url, settings, house, email)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a module, not a session: its driver keeps a loop running, beside which no other test may run one."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def signed() -> dict[str, StorageState]:
    """What the browser of somebody who signed in keeps: who opens a window after them is signed in too."""
    return {}


@pytest.fixture
def visit(chromium: Browser, site: Site, signed: dict[str, StorageState]) -> Iterator[Callable[..., Page]]:
    """Open a browser window, signed in as the house's manager unless told otherwise; broken scripts fail the test."""
    opened: list[BrowserContext] = []
    broken: list[str] = []

    def open_page(
        size: tuple[int, int] = DESK, language: str = "en", signed_in: bool = True, scripts: bool = True
    ) -> Page:
        context = chromium.new_context(
            base_url=site.url, viewport={"width": size[0], "height": size[1]}, locale=language,
            java_script_enabled=scripts, has_touch=size in (PHONE, *TABLETS),
            storage_state=signed.get(site.email) if signed_in else None,
        )  # fmt: skip
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        if signed_in:
            page.goto("/admin")
            if "/admin/sign-in" in page.url:
                sign_in(page, site.email)
                signed[site.email] = context.storage_state()
        return page

    yield open_page
    for context in opened:
        context.close()
    assert not broken, broken


def sign_in(page: Page, email: str) -> None:
    """Fill the page to sign in."""
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/admin")


def look(page: Page) -> None:
    """Fail on whatever axe finds on a page."""
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text()})
    told = "one => one.id + ': ' + one.help + ' @ ' + one.nodes.map(node => node.target.join(' ')).join(', ')"
    run_axe = f"axe.run({{runOnly: {RULES!r}}}).then(found => JSON.stringify(found.violations.map({told})))"
    asked = {"expression": run_axe, "awaitPromise": True, "returnByValue": True}
    answer = session.send("Runtime.evaluate", asked)
    assert answer["result"].get("value") == "[]", answer["result"]


async def sell(opened: Stores, site: Site, buyer: Buyer, places: Sequence[int]) -> Order:
    """An order for these places of the house's first performance, at full price and paid on site."""
    db, inventory, date = opened.database, opened.inventory, site.house.performances[0]
    wanted = HoldRequest(
        box_office=date.box_office_id.hex, request_id=new_id().bytes, digest=bytes(DIGEST_BYTES),
        wants=(Seats(date.pool_id, tuple(places)),), hold_ms=60_000,
    )  # fmt: skip
    held = await inventory.hold(wanted)
    seats = tuple(SeatChoice(date.id, place, site.house.full.id) for place in places)
    request = PlaceOrder(date.box_office_id, new_id().hex, held.hold, buyer, seats)
    placed = await orders.place(db, inventory, site.settings, request, datetime.now(UTC))
    await payments.take_on_site(db, placed.id, datetime.now(UTC))
    return placed


async def _furnish(settings: Settings) -> tuple[House, str]:
    database = await Database.open(settings.database_url, settings)
    house = await make_house(database)
    email = "manager@example.org"
    now = house.performances[0].sale_opens_at
    await team.add_administrator(database, house.organisation_id, email, "Maud Manager", PASSWORD, now)
    await database.close()
    return house, email
