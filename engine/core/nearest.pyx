"""The free seats nearest to one of them, or those of least cost.

The tree over the benches, in plan order, is also a hierarchy of boxes. A walk takes the nearer child first and leaves
out what is filtered away or beyond the farthest seat kept so far. It ends 64 benches above the leaves: one machine
word says which of those have a vacant seat, and in a nearly full hall, where this search is wanted most, they are few.
Seats equally far are taken in plan order.
"""

from libc.stdint cimport int32_t, int64_t, uint64_t

from engine.core.packed cimport BENCH_WHOLE, Hall, squared_distance
from engine.core.windows cimport (
    ALL_SEATS,
    STACK,
    __builtin_ctzll,
    first_leaf,
    given_bits,
    open_bits,
    passes,
    wanted_bits,
)

cdef inline int64_t away_from(const Hall *hall, int32_t origin, int32_t seat) noexcept nogil:
    return hall.cost[seat] if origin < 0 else squared_distance(hall, origin, seat)


cdef inline int64_t outside(int64_t at, int64_t low, int64_t high) noexcept nogil:
    return low - at if at < low else at - high if at > high else 0


cdef inline int64_t away_at_least(const Hall *hall, int32_t origin, int32_t node) noexcept nogil:
    """A lower bound of `away_from` for every seat below the node."""
    cdef const int32_t *box
    cdef int64_t dx, dy
    if origin < 0:
        return hall.least[node]
    box = hall.box + 4 * <int64_t>node
    dx = outside(hall.x[origin], box[0], box[1])
    dy = outside(hall.y[origin], box[2], box[3])
    return dx * dx + dy * dy


cdef inline bint is_beyond(const Hall *hall, int64_t bound, int32_t node, const Seat *last) noexcept nogil:
    """Whether no seat below the node comes before the last one kept."""
    return bound > last.away or (bound == last.away and hall.first[first_leaf(hall, node)] > last.seat)


cdef void keep_bench(
    const Vacancy *vacancy, const Query *query, int32_t origin, int32_t bench, Seat *nearest, int *count, int most,
) noexcept nogil:
    cdef const Hall *hall = vacancy.hall
    cdef uint64_t bits
    cdef int32_t seat
    if hall.flags[bench] & BENCH_WHOLE:
        return
    bits = open_bits(vacancy, query, bench) & given_bits(hall, query, bench)
    if bits:
        bits &= wanted_bits(hall, query, bench)
    while bits:
        seat = hall.first[bench] + __builtin_ctzll(bits)
        keep(nearest, count, most, away_from(hall, origin, seat), seat)
        bits &= bits - 1


cdef void keep_group(
    const Vacancy *vacancy, const Query *query, int32_t origin, uint64_t benches, int32_t first,
    Seat *nearest, int *count, int most,
) noexcept nogil:
    """Keeps the nearest seats of those of the benches first..first+63 that have a bit in `benches`."""
    cdef const Hall *hall = vacancy.hall
    cdef int32_t bench
    while benches:
        bench = first + __builtin_ctzll(benches)
        if count[0] < most or not is_beyond(
                hall, away_at_least(hall, origin, hall.leaf_count + bench), hall.leaf_count + bench,
                &nearest[most - 1]):
            keep_bench(vacancy, query, origin, bench, nearest, count, most)
        benches &= benches - 1


cdef int gather(
    const Vacancy *vacancy, const Query *query, int32_t origin, Seat *nearest, int most,
) noexcept nogil:
    """The `most` seats given to and free to the query that are nearest to the seat `origin`; how many there are.

    An origin of -1 asks for those of least cost instead.
    """
    cdef const Hall *hall = vacancy.hall
    cdef int32_t stack[STACK]
    cdef int64_t bound[STACK]
    cdef int32_t groups = max(hall.leaf_count >> 6, 1)
    cdef int32_t node = 1
    cdef int64_t near = 0, left, right
    cdef uint64_t benches, early
    cdef int open_nodes = 0, count = 0
    while True:
        if (query.filtered and not passes(hall, query, node)) or (
                count == most and is_beyond(hall, near, node, &nearest[most - 1])):
            pass
        elif node >= groups:
            benches = vacancy.vacant_benches[node - groups]
            early = ALL_SEATS
            if origin >= 0 and hall.bench_at[origin] >> 6 == node - groups:
                early <<= hall.bench_at[origin] & 63  # from the origin's own bench on: what is kept early, cuts early
            keep_group(vacancy, query, origin, benches & early, (node - groups) << 6, nearest, &count, most)
            keep_group(vacancy, query, origin, benches & ~early, (node - groups) << 6, nearest, &count, most)
        else:
            left = away_at_least(hall, origin, 2 * node)
            right = away_at_least(hall, origin, 2 * node + 1)
            node = 2 * node + (right < left)
            near = min(left, right)
            stack[open_nodes], bound[open_nodes] = node ^ 1, max(left, right)
            open_nodes += 1
            continue
        if open_nodes == 0:
            return count
        open_nodes -= 1
        node, near = stack[open_nodes], bound[open_nodes]
