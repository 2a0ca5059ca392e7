"""The search for the best available seats, for C callers.

A `Vacancy` is what one copy knows about its benches; the copy keeps `vacant` and `coded` true and calls `touch` for
every bench it changes. Everything else here is the search's own.

A *board* answers one party size: a tree over the benches whose leaves hold the key of the best window of that size
in the bench (a window is that many neighbouring free seats), and whose nodes hold the least key below. A key orders
windows as the rules do: lone seats left behind first, then cost. Boards catch up with the touched benches when they
are asked, so a change costs nothing to the sizes nobody wants.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from engine.core.packed cimport Hall

cdef enum:
    PARTY = 20              # PARTY_MAX
    MOST = 8                # MOST_MAX
    ALLOW = 32              # allotment codes one want may name


cdef struct Board:
    uint32_t *key           # by node; NULL until the size is first asked for
    uint64_t seen           # touches taken in


cdef struct Vacancy:
    const Hall *hall
    uint64_t *vacant        # by bench: seats that nobody holds, owns or has marked
    uint64_t *coded         # by bench: seats with a block code
    uint64_t *coded_benches # bit set over benches: those with any coded seat
    const uint16_t *codes   # by place, or NULL while nothing is blocked
    int32_t *touched        # ring of touched benches
    uint64_t touches        # how many there ever were
    uint64_t taken_in       # how many some board has taken in
    uint64_t ring_mask
    Board boards[PARTY + 1]


cdef struct Query:
    int32_t party
    int32_t wheelchairs
    int32_t companions
    bint together
    uint8_t exclude         # attribute bits no seat may have
    bint any_category
    bint any_zone
    uint64_t categories[4]  # bit set
    uint64_t folded_categories
    uint64_t folded_zones
    int32_t zone_count      # entries of zones
    uint16_t *zones         # ascending
    int32_t allow_count
    uint16_t allow[ALLOW]


cdef struct Found:
    int32_t seats[PARTY]    # in plan order
    int32_t count
    uint32_t reasons        # bit i: REASONS[i]
    uint32_t cost
    uint64_t order          # less is better; compared only within one kind of answer
    int32_t anchor          # the seat that breaks ties


cdef inline void touch(Vacancy *vacancy, int32_t bench) noexcept nogil:
    """Notes that the bench's seats changed. O(1)."""
    cdef uint64_t last = (vacancy.touches - 1) & vacancy.ring_mask
    if vacancy.touches > vacancy.taken_in and vacancy.touched[last] == bench:
        return
    vacancy.touched[vacancy.touches & vacancy.ring_mask] = bench
    vacancy.touches += 1


cdef inline void touch_all(Vacancy *vacancy) noexcept nogil:
    """Notes that every bench may have changed: more touches than the ring holds. O(1)."""
    vacancy.touches += vacancy.ring_mask + 2
