"""Printing: in a process of its own, because setting a page holds the interpreter for some 20 ms.

One for each process that prints, started with the first ticket and kept; pages wait for one another there, while holds
go on here.
"""

from typing import Self

from printing.invoices import invoice_pdf
from printing.previews import page_png
from printing.tickets import each_pdf, tickets_pdf
from ticketing.invoicing import Document
from ticketing.ticket_deliveries import Paper
from ticketing.ticket_designs import BARE, Wardrobe
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

    async def tickets(self, issued: Issued, paper: Paper, tag: str, wardrobe: Wardrobe = BARE) -> bytes:
        """The tickets of an order as one PDF, in the locale `tag`. Raises BrokenExecutor when the press died."""
        return await self._aside.do(tickets_pdf, issued, paper, tag, wardrobe)

    async def each(self, issued: Issued, paper: Paper, tag: str, wardrobe: Wardrobe = BARE) -> list[bytes]:
        """Each pass and each ticket of an order as a PDF of its own. Raises BrokenExecutor when the press died."""
        return await self._aside.do(each_pdf, issued, paper, tag, wardrobe)

    async def preview(self, issued: Issued, paper: Paper, tag: str, wardrobe: Wardrobe, width_px: int) -> bytes:
        """The first page as a PNG so wide. Raises BrokenExecutor when the press died."""
        return await self._aside.do(page_png, issued, paper, tag, wardrobe, width_px)

    async def invoice(self, paper: Document) -> bytes:
        """An invoice or a credit note as a PDF. Raises BrokenExecutor when the press died."""
        return await self._aside.do(invoice_pdf, paper)

    def close(self) -> None:
        """End the process, after the page it is at; what waits there is dropped."""
        self._aside.close()
