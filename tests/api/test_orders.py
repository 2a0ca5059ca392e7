from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient

from tests.api.conftest import PLACES, House, keyed, opens, order_body, problem, taxed
from ticketing.db import Database
from ticketing.tokens import Scope

Act = Callable[..., Any]


async def test_an_order_is_placed_and_opened_by_its_secret(order: Act, client: AsyncClient, free: Act):
    placed = await order(party=2)
    assert (placed["status"], placed["currency"], placed["total_cents"]) == ("pending", "CHF", 12_000)
    assert len(placed["code"]) == 8 and placed["expires_at"]
    seen = (await client.get(f"/api/v1/orders/{placed['id']}", headers=opens(placed))).json()
    assert (seen["code"], seen["due_cents"]) == (placed["code"], 12_000)
    sheet = (await client.get(f"/api/v1/orders/{placed['id']}/tickets", headers=opens(placed))).json()
    assert [ticket["status"] for ticket in sheet["tickets"]] == ["reserved"] * 2
    assert "secret" not in str(seen) + str(sheet)
    assert await free() == PLACES - 2


async def test_staff_see_their_organisations_orders_and_no_others(
    order: Act, client: AsyncClient, house: House, rival: House
):
    placed = await order()
    one, by_code = f"/api/v1/orders/{placed['id']}", f"/api/v1/orders?code={placed['code'].lower()}"
    for path in (one, f"{one}/tickets", by_code):
        assert (await client.get(path, headers=house.bearer(Scope.VIEW))).status_code == 200
        problem(await client.get(path, headers=rival.bearer(Scope.MANAGE)), 404, "not-found")
        problem(await client.get(path), 401, "not-signed-in")
    problem(await client.get(one, headers={"authorization": "Order wrong"}), 404, "not-found")
    problem(await client.get(one, headers={"authorization": "Order"}), 401, "not-signed-in")
    other = await order()
    problem(await client.get(one, headers=opens(other)), 404, "not-found")


async def test_a_repeated_request_gets_its_first_answer(client: AsyncClient, house: House, hold: Act, free: Act):
    body, key = order_body(house, await hold()), keyed()
    first = await client.post(house.path("orders"), json=body, headers=key)
    again = await client.post(house.path("orders"), json=body, headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    changed = body | {"buyer": {"email": "eve@example.org", "name": "Eve"}}
    problem(await client.post(house.path("orders"), json=changed, headers=key), 409, "request-reused")
    assert await free() == PLACES - 2


async def test_a_hold_is_ordered_once(client: AsyncClient, house: House, hold: Act):
    body = order_body(house, await hold())
    assert (await client.post(house.path("orders"), json=body, headers=keyed())).status_code == 201
    again = await client.post(house.path("orders"), json=body, headers=keyed())
    assert 400 <= again.status_code < 500


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"hold": "0" * 32}, 410, "hold-expired"),
        ({"hold": "nonsense"}, 410, "hold-expired"),
        ({"seats": []}, 422, "input-refused"),
        ({"buyer": {"email": "nobody", "name": "Ada"}}, 422, "input-refused"),
        ({"buyer": {"email": "ada@example.org", "name": "   "}}, 422, "input-refused"),
        ({"buyer": {"email": "ada@example.org"}}, 422, "input-refused"),
        ({"more": 1}, 422, "input-refused"),
    ],
)
async def test_what_cannot_be_ordered_leaves_the_hold(
    client: AsyncClient, house: House, hold: Act, changes: dict[str, Any], status: int, code: str
):
    held = await hold()
    body = order_body(house, held)
    problem(await client.post(house.path("orders"), json=body | changes, headers=keyed()), status, code)
    assert (await client.post(house.path("orders"), json=body, headers=keyed())).status_code == 201


async def test_seats_that_are_not_the_holds_or_not_sold_so(client: AsyncClient, house: House, rival: House, hold: Act):
    body = order_body(house, await hold())
    for change, status in (
        ({"place": 40}, 409),
        ({"place": 10_000}, 422),
        ({"tariff": str(uuid4())}, 404),
        ({"tariff": str(rival.full.id)}, 404),
        ({"performance": str(uuid4())}, 404),
        ({"performance": rival.first}, 404),
        ({"place": -1}, 422),
    ):
        seats = [body["seats"][0] | change, body["seats"][1]]
        response = await client.post(house.path("orders"), json=body | {"seats": seats}, headers=keyed())
        assert response.status_code == status, (change, response.text)
    twice = [body["seats"][0], body["seats"][0]]
    response = await client.post(house.path("orders"), json=body | {"seats": twice}, headers=keyed())
    assert 400 <= response.status_code < 500
    problem(await client.post(rival.path("orders"), json=body, headers=keyed()), 404, "not-found")
    assert (await client.post(house.path("orders"), json=body, headers=keyed())).status_code == 201


async def test_an_order_needs_a_key(client: AsyncClient, house: House, hold: Act):
    body = order_body(house, await hold())
    problem(await client.post(house.path("orders"), json=body), 422, "input-refused")
    problem(await client.post(house.path("orders"), json=body, headers=keyed("short")), 422, "input-refused")


async def test_a_bounded_tariff_is_ordered_with_its_place(client: AsyncClient, house: House, hold: Act):
    wants = [
        {"kind": "best", "performance": house.first, "party": 2},
        {"kind": "tariff", "performance": house.first, "tariff": str(house.reduced.id), "count": 1},
    ]
    body = order_body(house, await hold(wants=wants))
    body["seats"][0]["tariff"] = str(house.reduced.id)
    response = await client.post(house.path("orders"), json=body, headers=keyed())
    assert response.status_code == 201, response.text
    assert response.json()["total_cents"] == 11_000


async def test_a_shopper_gives_up_what_is_not_paid(order: Act, paid: Act, client: AsyncClient, house: House, free: Act):
    placed = await order()
    path = f"/api/v1/orders/{placed['id']}/cancellation"
    problem(await client.post(path, json={"tickets": [str(uuid4())]}, headers=opens(placed)), 403, "scope-missing")
    problem(await client.post(path, json={}), 401, "not-signed-in")
    gone = await client.post(path, json={}, headers=opens(placed))
    assert (gone.status_code, gone.json()["due_cents"]) == (200, 0)
    assert await free() == PLACES
    problem(await client.post(path, json={}, headers=opens(placed)), 409, "wrong-state")
    bought = await paid()
    path = f"/api/v1/orders/{bought['id']}/cancellation"
    problem(await client.post(path, json={}, headers=opens(bought)), 409, "wrong-state")


async def test_staff_cancel_one_ticket_and_then_the_rest(paid: Act, client: AsyncClient, house: House, free: Act):
    placed = await paid(party=2)
    seller = house.bearer(Scope.SELL)
    sheet = (await client.get(f"/api/v1/orders/{placed['id']}/tickets", headers=seller)).json()
    path = f"/api/v1/orders/{placed['id']}/cancellation"
    problem(await client.post(path, json={}, headers=house.bearer(Scope.SCAN)), 403, "scope-missing")
    one = await client.post(path, json={"tickets": [sheet["tickets"][0]["ticket_id"]]}, headers=seller)
    assert (one.json()["status"], one.json()["refund_due_cents"]) == ("paid", 6000)
    assert await free() == PLACES - 1
    rest = await client.post(path, json={}, headers=seller)
    assert (rest.json()["status"], rest.json()["refund_due_cents"]) == ("cancelled", 12_000)
    assert await free() == PLACES


async def test_what_placing_an_order_asks_of_postgres(
    client: AsyncClient, house: House, hold: Act, order: Act, queries: list[str]
):
    await order()
    body = order_body(house, await hold())
    queries.clear()
    assert (await client.post(house.path("orders"), json=body, headers=keyed())).status_code == 201
    assert len(queries) <= 3, queries


async def test_an_order_tells_its_tax_by_rate(order: Act, client: AsyncClient, house: House, database: Database):
    plain = await order()
    await taxed(database, house)
    placed = await order(party=2)
    path = f"/api/v1/orders/{placed['id']}"
    shares = [{"rate_thousandths": 5500, "amount_cents": 12_000, "vat_cents": 626}]
    assert (await client.get(path, headers=opens(placed))).json()["vat"] == shares
    head = (await client.get(f"{path}/tickets", headers=opens(placed))).json()["head"]
    assert (head["vat"], head["vat_number"]) == (shares, "FR12345678901")
    assert (await client.get(f"/api/v1/orders/{plain['id']}", headers=opens(plain))).json()["vat"] == []
