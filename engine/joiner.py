"""Concurrent holds of one box office, joined into few calls.

A script call costs far more than the hold in it, so what arrives while a call is under way goes out together in the
next one. Each request for the best seats gets its proposals from the worker's copy just before it is sent, with the
places of those sent before it set aside: joined requests never meet. Redis decides; who loses to another worker asks
again with the words that the reply brought.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import chain
from math import inf
from typing import Any as Anything

import msgspec

from engine.core.best import Proposal
from engine.core.copy import PoolCopy
from engine.core.words import deadline_of
from engine.holds import Any, Best, HoldAnswer, HoldRequest, Seats, places_of, runs_of
from engine.link import Script, ServerChanged, StoreUnreachable
from engine.outcomes import Outcome
from engine.pools import LOG_ENTRIES_MAX, Pool, Pools

JOINED_MAX = 256
"""Holds in one call."""
FLYING_MAX = 2
"""Calls under way at once: Redis works on one while the next is prepared."""
RACES_MAX = 3
"""How often a lost race is run again."""
PROPOSALS = 3
STRIPES = 16

_HOLD = Script("hold", "wants")
_encode = msgspec.msgpack.Encoder().encode
_OUTCOMES = {outcome.value.encode(): outcome for outcome in Outcome}
_RETRIED = (Outcome.TAKEN, Outcome.NO_FIT)


class Pending:
    """A hold on its way: what was asked, who waits for it, and what has been tried."""

    __slots__ = ("answer", "hold", "number", "proposals", "races", "request", "set_aside")

    def __init__(self, request: HoldRequest, hold: bytes, answer: "asyncio.Future[HoldAnswer]") -> None:
        self.request = request
        self.hold = hold
        self.answer = answer
        self.races = 0
        self.number = 0
        """The sum of the change numbers that its proposals were made from."""
        self.proposals: list[list[Proposal]] = []
        self.set_aside: list[tuple[PoolCopy, tuple[int, ...]]] = []


class Joiner:
    """The holds of one box office in this worker."""

    def __init__(self, box_office: str, pools: Pools, stripe: int) -> None:
        self._box_office = box_office
        self._pools = pools
        self._stripe = stripe
        self._queue: deque[Pending] = deque()
        self._flying: set[asyncio.Task[None]] = set()

    def put(self, request: HoldRequest, hold: bytes) -> "asyncio.Future[HoldAnswer]":
        """Queues a hold; the future gives its answer, or raises `StoreUnreachable`."""
        pending = Pending(request, hold, asyncio.get_running_loop().create_future())
        self._queue.append(pending)
        if len(self._flying) < FLYING_MAX:
            self._fly()
        return pending.answer

    def _fly(self) -> None:
        task = asyncio.create_task(self._send())
        self._flying.add(task)
        task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        if self._queue and not task.cancelled():
            self._fly()

    async def _send(self) -> None:
        """Sends what has gathered until nothing is left. Starts a turn of the loop later, so that more may join."""
        await asyncio.sleep(0)
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), JOINED_MAX))]
            batch = [pending for pending in batch if not pending.answer.done()]
            try:
                await self._call(batch)
            except (StoreUnreachable, ServerChanged) as error:
                self._again_or_fail(batch, error)
            except Exception as error:
                _fail(batch, error)
            except asyncio.CancelledError as error:
                _fail(batch, error)
                raise

    async def _call(self, batch: list[Pending]) -> None:
        pools = await self._gather_pools(batch)
        if not batch:
            return
        try:
            items = [self._item(pending, pools) for pending in batch]
            wanted = [(p.state.pool, p.state.epoch, p.state.places, p.copy.number) for p in pools.values()]
            run = next(iter(pools.values())).state.server_run
            call = _encode((LOG_ENTRIES_MAX, wanted, items))
            now_ms, states, answers = await self._pools.link.call(self._box_office, run, _HOLD, call)
        finally:
            _put_back(batch)
        for pool, (number, changes) in zip(pools.values(), states, strict=True):
            self._pools.take_in(pool, number, changes, now_ms)
        for pending, answer in zip(batch, answers, strict=True):
            self._answer(pending, pools, answer, now_ms)

    async def _gather_pools(self, batch: list[Pending]) -> dict[int, Pool]:
        """Every pool of the batch, ready; a request for what is not there is answered and leaves the batch."""
        pools: dict[int, Pool] = {}
        for pending in list(batch):
            try:
                for want in pending.request.wants:
                    if want.pool not in pools:
                        known = self._pools.known(want.pool)
                        fresh = known is not None and not known.stale
                        pools[want.pool] = known if known and fresh else await self._pools.refresh(want.pool, inf)
                    _check_bounds(want, pools[want.pool].state.places)
            except (LookupError, ValueError) as error:
                batch.remove(pending)
                _fail([pending], error)
        return pools

    def _item(self, pending: Pending, pools: dict[int, Pool]) -> tuple[Anything, ...]:
        request = pending.request
        pending.proposals, pending.number = [], 0
        wants = [self._want(pending, want, pools[want.pool]) for want in request.wants]
        owners = [(owner.key, owner.places_max) for owner in request.owners]
        return (pending.hold.hex(), request.digest.hex(), request.hold_ms, request.allow, owners, wants)

    def _want(self, pending: Pending, want: Seats | Best | Any, pool: Pool) -> tuple[Anything, ...]:
        if isinstance(want, Best):
            return (0, self._options(pending, want, pool))
        if isinstance(want, Seats):
            return (0, (runs_of(want.pool, want.places),))
        copy, ranges = pool.copy, want.ranges or ((0, pool.copy.place_count),)
        picked = copy.pick(ranges, want.count, pool.now_ms, self._stripe, STRIPES)
        self._set_aside(pending, copy, tuple(picked))
        suggestions = [number for run in _pairs(want.pool, picked) for number in run]
        return (1, want.pool, want.count, suggestions, list(chain.from_iterable(ranges)))

    def _options(self, pending: Pending, want: Best, pool: Pool) -> list[list[int]]:
        copy = pool.copy
        proposals = copy.propose(want.want, pool.now_ms, PROPOSALS)
        pending.proposals.append(proposals)
        pending.number += copy.number
        if proposals:
            self._set_aside(pending, copy, proposals[0].places)
        return [runs_of(want.pool, proposal.places) for proposal in proposals]

    def _set_aside(self, pending: Pending, copy: PoolCopy, places: tuple[int, ...]) -> None:
        if places:
            copy.reserve(places)
            pending.set_aside.append((copy, places))

    def _answer(self, pending: Pending, pools: dict[int, Pool], answer: Sequence[Anything], now_ms: int) -> None:
        outcome = _OUTCOMES[answer[0]]
        if outcome is Outcome.NOT_READY:
            for want in pending.request.wants:
                self._pools.forget(want.pool)
        if self._worth_another(pending, pools, outcome):
            self._pools.counts["lost_races"] += outcome is Outcome.TAKEN
            pending.races += 1
            self._queue.append(pending)
            return
        self._pools.counts[outcome.value] += 1
        if not pending.answer.done():
            pending.answer.set_result(_hold_answer(outcome, pending, answer, now_ms))

    def _worth_another(self, pending: Pending, pools: dict[int, Pool], outcome: Outcome) -> bool:
        """A lost race is; so is nothing found in words that were old; so is a pool to rebuild."""
        if pending.races >= RACES_MAX:
            return False
        if outcome is Outcome.NOT_READY:
            return True
        if outcome not in _RETRIED or not pending.proposals:
            return False
        seen = sum(pools[want.pool].copy.number for want in pending.request.wants if isinstance(want, Best))
        return outcome is Outcome.TAKEN or seen != pending.number

    def _again_or_fail(self, batch: list[Pending], error: Exception) -> None:
        """A lost reply is asked for again: the holds have ids, so what was done is not done twice."""
        self._pools.forget_box_office(self._box_office)
        tired = [pending for pending in batch if pending.races >= RACES_MAX]
        _fail(tired, error)
        for pending in batch:
            if pending.races < RACES_MAX:
                pending.races += 1
                self._queue.append(pending)


def _check_bounds(want: Seats | Best | Any, places: int) -> None:
    """Raises ValueError for a place that the pool does not have: it must not reach a script that others share."""
    if isinstance(want, Seats):
        beyond = max(want.places)
    else:
        beyond = max((start + count - 1 for start, count in want.ranges), default=0) if isinstance(want, Any) else 0
    if beyond >= places:
        raise ValueError(f"pool {want.pool} has {places} places, {beyond} is beyond")


def _pairs(pool: int, places: Sequence[int]) -> list[list[int]]:
    runs = runs_of(pool, places) if places else []
    return [runs[i + 1 : i + 3] for i in range(0, len(runs), 3)]


def _put_back(batch: list[Pending]) -> None:
    for pending in batch:
        for copy, places in pending.set_aside:
            copy.unreserve(places)
        pending.set_aside = []


def _fail(batch: list[Pending], error: BaseException) -> None:
    if not isinstance(error, LookupError | ValueError | StoreUnreachable):
        error = StoreUnreachable(str(error) or type(error).__name__)
    for pending in batch:
        if not pending.answer.done():
            pending.answer.set_exception(error)


def _hold_answer(outcome: Outcome, pending: Pending, answer: Sequence[Anything], now_ms: int) -> HoldAnswer:
    _, word, first_ms, runs = answer
    if not word:
        return HoldAnswer(outcome, pending.hold, {}, 0, 0, now_ms)
    places = places_of(runs)
    return HoldAnswer(outcome, pending.hold, places, deadline_of(word), first_ms, now_ms, _taken(pending, places))


def _taken(pending: Pending, places: dict[int, tuple[int, ...]]) -> dict[int, tuple[Proposal, ...]]:
    """The proposals that Redis took, by pool."""
    if not pending.proposals:
        return {}
    taken: dict[int, tuple[Proposal, ...]] = {}
    bests = (want for want in pending.request.wants if isinstance(want, Best))
    for want, proposals in zip(bests, pending.proposals, strict=False):
        held = set(places.get(want.pool, ()))
        mine = tuple(proposal for proposal in proposals if held.issuperset(proposal.places))[:1]
        taken[want.pool] = taken.get(want.pool, ()) + mine
    return taken
