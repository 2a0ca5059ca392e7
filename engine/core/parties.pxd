"""The ways to seat a party, for C callers. None needs the GIL or allocates."""

from libc.stdint cimport int32_t, uint32_t, uint64_t

from engine.core.windows cimport PARTY, Query, Vacancy

cdef enum:
    MOST = 8                # proposals that may be asked for
    SPLIT_ANCHORS = 32      # rows whose best window a split party is built around
    NEAR_ANCHORS = 8        # rows whose best seat a scattered party is built around
    BAY_ANCHORS = 16        # wheelchair bays a party with wheelchairs is built around

cdef enum:  # why: the bits of best.REASONS
    TOGETHER = 1
    SPLIT_ADJACENT = 2
    NEAR = 4
    ANYWHERE = 8
    WHOLE_TABLE = 16
    CENTRE = 32
    NO_ORPHAN = 64
    LEAVES_ORPHAN = 128
    WHEELCHAIR_WITH_COMPANION = 256
    RESTRICTED_VIEW = 512
    WHEELCHAIR_PLACE = 1024
    COMPANION_SEAT = 2048


cdef struct Found:
    int32_t seats[PARTY]    # in plan order
    int32_t count
    uint32_t reasons
    uint32_t cost
    uint64_t order          # less is better, among proposals found in one way
    int32_t anchor          # breaks ties: less is better


# Each fills `found` with at most `most` <= MOST proposals, best first, and answers how many.

cdef int find_without_wheelchairs(Vacancy *vacancy, const Query *query, int most, Found *found) noexcept nogil
cdef int find_among_bays(Vacancy *vacancy, const Query *query, int most, Found *found) noexcept nogil
cdef int find_with_wheelchairs(Vacancy *vacancy, const Query *query, int most, Found *found) noexcept nogil
