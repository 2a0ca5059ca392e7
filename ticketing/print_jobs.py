"""Print jobs: bytes that wait for a printer, and what became of them.

A job is sent by one sender at a time, the server or the agent of its printer, and a printer gets one job after the
other, in the order in which they were asked for. It is *sending* before its first byte leaves. Who ends within that
cannot know what came out, so the job is in doubt, and a person looks: nothing is printed twice unseen, and nothing is
forgotten. A job goes back to the queue by `PrintEvent.KEEP` alone, when surely no byte of it left.

Whoever sends names each taking by an id of their own, before they ask: the same id again gives the same job, so an
answer that was lost is asked for again, and gives nothing any more once that taking is settled. What a machine says is
kept in its words (`hardware.outcomes`); what it means here is a `PrintEvent`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from asyncpg.exceptions import UniqueViolationError
from msgspec import Struct

from ticketing import audit
from ticketing.audit import Actor, Subject
from ticketing.db import Database
from ticketing.ids import new_id
from ticketing.machines import Dialect, Paper, Way
from ticketing.refusals import (
    NotFound,
    PayloadForgotten,
    PrinterRetired,
    PrintJobTooLarge,
    TooManyPrintJobs,
    WrongState,
)
from ticketing.sql import Connection, load
from ticketing.states import PRINT, PRINTABLE_AGAIN, PrintEvent, PrintStatus, step

PAYLOAD_BYTES_MAX = 16 * 1024 * 1024
WAITING_MAX = 500
"""Jobs that wait for one printer."""
PAUSE_S, PAUSE_S_MAX = 2, 15
"""Before a job that was kept is tried again: twice as long each time."""
WAITED_MAX = timedelta(hours=2)
"""A job that waits longer is given up: nobody expects it any more."""
DRAWER_WAITED_MAX = timedelta(seconds=10)
"""A drawer opens now or not at all."""
SENDING_MAX = timedelta(minutes=10)
"""A job whose sender says nothing for so long is in doubt: all bounds of a sending together are less."""
PAYLOAD_KEPT = timedelta(days=2)
SWEPT_MAX = 100
ROWS_MAX = 50
OPEN_MAX = 200
NAME_CHARS_MAX = 100
NOTE_CHARS_MAX = 300
CHANNEL = "placeur_print"
"""Of Postgres: told of each job that is added, with the agent's id, or nothing for the server's own."""
LOCK = -5_073_001
"""Of Postgres: who has it prints for the server. Below zero, since pools are locked by their numbers."""

SQL = load("print_jobs")


class Kind(StrEnum):
    """What a job is."""

    TICKETS = "tickets"
    RECEIPT = "receipt"
    CASH_REPORT = "cash_report"
    DRAWER = "drawer"
    CARD = "card"
    TEST = "test"


class Ending(StrEnum):
    """Why a job failed that no machine had; beside the outcomes of machines."""

    WAITED = "waited"
    """For too long."""
    GIVEN_UP = "given_up"
    """By a person."""
    LEFT = "left"
    """Its sender ended, or is silent: it is in doubt."""


class NewJob(Struct, frozen=True, kw_only=True):
    """What is to be printed. `key` is the asker's: the same key again is the same job. `format` is a media type.

    `name` is what pages call it; `order_id` with `ticket_ids`, or `cash_session_id`, is what it is of; `reprint_of` the
    job that it repeats.
    """

    key: str
    kind: Kind
    name: str
    payload: bytes
    format: str
    page_count: int = 1
    order_id: UUID | None = None
    ticket_ids: Sequence[UUID] = ()
    cash_session_id: UUID | None = None
    reprint_of: UUID | None = None


class Taken(Struct, frozen=True, kw_only=True):
    """A job in the hands of its sender, and the printer that it goes to."""

    id: UUID
    number: int
    take_id: UUID
    kind: Kind
    name: str
    payload: bytes
    format: str
    page_count: int
    status: PrintStatus
    tries: int
    printer_id: UUID
    way: Way
    host: str
    port: int
    path: str
    dialect: Dialect
    tls: bool
    certificate: bytes | None
    paper: Paper


class Result(Struct, frozen=True, kw_only=True):
    """What became of one sending: what it means for the job, and what the machine said, in the words of
    `hardware.outcomes`."""

    event: PrintEvent
    outcome: str
    reason: str | None = None
    note: str = ""
    conditions: Sequence[str] = ()


class PrintJob(Struct, frozen=True, kw_only=True):
    """A job as people see it; `kept`: its bytes are not forgotten yet. `outcome`, `reason` and `conditions` are words
    of `hardware.outcomes`, or an `Ending`."""

    id: UUID
    number: int
    kind: Kind
    name: str
    format: str
    page_count: int
    order_id: UUID | None
    ticket_ids: list[UUID]
    cash_session_id: UUID | None
    reprint_of: UUID | None
    status: PrintStatus
    created_at: datetime
    sending_at: datetime | None
    ended_at: datetime | None
    tries: int
    outcome: str | None
    reason: str | None
    note: str
    conditions: list[str]
    kept: bool
    printer_id: UUID
    printer_name: str
    printer_conditions: list[str]
    created_by: str | None
    answered_by: str | None

    @property
    def repeatable(self) -> bool:
        """Whether a person may have it printed again now."""
        return self.status in PRINTABLE_AGAIN and self.kind is not Kind.DRAWER


class _Locked(Struct, frozen=True):
    id: UUID
    box_office_id: UUID
    printer_id: UUID
    kind: Kind
    name: str
    status: PrintStatus
    created_at: datetime
    tries: int
    take_id: UUID | None
    agent_id: UUID | None

    @property
    def waits_until(self) -> datetime:
        return self.created_at + (DRAWER_WAITED_MAX if self.kind is Kind.DRAWER else WAITED_MAX)

    @property
    def subject(self) -> Subject:
        return Subject(kind="print_job", id=self.id, name=self.name, box_office_id=self.box_office_id)


async def queue(db: Database, box_office_id: UUID, printer_id: UUID, wanted: NewJob, by: Actor, now: datetime) -> UUID:
    """Have something printed; the job's id. What was asked under this key before is not printed again.

    Raises NotFound for a printer that is another's, PrinterRetired, PrintJobTooLarge, TooManyPrintJobs.
    """
    async with db.transaction() as c:
        return await add(c, box_office_id, printer_id, wanted, by, now)


async def queue_of_order(
    db: Database, box_office_id: UUID, printer_id: UUID, wanted: NewJob, by: Actor, now: datetime, again: str | None
) -> UUID:
    """`queue`, for papers of an order; with `again`, why, its history tells that they are printed once more."""
    assert wanted.order_id is not None, "it is of an order"
    async with db.transaction() as c:
        known = await SQL.by_key.value(c, box_office_id=box_office_id, request_key=wanted.key)
        made = await add(c, box_office_id, printer_id, wanted, by, now)
        if again is not None and known is None:
            await note_reprint(c, wanted.order_id, wanted.page_count, again, by, now)
        return made


async def add(c: Connection, box_office_id: UUID, printer_id: UUID, wanted: NewJob, by: Actor, now: datetime) -> UUID:
    """`queue`, in the caller's transaction."""
    assert wanted.payload and wanted.page_count > 0, "a job has bytes, and something comes out"
    if len(wanted.payload) > PAYLOAD_BYTES_MAX:
        raise PrintJobTooLarge(megabytes_max=PAYLOAD_BYTES_MAX // 2**20)
    printer = await SQL.lock_printer.row(c, box_office_id=box_office_id, printer_id=printer_id)
    if printer is None:
        raise NotFound(what="printer")
    before: UUID | None = await SQL.by_key.value(c, box_office_id=box_office_id, request_key=wanted.key)
    if before is not None:
        return before
    if printer["retired_at"] is not None:
        raise PrinterRetired(name=printer["name"])
    if printer["waiting_count"] >= WAITING_MAX:
        raise TooManyPrintJobs(name=printer["name"], jobs_max=WAITING_MAX)
    job_id = new_id()
    await SQL.queue.run(
        c, job_id=job_id, box_office_id=box_office_id, printer_id=printer_id, request_key=wanted.key, kind=wanted.kind,
        name=wanted.name[:NAME_CHARS_MAX], payload=wanted.payload, format=wanted.format, page_count=wanted.page_count,
        order_id=wanted.order_id, ticket_ids=list(wanted.ticket_ids), cash_session_id=wanted.cash_session_id,
        reprint_of=wanted.reprint_of, staff_id=by.staff_id, now=now,
    )  # fmt: skip
    await _tell(c, printer_id)
    return job_id


async def take(
    db: Database, agent_id: UUID | None, take_id: UUID, now: datetime, printer_id: UUID | None = None
) -> Taken | None:
    """Take the next job that an agent (None: the server) has to print, on one printer or on any; None when nothing is
    due. From now on it is *sending*: what becomes of it has to be told by `settle`.

    The same `take_id` again gives the same job, and None once it is settled or in doubt.
    """
    wanted = {"take_id": take_id, "agent_id": agent_id}
    async with db.read() as c:
        before = await SQL.taken.one(c, _Seen, **wanted)
        if before is not None:
            return before.taken
        try:
            return await SQL.take.one(c, Taken, printer_id=printer_id, now=now, **wanted)
        except UniqueViolationError:  # another was quicker: with this id, or at this printer
            before = await SQL.taken.one(c, _Seen, **wanted)
            return None if before is None else before.taken


async def alone(c: Connection) -> bool:
    """Whether whoever has this connection is the one that prints for the server, from now until it ends."""
    return bool(await SQL.alone.value(c, key=LOCK))


async def due(db: Database, agent_id: UUID | None, now: datetime) -> list[UUID]:
    """The printers of an agent (None: of the server) that have something to print now."""
    async with db.read() as c:
        return [row["id"] for row in await SQL.due.rows(c, agent_id=agent_id, now=now)]


async def settle(
    db: Database, agent_id: UUID | None, job_id: UUID, take_id: UUID, result: Result, now: datetime
) -> PrintStatus:
    """Tell what became of a job that was taken under `take_id`; where it is now. Telling it again changes nothing.

    What comes too late changes nothing that the table of its states does not allow: a job in doubt is printed when its
    machine says so, and otherwise a person's. Raises NotFound for what this sender never took.
    """
    async with db.transaction() as c:
        job = await SQL.lock.one(c, _Locked, job_id=job_id)
        if job is None or job.agent_id != agent_id or job.take_id is None:
            raise NotFound(what="print job")
        if result.conditions:
            await SQL.printer_was.run(c, printer_id=job.printer_id, conditions=list(result.conditions), now=now)
        after = PRINT.get((job.status, result.event))
        if job.take_id != take_id or after is None:
            return job.status
        not_before = None
        if after is PrintStatus.QUEUED:
            not_before = now + timedelta(seconds=pause_s(job.tries))
            if not_before > job.waits_until:
                after = step(PRINT, "print job", after, PrintEvent.GIVE_UP)
        await _settled(c, job, after, result, now, not_before)
        return after


async def abandon(db: Database, agent_id: UUID | None, now: datetime) -> int:
    """What a sender had in hand when it ended is in doubt, and not sent again; how many jobs that are."""
    async with db.transaction() as c:
        left = [row["id"] for row in await SQL.left_behind.rows(c, agent_id=agent_id)]
        return sum([await _doubt(c, job_id, now) for job_id in left])


async def sweep(db: Database, now: datetime) -> None:
    """What no sender told of for long is in doubt; what waited for too long is given up; old bytes are forgotten."""
    async with db.transaction() as c:
        rows = await SQL.overdue.rows(c, before=now - SENDING_MAX, rows_max=SWEPT_MAX)
        for row in rows:
            await _doubt(c, row["id"], now)
        bounds = {"before": now - WAITED_MAX, "drawers_before": now - DRAWER_WAITED_MAX}
        for row in await SQL.waited_long.rows(c, rows_max=SWEPT_MAX, **bounds):
            await _give_up(c, row["id"], Ending.WAITED, now)
        await SQL.forget.run(c, before=now - PAYLOAD_KEPT)


async def find(db: Database, box_office_id: UUID, job_id: UUID, by: Actor, now: datetime) -> None:
    """Somebody has it in hand. Raises NotFound, WrongState for what is not in doubt."""
    await _answer(db, box_office_id, job_id, PrintEvent.FIND, "print-job.found", by, now)


async def miss(db: Database, box_office_id: UUID, job_id: UUID, by: Actor, now: datetime) -> None:
    """Somebody looked, and it did not come out. Raises NotFound, WrongState for what is not in doubt."""
    await _answer(db, box_office_id, job_id, PrintEvent.MISS, "print-job.missed", by, now)


async def give_up(db: Database, box_office_id: UUID, job_id: UUID, by: Actor, now: datetime) -> None:
    """Do not print it any more. Raises NotFound, WrongState for what does not wait."""
    async with db.transaction() as c:
        job = await _seen(c, box_office_id, job_id)
        step(PRINT, "print job", job.status, PrintEvent.GIVE_UP)
        await _give_up(c, job.id, Ending.GIVEN_UP, now)
        await audit.note(c, by, "print-job.given-up", job.subject, now)


async def give_up_waiting(c: Connection, printer_id: UUID, by: Actor, now: datetime) -> None:
    """Give up all that waits for a printer, in the caller's transaction."""
    for row in await SQL.waiting_of.rows(c, printer_id=printer_id):
        await _give_up(c, row["id"], Ending.GIVEN_UP, now)


async def print_again(
    db: Database,
    box_office_id: UUID,
    job_id: UUID,
    printer_id: UUID | None,
    key: str,
    reason: str,
    by: Actor,
    now: datetime,
    payload: bytes | None = None,
) -> UUID:
    """Print a job once more, on its printer or on another one of the same kind: a new job, which names it; its id.

    `payload`: what is printed instead of the bytes it had, such as tickets that say that they are duplicates. Raises
    NotFound; WrongState for what waits, is on its way or in doubt: that is looked for first; PayloadForgotten; and what
    `queue` raises.
    """
    async with db.transaction() as c:
        job = await _seen(c, box_office_id, job_id)
        ensure_repeatable(job)
        old = await SQL.payload_of.row(c, job_id=job_id)
        assert old is not None, "its row is held"
        known = await SQL.by_key.value(c, box_office_id=box_office_id, request_key=key)
        if known is None and payload is None and old["payload"] is None:
            raise PayloadForgotten()
        wanted = NewJob(
            key=key, kind=job.kind, name=job.name, payload=payload or old["payload"] or b" ", format=old["format"],
            page_count=old["page_count"], order_id=old["order_id"], ticket_ids=old["ticket_ids"],
            cash_session_id=old["cash_session_id"], reprint_of=job.id,
        )  # fmt: skip
        made = await add(c, box_office_id, printer_id or job.printer_id, wanted, by, now)
        if known is None:
            await audit.note(c, by, "print-job.repeated", job.subject, now, {"reason": (None, reason)})
            if wanted.order_id is not None:
                await note_reprint(c, wanted.order_id, wanted.page_count, reason, by, now)
        return made


async def note_reprint(c: Connection, order_id: UUID, count: int, reason: str, by: Actor, now: datetime) -> None:
    """Tell the order's history that papers of it were printed again."""
    row = await SQL.order_subject.row(c, order_id=order_id)
    assert row is not None, "a job is of an order that there is"
    subject = Subject(kind="order", id=order_id, name=row["code"], box_office_id=row["box_office_id"])
    told = {"reprinted_count": (None, count), "reason": (None, reason)}
    await audit.note(c, by, "order.reprinted", subject, now, told)


async def printed_of(db: Database, order_id: UUID) -> dict[UUID, int]:
    """How often each ticket and pass of an order was printed, by its id: the next one is that manieth duplicate."""
    async with db.read() as c:
        return {row["id"]: row["count"] for row in await SQL.printed_of.rows(c, order_id=order_id)}


async def receipts_of(db: Database, order_id: UUID) -> int:
    """How many receipts of an order were printed."""
    async with db.read() as c:
        return int(await SQL.receipts_of.value(c, order_id=order_id))


async def get(db: Database, box_office_id: UUID, job_id: UUID) -> PrintJob:
    """A job of a box office's, or NotFound."""
    async with db.read() as c:
        job = await SQL.get.one(c, PrintJob, box_office_id=box_office_id, job_id=job_id)
    if job is None:
        raise NotFound(what="print job")
    return job


async def list_of(
    db: Database, box_office_id: UUID, printer_id: UUID | None = None, before: int | None = None
) -> list[PrintJob]:
    """The jobs of a box office, or of one printer, the newest first, before a number; at most `ROWS_MAX`."""
    async with db.read() as c:
        return await SQL.list_of.all(
            c, PrintJob, box_office_id=box_office_id, printer_id=printer_id, before=before, rows_max=ROWS_MAX
        )


async def open_of(db: Database, box_office_id: UUID) -> list[PrintJob]:
    """What wants to be seen to: first what is in doubt, then what waits or is on its way."""
    async with db.read() as c:
        return await SQL.open_of.all(c, PrintJob, box_office_id=box_office_id, rows_max=OPEN_MAX)


async def of_order(db: Database, order_id: UUID) -> list[PrintJob]:
    """What was printed of an order, the newest first."""
    async with db.read() as c:
        return await SQL.of_order.all(c, PrintJob, order_id=order_id, rows_max=ROWS_MAX)


async def of_session(db: Database, cash_session_id: UUID) -> list[PrintJob]:
    """The reports of a cash session that were printed, the newest first."""
    async with db.read() as c:
        return await SQL.of_session.all(c, PrintJob, cash_session_id=cash_session_id, rows_max=ROWS_MAX)


async def hurry(db: Database, printer_id: UUID, now: datetime) -> None:
    """Try what waits for a printer at once: somebody has been there."""
    async with db.transaction() as c:
        if await SQL.hurry.run(c, printer_id=printer_id, now=now):
            await _tell(c, printer_id)


def ensure_repeatable(job: "PrintJob | _Locked") -> None:
    """Raises WrongState for what waits, is on its way or in doubt."""
    if job.status not in PRINTABLE_AGAIN:
        raise WrongState(what="print job", state=job.status, event="printed again")


def pause_s(tries: int) -> int:
    """How long a job rests that was tried so many times, in seconds."""
    return int(min(PAUSE_S * 2 ** max(tries - 1, 0), PAUSE_S_MAX)) if tries < 10 else PAUSE_S_MAX


class _Seen(Taken, frozen=True, kw_only=True):
    """What was taken before; its bytes may be forgotten by now."""

    payload: bytes | None  # type: ignore[assignment]

    @property
    def taken(self) -> Taken | None:
        if self.status is not PrintStatus.SENDING or self.payload is None:
            return None
        return Taken(**{name: getattr(self, name) for name in Taken.__struct_fields__})


async def _tell(c: Connection, printer_id: UUID) -> None:
    """Wake who prints on it, once the transaction is there."""
    agent_id = await SQL.agent_of.value(c, printer_id=printer_id)
    await SQL.tell.run(c, channel=CHANNEL, agent_id=agent_id)


async def _settled(
    c: Connection, job: _Locked, after: PrintStatus, result: Result, now: datetime, not_before: datetime | None = None
) -> None:
    waits = after is PrintStatus.QUEUED
    await SQL.settle.run(
        c, job_id=job.id, status=after, not_before=not_before if waits else None, ended_at=None if waits else now,
        outcome=result.outcome, reason=result.reason, note=result.note[:NOTE_CHARS_MAX],
        conditions=list(result.conditions),
    )  # fmt: skip


async def _doubt(c: Connection, job_id: UUID, now: datetime) -> bool:
    """Whether a job came into doubt: it was on its way still."""
    job = await SQL.lock.one(c, _Locked, job_id=job_id)
    if job is None or job.status is not PrintStatus.SENDING:
        return False
    after = step(PRINT, "print job", job.status, PrintEvent.DOUBT)
    await _settled(c, job, after, Result(event=PrintEvent.DOUBT, outcome=Ending.LEFT), now)
    return True


async def _give_up(c: Connection, job_id: UUID, ending: Ending, now: datetime) -> None:
    """Unless it was taken meanwhile."""
    job = await SQL.lock.one(c, _Locked, job_id=job_id)
    if job is None or job.status is not PrintStatus.QUEUED:
        return
    after = step(PRINT, "print job", job.status, PrintEvent.GIVE_UP)
    await _settled(c, job, after, Result(event=PrintEvent.GIVE_UP, outcome=ending), now)


async def _answer(
    db: Database, box_office_id: UUID, job_id: UUID, event: PrintEvent, act: str, by: Actor, now: datetime
) -> None:
    async with db.transaction() as c:
        job = await _seen(c, box_office_id, job_id)
        after = step(PRINT, "print job", job.status, event)
        await SQL.answer.run(c, job_id=job.id, status=after, staff_id=by.staff_id, now=now)
        await audit.note(c, by, act, job.subject, now)


async def _seen(c: Connection, box_office_id: UUID, job_id: UUID) -> _Locked:
    job = await SQL.lock_seen.one(c, _Locked, box_office_id=box_office_id, job_id=job_id)
    if job is None:
        raise NotFound(what="print job")
    return job
