"""The inventory once more, in plain Python: words, holds and claims as dictionaries, every rule as a sentence.

It decides nothing that Redis is free to decide (which of several free places are taken); it says whether what was
answered may be, and what must follow from it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.core.words import CLAIMED, ORIGIN_MS, SERIALS, deadline_of, limit_of
from engine.holds import PLACES_PER_HOLD_MAX, Any, Best, HoldRequest, Owner, Seats, Want
from engine.outcomes import Outcome

Spot = tuple[int, int]
"""Pool and place."""


@dataclass
class Held:
    """A hold's record."""

    word: int
    first: int
    digest: str
    places: set[Spot]
    owners: list[str]
    change: str | None = None
    pin: str | None = None
    pinned_until: int | None = None
    resume: int | None = None
    ended: bool = False


@dataclass
class Model:
    """What Redis must hold after each act."""

    now: int
    words: dict[int, list[int] | None] = field(default_factory=dict)
    """None: the pool is not there."""
    codes: dict[int, list[int]] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    """Pools being rebuilt."""
    holds: dict[str, Held] = field(default_factory=dict)
    freed: dict[Spot, int] = field(default_factory=dict)

    def word(self, spot: Spot) -> int | None:
        words = self.words[spot[0]]
        return None if words is None else words[spot[1]]

    def write(self, spots: Iterable[Spot], word: int) -> None:
        for pool, place in spots:
            words = self.words[pool]
            assert words is not None
            words[place] = word

    def free_spots(self, pool: int, allow: Sequence[int]) -> set[Spot]:
        """What a caller may take of a pool."""
        words, codes = self.words[pool] or [], self.codes[pool]
        allowed = (0, *allow)
        return {(pool, i) for i, word in enumerate(words) if word < limit_of(self.now) and codes[i] in allowed}

    def account(self, owner: str) -> Counter[int]:
        """The second in which leases lapse -> places, of what an owner holds unpaid, its second over or not."""
        account: Counter[int] = Counter()
        for hold in self.holds.values():
            second = second_of(deadline_of(hold.word))
            if owner in hold.owners and not hold.ended and second >= second_of(self.now):
                account[second] += len(hold.places)
        return account

    def standing(self, name: str) -> set[Outcome]:
        """What may be answered of a hold as it is."""
        hold = self.holds.get(name)
        if hold is None or hold.ended or hold.word < limit_of(self.now):
            return {Outcome.EXPIRED}
        wrong = set()
        if any(pool in self.closed or self.words[pool] is None for pool, _ in hold.places):
            wrong.add(Outcome.NOT_READY)
        if any(self.word(spot) not in (hold.word, None) for spot in hold.places):
            wrong.add(Outcome.LOST)
        return wrong or {Outcome.HELD}

    def pinned(self, hold: Held) -> bool:
        if hold.pin is not None and hold.pinned_until is not None and hold.pinned_until < self.now:
            hold.pin = hold.pinned_until = hold.resume = None
        return hold.pin is not None

    # Taking

    def why_not(self, wants: Sequence[Want], allow: Sequence[int]) -> set[Outcome]:
        """Reasons to refuse: nothing when there is none. The best may always turn out not to be there."""
        reasons: set[Outcome] = set()
        for want in wants:
            free = self.free_spots(want.pool, allow)
            if isinstance(want, Any) and len(free & self.inside(want)) < want.count:
                reasons.add(Outcome.SOLD_OUT)
            if isinstance(want, Seats):
                codes = {self.codes[want.pool][place] for place in want.places}
                if not codes <= {0, *allow}:
                    reasons.add(Outcome.BLOCKED)
                if any((self.word((want.pool, place)) or 0) >= limit_of(self.now) for place in want.places):
                    reasons.add(Outcome.TAKEN)
        return reasons

    def inside(self, want: Any) -> set[Spot]:
        """The places that a want of any may be given."""
        ranges = want.ranges or ((0, len(self.codes[want.pool])),)
        return {(want.pool, place) for start, count in ranges for place in range(start, start + count)}

    def may_refuse(self, wants: Sequence[Want]) -> set[Outcome]:
        if any(isinstance(want, Best) for want in wants):
            return {Outcome.NO_FIT, Outcome.SOLD_OUT, Outcome.TAKEN, Outcome.BLOCKED}
        return set()

    def check_taken(self, wants: Sequence[Want], allow: Sequence[int], taken: set[Spot]) -> None:
        """Places given are free, allowed, and what was asked for."""
        sizes: dict[int, int] = {}
        for want in wants:
            if isinstance(want, Seats):
                assert taken >= {(want.pool, place) for place in want.places}
            if isinstance(want, Any):
                assert {spot for spot in taken if spot[0] == want.pool} <= self.inside(want)
            sizes[want.pool] = sizes.get(want.pool, 0) + _size(want)
        assert sizes == {pool: sum(spot[0] == pool for spot in taken) for pool in sizes}
        assert taken <= set().union(*(self.free_spots(pool, allow) for pool in sizes))

    def hold(self, name: str, request: HoldRequest, outcome: Outcome, places: set[Spot], word: int) -> None:
        digest = request.digest.hex()
        if name in self.holds:
            expected = {Outcome.REUSED} if self.holds[name].digest != digest else self.standing(name)
            assert outcome in expected
            return
        reasons, size = self.why_not(request.wants, request.allow), size_of(request.wants)
        full = any(self.account(owner.key).total() + size > owner.places_max for owner in request.owners)
        if outcome is Outcome.HELD:
            assert not reasons and not full
            self.check_taken(request.wants, request.allow, places)
            self.holds[name] = Held(word, self.now, digest, places, [owner.key for owner in request.owners])
            self.write(places, word)
        elif outcome is Outcome.CAPPED:
            assert full and not reasons
        else:
            assert outcome in reasons | self.may_refuse(request.wants)

    def change(
        self,
        name: str,
        change: str,
        add: Sequence[Want],
        drop: set[Spot],
        allow: Sequence[int],
        owners: Sequence[Owner],
        outcome: Outcome,
        places: set[Spot],
    ) -> None:
        standing, hold = self.standing(name), self.holds.get(name)
        if hold is None or standing != {Outcome.HELD}:
            assert outcome in standing
            return
        if hold.change == change:
            assert outcome is Outcome.HELD
        elif self.pinned(hold):
            assert outcome is Outcome.BUSY
        elif outcome is Outcome.HELD:
            self._changed(hold, add, drop, allow, owners, places)
            hold.change = change
        elif outcome is Outcome.CAPPED:
            after = len(hold.places - drop) + size_of(add)
            counted = {owner.key: len(hold.places) if owner.key in hold.owners else 0 for owner in owners}
            full = any(self.account(own.key).total() - counted[own.key] + after > own.places_max for own in owners)
            assert after > len(hold.places) and (full or after > PLACES_PER_HOLD_MAX)
        else:
            assert outcome in self.why_not(add, allow) | self.may_refuse(add)
        assert places == hold.places

    def _changed(
        self,
        hold: Held,
        add: Sequence[Want],
        drop: set[Spot],
        allow: Sequence[int],
        owners: Sequence[Owner],
        places: set[Spot],
    ) -> None:
        before, kept = len(hold.places), hold.places - drop
        assert kept <= places and not self.why_not(add, allow)
        self.check_taken(add, allow, places - kept)
        for owner in owners:
            counted = before if owner.key in hold.owners else 0
            assert len(places) <= before or self.account(owner.key).total() - counted + len(places) <= owner.places_max
        self.write(hold.places & drop, 0)
        self.write(places - kept, hold.word)
        hold.places = set(places)
        hold.owners += [owner.key for owner in owners if owner.key not in hold.owners]

    # Time

    def extend(self, hold: Held, deadline: int) -> None:
        hold.word = (deadline - ORIGIN_MS) * SERIALS + hold.word % SERIALS
        self.write(hold.places, hold.word)

    def renew(self, name: str, ms: int, ms_max: int) -> set[Outcome]:
        standing, hold = self.standing(name), self.holds.get(name)
        if hold is None or standing != {Outcome.HELD}:
            return standing
        if self.pinned(hold):
            return {Outcome.BUSY}
        self.extend(hold, max(min(self.now + ms, hold.first + ms_max), deadline_of(hold.word)))
        return {Outcome.RENEWED}

    def set_pin(self, name: str, attempt: str, ms: int) -> set[Outcome]:
        standing, hold = self.standing(name), self.holds.get(name)
        if hold is None or standing != {Outcome.HELD}:
            return standing
        if self.pinned(hold) and hold.pin != attempt:
            return {Outcome.BUSY}
        hold.resume = hold.resume or deadline_of(hold.word)
        hold.pin, hold.pinned_until = attempt, max(hold.pinned_until or 0, self.now + ms)
        self.extend(hold, max(deadline_of(hold.word), self.now + ms))
        return {Outcome.PINNED}

    def unpin(self, name: str, attempt: str, outcome: Outcome) -> None:
        standing, hold = self.standing(name), self.holds.get(name)
        if hold is None or not self.pinned(hold) or outcome is Outcome.NOT_READY or Outcome.EXPIRED in standing:
            assert outcome in standing
        elif hold.pin != attempt:
            assert outcome is Outcome.BUSY and standing & {Outcome.HELD, Outcome.LOST}
        else:
            resume = hold.resume or 0
            hold.pin = hold.pinned_until = hold.resume = None
            if outcome is Outcome.LOST:
                assert outcome in standing
            elif resume < self.now:
                assert outcome is Outcome.EXPIRED and standing == {Outcome.HELD}
                self.end(hold)
            else:
                assert outcome is Outcome.HELD and standing == {Outcome.HELD}
                self.extend(hold, resume)

    def release(self, name: str) -> set[Outcome]:
        hold = self.holds.get(name)
        if hold is None or hold.ended or hold.word < limit_of(self.now):
            return {Outcome.EXPIRED}
        if self.pinned(hold):
            return {Outcome.BUSY}
        self.end(hold)
        return {Outcome.RELEASED}

    def end(self, hold: Held) -> None:
        self.write([spot for spot in hold.places if self.word(spot) == hold.word], 0)
        hold.ended = True

    # Claims

    def settle(self, claims: Mapping[int, Sequence[tuple[int, int]]], name: str | None) -> None:
        for pool, pairs in claims.items():
            for place, serial in pairs:
                word = self.word((pool, place)) if self.words[pool] else None
                if word is not None and word < CLAIMED + serial and serial > self.freed.get((pool, place), -1):
                    self.write([(pool, place)], CLAIMED + serial)
        hold = self.holds.get(name or "")
        if hold and not hold.ended:
            self.end(hold)

    def free(self, claims: Mapping[int, Sequence[tuple[int, int]]]) -> None:
        for pool, pairs in claims.items():
            for place, serial in pairs:
                self.freed[pool, place] = max(self.freed.get((pool, place), -1), serial)
                if self.word((pool, place)) == CLAIMED + serial:
                    self.write([(pool, place)], 0)

    def rebuilt(self, pool: int, places: int, owned: Mapping[int, int], codes: Sequence[int]) -> None:
        words = self.words[pool] or [0] * places
        leases = [word if limit_of(self.now) <= word < CLAIMED else 0 for word in words]
        self.words[pool] = [CLAIMED + owned[i] if i in owned else leases[i] for i in range(places)]
        self.codes[pool] = list(codes)
        self.closed.discard(pool)

    def flushed(self) -> None:
        self.words = dict.fromkeys(self.words)
        self.holds.clear()
        self.freed.clear()


def second_of(ms: int) -> int:
    return -((ORIGIN_MS - ms) // 1000)


def size_of(wants: Sequence[Want]) -> int:
    """How many places are wanted."""
    return sum(_size(want) for want in wants)


def _size(want: Want) -> int:
    if isinstance(want, Seats):
        return len(want.places)
    return want.count if isinstance(want, Any) else want.want.party
