import asyncio
import hashlib

import pytest
from msgspec.structs import replace

from engine.plan import places, placeur_json
from tests.ticketing.house import NOW, open_house, plan
from ticketing import organisations, plans, venues
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import NotFound, PlanUnsound


async def test_the_same_drawing_is_one_version(database: Database) -> None:
    house = await open_house(database)
    venue = house.performance.venue_id
    again = await plans.add_version(database, house.organisation, venue, "Hall", plan(), NOW)
    assert (again.number, again.place_count, again.hash) == (1, 40, house.performance.plan_hash)
    other = await plans.add_version(database, house.organisation, venue, "Hall", plan("Redrawn"), NOW)
    assert other.number == 2 and other.plan_id == again.plan_id
    elsewhere = await plans.add_version(database, house.organisation, venue, "Summer", plan(), NOW)
    assert (elsewhere.number, elsewhere.hash) == (1, again.hash)
    assert await plans.list_of(database, house.organisation, venue) == [other, again, elsewhere]
    assert await plans.get(database, house.organisation, other.id) == other


async def test_versions_added_at_once_are_numbered_without_gaps(database: Database) -> None:
    house = await open_house(database)
    added = await asyncio.gather(
        *(
            plans.add_version(database, house.organisation, house.performance.venue_id, "New", plan(f"No {n}"), NOW)
            for n in range(8)
        )
    )
    assert sorted(version.number for version in added) == list(range(1, 9))


async def test_a_plan_is_found_by_its_hash(database: Database) -> None:
    performance = (await open_house(database)).performance
    document = await plans.document(database, performance.plan_hash)
    assert hashlib.sha256(document).digest() == performance.plan_hash
    assert placeur_json.read(document) == plan()
    listed = await plans.place_list_document(database, performance.place_list_hash)
    assert places.decode(listed) == places.first(plan())
    for find in (plans.document, plans.place_list_document):
        with pytest.raises(NotFound):
            await find(database, bytes(32))


async def test_another_organisations_venue_and_plans_are_not_found(database: Database) -> None:
    house = await open_house(database)
    other = (await organisations.create(database, f"other-{new_id().hex[-8:]}", "Other", NOW)).id
    with pytest.raises(NotFound, match="no such venue"):
        await plans.add_version(database, other, house.performance.venue_id, "Hall", plan(), NOW)
    with pytest.raises(NotFound, match="no such plan version"):
        await plans.get(database, other, house.performance.plan_version_id)
    assert await plans.list_of(database, other, house.performance.venue_id) == []
    venue = (await venues.create(database, other, "Empty", "UTC", NOW)).id
    assert await plans.list_of(database, other, venue) == []


async def test_a_flawed_plan_is_refused_with_what_the_doctor_says(database: Database) -> None:
    house = await open_house(database)
    (stalls,) = plan().zones
    first = stalls.rows[0]
    twice = replace(first, seats=(first.seats[0], *first.seats[:-1]))
    flawed = replace(plan(), zones=(replace(stalls, rows=(twice, *stalls.rows[1:])),))
    with pytest.raises(PlanUnsound) as refused:
        await plans.add_version(database, house.organisation, house.performance.venue_id, "Hall", flawed, NOW)
    assert refused.value.fields["finding_count"] and refused.value.fields["where"]
    assert str(refused.value.fields["finding"]) in refused.value.message
