"""The worker: does the jobs that transactions left behind, and what comes round by the clock.

Any number of workers may run beside each other. A job is taken by one, which shows every few seconds that it is alive;
when it does not, another takes the job over. A job that fails is tried again, later each time, and after the last try
set aside for somebody to look at. What comes by the clock (orders past their payment time, the comparison of Redis with
Postgres, the log of done jobs) may run in two workers at once: rows in hand are skipped and mends compare first.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import asyncpg
from msgspec import Struct
from pgqueuer import PgQueuer
from pgqueuer.executors import DatabaseRetryEntrypointExecutor
from pgqueuer.models import Job as QueuedJob

from engine.inventory import Inventory
from engine.link import StoreUnreachable
from engine.reconciler import Reconciler
from ticketing import (
    accessible_places,
    allotment_copies,
    allotments,
    bank_files,
    carried_visits,
    carts,
    claims,
    consignments,
    customer_deletions,
    files,
    jobs,
    orders,
    plan_change_runs,
    plan_changes,
    pools,
    refunds,
    seat_photos,
    uploads,
    waiting_steps,
)
from ticketing.db import Database
from ticketing.jobs import (
    BookBankFile,
    ChangePlans,
    CopyAllotments,
    Job,
    MakeConsignment,
    RelabelTickets,
    SendRefund,
    ShowCodes,
    SyncPlaces,
)
from ticketing.refunds import Provider
from ticketing.settings import Settings
from ticketing.sql import Connection

POLL_S = 1
"""How long a job may lie before an idle worker sees it: nobody is woken, see `0002_jobs.sql`."""
ALIVE_S_MAX = 20
"""A worker silent for that long has its jobs taken over."""
JOBS_TAKEN_MAX = 50
RETRY_S, RETRY_S_MAX, RETRY_GROWTH = 2, 3600, 3.0
ORDERS_EXPIRED_MAX = 100
LOG_KEPT = timedelta(days=7)
LOG_CLEANED_EVERY_S = 3600
FILES_FORGOTTEN_EVERY_S = 600
ALLOTMENTS_RELEASED_EVERY_S = 5
CUSTOMERS_FORGOTTEN_EVERY_S = 3600
RECONNECT_S = 2.0

Handler = Callable[[Struct, str], Awaitable[None]]
"""Does a job: its payload, and an id that is the same when the job is done a second time."""

log = logging.getLogger(__name__)


async def run(
    db: Database,
    inventory: Inventory,
    settings: Settings,
    reconciler: Reconciler,
    provider: Provider,
    handlers: Mapping[Job, Handler],
    stop: asyncio.Event,
) -> None:
    """Work until `stop` is set; jobs under way are finished. `handlers` has whatever is not done here."""
    every = {**own_handlers(db, inventory, settings, provider), **handlers}
    assert set(every) == set(Job), "every job has its handler"
    async with asyncio.TaskGroup() as tasks:
        rounds = [
            tasks.create_task(repeat(stop, settings.expiry_s, partial(_expire, db, inventory))),
            tasks.create_task(repeat(stop, settings.reconcile_s, reconciler.pass_once)),
            tasks.create_task(repeat(stop, waiting_steps.STEP_S, partial(_step_waiting_rooms, db))),
            tasks.create_task(repeat(stop, ALLOTMENTS_RELEASED_EVERY_S, partial(_release_allotments, db, inventory))),
            tasks.create_task(repeat(stop, LOG_CLEANED_EVERY_S, partial(_clean_log, db))),
            tasks.create_task(repeat(stop, FILES_FORGOTTEN_EVERY_S, partial(_forget_files, db))),
            tasks.create_task(repeat(stop, CUSTOMERS_FORGOTTEN_EVERY_S, partial(_forget_customers, db))),
        ]
        await _serve_queue(db, settings, every, stop)
        for task in rounds:
            task.cancel()


def own_handlers(db: Database, inventory: Inventory, settings: Settings, provider: Provider) -> dict[Job, Handler]:
    """The jobs that are about the sale itself."""

    async def sync_places(payload: Struct, _: str) -> None:
        assert isinstance(payload, SyncPlaces)
        for pool, places in payload.places.items():
            await inventory.sync(pool, places)

    async def send_refund(payload: Struct, _: str) -> None:
        assert isinstance(payload, SendRefund)
        await refunds.send(db, provider, payload.refund, await database_time(db))

    async def book_bank_file(payload: Struct, _: str) -> None:
        assert isinstance(payload, BookBankFile)
        await bank_files.book(db, inventory, settings, payload.file, await database_time(db))

    async def change_plans(payload: Struct, _: str) -> None:
        assert isinstance(payload, ChangePlans)
        await plan_change_runs.run(db, inventory, payload.change, await database_time(db))

    async def relabel_tickets(payload: Struct, _: str) -> None:
        assert isinstance(payload, RelabelTickets)
        await plan_changes.relabel(db, payload.performance, payload.order)

    async def show_codes(payload: Struct, _: str) -> None:
        assert isinstance(payload, ShowCodes)
        await pools.sync_codes(db, inventory, payload.pool)

    async def copy_allotments(payload: Struct, _: str) -> None:
        assert isinstance(payload, CopyAllotments)
        await allotment_copies.run(db, inventory, payload.copy, await database_time(db))

    async def make_consignment(payload: Struct, _: str) -> None:
        assert isinstance(payload, MakeConsignment)
        await consignments.run(db, inventory, settings, payload.order, await database_time(db))

    return {
        Job.SYNC_PLACES: sync_places,
        Job.SEND_REFUND: send_refund,
        Job.BOOK_BANK_FILE: book_bank_file,
        Job.CHANGE_PLANS: change_plans,
        Job.RELABEL_TICKETS: relabel_tickets,
        Job.SHOW_CODES: show_codes,
        Job.COPY_ALLOTMENTS: copy_allotments,
        Job.MAKE_CONSIGNMENT: make_consignment,
    }


async def repeat(stop: asyncio.Event, pause_s: float, act: Callable[[], Awaitable[object]]) -> None:
    """Act, pause, and so on until `stop`. An act that fails is logged, and tried again after the pause."""
    while not stop.is_set():
        try:
            await act()
        except (StoreUnreachable, OSError, asyncpg.exceptions.PostgresError) as error:
            log.warning("%s failed: %s", act, error)
        except Exception:
            log.exception("%s failed", act)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause_s)


async def database_time(db: Database) -> datetime:
    """Postgres's clock: what its deadlines are measured by, whatever this machine's says."""
    async with db.read() as c:
        return await claims.clock(c)


async def _serve_queue(db: Database, settings: Settings, handlers: Mapping[Job, Handler], stop: asyncio.Event) -> None:
    """Take jobs and do them; a lost connection is made again."""
    while not stop.is_set():
        try:
            async with db.apart() as connection:
                await _queue(connection, settings, handlers, stop)
        except (OSError, asyncpg.exceptions.PostgresError, asyncpg.exceptions.InterfaceError) as error:
            log.warning("the queue is out of reach: %s", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), RECONNECT_S)


async def _queue(
    connection: Connection, settings: Settings, handlers: Mapping[Job, Handler], stop: asyncio.Event
) -> None:
    queue = PgQueuer.from_asyncpg_connection(connection)  # type: ignore[arg-type]  # a lent one will do
    patient = partial(
        DatabaseRetryEntrypointExecutor,
        max_attempts=settings.job_attempts_max,
        initial_delay=timedelta(seconds=RETRY_S),
        max_delay=timedelta(seconds=RETRY_S_MAX),
        backoff_multiplier=RETRY_GROWTH,
    )
    for job, handler in handlers.items():
        at_once = asyncio.Semaphore(settings.jobs_at_once_max)
        slow = job in (Job.SEND_MAIL, Job.SEND_MAILING)
        taken_max = settings.jobs_at_once_max if slow else 0  # mails are not all that a worker has to do
        entrypoint = queue.entrypoint(job, concurrency_limit=taken_max, on_failure="hold", executor_factory=patient)
        entrypoint(_entrypoint(job, handler, at_once))
    stopper = asyncio.create_task(_pass_on(stop, queue.shutdown))
    try:
        await queue.qm.run(
            dequeue_timeout=timedelta(seconds=POLL_S),
            batch_size=JOBS_TAKEN_MAX,
            max_concurrent_tasks=2 * JOBS_TAKEN_MAX,
            heartbeat_timeout=timedelta(seconds=ALIVE_S_MAX),
            log_aggregation_interval=timedelta(0),
        )
    finally:
        stopper.cancel()


def _entrypoint(job: Job, handler: Handler, at_once: asyncio.Semaphore) -> Callable[[QueuedJob], Awaitable[None]]:
    async def work(queued: QueuedJob) -> None:
        async with at_once:
            await handler(jobs.read(job, queued.payload), f"{job}-{queued.id}")

    return work


async def _pass_on(stop: asyncio.Event, shutdown: asyncio.Event) -> None:
    await stop.wait()
    shutdown.set()


async def _expire(db: Database, inventory: Inventory) -> None:
    """All orders that are due, some at a time."""
    while await orders.expire_due(db, inventory, await database_time(db), ORDERS_EXPIRED_MAX) == ORDERS_EXPIRED_MAX:
        pass


async def _release_allotments(db: Database, inventory: Inventory) -> None:
    """What events ask for is kept, and what is due goes on open sale."""
    now = await database_time(db)
    await accessible_places.follow(db, inventory, now)
    await allotments.release_due(db, inventory, now)


async def _step_waiting_rooms(db: Database) -> None:
    await waiting_steps.step_all(db, await database_time(db))


async def _clean_log(db: Database) -> None:
    before = await database_time(db) - LOG_KEPT
    async with db.read() as c:
        await jobs.forget_before(c, before)


async def _forget_customers(db: Database) -> None:
    await customer_deletions.forget_due(db, await database_time(db))


async def _forget_files(db: Database) -> None:
    now = await database_time(db)
    await uploads.forget_lapsed(db, now)
    await seat_photos.forget_unused(db, now)
    await files.forget_unused(db, now)
    await carts.forget(db, now)
    await carried_visits.forget(db, now)
