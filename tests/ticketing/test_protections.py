"""Each protection of the sale with its mutant: switched off, the breach happens and is seen; switched on, never."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from engine.holds import Seats
from engine.inventory import Inventory
from tests.ticketing.house import NOW, SANDBOX, SETTINGS, House, empty, hold, let_in, open_house, order, request
from ticketing import check, claims, drafts, moves, orders, passes, payments, pools
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.drafts import PassChoice
from ticketing.ids import new_id
from ticketing.moves import MoveTicket
from ticketing.orders import PlacedOrder
from ticketing.passes import Terms
from ticketing.refusals import TariffChanged, TicketUsed
from ticketing.sql import Query
from ticketing.states import PAYMENT, PaymentEvent, PaymentStatus


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    await empty(database)
    yield await open_house(database)
    await empty(database)


async def breached(db: Database) -> set[str]:
    """The names of the invariants that Postgres shows broken."""
    async with db.read() as c:
        return {breach.invariant for breach in await check.in_postgres(c, NOW)}


async def forget_word(inventory: Inventory, house: House, place: int) -> None:
    """Redis loses a claim, so that a second shopper may hold the place."""
    copy, _ = await inventory.copy(house.pool, 0)
    assert await inventory.mend(house.pool, [(place, copy.word(place), 0)]) == 1


async def sell_twice(db: Database, inventory: Inventory, house: House) -> None:
    """Two orders for place 0, the second after Redis forgot the first."""
    await order(db, inventory, house, [0])
    await forget_word(inventory, house, 0)
    await order(db, inventory, house, [0])


@pytest.mark.parametrize("protected", [True, False])
async def test_the_claims_key_keeps_a_place_from_two_owners(
    database: Database, inventory: Inventory, house: House, protected: bool
) -> None:
    if protected:
        with pytest.raises(orders.SeatsTaken):
            await sell_twice(database, inventory, house)
        assert await breached(database) == set()
        return
    async with database.read() as c:
        await c.execute("alter table claims drop constraint claims_pkey")
    await sell_twice(database, inventory, house)
    assert {"one_claim_a_place", "one_ticket_a_place"} <= await breached(database)
    await empty(database)
    async with database.read() as c:
        await c.execute("alter table claims add primary key (pool_id, place)")


def without(query: Query, text: str, instead: str) -> Query:
    """A mutant of a statement."""
    assert text in query.text
    return Query(query.name, query.text.replace(text, instead), query.parameters)


@pytest.mark.parametrize("protected", [True, False])
async def test_the_epoch_keeps_a_pin_of_before_a_rebuild_from_buying(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    pin = inventory.pin

    async def then_rebuild(*args: Any) -> Any:
        answer = await pin(*args)
        await pools.unbind(database, [house.pool])
        return answer

    asked = request(house, await hold(inventory, house, [0]), [0])
    monkeypatch.setattr(inventory, "pin", then_rebuild)
    if protected:
        with pytest.raises(orders.NotReady):
            await orders.place(database, inventory, SETTINGS, asked, NOW)
        return
    blind = without(orders.SQL.place, " = '{}' as ready", " is not null as ready")
    monkeypatch.setattr(orders.SQL, "place", blind)
    assert isinstance(await orders.place(database, inventory, SETTINGS, asked, NOW), PlacedOrder)


@pytest.mark.parametrize("protected", [True, False])
async def test_a_look_at_the_pass_keeps_one_of_other_dates_from_being_sold(
    database: Database, inventory: Inventory, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """An order reads a pass of two dates, which is one of its first date alone before the order is written."""
    await empty(database)
    house = await open_house(database, performance_count=2)
    shown = [performance.id for performance in house.performances]
    owner = (house.organisation, house.box_office)
    season = await passes.create_type(database, *owner, "Season", "Season", 7000, shown, NOW)
    held = await hold(inventory, house, [0])
    second = (Seats(house.performances[1].pool_id, (0,)),)
    await inventory.change(house.box_office.hex, held, new_id().bytes, second)
    chosen = PassChoice(season.id, "Ann Holder", tuple((date, 0) for date in shown))
    asked = msgspec.structs.replace(request(house, held, []), passes=(chosen,))
    pin, by = inventory.pin, Actor(organisation_id=house.organisation)

    async def then_edit(*args: Any) -> Any:
        terms = Terms(name="First", short_name="First", price_cents=7000)
        await passes.edit(database, inventory, house.organisation, season.id, 1, terms, shown[:1], by, NOW)
        return await pin(*args)

    monkeypatch.setattr(inventory, "pin", then_edit)
    if protected:
        with pytest.raises(TariffChanged):
            await orders.place(database, inventory, SETTINGS, asked, NOW)
        assert await breached(database) == set()
        return
    blind = without(orders.SQL.place, " = '{}' end as unchanged", " is not null end as unchanged")
    monkeypatch.setattr(orders.SQL, "place", blind)
    assert isinstance(await orders.place(database, inventory, SETTINGS, asked, NOW), PlacedOrder)
    assert "passes_hold_all_or_none" in await breached(database)
    await empty(database)


@pytest.mark.parametrize("protected", [True, False])
async def test_postgres_clock_keeps_a_stopped_worker_from_buying(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    ground = drafts.ground

    async def long_ago(c: Any, asked: Any) -> list[drafts.Ground]:
        return [
            msgspec.structs.replace(row, asked_at=row.asked_at - timedelta(seconds=61))
            for row in await ground(c, asked)
        ]

    asked = request(house, await hold(inventory, house, [0]), [0])
    monkeypatch.setattr(drafts, "ground", long_ago)
    if protected:
        with pytest.raises(orders.OrderLate):
            await orders.place(database, inventory, SETTINGS, asked, NOW)
        return
    patient = msgspec.structs.replace(SETTINGS, order_s_max=3600)
    assert isinstance(await orders.place(database, inventory, patient, asked, NOW), PlacedOrder)


KEYS = ("orders_box_office_id_request_key_key", "orders_hold_id_key")


@pytest.mark.parametrize("protected", [True, False])
async def test_the_orders_keys_keep_one_request_from_two_orders(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """The same request twice, the second as if the first had not been seen, nor its claims, nor its pin ended."""
    asked = request(house, await hold(inventory, house, [0]), [0])
    async with database.read() as c:
        (ground,) = await drafts.ground(c, asked)
    draft = await drafts.draft(database, asked, [ground], 0, NOW)
    pin = await inventory.pin(house.box_office.hex, asked.hold, b"attempt")
    write = (database, SETTINGS, asked, [ground], draft)
    await orders._write(*write, pin, NOW, None)
    again = await drafts.draft(database, asked, [ground], 0, NOW)
    elsewhere = msgspec.structs.replace(pin, places={house.pool: (1,)})
    if protected:
        with pytest.raises(orders._KeyTaken):
            await orders._write(*write[:-1], again, elsewhere, NOW, None)
        assert await breached(database) == set()
        return
    async with database.read() as c:
        for key in KEYS:
            await c.execute(f"alter table orders drop constraint {key}")
    await orders._write(*write[:-1], again, elsewhere, NOW, None)
    assert "requests_count_once" in await breached(database)
    await empty(database)
    async with database.read() as c:
        await c.execute("alter table orders add unique (box_office_id, request_key), add unique (hold_id)")


@pytest.mark.parametrize("protected", [True, False])
async def test_notification_and_state_keep_a_payment_from_counting_twice(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """Two guards: the notification's key, and the payment's state behind it. Both off, the money is booked twice."""
    placed = await order(database, inventory, house, [0])
    started = await payments.begin(database, SANDBOX, placed.id, "http://shop.test", NOW)
    told = SANDBOX.notify(SANDBOX.open_page(started.redirect_url.rpartition("/")[2]), True, NOW)
    if not protected:
        deaf = without(payments.SQL.note, "on conflict do nothing", "on conflict (provider, notification_id) do update set body = excluded.body")  # fmt: skip  # noqa: E501
        monkeypatch.setattr(payments.SQL, "note", deaf)
        accepted = (PaymentStatus.SUCCEEDED, PaymentEvent.ACCEPT), (PaymentStatus.SUCCEEDED, PaymentEvent.FLAG)
        monkeypatch.setattr(payments, "PAYMENT", {**PAYMENT, **dict.fromkeys(accepted, PaymentStatus.SUCCEEDED)})
    receiving = (
        payments.receive(database, inventory, SETTINGS, SANDBOX, told.body, told.signature, NOW) for _ in range(2)
    )
    await asyncio.gather(*receiving)
    assert ("payments_count_once" in await breached(database)) is not protected


@pytest.mark.parametrize("protected", [True, False])
async def test_the_claims_statement_takes_all_or_nothing(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """Of two places one is another's: believing the statement without counting its rows leaves a ticket unseated."""
    await order(database, inventory, house, [1])
    await forget_word(inventory, house, 1)
    held = await hold(inventory, house, [0, 1])
    if protected:
        with pytest.raises(orders.SeatsTaken):
            await orders.place(database, inventory, SETTINGS, request(house, held, [0, 1]), NOW)
        assert await breached(database) == set()
        return
    credulous = without(
        orders.SQL.place, "array(select place from claimed order by pool_id, place) as places",
        "(select array_agg(place) from unnest(array[0, 1]) as place) as places",
    )  # fmt: skip
    monkeypatch.setattr(orders.SQL, "place", credulous)
    with pytest.raises(ValueError, match="zip"):
        await orders.place(database, inventory, SETTINGS, request(house, held, [0, 1]), NOW)
    assert {"tickets_are_seated", "one_ticket_a_place"} <= await breached(database)


def test_the_clocks_margins_hold_together() -> None:
    """A transaction gives up in less than half of a pin, whatever the settings say within their bounds."""
    assert SETTINGS.order_s_max * 2000 <= SETTINGS.pin_ms
    assert claims.SYNC_AFTER_S < 10, "the job comes before the reconciler would mend"


@pytest.mark.parametrize("protected", [True, False])
@pytest.mark.parametrize("act", ["cancel", "move"])
async def test_the_tickets_lock_keeps_a_scan_under_way_from_being_overlooked(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch, act: str, protected: bool
) -> None:
    """A gate has let somebody in and is about to commit when the ticket is cancelled, or moved."""
    placed = await order(database, inventory, house, [0])
    await payments.take_on_site(database, placed.id, NOW)
    if not protected:
        for module, name in ((orders, "lock_tickets"), (moves, "lock")):
            blind = without(getattr(module.SQL, name), " for no key update", "")
            monkeypatch.setattr(module.SQL, name, blind)
    async with database.transaction() as gate:
        ticket = await gate.fetchval("select id from tickets where order_id = $1 for share", placed.id)
        await let_in(gate, house, ticket)
        undone = asyncio.create_task(undo(act, database, inventory, house, placed, ticket))
        await someone_waits(database)
    if protected:
        with pytest.raises(TicketUsed):
            await undone
        return
    await undone


async def undo(act: str, db: Database, inventory: Inventory, house: House, placed: PlacedOrder, ticket: UUID) -> None:
    if act == "cancel":
        await orders.cancel(db, inventory, placed.id, NOW)
    else:
        await moves.move_ticket(db, inventory, SETTINGS, house.organisation, MoveTicket(ticket, 5, ()), NOW)


async def someone_waits(db: Database) -> None:
    """Until a transaction of this database waits for another."""
    waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    async with db.read() as c:
        while not await c.fetchval(waiting):
            await asyncio.sleep(0.01)
