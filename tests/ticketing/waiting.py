"""A waiting room on a small house, and people who come to it."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from msgspec import Struct

from tests.ticketing.house import NOW, House
from ticketing import waiting_rooms, waiting_steps
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.queue_numbers import QueueNumber
from ticketing.queues import Queues
from ticketing.settings import secret_bytes
from ticketing.waiting_rooms import Room, RoomSettings

OPENS_AT = NOW + timedelta(minutes=10)
AFTER = OPENS_AT + timedelta(seconds=1)


class Person(Struct, frozen=True):
    """One who waits: their browser, their number and its text."""

    browser: str
    number: QueueNumber
    text: str


def actor(house: House) -> Actor:
    return Actor(organisation_id=house.organisation)


async def announce(db: Database, house: House, now: datetime = NOW, **settings: object) -> Room:
    wanted = RoomSettings(opens_at=OPENS_AT, pace_min=600)
    wanted = msgspec.structs.replace(wanted, **settings)
    return await waiting_rooms.announce(db, house.organisation, house.performance.event_id, wanted, actor(house), now)


def queues_of(db: Database) -> Queues:
    """Another serving process."""
    return Queues(db, secret_bytes(db.settings))


async def come(queues: Queues, event_id: UUID, browser: str, now: datetime, party: int = 2) -> Person:
    number = await queues.join(event_id, browser, party, now)
    return Person(browser, number, queues.number_text(number, browser))


async def steps(db: Database, event_id: UUID, now: datetime, count: int = 1) -> Room:
    """So many steps of the worker, a second apart, the last one at `now`."""
    for n in range(count):
        room = await waiting_steps.step(db, event_id, now - timedelta(seconds=count - 1 - n))
    return room
