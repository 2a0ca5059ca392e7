"""The worker: does what transactions left behind, again when it fails, and after another worker died of it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from multiprocessing import get_context
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from engine.inventory import Inventory
from engine.link import StoreUnreachable
from engine.reconciler import Reconciler
from tests.ticketing.house import (
    NOW,
    SANDBOX,
    SETTINGS,
    House,
    breaches,
    empty,
    hold,
    open_house,
    order,
    owned_words,
    request,
)
from ticketing import files, jobs, orders, payments, worker
from ticketing.db import Database
from ticketing.files import Kept
from ticketing.ids import new_id
from ticketing.jobs import Job, MailKind, SendMail
from ticketing.pools import PoolClaims
from ticketing.states import OrderStatus
from ticketing.worker import Handler

QUICK = msgspec.structs.replace(SETTINGS, job_attempts_max=3, expiry_s=1, reconcile_s=3600)
Mails = list[tuple[SendMail, str]]


@pytest.fixture
async def house(database: Database) -> House:
    await empty(database)
    return await open_house(database)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "POLL_S", 0.1)
    monkeypatch.setattr(worker, "RETRY_S", 0.01)
    monkeypatch.setattr(worker, "RECONNECT_S", 0.05)


def keeping(mails: Mails) -> dict[Job, Handler]:
    """Mails that are kept instead of sent."""

    async def keep(payload: Struct, mail_id: str) -> None:
        assert isinstance(payload, SendMail)
        mails.append((payload, mail_id))

    kinds = (Job.SEND_MAIL, Job.SEND_ACCOUNT_MAIL, Job.SEND_CUSTOMER_MAIL, Job.SEND_MAILING)
    return dict.fromkeys(kinds, keep)


@asynccontextmanager
async def at_work(
    db: Database, inventory: Inventory, handlers: dict[Job, Handler] | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    """A worker for the length of the block."""
    stop, reconciler = asyncio.Event(), Reconciler(inventory, PoolClaims(db))
    working = worker.run(db, inventory, QUICK, reconciler, SANDBOX, keeping([]) | (handlers or {}), stop)
    task = asyncio.create_task(working)
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait_for(task, 10)


async def until(true: Callable[[], Any], seconds: float = 15) -> None:
    """Wait for something the worker does."""
    async with asyncio.timeout(seconds):
        while not await true():
            await asyncio.sleep(0.02)


async def mail_to(db: Database, after_s: int = 0) -> SendMail:
    """A job that writes to somebody."""
    payload = SendMail(new_id(), MailKind.ORDER_PAID)
    async with db.read() as c:
        await jobs.enqueue(c, Job.SEND_MAIL, payload, after_s)
    return payload


async def count(db: Database, condition: str) -> int:
    async with db.read() as c:
        found: int = await c.fetchval(f"select count(*) from pgqueuer where {condition}")
        return found


async def test_jobs_are_done_once_and_gone(database: Database, inventory: Inventory, house: House) -> None:
    mails: Mails = []
    wanted = [await mail_to(database) for _ in range(120)]
    async with at_work(database, inventory, keeping(mails)):
        await until(lambda: no_more(database))
    assert sorted(payload.order for payload, _ in mails) == sorted(payload.order for payload in wanted)
    assert len({mail_id for _, mail_id in mails}) == len(wanted)


async def no_more(db: Database) -> bool:
    return await count(db, "true") == 0


async def test_a_job_waits_for_its_time(database: Database, inventory: Inventory, house: House) -> None:
    mails: Mails = []
    await mail_to(database, after_s=3600)
    soon = await mail_to(database)
    async with at_work(database, inventory, keeping(mails)):
        await until(lambda: is_true(bool(mails)))
        await asyncio.sleep(0.3)
    assert [payload for payload, _ in mails] == [soon]


async def is_true(value: bool) -> bool:
    return value


async def test_places_that_redis_was_not_told_of_are_synchronised(
    database: Database, inventory: Inventory, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process ended between commit and settle: the order's own job tells Redis."""

    async def unreachable(*_: object) -> None:
        raise StoreUnreachable("no answer")

    with monkeypatch.context() as lost:
        lost.setattr(inventory, "settle", unreachable)
        held = await hold(inventory, house, [0, 1])
        placed = await orders.place(database, inventory, SETTINGS, request(house, held, [0, 1]), NOW)
    assert await owned_words(inventory, house.pool) == set()
    async with database.read() as c:
        await c.execute("update pgqueuer set execute_after = now()")
    async with at_work(database, inventory):
        await until(lambda: no_more(database))
    assert await owned_words(inventory, house.pool) == {0, 1}
    assert (await orders.get(database, placed.id)).status is OrderStatus.PENDING
    assert inventory.counts["mends"] == 0
    assert await breaches(database, inventory) == []


async def test_refunds_are_sent(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0])
    started = await payments.begin(database, SANDBOX, placed.id, "http://shop.test", NOW)
    told = SANDBOX.notify(SANDBOX.open_page(started.redirect_url.rpartition("/")[2]), True, NOW)
    await payments.receive(database, inventory, SETTINGS, SANDBOX, told.body, told.signature, NOW)
    await orders.cancel(database, inventory, placed.id, NOW)
    async with at_work(database, inventory):
        await until(lambda: refunded(database, placed.id))
    assert await breaches(database, inventory) == []


async def refunded(db: Database, order_id: Any) -> bool:
    return (await orders.get(db, order_id)).refunded_cents == 3000


async def test_orders_past_their_time_expire(database: Database, inventory: Inventory, house: House) -> None:
    placed = await order(database, inventory, house, [0])
    async with database.read() as c:
        await c.execute("update orders set expires_at = now() - interval '1 second'")
    async with at_work(database, inventory):
        await until(lambda: expired(database, placed.id))
    assert await owned_words(inventory, house.pool) == set()
    assert await breaches(database, inventory) == []


async def test_files_that_nobody_refers_to_are_forgotten(
    database: Database, inventory: Inventory, house: House
) -> None:
    async with database.transaction() as c:
        await files.keep(c, Kept("image/png", b"old", 9, 9), NOW)
        await c.execute("update files set created_at = now() - interval '2 days'")
    async with at_work(database, inventory):
        await until(lambda: no_files(database))


async def no_files(db: Database) -> bool:
    async with db.read() as c:
        return await c.fetchval("select count(*) from files") == 0


async def expired(db: Database, order_id: Any) -> bool:
    return (await orders.get(db, order_id)).status is OrderStatus.EXPIRED


async def test_a_job_that_fails_is_tried_again_under_the_same_id(
    database: Database, inventory: Inventory, house: House
) -> None:
    tried: list[str] = []

    async def flaky(_: Struct, mail_id: str) -> None:
        tried.append(mail_id)
        if len(tried) < 3:
            raise ConnectionError("the mail server is away")

    await mail_to(database)
    async with at_work(database, inventory, {Job.SEND_MAIL: flaky}):
        await until(lambda: no_more(database))
    assert len(tried) == 3 and len(set(tried)) == 1


async def test_a_job_that_fails_too_often_is_set_aside_until_somebody_looks(
    database: Database, inventory: Inventory, house: House
) -> None:
    tried: list[str] = []

    async def broken(_: Struct, mail_id: str) -> None:
        tried.append(mail_id)
        raise ValueError("no such address")

    await mail_to(database)
    async with at_work(database, inventory, {Job.SEND_MAIL: broken}):
        await until(lambda: set_aside(database))
    assert len(tried) == QUICK.job_attempts_max + 1
    mails: Mails = []
    async with database.read() as c:
        assert await jobs.retry_held(c) == 1
    async with at_work(database, inventory, keeping(mails)):
        await until(lambda: no_more(database))
    assert len(mails) == 1


async def set_aside(db: Database) -> bool:
    return await count(db, "status = 'failed'") == 1


async def test_stopping_finishes_what_is_under_way(database: Database, inventory: Inventory, house: House) -> None:
    begun, finished = asyncio.Event(), asyncio.Event()

    async def slow(_: Struct, __: str) -> None:
        begun.set()
        await asyncio.sleep(0.3)
        finished.set()

    await mail_to(database)
    async with at_work(database, inventory, {Job.SEND_MAIL: slow}):
        await begun.wait()
    assert finished.is_set()
    assert await no_more(database)


async def test_a_lost_connection_is_made_again(database: Database, inventory: Inventory, house: House) -> None:
    mails: Mails = []
    async with at_work(database, inventory, keeping(mails)):
        first = await mail_to(database)
        await until(lambda: is_true(len(mails) == 1))
        async with database.read() as c:
            await c.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        second = await mail_to(database)
        await until(lambda: is_true(len(mails) == 2))
    assert [payload for payload, _ in mails] == [first, second]


async def test_what_comes_round_goes_on_after_a_failure() -> None:
    stop, times = asyncio.Event(), 0

    async def act() -> None:
        nonlocal times
        times += 1
        if times == 3:
            stop.set()
        raise StoreUnreachable("away") if times == 1 else RuntimeError("a mistake")

    await asyncio.wait_for(worker.repeat(stop, 0.01, act), 5)
    assert times == 3


def hang(database_url: str, redis_url: str, took: Any) -> None:
    """A worker process that takes a job and hangs."""
    asyncio.run(_hang(database_url, redis_url, took))


async def _hang(database_url: str, redis_url: str, took: Any) -> None:
    db = await Database.open(database_url)
    inventory = await Inventory.open(redis_url, PoolClaims(db), bytes(32))

    async def never(_: Struct, mail_id: str) -> None:
        took.put(mail_id)
        await asyncio.sleep(3600)

    reconciler = Reconciler(inventory, PoolClaims(db))
    await worker.run(db, inventory, QUICK, reconciler, SANDBOX, keeping([]) | {Job.SEND_MAIL: never}, asyncio.Event())


async def test_a_killed_workers_job_is_taken_over(
    database: Database,
    inventory: Inventory,
    house: House,
    database_url: str,
    redis_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "ALIVE_S_MAX", 1)
    await mail_to(database)
    took = get_context("spawn").Queue()
    process = get_context("spawn").Process(target=hang, args=(database_url, redis_url, took))
    process.start()
    taken = await asyncio.to_thread(took.get, timeout=30)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    await asyncio.to_thread(process.join)
    assert await count(database, "status = 'picked'") == 1
    mails: Mails = []
    async with at_work(database, inventory, keeping(mails)):
        await until(lambda: no_more(database), timedelta(seconds=20).total_seconds())
    assert [mail_id for _, mail_id in mails] == [taken]
