"""A house with a till, and people who sell at it."""

from collections.abc import Mapping
from itertools import count
from typing import Any
from uuid import UUID

from msgspec import Struct

from engine.inventory import Inventory
from tests.ticketing.house import NOW, House, open_house, order
from ticketing import cash_sessions, payments, staff, tills
from ticketing.audit import Actor
from ticketing.cash_journal import Method
from ticketing.db import Database
from ticketing.denominations import Counted, counted
from ticketing.orders import Order
from ticketing.tills import TillChoice

numbers = count(1)
FLOAT: Mapping[int, int] = {100: 10, 1000: 4, 5000: 3}
"""200.00 in thirteen coins and notes, seventeen in all."""
FLOAT_CENTS = 20000


class Counter(Struct):
    """A house, its till, who sells there, and the session that they opened."""

    house: House
    till: UUID
    seller: Actor
    session: UUID


def float_counted() -> Counted:
    return counted("EUR", FLOAT)


async def person(db: Database, house: House, name: str = "Sam Seller") -> Actor:
    """Somebody of the staff."""
    made = await staff.create(db, f"person-{next(numbers)}-{house.organisation.hex[-6:]}@example.org", name, None, NOW)
    return Actor(organisation_id=house.organisation, staff_id=made.id)


async def add_till(db: Database, house: House, name: str = "Till 1", **choice: Any) -> UUID:
    wanted = TillChoice(**({"name": name, "locale": "en"} | choice))
    by = Actor(organisation_id=house.organisation)
    return await tills.create(db, house.organisation, house.box_office, wanted, by, NOW)


async def open_session(db: Database, house: House, till: UUID, seller: Actor) -> UUID:
    return await cash_sessions.open_till(db, house.organisation, till, float_counted(), seller, NOW)


async def open_counter(db: Database, performance_count: int = 1, **choice: Any) -> Counter:
    """A house with a till where a session is open, with a float of 200.00."""
    house = await open_house(db, performance_count)
    till, seller = await add_till(db, house, **choice), await person(db, house)
    return Counter(house, till, seller, await open_session(db, house, till, seller))


async def sell(
    db: Database,
    inventory: Inventory,
    counter: Counter,
    places: list[int],
    method: Method = Method.CASH,
    tariff: UUID | None = None,
) -> Order:
    """Sell places at the counter."""
    placed = await order(db, inventory, counter.house, places, tariff)
    return await payments.take_on_site(db, placed.id, NOW, counter.seller, method=method)
