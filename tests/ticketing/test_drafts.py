"""Drafts: an order checked, labelled and priced before anything is written; passes among its seats."""

from datetime import timedelta

import msgspec
import pytest

from engine.holds import Seats
from engine.inventory import Inventory
from tests.ticketing.house import NOW, SETTINGS, House, breaches, empty, hold, open_house, owned_words, request
from ticketing import drafts, moves, orders, passes, payments
from ticketing.db import Database
from ticketing.drafts import PassChoice, PlaceOrder
from ticketing.ids import new_id
from ticketing.moves import MoveTicket
from ticketing.passes import PassType
from ticketing.refusals import InputRefused, NotFound, PassIncomplete, PassWhole, TariffSoldOut
from ticketing.states import OrderStatus

QUANTITY = 2


@pytest.fixture
async def house(database: Database) -> House:
    await empty(database)
    return await open_house(database, performance_count=3)


@pytest.fixture
async def season(database: Database, house: House) -> PassType:
    """A pass to all three performances, of which there are two."""
    shown = [performance.id for performance in house.performances]
    owner = (house.organisation, house.box_office)
    return await passes.create_type(database, *owner, "The whole season", "Season", 7000, shown, NOW, QUANTITY)


async def pass_order(inventory: Inventory, house: House, season: PassType, place: int) -> PlaceOrder:
    """An order of one pass at the same place of every performance."""
    held = await hold(inventory, house, [place])
    for performance in house.performances[1:]:
        other = (Seats(performance.pool_id, (place,)),)
        assert (await inventory.change(house.box_office.hex, held, new_id().bytes, other)).outcome.granted
    chosen = PassChoice(season.id, "Ann Holder", tuple((one.id, place) for one in house.performances))
    asked = request(house, held, [])
    return msgspec.structs.replace(asked, passes=(chosen,))


@pytest.mark.parametrize(
    ("parts", "label"),
    [(("Stalls", "A", "7", "Full"), "Stalls, A-7, Full"), (("Pit", "", "", "Full"), "Pit, Full"),
     (("Box 3", "", "2", ""), "Box 3, 2")],
)  # fmt: skip
def test_a_line_says_where(parts: tuple[str, str, str, str], label: str) -> None:
    assert drafts.label_of(*parts) == label


async def test_a_draft_has_a_line_a_seat_and_counts_its_quota(
    database: Database, inventory: Inventory, house: House
) -> None:
    asked = request(house, bytes(16), [0, 10], house.cheap)
    async with database.read() as c:
        ground = await drafts.ground(c, asked)
    made = await drafts.draft(database, asked, ground, 0, NOW)
    assert [line.amount_cents for line in made.lines] == [1500, 1000]
    assert [(ticket.line, ticket.price_cents, ticket.category) for ticket in made.tickets] == [
        (made.lines[0].id, 1500, "A"), (made.lines[1].id, 1000, "B"),
    ]  # fmt: skip
    assert made.needs == {house.quota_pool: 2}
    assert {ticket.holder_name for ticket in made.tickets} == {"Ann Example"}


async def test_a_ticket_may_bear_another_name(database: Database, house: House) -> None:
    asked = request(house, bytes(16), [0])
    named = (msgspec.structs.replace(asked.seats[0], holder_name="Bo Guest"),)
    asked = msgspec.structs.replace(asked, seats=named)
    async with database.read() as c:
        ground = await drafts.ground(c, asked)
    made = await drafts.draft(database, asked, ground, 0, NOW)
    assert made.tickets[0].holder_name == "Bo Guest"


async def test_a_pass_is_one_line_with_a_ticket_a_performance(
    database: Database, inventory: Inventory, house: House, season: PassType
) -> None:
    asked = await pass_order(inventory, house, season, 4)
    placed = await orders.place(database, inventory, SETTINGS, asked, NOW)
    lines = [(line.kind, line.label, line.amount_cents) for line in await orders.lines(database, placed.id)]
    assert lines == [("pass", "The whole season", 7000)]
    for performance in house.performances:
        assert await owned_words(inventory, performance.pool_id) == {4}
    assert season.pool_id is not None
    assert len(await owned_words(inventory, season.pool_id)) == 1
    await payments.take_on_site(database, placed.id, NOW)
    async with database.read() as c:
        assert await c.fetchval("select status from passes where order_id = $1", placed.id) == "valid"
        assert await c.fetchval("select count(*) from tickets where order_id = $1 and status = 'valid'", placed.id) == 3
    assert await breaches(database, inventory) == []


async def test_passes_sell_their_quantity_and_no_more(
    database: Database, inventory: Inventory, house: House, season: PassType
) -> None:
    for place in range(QUANTITY):
        await orders.place(database, inventory, SETTINGS, await pass_order(inventory, house, season, place), NOW)
    with pytest.raises(TariffSoldOut):
        await orders.place(database, inventory, SETTINGS, await pass_order(inventory, house, season, 9), NOW)
    assert await breaches(database, inventory) == []


async def test_a_pass_is_cancelled_whole_and_expires_whole(
    database: Database, inventory: Inventory, house: House, season: PassType
) -> None:
    placed = await orders.place(database, inventory, SETTINGS, await pass_order(inventory, house, season, 0), NOW)
    async with database.read() as c:
        rows = await c.fetch("select id from tickets where order_id = $1", placed.id)
    with pytest.raises(PassWhole):
        await orders.cancel(database, inventory, placed.id, NOW, [rows[0]["id"]])
    found = await orders.cancel(database, inventory, placed.id, NOW, [row["id"] for row in rows])
    assert (found.status, found.total_cents) == (OrderStatus.CANCELLED, 0)
    other = await orders.place(database, inventory, SETTINGS, await pass_order(inventory, house, season, 0), NOW)
    assert other.expires_at is not None
    assert await orders.expire_due(database, inventory, other.expires_at) == 1
    for pool in (season.pool_id, *(performance.pool_id for performance in house.performances)):
        assert pool is not None and await owned_words(inventory, pool) == set()
    assert await breaches(database, inventory) == []


async def test_a_pass_ticket_moves_at_no_price(
    database: Database, inventory: Inventory, house: House, season: PassType
) -> None:
    placed = await orders.place(database, inventory, SETTINGS, await pass_order(inventory, house, season, 0), NOW)
    pool = house.performances[1].pool_id
    async with database.read() as c:
        ticket = await c.fetchval("select id from tickets where order_id = $1 and pool_id = $2", placed.id, pool)
    asked = MoveTicket(ticket, 15)
    moved = await moves.move_ticket(database, inventory, SETTINGS, house.organisation, asked, NOW)
    assert (moved.difference_cents, await owned_words(inventory, pool)) == (0, {15})
    assert (await orders.get(database, placed.id)).total_cents == 7000
    assert await breaches(database, inventory) == []


async def test_a_pass_without_all_its_performances_is_refused(
    database: Database, inventory: Inventory, house: House, season: PassType
) -> None:
    asked = await pass_order(inventory, house, season, 0)
    chosen = asked.passes[0]
    replace = msgspec.structs.replace
    for places in (chosen.places[:2], (*chosen.places[:2], (house.performances[0].id, 7))):
        with pytest.raises(PassIncomplete):
            few = replace(asked, passes=(replace(chosen, places=places),))
            await orders.place(database, inventory, SETTINGS, few, NOW)
    with pytest.raises(NotFound):
        unknown = replace(asked, passes=(replace(chosen, pass_type=new_id()),))
        await orders.place(database, inventory, SETTINGS, unknown, NOW)
    with pytest.raises(InputRefused):
        nameless = replace(asked, passes=(replace(chosen, holder_name=""),))
        await orders.place(database, inventory, SETTINGS, nameless, NOW)


async def test_the_sale_window_is_looked_at_for_each_performance(
    database: Database, inventory: Inventory, house: House, season: PassType
) -> None:
    asked = await pass_order(inventory, house, season, 0)
    after_the_first = house.performances[0].sale_closes_at + timedelta(seconds=1)
    assert await orders.place(database, inventory, SETTINGS, asked, after_the_first), "held in time"
