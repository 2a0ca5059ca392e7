from datetime import timedelta

import pytest
from msgspec.structs import replace

from engine.holds import HoldRequest, Seats
from engine.inventory import Inventory
from engine.outcomes import Outcome
from tests.ticketing.house import NOW, open_house
from ticketing import events, performances
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.events import Texts
from ticketing.ids import new_id
from ticketing.performances import Page, Performance, PerformanceStatus, Schedule
from ticketing.refusals import InputRefused, NotFound, SaleClosed, SaleNotOpen

DAY = timedelta(days=1)
SCHEDULE = Schedule(
    starts_at=NOW + DAY, doors_at=NOW + DAY, ends_at=NOW + 2 * DAY, sale_opens_at=NOW, sale_closes_at=NOW + DAY
)


async def test_a_performance_is_seen_with_what_surrounds_it(database: Database) -> None:
    performance = (await open_house(database)).performance
    found = await performances.get(database, performance.id)
    assert found == performance
    assert (found.event_name, found.venue_name, found.time_zone) == ("The Play", "The Venue", "Europe/Paris")
    assert (found.currency, found.status) == ("EUR", PerformanceStatus.ON_SALE)


async def test_a_draft_is_not_seen(database: Database) -> None:
    performance = (await open_house(database)).performance
    async with database.read() as c:
        await c.execute("update performances set status = 'draft' where id = $1", performance.id)
    for unseen in (performance.id, new_id()):
        with pytest.raises(NotFound, match="no such performance"):
            await performances.get(database, unseen)
    assert await performances.list_on_sale(database, performance.box_office_key, NOW) == []


async def test_the_list_goes_on_where_it_stopped(database: Database) -> None:
    house = await open_house(database, 5)
    await open_house(database)
    key = house.performance.box_office_key
    first = await performances.list_on_sale(database, key, NOW, rows_max=3)
    rest = await performances.list_on_sale(database, key, NOW, Page(first[-1].starts_at, first[-1].id), rows_max=3)
    assert [*first, *rest] == list(house.performances)
    over = house.performances[1].ends_at
    assert await performances.list_on_sale(database, key, over) == list(house.performances[2:])
    everywhere = await performances.list_on_sale(database, None, NOW)
    assert {one.id for one in house.performances} < {one.id for one in everywhere}


@pytest.mark.parametrize(
    "times",
    [
        {"doors_at": NOW + 2 * DAY},
        {"ends_at": NOW + DAY},
        {"sale_closes_at": NOW},
        {"starts_at": NOW + 3 * DAY},
    ],
)
async def test_times_in_a_wrong_order_are_refused(database: Database, times: dict[str, object]) -> None:
    house = await open_house(database)
    version, event = house.performance.plan_version_id, house.performance.event_id
    with pytest.raises(InputRefused):
        await performances.create(database, house.organisation, event, version, replace(SCHEDULE, **times))


async def test_event_and_plan_must_be_the_organisations_own(database: Database) -> None:
    ours, theirs = await open_house(database), await open_house(database)
    for organisation, event, version in [
        (theirs.organisation, ours.performance.event_id, ours.performance.plan_version_id),
        (ours.organisation, theirs.performance.event_id, ours.performance.plan_version_id),
        (ours.organisation, ours.performance.event_id, theirs.performance.plan_version_id),
    ]:
        with pytest.raises(NotFound):
            await performances.create(database, organisation, event, version, SCHEDULE)


async def test_places_are_sold_while_the_sale_is_open(database: Database) -> None:
    performance = (await open_house(database)).performance
    performances.ensure_on_sale(performance, NOW)
    with pytest.raises(SaleNotOpen, match="opens at"):
        performances.ensure_on_sale(performance, performance.sale_opens_at - DAY)
    for closed in (replace(performance, status=PerformanceStatus.CANCELLED), replace(performance, sale_closes_at=NOW)):
        with pytest.raises(SaleClosed):
            performances.ensure_on_sale(closed, NOW)


async def take(inventory: Inventory, performance: Performance, places: list[int]) -> Outcome:
    wants = (Seats(performance.pool_id, tuple(places)),)
    asked = HoldRequest(performance.box_office_id.hex, new_id().bytes, bytes(8), wants, 60_000)
    return (await inventory.hold(asked)).outcome


async def test_an_event_is_called_by_its_title_in_the_readers_language(database: Database) -> None:
    house = await open_house(database)
    own, by = house.organisation, Actor(organisation_id=house.organisation)
    event = await events.get(database, own, house.performance.event_id)

    async def called(version: int, titles: dict[str, str]) -> list[str]:
        said = {language: Texts(title=title) for language, title in titles.items()}
        await events.edit(database, own, event.id, events.settings_of(event), said, version, by, NOW)
        found = await performances.get(database, house.performance.id)
        return [found.title("en"), found.title("fr"), found.event_name]

    assert await called(1, {}) == ["The Play"] * 3
    assert await called(2, {"fr": "La Pièce"}) == ["The Play", "La Pièce", "The Play"]
    assert await called(3, {"en": "Antigone"}) == ["Antigone", "La Pièce", "Antigone"]
    assert await called(4, {"fr": ""}) == ["Antigone"] * 3
