"""The spooler with machines that do as they are told: what came out is counted there, and never more than was seen."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from hardware import printers as machines
from hardware import raw, spooler
from hardware.jobs import Bounds
from tests.hardware.conftest import Everywhere
from tests.hardware.simulators import Machine
from tests.ticketing.house import SETTINGS, House, open_house
from tests.ticketing.printers import add_printer, queue
from ticketing import print_jobs, printers, worker
from ticketing.db import Database
from ticketing.machines import Dialect, Paper, Prints, Way
from ticketing.print_jobs import Kind
from ticketing.states import PrintStatus

ROOT = Path(__file__).parents[2]
CALM = Bounds(poll_s=0.001, linger_s_max=5, close_s_max=5, status_s_max=5, done_s_max=20)
"""For machines that do something: long enough for the slowest computer."""
FIRM = msgspec.structs.replace(CALM, done_s_max=0.1)
"""For machines that answer, and do not come to an end."""
LOCAL = msgspec.structs.replace(SETTINGS, printer_networks="127.0.0.1", printer_ports="1024-65535")
WAIT_S_MAX = 30
DOCUMENT = b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"\n%%EOF\n"
KICK = b"\x1bp\x00\x19\xfa"


@pytest.fixture
async def house(database: Database) -> House:
    async with database.read() as c:
        await c.execute("truncate organisations, staff cascade")
    return await open_house(database)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(print_jobs, "PAUSE_S", 0)


@asynccontextmanager
async def spooling(db: Database, bounds: Bounds = CALM) -> AsyncIterator[None]:
    """A spooler at work."""
    stop = asyncio.Event()
    task = asyncio.create_task(spooler.run(db, LOCAL, stop, bounds))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, WAIT_S_MAX)


async def now_queued(db: Database, house: House, printer: UUID, **wanted: object) -> UUID:
    """A job as of Postgres's clock, which spoolers go by."""
    return await queue(db, house, printer, now=await worker.database_time(db), **wanted)


async def status(db: Database, job: UUID) -> PrintStatus:
    async with db.read() as c:
        return PrintStatus(await c.fetchval("select status from print_jobs where id = $1", job))


async def comes(db: Database, job: UUID, *wanted: PrintStatus) -> PrintStatus:
    """Where a job is, once it is one of these."""
    async with asyncio.timeout(WAIT_S_MAX):
        while (found := await status(db, job)) not in wanted:
            await asyncio.sleep(0.01)
    return found


async def zebra(db: Database, house: House, port: int) -> UUID:
    return await add_printer(db, house, host="127.0.0.1", port=port)


async def test_jobs_come_out_in_their_order_and_are_told(database: Database, house: House) -> None:
    machine = Machine(Dialect.ZPL)
    async with machine.listening() as judged, spooling(database):
        printer = await zebra(database, house, judged.port)
        jobs = [
            await now_queued(database, house, printer, payload=b"^XA^FDLabel %d^FS^XZ" % number) for number in range(3)
        ]
        for job in jobs:
            await comes(database, job, PrintStatus.PRINTED)
    assert [b"Label %d" % number in label for number, label in enumerate(machine.printed)] == [True] * 3


async def test_without_paper_it_waits_and_comes_out_once(database: Database, house: House) -> None:
    machine = Machine(Dialect.ZPL, paper=0)
    async with machine.listening() as judged, spooling(database):
        job = await now_queued(database, house, await zebra(database, house, judged.port))
        async with asyncio.timeout(WAIT_S_MAX), database.read() as c:
            while await c.fetchval("select conditions from print_jobs where id = $1", job) != ["paper_out"]:
                await asyncio.sleep(0.01)
        machine.paper = 10
        await comes(database, job, PrintStatus.PRINTED)
    assert len(machine.printed) == 1


@pytest.mark.parametrize("part", [1, 10])
async def test_a_line_that_drops_within_a_job_asks_a_person(database: Database, house: House, part: int) -> None:
    machine = Machine(Dialect.ZPL, closes_after=part)
    async with machine.listening() as judged, spooling(database):
        printer = await zebra(database, house, judged.port)
        job = await now_queued(database, house, printer, payload=b"^XA^FDlong enough^FS^XZ")
        await comes(database, job, PrintStatus.UNKNOWN)
        machine.closes_after = None
        behind = await now_queued(database, house, printer, payload=b"^XA^FDbehind^FS^XZ")
        await comes(database, behind, PrintStatus.PRINTED)
        assert await status(database, job) is PrintStatus.UNKNOWN
    assert [b"behind" in label for label in machine.printed] == [True], "what is in doubt is not sent again"


async def test_paper_that_ends_within_a_job_is_told_and_nothing_is_sent_again(database: Database, house: House) -> None:
    machine, label = Machine(Dialect.ZPL, paper=2), b"^XA^FDone^FS^XZ"
    async with machine.listening() as judged, spooling(database, FIRM):
        printer = await zebra(database, house, judged.port)
        job = await now_queued(database, house, printer, payload=label * 3, page_count=3)
        await comes(database, job, PrintStatus.SENT)
        [known] = await printers.list_of(database, house.box_office)
        assert known.conditions == ["paper_out"]
        machine.paper = 10
        behind = await now_queued(database, house, printer, payload=b"^XA^FDbehind^FS^XZ")
        await comes(database, behind, PrintStatus.PRINTED)
        assert await status(database, job) is PrintStatus.SENT
    assert len(machine.printed) == 4, "the machine prints what it had, once"


async def test_a_drawer_opens_without_a_receipt(database: Database, house: House) -> None:
    machine = Machine(Dialect.ESCPOS)
    async with machine.listening() as judged, spooling(database):
        choice = {"prints": Prints.RECEIPTS, "paper": Paper.MM80, "dots_per_mm": None}
        printer = await add_printer(database, house, host="127.0.0.1", port=judged.port, **choice)
        job = await now_queued(database, house, printer, kind=Kind.DRAWER, payload=KICK, format="application/escpos")
        await comes(database, job, PrintStatus.PRINTED)
    assert machine.kicks == 1 and not machine.printed


async def test_the_server_prints_where_its_operator_lets_it(database: Database, house: House) -> None:
    machine = Machine(Dialect.ZPL)
    stop = asyncio.Event()
    async with machine.listening() as judged:
        task = asyncio.create_task(spooler.run(database, SETTINGS, stop, CALM))
        job = await now_queued(database, house, await zebra(database, house, judged.port))
        await comes(database, job, PrintStatus.FAILED)
        stop.set()
        await task
    assert machine.connections == 0


async def test_two_spoolers_and_each_label_once(database: Database, house: House) -> None:
    machine = Machine(Dialect.ZPL)
    async with machine.listening() as judged, spooling(database), spooling(database):
        printer = await zebra(database, house, judged.port)
        jobs = [await now_queued(database, house, printer, payload=b"^XA^FD%d^FS^XZ" % n) for n in range(4)]
        for job in jobs:
            await comes(database, job, PrintStatus.PRINTED)
    assert len(machine.printed) == len(set(machine.printed)) == 4


KILLED = """
import asyncio, sys
from hardware import spooler
from tests.hardware.test_spooler import CALM, LOCAL
from ticketing.db import Database
async def main():
    await spooler.run(await Database.open(sys.argv[1]), LOCAL, asyncio.Event(), CALM)
asyncio.run(main())
"""


async def killed(database_url: str, failpoint: str) -> None:
    """A spooler that ends itself there."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, database_url, cwd=ROOT, env=os.environ | {"PLACEUR_FAILPOINT": failpoint}
    )
    assert await asyncio.wait_for(process.wait(), WAIT_S_MAX) == -signal.SIGKILL


async def after_a_kill(db: Database, url: str, house: House, failpoint: str) -> tuple[PrintStatus, int]:
    """Where a job is, and how often it came out, when its spooler was killed there and another one has looked."""
    machine = Machine(Dialect.ZPL)
    async with machine.listening() as judged:
        job = await now_queued(db, house, await zebra(db, house, judged.port), payload=b"^XA^FDmine^FS^XZ")
        await killed(url, failpoint)
        async with spooling(db):
            found = await comes(db, job, PrintStatus.UNKNOWN, PrintStatus.PRINTED)
        for _ in range(2):
            await raw.look(judged, Dialect.ZPL, CALM)
    return found, len(machine.printed)


@pytest.mark.parametrize(("failpoint", "printed"), [("F10", 0), ("F11", 1), ("F12", 1)])
async def test_f10_f11_f12_a_spooler_killed_within_a_job(
    database: Database, database_url: str, house: House, failpoint: str, printed: int
) -> None:
    """Before it is sent, once it is sent, before that is written: it is asked about, not lost and not printed twice."""
    assert await after_a_kill(database, database_url, house, failpoint) == (PrintStatus.UNKNOWN, printed)


async def test_a_spooler_that_takes_up_what_was_left_prints_twice(
    database: Database, database_url: str, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: what is found on its way goes back to the queue."""

    async def put_back(db: Database, *_: object) -> int:
        async with db.read() as c:
            await c.execute("update print_jobs set status = 'queued' where status = 'sending'")
        return 0

    monkeypatch.setattr(print_jobs, "abandon", put_back)
    assert await after_a_kill(database, database_url, house, "F11") == (PrintStatus.PRINTED, 2)


async def test_a_stop_waits_for_what_is_on_its_way(
    database: Database, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A spooler that is asked to end in the middle of a job tells what became of it first."""
    begun, go_on = asyncio.Event(), asyncio.Event()
    send = machines.send

    async def slow(*given: object) -> object:
        begun.set()
        await go_on.wait()
        return await send(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(machines, "send", slow)
    machine, stop = Machine(Dialect.ZPL), asyncio.Event()
    async with machine.listening() as judged:
        job = await now_queued(database, house, await zebra(database, house, judged.port))
        task = asyncio.create_task(spooler.run(database, LOCAL, stop, CALM))
        await asyncio.wait_for(begun.wait(), WAIT_S_MAX)
        stop.set()
        go_on.set()
        await task
    assert await status(database, job) is PrintStatus.PRINTED


async def test_documents_come_out_of_a_printer_nobody_here_wrote(
    database: Database, house: House, everywhere: Callable[..., Everywhere]
) -> None:
    """By IPP: the same bytes, on the paper that is said to lie in it; without that paper nothing."""
    machine = everywhere()
    where = {"host": "127.0.0.1", "port": machine.printer.judged.port, "way": Way.IPP, "path": "/ipp/print"}
    kind = {"prints": Prints.DOCUMENTS, "dots_per_mm": None}
    large, small = [
        await add_printer(database, house, paper=paper, **kind, **where) for paper in (Paper.A4, Paper.A6)
    ]  # fmt: skip
    async with spooling(database):
        job = await now_queued(database, house, large, payload=DOCUMENT, format="application/pdf")
        await comes(database, job, PrintStatus.PRINTED)
        other = await now_queued(database, house, small, payload=DOCUMENT, format="application/pdf")
        await comes(database, other, PrintStatus.FAILED)
    assert machine.printed() == [DOCUMENT] and machine.attributes(1)["IPP_MEDIA"] == "iso_a4_210x297mm"
    assert (await print_jobs.get(database, house.box_office, other)).reason == "media"
