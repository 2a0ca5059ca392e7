"""Wants on their way to a script: in the form that `lua/wants.lua` takes, with seats proposed for the best.

What is proposed to one is set aside in the worker's copy until the answer is there, so that wants which travel together
never meet.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any as Anything

from engine.core.best import PartyWant, Proposal
from engine.core.copy import PoolCopy
from engine.core.packed import PackedPlan
from engine.holds import Any, Best, Seats, Want, runs_of
from engine.outcomes import Outcome
from engine.pools import Pool

PROPOSALS = 3
STRIPES = 16


class Asking:
    """Wants, what was proposed for them, and from which words."""

    __slots__ = ("_number", "_plans", "_set_aside", "outdated", "proposals", "wants")

    def __init__(self, wants: tuple[Want, ...]) -> None:
        self.wants = wants
        self.proposals: list[list[Proposal]] = []
        """For each `Best` wanted."""
        self._number = 0
        """The sum of the change numbers that they were made from."""
        self._set_aside: list[tuple[PoolCopy, tuple[int, ...]]] = []
        self._plans: dict[int, PackedPlan | None] = {}
        self.outdated = False
        """Whether another plan has come under a pool since the best of it were first sought: what was wished for names
        categories and zones by their numbers in the plan of then."""

    def plain(self, pools: Mapping[int, Pool], stripe: int) -> list[tuple[Anything, ...]]:
        """The wants as the scripts take them. What is set aside for them stays so until `put_back`."""
        self.proposals, self._number = [], 0
        return [self._want(want, pools[want.pool], stripe) for want in self.wants]

    def put_back(self) -> None:
        """The answer is there, or will not come."""
        for copy, places in self._set_aside:
            copy.unreserve(places)
        self._set_aside = []

    def were_old(self, pools: Mapping[int, Pool]) -> bool:
        """Whether more is known by now of the words that the proposals were made from, or known to be missing."""
        bests = [pools[want.pool] for want in self.wants if isinstance(want, Best)]
        return sum(pool.copy.number for pool in bests) != self._number or any(pool.stale for pool in bests)

    def named(self, outcome: Outcome, pools: Mapping[int, Pool]) -> Outcome:
        """NO_FIT as SOLD_OUT, where fewer places than a party wants are free in the categories that it wants; and as
        NOT_READY, to be asked anew, where they were sought by another plan."""
        if outcome is Outcome.NO_FIT and self.outdated:
            return Outcome.NOT_READY
        bests = (want for want in self.wants if isinstance(want, Best))
        if outcome is Outcome.NO_FIT and any(_too_few(want.want, pools[want.pool]) for want in bests):
            return Outcome.SOLD_OUT
        return outcome

    def taken(self, places: Mapping[int, tuple[int, ...]]) -> dict[int, tuple[Proposal, ...]]:
        """The proposals that Redis took, by pool."""
        if not self.proposals:
            return {}
        taken: dict[int, tuple[Proposal, ...]] = {}
        bests = (want for want in self.wants if isinstance(want, Best))
        for want, proposals in zip(bests, self.proposals, strict=True):
            held = set(places.get(want.pool, ()))
            mine = tuple(proposal for proposal in proposals if held.issuperset(proposal.places))[:1]
            taken[want.pool] = taken.get(want.pool, ()) + mine
        return taken

    def _want(self, want: Want, pool: Pool, stripe: int) -> tuple[Anything, ...]:
        if isinstance(want, Best):
            return (0, want.pool, self._options(want, pool))
        if isinstance(want, Seats):
            return (0, want.pool, (runs_of(want.pool, want.places),))
        picked = pool.copy.pick(want.ranges, want.count, pool.now_ms, stripe, STRIPES)
        self._keep(pool.copy, tuple(picked))
        runs = runs_of(want.pool, picked)
        suggestions = [number for i in range(0, len(runs), 3) for number in runs[i + 1 : i + 3]]
        return (1, want.pool, want.count, suggestions, list(chain.from_iterable(want.ranges or _whole(pool))))

    def _options(self, want: Best, pool: Pool) -> list[list[int]]:
        if self._plans.setdefault(want.pool, pool.copy.plan) is not pool.copy.plan:
            self.outdated = True
            self.proposals.append([])
            return []
        proposals = pool.copy.propose(want.want, pool.now_ms, PROPOSALS)
        self.proposals.append(proposals)
        self._number += pool.copy.number
        if proposals:
            self._keep(pool.copy, proposals[0].places)
        return [runs_of(want.pool, proposal.places) for proposal in proposals]

    def _keep(self, copy: PoolCopy, places: tuple[int, ...]) -> None:
        if places:
            copy.reserve(places)
            self._set_aside.append((copy, places))


def check_bounds(wants: Sequence[Want], pools: Mapping[int, Pool], box_office: str) -> None:
    """Raises ValueError for a place that a pool does not have, LookupError for a pool of another box office."""
    for want in wants:
        state = pools[want.pool].state
        if state.box_office != box_office:
            raise LookupError(f"there is no pool {want.pool} in this box office")
        beyond = -1
        if isinstance(want, Seats):
            beyond = max(want.places)
        elif isinstance(want, Any):
            beyond = max((start + count - 1 for start, count in want.ranges), default=-1)
        if beyond >= state.places:
            raise ValueError(f"pool {want.pool} has {state.places} places, {beyond} is beyond")


def _too_few(want: PartyWant, pool: Pool) -> bool:
    """Allotments and wishes for no category at all are another matter."""
    if want.allow or want.categories == frozenset():
        return False
    free = pool.copy.free_by_category(pool.now_ms)
    return int(free.sum() if want.categories is None else free[list(want.categories)].sum()) < want.party


def _whole(pool: Pool) -> Sequence[tuple[int, int]]:
    """All of a pool as ranges: none for a pool without places."""
    return ((0, pool.state.places),) if pool.state.places else ()
