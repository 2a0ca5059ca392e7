"""Passes: put on sale, held whole or not at all, ordered as one line, let in once a date."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec
import pytest

from engine.core.words import CLAIMED
from engine.holds import DIGEST_BYTES, HoldRequest
from engine.inventory import Inventory
from engine.outcomes import Outcome
from engine.plan.model import Category, Plan, Row, Seat, Size, Zone
from tests.ticketing.house import NOW, SETTINGS, House, breaches, empty, hold, open_house, owned_words
from ticketing import audit, orders, passes, payments, performances, plans, tickets, venues
from ticketing.admissions import Scan, Verdict, admit
from ticketing.audit import Actor, Wanted
from ticketing.db import Database
from ticketing.drafts import Buyer, PlaceOrder
from ticketing.ids import new_id
from ticketing.passes import PassType, State, Terms
from ticketing.performances import Schedule
from ticketing.refusals import (
    CodesSpent,
    EditedMeanwhile,
    InputRefused,
    NoCommonSeat,
    NotFound,
    PassBelowSold,
    PassDatesStay,
    SaleClosed,
    TariffChanged,
    UnknownSeat,
    WrongState,
)
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


TERMS = Terms(name="Four evenings", short_name="FOUR", price_cents=9000)


async def overview(db: Database, house: House, kind: PassType) -> passes.Overview:
    return await passes.overview(db, house.box_office, kind.id, NOW)


async def edit(db: Database, inventory: Inventory, house: House, kind: PassType, **changed: object) -> None:
    """Change a pass at its present version; `dates` None: as they are."""
    version, dates = (await overview(db, house, kind)).version, changed.pop("dates", None)
    terms = msgspec.structs.replace((await overview(db, house, kind)).terms, **changed)
    acting = (terms, dates, Actor(organisation_id=house.organisation), NOW)
    await passes.edit(db, inventory, house.organisation, kind.id, version, *acting)  # type: ignore[arg-type]


async def request_of(db: Database, inventory: Inventory, house: House, kind: PassType, seat: str) -> PlaceOrder:
    """An order of one pass, its places held."""
    _, hold_id = await held(db, inventory, house, kind, seat)
    choice = passes.choice(kind, await passes.seats(db, kind, seat, NOW), "Ann Example")
    return PlaceOrder(
        house.box_office, new_id().hex, hold_id, Buyer("ann@example.org", "Ann Example"), passes=(choice,)
    )


async def acts_on(db: Database, house: House, kind: PassType) -> list[str]:
    wanted = Wanted(organisation_id=house.organisation, subject_kind="pass_type", subject_id=str(kind.id))
    return [line.act for line in (await audit.page(db, wanted))[0]]


async def test_its_terms_are_changed_and_noted(database: Database, inventory: Inventory) -> None:
    house, kind = await on_sale(database)
    await edit(database, inventory, house, kind, name="The season", price_cents=8000)
    after = await passes.get(database, kind.id)
    assert (after.name, after.short_name, after.price_cents, after.pool_id) == ("The season", "FOUR", 8000, None)
    by = Actor(organisation_id=house.organisation)
    with pytest.raises(EditedMeanwhile):
        await passes.edit(database, inventory, house.organisation, kind.id, 1, TERMS, None, by, NOW)
    assert await acts_on(database, house, kind) == ["pass-type.edited"]


async def test_another_organisations_is_not_found(database: Database, inventory: Inventory) -> None:
    house, kind = await on_sale(database)
    other = await open_house(database)
    by = Actor(organisation_id=other.organisation)
    with pytest.raises(NotFound):
        await passes.edit(database, inventory, other.organisation, kind.id, 1, TERMS, None, by, NOW)
    with pytest.raises(NotFound):
        await passes.withdraw(database, other.organisation, kind.id, True, by, NOW)
    with pytest.raises(NotFound):
        await passes.overview(database, other.box_office, kind.id, NOW)
    with pytest.raises(NotFound):
        await passes.add(database, other.organisation, house.box_office, TERMS, kind.performances, by, NOW)
    with pytest.raises(NotFound):
        await passes.add(database, other.organisation, other.box_office, TERMS, kind.performances, by, NOW)
    with pytest.raises(NotFound):
        await edit(database, inventory, house, kind, dates=[other.performance.id])


async def test_its_number_grows_and_shrinks_to_what_is_sold(database: Database, inventory: Inventory) -> None:
    await empty(database)
    house, kind = await on_sale(database, quantity=3)
    placed = [await bought(database, inventory, house, kind, seat) for seat in ("A1", "A2", "A3")]
    with pytest.raises(PassBelowSold, match="3 of this pass"):
        await edit(database, inventory, house, kind, quantity=2)
    await orders.cancel(database, inventory, placed[0].id, NOW)
    await edit(database, inventory, house, kind, quantity=2)
    assert kind.pool_id is not None and await owned_words(inventory, kind.pool_id) == {0, 1}
    assert not (await held(database, inventory, house, kind, "A5"))[0].granted
    assert (await overview(database, house, kind)).state == State.SOLD_OUT
    await edit(database, inventory, house, kind, quantity=4)
    await bought(database, inventory, house, kind, "A6")
    told = await overview(database, house, kind)
    assert (told.quantity, told.live_count, told.reserved_count, told.ever_count) == (4, 3, 0, 4)
    assert await breaches(database, inventory) == []


async def test_a_number_comes_and_goes_while_it_is_sold(database: Database, inventory: Inventory) -> None:
    await empty(database)
    house, kind = await on_sale(database)
    first = await bought(database, inventory, house, kind, "A1")
    await bought(database, inventory, house, kind, "A2")
    with pytest.raises(PassBelowSold):
        await edit(database, inventory, house, kind, quantity=1)
    await edit(database, inventory, house, kind, quantity=3)
    assert await breaches(database, inventory) == []
    bounded = await passes.get(database, kind.id)
    await bought(database, inventory, house, bounded, "A3")
    await orders.cancel(database, inventory, first.id, NOW)
    assert await breaches(database, inventory) == []
    await edit(database, inventory, house, kind, quantity=None)
    assert (await passes.get(database, kind.id)).pool_id is None
    await bought(database, inventory, house, kind, "A4")
    assert await breaches(database, inventory) == []


async def test_its_dates_change_until_one_is_sold(database: Database, inventory: Inventory) -> None:
    await empty(database)
    house, kind = await on_sale(database)
    fewer = kind.performances[:2]
    await edit(database, inventory, house, kind, dates=fewer)
    kind = await passes.get(database, kind.id)
    assert kind.performances == fewer
    placed = await bought(database, inventory, house, kind)
    await orders.cancel(database, inventory, placed.id, NOW)
    with pytest.raises(PassDatesStay):
        await edit(database, inventory, house, kind, dates=[house.performance.id])
    await edit(database, inventory, house, kind, dates=fewer, name="Two evenings")
    assert await breaches(database, inventory) == []


async def test_an_order_that_read_what_has_ceased_is_refused(
    database: Database, inventory: Inventory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orders read the pass, then it changes before they are written."""
    await empty(database)
    house, kind = await on_sale(database)
    pin, by = inventory.pin, Actor(organisation_id=house.organisation)
    changes = (
        partial(edit, database, inventory, house, kind, dates=kind.performances[:3]),
        partial(edit, database, inventory, house, kind, quantity=5),
        partial(passes.withdraw, database, house.organisation, kind.id, True, by, NOW),
    )
    for seat, change in zip(("A1", "A2", "A3"), changes, strict=True):
        asked = await request_of(database, inventory, house, await passes.get(database, kind.id), seat)

        async def pinned(*given: Any, change: Callable[[], Awaitable[None]] = change) -> Any:
            monkeypatch.setattr(inventory, "pin", pin)
            await change()
            return await pin(*given)

        monkeypatch.setattr(inventory, "pin", pinned)
        with pytest.raises(TariffChanged):
            await orders.place(database, inventory, SETTINGS, asked, NOW)
    assert (await overview(database, house, kind)).ever_count == 0
    assert await breaches(database, inventory) == []


async def test_a_withdrawn_pass_is_neither_shown_nor_ordered(database: Database, inventory: Inventory) -> None:
    house, kind = await on_sale(database)
    by, office = Actor(organisation_id=house.organisation), house.performance.box_office_key
    assert [one.id for one in await passes.shown(database, house.box_office, NOW)] == [kind.id]
    asked = await request_of(database, inventory, house, kind, "A1")
    for _ in range(2):
        await passes.withdraw(database, house.organisation, kind.id, True, by, NOW)
    assert (await overview(database, house, kind)).state == State.WITHDRAWN
    assert await passes.shown(database, house.box_office, NOW) == await passes.list_of(database, office) == []
    with pytest.raises(SaleClosed):
        await orders.place(database, inventory, SETTINGS, asked, NOW)
    await passes.withdraw(database, house.organisation, kind.id, False, by, NOW)
    await orders.place(database, inventory, SETTINGS, asked, NOW)
    assert await acts_on(database, house, kind) == ["pass-type.returned", "pass-type.withdrawn"]


async def test_where_its_sale_stands(database: Database) -> None:
    house, kind = await on_sale(database)
    day, office = timedelta(days=1), house.box_office
    for at, state in ((-2 * day, State.LATER), (0 * day, State.OPEN), (31 * day, State.OVER)):
        (told,) = await passes.overviews(database, office, NOW + at)
        assert (told.state, told.date_count, told.row_count) == (state, DATES, 1)
        assert (told.first_at, told.last_at) == (house.performance.starts_at, house.performances[-1].starts_at)
    async with database.read() as c:
        await c.execute("update events set visibility = 'draft' where box_office_id = $1", office)
    assert (await overview(database, house, kind)).state == State.HIDDEN
    assert await passes.overviews(database, office, NOW, page=2) == []


async def test_dates_to_choose_from_are_those_to_come_and_its_own(database: Database) -> None:
    house, kind = await on_sale(database)
    (event,) = await passes.choices(database, house.box_office, NOW)
    assert [date.performance for date in event] == kind.performances
    later = NOW + timedelta(days=31, hours=12)
    (event,) = await passes.choices(database, house.box_office, later)
    assert [date.performance for date in event] == kind.performances[2:]
    (event,) = await passes.choices(database, house.box_office, later, kind.id)
    assert [date.performance for date in event] == kind.performances


async def test_dates_without_a_seat_in_common_are_refused(database: Database, inventory: Inventory) -> None:
    house, kind = await on_sale(database)
    row = Row("P", 0.0, 0.0, tuple(Seat(f"P{n}", str(n), 50.0 * n, 0.0, "A") for n in range(1, 4)))
    other = Plan("Other", (Category("A"),), (Zone("z", "Z", 100.0, 100.0, rows=(row,)),), Size(1000, 1000))
    venue = await venues.create(database, house.organisation, "Elsewhere", "Europe/Paris", NOW)
    version = await plans.add_version(database, house.organisation, venue.id, "Hall", other, NOW)
    start, owner = NOW + timedelta(days=40), house.organisation
    end = start + timedelta(hours=2)
    schedule = Schedule(starts_at=start, doors_at=start, ends_at=end, sale_opens_at=NOW, sale_closes_at=start)
    away = await performances.create(database, owner, house.performance.event_id, version.id, schedule)
    by = Actor(organisation_id=owner)
    with pytest.raises(NoCommonSeat):
        await passes.add(database, owner, house.box_office, TERMS, [*kind.performances, away.id], by, NOW)
    with pytest.raises(NoCommonSeat):
        await edit(database, inventory, house, kind, dates=[*kind.performances, away.id])
    assert await passes.add(database, owner, house.box_office, TERMS, [away.id], by, NOW)
