import json
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from engine.plan import placeur_json
from ticketing import organisations, plans, venues
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.formats import Language
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, NotFound
from ticketing.venues import Details, Texts

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def test_a_venue_belongs_to_its_organisation(database: Database) -> None:
    ours = (await organisations.create(database, "ours", "Ours", NOW)).id
    theirs = (await organisations.create(database, "theirs", "Theirs", NOW)).id
    made = await venues.create(database, ours, "Hall", "Europe/Paris", NOW, "1 Hall Street")
    assert await venues.get(database, ours, made.id) == made
    assert await venues.list_of(database, ours) == [made]
    with pytest.raises(NotFound, match="no such venue"):
        await venues.get(database, theirs, made.id)
    with pytest.raises(AlreadyExists):
        await venues.create(database, ours, "Hall", "Europe/Paris", NOW)
    assert (await venues.create(database, theirs, "Hall", "UTC", NOW)).address == ""
    with pytest.raises(InputRefused, match="time_zone"):
        await venues.create(database, ours, "Other", "Paris", NOW)


async def test_a_virtual_venue_draws_its_own_plan(database: Database) -> None:
    owner = (await organisations.create(database, "virtual", "Virtual", NOW)).id
    by = Actor(organisation_id=owner)
    details = Details(name="Online", time_zone="Europe/Paris", capacity=100)
    made = await venues.add(database, owner, details, {}, by, NOW)
    assert made.virtual and made.version == 1
    (drawn,) = await plans.list_of(database, owner, made.id)
    room = placeur_json.read(await plans.document(database, drawn.hash))
    assert (room.seat_count, room.capacity) == (0, 100)
    with pytest.raises(InputRefused, match="stays what it is"):
        await venues.update(database, owner, made.id, 1, replace(details, capacity=None), {}, by, NOW)
    with pytest.raises(InputRefused, match="1 to"):
        await venues.add(database, owner, replace(details, capacity=0), {}, by, NOW)


async def test_what_is_said_is_noted_with_what_it_was(database: Database) -> None:
    owner = (await organisations.create(database, "noted", "Noted", NOW)).id
    by = Actor(organisation_id=owner)
    made = await venues.create(database, owner, "Hall", "UTC", NOW)
    texts = {Language.FR: Texts(parking="Sous la place")}
    await venues.update(database, owner, made.id, 1, replace(made.details, address="1 Street"), texts, by, NOW)
    assert (await venues.texts_of(database, made.id))[Language.FR].parking == "Sous la place"
    with pytest.raises(EditedMeanwhile):
        await venues.update(database, owner, made.id, 1, made.details, {}, by, NOW)
    async with database.read() as c:
        changes = await c.fetchval("select changes::text from audit where subject_id = $1 and act = $2",
                                   str(made.id), "venue.edited")  # fmt: skip
    assert json.loads(changes) == {"address": ["", "1 Street"], "parking_fr": ["", "Sous la place"]}
