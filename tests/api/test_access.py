import msgspec
import pytest
from httpx import AsyncClient

from tests.api.conftest import House, problem
from ticketing.settings import Settings
from ticketing.tokens import Scope


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Six reads, three holds, three bad secrets in a burst; twelve unpaid places."""
    rates = {"reads_per_minute_max": 36, "holds_per_minute_max": 18, "sign_ins_per_minute_max": 18}
    return msgspec.structs.replace(settings, places_per_address_max=12, **rates)


async def test_reads_without_a_token_are_limited_by_address(client: AsyncClient, house: House):
    path = f"/api/v1/performances/{house.first}"
    answers = [await client.get(path) for _ in range(8)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429] * 2
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 2
    problem(answers[-1], 429, "too-many-requests")
    elsewhere = {"x-forwarded-for": "198.51.100.7"}
    assert (await client.get(path, headers=elsewhere)).status_code == 200


async def test_holds_are_limited_by_address_and_not_for_staff(client: AsyncClient, house: House):
    body = {"wants": [{"kind": "best", "performance": house.first, "party": 1}]}
    statuses = [(await client.post(house.path("holds"), json=body)).status_code for _ in range(5)]
    assert statuses == [201] * 3 + [429] * 2
    seller = house.bearer(Scope.SELL)
    statuses = [(await client.post(house.path("holds"), json=body, headers=seller)).status_code for _ in range(5)]
    assert statuses == [201] * 5


@pytest.mark.parametrize("shown", ["Bearer placeur_wrong", "Bearer", "Order wrong"])
async def test_bad_secrets_are_limited_by_address(client: AsyncClient, house: House, shown: str):
    path, headers = f"/api/v1/orders/{house.organisation_id}", {"authorization": shown}
    statuses = [(await client.get(path, headers=headers)).status_code for _ in range(5)]
    expected = 404 if shown.startswith("Order") else 401
    assert statuses == [expected] * 3 + [429] * 2
    elsewhere = headers | {"x-forwarded-for": "198.51.100.8"}
    assert (await client.get(path, headers=elsewhere)).status_code == expected


async def test_unpaid_places_are_counted_by_address(client: AsyncClient, house: House):
    wants = [{"kind": "area", "performance": house.first, "area": "pit", "count": 9}]
    assert (await client.post(house.path("holds"), json={"wants": wants})).status_code == 201
    found = problem(await client.post(house.path("holds"), json={"wants": wants}), 409, "too-many-places")
    assert found["fields"] == {"places_max": 12}
    elsewhere = {"x-forwarded-for": "198.51.100.9"}
    assert (await client.post(house.path("holds"), json={"wants": wants}, headers=elsewhere)).status_code == 201
