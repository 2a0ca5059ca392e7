"""Ticket designs as they are kept: whose they are, what they may say, who wears them."""

from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace

from engine.inventory import Inventory
from tests.ticketing.house import NOW, House, open_house, order
from ticketing import box_offices, duplicates, files, ticket_deliveries, ticket_designs
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.duplicates import Wanted
from ticketing.files import Kept
from ticketing.ids import new_id
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, LinkUnknown, NotFound, TicketDesignInUse
from ticketing.settings import Settings
from ticketing.ticket_deliveries import Delivery, Files, Paper
from ticketing.ticket_designs import (
    PLAIN,
    TERMS_CHARS_MAX,
    TERMS_LINES_MAX,
    Dress,
    Gallery,
    Look,
    Part,
    PictureOf,
    Texts,
    Values,
)  # fmt: skip
from ticketing.ticket_links import order_of, path, token

LOOK = Look(accent="#AA1122", hidden=(Part.PRICE, Part.HOLDER), texts={"fr": Texts(note=" Tôt ")})


@pytest.fixture
async def house(database: Database) -> House:
    return await open_house(database)


@pytest.fixture
def by(house: House) -> Actor:
    return Actor(organisation_id=house.organisation)


async def made(db: Database, house: House, name: str = "Mine", look: Look = LOOK) -> UUID:
    values = Values(name, Gallery.POSTER, look)
    by = Actor(organisation_id=house.organisation)
    return await ticket_designs.create(db, house.organisation, house.box_office, values, by, NOW)


async def test_a_design_is_kept_as_it_was_said(database: Database, house: House) -> None:
    found = await ticket_designs.get(database, house.organisation, await made(database, house))
    assert (found.name, found.gallery, found.version, found.is_default) == ("Mine", Gallery.POSTER, 1, False)
    assert found.look == Look(accent="#aa1122", hidden=(Part.HOLDER, Part.PRICE), texts={"fr": Texts(note="Tôt")})


@pytest.mark.parametrize(
    ("look", "where"),
    [
        (Look(accent="red"), "accent"),
        (Look(second="#12345"), "second"),
        (Look(accent="#111111;}"), "accent"),
        (Look(texts={"fr": Texts(note="x" * 121)}), "note_fr"),
        (Look(texts={"en": Texts(contact="a\nb")}), "contact_en"),
        (Look(texts={"en": Texts(terms="x" * (TERMS_CHARS_MAX + 1))}), "terms_en"),
        (Look(texts={"en": Texts(terms="x\n" * TERMS_LINES_MAX + "x")}), "terms_en"),
    ],
)
async def test_what_a_ticket_has_no_room_for_is_refused(
    database: Database, house: House, look: Look, where: str
) -> None:
    with pytest.raises(InputRefused) as refused:
        await made(database, house, look=look)
    assert refused.value.fields["where"] == where


async def test_a_name_is_taken_once_and_two_who_save_are_told(database: Database, house: House, by: Actor) -> None:
    one = await made(database, house)
    with pytest.raises(AlreadyExists):
        await made(database, house)
    values = Values("Other", Gallery.MINIMAL, LOOK)
    await ticket_designs.edit(database, house.organisation, one, values, 1, by, NOW)
    with pytest.raises(EditedMeanwhile):
        await ticket_designs.edit(database, house.organisation, one, values, 1, by, NOW)
    copy = await ticket_designs.duplicate(database, house.organisation, one, "Copy", by, NOW)
    with pytest.raises(AlreadyExists):
        await ticket_designs.duplicate(database, house.organisation, one, "Other", by, NOW)
    assert (await ticket_designs.get(database, house.organisation, copy)).gallery is Gallery.MINIMAL


async def test_another_organisations_designs_are_not_there(database: Database, house: House, by: Actor) -> None:
    rival = await open_house(database)
    theirs = await made(database, rival)
    event = house.performance.event_id
    tries = [
        ticket_designs.get(database, house.organisation, theirs),
        ticket_designs.edit(database, house.organisation, theirs, Values("x", Gallery.CLASSIC, LOOK), 1, by, NOW),
        ticket_designs.set_default(database, house.organisation, house.box_office, theirs, by, NOW),
        ticket_designs.set_default(database, house.organisation, rival.box_office, None, by, NOW),
        ticket_designs.dress_event(database, house.organisation, event, theirs, by, NOW),
        ticket_designs.dress_tariff(database, house.organisation, house.full, theirs, by, NOW),
        ticket_designs.dress_tariff(database, house.organisation, rival.full, None, by, NOW),
        ticket_designs.remove(database, house.organisation, theirs, by, NOW),
        ticket_designs.duplicate(database, house.organisation, theirs, "Copy", by, NOW),
        ticket_deliveries.of_box_office(database, house.organisation, rival.box_office),
        ticket_deliveries.set_of_box_office(database, house.organisation, rival.box_office, Delivery(), by, NOW),
    ]
    for tried in tries:
        with pytest.raises(NotFound):
            await tried


async def test_a_tariffs_design_goes_before_its_events_and_that_before_the_default(
    database: Database, inventory: Inventory, house: House, by: Actor
) -> None:
    db, owner = database, house.organisation
    placed = await order(db, inventory, house, [3, 4])
    event = house.performance.event_id
    names = ("Default", "Event", "Tariff")
    default, of_event, of_tariff = [await made(db, house, name) for name in names]

    async def worn() -> set[UUID | None]:
        wardrobe = await ticket_designs.wardrobe(db, placed.id)
        assert {one.design_id for one in wardrobe.worn.values()} - {None} <= wardrobe.designs.keys()
        assert wardrobe.of_passes in (None, default)
        return {one.design_id for one in wardrobe.worn.values()}

    assert await worn() == {None}
    assert (await ticket_designs.wardrobe(db, placed.id)).ticket(new_id()) == (PLAIN, None)
    await ticket_designs.set_default(db, owner, house.box_office, default, by, NOW)
    assert await worn() == {default}
    await ticket_designs.dress_event(db, owner, event, of_event, by, NOW)
    assert await worn() == {of_event}
    await ticket_designs.dress_tariff(db, owner, house.full, of_tariff, by, NOW)
    assert await worn() == {of_tariff}
    for used in (default, of_event, of_tariff):
        with pytest.raises(TicketDesignInUse):
            await ticket_designs.remove(db, owner, used, by, NOW)
    rows = await ticket_designs.list_of(db, owner, house.box_office)
    assert [(row.name, row.is_default, row.events, row.tariffs) for row in rows] == [
        ("Default", True, 0, 0), ("Event", False, 1, 0), ("Tariff", False, 0, 1),
    ]  # fmt: skip
    assert [use.tariff_id for use in await ticket_designs.uses(db, of_tariff)] == [house.full]
    await ticket_designs.dress_tariff(db, owner, house.full, None, by, NOW)
    await ticket_designs.remove(db, owner, of_tariff, by, NOW)
    await ticket_designs.set_default(db, owner, house.box_office, of_event, by, NOW)
    assert [row.is_default for row in await ticket_designs.list_of(db, owner, house.box_office)] == [True, False]


async def test_pictures_are_kept_while_a_design_shows_them(database: Database, house: House, by: Actor) -> None:
    design = await made(database, house, look=replace(LOOK, picture_of=PictureOf.OWN))
    kept = Kept("image/jpeg", b"picture " + new_id().bytes, 10, 10)
    await ticket_designs.set_picture(database, house.organisation, design, kept, by, NOW)
    await ticket_designs.set_logo(database, house.organisation, design, kept, by, NOW)
    found = await ticket_designs.get(database, house.organisation, design)
    assert found.picture == found.logo and found.version == 3
    later = NOW + timedelta(days=9)
    await files.forget_unused(database, later)
    dress = Dress(found.gallery, found.look, found.picture, found.logo)
    tried = await ticket_designs.to_try(database, dress, UUID(int=0))
    assert [*tried.pictures.values()] == [("image/jpeg", kept.content)]
    await ticket_designs.set_picture(database, house.organisation, design, None, by, NOW)
    await ticket_designs.set_logo(database, house.organisation, design, None, by, NOW)
    assert await files.forget_unused(database, later) == 1


async def test_a_copy_of_an_event_wears_the_same_in_its_box_office_and_nothing_elsewhere(
    database: Database, house: House, by: Actor
) -> None:
    design, owner, event = await made(database, house), house.organisation, house.performance.event_id
    await ticket_designs.dress_event(database, owner, event, design, by, NOW)
    await ticket_designs.dress_tariff(database, owner, house.full, design, by, NOW)
    other = (await box_offices.create(database, owner, f"next-{new_id().hex[-9:]}", "Next", "EUR", NOW)).id
    for office, expected in ((house.box_office, design), (other, None)):
        wanted = Wanted(box_office_id=office, name="Again")
        copy = await duplicates.make(database, owner, event, owner, wanted, by, NOW)
        assert (await ticket_designs.of_event(database, owner, copy.id)).design_id == expected
        async with database.read() as c:
            rows = await c.fetch("select name, ticket_design_id from tariffs where event_id = $1", copy.id)
        assert {row["name"]: row["ticket_design_id"] for row in rows} == {"Full": expected, "Cheap": None, "Free": None}


async def test_an_order_is_handed_over_as_its_box_office_says_or_as_was_chosen(
    database: Database, inventory: Inventory, house: House, by: Actor
) -> None:
    db, placed = database, await order(database, inventory, house, [1])
    assert await ticket_deliveries.of_order(db, placed.id) == Delivery(Paper.A4, Files.ONE)
    wanted = Delivery(Paper.A6, Files.EACH)
    await ticket_deliveries.set_of_box_office(db, house.organisation, house.box_office, wanted, by, NOW)
    assert await ticket_deliveries.of_order(db, placed.id) == wanted
    await ticket_deliveries.choose(db, placed.id, Delivery(Paper.PHONE, Files.ONE))
    assert await ticket_deliveries.of_order(db, placed.id) == Delivery(Paper.PHONE, Files.ONE)
    with pytest.raises(NotFound):
        await ticket_deliveries.choose(db, new_id(), wanted)


def test_a_link_opens_its_order_alone() -> None:
    mine, others = Settings(secret="5a" * 32), Settings(secret="5b" * 32)
    order_id = new_id()
    made = token(mine, order_id)
    assert order_of(mine, made) == order_id and path(mine, order_id) == f"/tickets/{made}"
    forged = [token(others, order_id), made[:-1], made + "A", "", "x" * 43, "é" * 43, made[:5] + "Ā" + made[6:]]
    flipped = ("A" if made[3] != "A" else "B").join((made[:3], made[4:]))
    for one in (*forged, flipped, token(mine, new_id())[:21] + made[21:]):
        with pytest.raises(LinkUnknown):
            order_of(mine, one)
