import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from httpx import AsyncClient

from engine.link import StoreUnreachable
from tests.api.conftest import House, keyed, order_body, problem, titled
from ticketing.db import Database
from web.live import all_gone

Act = Callable[..., Any]


async def test_what_is_on_sale_and_what_it_costs(client: AsyncClient, house: House, rival: House):
    page = (await client.get(house.path("performances"))).json()
    assert [one["id"] for one in page["performances"]] == [house.first, house.second]
    assert page["next"] is None
    one = page["performances"][0]
    assert (one["event_name"], one["venue_name"], one["currency"]) == ("The Seagull", "Theatre", "CHF")
    assert len(one["plan"]) == len(one["place_list"]) == 64

    detail = (await client.get(f"/api/v1/performances/{house.first}")).json()
    assert detail["performance"] == one
    full, reduced = detail["tariffs"]
    assert (full["name"], full["bounded"], full["prices"]["Gold"]) == ("Full", False, 6000)
    assert (reduced["name"], reduced["bounded"], reduced["prices"]) == ("Reduced", True, {"Gold": 5000, "Silver": 3000})


async def test_the_list_goes_on_after_a_page(client: AsyncClient, house: House, monkeypatch):
    monkeypatch.setattr("api.performances.ROWS_MAX", 1)
    first = (await client.get(house.path("performances"))).json()
    second = (await client.get(house.path("performances"), params={"after": first["next"]})).json()
    last = (await client.get(house.path("performances"), params={"after": second["next"]})).json()
    seen = [one["id"] for page in (first, second, last) for one in page["performances"]]
    assert seen == [house.first, house.second] and last["next"] is None
    problem(await client.get(house.path("performances"), params={"after": "x"}), 422, "input-refused")


async def test_what_is_not_there(client: AsyncClient, house: House):
    problem(await client.get("/api/v1/box-offices/nobody/performances"), 404, "not-found")
    problem(await client.get(f"/api/v1/performances/{house.organisation_id}"), 404, "not-found")
    problem(await client.get("/api/v1/performances/one"), 404, "not-found")


async def test_what_is_read_often_is_read_once(client: AsyncClient, house: House, queries: list[str]):
    for performance in (house.first, house.second):
        await client.get(f"/api/v1/performances/{performance}")
    queries.clear()
    await client.get(f"/api/v1/performances/{house.first}")
    assert queries == []
    await client.get(house.path("performances"))
    assert queries == ["public", "list_on_sale"]


async def test_what_has_nothing_left_is_sold_out(
    client: AsyncClient, house: House, hold: Act, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def labels() -> list[str | None]:
        listed = (await client.get(house.path("performances"))).json()["performances"]
        detail = (await client.get(f"/api/v1/performances/{house.first}")).json()["performance"]
        return [one["label"] for one in (*listed, detail)]

    async def until(wanted: list[str | None]) -> None:
        async with asyncio.timeout(5):
            while await labels() != wanted:
                await asyncio.sleep(0.02)

    async def buy(held: Any) -> None:
        buyer = {"email": f"{held['hold']}@example.org", "name": "Ada"}
        body = order_body(house, held, buyer=buyer)
        response = await client.post(house.path("orders"), json=body, headers=keyed())
        assert response.status_code == 201, response.text

    assert await labels() == [None, None, None]
    seats = [f"{row}-{seat}" for row in "ABCDE" for seat in range(1, 11)]
    wants = [
        {"kind": "seats", "performance": house.first, "seats": seats[1:]},
        {"kind": "area", "performance": house.first, "area": "pit", "count": 30},
        {"kind": "seats", "performance": house.first, "seats": seats[:1]},
    ]
    *most, last = [await hold(wants=[want]) for want in wants]
    for held in most:
        await buy(held)
    await asyncio.sleep(0.1)
    assert await labels() == [None, None, None], "what is held may come back"
    await buy(last)
    await until(["sold_out", None, "sold_out"])

    async def unreachable(*_: object) -> None:
        raise StoreUnreachable("gone")

    with monkeypatch.context() as without:
        without.setattr("web.live.Live.snapshot", unreachable)
        assert await labels() == [None, None, None], "the catalogue is there without Redis"
    async with database.read() as c:
        await c.execute("update performances set label = 'postponed' where id = $1", UUID(house.first))
    listed = (await client.get(house.path("performances"))).json()["performances"]
    assert [one["label"] for one in listed] == ["postponed", None], "what people say goes first"


@pytest.mark.parametrize("count", range(1, 10))
def test_one_place_that_is_left_is_seen(count: int) -> None:
    def house(states: list[int]) -> bytes:
        packed = bytearray(-(-len(states) // 4))
        for place, state in enumerate(states):
            packed[place // 4] |= state << 2 * (place % 4)
        return bytes(packed)

    for other in (2, 3):
        assert all_gone(house([other] * count), count)
        for place in range(count):
            for left in (0, 1):
                assert not all_gone(house([other] * place + [left] + [other] * (count - place - 1)), count)


async def test_an_event_is_shown_to_whom_it_is_for(client: AsyncClient, house: House, database):
    event, path = house.performances[0].event_id, f"/api/v1/performances/{house.first}"
    wants = {"wants": [{"performance": house.first, "kind": "seats", "seats": ["C-4"]}]}

    async def show(visibility: str) -> None:
        async with database.read() as c:
            await c.execute(
                "update events set visibility = $2, link_secret = 'sesame' where id = $1", event, visibility
            )

    await show("link")
    assert (await client.get(house.path("performances"))).json()["performances"] == []
    assert (await client.get(house.path("performances"), params={"link": "other"})).json()["performances"] == []
    shown = (await client.get(house.path("performances"), params={"link": "sesame"})).json()["performances"]
    assert [one["id"] for one in shown] == [house.first, house.second]
    problem(await client.get(path), 404, "not-found")
    problem(await client.get(path, params={"link": "other"}), 404, "not-found")
    assert (await client.get(path, params={"link": "sesame"})).status_code == 200
    for part in ("availability", "availability/counts", "availability/stream", "forms"):
        problem(await client.get(f"{path}/{part}", params={"link": "other"}), 404, "not-found")
    for part in ("availability", "availability/counts", "forms"):
        assert (await client.get(f"{path}/{part}", params={"link": "sesame"})).status_code == 200, part
    problem(await client.post(house.path("holds"), json=wants), 404, "not-found")
    assert (await client.post(house.path("holds"), json=wants | {"link": "sesame"})).status_code == 201

    await show("draft")
    for params in ({}, {"link": "sesame"}):
        assert (await client.get(house.path("performances"), params=params)).json()["performances"] == []
        problem(await client.get(f"/api/v1/performances/{house.second}", params=params), 404, "not-found")
    wants["wants"][0]["performance"] = house.second
    problem(await client.post(house.path("holds"), json=wants | {"link": "sesame"}), 404, "not-found")


async def test_titles_are_what_the_public_calls_an_event(client: AsyncClient, house: House, database: Database) -> None:
    await titled(database, house, en="The Seagull, after Chekhov", fr="La Mouette")
    one, _ = (await client.get(house.path("performances"))).json()["performances"]
    assert one["event_name"] == "The Seagull, after Chekhov"
    assert one["titles"] == {"en": "The Seagull, after Chekhov", "fr": "La Mouette"}
