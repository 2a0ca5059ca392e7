import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from tests.ticketing.house import NOW, House, empty, open_house
from tests.ticketing.printers import add_agent, add_printer, queue
from ticketing import print_jobs, printers
from ticketing.audit import Actor
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.print_jobs import DRAWER_WAITED_MAX, PAUSE_S_MAX, SENDING_MAX, WAITED_MAX, Kind, Result, Taken
from ticketing.refusals import (
    NotFound,
    PayloadForgotten,
    PrinterRetired,
    PrintJobTooLarge,
    TooManyPrintJobs,
    WrongState,
)
from ticketing.states import PrintEvent, PrintStatus

CONFIRMED = Result(event=PrintEvent.CONFIRM, outcome="delivered", conditions=("ready",))
KEPT = Result(event=PrintEvent.KEEP, outcome="refused", reason="not_ready", conditions=("paper_out",))
TAKEN = Result(event=PrintEvent.TAKE, outcome="sent")
DOUBTED = Result(event=PrintEvent.DOUBT, outcome="unknown", note="reset")


@pytest.fixture
async def house(database: Database) -> AsyncIterator[House]:
    await empty(database)
    yield await open_house(database)
    await empty(database)


def by(house: House) -> Actor:
    return Actor(organisation_id=house.organisation)


async def status(db: Database, job: UUID) -> PrintStatus:
    async with db.read() as c:
        return PrintStatus(await c.fetchval("select status from print_jobs where id = $1", job))


async def taken(db: Database, agent: UUID | None = None, now: object = NOW) -> Taken:
    found = await print_jobs.take(db, agent, new_id(), now)  # type: ignore[arg-type]
    assert found is not None
    return found


async def settled(db: Database, job: Taken, result: Result, agent: UUID | None = None) -> PrintStatus:
    return await print_jobs.settle(db, agent, job.id, job.take_id, result, NOW)


async def test_a_key_is_one_job(database: Database, house: House) -> None:
    printer = await add_printer(database, house)
    first = await queue(database, house, printer, "sale")
    assert await queue(database, house, printer, "sale") == first != await queue(database, house, printer, "other")


async def test_a_printer_gets_one_job_after_the_other(database: Database, house: House) -> None:
    printer, other = await add_printer(database, house), await add_printer(database, house)
    jobs = [await queue(database, house, where) for where in (printer, printer, other)]
    assert set(await print_jobs.due(database, None, NOW)) == {printer, other}
    first, second = await taken(database), await taken(database)
    assert [first.id, second.id] == [jobs[0], jobs[2]] and (first.host, first.port) == ("10.0.0.9", 9100)
    assert await print_jobs.take(database, None, new_id(), NOW) is None and not await print_jobs.due(
        database, None, NOW
    )
    assert await settled(database, first, CONFIRMED) == PrintStatus.PRINTED
    assert (await taken(database)).id == jobs[1]
    [looked] = [one for one in await printers.list_of(database, house.box_office) if one.id == printer]
    assert (looked.conditions, looked.looked_at) == (["ready"], NOW)


async def test_the_same_taking_again_is_the_same_job_until_it_is_settled(database: Database, house: House) -> None:
    printer, take_id = await add_printer(database, house), new_id()
    for _ in range(2):
        await queue(database, house, printer)
    first = await print_jobs.take(database, None, take_id, NOW)
    assert first is not None and await print_jobs.take(database, None, take_id, NOW) == first
    assert await print_jobs.take(database, await add_agent(database, house), take_id, NOW) is None, "another's taking"
    await settled(database, first, CONFIRMED)
    assert await print_jobs.take(database, None, take_id, NOW) is None, "it asks for no other job"


async def test_two_senders_and_one_job(database: Database, house: House) -> None:
    printer = await add_printer(database, house)
    for _ in range(3):
        await queue(database, house, printer)
    found = await asyncio.gather(*(print_jobs.take(database, None, new_id(), NOW, printer) for _ in range(8)))
    assert len([one for one in found if one]) == 1


async def test_without_the_key_of_what_is_being_sent_two_have_a_printer(database: Database, house: House) -> None:
    """The mutant: neither the index nor the look whether a job is being sent."""
    printer = await add_printer(database, house)
    await queue(database, house, printer)
    async with database.read() as c:
        await c.execute("drop index print_jobs_one_at_a_time")
    try:
        first = await taken(database)
        await queue(database, house, printer)
        async with database.read() as c:
            text = print_jobs.SQL.take.text
            mutant = text.replace("select from print_jobs s where s.printer_id = p.id and s.status = 'sending'",
                                  "select where false")  # fmt: skip
            assert mutant != text
            values = {"agent_id": None, "printer_id": printer, "take_id": new_id(), "now": NOW}
            row = await c.fetchrow(mutant, *(values[name] for name in print_jobs.SQL.take.parameters))
        assert row is not None and row["id"] != first.id and row["printer_id"] == first.printer_id
    finally:
        async with database.read() as c:
            await c.execute("update print_jobs set status = 'failed', ended_at = now()")
            await c.execute(
                "create unique index print_jobs_one_at_a_time on print_jobs (printer_id) where status = 'sending'"
            )


async def test_what_never_left_is_tried_again_later_and_given_up_at_last(database: Database, house: House) -> None:
    printer = await add_printer(database, house)
    job, behind = await queue(database, house, printer), await queue(database, house, printer)
    assert await settled(database, await taken(database), KEPT) == PrintStatus.QUEUED
    assert await print_jobs.take(database, None, new_id(), NOW) is None, "the one behind does not overtake"
    await print_jobs.hurry(database, printer, NOW)
    now = NOW
    for _ in range(20):
        found = await taken(database, now=now)
        assert found.id == job
        await print_jobs.settle(database, None, job, found.take_id, KEPT, now)
        now += timedelta(seconds=PAUSE_S_MAX)
    late = NOW + WAITED_MAX
    found = await taken(database, now=late)
    assert await print_jobs.settle(database, None, job, found.take_id, KEPT, late) == PrintStatus.FAILED
    await print_jobs.sweep(database, late + timedelta(seconds=1))
    assert await status(database, behind) == PrintStatus.FAILED


async def test_a_drawer_opens_now_or_not_at_all(database: Database, house: House) -> None:
    printer = await add_printer(database, house)
    job = await queue(database, house, printer, kind=Kind.DRAWER)
    late = NOW + DRAWER_WAITED_MAX
    await print_jobs.settle(database, None, job, (await taken(database)).take_id, KEPT, late)
    assert await status(database, job) == PrintStatus.FAILED


async def test_telling_again_changes_nothing(database: Database, house: House) -> None:
    printer = await add_printer(database, house)
    await queue(database, house, printer)
    first = await taken(database)
    for _ in range(2):
        assert await settled(database, first, KEPT) == PrintStatus.QUEUED
    await print_jobs.hurry(database, printer, NOW)
    second = await taken(database)
    assert second.id == first.id and await settled(database, first, KEPT) == PrintStatus.SENDING, "an old taking's word"
    assert await settled(database, second, TAKEN) == PrintStatus.SENT
    assert await settled(database, second, TAKEN) == PrintStatus.SENT


async def test_what_a_sender_left_is_in_doubt_and_never_sent_again(database: Database, house: House) -> None:
    agent = await add_agent(database, house)
    own, far = await add_printer(database, house), await add_printer(database, house, agent_id=agent)
    mine, theirs = await queue(database, house, own), await queue(database, house, far)
    here, there = await taken(database), await taken(database, agent)
    assert await print_jobs.abandon(database, None, NOW) == 1 and await print_jobs.abandon(database, None, NOW) == 0
    assert await status(database, mine) == PrintStatus.UNKNOWN and await status(database, theirs) == PrintStatus.SENDING
    assert await print_jobs.take(database, None, here.take_id, NOW) is None
    assert await settled(database, here, KEPT) == PrintStatus.UNKNOWN, "too late: it is a person's by now"
    assert await settled(database, here, CONFIRMED) == PrintStatus.PRINTED, "the machine itself says so"
    await print_jobs.sweep(database, NOW + SENDING_MAX + timedelta(seconds=1))
    assert await status(database, theirs) == PrintStatus.UNKNOWN
    with pytest.raises(NotFound):
        await settled(database, there, CONFIRMED)
    assert await settled(database, there, CONFIRMED, agent) == PrintStatus.PRINTED


async def test_an_agent_gets_its_own_printers_jobs_alone(database: Database, house: House) -> None:
    agent, other = await add_agent(database, house), await add_agent(database, house, "Other")
    await queue(database, house, await add_printer(database, house, agent_id=agent))
    for sender in (None, other):
        assert await print_jobs.take(database, sender, new_id(), NOW) is None
    assert (await taken(database, agent)).printer_id


async def test_a_person_says_whether_it_came_out(database: Database, house: House) -> None:
    printer = await add_printer(database, house)
    found, missed = await queue(database, house, printer), await queue(database, house, printer)
    for _ in range(2):
        await settled(database, await taken(database), DOUBTED)
    office, who = house.box_office, by(house)
    again = (office, missed, None, "again", "lost")
    with pytest.raises(WrongState):
        await print_jobs.print_again(database, *again, who, NOW)
    await print_jobs.find(database, office, found, who, NOW)
    await print_jobs.miss(database, office, missed, who, NOW)
    assert [await status(database, one) for one in (found, missed)] == [PrintStatus.PRINTED, PrintStatus.FAILED]
    with pytest.raises(WrongState):
        await print_jobs.find(database, office, missed, who, NOW)
    with pytest.raises(NotFound):
        await print_jobs.miss(database, new_id(), found, who, NOW)
    made = await print_jobs.print_again(database, *again, who, NOW)
    assert made == await print_jobs.print_again(database, *again, who, NOW)
    job = await taken(database)
    assert (job.id, job.payload) == (made, b"^XA^XZ")


async def test_what_waits_can_be_given_up(database: Database, house: House) -> None:
    printer = await add_printer(database, house)
    job = await queue(database, house, printer)
    await print_jobs.give_up(database, house.box_office, job, by(house), NOW)
    with pytest.raises(WrongState):
        await print_jobs.give_up(database, house.box_office, job, by(house), NOW)
    assert await print_jobs.take(database, None, new_id(), NOW) is None


async def test_bytes_are_forgotten_and_the_job_is_not(database: Database, house: House) -> None:
    printer = await add_printer(database, house)
    done, waits = await queue(database, house, printer), await queue(database, house, printer)
    await settled(database, await taken(database), CONFIRMED)
    later = NOW + print_jobs.PAYLOAD_KEPT + timedelta(seconds=1)
    await print_jobs.sweep(database, later)
    assert await status(database, waits) == PrintStatus.FAILED
    with pytest.raises(PayloadForgotten):
        await print_jobs.print_again(database, house.box_office, done, None, "again", "", by(house), later)
    made = await print_jobs.print_again(
        database, house.box_office, done, None, "again", "", by(house), later, payload=b"anew"
    )
    assert (await taken(database, now=later)).id == made


async def test_jobs_are_bounded(database: Database, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(print_jobs, "WAITING_MAX", 1)
    monkeypatch.setattr(print_jobs, "PAYLOAD_BYTES_MAX", 10)
    printer = await add_printer(database, house)
    with pytest.raises(PrintJobTooLarge):
        await queue(database, house, printer, payload=b"x" * 11)
    await queue(database, house, printer)
    with pytest.raises(TooManyPrintJobs):
        await queue(database, house, printer)
    await printers.retire(database, house.organisation, printer, True, by(house), NOW)
    assert await print_jobs.take(database, None, new_id(), NOW) is None, "what waited is given up"
    with pytest.raises(PrinterRetired):
        await queue(database, house, printer)
    with pytest.raises(NotFound):
        await queue(database, house, new_id())
