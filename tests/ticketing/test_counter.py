"""What is sold over the counter to nobody by name, and what staff are not counted for."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from engine.inventory import Inventory
from tests.ticketing.house import NOW, SETTINGS, House, breaches, empty, hold, open_house, request
from tests.ticketing.till import person
from ticketing import counter, customers, orders
from ticketing.channels import Channel
from ticketing.counter import Money, Way
from ticketing.db import Database
from ticketing.drafts import NOBODY, PlaceOrder
from ticketing.refusals import InputRefused, TooManyPlaces
from ticketing.states import OrderStatus


@pytest.fixture
async def house(database: Database) -> House:
    await empty(database)
    return await open_house(database)


async def wanted(inventory: Inventory, house: House, places: list[int], **changes: object) -> PlaceOrder:
    held = await hold(inventory, house, places)
    return replace(request(house, held, places), **({"channel": Channel.COUNTER, "buyer": NOBODY} | changes))


async def test_each_order_of_nobody_is_of_a_customer_without_an_address(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = [
        await orders.place(database, inventory, SETTINGS, await wanted(inventory, house, [n]), NOW) for n in range(2)
    ]
    found = [await orders.get(database, one.id) for one in placed]
    assert len({one.customer_id for one in found}) == 2
    for one in found:
        known = await customers.sheet(database, house.organisation, house.box_office, one.customer_id)
        assert (known.email, known.name, known.order_count) == ("", customers.ANONYMOUS, 1)
        assert known.forgotten_at == known.created_at == NOW
    assert await breaches(database, inventory) == []


async def test_in_the_shop_nobody_buys_nothing(database: Database, inventory: Inventory, house: House) -> None:
    asked = await wanted(inventory, house, [0], channel=Channel.SHOP)
    with pytest.raises(InputRefused):
        await orders.place(database, inventory, SETTINGS, asked, NOW)


async def test_the_unpaid_places_of_a_customer_are_counted_in_the_shop_and_not_at_the_counter(
    database: Database, inventory: Inventory, house: House
) -> None:
    few = replace(SETTINGS, places_per_account_max=1)
    buyer = request(house, bytes(16), [0]).buyer
    at_shop = await wanted(inventory, house, [0, 1], channel=Channel.SHOP, buyer=buyer)
    with pytest.raises(TooManyPlaces):
        await orders.place(database, inventory, few, at_shop, NOW)
    at_counter = await wanted(inventory, house, [2, 3], buyer=buyer)
    assert await orders.place(database, inventory, few, at_counter, NOW)


async def test_money_taken_by_two_at_once_is_taken_once(database: Database, inventory: Inventory, house: House) -> None:
    by = await person(database, house)
    placed = await orders.place(database, inventory, SETTINGS, await wanted(inventory, house, [0]), NOW)
    money = Money(Way.CASH, given_cents=5000)
    settled = (counter.settle(database, SETTINGS, placed.id, money, by, NOW) for _ in range(3))
    sales = await asyncio.gather(*settled)
    assert {(sale.order.status, sale.change_cents) for sale in sales} == {(OrderStatus.PAID, 2000)}
    assert (await orders.get(database, placed.id)).received_cents == 3000
    assert await breaches(database, inventory) == []


async def test_dates_are_those_that_the_counter_may_sell(database: Database, house: House) -> None:
    [date] = await counter.dates(database, house.box_office, NOW)
    assert (date.id, date.title("en")) == (house.performance.id, "The Play")
    assert await counter.dates(database, house.box_office, date.starts_at + timedelta(seconds=1)) == []
    assert [one.id for one in await counter.dates(database, house.box_office, NOW, "pla")] == [date.id]
    assert await counter.dates(database, house.box_office, NOW, "hamlet") == []
    assert await counter.dates(database, house.box_office, NOW, "!") == []
