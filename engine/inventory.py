"""The seat inventory: what may be sold, held for whom, and until when.

Redis decides who may try and Postgres decides who owns. A hold is a lease word on each of its places; an order pins
the hold, writes its claims in Postgres, and settles them here afterwards. Nothing here is the truth about ownership:
losing all of Redis loses carts and no sale, because every word can be written again from the claims.

One `Inventory` serves one process, any number of box offices. Its methods answer with an `Outcome`; they raise
`StoreUnreachable` when Redis does not answer (what was asked may have been done: holds can be asked again by id),
and LookupError for a pool that does not exist.
"""

import hashlib
import os
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any as Anything
from typing import Self

import msgspec
from msgspec import structs

from engine.core.best import PartyWant, Proposal
from engine.core.copy import PoolCopy
from engine.core.words import CLAIMED, deadline_of
from engine.holds import (
    DIGEST_BYTES,
    HOLD_BYTES,
    PLACES_PER_HOLD_MAX,
    Any,
    ClaimsSource,
    HoldAnswer,
    HoldRequest,
    Owner,
    PinAnswer,
    Run,
    Seats,
    Want,
    places_of,
    runs_of,
)
from engine.joiner import Joiner
from engine.link import Link, Script, ServerChanged, StoreUnreachable, open_link
from engine.outcomes import Outcome
from engine.pools import Pools
from engine.wants import STRIPES, Asking, check_bounds
from engine.watch import Watch

CALL_TRIES_MAX = 3
FRESH_S_MAX = 0.2
"""How old a copy may be when availability is asked for."""
PLACES_PER_CALL_MAX = 1000

_LOST_RACES = (Outcome.BLOCKED, Outcome.TAKEN, Outcome.NO_FIT)
_CHANGE, _RENEW, _PIN, _UNPIN = Script("change", "wants"), Script("renew"), Script("pin"), Script("unpin")
_RELEASE, _READ, _SETTLE, _FREE = Script("release"), Script("read"), Script("settle"), Script("free")
_MEND, _BLOCK = Script("mend"), Script("block")
_encode = msgspec.msgpack.Encoder().encode

Claims = Mapping[int, Sequence[tuple[int, int]]]
"""Pool -> (place, serial) pairs."""


class Inventory:
    """This process's hands on every pool."""

    def __init__(self, link: Link, source: ClaimsSource, secret: bytes) -> None:
        self.counts: Counter[str] = Counter()
        """Outcomes by name, and `lost_races`, `rebuilds`, `mends`."""
        self._link = link
        self._source = source
        self._secret = hashlib.blake2b(secret, digest_size=32, person=b"placeur hold id").digest()
        self._pools = Pools(link, source, self.counts)
        self._joiners: dict[str, Joiner] = {}
        self._stripe = int.from_bytes(os.urandom(2)) % STRIPES
        self._watch = Watch(self._pools)

    @classmethod
    async def open(cls, redis_url: str, source: ClaimsSource, secret: bytes) -> Self:
        """Connects. `secret` is the server's: hold ids are derived with it. Raises `StoreUnfit`, `StoreUnreachable`."""
        return cls(await open_link(redis_url), source, secret)

    async def close(self) -> None:
        """Stops watching, gives up the holds under way and closes the connections."""
        await self._watch.close()
        for joiner in self._joiners.values():
            await joiner.close()
        await self._link.close()

    # -- holds ---------------------------------------------------------------------------------------------------

    def hold_id(self, box_office: str, request_id: bytes) -> bytes:
        """The 16-byte id that a hold asked for under this request id has: unguessable without the secret."""
        return hashlib.blake2b(box_office.encode() + request_id, key=self._secret, digest_size=HOLD_BYTES).digest()

    async def hold(self, request: HoldRequest) -> HoldAnswer:
        """Takes places, all or nothing: HELD, or why not (TAKEN, NO_FIT, SOLD_OUT, BLOCKED, CAPPED, NOT_READY, REUSED).

        A repeated request id answers as its hold stands: HELD with the first places, EXPIRED, LOST.
        """
        _check(request.wants)
        assert request.wants, "a hold is of something"
        assert len(request.digest) == DIGEST_BYTES and 0 < len(request.request_id) <= 64 and request.hold_ms > 0
        joiner = self._joiners.get(request.box_office)
        if joiner is None:
            joiner = self._joiners[request.box_office] = Joiner(request.box_office, self._pools, self._stripe)
        return await joiner.put(request, self.hold_id(request.box_office, request.request_id))

    async def change(
        self,
        box_office: str,
        hold: bytes,
        change_id: bytes,
        add: tuple[Want, ...] = (),
        drop: Mapping[int, Sequence[int]] | None = None,
        allow: tuple[int, ...] = (),
        owners: tuple[Owner, ...] = (),
    ) -> HoldAnswer:
        """Adds and drops places, all or nothing; the clock goes on. The last `change_id` repeated is not done twice.

        CAPPED when the hold would have more than PLACES_PER_HOLD_MAX. What is dropped and not in it is passed over.
        """
        _check(add)
        dropped = [number for pool, places in (drop or {}).items() for number in runs_of(pool, places)]
        limits = [(owner.key, owner.places_max) for owner in owners]
        asking, age_s_max = Asking(add), FRESH_S_MAX
        for _ in range(CALL_TRIES_MAX):
            pools = {want.pool: await self._pools.refresh(want.pool, age_s_max) for want in add}
            check_bounds(add, pools, box_office)
            states = [(pool.state.pool, pool.state.epoch, pool.state.places) for pool in pools.values()]
            try:
                wants = asking.plain(pools, self._stripe)
                call = (hold.hex(), change_id.hex(), states, allow, limits, wants, dropped, PLACES_PER_HOLD_MAX)
                now_ms, answer = await self._call(box_office, _CHANGE, call)
            finally:
                asking.put_back()
            outcome = Outcome(answer[0].decode())
            if outcome is Outcome.NOT_READY:
                for pool, seen in pools.items():
                    self._pools.forget(pool, seen)
            elif outcome not in _LOST_RACES or not asking.proposals:
                break
            age_s_max = 0.0
        found = _answer(hold, now_ms, answer, asking)
        return structs.replace(found, outcome=asking.named(found.outcome, pools))

    async def read(self, box_office: str, hold: bytes) -> HoldAnswer:
        """How a hold stands: HELD, EXPIRED or LOST."""
        return _answer(hold, *await self._call(box_office, _READ, ("hold", hold.hex())))

    async def renew(self, box_office: str, hold: bytes, hold_ms: int, held_ms_max: int) -> HoldAnswer:
        """RENEWED to `hold_ms` from now, within `held_ms_max` of the first hold; or EXPIRED, LOST, BUSY."""
        return _answer(hold, *await self._call(box_office, _RENEW, (hold.hex(), hold_ms, held_ms_max)))

    async def release(self, box_office: str, hold: bytes) -> Outcome:
        """RELEASED; or EXPIRED (it had ended before), BUSY (pinned)."""
        _, answer = await self._call(box_office, _RELEASE, (hold.hex(),))
        return Outcome(answer[0].decode())

    async def pin(self, box_office: str, hold: bytes, attempt: bytes, pin_ms: int = 60_000) -> PinAnswer:
        """PINNED for at least `pin_ms`; or EXPIRED, LOST, NOT_READY, BUSY (another attempt has it)."""
        now_ms, answer, epochs = await self._call(box_office, _PIN, (hold.hex(), attempt.hex(), pin_ms))
        by_pool = dict(zip(epochs[::2], epochs[1::2], strict=True))
        return PinAnswer(Outcome(answer[0].decode()), places_of(answer[3]), by_pool, answer[2], now_ms)

    async def unpin(self, box_office: str, hold: bytes, attempt: bytes) -> HoldAnswer:
        """Back to a plain hold with the deadline it had, after an order was refused."""
        return _answer(hold, *await self._call(box_office, _UNPIN, (hold.hex(), attempt.hex())))

    # -- claims --------------------------------------------------------------------------------------------------

    async def settle(self, box_office: str, claims: Claims, hold: bytes | None = None) -> None:
        """After the commit: writes the claimed words, over any lease, and ends the hold. Repeats do no harm.

        The hold ends last: what is claimed of it is never free in between.
        """
        *parts, last = _parts(claims) or [[]]
        for part in parts:
            await self._call(box_office, _SETTLE, ("", *part))
        await self._call(box_office, _SETTLE, (hold.hex() if hold else "", *last))

    async def free(self, box_office: str, frees: Claims) -> None:
        """After a commit that deleted claims: frees their places. A settle that comes late does not bring them back."""
        for part in _parts(frees):
            await self._call(box_office, _FREE, part)

    async def sync(self, pool: int, places: Sequence[int]) -> int:
        """Makes these places' words what the claims say, carrying no value of its own. How many it changed.

        Redis is read before Postgres, so a claimed word without a claim is one whose claim was deleted.
        """
        found = await self._pools.refresh(pool, 0)
        seen = {place: found.copy.word(place) for place in places if place < found.state.places}
        owned = await self._source.claims(pool, list(seen))
        settle = [(place, serial) for place, serial in owned.items() if seen[place] != CLAIMED + serial]
        free = [(place, word - CLAIMED) for place, word in seen.items() if word >= CLAIMED and place not in owned]
        if settle:
            await self.settle(found.state.box_office, {pool: settle})
        if free:
            await self.free(found.state.box_office, {pool: free})
        return len(settle) + len(free)

    async def mend(self, pool: int, words: Sequence[tuple[int, int, int]]) -> int:
        """Sets (place, word seen, word wanted), each only where the word is still the one seen. How many it changed."""
        box_office = (await self._pools.ready(pool)).state.box_office
        _, mended = await self._call(box_office, _MEND, (pool, *words))
        self.counts["mends"] += mended
        return int(mended)

    # -- pools ---------------------------------------------------------------------------------------------------

    async def block(self, pool: int, places: Sequence[int], code: int) -> Outcome:
        """Takes places off sale under a block code, or back on sale with 0. HELD when done; leases are not touched."""
        box_office = (await self._pools.ready(pool)).state.box_office
        runs = runs_of(pool, sorted(places))
        spans = [number for i in range(0, len(runs), 3) for number in runs[i + 1 : i + 3]]
        _, outcome = await self._call(box_office, _BLOCK, (pool, code, *spans))
        return Outcome(outcome.decode())

    async def check(self) -> None:
        """Asks Redis how it is, now. Raises `StoreUnreachable`, `StoreUnfit`."""
        await self._link.check()

    async def ready(self, pool: int) -> None:
        """Makes a pool ready: its words stand under its epoch on this server. Rebuilds when they do not."""
        await self._pools.ready(pool)

    async def rebuild(self, pool: int) -> None:
        """Reads the pool again from the start, rebuilding it if it is not ready."""
        self._pools.forget(pool)
        await self._pools.ready(pool)

    async def copy(self, pool: int, age_s_max: float = FRESH_S_MAX) -> tuple[PoolCopy, int]:
        """This worker's copy, no older than `age_s_max`, and the Redis clock in milliseconds. Look, do not keep."""
        found = await self._pools.refresh(pool, age_s_max)
        return found.copy, found.now_ms

    async def proposals(self, pool: int, want: PartyWant, most: int = 3) -> list[Proposal]:
        """What would be proposed to a party now. Nothing is held."""
        found = await self._pools.refresh(pool, FRESH_S_MAX)
        return found.copy.propose(want, found.now_ms, most)

    def watch(self, pool: int) -> AsyncIterator[tuple[PoolCopy, int]]:
        """The copy and the clock now, and again after each change or expiry, for as long as it is iterated."""
        return self._watch.follow(pool)

    async def _call(self, box_office: str, script: Script, args: Sequence[Anything]) -> Anything:
        """One call that may be repeated: against the server as it is now, whichever run that is."""
        packed = _encode(args)
        for last in range(CALL_TRIES_MAX - 1, -1, -1):
            try:
                run = self._link.known_run(box_office) or await self._link.run(box_office)
                return await self._link.call(box_office, run, script, packed)
            except ServerChanged:
                self._pools.forget_box_office(box_office)
            except StoreUnreachable:
                if not last:
                    raise
        raise StoreUnreachable("the server changes faster than it can be asked")


def _check(wants: Sequence[Want]) -> None:
    """What the caller promises: whole, distinct, bounded places. What a shopper sends is judged before."""
    total = 0
    for want in wants:
        if isinstance(want, Seats):
            assert want.places and len(set(want.places)) == len(want.places) and min(want.places) >= 0
            total += len(want.places)
        elif isinstance(want, Any):
            ends = [0, *(start + count for start, count in want.ranges)]
            in_order = all(end <= start and size > 0 for end, (start, size) in zip(ends, want.ranges, strict=False))
            assert want.count > 0 and in_order, "some places of ranges that follow one another"
            total += want.count
        else:
            total += want.want.party
    assert total <= PLACES_PER_HOLD_MAX, f"more than {PLACES_PER_HOLD_MAX} places in one hold"


def _answer(hold: bytes, now_ms: int, answer: Sequence[Anything], asking: Asking | None = None) -> HoldAnswer:
    outcome, word, first_ms, runs = answer
    deadline_ms, places = deadline_of(word) if word else 0, places_of(runs)
    taken = asking.taken(places) if asking else {}
    return HoldAnswer(Outcome(outcome.decode()), hold, places, deadline_ms, first_ms, now_ms, taken)


def _parts(claims: Claims) -> list[list[list[int]]]:
    """Claims as the scripts take them, a bounded number a call: [[pool, place, serial, ...], ...]."""
    parts: list[list[list[int]]] = [[]]
    room = PLACES_PER_CALL_MAX
    for pool, pairs in claims.items():
        for i in range(0, len(pairs), PLACES_PER_CALL_MAX):
            some = pairs[i : i + PLACES_PER_CALL_MAX]
            if len(some) > room:
                parts.append([])
                room = PLACES_PER_CALL_MAX
            parts[-1].append([pool, *(number for pair in some for number in pair)])
            room -= len(some)
    return [part for part in parts if part]


__all__ = ["Claims", "Inventory", "Run"]
