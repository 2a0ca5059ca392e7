"""A TCP line to a server that can be cut and mended."""

import asyncio

import httpx

from embedded import free_port


class Relay:
    """A line to the server that can be cut."""

    def __init__(self, url: str) -> None:
        self.target, self.port = httpx.URL(url), free_port()
        self._open: set[asyncio.StreamWriter] = set()

    async def mend(self) -> None:
        self._server = await asyncio.start_server(self._join, "127.0.0.1", self.port)

    async def cut(self) -> None:
        self._server.close()
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to = await asyncio.open_connection(self.target.host, self.target.port)
        self._open |= {writer, to}
        await asyncio.gather(_pour(reader, to), _pour(there, writer))


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()
