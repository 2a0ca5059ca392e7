"""Label designs as they are kept: whose they are, who chose them, and what an order's tickets are printed in."""

from datetime import timedelta
from uuid import UUID

import pytest

from engine.inventory import Inventory
from printing import for_machines, label_formats
from printing import label_designs as looks
from printing.label_designs import LabelDesign, Picture, Qr
from printing.machine_records import Setup
from printing.zpl import Dpi
from tests.printing import rendering, samples
from tests.ticketing.house import NOW, House, open_house, order
from ticketing import duplicates, files, label_designs
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.duplicates import Wanted
from ticketing.files import Kept
from ticketing.label_designs import Labels, Values
from ticketing.machines import Paper, Prints
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, LabelDesignInUse, NotFound

SMALL = LabelDesign(width_mm=60, height_mm=40, blocks=(Qr(x_mm=2, y_mm=2, width_mm=30, height_mm=30),))
"""Nothing but the code."""


@pytest.fixture
async def house(database: Database) -> House:
    return await open_house(database)


@pytest.fixture
def by(house: House) -> Actor:
    return Actor(organisation_id=house.organisation)


def values(name: str = "Mine", design: LabelDesign = SMALL) -> Values:
    return Values(name, looks.written(looks.sound(design)).decode(), design.pictures)


async def made(db: Database, house: House, name: str = "Mine", paper: Paper = Paper.CINEMA) -> UUID:
    by = Actor(organisation_id=house.organisation)
    return await label_designs.create(db, house.organisation, house.box_office, paper, values(name), by, NOW)


async def dress(db: Database, house: House, design: UUID | None) -> None:
    """The house's event chooses for short tickets."""
    event, by = house.performance.event_id, Actor(organisation_id=house.organisation)
    await label_designs.dress_event(db, house.organisation, event, Paper.CINEMA, design, by, NOW)


async def test_a_design_is_kept_as_it_was_said_and_saved_by_one_of_two(
    database: Database, house: House, by: Actor
) -> None:
    one = await made(database, house, " Mine ")
    found = await label_designs.get(database, house.organisation, one)
    assert (found.name, found.paper, found.version) == ("Mine", Paper.CINEMA, 1)
    assert looks.read(found.design.encode()) == SMALL
    with pytest.raises(AlreadyExists):
        await made(database, house)
    wider = values(design=label_formats.CINEMA)
    await label_designs.edit(database, house.organisation, one, wider, 1, by, NOW)
    with pytest.raises(EditedMeanwhile):
        await label_designs.edit(database, house.organisation, one, values("Late"), 1, by, NOW)
    found = await label_designs.get(database, house.organisation, one)
    assert looks.read(found.design.encode()) == label_formats.CINEMA and found.version == 2
    with pytest.raises(InputRefused):
        await made(database, house, "Roll", Paper.MM80)


async def test_whose_default_or_choice_it_is_keeps_it_from_retiring(
    database: Database, house: House, by: Actor
) -> None:
    one, other = await made(database, house), await made(database, house, "Other")
    await label_designs.set_default(database, house.organisation, one, True, by, NOW)
    await label_designs.set_default(database, house.organisation, other, True, by, NOW)
    rows = await label_designs.list_of(database, house.organisation, house.box_office)
    assert [(row.name, row.is_default) for row in rows] == [("Other", True), ("Mine", False)]
    with pytest.raises(LabelDesignInUse):
        await label_designs.retire(database, house.organisation, other, True, by, NOW)
    await label_designs.dress_event(
        database, house.organisation, house.performance.event_id, Paper.CINEMA, one, by, NOW
    )
    assert [use.event_id for use in await label_designs.uses(database, one)] == [house.performance.event_id]
    with pytest.raises(LabelDesignInUse):
        await label_designs.retire(database, house.organisation, one, True, by, NOW)
    await label_designs.dress_event(
        database, house.organisation, house.performance.event_id, Paper.CINEMA, None, by, NOW
    )
    await label_designs.retire(database, house.organisation, one, True, by, NOW)
    with pytest.raises(NotFound):
        await label_designs.set_default(database, house.organisation, one, True, by, NOW)
    with pytest.raises(NotFound):
        await label_designs.dress_event(
            database, house.organisation, house.performance.event_id, Paper.CINEMA, one, by, NOW
        )
    again = await made(database, house)
    with pytest.raises(AlreadyExists):
        await label_designs.retire(database, house.organisation, one, False, by, NOW)
    await label_designs.retire(database, house.organisation, again, True, by, NOW)
    await label_designs.retire(database, house.organisation, one, False, by, NOW)
    assert (await label_designs.get(database, house.organisation, one)).retired_at is None


async def test_no_event_wears_what_is_another_houses_or_another_papers(
    database: Database, house: House, by: Actor
) -> None:
    foreign = await open_house(database)
    theirs, long = await made(database, foreign), await made(database, house, "Long", Paper.SHOW)
    for design in (theirs, long):
        with pytest.raises(NotFound):
            await label_designs.dress_event(
                database, house.organisation, house.performance.event_id, Paper.CINEMA, design, by, NOW
            )
    _, chosen = await label_designs.of_event(database, house.organisation, house.performance.event_id)
    assert chosen == {}
    with pytest.raises(NotFound):
        await label_designs.get(database, house.organisation, theirs)


async def test_an_events_design_goes_before_the_default_and_passes_have_that(
    database: Database, house: House, by: Actor, inventory: Inventory
) -> None:
    placed, event = await order(database, inventory, house, [3, 4]), house.performance.event_id
    assert await label_designs.labels_of(database, placed.id, Paper.CINEMA) == label_designs.AS_THEY_COME
    usual, own = await made(database, house, "Usual"), await made(database, house, "Own")
    await label_designs.set_default(database, house.organisation, usual, True, by, NOW)
    labels = await label_designs.labels_of(database, placed.id, Paper.CINEMA)
    assert set(labels.worn.values()) == {usual} and labels.of_passes == usual and set(labels.designs) == {usual}
    await label_designs.dress_event(
        database, house.organisation, house.performance.event_id, Paper.CINEMA, own, by, NOW
    )
    labels = await label_designs.labels_of(database, placed.id, Paper.CINEMA)
    assert set(labels.worn.values()) == {own} and labels.of_passes == usual
    assert await label_designs.labels_of(database, placed.id, Paper.SHOW) == label_designs.AS_THEY_COME
    wanted = Wanted(box_office_id=house.box_office, name="Copy")
    copy = await duplicates.make(database, house.organisation, event, house.organisation, wanted, by, NOW)
    _, chosen = await label_designs.of_event(database, house.organisation, copy.id)
    assert chosen[Paper.CINEMA].design_id == own


async def test_a_design_shows_pictures_of_its_own_box_office_which_are_kept(
    database: Database, house: House, by: Actor
) -> None:
    kept = Kept("image/png", b"a logo", 40, 40)
    foreign = await open_house(database)
    hash = await label_designs.add_picture(database, foreign.organisation, foreign.box_office, kept, NOW)
    shown = LabelDesign(
        width_mm=80, height_mm=40,
        blocks=(*SMALL.blocks, Picture(x_mm=40, y_mm=2, width_mm=20, height_mm=20, file=hash.hex())),
    )  # fmt: skip
    with pytest.raises(InputRefused, match="uploaded"):
        await label_designs.create(
            database, house.organisation, house.box_office, Paper.CINEMA, values(design=shown), by, NOW
        )  # fmt: skip
    await label_designs.add_picture(database, house.organisation, house.box_office, kept, NOW)
    one = await label_designs.create(
        database, house.organisation, house.box_office, Paper.CINEMA, values(design=shown), by, NOW
    )  # fmt: skip
    await label_designs.set_default(database, house.organisation, one, True, by, NOW)
    nobody = UUID(int=0)
    labels = await label_designs.labels_of_nobody(database, house.box_office, Paper.CINEMA, nobody)
    assert labels.worn == {nobody: one} and labels.pictures == {hash: ("image/png", b"a logo")}
    for n in range(label_designs.PICTURES_UNUSED_MAX + 2):
        other = Kept("image/png", b"%d" % n, 40, 40)
        at = NOW + timedelta(minutes=n)
        await label_designs.add_picture(database, house.organisation, house.box_office, other, at)
    async with database.read() as c:
        count = await c.fetchval("select count(*) from label_pictures where box_office_id = $1", house.box_office)
    assert count == label_designs.PICTURES_UNUSED_MAX + 1, "the one that is shown, and the newest others"
    assert (await label_designs.pictures_of(database, house.box_office, (hash,))).keys() == {hash}
    assert (await files.get(database, hash)).content == b"a logo"


def test_an_order_of_two_designs_comes_out_each_in_its_own_and_is_read() -> None:
    first, second = samples.ticket(1, ticket_id=UUID(int=31)), samples.ticket(2, ticket_id=UUID(int=32))
    issued, mine = samples.issued(first, second), UUID(int=7)
    dressed = Labels({UUID(int=32): mine}, None, {mine: looks.written(SMALL).decode()})
    setup = Setup(prints=Prints.LABELS, paper=Paper.CINEMA, dots_per_mm=12, cuts=True)
    made = for_machines.tickets(issued, setup, "fr", {}, dressed)
    one, other = made.payload.decode().split("^XZ")[:2]
    assert made.page_count == 2
    for zpl, design, ticket in ((one, label_formats.CINEMA, issued.tickets[0]), (other, SMALL, issued.tickets[1])):
        size = Dpi.D300.dots(design.across_mm), Dpi.D300.dots(design.along_mm)
        ((picture,),) = rendering.rendered([((zpl + "^XZ").encode(), design, Dpi.D300)])
        assert picture.size == size and [code.text for code in rendering.codes(picture)] == [ticket.code]
    assert "^MMC" in one and "^MMT" in other, "the design says when it is cut"
