"""Passes: put on sale, held whole or not at all, ordered as one line, let in once a date."""

from datetime import timedelta

import pytest

from engine.core.words import CLAIMED
from engine.holds import DIGEST_BYTES, HoldRequest
from engine.inventory import Inventory
from engine.outcomes import Outcome
from tests.ticketing.house import NOW, SETTINGS, House, breaches, empty, hold, open_house
from ticketing import orders, passes, payments, tickets
from ticketing.admissions import Scan, Verdict, admit
from ticketing.db import Database
from ticketing.drafts import Buyer, PlaceOrder
from ticketing.ids import new_id
from ticketing.passes import PassType
from ticketing.refusals import CodesSpent, InputRefused, NotFound, SaleClosed, UnknownSeat, WrongState
from ticketing.signing_keys import Keys
from ticketing.states import TicketStatus
from ticketing.tickets import Changed
from ticketing.tokens import Scope, Token

DATES = 4
SECRET = bytes(32)


async def on_sale(db: Database, quantity: int | None = None) -> tuple[House, PassType]:
    house = await open_house(db, DATES)
    wanted = [performance.id for performance in house.performances]
    values = (house.organisation, house.box_office, "Four evenings", "FOUR", 9000, wanted, NOW, quantity)
    return house, await passes.create_type(db, *values)


async def held(db: Database, inventory: Inventory, house: House, kind: PassType, seat: str) -> tuple[Outcome, bytes]:
    seats = await passes.seats(db, kind, seat, NOW)
    request = HoldRequest(
        box_office=house.box_office.hex,
        request_id=new_id().bytes,
        digest=bytes(DIGEST_BYTES),
        wants=passes.wants(kind, seats),
        hold_ms=600_000,
    )
    answer = await inventory.hold(request)
    return answer.outcome, answer.hold


async def bought(
    db: Database, inventory: Inventory, house: House, kind: PassType, seat: str = "A5"
) -> orders.PlacedOrder:
    """A pass held, ordered and paid."""
    _, hold_id = await held(db, inventory, house, kind, seat)
    choice = passes.choice(kind, await passes.seats(db, kind, seat, NOW), "Ann Example")
    buyer = Buyer(f"{new_id().hex}@example.org", "Ann Example")
    request = PlaceOrder(house.box_office, new_id().hex, hold_id, buyer, passes=(choice,))
    placed = await orders.place(db, inventory, SETTINGS, request, NOW)
    await payments.take_on_site(db, placed.id, NOW)
    return placed


async def held_words(inventory: Inventory, pool: int) -> set[int]:
    copy, _ = await inventory.copy(pool, 0)
    return {place for place, word in enumerate(copy.words().tolist()) if 0 < word < CLAIMED}


async def test_a_type_lists_its_performances_by_date(database: Database) -> None:
    house, kind = await on_sale(database)
    assert kind.performances == [performance.id for performance in house.performances]
    assert await passes.list_of(database, house.performance.box_office_key) == [kind]
    assert await passes.get(database, kind.id) == kind


async def test_a_seat_is_found_at_every_performance(database: Database) -> None:
    house, kind = await on_sale(database)
    seats = await passes.seats(database, kind, "A5", NOW)
    assert [(seat.pool, seat.place) for seat in seats] == [
        (performance.pool_id, 4) for performance in house.performances
    ]
    with pytest.raises(UnknownSeat):
        await passes.seats(database, kind, "Z1", NOW)
    with pytest.raises(SaleClosed):
        await passes.seats(database, kind, "A5", NOW + timedelta(days=31))


async def test_a_pass_is_held_whole_or_not_at_all(database: Database, inventory: Inventory) -> None:
    house, kind = await on_sale(database)
    await hold(inventory, house, [4], pool=house.performances[2].pool_id)
    outcome, _ = await held(database, inventory, house, kind, "A5")
    assert outcome == Outcome.TAKEN
    assert not await held_words(inventory, house.pool)
    assert (await held(database, inventory, house, kind, "A6"))[0].granted


async def test_the_quantity_runs_out(database: Database, inventory: Inventory) -> None:
    house, kind = await on_sale(database, quantity=2)
    outcomes = [(await held(database, inventory, house, kind, seat))[0] for seat in ("A1", "A2", "A3")]
    assert [outcome.granted for outcome in outcomes] == [True, True, False]


async def test_a_pass_sold_paid_printed_and_let_in(database: Database, inventory: Inventory) -> None:
    await empty(database)
    house, kind = await on_sale(database, quantity=5)
    placed = await bought(database, inventory, house, kind)
    keys = Keys(database, SECRET)
    issued = await tickets.issued(database, keys, placed.id, NOW)
    (held_pass,) = issued.passes
    assert (issued.tickets, len(held_pass.seats), held_pass.holder_pass.price_cents) == ((), DATES, 9000)
    token = Token(new_id(), house.organisation, "gate", Scope.SCAN, False, [], NOW, None, None, None, 1)
    async with database.read() as c:
        await c.execute(
            "insert into tokens values ($1, $2, 'gate', sha256('x'), 'scan', $3)", token.id, house.organisation, NOW
        )
    for expected in (Verdict.ADMITTED, Verdict.ALREADY_IN):
        for performance in house.performances:
            scan = Scan(new_id(), held_pass.code, performance.id, "Door", token)
            assert (await admit(database, keys, scan, NOW)).verdict == expected
    assert await breaches(database, inventory) == []


async def test_an_opposed_pass_is_issued_again_under_a_new_code(database: Database, inventory: Inventory) -> None:
    house, kind = await on_sale(database)
    placed = await bought(database, inventory, house, kind)
    keys = Keys(database, SECRET)
    (before,) = (await tickets.issued(database, keys, placed.id, NOW)).passes
    held_pass = before.holder_pass.pass_id
    assert await passes.oppose(database, house.organisation, held_pass, NOW) == Changed(TicketStatus.OPPOSED, 0)
    with pytest.raises(WrongState):
        await passes.oppose(database, house.organisation, held_pass, NOW)
    assert await passes.reissue(database, house.organisation, held_pass, NOW) == Changed(TicketStatus.VALID, 1)
    (after,) = (await tickets.issued(database, keys, placed.id, NOW)).passes
    assert after.code != before.code
    async with database.read() as c:
        await c.execute("update passes set generation = 255 where id = $1", held_pass)
    with pytest.raises(CodesSpent):
        await passes.reissue(database, house.organisation, held_pass, NOW)


async def test_another_organisation_neither_makes_nor_changes(database: Database, inventory: Inventory) -> None:
    house, kind = await on_sale(database)
    other, _ = await on_sale(database)
    values = ("Name", "NAME", 100)
    with pytest.raises(NotFound):
        await passes.create_type(database, other.organisation, house.box_office, *values, kind.performances, NOW)
    with pytest.raises(NotFound):
        await passes.create_type(database, other.organisation, other.box_office, *values, kind.performances, NOW)
    placed = await bought(database, inventory, house, kind)
    sheet = await tickets.sheet(database, placed.id)
    with pytest.raises(NotFound):
        await passes.oppose(database, other.organisation, sheet.passes[0].pass_id, NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"short_name": "x" * 36},
        {"price_cents": -1},
        {"performance_ids": []},
        {"quantity": 0},
        {"quantity": 10_000_000},
    ],
)
async def test_a_type_that_cannot_be(database: Database, wrong: dict[str, object]) -> None:
    house = await open_house(database)
    values = {"name": "Name", "short_name": "NAME", "price_cents": 100, "performance_ids": [house.performance.id]}
    with pytest.raises(InputRefused):
        await passes.create_type(database, house.organisation, house.box_office, now=NOW, **(values | wrong))
    assert await passes.list_of(database, house.performance.box_office_key) == []


async def test_a_cancelled_performance_is_in_no_pass(database: Database) -> None:
    house = await open_house(database, 2)
    async with database.read() as c:
        await c.execute("update performances set status = 'cancelled' where id = $1", house.performances[1].id)
    wanted = [performance.id for performance in house.performances]
    with pytest.raises(NotFound):
        await passes.create_type(database, house.organisation, house.box_office, "Name", "NAME", 100, wanted, NOW)
