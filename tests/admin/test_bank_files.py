"""The page of bank files: uploaded, looked at, confirmed, and what names no order assigned by hand."""

import html
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from tests.admin.conftest import Browser, SignIn
from tests.admin.test_billing import manager
from tests.api.conftest import House, hold, order
from tests.ticketing.test_bank_formats import camt, details, entry
from ticketing import bank_files, creditors, orders
from ticketing.db import Database
from ticketing.settings import Settings
from ticketing.stores import stores
from ticketing.tokens import Scope

__all__ = ["hold", "manager", "order"]

Place = Callable[..., Awaitable[Any]]


def pays(placed: Any, amount: str = "") -> str:
    cents = placed["total_cents"]
    reference = creditors.reference("CH9300762011623852957", placed["code"])
    amount = amount or f"{cents // 100}.{cents % 100:02d}"
    return entry(amount, details("", reference), ref=placed["code"]).replace("CHF", placed["currency"])


async def uploaded(browser: Browser, house: House, content: bytes, name: str = "bank.xml") -> str:
    """Upload a file that must be taken; the address of its page."""
    at = f"/admin/box-offices/{house.key}/bank-files"
    await browser.page(at)
    return await browser.done(at, files={"file": (name, content)})


async def booked(settings: Settings, page: str) -> int:
    """Do what the worker does after the confirmation."""
    async with stores(settings) as opened:
        file = UUID(page.rpartition("/")[2])
        return await bank_files.book(opened.database, opened.inventory, settings, file, datetime.now(UTC))


async def test_a_file_is_looked_at_then_booked(
    manager: Browser, house: House, order: Place, database: Database, settings: Settings
) -> None:
    placed = await order()
    page = await uploaded(manager, house, camt(pays(placed), entry("7.00", details("", "", "theatre?"), ref="X")))
    shown = await manager.page(page)
    for said in ("What booking would do", "Pays the order", "Names no order", placed["code"], "Book 1 payment"):
        assert said in shown
    assert (await orders.get(database, UUID(placed["id"]))).due_cents, "nothing is booked yet"
    assert await manager.done(f"{page}/confirmation") == page
    assert 'hx-trigger="every 2s"' in await manager.page(page)
    assert "Being booked" in await manager.page(f"{page}/progress")
    assert await booked(settings, page) == 1
    assert "hx-get" not in await manager.page(f"{page}/progress")
    assert (await orders.get(database, UUID(placed["id"]))).due_cents == 0
    listed = await manager.page(f"/admin/box-offices/{house.key}/bank-files")
    assert "Payments to assign" in listed and "theatre?" in listed and "Pat Person" in listed
    assert "Bank transfer" in await manager.page(f"/admin/orders/{placed['id']}")
    again = await manager.post(f"{page}/confirmation")
    assert again.status_code == 409 and "it stays" in html.unescape(again.text)
    assert (await manager.post(f"{page}/removal")).status_code == 409


async def test_a_payment_is_assigned_by_hand(
    manager: Browser, house: House, order: Place, database: Database, settings: Settings
) -> None:
    placed = await order()
    content = camt(entry("5.00", details("", "", "<b>who</b>"), ref="A").replace("CHF", placed["currency"]))
    content = content.replace(b"<b>who</b>", b"&lt;b&gt;who&lt;/b&gt;")
    page = await uploaded(manager, house, content)
    await manager.done(f"{page}/confirmation")
    await booked(settings, page)
    office = house.performances[0].box_office_id
    (waiting,) = await bank_files.unmatched(database, office)
    at = f"/admin/box-offices/{house.key}/bank-entries/{waiting.entry.id}"
    assert "<b>who</b>" not in (await manager.get(at)).text
    assert "No order awaits just this amount" in await manager.page(at)
    assert "No order is found by that." in await manager.page(f"{at}?text=nobody")
    found = await manager.page(f"{at}?text={placed['code']}")
    assert "Pays a part: the rest stays owed" in found
    wrong = await manager.post(f"{at}/assignment", {"code": "ZZZZZZZZ"})
    assert wrong.status_code == 422 and "There is no order with this number" in wrong.text
    await manager.done(f"{at}/setting-aside")
    await manager.done(f"{at}/return")
    assert await manager.done(f"{at}/assignment", {"code": placed["code"].lower()}) == (
        f"/admin/box-offices/{house.key}/bank-files"
    )
    assert (await manager.post(f"{at}/assignment", {"code": placed["code"]})).status_code == 409
    assert (await orders.get(database, UUID(placed["id"]))).received_cents == 500
    assert "Paid in part" in await manager.page(at)


async def test_a_table_is_read_by_its_columns(manager: Browser, house: House, order: Place) -> None:
    placed = await order()
    content = f"Date;What;How much\n20.11.2026;thanks {placed['code']};{placed['total_cents'] / 100:.2f}\n".encode()
    page = await uploaded(manager, house, content, "bank.csv")
    asked = await manager.page(page)
    assert "Which column is what" in asked and "How much" in asked
    refused = await manager.post(f"{page}/columns", {"date": "0"})
    assert refused.status_code == 422 and "Choose a column." in refused.text
    refused = await manager.post(f"{page}/columns", {"date": "0", "amount": "1"})
    assert refused.status_code == 422 and "Line 2: this is no amount" in refused.text
    await manager.done(f"{page}/columns", {"date": "0", "amount": "2", "message": "1"})
    assert "Pays the order" in await manager.page(page)
    assert "Which column is what" in await manager.page(f"{page}?columns=1")
    assert await manager.done(f"{page}/removal") == f"/admin/box-offices/{house.key}/bank-files"
    assert (await manager.get(page)).status_code == 404


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Choose a file."),
        (b"%PDF-1.7\x00", "This is neither a camt file"),
        (camt(entry("x")), "Line 4: this is no amount: x"),
        (camt(entry("1.00"))[:-20], "this XML is broken there"),
    ],
)
async def test_what_cannot_be_read_is_said(manager: Browser, house: House, content: bytes, told: str) -> None:
    at = f"/admin/box-offices/{house.key}/bank-files"
    await manager.page(at)
    response = await manager.post(at, files={"file": ("bank.xml", content)})
    assert response.status_code == 422 and told in html.unescape(response.text)
    assert "No file yet." in await manager.page(at)


async def test_only_who_manages_the_box_office_comes_here(
    manager: Browser, house: House, rival: House, sign_in: SignIn, order: Place
) -> None:
    page = await uploaded(manager, house, camt(pays(await order())))
    seller, stranger = await sign_in(Scope.SELL), await sign_in(organisation_id=rival.organisation_id)
    assert (await seller.get(page)).status_code == 403
    assert (await stranger.get(page)).status_code == 404
    assert (await stranger.get(page.replace(house.key, rival.key))).status_code == 404
    assert (await stranger.post(f"{page.replace(house.key, rival.key)}/confirmation")).status_code == 404
