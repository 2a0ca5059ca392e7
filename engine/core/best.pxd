"""The search for the best available seats, for C callers.

A `Vacancy` is what one copy knows about its benches; the copy keeps `vacant` and `coded` true and calls `touch` for
every bench it changes. Everything else here is the search's own.

A *window* is so many neighbouring seats that may be sold together. Its *key* orders windows as the rules do: lone
seats left behind first, then cost. A *board* answers one window size: a tree over the benches whose leaves hold the
key of the bench's best window and whose nodes the least key below. Boards catch up with the touched benches when
they are asked, so a change costs nothing to the sizes that nobody wants.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from engine.core.packed cimport Hall

cdef enum:
    PARTY = 20              # PARTY_MAX
    MOST = 8                # MOST_MAX
    ALLOW = 32              # allotment codes one want may name
    SPLIT_ANCHORS = 32      # rows whose best window a split party is built around
    NEAR_ANCHORS = 8        # rows whose best seat a scattered party is built around
    BAY_ANCHORS = 16        # wheelchair bays a party with wheelchairs is built around
    STACK = 64              # open nodes of a walk through a tree


cdef struct Board:
    uint32_t *key           # by node
    uint64_t seen           # touches taken in


cdef struct Vacancy:
    const Hall *hall
    uint64_t *vacant        # by bench: seats that nobody holds, owns or has marked
    uint64_t *coded         # by bench: seats with a block code
    uint64_t *coded_benches # bit set over benches: those with any coded seat
    const uint16_t *codes   # by place, or NULL while nothing was ever blocked
    int32_t *touched        # ring of touched benches
    uint64_t ring_mask
    uint64_t touches        # how many there ever were
    uint64_t taken_in       # how many some board has taken in
    Board boards[PARTY + 1] # by window size; boards[0] is not used


cdef struct Query:
    int32_t party
    int32_t wheelchairs
    int32_t companions
    bint together
    bint any_category
    bint any_zone
    bint filtered           # whether anything of category, zone or attributes is asked for
    uint8_t exclude         # attribute bits no seat may have
    uint64_t categories[4]  # bit set
    uint64_t folded_categories
    uint64_t folded_zones
    const uint16_t *zones   # ascending
    int32_t zone_count
    int32_t allow_count
    uint16_t allow[ALLOW]


cdef struct Window:
    uint32_t key
    int32_t bench
    int32_t bit             # where in the bench it starts


cdef struct Seat:
    int64_t away            # what seats are ordered by: a squared distance or a cost
    int32_t seat


cdef struct Found:
    int32_t seats[PARTY]    # in plan order
    int32_t count
    uint32_t reasons        # bit i: REASONS[i]
    uint32_t cost
    uint64_t order          # less is better, among proposals found in one way
    int32_t anchor          # breaks ties: less is better


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


cdef int find_best(Vacancy *vacancy, const Query *query, int most, Found *found) noexcept nogil
cdef list proposals(const Hall *hall, const Found *found, int count)


cdef class PartyWant:
    cdef Query query
    cdef readonly object categories
    cdef readonly object zones
    cdef readonly tuple allow
    cdef object _zone_room


cdef class Proposal:
    cdef readonly tuple places
    cdef readonly int64_t score
    cdef readonly int32_t row
    cdef readonly int32_t zone
    cdef uint32_t _reasons
