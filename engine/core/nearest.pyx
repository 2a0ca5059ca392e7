"""The free seats nearest to one of them, or those of least cost.

The tree over the benches, in plan order, is also a hierarchy of boxes: a walk that takes the nearer child first and
leaves out what is full, filtered away, or farther than the farthest seat kept so far, meets few benches more than it
answers. Seats equally far are taken in plan order.
"""

from libc.stdint cimport int32_t, int64_t, uint32_t, uint64_t

from engine.core.packed cimport BENCH_WHOLE, Hall, squared_distance
from engine.core.windows cimport (
    NO_WINDOW,
    STACK,
    __builtin_ctzll,
    board,
    first_leaf,
    open_bits,
    passes,
    wanted_bits,
)

cdef extern from *:
    """
    #define PLACEUR_NOWHERE INT64_MAX
    """
    const int64_t NOWHERE "PLACEUR_NOWHERE"


cdef inline int64_t away_from(const Hall *hall, int32_t origin, int32_t seat) noexcept nogil:
    return hall.cost[seat] if origin < 0 else squared_distance(hall, origin, seat)


cdef inline int64_t outside(int64_t at, int64_t low, int64_t high) noexcept nogil:
    return low - at if at < low else at - high if at > high else 0


cdef inline int64_t away_at_least(
    const Vacancy *vacancy, const Query *query, const uint32_t *key, int32_t origin, int32_t node,
) noexcept nogil:
    """A lower bound of `away_from` for every seat below the node; NOWHERE when none can be free to the query."""
    cdef const Hall *hall = vacancy.hall
    cdef const int32_t *box
    cdef int64_t dx, dy
    if key[node] == NO_WINDOW and not (query.allow_count and vacancy.coded_nodes[node]):
        return NOWHERE
    if query.filtered and not passes(hall, query, node):
        return NOWHERE
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
    bits = open_bits(vacancy, query, bench) & hall.ordinary[bench]
    if bits:
        bits &= wanted_bits(hall, query, bench)
    while bits:
        seat = hall.first[bench] + __builtin_ctzll(bits)
        keep(nearest, count, most, away_from(hall, origin, seat), seat)
        bits &= bits - 1


cdef int gather(
    Vacancy *vacancy, const Query *query, int32_t origin, Seat *nearest, int most,
) noexcept nogil:
    """The `most` ordinary seats free to the query that are nearest to the seat `origin`; how many there are.

    An origin of -1 asks for those of least cost instead.
    """
    cdef const Hall *hall = vacancy.hall
    cdef const uint32_t *key = board(vacancy, 1)
    cdef int32_t stack[STACK]
    cdef int64_t bound[STACK]
    cdef int32_t node
    cdef int64_t left, right
    cdef int open_nodes = 0, count = 0, nearer
    stack[0], bound[0] = 1, away_at_least(vacancy, query, key, origin, 1)
    open_nodes = most > 0 and bound[0] != NOWHERE
    while open_nodes:
        open_nodes -= 1
        node = stack[open_nodes]
        if count == most and is_beyond(hall, bound[open_nodes], node, &nearest[most - 1]):
            continue
        if node >= hall.leaf_count:
            keep_bench(vacancy, query, origin, node - hall.leaf_count, nearest, &count, most)
            continue
        left = away_at_least(vacancy, query, key, origin, 2 * node)
        right = away_at_least(vacancy, query, key, origin, 2 * node + 1)
        nearer = right < left
        stack[open_nodes], bound[open_nodes] = 2 * node + 1 - nearer, max(left, right)
        open_nodes += max(left, right) != NOWHERE
        stack[open_nodes], bound[open_nodes] = 2 * node + nearer, min(left, right)
        open_nodes += min(left, right) != NOWHERE
    return count
