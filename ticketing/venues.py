"""Venues: where performances are, and in whose time zone their times are shown."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import AlreadyExists, NotFound
from ticketing.sql import load
from ticketing.texts import text_of, time_zone_of

SQL = load("venues")


class Venue(Struct, frozen=True):
    """A venue; `time_zone` is a name of the tz database."""

    id: UUID
    organisation_id: UUID
    name: str
    address: str
    time_zone: str
    created_at: datetime


async def create(
    db: Database, organisation_id: UUID, name: str, time_zone: str, now: datetime, address: str = ""
) -> Venue:
    """Register a venue. AlreadyExists when the organisation has one of that name."""
    values = {
        "name": text_of(name, "name"),
        "address": text_of(address, "address", chars_min=0),
        "time_zone": time_zone_of(time_zone),
    }
    async with db.read() as c:
        made = await SQL.create.one(
            c, Venue, venue_id=new_id(), organisation_id=organisation_id, created_at=now, **values
        )
    if made is None:
        raise AlreadyExists(what="venue", name=name)
    return made


async def get(db: Database, organisation_id: UUID, venue_id: UUID) -> Venue:
    """An organisation's own venue, or NotFound."""
    async with db.read() as c:
        found = await SQL.get.one(c, Venue, organisation_id=organisation_id, venue_id=venue_id)
    if found is None:
        raise NotFound(what="venue")
    return found


async def list_of(db: Database, organisation_id: UUID) -> list[Venue]:
    """An organisation's venues, by name."""
    async with db.read() as c:
        return await SQL.list_of.all(c, Venue, organisation_id=organisation_id)
