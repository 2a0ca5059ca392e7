"""Printing: in a process of its own, because setting a page holds the interpreter for some 20 ms.

One for each process that prints, started with the first ticket and kept; pages wait for one another there, while holds
go on here. It alone reads what sets pages, which is large: whoever serves starts sooner without.
"""

from collections.abc import Callable, Mapping
from typing import Any, Self

from printing.cash_records import CashRecord
from printing.door_list_records import DoorListRecord
from ticketing.formats import Language
from ticketing.invoicing import Document
from ticketing.ticket_deliveries import Paper
from ticketing.ticket_designs import BARE, Wardrobe
from ticketing.tickets import Issued
from ticketing.workshop import Aside, Elsewhere

TICKETS: Callable[[Issued, Paper, str, Wardrobe], bytes] = Elsewhere("printing.tickets", "tickets_pdf")
EACH: Callable[[Issued, Paper, str, Wardrobe], list[bytes]] = Elsewhere("printing.tickets", "each_pdf")
PREVIEW: Callable[[Issued, Paper, str, Wardrobe, int], bytes] = Elsewhere("printing.previews", "page_png")
INVOICE: Callable[[Document], bytes] = Elsewhere("printing.invoices", "invoice_pdf")
CASH_REPORT: Callable[[CashRecord], bytes] = Elsewhere("printing.cash_reports", "report_pdf")
CASH_TEXT: Callable[[CashRecord, int], str] = Elsewhere("printing.cash_reports", "report_text")
FOR_MACHINES: Mapping[str, Callable[..., Any]] = {
    name: Elsewhere("printing.for_machines", name)
    for name in ("tickets", "receipt", "report", "pass_cards", "test_page")
}
DOOR_LIST: Callable[[DoorListRecord], bytes] = Elsewhere("printing.door_lists", "door_list_pdf")
EXAMPLE: Callable[[Language], bytes] = Elsewhere("printing.previews", "example_png")


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
        return await self._aside.do(TICKETS, issued, paper, tag, wardrobe)

    async def each(self, issued: Issued, paper: Paper, tag: str, wardrobe: Wardrobe = BARE) -> list[bytes]:
        """Each pass and each ticket of an order as a PDF of its own. Raises BrokenExecutor when the press died."""
        return await self._aside.do(EACH, issued, paper, tag, wardrobe)

    async def preview(self, issued: Issued, paper: Paper, tag: str, wardrobe: Wardrobe, width_px: int) -> bytes:
        """The first page as a PNG so wide. Raises BrokenExecutor when the press died."""
        return await self._aside.do(PREVIEW, issued, paper, tag, wardrobe, width_px)

    async def invoice(self, paper: Document) -> bytes:
        """An invoice or a credit note as a PDF. Raises BrokenExecutor when the press died."""
        return await self._aside.do(INVOICE, paper)

    async def cash_report(self, record: CashRecord) -> bytes:
        """A report of a till as a PDF. Raises BrokenExecutor when the press died."""
        return await self._aside.do(CASH_REPORT, record)

    async def cash_text(self, record: CashRecord, columns: int) -> str:
        """The same as the lines of a receipt printer. Raises BrokenExecutor when the press died."""
        return await self._aside.do(CASH_TEXT, record, columns)

    async def for_machine(self, what: str, *given: Any) -> Any:
        """What a printer is sent (`printing.for_machines`): `what` is a function there, with what it is given. Raises
        BrokenExecutor when the press died."""
        return await self._aside.do(FOR_MACHINES[what], *given)

    async def door_list(self, record: DoorListRecord) -> bytes:
        """A part of a door list as a PDF. Raises BrokenExecutor when the press died."""
        return await self._aside.do(DOOR_LIST, record)

    async def example(self, language: Language) -> bytes:
        """The example template that one lays over a picture of one's own, as a PNG. Raises BrokenExecutor."""
        return await self._aside.do(EXAMPLE, language)

    def close(self) -> None:
        """End the process, after the page it is at; what waits there is dropped."""
        self._aside.close()
