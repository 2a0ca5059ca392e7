"""Copies of pools, where an example says more than the twin."""

import numpy as np
import pytest

from engine.core.best import PartyWant
from engine.core.copy import HEADER_BYTES, RECORD_BYTES, PoolCopy, pack_changes, status_diff
from engine.core.words import CLAIMED, claimed_word, lease_word
from tests.engine.core.halls import OPENING_MS, drawn

NOW = OPENING_MS
FREE, HELD, SOLD, OFF_SALE = range(4)


def loaded(count: int = 8, blocks: bytes | None = None, **words: int) -> PoolCopy:
    copy = PoolCopy(None, count, seed=1)
    array = np.zeros(count + 2, "<i8")
    array[:2] = 3, 40
    for place, word in words.items():
        array[2 + int(place[1:])] = word
    copy.load(array.tobytes(), blocks, NOW)
    return copy


def state(copy: PoolCopy, place: int, now_ms: int = NOW) -> int:
    return copy.status(now_ms)[place // 4] >> 2 * (place % 4) & 3


def test_a_copy_sells_nothing_before_it_is_loaded() -> None:
    copy = PoolCopy(None, 5)
    assert copy.status(NOW) == b"\xff\xff"
    copy.reserve((2,))
    copy.unreserve((2,))
    assert copy.free_count(NOW) == 0
    assert copy.pick((), 5, NOW) == copy.pick((), 5, NOW, allow=(16,)) == []
    assert not copy.apply(1, b"", b"", NOW)


def test_sizes_of_the_wire() -> None:
    assert (HEADER_BYTES, RECORD_BYTES) == (16, 16)
    assert len(pack_changes([(1, 2, 3)])) == RECORD_BYTES


def test_the_header_is_read() -> None:
    copy = loaded()
    assert (copy.epoch, copy.number, copy.place_count) == (3, 40, 8)
    assert copy.words().tolist() == [0] * 8
    with pytest.raises(ValueError, match="read-only"):
        copy.words()[0] = 1


def test_strings_of_the_wrong_length_change_nothing() -> None:
    copy = loaded(p1=claimed_word(1))
    with pytest.raises(ValueError, match="not the words of 8 places"):
        copy.load(bytes(16 + 7 * 8), None, NOW)
    with pytest.raises(ValueError, match="not the blocks of 8 places"):
        copy.load(bytes(16 + 8 * 8), bytes(15), NOW)
    assert copy.number == 40
    assert state(copy, 1) == SOLD


def test_a_gap_and_a_repeat_are_told_from_the_next_change() -> None:
    copy = loaded()
    change = pack_changes([(2, 2, CLAIMED)])
    assert not copy.apply(42, change, b"", NOW)
    assert not copy.apply(40, change, b"", NOW)
    assert copy.free_count(NOW) == 8
    assert copy.apply(41, change, b"", NOW)
    assert (copy.number, copy.free_count(NOW)) == (41, 6)


@pytest.mark.parametrize("record", [(8, 1, 0), (7, 2, 0), (2**32 - 1, 2**32 - 1, 0)])
def test_a_record_outside_the_pool_changes_nothing(record: tuple[int, int, int]) -> None:
    copy = loaded()
    with pytest.raises(ValueError, match="outside the pool"):
        copy.apply(41, pack_changes([(0, 1, CLAIMED), record]), b"", NOW)
    with pytest.raises(ValueError, match="no whole change records"):
        copy.apply(41, b"123", b"", NOW)
    for changes, blocks in (((0, 1, -1), ()), ((), (0, 1, 1 << 16)), ((), (0, 1, -1))):
        with pytest.raises(ValueError, match="cannot carry"):
            copy.apply(41, *(pack_changes([record] if record else []) for record in (changes, blocks)), NOW)
    assert (copy.number, copy.free_count(NOW)) == (40, 8)


def test_the_last_lease_lapses_with_no_traffic() -> None:
    copy = loaded(p3=lease_word(NOW + 5, 9))
    before = copy.version(NOW)
    assert copy.next_expiry_ms() == NOW + 6
    assert state(copy, 3, NOW + 5) == HELD
    assert state(copy, 3, NOW + 6) == FREE
    assert copy.next_expiry_ms() is None
    assert copy.version(NOW + 6) == (40, 0) != before


def test_time_never_runs_backwards() -> None:
    copy = loaded(p3=lease_word(NOW + 5, 9))
    assert copy.expire(NOW + 6) == 1
    assert state(copy, 3, NOW) == FREE


def test_two_workers_agree_on_versions_whatever_they_saw() -> None:
    lease = lease_word(NOW + 50, 1)
    early, late = loaded(), loaded(p1=CLAIMED, p2=lease)
    assert early.apply(41, pack_changes([(2, 1, lease_word(NOW + 10, 3))]), b"", NOW)
    assert early.apply(42, pack_changes([(1, 1, CLAIMED), (2, 1, lease)]), b"", NOW + 20)
    assert late.apply(41, b"", b"", NOW) and late.apply(42, b"", b"", NOW)
    assert early.version(NOW + 30) == late.version(NOW + 30) == (42, NOW + 51)
    assert early.status(NOW + 30) == late.status(NOW + 30)


def test_a_block_shows_once_nobody_holds_or_owns_the_place() -> None:
    copy = loaded(p0=CLAIMED, p1=lease_word(NOW + 9, 1))
    assert copy.apply(41, b"", pack_changes([(0, 3, 16)]), NOW)
    assert [state(copy, place) for place in range(4)] == [SOLD, HELD, OFF_SALE, FREE]
    assert [copy.block(place) for place in range(4)] == [16, 16, 16, 0]
    assert state(copy, 1, NOW + 10) == OFF_SALE
    assert copy.apply(42, b"", pack_changes([(0, 3, 0)]), NOW)
    assert [state(copy, place) for place in range(4)] == [SOLD, FREE, FREE, FREE]


def test_marks_do_not_show() -> None:
    copy = loaded()
    copy.reserve((1, 2))
    assert copy.free_count(NOW) == 8
    assert sorted(copy.pick((), 8, NOW)) == [0, 3, 4, 5, 6, 7]
    copy.unreserve((1, 2))
    assert len(copy.pick((), 8, NOW)) == 8
    with pytest.raises(IndexError):
        copy.reserve((0, 8))
    with pytest.raises(IndexError):
        copy.unreserve((-1,))
    assert len(copy.pick((), 8, NOW)) == 8


def test_workers_pick_in_their_own_stripe_while_it_lasts() -> None:
    for stripe in range(4):
        copy = loaded(400)
        assert all(stripe * 100 <= place < stripe * 100 + 100 for place in copy.pick((), 100, NOW, stripe, 4))
        assert len(set(copy.pick((), 101, NOW, stripe, 4))) == 101


@pytest.mark.parametrize("ranges", [((0, 9),), ((4, 2), (5, 1)), ((-1, 2),), ((2, -1),)])
def test_ranges_ascend_within_the_pool(ranges: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match=r"range|outside"):
        loaded().pick(ranges, 1, NOW)
    with pytest.raises(ValueError, match="stripe"):
        loaded().pick((), 1, NOW, 4, 4)


def test_places_outside_the_pool() -> None:
    copy = loaded()
    for ask in (copy.word, copy.block):
        for place in (-1, 8):
            with pytest.raises(IndexError):
                ask(place)


def test_a_pool_has_the_places_of_its_plan() -> None:
    plan, _ = drawn("ooo")
    with pytest.raises(ValueError, match="3 places, the pool 4"):
        PoolCopy(plan.packed(), 4)
    with pytest.raises(ValueError, match="-1 places"):
        PoolCopy(None, -1)


def test_a_pool_without_plan_has_no_best_places() -> None:
    with pytest.raises(ValueError, match="no best places"):
        loaded().propose(PartyWant(2), NOW)


def test_states_of_different_pools_are_not_compared() -> None:
    with pytest.raises(ValueError, match="different pools"):
        status_diff(b"1", b"12")


def test_a_pool_of_no_places() -> None:
    copy = loaded(0)
    assert (copy.status(NOW), copy.free_count(NOW), copy.words().tolist()) == (b"", 0, [])
    assert copy.pick((), 3, NOW) == []
