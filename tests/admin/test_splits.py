"""The pages where a reservation is paid, whole or in part, and where an order is split."""

import re
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from tests.admin.conftest import Browser
from tests.admin.test_orders import clerk, hold, order, paid
from ticketing import dossiers
from ticketing.db import Database
from ticketing.states import OrderStatus

__all__ = ["clerk", "hold", "order", "paid"]

Place = Callable[..., Awaitable[Any]]


async def tickets(database: Database, order_id: str) -> list[str]:
    return [str(seat.id) for seat in (await dossiers.of(database, UUID(order_id))).seats if seat.live]


def at_price(text: str) -> str:
    found = re.search(r'name="due_cents" value="(\d+)"', text)
    assert found
    return found[1]


async def test_part_of_a_reservation_is_paid_and_the_rest_waits(clerk: Browser, database: Database, order: Place):
    placed = await order(party=2)
    at = f"/admin/orders/{placed['id']}/validation"
    assert "Validate the reservation" in await clerk.page(at) and at in await clerk.page(
        f"/admin/orders/{placed['id']}"
    )
    first, second = await tickets(database, placed["id"])
    stale = await clerk.post(at, {"ticket": first, "due_cents": at_price(await clerk.page(at)), "method": "on_site"})
    assert stale.status_code == 409 and at_price(stale.text) == "6000", "what is due for these is told, and asked again"
    short = await clerk.post(at, {"ticket": first, "due_cents": "6000", "given": "10", "method": "on_site"})
    assert short.status_code == 422 and "less than what is due" in short.text
    typed = {"ticket": first, "due_cents": "6000", "given": "100", "method": "on_site"}
    done = await clerk.done(at, typed)
    assert done.endswith("/validation?change=4000")
    told = await clerk.page(done)
    assert "Change due" in told and "40.00" in told and "tickets.pdf" in told and placed["code"] in told
    assert (await clerk.done(at, typed)) == done, "Enter pressed twice"
    assert (await dossiers.of(database, UUID(placed["id"]))).order.status is OrderStatus.PENDING
    assert await tickets(database, placed["id"]) == [second]
    rest = await clerk.done(at, {"ticket": second, "due_cents": "6000", "method": "terminal"})
    assert rest == at, "all that is left is paid in the order itself"
    assert "Nothing of this order waits" not in await clerk.page(at)


async def test_tickets_leave_a_paid_order_for_somebody_else(clerk: Browser, database: Database, paid: Place):
    placed = await paid(party=2)
    at = f"/admin/orders/{placed['id']}/split"
    first, _ = await tickets(database, placed["id"])
    refused = await clerk.post(at, {})
    assert refused.status_code == 422 and "Choose at least one ticket." in refused.text
    wrong = await clerk.post(at, {"ticket": first, "email": "nobody"})
    assert wrong.status_code == 422 and 'value="nobody"' in wrong.text
    done = await clerk.done(at, {"ticket": first, "email": "else@example.org", "name": "Else Other"})
    text = await clerk.page(done)
    assert "Else Other" in text and "came along from another order" in text and placed["code"] in text
    assert "Went along to another order" in await clerk.page(f"/admin/orders/{placed['id']}")
    assert "nothing to split" in await clerk.page(at)
