"""The seats nearest to a seat, or of least cost, for C callers."""

from libc.stdint cimport int32_t, int64_t

from engine.core.windows cimport Query, Vacancy


cdef struct Seat:
    int64_t away   # what seats are ordered by: a squared distance or a cost
    int32_t seat


cdef int gather(
    const Vacancy *vacancy, const Query *query, int32_t origin, Seat *nearest, int most,
) noexcept nogil


cdef inline void keep(Seat *nearest, int *count, int most, int64_t away, int32_t seat) noexcept nogil:
    """Puts a seat into the ordered list of the nearest `most`; seats equally far in plan order."""
    cdef int i
    if count[0] == most:
        if away > nearest[most - 1].away or (away == nearest[most - 1].away and seat > nearest[most - 1].seat):
            return
        count[0] -= 1
    i = count[0]
    while i > 0 and (nearest[i - 1].away > away or (nearest[i - 1].away == away and nearest[i - 1].seat > seat)):
        nearest[i] = nearest[i - 1]
        i -= 1
    nearest[i].away, nearest[i].seat = away, seat
    count[0] += 1
