"""The back office behind the real application, and browsers that are signed in there."""

import html
import re
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from argon2 import PasswordHasher
from httpx import AsyncClient, Response

from admin import print_agents
from hardware import discovery
from tests.api.conftest import House, client, database, hold, house, order, paid, queries, rival, settings
from ticketing import rights, staff
from ticketing.db import Database
from ticketing.rights import Grant
from ticketing.tokens import Scope
from web.built import assets

__all__ = ["client", "database", "hold", "house", "order", "paid", "queries", "rival", "settings"]

PASSWORD = "correct horse battery"
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
numbers = count(1)
SignIn = Callable[..., Awaitable["Browser"]]


class Browser:
    """One browser: its cookies, and the token of the last page it was shown."""

    def __init__(self, client: AsyncClient, language: str = "en") -> None:
        self._client, self._language = client, language
        self.cookies: dict[str, str] = {}
        self.token = ""
        self.staff_id: UUID | None = None
        self.email = ""

    async def get(self, path: str, **options: Any) -> Response:
        """Open a page, without following where it sends."""
        return await self._ask("GET", path, **options)

    async def post(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> Response:
        """Send a form, with the token of the last page."""
        return await self._ask("POST", path, data={"csrf": self.token} | (fields or {}), **options)

    async def page(self, path: str) -> str:
        """The text of a page that must be there, its entities read."""
        response = await self.get(path)
        assert response.status_code == 200, (response.status_code, response.headers.get("location"), response.text)
        return html.unescape(response.text)

    async def done(self, path: str, fields: dict[str, Any] | None = None, **options: Any) -> str:
        """Send a form that must be taken; where it leads."""
        response = await self.post(path, fields, **options)
        assert response.status_code == 303, (response.status_code, html.unescape(response.text))
        return str(response.headers["location"])

    async def _ask(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> Response:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"cookie": cookies, "accept-language": self._language} | (headers or {})
        response = await self._client.request(method, path, headers=headers, **options)
        for line in response.headers.get_list("set-cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        self._client.cookies.clear()
        if found := TOKEN.search(response.text):
            self.token = found[1]
        return response


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords hashed in a millisecond."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(staff, "_hasher", hasher)
    monkeypatch.setattr(staff, "_nobody", hasher.hash("nobody"))


@pytest.fixture(autouse=True)
def editor_assets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The editor's page is shown also where its script is not built."""
    names = assets()._names
    for entry in ("editor.js", "editor.css"):
        if entry not in names:
            monkeypatch.setitem(names, entry, entry)


@pytest.fixture(autouse=True)
def nobody_nearby(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test asks the network which printers there are."""

    async def found(*_: Any, **__: Any) -> list[Any]:
        return []

    monkeypatch.setattr(discovery, "look", found)
    monkeypatch.setattr(print_agents, "WAITED_S_MAX", 0)


@pytest.fixture
def browser(client: AsyncClient) -> Browser:
    """A browser that nobody is signed in with."""
    return Browser(client)


@pytest.fixture
def sign_in(client: AsyncClient, database: Database, house: House) -> SignIn:
    """Sign in somebody new: `scope` on the house's organisation, unless another `grant` is given (None: no right)."""

    async def signed_in(scope: Scope | None = Scope.MANAGE, language: str = "en", **grant: Any) -> Browser:
        from_now = house.performances[0].sale_opens_at
        email = f"person-{next(numbers)}@example.org"
        person = await staff.create(database, email, "Pat Person", PASSWORD, from_now)
        async with database.transaction() as c:
            if scope is not None:
                given = {"organisation_id": house.organisation_id, "scope": scope, "staff_id": person.id} | grant
                await staff.join(c, given["organisation_id"], person.id, from_now)
                await rights.grant(c, Grant(**given), from_now)
        browser = Browser(client, language)
        browser.staff_id, browser.email = person.id, email
        await browser.get("/admin/sign-in")
        assert await browser.done("/admin/sign-in", {"email": email, "password": PASSWORD}) == "/admin"
        return browser

    return signed_in
