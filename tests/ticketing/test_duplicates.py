from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from engine.plan.model import Category
from tests.ticketing.house import NOW, House, open_house, plan
from ticketing import box_offices, dates, duplicates, events, forms, options, plans, prices, staff, tariffs
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.duplicates import LeftBehind, Obstacle, Wanted
from ticketing.events import Category as Kind
from ticketing.events import Event, Texts
from ticketing.files import Kept
from ticketing.ids import new_id
from ticketing.options import Acting, Draft
from ticketing.performances import Visibility
from ticketing.prices import Prices
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


# Field by field: a column that is added later is told here whether it travels.

TRAVELS = {
    "events": {
        "category", "languages", "picture", "sale_closes_min", "counter_closes_min", "order_places_max", "doors_min",
        "duration_min",
    },
    "event_texts": {"language", "title", "subtitle", "description", "picture_alt"},
    "tariffs": {
        "name", "position", "names", "descriptions", "vat_thousandths", "counter_only", "order_min", "order_max",
    },
    "prices": {"category", "zone", "price_cents"},
    "option_groups": {"name", "names", "position"},
    "options": {"name", "names", "price_cents", "position"},
    "quotas": {"place_count"},
    "performances": {"venue_id", "plan_version_id", "place_list_hash"},
}  # fmt: skip
"""What is the same in the copy."""
FOLLOWS = {
    "events": {"box_office_id", "order_form_id", "ticket_design_id"},
    "event_texts": {"event_id"},
    "tariffs": {"event_id", "form_id", "ticket_design_id"},
    "prices": {"tariff_id", "performance_id"},
    "option_groups": {"tariff_id"},
    "options": {"tariff_id", "group_id"},
    "quotas": {"tariff_id", "performance_id", "pool_id"},
    "performances": {"event_id", "box_office_id", "pool_id", "starts_at", "doors_at", "ends_at"},
}
"""What names the copy's own, or the date's new moment: tried one by one."""
STAYS = {
    "events": {
        "id", "name", "created_at", "version", "visibility", "link_secret", "sale_opens_at",
        "counter_opens_at", "accessible_days",
    },
    "tariffs": {"id", "version", "sale_opens_at", "sale_closes_at", "closed_at"},
    "option_groups": {"id"},
    "options": {"id", "closed_at"},
    "quotas": {"id"},
    "performances": {
        "id", "status", "version", "label", "sale_opens_at", "sale_closes_at", "counter_opens_at", "counter_closes_at",
        "order_places_max", "own_plan_hash", "seat_categories",
    },
}  # fmt: skip
"""What begins anew."""
ROWS = {
    "events": "select * from events where id = $1",
    "event_texts": "select * from event_texts where event_id = $1",
    "tariffs": "select * from tariffs where event_id = $1",
    "prices": "select p.* from prices p join tariffs t on t.id = p.tariff_id where t.event_id = $1",
    "option_groups": "select g.* from option_groups g join tariffs t on t.id = g.tariff_id where t.event_id = $1",
    "options": "select o.* from options o join tariffs t on t.id = o.tariff_id where t.event_id = $1",
    "quotas": (
        "select q.*, p.place_count from quotas q join tariffs t on t.id = q.tariff_id join pools p on p.id = q.pool_id"
        " where t.event_id = $1"
    ),
    "performances": "select * from performances where event_id = $1",
}


EVERYTHING = (
    "update events set languages = '{fr}', counter_closes_min = 5, doors_min = 20, duration_min = 95, version = 9,"
    " sale_opens_at = now(), counter_opens_at = now(), visibility = 'link', link_secret = id::text,"
    " created_at = created_at - interval '1 day' where id = $1",
    "update event_texts set subtitle = 'Farce', picture_alt = 'Un chat' where event_id = $1",
    'update tariffs set position = 3, names = \'{"en": "Full", "fr": "Plein"}\', descriptions = \'{"en": "All"}\','
    " vat_thousandths = 2600, counter_only = true, order_min = 2, order_max = 8, sale_opens_at = now(),"
    " sale_closes_at = now() + interval '1 day', closed_at = now() where event_id = $1",
    "update option_groups set position = 2 where tariff_id in (select id from tariffs where event_id = $1)",
    "update options set position = 6 where tariff_id in (select id from tariffs where event_id = $1)",
    "insert into date_plans values (sha256($1::uuid::text::bytea), '', now())",
    "update performances set status = 'closed', label = 'postponed', sale_opens_at = now(), counter_opens_at = now(),"
    " sale_closes_at = now() + interval '1 day', counter_closes_at = now() + interval '1 day', order_places_max = 3,"
    ' own_plan_hash = sha256($1::uuid::text::bytea), seat_categories = \'{"s": "B"}\','
    " version = 4 where event_id = $1",
)
"""Something in every column that no verb above has set."""


@pytest.fixture
async def full(database: Database, house: House) -> House:
    """The house, with something in every column of its event that may travel, and one row a table beside the prices."""
    by, owner, event_id = Actor(organisation_id=house.organisation), house.organisation, house.performance.event_id
    asked = [await forms.create(database, owner, house.box_office, name, by, NOW) for name in ("Each", "Once")]
    await forms.link_event(database, owner, event_id, asked[1], by, NOW)
    for tariff_id in (house.cheap, house.free):
        await tariffs.delete(database, owner, tariff_id, by, NOW)
    await forms.link_tariff(database, owner, house.full, asked[0], by, NOW)
    cost = Prices({"stalls": 1100}, {"A": 3000})
    await prices.write(database, owner, house.full, None, 1, cost, by, NOW)
    await prices.write(database, owner, house.full, house.performance.id, 2, Prices({}, {"B": 700}), by, NOW)
    await tariffs.limit(database, owner, house.full, 9)
    await tariffs.limit(database, owner, house.full, 4, house.performance.id)
    await options.add_group(database, Acting(owner, house.full, 3, by, NOW), {"en": "Menu", "fr": "Menu"})
    (group,) = (await options.of_tariff(database, house.full)).groups
    fish = Draft(names={"en": "Fish", "fr": "Poisson"}, price_cents=250, group_id=group.id)
    await options.add(database, Acting(owner, house.full, 4, by, NOW), fish)
    async with database.transaction() as c:
        for sentence in EVERYTHING:
            await c.execute(sentence, event_id)
    return house


async def rows(database: Database, event_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """What every table has of an event, each in one order."""
    async with database.read() as c:
        found = {table: [dict(row) for row in await c.fetch(query, event_id)] for table, query in ROWS.items()}
    for table, lines in found.items():
        lines.sort(key=lambda row: (row.get("starts_at"), *(str(row[name]) for name in sorted(TRAVELS[table]))))
    return found


async def test_every_column_is_told_whether_it_travels(database: Database) -> None:
    async with database.read() as c:
        for table in ROWS:
            query = "select column_name from information_schema.columns where table_name = $1"
            there = {row[0] for row in await c.fetch(query, table)} | TRAVELS[table] & {"place_count"}
            assert there == TRAVELS[table] | FOLLOWS[table] | STAYS.get(table, set()), table


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_what_travels_field_by_field(database: Database, full: House, elsewhere: bool) -> None:
    owner, by, event_id = full.organisation, Actor(organisation_id=full.organisation), full.performance.event_id
    office = full.box_office
    if elsewhere:
        office = (await box_offices.create(database, owner, f"next-{new_id().hex}", "Next season", "EUR", NOW)).id
        for name in ("Each", "Once"):
            await forms.create(database, owner, office, name, by, NOW)
    of_office = {form.name: form.id for form in await forms.list_of(database, owner, office)}
    first = full.performance.starts_at.astimezone(PARIS).date() + timedelta(days=70)
    wanted = Wanted(box_office_id=office, name="Again", first=first)
    assert (await duplicates.look(database, owner, event_id, owner, wanted)).left == []
    made = await make(database, full, wanted)
    old, new = await rows(database, event_id), await rows(database, made.id)
    for table, lines in old.items():
        assert lines and len(lines) == len(new[table]), table
        for before, after in zip(lines, new[table], strict=True):
            for name in TRAVELS[table]:
                assert before[name] == after[name], (table, name)
            for name in STAYS.get(table, set()):
                assert before[name] != after[name] or before[name] is None, (table, name)
        for name in TRAVELS[table]:
            assert any(line[name] not in (None, "", "{}", []) for line in lines), f"nothing to travel: {table}.{name}"
    (event,), (tariff,), (group,), (option,) = (new[name] for name in ("events", "tariffs", "option_groups", "options"))
    assert event["box_office_id"] == office
    assert (event["order_form_id"], tariff["form_id"]) == (of_office["Once"], of_office["Each"])
    assert (tariff["event_id"], group["tariff_id"], option["group_id"]) == (made.id, tariff["id"], group["id"])
    dated = [one["id"] for one in new["performances"]]
    for table in ("prices", "quotas"):
        assert {one["tariff_id"] for one in new[table]} == {tariff["id"]}
        assert [one["performance_id"] for one in new[table] if one["performance_id"]] == dated[:1]
    for before, after in zip(old["performances"], new["performances"], strict=True):
        assert (after["event_id"], after["box_office_id"]) == (made.id, office)
        assert after["starts_at"].astimezone(PARIS).date() == before["starts_at"].astimezone(PARIS).date() + (
            timedelta(days=70)
        )
        assert (after["starts_at"] - after["doors_at"], after["ends_at"] - after["starts_at"]) == (
            timedelta(minutes=20), timedelta(minutes=95),
        )  # fmt: skip
    pools = [one["pool_id"] for one in (*old["performances"], *new["performances"], *old["quotas"], *new["quotas"])]
    assert len(set(pools)) == len(pools), "each has places of its own"
