from httpx import AsyncClient

from tests.api.conftest import House, problem
from ticketing.settings import Settings


async def test_alive_and_ready(client: AsyncClient, house: House):
    assert (await client.get("/healthz")).status_code == 200
    response = await client.get("/readyz")
    assert (response.status_code, response.json()) == (
        200,
        {"ready": True, "parts": {"postgres": "ok", "redis": "ok", "pools": "ok"}},
    )


async def test_not_ready_says_which_part(client: AsyncClient, monkeypatch):
    async def away(_: object) -> None:
        raise ConnectionRefusedError("postgresql://placeur:hunter2@db")

    monkeypatch.setattr("ticketing.db.Database.ping", away)
    response = await client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["parts"] == {"postgres": "ConnectionRefusedError", "redis": "ok", "pools": "ok"}
    assert (await client.get("/healthz")).status_code == 200


async def test_numbers_are_for_this_machine(client: AsyncClient, house: House, settings: Settings):
    await client.get(house.path("performances"))
    problem(await client.get("/metrics"), 404, "not-found")
    response = await client.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"})
    assert response.status_code == 200
    assert (
        'placeur_http_seconds_count{method="GET",route="/api/v1/box-offices/{box_office}/performances"' in response.text
    )
    assert "placeur_lag_seconds" in response.text
