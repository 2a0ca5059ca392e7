"""One worker's copy of one pool: its words, and all that follows from them.

Redis decides; the copy proposes. It is loaded once, then fed the numbered changes, so it is as fresh as the last
reply. Each changed place updates its two-bit state, the counts, the heap of deadlines and its bench's bit at once;
questions then cost what they answer, not what the pool holds. A lease that lapses becomes free with no write: every
call that is told the time first takes the lapsed ones off the heap.

Two things are kept apart: what Redis said (words, block codes), which `status` shows, and this worker's tentative
marks (`reserve`), which only keep its own joined requests from being offered the same places.
"""

import os
import sys

import numpy as np

from cpython.bytearray cimport PyByteArray_AS_STRING
from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize, PyBytes_GET_SIZE
from libc.stdint cimport INT64_MAX, int32_t, int64_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport calloc, free
from libc.string cimport memcpy, memset

from engine.core.best cimport PartyWant, find_best, proposals
from engine.core.deadlines cimport deadlines_add, deadlines_drop, deadlines_order
from engine.core.packed cimport CATEGORY_NONE, Hall, PackedPlan
from engine.core.parties cimport MOST, Found
from engine.core.windows cimport PARTY, mark_coded, touch, touch_all
from engine.core.words cimport claimed_from, deadline_at, limit_at

HEADER_BYTES = HEADER
RECORD_BYTES = sizeof(Record)

cdef extern from *:
    int __builtin_ctzll(unsigned long long) nogil

cdef uint64_t LOW_BITS = 0x5555555555555555
cdef object NO_CODES = np.empty(0, np.uint16)

if sys.byteorder != "little":
    raise ImportError("words are little-endian, and read in place")


def pack_changes(records):
    return np.array(list(records), dtype=[("start", "<u4"), ("count", "<u4"), ("value", "<i8")]).tobytes()


def status_diff(bytes old not None, bytes new not None):
    cdef Py_ssize_t nbytes = PyBytes_GET_SIZE(old)
    cdef Py_ssize_t at, place, start = 0, count = 0
    cdef uint64_t before, after, differ
    cdef int state, run_state = -1
    if PyBytes_GET_SIZE(new) != nbytes:
        raise ValueError(f"states of {nbytes} and {len(new)} bytes are of different pools")
    runs = []
    for at in range(0, nbytes, 8):
        before = after = 0
        memcpy(&before, PyBytes_AS_STRING(old) + at, min(8, nbytes - at))
        memcpy(&after, PyBytes_AS_STRING(new) + at, min(8, nbytes - at))
        differ = before ^ after
        differ = (differ | differ >> 1) & LOW_BITS
        while differ:
            place = at * 4 + (__builtin_ctzll(differ) >> 1)
            state = after >> __builtin_ctzll(differ) & 3
            differ &= differ - 1
            if place == start + count and state == run_state:
                count += 1
                continue
            if count:
                runs.append((start, count, run_state))
            start, count, run_state = place, 1, state
    if count:
        runs.append((start, count, run_state))
    return runs


cdef class PoolCopy:
    def __cinit__(self, PackedPlan plan, Py_ssize_t place_count, *, seed=None):
        cdef int32_t place
        if plan is not None and place_count != plan.hall.place_count:
            raise ValueError(f"the plan has {plan.hall.place_count} places, the pool {place_count}")
        if not 0 <= place_count < 1 << 31:
            raise ValueError(f"no pool has {place_count} places")
        self.plan = plan
        self.place_count = place_count
        self._rooms = []
        self._words = <int64_t *>self._room(8 * place_count)
        for place in range(place_count):
            self._words[place] = claimed_from()
        self.number = -1
        self.marks = <uint64_t *>self._room(8 * (place_count // 64 + 1))
        self.states = <uint64_t *>self._room(8 * (place_count // 32 + 1))
        memset(self.states, 0xFF, 8 * (place_count // 32 + 1))
        self.deadlines.words = self._words
        self.deadlines.heap = <int32_t *>self._room(4 * place_count)
        self.deadlines.position = <int32_t *>self._room(4 * place_count)
        memset(self.deadlines.position, 0xFF, 4 * place_count)
        self.open_by_category = <int32_t *>self._room(4 * (1 if plan is None else plan.category_count))
        self.random = (int.from_bytes(os.urandom(8), "little") if seed is None else seed & 0xFFFFFFFFFFFFFFFF) | 1
        if plan is not None:
            self._set_up_vacancy()

    def __dealloc__(self):
        free(self.vacancy.boards[0].key)

    def _set_up_vacancy(self):
        cdef const Hall *hall = &self.plan.hall
        cdef size_t nodes = 2 * hall.leaf_count
        cdef int size
        self.category = hall.category_of
        self.slot = hall.slot_of
        self.vacancy.hall = hall
        self.vacancy.vacant = <uint64_t *>self._room(8 * hall.bench_count)
        self.vacancy.vacant_benches = <uint64_t *>self._room(8 * (hall.leaf_count // 64 + 1))
        self.vacancy.coded = <uint64_t *>self._room(8 * hall.bench_count)
        self.vacancy.coded_nodes = <uint8_t *>self._room(nodes)
        self.vacancy.touched = <int32_t *>self._room(4 * hall.leaf_count)
        self.vacancy.ring_mask = hall.leaf_count - 1
        # Most sizes are never asked for; untouched, their boards take no memory.
        self.vacancy.boards[0].key = <uint32_t *>calloc((PARTY + 1) * nodes, sizeof(uint32_t))
        if self.vacancy.boards[0].key == NULL:
            raise MemoryError
        self.nbytes += (PARTY + 1) * nodes * sizeof(uint32_t)
        for size in range(1, PARTY + 1):
            self.vacancy.boards[size].key = self.vacancy.boards[0].key + size * nodes
        touch_all(&self.vacancy)

    cdef void *_room(self, Py_ssize_t nbytes) except NULL:
        """Zeroed memory that lives as long as the copy."""
        room = bytearray(max(nbytes, 1))
        self._rooms.append(room)
        self.nbytes += nbytes
        return <void *>PyByteArray_AS_STRING(room)

    def load(self, bytes words not None, bytes blocks, int64_t now_ms):
        if PyBytes_GET_SIZE(words) != HEADER + 8 * self.place_count:
            raise ValueError(f"{len(words)} bytes are not the words of {self.place_count} places")
        if blocks is not None and PyBytes_GET_SIZE(blocks) != 2 * self.place_count:
            raise ValueError(f"{len(blocks)} bytes are not the blocks of {self.place_count} places")
        cdef const int64_t *header = <const int64_t *>PyBytes_AS_STRING(words)
        self.epoch = header[0]
        self.number = header[1]
        memcpy(self._words, PyBytes_AS_STRING(words) + HEADER, 8 * self.place_count)
        if blocks is not None:
            self._need_codes()
            memcpy(self.codes, PyBytes_AS_STRING(blocks), 2 * self.place_count)
        elif self.codes != NULL:
            memset(self.codes, 0, 2 * self.place_count)
        self.limit = max(self.limit, limit_at(now_ms))
        self._judge_all()

    def apply(self, int64_t number, bytes changes not None, bytes block_changes not None, int64_t now_ms):
        if number != self.number + 1:
            return False
        self._check(changes, INT64_MAX)
        self._check(block_changes, CODE_MAX)
        cdef const char *records = PyBytes_AS_STRING(changes)
        cdef const char *block_records = PyBytes_AS_STRING(block_changes)
        cdef Py_ssize_t count = PyBytes_GET_SIZE(changes) // sizeof(Record)
        cdef Py_ssize_t block_count = PyBytes_GET_SIZE(block_changes) // sizeof(Record)
        cdef Py_ssize_t i
        cdef int32_t place
        cdef Record record
        if block_count:
            self._need_codes()
        self._advance(now_ms)
        for i in range(count):
            memcpy(&record, records + i * sizeof(Record), sizeof(Record))
            for place in range(<int32_t>record.start, <int32_t>(record.start + record.count)):
                self._set_word(place, record.value)
        for i in range(block_count):
            memcpy(&record, block_records + i * sizeof(Record), sizeof(Record))
            for place in range(<int32_t>record.start, <int32_t>(record.start + record.count)):
                self.codes[place] = <uint16_t>record.value
                self._judge(place)
        self.number = number
        return True

    def _check(self, bytes changes, int64_t value_max):
        """Raises ValueError unless every record lies in the pool and carries 0..value_max."""
        cdef Py_ssize_t i, nbytes = PyBytes_GET_SIZE(changes)
        cdef Record record
        if nbytes % sizeof(Record):
            raise ValueError(f"{nbytes} bytes are no whole change records")
        for i in range(0, nbytes, sizeof(Record)):
            memcpy(&record, PyBytes_AS_STRING(changes) + i, sizeof(Record))
            if <uint64_t>record.start + record.count > <uint64_t>self.place_count:
                raise ValueError(f"places {record.start}..+{record.count} are outside the pool")
            if not 0 <= record.value <= value_max:
                raise ValueError(f"places {record.start}..+{record.count} cannot carry {record.value}")

    def _need_codes(self):
        if self.codes == NULL:
            self.codes = <uint16_t *>self._room(2 * self.place_count)
            self.vacancy.codes = self.codes

    cdef int32_t _advance(self, int64_t now_ms) noexcept nogil:
        """Frees what lapsed by `now_ms`; how many places."""
        cdef int64_t limit = limit_at(now_ms)
        cdef int32_t place, lapsed = 0
        if limit > self.limit:
            self.limit = limit
        while self.deadlines.count and self._words[self.deadlines.heap[0]] < self.limit:
            place = self.deadlines.heap[0]
            deadlines_drop(&self.deadlines, place)
            self._judge(place)
            lapsed += 1
        return lapsed

    cdef void _set_word(self, int32_t place, int64_t word) noexcept nogil:
        if self.deadlines.position[place] >= 0:
            deadlines_drop(&self.deadlines, place)
        self._words[place] = word
        if self.limit <= word < claimed_from():
            deadlines_add(&self.deadlines, place)
        self._judge(place)

    cdef void _judge(self, int32_t place) noexcept nogil:
        """Makes all that follows from a place's word, code and mark true."""
        cdef int64_t word = self._words[place]
        cdef bint coded = self.codes != NULL and self.codes[place] != 0
        cdef uint64_t state
        if self.category != NULL and self.category[place] == CATEGORY_NONE:
            return
        if word >= claimed_from():
            state = STATE_SOLD
        elif word >= self.limit:
            state = STATE_HELD
        else:
            state = STATE_OFF_SALE if coded else STATE_FREE
        self._set_state(place, state)
        if self.slot != NULL and self.slot[place] >= 0:
            self._set_vacancy(self.slot[place], word < self.limit and not self._marked(place), coded)

    cdef inline bint _marked(self, int32_t place) noexcept nogil:
        return self.marks[place >> 6] >> (place & 63) & 1

    cdef inline void _set_state(self, int32_t place, uint64_t state) noexcept nogil:
        cdef uint64_t *word = &self.states[place >> 5]
        cdef int shift = 2 * (place & 31)
        cdef uint64_t before = word[0] >> shift & 3
        cdef int32_t change = (state == STATE_FREE) - (before == STATE_FREE)
        word[0] ^= (before ^ state) << shift
        self.open_count += change
        self.open_by_category[self.category[place] if self.category != NULL else 0] += change

    cdef inline void _set_vacancy(self, int32_t slot, bint vacant, bint coded) noexcept nogil:
        cdef int32_t bench = slot >> 6
        cdef uint64_t bit = <uint64_t>1 << (slot & 63)
        cdef uint64_t vacant_bits = self.vacancy.vacant[bench]
        cdef uint64_t coded_bits = self.vacancy.coded[bench]
        self.vacancy.vacant[bench] = vacant_bits | bit if vacant else vacant_bits & ~bit
        self.vacancy.coded[bench] = coded_bits | bit if coded else coded_bits & ~bit
        if (self.vacancy.vacant[bench] == 0) != (vacant_bits == 0):
            self.vacancy.vacant_benches[bench >> 6] ^= <uint64_t>1 << (bench & 63)
        if (self.vacancy.coded[bench] == 0) != (coded_bits == 0):
            mark_coded(&self.vacancy, bench)
        if self.vacancy.coded[bench] != coded_bits or self.vacancy.vacant[bench] != vacant_bits:
            touch(&self.vacancy, bench)

    cdef void _judge_all(self) noexcept nogil:
        cdef const Hall *hall = self.vacancy.hall
        cdef int32_t place
        memset(self.states, 0xFF, 8 * (self.place_count // 32 + 1))
        memset(self.deadlines.position, 0xFF, 4 * self.place_count)
        memset(self.open_by_category, 0, 4 * (1 if self.category == NULL else self.plan.category_count))
        self.open_count = 0
        self.deadlines.count = 0
        if self.slot != NULL:
            memset(self.vacancy.vacant, 0, 8 * hall.bench_count)
            memset(self.vacancy.vacant_benches, 0, 8 * (hall.leaf_count // 64 + 1))
            memset(self.vacancy.coded, 0, 8 * hall.bench_count)
            memset(self.vacancy.coded_nodes, 0, 2 * hall.leaf_count)
        for place in range(self.place_count):
            if self.limit <= self._words[place] < claimed_from():
                self.deadlines.heap[self.deadlines.count] = place
                self.deadlines.count += 1
            self._judge(place)
        deadlines_order(&self.deadlines)
        if self.slot != NULL:
            touch_all(&self.vacancy)

    def expire(self, int64_t now_ms):
        return self._advance(now_ms)

    def next_expiry_ms(self):
        if not self.deadlines.count:
            return None
        return deadline_at(self._words[self.deadlines.heap[0]]) + 1

    def propose(self, PartyWant want not None, int64_t now_ms, int most=3):
        cdef Found found[MOST]
        cdef int count
        if self.plan is None:
            raise ValueError("a pool without plan has no best places")
        if not 1 <= most <= MOST:
            raise ValueError(f"1..{MOST} proposals may be asked for, not {most}")
        self._advance(now_ms)
        count = find_best(&self.vacancy, &want.query, most, found)
        return proposals(self.vacancy.hall, found, count)

    def reserve(self, places):
        self._mark(places, True)

    def unreserve(self, places):
        self._mark(places, False)

    cdef int _mark(self, places, bint marked) except -1:
        cdef Py_ssize_t place
        cdef uint64_t bit
        for place in places:
            if not 0 <= place < self.place_count:
                raise IndexError(f"place {place} is outside the pool")
        for place in places:
            bit = <uint64_t>1 << (place & 63)
            if marked:
                self.marks[place >> 6] |= bit
            else:
                self.marks[place >> 6] &= ~bit
            self._judge(<int32_t>place)
        return 0

    def status(self, int64_t now_ms):
        self._advance(now_ms)
        return PyBytes_FromStringAndSize(<const char *>self.states, (self.place_count + 3) // 4)

    def version(self, int64_t now_ms):
        self._advance(now_ms)
        return self.number, self.next_expiry_ms() or 0

    def free_count(self, int64_t now_ms):
        self._advance(now_ms)
        return self.open_count

    def free_by_category(self, int64_t now_ms):
        self._advance(now_ms)
        counts = np.empty(1 if self.plan is None else self.plan.category_count, np.int32)
        cdef int32_t[::1] entries = counts
        cdef Py_ssize_t i
        for i in range(entries.shape[0]):
            entries[i] = self.open_by_category[i]
        return counts

    def pick(
        self, ranges, Py_ssize_t count, int64_t now_ms, Py_ssize_t stripe=0, Py_ssize_t stripes=1, allow=(),
    ):
        cdef Py_ssize_t total, low, high, start
        if not 0 <= stripe < stripes:
            raise ValueError(f"there is no stripe {stripe} of {stripes}")
        ranges = self._checked(ranges)
        total = sum([size for _, size in ranges])
        low, high = total * stripe // stripes, total * (stripe + 1) // stripes
        start = low + self._draw() % (high - low) if high > low else low
        codes = np.array(allow, np.uint16) if allow else NO_CODES
        self._advance(now_ms)
        picked = []
        for part in ((start, high), (low, start), (high, total), (0, low)):
            self._gather(picked, count, ranges, part[0], part[1], codes)
        return picked

    def _checked(self, ranges):
        """The ranges as a list, the whole pool for none; ValueError unless they ascend within the pool."""
        if not ranges:
            return [(0, self.place_count)]
        end = 0
        for first, size in ranges:
            if first < end or size < 0:
                raise ValueError(f"range {first}..+{size} does not follow the one before")
            end = first + size
        if end > self.place_count:
            raise ValueError(f"places up to {end} are outside the pool")
        return list(ranges)

    cdef uint64_t _draw(self) noexcept:
        """The next of a xorshift sequence: cheap, and good enough to keep workers apart."""
        self.random ^= self.random << 13
        self.random ^= self.random >> 7
        self.random ^= self.random << 17
        return self.random >> 11

    cdef int _gather(
        self, list picked, Py_ssize_t count, list ranges, Py_ssize_t low, Py_ssize_t high, const uint16_t[::1] allow,
    ) except -1:
        """Adds free places low..high-1 of the ranges laid end to end, up to `count` in all."""
        cdef Py_ssize_t first, size, offset = 0
        cdef int32_t place, end
        for first, size in ranges:
            place = <int32_t>(first + max(low - offset, 0))
            end = <int32_t>(first + min(high - offset, size))
            offset += size
            while len(picked) < count:
                place = self._next_allowed(place, end, allow) if allow.shape[0] else self._next_open(place, end)
                if place >= end:
                    break
                picked.append(place)
                place += 1
        return 0

    cdef int32_t _next_open(self, int32_t place, int32_t end) noexcept nogil:
        """The first of place..end-1 that is free, on open sale and unmarked; `end` or more when none is."""
        cdef uint64_t states, open_places
        while place < end:
            states = self.states[place >> 5]
            open_places = ~(states | states >> 1) & LOW_BITS & (~<uint64_t>0 << 2 * (place & 31))
            if not open_places:
                place = (place | 31) + 1
                continue
            place = (place & ~31) + (__builtin_ctzll(open_places) >> 1)
            if not self._marked(place):
                break
            place += 1
        return place

    cdef int32_t _next_allowed(self, int32_t place, int32_t end, const uint16_t[::1] allow) noexcept nogil:
        """As `_next_open`, where places with the codes `allow` may be taken too."""
        while place < end and not self._allowed(place, allow):
            place += 1
        return place

    cdef bint _allowed(self, int32_t place, const uint16_t[::1] allow) noexcept nogil:
        cdef Py_ssize_t i
        if self._words[place] >= self.limit or self._marked(place):
            return False
        if self.category != NULL and self.category[place] == CATEGORY_NONE:
            return False
        if self.codes == NULL or self.codes[place] == 0:
            return True
        for i in range(allow.shape[0]):
            if allow[i] == self.codes[place]:
                return True
        return False

    def word(self, Py_ssize_t place):
        if not 0 <= place < self.place_count:
            raise IndexError(f"place {place} is outside the pool")
        return self._words[place]

    def block(self, Py_ssize_t place):
        if not 0 <= place < self.place_count:
            raise IndexError(f"place {place} is outside the pool")
        return 0 if self.codes == NULL else self.codes[place]

    def words(self):
        view = np.ndarray(self.place_count, np.int64, buffer=self._rooms[0])
        view.flags.writeable = False
        return view
