"""A ticket or a pass of an order: moved, opposed, allowed again, issued anew. Reached through its order."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, pages
from admin.access import Desk
from admin.menu import marked
from admin.orders import WORDS
from ticketing import dossiers, moves, passes, tickets
from ticketing.dossiers import Dossier, HeldPass, Seat
from ticketing.moves import MoveTicket
from ticketing.refusals import NotFound, Refusal
from ticketing.tokens import Scope
from web import ticket_files
from web.call import Call
from web.forms import Form

ONE = "/orders/{order_id:uuid}/tickets/{ticket_id:uuid}"
PASS = "/orders/{order_id:uuid}/passes/{pass_id:uuid}"
SHOW, MOVE = "tickets/show.html", "tickets/move.html"
PLACE_MAX = 2**31 - 1
PLACE_CHARS_MAX = 10
Verb = Callable[..., Awaitable[object]]


@get(ONE)
async def show(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str]:
    """A ticket, and what can be done with it."""
    desk = await access.order(request, order_id, Scope.VIEW)
    return await _show(request, desk, order_id, "tickets", ticket_id, Form())


@get(ONE + "/ticket.pdf")
async def pdf(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[bytes]:
    """It alone, to print."""
    return await _printed(request, order_id, ticket_id)


@post(ONE + "/opposition", status_code=200)
async def oppose(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Make it invalid."""
    opposed = marked("The ticket is not valid any more.")
    return await _act(request, order_id, "tickets", ticket_id, tickets.oppose, opposed, "reason")


@post(ONE + "/opposition-end", status_code=200)
async def allow(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Let its code be good again."""
    return await _act(request, order_id, "tickets", ticket_id, tickets.allow, marked("The ticket is valid again."))


@post(ONE + "/reissue", status_code=200)
async def reissue(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Give it another code."""
    issued = marked("The ticket has a new code, which is on its way to the buyer.")
    return await _act(request, order_id, "tickets", ticket_id, tickets.reissue, issued)


@get(ONE + "/move")
async def ask_move(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str]:
    """The map, and the free seats of a zone or of a place's, with what each would cost more or give back."""
    desk = await access.order(request, order_id, Scope.SELL)
    return await _offer(request, desk, order_id, ticket_id, Form())


@post(ONE + "/move", status_code=200)
async def move(request: Call, order_id: FromPath[UUID], ticket_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Move it to the seat that was chosen."""
    desk, form = await _at(request, order_id, "tickets", ticket_id)
    place = form.number("place", 0, PLACE_MAX, required=False)
    if place is None:
        form.mistaken("", "Choose a seat.")
        return await _offer(request, desk, order_id, ticket_id, form, again=True)
    services = request.services
    wanted, stores = MoveTicket(ticket_id, place), (services.database, services.inventory, services.settings)
    try:
        await moves.move_ticket(*stores, desk.reach.organisation_id, wanted, request.now, desk.actor)
    except Refusal as refusal:
        form.mistaken("", type(refusal).__doc__ or "", **refusal.fields)
        return await _offer(request, desk, order_id, ticket_id, form, again=True)
    return pages.done(request, f"/admin/orders/{order_id}", "The ticket is moved.")


@get(PASS)
async def show_pass(request: Call, order_id: FromPath[UUID], pass_id: FromPath[UUID]) -> Response[str]:
    """A pass, and what can be done with it."""
    desk = await access.order(request, order_id, Scope.VIEW)
    return await _show(request, desk, order_id, "passes", pass_id, Form())


@get(PASS + "/pass.pdf")
async def pass_pdf(request: Call, order_id: FromPath[UUID], pass_id: FromPath[UUID]) -> Response[bytes]:
    """It alone, to print."""
    return await _printed(request, order_id, pass_id)


@post(PASS + "/opposition", status_code=200)
async def oppose_pass(request: Call, order_id: FromPath[UUID], pass_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Make it invalid at all its dates."""
    opposed = marked("The pass is not valid any more.")
    return await _act(request, order_id, "passes", pass_id, passes.oppose, opposed, "reason")


@post(PASS + "/opposition-end", status_code=200)
async def allow_pass(request: Call, order_id: FromPath[UUID], pass_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Let its code be good again."""
    return await _act(request, order_id, "passes", pass_id, passes.allow, marked("The pass is valid again."))


@post(PASS + "/reissue", status_code=200)
async def reissue_pass(request: Call, order_id: FromPath[UUID], pass_id: FromPath[UUID]) -> Response[str] | Redirect:
    """Give it another code."""
    issued = marked("The pass has a new code, which is on its way to the buyer.")
    return await _act(request, order_id, "passes", pass_id, passes.reissue, issued)


async def _printed(call: Call, order_id: UUID, id: UUID) -> Response[bytes]:
    await access.order(call, order_id, Scope.SELL)
    paper = ticket_files.paper_of(call.query_params.get("size", ""))
    return ticket_files.answer(await ticket_files.single(call.services, order_id, id, paper, "", call.now))


async def _act(
    call: Call, order_id: UUID, nouns: str, id: UUID, verb: Verb, told: str, *fields: str
) -> Response[str] | Redirect:
    """What is done with a ticket or a pass of the order: `verb` with these fields of the form, and `told` after it."""
    desk, form = await _at(call, order_id, nouns, id)
    typed = {field: form.text(field) for field in fields}
    try:
        await verb(call.services.database, desk.reach.organisation_id, id, call.now, desk.actor, **typed)
    except Refusal as refusal:
        form.refused(refusal)
        return await _show(call, desk, order_id, nouns, id, form, again=True)
    return pages.done(call, _path(order_id, nouns, id), told)


async def _at(call: Call, order_id: UUID, nouns: str, id: UUID) -> tuple[Desk, Form]:
    """The desk, and what was typed. NotFound unless the ticket or the pass is of this order."""
    desk = await access.order(call, order_id, Scope.SELL)
    form = await call.typed()
    _held(await dossiers.of(call.services.database, order_id), nouns, id)
    return desk, form


async def _show(
    call: Call, desk: Desk, order_id: UUID, nouns: str, id: UUID, form: Form, again: bool = False
) -> Response[str]:
    dossier = await dossiers.of(call.services.database, order_id)
    thing = _held(dossier, nouns, id)
    seat, held = (thing, None) if nouns == "tickets" else (None, thing)
    context = {"dossier": dossier, "seat": seat, "held": held, "past": _past(dossier, id), "form": form} | WORDS
    render = pages.show_again if again else pages.show
    return render(call, SHOW, desk, here=_path(order_id, nouns, id), thing=thing, **context)


async def _offer(
    call: Call, desk: Desk, order_id: UUID, ticket_id: UUID, form: Form, again: bool = False
) -> Response[str]:
    services, owner = call.services, desk.reach.organisation_id
    dossier = await dossiers.of(services.database, order_id)
    seat = _held(dossier, "tickets", ticket_id)
    zone, place = (form.text(name) or call.query_params.get(name, "") for name in ("zone", "place"))
    wanted = int(place) if place.isdecimal() and len(place) < PLACE_CHARS_MAX else None
    offer = await moves.offer(services.database, services.inventory, owner, ticket_id, zone, wanted, call.now)
    render = pages.show_again if again else pages.show
    return render(call, MOVE, desk, dossier=dossier, seat=seat, offer=offer, form=form, **WORDS)


def _past(dossier: Dossier, id: UUID) -> list[Any]:
    """The oppositions that a ticket or a pass had, the newest first."""
    return [one for one in reversed(dossier.oppositions) if id in (one.ticket_id, one.pass_id)]


def _held(dossier: Dossier, nouns: str, id: UUID) -> Seat | HeldPass:
    """A ticket or a pass of an order, or NotFound."""
    found = dossier.seat(id) if nouns == "tickets" else dossier.holder_pass(id)
    if found is None:
        raise NotFound(what="ticket" if nouns == "tickets" else "pass")
    return found


def _path(order_id: UUID, nouns: str, id: UUID) -> str:
    return f"/admin/orders/{order_id}/{nouns}/{id}"
