"""A shop behind the real application, and the browsers of its visitors."""

from typing import Any

import pytest
from httpx import AsyncClient, Response

from tests.admin.conftest import Browser as Plain
from tests.admin.conftest import SignIn, sign_in
from tests.api.conftest import House, client, database, free, hold, house, order, paid, queries, rival, settings

__all__ = [
    "SignIn", "client", "database", "free", "hold", "house", "order", "paid", "queries", "rival", "settings", "sign_in",
]  # fmt: skip


class Browser(Plain):
    """A visitor of the house's shop. Addresses are the shop's own, without its path."""

    def __init__(self, client: AsyncClient, house: House, language: str = "en") -> None:
        super().__init__(client, language)
        self.client = client
        self.base = f"/shop/{house.key}"

    async def script(self, path: str, body: Any) -> Response:
        """Ask what a page's script asks, with the browser's token."""
        visit = (await self.get(f"{self.base}/visit")).json()
        return await self.get_posted(path, body, visit["token"])

    async def get_posted(self, path: str, body: Any, token: str) -> Response:
        """The same with this token."""
        return await self._ask("POST", f"{self.base}{path}", json=body, headers={"x-csrf-token": token})

    async def take(self, house: House, seats: list[str], **fields: Any) -> Any:
        """Put seats of the first performance into the cart; what is in it then."""
        body = {"performance": house.first, "seats": seats} | fields
        response = await self.script("/cart/places", body)
        assert response.status_code == 200, response.text
        return response.json()


@pytest.fixture
def visitor(client: AsyncClient, house: House) -> Browser:
    """Somebody who comes by."""
    return Browser(client, house)
