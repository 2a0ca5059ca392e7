"""A ticket or a pass of an order: moved, opposed, allowed again, issued anew. Reached through its order."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.orders import WORDS
from ticketing import dossiers, moves, passes, tickets
from ticketing.dossiers import Dossier, HeldPass, Seat
from ticketing.moves import MoveTicket
from ticketing.refusals import NotFound, Refusal
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

ONE = "/orders/{order_id:uuid}/tickets/{ticket_id:uuid}"
PASS = "/orders/{order_id:uuid}/passes/{pass_id:uuid}"
SHOW, MOVE = "tickets/show.html", "tickets/move.html"
PLACE_MAX = 2**31 - 1


@get(ONE)
async def show(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str]:
    """A ticket, and what can be done with it."""
    desk = await access.order(request, order_id, Scope.VIEW)
    return await _show(request, desk, order_id, ticket_id, Form())


@post(ONE + "/opposition", status_code=200)
async def oppose(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Make it invalid."""
    desk, form, owner = await _at(request, order_id, ticket_id)
    try:
        database = request.services.database
        await tickets.oppose(database, owner, ticket_id, request.now, desk.actor, form.text("reason"))
    except Refusal as refusal:
        form.refused(refusal)
        return await _show(request, desk, order_id, ticket_id, form, again=True)
    return pages.done(request, _path(order_id, "tickets", ticket_id), "The ticket is not valid any more.")


@post(ONE + "/opposition-end", status_code=200)
async def allow(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Let its code be good again."""
    desk, form, owner = await _at(request, order_id, ticket_id)
    try:
        await tickets.allow(request.services.database, owner, ticket_id, request.now, desk.actor)
    except Refusal as refusal:
        form.refused(refusal)
        return await _show(request, desk, order_id, ticket_id, form, again=True)
    return pages.done(request, _path(order_id, "tickets", ticket_id), "The ticket is valid again.")


@post(ONE + "/reissue", status_code=200)
async def reissue(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Give it another code."""
    desk, form, owner = await _at(request, order_id, ticket_id)
    try:
        await tickets.reissue(request.services.database, owner, ticket_id, request.now, desk.actor)
    except Refusal as refusal:
        form.refused(refusal)
        return await _show(request, desk, order_id, ticket_id, form, again=True)
    path = _path(order_id, "tickets", ticket_id)
    return pages.done(request, path, "The ticket has a new code, which is on its way to the buyer.")


@get(ONE + "/move")
async def ask_move(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str]:
    """The free seats of a zone, with what each would cost more or give back."""
    desk = await access.order(request, order_id, Scope.SELL)
    return await _offer(request, desk, order_id, ticket_id, Form())


@post(ONE + "/move", status_code=200)
async def move(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Move it to the seat that was chosen."""
    desk, form, owner = await _at(request, order_id, ticket_id)
    place = form.number("place", 0, PLACE_MAX, required=False)
    if place is None:
        form.mistaken("", "Choose a seat.")
        return await _offer(request, desk, order_id, ticket_id, form, again=True)
    services = request.services
    wanted, stores = MoveTicket(ticket_id, place), (services.database, services.inventory, services.settings)
    try:
        await moves.move_ticket(*stores, owner, wanted, request.now, desk.actor)
    except Refusal as refusal:
        form.mistaken("", type(refusal).__doc__ or "", **refusal.fields)
        return await _offer(request, desk, order_id, ticket_id, form, again=True)
    return pages.done(request, f"/admin/orders/{order_id}", "The ticket is moved.")


@get(PASS)
async def show_pass(request: Call, order_id: FromPath[UUID], pass_id: FromPath[UUID]) -> Response[str]:
    """A pass, and what can be done with it."""
    desk = await access.order(request, order_id, Scope.VIEW)
    return await _show_pass(request, desk, order_id, pass_id, Form())


@post(PASS + "/opposition", status_code=200)
async def oppose_pass(request: Call, order_id: FromPath[UUID], pass_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Make it invalid at all its dates."""
    desk, form, owner = await _at_pass(request, order_id, pass_id)
    try:
        await passes.oppose(request.services.database, owner, pass_id, request.now, desk.actor, form.text("reason"))
    except Refusal as refusal:
        form.refused(refusal)
        return await _show_pass(request, desk, order_id, pass_id, form, again=True)
    return pages.done(request, _path(order_id, "passes", pass_id), "The pass is not valid any more.")


@post(PASS + "/opposition-end", status_code=200)
async def allow_pass(request: Call, order_id: FromPath[UUID], pass_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Let its code be good again."""
    desk, form, owner = await _at_pass(request, order_id, pass_id)
    try:
        await passes.allow(request.services.database, owner, pass_id, request.now, desk.actor)
    except Refusal as refusal:
        form.refused(refusal)
        return await _show_pass(request, desk, order_id, pass_id, form, again=True)
    return pages.done(request, _path(order_id, "passes", pass_id), "The pass is valid again.")


@post(PASS + "/reissue", status_code=200)
async def reissue_pass(request: Call, order_id: FromPath[UUID], pass_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Give it another code."""
    desk, form, owner = await _at_pass(request, order_id, pass_id)
    try:
        await passes.reissue(request.services.database, owner, pass_id, request.now, desk.actor)
    except Refusal as refusal:
        form.refused(refusal)
        return await _show_pass(request, desk, order_id, pass_id, form, again=True)
    path = _path(order_id, "passes", pass_id)
    return pages.done(request, path, "The pass has a new code, which is on its way to the buyer.")


async def _at(call: Call, order_id: UUID, ticket_id: UUID) -> tuple[Desk, Form, UUID]:
    """The desk, what was typed, and the organisation; NotFound unless the ticket is of this order."""
    desk = await access.order(call, order_id, Scope.SELL)
    form = await call.typed()
    _seat(await dossiers.of(call.services.database, order_id), ticket_id)
    return desk, form, desk.reach.organisation_id


async def _at_pass(call: Call, order_id: UUID, pass_id: UUID) -> tuple[Desk, Form, UUID]:
    desk = await access.order(call, order_id, Scope.SELL)
    form = await call.typed()
    _pass(await dossiers.of(call.services.database, order_id), pass_id)
    return desk, form, desk.reach.organisation_id


async def _show(
    call: Call, desk: Desk, order_id: UUID, ticket_id: UUID, form: Form, again: bool = False
) -> Response[str]:
    dossier = await dossiers.of(call.services.database, order_id)
    seat = _seat(dossier, ticket_id)
    context = {"dossier": dossier, "seat": seat, "held": None, "past": _past(dossier, ticket_id), "form": form} | WORDS
    render = pages.show_again if again else pages.show
    return render(call, SHOW, desk, here=_path(order_id, "tickets", ticket_id), thing=seat, **context)


async def _show_pass(
    call: Call, desk: Desk, order_id: UUID, pass_id: UUID, form: Form, again: bool = False
) -> Response[str]:
    dossier = await dossiers.of(call.services.database, order_id)
    held = _pass(dossier, pass_id)
    context = {"dossier": dossier, "seat": None, "held": held, "past": _past(dossier, pass_id), "form": form} | WORDS
    render = pages.show_again if again else pages.show
    return render(call, SHOW, desk, here=_path(order_id, "passes", pass_id), thing=held, **context)


async def _offer(
    call: Call, desk: Desk, order_id: UUID, ticket_id: UUID, form: Form, again: bool = False
) -> Response[str]:
    services, owner = call.services, desk.reach.organisation_id
    dossier = await dossiers.of(services.database, order_id)
    seat = _seat(dossier, ticket_id)
    zone = form.text("zone") or call.query_params.get("zone", "")
    offer = await moves.offer(services.database, services.inventory, owner, ticket_id, zone, call.now)
    render = pages.show_again if again else pages.show
    return render(call, MOVE, desk, dossier=dossier, seat=seat, offer=offer, form=form, **WORDS)


def _past(dossier: Dossier, id: UUID) -> list[Any]:
    """The oppositions that a ticket or a pass had, the newest first."""
    return [one for one in reversed(dossier.oppositions) if id in (one.ticket_id, one.pass_id)]


def _seat(dossier: Dossier, ticket_id: UUID) -> Seat:
    seat = dossier.seat(ticket_id)
    if seat is None:
        raise NotFound(what="ticket")
    return seat


def _pass(dossier: Dossier, pass_id: UUID) -> HeldPass:
    held = dossier.holder_pass(pass_id)
    if held is None:
        raise NotFound(what="pass")
    return held


def _path(order_id: UUID, nouns: str, id: UUID) -> str:
    return f"/admin/orders/{order_id}/{nouns}/{id}"
