"""Moving a ticket: the new place its own, the old one free, the old code dead, the difference settled; or nothing."""

import asyncio
from collections import OrderedDict
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.inventory import Inventory
from tests.conftest import SECRET
from tests.ticketing.house import (
    NOW,
    SETTINGS,
    House,
    breaches,
    empty,
    hold,
    let_in,
    open_house,
    order,
    owned_words,
    queued,
)
from ticketing import allotments, halls, moves, orders, payments, pools
from ticketing.allotments import Draft, Kind
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.moves import Moved, MoveTicket
from ticketing.orders import PlacedOrder
from ticketing.pools import PoolClaims
from ticketing.refusals import (
    CodesSpent,
    NoPrice,
    NotFound,
    NotReady,
    OrderLate,
    SaleClosed,
    SeatsBlocked,
    SeatsTaken,
    TicketUsed,
    UnknownSeat,
    WrongState,
)
from ticketing.seat_lists import Picked
from ticketing.states import OrderStatus

BLOCK, ALLOTMENT = 1, 16


@pytest.fixture
async def house(database: Database) -> House:
    await empty(database)
    return await open_house(database)


@pytest.fixture
async def sold(database: Database, inventory: Inventory, house: House) -> PlacedOrder:
    """A paid order of place 0."""
    placed = await order(database, inventory, house, [0])
    await payments.take_on_site(database, placed.id, NOW)
    return placed


async def ticket_of(db: Database, placed: PlacedOrder) -> UUID:
    async with db.read() as c:
        ticket: UUID = await c.fetchval("select id from tickets where order_id = $1", placed.id)
        return ticket


async def row_of(db: Database, ticket: UUID) -> tuple[Any, ...]:
    async with db.read() as c:
        columns = "place, row_label, seat_label, category, price_cents, generation, status"
        return tuple(await c.fetchrow(f"select {columns} from tickets where id = $1", ticket))


async def move(
    db: Database, inventory: Inventory, house: House, ticket: UUID, place: int, *allow: int, **other: Any
) -> Moved:
    asked = MoveTicket(ticket, place, allow)
    organisation, now = other.get("organisation", house.organisation), other.get("now", NOW)
    return await moves.move_ticket(db, inventory, SETTINGS, organisation, asked, now)


async def test_a_move_within_the_category_costs_nothing(
    database: Database, inventory: Inventory, house: House, sold: PlacedOrder
) -> None:
    ticket = await ticket_of(database, sold)
    assert await move(database, inventory, house, ticket, 5) == Moved(ticket, sold.id, 5, 1, 0)
    assert await row_of(database, ticket) == (5, "A", "6", "A", 3000, 1, "valid")
    assert await owned_words(inventory, house.pool) == {5}
    labels = [(line.kind, line.label, line.amount_cents) for line in await orders.lines(database, sold.id)]
    assert labels == [
        ("ticket", "Stalls, A-1, Full", 3000),
        ("reversal", "Stalls, A-1, Full", -3000),
        ("ticket", "Stalls, A-6, Full", 3000),
    ]
    mails = await queued(database, house, Job.SEND_MAIL)
    assert mails[-1] == SendMail(sold.id, MailKind.TICKETS_REISSUED)
    assert await breaches(database, inventory) == []


async def test_a_process_that_knows_nothing_yet_moves_too(
    database: Database, redis_url: str, house: House, sold: PlacedOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading the hall and the pool wants a connection: they are read before the move has one in hand."""
    ticket = await ticket_of(database, sold)
    monkeypatch.setattr(Database, "one_each", True)
    monkeypatch.setattr(halls, "_halls", OrderedDict())
    fresh = await Inventory.open(redis_url, PoolClaims(database), SECRET)
    moved = await move(database, fresh, house, ticket, 1)
    await fresh.close()
    assert moved.place == 1


async def test_a_move_to_where_it_is_does_nothing(
    database: Database, inventory: Inventory, house: House, sold: PlacedOrder
) -> None:
    ticket = await ticket_of(database, sold)
    for _ in range(2):
        assert await move(database, inventory, house, ticket, 5) == Moved(ticket, sold.id, 5, 1, 0)
    assert len(await orders.lines(database, sold.id)) == 3


async def test_a_dearer_place_is_owed_and_a_cheaper_one_goes_back(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [10])
    await payments.take_on_site(database, placed.id, NOW)
    ticket = await ticket_of(database, placed)
    assert (await move(database, inventory, house, ticket, 0)).difference_cents == 1000
    found = await orders.get(database, placed.id)
    assert (found.status, found.total_cents, found.due_cents) == (OrderStatus.PAID, 3000, 1000)
    assert await breaches(database, inventory) == []
    assert (await payments.take_on_site(database, placed.id, NOW)).due_cents == 0
    assert (await move(database, inventory, house, ticket, 11)).difference_cents == -1000
    found = await orders.get(database, placed.id)
    assert (found.due_cents, found.refund_due_cents) == (0, 1000)
    assert (await move(database, inventory, house, ticket, 1)).difference_cents == 1000
    found = await orders.get(database, placed.id)
    assert (found.due_cents, found.refund_due_cents) == (1000, 1000), "what was flagged goes back; the rest is owed"
    assert await breaches(database, inventory) == []


async def test_a_pending_orders_ticket_moves_and_its_debt_with_it(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0], house.cheap)
    ticket = await ticket_of(database, placed)
    await move(database, inventory, house, ticket, 10)
    found = await orders.get(database, placed.id)
    assert (found.status, found.due_cents) == (OrderStatus.PENDING, 1000)
    assert await queued(database, house, Job.SEND_MAIL) == []
    assert len(await owned_words(inventory, house.quota_pool)) == 1
    assert await breaches(database, inventory) == []
    assert placed.expires_at is not None
    assert await orders.expire_due(database, inventory, placed.expires_at) == 1
    assert await breaches(database, inventory) == []


async def test_standing_places_are_moved_to_like_seats(
    database: Database, inventory: Inventory, house: House, sold: PlacedOrder
) -> None:
    ticket = await ticket_of(database, sold)
    await move(database, inventory, house, ticket, 30)
    assert await row_of(database, ticket) == (30, "", "", "B", 2000, 1, "valid")
    assert await breaches(database, inventory) == []


async def test_a_taken_place_is_refused_and_nothing_changes(
    database: Database, inventory: Inventory, house: House, sold: PlacedOrder
) -> None:
    await order(database, inventory, house, [1])
    await hold(inventory, house, [2])
    ticket = await ticket_of(database, sold)
    before = await row_of(database, ticket)
    for place in (1, 2):
        with pytest.raises(SeatsTaken):
            await move(database, inventory, house, ticket, place)
    assert await row_of(database, ticket) == before
    assert await owned_words(inventory, house.pool) == {0, 1}
    assert await breaches(database, inventory) == []


async def test_a_place_that_redis_thinks_free_is_still_its_owners(
    database: Database, inventory: Inventory, house: House, sold: PlacedOrder
) -> None:
    await order(database, inventory, house, [1])
    copy, _ = await inventory.copy(house.pool, 0)
    await inventory.mend(house.pool, [(1, copy.word(1), 0)])
    ticket = await ticket_of(database, sold)
    with pytest.raises(SeatsTaken):
        await move(database, inventory, house, ticket, 1)
    await inventory.sync(house.pool, [1])
    assert await breaches(database, inventory) == []


async def test_ten_movers_to_one_place(database: Database, inventory: Inventory, house: House) -> None:
    placed = [await order(database, inventory, house, [place]) for place in range(10)]
    tickets = [await ticket_of(database, one) for one in placed]
    moving = (move(database, inventory, house, ticket, 15) for ticket in tickets)
    answers = await asyncio.gather(*moving, return_exceptions=True)
    assert sum(isinstance(answer, Moved) for answer in answers) == 1
    assert all(isinstance(answer, Moved | SeatsTaken) for answer in answers)
    assert await breaches(database, inventory) == []


async def test_one_ticket_sent_to_many_places_at_once_is_in_one(
    database: Database, inventory: Inventory, house: House, sold: PlacedOrder
) -> None:
    ticket = await ticket_of(database, sold)
    moving = (move(database, inventory, house, ticket, place) for place in range(1, 9))
    moved = await asyncio.gather(*moving)
    assert sorted(one.generation for one in moved) == list(range(1, 9))
    assert len(await owned_words(inventory, house.pool)) == 1
    assert await breaches(database, inventory) == []


async def test_moving_and_cancelling_at_once_agree(
    database: Database, inventory: Inventory, house: House, sold: PlacedOrder
) -> None:
    ticket = await ticket_of(database, sold)
    moving = move(database, inventory, house, ticket, 7)
    cancelling = orders.cancel(database, inventory, sold.id, NOW)
    await asyncio.gather(moving, cancelling, return_exceptions=True)
    assert await owned_words(inventory, house.pool) <= {7}
    assert await breaches(database, inventory) == []


async def test_a_blocked_place_takes_its_code(
    database: Database, inventory: Inventory, house: House, sold: PlacedOrder
) -> None:
    await pools.block(database, inventory, house.organisation, house.pool, [4], BLOCK)
    press, owner = Draft(kind=Kind.PRESS), Actor(organisation_id=house.organisation)
    asked = (house.organisation, house.performance.id, Picked((5,)), press, owner, NOW)
    await allotments.put(database, inventory, *asked)
    ticket = await ticket_of(database, sold)
    for place in (4, 5):
        with pytest.raises(SeatsBlocked):
            await move(database, inventory, house, ticket, place)
    with pytest.raises(NotFound):
        await move(database, inventory, house, ticket, 4, BLOCK)
    assert (await move(database, inventory, house, ticket, 5, ALLOTMENT)).place == 5
    assert await breaches(database, inventory) == []


async def test_tickets_that_do_not_move(
    database: Database, inventory: Inventory, house: House, sold: PlacedOrder
) -> None:
    ticket = await ticket_of(database, sold)
    with pytest.raises(NotFound):
        await move(database, inventory, house, new_id(), 5)
    with pytest.raises(NotFound):
        await move(database, inventory, house, ticket, 5, organisation=new_id())
    for nowhere in (-1, 40, 10**6):
        with pytest.raises(UnknownSeat):
            await move(database, inventory, house, ticket, nowhere)
    with pytest.raises(SaleClosed):
        await move(database, inventory, house, ticket, 5, now=house.performance.ends_at + timedelta(seconds=1))
    await orders.cancel(database, inventory, sold.id, NOW)
    with pytest.raises(WrongState):
        await move(database, inventory, house, ticket, 5)


async def test_a_used_or_often_replaced_ticket_stays(
    database: Database, inventory: Inventory, house: House, sold: PlacedOrder
) -> None:
    ticket = await ticket_of(database, sold)
    async with database.read() as c:
        await c.execute("update tickets set generation = 255 where id = $1", ticket)
    with pytest.raises(CodesSpent):
        await move(database, inventory, house, ticket, 5)
    async with database.transaction() as c:
        await let_in(c, house, ticket)
    with pytest.raises(TicketUsed):
        await move(database, inventory, house, ticket, 5)


async def test_a_category_without_a_price_is_refused(
    database: Database, inventory: Inventory, house: House, sold: PlacedOrder
) -> None:
    async with database.read() as c:
        await c.execute("delete from prices where tariff_id = $1 and category = 'B'", house.full)
    with pytest.raises(NoPrice):
        await move(database, inventory, house, await ticket_of(database, sold), 10)


async def test_a_pool_rebuilt_after_the_pin_is_not_ready_and_the_next_try_works(
    database: Database, inventory: Inventory, house: House, sold: PlacedOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin = inventory.pin

    async def then_rebuild(*args: Any) -> Any:
        answer = await pin(*args)
        await pools.unbind(database, [house.pool])
        return answer

    ticket = await ticket_of(database, sold)
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(inventory, "pin", then_rebuild)
        with pytest.raises(NotReady):
            await move(database, inventory, house, ticket, 5)
    assert (await move(database, inventory, house, ticket, 5)).generation == 1
    assert await breaches(database, inventory) == []


async def test_a_move_too_long_after_the_pin_is_given_up(
    database: Database, inventory: Inventory, house: House, sold: PlacedOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter([NOW - timedelta(days=1), NOW])

    async def clock(_: Any) -> Any:
        return next(times)

    ticket = await ticket_of(database, sold)
    with monkeypatch.context() as slow:
        slow.setattr(moves.claims, "clock", clock)
        with pytest.raises(OrderLate):
            await move(database, inventory, house, ticket, 5)
    assert await owned_words(inventory, house.pool) == {0}
    assert await breaches(database, inventory) == []
