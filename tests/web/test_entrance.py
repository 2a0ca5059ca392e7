from contextlib import AbstractAsyncContextManager

import pytest
from httpx import AsyncClient
from litestar import Litestar, Response, get
from litestar.types import Receive, Scope, Send

from tests.api.serving import serving
from web.entrance import Entrance


@get("/plain")
async def plain() -> str:
    return "hello"


@get("/kept")
async def kept() -> Response[str]:
    return Response("hello", headers={"cache-control": "public, max-age=1"})


def served(https_only: bool) -> AbstractAsyncContextManager[AsyncClient]:
    app = Litestar([plain, kept], openapi_config=None, logging_config=None)
    return serving(Entrance(app, https_only))


async def test_every_answer_is_dressed():
    async with served(https_only=False) as client:
        for path in ("/plain", "/nowhere"):
            headers = (await client.get(path)).headers
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"
            assert headers["cache-control"] == "no-store"
            assert "strict-transport-security" not in headers


async def test_what_may_be_kept_says_so_itself():
    async with served(https_only=True) as client:
        headers = (await client.get("/kept")).headers
        assert headers.get_list("cache-control") == ["public, max-age=1"]
        assert headers["strict-transport-security"]


async def test_every_request_has_a_name_of_its_own():
    async with served(https_only=False) as client:
        names = {(await client.get("/plain")).headers["x-request-id"] for _ in range(5)}
        assert len(names) == 5


async def test_head_is_get_without_the_body():
    async with served(https_only=False) as client:
        response = await client.head("/plain")
        assert response.status_code == 200 and response.content == b""
        assert response.headers["content-length"] == "5"


async def test_what_breaks_beneath_is_raised_and_counted():
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("broken")

    entrance = Entrance(broken, https_only=False)
    with pytest.raises(RuntimeError):
        await entrance({"type": "http", "method": "GET", "path": "/", "query_string": b""}, None, None)  # type: ignore
