"""How fast people are called in, and how far: as fast as the sale serves them, no further than there are places.

The pace is a number of turns a second. While the sale answers in time it rises by a fixed step a second; when it does
not it is halved, and then left alone until the halving has shown (additive increase, multiplicative decrease: Chiu and
Jain, 1989). The measure is the time that 99 of 100 requests stayed below, from counts that every serving process
keeps in the same buckets: counts add up, percentiles do not.

How far is a matter of places. Not everybody who is let in buys, so more may be let in than there are places: the places
that those inside have declared never exceed the places left, divided by the share of declared places that were bought
so far. The share starts at one (everybody buys) and follows what is measured, so that the first thousand are not let
in on a guess.
"""

from bisect import bisect_left
from collections.abc import Sequence
from enum import StrEnum
from math import floor
from typing import NamedTuple

from msgspec import Struct

BOUNDS_S = tuple(0.5 * 1.25 ** (step - 28) for step in range(48))
"""Upper bounds of the buckets in which answers are counted: 1 ms to 36 s, each a quarter longer than the one before.
One more bucket has what took longer, and what broke."""
BUCKETS = len(BOUNDS_S) + 1
ANSWERS_MIN = 20
"""Fewer answers say nothing of 99 in 100; a sale that is asked so little is not slow."""
RISE_PER_S, RISE_SHARE = 0.1, 0.01
"""What the pace rises by each second, in turns a second: the step, or this share of the pace where that is more. The
pages that cost most are asked for some twenty seconds after the call; a pace that has doubled by then overshoots."""
SETTLING_S = 15.0
"""How long after a halving nothing is judged: those let in before are still being served."""
BURST_S = 2.0
"""Turns that were not used are kept for so long: a worker that comes back does not call everybody at once."""
CONVERSION_MIN = 0.05
DOUBT_PLACES = 100
"""Declared places for which conversion is taken to be whole before it is measured; they weigh less and less."""


class State(StrEnum):
    """What the pace is doing."""

    RISING = "rising"
    SETTLING = "settling"


class Limits(Struct, frozen=True):
    """What the pace is steered by: the time 99 of 100 answers should keep, and the bounds of the pace, turns a second.
    `fixed_per_s`: set by hand; then nothing is judged."""

    target_s: float
    least_per_s: float
    most_per_s: float
    fixed_per_s: float | None = None


class Pace(Struct, frozen=True):
    """Turns a second, those not used yet (`credit`), and until when nothing is judged (seconds of any clock)."""

    per_s: float
    credit: float = 0.0
    settles_at: float = 0.0

    def state(self, now: float) -> State:
        """Whether it may be judged."""
        return State.SETTLING if now < self.settles_at else State.RISING


class Waiting(NamedTuple):
    """One who waits: their rank, and for how many places."""

    rank: int
    party: int


class Called(NamedTuple):
    """What calling people in came to: the serving number after it, how many were called, and for how many places."""

    serving: int
    people: int
    places: int


def bucket(seconds: float) -> int:
    """The bucket an answer is counted in. O(log buckets)."""
    return bisect_left(BOUNDS_S, seconds)


def percentile(counts: Sequence[int], share: float) -> float | None:
    """The time in seconds that this share of answers stayed within (the bound of its bucket); None for none at all."""
    total = sum(counts)
    if total == 0:
        return None
    wanted, seen = share * total, 0
    for index, count in enumerate(counts):
        seen += count
        if seen >= wanted and count:
            return BOUNDS_S[index] if index < len(BOUNDS_S) else float("inf")
    return float("inf")


def is_slow(counts: Sequence[int], target_s: float) -> bool:
    """Whether answers keep people waiting: of enough of them, more than one in a hundred took longer than `target_s`.

    A bucket that `target_s` falls into counts as within.
    """
    total = sum(counts)
    late = sum(counts[bucket(target_s) + 1 :])
    return total >= ANSWERS_MIN and late * 100 > total


def paced(pace: Pace, slow: bool, now: float, elapsed_s: float, limits: Limits) -> Pace:
    """The pace after `elapsed_s` more seconds in which answers were `slow` or not, with what turns they brought.

    Always within the limits; falls only by halving; what is not used of it lasts `BURST_S`.
    """
    per_s, settles_at = pace.per_s, pace.settles_at
    if limits.fixed_per_s is not None:
        per_s = limits.fixed_per_s
    elif pace.state(now) is State.RISING:
        if slow:
            per_s, settles_at = per_s / 2, now + SETTLING_S
        else:
            per_s += max(RISE_PER_S, RISE_SHARE * per_s) * min(elapsed_s, BURST_S)
    per_s = per_s if limits.fixed_per_s is not None else min(max(per_s, limits.least_per_s), limits.most_per_s)
    credit = min(pace.credit + per_s * elapsed_s, max(1.0, per_s * BURST_S))
    return Pace(per_s, credit, settles_at)


def conversion(bought: int, concluded: int) -> float:
    """The share of declared places that are bought, of those whose time inside is over (`concluded` places), from
    `CONVERSION_MIN` to 1."""
    return min(1.0, max(CONVERSION_MIN, (bought + DOUBT_PLACES) / (concluded + DOUBT_PLACES)))


def room(left: int, share: float) -> int:
    """How many declared places may be inside at once while `left` places are unsold."""
    return floor(left / share)


def called(serving: int, waiting: Sequence[Waiting], turns: int, inside: int, room: int) -> Called:
    """Call people in, in the order of their ranks.

    `waiting` ascends by rank, from `serving` on; `inside` is what those called before have declared. Nobody is passed
    over: it ends at the first whose places do not fit. One who declares more than all the room is called when nobody
    else is inside, and takes what there is. The serving number never falls.
    """
    count = places = 0
    for one in waiting:
        party = min(one.party, room)
        if count == turns or room <= 0 or inside + places + party > room:
            break
        assert one.rank >= serving, "waiting is in order"
        serving, places, count = one.rank + 1, places + party, count + 1
    return Called(serving, count, places)
