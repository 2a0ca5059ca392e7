"""Gates: every verdict, one admission however many scan at once, one answer however often a gate asks."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ticketing.gate import HOUSE, NOW, OTHER, PASS, SECRET, Gate, performance, row_id, sell, token
from ticketing import signing_keys, tickets
from ticketing.admissions import SQL, Scan, Verdict, admit
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.refusals import InputRefused, NotFound, ScanReused
from ticketing.sql import Query
from ticketing.ticket_codes import Kind

LATER = NOW + timedelta(minutes=20)


@pytest.fixture(scope="module")
def house_url(database_url: str) -> str:
    asyncio.run(sell(database_url))
    return database_url


@pytest.fixture
async def gate(house_url: str, database: Database) -> Gate:
    return Gate(database)


async def test_a_valid_ticket_is_admitted(gate: Gate) -> None:
    admission = await gate.scan(await gate.code(50), gate="North 3")
    assert (admission.verdict, admission.repeated) == (Verdict.ADMITTED, False)
    ticket = admission.ticket
    assert ticket is not None
    assert (ticket.zone, ticket.row_label, ticket.seat_label, ticket.tariff_name) == ("North", "1", "50", "Full")
    assert (ticket.holder_name, ticket.event_name, ticket.time_zone) == ("Buyer 25", "Match", "Europe/Paris")
    assert (ticket.entered_at, ticket.entered_gate) == (NOW, "North 3")


async def test_the_second_scan_is_told_when_and_where(gate: Gate) -> None:
    code = await gate.code(51)
    await gate.scan(code, gate="South")
    admission = await gate.scan(code, gate="North", now=LATER)
    assert admission.verdict == Verdict.ALREADY_IN
    assert admission.ticket is not None
    assert (admission.ticket.entered_at, admission.ticket.entered_gate) == (NOW, "South")


async def test_another_date_is_named(gate: Gate) -> None:
    admission = await gate.scan(await gate.code(52), at=2)
    assert admission.verdict == Verdict.WRONG_PERFORMANCE
    assert admission.ticket is not None
    assert admission.ticket.starts_at.isoformat() == "2036-06-08T18:00:00+00:00"
    assert (await gate.scan(await gate.code(52))).verdict == Verdict.ADMITTED


@pytest.mark.parametrize(
    ("place", "verdict"), [(602, Verdict.NOT_PAID), (604, Verdict.CANCELLED), (606, Verdict.CANCELLED)]
)
async def test_what_was_not_paid_or_was_cancelled(gate: Gate, place: int, verdict: Verdict) -> None:
    assert (await gate.scan(await gate.code(place))).verdict == verdict


async def test_an_opposed_ticket_stays_out_and_its_new_code_comes_in(gate: Gate) -> None:
    old = await gate.code(60)
    await tickets.oppose(gate.db, HOUSE, row_id(14, 60), NOW)
    assert (await gate.scan(old)).verdict == Verdict.OPPOSED
    await tickets.reissue(gate.db, HOUSE, row_id(14, 60), NOW)
    assert (await gate.scan(old)).verdict == Verdict.OLD_CODE
    assert (await gate.scan(await gate.code(60))).verdict == Verdict.ADMITTED


async def test_a_cancelled_performance_lets_nobody_in(gate: Gate) -> None:
    await gate.run("update performances set status = 'cancelled' where id = $1", performance(1))
    admission = await gate.scan(await gate.code(61))
    await gate.run("update performances set status = 'on_sale' where id = $1", performance(1))
    assert admission.verdict == Verdict.CANCELLED


async def test_a_scan_that_meets_a_cancellation_waits_for_it(gate: Gate) -> None:
    code = await gate.code(65)
    async with gate.db.transaction() as c:
        await c.execute("update tickets set status = 'cancelled' where id = $1", row_id(14, 65))
        scan = asyncio.create_task(gate.scan(code))
        done, _ = await asyncio.wait({scan}, timeout=0.3)
        assert not done
    assert (await scan).verdict == Verdict.CANCELLED


async def test_a_serial_nobody_has_is_unknown(gate: Gate) -> None:
    signer = await gate.keys.signer(HOUSE, NOW)
    for code in (signer.ticket(4_000_000_000, 0, 1), signer.holder_pass(4_000_000_000, 0)):
        admission = await gate.scan(code)
        assert (admission.verdict, admission.ticket) == (Verdict.UNKNOWN, None)


@pytest.mark.parametrize("code", ["", "PL", "https://example.org/", "\x00", "\ud800", "PL" + "A" * 120, "x" * 10_000])
async def test_what_is_no_ticket_is_unknown(gate: Gate, code: str) -> None:
    assert (await gate.scan(code)).verdict == Verdict.UNKNOWN


async def test_another_organisations_ticket_is_a_forgery_here(gate: Gate) -> None:
    """Both have a key 0 and a key 1; neither trusts the other's."""
    await signing_keys.rotate(gate.db, SECRET, OTHER, NOW)
    await signing_keys.rotate(gate.db, SECRET, OTHER, NOW)
    signer = await gate.keys.signer(OTHER, NOW)
    assert (await gate.scan(signer.ticket(50, 0, 1))).verdict == Verdict.FORGED


async def test_a_ticket_that_was_altered_is_a_forgery(gate: Gate) -> None:
    code = await gate.code(62)
    assert (await gate.scan(code[:-20] + "A" * 20)).verdict == Verdict.FORGED
    assert (await gate.scan(code)).verdict == Verdict.ADMITTED


async def test_a_key_made_in_another_process_is_known_at_once(gate: Gate) -> None:
    await gate.scan("warm")
    before = await gate.code(63)
    await signing_keys.rotate(gate.db, SECRET, HOUSE, NOW)
    elsewhere = Gate(gate.db)
    after = await elsewhere.code(64, NOW)
    assert before[:6] != after[:6]
    moment = NOW + timedelta(seconds=2)
    assert (await gate.scan(after, now=moment)).verdict == Verdict.ADMITTED
    assert (await gate.scan(before, now=moment)).verdict == Verdict.ADMITTED


# Once, whoever scans


async def test_a_hundred_gates_at_once_admit_one(gate: Gate) -> None:
    code = await gate.code(70)
    answers = await asyncio.gather(*(gate.scan(code, gate=f"Gate {n}") for n in range(100)))
    assert Counter(answer.verdict for answer in answers) == {Verdict.ADMITTED: 1, Verdict.ALREADY_IN: 99}
    (first,) = (answer.ticket for answer in answers if answer.verdict == Verdict.ADMITTED)
    assert first is not None
    assert {answer.ticket.entered_gate for answer in answers if answer.ticket} == {first.entered_gate}


async def test_one_scan_asked_a_hundred_times_at_once_is_one_scan(gate: Gate) -> None:
    code, scan_id, before = await gate.code(71), new_id(), await gate.count("scans")
    answers = await asyncio.gather(*(gate.scan(code, scan_id=scan_id) for _ in range(100)))
    assert {answer.verdict for answer in answers} == {Verdict.ADMITTED}
    assert sum(not answer.repeated for answer in answers) == 1
    assert await gate.count("scans") == before + 1


async def test_gates_that_also_ask_again_still_admit_one(gate: Gate) -> None:
    """Ten gates scan one ticket, each ten times under its own id: one id is admitted, in all its answers."""
    code, ids = await gate.code(72), [new_id() for _ in range(10)]
    answers = await asyncio.gather(*(gate.scan(code, scan_id=ids[n % 10], gate=f"Gate {n % 10}") for n in range(100)))
    by_id = [{answer.verdict for answer in answers[n::10]} for n in range(10)]
    assert sorted(by_id, key=str) == [{Verdict.ADMITTED}] + [{Verdict.ALREADY_IN}] * 9


async def test_a_repeated_scan_keeps_its_first_verdict(gate: Gate) -> None:
    code, scan_id = await gate.code(603), new_id()
    assert (await gate.scan(code, scan_id=scan_id)).verdict == Verdict.NOT_PAID
    await gate.run("update tickets set status = 'valid' where id = $1", row_id(14, 603))
    again = await gate.scan(code, scan_id=scan_id, now=LATER)
    assert (again.verdict, again.repeated) == (Verdict.NOT_PAID, True)
    assert (await gate.scan(code)).verdict == Verdict.ADMITTED


async def test_a_repeated_admission_says_when_it_was(gate: Gate) -> None:
    code, scan_id = await gate.code(73), new_id()
    first = await gate.scan(code, scan_id=scan_id)
    again = await gate.scan(code.lower(), scan_id=scan_id, now=LATER)
    assert (again.verdict, again.repeated, again.ticket) == (Verdict.ADMITTED, True, first.ticket)


async def test_a_scan_id_with_another_code_is_refused_and_changes_nothing(gate: Gate) -> None:
    scan_id = new_id()
    await gate.scan("not a ticket", scan_id=scan_id)
    code, before = await gate.code(74), await gate.count("scans")
    with pytest.raises(ScanReused):
        await gate.scan(code, scan_id=scan_id)
    with pytest.raises(ScanReused):
        await gate.scan("not a ticket", scan_id=scan_id, at=2)
    assert await gate.count("scans") == before
    assert (await gate.scan(code)).verdict == Verdict.ADMITTED


async def test_one_scan_id_for_two_tickets_at_once_admits_one_of_them(gate: Gate) -> None:
    codes, scan_id, before = [await gate.code(75), await gate.code(76)], new_id(), await gate.count("admissions")
    answers = await asyncio.gather(*(gate.scan(code, scan_id=scan_id) for code in codes), return_exceptions=True)
    assert sum(isinstance(answer, ScanReused) for answer in answers) == 1
    assert await gate.count("admissions") == before + 1


# Passes


async def test_a_pass_comes_in_once_at_each_of_its_dates(gate: Gate) -> None:
    code = await gate.pass_code()
    first = [(await gate.scan(code, at=n)).verdict for n in (1, 2)]
    again = [(await gate.scan(code, at=n)).verdict for n in (1, 2)]
    assert first == [Verdict.ADMITTED] * 2 and again == [Verdict.ALREADY_IN] * 2
    racing = await asyncio.gather(*(gate.scan(code, at=3) for _ in range(30)))
    assert Counter(answer.verdict for answer in racing) == {Verdict.ADMITTED: 1, Verdict.ALREADY_IN: 29}


async def test_a_pass_elsewhere_is_told_its_next_date(gate: Gate) -> None:
    made = row_id(7, 9)
    await gate.run("insert into pools (box_office_id, kind, place_count) values ($1, 'performance', 9)", row_id(2, 1))
    await gate.run(
        "insert into performances select $1, event_id, box_office_id, venue_id, plan_version_id, place_list_hash,"
        " (select max(id) from pools), starts_at, doors_at, ends_at, sale_opens_at, sale_closes_at, status"
        " from performances where pool_id = 1",
        made,
    )
    admission = await admit(
        gate.db, gate.keys, Scan(new_id(), await gate.pass_code(), made, "North", gate.token), NOW + timedelta(days=1)
    )
    assert admission.verdict == Verdict.WRONG_PERFORMANCE
    assert admission.ticket is not None
    assert admission.ticket.starts_at.isoformat() == "2036-06-15T18:00:00+00:00"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [("reserved", Verdict.NOT_PAID), ("opposed", Verdict.OPPOSED), ("cancelled", Verdict.CANCELLED)],
)
async def test_a_pass_that_is_not_valid_stays_out(gate: Gate, status: str, verdict: Verdict) -> None:
    await gate.run("update passes set status = $1 where id = $2", status, PASS)
    admission = await gate.scan(await gate.pass_code(), at=3)
    await gate.run("update passes set status = 'valid' where id = $1", PASS)
    assert admission.verdict == verdict


async def test_an_old_pass_code_stays_out(gate: Gate) -> None:
    old = await gate.pass_code()
    await gate.run("update passes set generation = generation + 1 where id = $1", PASS)
    assert (await gate.scan(old, at=3)).verdict == Verdict.OLD_CODE


# What was sent


async def test_another_organisations_gate_sees_nothing(gate: Gate) -> None:
    before, code = await gate.count("scans"), await gate.code(80)
    scan = Scan(new_id(), code, performance(1), "North", token(OTHER))
    with pytest.raises(NotFound):
        await admit(gate.db, gate.keys, scan, NOW)
    assert await gate.count("scans") == before


async def test_a_performance_nobody_has(gate: Gate) -> None:
    with pytest.raises(NotFound):
        await admit(gate.db, gate.keys, Scan(new_id(), "x", uuid4(), "North", gate.token), NOW)


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "two\nlines", "x" * 61])
async def test_a_gate_without_a_proper_name(gate: Gate, name: str) -> None:
    with pytest.raises(InputRefused):
        await gate.scan("x", gate=name)


@pytest.mark.parametrize("kind", Kind)
async def test_a_scan_goes_by_indexes_however_small_its_tables_were(
    gate: Gate, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan is made once, at the first scan of the day, and must hold at the forty-thousandth."""
    asked: list[list[Any]] = []
    ordered = Query._ordered

    def noted(query: Query, values: dict[str, Any]) -> list[Any]:
        asked.append(ordered(query, values))
        return asked[-1]

    code = await (gate.code(78) if kind is Kind.TICKET else gate.pass_code())
    monkeypatch.setattr(Query, "_ordered", noted)
    await gate.scan(code)
    async with gate.db.read() as c:
        await c.execute("analyze")
        plan = await c.fetch("explain " + SQL.admit.text, *asked[-1])
    assert not [line for (line,) in plan if "Seq Scan" in line]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(code=st.text())
def test_any_code_has_a_verdict(house_url: str, code: str) -> None:
    async def ask() -> Verdict:
        db = await Database.open(house_url)
        answer = await Gate(db).scan(code)
        await db.close()
        return answer.verdict

    assert asyncio.run(ask()) in {Verdict.UNKNOWN, Verdict.FORGED}
