"""Quotas changed while tickets are sold: whatever is done, claims and tickets agree."""

import asyncio

import pytest

from engine.inventory import Inventory
from tests.ticketing.house import (
    CHEAP_PLACES,
    NOW,
    SETTINGS,
    House,
    breaches,
    empty,
    hold,
    open_house,
    order,
    owned_words,
    request,
)  # fmt: skip
from ticketing import orders, quotas, tariffs
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.quotas import Wanted
from ticketing.refusals import EditedMeanwhile, InputRefused, NotFound, QuotaBelowSold, Refusal, TariffSoldOut


@pytest.fixture
async def house(database: Database) -> House:
    await empty(database)
    return await open_house(database, performance_count=2)


async def write(db: Database, inventory: Inventory, house: House, wanted: Wanted, tariff: object = None) -> None:
    """Set quotas of the cheap tariff (or another), at its present version."""
    chosen = house.cheap if tariff is None else tariff
    version = (await tariffs.get(db, house.organisation, chosen)).version  # type: ignore[arg-type]
    by = Actor(organisation_id=house.organisation)
    await quotas.write(db, inventory, house.organisation, chosen, version, wanted, by, NOW)  # type: ignore[arg-type]


async def count(db: Database, pool: int) -> int:
    async with db.read() as c:
        return await c.fetchval("select place_count from pools where id = $1", pool)


async def test_a_quota_grows_and_shrinks_to_what_is_sold(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = [await order(database, inventory, house, [place], house.cheap) for place in range(CHEAP_PLACES)]
    with pytest.raises(TariffSoldOut):
        await order(database, inventory, house, [9], house.cheap)
    await write(database, inventory, house, [(None, CHEAP_PLACES + 3)])
    await order(database, inventory, house, [10], house.cheap)
    with pytest.raises(QuotaBelowSold, match="6 places"):
        await write(database, inventory, house, [(None, CHEAP_PLACES)])
    for one in placed[:3]:
        await orders.cancel(database, inventory, one.id, NOW)
    await write(database, inventory, house, [(None, 3)])
    assert await count(database, house.quota_pool) == 3
    assert await owned_words(inventory, house.quota_pool) == {0, 1, 2}
    with pytest.raises(TariffSoldOut):
        await order(database, inventory, house, [8], house.cheap)
    assert await breaches(database, inventory) == []
    await orders.cancel(database, inventory, placed[4].id, NOW)
    assert await breaches(database, inventory) == []


async def test_a_quota_set_on_sold_tickets_counts_them(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0, 1])
    with pytest.raises(QuotaBelowSold):
        await write(database, inventory, house, [(None, 1)], house.full)
    await write(database, inventory, house, [(None, 3), (house.performances[0].id, 2)], house.full)
    assert await breaches(database, inventory) == []
    with pytest.raises(TariffSoldOut):
        await order(database, inventory, house, [5, 6])
    await orders.cancel(database, inventory, placed.id, NOW)
    await order(database, inventory, house, [7, 8])
    assert await breaches(database, inventory) == []


async def test_a_quota_is_taken_away(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0, 1], house.cheap)
    await write(database, inventory, house, [(None, None)])
    assert await breaches(database, inventory) == []
    await orders.cancel(database, inventory, placed.id, NOW)
    for place in range(CHEAP_PLACES + 1):
        await order(database, inventory, house, [place], house.cheap)
    assert await breaches(database, inventory) == []


async def test_what_is_used_is_told_by_date(database: Database, inventory: Inventory, house: House) -> None:
    await order(database, inventory, house, [0, 1], house.cheap)
    found = [
        (use.performance_id, use.place_count, use.ticket_count) for use in await quotas.uses(database, house.cheap)
    ]
    first, second = house.performances
    assert found == [(None, CHEAP_PLACES, 2), (first.id, None, 2), (second.id, None, 0)]


async def test_quotas_are_refused_out_of_bounds_and_out_of_date(
    database: Database, inventory: Inventory, house: House
) -> None:
    by = Actor(organisation_id=house.organisation)
    with pytest.raises(EditedMeanwhile):
        await quotas.write(database, inventory, house.organisation, house.cheap, 99, [(None, 9)], by, NOW)
    with pytest.raises(InputRefused):
        await write(database, inventory, house, [(None, -1)])
    theirs = await open_house(database)
    with pytest.raises(NotFound):
        await write(database, inventory, house, [(theirs.performance.id, 5)])
    with pytest.raises(NotFound):
        await quotas.write(database, inventory, theirs.organisation, house.cheap, 1, [(None, 9)], by, NOW)


async def test_orders_and_changes_at_once_agree(database: Database, inventory: Inventory, house: House) -> None:
    """Orders read the tariff, then a quota comes or goes before they are written: they are refused or right."""

    async def buy(place: int) -> object:
        held = await hold(inventory, house, [place])
        asked = request(house, held, [place], house.full)
        return await orders.place(database, inventory, SETTINGS, asked, NOW)

    async def change(places: int | None) -> None:
        await write(database, inventory, house, [(None, places)], house.full)

    buyers = (buy(place) for place in range(20))
    changers = (change(places) for places in (15, None, 18, 12))
    answers = await asyncio.gather(*buyers, *changers, return_exceptions=True)
    unexpected = [answer for answer in answers if isinstance(answer, Exception) and not isinstance(answer, Refusal)]
    assert unexpected == []
    assert await breaches(database, inventory) == []
