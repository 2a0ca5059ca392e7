"""Splitting an order: its tickets are in one order or the other at every moment, and so is their money."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from engine.holds import Seats
from engine.inventory import Inventory
from tests.ticketing.house import (
    NOW,
    SANDBOX,
    SETTINGS,
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
from tests.ticketing.test_cash_money import AT_TILLS, Counter
from tests.ticketing.test_money import ACTS, NUMBERS, Play, _is_ordinary
from tests.ticketing.test_protections import breached, without
from tests.ticketing.till import Counter as Desk
from tests.ticketing.till import open_counter
from ticketing import cash_reports, check, exchanges, invoices, orders, passes, payments, refunds, splits
from ticketing.audit import Actor
from ticketing.cash_journal import Method
from ticketing.db import Database
from ticketing.drafts import Buyer, PassChoice
from ticketing.exchanges import Exchange
from ticketing.ids import new_id
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.refusals import (
    CashSessionNeeded,
    ChangedMeanwhile,
    NotFound,
    PassWhole,
    RequestReused,
    SplitWhole,
    TicketPaidBack,
    WrongState,
)
from ticketing.splits import Parted, Split, Till
from ticketing.states import OrderStatus


@pytest.fixture
async def desk(database: Database) -> Desk:
    await empty(database)
    return await open_counter(database)


async def tickets_of(db: Database, order_id: UUID) -> list[UUID]:
    async with db.read() as c:
        query = "select id from tickets where order_id = $1 and status <> 'cancelled' order by place"
        return [row["id"] for row in await c.fetch(query, order_id)]


async def codes_of(db: Database, order_id: UUID) -> list[tuple[Any, ...]]:
    async with db.read() as c:
        query = "select place, serial, generation, status from tickets where order_id = $1 order by place"
        return [tuple(row) for row in await c.fetch(query, order_id)]


def asked(order_id: UUID, tickets: list[UUID], key: str = "once", **more: Any) -> Split:
    return Split(order_id, tuple(tickets), key, **more)


async def split(db: Database, desk: Desk, wanted: Split) -> Parted:
    return await splits.split(db, SETTINGS, wanted, NOW, desk.seller)


async def test_a_reservation_is_split_and_its_part_paid_in_the_till(
    database: Database, inventory: Inventory, desk: Desk
) -> None:
    placed = await order(database, inventory, desk.house, [0, 1, 2])
    before, words = await codes_of(database, placed.id), await owned_words(inventory, desk.house.pool)
    wanted = asked(placed.id, (await tickets_of(database, placed.id))[:2], till=Till(Method.CASH, 6000))
    parted = await split(database, desk, wanted)
    assert (parted.new.status, parted.new.total_cents, parted.new.due_cents) == (OrderStatus.PAID, 6000, 0)
    assert (parted.old.status, parted.old.total_cents, parted.old.due_cents) == (OrderStatus.PENDING, 3000, 3000)
    moved = await codes_of(database, parted.new.id)
    assert [row[:3] for row in moved] == [row[:3] for row in before[:2]], "seats and codes stay"
    assert {row[3] for row in moved} == {"valid"}
    assert await codes_of(database, placed.id) == before[2:]
    assert await owned_words(inventory, desk.house.pool) == words == {0, 1, 2}
    x = await cash_reports.x(database, desk.session, NOW)
    assert sum(one.net_cents for one in x.takings) == 6000
    assert await breaches(database, inventory) == []
    assert await split(database, desk, wanted) == parted, "asked again, it is told again"
    with pytest.raises(RequestReused):
        await split(database, desk, asked(placed.id, await tickets_of(database, placed.id)))
    assert await orders.expire_due(database, inventory, placed.expires_at or NOW) == 1, "the rest goes on as it was"
    assert await owned_words(inventory, desk.house.pool) == {0, 1}
    assert await breaches(database, inventory) == []


async def test_what_is_asked_twice_at_once_is_done_once(database: Database, inventory: Inventory, desk: Desk) -> None:
    placed = await order(database, inventory, desk.house, [0, 1, 2])
    some = await tickets_of(database, placed.id)
    wanted = asked(placed.id, some[:1], till=Till(Method.TERMINAL, 3000))
    answers = await asyncio.gather(*(split(database, desk, wanted) for _ in range(4)))
    assert len({parted.new.id for parted in answers}) == 1
    rivals = await asyncio.gather(
        *(split(database, desk, asked(placed.id, some[1:2], str(n))) for n in range(3)), return_exceptions=True
    )
    assert sum(isinstance(one, Parted) for one in rivals) == 1
    assert all(isinstance(one, Parted | NotFound) for one in rivals)
    assert await breaches(database, inventory) == []


async def test_a_paid_order_sends_part_to_another_customer_with_its_money(
    database: Database, inventory: Inventory, desk: Desk
) -> None:
    """Paid in cash and later cancelled: each part goes back for itself, out of the same drawer."""
    placed = await order(database, inventory, desk.house, [0, 10])
    await payments.take_on_site(database, placed.id, NOW, desk.seller)
    some = await tickets_of(database, placed.id)
    parted = await split(database, desk, asked(placed.id, some[1:], buyer=Buyer("else@example.org", "Else Other")))
    assert parted.new.customer_id != parted.old.customer_id
    for one, cents in ((parted.old, 3000), (parted.new, 2000)):
        assert (one.status, one.total_cents, one.due_cents, one.refund_due_cents) == (OrderStatus.PAID, cents, 0, 0)
    assert SendMail(parted.new.id, MailKind.ORDER_PAID) in await queued(database, desk.house, Job.SEND_MAIL)
    assert await breaches(database, inventory) == []
    for one, cents in ((parted.new, 2000), (parted.old, 3000)):
        await orders.cancel(database, inventory, one.id, NOW, by=desk.seller)
        due = [refund for refund in await refunds.of_order(database, one.id) if refund.status == "due"]
        assert [(refund.provider, refund.amount_cents) for refund in due] == [("on_site", cents)]
        await refunds.hand_out(database, desk.house.organisation, due[0].id, NOW, desk.seller)
    x = await cash_reports.x(database, desk.session, NOW)
    assert sum(one.net_cents for one in x.takings) == sum(one.amount_cents for one in x.vat) == 0
    assert await breaches(database, inventory) == []


async def test_money_of_a_provider_goes_back_by_the_payment_that_came(
    database: Database, inventory: Inventory, desk: Desk
) -> None:
    placed = await order(database, inventory, desk.house, [0, 1, 2])
    started = await payments.begin(database, SANDBOX, placed.id, "http://shop.test", NOW)
    told = SANDBOX.notify(SANDBOX.open_page(started.redirect_url.rpartition("/")[2]), True, NOW)
    await payments.receive(database, inventory, SETTINGS, SANDBOX, told.body, told.signature, NOW)
    some = await tickets_of(database, placed.id)
    first = (await split(database, desk, asked(placed.id, some[:2]))).new
    second = (await split(database, desk, asked(first.id, some[:1]))).new
    await orders.cancel(database, inventory, second.id, NOW)
    back: list[tuple[str, int]] = []

    class Provider:
        async def refund(self, refund_id: UUID, reference: str, amount_cents: int, currency: str) -> None:
            back.append((reference, amount_cents))

    for refund in await refunds.of_order(database, second.id):
        await refunds.send(database, Provider(), refund.id, NOW)
    assert back == [(started.reference, 3000)], "of a part of a part, by what the provider knows"
    assert await breaches(database, inventory) == []


async def test_what_was_invoiced_is_credited_and_invoiced_again(
    database: Database, inventory: Inventory, desk: Desk
) -> None:
    placed = await order(database, inventory, desk.house, [0, 1])
    await invoices.issue(database, placed.id, NOW, desk.seller)
    parted = await split(database, desk, asked(placed.id, (await tickets_of(database, placed.id))[:1]))
    async with database.read() as c:
        rows = await c.fetch("select order_id, kind, total_cents from invoices order by number")
        query = "select document -> 'lines' -> 0 ->> 'title' as title from invoices order by number"
        titles = [row["title"] for row in await c.fetch(query)]
    assert [tuple(row) for row in rows] == [
        (placed.id, "invoice", 6000),
        (placed.id, "credit_note", -3000),
        (parted.new.id, "invoice", 3000),
    ]
    assert titles == ["The Play"] * 3, "what is credited is still called what it was"
    assert await breaches(database, inventory) == []


async def test_quotas_and_passes_go_along(database: Database, inventory: Inventory, desk: Desk) -> None:
    house = desk.house
    owner, dates = (house.organisation, house.box_office), [house.performance.id]
    season = await passes.create_type(database, *owner, "Season", "Season", 7000, dates, NOW)
    held = await hold(inventory, house, [0, 1, 2])
    chosen = PassChoice(season.id, "Ann Holder", ((house.performance.id, 2),))
    wanted = msgspec.structs.replace(request(house, held, [0, 1], house.cheap), passes=(chosen,))
    placed = await orders.place(database, inventory, SETTINGS, wanted, NOW)
    some = await tickets_of(database, placed.id)
    parted = await split(database, desk, asked(placed.id, some[1:]))
    assert (parted.new.total_cents, parted.old.total_cents) == (8500, 1500)
    assert len(await owned_words(inventory, house.quota_pool)) == 2
    assert await breaches(database, inventory) == []
    await orders.cancel(database, inventory, parted.new.id, NOW)
    assert len(await owned_words(inventory, house.quota_pool)) == 1
    assert await breaches(database, inventory) == []


async def test_what_is_not_split(database: Database, inventory: Inventory, desk: Desk) -> None:
    house = desk.house
    placed = await order(database, inventory, house, [0, 1, 2])
    some = await tickets_of(database, placed.id)
    stranger = Actor(organisation_id=house.organisation, staff_id=new_id())
    for wanted, refusal in (
        (asked(placed.id, some), SplitWhole),
        (asked(placed.id, []), NotFound),
        (asked(placed.id, [new_id()]), NotFound),
        (asked(new_id(), some[:1]), NotFound),
        (asked(placed.id, some[:1], till=Till(Method.CASH, 1)), ChangedMeanwhile),
        (asked(placed.id, some[:1], till=Till(Method.CASH, 3000, new_id())), NotFound),
    ):
        with pytest.raises(refusal):
            await split(database, desk, wanted)
    with pytest.raises(CashSessionNeeded):
        await splits.split(database, SETTINGS, asked(placed.id, some[:1], till=Till(Method.CASH, 3000)), NOW, stranger)
    async with database.read() as c:
        assert await c.fetchval("select count(*) from orders") == 1, "a refusal leaves nothing"
    await payments.take_on_site(database, placed.id, NOW, desk.seller)
    async with database.transaction() as c:
        await let_in(c, house, some[0])
    await orders.refund(database, inventory, placed.id, NOW)
    with pytest.raises((TicketPaidBack, SplitWhole)):
        await split(database, desk, asked(placed.id, some[:1]))
    other = await order(database, inventory, house, [10, 11])
    await orders.cancel(database, inventory, other.id, NOW)
    with pytest.raises(WrongState):
        await split(database, desk, asked(other.id, some[:1]))
    assert await breaches(database, inventory) == []


async def test_part_of_a_pass_stays(database: Database, inventory: Inventory) -> None:
    await empty(database)
    desk = await open_counter(database, 2)
    house = desk.house
    owner, dates = (house.organisation, house.box_office), [one.id for one in house.performances]
    season = await passes.create_type(database, *owner, "Season", "Season", 7000, dates, NOW)
    held = await hold(inventory, house, [0])
    await inventory.change(house.box_office.hex, held, new_id().bytes, (Seats(house.performances[1].pool_id, (0,)),))
    chosen = PassChoice(season.id, "Ann Holder", tuple((date, 0) for date in dates))
    wanted = msgspec.structs.replace(request(house, held, []), passes=(chosen,))
    placed = await orders.place(database, inventory, SETTINGS, wanted, NOW)
    with pytest.raises(PassWhole):
        await split(database, desk, asked(placed.id, (await tickets_of(database, placed.id))[:1]))


@pytest.mark.parametrize("mutant", ["claims", "money"])
async def test_each_half_of_a_split_is_seen_when_it_is_missing(
    database: Database, inventory: Inventory, desk: Desk, monkeypatch: pytest.MonkeyPatch, mutant: str
) -> None:
    """Without the claims' new owner a ticket sits on another's seat; without the money going along more is owed back
    than is told: the check says so."""
    placed = await order(database, inventory, desk.house, [0, 1])
    await payments.take_on_site(database, placed.id, NOW, desk.seller)
    if mutant == "claims":
        blind = without(splits.SQL.own, "set order_id = $1", "set order_id = coalesce(c.order_id, $1::uuid)")
        monkeypatch.setattr(splits.SQL, "own", blind)
    else:
        monkeypatch.setattr(refunds, "carry", _nothing)
    await split(database, desk, asked(placed.id, (await tickets_of(database, placed.id))[:1]))
    found = await breached(database)
    assert found & ({"tickets_are_seated"} if mutant == "claims" else {"money_adds_up"})
    await empty(database)


async def _nothing(*_: Any) -> None:
    pass


class Parting(Counter):
    """The acts at two tills, orders that are split (at a till, for another customer, or just so), and tickets that are
    exchanged for other tariffs and dates."""

    async def exchange(self, a: int, b: int) -> None:
        house, ticket = self.house, (await self._tickets(self._order(a)))[b % 2]
        tariff, date = (house.full, house.cheap, house.free)[b % 3], house.performances[a % 2].id
        wanted = Exchange(ticket, date, tariff, b % 20)
        await exchanges.exchange(self.db, self.inventory, SETTINGS, house.organisation, wanted, NOW, self._seller(b))

    async def split(self, a: int, b: int) -> None:
        seller, order_id = self._seller(b), self._order(a)
        some = (await self._tickets(order_id))[b % 2 : 1 + b % 2]
        till = Till(Method.TERMINAL if b % 5 == 4 else Method.CASH, 3000) if b % 3 else None
        buyer = Buyer(f"other-{a}@example.org", "Else Other") if b % 4 == 0 else None
        wanted = Split(order_id, tuple(some), str(b % 6), till, buyer)
        if till is not None:  # what is due is what was told: nobody looks at a page here
            chosen = await self._price(some)
            wanted = msgspec.structs.replace(wanted, till=msgspec.structs.replace(till, due_cents=chosen))
        parted = await splits.split(self.db, SETTINGS, wanted, NOW, seller)
        self.placed.append(parted.new.id)

    async def _price(self, some: list[UUID]) -> int:
        async with self.db.read() as c:
            found: int = await c.fetchval("select sum(price_cents)::int from tickets where id = any($1)", some)
            return found


SPLIT: list[Callable[..., Awaitable[None]]] = [Parting.split, Parting.exchange] * 3
ACT = st.tuples(
    st.sampled_from(SPLIT) | st.sampled_from(AT_TILLS) | st.sampled_from([*ACTS, Play.order]), NUMBERS, NUMBERS
)
SOME = st.lists(st.lists(ACT, min_size=1, max_size=3), min_size=3, max_size=9)
NO_SHRINKING = (Phase.explicit, Phase.generate)
"""A failing sequence is short enough, and a house is slow to open anew."""


@examples(
    max_examples=10, deadline=None, phases=NO_SHRINKING, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=SOME)
async def test_whatever_is_split_or_exchanged_the_books_are_right(
    database: Database, inventory: Inventory, steps: list[Any]
) -> None:
    await empty(database)
    play = Parting(database, inventory, await open_house(database, 2))
    await play.furnish()
    await play.order(0, 1)
    await play.order(3, 4)
    await play.begin(0, 0)
    await play.pay(1, 0)
    await play.split(0, 1)
    await play.exchange(1, 0)
    for step in steps:
        answers = await asyncio.gather(*(act(play, a, b) for act, a, b in step), return_exceptions=True)
        unexpected = [answer for answer in answers if isinstance(answer, Exception) and not _is_ordinary(answer)]
        assert unexpected == []
        async with database.read() as c:
            assert await check.in_postgres(c, NOW) == [], [act.__name__ for act, _, _ in step]
    assert await breaches(database, inventory) == []
    await empty(database)
