"""A customer as a box office knows them: who they are, what they ordered there, and their end when they wish it.

Who sees a box office sees its customers; to delete one, who is a customer of all box offices, one manages the
organisation.
"""

from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from admin import access, history, pages
from admin.access import Desk
from admin.menu import marked
from admin.orders import STATES
from ticketing import customer_accounts, customer_deletions, customers
from ticketing.customers import CustomerSheet
from ticketing.refusals import NotFound, PermissionMissing
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

ONE = "/box-offices/{key:str}/customers/{customer_id:uuid}"
SHOW, DELETION = "customers/show.html", "customers/deletion.html"


@get(ONE)
async def show(request: Call, key: FromPath[str], customer_id: FromPath[UUID]) -> Response[str]:
    """Who they are, and what they ordered here."""
    desk, person = await _at(request, key, customer_id, Scope.VIEW)
    database = request.services.database
    placed = await customers.orders_at(database, _office(desk), person.id)
    past = await history.of(request, desk, "customer", person.id)
    stands = await _standing(request, desk, person)
    return pages.show(
        request, SHOW, desk, customer=person, orders=placed, states=STATES, history=past, stands=stands, form=Form(),
        number=customer_accounts.number(person.id), may_delete=_manages(desk),
    )  # fmt: skip


@get(ONE + "/deletion")
async def ask_deletion(request: Call, key: FromPath[str], customer_id: FromPath[UUID]) -> Response[str] | Redirect:
    """What deleting them does, and when it is done."""
    desk, person = await _at(request, key, customer_id, Scope.MANAGE)
    if not _manages(desk) or person.forgotten_at or person.deletion_asked_at:
        return pages.done(request, _path(key, person))
    stands = await customer_deletions.standing(request.services.database, desk.reach.organisation_id, person.id)
    due = stands.is_due(request.now)
    return pages.show(request, DELETION, desk, customer=person, stands=stands, at_once=due, form=Form())


@post(ONE + "/deletion", status_code=200)
async def delete(request: Call, key: FromPath[str], customer_id: FromPath[UUID]) -> Redirect:
    """Delete them at their wish: now, or when nothing is waited for any more."""
    desk, person = await _at(request, key, customer_id, Scope.MANAGE)
    form = await request.typed()
    _ensure_managed(desk)
    await access.confirmed(request, desk.session, form)
    named = (desk.reach.organisation_id, person.id)
    if await customer_deletions.ask(request.services.database, *named, key, desk.actor, request.now):
        return pages.done(request, _path(key, person), marked("The customer was deleted."))
    return pages.done(request, _path(key, person), marked("The customer will be deleted when it is time."))


@post(ONE + "/deletion/withdrawal", status_code=200)
async def keep(request: Call, key: FromPath[str], customer_id: FromPath[UUID]) -> Redirect:
    """Keep them after all."""
    desk, person = await _at(request, key, customer_id, Scope.MANAGE)
    await request.typed()
    _ensure_managed(desk)
    named = (desk.reach.organisation_id, person.id)
    await customer_deletions.withdraw(request.services.database, *named, desk.actor, request.now)
    return pages.done(request, _path(key, person), marked("The customer stays."))


async def _at(call: Call, key: str, customer_id: UUID, scope: Scope) -> tuple[Desk, CustomerSheet]:
    desk = await access.box_office(call, key, scope)
    database, reach = call.services.database, desk.reach
    return desk, await customers.sheet(database, reach.organisation_id, _office(desk), customer_id)


def _office(desk: Desk) -> UUID:
    assert desk.reach.box_office_id is not None, "the page is a box office's"
    return desk.reach.box_office_id


def _manages(desk: Desk) -> bool:
    """Whether all of the organisation is managed: a customer is one of all its box offices."""
    return desk.organisation is not None and desk.organisation.may(Scope.MANAGE)


def _ensure_managed(desk: Desk) -> None:
    if not _manages(desk):
        raise PermissionMissing(scope=Scope.MANAGE, organisation=desk.reach.organisation_name)


async def _standing(call: Call, desk: Desk, person: CustomerSheet) -> customer_deletions.Standing | None:
    """What their end waits for, if they have asked for it."""
    if person.deletion_asked_at is None:
        return None
    try:
        return await customer_deletions.standing(call.services.database, desk.reach.organisation_id, person.id)
    except NotFound:  # it was done meanwhile
        return None


def _path(key: str, person: CustomerSheet) -> str:
    return f"/admin/box-offices/{key}/customers/{person.id}"
