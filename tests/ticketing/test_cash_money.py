"""Cash under any sequence of acts, one after the other or some at once: every journal and every report holds.

Two sellers at two tills sell, give back, move seats, bring and take cash, count, close and open again, while orders are
paid online, on invoice and by bank files beside them (`test_money.Play`). Most acts are refused for some reason, which
must change nothing. The cash that all sessions took is the cash that the ledger has.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from engine.inventory import Inventory
from tests.ticketing.house import NOW, House, breaches, empty, open_house
from tests.ticketing.test_money import ACTS, NUMBERS, Play, _is_ordinary
from tests.ticketing.till import add_till, open_session, person
from ticketing import cash_reports, cash_sessions, check, payments, refunds
from ticketing.audit import Actor
from ticketing.cash_journal import Kind, Method, Reason
from ticketing.db import Database
from ticketing.denominations import Counted
from ticketing.refusals import CashSessionNeeded
from ticketing.states import RefundStatus


class Counter(Play):
    """The acts at two tills."""

    def __init__(self, db: Database, inventory: Inventory, house: House) -> None:
        super().__init__(db, inventory, house)
        self.sellers: list[Actor] = []

    async def furnish(self) -> None:
        await super().furnish()
        for name in ("One", "Two"):
            self.sellers.append(await person(self.db, self.house, name))
            await open_session(self.db, self.house, await add_till(self.db, self.house, name), self.sellers[-1])

    async def pay(self, a: int, b: int) -> None:
        method = Method.TERMINAL if b % 4 == 3 else Method.CASH
        await payments.take_on_site(self.db, self._order(a), NOW, self._seller(b), method=method)

    async def give_back(self, a: int, b: int) -> None:
        for refund in await refunds.of_order(self.db, self._order(a)):
            if refund.provider in refunds.AT_COUNTER and refund.status is RefundStatus.DUE:
                await refunds.hand_out(self.db, self.house.organisation, refund.id, NOW, self._seller(b))

    async def carry(self, a: int, b: int) -> None:
        seller = self._seller(b)
        kind, reason = (Kind.IN, Reason.CHANGE) if a % 2 else (Kind.OUT, Reason.BANK)
        act = (await self._session(seller), seller.staff_id, kind, 500 * (1 + a), reason, "")
        await cash_sessions.move(self.db, *act, seller, NOW)

    async def count(self, a: int, b: int) -> None:
        seller = self._seller(b)
        act = (await self._session(seller), seller.staff_id, Counted(a * 100), "")
        await cash_sessions.count(self.db, *act, seller, NOW)

    async def close(self, a: int, b: int) -> None:
        """Close, with the right count or another, and open again."""
        seller = self._seller(b)
        state = await cash_sessions.get(self.db, await self._session(seller), None)
        counted, reason = (state.cash_cents, "") if a % 2 else (a * 100, "Counted so")
        act = (state.id, seller.staff_id, Counted(counted), reason, state.journal_number)
        await cash_sessions.close(self.db, *act, seller, NOW)
        if b % 3:
            await open_session(self.db, self.house, state.till_id, seller)

    def _seller(self, b: int) -> Actor:
        return self.sellers[b % 2]

    async def _session(self, seller: Actor) -> Any:
        assert seller.staff_id is not None
        drawers = (await cash_sessions.at_counter(self.db, self.house.box_office, seller.staff_id)).drawers
        if not drawers:
            raise CashSessionNeeded()
        return drawers[0].id


AT_TILLS: list[Callable[..., Awaitable[None]]] = [
    Counter.pay, Counter.pay, Counter.pay, Counter.give_back, Counter.give_back, Counter.carry, Counter.count,
    Counter.close,
]  # fmt: skip
ELSEWHERE = [act for act in ACTS if act not in (Play.pay_cash, Play.send_refunds)]
"""Who takes cash without being at a till is a program, whose cash is in no session."""
ACT = st.tuples(st.sampled_from(AT_TILLS) | st.sampled_from(ELSEWHERE), NUMBERS, NUMBERS)
SOME = st.lists(st.lists(ACT, min_size=1, max_size=4), min_size=3, max_size=14)


@examples(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=SOME)
async def test_whatever_is_done_at_tills_the_journals_hold(
    database: Database, inventory: Inventory, steps: list[Any]
) -> None:
    await empty(database)
    counter = Counter(database, inventory, await open_house(database))
    await counter.furnish()
    await counter.order(0, 1)
    await counter.begin(0, 0)
    await counter.pay(0, 0)
    for step in steps:
        answers = await asyncio.gather(*(act(counter, a, b) for act, a, b in step), return_exceptions=True)
        unexpected = [answer for answer in answers if isinstance(answer, Exception) and not _is_ordinary(answer)]
        assert unexpected == []
        async with database.read() as c:
            assert await check.in_postgres(c, NOW) == [], [act.__name__ for act, _, _ in step]
    assert await breaches(database, inventory) == []
    await _tills_have_what_the_ledger_says(database)
    await empty(database)


async def _tills_have_what_the_ledger_says(db: Database) -> None:
    """Session by session, a Z that was written is the X that can still be made of its journal; all together they took
    the cash that the ledger has."""
    async with db.read() as c:
        sessions = [row["id"] for row in await c.fetch("select id from cash_sessions")]
        ledger = await c.fetchval(
            "select coalesce(sum(amount_cents * ((debit = 'cash')::int - (credit = 'cash')::int)), 0) from ledger"
        )
    taken = 0
    for session in sessions:
        x, kept = await cash_reports.x(db, session, NOW), await cash_reports.kept(db, session)
        taken += sum(one.net_cents for one in x.takings if one.method is Method.CASH)
        assert sum(one.amount_cents for one in x.vat) == sum(one.amount_cents for one in x.sold) == x.total.net_cents
        assert kept is None or (kept.report.takings, kept.report.sold, kept.report.vat) == (x.takings, x.sold, x.vat)
    assert taken == ledger
