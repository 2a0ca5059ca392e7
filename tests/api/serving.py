"""An ASGI application called in this very loop: its lifespan, then requests, no socket between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from httpx import ASGITransport, AsyncClient


@asynccontextmanager
async def serving(app: Any, address: str = "10.9.0.1") -> AsyncIterator[AsyncClient]:
    """A client whose calls come from `address`, through a trusted proxy."""
    inbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    outbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
    task = asyncio.create_task(app({"type": "lifespan", "state": {}}, inbox.get, outbox.put))
    await _step("startup", inbox, outbox)
    transport = ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 1))
    headers = {"x-forwarded-for": address}
    async with AsyncClient(transport=transport, base_url="http://placeur.test", headers=headers) as client:
        yield client
    await _step("shutdown", inbox, outbox)
    await task


async def _step(step: str, inbox: "asyncio.Queue[dict[str, str]]", outbox: "asyncio.Queue[dict[str, str]]") -> None:
    await inbox.put({"type": f"lifespan.{step}"})
    answer = await outbox.get()
    assert answer["type"] == f"lifespan.{step}.complete", answer.get("message")
