import pytest
from httpx import AsyncClient

from tests.admin.conftest import Browser, SignIn
from ticketing.tokens import Scope


@pytest.mark.parametrize("path", ["/admin/nowhere", "/admin/events/nowhere", "/admin/a/b/c"])
async def test_an_address_that_is_none_is_told_on_a_page(sign_in: SignIn, browser: Browser, path: str):
    for somebody in (await sign_in(Scope.VIEW), browser):
        answer = await somebody.get(path)
        assert answer.status_code == 404 and answer.headers["content-type"].startswith("text/html")
        assert 'href="/admin"' in answer.text


async def test_programs_are_told_in_their_own_way(client: AsyncClient):
    assert (await client.get("/api/v1/nowhere")).headers["content-type"] == "application/problem+json"
