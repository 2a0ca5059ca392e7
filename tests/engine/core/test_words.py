"""Words: their order is their meaning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.words import CLAIMED, ORIGIN_MS, SERIALS, claimed_word, deadline_of, lease_word, limit_of

moments = st.integers(ORIGIN_MS + 1, ORIGIN_MS + 2**41 - 2)


@given(deadline_ms=moments, serial=st.integers(0, SERIALS - 1))
def test_a_lease_holds_until_its_deadline_and_not_a_millisecond_longer(deadline_ms: int, serial: int) -> None:
    word = lease_word(deadline_ms, serial)
    assert 0 < word < CLAIMED
    assert word == int(float(word))
    assert deadline_of(word) == deadline_ms
    assert limit_of(deadline_ms) <= word < limit_of(deadline_ms + 1)


@given(now_ms=st.integers(-(2**62), 2**62))
def test_free_is_always_below_the_limit_or_at_it_and_claimed_never(now_ms: int) -> None:
    assert 1 <= limit_of(now_ms) <= CLAIMED <= claimed_word(0)


@pytest.mark.parametrize(
    ("deadline_ms", "serial"),
    [(ORIGIN_MS, 0), (ORIGIN_MS - 1, 5), (ORIGIN_MS + 2**41, 0), (ORIGIN_MS + 1, -1), (ORIGIN_MS + 1, SERIALS)],
)
def test_what_a_word_cannot_tell_is_refused(deadline_ms: int, serial: int) -> None:
    with pytest.raises(ValueError, match="no lease"):
        lease_word(deadline_ms, serial)


@pytest.mark.parametrize("serial", [-1, 1 << 62])
def test_claims_have_serials(serial: int) -> None:
    with pytest.raises(ValueError, match="no claim"):
        claimed_word(serial)
    assert claimed_word(7) == CLAIMED + 7


@pytest.mark.parametrize("word", [0, -1, CLAIMED])
def test_only_leases_have_deadlines(word: int) -> None:
    with pytest.raises(ValueError, match="no lease"):
        deadline_of(word)
