"""The application in its own process: what only a real server shows."""

import asyncio
import base64
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from tests.api.conftest import PLACES, House, database, house, rival, settings
from tests.api.server import Server, server
from ticketing.settings import Settings
from web.live import RUN

__all__ = ["database", "house", "rival", "settings"]

NEWS_S_MAX = 10.0
STOPPED_S_MAX = 10.0
"""Far less than the stream would last."""
FROM = {"x-forwarded-for": "10.77.0.1"}


@pytest.fixture
def served(settings: Settings) -> Iterator[Server]:
    with server(settings, workers=2) as served:
        yield served


async def events(lines: AsyncIterator[str]) -> AsyncIterator[dict[str, str]]:
    """Server-sent events, comments left out."""
    event: dict[str, str] = {}
    async for line in lines:
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = value
        elif event:
            yield event
            event = {}


def states(packed: bytes) -> list[int]:
    return [packed[place // 4] >> 2 * (place % 4) & 3 for place in range(PLACES)]


async def test_a_live_reader_sees_what_others_take_and_ends_with_the_server(served: Server, house: House):
    path = f"/api/v1/performances/{house.first}/availability/stream"
    async with (
        asyncio.timeout(NEWS_S_MAX * 3),
        httpx.AsyncClient(base_url=served.url, headers=FROM, timeout=None) as client,
        client.stream("GET", path) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        told = events(response.aiter_lines())
        first = await anext(told)
        assert first["event"] == "house" and first["id"]
        seen = states(base64.b64decode(first["data"]))
        assert seen == [0] * PLACES
        wants = [{"kind": "seats", "performance": house.first, "seats": ["C-1", "C-2"]}]
        assert (await client.post(house.path("holds"), json={"wants": wants})).status_code == 201
        change = await anext(told)
        assert change["event"] == "changes" and change["id"] != first["id"]
        for start, count, state in RUN.iter_unpack(base64.b64decode(change["data"])):
            seen[start : start + count] = [state] * count
        assert [place for place, state in enumerate(seen) if state] == [20, 21]

        ending = asyncio.create_task(asyncio.to_thread(served.stop))
        assert [event async for event in told] == []
        assert await ending < STOPPED_S_MAX


async def test_processes_share_what_they_count_and_know(served: Server, house: House):
    async with httpx.AsyncClient(headers=FROM) as client:
        path = f"{served.url}/api/v1/performances/{house.first}/availability"
        tags = {(await client.get(path)).headers["etag"] for _ in range(10)}
        assert len(tags) == 1


ODD = (
    b"GET / HTTP/1.1\r\nhost: x\r\nx-forwarded-for: \xff\xfe\r\n\r\n",
    b"GET /%ff%fe HTTP/1.1\r\nhost: x\r\n\r\n",
    b"GET /api/v1/orders?code=%ff HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \xff\r\n\r\n",
    b"GET /api/v1/plans/%00 HTTP/1.1\r\nhost: x\r\n\r\n",
    b"BREW /api/v1/orders HTTP/1.1\r\nhost: x\r\n\r\n",
    b"POST /api/v1/payments/sandbox/notifications HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\n\r\n\xff",
    b"GET /api/v1/performances/x/availability HTTP/1.1\r\nhost: x\r\nif-none-match: \xff\r\n\r\n",
)


async def test_odd_bytes_are_the_callers_mistake(served: Server):
    host, port = served.url.removeprefix("http://").split(":")
    async with asyncio.timeout(NEWS_S_MAX):
        for sent in ODD:
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(sent)
            status = int((await reader.readline()).split()[1])
            writer.close()
            assert status < 500, sent
