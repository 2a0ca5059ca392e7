"""Box offices: a seller's shop for one season or edition, with its currency and its language.

Its id, in hexadecimal, is the hash tag of everything it holds in Redis: one box office, one slot.
"""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import AlreadyExists, NotFound
from ticketing.sql import load
from ticketing.texts import currency_of, locale_of, slug_of, text_of

SQL = load("box_offices")


class BoxOffice(Struct, frozen=True):
    """A box office; `key` is its name in addresses."""

    id: UUID
    organisation_id: UUID
    key: str
    name: str
    currency: str
    locale: str
    created_at: datetime


async def create(
    db: Database, organisation_id: UUID, key: str, name: str, currency: str, now: datetime, locale: str = "en"
) -> BoxOffice:
    """Open a box office. AlreadyExists when the key is taken, by any organisation: addresses are shared."""
    values = {
        "key": slug_of(key, "key"),
        "name": text_of(name, "name"),
        "currency": currency_of(currency),
        "locale": locale_of(locale),
    }
    async with db.read() as c:
        made = await SQL.create.one(
            c, BoxOffice, box_office_id=new_id(), organisation_id=organisation_id, created_at=now, **values
        )
    if made is None:
        raise AlreadyExists(what="box office", name=key)
    return made


async def get(db: Database, organisation_id: UUID, key: str) -> BoxOffice:
    """An organisation's own box office, or NotFound."""
    async with db.read() as c:
        return _found(await SQL.get.one(c, BoxOffice, organisation_id=organisation_id, key=key))


async def public(db: Database, key: str) -> BoxOffice:
    """What anybody may see at the shop's address, or NotFound."""
    async with db.read() as c:
        return _found(await SQL.public.one(c, BoxOffice, key=key))


async def list_of(db: Database, organisation_id: UUID) -> list[BoxOffice]:
    """An organisation's box offices, by key."""
    async with db.read() as c:
        return await SQL.list_of.all(c, BoxOffice, organisation_id=organisation_id)


def _found(box_office: BoxOffice | None) -> BoxOffice:
    if box_office is None:
        raise NotFound(what="box office")
    return box_office
