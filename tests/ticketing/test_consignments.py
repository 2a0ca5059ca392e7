"""Tickets in bulk for points of sale: made whatever stops it, none twice, back on sale unsold, billed for the rest."""

from typing import Any as Anything
from uuid import UUID

import pytest

from engine.inventory import Inventory
from tests.ticketing.house import NOW, SETTINGS, House, breaches, empty, hold, open_house, order, owned_words, queued
from tests.ticketing.till import person
from ticketing import allotments, consignments, invoices, orders, payments
from ticketing.allotments import Draft, Kind
from ticketing.audit import Actor
from ticketing.consignments import State, Wanted
from ticketing.db import Database
from ticketing.drafts import Buyer
from ticketing.ids import new_id
from ticketing.jobs import Job
from ticketing.refusals import InputRefused, NoPrice, NotForResale, NotFound, TicketUsed
from ticketing.seat_lists import Picked
from ticketing.states import OrderStatus

KIOSK = Buyer("kiosk@example.org", "Station Kiosk")


@pytest.fixture
async def house(database: Database) -> House:
    await empty(database)
    return await open_house(database)


async def ask(db: Database, house: House, count: int, tariff: UUID | None = None, **more: Anything) -> UUID:
    wanted = Wanted(
        performance=house.performance.id, tariff=tariff or house.full, count=count, buyer=KIOSK,
        request_key=more.pop("key", new_id().hex), **more,
    )  # fmt: skip
    by = await person(db, house)
    return await consignments.ask(db, SETTINGS, house.organisation, house.box_office, wanted, by, NOW)


async def run(db: Database, inventory: Inventory, order_id: UUID) -> consignments.Consignment:
    await consignments.run(db, inventory, SETTINGS, order_id, NOW)
    return await consignments.get(db, order_id)


async def test_they_are_made_once_given_back_and_billed(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consignments, "CHUNK", 4)
    held = await hold(inventory, house, [1])
    order_id = await ask(database, house, 10, key="once")
    assert await ask(database, house, 10, key="once") == order_id
    made = await run(database, inventory, order_id)
    owned = await owned_words(inventory, house.pool)
    due_cents = sum(3000 if place < 10 else 2000 for place in owned)
    assert (made.state, made.made_count, made.live_count, made.due_cents) == (State.MADE, 10, 10, due_cents)
    assert len(owned) == 10 and owned < set(range(20)) - {1} and held, "seats, and none that somebody has in a cart"
    assert await run(database, inventory, order_id) == made, "the job again makes nothing"
    assert await breaches(database, inventory) == []
    [(first, last, count)] = await consignments.numbers(database, order_id)
    assert (first, last, count) == (made.first_serial, made.last_serial, 10)
    by = await person(database, house)
    assert await consignments.give_back(database, inventory, order_id, first, first + 2, NOW, by) == 3
    assert len(await owned_words(inventory, house.pool)) == 7
    due_cents = (await orders.get(database, order_id)).due_cents
    with pytest.raises(NotFound):
        await consignments.give_back(database, inventory, order_id, first, first + 2, NOW, by)
    await invoices.issue(database, order_id, NOW, by)
    assert await consignments.give_back(database, inventory, order_id, last, last, NOW, by) == 1
    async with database.read() as c:
        rows = await c.fetch("select kind, total_cents from invoices order by number")
    left_cents = (await orders.get(database, order_id)).due_cents
    assert [tuple(row) for row in rows] == [("invoice", due_cents), ("credit_note", left_cents - due_cents)], (
        "what came late is credited"
    )
    await payments.take_on_site(database, order_id, NOW, by)
    with pytest.raises(NotForResale):
        await consignments.give_back(database, inventory, order_id, first, last, NOW, by)
    assert (await orders.get(database, order_id)).status is OrderStatus.PAID
    assert await breaches(database, inventory) == []


async def test_a_job_that_was_stopped_goes_on(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consignments, "CHUNK", 3)
    order_id = await ask(database, house, 8)
    take, calls = consignments.claims.take, []

    async def dies_later(*args: Anything) -> Anything:
        calls.append(args)
        if len(calls) == 3:
            raise ConnectionError("the process ends here")
        return await take(*args)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(consignments.claims, "take", dies_later)
        with pytest.raises(ConnectionError):
            await consignments.run(database, inventory, SETTINGS, order_id, NOW)
    stopped = await consignments.get(database, order_id)
    assert (stopped.state, stopped.made_count) == (State.MAKING, 6)
    assert len(await queued(database, house, Job.MAKE_CONSIGNMENT)) == 1
    assert await breaches(database, inventory) == []
    assert (await run(database, inventory, order_id)).made_count == 8
    assert len(await owned_words(inventory, house.pool)) == 8
    assert await breaches(database, inventory) == []


async def test_an_allotment_gives_no_more_than_it_has(database: Database, inventory: Inventory, house: House) -> None:
    asked = (house.organisation, house.performance.id, Picked((3, 4, 5)), Draft(kind=Kind.PARTNER, name="Kiosk"))
    await allotments.put(database, inventory, *asked, Actor(organisation_id=house.organisation), NOW)
    async with database.read() as c:
        allotment = await c.fetchval("select id from allotments where performance_id = $1", house.performance.id)
    order_id = await ask(database, house, 5, allotment=allotment)
    made = await run(database, inventory, order_id)
    assert (made.state, made.made_count) == (State.SHORT, 3)
    assert await owned_words(inventory, house.pool) == {3, 4, 5}
    rest = await run(database, inventory, await ask(database, house, 40))
    assert (rest.state, rest.made_count) == (State.SHORT, 37), "and open sale nothing that is kept"
    assert await breaches(database, inventory) == []


async def test_a_quota_bounds_it(database: Database, inventory: Inventory, house: House) -> None:
    made = await run(database, inventory, await ask(database, house, 5, house.cheap))
    assert (made.state, made.made_count) == (State.MADE, 5)
    short = await run(database, inventory, await ask(database, house, 1, house.cheap))
    assert (short.state, short.made_count) == (State.SHORT, 0)
    assert await breaches(database, inventory) == []


async def test_what_cannot_be_asked_for(database: Database, inventory: Inventory, house: House) -> None:
    for count in (0, consignments.COUNT_MAX + 1):
        with pytest.raises(InputRefused):
            await ask(database, house, count)
    with pytest.raises(NoPrice):
        await ask(database, house, 1, house.free)
    for what in ({"tariff": new_id()}, {"allotment": new_id()}):
        with pytest.raises(NotFound):
            await ask(database, house, 1, **what)
    placed = await order(database, inventory, house, [0])
    with pytest.raises(NotFound):
        await consignments.give_back(database, inventory, placed.id, 0, 2**31, NOW, await person(database, house))
    order_id = await ask(database, house, 3)
    await orders.cancel(database, inventory, order_id, NOW)
    assert (await run(database, inventory, order_id)).state is State.STOPPED
    assert TicketUsed and await breaches(database, inventory) == []
