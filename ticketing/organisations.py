"""Organisations: who runs box offices and venues, and the border that no permission crosses."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import AlreadyExists, NotFound
from ticketing.sql import load
from ticketing.texts import slug_of, text_of

SQL = load("organisations")


class Organisation(Struct, frozen=True):
    """An organisation; `slug` is its name in commands and addresses."""

    id: UUID
    slug: str
    name: str
    created_at: datetime


async def create(db: Database, slug: str, name: str, now: datetime) -> Organisation:
    """Found an organisation. AlreadyExists when the slug is taken, whoever has it."""
    values = {"slug": slug_of(slug, "slug"), "name": text_of(name, "name")}
    async with db.read() as c:
        made = await SQL.create.one(c, Organisation, organisation_id=new_id(), created_at=now, **values)
    if made is None:
        raise AlreadyExists(what="organisation", name=slug)
    return made


async def get(db: Database, slug: str) -> Organisation:
    """The organisation of that slug, or NotFound."""
    async with db.read() as c:
        found = await SQL.by_slug.one(c, Organisation, slug=slug)
    if found is None:
        raise NotFound(what="organisation")
    return found


async def every(db: Database) -> list[Organisation]:
    """All organisations, by slug; for whoever runs the machine."""
    async with db.read() as c:
        return await SQL.every.all(c, Organisation)
