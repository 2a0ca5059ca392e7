import asyncio
from datetime import UTC, datetime

import pytest

from ticketing import customers, organisations
from ticketing.customers import Customer
from ticketing.db import Database
from ticketing.refusals import InputRefused, NotFound

NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def test_a_customer_is_one_an_address_and_organisation(database: Database) -> None:
    ours = (await organisations.create(database, "ours", "Ours", NOW)).id
    theirs = (await organisations.create(database, "theirs", "Theirs", NOW)).id

    async def add(name: str) -> Customer:
        async with database.transaction() as c:
            return await customers.find_or_add(c, ours, "Ann@Example.org", name, "fr", NOW)

    found = await asyncio.gather(*(add(f"Ann {n}") for n in range(8)))
    assert len(set(found)) == 1 and found[0].email == "ann@example.org"
    assert await add("Somebody else") == found[0]
    assert await customers.get(database, ours, found[0].id) == found[0]
    with pytest.raises(NotFound):
        await customers.get(database, theirs, found[0].id)
    async with database.read() as c:
        assert (await customers.find_or_add(c, theirs, "ann@example.org", "Ann", "en", NOW)).id != found[0].id
        with pytest.raises(InputRefused):
            await customers.find_or_add(c, ours, "no address", "Ann", "en", NOW)
