from uuid import UUID

import pytest

from engine.inventory import Inventory
from tests.ticketing.house import CHEAP_PLACES, NOW, PRICES, breaches, open_house, order
from ticketing import audit, prices, tariffs
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.prices import Prices
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, NoPrice, NotFound, TariffSold


async def test_a_tariff_prices_categories(database: Database) -> None:
    house = await open_house(database)
    full, *others = sorted(
        await tariffs.of_event(database, house.performance.event_id), key=lambda t: t.id != house.full
    )
    assert full.prices == PRICES and full.price_cents("A") == 3000
    assert {tariff.id for tariff in others} == {house.cheap, house.free}
    with pytest.raises(NoPrice, match="Full has no price for the category Balcony"):
        full.price_cents("Balcony")


async def test_prices_are_set_by_one_at_a_time_and_the_log_says_which(database: Database) -> None:
    house = await open_house(database, 2)
    by, event = Actor(organisation_id=house.organisation), house.performance.event_id

    async def write(version: int, cost: Prices, date: UUID | None = None) -> None:
        await prices.write(database, house.organisation, house.full, date, version, cost, by, NOW)

    await write(1, Prices({"stalls": 1500}, {"A": 3500, "B": 2000, "stalls": 0}))
    await write(2, Prices({}, {"A": 9000}), house.performance.id)
    (full,) = [t for t in await tariffs.of_performance(database, event, house.performance.id) if t.id == house.full]
    assert (full.cost.categories, full.cost.zones) == ({"A": 9000, "B": 2000, "stalls": 0}, {"stalls": 1500})
    with pytest.raises(EditedMeanwhile):
        await write(2, Prices({}, {"A": 1}))
    for price in (-1, tariffs.PRICE_CENTS_MAX + 1):
        with pytest.raises(InputRefused):
            await write(3, Prices({}, {"A": price}))
    await write(3, Prices({}, {"A": 9000}), house.performance.id)
    lines, _ = await audit.page(database, audit.Wanted(organisation_id=house.organisation, act="tariff.priced"))
    told = [{name: tuple(pair) for name, pair in line.changes.items()} for line in lines]
    assert told == [
        {"date": (None, house.performance.starts_at.isoformat().replace("+00:00", "Z")), "A": (None, 9000)},
        {"date": (None, None), "A": (3000, 3500), "stalls": (None, 0), "zone stalls": (None, 1500)},
    ], "nothing is said of what stayed"


async def test_tariffs_are_shown_in_their_order(database: Database) -> None:
    house = await open_house(database)
    event = house.performance.event_id
    made = await tariffs.create(database, house.organisation, event, "Children", {"A": 1}, position=-1)
    assert (await tariffs.of_event(database, event))[0] == made
    with pytest.raises(AlreadyExists, match="tariff named Children"):
        await tariffs.create(database, house.organisation, event, "Children", {})


async def test_a_quota_bounds_a_tariff_once_on_the_event_and_once_a_performance(database: Database) -> None:
    house = await open_house(database, 2)
    first, second = house.performances
    mine = await tariffs.limit(database, house.organisation, house.cheap, 3, first.id)
    assert (mine.place_count, mine.performance_id) == (3, first.id)
    for performance_id in (None, first.id):
        with pytest.raises(AlreadyExists):
            await tariffs.limit(database, house.organisation, house.cheap, 9, performance_id)
    whole = [quota.pool_id for quota in await tariffs.quotas_of(database, second.id)]
    assert whole == [house.quota_pool]
    assert [q.pool_id for q in await tariffs.quotas_of(database, first.id)] == [house.quota_pool, mine.pool_id]
    async with database.read() as c:
        assert await c.fetchval("select place_count from pools where id = $1", house.quota_pool) == CHEAP_PLACES


async def test_a_tariff_that_is_sold_is_not_bounded_as_if_it_were_not(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    await order(database, inventory, house, [0])
    with pytest.raises(TariffSold):
        await tariffs.limit(database, house.organisation, house.full, 1)
    assert await breaches(database, inventory) == []


async def test_what_is_another_organisations_is_not_found(database: Database) -> None:
    ours, theirs = await open_house(database), await open_house(database)
    with pytest.raises(NotFound, match="no such event"):
        await tariffs.create(database, theirs.organisation, ours.performance.event_id, "Mine", {})
    with pytest.raises(NotFound, match="no such tariff"):
        by = Actor(organisation_id=theirs.organisation)
        await prices.write(database, theirs.organisation, ours.full, None, 1, Prices({}, {"A": 1}), by, NOW)
    with pytest.raises(NotFound, match="no such tariff"):
        await tariffs.limit(database, theirs.organisation, ours.full, 1)
    with pytest.raises(NotFound, match="no such performance"):
        await tariffs.limit(database, ours.organisation, ours.full, 1, theirs.performance.id)
    with pytest.raises(InputRefused):
        await tariffs.limit(database, ours.organisation, ours.full, -1)
