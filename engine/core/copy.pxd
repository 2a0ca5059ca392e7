"""One worker's copy of one pool, for C callers.

`words`, `codes` and `marks` are the facts; `states`, the counts, the deadlines and the vacancy follow from them and
are kept true place by place, so that no question about the pool walks over it.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from engine.core.deadlines cimport Deadlines
from engine.core.packed cimport PackedPlan
from engine.core.windows cimport Vacancy

cdef enum:
    STATE_FREE = 0
    STATE_HELD = 1
    STATE_SOLD = 2
    STATE_OFF_SALE = 3

cdef enum:
    HEADER = 16       # bytes before the first word: epoch, number of the last change
    CODE_MAX = 65535  # the greatest block code

cdef packed struct Record:
    # as the change stream carries it, little-endian
    uint32_t start
    uint32_t count
    int64_t value


cdef class PoolCopy:
    cdef readonly PackedPlan plan
    cdef readonly int32_t place_count
    cdef readonly int64_t epoch
    cdef readonly int64_t number
    cdef list _rooms
    cdef readonly Py_ssize_t nbytes
    cdef int64_t limit       # the least word that is not free, as of the latest time seen
    cdef int64_t *_words
    cdef uint16_t *codes     # NULL while nothing was ever blocked
    cdef uint64_t *marks     # bit set over places: spoken for
    cdef uint64_t *states    # 2 bits a place
    cdef uint8_t *category   # by place, or NULL without a plan
    cdef int32_t *slot       # by place, or NULL without a plan
    cdef int32_t open_count
    cdef int32_t *open_by_category
    cdef Deadlines deadlines
    cdef Vacancy vacancy
    cdef uint64_t random

    cdef void *_room(self, Py_ssize_t nbytes) except NULL
    # Judging: words, codes and marks into all that follows from them. No GIL; O(1) but for the heap's O(log n).
    cdef int32_t _advance(self, int64_t now_ms) noexcept nogil
    cdef void _set_word(self, int32_t place, int64_t word) noexcept nogil
    cdef void _judge(self, int32_t place) noexcept nogil
    cdef void _judge_all(self) noexcept nogil
    cdef bint _marked(self, int32_t place) noexcept nogil
    cdef void _set_state(self, int32_t place, uint64_t state) noexcept nogil
    cdef void _set_vacancy(self, int32_t slot, bint vacant, bint coded) noexcept nogil
    cdef int _mark(self, places, bint marked) except -1
    # Picking interchangeable places.
    cdef uint64_t _draw(self) noexcept
    cdef int _gather(
        self, list picked, Py_ssize_t count, list ranges, Py_ssize_t low, Py_ssize_t high, const uint16_t[::1] allow,
    ) except -1
    cdef int32_t _next_open(self, int32_t place, int32_t end) noexcept nogil
    cdef int32_t _next_allowed(self, int32_t place, int32_t end, const uint16_t[::1] allow) noexcept nogil
    cdef bint _allowed(self, int32_t place, const uint16_t[::1] allow) noexcept nogil
