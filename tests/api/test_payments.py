import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from httpx import AsyncClient

from tests.api.conftest import House, opens, problem
from ticketing.sandbox import Sandbox
from ticketing.settings import Settings, secret_bytes
from ticketing.tokens import Scope

Act = Callable[..., Any]


async def begun(client: AsyncClient, placed: Any) -> str:
    """The path of the sandbox's page for an order."""
    path = f"/api/v1/orders/{placed['id']}/payments"
    response = await client.post(path, json={"provider": "sandbox"}, headers=opens(placed))
    assert response.status_code == 201, response.text
    assert response.json()["amount_cents"] == placed["total_cents"]
    return urlsplit(response.json()["redirect_url"]).path


async def status(client: AsyncClient, placed: Any) -> str:
    return (await client.get(f"/api/v1/orders/{placed['id']}", headers=opens(placed))).json()["status"]


async def test_a_shopper_pays_at_the_sandboxs_page(order: Act, client: AsyncClient):
    placed = await order()
    path = await begun(client, placed)
    page = await client.get(path)
    assert page.status_code == 200 and "CHF" in page.text and "120.00" in page.text
    assert not re.search(r"<script|style=|onclick", page.text)
    answer = await client.post(path, content="paid=true")
    assert answer.status_code == 303 and answer.headers["location"].startswith("http")
    assert await status(client, placed) == "paid"
    again = await client.post(path, content="paid=true")
    assert again.status_code == 303
    problem(
        await client.post(
            f"/api/v1/orders/{placed['id']}/payments", json={"provider": "sandbox"}, headers=opens(placed)
        ),
        409,
        "nothing-due",
    )


async def test_a_payment_that_fails_may_be_tried_again(order: Act, client: AsyncClient):
    placed = await order()
    await client.post(await begun(client, placed), content="paid=false")
    assert await status(client, placed) == "pending"
    await client.post(await begun(client, placed), content="paid=true")
    assert await status(client, placed) == "paid"


async def test_notifications_are_believed_when_signed_and_booked_once(
    order: Act, client: AsyncClient, settings: Settings
):
    placed = await order()
    path = await begun(client, placed)
    sandbox = Sandbox(secret_bytes(settings), "http://any/sandbox")
    charge = sandbox.open_page(path.rsplit("/", 1)[1])
    delivery = sandbox.notify(charge, True, datetime.now(UTC))
    hook = "/api/v1/payments/sandbox/notifications"
    problem(await client.post(hook, content=delivery.body), 401, "signature-refused")
    bad = {"sandbox-signature": delivery.signature[:-1] + "x"}
    problem(await client.post(hook, content=delivery.body, headers=bad), 401, "signature-refused")
    assert await status(client, placed) == "pending"
    signed = {"sandbox-signature": delivery.signature}
    for _ in range(3):
        response = await client.post(hook, content=delivery.body, headers=signed)
        assert (response.status_code, response.json()) == (200, {"outcome": "paid"})
    assert await status(client, placed) == "paid"


async def test_money_over_the_counter_is_booked_by_staff(order: Act, client: AsyncClient, house: House, rival: House):
    placed = await order()
    path, cash = f"/api/v1/orders/{placed['id']}/payments", {"provider": "on_site"}
    problem(await client.post(path, json=cash, headers=opens(placed)), 401, "not-signed-in")
    problem(await client.post(path, json=cash, headers=house.bearer(Scope.SCAN)), 403, "scope-missing")
    problem(await client.post(path, json=cash, headers=rival.bearer(Scope.MANAGE)), 404, "not-found")
    problem(await client.post(path, json={"provider": "barter"}, headers=opens(placed)), 422, "input-refused")
    response = await client.post(path, json=cash, headers=house.bearer(Scope.SELL))
    assert (response.status_code, response.json()["order_status"]) == (201, "paid")
    problem(await client.post(path, json=cash, headers=house.bearer(Scope.SELL)), 409, "nothing-due")


async def test_a_page_that_was_never_made_is_not_found(client: AsyncClient):
    for token in ("nonsense", "AAAA", "é", "A" * 500):
        problem(await client.get(f"/sandbox/{token}"), 404, "not-found")
        problem(await client.post(f"/sandbox/{token}", content="paid=true"), 404, "not-found")
