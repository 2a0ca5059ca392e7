from datetime import UTC, datetime

import pytest

from ticketing import box_offices, events, organisations
from ticketing.db import Database
from ticketing.refusals import NotFound

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def test_an_event_is_found_through_its_organisation(database: Database) -> None:
    ours = (await organisations.create(database, "ours", "Ours", NOW)).id
    theirs = (await organisations.create(database, "theirs", "Theirs", NOW)).id
    office = (await box_offices.create(database, ours, "season", "Season", "EUR", NOW)).id
    made = await events.create(database, ours, office, "Hamlet", NOW)
    assert made.name == "Hamlet" and made.box_office_id == office
    assert await events.get(database, ours, made.id) == made
    assert await events.list_of(database, ours, office) == [made]
    assert await events.list_of(database, theirs, office) == []
    with pytest.raises(NotFound, match="no such event"):
        await events.get(database, theirs, made.id)
    with pytest.raises(NotFound, match="no such box office"):
        await events.create(database, theirs, office, "Hamlet", NOW)
