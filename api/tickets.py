"""Tickets in hand: printed, moved, opposed, issued again."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get, post
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody, QueryParameter

from api import access, orders
from api.params import OrderId, TicketId
from api.wire import DeliveryBody, Locale, MoveBody, PaperName
from ticketing import moves, ticket_deliveries, tickets
from ticketing.moves import Moved, MoveTicket
from ticketing.orders import Order
from ticketing.ticket_deliveries import Delivery, Files, Paper
from ticketing.tickets import Changed
from ticketing.tokens import Scope
from web import ticket_files
from web.call import Call

TAGS = ["Tickets"]


ORDER = "/orders/{order:uuid}"
Size = Annotated[PaperName | None, QueryParameter(description="Paper; None: the order's")]
Tongue = Annotated[Locale | None, QueryParameter(description="None: the buyer's")]


def _made(media_type: str, told: str) -> dict[int, ResponseSpec]:
    return {200: ResponseSpec(bytes, media_type=media_type, description=told, generate_examples=False)}


@get(
    ORDER + "/tickets.pdf",
    tags=TAGS,
    security=access.ORDER_OR_TOKEN,
    responses=_made(ticket_files.PDF, "A page each"),
)
async def pdf(
    request: Call,
    order: OrderId,
    size: Size = None,
    language: Tongue = None,
    ticket: Annotated[UUID | None, QueryParameter(description="This ticket or pass alone; None: all")] = None,
) -> Response[bytes]:
    """The order's valid tickets and passes, with their codes, to print or to show, each in its design."""
    found, paper, tag = await _wanted(request, order, size, language)
    if ticket is not None:
        file = await ticket_files.single(request.services, found.id, ticket, paper, tag, request.now)
    else:
        file = await ticket_files.whole(request.services, found.id, paper, tag, request.now)
    return ticket_files.answer(file, inline=True)


@get(
    ORDER + "/tickets.zip",
    tags=TAGS,
    security=access.ORDER_OR_TOKEN,
    responses=_made(ticket_files.ZIP, "A PDF each"),
)
async def zipped(request: Call, order: OrderId, size: Size = None, language: Tongue = None) -> Response[bytes]:
    """The order's valid tickets and passes, each in a file of its own."""
    found, paper, tag = await _wanted(request, order, size, language)
    return ticket_files.answer(await ticket_files.zipped(request.services, found.id, paper, tag, request.now))


@get(
    ORDER + "/calendar.ics",
    tags=TAGS,
    security=access.ORDER_OR_TOKEN,
    responses=_made(ticket_files.ICS, "An event a performance"),
)
async def calendar(request: Call, order: OrderId, language: Tongue = None) -> Response[bytes]:
    """The performances of the order's valid tickets, for a calendar (RFC 5545)."""
    found = await orders.seen(request, order, Scope.VIEW)
    return ticket_files.answer(await ticket_files.calendar(request.services, found.id, language or "", request.now))


@post(ORDER + "/ticket-delivery", tags=TAGS, security=access.ORDER_OR_TOKEN, status_code=200)
async def deliver(request: Call, order: OrderId, data: JSONBody[DeliveryBody]) -> Delivery:
    """Choose how the order's tickets are handed over: its mails are written so from now on."""
    found = await orders.seen(request, order, Scope.SELL)
    wanted = Delivery(Paper(data.paper), Files(data.files))
    await ticket_deliveries.choose(request.services.database, found.id, wanted)
    return wanted


async def _wanted(
    call: Call, order: OrderId, size: PaperName | None, language: Locale | None
) -> tuple[Order, Paper, str]:
    """The order that somebody may see, the paper and the locale for its tickets; an empty one is the buyer's."""
    found = await orders.seen(call, order, Scope.VIEW)
    usual = await ticket_deliveries.of_order(call.services.database, found.id)
    return found, Paper(size) if size else usual.paper, language or ""


@post("/tickets/{ticket:uuid}/moves", tags=TAGS, security=access.TOKEN, status_code=200)
async def move(request: Call, ticket: TicketId, data: JSONBody[MoveBody]) -> Moved:
    """Move a ticket to another place of its performance (staff): its code is new, the difference is due or refunded."""
    token = await access.staff(request, Scope.SELL)
    services = request.services
    wanted = MoveTicket(ticket, data.place, data.allotments)
    stores = (services.database, services.inventory, services.settings)
    by = access.actor(request, token)
    return await moves.move_ticket(*stores, token.organisation_id, wanted, request.now, by)


@post("/tickets/{ticket:uuid}/opposition", tags=TAGS, security=access.TOKEN, status_code=200)
async def oppose(request: Call, ticket: TicketId) -> Changed:
    """Make a valid ticket invalid; its place stays its own (staff)."""
    token = await access.staff(request, Scope.SELL)
    by = access.actor(request, token)
    return await tickets.oppose(request.services.database, token.organisation_id, ticket, request.now, by)


@post("/tickets/{ticket:uuid}/reissue", tags=TAGS, security=access.TOKEN, status_code=200)
async def reissue(request: Call, ticket: TicketId) -> Changed:
    """Give a ticket a new code, which ends the old one, and mail it to the customer (staff)."""
    token = await access.staff(request, Scope.SELL)
    by = access.actor(request, token)
    return await tickets.reissue(request.services.database, token.organisation_id, ticket, request.now, by)
