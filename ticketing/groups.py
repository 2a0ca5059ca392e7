"""Groups of an organisation's people, so that what many may is given once."""

from datetime import datetime
from uuid import UUID

import asyncpg
from msgspec import Struct

from ticketing import audit, grants
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import AlreadyExists, NotFound
from ticketing.sql import Connection, load
from ticketing.texts import text_of

NAME_CHARS_MAX = 60

SQL = load("groups")


class Group(Struct, frozen=True):
    """A group, and how many belong to it."""

    id: UUID
    name: str
    member_count: int


class Member(Struct, frozen=True):
    """Somebody in a group."""

    id: UUID
    name: str
    email: str


async def list_of(db: Database, organisation_id: UUID) -> list[Group]:
    """An organisation's groups, by name."""
    async with db.read() as c:
        return await SQL.list_of.all(c, Group, organisation_id=organisation_id)


async def get(db: Database, organisation_id: UUID, group_id: UUID) -> Group:
    """A group of the organisation, or NotFound."""
    async with db.read() as c:
        return await _get(c, organisation_id, group_id)


async def members(db: Database, organisation_id: UUID, group_id: UUID) -> list[Member]:
    """Who belongs to a group, by name."""
    async with db.read() as c:
        return await SQL.members.all(c, Member, organisation_id=organisation_id, group_id=group_id)


async def of_person(db: Database, organisation_id: UUID, staff_id: UUID) -> list[Group]:
    """The groups that somebody belongs to."""
    async with db.read() as c:
        return await SQL.of_person.all(c, Group, organisation_id=organisation_id, staff_id=staff_id)


async def create(db: Database, organisation_id: UUID, name: str, by: Actor, now: datetime) -> UUID:
    """Make a group; its id. AlreadyExists for a name that is taken."""
    group_id, called = new_id(), text_of(name, "name", chars_max=NAME_CHARS_MAX)
    async with db.transaction() as c:
        if not await SQL.create.run(c, group_id=group_id, organisation_id=organisation_id, name=called):
            raise AlreadyExists(what="group", name=called, where="name")
        await audit.note(c, by, "group.created", Subject(kind="group", id=group_id, name=called), now)
    return group_id


async def rename(db: Database, organisation_id: UUID, group_id: UUID, name: str, by: Actor, now: datetime) -> None:
    """Call a group otherwise. NotFound, AlreadyExists."""
    called = text_of(name, "name", chars_max=NAME_CHARS_MAX)
    async with db.transaction() as c:
        before = await _get(c, organisation_id, group_id)
        try:
            await SQL.rename.run(c, group_id=group_id, name=called)
        except asyncpg.UniqueViolationError:
            raise AlreadyExists(what="group", name=called, where="name") from None
        subject = Subject(kind="group", id=group_id, name=called)
        await audit.note(c, by, "group.renamed", subject, now, {"name": (before.name, called)})


async def delete(db: Database, organisation_id: UUID, group_id: UUID, by: Actor, now: datetime) -> None:
    """End a group with the permissions it has; its people stay in the team. NotFound, LastManager."""
    async with db.transaction() as c:
        await grants.lock(c, organisation_id)
        group = await _get(c, organisation_id, group_id)
        await SQL.delete.run(c, group_id=group_id)
        await audit.note(c, by, "group.deleted", Subject(kind="group", id=group_id, name=group.name), now)
        await grants.ensure_managed(c, organisation_id)


async def join(db: Database, organisation_id: UUID, group_id: UUID, staff_id: UUID, by: Actor, now: datetime) -> None:
    """Take somebody of the team into a group. NotFound for a group or a person of another organisation."""
    async with db.transaction() as c:
        await join_within(c, organisation_id, group_id, staff_id, by, now)


async def join_within(
    c: Connection, organisation_id: UUID, group_id: UUID, staff_id: UUID, by: Actor, now: datetime
) -> None:
    """The same, in the caller's transaction."""
    group = await _get(c, organisation_id, group_id)
    name = await SQL.name_in_team.value(c, organisation_id=organisation_id, staff_id=staff_id)
    if name is None:
        raise NotFound(what="person")
    if await SQL.join.run(c, group_id=group_id, staff_id=staff_id):
        subject = Subject(kind="group", id=group_id, name=group.name)
        await audit.note(c, by, "group.joined", subject, now, {"person": (None, name)})


async def leave(db: Database, organisation_id: UUID, group_id: UUID, staff_id: UUID, by: Actor, now: datetime) -> None:
    """Take somebody out of a group. NotFound, LastManager."""
    async with db.transaction() as c:
        await grants.lock(c, organisation_id)
        group = await _get(c, organisation_id, group_id)
        name = await SQL.leave.value(c, group_id=group_id, staff_id=staff_id)
        if name is None:
            raise NotFound(what="person")
        subject = Subject(kind="group", id=group_id, name=group.name)
        await audit.note(c, by, "group.left", subject, now, {"person": (name, None)})
        await grants.ensure_managed(c, organisation_id)


async def _get(c: Connection, organisation_id: UUID, group_id: UUID) -> Group:
    found = await SQL.get.one(c, Group, organisation_id=organisation_id, group_id=group_id)
    if found is None:
        raise NotFound(what="group")
    return found
