"""The keys that let a ticket in once and a scan count once: on, nothing is seen; off, `check` sees the breach.

A barrier stands between the reading and the writing of every scan: they all come to it before any goes on, so that what
is only likely at a busy gate is certain here.
"""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

import pytest

from tests.faults.barrier import all_at_once
from tests.ticketing.gate import HOUSE, NOW, Gate, row_id, sell
from ticketing import admissions, tickets
from ticketing.admissions import Verdict
from ticketing.check import in_postgres
from ticketing.db import Database
from ticketing.ids import new_id

GATES = 8
BEFORE_ORDERS_EXPIRE = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def house_url(database_url: str) -> str:
    asyncio.run(sell(database_url))
    return database_url


@pytest.fixture
async def gate(house_url: str, database: Database) -> Gate:
    return Gate(database)


async def breaches(gate: Gate) -> set[str]:
    async with gate.db.read() as c:
        return {breach.invariant for breach in await in_postgres(c, BEFORE_ORDERS_EXPIRE)}


async def verdicts(gate: Gate, place: int, scan_id: UUID | None = None) -> Counter[Verdict]:
    code = await gate.code(place)
    scans = (gate.scan(code, gate=f"Gate {n}", scan_id=scan_id) for n in range(GATES))
    return Counter(answer.verdict for answer in await all_at_once(gate.db, scans))


async def test_with_its_key_a_ticket_is_let_in_once(gate: Gate) -> None:
    assert await verdicts(gate, 50) == {Verdict.ADMITTED: 1, Verdict.ALREADY_IN: GATES - 1}
    assert await breaches(gate) == set()


async def test_with_its_key_a_scan_counts_once(gate: Gate) -> None:
    before = await gate.count("scans")
    assert await verdicts(gate, 602, new_id()) == {Verdict.NOT_PAID: GATES}
    assert await gate.count("scans") == before + 1


def without(monkeypatch: pytest.MonkeyPatch, protection: str, instead: str = "") -> None:
    """Scan by a statement that lacks one of its protections."""
    monkeypatch.setattr(admissions.SQL.admit, "text", admissions.SQL.admit.text.replace(protection, instead))


@pytest.mark.parametrize(("protected", "verdict"), [(True, Verdict.OLD_CODE), (False, Verdict.ADMITTED)])
async def test_only_the_generation_keeps_an_old_code_out(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, protected: bool, verdict: Verdict
) -> None:
    place = 60 + protected
    old = await gate.code(place)
    await tickets.reissue(gate.db, HOUSE, row_id(14, place), NOW)
    if not protected:
        without(monkeypatch, "when k.generation <> ", "when false and k.generation <> ")
    assert (await gate.scan(old)).verdict == verdict


@pytest.mark.parametrize(("protected", "verdict"), [(True, Verdict.CANCELLED), (False, Verdict.ADMITTED)])
async def test_only_the_ticket_s_lock_makes_a_scan_wait_for_a_cancellation(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, protected: bool, verdict: Verdict
) -> None:
    place = 64 + protected
    code = await gate.code(place)
    if not protected:
        without(monkeypatch, "for share of t")
    async with gate.db.transaction() as c:
        await c.execute("update tickets set status = 'cancelled' where id = $1", row_id(14, place))
        scan = asyncio.create_task(gate.scan(code))
        await asyncio.wait({scan}, timeout=1)
        assert scan.done() != protected
    assert (await scan).verdict == verdict


async def test_without_its_key_a_scan_counts_twice(gate: Gate) -> None:
    """Run after the tests of the whole schema: what is dropped stays dropped in this module's database."""
    await gate.run("alter table scans drop constraint scans_pkey cascade")
    before = await gate.count("scans")
    await verdicts(gate, 602, new_id())
    assert await gate.count("scans") > before + 1


async def test_without_its_key_a_ticket_is_let_in_twice(gate: Gate) -> None:
    await gate.run("alter table passages drop constraint passages_pkey")
    assert (await verdicts(gate, 52))[Verdict.ADMITTED] > 1
    assert "admitted_once" in await breaches(gate)
