from datetime import UTC, datetime

import pytest

from ticketing import organisations
from ticketing.db import Database
from ticketing.refusals import AlreadyExists, InputRefused, NotFound

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def test_an_organisation_is_founded_once(database: Database) -> None:
    made = await organisations.create(database, "opera", " The Opera ", NOW)
    assert (made.slug, made.name, made.created_at) == ("opera", "The Opera", NOW)
    with pytest.raises(AlreadyExists, match="organisation named opera"):
        await organisations.create(database, "opera", "Another", NOW)
    assert await organisations.get(database, "opera") == made
    assert made in await organisations.every(database)


async def test_what_is_not_there_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound, match="no such organisation"):
        await organisations.get(database, "nowhere")
    with pytest.raises(InputRefused, match="slug: Use"):
        await organisations.create(database, "No Slug", "Name", NOW)
