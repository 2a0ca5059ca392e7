from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from engine.plan.model import Category
from tests.ticketing.house import NOW, House, open_house, plan
from ticketing import box_offices, dates, duplicates, events, plans, staff, tariffs
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.duplicates import LeftBehind, Obstacle, Wanted
from ticketing.events import Category as Kind
from ticketing.events import Event, Texts
from ticketing.files import Kept
from ticketing.performances import Visibility
from ticketing.refusals import InputRefused, NotFound

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
async def house(database: Database) -> House:
    """A house whose event says something of everything."""
    house = await open_house(database, 3)
    by, event_id = Actor(organisation_id=house.organisation), house.performance.event_id
    event = await events.get(database, house.organisation, event_id)
    settings = replace(events.settings_of(event), category=Kind.THEATRE, sale_closes_min=45, order_places_max=7)
    said = {"fr": Texts(title="La Pièce", description="Belle.")}
    await events.edit(database, house.organisation, event_id, settings, said, event.version, by, NOW)
    await events.set_picture(database, house.organisation, event_id, Kept("image/png", b"drawn", 9, 9), by, NOW)
    return house


async def make(database: Database, house: House, wanted: Wanted, to: House | None = None) -> Event:
    target = (to or house).organisation
    return await duplicates.make(
        database, house.organisation, house.performance.event_id, target, wanted, Actor(organisation_id=target), NOW
    )


async def test_all_that_was_set_goes_with_it(database: Database, house: House) -> None:
    office = (await box_offices.create(database, house.organisation, "next", "Next season", "EUR", NOW)).id
    made = await make(database, house, Wanted(box_office_id=office, name="The Play, again"))
    assert (made.name, made.box_office_id, made.visibility) == ("The Play, again", office, Visibility.DRAFT)
    assert (made.category, made.sale_closes_min, made.order_places_max) == (Kind.THEATRE, 45, 7)
    before = await events.get(database, house.organisation, house.performance.event_id)
    assert made.picture == before.picture is not None and made.link_secret is None
    assert await events.texts_of(database, made.id) == {"fr": Texts(title="La Pièce", description="Belle.")}
    old, new = [await tariffs.of_event(database, id) for id in (before.id, made.id)]
    assert [(one.name, dict(one.prices)) for one in new] == [(one.name, dict(one.prices)) for one in old]
    assert await dates.counts(database, house.organisation, made.id, NOW) == (0, 0)


async def test_dates_are_shifted_on_the_wall(database: Database, house: House) -> None:
    old = await dates.of_event(database, house.organisation, house.performance.event_id, NOW)
    first = (old[0].starts_at.astimezone(PARIS) + timedelta(days=182)).date()
    wanted = Wanted(box_office_id=house.box_office, name="Again", first=first)
    copy = await duplicates.look(database, house.organisation, old[0].event_id, house.organisation, wanted)
    made = await make(database, house, wanted)
    new = await dates.of_event(database, house.organisation, made.id, NOW)
    assert [one.starts_at for one in new] == [start.starts_at for start in copy.starts]
    for before, after in zip(old, new, strict=True):
        wall = before.starts_at.astimezone(PARIS).replace(tzinfo=None) + timedelta(days=182)
        assert after.starts_at.astimezone(PARIS).replace(tzinfo=None) == wall
        assert after.plan_version_id == before.plan_version_id and after.own_sale_opens_at is None
    assert copy.left == []


async def test_quotas_are_fresh(database: Database, house: House) -> None:
    first = (datetime.now(PARIS) + timedelta(days=90)).date()
    made = await make(database, house, Wanted(box_office_id=house.box_office, name="Again", first=first))
    (date, *_) = await dates.of_event(database, house.organisation, made.id, NOW)
    (quota,) = await tariffs.quotas_of(database, date.id)
    assert quota.place_count == 5 and quota.pool_id != house.quota_pool


async def test_what_cannot_go_is_told_and_left(database: Database, house: House) -> None:
    drawn = replace(plan(), categories=(Category("B"),))
    (stalls,) = drawn.zones
    drawn = replace(drawn, zones=(replace(stalls, rows=stalls.rows[1:]),))
    venue = house.performance.venue_id
    version = await plans.add_version(database, house.organisation, venue, "Small", drawn, NOW)
    office = (await box_offices.create(database, house.organisation, "swiss", "Swiss season", "CHF", NOW)).id
    first = (datetime.now(PARIS) + timedelta(days=90)).date()
    wanted = Wanted(box_office_id=office, name="Again", first=first, version_id=version.id)
    copy = await duplicates.look(database, house.organisation, house.performance.event_id, house.organisation, wanted)
    assert copy.left == [LeftBehind("EUR", Obstacle.CURRENCY), LeftBehind("A", Obstacle.CATEGORY)]
    made = await make(database, house, wanted)
    copied = await tariffs.of_event(database, made.id)
    assert [one.name for one in copied] == ["Cheap", "Free", "Full"] and not any(one.prices for one in copied)
    (date, *_) = await dates.of_event(database, house.organisation, made.id, NOW)
    assert date.plan_version_id == version.id


async def test_an_hour_that_clocks_skip_stays_behind(database: Database, house: House) -> None:
    by = Actor(organisation_id=house.organisation)
    night = datetime(2027, 5, 2, 2, 30, tzinfo=PARIS)
    event = await events.create(database, house.organisation, house.box_office, "Night", NOW)
    await dates.add(database, house.organisation, event.id, house.performance.plan_version_id, [night], by, NOW)
    spring = datetime(2028, 3, 26).date()
    wanted = Wanted(box_office_id=house.box_office, name="Again", first=spring)
    copy = await duplicates.look(database, house.organisation, event.id, house.organisation, wanted)
    assert copy.starts == [] and copy.left == [LeftBehind("2028-03-26 02:30", Obstacle.HOUR)]


async def test_into_another_organisation_dates_need_a_plan_there(database: Database, house: House) -> None:
    other = await open_house(database)
    first = (datetime.now(PARIS) + timedelta(days=90)).date()
    wanted = Wanted(box_office_id=other.box_office, name="On tour", first=first)
    copy = await duplicates.look(database, house.organisation, house.performance.event_id, other.organisation, wanted)
    assert copy.starts == [] and copy.left == [LeftBehind("", Obstacle.VENUE)]
    there = replace(wanted, version_id=other.performance.plan_version_id)
    made = await make(database, house, there, other)
    assert (await dates.counts(database, other.organisation, made.id, NOW))[0] == 3


async def test_nothing_is_made_of_or_for_another_organisation(database: Database, house: House) -> None:
    other = await open_house(database)
    event = house.performance.event_id
    for source, event_id, target, office, version in [
        (other.organisation, event, other.organisation, other.box_office, None),
        (house.organisation, event, house.organisation, other.box_office, None),
        (house.organisation, event, house.organisation, house.box_office, other.performance.plan_version_id),
    ]:
        wanted = Wanted(box_office_id=office, name="Stolen", first=NOW.date() + timedelta(days=50), version_id=version)
        with pytest.raises(NotFound):
            await duplicates.make(database, source, event_id, target, wanted, Actor(organisation_id=target), NOW)


async def test_a_copy_that_fails_leaves_nothing(database: Database, house: House) -> None:
    past = Wanted(box_office_id=house.box_office, name="Too late", first=NOW.date() - timedelta(days=5))
    with pytest.raises(InputRefused):
        await make(database, house, past)
    found = await events.list_of(database, house.organisation, house.box_office)
    assert [one.name for one in found] == ["The Play"]


async def test_who_may_only_create_manages_the_copy(database: Database, house: House) -> None:
    person = (await staff.create(database, "copier@example.org", "Cop", "a password of cop", NOW)).id
    wanted = Wanted(box_office_id=house.box_office, name="Mine")
    by = Actor(organisation_id=house.organisation, staff_id=person)
    event = house.performance.event_id
    await duplicates.make(database, house.organisation, event, house.organisation, wanted, by, NOW, owned=True)
    page = await events.programmed(database, person, house.box_office, NOW)
    assert [row.name for row in page.rows] == ["Mine"]
