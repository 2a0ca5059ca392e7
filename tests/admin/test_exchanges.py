"""The page where a ticket is exchanged."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from tests.admin.conftest import Browser
from tests.admin.test_orders import clerk, hold, order, paid
from tests.api.conftest import House
from ticketing import dossiers
from ticketing.db import Database

__all__ = ["clerk", "hold", "order", "paid"]

Place = Callable[..., Awaitable[Any]]


async def test_a_ticket_is_exchanged_for_another_tariff_and_date(
    clerk: Browser, database: Database, house: House, paid: Place
):
    placed = await paid(party=2)
    seat = (await dossiers.of(database, UUID(placed["id"]))).seats[0]
    at = f"/admin/orders/{placed['id']}/tickets/{seat.id}"
    assert f"{at}/exchange" in await clerk.page(at)
    text = await clerk.page(f"{at}/exchange?date={house.second}&tariff={house.reduced.id}")
    place, told = re.search(r'name="place" value="(\d+):(-?\d+)"', text).groups()  # type: ignore[union-attr]
    asked = {"date": house.second, "tariff": house.reduced.id, "zone": ""}
    nothing = await clerk.post(f"{at}/exchange", asked)
    assert nothing.status_code == 422 and "Choose a seat." in nothing.text
    changed = await clerk.post(f"{at}/exchange", asked | {"place": f"{place}:1"})
    assert changed.status_code == 409 and "No seat is chosen yet." not in changed.text
    assert await clerk.done(f"{at}/exchange", asked | {"place": f"{place}:{told}"}) == f"/admin/orders/{placed['id']}"
    dossier = await dossiers.of(database, UUID(placed["id"]))
    new = next(one for one in dossier.seats if one.live and one.id not in (seat.id, dossier.seats[1].id))
    assert str(new.performance_id) == str(house.second) and new.tariff_name == house.reduced.name
    again = await clerk.post(f"{at}/exchange", asked | {"place": f"{place}:{told}"})
    assert again.status_code == 409, "the ticket is another one already"
