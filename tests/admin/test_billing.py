"""The page on which a box office says how it is paid, and an order's invoices on its page."""

import html
import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from httpx import AsyncClient

from tests.admin.conftest import Browser, SignIn
from tests.api.conftest import House, hold, order
from ticketing import billing, invoices, orders
from ticketing.db import Database
from ticketing.tokens import Scope

__all__ = ["hold", "order"]

Place = Callable[..., Awaitable[Any]]
FIELDS: dict[str, str] = {
    "version": "0", "name": "The Theatre", "street": "Quai 4", "postal_code": "1003", "city": "Lausanne",
    "country": "CH", "iban": "CH93 0076 2011 6238 5295 7", "bic": "", "reference_prefix": "", "number_prefix": "TH-",
    "sandbox.offered": "on", "invoice.offered": "on", "invoice.min_cents": "0.50", "invoice.max_cents": "",
    "invoice.pay_days": "10", "invoice.grace_days": "2", "invoice.before_d": "3", "invoice.texts.en": "By transfer.",
    "on_site.offered": "on", "on_site.before_h": "2", "notes.en": "Thank you.", "notes.fr": "Merci.",
}  # fmt: skip


def path(house: House) -> str:
    return f"/admin/box-offices/{house.key}/payment"


@pytest.fixture
async def manager(sign_in: SignIn, house: House) -> Browser:
    """Somebody who manages a box office that says how it is paid."""
    browser = await sign_in()
    await browser.page(path(house))
    await browser.done(path(house), FIELDS)
    return browser


async def test_what_is_saved_is_shown_again(manager: Browser, house: House, database: Database) -> None:
    page = await manager.page(path(house))
    for said in ("CH93 0076 2011 6238 5295 7", "A Swiss account: invoices carry a QR-bill", "By transfer.", "Merci."):
        assert said in page
    stored, rules = await billing.both(database, house.performances[0].box_office_id)
    (invoice,) = [rule for rule in rules if rule.method == "invoice"]
    assert (stored.version, stored.iban, stored.number_prefix) == (1, "CH9300762011623852957", "TH-")
    assert (invoice.min_cents, invoice.max_cents, invoice.pay_days, invoice.before_h) == (50, None, 10, 72)


async def test_a_mistake_stands_beside_its_field_and_keeps_what_was_typed(manager: Browser, house: House) -> None:
    again = FIELDS | {"version": "1", "iban": "CH93 0000", "invoice.pay_days": "999", "name": "Other"}
    response = await manager.post(path(house), again)
    page = html.unescape(response.text)
    assert response.status_code == 422 and "Type a whole number from 0 to 120." in page and 'value="Other"' in page
    response = await manager.post(path(house), again | {"invoice.pay_days": "9"})
    assert "This is not an IBAN" in response.text and 'id="iban-mistake"' in response.text


async def test_who_saves_over_another_sees_both(manager: Browser, house: House, sign_in: SignIn) -> None:
    response = await manager.post(path(house), FIELDS | {"version": "1", "name": "One"})
    assert response.status_code == 303
    other = await sign_in()
    await other.page(path(house))
    stale = FIELDS | {"version": "1", "name": "Two", "country": "FR"}
    response = await other.post(path(house), stale)
    page = html.unescape(response.text)
    assert response.status_code == 409 and "Saved meanwhile: One" in page and "Saved meanwhile: Switzerland" in page
    assert await other.done(path(house), stale | {"version": "2"}) == path(house)


async def test_only_who_manages_the_box_office_comes_here(sign_in: SignIn, house: House, rival: House) -> None:
    seller = await sign_in(Scope.SELL)
    assert (await seller.get(path(house))).status_code == 403
    assert (await seller.get(path(rival))).status_code == 404
    assert (await seller.post(path(house), FIELDS)).status_code == 403


async def test_an_order_is_put_on_invoice_on_its_page(
    manager: Browser, house: House, order: Place, database: Database
) -> None:
    placed = UUID((await order())["id"])
    at = f"/admin/orders/{placed}"
    assert "Let the buyer pay" in await manager.page(at)
    await manager.page(f"{at}/bill-address")
    response = await manager.post(f"{at}/bill-address", {"name": "", "country": "CH"})
    assert response.status_code == 422 and "Write 1 to 70 characters." in response.text
    company = {"name": "Company <b>Ltd</b>", "street": "", "postal_code": "1000", "city": "Lausanne", "country": "CH"}
    await manager.done(f"{at}/bill-address", company)
    await manager.done(f"{at}/payment-method", {"method": "invoice"})
    (one,) = await invoices.of_order(database, placed)
    page = await manager.page(at)
    assert one.label.startswith("TH-") and one.label in page and "Company <b>Ltd</b>" in page
    assert "<b>Ltd</b>" not in (await manager.get(at)).text
    assert (await manager.get(f"{at}/bill-address")).status_code == 200
    refused = await manager.post(f"{at}/bill-address", company)
    assert refused.status_code == 409 and "stays as it is" in html.unescape(refused.text)
    response = await manager.get(f"{at}/invoices/{one.id}.pdf")
    assert (response.headers["content-type"], response.headers["cache-control"]) == ("application/pdf", "no-store")
    assert one.label in pypdfium2.PdfDocument(response.content)[0].get_textpage().get_text_range()


async def test_an_invoice_is_issued_and_sent(manager: Browser, house: House, order: Place, database: Database) -> None:
    placed = UUID((await order())["id"])
    at = f"/admin/orders/{placed}"
    await manager.page(at)
    await manager.done(f"{at}/invoices")
    assert (await manager.post(f"{at}/invoices")).status_code == 422
    (one,) = await invoices.of_order(database, placed)
    await manager.page(f"{at}/invoices/{one.id}/mails")
    assert (await manager.post(f"{at}/invoices/{one.id}/mails", {"to": "nobody"})).status_code == 422
    assert await manager.done(f"{at}/invoices/{one.id}/mails", {"to": "books@example.org"}) == at
    assert "The mail is on its way to books@example.org." in await manager.page(at)
    assert (await manager.post(f"{at}/payment-method", {"method": "barter"})).status_code == 422


async def test_the_list_of_invoices_leads_to_each_and_is_turned(
    manager: Browser, house: House, order: Place, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = f"/admin/box-offices/{house.key}/invoices"
    assert "No invoice yet." in await manager.page(at)
    assert "Nothing is owed" in await manager.page(f"{at}?state=owed")
    placed = [UUID((await order())["id"]) for _ in range(2)]
    for one in placed:
        await invoices.issue(database, one, (await orders.get(database, one)).placed_at)
    first, second = [(await invoices.of_order(database, one))[0] for one in placed]
    monkeypatch.setattr("admin.invoices.ROWS_MAX", 1)
    newest = await manager.page(at)
    assert second.label in newest and first.label not in newest and "To be paid" in newest
    older = re.search(r'href="([^"]+before=[^"]+)"', newest)
    assert older is not None
    earlier = await manager.page(html.unescape(older[1]))
    assert first.label in earlier and second.label not in earlier and "The newest" in earlier
    assert second.label in await manager.page(f"{at}?before=nonsense&state=owed")


async def test_an_invoice_is_of_its_order_and_its_organisation(
    manager: Browser, order: Place, database: Database, sign_in: SignIn, rival: House
) -> None:
    first, second = [UUID((await order())["id"]) for _ in range(2)]
    await invoices.issue(database, first, (await orders.get(database, first)).placed_at)
    (one,) = await invoices.of_order(database, first)
    stranger = await sign_in(organisation_id=rival.organisation_id)
    for browser, path in (
        (manager, f"/admin/orders/{second}/invoices/{one.id}.pdf"),
        (manager, f"/admin/orders/{first}/invoices/nonsense.pdf"),
        (manager, f"/admin/orders/{first}/invoices/{one.id}"),
        (stranger, f"/admin/orders/{first}/invoices/{one.id}.pdf"),
    ):
        assert (await browser.get(path)).status_code == 404, path


async def test_the_shopper_has_invoices_and_ways_to_pay_by_the_secret(
    manager: Browser, order: Place, client: AsyncClient
) -> None:
    placed = await order()
    at, secret = f"/api/v1/orders/{placed['id']}", {"authorization": f"Order {placed['secret']}"}
    ways = (await client.get(f"{at}/payment-methods", headers=secret)).json()
    assert [(way["method"], way["why_not"]) for way in ways] == [
        ("sandbox", None),
        ("invoice", None),
        ("on_site", None),
    ]
    chosen = await client.post(f"{at}/payment-method", headers=secret, json={"method": "invoice"})
    assert (chosen.status_code, chosen.json()["payment_method"]) == (200, "invoice")
    (one,) = (await client.get(f"{at}/invoices", headers=secret)).json()
    printed = await client.get(f"{at}/invoices/{one['id']}.pdf", headers=secret)
    assert printed.content.startswith(b"%PDF-")
    assert (await client.post(f"{at}/invoices", headers=secret)).json()["code"] == "invoice-later"
    assert (await client.get(f"{at}/invoices")).status_code == 401
