"""Organisations: who runs box offices and venues, and the border that no permission crosses."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ticketing import audit
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import AlreadyExists, EditedMeanwhile, NotFound
from ticketing.sql import load
from ticketing.texts import slug_of, text_of

SQL = load("organisations")


class Organisation(Struct, frozen=True):
    """An organisation; `slug` is its name in commands and addresses."""

    id: UUID
    slug: str
    name: str
    created_at: datetime
    version: int


async def create(db: Database, slug: str, name: str, now: datetime) -> Organisation:
    """Found an organisation. AlreadyExists when the slug is taken, whoever has it."""
    values = {"slug": slug_of(slug, "slug"), "name": text_of(name, "name")}
    async with db.transaction() as c:
        made = await SQL.create.one(c, Organisation, organisation_id=new_id(), created_at=now, **values)
        if made is None:
            raise AlreadyExists(what="organisation", name=slug)
        await audit.note(c, Actor(organisation_id=made.id), "organisation.created", _subject(made), now)
    return made


async def get(db: Database, slug: str) -> Organisation:
    """The organisation of that slug, or NotFound."""
    async with db.read() as c:
        found = await SQL.by_slug.one(c, Organisation, slug=slug)
    if found is None:
        raise NotFound(what="organisation")
    return found


async def rename(
    db: Database, organisation_id: UUID, version: int, name: str, by: Actor, now: datetime
) -> Organisation:
    """Call an organisation otherwise; its slug stays, as it stands in addresses. EditedMeanwhile, InputRefused."""
    wanted = text_of(name, "name")
    async with db.transaction() as c:
        before = await SQL.get.one(c, Organisation, organisation_id=organisation_id)
        if before is None:
            raise NotFound(what="organisation")
        after = await SQL.rename.one(c, Organisation, organisation_id=organisation_id, version=version, name=wanted)
        if after is None:
            raise EditedMeanwhile(what="organisation")
        await audit.note(c, by, "organisation.renamed", _subject(after), now, {"name": (before.name, after.name)})
    return after


async def time_zone(db: Database, organisation_id: UUID) -> str:
    """The zone of most of its dates: in which the times of things that have no venue are told."""
    async with db.read() as c:
        zone: str = await SQL.time_zone.value(c, organisation_id=organisation_id)
    return zone


async def every(db: Database) -> list[Organisation]:
    """All organisations, by slug; for whoever runs the machine."""
    async with db.read() as c:
        return await SQL.every.all(c, Organisation)


def _subject(organisation: Organisation) -> Subject:
    return Subject(kind="organisation", id=organisation.id, name=organisation.name)
