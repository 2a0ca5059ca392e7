"""Doors: the table of who may go through, walked in every mode from every standing; and what undoing leaves."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.ticketing.doors import BY, At, at_door
from tests.ticketing.gate import NOW, PASS, Gate, row_id, sell
from ticketing import gate_counts, scan_profiles
from ticketing.check import in_postgres
from ticketing.db import Database
from ticketing.doors import DOOR, PASSED, Direction, Mode, Standing, Verdict
from ticketing.refusals import NotTheLastPassage, Refusal
from ticketing.scan_profiles import RIGHTS, Right, Role

BEFORE_ORDERS_EXPIRE = datetime(2026, 2, 1, tzinfo=UTC)
IN, OUT = Direction.IN, Direction.OUT
WAY_TO = {Standing.NEW: (), Standing.INSIDE: (IN,), Standing.OUTSIDE: (IN, OUT)}


@pytest.fixture(scope="module")
def house_url(database_url: str) -> str:
    asyncio.run(sell(database_url))
    return database_url


@pytest.fixture
async def gate(house_url: str, database: Database) -> Gate:
    return Gate(database)


async def breaches(gate: Gate) -> list[str]:
    async with gate.db.read() as c:
        return [f"{one.invariant}: {one.found}" for one in await in_postgres(c, BEFORE_ORDERS_EXPIRE)]


def test_the_table_has_an_answer_for_everything() -> None:
    assert set(DOOR) == set(product(Mode, Direction, Standing))
    for (mode, direction, standing), verdict in DOOR.items():
        if direction is OUT:
            assert verdict is (Verdict.LEFT if standing is Standing.INSIDE else Verdict.NOT_IN)
        if mode is Mode.ONCE and direction is IN and standing is not Standing.NEW:
            assert verdict is Verdict.ALREADY_IN
    assert set(RIGHTS) == set(Role) and RIGHTS[Role.STEWARD] < RIGHTS[Role.SUPERVISOR] == set(Right)


@pytest.mark.parametrize(("mode", "direction", "standing"), list(DOOR))
async def test_a_scan_is_told_what_the_table_says(
    gate: Gate, mode: Mode, direction: Direction, standing: Standing
) -> None:
    at = await at_door(gate, mode=mode)
    code = await gate.code(100 + list(DOOR).index((mode, direction, standing)))
    for way in WAY_TO[standing]:
        before = await at.scan(code, way)
    told = await at.scan(code, direction)
    verdict = DOOR[mode, direction, standing]
    assert told.verdict is verdict and told.ticket is not None
    after = standing if verdict is not PASSED[direction] else {IN: Standing.INSIDE, OUT: Standing.OUTSIDE}[direction]
    assert told.ticket.standing is after
    entries = (standing is not Standing.NEW) + (verdict is Verdict.ADMITTED)
    assert told.ticket.entry_count == entries
    if verdict is PASSED[direction]:
        undone = await at.undo(told.scan_id)
        assert (undone.standing, undone.entry_count) == (standing, standing is not Standing.NEW)
    elif standing is not Standing.NEW:
        assert before.ticket is not None and told.ticket.entered_at == before.ticket.entered_at
    assert await breaches(gate) == []


ACTS = st.lists(st.sampled_from(["in", "out", "undo", "undo before"]), min_size=1, max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(mode=st.sampled_from(list(Mode)), acts=ACTS, data=st.data())
def test_any_sequence_leaves_what_a_model_says(
    house_url: str, mode: Mode, acts: list[str], data: st.DataObject
) -> None:
    """The model is a stack of the passages that stand; undoing takes off the last one."""

    async def run() -> None:
        gate = Gate(await Database.open(house_url))
        gate.db.one_each = False
        at, stack = await at_door(gate, mode=mode), []
        code = await gate.code(await fresh_place(gate))
        for act in acts:
            if act in ("in", "out"):
                way = Direction(act)
                now = standing_of([one[0] for one in stack])
                told = await at.scan(code, way)
                assert told.verdict is DOOR[mode, way, now]
                if told.verdict is PASSED[way]:
                    stack.append((way, told.scan_id))
            elif act == "undo" and stack:
                _, scan_id = stack.pop()
                undone = await at.undo(scan_id)
                assert undone.standing is standing_of([one[0] for one in stack])
                assert undone.entry_count == sum(one[0] is IN for one in stack)
            elif act == "undo before" and len(stack) > 1:
                with pytest.raises(NotTheLastPassage):
                    await at.undo(stack[-2][1])
        assert await breaches(gate) == []
        await gate.db.close()

    asyncio.run(run())


def standing_of(ways: list[Direction]) -> Standing:
    return Standing.NEW if not ways else Standing.INSIDE if ways[-1] is IN else Standing.OUTSIDE


async def fresh_place(gate: Gate) -> int:
    """A place of an order that is paid, whose ticket nobody has scanned."""
    async with gate.db.read() as c:
        return await c.fetchval(
            "select min(place) from tickets t where pool_id = 1 and place between 210 and 601 and status = 'valid'"
            " and not exists (select from scans s where s.ticket_id = t.id)"
        )


@pytest.mark.parametrize("mode", Mode)
async def test_fifty_scans_at_once_come_one_after_the_other(gate: Gate, mode: Mode) -> None:
    at, code = await at_door(gate, mode=mode), await gate.code(150 + list(Mode).index(mode))
    answers = await asyncio.gather(*(at.scan(code) for _ in range(50)))
    told = Counter(answer.verdict for answer in answers)
    admitted = 50 if mode is Mode.MULTIPLE else 1
    assert told[Verdict.ADMITTED] == admitted and sum(told.values()) == 50
    assert await breaches(gate) == []


async def test_half_in_and_half_out_at_once_alternate(gate: Gate) -> None:
    at, code = await at_door(gate, mode=Mode.ENTRY_EXIT), await gate.code(154)
    ways = [IN, OUT] * 20
    answers = await asyncio.gather(*(at.scan(code, way) for way in ways))
    told = Counter(answer.verdict for answer in answers)
    assert 0 <= told[Verdict.ADMITTED] - told[Verdict.LEFT] <= 1
    assert told[Verdict.ADMITTED] >= 1
    assert await breaches(gate) == []


async def test_a_pass_goes_in_and_out_at_each_of_its_dates(gate: Gate) -> None:
    at, code = await at_door(gate, mode=Mode.ENTRY_EXIT), await gate.pass_code()
    first = [(await at.scan(code, way)).verdict for way in (IN, IN, OUT)]
    second = [(await at.scan(code, way, at=2)).verdict for way in (OUT, IN)]
    assert first == [Verdict.ADMITTED, Verdict.ALREADY_IN, Verdict.LEFT]
    assert second == [Verdict.NOT_IN, Verdict.ADMITTED]
    await gate.run("update passes set status = 'opposed' where id = $1", PASS)
    opposed = await at.scan(code)
    await gate.run("update passes set status = 'valid' where id = $1", PASS)
    assert opposed.verdict is Verdict.OPPOSED and opposed.ticket and opposed.ticket.pass_name == "Three matches"


async def test_counters_are_the_sum_of_what_stands(gate: Gate) -> None:
    north, south = await at_door(gate, mode=Mode.ENTRY_EXIT), await at_door(gate, gate="South", mode=Mode.ENTRY_EXIT)
    before = await gate_counts.count(gate.db, row_id(7, 1))
    codes = [await gate.code(place) for place in (160, 161, 162)]
    scans = [await north.scan(code) for code in codes]
    await south.scan(codes[0], OUT)
    left = await south.scan(codes[1], OUT)
    await south.undo(left.scan_id)
    await north.undo(scans[2].scan_id)
    after = await gate_counts.count(gate.db, row_id(7, 1))
    assert (after.inside - before.inside, after.entered - before.entered, after.came - before.came) == (1, 2, 2)
    gates = {one.gate: one for one in after.gates}
    assert gates["South"].left - next((one.left for one in before.gates if one.gate == "South"), 0) == 1


async def test_a_ticket_let_in_at_another_date_counts_there(gate: Gate) -> None:
    at, code = await at_door(gate), await gate.code(164)
    before = await gate_counts.count(gate.db, row_id(7, 2))
    told = await at.scan(code, at=2, reason="The bus was late yesterday.")
    assert (told.verdict, told.despite) == (Verdict.ADMITTED, Verdict.WRONG_PERFORMANCE)
    after = await gate_counts.count(gate.db, row_id(7, 2))
    assert (after.inside - before.inside, after.came - before.came) == (1, 1)
    assert (await at.scan(code)).verdict is Verdict.ALREADY_IN
    assert await breaches(gate) == []


async def test_profiles_are_bounded_and_edited_by_version(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    at: At = await at_door(gate)
    profile = at.door.profile
    choice = scan_profiles.choice_of(profile)
    from_here = (gate.db, profile.organisation_id, profile.id)
    assert await scan_profiles.get(*from_here) == profile
    with pytest.raises(Refusal) as refused:
        await at_door(gate, covers=scan_profiles.Covers.EVENTS)
    assert refused.value.code == "input-refused" and refused.value.fields["where"] == "events"
    bad = (
        ({"zones": ()}, "zones"),
        ({"gate": " "}, "gate"),
        ({"mode": Mode.MULTIPLE, "entries_max": 0}, "entries_max"),
    )
    for wrong, where in bad:
        with pytest.raises(Refusal) as refused:
            await at_door(gate, **wrong)
        assert refused.value.fields["where"] == where
    with pytest.raises(Refusal) as refused:
        await scan_profiles.edit(*from_here, profile.version + 1, choice, BY, NOW)
    assert refused.value.code == "edited-meanwhile"
    monkeypatch.setattr(scan_profiles, "PROFILES_MAX", 1)
    with pytest.raises(Refusal) as refused:
        await at_door(gate)
    assert refused.value.code == "too-many-profiles"
