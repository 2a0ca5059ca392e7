from collections.abc import Callable
from typing import Any

from httpx import AsyncClient

from tests.api.conftest import House, opens, problem
from ticketing.tokens import Scope

Act = Callable[..., Any]


async def test_cash_goes_back_over_the_counter_once(order: Act, client: AsyncClient, house: House, rival: House):
    placed = await order(party=2)
    one, seller = f"/api/v1/orders/{placed['id']}", house.bearer(Scope.SELL)
    await client.post(one + "/payments", json={"provider": "on_site"}, headers=seller)
    assert (await client.get(one + "/refunds", headers=seller)).json() == []
    await client.post(one + "/cancellation", json={}, headers=seller)
    (refund,) = (await client.get(one + "/refunds", headers=house.bearer(Scope.VIEW))).json()
    assert (refund["status"], refund["provider"], refund["reason"]) == ("due", "on_site", "cancelled")
    problem(await client.get(one + "/refunds", headers=opens(placed)), 401, "not-signed-in")
    problem(await client.get(one + "/refunds", headers=rival.bearer(Scope.MANAGE)), 404, "not-found")

    path = f"/api/v1/refunds/{refund['id']}/handed-out"
    problem(await client.post(path), 401, "not-signed-in")
    problem(await client.post(path, headers=house.bearer(Scope.SCAN)), 403, "scope-missing")
    problem(await client.post(path, headers=rival.bearer(Scope.MANAGE)), 404, "not-found")
    given = await client.post(path, headers=seller)
    assert (given.status_code, given.json()["status"]) == (200, "sent")
    problem(await client.post(path, headers=seller), 409, "refund-sent")
