"""A till is set up; a seller counts the float, takes cash and a card, brings change and a bag to the bank, looks at the
X report, and closes with a coin missing: at a desk, and on a tablet held either way."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from engine.holds import DIGEST_BYTES, HoldRequest, Seats
from tests.flows.conftest import DESK, PHONE, Site, look
from tests.running import run
from ticketing import orders
from ticketing.check import in_postgres
from ticketing.ids import new_id
from ticketing.orders import Buyer, PlaceOrder, SeatChoice
from ticketing.stores import stores

PORTRAIT = (768, 1024)


@pytest.mark.parametrize("size", [DESK, PORTRAIT], ids=["desk", "portrait"])
def test_a_session_from_the_float_to_the_report(visit: Callable[..., Page], site: Site, size: tuple[int, int]) -> None:
    cash, card = run(_ordered(site)), run(_ordered(site))
    page = visit(size)
    till = _add_till(page, site, f"Desk {size[0]}")
    page.get_by_role("link", name="Open a session").click()
    _count(page, {"piece_10000": "1", "piece_1000": "10"})
    expect(page.locator("[data-pieces-total]")).to_have_text(re.compile(r"200\.00"))
    expect(page.get_by_role("button", name="Add up")).to_have_count(0)
    look(page)
    page.get_by_role("button", name="Open the session").click()
    page.wait_for_url("**/cash-sessions/*")
    session = page.url
    look(page)
    page.goto(f"/admin/orders/{cash}")
    look(page)
    page.get_by_role("button", name="Cash").click()
    expect(page.get_by_role("status")).to_contain_text("The payment is booked.")
    page.goto(f"/admin/orders/{card}")
    page.get_by_role("button", name="Card terminal").click()
    expect(page.get_by_text("Payment, Card terminal")).to_be_visible()
    page.goto(session)
    _move(page, "Bring in: small change", "30")
    _move(page, "Take out: to the bank", "100", "Bag 17")
    expect(page.locator(".headline")).to_contain_text(re.compile(r"170\.00"))
    look(page)
    page.get_by_role("link", name="Count", exact=True).click()
    look(page)
    _count(page, {"piece_1000": "17"})
    page.get_by_role("button", name="Keep the count").click()
    expect(page.get_by_role("status")).to_contain_text("it is what should be there")
    page.get_by_role("link", name="X report").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("X report, session 1")
    expect(page.get_by_role("row", name="Card terminal").first).to_contain_text("40.00")
    look(page)
    page.goto(session)
    _close_a_coin_short(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Z report 1")
    expect(page.get_by_text("Why the count differs: A coin fell down")).to_be_visible()
    expect(page.locator("code")).to_have_text(re.compile("[0-9a-f]{64}"))
    look(page)
    page.goto(till)
    expect(page.get_by_role("row", name="Z report 1")).to_contain_text("-0.20")
    look(page)
    assert run(_breaches(site)) == []


def test_the_pages_of_a_till_on_a_phone(visit: Callable[..., Page], site: Site) -> None:
    page = visit(PHONE, "fr")
    listed = f"/admin/box-offices/{site.house.key}/tills"
    for path in (listed, f"{listed}/new"):
        page.goto(path)
        _fits(page)
    page.fill("#name", "Caisse mobile")
    page.get_by_role("button", name="Ajouter une caisse").click()
    page.wait_for_url("**/tills/*-*")
    till = page.url
    for path in (till, f"{till}/settings", f"{till}/opening"):
        page.goto(path)
        _fits(page)
    _count(page, {"piece_100": "0"})
    page.get_by_role("button", name="Ouvrir la session").click()
    page.wait_for_url("**/cash-sessions/*")
    session = page.url
    for path in (session, f"{session}/count", f"{session}/report", f"{session}/closing"):
        page.goto(path)
        _fits(page)
    page.get_by_role("button", name="Clôturer la session").click()
    expect(page.get_by_role("alert")).to_contain_text("Comptez les espèces")
    _fits(page)
    _count(page, {"piece_100": "0"})
    page.get_by_role("button", name="Clôturer la session").click()
    page.wait_for_url("**/report")
    _fits(page)


def test_a_drawer_is_counted_with_the_digits_alone(visit: Callable[..., Page], site: Site) -> None:
    """Enter goes on to the next kind of note or coin; the last one opens the session."""
    page = visit()
    till = _add_till(page, site, "By keyboard")
    page.goto(f"{till}/opening")
    page.locator("[data-piece]").first.focus()
    for number in ("", "", "1", "2", "5", "", *[""] * 5, "3"):
        page.keyboard.type(number)
        page.keyboard.press("Enter")
    expect(page.locator("[data-pieces-total]")).to_have_text(re.compile(r"300\.30"))
    page.keyboard.press("Enter")
    page.wait_for_url("**/cash-sessions/*")
    expect(page.locator(".headline")).to_contain_text(re.compile(r"300\.30"))
    _close(page, {"piece_10000": "3", "piece_10": "3"})


def test_without_a_script_the_server_adds_up(visit: Callable[..., Page], site: Site) -> None:
    page = visit(scripts=False)
    page.goto(f"/admin/box-offices/{site.house.key}/tills/new")
    page.fill("#name", "Without a script")
    page.get_by_role("button", name="Add till").click()
    page.wait_for_url("**/tills/*-*")
    till = page.url
    page.goto(f"{till}/opening")
    _count(page, {"piece_2000": "3"})
    page.get_by_role("button", name="Add up").click()
    expect(page.locator("[data-pieces-total]")).to_have_text(re.compile(r"60\.00"))
    expect(page.locator("#piece_2000")).to_have_value("3")
    page.get_by_role("button", name="Open the session").click()
    page.wait_for_url("**/cash-sessions/*")
    _close(page, {"piece_2000": "3"})


def _add_till(page: Page, site: Site, name: str) -> str:
    """The address of a new till's page."""
    page.goto(f"/admin/box-offices/{site.house.key}/tills")
    look(page)
    page.get_by_role("link", name="Add till").first.click()
    look(page)
    page.fill("#name", name)
    page.get_by_role("button", name="Add till").click()
    page.wait_for_url("**/tills/*-*")
    look(page)
    return page.url


def _count(page: Page, pieces: dict[str, str]) -> None:
    for name, count in pieces.items():
        page.fill(f"#{name}", count)


def _move(page: Page, what: str, amount: str, note: str = "") -> None:
    page.get_by_label("What").select_option(label=what)
    page.get_by_label("Amount").fill(amount)
    page.get_by_label("Note").fill(note)
    page.get_by_role("button", name="Book it").click()
    expect(page.get_by_role("status")).to_contain_text("is booked")


def _close(page: Page, pieces: dict[str, str]) -> None:
    page.get_by_role("link", name="Close the session").click()
    _count(page, pieces)
    page.get_by_role("button", name="Close the session").click()
    page.wait_for_url("**/report")


def _close_a_coin_short(page: Page) -> None:
    """What differs is told, and closed once it is said why."""
    page.get_by_role("link", name="Close the session").click()
    _count(page, {"piece_1000": "16", "piece_500": "1", "piece_200": "2", "piece_20": "4"})
    page.get_by_role("button", name="Close the session").click()
    expect(page.locator(".count-compared")).to_contain_text("-0.20")
    expect(page.locator("#piece_1000")).to_have_value("16")
    look(page)
    page.get_by_label("Why it differs").fill("A coin fell down")
    page.get_by_role("button", name="Close the session").click()
    page.wait_for_url("**/report")


def _fits(page: Page) -> None:
    look(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url


async def _ordered(site: Site) -> str:
    """The id of an order of one place, still to be paid: 40.00."""
    async with stores(site.settings) as opened:
        date, now = site.house.performances[1], datetime.now(UTC)
        async with opened.database.read() as c:
            taken = await c.fetchval("select count(*)::integer from tickets where performance_id = $1", date.id)
        place = 20 + taken
        wanted = HoldRequest(
            box_office=date.box_office_id.hex, request_id=new_id().bytes, digest=bytes(DIGEST_BYTES),
            wants=(Seats(date.pool_id, (place,)),), hold_ms=60_000,
        )  # fmt: skip
        held = await opened.inventory.hold(wanted)
        seats = (SeatChoice(date.id, place, site.house.full.id),)
        buyer = Buyer("ann@example.org", "Ann Example")
        request = PlaceOrder(date.box_office_id, new_id().hex, held.hold, buyer, seats)
        placed = await orders.place(opened.database, opened.inventory, site.settings, request, now)
    return str(placed.id)


async def _breaches(site: Site) -> list[object]:
    async with stores(site.settings) as opened, opened.database.transaction("repeatable_read") as c:
        return [*await in_postgres(c, datetime.now(UTC))]
