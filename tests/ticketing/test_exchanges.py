"""Exchanging a ticket: the new one instead of the old, seats, quotas, codes and money with it; or nothing."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.inventory import Inventory
from tests.ticketing.house import (
    NOW,
    PRICES,
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
from tests.ticketing.till import Counter, open_counter, sell
from ticketing import cash_reports, events, exchanges, orders, payments, performances, refunds, tariffs
from ticketing.db import Database
from ticketing.exchanges import Exchange
from ticketing.ids import new_id
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.moves import Moved
from ticketing.performances import Schedule
from ticketing.refusals import (
    ChangedMeanwhile,
    NoPrice,
    NotFound,
    SaleClosed,
    SeatsTaken,
    TariffSoldOut,
    TicketUsed,
    UnknownSeat,
    WrongState,
)
from ticketing.states import OrderStatus


@pytest.fixture
async def desk(database: Database) -> Counter:
    await empty(database)
    return await open_counter(database, 2)


async def ticket_of(db: Database, order_id: UUID) -> UUID:
    async with db.read() as c:
        found: UUID = await c.fetchval(
            "select id from tickets where order_id = $1 and status <> 'cancelled' order by place", order_id
        )
        return found


async def swap(
    db: Database,
    inventory: Inventory,
    desk: Counter,
    ticket: UUID,
    place: int,
    tariff: UUID,
    date: int = 0,
    **more: Any,
) -> Moved:
    wanted = Exchange(ticket, more.pop("performance", desk.house.performances[date].id), tariff, place, **more)
    return await exchanges.exchange(db, inventory, SETTINGS, desk.house.organisation, wanted, NOW, desk.seller)


async def state(db: Database, ticket: UUID) -> tuple[Any, ...]:
    async with db.read() as c:
        columns = "performance_id, tariff_id, place, category, price_cents, generation, status"
        return tuple(await c.fetchrow(f"select {columns} from tickets where id = $1", ticket))


async def another_event(db: Database, house: House) -> tuple[performances.Performance, UUID]:
    """Another event of the box office, in the same house, at half the price."""
    owner = house.organisation
    async with db.read() as c:
        version = await c.fetchval("select plan_version_id from performances where id = $1", house.performance.id)
    event = (await events.create(db, owner, house.box_office, "The Opera", NOW)).id
    start = NOW + timedelta(days=40)
    day = timedelta(days=1)
    times = Schedule(
        starts_at=start, doors_at=start, ends_at=start + day / 8, sale_opens_at=NOW - day, sale_closes_at=start
    )
    date = await performances.create(db, owner, event, version, times)
    half = {name: cents // 2 for name, cents in PRICES.items()}
    return date, (await tariffs.create(db, owner, event, "Half", half)).id


async def test_for_another_tariff_in_the_same_seat_a_quota_is_counted(
    database: Database, inventory: Inventory, desk: Counter
) -> None:
    house = desk.house
    sold = await sell(database, inventory, desk, [0])
    old = await ticket_of(database, sold.id)
    new = await swap(database, inventory, desk, old, 0, house.cheap, difference_cents=-1500)
    assert (new.place, new.difference_cents) == (0, -1500) and new.ticket != old
    assert (await state(database, old))[-1] == "cancelled"
    assert (await state(database, new.ticket))[2:] == (0, "A", 1500, 0, "valid")
    assert await owned_words(inventory, house.pool) == {0} and len(await owned_words(inventory, house.quota_pool)) == 1
    assert await breaches(database, inventory) == []
    back = await swap(database, inventory, desk, new.ticket, 0, house.full)
    found = await orders.get(database, sold.id)
    assert (found.due_cents, found.refund_due_cents, back.difference_cents) == (1500, 1500, 1500)
    assert await owned_words(inventory, house.quota_pool) == set()
    assert await breaches(database, inventory) == []


async def test_for_another_date_the_difference_goes_back_out_of_the_drawer(
    database: Database, inventory: Inventory, desk: Counter
) -> None:
    house = desk.house
    sold = await sell(database, inventory, desk, [0, 1])
    new = await swap(database, inventory, desk, await ticket_of(database, sold.id), 15, house.full, date=1)
    assert new.difference_cents == -1000
    assert await owned_words(inventory, house.pool) == {1}
    assert await owned_words(inventory, house.performances[1].pool_id) == {15}
    assert SendMail(sold.id, MailKind.TICKETS_REISSUED) in await queued(database, house, Job.SEND_MAIL)
    [due] = await refunds.of_order(database, sold.id)
    await refunds.hand_out(database, house.organisation, due.id, NOW, desk.seller)
    x = await cash_reports.x(database, desk.session, NOW)
    assert sum(one.net_cents for one in x.takings) == sum(one.amount_cents for one in x.sold) == 5000
    assert await breaches(database, inventory) == []


async def test_for_another_event_and_to_pay_later_in_the_till(
    database: Database, inventory: Inventory, desk: Counter
) -> None:
    date, half = await another_event(database, desk.house)
    cheap = await order(database, inventory, desk.house, [10], desk.house.cheap)
    await payments.take_on_site(database, cheap.id, NOW, desk.seller)
    new = await swap(
        database, inventory, desk, await ticket_of(database, cheap.id), 0, half, performance=date.id
    )  # fmt: skip
    assert new.difference_cents == 500
    assert (await state(database, new.ticket))[:2] == (date.id, half)
    found = await orders.get(database, cheap.id)
    assert (found.status, found.due_cents) == (OrderStatus.PAID, 500)
    assert await breaches(database, inventory) == []
    assert (await payments.take_on_site(database, cheap.id, NOW, desk.seller)).due_cents == 0
    assert await owned_words(inventory, desk.house.pool) == await owned_words(inventory, desk.house.quota_pool) == set()
    assert await breaches(database, inventory) == []


async def test_a_reservations_ticket_is_exchanged_with_its_debt(
    database: Database, inventory: Inventory, desk: Counter
) -> None:
    placed = await order(database, inventory, desk.house, [0])
    new = await swap(database, inventory, desk, await ticket_of(database, placed.id), 0, desk.house.cheap)
    assert (await state(database, new.ticket))[-1] == "reserved"
    free = await swap(database, inventory, desk, new.ticket, 3, desk.house.free, date=1)
    found = await orders.get(database, placed.id)
    assert (found.status, found.due_cents) == (OrderStatus.PAID, 0), "nothing is left to pay"
    assert (await state(database, free.ticket))[-1] == "valid"
    assert await breaches(database, inventory) == []


async def test_another_seat_at_the_same_tariff_is_a_move(
    database: Database, inventory: Inventory, desk: Counter
) -> None:
    sold = await sell(database, inventory, desk, [0])
    ticket = await ticket_of(database, sold.id)
    assert (await swap(database, inventory, desk, ticket, 4, desk.house.full)).ticket == ticket
    assert (await state(database, ticket))[5] == 1


async def test_what_is_refused_changes_nothing(database: Database, inventory: Inventory, desk: Counter) -> None:
    house = desk.house
    sold = await sell(database, inventory, desk, [0])
    await order(database, inventory, house, [1])
    held = await hold(inventory, house, [7], house.performances[1].pool_id)
    await order(database, inventory, house, [12, 13, 14, 15, 16], house.cheap)
    ticket = await ticket_of(database, sold.id)
    elsewhere = (await open_house(database)).performance.id
    for wanted, refusal in (
        ((new_id(), 5, house.cheap), NotFound),
        ((ticket, 5, new_id()), NotFound),
        ((ticket, 99, house.free), UnknownSeat),
        ((ticket, 1, house.free), SeatsTaken),
        ((ticket, 0, house.cheap), TariffSoldOut),
    ):
        with pytest.raises(refusal):
            await swap(database, inventory, desk, *wanted)
    with pytest.raises(NotFound):
        await swap(database, inventory, desk, ticket, 5, house.full, performance=elsewhere)
    with pytest.raises(SeatsTaken):
        await swap(database, inventory, desk, ticket, 7, house.full, date=1)
    with pytest.raises(ChangedMeanwhile):
        await swap(database, inventory, desk, ticket, 15, house.full, date=1, difference_cents=0)
    async with database.read() as c:
        await c.execute("delete from prices where tariff_id = $1 and category = 'B'", house.free)
    with pytest.raises(NoPrice):
        await swap(database, inventory, desk, ticket, 30, house.free)
    assert held and (await state(database, ticket))[2:] == (0, "A", 3000, 0, "valid")
    assert await owned_words(inventory, house.performances[1].pool_id) == set()
    async with database.transaction() as c:
        await c.execute("update performances set status = 'cancelled' where id = $1", house.performances[1].id)
    with pytest.raises(SaleClosed):
        await swap(database, inventory, desk, ticket, 5, house.full, date=1)
    async with database.transaction() as c:
        await let_in(c, house, ticket)
    with pytest.raises(TicketUsed):
        await swap(database, inventory, desk, ticket, 5, house.free)


async def test_one_ticket_asked_for_many_at_once_is_exchanged_once(
    database: Database, inventory: Inventory, desk: Counter
) -> None:
    sold = await sell(database, inventory, desk, [0])
    ticket = await ticket_of(database, sold.id)
    asking = (swap(database, inventory, desk, ticket, place, desk.house.full, date=1) for place in (3, 4, 5))
    answers = await asyncio.gather(*asking, return_exceptions=True)
    assert sum(isinstance(one, Moved) for one in answers) == 1
    assert all(isinstance(one, Moved | WrongState) for one in answers), answers
    assert len(await owned_words(inventory, desk.house.performances[1].pool_id)) == 1
    assert await breaches(database, inventory) == []


async def test_what_is_offered_has_its_price(database: Database, inventory: Inventory, desk: Counter) -> None:
    house = desk.house
    sold = await sell(database, inventory, desk, [0])
    wanted = Exchange(await ticket_of(database, sold.id), house.performance.id, house.cheap, 0)
    offer = await exchanges.offer(database, inventory, house.organisation, wanted, "", NOW)
    assert offer.chosen is not None and (offer.chosen.place, offer.chosen.difference_cents) == (0, -1500)
    assert sum(len(seats) for _, seats in offer.rows) == 20, "rows A and B"
    known = await exchanges.dates(database, house.box_office, NOW)
    assert [one.id for one in known] == [one.id for one in house.performances]
    assert [one.name for one in await exchanges.tariffs(database, known[0].id)] == ["Cheap", "Free", "Full"]
