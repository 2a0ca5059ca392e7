"""Events: what is shown. Its dates are performances, its prices are tariffs."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import NotFound
from ticketing.sql import load
from ticketing.texts import text_of

SQL = load("events")


class Event(Struct, frozen=True):
    """An event of a box office."""

    id: UUID
    box_office_id: UUID
    name: str
    created_at: datetime


async def create(db: Database, organisation_id: UUID, box_office_id: UUID, name: str, now: datetime) -> Event:
    """Announce an event. NotFound when the organisation has no such box office."""
    values = {"organisation_id": organisation_id, "box_office_id": box_office_id, "name": text_of(name, "name")}
    async with db.read() as c:
        made = await SQL.create.one(c, Event, event_id=new_id(), created_at=now, **values)
    if made is None:
        raise NotFound(what="box office")
    return made


async def get(db: Database, organisation_id: UUID, event_id: UUID) -> Event:
    """An organisation's own event, or NotFound."""
    async with db.read() as c:
        found = await SQL.get.one(c, Event, organisation_id=organisation_id, event_id=event_id)
    if found is None:
        raise NotFound(what="event")
    return found


async def list_of(db: Database, organisation_id: UUID, box_office_id: UUID) -> list[Event]:
    """A box office's events, by name; none when the box office is another organisation's."""
    async with db.read() as c:
        return await SQL.list_of.all(c, Event, organisation_id=organisation_id, box_office_id=box_office_id)
