"""Concurrent holds of one box office, joined into few calls.

A script call costs far more than the hold in it, so what arrives while a call is under way goes out together in the
next one. Each request for the best seats gets its proposals from the worker's copy just before it is sent, with the
places of those sent before it set aside: joined requests never meet. Redis decides; who loses to another worker asks
again with the words that the reply brought.

Those who travel together answer for themselves alone: a hold whose pool is not ready stays behind until it is, and a
call that fails for a reason that nobody foresaw is made again with one hold at a time.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from contextvars import Context
from math import inf
from typing import Any as Anything

import msgspec

from engine.core.words import deadline_of
from engine.holds import HoldAnswer, HoldRequest, places_of
from engine.link import Script, ServerChanged, StoreUnreachable
from engine.outcomes import Outcome
from engine.pools import LOG_ENTRIES_MAX, Pool, Pools
from engine.wants import Asking, check_bounds

JOINED_MAX = 256
"""Holds in one call."""
FLYING_MAX = 2
"""Calls under way at once: Redis works on one while the next is prepared."""
RACES_MAX = 3
"""How often a lost race is run again."""
WAITS_MAX = 10
"""How often a hold waits for its pools to become ready."""

_HOLD = Script("hold", "wants")
_encode = msgspec.msgpack.Encoder().encode
_OUTCOMES = {outcome.value.encode(): outcome for outcome in Outcome}
_CHANGING = (Outcome.BLOCKED, Outcome.NO_FIT)
"""What proposals may come to nothing by when they were made from old words."""


class Pending(Asking):
    """A hold on its way: what was asked, who waits for it, and what has been tried."""

    __slots__ = ("answer", "hold", "races", "request", "waits")

    def __init__(self, request: HoldRequest, hold: bytes, answer: "asyncio.Future[HoldAnswer]") -> None:
        super().__init__(request.wants)
        self.request = request
        self.hold = hold
        self.answer = answer
        self.races = 0
        self.waits = 0


class Joiner:
    """The holds of one box office in this worker."""

    def __init__(self, box_office: str, pools: Pools, stripe: int) -> None:
        self._box_office = box_office
        self._pools = pools
        self._stripe = stripe
        self._queue: deque[Pending] = deque()
        self._flying: set[asyncio.Task[None]] = set()
        self._waiting: dict[asyncio.Task[None], Pending] = {}

    def put(self, request: HoldRequest, hold: bytes) -> "asyncio.Future[HoldAnswer]":
        """Queues a hold; the future gives its answer, or raises `StoreUnreachable`.

        Who cancels the future is not answered, but what was sent for it may be held all the same.
        """
        pending = Pending(request, hold, asyncio.get_running_loop().create_future())
        self._queue.append(pending)
        self._fly()
        return pending.answer

    def _fly(self) -> None:
        if self._queue and len(self._flying) < FLYING_MAX:
            task = asyncio.create_task(self._send(), context=Context())  # it serves everybody, not who came last
            self._flying.add(task)
            task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        if not task.cancelled():
            self._fly()

    async def close(self) -> None:
        """Ends what is under way: whoever waits is told `StoreUnreachable`, though what was sent may be held."""
        closed = [*self._queue, *self._waiting.values()]
        self._queue.clear()
        tasks = [*self._flying, *self._waiting]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for pending in closed:
            _fail(pending, StoreUnreachable("the inventory was closed"))

    async def _send(self) -> None:
        """Sends what has gathered until nothing is left. Starts a turn of the loop later, so that more may join."""
        await asyncio.sleep(0)
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), JOINED_MAX))]
            try:
                await self._try(batch)
            except asyncio.CancelledError as error:
                for pending in batch:
                    _fail(pending, error)
                raise

    async def _try(self, batch: list[Pending]) -> None:
        ready, pools = self._sort_out(batch)
        if not ready:
            return
        try:
            await self._call(ready, pools)
        except (StoreUnreachable, ServerChanged) as error:
            self._pools.forget_box_office(self._box_office)
            self._again_or_fail(ready, error)
        except Exception as error:
            await self._one_by_one(ready, error)

    async def _one_by_one(self, batch: list[Pending], error: Exception) -> None:
        """Sends each alone: what broke the call strikes whoever brought it. What had been held already stays held."""
        if len(batch) == 1:
            _fail(batch[0], error)
            return
        for pending in batch:
            await self._try([pending])

    def _sort_out(self, batch: list[Pending]) -> tuple[list[Pending], dict[int, Pool]]:
        """Which of the batch can be sent now, and the pools they want. The others are answered, or wait."""
        ready: list[Pending] = []
        pools: dict[int, Pool] = {}
        for pending in batch:
            if pending.answer.done():
                continue
            if not all(want.pool in pools or self._look(want.pool, pools) for want in pending.wants):
                self._wait(pending)
                continue
            try:
                check_bounds(pending.wants, pools, self._box_office)
                ready.append(pending)
            except (LookupError, ValueError) as error:
                _fail(pending, error)
        return ready, pools

    def _look(self, pool: int, pools: dict[int, Pool]) -> bool:
        known = self._pools.known(pool)
        if known is None or known.stale:
            return False
        pools[pool] = known
        return True

    def _wait(self, pending: Pending) -> None:
        """Keeps a hold back until its pools are ready: others need not wait for them."""
        task = asyncio.create_task(self._make_ready(pending), context=Context())
        self._waiting[task] = pending
        task.add_done_callback(self._waiting.pop)

    async def _make_ready(self, pending: Pending) -> None:
        pending.waits += 1
        try:
            if pending.waits > WAITS_MAX:
                raise StoreUnreachable("the pools change faster than they can be read")
            for pool in {want.pool for want in pending.wants}:
                await self._pools.refresh(pool, inf)
        except (StoreUnreachable, ServerChanged) as error:
            self._again_or_fail([pending], error)
        except Exception as error:
            _fail(pending, error)
        else:
            self._queue.append(pending)
        self._fly()

    async def _call(self, batch: list[Pending], pools: dict[int, Pool]) -> None:
        try:
            items = [self._item(pending, pools) for pending in batch]
            wanted = [(p.state.pool, p.state.epoch, p.state.places, p.copy.number) for p in pools.values()]
            run = next(iter(pools.values())).state.server_run
            call = _encode((LOG_ENTRIES_MAX, wanted, items))
            asked_at = time.monotonic()
            now_ms, states, answers = await self._pools.link.call(self._box_office, run, _HOLD, call)
        finally:
            for pending in batch:
                pending.put_back()
        for pool, (number, changes) in zip(pools.values(), states, strict=True):
            self._pools.take_in(pool, number, changes, now_ms, asked_at)
        for pending, answer in zip(batch, answers, strict=True):
            self._answer(pending, pools, answer, now_ms)

    def _item(self, pending: Pending, pools: dict[int, Pool]) -> tuple[Anything, ...]:
        request = pending.request
        owners = [(owner.key, owner.places_max) for owner in request.owners]
        wants = pending.plain(pools, self._stripe)
        return (pending.hold.hex(), request.digest.hex(), request.hold_ms, request.allow, owners, wants)

    def _answer(self, pending: Pending, pools: dict[int, Pool], answer: Sequence[Anything], now_ms: int) -> None:
        outcome = _OUTCOMES[answer[0]]
        if outcome is Outcome.NOT_READY:
            for want in pending.wants:
                self._pools.forget(want.pool, pools[want.pool])
        if self._worth_another(pending, pools, outcome):
            self._pools.counts["lost_races"] += outcome is Outcome.TAKEN
            pending.races += 1
            self._queue.append(pending)
            return
        outcome = pending.named(outcome, pools)
        self._pools.counts[outcome.value] += 1
        if not pending.answer.done():
            pending.answer.set_result(_hold_answer(outcome, pending, answer, now_ms))

    def _worth_another(self, pending: Pending, pools: dict[int, Pool], outcome: Outcome) -> bool:
        """A lost race is; so is nothing found in words that were old; so is a pool to rebuild."""
        if pending.races >= RACES_MAX or pending.outdated:
            return False
        if outcome is Outcome.NOT_READY:
            return True
        if not pending.proposals:
            return False
        return outcome is Outcome.TAKEN or (outcome in _CHANGING and pending.were_old(pools))

    def _again_or_fail(self, batch: list[Pending], error: Exception) -> None:
        """A lost reply is asked for again: the holds have ids, so what was done is not done twice."""
        for pending in batch:
            if pending.races >= RACES_MAX:
                _fail(pending, error)
            else:
                pending.races += 1
                self._queue.append(pending)


def _fail(pending: Pending, error: BaseException) -> None:
    if not isinstance(error, LookupError | ValueError | StoreUnreachable):
        error = StoreUnreachable(str(error) or type(error).__name__)
    if not pending.answer.done():
        pending.answer.set_exception(error)


def _hold_answer(outcome: Outcome, pending: Pending, answer: Sequence[Anything], now_ms: int) -> HoldAnswer:
    _, word, first_ms, runs = answer
    if not word:
        return HoldAnswer(outcome, pending.hold, {}, 0, 0, now_ms)
    places = places_of(runs)
    return HoldAnswer(outcome, pending.hold, places, deadline_of(word), first_ms, now_ms, pending.taken(places))
