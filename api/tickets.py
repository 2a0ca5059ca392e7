"""Tickets in hand: printed, moved, opposed, issued again."""

from typing import Annotated

from litestar import Response, get, post
from litestar.openapi import ResponseSpec
from litestar.params import JSONBody, QueryParameter

from api import access, orders
from api.params import OrderId, TicketId
from api.wire import Locale, MoveBody, Paper
from printing.tickets import Size
from ticketing import moves, tickets
from ticketing.moves import Moved, MoveTicket
from ticketing.tickets import Changed
from ticketing.tokens import Scope
from web.call import Call

TAGS = ["Tickets"]
PDF = "application/pdf"


@get(
    "/orders/{order:uuid}/tickets.pdf",
    tags=TAGS,
    security=access.ORDER_OR_TOKEN,
    responses={200: ResponseSpec(bytes, media_type=PDF, description="A page each", generate_examples=False)},
)
async def pdf(
    request: Call,
    order: OrderId,
    size: Annotated[Paper, QueryParameter(description="Paper")] = "a4",
    language: Annotated[Locale | None, QueryParameter(description="None: the buyer's")] = None,
) -> Response[bytes]:
    """The order's valid tickets and passes, with their codes, to print or to show."""
    found = await orders.seen(request, order, Scope.VIEW)
    services = request.services
    issued = await tickets.issued(services.database, services.keys, found.id, request.now)
    printed = await services.press.tickets(issued, Size(size), language or issued.head.customer_locale)
    name = f"tickets-{found.code}.pdf"
    return Response(printed, media_type=PDF, headers={"content-disposition": f'inline; filename="{name}"'})


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
