"""Pools in Postgres: what the inventory's words are written from.

Claims decide who owns a place, and a pool's row holds the rest that Redis may lose: how many places there are, what is
blocked, and the epoch under which the words were last written. A rebuild holds the pool's advisory lock alone;
transactions that claim or free hold it together and look at the epoch after they got it, so none of them can slip
between a rebuild's reading and its writing. The lock's key is the pool's id.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

import numpy as np
from msgspec import Struct

from engine.core.packed import PackedPlan
from engine.holds import PoolState, runs_of
from engine.inventory import Inventory
from engine.link import StoreUnreachable
from ticketing import halls
from ticketing.db import Database
from ticketing.refusals import InputRefused, NotFound, NotReady
from ticketing.sql import Connection, load

BLOCK_CODE_MAX = 0xFFFF
PLACES_SHOWN_MAX = 10_000
"""Places whose codes one call writes to Redis: nobody else is answered there meanwhile."""
WARMING_S_MAX = 3.0
"""How long a process may take to know its pools before it serves without them."""

SQL = load("pools")

Codes = np.ndarray[tuple[int], np.dtype[np.uint16]]


class PoolKind(StrEnum):
    """What runs out."""

    PERFORMANCE = "performance"
    QUOTA = "quota"
    PASS_QUANTITY = "pass_quantity"


async def create(c: Connection, box_office_id: UUID, kind: PoolKind, place_count: int) -> int:
    """A new pool, all of it free; its id."""
    assert place_count >= 0
    pool: int = await SQL.create.value(c, box_office_id=box_office_id, kind=kind, place_count=place_count)
    return pool


async def create_many(
    c: Connection, box_office_id: UUID, kind: PoolKind, place_count: int, pool_count: int
) -> list[int]:
    """New pools, all of one size and free; their ids. One round trip."""
    values = {"box_office_id": box_office_id, "kind": kind, "place_count": place_count, "pool_count": pool_count}
    return [pool for (pool,) in await SQL.create_many.rows(c, **values)]


async def ensure_epochs(c: Connection, epochs: Mapping[int, int]) -> None:
    """Lock the pools for claiming or freeing until the transaction ends, and check that none was rebuilt since.

    `epochs` is what the hold's pin told, by pool. Raises NotReady when one differs. One round trip.
    """
    if await SQL.stale.value(c, pools=list(epochs), epochs=list(epochs.values())):
        raise NotReady()


class Coded(Struct, frozen=True):
    """What a pool keeps off open sale, as a transaction that changes it sees it: a code a place, 0 for open sale."""

    place_count: int
    codes: Codes
    tombstones: frozenset[int]


async def block(
    db: Database, inventory: Inventory, organisation_id: UUID, pool: int, places: Sequence[int], code: int
) -> None:
    """Take places off sale under a code, or back with 0: `lock_codes`, `write_codes` and `show_codes` in one."""
    assert 0 <= code <= BLOCK_CODE_MAX
    async with db.transaction() as c:
        coded = await lock_codes(c, organisation_id, pool)
        ensure_places(coded, places)
        coded.codes[list(places)] = code
        await write_codes(c, pool, coded.codes)
    await show_codes(db, inventory, pool, places)


async def lock_codes(c: Connection, organisation_id: UUID, pool: int) -> Coded:
    """The codes of a pool's places, to be changed in the caller's transaction: nobody else changes them until it ends,
    and the pool is not rebuilt. Raises NotFound for another's pool."""
    await SQL.lock_shared.value(c, pool=pool)
    row = await SQL.blocks_to_change.row(c, organisation_id=organisation_id, pool=pool)
    if row is None:
        raise NotFound(what="pool")
    codes = _codes(row["blocks"], row["place_count"])
    return Coded(row["place_count"], codes, frozenset(row["tombstones"]))


def ensure_places(coded: Coded, places: Sequence[int]) -> None:
    """Raises InputRefused for a place that the pool does not have, or that its plan does not draw any more."""
    there = not places or 0 <= min(places) <= max(places) < coded.place_count
    if not there or not coded.tombstones.isdisjoint(places):
        raise InputRefused(problem="There is no such place.", where="places")


async def write_codes(c: Connection, pool: int, codes: Codes) -> None:
    """Make these the codes of a pool; the caller's transaction has them locked, and `show_codes` follows its commit."""
    runs = runs_of(pool, np.flatnonzero(codes).tolist())
    values = {"starts": runs[1::3], "counts": runs[2::3]}
    await SQL.change_blocks.run(c, pool=pool, blocks=codes.tobytes() if codes.any() else None, **values)


async def codes_of(c: Connection, pool: int, place_count: int) -> Codes:
    """The codes of a pool's places as they are durable now."""
    return _codes(await SQL.blocks.value(c, pool=pool), place_count)


async def show_codes(db: Database, inventory: Inventory, pool: int, places: Sequence[int]) -> None:
    """Write the places' codes to Redis until what was written is what is durable: another may be changing them too.

    What is held or owned stays so, and is kept once it is free. Raises StoreUnreachable.
    """
    if places and (await inventory.copy(pool, 0))[0].place_count <= max(places):
        await inventory.rebuild(pool)  # it has grown, and its words are still those of before
    shown: dict[int, list[int]] = {}
    while (wanted := await _places_by_code(db, pool, places)) != shown:
        for code, some in wanted.items():
            for start in range(0, len(some), PLACES_SHOWN_MAX):
                await inventory.block(pool, some[start : start + PLACES_SHOWN_MAX], code)
        shown = wanted


async def sync_codes(db: Database, inventory: Inventory, pool: int) -> int:
    """Make Redis say of a pool's places what is durable, where it says otherwise; how many it changed."""
    copy, _ = await inventory.copy(pool, 0)
    async with db.read() as c:
        codes = await codes_of(c, pool, copy.place_count)
    differing = [place for place in range(copy.place_count) if copy.block(place) != codes[place]]
    await show_codes(db, inventory, pool, differing)
    return len(differing)


async def unbind(db: Database, pools: Sequence[int] | None = None) -> list[int]:
    """Declare the words of these pools (None: of all) void, and return which; each is rebuilt when it is next used."""
    async with db.transaction() as c:
        wanted = None if pools is None else list(pools)
        locked = [pool for pool, _ in await SQL.lock_all_exclusive.rows(c, pools=wanted)]
        await SQL.unbind.run(c, pools=locked)
    return locked


async def warm(db: Database, inventory: Inventory, now: datetime) -> int:
    """Make the pools of the next dates ready in this process, before anybody asks; how many are.

    Whoever asks first for a stadium waits until it is packed, and everybody else's requests slow down beside that. A
    process that cannot warm up in time, or whose Redis is away, serves all the same.
    """
    warmed = 0
    with suppress(StoreUnreachable, TimeoutError):
        async with asyncio.timeout(WARMING_S_MAX):
            async with db.read() as c:
                wanted = [
                    pool for (pool,) in await SQL.next_sold.rows(c, now=now, rows_max=db.settings.pools_warmed_max)
                ]
            for pool in wanted:
                await inventory.ready(pool)
                warmed += 1
    return warmed


class PoolClaims:
    """The inventory's ClaimsSource: what Postgres knows, in the engine's words."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def state(self, pool: int) -> PoolState:
        """Raises LookupError for a pool that does not exist."""
        async with self._db.read() as c:
            return await _state(c, pool)

    async def packed(self, pool: int) -> PackedPlan | None:
        """The packed plan of a performance's pool; None for pools whose places are all alike."""
        async with self._db.read() as c:
            row = await SQL.hall.row(c, pool=pool)
        if row is None:
            return None
        return (await halls.under(self._db, pool, row["plan_hash"], row["place_list_hash"])).packed

    async def claims(self, pool: int, places: Sequence[int] | None = None) -> Mapping[int, int]:
        """Place -> serial of the claims on these places, or of all."""
        async with self._db.read() as c:
            if places is None:
                return dict(await _claims(c, pool))
            return dict(await SQL.claims_on.rows(c, pool=pool, places=list(places)))  # type: ignore[arg-type]

    @asynccontextmanager
    async def rebuilding(self, pool: int) -> AsyncIterator["PoolRebuild"]:
        """The pool under its exclusive lock, for the length of the block."""
        async with self._db.transaction() as c:
            await SQL.lock_exclusive.value(c, pool=pool)
            yield PoolRebuild(c, await _state(c, pool), await SQL.next_epoch.value(c))

    async def blocks(self, pool: int) -> bytes:
        """Two bytes a place, or nothing when nothing is blocked."""
        async with self._db.read() as c:
            return await _blocks(c, await _state(c, pool))

    async def live_pools(self) -> Sequence[int]:
        """Pools of performances that are not over, and those of their tariffs and passes."""
        async with self._db.read() as c:
            return [pool for (pool,) in await SQL.live.rows(c, now=datetime.now(UTC))]


class PoolRebuild:
    """A pool under its exclusive lock: nobody claims or frees in it. Its number is drawn, so no two rebuilds share one,
    whatever became of them."""

    def __init__(self, c: Connection, state: PoolState, epoch: int) -> None:
        self._c = c
        self.state = state
        self.epoch = epoch

    async def claims(self) -> Sequence[tuple[int, int]]:
        """Every claim of the pool as (place, serial)."""
        return await _claims(self._c, self.state.pool)

    async def blocks(self) -> bytes:
        """Two bytes a place, or nothing when nothing is blocked."""
        return await _blocks(self._c, self.state)

    async def done(self, server_run: str) -> None:
        """Bind the pool to the new epoch and its server; durable when the block ends."""
        await SQL.bind.run(self._c, pool=self.state.pool, epoch=self.epoch, server_run=server_run)


async def grow(c: Connection, pool: int, place_count: int) -> None:
    """Give a pool more places. Its words are of an old epoch from the commit on: rebuild the pool after it.

    The caller's transaction must have locked the pool by `lock_exclusive`.
    """
    await SQL.grow.run(c, pool=pool, place_count=place_count, epoch=await SQL.next_epoch.value(c))


async def renew(c: Connection, pool: int) -> None:
    """Give a pool another epoch: whoever has it packs it anew. Rebuild it after the commit, under `grow`'s terms."""
    await SQL.renew.run(c, pool=pool, epoch=await SQL.next_epoch.value(c))


async def empty_out(c: Connection, pool: int, tombstones: Sequence[int]) -> None:
    """Say which places of a pool its plan does not draw any more; what was blocked there is not blocked any more.

    The caller's transaction must have locked the pool by `lock_exclusive`, and seen that none of them is claimed.
    """
    blocks: bytes | None = await SQL.blocks.value(c, pool=pool)
    codes = _codes(blocks, len(blocks or b"") // 2)
    codes[[place for place in tombstones if place < len(codes)]] = 0
    await SQL.empty_out.run(c, pool=pool, tombstones=list(tombstones))
    await write_codes(c, pool, codes)


async def blocked_among(c: Connection, pool: int, places: Sequence[int]) -> int:
    """How many of these places are off open sale: blocked, or allotted."""
    blocks: bytes | None = await SQL.blocks.value(c, pool=pool)
    codes = _codes(blocks, len(blocks or b"") // 2)
    return int(np.count_nonzero(codes[[place for place in places if place < len(codes)]]))


async def resize(c: Connection, pool: int, place_count: int) -> None:
    """Give a pool whose places are all alike more of them, or fewer: claims past the new end take free ones before it.

    The caller's transaction must have locked the pool by `lock_exclusive`, and seen that no more are claimed; the pool
    is to be rebuilt after it, as by `grow`.
    """
    await SQL.move_below.run(c, pool=pool, place_count=place_count)
    await grow(c, pool, place_count)


async def claim_count(c: Connection, pool: int) -> int:
    """How many of a pool's places are owned."""
    count: int = await SQL.claimed.value(c, pool=pool)
    return count


async def let_go(c: Connection, pool: int) -> None:
    """Drop every claim of a pool that bounds nothing any more; the caller's transaction has locked it alone."""
    await SQL.let_go.run(c, pool=pool)


async def lock_exclusive(c: Connection, pool: int) -> None:
    """Keep everybody from claiming, freeing and rebuilding in the pool until the transaction ends."""
    await SQL.lock_exclusive.value(c, pool=pool)


async def _state(c: Connection, pool: int) -> PoolState:
    state = await SQL.state.one(c, PoolState, pool=pool)
    if state is None:
        raise LookupError(f"there is no pool {pool}")
    return state


async def _claims(c: Connection, pool: int) -> list[tuple[int, int]]:
    return [(place, serial) for place, serial in await SQL.claims.rows(c, pool=pool)]


async def _blocks(c: Connection, state: PoolState) -> bytes:
    blocks: bytes | None = await SQL.blocks.value(c, pool=state.pool)
    return _codes(blocks, state.places).tobytes() if blocks else b""


def _codes(blocks: bytes | None, place_count: int) -> Codes:
    """The block codes of the first `place_count` places; what is stored may be shorter, from when the pool was."""
    codes = np.zeros(place_count, dtype="<u2")
    stored = np.frombuffer(blocks or b"", dtype="<u2")[:place_count]
    codes[: len(stored)] = stored
    return codes


async def _places_by_code(db: Database, pool: int, places: Sequence[int]) -> dict[int, list[int]]:
    async with db.read() as c:
        codes = _codes(await SQL.blocks.value(c, pool=pool), max(places, default=-1) + 1)
    by_code: dict[int, list[int]] = defaultdict(list)
    for place in places:
        by_code[int(codes[place])].append(place)
    return dict(by_code)
