"""The core and its twin, driven side by side: one does what the other does, to the last place."""

from itertools import pairwise
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.copy import PoolCopy, pack_changes, status_diff
from engine.core.words import CLAIMED
from tests.engine.core.halls import OPENING_MS, hall, halls, wants, word
from tests.engine.core.twin import FREE, Hall, Proposed, Twin

SOLD_SHARES = (0, 0, 0.2, 0.5, 0.8, 0.95)


class Both:
    """A copy and its twin, told the same things; what they answer is compared as they are asked."""

    def __init__(self, plan: Hall | None, place_count: int, random: Random) -> None:
        self.random = random
        self.copy = PoolCopy(plan.packed() if plan else None, place_count, seed=random.randrange(1 << 64))
        self.twin = Twin(plan, place_count)
        self.zones = tuple(plan.row_zone) if plan else ()
        self.now_ms = OPENING_MS
        self.number = 0
        self.load()

    def load(self) -> None:
        random, count = self.random, self.twin.place_count
        sold = random.choice(SOLD_SHARES)
        words = [CLAIMED if random.random() < sold else word(random, self.now_ms) for _ in range(count)]
        words = [0 if random.random() > sold and w < CLAIMED else w for w in words]
        codes = [random.choice([1, 16, 16, 17, 300]) if random.random() < 0.2 else 0 for _ in range(count)]
        if blocked := random.random() < 0.4:
            blocks = np.array(codes, "<u2").tobytes()
        else:
            codes, blocks = [0] * count, None
        assert blocked == (blocks is not None)
        self.copy.load(np.array([7, self.number, *words], "<i8").tobytes(), blocks, self.now_ms)
        self.twin.load(self.number, words, codes, self.now_ms)

    def step(self) -> None:
        act = self.random.choices(
            [self.load, self.apply, self.wait, self.mark, self.sell, self.ask, self.pick], [1, 6, 4, 4, 8, 12, 3]
        )[0]
        act()
        self.compare()

    def records(self, values: list[int]) -> list[tuple[int, int, int]]:
        found = []
        for _ in range(self.random.randrange(5)):
            start = self.random.randrange(self.twin.place_count)
            count = self.random.randint(0, min(self.twin.place_count - start, 6))
            found.append((start, count, self.random.choice(values)))
        return found

    def apply(self) -> None:
        number = self.number + self.random.choice([1, 1, 1, 0, 2])
        words = self.records([word(self.random, self.now_ms) for _ in range(6)])
        codes = self.records([0, 0, 1, 16, 300]) if self.random.random() < 0.3 else []
        taken = self.copy.apply(number, pack_changes(words), pack_changes(codes), self.now_ms)
        assert taken == self.twin.apply(number, words, codes, self.now_ms)
        self.number += taken

    def wait(self) -> None:
        self.now_ms += self.random.choice([0, 1, 5, 30])
        before = len(self.twin.leases())
        self.twin.advance(self.now_ms)
        assert self.copy.expire(self.now_ms) == before - len(self.twin.leases())

    def mark(self) -> None:
        places = self.random.sample(range(self.twin.place_count), min(4, self.twin.place_count))
        if self.random.random() < 0.5:
            self.copy.reserve(places)
            self.twin.marks |= set(places)
        else:
            self.copy.unreserve(places)
            self.twin.marks -= set(places)

    def ask(self) -> list[Proposed]:
        if self.twin.hall is None:
            return []
        want, most = wants(self.random, self.zones), self.random.randint(1, 5)
        self.twin.advance(self.now_ms)
        got = [
            Proposed(p.places, p.score, p.row, p.zone, frozenset(p.reasons))
            for p in self.copy.propose(want, self.now_ms, most)
        ]
        assert got == self.twin.propose(want, most), want
        return got

    def sell(self) -> None:
        for proposed in self.ask()[:1]:
            records = [(place, 1, CLAIMED + self.number) for place in proposed.places]
            assert self.copy.apply(self.number + 1, pack_changes(records), b"", self.now_ms)
            assert self.twin.apply(self.number + 1, records, [], self.now_ms)
            self.number += 1

    def pick(self) -> None:
        count, stripes = self.random.randrange(12), self.random.randint(1, 4)
        ends = sorted(self.random.sample(range(self.twin.place_count + 1), min(4, self.twin.place_count + 1)) * 2)
        ranges = [(a, b - a) for a, b in zip(ends[1::2], ends[2::2], strict=False)]
        ranges = ranges if self.random.random() < 0.6 else []
        allow = self.random.choice([(), (16,), (17, 300)])
        self.twin.advance(self.now_ms)
        picked = self.copy.pick(ranges, count, self.now_ms, self.random.randrange(stripes), stripes, allow)
        within = {p for start, size in ranges or [(0, self.twin.place_count)] for p in range(start, start + size)}
        open_to = {place for place in within if self.twin.may_take(place, allow)}
        assert len(picked) == len(set(picked)) == min(count, len(open_to))
        assert open_to.issuperset(picked)

    def compare(self) -> None:
        copy, twin, now = self.copy, self.twin, self.now_ms
        twin.advance(now)
        states, leases = twin.states(), twin.leases()
        assert unpacked(copy.status(now), twin.place_count) == states
        assert copy.words().tolist() == twin.words
        assert copy.free_count(now) == states.count(FREE)
        free = [0] * len(copy.free_by_category(now))
        for place, state in enumerate(states):
            if state == FREE:
                free[twin.category(place) or 0] += 1
        assert copy.free_by_category(now).tolist() == free
        expiry = copy.next_expiry_ms()
        assert copy.version(now) == (self.number, expiry or 0)
        if leases:
            assert expiry is not None
            lapsed = Twin(None, 0, limit=0)
            lapsed.advance(expiry - 1)
            assert lapsed.limit <= min(leases)
            lapsed.advance(expiry)
            assert lapsed.limit > min(leases)
        else:
            assert expiry is None


def unpacked(status: bytes, count: int) -> list[int]:
    octets = np.frombuffer(status, np.uint8)
    return np.stack([octets >> shift & 3 for shift in (0, 2, 4, 6)], axis=1).ravel()[:count].tolist()


@settings(max_examples=150, deadline=None)
@given(plan=halls(), seed=st.integers(0, 2**32), steps=st.integers(1, 30))
def test_a_seated_pool(plan: Hall, seed: int, steps: int) -> None:
    both = Both(plan, plan.place_count, Random(seed))
    for _ in range(steps):
        both.step()


@settings(max_examples=60, deadline=None)
@given(place_count=st.integers(1, 200), seed=st.integers(0, 2**32), steps=st.integers(1, 30))
def test_a_pool_of_interchangeable_places(place_count: int, seed: int, steps: int) -> None:
    both = Both(None, place_count, Random(seed))
    for _ in range(steps):
        both.step()


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_hall_is_sold_out_alike(seed: int) -> None:
    random = Random(seed)
    plan = hall(random, random.randint(4, 10), 12)
    both = Both(plan, plan.place_count, random)
    for _ in range(plan.place_count):
        both.sell()
    both.compare()


@settings(max_examples=100, deadline=None)
@given(old=st.binary(max_size=60), seed=st.integers(0, 2**32))
def test_runs_of_a_diff_turn_the_old_states_into_the_new(old: bytes, seed: int) -> None:
    random = Random(seed)
    new = bytes(octet if random.random() < 0.6 else random.randrange(256) for octet in old)
    states = unpacked(old, 4 * len(old))
    runs = status_diff(old, new)
    for start, count, state in runs:
        assert all(before != state for before in states[start : start + count])
        states[start : start + count] = [state] * count
    assert states == unpacked(new, 4 * len(new))
    for (start, count, state), (following, _, other) in pairwise(runs):
        assert start + count < following or (start + count == following and state != other)
