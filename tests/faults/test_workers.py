"""A worker killed or suspended at each step of a sale. Whoever comes after it finds everything in order."""

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest

from engine.holds import DIGEST_BYTES, HoldRequest, Seats
from engine.outcomes import Outcome
from tests.faults.actor import Consign, Drain, Hold, Keep, Part, Place, Rebuild, Receive, Swap
from tests.faults.conftest import Scene
from tests.ticketing.house import SANDBOX, SETTINGS, hold, order, request
from ticketing import allotments, box_offices, consignments, orders, payments, staff
from ticketing.allotments import Draft, Kind
from ticketing.audit import Actor
from ticketing.box_offices import BoxOffice
from ticketing.cash_journal import Method
from ticketing.consignments import State, Wanted
from ticketing.drafts import Buyer
from ticketing.exchanges import Exchange
from ticketing.holds import SeatsWish
from ticketing.ids import new_id
from ticketing.orders import PlaceOrder
from ticketing.splits import Split, Till
from ticketing.states import OrderStatus


async def office(scene: Scene) -> BoxOffice:
    return (await box_offices.list_of(scene.db, scene.house.organisation))[0]


async def asked(scene: Scene, *places: int) -> PlaceOrder:
    """An order of places that are held for it."""
    return request(scene.house, await hold(scene.inventory, scene.house, places), places)


async def owners(scene: Scene) -> dict[int, int]:
    async with scene.db.read() as c:
        rows = await c.fetch("select place, serial from claims where pool_id = $1", scene.house.pool)
    return {row["place"]: row["serial"] for row in rows}


def seats(scene: Scene, *places: int) -> HoldRequest:
    wants = (Seats(scene.house.pool, places),)
    return HoldRequest(scene.house.box_office.hex, new_id().bytes, bytes(DIGEST_BYTES), wants, 60_000)


async def test_f1_held_and_never_answered(scene: Scene) -> None:
    wish = Hold(await office(scene), "my click", (SeatsWish(scene.house.performance.id, ("A1", "A2")),))
    await scene.act("hold", wish, "F1")
    again = await scene.act("hold", wish)
    assert [place["place"] for place in again["parts"][0]["places"]] == [0, 1], "the same seats, not others"
    copy, now_ms = await scene.inventory.copy(scene.house.pool, 0)
    assert copy.free_count(now_ms) == 38
    await scene.assert_sound()


@pytest.mark.parametrize("failpoint", ["F2", "F3"])
async def test_f2_f3_ordered_and_nothing_written(scene: Scene, failpoint: str) -> None:
    wanted = await asked(scene, 3, 4)
    await scene.act("place", Place(wanted), failpoint)
    assert await owners(scene) == {}
    await scene.assert_sound()
    placed = await scene.act("place", Place(wanted))
    assert placed["status"] == "pending" and set(await owners(scene)) == {3, 4}
    await scene.assert_sound()


@pytest.mark.parametrize("failpoint", ["F4", "F5", "F6"])
async def test_f4_f5_f6_ordered_and_never_answered(scene: Scene, failpoint: str) -> None:
    wanted = await asked(scene, 5, 6)
    await scene.act("place", Place(wanted), failpoint)
    owned = await owners(scene)
    placed = await scene.act("place", Place(wanted))
    assert set(owned) in ({5, 6}, set()) and set(await owners(scene)) == {5, 6}
    assert (await orders.by_secret(scene.db, placed["id"], placed["secret"])).status is OrderStatus.PENDING
    assert (await scene.inventory.hold(seats(scene, 5))).outcome is Outcome.TAKEN
    await scene.assert_sound()


@pytest.mark.parametrize("failpoint", ["F8", "F9"])
async def test_f7_f8_f9_paid_and_never_acknowledged(scene: Scene, failpoint: str) -> None:
    """F7 too: the shopper never comes back from the provider's page, and the notification alone pays the order."""
    placed = await order(scene.db, scene.inventory, scene.house, [7])
    now = datetime.now(UTC)
    started = await payments.begin(scene.db, SANDBOX, placed.id, "http://shop.test", now)
    charge = SANDBOX.open_page(started.redirect_url.rpartition("/")[2])
    delivery = SANDBOX.notify(charge, True, now)
    notified = Receive(delivery.body, delivery.signature)
    await scene.act("receive", notified, failpoint)
    assert await scene.act("receive", notified) == "paid"
    paid = await orders.get(scene.db, placed.id)
    assert paid.status is OrderStatus.PAID and paid.received_cents == paid.total_cents
    await scene.assert_sound()


@pytest.mark.parametrize("failpoint", ["F15", "F15B"])
async def test_f15_split_and_killed_between_the_two_orders(scene: Scene, failpoint: str) -> None:
    """Before a line has moved, and when all has but the commit: nothing is split, no place is nobody's; then it is."""
    placed = await order(scene.db, scene.inventory, scene.house, [16, 17])
    async with scene.db.read() as c:
        tickets = [row["id"] for row in await c.fetch("select id from tickets where order_id = $1", placed.id)]
    seller = (await staff.create(scene.db, f"{failpoint}@example.org", "Sam Seller", None, datetime.now(UTC))).id
    wanted = Part(Split(placed.id, tuple(tickets[:1]), "once", Till(Method.CASH, 2000)), seller)
    before = await owners(scene)
    await scene.act("part", wanted, failpoint)
    assert (await orders.get(scene.db, placed.id)).total_cents == 4000
    await scene.assert_sound()
    first = await scene.act("part", wanted)
    assert (first["old"]["due_cents"], first["new"]["status"]) == (2000, "paid")
    assert (await scene.act("part", wanted))["new"]["id"] == first["new"]["id"]
    assert await owners(scene) == before, "nobody else came between: the same claims"
    await scene.assert_sound()


@pytest.mark.parametrize("failpoint", ["F2", "F14"])
async def test_f14_exchanged_and_killed_between_the_two_codes(scene: Scene, failpoint: str) -> None:
    """With the new place pinned, and with the old ticket void: nothing is exchanged; then it is, once."""
    house = scene.house
    placed = await order(scene.db, scene.inventory, house, [18])
    async with scene.db.read() as c:
        ticket = await c.fetchval("select id from tickets where order_id = $1", placed.id)
    seller = (await staff.create(scene.db, f"swap-{failpoint}@example.org", "Sam Seller", None, datetime.now(UTC))).id
    places = iter((5, 6))
    wanted = Exchange(ticket, house.performance.id, house.cheap, next(places))
    await scene.act("swap", Swap(house.organisation, wanted, seller), failpoint)
    assert set(await owners(scene)) == {18} and (await orders.get(scene.db, placed.id)).total_cents == 2000
    await scene.assert_sound()
    again = msgspec.structs.replace(wanted, place=next(places))
    assert (await scene.act("swap", Swap(house.organisation, again, seller)))["difference_cents"] == -500
    assert set(await owners(scene)) == {6}
    refused = await scene.act("swap", Swap(house.organisation, again, seller))
    assert refused == {"refused": "wrong-state"}, "it is another ticket now"
    await scene.assert_sound()


@pytest.mark.parametrize("failpoint", ["F2", "F5"])
async def test_tickets_in_bulk_and_killed_on_the_way(scene: Scene, failpoint: str) -> None:
    """Before a commit, and after it before Redis knows: the job is done again, and there are as many as were asked."""
    house, now = scene.house, datetime.now(UTC)
    by = Actor(organisation_id=house.organisation)
    asked = Wanted(
        performance=house.performance.id, tariff=house.full, count=7, buyer=Buyer("kiosk@example.org", "Kiosk"),
        request_key="once",
    )  # fmt: skip
    bulk = await consignments.ask(scene.db, SETTINGS, house.organisation, house.box_office, asked, by, now)
    await scene.act("consign", Consign(bulk), failpoint)
    await scene.assert_sound()
    made = await consignments.get(scene.db, bulk)
    assert (made.state, made.made_count, len(await owners(scene))) == (State.MADE, 7, 7)
    await scene.assert_sound()


async def test_f20_rebuild_half_done(scene: Scene) -> None:
    placed = await scene.act("place", Place(await asked(scene, 8)))
    held = await hold(scene.inventory, scene.house, [9])
    async with scene.db.transaction() as c:
        await c.execute("update pools set server_run = 'another' where id = $1", scene.house.pool)
    await scene.act("rebuild", Rebuild(scene.house.pool), "F20")
    assert (await scene.inventory.hold(seats(scene, 8))).outcome is Outcome.TAKEN
    assert (await scene.inventory.read(scene.house.box_office.hex, held)).outcome is Outcome.HELD
    assert placed["status"] == "pending"
    await scene.assert_sound()


async def test_f25_kept_and_not_told(scene: Scene) -> None:
    """The manager's page dies between the commit and the telling: the job tells it, nothing has to be mended."""
    house = scene.house
    asked = Keep(house.organisation, house.performance.id, (12, 13), Draft(kind=Kind.PRESS))
    await scene.act("keep", asked, "F25")
    assert (await scene.inventory.hold(seats(scene, 14))).outcome is Outcome.HELD
    await scene.assert_sound()
    assert (await scene.inventory.hold(seats(scene, 12))).outcome is Outcome.BLOCKED
    assert (await scene.act("keep", asked))["place_count"] == 2
    await scene.assert_sound()


async def test_f25_stopped_while_another_gives_back(scene: Scene) -> None:
    """It wakes with old news: what it tells then is what is durable then."""
    house = scene.house
    asked = Keep(house.organisation, house.performance.id, (12, 13), Draft(kind=Kind.PRESS))
    run = await scene.start("keep", asked, "F25:STOP")
    await run.suspended()
    async with scene.db.read() as c:
        one = await c.fetchval("select id from allotments where performance_id = $1", house.performance.id)
    by = Actor(organisation_id=house.organisation)
    owner, date, now = house.organisation, house.performance.id, datetime.now(UTC)
    await allotments.release(scene.db, scene.inventory, owner, date, one, by, now)
    run.resume()
    await run.ended()
    assert (await scene.inventory.hold(seats(scene, 12, 13))).outcome is Outcome.HELD
    await scene.assert_sound()


async def test_suspended_past_its_hold_and_resumed_at_the_pin(scene: Scene) -> None:
    """The worker wakes after its pin has lapsed and another has bought the seat."""
    wanted = await asked(scene, 10)
    run = await scene.start("place", Place(wanted), "F2:STOP")
    await run.suspended()
    await lapse(scene, wanted.hold)
    other = await scene.act("place", Place(await asked(scene, 10)))
    run.resume()
    assert await run.ended() == {"refused": "seats-taken"}
    assert other["status"] == "pending" and set(await owners(scene)) == {10}
    await scene.assert_sound()


async def test_suspended_past_its_hold_and_resumed_at_the_commit(scene: Scene) -> None:
    """The worker wakes with its claims written and not committed; the other's claim waits for it, and loses."""
    wanted = await asked(scene, 11)
    run = await scene.start("place", Place(wanted), "F3:STOP")
    await run.suspended()
    await lapse(scene, wanted.hold)
    other = await scene.start("place", Place(await asked(scene, 11)))
    await waiting_for_a_lock(scene)
    run.resume()
    assert (await run.ended())["status"] == "pending"
    assert await other.ended() == {"refused": "seats-taken"}
    await scene.assert_sound()


async def lapse(scene: Scene, held: bytes) -> None:
    """Frees a pinned hold's places as the end of its minute would, so that others may take them."""
    answer = await scene.inventory.read(scene.house.box_office.hex, held)
    for pool, places in answer.places.items():
        copy, _ = await scene.inventory.copy(pool, 0)
        await scene.inventory.mend(pool, [(place, copy.word(place), 0) for place in places])
    scene.inventory.counts["mends"] = 0


async def waiting_for_a_lock(scene: Scene) -> None:
    query = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    for _ in range(500):
        async with scene.db.read() as c:
            if await c.fetchval(query):
                return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("clock_s", [-3600, 3600])
async def test_clocks_an_hour_apart(scene: Scene, clock_s: float) -> None:
    """A worker whose own clock is an hour off sells as any other: holds go by Redis's clock, orders by Postgres's."""
    wish = Hold(await office(scene), f"clock {clock_s}", (SeatsWish(scene.house.performance.id, ("A9", "A10")),))
    held = await scene.act("hold", wish, clock_s=clock_s)
    assert 590 < held["expires_in_s"] <= SETTINGS.hold_s
    wanted = request(scene.house, bytes.fromhex(held["hold"]), [8, 9])
    placed = await scene.act("place", Place(wanted), clock_s=clock_s)
    assert placed["status"] == "pending"
    await orders.expire_due(scene.db, scene.inventory, datetime.now(UTC))
    assert (await orders.get(scene.db, placed["id"])).status is OrderStatus.PENDING, "it still has its time to pay"
    await scene.assert_sound()


async def test_standing_room_sold_to_the_last_place_by_four_workers(scene: Scene) -> None:
    pool = scene.house.quota_pool
    runs = [await scene.start("drain", Drain(scene.house.box_office.hex, pool)) for _ in range(4)]
    taken = [place for run in runs for place in await run.ended()]
    assert sorted(taken) == [0, 1, 2, 3, 4]
    await scene.assert_sound()
