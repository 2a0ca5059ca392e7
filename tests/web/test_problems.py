from types import SimpleNamespace
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from httpx import AsyncClient
from litestar import Litestar, get, post
from litestar.datastructures import State
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta, Struct

from engine.link import StoreUnreachable
from tests.api.serving import serving
from ticketing.refusals import SeatsTaken, TooManyRequests, UnknownSeat
from ticketing.settings import Settings
from web import problems
from web.body import StrictJson
from web.call import Call
from web.entrance import Entrance


class Inner(Struct):
    count: Annotated[int, Meta(ge=1)]


class Body(Struct, forbid_unknown_fields=True):
    items: list[Inner]


RAISED: dict[str, Exception] = {
    "taken": SeatsTaken(),
    "seat": UnknownSeat(seat="A-1"),
    "rate": TooManyRequests(retry_s=7),
    "redis": StoreUnreachable("redis://:hunter2@cache refused"),
    "postgres": asyncpg.CannotConnectNowError("the database system is starting up"),
    "bug": KeyError("the private thing"),
}


@get("/raise/{name:str}")
async def raising(name: FromPath[str]) -> None:
    raise RAISED[name]


@get("/typed/{id:uuid}")
async def typed(id: FromPath[UUID], count: FromQuery[int]) -> int:
    return count


@post("/body")
async def body(data: JSONBody[Body]) -> int:
    return len(data.items)


@pytest.fixture
async def client():
    app = Litestar(
        [raising, typed, body],
        dto=StrictJson,
        return_dto=None,
        exception_handlers={Exception: problems.answer},
        request_class=Call,
        state=State({"services": SimpleNamespace(settings=Settings(body_bytes_max=2000))}),
        openapi_config=None,
        logging_config=None,
    )
    async with serving(Entrance(app, https_only=True)) as client:
        yield client


def problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("application/problem+json")
    found = response.json()
    assert (found["status"], found["code"]) == (status, code)
    assert found["request"] == response.headers["x-request-id"]
    assert found["type"] == f"/api/problems/{code}"
    return found


async def test_a_refusal_brings_its_own_code_status_and_fields(client: AsyncClient):
    problem(await client.get("/raise/taken"), 409, "seats-taken")
    found = problem(await client.get("/raise/seat"), 422, "unknown-seat")
    assert found["fields"] == {"seat": "A-1"} and "A-1" in found["detail"]


async def test_too_many_says_when_to_come_back(client: AsyncClient):
    response = await client.get("/raise/rate")
    problem(response, 429, "too-many-requests")
    assert response.headers["retry-after"] == "7"


@pytest.mark.parametrize("name", ["redis", "postgres"])
async def test_a_part_out_of_reach_is_passing_and_says_no_more(client: AsyncClient, name: str):
    response = await client.get(f"/raise/{name}")
    problem(response, 503, "not-ready")
    assert response.headers["retry-after"] == "2"
    assert "hunter2" not in response.text and "starting" not in response.text


async def test_a_bug_shows_nothing_of_itself(client: AsyncClient):
    response = await client.get("/raise/bug")
    problem(response, 500, "internal-error")
    assert "private" not in response.text and "KeyError" not in response.text and "Traceback" not in response.text


async def test_what_is_not_there_and_what_may_not_be_done(client: AsyncClient):
    problem(await client.get("/nowhere"), 404, "not-found")
    problem(await client.get("/typed/not-a-uuid"), 404, "not-found")
    response = await client.delete("/body")
    problem(response, 405, "method-not-allowed")
    assert "POST" in response.headers["allow"]


async def test_a_parameter_that_does_not_fit_is_named(client: AsyncClient):
    found = problem(await client.get(f"/typed/{UUID(int=1)}?count=many"), 422, "input-refused")
    assert found["errors"][0]["path"] == "count"


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        (b'{"items": [{"count": 1}, {"count": 0}]}', "items[1].count"),
        (b'{"items": [{"count": "2"}]}', "items[0].count"),
        (b'{"items": [{"count": true}]}', "items[0].count"),
        (b'{"items": 3}', "items"),
        (b'{"items": [], "more": 1}', ""),
        (b"[]", ""),
    ],
)
async def test_a_field_that_does_not_fit_is_named(client: AsyncClient, sent: bytes, path: str):
    found = problem(await client.post("/body", content=sent), 422, "input-refused")
    assert [error["path"] for error in found["errors"]] == [path]
    assert found["errors"][0]["message"]


async def test_bodies_that_are_no_json_empty_or_too_large(client: AsyncClient):
    problem(await client.post("/body", content=b'{"items": ['), 400, "malformed-json")
    problem(await client.post("/body", content=b"\xff"), 400, "malformed-json")
    problem(await client.post("/body"), 422, "input-refused")
    problem(await client.post("/body", content=b'{"items": ["\\u0000"]}'), 422, "input-refused")
    response = await client.post("/body", content=msgspec.json.encode({"items": [{"count": 1}] * 1000}))
    problem(response, 413, "body-too-large")


async def test_a_nul_in_the_address_is_refused(client: AsyncClient):
    problem(await client.get("/raise/a%00b"), 400, "bad-request")
    problem(await client.get("/nowhere?x=%00"), 400, "bad-request")
