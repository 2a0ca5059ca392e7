# cython: wraparound=True, boundscheck=True
"""A seating plan as flat arrays.

The search never meets a seat as an object: it meets benches (see packed.pxd) and a complete binary tree over them,
in plan order, whose nodes carry what cannot change: which categories and zones lie below, the least cost, the box
around the seats. Plan order keeps a zone's rows together, so a filter or a distance cuts whole branches off.
What does change, place by place, is in the copies; one packed plan serves every performance of its plan.
"""

import numpy as np

from cpython.bytearray cimport PyByteArray_AS_STRING
from libc.string cimport memcpy

WHEELCHAIR = 1
COMPANION = 2
RESTRICTED_VIEW = 4
AISLE = 8
LEGROOM = 16
HEARING = 32
CENTRE = 64

COST_MAX = (1 << 24) - 1  # the costs of a whole party stay below 2^30
POSITION_MAX = 1 << 20    # plan units: squared distances stay within 64 bits
POSITION_STEPS = 64       # a plan unit: distances are compared as integers, alike on every machine


def _require(bint condition, str name, str rule):
    if not condition:
        raise ValueError(f"{name} {rule}")


def _array(str name, values, dtype, length, least, greatest):
    """`values` as a contiguous array with entries in least..greatest; `length` None accepts any."""
    array = np.asarray(values)
    _require(array.ndim == 1 and (length is None or len(array) == length), name, f"must have {length} entries")
    if len(array):
        _require(least <= array.min() and array.max() <= greatest, name, f"must lie in {least}..{greatest}")
    return np.ascontiguousarray(array, dtype=dtype)


def _tree(leaves, leaf_count, join, nothing):
    """A complete binary tree, root at 1: each node is `join` of its children; missing leaves are `nothing`."""
    nodes = np.full(2 * leaf_count, nothing, dtype=leaves.dtype)
    nodes[leaf_count:leaf_count + len(leaves)] = leaves
    level = leaf_count
    while level > 1:
        join(nodes[level:2 * level:2], nodes[level + 1:2 * level:2], out=nodes[level // 2:level])
        level //= 2
    return nodes


cdef class PackedPlan:
    def __cinit__(
        self, place_count, *, place, row, category, cost, x, y, attributes, aisle_after, table, companion_of,
        row_zone, row_previous, row_next, table_whole, area_category=(), area_ranges=(), row_labels=(), zone_names=(),
    ):
        self._rooms = []
        self.hall.place_count = place_count
        self.row_labels = tuple(row_labels)
        self.zone_names = tuple(zone_names)
        place = _array("place", place, np.int32, None, 0, place_count - 1)
        seats = len(place)
        row_zone = _array("row_zone", row_zone, np.uint16, None, 0, 65535)
        rows = len(row_zone)
        row = _array("row", row, np.int32, seats, 0, rows - 1)
        category = _array("category", category, np.uint8, seats, 0, CATEGORY_NONE - 1)
        cost = _array("cost", cost, np.uint32, seats, 0, COST_MAX)
        attributes = _array("attributes", attributes, np.uint8, seats, 0, 255)
        x = _array("x", x, np.float64, seats, -POSITION_MAX, POSITION_MAX)
        y = _array("y", y, np.float64, seats, -POSITION_MAX, POSITION_MAX)
        table_whole = _array("table_whole", table_whole, np.uint8, None, 0, 1)
        table = _array("table", table, np.int32, seats, -1, len(table_whole) - 1)
        aisle_after = _array("aisle_after", aisle_after, np.uint8, seats, 0, 1)
        _require(len(np.unique(place)) == seats, "place", "must be distinct")
        _require(np.array_equal(np.unique(row), np.arange(rows)) and (np.diff(row) >= 0).all(), "row",
                 "must name every row in order")
        self._take_rows(rows, row_zone, row_previous, row_next)
        self._take_seats(place, category, cost, x, y, attributes, companion_of)
        parted = np.ones(seats, bool)
        parted[1:] = (np.diff(row) != 0) | (np.diff(table) != 0) | ((aisle_after[:-1] != 0) & (table[1:] < 0))
        _require(len(np.unique(table[table >= 0])) == np.count_nonzero(parted & (table >= 0)), "table",
                 "must have its seats one after the other in one row")
        first = self._cut_benches(row, category, attributes, parted)
        whole = (table >= 0) & np.append(table_whole, 0).astype(bool)[table]
        self._flag_benches(first, parted, whole, category)
        self._take_places(place, category, first, area_category, area_ranges)
        if seats:
            self._grow_trees(first, row_zone[row], category, cost)
        self._measure_pitch(x, y, parted)
        self._face(self.hall.facing_previous, self.hall.row_previous)
        self._face(self.hall.facing_next, self.hall.row_next)

    cdef void *_keep(self, array, dtype) except NULL:
        """A copy of the array that lives as long as the plan."""
        cdef const unsigned char[::1] octets = np.ascontiguousarray(array, dtype=dtype).reshape(-1).view(np.uint8)
        room = bytearray(max(octets.shape[0], 1))
        self._rooms.append(room)
        self.nbytes += octets.shape[0]
        if octets.shape[0]:
            memcpy(PyByteArray_AS_STRING(room), &octets[0], octets.shape[0])
        return <void *>PyByteArray_AS_STRING(room)

    def _take_rows(self, rows, row_zone, row_previous, row_next):
        self.hall.row_count = rows
        self.hall.row_zone = <uint16_t *>self._keep(row_zone, np.uint16)
        previous = _array("row_previous", row_previous, np.int32, rows, -1, rows - 1)
        following = _array("row_next", row_next, np.int32, rows, -1, rows - 1)
        for name, neighbours in (("row_previous", previous), ("row_next", following)):
            _require((neighbours != np.arange(rows)).all(), name, "must not name the row itself")
        self.hall.row_previous = <int32_t *>self._keep(previous, np.int32)
        self.hall.row_next = <int32_t *>self._keep(following, np.int32)

    def _take_seats(self, place, category, cost, x, y, attributes, companion_of):
        seats = len(place)
        self.hall.seat_count = seats
        self.hall.place_at = <int32_t *>self._keep(place, np.int32)
        self.hall.category = <uint8_t *>self._keep(category, np.uint8)
        self.hall.cost = <uint32_t *>self._keep(cost, np.uint32)
        before = np.zeros(seats + 1, np.uint64)
        np.cumsum(cost, out=before[1:])
        self.hall.cost_before = <uint32_t *>self._keep(before & np.uint64(0xFFFFFFFF), np.uint32)
        self.hall.x = <int32_t *>self._keep(np.rint(x * POSITION_STEPS), np.int32)
        self.hall.y = <int32_t *>self._keep(np.rint(y * POSITION_STEPS), np.int32)
        self.hall.attributes = <uint8_t *>self._keep(attributes, np.uint8)
        companion_of = _array("companion_of", companion_of, np.int32, seats, -1, seats - 1)
        _require(not ((attributes & WHEELCHAIR != 0) & (attributes & COMPANION != 0)).any(), "attributes",
                 "must not make a wheelchair bay a companion seat")
        bays, companions = np.flatnonzero(attributes & WHEELCHAIR), np.flatnonzero(attributes & COMPANION)
        self.hall.bays = <int32_t *>self._keep(bays, np.int32)
        self.hall.bay_count = len(bays)
        companions = companions[np.argsort(companion_of[companions], kind="stable")]
        self.hall.companions = <int32_t *>self._keep(companions, np.int32)
        self.hall.companion_count = len(companions)
        self.hall.companion_of = <int32_t *>self._keep(companion_of, np.int32)
        nobody = np.full(seats, -1)
        self.hall.facing_previous = <int32_t *>self._keep(nobody, np.int32)
        self.hall.facing_next = <int32_t *>self._keep(nobody, np.int32)

    def _cut_benches(self, row, category, attributes, parted):
        """Cuts rows into benches; the first seat of each."""
        cdef int bit
        seats = len(row)
        stretch = np.maximum.accumulate(np.where(parted, np.arange(seats), 0))
        starts = (np.arange(seats) - stretch) % 64 == 0
        first = np.flatnonzero(starts)
        bench_at = np.cumsum(starts) - 1
        self.hall.bench_count = len(first)
        self.hall.leaf_count = 1 << max(len(first) - 1, 0).bit_length()
        self.hall.bench_at = <int32_t *>self._keep(bench_at, np.int32)
        self.hall.first = <int32_t *>self._keep(np.append(first, seats), np.int32)
        self.hall.row = <int32_t *>self._keep(row[first], np.int32)
        row_first = np.searchsorted(row[first], np.arange(self.hall.row_count + 1))
        self.hall.row_first = <int32_t *>self._keep(row_first, np.int32)
        bits = np.uint64(1) << (np.arange(seats) - first[bench_at]).astype(np.uint64)
        self.hall.ordinary = self._keep_masks((attributes & (WHEELCHAIR | COMPANION)) == 0, bits, first)
        for bit in range(8):
            self.hall.having[bit] = self._keep_masks((attributes >> bit & 1) != 0, bits, first)
        return first

    def _flag_benches(self, first, parted, whole, category):
        last = np.append(first, len(parted))[1:] - 1
        changes = np.cumsum(np.diff(category, prepend=category[:1]) != 0)
        flags = np.where(parted[first], 0, BENCH_CONTINUES)
        flags[:-1] |= np.where(parted[first[1:]], 0, BENCH_CONTINUED)
        flags |= np.where(whole[first], BENCH_WHOLE, 0)
        flags |= np.where(changes[last] != changes[first], BENCH_MIXED, 0)
        self.hall.flags = <uint8_t *>self._keep(flags, np.uint8)

    cdef uint64_t *_keep_masks(self, chosen, bits, first) except NULL:
        """By bench, the bits of the chosen seats."""
        masks = np.where(chosen, bits, np.uint64(0))
        return <uint64_t *>self._keep(np.bitwise_or.reduceat(masks, first) if len(first) else masks, np.uint64)

    def _take_places(self, place, category, first, area_category, area_ranges):
        """Where each place is: a seat's slot, an area, or nowhere any more."""
        slots = np.full(self.hall.place_count, SLOT_TOMBSTONE, np.int32)
        categories = np.full(self.hall.place_count, CATEGORY_NONE, np.uint8)
        bench_at = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(place))))
        slots[place] = bench_at * 64 + np.arange(len(place)) - first[bench_at]
        categories[place] = category
        area_category = _array("area_category", area_category, np.int64, None, 0, CATEGORY_NONE - 1)
        self.area_ranges = tuple(tuple((int(start), int(count)) for start, count in ranges) for ranges in area_ranges)
        _require(len(area_category) == len(self.area_ranges), "area_ranges", "must have an entry for every area")
        for own, ranges in zip(area_category, self.area_ranges):
            for start, count in ranges:
                inside = 0 <= start and 0 <= count <= self.hall.place_count - start
                _require(inside and (slots[start:start + count] == SLOT_TOMBSTONE).all(), "area_ranges",
                         "must lie in the pool, apart from one another and from the seats")
                slots[start:start + count] = SLOT_AREA
                categories[start:start + count] = own
        self.hall.slot_of = <int32_t *>self._keep(slots, np.int32)
        self.hall.category_of = <uint8_t *>self._keep(categories, np.uint8)
        used = categories[categories != CATEGORY_NONE]
        self.category_count = int(used.max()) + 1 if len(used) else 0

    def _grow_trees(self, first, zone, category, cost):
        leaves = self.hall.leaf_count
        one = np.uint64(1)
        categories = np.bitwise_or.reduceat(one << (category % 64).astype(np.uint64), first)
        zones = one << (zone[first] % 64).astype(np.uint64)
        self.hall.categories = <uint64_t *>self._keep(_tree(categories, leaves, np.bitwise_or, 0), np.uint64)
        self.hall.zones = <uint64_t *>self._keep(_tree(zones, leaves, np.bitwise_or, 0), np.uint64)
        continued = np.asarray(<uint8_t[:len(first)]>self.hall.flags)[:-1] & BENCH_CONTINUED != 0
        least = np.minimum.reduceat(cost, first)
        least[:-1] = np.where(continued, np.minimum(least[:-1], least[1:]), least[:-1])
        self.hall.least = <uint32_t *>self._keep(_tree(least, leaves, np.minimum, 0xFFFFFFFF), np.uint32)
        attributes = np.asarray(<uint8_t[:len(cost)]>self.hall.attributes)
        bays = np.bitwise_or.reduceat(attributes & (WHEELCHAIR | COMPANION), first) != 0
        bays[:-1] |= bays[1:] & continued
        self.hall.bays_below = <uint8_t *>self._keep(_tree(bays, leaves, np.logical_or, False), np.uint8)
        x = np.asarray(<int32_t[:len(cost)]>self.hall.x)
        y = np.asarray(<int32_t[:len(cost)]>self.hall.y)
        low, high = -(1 << 30), 1 << 30  # a missing leaf's box: farther off than any seat, but not beyond 64 bits
        box = np.stack([
            _tree(np.minimum.reduceat(x, first), leaves, np.minimum, high),
            _tree(np.maximum.reduceat(x, first), leaves, np.maximum, low),
            _tree(np.minimum.reduceat(y, first), leaves, np.minimum, high),
            _tree(np.maximum.reduceat(y, first), leaves, np.maximum, low),
        ], axis=1)
        self.hall.box = <int32_t *>self._keep(box, np.int32)

    def _measure_pitch(self, x, y, parted):
        """The median squared distance of neighbours, the lower of two; 1 where there are none."""
        steps = np.diff(np.rint(np.stack((x, y)) * POSITION_STEPS).astype(np.int64))
        squared = np.sort((steps * steps).sum(axis=0)[~parted[1:]])
        self.hall.pitch_squared = max(int(squared[(len(squared) - 1) // 2]), 1) if len(squared) else 1

    cdef void _face(self, int32_t *facing, int32_t *neighbour) noexcept nogil:
        """For every seat the nearest one of its row's neighbour, the first of several; -1 where there is no row."""
        cdef const Hall *hall = &self.hall
        cdef int32_t s, t, row, start, end
        cdef int64_t near, away
        for s in range(hall.seat_count):
            row = neighbour[hall.row[hall.bench_at[s]]]
            if row < 0:
                continue
            start, end = hall.first[hall.row_first[row]], hall.first[hall.row_first[row + 1]]
            near = -1
            for t in range(start, end):
                away = squared_distance(hall, s, t)
                if near < 0 or away < near:
                    near, facing[s] = away, t

    @property
    def place_count(self):
        return self.hall.place_count

    @property
    def seat_count(self):
        return self.hall.seat_count

    @property
    def row_count(self):
        return self.hall.row_count

    @property
    def bench_count(self):
        return self.hall.bench_count

    def category_of(self, Py_ssize_t place):
        if not 0 <= place < self.hall.place_count:
            raise IndexError(f"place {place} is outside the pool")
        category = self.hall.category_of[place]
        return -1 if category == CATEGORY_NONE else category

    def row_of(self, Py_ssize_t place):
        seat = self.seat_of(place)
        return -1 if seat < 0 else self.hall.row[self.hall.bench_at[seat]]

    def zone_of_row(self, Py_ssize_t row):
        if not 0 <= row < self.hall.row_count:
            raise IndexError(f"there is no row {row}")
        return self.hall.row_zone[row]

    def seat_of(self, Py_ssize_t place):
        if not 0 <= place < self.hall.place_count:
            raise IndexError(f"place {place} is outside the pool")
        slot = self.hall.slot_of[place]
        return -1 if slot < 0 else slot_seat(&self.hall, slot)
