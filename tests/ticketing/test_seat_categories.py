"""Seats that one date has in another price category than its plan."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec import Struct
from msgspec.structs import replace

from engine.inventory import Inventory
from engine.plan import placeur_json
from engine.plan.model import CATEGORIES_MAX, Category, Plan
from tests.ticketing.house import (
    NOW,
    SETTINGS,
    House,
    breaches,
    empty,
    hold,
    open_house,
    order,
    owned_words,
    plan,
    request,
)
from ticketing import (
    box_offices,
    date_plans,
    holds,
    orders,
    organisations,
    performances,
    plan_changes,
    plans,
    prices,
    seat_categories,
)
from ticketing.audit import Actor
from ticketing.carts import Carts, Shopper
from ticketing.db import Database
from ticketing.holds import Ask, BestWish, SeatsWish
from ticketing.ids import new_id
from ticketing.offers import Offers
from ticketing.performances import Performance
from ticketing.prices import Prices
from ticketing.refusals import DateOver, InputRefused, NoPrice, NotFound
from ticketing.seat_categories import Line
from ticketing.seat_lists import Picked

B1, B2, B10, STANDING = 10, 11, 19, 20
GOLD = "Gold"


class Desk(Struct):
    """A house of two dates, and who sells it."""

    db: Database
    inventory: Inventory
    house: House

    @property
    def by(self) -> Actor:
        return Actor(organisation_id=self.house.organisation)

    @property
    def date(self) -> UUID:
        return self.house.performance.id

    async def put(self, places: Sequence[int], category: str, date: UUID | None = None) -> int:
        where = (self.house.organisation, date or self.date)
        return await seat_categories.put(self.db, self.inventory, *where, Picked(tuple(places)), category, self.by, NOW)

    async def give_back(self, category: str) -> int:
        asked = (self.house.organisation, self.date, category, self.by, NOW)
        return await seat_categories.give_back(self.db, self.inventory, *asked)

    async def lines(self) -> tuple[Line, ...]:
        hall = await performances.hall(self.db, await self.shown())
        return await seat_categories.lines(self.db, self.house.organisation, self.date, hall)

    async def shown(self) -> Performance:
        return await performances.get(self.db, self.date)

    async def own(self) -> dict[str, str]:
        """Seats in categories of their own, as the date's drawing has them."""
        drawn = placeur_json.read(await plans.document(self.db, (await self.shown()).plan_hash))
        usual = {seat.id: seat.category for seat in plan().seats()}
        return {seat.id: seat.category for seat in drawn.seats() if usual.get(seat.id) != seat.category}

    async def version(self, drawing: Plan) -> UUID:
        venue = self.house.performance.venue_id
        return (await plans.add_version(self.db, self.house.organisation, venue, "Hall", drawing, NOW)).id

    async def onto(self, version: UUID) -> None:
        ids = (self.house.organisation, self.date, version)
        await plan_changes.change(self.db, self.inventory, *ids, self.by, NOW)


@pytest.fixture
async def desk(database: Database, inventory: Inventory) -> AsyncIterator[Desk]:
    await empty(database)
    yield Desk(database, inventory, await open_house(database, performance_count=2))
    await empty(database)


# What it does


async def test_a_seat_costs_otherwise_at_one_date(desk: Desk) -> None:
    sold = await order(desk.db, desk.inventory, desk.house, [B2])
    assert await desk.put([B1, B2], "A") == 2
    assert await desk.own() == {"B1": "A", "B2": "A"}
    placed = await order(desk.db, desk.inventory, desk.house, [B1])
    other = desk.house.performances[1]
    held = await hold(desk.inventory, desk.house, [B1], other.pool_id)
    asked = request(desk.house, held, [B1])
    asked = replace(asked, seats=(replace(asked.seats[0], performance=other.id),))
    elsewhere = await orders.place(desk.db, desk.inventory, SETTINGS, asked, NOW)
    assert [one.total_cents for one in (sold, placed, elsewhere)] == [2000, 3000, 2000]
    async with desk.db.read() as c:
        told = await c.fetch("select place, category from tickets where pool_id = $1", desk.house.pool)
    assert {row["place"]: row["category"] for row in told} == {B2: "B", B1: "A"}, "what is sold stays as it was"
    assert await owned_words(desk.inventory, desk.house.pool) == {B1, B2}
    assert await breaches(desk.db, desk.inventory) == []


async def test_what_is_in_a_cart_costs_what_it_costs_when_it_is_ordered(desk: Desk) -> None:
    office = await box_offices.public(desk.db, desk.house.performance.box_office_key)
    shopper = Shopper(box_office=office, secret=new_id().hex, address="192.0.2.7", language="en", now=NOW)
    carts = Carts(desk.db, Offers(desk.db), desk.inventory, SETTINGS)
    assert (await carts.add(shopper, [SeatsWish(desk.date, ("B1",))], [desk.house.full])).total_cents == 2000
    await desk.put([B1], "A")
    for process in (carts, Carts(desk.db, Offers(desk.db), desk.inventory, SETTINGS)):
        assert (await process.of(shopper)).total_cents == 3000


async def test_the_best_places_of_a_category_follow_at_once(desk: Desk) -> None:
    office = await box_offices.public(desk.db, desk.house.performance.box_office_key)
    offers, ask = Offers(desk.db), Ask(box_office=office, now=NOW, address="192.0.2.7")
    assert (await offers.of(desk.date)).hall.categories == ("A", "B")
    await desk.put([B1, B2], GOLD)
    await price(desk, {GOLD: 9900})
    wish = BestWish(desk.date, 2, categories=(GOLD,))
    for process in (Offers(desk.db), offers):
        (part,) = await holds.proposals(process, desk.inventory, ask, wish)
        assert [place.seat for place in part.places] == ["B1", "B2"]
    assert await holds.proposals(offers, desk.inventory, ask, replace(wish, party=3, together=False)) == ()


async def price(desk: Desk, categories: dict[str, int]) -> None:
    usual = await prices.read(desk.db, desk.house.full)
    wanted = Prices(usual.zones, {**usual.categories, **categories})
    async with desk.db.read() as c:
        version = await c.fetchval("select version from tariffs where id = $1", desk.house.full)
    asked = (desk.house.organisation, desk.house.full, desk.date, version, wanted, desk.by, NOW)
    await prices.write(desk.db, *asked)


async def test_a_category_of_the_date_alone_is_sold_once_it_has_a_price(desk: Desk) -> None:
    await desk.put([B1, B2], GOLD)
    assert await desk.lines() == (Line(GOLD, 2, ("Full", "Cheap", "Free"), ()),)
    with pytest.raises(NoPrice):
        await order(desk.db, desk.inventory, desk.house, [B2])
    await price(desk, {GOLD: 9900})
    assert await desk.lines() == (Line(GOLD, 2, ("Cheap", "Free"), ()),)
    assert (await order(desk.db, desk.inventory, desk.house, [B1])).total_cents == 9900
    used = await prices.plans_of(desk.db, desk.house.performance.event_id, desk.date)
    assert [one.plan_hash for one in used] == [(await desk.shown()).plan_hash]
    (everywhere,) = await prices.plans_of(desk.db, desk.house.performance.event_id)
    assert everywhere.plan_hash == desk.house.performance.plan_hash


async def test_sections_whose_price_goes_first_are_told(desk: Desk) -> None:
    async with desk.db.transaction() as c:
        await prices.add(c, desk.house.cheap, desk.date, Prices({"stalls": 700}))
    await desk.put([B1], "A")
    (line,) = await desk.lines()
    assert (line.category, line.seat_count, line.zones) == ("A", 1, ("Stalls",))


async def test_seats_go_back_into_the_categories_of_their_plan(desk: Desk) -> None:
    await desk.put([0, B1, B2], GOLD)
    await desk.put([B10], "A")
    assert await desk.put([B1], "") == 1 and await desk.own() == {"A1": GOLD, "B2": GOLD, "B10": "A"}
    assert await desk.give_back(GOLD) == 2 and await desk.own() == {"B10": "A"}
    assert await desk.put([B10], "B") == 1
    assert await desk.shown() == desk.house.performance and await desk.lines() == ()
    assert await desk.put([B10], "B") == 0, "done already"
    assert await breaches(desk.db, desk.inventory) == []


# With other acts


async def test_it_stays_so_on_another_version_of_the_plan(desk: Desk) -> None:
    await desk.put([B1, B10], "A")
    (stalls,) = plan().zones
    a, b = stalls.rows
    shorter = replace(plan(), zones=(replace(stalls, rows=(a, replace(b, seats=b.seats[:-1]))),))
    await desk.onto(await desk.version(shorter))
    assert await desk.own() == {"B1": "A"}
    assert (await order(desk.db, desk.inventory, desk.house, [B1])).total_cents == 3000
    same = replace(plan(), zones=(replace(stalls, rows=(a, replace(b, seats=(replace(b.seats[0], category="A"),)))),))
    version = await desk.version(same)
    await desk.onto(version)
    assert [line.category for line in await desk.lines()] == [], "the version has it so by itself"
    kept = await plans.get(desk.db, desk.house.organisation, version)
    assert (await desk.shown()).plan_hash == kept.hash
    assert await breaches(desk.db, desk.inventory) == []


@pytest.mark.parametrize("protected", [True, False])
async def test_two_managers_at_once_lose_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch, protected: bool) -> None:
    """Both have read the date before either writes; the mutant does not look again under the lock."""
    stands, met, first = plan_changes.stands, asyncio.Barrier(2), iter(range(2))

    async def together(*asked: Any) -> bool:
        if next(first, None) is not None:
            await met.wait()
        return await stands(*asked) or not protected

    monkeypatch.setattr(plan_changes, "stands", together)
    await asyncio.gather(desk.put([B1], "A"), desk.put([B2], GOLD))
    assert len(await desk.own()) == (2 if protected else 1)


async def test_a_drawing_outlasts_its_date_for_a_while(desk: Desk) -> None:
    await desk.put([B1], "A")
    old = (await desk.shown()).plan_hash
    await desk.put([B2], "A")
    assert await plans.document(desk.db, old)
    async with desk.db.read() as c:
        await c.execute("update date_plans set created_at = $1 where hash = $2", NOW - 2 * date_plans.KEPT_FOR, old)
    await desk.put([B10], "A")
    with pytest.raises(NotFound):
        await plans.document(desk.db, old)


async def test_it_is_noted(desk: Desk) -> None:
    await desk.put([B1, B2], GOLD)
    await desk.give_back(GOLD)
    async with desk.db.read() as c:
        rows = await c.fetch("select changes from audit where act = 'performance.seats_recategorised' order by id")
    told = [json.loads(row["changes"]) for row in rows]
    assert told == [{"category": one, "seats": [None, 2]} for one in ([None, GOLD], [GOLD, None])]


# What is refused


@pytest.mark.parametrize(
    ("places", "category", "problem"),
    [
        ((), "A", "Choose some seats"),
        ((STANDING,), "A", "without a number"),
        ((1000,), "A", "without a number"),
        ((B1,), "x" * 61, "1 to 60 characters"),
    ],
)
async def test_what_cannot_be_is_refused(desk: Desk, places: tuple[int, ...], category: str, problem: str) -> None:
    with pytest.raises(InputRefused, match=problem):
        await desk.put(places, category)
    assert await desk.shown() == desk.house.performance


async def test_a_plan_has_only_so_many_categories(database: Database, inventory: Inventory) -> None:
    await empty(database)
    full = replace(plan(), categories=(*plan().categories, *(Category(f"c{n}") for n in range(CATEGORIES_MAX - 2))))
    desk = Desk(database, inventory, await open_house(database, drawing=full))
    with pytest.raises(InputRefused, match=f"at most {CATEGORIES_MAX} categories"):
        await desk.put([B1], "one more")
    assert await desk.shown() == desk.house.performance


async def test_only_an_own_date_to_come_is_changed(desk: Desk) -> None:
    nobody = (await organisations.create(desk.db, f"o-{new_id().hex[-8:]}", "Nobody", NOW)).id
    asked = (desk.date, Picked((B1,)), "A", desk.by)
    with pytest.raises(NotFound):
        await seat_categories.put(desk.db, desk.inventory, nobody, *asked, NOW)
    with pytest.raises(NotFound):
        await seat_categories.lines(desk.db, nobody, desk.date, await performances.hall(desk.db, await desk.shown()))
    over = desk.house.performance.ends_at + timedelta(seconds=1)
    with pytest.raises(DateOver):
        await seat_categories.put(desk.db, desk.inventory, desk.house.organisation, *asked, over)
