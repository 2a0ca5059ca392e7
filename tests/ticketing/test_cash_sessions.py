"""Sessions from the float to the Z report, and that each of their protections protects."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from asyncpg.exceptions import RaiseError, UniqueViolationError

from engine.inventory import Inventory
from tests.ticketing.house import NOW, SETTINGS, breaches, empty, open_house, order
from tests.ticketing.test_protections import breached, someone_waits, without
from tests.ticketing.till import FLOAT_CENTS, Counter, add_till, float_counted, open_counter, open_session, person, sell
from ticketing import (
    audit,
    box_offices,
    cash_journal,
    cash_reports,
    cash_sessions,
    ledger,
    moves,
    orders,
    payments,
    refunds,
)
from ticketing.audit import Actor, Wanted
from ticketing.box_offices import BoxOfficeChoice
from ticketing.cash_journal import Entry, Kind, Method, Reason
from ticketing.cash_reports import CashReport
from ticketing.db import Database
from ticketing.denominations import Counted, counted
from ticketing.ledger import Account
from ticketing.moves import MoveTicket
from ticketing.refusals import (
    CashMoved,
    CashSessionClosed,
    CashSessionNeeded,
    CashSessionOpen,
    CashShort,
    CurrencyFixed,
    DifferenceUntold,
    InputRefused,
    NotFound,
    TillOpen,
)
from ticketing.states import RefundStatus


@pytest.fixture
async def counter(database: Database) -> AsyncIterator[Counter]:
    await empty(database)
    yield await open_counter(database)
    await empty(database)


async def journal_of(db: Database, session: UUID) -> list[Any]:
    async with db.read() as c:
        query = "select * from cash_movements where session_id = $1 order by number"
        return list(await c.fetch(query, session))


async def state(db: Database, counter: Counter, seen_by: UUID | None = None) -> cash_sessions.Session:
    return await cash_sessions.get(db, counter.session, seen_by)


async def close(db: Database, counter: Counter, cents: int, reason: str = "", by: Actor | None = None) -> int:
    """Close as whoever looks at the session now."""
    who, stands = by or counter.seller, await state(db, counter)
    return await cash_sessions.close(
        db, counter.session, who.staff_id, Counted(cents), reason, stands.journal_number, who, NOW
    )


async def z(db: Database, session: UUID) -> CashReport:
    kept = await cash_reports.kept(db, session)
    assert kept is not None
    return kept.report


async def hand_out(db: Database, counter: Counter, order_id: UUID, session: UUID | None = None) -> None:
    """Give back everything that is due."""
    for refund in await refunds.of_order(db, order_id):
        if refund.status is RefundStatus.DUE:
            await refunds.hand_out(db, counter.house.organisation, refund.id, NOW, counter.seller, session)


async def test_a_day_at_the_till(database: Database, inventory: Inventory, counter: Counter) -> None:
    """Float, cash, card, a refund, change brought, a bank drop, a count, a difference, and the report of it."""
    seen, (a, b, card) = (
        counter.seller.staff_id,
        [
            await sell(database, inventory, counter, [0, 1]),
            await sell(database, inventory, counter, [10]),
            await sell(database, inventory, counter, [2], Method.TERMINAL),
        ],
    )
    act = (database, counter.session, seen)
    await cash_sessions.move(*act, Kind.IN, 5000, Reason.CHANGE, "", counter.seller, NOW)
    await orders.refund(database, inventory, b.id, NOW)
    await hand_out(database, counter, b.id)
    await cash_sessions.move(*act, Kind.OUT, 20000, Reason.BANK, "Bag 17", counter.seller, NOW)
    assert (await state(database, counter)).cash_cents == FLOAT_CENTS + 6000 + 5000 - 20000
    assert await cash_sessions.count(*act, Counted(10900), "A five is missing", counter.seller, NOW) == -100
    assert await breaches(database, inventory) == []
    assert await close(database, counter, 10900, "Not found") == -100
    report = await z(database, counter.session)
    assert (report.kind, report.number, report.opened_by, report.closed_by) == ("z", 1, "Sam Seller", "Sam Seller")
    assert (report.float_cents, report.brought_cents, report.taken_cents) == (20000, 5000, 20000)
    assert (report.expected_cents, report.counted_cents, report.difference_cents) == (11000, 10900, -100)
    assert report.reason == "Not found" and [one.note for one in report.counts] == ["A five is missing"]
    [cash, by_card] = report.takings
    assert (cash.method, cash.received_cents, cash.returned_cents) == (Method.CASH, 8000, 2000)
    assert (by_card.method, by_card.net_cents, report.total.net_cents) == (Method.TERMINAL, 3000, 9000)
    assert [(one.event, one.name, one.count, one.amount_cents) for one in report.sold] == [
        ("The Play", "Full", 3, 9000)
    ]
    assert (report.tickets, report.order_count) == (cash_reports.Items(4, 1), 3)
    assert (report.first_order, report.last_order) == (a.code, card.code)
    assert await breaches(database, inventory) == []
    balances = {one.account: one.cents for one in await ledger.balances(database, card.id)}
    assert balances[Account.TERMINAL] == 3000 and sum(balances.values()) == 0


async def test_every_row_follows_from_the_one_before(
    database: Database, inventory: Inventory, counter: Counter
) -> None:
    """Anybody who knows SHA-256 can tell, from the texts alone."""
    await sell(database, inventory, counter, [0])
    await close(database, counter, FLOAT_CENTS + 3000)
    second = await open_session(database, counter.house, counter.till, counter.seller)
    before = cash_journal.BEGINNING
    for session in (counter.session, second):
        for row in await journal_of(database, session):
            entry = msgspec.json.decode(row["entry"], type=Entry)
            assert entry.previous == before.hex() and row["entry"] == cash_journal.canonical(entry)
            assert cash_journal.hash_of(row["entry"]) == row["hash"]
            before = row["hash"]
        if kept := await cash_reports.kept(database, session):
            assert kept.report.journal == before.hex() and kept.report.previous == cash_journal.BEGINNING.hex()
            before = kept.hash
    assert before == (await journal_of(database, second))[-1]["hash"]


async def test_an_x_is_told_as_often_as_one_likes_and_changes_nothing(
    database: Database, inventory: Inventory, counter: Counter
) -> None:
    await sell(database, inventory, counter, [0])
    rows = await journal_of(database, counter.session)
    first, second = [await cash_reports.x(database, counter.session, NOW) for _ in range(2)]
    assert first == second and first.kind == "x" and first.counted_cents is None
    assert first.expected_cents == FLOAT_CENTS + 3000 and first.journal_number == 2
    assert await journal_of(database, counter.session) == rows
    assert await cash_reports.kept(database, counter.session) is None
    with pytest.raises(NotFound):
        await cash_reports.x(database, counter.till, NOW)


async def test_sellers_and_their_takings_are_told_apart(
    database: Database, inventory: Inventory, counter: Counter
) -> None:
    """At a shared till a colleague works in the same session; at another's they do not."""
    colleague = await person(database, counter.house, "Kim Colleague")
    placed = await order(database, inventory, counter.house, [0])
    take = (database, placed.id, NOW, colleague, None, Method.CASH, counter.session)
    with pytest.raises(NotFound):
        await payments.take_on_site(*take)
    async with database.read() as c:
        await c.execute("update tills set shared = true")
    await payments.take_on_site(*take)
    await sell(database, inventory, counter, [1])
    report = await cash_reports.x(database, counter.session, NOW)
    assert [(one.seller, one.net_cents) for one in report.takings] == [("Kim Colleague", 3000), ("Sam Seller", 3000)]
    assert report.methods[Method.CASH].received_count == 2
    counter_of = await cash_sessions.at_counter(database, counter.house.box_office, colleague.staff_id)
    assert counter_of.has_tills and [one.own for one in counter_of.drawers] == [False]


async def test_takings_are_told_by_rate_of_tax(database: Database, inventory: Inventory, counter: Counter) -> None:
    async with database.read() as c:
        office = counter.house.box_office
        await c.execute(
            "update box_offices set vat_registered = true, vat_number = 'FR12345678901' where id = $1", office
        )
        await c.execute("insert into vat_rates values ($1, '2000-01-01', 5500)", office)
    await sell(database, inventory, counter, [0, 1, 10])
    report = await cash_reports.x(database, counter.session, NOW)
    [taxed] = report.vat
    found = await orders.by_code(database, counter.house.organisation, report.first_order or "")
    assert (taxed.rate_thousandths, taxed.amount_cents) == (5500, 8000)
    assert taxed.vat_cents == found.vat[0].vat_cents and report.vat_number == "FR12345678901"


async def test_a_ticket_that_moves_is_neither_sold_nor_taken_back(
    database: Database, inventory: Inventory, counter: Counter
) -> None:
    sold = await sell(database, inventory, counter, [10])
    async with database.read() as c:
        ticket = await c.fetchval("select id from tickets where order_id = $1", sold.id)
    await moves.move_ticket(database, inventory, SETTINGS, counter.house.organisation, MoveTicket(ticket, 0), NOW)
    await payments.take_on_site(database, sold.id, NOW, counter.seller)
    report = await cash_reports.x(database, counter.session, NOW)
    assert report.tickets == cash_reports.Items(1, 0) and report.total.received_cents == 3000
    assert [(one.name, one.count, one.amount_cents) for one in report.sold] == [("Full", 1, 3000)]
    await moves.move_ticket(database, inventory, SETTINGS, counter.house.organisation, MoveTicket(ticket, 11), NOW)
    await hand_out(database, counter, sold.id)
    report = await cash_reports.x(database, counter.session, NOW)
    assert report.tickets == cash_reports.Items(1, 0) and report.total.net_cents == 2000
    assert await breaches(database, inventory) == []


async def test_a_difference_is_told_or_nothing_is_closed(database: Database, counter: Counter) -> None:
    for wrong in (FLOAT_CENTS - 1, FLOAT_CENTS + 500):
        with pytest.raises(DifferenceUntold) as refused:
            await close(database, counter, wrong, "  ")
        assert refused.value.fields["expected_cents"] == FLOAT_CENTS
    assert (await state(database, counter)).closed_at is None
    assert await close(database, counter, FLOAT_CENTS) == 0
    assert [row["kind"] for row in await journal_of(database, counter.session)] == ["open", "close"]


async def test_what_was_looked_at_is_what_is_closed(database: Database, inventory: Inventory, counter: Counter) -> None:
    looked_at = (await state(database, counter)).journal_number
    await sell(database, inventory, counter, [0])
    count, seen = Counted(FLOAT_CENTS), counter.seller.staff_id
    with pytest.raises(CashMoved):
        await cash_sessions.close(database, counter.session, seen, count, "", looked_at, counter.seller, NOW)
    assert (await state(database, counter)).closed_at is None


async def test_one_session_a_till_and_one_a_seller(database: Database, counter: Counter) -> None:
    house, other = counter.house, await person(database, counter.house, "Kim Colleague")
    with pytest.raises(TillOpen) as refused:
        await open_session(database, house, counter.till, other)
    assert refused.value.fields["seller"] == "Sam Seller"
    second = await add_till(database, house, "Till 2")
    with pytest.raises(CashSessionOpen) as elsewhere:
        await open_session(database, house, second, counter.seller)
    assert elsewhere.value.fields["till"] == "Till 1"
    await open_session(database, house, second, other)
    await close(database, counter, FLOAT_CENTS)
    again = await open_session(database, house, counter.till, counter.seller)
    assert (await cash_sessions.get(database, again, None)).number == 2


async def test_cash_needs_a_session_where_there_are_tills(
    database: Database, inventory: Inventory, counter: Counter
) -> None:
    """Cards do not, nor does a program, which has a drawer of its own."""
    nobody = await person(database, counter.house, "Without a drawer")
    placed = [await order(database, inventory, counter.house, [place]) for place in (0, 1, 2)]
    with pytest.raises(CashSessionNeeded):
        await payments.take_on_site(database, placed[0].id, NOW, nobody)
    await payments.take_on_site(database, placed[0].id, NOW, nobody, method=Method.TERMINAL)
    program = Actor(organisation_id=counter.house.organisation)
    await payments.take_on_site(database, placed[1].id, NOW, program)
    await orders.refund(database, inventory, placed[1].id, NOW)
    [due] = await refunds.of_order(database, placed[1].id)
    with pytest.raises(CashSessionNeeded):
        await refunds.hand_out(database, counter.house.organisation, due.id, NOW, nobody)
    await refunds.hand_out(database, counter.house.organisation, due.id, NOW, counter.seller)
    assert (await state(database, counter)).cash_cents == FLOAT_CENTS - 3000
    report = await cash_reports.x(database, counter.session, NOW)
    assert report.tickets == cash_reports.Items(0, 1) and report.sold[0].amount_cents == -3000
    rival = await open_house(database)
    plain = await order(database, inventory, rival, [0])
    await payments.take_on_site(database, plain.id, NOW, await person(database, rival))
    assert await breaches(database, inventory) == []


async def test_no_more_cash_leaves_a_drawer_than_is_in_it(
    database: Database, inventory: Inventory, counter: Counter
) -> None:
    sold = await sell(database, inventory, counter, [0])
    act = (database, counter.session, counter.seller.staff_id)
    with pytest.raises(CashShort):
        await cash_sessions.move(*act, Kind.OUT, FLOAT_CENTS + 3001, Reason.BANK, "", counter.seller, NOW)
    await cash_sessions.move(*act, Kind.OUT, FLOAT_CENTS + 100, Reason.BANK, "", counter.seller, NOW)
    await orders.refund(database, inventory, sold.id, NOW)
    with pytest.raises(CashShort):
        await hand_out(database, counter, sold.id)
    [due] = await refunds.of_order(database, sold.id)
    assert due.status is RefundStatus.DUE and (await state(database, counter)).cash_cents == 2900


@pytest.mark.parametrize(
    ("kind", "cents", "reason", "note"),
    [
        (Kind.IN, 0, Reason.CHANGE, ""),
        (Kind.OUT, -5, Reason.BANK, ""),
        (Kind.IN, 100, Reason.BANK, ""),
        (Kind.OUT, 100, Reason.FLOAT, ""),
        (Kind.OUT, 100, Reason.EXPENSE, " "),
        (Kind.IN, 100, Reason.OTHER, ""),
        (Kind.IN, 2**31, Reason.CHANGE, ""),
        (Kind.IN, 100, Reason.CHANGE, "x" * 201),
    ],
)
async def test_what_moves_has_an_amount_and_a_reason(
    database: Database, counter: Counter, kind: Kind, cents: int, reason: Reason, note: str
) -> None:
    act = (database, counter.session, counter.seller.staff_id)
    with pytest.raises(InputRefused):
        await cash_sessions.move(*act, kind, cents, reason, note, counter.seller, NOW)
    assert len(await journal_of(database, counter.session)) == 1


async def test_a_session_is_its_sellers_and_the_managers(database: Database, counter: Counter) -> None:
    other = await person(database, counter.house, "Other")
    with pytest.raises(NotFound):
        await state(database, counter, other.staff_id)
    with pytest.raises(NotFound):
        await cash_sessions.count(database, counter.session, other.staff_id, float_counted(), "", other, NOW)
    await cash_sessions.count(database, counter.session, None, float_counted(), "", other, NOW)
    number = (await state(database, counter)).journal_number
    await cash_sessions.close(database, counter.session, None, float_counted(), "", number, other, NOW)
    closed, more = await cash_sessions.closed(database, counter.till, None)
    assert [one.seller for one in closed] == ["Sam Seller"] and not more
    assert (await cash_sessions.closed(database, counter.till, other.staff_id))[0] == []
    assert (await z(database, counter.session)).closed_by == "Other"


async def test_closed_is_closed(database: Database, inventory: Inventory, counter: Counter) -> None:
    await close(database, counter, FLOAT_CENTS)
    act = (database, counter.session, counter.seller.staff_id)
    placed = await order(database, inventory, counter.house, [0])
    refused: list[Callable[[], Awaitable[Any]]] = [
        lambda: cash_sessions.move(*act, Kind.IN, 100, Reason.CHANGE, "", counter.seller, NOW),
        lambda: cash_sessions.count(*act, float_counted(), "", counter.seller, NOW),
        lambda: close(database, counter, FLOAT_CENTS),
        lambda: payments.take_on_site(
            database, placed.id, NOW, counter.seller, method=Method.CASH, session_id=counter.session
        ),
    ]
    for act_again in refused:
        with pytest.raises(CashSessionClosed):
            await act_again()
    with pytest.raises(CashSessionNeeded):
        await payments.take_on_site(database, placed.id, NOW, counter.seller)


async def test_another_box_offices_session_takes_nothing(
    database: Database, inventory: Inventory, counter: Counter
) -> None:
    rival = await open_house(database)
    placed = await order(database, inventory, rival, [0])
    with pytest.raises(NotFound):
        await payments.take_on_site(database, placed.id, NOW, counter.seller, session_id=counter.session)


async def test_what_is_done_is_in_the_audit_log(database: Database, counter: Counter) -> None:
    act = (database, counter.session, counter.seller.staff_id)
    await cash_sessions.move(*act, Kind.IN, 100, Reason.OTHER, "Found it", counter.seller, NOW)
    await cash_sessions.move(*act, Kind.OUT, 100, Reason.CHANGE, "", counter.seller, NOW)
    await cash_sessions.count(*act, float_counted(), "", counter.seller, NOW)
    await close(database, counter, FLOAT_CENTS)
    wanted = Wanted(organisation_id=counter.house.organisation, subject_kind="till", subject_id=str(counter.till))
    lines, _ = await audit.page(database, wanted)
    assert [line.act.partition(".")[2] for line in reversed(lines)] == [
        "created", "opened", "brought", "taken", "counted", "closed",
    ]  # fmt: skip


async def test_the_currency_stays_once_cash_was_counted(database: Database, counter: Counter) -> None:
    house = counter.house
    async with database.read() as c:
        key = await c.fetchval("select key from box_offices where id = $1", house.box_office)
    choice = BoxOfficeChoice(name="The Box Office", currency="CHF", locale="en")
    with pytest.raises(CurrencyFixed):
        await box_offices.change(database, house.organisation, key, 1, choice, counter.seller, NOW)


async def test_rows_are_in_the_order_of_their_moments_whatever_the_clocks(database: Database, counter: Counter) -> None:
    act = (database, counter.session, counter.seller.staff_id)
    await cash_sessions.count(*act, float_counted(), "", counter.seller, NOW + timedelta(minutes=5))
    await close(database, counter, FLOAT_CENTS)
    moments = [row["at"] for row in await journal_of(database, counter.session)]
    assert moments == sorted(moments) and (await state(database, counter)).closed_at == moments[-1]


async def test_pieces_are_kept_as_they_were_counted(database: Database, counter: Counter) -> None:
    number, last = (await state(database, counter)).journal_number, counted("EUR", {5000: 4})
    act = (database, counter.session, counter.seller.staff_id)
    await cash_sessions.close(*act, last, "", number, counter.seller, NOW)
    report = await z(database, counter.session)
    assert report.float_pieces == ((100, 10), (1000, 4), (5000, 3)) and report.pieces == ((5000, 4),)


# What protects


@pytest.mark.parametrize("table", ["cash_movements", "cash_shares", "cash_reports", "cash_sessions"])
async def test_the_database_changes_no_row(
    database: Database, inventory: Inventory, counter: Counter, table: str
) -> None:
    await sell(database, inventory, counter, [0])
    await close(database, counter, FLOAT_CENTS + 3000)
    column = {"cash_shares": "amount_cents", "cash_movements": "note"}.get(table, "number")
    async with database.read() as c:
        for act in (f"update {table} set {column} = {column}", f"delete from {table}"):
            with pytest.raises(RaiseError):
                await c.execute(act)


FORGED = (
    ("cash_journals_are_unbroken", "update cash_movements set amount_cents = 2900 where kind = 'payment'"),
    ("cash_journals_are_unbroken", "update cash_movements set note = 'Nothing' where kind = 'out'"),
    (
        "cash_journals_are_unbroken",
        "update cash_movements set entry = replace(entry, '20000', '19000'),"
        " hash = sha256(convert_to(replace(entry, '20000', '19000'), 'UTF8')), amount_cents = 19000"
        " where kind = 'open'",
    ),
    ("cash_journals_are_unbroken", "update cash_shares set amount_cents = 1, vat_cents = 0"),
    ("cash_journals_are_unbroken", "delete from cash_movements where kind = 'out'"),
    (
        "cash_reports_are_unbroken",
        "update cash_reports set document = replace(document, '\"counted_cents\":', '\"counted_cents\":1')",
    ),
    (
        "cash_reports_are_unbroken",
        "with forged as (select session_id, replace(document, 'Lost', 'Spent') as text from cash_reports"
        " where number = 1) update cash_reports r set document = f.text, hash = sha256(convert_to(f.text, 'UTF8'))"
        " from forged f where f.session_id = r.session_id",
    ),
    ("cash_reports_are_unbroken", "delete from cash_reports where number = 2"),
)


@pytest.mark.parametrize(("invariant", "forgery"), FORGED)
async def test_what_is_changed_by_hand_is_seen(
    database: Database, inventory: Inventory, counter: Counter, invariant: str, forgery: str
) -> None:
    """The triggers off, a row is altered: even one whose own hash is made anew, what follows from it is not."""
    await sell(database, inventory, counter, [0])
    act = (database, counter.session, counter.seller.staff_id)
    await cash_sessions.move(*act, Kind.OUT, 1000, Reason.EXPENSE, "Stamps", counter.seller, NOW)
    await close(database, counter, FLOAT_CENTS + 1900, "Lost")
    counter.session = await open_session(database, counter.house, counter.till, counter.seller)
    await close(database, counter, FLOAT_CENTS)
    assert await breached(database) == set()
    async with database.transaction() as c:
        await c.execute("set local session_replication_role = replica")
        await c.execute(forgery)
    assert invariant in await breached(database)


@pytest.mark.parametrize("protected", [True, False])
async def test_an_index_keeps_a_till_from_two_sessions(database: Database, counter: Counter, protected: bool) -> None:
    other = await person(database, counter.house, "Other")
    if protected:
        with pytest.raises(TillOpen):
            await open_session(database, counter.house, counter.till, other)
        assert await breached(database) == set()
        return
    async with database.read() as c:
        await c.execute("drop index cash_sessions_one_open_a_till")
    await open_session(database, counter.house, counter.till, other)
    assert "cash_reports_are_unbroken" in await breached(database)
    await empty(database)
    async with database.read() as c:
        await c.execute(
            "create unique index cash_sessions_one_open_a_till on cash_sessions (till_id) where closed_at is null"
        )


async def test_of_two_who_open_at_once_one_does(database: Database, counter: Counter) -> None:
    await close(database, counter, FLOAT_CENTS)
    people = [await person(database, counter.house, name) for name in ("Ann", "Bob")]
    both = asyncio.Barrier(2)

    async def opens(who: Actor) -> UUID | TillOpen:
        await both.wait()
        try:
            return await open_session(database, counter.house, counter.till, who)
        except TillOpen as refusal:
            return refusal

    found = await asyncio.gather(*(opens(who) for who in people))
    assert sorted(type(one).__name__ for one in found) == ["TillOpen", "UUID"]
    assert await breached(database) == set()


async def race(db: Database, first: Awaitable[Any], second: Awaitable[Any], waits: bool = True) -> list[Any]:
    """The first stops with the session in hand, just before it writes its row; the second comes meanwhile, until it
    waits for the first, or is done; then the first goes on. What became of both."""
    held, go, write = asyncio.Event(), asyncio.Event(), cash_journal.write

    async def stopped(*args: Any) -> Any:
        held.set()
        await go.wait()
        return await write(*args)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cash_journal, "write", stopped)
        one = asyncio.ensure_future(first)
        await held.wait()
    two = asyncio.ensure_future(second)
    await (someone_waits(db) if waits else asyncio.wait([two]))
    go.set()
    return list(await asyncio.gather(one, two, return_exceptions=True))


async def test_a_payment_that_comes_while_its_session_is_closed_is_refused_by_name(
    database: Database, inventory: Inventory, counter: Counter
) -> None:
    placed = await order(database, inventory, counter.house, [0])
    pays = payments.take_on_site(database, placed.id, NOW, counter.seller, session_id=counter.session)
    closed, paid = await race(database, close(database, counter, FLOAT_CENTS), pays)
    assert closed == 0 and isinstance(paid, CashSessionClosed)
    assert (await orders.get(database, placed.id)).received_cents == 0
    assert await breaches(database, inventory) == []


async def test_a_closing_that_comes_while_somebody_pays_is_asked_again(
    database: Database, inventory: Inventory, counter: Counter
) -> None:
    placed = await order(database, inventory, counter.house, [0])
    pays = payments.take_on_site(database, placed.id, NOW, counter.seller, session_id=counter.session)
    paid, closed = await race(database, pays, close(database, counter, FLOAT_CENTS))
    assert paid.received_cents == 3000 and isinstance(closed, CashMoved)
    assert await close(database, counter, FLOAT_CENTS + 3000) == 0
    assert (await z(database, counter.session)).total.received_cents == 3000
    assert await breaches(database, inventory) == []


@pytest.mark.parametrize("numbered", [True, False])
async def test_without_its_lock_a_session_takes_money_after_its_closing(
    database: Database, inventory: Inventory, counter: Counter, monkeypatch: pytest.MonkeyPatch, numbered: bool
) -> None:
    """The payer finds an open session, it is closed meanwhile, and they write all the same. A second guard is left,
    the number of the row, which is taken; without that one too the breach happens, and is seen."""
    placed = await order(database, inventory, counter.house, [0])
    monkeypatch.setattr(cash_sessions.SQL, "lock", without(cash_sessions.SQL.lock, "for no key update of s", ""))
    if not numbered:
        async with database.read() as c:
            await c.execute("alter table cash_movements drop constraint cash_movements_pkey cascade")
    pays = payments.take_on_site(database, placed.id, NOW, counter.seller, session_id=counter.session)
    paid, closed = await race(database, pays, close(database, counter, FLOAT_CENTS), waits=False)
    assert closed == 0 and isinstance(paid, UniqueViolationError) is numbered
    expected = set() if numbered else {"cash_journals_are_unbroken", "cash_adds_up"}
    assert expected <= await breached(database) and bool(expected) is bool(await breached(database))
    if not numbered:
        await empty(database)
        async with database.read() as c:
            await c.execute("alter table cash_movements add primary key (session_id, number)")
            await c.execute("alter table cash_shares add foreign key (session_id, number) references cash_movements")
