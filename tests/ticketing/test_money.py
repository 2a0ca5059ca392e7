"""Money and places under any sequence of acts: after each of them `check` finds nothing.

Hypothesis draws acts on a small house (order, put on invoice, pay, pay wrongly or late, by a bank file, cancel, move,
expire, send refunds), one after the other or some at once. Most are refused for some reason, which is as it should be:
a refusal must change nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from engine.inventory import Inventory
from tests.ticketing.house import NOW, SANDBOX, SETTINGS, House, breaches, empty, hold, open_house, request
from tests.ticketing.test_payment_methods import INVOICE, ONLINE, OWED
from ticketing import (
    bank_files,
    billing,
    check,
    invoices,
    moves,
    options,
    orders,
    payment_methods,
    payments,
    refunds,
)
from ticketing.audit import Actor
from ticketing.bank_formats import Column
from ticketing.db import Database
from ticketing.moves import MoveTicket
from ticketing.options import Acting, Draft
from ticketing.payments import StartedPayment
from ticketing.refusals import Refusal
from ticketing.states import RefundStatus
from ticketing.workshop import Workshop

ANY_INVOICE = msgspec.structs.replace(INVOICE, min_cents=None, max_cents=None)
PLACES = 8
"""Of ten in row A and ten in row B: few enough that orders meet."""
FAR = timedelta(days=1)


class Play:
    """The acts, on one house. The two numbers of an act choose among whatever there is."""

    def __init__(self, db: Database, inventory: Inventory, house: House) -> None:
        self.db, self.inventory, self.house = db, inventory, house
        self.placed: list[UUID] = []
        self.options: tuple[UUID, ...] = ()
        self.begun: list[StartedPayment] = []
        self.transfers = 0

    async def order(self, a: int, b: int) -> None:
        first = a % PLACES + (10 if a % 2 else 0)
        tariff = (self.house.full, self.house.cheap, self.house.free)[b % 3]
        places = [first, first + 1][: 1 + b % 2]
        asked = request(self.house, await hold(self.inventory, self.house, places), places, tariff)
        if tariff == self.house.full and a % 3:
            chosen = self.options[: a % 3]
            seats = tuple(msgspec.structs.replace(seat, options=chosen) for seat in asked.seats)
            asked = msgspec.structs.replace(asked, seats=seats)
        made = await orders.place(self.db, self.inventory, SETTINGS, asked, NOW)
        self.placed.append(made.id)

    async def furnish(self) -> None:
        """The full tariff has two options, one dearer and one that takes off; every line has VAT in it."""
        owner, by, day = self.house.organisation, Actor(organisation_id=self.house.organisation), NOW.date()
        for version, (name, cents) in enumerate((("Programme", 333), ("Voucher", -501)), 1):
            draft = Draft(names={"en": name}, price_cents=cents)
            await options.add(self.db, Acting(owner, self.house.full, version, by, NOW), draft)
        self.options = tuple(option.id for option in (await options.of_tariff(self.db, self.house.full)).single)
        owed = msgspec.structs.replace(OWED, receipts=True)
        await billing.change(self.db, owner, self.house.box_office, owed, (ONLINE, ANY_INVOICE), by, NOW)
        async with self.db.read() as c:
            await c.execute("update box_offices set vat_registered = true where id = $1", self.house.box_office)
            await c.execute("insert into vat_rates values ($1, $2, 8100)", self.house.box_office, day)

    async def pay_cash(self, a: int, _: int) -> None:
        await payments.take_on_site(self.db, self._order(a), NOW)

    async def begin(self, a: int, _: int) -> None:
        self.begun.append(await payments.begin(self.db, SANDBOX, self._order(a), "http://shop.test", NOW))

    async def notify(self, a: int, b: int) -> None:
        """The provider tells: paid, mostly; or failed, or another amount."""
        started = self.begun[a % len(self.begun)]
        charge = SANDBOX.open_page(started.redirect_url.rpartition("/")[2])
        told = SANDBOX.notify(charge, b % 5 != 0, NOW, 1 + b if b % 7 == 6 else None)
        await payments.receive(self.db, self.inventory, SETTINGS, SANDBOX, told.body, told.signature, NOW)

    async def invoice(self, a: int, b: int) -> None:
        if b % 3:
            await payment_methods.choose(self.db, SETTINGS, self._order(a), "invoice", NOW)
        else:
            await invoices.issue(self.db, self._order(a), NOW)

    async def transfer(self, a: int, b: int) -> None:
        """A bank file tells of one payment for an order: what it owes, or more, or less."""
        order = await orders.get(self.db, self._order(a))
        cents = max(1, order.due_cents + (b % 5 - 2) * 1000)
        self.transfers += 1
        content = (
            f"Date;Text;Credit\n2026-11-20;{self.transfers} {order.code};{cents // 100}.{cents % 100:02d}\n".encode()
        )
        owner, office, by = self.house.organisation, self.house.box_office, Actor(organisation_id=None)
        file = await bank_files.upload(self.db, Workshop(), owner, office, "x.csv", content, by, NOW)
        columns = {Column.DATE: 0, Column.MESSAGE: 1, Column.AMOUNT: 2}
        await bank_files.choose_columns(self.db, owner, office, file, columns)
        await bank_files.confirm(self.db, office, file, by, NOW)
        await bank_files.book(self.db, self.inventory, SETTINGS, file, NOW)

    async def cancel(self, a: int, b: int) -> None:
        tickets = await self._tickets(self._order(a))
        chosen = tickets[b % 2 : 1 + b % 2] if b % 3 else None
        await orders.cancel(self.db, self.inventory, self._order(a), NOW, chosen)

    async def give_up(self, a: int, _: int) -> None:
        await orders.give_up(self.db, self.inventory, self._order(a), NOW)

    async def move(self, a: int, b: int) -> None:
        ticket = (await self._tickets(self._order(a)))[b % 2]
        asked = MoveTicket(ticket, b % 20)
        await moves.move_ticket(self.db, self.inventory, SETTINGS, self.house.organisation, asked, NOW)

    async def expire(self, _: int, __: int) -> None:
        await orders.expire_due(self.db, self.inventory, datetime.now(UTC) + FAR)

    async def send_refunds(self, a: int, _: int) -> None:
        for refund in await refunds.of_order(self.db, self._order(a)):
            if refund.provider in refunds.BY_HAND and refund.status is RefundStatus.DUE:
                await refunds.hand_out(self.db, self.house.organisation, refund.id, NOW)
            else:
                await refunds.send(self.db, SANDBOX, refund.id, NOW)

    def _order(self, a: int) -> UUID:
        return self.placed[a % len(self.placed)]

    async def _tickets(self, order_id: UUID) -> list[UUID]:
        async with self.db.read() as c:
            rows = await c.fetch("select id from tickets where order_id = $1 order by id", order_id)
        return [row["id"] for row in rows]


ACTS: list[Callable[..., Awaitable[None]]] = [
    Play.order, Play.order, Play.order, Play.pay_cash, Play.begin, Play.begin, Play.notify, Play.notify, Play.notify,
    Play.invoice, Play.transfer, Play.cancel, Play.give_up, Play.move, Play.move, Play.expire, Play.send_refunds,
]  # fmt: skip
NUMBERS = st.integers(0, 60)
ACT = st.tuples(st.sampled_from(ACTS), NUMBERS, NUMBERS)
SOME = st.lists(st.lists(ACT, min_size=1, max_size=4), min_size=3, max_size=14)
"""Acts that follow each other, each step some acts at once."""


@examples(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=SOME)
async def test_whatever_is_done_the_books_are_right(database: Database, inventory: Inventory, steps: list[Any]) -> None:
    await empty(database)
    play = Play(database, inventory, await open_house(database))
    await play.furnish()
    await play.order(0, 1)
    await play.begin(0, 0)
    for step in steps:
        answers = await asyncio.gather(*(act(play, a, b) for act, a, b in step), return_exceptions=True)
        unexpected = [answer for answer in answers if isinstance(answer, Exception) and not _is_ordinary(answer)]
        assert unexpected == []
        async with database.read() as c:
            assert await check.in_postgres(c, NOW) == [], [act.__name__ for act, _, _ in step]
    assert await breaches(database, inventory) == []
    await _nothing_is_lost(database)


def _is_ordinary(answer: Exception) -> bool:
    """Refusals; the seats of an order already held; a ticket of a one-seat order that is not there."""
    return isinstance(answer, Refusal | IndexError) or "TAKEN" in str(answer) or "NO_FIT" in str(answer)


async def _nothing_is_lost(db: Database) -> None:
    """Over all orders, what came in less what went back is what was sold less what is owed either way."""
    async with db.read() as c:
        row = await c.fetchrow(
            "select coalesce(sum(total_cents), 0) as total, coalesce(sum(due_cents), 0) as due,"
            " coalesce(sum(received_cents - refunded_cents - refund_due_cents), 0) as kept from (select 1) as one,"
            f" lateral ({_every_order()}) as o"
        )
    assert row["total"] == row["kept"] + row["due"]


def _every_order() -> str:
    return orders.SQL.get.text.rpartition("where o.id")[0]
