"""The best available seats, for C callers: the whole search, and what Python asks it with and gets from it."""

from libc.stdint cimport int32_t, int64_t, uint32_t

from engine.core.packed cimport Hall
from engine.core.parties cimport MOST, Found
from engine.core.windows cimport Query, Vacancy


cdef int find_best(Vacancy *vacancy, const Query *query, int most, Found *found) noexcept nogil
cdef list proposals(const Hall *hall, const Found *found, int count)


cdef class PartyWant:
    cdef Query query
    cdef readonly object categories
    cdef readonly object zones
    cdef readonly tuple allow
    cdef object _zone_room   # owns what query.zones points to


cdef class Proposal:
    cdef readonly tuple places
    cdef readonly int64_t score
    cdef readonly int32_t row
    cdef readonly int32_t zone
    cdef uint32_t _reasons
