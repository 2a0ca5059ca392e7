from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from tests.admin.conftest import Browser, SignIn
from tests.admin.test_orders import clerk, dossier, hold, order, paid
from tests.api.conftest import House
from ticketing.db import Database
from ticketing.states import TicketStatus
from ticketing.tokens import Scope

__all__ = ["clerk", "hold", "order", "paid"]

Place = Callable[..., Awaitable[Any]]


async def first_of(database: Database, placed: Any) -> tuple[str, Any]:
    """The address of an order's first ticket, and the ticket."""
    seat = (await dossier(database, placed)).seats[0]
    return f"/admin/orders/{placed['id']}/tickets/{seat.id}", seat


async def test_an_opposition_keeps_its_reason_and_ends(clerk: Browser, database: Database, paid: Place):
    placed = await paid()
    at, seat = await first_of(database, placed)
    assert await clerk.done(f"{at}/opposition", {"reason": "Reported <b>stolen</b>."}) == at
    text = await clerk.get(at)
    assert "Reported &lt;b&gt;stolen&lt;/b&gt;." in text.text and "End the opposition" in text.text
    found = await dossier(database, placed)
    opposed = found.opposed(seat.id)
    assert opposed is not None and (opposed.by, opposed.generation) == ("Pat Person", 0)
    assert (await clerk.post(f"{at}/opposition")).status_code == 422
    await clerk.done(f"{at}/opposition-end")
    found = await dossier(database, placed)
    assert (found.seats[0].status, found.seats[0].generation) == (TicketStatus.VALID, 0)
    assert found.opposed(seat.id) is None and found.oppositions[0].ended_at is not None


async def test_a_reissue_ends_an_opposition_under_another_code(clerk: Browser, database: Database, paid: Place):
    placed = await paid()
    at, seat = await first_of(database, placed)
    await clerk.done(f"{at}/opposition", {"reason": ""})
    await clerk.done(f"{at}/reissue")
    found = await dossier(database, placed)
    assert (found.seats[0].status, found.seats[0].generation) == (TicketStatus.VALID, 1)
    assert found.opposed(seat.id) is None


async def test_a_ticket_moves_to_a_free_seat_for_the_difference(clerk: Browser, database: Database, paid: Place):
    placed = await paid()
    at, seat = await first_of(database, placed)
    text = await clerk.page(f"{at}/move")
    assert "Row E" in text and "-20.00" in text.replace("−", "-").replace("CHF\xa0", "").replace("CHF ", "")
    assert (await clerk.post(f"{at}/move", {"zone": "Stalls"})).status_code == 422
    assert await clerk.done(f"{at}/move", {"zone": "Stalls", "place": "42"}) == f"/admin/orders/{placed['id']}"
    found = await dossier(database, placed)
    moved = found.seat(seat.id)
    assert moved is not None and (moved.place, moved.price_cents) == (42, 4000)
    assert found.order.refund_due_cents == 2000
    assert "moved a ticket" in await clerk.page(f"/admin/orders/{placed['id']}")


async def test_a_taken_seat_is_refused_and_the_ticket_stays(clerk: Browser, database: Database, paid: Place):
    placed, other = await paid(), await paid()
    at, seat = await first_of(database, placed)
    taken = (await dossier(database, other)).seats[0].place
    response = await clerk.post(f"{at}/move", {"zone": "Stalls", "place": str(taken)})
    assert response.status_code == 422 and "taken" in response.text
    moved = (await dossier(database, placed)).seat(seat.id)
    assert moved is not None and moved.place == seat.place


async def test_a_ticket_is_reached_through_its_own_order_only(
    clerk: Browser, sign_in: SignIn, database: Database, house: House, paid: Place
):
    placed, other = await paid(), await paid()
    _, seat = await first_of(database, placed)
    for path in (f"/admin/orders/{other['id']}/tickets/{seat.id}", f"/admin/orders/{uuid4()}/tickets/{seat.id}"):
        assert (await clerk.get(path)).status_code == 404
        for act in ("opposition", "opposition-end", "reissue", "move"):
            assert (await clerk.post(f"{path}/{act}", {"place": "42"})).status_code == 404, act
    viewer = await sign_in(Scope.VIEW)
    at = f"/admin/orders/{placed['id']}/tickets/{seat.id}"
    text = await viewer.page(at)
    assert "Oppose" not in text and "Issue again" not in text
    assert (await viewer.post(f"{at}/reissue")).status_code == 403
    assert (await dossier(database, placed)).order.id == UUID(placed["id"])


async def test_a_seat_pointed_at_on_the_map_is_offered_with_what_it_costs(
    clerk: Browser, database: Database, paid: Place
):
    placed, other = await paid(), await paid()
    at, seat = await first_of(database, placed)
    text = await clerk.page(f"{at}/move?place=42")
    assert f'data-pick="{at}/move"' in text and f'data-at="{seat.place}"' in text
    assert 'value="42" checked' in text and "No seat is chosen yet." not in text
    taken = (await dossier(database, other)).seats[0].place
    for place in (taken, seat.place, 10**6, "x", "9" * 40):
        text = await clerk.page(f"{at}/move?place={place}")
        assert "No seat is chosen yet." in text and "checked" not in text, place
