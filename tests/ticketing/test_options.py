"""Options: alone or of a group, changed for later orders, kept where they are once they are on a ticket."""

from uuid import UUID

import msgspec
import pytest

from engine.inventory import Inventory
from tests.ticketing.house import NOW, SETTINGS, House, breaches, empty, hold, open_house, request
from ticketing import audit, options, orders, tariffs, tickets
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.options import Acting, Draft
from ticketing.refusals import AlreadyExists, EditedMeanwhile, InputRefused, NotFound, OptionSold, TariffSold


@pytest.fixture
async def house(database: Database) -> House:
    await empty(database)
    return await open_house(database)


async def at(db: Database, house: House) -> Acting:
    """Somebody who sees the full tariff as it is."""
    version = (await tariffs.get(db, house.organisation, house.full)).version
    return Acting(house.organisation, house.full, version, actor(house), NOW)


async def add(db: Database, house: House, name: str, cents: int, group: UUID | None = None) -> UUID:
    draft = Draft(names={"en": name}, price_cents=cents, group_id=group)
    await options.add(db, await at(db, house), draft)
    found = await options.of_tariff(db, house.full)
    every = (*found.single, *(option for one in found.groups for option in one.options))
    return next(option.id for option in every if option.name == name)


def actor(house: House) -> Actor:
    return Actor(organisation_id=house.organisation)


async def buy(db: Database, inventory: Inventory, house: House, place: int, *chosen: UUID) -> orders.PlacedOrder:
    asked = request(house, await hold(inventory, house, [place]), [place])
    seats = tuple(msgspec.structs.replace(seat, options=chosen) for seat in asked.seats)
    return await orders.place(db, inventory, SETTINGS, msgspec.structs.replace(asked, seats=seats), NOW)


async def test_what_was_sold_stays_and_later_orders_pay_the_new_price(
    database: Database, inventory: Inventory, house: House
) -> None:
    programme = await add(database, house, "Programme", 300)
    first = await buy(database, inventory, house, 0, programme)
    dearer = Draft(names={"en": "Booklet", "fr": "Livret"}, price_cents=500)
    await options.edit(database, await at(database, house), programme, dearer)
    second = await buy(database, inventory, house, 1, programme)
    assert (first.total_cents, second.total_cents) == (3300, 3500)
    async with database.read() as c:
        rows = await c.fetch("select name, price_cents from ticket_options order by price_cents")
    assert [tuple(row) for row in rows] == [("Programme", 300), ("Booklet", 500)]
    with pytest.raises(OptionSold):
        await options.delete(database, await at(database, house), programme)
    await options.add_group(database, await at(database, house), {"en": "Extras"})
    (group,) = (await options.of_tariff(database, house.full)).groups
    with pytest.raises(OptionSold):
        moved = Draft(names={"en": "Booklet"}, price_cents=500, group_id=group.id)
        await options.edit(database, await at(database, house), programme, moved)
    with pytest.raises(TariffSold):
        await tariffs.delete(database, house.organisation, house.full, actor(house), NOW)
    assert await breaches(database, inventory) == []


async def test_a_group_is_deleted_while_nothing_of_it_is_sold(
    database: Database, inventory: Inventory, house: House
) -> None:
    await options.add_group(database, await at(database, house), {"en": "Menu"})
    (group,) = (await options.of_tariff(database, house.full)).groups
    fish = await add(database, house, "Fish", 0, group.id)
    await options.rename_group(database, await at(database, house), group.id, {"en": "Supper"})
    await buy(database, inventory, house, 0, fish)
    with pytest.raises(OptionSold):
        await options.delete_group(database, await at(database, house), group.id)
    await options.add_group(database, await at(database, house), {"en": "Seats"})
    other = (await options.of_tariff(database, house.full)).groups[1]
    await add(database, house, "Cushion", 100, other.id)
    await options.delete_group(database, await at(database, house), other.id)
    assert [one.name for one in (await options.of_tariff(database, house.full)).groups] == ["Supper"]


async def test_what_is_wrong_is_refused(database: Database, house: House) -> None:
    await add(database, house, "Programme", 300)
    with pytest.raises(AlreadyExists):
        await add(database, house, "Programme", 100)
    with pytest.raises(InputRefused):
        await add(database, house, "Gold", options.OPTION_CENTS_MAX + 1)
    with pytest.raises(InputRefused):
        await add(database, house, " ", 1)
    theirs = await open_house(database)
    with pytest.raises(NotFound):
        draft = Draft(names={"en": "Mine"}, price_cents=0)
        await options.add(database, Acting(theirs.organisation, house.full, 1, actor(theirs), NOW), draft)
    with pytest.raises(EditedMeanwhile):
        await options.add(database, Acting(house.organisation, house.full, 99, actor(house), NOW), draft)


async def test_options_and_groups_are_shown_in_the_order_people_give_them(database: Database, house: House) -> None:
    async def shown() -> list[str]:
        """As buyers see them."""
        found = await options.of_event(database, house.performance.event_id)
        return [option.name for option, _ in found[house.full]]

    for name in ("Menu", "Seats"):
        await options.add_group(database, await at(database, house), {"en": name})
    menu, seats = ((one.id) for one in (await options.of_tariff(database, house.full)).groups)
    made = {name: await add(database, house, name, 100) for name in ("Programme", "Poster", "Pin")}
    made |= {name: await add(database, house, name, 100, menu) for name in ("Fish", "Soup")}
    await add(database, house, "Cushion", 100, seats)
    assert await shown() == ["Programme", "Poster", "Pin", "Fish", "Soup", "Cushion"]
    for name, down in [("Pin", False), ("Programme", True), ("Fish", True), ("Fish", True), ("Pin", False)]:
        await options.move(database, await at(database, house), made[name], down)
    assert await shown() == ["Pin", "Programme", "Poster", "Soup", "Fish", "Cushion"]
    await options.move_group(database, await at(database, house), seats, False)
    assert await shown() == ["Pin", "Programme", "Poster", "Cushion", "Soup", "Fish"]
    into = Draft(names={"en": "Pin"}, price_cents=100, group_id=menu)
    await options.edit(database, await at(database, house), made["Pin"], into)
    await add(database, house, "Scarf", 100)
    assert await shown() == ["Programme", "Poster", "Scarf", "Cushion", "Soup", "Fish", "Pin"]
    with pytest.raises(EditedMeanwhile):
        await options.move(database, Acting(house.organisation, house.full, 1, actor(house), NOW), made["Soup"], True)
    theirs = await open_house(database)
    with pytest.raises(NotFound):
        await options.move(database, await at(database, theirs), made["Soup"], True)
    with pytest.raises(NotFound):
        await options.move_group(database, await at(database, theirs), menu, True)
    wanted = audit.Wanted(organisation_id=house.organisation, act="option.moved")
    lines, _ = await audit.page(database, wanted)
    assert [(one.changes["option"][1], one.changes["position"]) for one in lines[:2]] == [
        ("Fish", (1, 2)), ("Programme", (1, 2)),
    ]  # fmt: skip


async def test_a_ticket_names_what_it_was_bought_with_as_it_was_called_then(
    database: Database, inventory: Inventory, house: House
) -> None:
    programme = await add(database, house, "Programme", 300)
    drink = await add(database, house, "Drink", 500)
    placed = await buy(database, inventory, house, 0, drink, programme)
    renamed = Draft(names={"en": "Beer", "fr": "Bière"}, price_cents=500)
    await options.edit(database, await at(database, house), drink, renamed)
    translated = Draft(names={"en": "Programme", "fr": "Livret"}, price_cents=300)
    await options.edit(database, await at(database, house), programme, translated)
    (ticket,) = (await tickets.sheet(database, placed.id)).tickets
    assert [(one.called("en"), one.called("fr"), one.price_cents) for one in ticket.options] == [
        ("Programme", "Livret", 300),
        ("Drink", "Drink", 500),
    ]
    assert ticket.price_cents == 3800
    (bare,) = (await tickets.sheet(database, (await buy(database, inventory, house, 1)).id)).tickets
    assert bare.options == ()
