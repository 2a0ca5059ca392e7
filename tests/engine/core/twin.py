"""The seat core once more, in plain Python: slow, and obviously right.

It keeps nothing that follows from something else and searches by looking at every seat, so it reads as the
specification of `engine.core`. Hypothesis drives both and expects the same answers to the last place.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from engine.core.best import PartyWant
from engine.core.packed import CENTRE, COMPANION, RESTRICTED_VIEW, WHEELCHAIR, PackedPlan
from engine.core.words import CLAIMED, limit_of

FREE, HELD, SOLD, OFF_SALE = range(4)
SPLIT_ANCHORS, NEAR_ANCHORS, BAY_ANCHORS = 32, 8, 16


@dataclass(frozen=True)
class Seat:
    """A seat of the hall, in plan order."""

    place: int
    row: int
    category: int
    cost: int
    x: float
    y: float
    attributes: int = 0
    aisle_after: bool = False
    table: int = -1
    companion_of: int = -1


@dataclass(frozen=True)
class Hall:
    """What a packed plan is made from."""

    place_count: int
    seats: tuple[Seat, ...]
    row_zone: tuple[int, ...]
    row_previous: tuple[int, ...]
    row_next: tuple[int, ...]
    table_whole: tuple[bool, ...] = ()
    areas: tuple[tuple[int, tuple[tuple[int, int], ...]], ...] = ()
    """Category and place ranges."""

    def packed(self) -> PackedPlan:
        names = ("place", "row", "category", "cost", "x", "y", "attributes", "aisle_after", "table", "companion_of")
        columns: dict[str, Any] = {name: [getattr(seat, name) for seat in self.seats] for name in names}
        return PackedPlan(
            self.place_count,
            **columns,
            row_zone=self.row_zone,
            row_previous=self.row_previous,
            row_next=self.row_next,
            table_whole=self.table_whole,
            area_category=[category for category, _ in self.areas],
            area_ranges=[ranges for _, ranges in self.areas],
        )

    @cached_property
    def stretches(self) -> list[list[int]]:
        """Seats that neighbour each other: of one table, or else of one row with no aisle between."""
        found: list[list[int]] = []
        for index, seat in enumerate(self.seats):
            before = self.seats[index - 1]
            beside = (before.row, before.table) == (seat.row, seat.table)
            if index and beside and (seat.table >= 0 or not before.aisle_after):
                found[-1].append(index)
            else:
                found.append([index])
        return found

    @cached_property
    def categories(self) -> dict[int, int]:
        """Of every place but the tombstones."""
        areas = {p: own for own, ranges in self.areas for start, count in ranges for p in range(start, start + count)}
        return areas | {seat.place: seat.category for seat in self.seats}

    @cached_property
    def steps(self) -> list[tuple[int, int]]:
        """Positions in steps of 1/64 plan unit."""
        return [(round(seat.x * 64), round(seat.y * 64)) for seat in self.seats]

    def squared(self, a: int, b: int) -> int:
        """The squared distance of two seats."""
        (ax, ay), (bx, by) = self.steps[a], self.steps[b]
        return (ax - bx) ** 2 + (ay - by) ** 2

    @cached_property
    def pitch_squared(self) -> int:
        """The squared usual distance between neighbours: the median, the lower of two."""
        found = sorted(self.squared(a, b) for stretch in self.stretches for a, b in pairwise(stretch))
        return max(found[(len(found) - 1) // 2], 1) if found else 1

    def facing(self, seat: int, row: int) -> int:
        """The seat of another row that is nearest to the seat."""
        there = [index for index, other in enumerate(self.seats) if other.row == row]
        return min(there, key=lambda other: (self.squared(seat, other), other))


@dataclass(frozen=True)
class Window:
    """Neighbouring seats for a party or a part of it."""

    seats: tuple[int, ...]
    orphans: int
    cost: int

    @property
    def rank(self) -> tuple[int, int, int]:
        return self.orphans, self.cost, self.seats[0]


@dataclass(frozen=True)
class Proposed:
    places: tuple[int, ...]
    score: int
    row: int
    zone: int
    reasons: frozenset[str]


@dataclass
class Twin:
    """The copy of a pool."""

    hall: Hall | None
    place_count: int
    words: list[int] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)
    marks: set[int] = field(default_factory=set)
    number: int = 0
    limit: int = 0

    # ---- the pool

    def load(self, number: int, words: Sequence[int], codes: Sequence[int], now_ms: int) -> None:
        self.words, self.codes, self.number = list(words), list(codes), number
        self.advance(now_ms)

    def advance(self, now_ms: int) -> None:
        self.limit = max(self.limit, limit_of(now_ms))

    def apply(
        self,
        number: int,
        changes: Iterable[tuple[int, int, int]],
        blocks: Iterable[tuple[int, int, int]],
        now_ms: int,
    ) -> bool:
        if number != self.number + 1:
            return False
        self.advance(now_ms)
        for array, records in ((self.words, changes), (self.codes, blocks)):
            for start, count, value in records:
                array[start : start + count] = [value] * count
        self.number = number
        return True

    def category(self, place: int) -> int | None:
        """None for a tombstone."""
        return 0 if self.hall is None else self.hall.categories.get(place)

    def state(self, place: int) -> int:
        if self.category(place) is None:
            return OFF_SALE
        if self.words[place] >= CLAIMED:
            return SOLD
        if self.words[place] >= self.limit:
            return HELD
        return OFF_SALE if self.codes[place] else FREE

    def states(self) -> list[int]:
        return [self.state(place) for place in range(self.place_count)]

    def leases(self) -> list[int]:
        return [word for word in self.words if self.limit <= word < CLAIMED]

    def may_take(self, place: int, allow: Sequence[int]) -> bool:
        """Whether the place is free to somebody who may take the codes `allow`."""
        free = self.words[place] < self.limit and place not in self.marks and self.category(place) is not None
        return free and (self.codes[place] == 0 or self.codes[place] in allow)

    # ---- the best available

    def propose(self, want: PartyWant, most: int) -> list[Proposed]:
        assert self.hall is not None
        search = Search(self, self.hall, want, most)
        if want.wheelchairs:
            return search.with_wheelchairs()
        found = search.without_wheelchairs()
        if found or not want.bays_open:
            return found
        return [search.named(one) for one in Search(self, self.hall, want, most, True).without_wheelchairs()]


@dataclass
class Search:
    twin: Twin
    hall: Hall
    want: PartyWant
    most: int
    with_bays: bool = False

    def __post_init__(self) -> None:
        seats = range(len(self.hall.seats))
        self.whole = {
            i for i in seats if self.hall.seats[i].table >= 0 and self.hall.table_whole[self.hall.seats[i].table]
        }
        self.free = {i for i in seats if self.twin.may_take(self.hall.seats[i].place, self.want.allow)}
        self.accessible = {i for i in seats if self.hall.seats[i].attributes & (WHEELCHAIR | COMPANION)}
        self.wanted = {i for i in self.free if self.passes(self.hall.seats[i])}
        self.ordinary = self.free - self.accessible
        """Who may be left alone, and who counts as a lone seat's neighbour."""
        self.open = self.wanted if self.with_bays else self.wanted & self.ordinary
        """Seats that a party without wheelchairs may be offered."""

    def passes(self, seat: Seat) -> bool:
        return (
            (self.want.categories is None or seat.category in self.want.categories)
            and (self.want.zones is None or self.hall.row_zone[seat.row] in self.want.zones)
            and not seat.attributes & self.want.exclude_attributes
        )

    def cost(self, seats: Iterable[int]) -> int:
        return sum(self.hall.seats[seat].cost for seat in seats)

    def proposed(self, seats: Iterable[int], *reasons: str) -> Proposed:
        ordered = sorted(seats)
        attributes = [self.hall.seats[seat].attributes for seat in ordered]
        more = set(reasons)
        if sum(1 for a in attributes if a & CENTRE) * 2 > len(ordered):
            more.add("CENTRE")
        if any(a & RESTRICTED_VIEW for a in attributes):
            more.add("RESTRICTED_VIEW")
        row = self.hall.seats[ordered[0]].row
        places = tuple(self.hall.seats[seat].place for seat in ordered)
        return Proposed(places, self.cost(ordered), row, self.hall.row_zone[row], frozenset(more))

    def named(self, proposed: Proposed) -> Proposed:
        """The same, told what it is: seats of wheelchair users or of their companions."""
        seats = [seat for seat in self.hall.seats if seat.place in proposed.places]
        names = {WHEELCHAIR: "WHEELCHAIR_PLACE", COMPANION: "COMPANION_SEAT"}
        more = {name for bit, name in names.items() if any(seat.attributes & bit for seat in seats)}
        return replace(proposed, reasons=proposed.reasons | more)

    def without_wheelchairs(self) -> list[Proposed]:
        if not self.want.together:
            return self.anywhere()
        found = self.together()
        for larger in range((self.want.party + 1) // 2, self.want.party):
            found = found or self.split(larger)
        return found or self.near()

    # ---- together

    def windows(self, size: int) -> Iterator[Window]:
        """All windows of seats that may be offered, and whole tables of just that size."""
        may = self.open
        for stretch in self.hall.stretches:
            if stretch[0] in self.whole:
                if len(stretch) == size and may.issuperset(stretch):
                    yield Window(tuple(stretch), 0, self.cost(stretch))
                continue
            for start in range(len(stretch) - size + 1):
                seats = stretch[start : start + size]
                if may.issuperset(seats):
                    before, after = stretch[:start][::-1], stretch[start + size :]
                    yield Window(tuple(seats), self.left_alone(before) + self.left_alone(after), self.cost(seats))

    def left_alone(self, side: Sequence[int]) -> bool:
        """Whether the nearest seat on one side of a window is free, and the one behind it is not."""
        return len(side) > 0 and side[0] in self.ordinary and (len(side) == 1 or side[1] not in self.ordinary)

    def best_of_rows(self, size: int, *, tables: bool) -> list[Window]:
        """The best window of every row, best first."""
        by_row: dict[int, Window] = {}
        for window in self.windows(size):
            if tables or window.seats[0] not in self.whole:
                row = self.hall.seats[window.seats[0]].row
                by_row[row] = min(by_row.get(row, window), window, key=lambda w: w.rank)
        return sorted(by_row.values(), key=lambda w: w.rank)

    def together(self) -> list[Proposed]:
        return [
            self.proposed(
                window.seats,
                "TOGETHER",
                "LEAVES_ORPHAN" if window.orphans else "NO_ORPHAN",
                *(["WHOLE_TABLE"] if window.seats[0] in self.whole else []),
            )
            for window in self.best_of_rows(self.want.party, tables=True)[: self.most]
        ]

    # ---- split over two rows

    def split(self, larger: int) -> list[Proposed]:
        pairs = []
        for anchor in self.best_of_rows(larger, tables=False)[:SPLIT_ANCHORS]:
            mates = [mate for mate in self.windows(self.want.party - larger) if self.overlap(anchor, mate)]
            if mates:
                mate = min(mates, key=lambda w: w.rank)
                rank = (anchor.orphans + mate.orphans, anchor.cost + mate.cost, anchor.seats[0])
                pairs.append((rank, anchor.seats + mate.seats))
        found: list[Proposed] = []
        used: set[int] = set()
        for rank, seats in sorted(pairs):
            rows = {self.hall.seats[seat].row for seat in seats}
            if len(found) < self.most and not rows & used:
                used |= rows
                found.append(self.proposed(seats, "SPLIT_ADJACENT", "LEAVES_ORPHAN" if rank[0] else "NO_ORPHAN"))
        return found

    def overlap(self, anchor: Window, mate: Window) -> bool:
        """Whether the mate is in a row next to the anchor's and has a seat among those that face the anchor."""
        if mate.seats[0] in self.whole:
            return False
        row, other = (self.hall.seats[window.seats[0]].row for window in (anchor, mate))
        if other not in (self.hall.row_previous[row], self.hall.row_next[row]):
            return False
        ends = [self.hall.facing(seat, other) for seat in (anchor.seats[0], anchor.seats[-1])]
        return any(min(ends) <= seat <= max(ends) for seat in mate.seats)

    # ---- near, and anywhere

    def nearest(self, origin: int, seats: Iterable[int], count: int) -> list[int]:
        return sorted(seats, key=lambda seat: (self.hall.squared(origin, seat), seat))[:count]

    def spread(self, origin: int, seats: Iterable[int]) -> int:
        """How far the farthest seat is from the origin, in coarse steps."""
        reach = max(self.hall.squared(origin, seat) for seat in seats)
        return (2 * reach // (3 * self.hall.pitch_squared)).bit_length()

    def around(self, origin: int, seats: list[int]) -> tuple[tuple[int, int, int], list[int]]:
        return (self.spread(origin, seats), self.cost(seats), origin), seats

    def near(self) -> list[Proposed]:
        may = self.open - self.whole
        if len(may) < self.want.party:
            return []
        anchors = [window.seats[0] for window in self.best_of_rows(1, tables=False)[:NEAR_ANCHORS]]
        found = [self.around(anchor, self.nearest(anchor, may, self.want.party)) for anchor in anchors]
        return [self.proposed(seats, "NEAR") for seats in self.disjoint(found)]

    def disjoint(self, found: list[tuple[tuple[int, int, int], list[int]]]) -> list[list[int]]:
        """The best, no two of which share a seat."""
        taken: list[list[int]] = []
        for _, seats in sorted(found):
            if len(taken) < self.most and not any(set(seats) & set(other) for other in taken):
                taken.append(seats)
        return taken

    def anywhere(self) -> list[Proposed]:
        may = self.open - self.whole
        if len(may) < self.want.party:
            return []
        cheapest = sorted(may, key=lambda seat: (self.hall.seats[seat].cost, seat))
        return [self.proposed(cheapest[: self.want.party], "ANYWHERE")]

    # ---- parties with wheelchairs

    def with_wheelchairs(self) -> list[Proposed]:
        may = self.wanted - self.whole
        bays = [seat for seat in may if self.hall.seats[seat].attributes & WHEELCHAIR]
        companions = [seat for seat in may if self.hall.seats[seat].attributes & COMPANION]
        accompanied = {self.hall.seats[seat].companion_of for seat in companions}

        def rank(bay: int) -> tuple[bool, int, int]:
            return self.want.companions > 0 and bay not in accompanied, self.hall.seats[bay].cost, bay

        anchors = sorted(bays, key=rank)[:BAY_ANCHORS]
        parties = [party for bay in anchors if (party := self.sit_around(bay, bays, companions))]
        return [
            self.proposed(seats, *self.accessibility(seats))
            for seats in self.disjoint([self.around(party[0], party[1]) for party in parties])
        ]

    def sit_around(self, bay: int, bays: list[int], companions: list[int]) -> tuple[int, list[int]] | None:
        want = self.want
        chosen = [bay, *self.nearest(bay, [other for other in bays if other != bay], want.wheelchairs - 1)]
        own = [seat for seat in companions if self.hall.seats[seat].companion_of in chosen]
        others = [seat for seat in companions if seat not in own]
        beside = self.nearest(bay, own, want.companions) + self.nearest(bay, others, want.companions)
        beside = beside[: want.companions]
        ordinary = want.party - want.wheelchairs - want.companions
        friends = self.nearest(bay, self.open - self.whole, ordinary)
        seats = chosen + beside + friends
        return (bay, seats) if len(seats) == want.party else None

    def accessibility(self, seats: list[int]) -> list[str]:
        want = self.want
        chosen, beside = seats[: want.wheelchairs], seats[want.wheelchairs : want.wheelchairs + want.companions]
        neighbours = any(set(seats) <= set(stretch) for stretch in self.hall.stretches)
        in_a_row = max(seats) - min(seats) == len(seats) - 1
        reasons = ["TOGETHER" if neighbours and in_a_row else "NEAR"]
        if beside and all(self.hall.seats[seat].companion_of in chosen for seat in beside):
            reasons.append("WHEELCHAIR_WITH_COMPANION")
        return reasons
