"""Files by their hash: kept while something refers to them, forgotten a day after."""

import asyncio
from datetime import timedelta

import pytest

from tests.ticketing.house import NOW, House, open_house
from ticketing import events, files
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.files import Kept
from ticketing.refusals import NotFound

LATER = NOW + files.UNUSED_KEPT + timedelta(seconds=1)
REFERENCES = """
select conrelid::regclass::text || '.' || attname from pg_constraint
join pg_attribute on attrelid = conrelid and attnum = any(conkey) where confrelid = 'files'::regclass
"""


@pytest.fixture
async def house(database: Database) -> House:
    async with database.read() as c:
        await c.execute("update events set picture = null")
        await c.execute("delete from files")
    return await open_house(database)


def picture(content: bytes) -> Kept:
    return Kept("image/png", content, 9, 9)


async def show(db: Database, house: House, drawn: Kept | None) -> bytes | None:
    """The event's picture set, or taken off; its hash."""
    by, event_id = Actor(organisation_id=house.organisation), house.performance.event_id
    await events.set_picture(db, house.organisation, event_id, drawn, by, NOW)
    return (await events.get(db, house.organisation, event_id)).picture


async def test_a_picture_that_nothing_refers_to_is_forgotten_after_a_day(database: Database, house: House) -> None:
    old, shown = await show(database, house, picture(b"old")), await show(database, house, picture(b"new"))
    assert old and shown
    assert await files.forget_unused(database, NOW + files.UNUSED_KEPT) == 0
    assert await files.forget_unused(database, LATER) == 1
    with pytest.raises(NotFound):
        await files.get(database, old)
    assert (await files.get(database, shown)).content == b"new"
    await show(database, house, None)
    assert await files.forget_unused(database, LATER) == 1


async def test_a_file_kept_again_is_as_new_and_outlives_a_sweep_meanwhile(database: Database, house: House) -> None:
    async with database.transaction() as c:
        await files.keep(c, picture(b"seen"), NOW)
    async with database.transaction() as c:
        hash = await files.keep(c, picture(b"seen"), LATER)
        sweep = asyncio.create_task(files.forget_unused(database, LATER))
        await asyncio.sleep(0.1)
        assert not sweep.done(), "it waits for who is about to refer to the file"
    assert await sweep == 0
    assert (await files.get(database, hash)).content == b"seen"


async def test_the_sweep_knows_every_reference(database: Database) -> None:
    async with database.read() as c:
        found = sorted(row[0] for row in await c.fetch(REFERENCES))
    names = [
        "events.picture", "label_pictures.hash", "seat_photos.hash", "shops.logo", "ticket_designs.logo",
        "ticket_designs.picture",
    ]  # fmt: skip
    assert found == names
