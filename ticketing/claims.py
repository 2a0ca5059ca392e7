"""Claims: who owns a place. One row a place, and nothing else decides it.

Redis decides who may try, Postgres who owns. Whoever wants places first has them held and pinned there, then claims
them here in one statement, which either writes every row or none; after the commit the words in Redis follow by
`settle` and `free`, and a job written in the same transaction does so too, should the process end in between.

Two clocks meet here. A pin lasts a minute on Redis's clock, so the transaction that rests on it must be over well
before: Postgres's time is read before the pin and again with the claims, and what took too long is refused.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from msgspec import Struct

from engine.failpoints import reach
from engine.holds import DIGEST_BYTES, HoldRequest, Want
from engine.inventory import Inventory
from engine.link import StoreUnreachable
from engine.outcomes import Outcome
from ticketing import jobs
from ticketing.db import Database
from ticketing.holds import REFUSALS
from ticketing.ids import new_id
from ticketing.jobs import Job, SyncPlaces
from ticketing.pools import ensure_epochs
from ticketing.refusals import NotReady, OrderLate, SeatsTaken
from ticketing.settings import Settings
from ticketing.sql import Connection, load

SYNC_AFTER_S = 5
"""How long the process that committed has to tell Redis itself before the job does it."""

BLOCKED = (
    asyncpg.exceptions.LockNotAvailableError,
    asyncpg.exceptions.DeadlockDetectedError,
    asyncpg.exceptions.QueryCanceledError,
)
"""What Postgres says to a statement that waited too long, or in a circle."""

SQL = load("claims")
log = logging.getLogger(__name__)

Places = Mapping[int, Sequence[int]]
"""Pool -> places."""


class Claim(Struct, frozen=True):
    """A place that is owned; `serial` tells this owning from any other of the same place."""

    pool: int
    place: int
    serial: int


class Pinned(Struct, frozen=True):
    """Places that nobody else can take for now: what a claiming transaction rests on."""

    box_office: str
    hold: bytes
    places: dict[int, tuple[int, ...]]
    epochs: dict[int, int]
    asked_at: datetime
    """Postgres's time before the pin."""


@asynccontextmanager
async def transaction(db: Database) -> AsyncIterator[Connection]:
    """A transaction that gives up where others block it for too long: OrderLate, and nothing is written."""
    try:
        async with db.transaction() as c:
            yield c
    except BLOCKED as error:
        raise OrderLate() from error


class Claiming(Struct, frozen=True):
    """A transaction that claims places which it has pinned."""

    c: Connection
    inventory: Inventory
    settings: Settings
    pools: set[int]
    """What it rests on."""


@asynccontextmanager
async def claiming(db: Database, inventory: Inventory, settings: Settings) -> AsyncIterator[Claiming]:
    """A transaction in which places are pinned and claimed; commits at the end of the block."""
    pools: set[int] = set()
    try:
        async with transaction(db) as c:
            yield Claiming(c, inventory, settings, pools)
    except NotReady:
        await look_again(inventory, pools)
        raise


async def look_again(inventory: Inventory, pools: Iterable[int]) -> None:
    """After a transaction found a pool under another epoch than its pin: forget what is known of it, and make it ready.

    Not before the transaction is over: it shares the locks that a rebuild wants alone.
    """
    for pool in sorted(pools):
        with suppress(StoreUnreachable):
            await inventory.rebuild(pool)


@asynccontextmanager
async def pinned(
    t: Claiming, box_office: UUID, wants: tuple[Want, ...], allow: Sequence[int] = ()
) -> AsyncIterator[Pinned]:
    """Hold and pin places for the length of the block; when it raises, they are given back.

    Raises what the inventory answers: SeatsTaken, SeatsBlocked, SoldOut, NotReady; StoreUnreachable.
    """
    request_id = new_id().bytes
    request = HoldRequest(
        box_office=box_office.hex,
        request_id=request_id,
        digest=bytes(DIGEST_BYTES),
        wants=wants,
        hold_ms=t.settings.pin_ms,
        allow=tuple(allow),
    )
    asked_at = await clock(t.c)
    held = await t.inventory.hold(request)
    ensure_granted(held.outcome)
    try:
        pin = await t.inventory.pin(box_office.hex, held.hold, request_id, t.settings.pin_ms)
        ensure_granted(pin.outcome)
        t.pools.update(pin.epochs)
        reach("F2")
        yield Pinned(box_office.hex, held.hold, pin.places, pin.epochs, asked_at)
    except BaseException:
        await give_back(t.inventory, box_office.hex, held.hold, request_id)
        raise


async def clock(c: Connection) -> datetime:
    """Postgres's time."""
    now: datetime = await SQL.clock.value(c)
    return now


async def take(t: Claiming, order_id: UUID, pin: Pinned) -> list[Claim]:
    """Claim every pinned place for an order, in the caller's transaction: all of them, or a refusal.

    Raises NotReady (a pool was rebuilt since the pin), OrderLate, SeatsTaken.
    """
    await ensure_epochs(t.c, pin.epochs)
    wanted = pairs(pin.places)
    rows = await SQL.take.rows(t.c, order_id=order_id, pools=[p for p, _ in wanted], places=[p for _, p in wanted])
    if await clock(t.c) > pin.asked_at + timedelta(seconds=t.settings.order_s_max):
        raise OrderLate()
    if len(rows) < len(wanted) or await SQL.undrawn.value(t.c, order_id=order_id, pools=list(pin.places)):
        raise SeatsTaken()
    return [Claim(*row) for row in rows]


def ensure_same(seen: Mapping[int, int], pinned: Mapping[int, int]) -> None:
    """Raises NotReady for places that were pinned under another epoch than that by which their plan was read: it may
    be another one by now. The epoch is looked at once more with the claims (`ensure_epochs`)."""
    if any(pinned.get(pool, epoch) != epoch for pool, epoch in seen.items()):
        raise NotReady()


async def drop(c: Connection, order_ids: Sequence[UUID], places: Sequence[tuple[int, int]]) -> list[Claim]:
    """Delete the orders' claims on (pool, place) pairs, and write the job that frees them in Redis.

    The caller's transaction holds the orders' rows. Places that are not theirs are left alone.
    """
    if not places:
        return []
    pool_ids = [pool for pool, _ in places]
    await SQL.lock_pools.run(c, pools=sorted(set(pool_ids)))
    rows = await SQL.drop.rows(c, order_ids=list(order_ids), pools=pool_ids, places=[place for _, place in places])
    dropped = [Claim(*row) for row in rows]
    await sync_later(c, places)
    return dropped


async def of_orders(c: Connection, order_ids: Sequence[UUID]) -> dict[UUID, list[Claim]]:
    """The claims of each order, by (pool, place)."""
    found: dict[UUID, list[Claim]] = defaultdict(list)
    for order_id, *claim in await SQL.of_orders.rows(c, order_ids=list(order_ids)):
        found[order_id].append(Claim(*claim))
    return found


async def sync_later(c: Connection, places: Iterable[tuple[int, int]], after_s: int = SYNC_AFTER_S) -> None:
    """Write the job that makes Redis say of (pool, place) pairs what the claims say."""
    named: dict[int, list[int]] = defaultdict(list)
    for pool, place in places:
        named[pool].append(place)
    job = SyncPlaces({pool: tuple(some) for pool, some in named.items()})
    await jobs.enqueue(c, Job.SYNC_PLACES, job, after_s)


async def settle(inventory: Inventory, box_office: str, claims: Iterable[Claim], hold: bytes | None = None) -> None:
    """After the commit: tell Redis who owns the places. Should it not answer, the job will."""
    try:
        await inventory.settle(box_office, by_pool(claims), hold)
    except StoreUnreachable as error:
        log.warning("settle left to its job: %s", error)


async def free(inventory: Inventory, box_office: str, claims: Iterable[Claim]) -> None:
    """After the commit: tell Redis that the places are free again. Should it not answer, the job will."""
    try:
        await inventory.free(box_office, by_pool(claims))
    except StoreUnreachable as error:
        log.warning("free left to its job: %s", error)


async def give_back(inventory: Inventory, box_office: str, hold: bytes, attempt: bytes) -> None:
    """End a pinned hold whose order came to nothing. Should Redis not answer, it lapses by itself."""
    with suppress(StoreUnreachable):
        await inventory.unpin(box_office, hold, attempt)
        await inventory.release(box_office, hold)


def ensure_granted(outcome: Outcome) -> None:
    """Raises the refusal of an outcome that is not a yes. CAPPED is none here: these holds are nobody's to count."""
    if not outcome.granted:
        raise REFUSALS[outcome]()


def pairs(places: Places) -> list[tuple[int, int]]:
    """(pool, place) pairs in ascending order."""
    return sorted((pool, place) for pool, some in places.items() for place in some)


def by_pool(claims: Iterable[Claim]) -> dict[int, list[tuple[int, int]]]:
    """(place, serial) pairs by pool, as the inventory takes them."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for claim in claims:
        found[claim.pool].append((claim.place, claim.serial))
    return found


def reach_after_sending(name: str) -> None:
    """Come to a failpoint when the statement about to be awaited has been sent and not been answered."""
    asyncio.get_running_loop().call_soon(reach, name)
