from datetime import UTC, datetime

import pytest

from ticketing import box_offices, organisations
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import AlreadyExists, InputRefused, NotFound

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def test_a_box_office_belongs_to_its_organisation(database: Database) -> None:
    ours = (await organisations.create(database, "ours", "Ours", NOW)).id
    theirs = (await organisations.create(database, "theirs", "Theirs", NOW)).id
    made = await box_offices.create(database, ours, "season", "Season", "EUR", NOW, "fr")
    assert await box_offices.get(database, ours, "season") == made
    assert await box_offices.list_of(database, ours) == [made]
    assert await box_offices.list_of(database, theirs) == []
    with pytest.raises(NotFound, match="no such box office"):
        await box_offices.get(database, theirs, "season")
    assert await box_offices.public(database, "season") == made
    with pytest.raises(AlreadyExists):
        await box_offices.create(database, theirs, "season", "Season", "EUR", NOW)


async def test_its_fields_are_checked(database: Database) -> None:
    with pytest.raises(InputRefused, match="currency"):
        await box_offices.create(database, new_id(), "a", "A", "euro", NOW)
    with pytest.raises(InputRefused, match="locale"):
        await box_offices.create(database, new_id(), "a", "A", "EUR", NOW, "xx")
    with pytest.raises(NotFound):
        await box_offices.public(database, "nowhere")
