"""What protects the doors, each with its mutant: on, nothing is seen; off, the breach happens and is seen."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.faults.barrier import all_at_once
from tests.ticketing.doors import BY, At, at_door
from tests.ticketing.gate import HOUSE, NOW, PASS, Gate, row_id, sell
from ticketing import (
    admissions,
    offline_scans,
    scan_devices,
    scan_profiles,
    undos,
)
from ticketing.check import in_postgres
from ticketing.db import Database
from ticketing.doors import Direction, Mode, Standing, Verdict
from ticketing.ids import new_id
from ticketing.offline_scans import OfflineScan
from ticketing.refusals import NotSignedIn, NotTheLastPassage
from ticketing.scan_profiles import Choice
from ticketing.sql import Query

BEFORE_ORDERS_EXPIRE = datetime(2026, 2, 1, tzinfo=UTC)
DOORS = 8
KEY = "alter table passages drop constraint passages_pkey"
KEY_AGAIN = """
delete from offline_scans where scan_id in (select id from scans where ticket_id = '{ticket}');
delete from passages where ticket_id = '{ticket}';
delete from scans where ticket_id = '{ticket}';
alter table passages add primary key (ticket_id, number);
"""


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


def without(monkeypatch: pytest.MonkeyPatch, query: Query, protection: str, instead: str = "") -> None:
    """A statement that lacks one of its protections."""
    assert protection in query.text
    monkeypatch.setattr(query, "text", query.text.replace(protection, instead))


@pytest.mark.parametrize("protected", [True, False])
@pytest.mark.parametrize(
    ("mode", "breach"),
    [(Mode.ONCE, "admitted_once"), (Mode.ENTRY_EXIT, "passages_alternate"), (Mode.MULTIPLE, "passages_follow")],
)
async def test_the_passages_key_has_each_passage_happen_once(
    gate: Gate, mode: Mode, breach: str, protected: bool
) -> None:
    """Scanners that all read before any writes."""
    place = 100 + 2 * list(Mode).index(mode) + protected
    at, code = await at_door(gate, mode=mode), await gate.code(place)
    if not protected:
        await gate.run(KEY)
    answers = await all_at_once(gate.db, (at.scan(code) for _ in range(DOORS)))
    told = Counter(answer.verdict for answer in answers)
    if protected:
        entries = sorted(answer.ticket.entry_count for answer in answers if answer.ticket)
        assert told[Verdict.ADMITTED] == (DOORS if mode is Mode.MULTIPLE else 1)
        assert entries == ([*range(1, DOORS + 1)] if mode is Mode.MULTIPLE else [1] * DOORS)
        assert await breaches(gate) == set()
        return
    assert told[Verdict.ADMITTED] == DOORS
    assert breach in await breaches(gate)
    await gate.run(KEY_AGAIN.format(ticket=row_id(14, place)))


@pytest.mark.parametrize("protected", [True, False])
async def test_the_statement_looks_again_whether_the_device_may(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """The process still remembers the device as a good one when it is revoked."""
    at, code = await at_door(gate), await gate.code(110 + protected)
    await scan_devices.revoke(gate.db, HOUSE, at.door.device_id, BY, NOW)
    if protected:
        with pytest.raises(NotSignedIn):
            await at.scan(code)
        return
    without(monkeypatch, admissions.SQL.admit, "d.revoked_at is null and ")
    assert (await at.scan(code)).verdict is Verdict.ADMITTED


@pytest.mark.parametrize("protected", [True, False])
async def test_the_statement_looks_again_whether_the_profile_is_the_same(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """The process still remembers the profile as it was before it counted both ways."""
    at, code = await at_door(gate), await gate.code(112 + protected)
    await at.scan(code)
    await at.scan(code, Direction.OUT)
    profile = at.door.profile
    changed = scan_profiles.choice_of(profile)
    changed = Choice(**{name: getattr(changed, name) for name in changed.__struct_fields__} | {"mode": Mode.ENTRY_EXIT})
    await scan_profiles.edit(gate.db, HOUSE, profile.id, profile.version, changed, BY, NOW)
    if not protected:
        without(monkeypatch, admissions.SQL.admit, " and f.version = :profile_version::integer".replace(
            ":profile_version", f"${admissions.SQL.admit.parameters.index('profile_version') + 1}"
        ), f" and ${admissions.SQL.admit.parameters.index('profile_version') + 1}::integer > 0")  # fmt: skip
    assert (await at.scan(code)).verdict is (Verdict.ADMITTED if protected else Verdict.ALREADY_IN)


@pytest.mark.parametrize("protected", [True, False])
async def test_only_the_last_passage_is_taken_back(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    place = 114 + protected
    at, code = await at_door(gate, mode=Mode.ENTRY_EXIT), await gate.code(place)
    entry = await at.scan(code)
    await at.scan(code, Direction.OUT)
    if protected:
        with pytest.raises(NotTheLastPassage):
            await at.undo(entry.scan_id)
        assert await breaches(gate) == set()
        return
    without(monkeypatch, undos.SQL.latest, "select number, last,", "select number, 1 as last,")
    await at.undo(entry.scan_id)
    assert "undone_passages_stood" in await breaches(gate)
    await gate.run(KEY_AGAIN.rpartition("alter")[0].format(ticket=row_id(14, place)))


@pytest.mark.parametrize("protected", [True, False])
async def test_the_tickets_lock_keeps_a_scan_out_of_an_undoing(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    """Somebody goes out between the look at what stands and the writing of the undoing."""
    place = 116 + protected
    at, code = await at_door(gate, mode=Mode.ENTRY_EXIT), await gate.code(place)
    entry = await at.scan(code)
    latest, leaving = undos._latest, []

    async def then_somebody_leaves(*args: Any) -> Any:
        found = await latest(*args)
        if not leaving:
            leaving.append(asyncio.create_task(at.scan(code, Direction.OUT)))
            await over_or_waiting(gate.db, leaving[0])
        return found

    monkeypatch.setattr(undos, "_latest", then_somebody_leaves)
    if not protected:
        without(monkeypatch, undos.SQL.lock, " for no key update")
    undone = await at.undo(entry.scan_id)
    left = await leaving[0]
    if protected:
        assert (undone.standing, left.verdict) == (Standing.NEW, Verdict.NOT_IN)
        assert await breaches(gate) == set()
        return
    assert left.verdict is Verdict.LEFT and "undone_passages_stood" in await breaches(gate)
    await gate.run(KEY_AGAIN.rpartition("alter")[0].format(ticket=row_id(14, place)))


async def over_or_waiting(db: Database, task: "asyncio.Task[Any]") -> None:
    """Until a task has ended, or a transaction waits for another."""
    waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    async with asyncio.timeout(30), db.read() as c:
        while not task.done() and not await c.fetchval(waiting):
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("protected", [True, False])
async def test_a_scan_told_twice_is_one(gate: Gate, protected: bool) -> None:
    """Two devices were offline and let the same ticket in; each tells of it twice."""
    place = 120 + protected
    code = await gate.code(place)
    north, south = await at_door(gate), await at_door(gate, gate="South")

    def told(at: At) -> Any:
        scan = OfflineScan(
            scan_id=ids[at] if protected else new_id(), performance_id=row_id(7, 1), direction=Direction.IN,
            told=Verdict.ADMITTED, at=NOW - timedelta(minutes=1), code=code,
        )  # fmt: skip
        on = (gate.db, gate.keys, at.devices, at.door)
        return offline_scans.take(*on, NOW, [scan], NOW)

    ids = {north: new_id(), south: new_id()}
    for at in (north, south, north, south):
        await told(at)
    async with gate.db.read() as c:
        passed = await c.fetch(
            "select gate, despite from passages where ticket_id = $1 order by number", row_id(14, place)
        )
    found = await offline_scans.conflicts(gate.db, [row_id(7, 1)])
    mine = [one for one in found if one.ticket_id == row_id(14, place)]
    if protected:
        assert [(row["gate"], row["despite"]) for row in passed] == [("North", None), ("South", "already_in")]
        assert [(one.gate, one.other_gate) for one in mine] == [("South", "North")]
    else:
        assert len(passed) == 4 and len(mine) == 3, "only its id tells that a scan was told before"
    assert await breaches(gate) == set()


@pytest.mark.parametrize("protected", [True, False])
async def test_only_the_passs_status_keeps_its_tickets_out_when_they_are_looked_up(
    gate: Gate, monkeypatch: pytest.MonkeyPatch, protected: bool
) -> None:
    at = await at_door(gate)
    await gate.run("update passes set status = 'opposed' where id = $1", PASS)
    async with gate.db.read() as c:
        ticket = await c.fetchval("select id from tickets where pass_id = $1 and pool_id = 3", PASS)
    if not protected:
        without(
            monkeypatch,
            admissions.SQL.admit,
            "select t.id, null, coalesce(a.status, 'valid')",
            "select t.id, null, 'valid'",
        )
    told = await at.scan("", at=3, ticket_id=ticket)
    await gate.run("update passes set status = 'valid' where id = $1", PASS)
    assert told.verdict is (Verdict.OPPOSED if protected else Verdict.ADMITTED)
