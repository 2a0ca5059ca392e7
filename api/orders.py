"""Orders: placed from a hold, seen and given up by whoever has their secret, and by staff of their organisation."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import JSONBody, QueryParameter

from api import access, waiting
from api.params import BoxOfficeKey, OrderId, OrderKey
from api.wire import CancellationBody, OrderBody, PassBody, given
from ticketing import orders, passes, tickets
from ticketing.audit import Actor
from ticketing.channels import Channel
from ticketing.drafts import Buyer, PassChoice, PlaceOrder, SeatChoice
from ticketing.holds import hold_bytes
from ticketing.orders import Order, PlacedOrder
from ticketing.refusals import NotFound, ScopeMissing
from ticketing.tickets import OrderSheet
from ticketing.tokens import Scope
from web.call import Call

TAGS = ["Orders"]
ONE = "/orders/{order:uuid}"


@post("/box-offices/{box_office:str}/orders", tags=TAGS)
async def place(request: Call, box_office: BoxOfficeKey, data: JSONBody[OrderBody], key: OrderKey) -> PlacedOrder:
    """Order the places of a hold: they are the buyer's from then on, and owed until `expires_at`.

    The hold's id is all it takes. The answer's `secret` opens the order; the same request again gets the same answer.
    With a token of scope `sell` it is an order of the counter, by its times and its tariffs.
    """
    services = request.services
    seller = await services.offers.box_office(box_office)
    channel, by = await _seller(request, seller.organisation_id, data.channel)
    wanted = PlaceOrder(
        box_office=seller.id,
        request_key=key,
        hold=hold_bytes(data.hold),
        buyer=Buyer(data.buyer.email, data.buyer.name, data.buyer.locale),
        seats=tuple(
            SeatChoice(seat.performance, seat.place, seat.tariff, seat.holder_name, seat.options, given(seat.answers))
            for seat in data.seats
        ),
        passes=tuple([await _pass_choice(request, chosen) for chosen in data.passes]),
        channel=channel,
        total_cents=data.total_cents,
        answers=given(data.answers),
        admissions=waiting.admissions(request),
    )
    return await orders.place(services.database, services.inventory, services.settings, wanted, request.now, by)


@get(ONE, tags=TAGS, security=access.ORDER_OR_TOKEN)
async def read(request: Call, order: OrderId) -> Order:
    """An order and its money."""
    return await seen(request, order, Scope.VIEW)


@get("/orders", tags=TAGS, security=access.TOKEN)
async def by_code(
    request: Call, code: Annotated[str, QueryParameter(description="As a person types it", max_length=40)]
) -> Order:
    """An organisation's order by its code (staff)."""
    token = await access.staff(request, Scope.VIEW)
    return await orders.by_code(request.services.database, token.organisation_id, code)


@get(ONE + "/tickets", tags=TAGS, security=access.ORDER_OR_TOKEN)
async def sheet(request: Call, order: OrderId) -> OrderSheet:
    """An order's tickets and passes, whatever their status."""
    found = await seen(request, order, Scope.VIEW)
    return await tickets.sheet(request.services.database, found.id)


@post(ONE + "/cancellation", tags=TAGS, security=access.ORDER_OR_TOKEN, status_code=200)
async def cancel(request: Call, order: OrderId, data: JSONBody[CancellationBody]) -> Order:
    """Take tickets back. Their places are free again, their money is no longer owed, or goes back.

    A shopper gives up a whole order that is not paid; staff with `sell` cancel anything, or the tickets named.
    """
    stores = (request.services.database, request.services.inventory)
    found, by = await reached(request, order, Scope.SELL)
    if by.token_id is not None:
        return await orders.cancel(*stores, found.id, request.now, data.tickets, by)
    if data.tickets is not None:
        raise ScopeMissing(scope=Scope.SELL)
    return await orders.give_up(*stores, found.id, request.now, by)


async def seen(call: Call, order: OrderId, scope: Scope) -> Order:
    """The order, if the caller may see it: by its secret, or as its organisation's staff. Else NotFound."""
    return (await reached(call, order, scope))[0]


async def reached(call: Call, order: OrderId, scope: Scope) -> tuple[Order, Actor]:
    """The order as `seen` gives it, and whom the audit log names for what is done to it."""
    database = call.services.database
    if access.is_staff(call):
        token = await access.staff(call, scope)
        return await orders.of_organisation(database, token.organisation_id, order), access.actor(call, token)
    try:
        found = await orders.by_secret(database, order, access.order_secret(call))
    except NotFound:
        access.refused_secret(call)
        raise
    return found, access.shopper(call, found)


async def _seller(call: Call, organisation_id: UUID, wanted: str | None) -> tuple[Channel, Actor | None]:
    """The counter for staff, or a program of theirs, and whom the audit log names; the shop and nobody for anybody
    else. NotFound for another's box office."""
    token = await access.staff_or_anybody(call, Scope.SELL)
    if token is None:
        if wanted is not None:
            raise ScopeMissing(scope=Scope.SELL)
        return Channel.SHOP, None
    if token.organisation_id != organisation_id:
        raise NotFound(what="box office")
    return Channel(wanted or Channel.COUNTER), access.actor(call, token)


async def _pass_choice(call: Call, chosen: PassBody) -> PassChoice:
    pass_type = await call.services.offers.pass_type(chosen.pass_type)
    seats = await passes.seats(call.services.database, pass_type, chosen.seat, call.now)
    return passes.choice(pass_type, seats, chosen.holder_name)
