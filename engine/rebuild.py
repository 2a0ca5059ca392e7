"""Writing a pool's words anew from what Postgres owns.

Under the pool's exclusive lock no claim is made or freed. The pool is closed first (its epoch reads 0, so every
hold answers NOT_READY), then its words are merged with the claims and put back whole, with the next epoch, in one
SET; last the epoch becomes durable in Postgres. Places are let go of meanwhile, as always: when that happens between
the closing and the SET, nothing is set, and the words are merged again. A death anywhere leaves the two epochs
different, which is a pool not ready, which the next worker rebuilds.
"""

import struct
from collections.abc import Sequence

import msgspec
import numpy as np

from engine.core.words import CLAIMED, limit_of
from engine.failpoints import reach
from engine.holds import ClaimsSource, PoolState
from engine.link import Link, Script, StoreUnreachable

HEADER = struct.Struct("<qq")
TRIES_MAX = 20

_CLOSE, _REBUILD, _READ = Script("close"), Script("rebuild"), Script("read")


def header_of(words: bytes) -> tuple[int, int]:
    """Epoch and change number of a pool's words; of none, zeros."""
    return HEADER.unpack_from(words) if words else (0, 0)


def merge(words: bytes, places: int, claims: Sequence[tuple[int, int]], now_ms: int) -> bytes:
    """The words a pool should carry: claims, and leases in their time where nothing is claimed.

    `words` is the whole string as found (header included, b"" for none), of any length; the result has no header
    and 8 * `places` bytes. O(places + claims).
    """
    image = np.zeros(places, dtype="<i8")
    found = np.frombuffer(words, dtype="<i8")[HEADER.size // 8 :][:places]
    leased = (found >= limit_of(now_ms)) & (found < CLAIMED)
    image[: len(found)][leased] = found[leased]
    if claims:
        owned = np.array(claims, dtype=np.int64)
        image[owned[:, 0]] = CLAIMED + owned[:, 1]
    return image.tobytes()


async def rebuild(link: Link, source: ClaimsSource, pool: int) -> bool:
    """Makes the pool's words what they should be under a new epoch; False when another worker has just done so.

    Raises `ServerChanged`, `StoreUnreachable`, LookupError.
    """
    async with source.rebuilding(pool) as work:
        box_office = work.state.box_office
        run = await link.run(box_office)
        if await _stands(link, work.state, run):
            return False
        claims, blocks = await work.claims(), await work.blocks()
        for _ in range(TRIES_MAX):
            now_ms, words = await link.call(box_office, run, _CLOSE, msgspec.msgpack.encode([pool]))
            image = merge(words, work.state.places, claims, now_ms)
            reach("F20")
            name = msgspec.msgpack.encode([pool, work.epoch, header_of(words)[1]])
            _, number = await link.call(box_office, run, _REBUILD, name, image, blocks)
            if number:
                await work.done(run)
                return True
    raise StoreUnreachable(f"pool {pool} changes faster than it can be rebuilt")


async def _stands(link: Link, state: PoolState, run: str) -> bool:
    """Whether the words are there, of the pool's epoch and length, on the server they are bound to."""
    if state.server_run != run:
        return False
    wanted = msgspec.msgpack.encode(["pools", 0, [state.pool, 0, 0]])
    _, [(epoch, _, _, words, _)] = await link.call(state.box_office, run, _READ, wanted)
    return bool(epoch == state.epoch and len(words) == HEADER.size + 8 * state.places)
