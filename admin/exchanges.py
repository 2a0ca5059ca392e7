"""A ticket exchanged: for another tariff, date or event, with what that costs more or gives back; by its order."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.orders import WORDS, within_rights
from admin.tickets import ONE
from ticketing import dossiers, exchanges
from ticketing.dossiers import Dossier, Seat
from ticketing.exchanges import Date, Exchange, TariffChoice
from ticketing.moves import Offer
from ticketing.refusals import NotFound, Refusal
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

SHOW = "tickets/exchange.html"
NUMBER_CHARS_MAX = 10
NOWHERE = -1


@get(ONE + "/exchange")
async def ask(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str]:
    """The dates and tariffs that it may be exchanged for, and the free places of the one that the address names."""
    desk = await access.order(request, order_id, Scope.SELL)
    return await _show(request, desk, order_id, ticket_id, Form.of(dict(request.query_params)))


@post(ONE + "/exchange", status_code=200)
async def exchange(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Exchange it for the place that was chosen, at the price that was told."""
    desk = await access.order(request, order_id, Scope.SELL)
    form, services = await request.typed(), request.services
    _seat(await dossiers.of(services.database, order_id), ticket_id)
    place, told_cents = _chosen(form.text("place"))
    if place is None:
        form.mistaken("", "Choose a seat.")
        return await _show(request, desk, order_id, ticket_id, form, 422)
    date, tariff = _id(form.text("date")), _id(form.text("tariff"))
    await access.performance(request, date, Scope.SELL)
    wanted = Exchange(ticket_id, date, tariff, place, told_cents)
    stores = (services.database, services.inventory, services.settings)
    try:
        if told_cents is None or told_cents < 0:
            await within_rights(request, desk, order_id)
        await exchanges.exchange(*stores, desk.reach.organisation_id, wanted, request.now, desk.actor)
    except Refusal as refusal:
        form.mistaken("", type(refusal).__doc__ or "", **refusal.fields)
        return await _show(request, desk, order_id, ticket_id, form, refusal.status)
    return pages.done(request, f"/admin/orders/{order_id}", "The ticket is exchanged.")


async def _show(
    call: Call, desk: Desk, order_id: UUID, ticket_id: UUID, form: Form, status: int = 200
) -> Response[str]:
    """The page: what the ticket is, what it may become, and what that costs."""
    services = call.services
    dossier = await dossiers.of(services.database, order_id)
    seat = _seat(dossier, ticket_id)
    dates = await exchanges.dates(services.database, dossier.order.box_office_id, call.now)
    if desk.office is None or not desk.office.may(Scope.SELL):
        dates = [date for date in dates if date.event_id == seat.event_id]
    date = _wanted(dates, form, seat)
    tariffs = await exchanges.tariffs(services.database, date.id) if date else []
    tariff = _tariff(tariffs, form, seat)
    offer: Offer | None = None
    if date is not None and tariff is not None:
        place, _ = _chosen(form.text("place"))
        asked = Exchange(ticket_id, date.id, tariff.id, NOWHERE if place is None else place)
        stores = (services.database, services.inventory)
        offer = await exchanges.offer(*stores, desk.reach.organisation_id, asked, form.text("zone"), call.now)
    context: dict[str, Any] = {
        "dossier": dossier, "seat": seat, "dates": dates, "date": date, "tariffs": tariffs, "tariff": tariff,
        "offer": offer, "form": form,
    }  # fmt: skip
    response = pages.show(call, SHOW, desk, **context, **WORDS)
    response.status_code = status
    return response


def _wanted(dates: list[Date], form: Form, seat: Seat) -> Date | None:
    """The date that was chosen, else the ticket's own, else the next one."""
    by_id = {str(date.id): date for date in dates}
    return by_id.get(form.text("date")) or by_id.get(str(seat.performance_id)) or next(iter(dates), None)


def _tariff(tariffs: list[TariffChoice], form: Form, seat: Seat) -> TariffChoice | None:
    """The tariff that was chosen, else the one that is called as the ticket's is, else the first one."""
    named = [one for one in tariffs if str(one.id) == form.text("tariff")]
    same = [one for one in tariffs if one.name == seat.tariff_name]
    return next(iter((*named, *same, *tariffs)), None)


def _chosen(text: str) -> tuple[int | None, int | None]:
    """The place that was chosen, and what it was told to cost more."""
    place, _, cents = text.partition(":")
    if not (place.isdecimal() and len(place) < NUMBER_CHARS_MAX):
        return None, None
    told = cents.removeprefix("-")
    return int(place), int(cents) if told.isdecimal() and len(told) < NUMBER_CHARS_MAX else None


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(what="performance") from None


def _seat(dossier: Dossier, ticket_id: UUID) -> Seat:
    seat = dossier.seat(ticket_id)
    if seat is None:
        raise NotFound(what="ticket")
    return seat
