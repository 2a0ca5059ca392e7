import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from benchmarks.lanes import Lanes, NoAnswer


@asynccontextmanager
async def server(answers: Callable[[bytes], list[bytes]]) -> AsyncIterator[str]:
    """Serve on loopback: each request's head gets these pieces; an empty piece closes the connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = re.search(rb"content-length: (\d+)", head.lower())
                body = await reader.readexactly(int(length[1]) if length else 0)
                for piece in answers(head + body):
                    if not piece:
                        return
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


async def test_an_answer_has_its_status_headers_and_body() -> None:
    seen: list[bytes] = []

    def answers(request: bytes) -> list[bytes]:
        seen.append(request)
        return [b'HTTP/1.1 201 Created\r\nETag: "a:1"\r\ncontent-length: 5\r\n\r\nhello']

    async with server(answers) as site, Lanes(site, 1) as lanes:
        answer = await lanes.ask("POST", "/holds", "Content-Type: application/json\r\n", b"{}")
    assert (answer.status, answer.body, answer.header("etag"), answer.header("x")) == (201, b"hello", '"a:1"', "")
    assert seen[0].startswith(b"POST /holds HTTP/1.1\r\nHost: 127.0.0.1:")
    assert seen[0].endswith(b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
    assert answer.seconds > 0


async def test_an_answer_may_come_in_pieces() -> None:
    pieces = [b"HTTP/1.1 200 OK\r\nContent-", b"Length: 6\r\n\r", b"\nab", b"cd", b"ef"]
    async with server(lambda _: pieces) as site, Lanes(site, 1) as lanes:
        assert [(await lanes.ask("GET", "/")).body for _ in range(3)] == [b"abcdef"] * 3


async def test_an_answer_without_a_body_needs_no_length() -> None:
    async with server(lambda _: [b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"]) as site, Lanes(site, 1) as lanes:
        assert [(await lanes.ask("GET", "/")).status for _ in range(2)] == [304, 304]


async def test_lanes_are_bounded_and_used_again() -> None:
    async with server(lambda _: [b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]) as site, Lanes(site, 3) as lanes:
        answers = await asyncio.gather(*(lanes.ask("GET", "/") for _ in range(20)))
        assert len(lanes._idle) == 3
    assert [answer.status for answer in answers] == [200] * 20


@pytest.mark.parametrize(
    "pieces",
    [[b""], [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", b""], [b"HTTP/1.1 200 OK\r\n\r\n"]],
    ids=["closed", "cut short", "no length"],
)
async def test_what_is_no_whole_answer_is_none(pieces: list[bytes]) -> None:
    async with server(lambda _: pieces) as site, Lanes(site, 1) as lanes:
        for _ in range(2):
            with pytest.raises(NoAnswer):
                await lanes.ask("GET", "/")


async def test_a_site_that_is_not_there_is_told() -> None:
    async with server(lambda _: []) as site:
        pass
    async with Lanes(site, 1) as lanes:
        with pytest.raises(NoAnswer, match=r"nothing answers at 127\.0\.0\.1, port \d+"):
            await lanes.ask("GET", "/")
