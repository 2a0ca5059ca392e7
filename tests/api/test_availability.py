import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from httpx import AsyncClient

from tests.api.conftest import PLACES, House, problem

Act = Callable[..., Any]
NEWS_S_MAX = 5.0


def states(packed: bytes) -> list[int]:
    return [packed[place // 4] >> 2 * (place % 4) & 3 for place in range(PLACES)]


async def until(read: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
    """Read until it is good: a copy follows Redis within moments."""
    async with asyncio.timeout(NEWS_S_MAX):
        while not good(found := await read()):
            await asyncio.sleep(0.02)
        return found


async def test_two_bits_a_place(client: AsyncClient, house: House, hold: Act, paid: Act):
    path = f"/api/v1/performances/{house.first}/availability"
    response = await client.get(path)
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["cache-control"] == "public, max-age=1"
    assert states(response.content) == [0] * PLACES
    await hold(wants=[{"kind": "seats", "performance": house.first, "seats": ["E-1", "E-2"]}])
    await paid(party=2)

    async def read() -> list[int]:
        return states((await client.get(path)).content)

    seen = await until(read, lambda seen: sorted(seen)[-4:] == [1, 1, 2, 2])
    assert (seen[40], seen[41]) == (1, 1)


async def test_who_has_it_is_told_so_until_it_changes(client: AsyncClient, house: House, hold: Act):
    path = f"/api/v1/performances/{house.first}/availability"
    etag = (await client.get(path)).headers["etag"]
    assert (await client.get(path, headers={"if-none-match": etag})).status_code == 304
    await hold(party=2)
    fresh = await until(
        lambda: client.get(path, headers={"if-none-match": etag}), lambda response: response.status_code == 200
    )
    assert fresh.headers["etag"] != etag


async def test_counts_by_category(client: AsyncClient, house: House, hold: Act):
    path = f"/api/v1/performances/{house.first}/availability/counts"
    counts = (await client.get(path)).json()
    assert counts["free"] == PLACES
    assert counts["categories"] == [
        {"category": "Gold", "free": 20},
        {"category": "Silver", "free": 30},
        {"category": "Standing", "free": 30},
    ]
    await hold(wants=[{"kind": "area", "performance": house.first, "area": "pit", "count": 4}])

    async def read() -> Any:
        return (await client.get(path)).json()

    counts = await until(read, lambda counts: counts["free"] == PLACES - 4)
    assert counts["categories"][2] == {"category": "Standing", "free": 26}


@pytest.mark.parametrize("rest", ["", "/counts", "/stream"])
async def test_of_no_performance(client: AsyncClient, house: House, rest: str):
    path = f"/api/v1/performances/{house.organisation_id}/availability{rest}"
    problem(await client.get(path), 404, "not-found")


async def test_it_is_read_without_postgres(client: AsyncClient, house: House, queries: list[str]):
    path = f"/api/v1/performances/{house.first}/availability"
    await client.get(path)
    queries.clear()
    await client.get(path)
    await client.get(f"{path}/counts")
    assert queries == []
