"""Permissions as they are given and taken back: to a person, a group, an e-mail domain, or all members of an
organisation; on all of it, one box office or one event (`rights` says what they add up to).

What is named must be the organisation's own. A second permission for the same at the same place replaces the first,
so that a list never says two things. Whatever is done, somebody must be left who manages the organisation: the
organisation's row is locked, the change is made, and if nobody is left it is undone.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from ticketing import audit, rights
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.refusals import InputRefused, LastManager, NotFound
from ticketing.rights import Grant
from ticketing.sql import Connection, load
from ticketing.texts import email_of
from ticketing.tokens import Scope

EVENTS_OFFERED_MAX = 500
"""The newest: older events are reached through their box office."""

SQL = load("grants")


class Given(Struct, frozen=True):
    """A permission as it is listed: what, where, and to whom; names are None where nothing is named."""

    id: UUID
    scope: Scope
    creates_events: bool
    box_office_id: UUID | None
    box_office_name: str | None
    event_id: UUID | None
    event_name: str | None
    staff_id: UUID | None
    staff_name: str | None
    group_id: UUID | None
    group_name: str | None
    email_domain: str | None
    members: bool

    @property
    def place(self) -> str | None:
        """The name of the place; None for the whole organisation."""
        return self.event_name or self.box_office_name

    @property
    def holder(self) -> str:
        """To whom, in the audit log's words."""
        return self.staff_name or self.group_name or self.email_domain or "all members"


class Place(Struct, frozen=True):
    """A box office, or an event in it, on which permissions can be given."""

    box_office_id: UUID
    box_office_name: str
    event_id: UUID | None
    event_name: str | None


async def list_of(db: Database, organisation_id: UUID) -> list[Given]:
    """Every permission on an organisation and inside it, the widest first."""
    async with db.read() as c:
        return await _named(c, organisation_id)


async def of_person(db: Database, organisation_id: UUID, staff_id: UUID) -> list[Given]:
    """Every permission that reaches a person there, by whichever way."""
    async with db.read() as c:
        return await _named(c, organisation_id, staff_id=staff_id)


async def places(db: Database, organisation_id: UUID) -> list[Place]:
    """The box offices, each followed by its events; of the events, the newest."""
    async with db.read() as c:
        return await SQL.places.all(c, Place, organisation_id=organisation_id, events_max=EVENTS_OFFERED_MAX)


async def give(db: Database, wanted: Grant, by: Actor, now: datetime) -> UUID:
    """Give a permission. NotFound for what is not the organisation's, InputRefused for a domain that is none."""
    async with db.transaction() as c:
        return await give_within(c, wanted, by, now)


async def give_within(c: Connection, wanted: Grant, by: Actor, now: datetime) -> UUID:
    """The same, in the caller's transaction."""
    await lock(c, wanted.organisation_id)
    given = await _own(c, wanted)
    await SQL.replace.run(c, **_target(given))
    grant_id = await rights.grant(c, given, now)
    (noted,) = await _named(c, wanted.organisation_id, grant_id=grant_id)
    await _note(c, noted, "grant.given", by, now)
    await ensure_managed(c, wanted.organisation_id)
    return grant_id


async def end(db: Database, organisation_id: UUID, grant_id: UUID, by: Actor, now: datetime) -> None:
    """Take a permission back. NotFound for another organisation's; LastManager."""
    async with db.transaction() as c:
        await lock(c, organisation_id)
        found = await _named(c, organisation_id, grant_id=grant_id)
        if not found:
            raise NotFound(what="permission")
        await _note(c, found[0], "grant.ended", by, now)
        await SQL.end.run(c, grant_id=grant_id)
        await ensure_managed(c, organisation_id)


async def lock(c: Connection, organisation_id: UUID) -> None:
    """Let changes of an organisation's permissions be made one after the other."""
    await SQL.lock.run(c, organisation_id=organisation_id)


async def ensure_managed(c: Connection, organisation_id: UUID) -> None:
    """LastManager, which undoes the caller's transaction, when nobody manages the organisation any more."""
    if not await SQL.manager_count.value(c, organisation_id=organisation_id):
        raise LastManager(organisation=await SQL.name_of.value(c, organisation_id=organisation_id))


async def _own(c: Connection, wanted: Grant) -> Grant:
    """The grant with its place and its holder found among the organisation's own."""
    values: dict[str, Any] = {name: getattr(wanted, name) for name in Grant.__struct_fields__}
    found = await SQL.find_place.row(
        c, organisation_id=wanted.organisation_id, box_office_id=wanted.box_office_id, event_id=wanted.event_id
    )
    if (wanted.box_office_id or wanted.event_id) and found is None:
        raise NotFound(what="place")
    if found is not None:
        values["box_office_id"] = found["box_office_id"]
    if wanted.event_id is not None:
        values["creates_events"] = False
    if wanted.email_domain is not None:
        values["email_domain"] = domain_of(wanted.email_domain)
    if not await SQL.is_holder.value(
        c, organisation_id=wanted.organisation_id, staff_id=wanted.staff_id, group_id=wanted.group_id
    ):
        raise NotFound(what="holder")
    return Grant(**values)


def domain_of(typed: str) -> str:
    """The domain of e-mail addresses, with or without its @."""
    domain = typed.strip().lower().removeprefix("@")
    if "." not in domain.strip(".") or "@" in domain:
        raise InputRefused(problem="Type a domain, such as theatre.example.", where="email_domain")
    return email_of(f"somebody@{domain}", "email_domain").rpartition("@")[2]


def _target(given: Grant) -> dict[str, Any]:
    return {name: getattr(given, name) for name in Grant.__struct_fields__ if name not in ("scope", "creates_events")}


async def _named(
    c: Connection, organisation_id: UUID, *, staff_id: UUID | None = None, grant_id: UUID | None = None
) -> list[Given]:
    return await SQL.named.all(c, Given, organisation_id=organisation_id, staff_id=staff_id, grant_id=grant_id)


async def _note(c: Connection, given: Given, act: str, by: Actor, now: datetime) -> None:
    said = {"scope": (None, given.scope), "place": (None, given.place), "creates_events": (None, given.creates_events)}
    subject = Subject(kind="grant", id=given.id, name=given.holder, box_office_id=given.box_office_id)
    await audit.note(c, by, act, subject, now, said)
