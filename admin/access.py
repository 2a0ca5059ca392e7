"""Who is at the desk: the person signed in, the thing they have come to, and what they may there.

Every handler asks here in its first line, for the thing that its page is about and the permission that it needs. What
comes back names the organisation whose records the verbs may touch: another's are not found, whatever the address says.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar
from uuid import UUID

from msgspec import Struct

from ticketing import attempts, rights, sessions, staff
from ticketing.attempts import Tried
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.refusals import NotSignedIn, PasswordWrong, Refusal, TooManyRequests
from ticketing.rights import Places, Reach, Thing
from ticketing.sessions import Session, Stage
from ticketing.tokens import Scope
from web.call import Call
from web.forms import Form

COOKIE = "staff"
LAST = "box-office"
"""The cookie that remembers the box office somebody was at last."""
PASSWORD = "password_again"
"""The field in which a page asks for the password once more."""
Name = TypeVar("Name")
Finder = Callable[[Database, UUID, Name], Awaitable[Reach]]


class ConfirmationNeeded(Refusal):
    """Type your password again to go on."""

    code = "confirmation-needed"
    status = 403


class Desk(Struct, frozen=True):
    """Somebody signed in, at a thing they reach; `places` is all they reach, `remembered` the key of the box office
    that they were at last."""

    session: Session
    reach: Reach
    address: str
    places: Places
    remembered: str

    @property
    def actor(self) -> Actor:
        """Whom the audit log names."""
        return Actor(organisation_id=self.reach.organisation_id, staff_id=self.session.staff_id, address=self.address)

    @property
    def office(self) -> Reach | None:
        """The box office to go on working in: that of the thing, or on an organisation's pages the last one, or the
        newest."""
        ours = [one for one in self.places.box_offices if one.organisation_id == self.reach.organisation_id]
        if self.reach.box_office_key:
            return next((one for one in ours if one.box_office_id == self.reach.box_office_id), self.reach)
        return next((one for one in ours if one.box_office_key == self.remembered), ours[0] if ours else None)

    @property
    def organisation(self) -> Reach | None:
        """The thing's organisation, with what the person may do in all of it."""
        every = self.places.organisations
        return next((one for one in every if one.organisation_id == self.reach.organisation_id), None)

    def may(self, scope: Scope | str) -> bool:
        """Whether this scope is granted here."""
        return self.reach.may(Scope(scope))


async def session(call: Call, stage: Stage = Stage.FULL) -> Session:
    """The session of this browser, or NotSignedIn. A secret that was exchanged goes back with the answer."""
    visit = call.visit
    found = await sessions.find(call.services.database, visit.cookie(COOKIE), call.now)
    if found.stage is not stage:
        raise NotSignedIn()
    visit.chosen = found.locale
    if found.renewed:
        visit.keep(COOKIE, found.renewed, None)
    return found


async def anywhere(call: Call, session: Session) -> Desk | Session:
    """For pages about somebody's own account: at the box office that they were at last, so that the menu leads on from
    there; the session alone for who reaches none."""
    places, remembered = await rights.places(call.services.database, session.staff_id), call.visit.cookie(LAST)
    offices = sorted(places.box_offices, key=lambda one: one.box_office_key != remembered)
    reach = next(iter((*offices, *places.organisations)), None)
    return Desk(session, reach, call.address, places, remembered) if reach else session


async def organisation(call: Call, slug: str, scope: Scope | None = None) -> Desk:
    """At an organisation."""
    return await _at(call, rights.on_organisation, slug, scope)


async def box_office(call: Call, key: str, scope: Scope | None = None) -> Desk:
    """At a box office; `scope` None lets in who may do something inside it."""
    return await _at(call, rights.on_box_office, key, scope)


async def counter(call: Call, key: str) -> Desk:
    """At the counter of a box office, for who sells there, be it one event."""
    return await _at(call, rights.on_box_office, key, Scope.SELL, by_event=True)


async def event(call: Call, event_id: UUID, scope: Scope) -> Desk:
    """At an event."""
    return await _on(call, Thing.EVENT, event_id, scope)


async def performance(call: Call, performance_id: UUID, scope: Scope) -> Desk:
    """At a performance, by the rights on its event."""
    return await _on(call, Thing.PERFORMANCE, performance_id, scope)


async def tariff(call: Call, tariff_id: UUID, scope: Scope) -> Desk:
    """At a tariff, by the rights on its event."""
    return await _on(call, Thing.TARIFF, tariff_id, scope)


async def venue(call: Call, venue_id: UUID, scope: Scope | None = None) -> Desk:
    """At a venue, by the rights on its organisation; `scope` None lets in who may do something inside that."""
    return await _on(call, Thing.VENUE, venue_id, scope)


async def token(call: Call, token_id: UUID, scope: Scope) -> Desk:
    """At an API key, by the rights on its organisation."""
    return await _on(call, Thing.TOKEN, token_id, scope)


async def plan(call: Call, plan_id: UUID, scope: Scope | None = None) -> Desk:
    """At a plan, by the rights on its organisation; `scope` None lets in who may do something inside that."""
    return await _on(call, Thing.PLAN, plan_id, scope)


async def drawing(call: Call, drawing_id: UUID, scope: Scope) -> Desk:
    """At the drawing of a plan, by the rights on its organisation."""
    return await _on(call, Thing.DRAWING, drawing_id, scope)


async def mailing(call: Call, mailing_id: UUID, scope: Scope) -> Desk:
    """At a mail to buyers, by the rights on its event."""
    return await _on(call, Thing.MAILING, mailing_id, scope)


async def order(call: Call, order_id: UUID, scope: Scope) -> Desk:
    """At an order, by the rights on its box office, or on the one event it is for."""
    return await _on(call, Thing.ORDER, order_id, scope)


async def form(call: Call, form_id: UUID, scope: Scope) -> Desk:
    """At a form, by the rights on its box office."""
    return await _on(call, Thing.FORM, form_id, scope)


async def form_field(call: Call, field_id: UUID, scope: Scope) -> Desk:
    """At a field of a form, by the rights on its box office."""
    return await _on(call, Thing.FORM_FIELD, field_id, scope)


async def ticket_design(call: Call, design_id: UUID, scope: Scope) -> Desk:
    """At a ticket design, by the rights on its box office."""
    return await _on(call, Thing.TICKET_DESIGN, design_id, scope)


async def pass_type(call: Call, pass_type_id: UUID, scope: Scope) -> Desk:
    """At a pass that is sold, by the rights on its box office."""
    return await _on(call, Thing.PASS_TYPE, pass_type_id, scope)


async def scan_profile(call: Call, profile_id: UUID, scope: Scope) -> Desk:
    """At a scan profile, by the rights on its box office."""
    return await _on(call, Thing.SCAN_PROFILE, profile_id, scope)


async def scan_device(call: Call, device_id: UUID, scope: Scope) -> Desk:
    """At a scanner, by the rights on its box office."""
    return await _on(call, Thing.SCAN_DEVICE, device_id, scope)


async def scan_hub(call: Call, hub_id: UUID, scope: Scope) -> Desk:
    """At a hub, by the rights on its box office."""
    return await _on(call, Thing.SCAN_HUB, hub_id, scope)


async def till(call: Call, till_id: UUID, scope: Scope) -> Desk:
    """At a till, by the rights on its box office; for selling, one on an event of it will do."""
    return await _on(call, Thing.TILL, till_id, scope, by_event=True)


async def cash_session(call: Call, session_id: UUID, scope: Scope) -> Desk:
    """At a cash session, by the rights on its box office or on an event of it; who may work in it, its verbs say."""
    return await _on(call, Thing.CASH_SESSION, session_id, scope, by_event=True)


async def printer(call: Call, printer_id: UUID, scope: Scope) -> Desk:
    """At a printer, by the rights on its box office."""
    return await _on(call, Thing.PRINTER, printer_id, scope)


async def print_job(call: Call, job_id: UUID, scope: Scope) -> Desk:
    """At a print job, by the rights on its box office."""
    return await _on(call, Thing.PRINT_JOB, job_id, scope)


async def confirmed_manager(call: Call, slug: str) -> tuple[Desk, Form]:
    """At an organisation that one manages, and what was typed there, for an act that wants the password confirmed."""
    desk = await organisation(call, slug, Scope.MANAGE)
    form = await call.typed()
    await confirmed(call, desk.session, form)
    return desk, form


async def confirmed(call: Call, session: Session, form: Form | None = None) -> None:
    """For acts that harm when somebody else does them: the password was typed lately, or is in the form.

    Raises ConfirmationNeeded, with which the page asks for it, or for another, and sends the same form again.
    """
    if session.confirmed(call.now):
        return
    password = form.text(PASSWORD) if form else ""
    if not password:
        raise ConfirmationNeeded(form=form, mistake=None)
    try:
        await confirm(call, session, password)
    except (PasswordWrong, TooManyRequests) as refusal:
        raise ConfirmationNeeded(form=form, mistake=refusal) from None


async def confirm(call: Call, session: Session, password: str) -> None:
    """Check the password of who is signed in; the session's secret is another one afterwards.

    Raises PasswordWrong, or TooManyRequests when it is guessed at.
    """
    database, email = call.services.database, session.email
    await attempts.begin(database, Tried.PASSWORD, email, call.address, call.now)
    await staff.verify(database, email, password)
    await attempts.succeeded(database, Tried.PASSWORD, email, call.address, call.now)
    call.visit.keep(COOKIE, await sessions.confirm(database, session.id, Stage.FULL, call.now), None)


def own(call: Call, session: Session) -> Actor:
    """Whom the audit log names when somebody changes what is their own and no organisation's."""
    return Actor(organisation_id=None, staff_id=session.staff_id, address=call.address)


async def _on(call: Call, thing: Thing, id: UUID, scope: Scope | None, by_event: bool = False) -> Desk:
    return await _at(call, partial(rights.on, thing), id, scope, by_event)


async def _at(call: Call, find: Finder[Name], name: Name, scope: Scope | None, by_event: bool = False) -> Desk:
    """`by_event`: who may sell an event of the box office is let in to what wants that scope."""
    found = await session(call)
    reach = await find(call.services.database, found.staff_id, name)
    if scope is not None and not (by_event and scope is Scope.SELL and reach.sells):
        reach.ensure(scope)
    remembered = call.visit.cookie(LAST)
    if reach.box_office_key and reach.box_office_key != remembered:
        call.visit.keep(LAST, reach.box_office_key, None)
    places = await rights.places(call.services.database, found.staff_id)
    return Desk(found, reach, call.address, places, remembered)
