from datetime import timedelta

import pytest
from msgspec.structs import replace

from engine.holds import HoldRequest, Seats
from engine.inventory import Inventory
from engine.outcomes import Outcome
from engine.plan.model import Plan, Seat
from tests.ticketing.house import NOW, SETTINGS, House, breaches, hold, open_house, order, plan, request
from ticketing import events, orders, organisations, performances, plans
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.events import Texts
from ticketing.ids import new_id
from ticketing.performances import Page, Performance, PerformanceStatus, Schedule
from ticketing.plans import PlanVersion
from ticketing.refusals import InputRefused, NotFound, SaleClosed, SaleNotOpen, SeatsInUse

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


def grown() -> Plan:
    """The house without seat B10, with a row C of two seats and more standing room."""
    (stalls,) = plan().zones
    a, b = stalls.rows
    c = replace(b, label="C", y=200.0, seats=tuple(Seat(f"C{n}", str(n), 50.0 * n, 0.0, "B") for n in (1, 2)))
    standing = replace(stalls.areas[0], capacity=25)
    rows = (a, replace(b, seats=b.seats[:9]), c)
    return replace(plan(), zones=(replace(stalls, rows=rows, areas=(standing,)),))


async def add_grown(database: Database, house: House) -> PlanVersion:
    venue = house.performance.venue_id
    return await plans.add_version(database, house.organisation, venue, "Hall", grown(), NOW)


async def test_a_later_plan_keeps_every_sale(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    held = await hold(inventory, house, [0, 1])
    await order(database, inventory, house, [9, 10, 20])
    version = await add_grown(database, house)
    await publish(database, inventory, house, version)
    shown = await performances.get(database, house.performance.id)
    assert (shown.plan_version_id, shown.plan_hash, shown.pool_id) == (version.id, version.hash, house.pool)
    hall = await performances.hall(database, shown)
    assert hall.packed.place_count == 47 and hall.places(["A10", "B1", "C1"]) == (9, 10, 40)
    assert hall.areas == {"standing": ((20, 20), (42, 5))}
    assert (await inventory.read(house.box_office.hex, held)).outcome is Outcome.HELD
    placed = await orders.place(database, inventory, SETTINGS, request(house, held, [0, 1]), NOW)
    assert placed.total_cents == 6000
    await order(database, inventory, house, [40, 46])
    answer = await take(inventory, shown, [9])
    assert answer is Outcome.TAKEN
    assert await breaches(database, inventory) == []


async def test_a_plan_that_drops_a_sold_seat_is_refused(database: Database, inventory: Inventory) -> None:
    house = await open_house(database)
    await order(database, inventory, house, [19])
    version = await add_grown(database, house)
    with pytest.raises(SeatsInUse, match="drops 1 places"):
        await publish(database, inventory, house, version)
    assert await performances.get(database, house.performance.id) == house.performance
    assert await take(inventory, house.performance, [18]) is Outcome.HELD


async def test_a_plan_is_published_by_its_own_organisation_in_its_own_venue(
    database: Database, inventory: Inventory
) -> None:
    house, other = await open_house(database), await open_house(database)
    version = await add_grown(database, house)
    elsewhere = await add_grown(database, other)
    nobody = (await organisations.create(database, f"o-{new_id().hex[-8:]}", "Nobody", NOW)).id
    for organisation, wanted in [(nobody, version), (other.organisation, version), (house.organisation, elsewhere)]:
        with pytest.raises(NotFound):
            by = Actor(organisation_id=organisation)
            await performances.publish_plan(database, inventory, organisation, house.performance.id, wanted.id, by, NOW)


async def test_a_plan_published_on_a_draft_is_noted_and_outdates_open_pages(
    database: Database, inventory: Inventory
) -> None:
    house = await open_house(database)
    version = await add_grown(database, house)
    async with database.transaction() as c:
        await c.execute("update events set visibility = 'draft' where id = $1", house.performance.event_id)
        before = await c.fetchval("select version from performances where id = $1", house.performance.id)
    await publish(database, inventory, house, version)
    async with database.read() as c:
        row = await c.fetchrow("select plan_version_id, version from performances where id = $1", house.performance.id)
        noted = await c.fetchrow("select changes from audit where act = 'performance.plan_published'")
    assert tuple(row) == (version.id, before + 1)
    assert noted["changes"] == '{"plan_number": [1, 2]}'


async def publish(database: Database, inventory: Inventory, house: House, version: PlanVersion) -> None:
    by = Actor(organisation_id=house.organisation)
    values = (house.organisation, house.performance.id, version.id)
    await performances.publish_plan(database, inventory, *values, by, NOW)


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
