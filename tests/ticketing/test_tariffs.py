import pytest

from tests.ticketing.house import CHEAP_PLACES, PRICES, open_house
from ticketing import tariffs
from ticketing.db import Database
from ticketing.refusals import AlreadyExists, InputRefused, NoPrice, NotFound


async def test_a_tariff_prices_categories(database: Database) -> None:
    house = await open_house(database)
    full, *others = sorted(
        await tariffs.of_event(database, house.performance.event_id), key=lambda t: t.id != house.full
    )
    assert full.prices == PRICES and full.price_cents("A") == 3000
    assert {tariff.id for tariff in others} == {house.cheap, house.free}
    with pytest.raises(NoPrice, match="Full has no price for the category Balcony"):
        full.price_cents("Balcony")


async def test_prices_change_and_are_added(database: Database) -> None:
    house = await open_house(database)
    await tariffs.set_prices(database, house.organisation, house.full, {"A": 3500, "Balcony": 0})
    (full,) = [t for t in await tariffs.of_event(database, house.performance.event_id) if t.id == house.full]
    assert full.prices == {"A": 3500, "B": 2000, "Balcony": 0}
    for price in (-1, tariffs.PRICE_CENTS_MAX + 1):
        with pytest.raises(InputRefused):
            await tariffs.set_prices(database, house.organisation, house.full, {"A": price})


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


async def test_what_is_another_organisations_is_not_found(database: Database) -> None:
    ours, theirs = await open_house(database), await open_house(database)
    with pytest.raises(NotFound, match="no such event"):
        await tariffs.create(database, theirs.organisation, ours.performance.event_id, "Mine", {})
    with pytest.raises(NotFound, match="no such tariff"):
        await tariffs.set_prices(database, theirs.organisation, ours.full, {"A": 1})
    with pytest.raises(NotFound, match="no such tariff"):
        await tariffs.limit(database, theirs.organisation, ours.full, 1)
    with pytest.raises(NotFound, match="no such performance"):
        await tariffs.limit(database, ours.organisation, ours.full, 1, theirs.performance.id)
    with pytest.raises(InputRefused):
        await tariffs.limit(database, ours.organisation, ours.full, -1)
