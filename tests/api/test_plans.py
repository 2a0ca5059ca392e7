import hashlib

import pytest
from httpx import AsyncClient

from engine.plan import places, placeur_json
from tests.api.conftest import PLACES, House, problem, small_plan


async def test_plans_and_place_lists_are_named_by_what_they_are(client: AsyncClient, house: House):
    shown = house.performances[0]
    plan = await client.get(f"/api/v1/plans/{shown.plan_hash.hex()}", headers={"accept-encoding": "identity"})
    assert hashlib.sha256(plan.content).digest() == shown.plan_hash
    assert placeur_json.read(plan.content) == small_plan()
    listed = await client.get(f"/api/v1/place-lists/{shown.place_list_hash.hex()}")
    assert places.decode(listed.content).place_count == PLACES


@pytest.mark.parametrize("encoding", ["br", "gzip"])
async def test_they_are_packed_and_cached_for_ever(client: AsyncClient, house: House, encoding: str):
    path = f"/api/v1/plans/{house.performances[0].plan_hash.hex()}"
    response = await client.get(path, headers={"accept-encoding": encoding})
    assert response.headers["content-encoding"] == encoding
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["vary"] == "accept-encoding"
    assert int(response.headers["content-length"]) < len(response.content) / 2
    again = await client.get(path, headers={"if-none-match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == response.headers["etag"]


@pytest.mark.parametrize("hash", ["00" * 32, "nonsense", "00", "zz" * 32])
async def test_what_is_not_kept(client: AsyncClient, hash: str):
    problem(await client.get(f"/api/v1/plans/{hash}"), 404, "not-found")
    problem(await client.get(f"/api/v1/place-lists/{hash}"), 404, "not-found")


async def test_a_plan_is_read_from_postgres_once(client: AsyncClient, house: House, queries: list[str]):
    path = f"/api/v1/plans/{house.performances[0].plan_hash.hex()}"
    for _ in range(3):
        await client.get(path)
    assert queries == ["document"]
