"""Rights: what somebody may, and where.

A permission (view < scan < sell < manage) is granted on an organisation, on one of its box offices or on one event; to
a person, to a group, to an e-mail domain, or to all members. The highest one that covers a thing wins.

Whatever a page shows or changes is reached through here first: `Reach` says which organisation it is in and what the
person may there. What a person reaches nothing of is not found, whether it exists or not.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import NotFound, PermissionMissing
from ticketing.sql import Connection, load
from ticketing.tokens import Scope

PLACES_MAX = 500

SQL = load("rights")


class Thing(StrEnum):
    """What has an id and is in a box office or an organisation; its value is what a person calls it."""

    EVENT = "event"
    PERFORMANCE = "performance"
    TARIFF = "tariff"
    MAILING = "mail"
    ORDER = "order"
    FORM = "form"
    FORM_FIELD = "field"
    TICKET_DESIGN = "ticket design"
    PASS_TYPE = "pass type"
    SCAN_PROFILE = "scan profile"
    SCAN_DEVICE = "scanner"
    SCAN_HUB = "hub"
    TILL = "till"
    CASH_SESSION = "cash session"
    PRINTER = "printer"
    PRINT_JOB = "print job"
    VENUE = "venue"
    PLAN = "plan"
    DRAWING = "drawing"
    TOKEN = "key"


THROUGH = {
    Thing.EVENT: SQL.on_event,
    Thing.PERFORMANCE: SQL.on_performance,
    Thing.TARIFF: SQL.on_tariff,
    Thing.MAILING: SQL.on_mailing,
    Thing.ORDER: SQL.on_order,
    Thing.FORM: SQL.on_form,
    Thing.FORM_FIELD: SQL.on_form_field,
    Thing.TICKET_DESIGN: SQL.on_ticket_design,
    Thing.PASS_TYPE: SQL.on_pass_type,
    Thing.SCAN_PROFILE: SQL.on_scan_profile,
    Thing.SCAN_DEVICE: SQL.on_scan_device,
    Thing.SCAN_HUB: SQL.on_scan_hub,
    Thing.TILL: SQL.on_till,
    Thing.CASH_SESSION: SQL.on_cash_session,
    Thing.PRINTER: SQL.on_printer,
    Thing.PRINT_JOB: SQL.on_print_job,
    Thing.VENUE: SQL.on_venue,
    Thing.PLAN: SQL.on_plan,
    Thing.DRAWING: SQL.on_drawing,
    Thing.TOKEN: SQL.on_token,
}


class Reach(Struct, frozen=True):
    """A thing somebody has come to: its organisation, its box office and event if it is in one, and what they may.

    `scope` None: nothing here itself, but something inside. `sells`: of a box office, the events in it that they may
    sell by a right on each.
    """

    organisation_id: UUID
    organisation_slug: str
    organisation_name: str
    box_office_id: UUID | None
    box_office_key: str | None
    box_office_name: str | None
    currency: str | None
    event_id: UUID | None
    scope: Scope | None
    creates_events: bool
    sells: tuple[UUID, ...] = ()

    def may(self, scope: Scope) -> bool:
        """Whether this scope is granted here."""
        return self.scope is not None and self.scope.includes(scope)

    def ensure(self, scope: Scope) -> "Reach":
        """Itself, or PermissionMissing."""
        if not self.may(scope):
            raise PermissionMissing(scope=scope, organisation=self.organisation_name)
        return self

    @property
    def sold_events(self) -> tuple[UUID, ...] | None:
        """The events of a box office that they may sell; None: all of them."""
        return None if self.may(Scope.SELL) else self.sells

    @property
    def managed(self) -> bool:
        """Whether all of it is managed."""
        return self.may(Scope.MANAGE)

    @property
    def creates(self) -> bool:
        """Whether events may be made here: a grant of its own, or all of it managed."""
        return self.creates_events or (self.event_id is None and self.may(Scope.MANAGE))


class Places(Struct, frozen=True):
    """Where somebody works: box offices, the newest first, and organisations, by name."""

    box_offices: list[Reach]
    organisations: list[Reach]


class Grant(Struct, frozen=True, kw_only=True):
    """A permission to be given: on the organisation unless a box office or an event is named, to exactly one of a
    person, a group, an e-mail domain, or all members."""

    organisation_id: UUID
    scope: Scope
    box_office_id: UUID | None = None
    event_id: UUID | None = None
    creates_events: bool = False
    staff_id: UUID | None = None
    group_id: UUID | None = None
    email_domain: str | None = None
    members: bool = False


async def on_organisation(db: Database, staff_id: UUID, slug: str) -> Reach:
    """What somebody reaches of an organisation, or NotFound."""
    async with db.read() as c:
        return _reached(await SQL.on_organisation.row(c, staff_id=staff_id, slug=slug), "organisation")


async def on_box_office(db: Database, staff_id: UUID, key: str) -> Reach:
    """What somebody reaches of a box office, or NotFound."""
    async with db.read() as c:
        return _reached(await SQL.on_box_office.row(c, staff_id=staff_id, key=key), "box office")


async def on(thing: Thing, db: Database, staff_id: UUID, id: UUID) -> Reach:
    """What somebody reaches of a thing, through what it is in; or NotFound."""
    async with db.read() as c:
        return _reached(await THROUGH[thing].row(c, staff_id=staff_id, id=id), thing)


async def places(db: Database, staff_id: UUID) -> Places:
    """Every box office and organisation of which somebody reaches anything: one query."""
    async with db.read() as c:
        found = [_reached(row, "place") for row in await SQL.places.rows(c, staff_id=staff_id, rows_max=PLACES_MAX)]
    organisations = [one for one in found if one.box_office_id is None]
    return Places([one for one in found if one.box_office_id], sorted(organisations, key=_name))


async def grant(c: Connection, given: Grant, now: datetime) -> UUID:
    """Give a permission, in the caller's transaction; its id."""
    grant_id = new_id()
    values = {name: getattr(given, name) for name in Grant.__struct_fields__}
    await SQL.grant.run(c, grant_id=grant_id, now=now, **values)
    return grant_id


def _reached(row: object, what: str) -> Reach:
    if row is None:
        raise NotFound(what=what)
    values = dict(row)  # type: ignore[call-overload]
    scope, sells = values.pop("scope"), tuple(values.pop("sells", ()))
    return Reach(**values, scope=Scope(scope) if scope else None, sells=sells)


def _name(reach: Reach) -> str:
    return reach.organisation_name.casefold()
