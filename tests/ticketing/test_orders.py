"""Orders: placed on holds, once, whole or not at all; taken back, and expired."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from engine.holds import Any as AnyPlaces
from engine.inventory import Inventory
from engine.link import StoreUnreachable
from engine.outcomes import Outcome
from tests.ticketing.house import (
    CHEAP_PLACES,
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
    request,
)
from ticketing import drafts, orders, payments, pools, refunds
from ticketing.db import Database
from ticketing.drafts import PlaceOrder, SeatChoice
from ticketing.ids import new_id, secret_hash
from ticketing.jobs import Job, MailKind, SendMail, SyncPlaces
from ticketing.orders import PlacedOrder
from ticketing.refusals import (
    HoldBusy,
    HoldExpired,
    HoldMismatch,
    HoldOrdered,
    InputRefused,
    NoPrice,
    NotFound,
    NotReady,
    OrderLate,
    Refusal,
    RequestReused,
    SaleClosed,
    SaleNotOpen,
    SeatsTaken,
    TariffSoldOut,
    TicketUsed,
    TooManyPlaces,
    UnknownSeat,
    WrongState,
)
from ticketing.states import OrderStatus

LONG_AGO = timedelta(hours=1)


@pytest.fixture
async def house(database: Database) -> House:
    await empty(database)
    return await open_house(database)


async def tickets_of(db: Database, order_id: UUID) -> list[UUID]:
    async with db.read() as c:
        return [
            row["id"] for row in await c.fetch("select id from tickets where order_id = $1 order by place", order_id)
        ]


async def written(db: Database, house: House) -> tuple[int, ...]:
    """How many rows of each kind this house's orders have."""
    async with db.read() as c:
        mine = "where order_id in (select id from orders where box_office_id = $1)"
        tables = ("claims", "order_lines", "tickets", "ledger")
        counts = [await c.fetchval(f"select count(*) from {table} {mine}", house.box_office) for table in tables]
        return (await c.fetchval("select count(*) from orders where box_office_id = $1", house.box_office), *counts)


# Placing


async def test_an_order_owns_its_places_and_owes_their_price(
    database: Database, inventory: Inventory, house: House
) -> None:
    held = await hold(inventory, house, [0, 1, 12])
    placed = await orders.place(database, inventory, SETTINGS, request(house, held, [0, 1, 12]), NOW)
    assert (placed.status, placed.total_cents, placed.currency) == (OrderStatus.PENDING, 8000, "EUR")
    found = await orders.by_secret(database, placed.id, placed.secret)
    assert (found.total_cents, found.due_cents, found.received_cents) == (8000, 8000, 0)
    labels = [line.label for line in await orders.lines(database, placed.id)]
    assert labels == ["Stalls, A-1, Full", "Stalls, A-2, Full", "Stalls, B-3, Full"]
    assert (await inventory.read(house.box_office.hex, held)).outcome is Outcome.EXPIRED
    assert await owned_words(inventory, house.pool) == {0, 1, 12}
    assert await queued(database, house, Job.SYNC_PLACES) == [SyncPlaces({house.pool: (0, 1, 12)})]
    assert await breaches(database, inventory) == []


async def test_an_order_that_costs_nothing_is_paid_at_once(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [3], house.free)
    assert (placed.status, placed.expires_at) == (OrderStatus.PAID, None)
    async with database.read() as c:
        assert await c.fetchval("select status from tickets where order_id = $1", placed.id) == "valid"
    assert SendMail(placed.id, MailKind.ORDER_PAID) in await queued(database, house, Job.SEND_MAIL)
    assert await breaches(database, inventory) == []


async def test_standing_places_of_one_kind_are_ordered_like_seats(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [20, 21])
    assert [line.label for line in await orders.lines(database, placed.id)] == ["Standing, Full"] * 2


async def test_a_secret_is_kept_as_its_hash_and_opens_one_order(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed, other = [await order(database, inventory, house, [place]) for place in (0, 1)]
    async with database.read() as c:
        assert await c.fetchval("select secret_hash from orders where id = $1", placed.id) == secret_hash(placed.secret)
    with pytest.raises(NotFound):
        await orders.by_secret(database, placed.id, other.secret)
    with pytest.raises(NotFound):
        await orders.of_organisation(database, new_id(), placed.id)
    assert (await orders.by_code(database, house.organisation, placed.code.lower())).id == placed.id
    assert (await orders.of_organisation(database, house.organisation, placed.id)).id == placed.id


async def test_payment_time_is_counted_from_the_first_hold(
    database: Database, inventory: Inventory, house: House
) -> None:
    short = msgspec.structs.replace(SETTINGS, held_s_max=600, payment_s_max=1200)
    held = await hold(inventory, house, [0])
    asked = request(house, held, [0])
    placed = await orders.place(database, inventory, short, asked, NOW)
    async with database.read() as c:
        left = placed.expires_at - await c.fetchval("select clock_timestamp()")  # type: ignore[operator]
    assert timedelta(seconds=590) < left <= timedelta(seconds=600)


# Once


async def test_the_same_request_gets_the_first_answer(database: Database, inventory: Inventory, house: House) -> None:
    asked = request(house, await hold(inventory, house, [0]), [0])
    first = await orders.place(database, inventory, SETTINGS, asked, NOW)
    await payments.take_on_site(database, first.id, NOW)
    assert await orders.place(database, inventory, SETTINGS, asked, NOW + LONG_AGO) == first
    with pytest.raises(RequestReused):
        await orders.place(database, inventory, SETTINGS, msgspec.structs.replace(asked, hold=bytes(16)), NOW)
    assert (await written(database, house))[0] == 1


async def test_twenty_of_the_same_request_at_once_are_one_order(
    database: Database, inventory: Inventory, house: House
) -> None:
    asked = request(house, await hold(inventory, house, [0, 1]), [0, 1], house.cheap)
    placing = (orders.place(database, inventory, SETTINGS, asked, NOW) for _ in range(20))
    answers = await asyncio.gather(*placing, return_exceptions=True)
    placed = [answer for answer in answers if isinstance(answer, PlacedOrder)]
    assert placed and all(answer == placed[0] for answer in placed)
    assert all(isinstance(answer, PlacedOrder | HoldBusy | HoldExpired) for answer in answers)
    assert await written(database, house) == (1, 4, 2, 2, 1)
    assert await orders.place(database, inventory, SETTINGS, asked, NOW) == placed[0]
    assert await breaches(database, inventory) == []


async def test_two_requests_for_one_hold_are_one_order(database: Database, inventory: Inventory, house: House) -> None:
    held = await hold(inventory, house, [0, 1])
    asked = [request(house, held, [0, 1]) for _ in range(10)]
    placing = (orders.place(database, inventory, SETTINGS, one, NOW) for one in asked)
    answers = await asyncio.gather(*placing, return_exceptions=True)
    assert sum(isinstance(answer, PlacedOrder) for answer in answers) == 1
    assert all(isinstance(answer, PlacedOrder | HoldBusy | HoldExpired | HoldOrdered) for answer in answers)
    assert await breaches(database, inventory) == []


async def test_a_hold_that_outlived_its_order_buys_nothing_more(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(*_: object) -> None:
        raise StoreUnreachable("no answer")

    held = await hold(inventory, house, [0])
    with monkeypatch.context() as lost:
        lost.setattr(inventory, "settle", unreachable)
        first = request(house, held, [0])
        placed = await orders.place(database, inventory, SETTINGS, first, NOW)
    with pytest.raises(HoldBusy):
        await orders.place(database, inventory, SETTINGS, request(house, held, [0]), NOW)
    await inventory.unpin(house.box_office.hex, held, orders._digest(first))
    with pytest.raises(HoldOrdered):
        await orders.place(database, inventory, SETTINGS, request(house, held, [0]), NOW)
    assert await inventory.sync(house.pool, [0]) == 1
    assert await owned_words(inventory, house.pool) == {0}
    assert (await orders.get(database, placed.id)).status is OrderStatus.PENDING


async def test_a_code_that_is_in_use_is_drawn_again_by_the_next_try(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = (await order(database, inventory, house, [0])).code
    asked = request(house, await hold(inventory, house, [1]), [1])
    with monkeypatch.context() as unlucky:
        unlucky.setattr(orders, "new_code", lambda: taken)
        with pytest.raises(OrderLate):
            await orders.place(database, inventory, SETTINGS, asked, NOW)
    assert (await orders.place(database, inventory, SETTINGS, asked, NOW)).code != taken


# Refused, and nothing changed


async def test_places_another_owns_are_taken_and_the_rest_is_kept(
    database: Database, inventory: Inventory, house: House
) -> None:
    """Redis lost a claim, so two may try: the second loses everything but its hold."""
    await order(database, inventory, house, [1])
    copy, _ = await inventory.copy(house.pool, 0)
    assert await inventory.mend(house.pool, [(1, copy.word(1), 0)]) == 1
    before = await written(database, house)
    held = await hold(inventory, house, [0, 1])
    with pytest.raises(SeatsTaken):
        await orders.place(database, inventory, SETTINGS, request(house, held, [0, 1]), NOW)
    assert await written(database, house) == before
    assert (await inventory.read(house.box_office.hex, held)).outcome is Outcome.HELD
    assert SyncPlaces({house.pool: (0, 1)}) in await queued(database, house, Job.SYNC_PLACES)
    await inventory.sync(house.pool, [0, 1])
    assert (await inventory.read(house.box_office.hex, held)).outcome is Outcome.LOST


async def test_a_pool_rebuilt_after_the_pin_is_not_ready(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    pin = inventory.pin

    async def then_rebuild(*args: Any) -> Any:
        answer = await pin(*args)
        await pools.unbind(database, [house.pool])
        return answer

    asked = request(house, await hold(inventory, house, [0]), [0])
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(inventory, "pin", then_rebuild)
        with pytest.raises(NotReady):
            await orders.place(database, inventory, SETTINGS, asked, NOW)
    assert await written(database, house) == (0, 0, 0, 0, 0)
    assert await orders.place(database, inventory, SETTINGS, asked, NOW), (
        "the pool was counted, the hold is still there"
    )


async def test_a_transaction_too_long_after_the_pin_is_given_up(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ground = drafts.ground

    async def half_a_minute_ago(c: Any, asked: PlaceOrder) -> list[drafts.Ground]:
        rows = await ground(c, asked)
        late = timedelta(seconds=SETTINGS.order_s_max, milliseconds=1)
        return [msgspec.structs.replace(row, asked_at=row.asked_at - late) for row in rows]

    held = await hold(inventory, house, [0])
    with monkeypatch.context() as slow:
        slow.setattr(drafts, "ground", half_a_minute_ago)
        with pytest.raises(OrderLate):
            await orders.place(database, inventory, SETTINGS, request(house, held, [0]), NOW)
    assert await written(database, house) == (0, 0, 0, 0, 0)
    assert (await inventory.read(house.box_office.hex, held)).outcome is Outcome.HELD


async def test_a_place_that_another_transaction_sits_on_is_given_up_in_time(
    database: Database, inventory: Inventory, house: House, database_url: str
) -> None:
    """Somebody's claim is neither committed nor taken back: the order waits for it, and then says so."""
    held = await hold(inventory, house, [0])
    other = await order(database, inventory, house, [1])
    impatient = await Database.open(database_url, msgspec.structs.replace(SETTINGS, lock_s_max=1))
    async with database.transaction() as c:
        await c.execute("insert into claims (pool_id, place, order_id) values ($1, 0, $2)", house.pool, other.id)
        with pytest.raises(OrderLate):
            await orders.place(impatient, inventory, SETTINGS, request(house, held, [0]), NOW)
        await c.execute("delete from claims where pool_id = $1 and place = 0", house.pool)
    await impatient.close()
    assert (await inventory.read(house.box_office.hex, held)).outcome is Outcome.HELD
    assert await orders.place(database, inventory, SETTINGS, request(house, held, [0]), NOW)


async def test_a_customer_has_so_many_unpaid_places_and_no_more(
    database: Database, inventory: Inventory, house: House
) -> None:
    few = msgspec.structs.replace(SETTINGS, places_per_account_max=3)
    first = request(house, await hold(inventory, house, [0, 1]), [0, 1])
    placed = await orders.place(database, inventory, few, first, NOW)
    asked = request(house, await hold(inventory, house, [2, 3]), [2, 3])
    asked = msgspec.structs.replace(asked, buyer=first.buyer)
    with pytest.raises(TooManyPlaces):
        await orders.place(database, inventory, few, asked, NOW)
    await payments.take_on_site(database, placed.id, NOW)
    assert await orders.place(database, inventory, few, asked, NOW)


@pytest.mark.parametrize(("held", "ordered"), [([0, 1], [0]), ([0], [0, 1]), ([0, 1], [0, 2])])
async def test_a_hold_of_other_places_is_refused(
    database: Database, inventory: Inventory, house: House, held: list[int], ordered: list[int]
) -> None:
    hold_id = await hold(inventory, house, held)
    with pytest.raises(HoldMismatch):
        await orders.place(database, inventory, SETTINGS, request(house, hold_id, ordered), NOW)
    assert (await inventory.read(house.box_office.hex, hold_id)).outcome is Outcome.HELD
    assert await written(database, house) == (0, 0, 0, 0, 0)


async def test_holds_that_are_gone_or_never_were_are_refused(
    database: Database, inventory: Inventory, house: House
) -> None:
    held = await hold(inventory, house, [0])
    await inventory.release(house.box_office.hex, held)
    for gone in (held, bytes(16)):
        with pytest.raises(HoldExpired):
            await orders.place(database, inventory, SETTINGS, request(house, gone, [0]), NOW)


def _with_seats(asked: PlaceOrder, *seats: SeatChoice) -> PlaceOrder:
    return msgspec.structs.replace(asked, seats=seats)


async def test_what_cannot_be_sold_is_refused(database: Database, inventory: Inventory, house: House) -> None:
    other = await open_house(database)
    good = request(house, await hold(inventory, house, [0]), [0])
    seat = good.seats[0]
    replace = msgspec.structs.replace
    cases: list[tuple[PlaceOrder, type[Refusal]]] = [
        (_with_seats(good), InputRefused),
        (_with_seats(good, seat, seat), InputRefused),
        (_with_seats(good, *(replace(seat, place=n) for n in range(401))), TooManyPlaces),
        (_with_seats(good, replace(seat, place=40)), UnknownSeat),
        (_with_seats(good, replace(seat, place=-1)), UnknownSeat),
        (_with_seats(good, replace(seat, performance=new_id())), NotFound),
        (_with_seats(good, replace(seat, performance=other.performance.id)), NotFound),
        (_with_seats(good, replace(seat, tariff=other.full)), NotFound),
        (replace(good, box_office=new_id()), NotFound),
        (replace(good, request_key=""), InputRefused),
        (replace(good, buyer=replace(good.buyer, email="nobody")), InputRefused),
        (replace(good, buyer=replace(good.buyer, name=" ")), InputRefused),
        (_with_seats(good, replace(seat, holder_name="x" * 201)), InputRefused),
    ]
    for asked, refusal in cases:
        with pytest.raises(refusal):
            await orders.place(database, inventory, SETTINGS, asked, NOW)
    assert await written(database, house) == (0, 0, 0, 0, 0)
    assert (await inventory.read(house.box_office.hex, good.hold)).outcome is Outcome.HELD


async def test_a_sale_that_is_not_on_is_refused(database: Database, inventory: Inventory, house: House) -> None:
    asked = request(house, await hold(inventory, house, [0]), [0])
    closes = house.performance.sale_closes_at
    with pytest.raises(SaleNotOpen):
        await orders.place(database, inventory, SETTINGS, asked, house.performance.sale_opens_at - LONG_AGO)
    with pytest.raises(SaleClosed):
        await orders.place(database, inventory, SETTINGS, asked, closes + timedelta(seconds=SETTINGS.held_s_max))
    async with database.read() as c:
        await c.execute("update performances set status = 'closed' where id = $1", house.performance.id)
    with pytest.raises(SaleClosed):
        await orders.place(database, inventory, SETTINGS, asked, NOW)


async def test_what_was_held_in_time_may_be_ordered_after_the_sale_closed(
    database: Database, inventory: Inventory, house: House
) -> None:
    asked = request(house, await hold(inventory, house, [0]), [0])
    closes = house.performance.sale_closes_at
    assert await orders.place(database, inventory, SETTINGS, asked, closes + timedelta(minutes=5))


async def test_a_category_without_a_price_is_refused(database: Database, inventory: Inventory, house: House) -> None:
    async with database.read() as c:
        await c.execute("delete from prices where tariff_id = $1 and category = 'B'", house.full)
    with pytest.raises(NoPrice):
        await order(database, inventory, house, [10])


# Bounded tariffs


async def test_a_bounded_tariff_takes_a_place_of_its_quota(
    database: Database, inventory: Inventory, house: House
) -> None:
    await order(database, inventory, house, [0, 1], house.cheap)
    assert len(await owned_words(inventory, house.quota_pool)) == 2
    assert await breaches(database, inventory) == []


async def test_a_bounded_tariff_sells_its_quota_and_no_more(
    database: Database, inventory: Inventory, house: House
) -> None:
    held = [await hold(inventory, house, [place]) for place in range(2 * CHEAP_PLACES)]
    asked = [request(house, hold_id, [place], house.cheap) for place, hold_id in enumerate(held)]
    placing = (orders.place(database, inventory, SETTINGS, one, NOW) for one in asked)
    answers = await asyncio.gather(*placing, return_exceptions=True)
    assert sum(isinstance(answer, PlacedOrder) for answer in answers) == CHEAP_PLACES
    assert sum(isinstance(answer, TariffSoldOut) for answer in answers) == CHEAP_PLACES
    assert await breaches(database, inventory) == []


async def test_quota_places_held_for_another_tariff_are_dropped(
    database: Database, inventory: Inventory, house: House
) -> None:
    held = await hold(inventory, house, [0])
    spare = (AnyPlaces(house.quota_pool, 2),)
    assert (await inventory.change(house.box_office.hex, held, b"spare", spare)).outcome is Outcome.HELD
    placed = await orders.place(database, inventory, SETTINGS, request(house, held, [0]), NOW)
    assert placed.total_cents == 3000
    assert await owned_words(inventory, house.quota_pool) == set()
    assert await breaches(database, inventory) == []


# Taking back


async def test_a_pending_order_is_given_up(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0, 1], house.cheap)
    found = await orders.give_up(database, inventory, placed.id, NOW)
    assert (found.status, found.total_cents, found.due_cents) == (OrderStatus.CANCELLED, 0, 0)
    assert await owned_words(inventory, house.pool) == set()
    assert await owned_words(inventory, house.quota_pool) == set()
    for again in (orders.give_up, orders.cancel):
        with pytest.raises(WrongState):
            await again(database, inventory, placed.id, NOW)
    assert await breaches(database, inventory) == []


async def test_a_paid_order_is_cancelled_by_the_box_office_and_its_money_goes_back(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0, 1])
    await payments.take_on_site(database, placed.id, NOW)
    with pytest.raises(WrongState):
        await orders.give_up(database, inventory, placed.id, NOW)
    found = await orders.cancel(database, inventory, placed.id, NOW)
    assert (found.status, found.refund_due_cents, found.due_cents) == (OrderStatus.CANCELLED, 6000, 0)
    assert [refund.amount_cents for refund in await refunds.of_order(database, placed.id)] == [6000]
    assert await owned_words(inventory, house.pool) == set()
    assert await breaches(database, inventory) == []


async def test_some_tickets_are_cancelled_and_the_others_stay(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0, 1, 2], house.cheap)
    await payments.take_on_site(database, placed.id, NOW)
    first, *others = await tickets_of(database, placed.id)
    found = await orders.cancel(database, inventory, placed.id, NOW, [first])
    assert (found.status, found.total_cents, found.refund_due_cents) == (OrderStatus.PAID, 3000, 1500)
    assert await owned_words(inventory, house.pool) == {1, 2}
    assert len(await owned_words(inventory, house.quota_pool)) == 2
    assert await breaches(database, inventory) == []
    found = await orders.cancel(database, inventory, placed.id, NOW, others)
    assert (found.status, found.refund_due_cents) == (OrderStatus.CANCELLED, 4500)
    assert await owned_words(inventory, house.quota_pool) == set()
    assert await breaches(database, inventory) == []


async def test_what_is_left_of_a_pending_order_may_be_free(
    database: Database, inventory: Inventory, house: House
) -> None:
    held = await hold(inventory, house, [0, 1])
    asked = request(house, held, [0, 1])
    mixed = _with_seats(asked, asked.seats[0], msgspec.structs.replace(asked.seats[1], tariff=house.free))
    placed = await orders.place(database, inventory, SETTINGS, mixed, NOW)
    dear, _ = await tickets_of(database, placed.id)
    assert (await orders.cancel(database, inventory, placed.id, NOW, [dear])).status is OrderStatus.PAID
    assert await breaches(database, inventory) == []


async def test_tickets_that_are_not_there_to_cancel(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0, 1])
    first, second = await tickets_of(database, placed.id)
    await orders.cancel(database, inventory, placed.id, NOW, [first])
    for missing in ([first], [new_id()], [second, new_id()], []):
        with pytest.raises(NotFound):
            await orders.cancel(database, inventory, placed.id, NOW, missing)
    with pytest.raises(NotFound):
        await orders.cancel(database, inventory, new_id(), NOW)


async def test_an_admitted_ticket_is_not_cancelled(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0])
    await payments.take_on_site(database, placed.id, NOW)
    (ticket,) = await tickets_of(database, placed.id)
    async with database.transaction() as c:
        await let_in(c, house, ticket)
    with pytest.raises(TicketUsed):
        await orders.cancel(database, inventory, placed.id, NOW)


# Expiry


async def test_an_order_expires_when_its_payment_time_is_over(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [0, 1], house.cheap)
    paid = await order(database, inventory, house, [2])
    await payments.take_on_site(database, paid.id, NOW)
    assert placed.expires_at is not None and paid.expires_at is not None
    assert await orders.expire_due(database, inventory, placed.expires_at - timedelta(seconds=1)) == 0
    assert await orders.expire_due(database, inventory, paid.expires_at) == 1
    found = await orders.get(database, placed.id)
    assert (found.status, found.total_cents, found.closed_at) == (OrderStatus.EXPIRED, 0, paid.expires_at)
    assert (await orders.get(database, paid.id)).status is OrderStatus.PAID
    assert await owned_words(inventory, house.pool) == {2}
    assert await owned_words(inventory, house.quota_pool) == set()
    with pytest.raises(WrongState):
        await orders.cancel(database, inventory, placed.id, NOW)
    assert await breaches(database, inventory) == []


async def test_workers_beside_each_other_expire_each_order_once(
    database: Database, inventory: Inventory, house: House
) -> None:
    other = await open_house(database)
    placed = [await order(database, inventory, house, [place]) for place in range(10)]
    placed += [await order(database, inventory, other, [place]) for place in range(10)]
    later = max(one.expires_at for one in placed if one.expires_at)
    expiring = (orders.expire_due(database, inventory, later, orders_max=3) for _ in range(12))
    assert sum(await asyncio.gather(*expiring)) + await orders.expire_due(database, inventory, later) == 20
    assert await owned_words(inventory, house.pool) == set() == await owned_words(inventory, other.pool)
    assert await breaches(database, inventory) == []


async def test_expiry_and_payment_at_once_agree(database: Database, inventory: Inventory, house: House) -> None:
    placed = [await order(database, inventory, house, [place]) for place in range(8)]
    later = max(one.expires_at for one in placed if one.expires_at)
    acts = [payments.take_on_site(database, one.id, NOW) for one in placed]
    await asyncio.gather(*acts, orders.expire_due(database, inventory, later), return_exceptions=True)
    statuses = {(await orders.get(database, one.id)).status for one in placed}
    assert statuses <= {OrderStatus.PAID, OrderStatus.EXPIRED}
    assert await breaches(database, inventory) == []
