from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from httpx import AsyncClient

from tests.api.conftest import PLACES, House, keyed, opens, problem
from ticketing import audit, box_offices, passes
from ticketing.audit import Wanted
from ticketing.db import Database
from ticketing.passes import PassType
from ticketing.tokens import Scope

Act = Callable[..., Any]


@pytest.fixture
async def season(database: Database, house: House) -> PassType:
    """A pass over both performances, one of which is left."""
    office = await box_offices.public(database, house.key)
    shown = [performance.id for performance in house.performances]
    values = ("Season", "Season", 10_000, shown, datetime.now(UTC))
    return await passes.create_type(database, house.organisation_id, office.id, *values, quantity=1)


async def test_a_pass_is_held_and_ordered_whole(
    client: AsyncClient, house: House, season: PassType, hold: Act, free: Act
):
    listed = (await client.get(house.path("pass-types"))).json()["pass_types"]
    assert [(one["id"], one["price_cents"]) for one in listed] == [(str(season.id), 10_000)]

    held = await hold(wants=[{"kind": "pass", "pass_type": str(season.id), "seat": "C-3"}])
    assert {part["performance"] for part in held["parts"]} == {house.first, house.second}
    assert {place["seat"] for part in held["parts"] for place in part["places"]} == {"C-3"}
    assert held["tariffs"] == []
    assert (await free(0), await free(1)) == (PLACES - 1, PLACES - 1)

    chosen = [{"pass_type": str(season.id), "seat": "C-3", "holder_name": "Ada"}]
    body = {"hold": held["hold"], "buyer": {"email": "ada@example.org", "name": "Ada"}, "passes": chosen}
    response = await client.post(house.path("orders"), json=body, headers=keyed())
    assert response.status_code == 201, response.text
    placed = response.json()
    assert placed["total_cents"] == 10_000
    sheet = (await client.get(f"/api/v1/orders/{placed['id']}/tickets", headers=opens(placed))).json()
    assert len(sheet["tickets"]) == 2 and len(sheet["passes"]) == 1

    another = {"wants": [{"kind": "pass", "pass_type": str(season.id), "seat": "C-4"}]}
    problem(await client.post(house.path("holds"), json=another), 409, "sold-out")
    assert (await free(0), await free(1)) == (PLACES - 1, PLACES - 1)


async def test_a_pass_that_cannot_be_whole_holds_nothing(
    client: AsyncClient, house: House, rival: House, season: PassType, hold: Act, free: Act
):
    await hold(wants=[{"kind": "seats", "performance": house.second, "seats": ["C-3"]}])
    wish = {"kind": "pass", "pass_type": str(season.id), "seat": "C-3"}
    for wants, status, code in (
        ([wish], 409, "seats-taken"),
        ([wish | {"seat": "Z-1"}], 422, "unknown-seat"),
        ([wish | {"pass_type": str(uuid4())}], 404, "not-found"),
        (
            [wish | {"seat": "C-5"}, {"kind": "seats", "performance": house.first, "seats": ["C-5"]}],
            422,
            "input-refused",
        ),
    ):
        problem(await client.post(house.path("holds"), json={"wants": wants}), status, code)
    elsewhere = {"wants": [wish | {"seat": "C-6"}]}
    problem(await client.post(rival.path("holds"), json=elsewhere), 404, "not-found")
    assert (await free(0), await free(1)) == (PLACES, PLACES - 1)


async def test_a_pass_is_opposed_by_its_sellers_whose_key_is_noted(
    client: AsyncClient, house: House, season: PassType, hold: Act, database: Database
):
    held = await hold(wants=[{"kind": "pass", "pass_type": str(season.id), "seat": "C-3"}])
    chosen = [{"pass_type": str(season.id), "seat": "C-3", "holder_name": "Ada"}]
    body = {"hold": held["hold"], "buyer": {"email": "ada@example.org", "name": "Ada"}, "passes": chosen}
    placed = (await client.post(house.path("orders"), json=body, headers=keyed())).json()
    one, seller = f"/api/v1/orders/{placed['id']}", house.bearer(Scope.SELL)
    await client.post(f"{one}/payments", json={"provider": "on_site"}, headers=seller)
    (sold,) = (await client.get(f"{one}/tickets", headers=seller)).json()["passes"]
    for act, status in (("opposition", "opposed"), ("reissue", "valid")):
        response = await client.post(f"/api/v1/passes/{sold['pass_id']}/{act}", headers=seller)
        assert (response.status_code, response.json()["status"]) == (200, status)
    wanted = Wanted(organisation_id=house.organisation_id, subject_kind="order", subject_id=placed["id"])
    lines, _ = await audit.page(database, wanted)
    told = [(line.act, line.actor_name, line.by_token) for line in lines]
    assert told == [(act, "sell", True) for act in ("pass.reissued", "pass.opposed", "order.paid")]


async def test_a_pass_is_opposed_by_nobody_else(client: AsyncClient, house: House):
    for act in ("opposition", "reissue"):
        path = f"/api/v1/passes/{uuid4()}/{act}"
        problem(await client.post(path), 401, "not-signed-in")
        problem(await client.post(path, headers=house.bearer(Scope.SCAN)), 403, "scope-missing")
        problem(await client.post(path, headers=house.bearer(Scope.SELL)), 404, "not-found")
