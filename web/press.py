"""Printing tickets: in a process of its own, because setting a page holds the interpreter for some 20 ms.

One for each process that prints, started with the first ticket and kept; pages wait for one another there, while holds
go on here.
"""

from typing import Self

from printing.tickets import Size, tickets_pdf
from ticketing.tickets import Issued
from ticketing.workshop import Aside


class Press:
    """A process that prints."""

    def __init__(self, *, niceness: int = 0) -> None:
        self._aside = Aside(niceness=niceness)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def tickets(self, issued: Issued, size: Size, tag: str) -> bytes:
        """The tickets of an order as one PDF, in the locale `tag`. Raises BrokenExecutor when the press died."""
        return await self._aside.do(tickets_pdf, issued, size, tag)

    def close(self) -> None:
        """End the process, after the page it is at; what waits there is dropped."""
        self._aside.close()
