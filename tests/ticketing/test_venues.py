from datetime import UTC, datetime

import pytest

from ticketing import organisations, venues
from ticketing.db import Database
from ticketing.refusals import AlreadyExists, InputRefused, NotFound

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
