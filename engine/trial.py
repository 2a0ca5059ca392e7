"""Trials of a plan on a copy that nothing else sees: the best places for a party, and a house sold to the last party.

What a sale would propose is proposed here by the same search. A sample sale lets parties of some mix come one after the
other, each takes the first proposal, and ends when not even one person finds a place. The same seed is the same sale.
"""

from collections.abc import Collection, Sequence
from enum import StrEnum
from random import Random

from msgspec import Struct

from engine.core.best import PartyWant, Proposal
from engine.core.copy import PoolCopy
from engine.core.packed import PackedPlan
from engine.reasons import Reason
from engine.rebuild import HEADER

PROPOSALS = 3


class Mix(StrEnum):
    """Who comes."""

    COUPLES = "couples"
    FAMILIES = "families"
    GROUPS = "groups"


SIZES = {
    Mix.COUPLES: {1: 12, 2: 68, 3: 8, 4: 12},
    Mix.FAMILIES: {2: 20, 3: 25, 4: 40, 5: 15},
    Mix.GROUPS: {1: 10, 2: 25, 4: 20, 6: 20, 8: 15, 12: 10},
}
"""How many of a hundred parties are so large."""


class Sale(Struct, frozen=True):
    """A house that was sold: each party's places in turn, how many sat together, and how many left somebody alone."""

    parties: list[tuple[int, ...]]
    together_count: int
    lone_count: int


def best(packed: PackedPlan, want: PartyWant, taken: Sequence[int]) -> list[Proposal]:
    """Up to `PROPOSALS` sets of places for a party in a house of which some places are taken, best first."""
    copy = _empty(packed)
    copy.reserve(taken)
    return copy.propose(want, 0, PROPOSALS)


def sell_out(packed: PackedPlan, mix: Mix, seed: int) -> Sale:
    """Sell every seat that the search gives away. O(parties) searches: tens of microseconds to a millisecond each."""
    copy, random, sold = _empty(packed), Random(seed), Sale([], 0, 0)
    sizes, weights = list(SIZES[mix]), list(SIZES[mix].values())
    together, lone, most = 0, 0, max(sizes)
    while most:
        party = min(random.choices(sizes, weights)[0], most)
        found = copy.propose(PartyWant(party), 0, 1)
        if not found:
            most = party - 1
            continue
        copy.reserve(found[0].places)
        sold.parties.append(found[0].places)
        together += _side_by_side(found[0].reasons, party)
        lone += Reason.LEAVES_ORPHAN in found[0].reasons
    return Sale(sold.parties, together, lone)


def _side_by_side(reasons: Collection[str], party: int) -> bool:
    return party == 1 or Reason.TOGETHER in reasons or Reason.WHOLE_TABLE in reasons


def _empty(packed: PackedPlan) -> PoolCopy:
    copy = PoolCopy(packed, packed.place_count, seed=0)
    copy.load(HEADER.pack(0, 0) + bytes(8 * packed.place_count), None, 0)
    return copy
