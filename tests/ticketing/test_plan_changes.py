"""A date on sale goes onto another version of its plan: nothing that is somebody's is lost, whatever happens beside."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from engine.inventory import Inventory
from engine.link import StoreUnreachable
from engine.outcomes import Outcome
from engine.plan.comparison import Kind
from engine.plan.model import Attribute, Category, Plan, Seat
from engine.wants import Asking
from tests.ticketing.house import (
    NOW,
    SANDBOX,
    SETTINGS,
    House,
    breaches,
    empty,
    hold,
    open_house,
    order,
    owned_words,
    plan,
    queued,
    request,
)
from tests.ticketing.test_performances import take
from ticketing import (
    box_offices,
    halls,
    moves,
    orders,
    organisations,
    payments,
    performances,
    plan_change_runs,
    plan_changes,
    plans,
    pools,
)
from ticketing.audit import Actor
from ticketing.carts import Carts, Shopper
from ticketing.date_runs import State
from ticketing.db import Database
from ticketing.holds import AreaWish, BestWish, SeatsWish
from ticketing.ids import new_id
from ticketing.jobs import ChangePlans, Job, MailKind, RelabelTickets, SendMail
from ticketing.moves import MoveTicket
from ticketing.offers import Offers
from ticketing.performances import Performance
from ticketing.plan_changes import Done
from ticketing.plans import PlanVersion
from ticketing.refusals import (
    DateEnded,
    InputRefused,
    NotFound,
    NotReady,
    OrderLate,
    OtherPlan,
    PlanBusy,
    PlanInPlace,
    Refusal,
    SeatsInUse,
    SeatsTaken,
    UnknownSeat,
)

ROOM = 25


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    await empty(database)
    yield await open_house(database)
    await empty(database)


def drawn(without: tuple[str, ...] = ("B10",), room: int = ROOM, rows: tuple[str, ...] = ("C",), **labels: str) -> Plan:
    """The house without some seats, with rows of two more, standing room for so many, and seats called otherwise."""
    (stalls,) = plan().zones

    def row(before: Any) -> Any:
        seats = (replace(seat, label=labels.get(seat.id, seat.label)) for seat in before.seats)
        return replace(before, seats=tuple(seat for seat in seats if seat.id not in without))

    def added(n: int, name: str) -> Any:
        seats = tuple(Seat(f"{name}{k}", str(k), 50.0 * k, 0.0, "B") for k in (1, 2))
        return replace(stalls.rows[1], label=name, y=200.0 + 100 * n, seats=seats)

    more = (added(n, name) for n, name in enumerate(rows))
    areas = (replace(stalls.areas[0], capacity=room),) if room else ()
    return replace(plan(), zones=(replace(stalls, rows=(*map(row, stalls.rows), *more), areas=areas),))


async def add(database: Database, house: House, drawing: Plan, name: str = "Hall") -> PlanVersion:
    return await plans.add_version(database, house.organisation, house.performance.venue_id, name, drawing, NOW)


async def change(
    database: Database, inventory: Inventory, house: House, version: PlanVersion, performance: Performance | None = None
) -> Done:
    ids = (house.organisation, (performance or house.performance).id, version.id)
    return await plan_changes.change(database, inventory, *ids, Actor(organisation_id=house.organisation), NOW)


async def tickets_of(database: Database, house: House) -> dict[int, tuple[str, str]]:
    """Row and seat of the live tickets, by place."""
    async with database.read() as c:
        rows = await c.fetch(
            "select place, row_label, seat_label from tickets where pool_id = $1 and status <> 'cancelled'", house.pool
        )
    return {row["place"]: (row["row_label"], row["seat_label"]) for row in rows}


async def shopper(database: Database, house: House, secret: str = "") -> Shopper:
    office = await box_offices.public(database, house.performance.box_office_key)
    secret = secret or new_id().hex
    return Shopper(box_office=office, secret=secret, address="192.0.2.7", language="en", now=NOW)


# What is kept


async def test_a_later_plan_keeps_every_sale(database: Database, inventory: Inventory, house: House) -> None:
    held = await hold(inventory, house, [0, 1])
    await order(database, inventory, house, [9, 10, 20])
    version = await add(database, house, drawn())
    done = await change(database, inventory, house, version)
    assert done.number == 2 and (done.counts[Kind.ADDED], done.counts[Kind.REMOVED]) == (7, 1)
    shown = await performances.get(database, house.performance.id)
    assert (shown.plan_version_id, shown.plan_hash, shown.pool_id) == (version.id, version.hash, house.pool)
    hall = await performances.hall(database, shown)
    assert hall.packed.place_count == 47 and hall.places(["A10", "B1", "C1"]) == (9, 10, 40)
    assert hall.areas == {"standing": ((20, 20), (42, 5))}
    assert (await inventory.read(house.box_office.hex, held)).outcome is Outcome.HELD
    placed = await orders.place(database, inventory, SETTINGS, request(house, held, [0, 1]), NOW)
    assert placed.total_cents == 6000
    await order(database, inventory, house, [40, 46])
    assert await take(inventory, house.performance, [9]) is Outcome.TAKEN
    assert await breaches(database, inventory) == []


async def test_a_sold_seat_cannot_vanish_until_it_is_moved(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [19])
    version = await add(database, house, drawn())
    with pytest.raises(SeatsInUse, match="drops 1 places"):
        await change(database, inventory, house, version)
    assert await performances.get(database, house.performance.id) == house.performance
    look = await look_at(database, inventory, house, version)
    (taken,) = look.taken
    assert not look.free and look.taken_count == 1
    assert (taken.order_id, taken.order_code, taken.seat_label) == (placed.id, placed.code, "10")
    wanted = MoveTicket(taken.ticket_id, 18)
    await moves.move_ticket(database, inventory, SETTINGS, house.organisation, wanted, NOW)
    assert (await look_at(database, inventory, house, version)).free
    await change(database, inventory, house, version)
    assert await owned_words(inventory, house.pool) == {18}
    assert await breaches(database, inventory) == []


async def look_at(database: Database, inventory: Inventory, house: House, version: PlanVersion) -> plan_changes.Look:
    ids = (house.organisation, house.performance.id, version.id)
    return await plan_changes.look(database, inventory, *ids, NOW)


async def test_a_seat_that_comes_back_has_its_number_and_is_on_open_sale(
    database: Database, inventory: Inventory, house: House
) -> None:
    await pools.block(database, inventory, house.organisation, house.pool, [18, 19], 1)
    smaller = await add(database, house, drawn())
    look = await look_at(database, inventory, house, smaller)
    assert look.free and look.blocked_count == 1
    await change(database, inventory, house, smaller)
    assert await breaches(database, inventory) == []
    first = (await plans.versions_of(database, house.organisation, smaller.plan_id))[-1]
    await change(database, inventory, house, first)  # an earlier version may be taken again
    hall = await performances.hall(database, await performances.get(database, house.performance.id))
    assert hall.places(["B10"]) == (19,) and hall.known(40) is None
    assert await take(inventory, house.performance, [18]) is Outcome.BLOCKED
    await order(database, inventory, house, [19])
    assert await breaches(database, inventory) == []


async def test_people_in_an_area_take_numbers_that_stay(database: Database, inventory: Inventory, house: House) -> None:
    await order(database, inventory, house, [20, 38, 39])
    in_a_cart = await hold(inventory, house, [21])
    version = await add(database, house, drawn((), room=4))
    assert (await look_at(database, inventory, house, version)).free
    await change(database, inventory, house, version)
    assert await owned_words(inventory, house.pool) == {20, 22, 23}
    assert set(await tickets_of(database, house)) == {20, 22, 23}
    assert (await inventory.read(house.box_office.hex, in_a_cart)).outcome is Outcome.HELD
    assert await breaches(database, inventory) == []
    tight = await add(database, house, drawn((), room=2))
    look = await look_at(database, inventory, house, tight)
    assert [(one.name, one.sold_count, one.place_count) for one in look.crowded] == [("Standing", 3, 2)]
    with pytest.raises(SeatsInUse):
        await change(database, inventory, house, tight)


async def test_a_claim_that_took_another_number_is_not_brought_back(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that sold the place settles it after the change."""
    settle, late = inventory.settle, []

    async def later(*args: Any) -> None:
        late.append(args)

    monkeypatch.setattr(inventory, "settle", later)
    await order(database, inventory, house, [39])
    await change(database, inventory, house, await add(database, house, drawn((), room=4)))
    for args in late:
        await settle(*args)
    assert await owned_words(inventory, house.pool) == {20}
    assert await breaches(database, inventory) == []


# What is refused


async def test_what_cannot_be_is_refused_by_name(database: Database, inventory: Inventory, house: House) -> None:
    other = await open_house(database)
    version, elsewhere = await add(database, house, drawn()), await add(database, other, drawn())
    another_plan = await add(database, house, drawn(), "Another hall")
    first = (await plans.versions_of(database, house.organisation, version.plan_id))[-1]
    nobody = (await organisations.create(database, f"o-{new_id().hex[-8:]}", "Nobody", NOW)).id
    by = Actor(organisation_id=nobody)
    for owner, wanted in [(nobody, version), (other.organisation, version), (house.organisation, elsewhere)]:
        ids = (owner, house.performance.id, wanted.id)
        with pytest.raises(NotFound):
            await plan_changes.change(database, inventory, *ids, by, NOW)
        with pytest.raises(NotFound):
            await plan_changes.look(database, inventory, *ids, NOW)
    for refusal, wanted in [(OtherPlan, another_plan), (PlanInPlace, first)]:
        with pytest.raises(refusal):
            await change(database, inventory, house, wanted)
        assert isinstance((await look_at(database, inventory, house, wanted)).refusal, refusal)
    over = (house.organisation, house.performance.id, version.id, by, house.performance.ends_at)
    with pytest.raises(DateEnded):
        await plan_changes.change(database, inventory, *over)
    async with database.read() as c:
        await c.execute("update performances set status = 'cancelled' where id = $1", house.performance.id)
    with pytest.raises(DateEnded):
        await change(database, inventory, house, version)
    assert await breaches(database, inventory) == []


async def test_it_is_noted_and_outdates_open_pages(database: Database, inventory: Inventory, house: House) -> None:
    version = await add(database, house, drawn())
    async with database.transaction() as c:
        await c.execute("update events set visibility = 'draft' where id = $1", house.performance.event_id)
        before = await c.fetchval("select version from performances where id = $1", house.performance.id)
    await change(database, inventory, house, version)
    async with database.read() as c:
        row = await c.fetchrow("select plan_version_id, version from performances where id = $1", house.performance.id)
        noted = await c.fetchrow("select changes from audit where act = 'performance.plan_published'")
    assert tuple(row) == (version.id, before + 1)
    assert noted["changes"] == '{"plan_number": [1, 2]}'


# What is told


async def test_a_look_tells_what_would_change(database: Database, inventory: Inventory, house: House) -> None:
    (stalls,) = drawn(A1="1a").zones
    a, b, c = stalls.rows
    moved = replace(a, seats=(a.seats[0], replace(a.seats[1], x=105.0), replace(a.seats[2], category="Gold"), replace(a.seats[3], note="A pillar."), *a.seats[4:]))  # fmt: skip  # noqa: E501
    drawing = replace(
        drawn(), categories=(*plan().categories, Category("Gold")), zones=(replace(stalls, rows=(moved, b, c)),)
    )
    await order(database, inventory, house, [0])
    await hold(inventory, house, [18, 19])
    look = await look_at(database, inventory, house, await add(database, house, drawing))
    assert {kind.value: count for kind, count in look.counts.items()} == {
        "added": 7, "removed": 1, "relabelled": 1, "recategorised": 1, "moved": 1, "described": 1,
    }  # fmt: skip
    told = {one.kind: (one.before and one.before.seat, one.after and one.after.seat) for one in look.examples}
    assert told[Kind.RELABELLED] == ("1", "1a") and told[Kind.REMOVED] == ("10", None)
    assert (look.held_count, look.renamed_count, look.free) == (1, 1, True)
    assert [(one.category, one.tariffs) for one in look.unpriced] == [("Gold", ("Full", "Cheap", "Free"))]


async def test_companions_without_their_bay_are_told(database: Database, inventory: Inventory) -> None:
    await empty(database)

    def accessible(companion_of: str) -> Plan:
        (stalls,) = plan().zones
        a, b = stalls.rows
        bay = replace(a.seats[0], attributes=(Attribute.WHEELCHAIR,))
        beside = replace(a.seats[1], companion_of=companion_of)
        return replace(plan(), zones=(replace(stalls, rows=(replace(a, seats=(bay, beside, *a.seats[2:])), b)),))

    house = await open_house(database, drawing=accessible("A1"))
    look = await look_at(database, inventory, house, await add(database, house, accessible("")))
    assert look.unbound == ("Stalls, A, 2",) and look.free
    await empty(database)


async def test_without_redis_nobody_knows_what_is_held(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = await add(database, house, drawn())
    await order(database, inventory, house, [1])

    async def away(*_: Any) -> Any:
        raise StoreUnreachable("away")

    with monkeypatch.context() as patch:
        patch.setattr(inventory, "copy", away)
        assert (await look_at(database, inventory, house, version)).held_count is None
        patch.setattr(inventory, "rebuild", away)
        await change(database, inventory, house, version)  # it is decided in Postgres
    with pytest.raises(NotReady):  # the words are still of the old plan: nothing is sold from them
        await order(database, inventory, house, [0])
    await order(database, inventory, house, [40])
    assert await breaches(database, inventory) == []


# Tickets


async def test_tickets_say_what_their_seats_are_called_now(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await orders.place(
        database, inventory, SETTINGS, request(house, await hold(inventory, house, [0, 1]), [0, 1], house.free), NOW
    )
    await order(database, inventory, house, [2])
    await change(database, inventory, house, await add(database, house, drawn(A1="1a", A3="3a")))
    assert await queued(database, house, Job.SEND_MAIL) == [SendMail(placed.id, MailKind.ORDER_PAID)]
    async with database.read() as c:
        payload = await c.fetchval("select payload from pgqueuer where entrypoint = $1", Job.RELABEL_TICKETS)
    assert msgspec.json.decode(payload, type=RelabelTickets) == RelabelTickets(house.performance.id)
    assert await plan_changes.relabel(database, house.performance.id) == 2
    assert await tickets_of(database, house) == {0: ("A", "1a"), 1: ("A", "2"), 2: ("A", "3a")}
    mails = await queued(database, house, Job.SEND_MAIL)
    assert mails[1:] == [SendMail(placed.id, MailKind.TICKETS_AGAIN)], "who has not paid has no tickets yet"
    assert await plan_changes.relabel(database, house.performance.id) == 0
    assert await plan_changes.relabel(database, new_id()) == 0


async def test_relabelling_goes_on_by_the_plan_that_came_meanwhile(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await order(database, inventory, house, [0])
    await change(database, inventory, house, await add(database, house, drawn(A1="1a")))
    later, hall = await add(database, house, drawn(A1="1b")), halls.hall

    async def then_change(*args: Any) -> Any:
        found = await hall(*args)
        monkeypatch.setattr(halls, "hall", hall)
        await change(database, inventory, house, later)
        return found

    monkeypatch.setattr(halls, "hall", then_change)
    assert await plan_changes.relabel(database, house.performance.id) == 1
    assert await tickets_of(database, house) == {0: ("A", "1b")}


# Holds and carts


async def test_a_held_seat_that_vanished_leaves_its_cart_and_is_told(
    database: Database, inventory: Inventory, house: House
) -> None:
    carts = Carts(database, Offers(database), inventory, SETTINGS)
    visitor = await shopper(database, house)
    wish = SeatsWish(house.performance.id, ("B9", "B10"))
    assert len((await carts.add(visitor, (wish,))).items) == 2
    await change(database, inventory, house, await add(database, house, drawn()))
    for offers in (Offers(database), carts._offers):  # another process, and one that still has the old hall
        cart = await Carts(database, offers, inventory, SETTINGS).of(visitor)
        if cart.gone:
            assert [item.seat for item in cart.items] == ["B9"]
            assert [(one.event_name, one.count) for one in cart.gone] == [("The Play", 1)]
    assert (await inventory.read(house.box_office.hex, bytes.fromhex(cart.hold))).places == {house.pool: (18,)}
    cart = await carts.add(visitor, (SeatsWish(house.performance.id, ("A1",)),))
    assert [item.seat for item in cart.items] == ["A1", "B9"] and not cart.gone
    asked = request(house, bytes.fromhex(cart.hold), [0, 18])
    assert (await orders.place(database, inventory, SETTINGS, asked, NOW)).total_cents == 5000
    assert await breaches(database, inventory) == []


async def test_a_lapsed_cart_leaves_out_what_vanished(database: Database, inventory: Inventory, house: House) -> None:
    carts = Carts(database, Offers(database), inventory, SETTINGS)
    visitor = await shopper(database, house)
    cart = await carts.add(visitor, (SeatsWish(house.performance.id, ("B9", "B10")),))
    await inventory.release(house.box_office.hex, bytes.fromhex(cart.hold))
    await change(database, inventory, house, await add(database, house, drawn()))
    cart = await Carts(database, Offers(database), inventory, SETTINGS).of(visitor)
    assert [item.seat for item in cart.lost] == ["B9"]


async def test_a_process_with_the_old_hall_tells_of_a_new_seat(
    database: Database, inventory: Inventory, house: House
) -> None:
    old, new = Offers(database), Offers(database)
    await old.of(house.performance.id)
    await change(database, inventory, house, await add(database, house, drawn()))
    visitor = await shopper(database, house)
    wish = SeatsWish(house.performance.id, ("C1",))
    await Carts(database, new, inventory, SETTINGS).add(visitor, (wish,))
    cart = await Carts(database, old, inventory, SETTINGS).of(visitor)
    assert [item.seat for item in cart.items] == ["C1"]


@pytest.mark.parametrize("protected", [True, False])
async def test_the_best_seats_are_not_sought_in_another_drawing_than_they_were_asked_of(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """Categories are told to the search by their numbers, which another version counts otherwise."""
    carts = Carts(database, Offers(database), inventory, SETTINGS)
    wish = BestWish(house.performance.id, 2, categories=("B",))
    await carts.add(await shopper(database, house), (wish,))
    (stalls,) = plan().zones
    golden = replace(stalls.rows[0], seats=tuple(replace(seat, category="Gold") for seat in stalls.rows[0].seats))
    zones = (replace(stalls, rows=(golden, stalls.rows[1])),)
    gold = replace(plan(), categories=(Category("B"), Category("Gold")), zones=zones)
    await change(database, another_process(database, inventory), house, await add(database, house, gold))
    visitor = await shopper(database, house)
    if not protected:
        known = Asking._options

        def blind(asking: Asking, want: Any, pool: Any) -> Any:
            asking._plans.clear()
            return known(asking, want, pool)

        monkeypatch.setattr(Asking, "_options", blind)
    with monkeypatch.context() as patch:
        patch.setattr(halls, "last_under", lambda _: None)  # known to this process once it has read the pool anew
        if not protected:
            cart = await carts.add(visitor, (wish,))
            assert {item.row for item in cart.items} == {"A"}, "which is golden now"
            return
        with pytest.raises(NotReady):
            await carts.add(visitor, (wish,))
    cart = await carts.add(visitor, (wish,))
    assert {(item.row, item.category) for item in cart.items} == {("B", "B")}


def another_process(database: Database, inventory: Inventory) -> Inventory:
    """What another process has of the same servers."""
    return Inventory(inventory._link, pools.PoolClaims(database), bytes(range(32)))


async def test_a_held_seat_that_vanished_cannot_be_ordered(
    database: Database, inventory: Inventory, house: House
) -> None:
    held = await hold(inventory, house, [19])
    await change(database, inventory, house, await add(database, house, drawn()))
    with pytest.raises(UnknownSeat):
        await orders.place(database, inventory, SETTINGS, request(house, held, [19]), NOW)
    assert (await inventory.read(house.box_office.hex, held)).outcome is Outcome.HELD


async def test_a_late_payment_does_not_get_a_seat_that_vanished(
    database: Database, inventory: Inventory, house: House
) -> None:
    placed = await order(database, inventory, house, [19])
    started = await payments.begin(database, SANDBOX, placed.id, "http://shop.test", NOW)
    async with database.read() as c:
        await c.execute("update orders set expires_at = now() - interval '1 minute' where id = $1", placed.id)
        now = await c.fetchval("select now()")
    assert await orders.expire_due(database, inventory, now) == 1
    await change(database, inventory, house, await add(database, house, drawn()))
    told = SANDBOX.notify(SANDBOX.open_page(started.redirect_url.rpartition("/")[2]), True, NOW)
    assert (
        await payments.receive(database, inventory, SETTINGS, SANDBOX, told.body, told.signature, NOW)
        is payments.Received.REFUND_DUE
    )
    assert await breaches(database, inventory) == []


# Beside each other


async def test_a_pool_that_is_written_anew_waits_for_the_change(
    database: Database, inventory: Inventory, house: House
) -> None:
    version = await add(database, house, drawn())
    await order(database, inventory, house, [0])
    for _ in range(5):
        await pools.unbind(database, [house.pool])
        await asyncio.gather(
            inventory.rebuild(house.pool), _changed(database, inventory, house, version), inventory.rebuild(house.pool)
        )
    assert await owned_words(inventory, house.pool) == {0}
    assert await breaches(database, inventory) == []


async def _changed(database: Database, inventory: Inventory, house: House, version: PlanVersion) -> None:
    with suppress(PlanInPlace, PlanBusy):
        await change(database, inventory, house, version)


async def test_it_is_sold_on_while_the_plan_changes_again_and_again(
    database: Database, inventory: Inventory, house: House
) -> None:
    """Buyers, carts and cancellations beside a plan that goes back and forth between four versions."""
    drawings = (drawn(), drawn((), 6), drawn(("B10", "B9"), 12), drawn((), 20, rows=("C", "D")))
    versions = [await add(database, house, one) for one in drawings]
    chance, ended, sold = random.Random(7), asyncio.Event(), []

    async def buy(n: int) -> None:
        carts = Carts(database, Offers(database), inventory, SETTINGS)
        while not ended.is_set():
            visitor = await shopper(database, house)
            seat = chance.choice("AB") + str(chance.randint(1, 10))
            wish = chance.choice(
                [SeatsWish(house.performance.id, (seat,)), AreaWish(house.performance.id, "standing", 2)]
            )
            try:
                cart = await carts.add(visitor, (wish,))
                await asyncio.sleep(chance.random() / 50)
                cart = await carts.of(visitor)
                places = [item.place for item in cart.items]
                if places:
                    asked = request(house, bytes.fromhex(cart.hold), places)
                    sold.append(await orders.place(database, inventory, SETTINGS, asked, NOW))
            except Refusal:
                pass
            if sold and chance.random() < 0.6:
                gone = sold.pop(chance.randrange(len(sold)))
                try:
                    await orders.cancel(database, inventory, gone.id, NOW)
                except (NotReady, OrderLate):
                    sold.append(gone)

    async def publish() -> list[str]:
        told = []
        for _ in range(24):
            try:
                await change(database, inventory, house, chance.choice(versions))
                told.append("done")
            except (SeatsInUse, PlanInPlace, PlanBusy) as refusal:
                told.append(refusal.code)
            await asyncio.sleep(0.02)
        ended.set()
        return told

    told, *_ = await asyncio.gather(publish(), *(buy(n) for n in range(4)))
    assert told.count("done") > 2, told
    assert await breaches(database, inventory) == []
    held = await owned_words(inventory, house.pool)
    assert held == set(await tickets_of(database, house))


# Many at once


async def test_many_dates_are_changed_by_a_job_that_goes_on_where_it_was(
    database: Database, inventory: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    await empty(database)
    house = await open_house(database, 4)
    by, ids = Actor(organisation_id=house.organisation), [one.id for one in house.performances]
    second = replace(house, performances=house.performances[1:])
    await order(database, inventory, second, [19])
    version = await add(database, house, drawn())
    found, _ = await plan_change_runs.outlooks(database, house.organisation, version.plan_id, version.id, NOW)
    assert [(one.date.id, one.taken_count, one.free) for one in found] == [
        (ids[0], 0, True), (ids[1], 1, False), (ids[2], 0, True), (ids[3], 0, True),
    ]  # fmt: skip
    run = await plan_change_runs.ask(database, house.organisation, version.id, ids[:3], by, NOW)
    async with database.read() as c:
        payload = await c.fetchval("select payload from pgqueuer where entrypoint = $1", Job.CHANGE_PLANS)
    assert msgspec.json.decode(payload, type=ChangePlans) == ChangePlans(run)
    real, done = plan_changes.change, []

    async def dies_after_the_first(*args: Any) -> Any:
        if done:
            raise RuntimeError("killed")
        done.append(args)
        return await real(*args)

    with monkeypatch.context() as patch, pytest.raises(RuntimeError):
        patch.setattr(plan_changes, "change", dies_after_the_first)
        await plan_change_runs.run(database, inventory, run, NOW)
    assert await states(database, house, version, run) == [State.DONE, State.WAITING, State.WAITING]
    await plan_change_runs.run(database, inventory, run, NOW)
    await plan_change_runs.run(database, inventory, run, NOW)
    assert await states(database, house, version, run) == [State.DONE, State.REFUSED, State.DONE]
    _, dates = await plan_change_runs.get(database, house.organisation, version.plan_id, run)
    assert (dates[1].refusal, dates[1].fields) == ("seats-in-use", {"place_count": 1})
    found, (recent,) = await plan_change_runs.outlooks(database, house.organisation, version.plan_id, version.id, NOW)
    assert [one.date.id for one in found] == [ids[1], ids[3]] and recent.refused_count == 1
    assert await breaches(database, inventory) == []
    await empty(database)


async def states(database: Database, house: House, version: PlanVersion, run: Any) -> list[State]:
    _, dates = await plan_change_runs.get(database, house.organisation, version.plan_id, run)
    return [one.state for one in dates]


async def test_a_run_is_of_ones_own_dates_on_that_plan(database: Database, inventory: Inventory, house: House) -> None:
    other = await open_house(database)
    version, by = await add(database, house, drawn()), Actor(organisation_id=house.organisation)
    ask = plan_change_runs.ask
    with pytest.raises(NotFound):
        await ask(database, house.organisation, version.id, [other.performance.id], by, NOW)
    with pytest.raises(NotFound):
        await ask(database, other.organisation, version.id, [house.performance.id], by, NOW)
    with pytest.raises(InputRefused):
        await ask(database, house.organisation, version.id, [], by, NOW)
    run = await ask(database, house.organisation, version.id, [house.performance.id], by, NOW)
    with pytest.raises(NotFound):
        await plan_change_runs.get(database, other.organisation, version.plan_id, run)
    await plan_change_runs.run(database, inventory, new_id(), NOW)


# Each protection with its mutant


@pytest.mark.parametrize("protected", [True, False])
async def test_the_epoch_of_the_plan_keeps_an_order_from_a_seat_that_vanished(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """The plan changes, and the pool is written anew, between an order's reading and its pin."""
    version, pin = await add(database, house, drawn()), inventory.pin

    async def change_first(*args: Any) -> Any:
        monkeypatch.setattr(inventory, "pin", pin)
        await change(database, inventory, house, version)
        return await pin(*args)

    asked = request(house, await hold(inventory, house, [19]), [19])
    monkeypatch.setattr(inventory, "pin", change_first)
    if protected:
        with pytest.raises(NotReady):
            await orders.place(database, inventory, SETTINGS, asked, NOW)
        with pytest.raises(UnknownSeat):
            await orders.place(database, inventory, SETTINGS, asked, NOW)
        assert await breaches(database, inventory) == []
        return
    monkeypatch.setattr(orders.claims, "ensure_same", lambda *_: None)
    await orders.place(database, inventory, SETTINGS, asked, NOW)
    assert {one.invariant for one in await breaches(database, inventory)} == {"claims_are_drawn"}


@pytest.mark.parametrize("protected", [True, False])
async def test_the_count_of_owners_keeps_a_sold_seat_from_vanishing(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    await order(database, inventory, house, [19])
    version = await add(database, house, drawn())
    if protected:
        with pytest.raises(SeatsInUse):
            await change(database, inventory, house, version)
        assert await breaches(database, inventory) == []
        return

    async def none(*_: Any, **__: Any) -> int:
        return 0

    monkeypatch.setattr(plan_changes.SQL, "owned_count", SimpleNamespace(value=none))
    await change(database, inventory, house, version)
    assert "claims_are_drawn" in {one.invariant for one in await breaches(database, inventory)}


@pytest.mark.parametrize("protected", [True, False])
@pytest.mark.parametrize("guard", ["epoch", "claims"])
async def test_a_move_does_not_go_to_a_seat_that_vanished(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch, protected: bool,
    guard: str,
) -> None:  # fmt: skip
    """Two guards: the epoch by which the plan was read, and a look at the tombstones with the claims."""
    await order(database, inventory, house, [0])
    version, held = await add(database, house, drawn()), inventory.hold
    async with database.read() as c:
        ticket = await c.fetchval("select id from tickets where pool_id = $1", house.pool)

    async def change_first(*args: Any) -> Any:
        monkeypatch.setattr(inventory, "hold", held)
        await change(database, inventory, house, version)
        return await held(*args)

    monkeypatch.setattr(inventory, "hold", change_first)
    if guard == "claims" or not protected:
        monkeypatch.setattr(moves.claims, "ensure_same", lambda *_: None)
    if not protected:
        seeing = moves.claims.SQL.undrawn
        blind = type(seeing)(seeing.name, seeing.text.replace("any(p.tombstones)", "any('{}')"), seeing.parameters)
        monkeypatch.setattr(moves.claims.SQL, "undrawn", blind)
    move = moves.move_ticket(database, inventory, SETTINGS, house.organisation, MoveTicket(ticket, 19), NOW)
    if protected:
        with pytest.raises((NotReady, SeatsTaken)):
            await move
        assert await breaches(database, inventory) == []
        return
    await move
    assert "claims_are_drawn" in {one.invariant for one in await breaches(database, inventory)}


@pytest.mark.parametrize("protected", [True, False])
async def test_the_rows_of_orders_keep_a_cancellation_from_missing_its_claim(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """An order gives back unit 39 of an area while the change gives it another number."""
    placed = await order(database, inventory, house, [39])
    version = await add(database, house, drawn((), room=4))

    async def as_if_locked(*_: Any, **__: Any) -> list[tuple[Any]]:
        return [(placed.id,)]

    if not protected:
        monkeypatch.setattr(plan_changes.SQL, "lock_orders", SimpleNamespace(rows=as_if_locked))
    drop, changing = orders.claims.drop, []

    async def change_meanwhile(*args: Any) -> Any:
        changing.append(asyncio.create_task(change(database, inventory, house, version)))
        await asyncio.wait(changing, timeout=0.5)
        return await drop(*args)

    monkeypatch.setattr(orders.claims, "drop", change_meanwhile)
    cancelled = await asyncio.gather(orders.cancel(database, inventory, placed.id, NOW), return_exceptions=True)
    changed = await asyncio.gather(*changing, return_exceptions=True)
    failed = [type(one) for one in (*cancelled, *changed) if isinstance(one, Exception)]
    assert failed == [] if protected else failed in ([OrderLate], [PlanBusy]), "they wait for one another"
    assert await breaches(database, inventory) == []
