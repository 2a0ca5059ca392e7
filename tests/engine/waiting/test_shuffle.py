"""The shuffle: a permutation whatever the seed, checked against another writing of the recipe."""

import hashlib
import hmac
from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.waiting.shuffle import SEED_BYTES, rank, seed_hash

seeds = st.binary(min_size=SEED_BYTES, max_size=SEED_BYTES)


@settings(deadline=None)
@given(seed=seeds, count=st.integers(0, 700))
def test_every_rank_is_given_once(seed: bytes, count: int) -> None:
    assert sorted(rank(seed, ordinal, count) for ordinal in range(count)) == list(range(count))


@given(seed=seeds, count=st.integers(0, 1 << 40), later=st.integers(0, 1 << 40))
def test_later_comers_stand_behind_in_their_order(seed: bytes, count: int, later: int) -> None:
    assert rank(seed, count + later, count) == count + later


@given(seed=seeds, count=st.integers(1, 1 << 48), data=st.data())
def test_ranks_stay_among_those_shuffled(seed: bytes, count: int, data: st.DataObject) -> None:
    one, other = (data.draw(st.integers(0, count - 1)) for _ in range(2))
    assert 0 <= rank(seed, one, count) < count
    assert (rank(seed, one, count) == rank(seed, other, count)) == (one == other)


@settings(deadline=None)
@given(seed=seeds, count=st.integers(1, 5000), data=st.data())
def test_it_is_the_recipe(seed: bytes, count: int, data: st.DataObject) -> None:
    """The recipe of docs/waiting-room.md, written a second time and differently."""
    ordinal = data.draw(st.integers(0, count - 1))
    bits = 1
    while 4**bits < count:
        bits += 1
    found = ordinal
    while True:
        left, right = divmod(found, 2**bits)
        for turn in range(10):
            message = bytes([turn]) + right.to_bytes(4, "big")
            value = int(hmac.new(seed, message, hashlib.sha256).hexdigest()[:8], 16) % 2**bits
            left, right = right, left ^ value
        found = left * 2**bits + right
        if found < count:
            break
    assert rank(seed, ordinal, count) == found


def test_the_first_to_come_are_as_likely_as_any_to_be_first() -> None:
    """2,000 seeds, twelve places: each rank of the first comer about equally often (chi-squared, 11 degrees)."""
    random, count, tries = Random(1), 12, 2000
    for ordinal in (0, 11):
        seen = Counter(rank(random.randbytes(SEED_BYTES), ordinal, count) for _ in range(tries))
        expected = tries / count
        assert sum((seen[place] - expected) ** 2 / expected for place in range(count)) < 31.3, "p = 0.001"


def test_what_is_told_of_the_seed_is_its_hash() -> None:
    assert seed_hash(bytes(32)).hex() == "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925"


def test_a_seed_of_another_length_is_a_mistake() -> None:
    with pytest.raises(AssertionError):
        rank(b"short", 0, 1)
