"""A reservation is fetched at the counter by the keyboard alone, a part of it; its ticket is exchanged; on a telephone
an order is split and tickets are given out to a point of sale."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from engine.holds import DIGEST_BYTES, HoldRequest, Seats
from tests.flows.conftest import PHONE, Site, look
from tests.running import run
from ticketing import orders
from ticketing.ids import new_id
from ticketing.orders import Buyer, PlaceOrder, SeatChoice
from ticketing.stores import stores


def test_a_part_of_a_reservation_is_paid_by_keyboard_and_exchanged(visit: Callable[..., Page], site: Site) -> None:
    code, _ = run(_reserved(site))
    page = visit()
    page.keyboard.press("Control+k")
    page.keyboard.type(code.lower())
    page.locator(".search-found").get_by_text(code).wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/orders/*")
    expect(page.get_by_role("link", name="Validate")).to_be_focused()
    look(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/validation")
    expect(page.locator('input[name="ticket"]').first).to_be_focused()
    expect(page.locator("[data-due]")).to_contain_text("120.00")
    page.keyboard.press("Space")
    expect(page.locator("[data-due]")).to_contain_text("60.00")
    page.get_by_label("Given in cash").fill("100")
    expect(page.locator("[data-change]")).to_contain_text("40.00")
    look(page)
    page.keyboard.press("Enter")
    page.wait_for_url("**/validation?change=4000")
    expect(page.get_by_role("link", name="Print the tickets")).to_be_focused()
    expect(page.get_by_text("The rest stays reserved:")).to_contain_text(code)
    look(page)
    page.get_by_role("link", name="To the order").click()
    page.get_by_role("link", name="row A, seat 2").click()
    page.get_by_role("link", name="Exchange").click()
    page.get_by_label("Tariff").select_option(label="Reduced")
    page.get_by_role("button", name="Show").first.click()
    seat = page.locator("fieldset", has_text="Row A").locator(".free-seat").first
    seat.click()
    expect(page.locator("[data-chosen]")).to_contain_text("-10.00")
    look(page)
    page.get_by_role("button", name="Exchange the ticket").click()
    page.wait_for_url("**/admin/orders/*")
    expect(page.get_by_text("The ticket is exchanged.")).to_be_visible()
    expect(page.get_by_text("Book as handed out")).to_be_visible()


@pytest.mark.parametrize("language", ["fr"])
def test_splitting_and_points_of_sale_on_a_phone(visit: Callable[..., Page], site: Site, language: str) -> None:
    _, id = run(_reserved(site))
    page = visit(PHONE, language)
    for path in (f"orders/{id}/split", f"orders/{id}/validation", f"box-offices/{site.house.key}/consignments"):
        page.goto(f"/admin/{path}")
        look(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
    page.get_by_label("Combien").fill("12")
    page.get_by_label("Point de vente").fill("Kiosque de la gare")
    page.get_by_label("Adresse e-mail").fill("kiosque@example.org")
    page.get_by_role("button", name="Créer les billets").click()
    page.wait_for_url("**/admin/consignments/*")
    expect(page.get_by_role("heading", name="En préparation")).to_be_visible()
    look(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


async def _reserved(site: Site) -> tuple[str, str]:
    """Two seats side by side, to be paid; the order's number and its id."""
    async with stores(site.settings) as opened:
        date = site.house.performances[0]
        async with opened.database.read() as c:
            sold = await c.fetchval("select count(*)::integer from tickets where performance_id = $1", date.id)
        places = (sold, sold + 1)
        wanted = HoldRequest(
            box_office=date.box_office_id.hex, request_id=new_id().bytes, digest=bytes(DIGEST_BYTES),
            wants=(Seats(date.pool_id, places),), hold_ms=60_000,
        )  # fmt: skip
        held = await opened.inventory.hold(wanted)
        seats = tuple(SeatChoice(date.id, place, site.house.full.id) for place in places)
        buyer = Buyer("ines.moreau@example.org", "Inès Moreau")
        request = PlaceOrder(date.box_office_id, new_id().hex, held.hold, buyer, seats)
        placed = await orders.place(opened.database, opened.inventory, site.settings, request, datetime.now(UTC))
    return placed.code, str(placed.id)
