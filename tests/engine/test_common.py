"""Several pools seen as one, beside the plain reading of what that means."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.common import OFF, common
from engine.core.best import PartyWant
from tests.engine.core.halls import halls
from tests.engine.core.twin import Hall


def packed(states: list[int]) -> bytes:
    """Two bits a place, four places an octet, the spare ones off sale."""
    padded = states + [OFF] * (-len(states) % 4)
    return bytes(sum(state << 2 * i for i, state in enumerate(padded[at : at + 4])) for at in range(0, len(padded), 4))


@given(halls(), st.integers(1, 5), st.randoms(use_true_random=False))
def test_a_place_stands_as_where_it_stands_worst(hall: Hall, pools: int, random: Random) -> None:
    count = hall.place_count
    states = [[random.choice([0, 0, 0, 1, 2, 3]) for _ in range(count)] for _ in range(pools)]
    maps = [None if random.random() < 0.5 else [random.randrange(-1, count) for _ in range(count)] for _ in states]
    found = common(
        hall.packed(),
        [(packed(one), count) for one in states],
        [None if at is None else np.array(at, np.int64) for at in maps],
    )
    wanted = [
        max(
            one[place] if at is None else one[at[place]] if at[place] >= 0 else OFF
            for one, at in zip(states, maps, strict=True)
        )
        for place in range(count)
    ]
    assert found.status == packed(wanted)
    assert found.free_count == wanted.count(0)
    for proposal in found.copy.propose(PartyWant(2, together=False), 0):
        assert all(wanted[place] == 0 for place in proposal.places)


def test_of_no_pools_nothing_can_be_said() -> None:
    with pytest.raises(ValueError):
        common(Hall(0, (), (), (), (), (), ()).packed(), [], [])
