from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from engine.inventory import Inventory
from tests.ticketing.house import House, open_house, order
from ticketing import audit, box_offices, events, mailings, options, organisations, performances, staff, tariffs
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.events import Category, Event, Shown, Texts
from ticketing.files import Kept
from ticketing.mailings import Choice, Text
from ticketing.options import Acting, Draft
from ticketing.performances import Visibility
from ticketing.refusals import EditedMeanwhile, EventKept, EventOrdered, EventShown, InputRefused, NotFound
from ticketing.rights import Grant, grant
from ticketing.tokens import Scope

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class Programme:
    """An event of a house on sale, and who edits it."""

    house: House
    event: Event
    by: Actor


@pytest.fixture
async def programme(database: Database) -> Programme:
    house = await open_house(database)
    event = await events.get(database, house.organisation, house.performance.event_id)
    return Programme(house, event, Actor(organisation_id=house.organisation))


async def edit(database: Database, programme: Programme, texts: dict[str, Texts] | None = None, **changed) -> Event:
    settings = replace(events.settings_of(programme.event), **changed)
    event, organisation = programme.event, programme.house.organisation
    return await events.edit(database, organisation, event.id, settings, texts or {}, event.version, programme.by, NOW)


async def test_an_event_is_found_through_its_organisation(database: Database) -> None:
    ours = (await organisations.create(database, "ours", "Ours", NOW)).id
    theirs = (await organisations.create(database, "theirs", "Theirs", NOW)).id
    office = (await box_offices.create(database, ours, "season", "Season", "EUR", NOW)).id
    made = await events.create(database, ours, office, "Hamlet", NOW)
    assert made.name == "Hamlet" and made.box_office_id == office
    assert await events.get(database, ours, made.id) == made
    assert await events.list_of(database, ours, office) == [made]
    assert await events.list_of(database, theirs, office) == []
    with pytest.raises(NotFound, match="no such event"):
        await events.get(database, theirs, made.id)
    with pytest.raises(NotFound, match="no such box office"):
        await events.create(database, theirs, office, "Hamlet", NOW)
    assert await events.time_zone(database, made.id) == "UTC"


async def test_settings_and_texts_are_edited_together(database: Database, programme: Programme) -> None:
    said = {"en": Texts(title="The Play", description=" Twice.\n\nOnce. "), "fr": Texts(title="La Pièce")}
    changed = {"name": "Hamlet", "category": Category.THEATRE, "languages": ["en", "fr"], "sale_closes_min": -30}
    after = await edit(database, programme, said, **changed)
    assert (after.name, after.category, after.languages) == ("Hamlet", Category.THEATRE, ["en", "fr"])
    assert after.version == programme.event.version + 1
    texts = await events.texts_of(database, after.id)
    assert texts["en"].description == "Twice.\n\nOnce." and texts["fr"].title == "La Pièce"
    assert await events.time_zone(database, after.id) == "Europe/Paris"


async def test_who_saves_second_overwrites_nothing(database: Database, programme: Programme) -> None:
    await edit(database, programme, name="First")
    with pytest.raises(EditedMeanwhile, match="saved this event"):
        await edit(database, programme, {"en": Texts(title="Second")}, name="Second")
    assert (await events.get(database, programme.house.organisation, programme.event.id)).name == "First"
    assert await events.texts_of(database, programme.event.id) == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"name": " "}, {"order_places_max": 0}, {"doors_min": -1}, {"duration_min": 0}, {"sale_closes_min": 10**7},
        {"languages": ["en"] * 13},
    ],
)  # fmt: skip
async def test_settings_out_of_bounds_are_refused(database: Database, programme: Programme, changed: dict) -> None:
    with pytest.raises(InputRefused):
        await edit(database, programme, **changed)


async def test_an_event_is_seen_by_whom_it_is_for(database: Database, programme: Programme) -> None:
    shown = programme.house.performance
    await edit(database, programme, visibility=Visibility.LINK)
    seen = await performances.get(database, shown.id)
    assert seen.visibility is Visibility.LINK and seen.link_secret
    assert await performances.list_on_sale(database, shown.box_office_key, NOW) == []
    renewed = await events.renew_link(database, programme.house.organisation, programme.event.id, programme.by, NOW)
    assert renewed.link_secret not in (None, seen.link_secret)
    programme.event = renewed
    await edit(database, programme, visibility=Visibility.DRAFT)
    with pytest.raises(NotFound):
        await performances.get(database, shown.id)


async def test_what_has_orders_is_no_draft_again(database: Database, inventory, programme: Programme) -> None:
    await order(database, inventory, programme.house, [0])
    with pytest.raises(EventOrdered):
        await edit(database, programme, visibility=Visibility.DRAFT)


async def test_a_date_says_otherwise_or_as_its_event(database: Database, programme: Programme) -> None:
    opens = NOW + timedelta(days=3)
    await edit(database, programme, sale_opens_at=opens, sale_closes_min=60, counter_closes_min=0, order_places_max=4)
    own = await performances.get(database, programme.house.performance.id)
    assert own.sale_opens_at == programme.house.performance.sale_opens_at != opens and own.order_places_max == 4
    async with database.read() as c:
        await c.execute("update performances set sale_opens_at = null, sale_closes_at = null where id = $1", own.id)
    shared = await performances.get(database, own.id)
    assert (shared.sale_opens_at, shared.counter_opens_at) == (opens, opens)
    assert shared.sale_closes_at == shared.starts_at - timedelta(minutes=60)
    assert shared.counter_closes_at == shared.starts_at


async def test_a_picture_is_kept_once_and_taken_off(database: Database, programme: Programme) -> None:
    picture = Kept("image/png", b"drawn", 200, 100)
    for given in (picture, picture, None):
        await events.set_picture(database, programme.house.organisation, programme.event.id, given, programme.by, NOW)
        event = await events.get(database, programme.house.organisation, programme.event.id)
        assert (event.picture is None) == (given is None)


async def test_the_list_shows_what_a_person_reaches(database: Database, programme: Programme) -> None:
    house = programme.house
    other = await events.create(database, house.organisation, house.box_office, "100% new", NOW)
    person = (await staff.create(database, "one@example.org", "One", "a password of one", NOW)).id

    async def names(**asked) -> list[str]:
        page = await events.programmed(database, person, house.box_office, NOW, **asked)
        assert page.row_count >= len(page.rows)
        return [row.name for row in page.rows]

    assert await names() == []
    async with database.transaction() as c:
        given = {"organisation_id": house.organisation, "box_office_id": house.box_office, "staff_id": person}
        await grant(c, Grant(scope=Scope.VIEW, event_id=other.id, **given), NOW)
    assert await names() == ["100% new"]
    async with database.transaction() as c:
        await grant(c, Grant(scope=Scope.VIEW, **given), NOW)
    assert await names() == ["The Play", "100% new"] == await names(shown=Shown.ALL)
    assert await names(text="0% N") == ["100% new"] and await names(text="_") == []
    assert await names(page=2, rows_max=1) == ["100% new"]
    assert await names(shown=Shown.DRAFT) == [] == await names(shown=Shown.PAST)


async def test_the_list_counts_what_is_sold(database: Database, inventory, programme: Programme) -> None:
    house = programme.house
    person = (await staff.create(database, "two@example.org", "Two", "a password of two", NOW)).id
    async with database.transaction() as c:
        await grant(c, Grant(organisation_id=house.organisation, scope=Scope.VIEW, staff_id=person), NOW)
    await order(database, inventory, house, [0, 1])
    page = await events.programmed(database, person, house.box_office, NOW)
    (row,) = page.rows
    assert (row.sold_count, row.place_count, row.date_count) == (2, 40, 1)
    assert row.next_at == house.performance.starts_at and row.time_zone == "Europe/Paris"


async def test_the_list_is_sorted_by_what_it_shows(database: Database, inventory, programme: Programme) -> None:
    house, db = programme.house, database
    person = (await staff.create(db, "five@example.org", "Five", "a password of five", NOW)).id
    async with db.transaction() as c:
        await grant(c, Grant(organisation_id=house.organisation, scope=Scope.VIEW, staff_id=person), NOW)
    for name in ("Zaïde", "Éclair"):
        await events.create(db, house.organisation, house.box_office, name, NOW)
    await order(db, inventory, house, [0])

    async def names(sort: str, **page: int) -> list[str]:
        found = await events.programmed(db, person, house.box_office, NOW, shown=Shown.ALL, sort=sort, **page)
        return [row.name for row in found.rows]

    assert await names("name") == ["Éclair", "The Play", "Zaïde"] == (await names("-name"))[::-1]
    assert (await names("next"))[0] == (await names("-next"))[0] == "The Play"
    assert (await names("sold"))[-1] == (await names("-sold"))[0] == "The Play"
    assert await names("name", page=2, rows_max=1) == ["The Play"]


async def test_who_may_only_create_manages_what_they_made(database: Database, programme: Programme) -> None:
    person = (await staff.create(database, "three@example.org", "Three", "a password of three", NOW)).id
    by = Actor(organisation_id=programme.house.organisation, staff_id=person)
    await events.create(
        database, programme.house.organisation, programme.house.box_office, "Mine", NOW, by=by, owned=True
    )
    page = await events.programmed(database, person, programme.house.box_office, NOW)
    assert [row.name for row in page.rows] == ["Mine"]


async def remove(database: Database, programme: Programme, organisation: UUID | None = None) -> None:
    owner = organisation or programme.house.organisation
    await events.remove(database, owner, programme.event.id, programme.by, NOW)


async def test_a_draft_is_removed_with_all_it_has(database: Database, programme: Programme) -> None:
    house, event = programme.house, programme.event
    with pytest.raises(EventShown):
        await remove(database, programme)
    await edit(database, programme, {"en": Texts(title="The Play")}, visibility=Visibility.DRAFT)
    version = (await tariffs.get(database, house.organisation, house.full)).version
    acting = Acting(house.organisation, house.full, version, programme.by, NOW)
    await options.add(database, acting, Draft(names={"en": "Programme"}, price_cents=300))
    await tariffs.limit(database, house.organisation, house.full, 3, house.performance.id)
    text = Choice({"en": Text("Doors open early", "Come early.")})
    await mailings.draft(database, house.organisation, event.id, text, programme.by, NOW)
    there = await events.belongings(database, event.id)
    assert (there.date_count, there.tariff_count, there.mailing_count, there.kept) == (1, 3, 1, False)
    other = await open_house(database)
    with pytest.raises(NotFound):
        await remove(database, programme, other.organisation)
    await remove(database, programme)
    with pytest.raises(NotFound):
        await events.get(database, house.organisation, event.id)
    async with database.read() as c:
        for table in ("performances", "tariffs", "event_texts", "mailings"):
            assert not await c.fetchval(f"select count(*) from {table} where event_id = $1", event.id), table
    assert await events.list_of(database, other.organisation, other.box_office), "no other event went with it"
    lines, _ = await audit.page(database, audit.Wanted(organisation_id=house.organisation, act="event.removed"))
    assert [(line.subject_name, line.changes["tariffs"]) for line in lines] == [("The Play", (3, None))]


async def test_what_was_ordered_once_keeps_its_event(
    database: Database, inventory: Inventory, programme: Programme
) -> None:
    await order(database, inventory, programme.house, [0])
    async with database.transaction() as c:
        await c.execute("update events set visibility = 'draft' where id = $1", programme.event.id)
    assert (await events.belongings(database, programme.event.id)).order_count == 1
    with pytest.raises(EventKept):
        await remove(database, programme)
    assert len(await tariffs.of_event(database, programme.event.id)) == 3
