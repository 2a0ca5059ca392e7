"""Printing tickets for the web: in a process of its own, because setting a page holds the interpreter for some 20 ms.

One a serving process, started with the first ticket printed and kept; pages wait for one another there, while holds
go on here.
"""

import asyncio
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from printing.tickets import Size, tickets_pdf
from ticketing.tickets import Issued


class Press:
    """A process that prints."""

    def __init__(self) -> None:
        self._process: ProcessPoolExecutor | None = None

    async def tickets(self, issued: Issued, size: Size, tag: str) -> bytes:
        """The tickets of an order as one PDF, in the locale `tag`."""
        if self._process is None:
            self._process = ProcessPoolExecutor(1, get_context("spawn"))
        return await asyncio.get_running_loop().run_in_executor(self._process, tickets_pdf, issued, size, tag)

    def close(self) -> None:
        """End the process, after the page it is at; what waits there is dropped."""
        if self._process is not None:
            self._process.shutdown(cancel_futures=True)
