"""The page behind the link in an order's mails: its tickets to hold up at the entrance, and the same as files.

Whoever has the link sees the tickets, as who has the paper does; it changes nothing and shows nothing else of the
order. It works without a script: tickets stand beside one another and are swiped, or scrolled with the keyboard.
"""

import time
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from ticketing import ticket_links
from ticketing.refusals import LinkUnknown, NotFound, TicketsNotIssued
from ticketing.ticket_deliveries import Paper
from web import pages, ticket_files
from web.call import Call
from web.ticket_files import answer, paper_of

PATH = "/tickets/{token:str}"
PAGE, GONE = "tickets/page.html", "tickets/gone.html"


@get(PATH, include_in_schema=False)
async def show(request: Call, token: FromPath[str]) -> Response[str]:
    """The tickets, one after another; or why there are none."""
    _count(request)
    try:
        order_id = ticket_links.order_of(request.services.settings, token)
        phone = await ticket_files.for_phone(request.services, order_id, request.visit.language, request.now)
    except (LinkUnknown, NotFound) as refusal:
        return pages.show(request, GONE, status=refusal.status, unpaid=False)
    except TicketsNotIssued as refusal:
        return pages.show(request, GONE, status=refusal.status, unpaid=True)
    return pages.show(request, PAGE, phone=phone, at=f"/tickets/{token}", papers=Paper)


@get(PATH + "/tickets.pdf", include_in_schema=False)
async def pdf(request: Call, token: FromPath[str]) -> Response[bytes]:
    """All of them on the paper that the address names."""
    order_id, paper = _asked(request, token)
    file = await ticket_files.whole(request.services, order_id, paper, request.visit.language, request.now)
    return answer(file, inline=True)


@get(PATH + "/tickets.zip", include_in_schema=False)
async def zipped(request: Call, token: FromPath[str]) -> Response[bytes]:
    """All of them, each in a file of its own."""
    order_id, paper = _asked(request, token)
    return answer(await ticket_files.zipped(request.services, order_id, paper, request.visit.language, request.now))


@get(PATH + "/{id:uuid}/ticket.pdf", include_in_schema=False)
async def single(request: Call, token: FromPath[str], id: FromPath[UUID]) -> Response[bytes]:
    """One of them."""
    order_id, paper = _asked(request, token)
    file = await ticket_files.single(request.services, order_id, id, paper, request.visit.language, request.now)
    return answer(file, inline=True)


@get(PATH + "/calendar.ics", include_in_schema=False)
async def calendar(request: Call, token: FromPath[str]) -> Response[bytes]:
    """Its performances, for a calendar."""
    order_id, _ = _asked(request, token)
    return answer(await ticket_files.calendar(request.services, order_id, request.visit.language, request.now))


HANDLERS = [show, pdf, zipped, single, calendar]


def _asked(call: Call, token: str) -> tuple[UUID, Paper]:
    """The order that a link names, or LinkUnknown; and the paper. TooManyRequests."""
    _count(call)
    order_id = ticket_links.order_of(call.services.settings, token)
    return order_id, paper_of(call.query_params.get("size", ""))


def _count(call: Call) -> None:
    """Count one look against the caller's address."""
    call.services.reads.take(call.address, time.monotonic())
