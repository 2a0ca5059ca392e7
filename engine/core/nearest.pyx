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
    next_coded,
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
    cdef int32_t node, bench
    cdef int64_t left, right
    cdef int open_nodes = 0, count = 0, nearer
    if query.allow_count:
        bench = next_coded(vacancy, 0)
        while bench < hall.bench_count:
            keep_bench(vacancy, query, origin, bench, nearest, &count, most)
            bench = next_coded(vacancy, bench + 1)
    if most and hall.bench_count:
        stack[0], bound[0] = 1, away_at_least(hall, origin, 1)
        open_nodes = 1
    while open_nodes:
        open_nodes -= 1
        node = stack[open_nodes]
        if key[node] == NO_WINDOW or not passes(hall, query, node):
            continue
        if count == most and (bound[open_nodes] > nearest[most - 1].away or (
                bound[open_nodes] == nearest[most - 1].away
                and hall.first[first_leaf(hall, node)] > nearest[most - 1].seat)):
            continue
        if node >= hall.leaf_count:
            bench = node - hall.leaf_count
            if not (query.allow_count and vacancy.coded[bench]):
                keep_bench(vacancy, query, origin, bench, nearest, &count, most)
            continue
        left, right = away_at_least(hall, origin, 2 * node), away_at_least(hall, origin, 2 * node + 1)
        nearer = right < left
        stack[open_nodes], bound[open_nodes] = 2 * node + 1 - nearer, left if nearer else right
        stack[open_nodes + 1], bound[open_nodes + 1] = 2 * node + nearer, right if nearer else left
        open_nodes += 2
    return count
