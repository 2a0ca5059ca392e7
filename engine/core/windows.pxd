"""Windows: so many neighbouring seats that may be sold together, and the best of them, for C callers.

A `Vacancy` is what one copy knows about its benches; the copy keeps `vacant` and `coded` true and calls `touch` for
every bench it changes. A `Query` is what a party asks. A window's *key* orders windows as the rules do: lone seats
left behind first, then cost. A *board* answers one window size: a tree over the benches whose leaves hold the key of
the bench's best window and whose nodes the least key below. Boards catch up with the touched benches when they are
asked, so a change costs nothing to the sizes that nobody wants.
"""

from libc.stdint cimport int32_t, uint8_t, uint16_t, uint32_t, uint64_t

from engine.core.packed cimport BENCH_WHOLE, Hall

cdef extern from *:
    """
    #define PLACEUR_NO_WINDOW 0xFFFFFFFFu
    #define PLACEUR_ALL_SEATS 0xFFFFFFFFFFFFFFFFull
    """
    const uint32_t NO_WINDOW "PLACEUR_NO_WINDOW"  # the key of none: greater than any other
    const uint64_t ALL_SEATS "PLACEUR_ALL_SEATS"  # every bit of a bench
    int __builtin_ctzll(unsigned long long) nogil
    int __builtin_clzll(unsigned long long) nogil

cdef enum:
    PARTY = 20         # the greatest window
    ALLOW = 32         # allotment codes one query may name
    STACK = 64         # open nodes of a walk down a tree
    ORPHAN_SHIFT = 30  # a key is lone seats << 30 | cost


cdef struct Board:
    uint32_t *key             # by node
    uint64_t seen             # touches taken in


cdef struct Vacancy:
    const Hall *hall
    uint64_t *vacant          # by bench: seats that nobody holds, owns or has marked
    uint64_t *vacant_benches  # bit set over benches: those with any vacant seat
    uint64_t *coded           # by bench: seats with a block code
    uint8_t *coded_nodes      # by node of the tree over benches: whether codes bear on a window below
    const uint16_t *codes     # by place, or NULL while nothing was ever blocked
    int32_t *touched          # ring of touched benches
    uint64_t ring_mask
    uint64_t touches          # how many there ever were
    uint64_t taken_in         # how many some board has taken in
    Board boards[PARTY + 1]   # by window size; boards[0] is not used


cdef struct Query:
    int32_t party
    int32_t wheelchairs
    int32_t companions
    bint together
    bint bays_open            # whether bays and companion seats may be given where nothing else is left
    uint64_t bays             # ALL_SEATS in a search that gives them, else 0
    bint beyond               # whether it may give seats that boards leave out: with a code, or bays
    bint any_category
    bint any_zone
    bint filtered             # whether anything of category, zone or attributes is asked for
    uint8_t exclude           # attribute bits no seat may have
    uint64_t categories[4]    # bit set
    uint64_t folded_categories
    uint64_t folded_zones
    const uint16_t *zones     # ascending
    int32_t zone_count
    int32_t allow_count
    uint16_t allow[ALLOW]


cdef struct Window:
    uint32_t key
    int32_t bench
    int32_t bit               # where in the bench it starts, or -1 when not asked yet


# What follows needs no GIL and allocates nothing.

cdef uint64_t filtered_bits(const Hall *hall, const Query *query, int32_t bench) noexcept nogil
cdef uint32_t best_window(
    const Vacancy *vacancy, const Query *query, int32_t bench, int size, uint64_t where, int32_t *bit,
) noexcept nogil
cdef const uint32_t *board(Vacancy *vacancy, int size) noexcept nogil
cdef void mark_coded(Vacancy *vacancy, int32_t bench) noexcept nogil
cdef int best_rows(
    Vacancy *vacancy, const Query *query, int size, bint any_table, Window *best, int most,
) noexcept nogil


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


cdef inline bint has_code(const Query *query, uint16_t code) noexcept nogil:
    cdef int i
    for i in range(query.allow_count):
        if query.allow[i] == code:
            return True
    return False


cdef inline uint64_t open_bits(const Vacancy *vacancy, const Query *query, int32_t bench) noexcept nogil:
    """The bench's vacant seats on open sale or with a code of the query."""
    cdef uint64_t vacant = vacancy.vacant[bench]
    cdef uint64_t coded = vacancy.coded[bench] & vacant
    cdef uint64_t bits = vacant ^ coded
    cdef int32_t seat
    if query.allow_count:
        while coded:
            seat = vacancy.hall.first[bench] + __builtin_ctzll(coded)
            if has_code(query, vacancy.codes[vacancy.hall.place_at[seat]]):
                bits |= coded & (0 - coded)
            coded &= coded - 1
    return bits


cdef inline uint64_t wanted_bits(const Hall *hall, const Query *query, int32_t bench) noexcept nogil:
    """The bench's seats that pass the filters, free or not; bits past its end may be set."""
    return filtered_bits(hall, query, bench) if query.filtered else ALL_SEATS


cdef inline uint64_t given_bits(const Hall *hall, const Query *query, int32_t bench) noexcept nogil:
    """The bench's seats that a party without wheelchairs is given, free or not; bits past its end may be set."""
    return hall.ordinary[bench] | query.bays


cdef inline bint may_sit(const Vacancy *vacancy, const Query *query, int32_t seat) noexcept nogil:
    """Whether this very seat, bay or companion seat or not, is free to the query; not one of a whole table."""
    cdef const Hall *hall = vacancy.hall
    cdef int32_t bench = hall.bench_at[seat]
    if hall.flags[bench] & BENCH_WHOLE:
        return False
    cdef uint64_t bits = open_bits(vacancy, query, bench) & wanted_bits(hall, query, bench)
    return bits >> (seat - hall.first[bench]) & 1


cdef inline int32_t first_leaf(const Hall *hall, int32_t node) noexcept nogil:
    """The first bench below a node."""
    return (node << (__builtin_clzll(node) - __builtin_clzll(hall.leaf_count))) - hall.leaf_count


cdef inline bint passes(const Hall *hall, const Query *query, int32_t node) noexcept nogil:
    """Whether a seat below the node may pass the filters on category and zone."""
    return ((query.any_category or hall.categories[node] & query.folded_categories)
            and (query.any_zone or hall.zones[node] & query.folded_zones))


cdef inline bint before(uint32_t key, int32_t bench, const Window *other) noexcept nogil:
    return key < other.key or (key == other.key and bench < other.bench)
