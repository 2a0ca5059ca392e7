"""Invoices and credit notes over HTTP: named by their id, set by the press, never kept by anybody's cache."""

from uuid import UUID

from litestar import Response

from mailing.invoices import file_name
from ticketing import invoices
from ticketing.refusals import NotFound
from web.call import Call

ENDING = ".pdf"


def invoice_id(file: str) -> UUID:
    """The document that `<id>.pdf` names, or NotFound."""
    try:
        return UUID(file.removesuffix(ENDING) if file.endswith(ENDING) else "")
    except ValueError:
        raise NotFound(what="invoice") from None


async def answer(call: Call, order_id: UUID, wanted: UUID) -> Response[bytes]:
    """A document of the order as a PDF, or NotFound. Who may see the order is decided before."""
    paper = await invoices.document(call.services.database, order_id, wanted)
    headers = {
        "content-disposition": f'attachment; filename="{file_name(paper)}"',
        "cache-control": "no-store",
    }
    return Response(await call.services.press.invoice(paper), media_type="application/pdf", headers=headers)
