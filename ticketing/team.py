"""An organisation's team: who belongs to it, how they come in, and how they are shut out.

An account is a person's own and may belong to several teams: an organisation takes it in and shuts it out of itself,
and touches neither its password nor what it may elsewhere. Somebody who comes in by a rule (an e-mail domain) belongs
to the team like the others, and can be shut out like them.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ticketing import account_mails, audit, grants, groups, rights, staff
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.jobs import AccountMailKind
from ticketing.refusals import InputRefused, NotFound
from ticketing.rights import Grant
from ticketing.sql import Connection, load
from ticketing.staff import Staff
from ticketing.texts import email_of, locale_of
from ticketing.tokens import Scope

INVITED_MAX = 50
"""At once."""
PEOPLE_MAX = 1000

SQL = load("team")


class Person(Struct, frozen=True):
    """Somebody of the team. `scope` is what they may in all of the organisation, `inside` the most they may anywhere
    in it; `opened` once they have chosen a password; `disabled_at` since when they are shut out,
    `closed_at` since when their account is closed in all organisations (`accounts`)."""

    id: UUID
    email: str
    name: str
    opened: bool
    disabled_at: datetime | None
    closed_at: datetime | None
    scope: str | None
    inside: str | None


class Invitation(Struct, frozen=True, kw_only=True):
    """Who is to come in, and what they may from the start. `scope` None: nothing but by the groups."""

    emails: tuple[str, ...]
    locale: str | None
    scope: Scope | None
    box_office_id: UUID | None = None
    event_id: UUID | None = None
    creates_events: bool = False
    groups: tuple[UUID, ...] = ()


async def add_administrator(
    db: Database, organisation_id: UUID, email: str, name: str, password: str, now: datetime
) -> Staff:
    """Make an account that manages all of an organisation, for whoever runs the machine. AlreadyExists for a known
    address: who has an account is given rights on the team's page."""
    hash = await staff.hashed(password)
    async with db.transaction() as c:
        person = await staff.create_in(c, email, name, hash, now)
        await staff.join(c, organisation_id, person.id, now)
        given = Grant(organisation_id=organisation_id, scope=Scope.MANAGE, creates_events=True, staff_id=person.id)
        await rights.grant(c, given, now)
        by, subject = Actor(organisation_id=organisation_id), Subject(kind="staff", id=person.id, name=person.email)
        await audit.note(c, by, "administrator.created", subject, now)
    return person


async def people(db: Database, organisation_id: UUID) -> list[Person]:
    """The team, by name."""
    async with db.read() as c:
        return await SQL.people.all(c, Person, organisation_id=organisation_id, staff_id=None, rows_max=PEOPLE_MAX)


async def person(db: Database, organisation_id: UUID, staff_id: UUID) -> Person:
    """Somebody of the team, or NotFound."""
    async with db.read() as c:
        return await _person(c, organisation_id, staff_id)


async def invite(db: Database, organisation_id: UUID, wanted: Invitation, by: Actor, now: datetime) -> list[str]:
    """Take people into the team, each by an address, and write to them: who has no account yet is sent a link to open
    one. Their addresses, each once. InputRefused names the one that is none; NotFound for a place or a group of
    another organisation."""
    locale = locale_of(wanted.locale) if wanted.locale else None
    emails = addresses(wanted.emails)
    async with db.transaction() as c:
        await grants.lock(c, organisation_id)
        for email in emails:
            staff_id = await _joined(c, organisation_id, email, locale, by, now)
            if wanted.scope is not None:
                given = Grant(
                    organisation_id=organisation_id, scope=wanted.scope, box_office_id=wanted.box_office_id,
                    event_id=wanted.event_id, creates_events=wanted.creates_events, staff_id=staff_id,
                )  # fmt: skip
                await grants.give_within(c, given, by, now)
            for group_id in wanted.groups:
                await groups.join_within(c, organisation_id, group_id, staff_id, by, now)
            await account_mails.ask(c, AccountMailKind.INVITATION, email, organisation_id)
    return emails


async def invite_again(db: Database, organisation_id: UUID, staff_id: UUID, by: Actor, now: datetime) -> None:
    """Write to somebody once more who has not opened the account yet; nothing for who has."""
    async with db.transaction() as c:
        found = await _person(c, organisation_id, staff_id)
        if not found.opened:
            await account_mails.ask(c, AccountMailKind.INVITATION, found.email, organisation_id)
            await audit.note(c, by, "member.invited", Subject(kind="staff", id=staff_id, name=found.email), now)


async def disable(db: Database, organisation_id: UUID, staff_id: UUID, by: Actor, now: datetime) -> None:
    """Shut somebody out of the organisation, at once and by whichever way they came in; what they may is kept for when
    they are let in again. NotFound, LastManager."""
    async with db.transaction() as c:
        await grants.lock(c, organisation_id)
        found = await _person(c, organisation_id, staff_id)
        await staff.join(c, organisation_id, staff_id, now)
        if await SQL.disable.run(c, organisation_id=organisation_id, staff_id=staff_id, now=now):
            await audit.note(c, by, "member.disabled", Subject(kind="staff", id=staff_id, name=found.email), now)
        await grants.ensure_managed(c, organisation_id)


async def enable(db: Database, organisation_id: UUID, staff_id: UUID, by: Actor, now: datetime) -> None:
    """Let somebody in again. NotFound."""
    async with db.transaction() as c:
        found = await _person(c, organisation_id, staff_id)
        if await SQL.enable.run(c, organisation_id=organisation_id, staff_id=staff_id):
            await audit.note(c, by, "member.enabled", Subject(kind="staff", id=staff_id, name=found.email), now)


async def remove(db: Database, organisation_id: UUID, staff_id: UUID, by: Actor, now: datetime) -> None:
    """Take somebody out of the team, with all that was given to them. Whom a rule lets in stays in by it: such a
    person is shut out instead. NotFound, LastManager."""
    async with db.transaction() as c:
        await grants.lock(c, organisation_id)
        found = await _person(c, organisation_id, staff_id)
        await SQL.remove_grants.run(c, organisation_id=organisation_id, staff_id=staff_id)
        await SQL.remove_from_groups.run(c, organisation_id=organisation_id, staff_id=staff_id)
        await SQL.remove.run(c, organisation_id=organisation_id, staff_id=staff_id)
        await audit.note(c, by, "member.removed", Subject(kind="staff", id=staff_id, name=found.email), now)
        await grants.ensure_managed(c, organisation_id)


def addresses(typed: Sequence[str]) -> list[str]:
    """Addresses as they are kept, each once. InputRefused for none, too many, or one that is none."""
    found = list(dict.fromkeys(email_of(one, "emails") for one in typed if one.strip()))
    if not 1 <= len(found) <= INVITED_MAX:
        raise InputRefused(problem="Type one address or more, {most} at most.", where="emails", most=INVITED_MAX)
    return found


async def _joined(
    c: Connection, organisation_id: UUID, email: str, locale: str | None, by: Actor, now: datetime
) -> UUID:
    """The account of that address, made when there is none, as a member."""
    await SQL.make.run(c, staff_id=new_id(), email=email, name=email.partition("@")[0], locale=locale, now=now)
    staff_id: UUID = await SQL.id_of.value(c, email=email)
    await staff.join(c, organisation_id, staff_id, now)
    await audit.note(c, by, "member.invited", Subject(kind="staff", id=staff_id, name=email), now)
    return staff_id


async def _person(c: Connection, organisation_id: UUID, staff_id: UUID) -> Person:
    found = await SQL.people.one(c, Person, organisation_id=organisation_id, staff_id=staff_id, rows_max=1)
    if found is None:
        raise NotFound(what="person")
    return found
