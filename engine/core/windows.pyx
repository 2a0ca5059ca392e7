"""The best windows of a hall: where a party, or a part of one, can sit side by side.

How it is fast. Seats are bits: "k free neighbours" is log k shifts, "leaves a lone seat" a few more. Boards give the
best row of an unfiltered search at the root. Under filters a board's keys are lower bounds, exact wherever the filter
takes or leaves a bench whole, so one walk down the tree, cut off by the worst window kept so far and by the filter's
categories and zones, finds the rows that a full scan would. Benches with coded seats are few; for a query that may
take some of those they are looked at first and passed over by the walk. So it is with bays, which boards leave out.
A lone seat is an ordinary one, and so are its neighbours: bays and companion seats are not left alone, nor company.
"""

from engine.core.packed cimport BENCH_CONTINUED, BENCH_CONTINUES, BENCH_MIXED, BENCH_WHOLE, Hall


cdef Query OPEN_SALE  # no filter, no allotment: what boards are kept for
OPEN_SALE.any_category = OPEN_SALE.any_zone = True


cdef inline bint has_category(const Query *query, uint8_t category) noexcept nogil:
    return query.any_category or query.categories[category >> 6] >> (category & 63) & 1


cdef inline bint has_zone(const Query *query, uint16_t zone) noexcept nogil:
    cdef int32_t i
    if query.any_zone:
        return True
    for i in range(query.zone_count):
        if query.zones[i] == zone:
            return True
    return False


cdef uint64_t filtered_bits(const Hall *hall, const Query *query, int32_t bench) noexcept nogil:
    cdef uint64_t bits = ALL_SEATS, left
    cdef int32_t first = hall.first[bench]
    cdef int i
    if not has_zone(query, hall.row_zone[hall.row[bench]]):
        return 0
    if not query.any_category:
        if hall.flags[bench] & BENCH_MIXED:
            left = ALL_SEATS >> (64 - (hall.first[bench + 1] - first))
            while left:
                if not has_category(query, hall.category[first + __builtin_ctzll(left)]):
                    bits &= ~(left & (0 - left))
                left &= left - 1
        elif not has_category(query, hall.category[first]):
            return 0
    if query.exclude:
        for i in range(8):
            if query.exclude >> i & 1:
                bits &= ~hall.having[i][bench]
    return bits


# ---- windows of one bench -----------------------------------------------------------------------------------------


cdef inline uint64_t starts_of(uint64_t bits, uint64_t after, int size) noexcept nogil:
    """Where `size` set bits in a row start in `bits`, which `after` continues."""
    cdef int have = 1, step
    while have < size:
        step = have if 2 * have <= size else size - have
        bits &= bits >> step | after << (64 - step)
        after &= after >> step
        have += step
    return bits


cdef inline uint64_t ahead(uint64_t bits, uint64_t after, int step) noexcept nogil:
    """Bit s tells of seat s + step; 1 <= step <= 63."""
    return bits >> step | after << (64 - step)


cdef inline uint32_t least_cost(
    const Hall *hall, int32_t first, uint64_t starts, int size, int32_t *bit,
) noexcept nogil:
    """The least cost of a window that starts at one of `starts` (not 0), and where the first of those is."""
    cdef const uint32_t *before = hall.cost_before + first
    cdef uint32_t cost, least = NO_WINDOW
    cdef int at
    while starts:
        at = __builtin_ctzll(starts)
        cost = before[at + size] - before[at]
        if cost < least:
            least = cost
            bit[0] = at
        starts &= starts - 1
    return least


cdef uint32_t whole_table(const Vacancy *vacancy, const Query *query, int32_t bench, int size) noexcept nogil:
    """The key of a table only sold whole: it fits a party of just its size, when all of it is free."""
    cdef const Hall *hall = vacancy.hall
    cdef int32_t first = hall.first[bench]
    cdef uint64_t bits = open_bits(vacancy, query, bench) & wanted_bits(hall, query, bench)
    bits &= given_bits(hall, query, bench)
    if hall.first[bench + 1] - first != size or hall.flags[bench] & (BENCH_CONTINUES | BENCH_CONTINUED):
        return NO_WINDOW
    if bits != ALL_SEATS >> (64 - size):
        return NO_WINDOW
    return hall.cost_before[first + size] - hall.cost_before[first]


cdef uint32_t best_window(
    const Vacancy *vacancy, const Query *query, int32_t bench, int size, uint64_t where, int32_t *bit,
) noexcept nogil:
    """The key of the bench's best window that starts at a bit of `where`, and its bit; NO_WINDOW when there is none."""
    cdef const Hall *hall = vacancy.hall
    cdef uint8_t flags = hall.flags[bench]
    cdef uint64_t free, wanted, free_before = 0, free_after = 0, wanted_after = 0
    cdef uint64_t starts, left, right
    cdef int orphans
    bit[0] = 0
    if flags & BENCH_WHOLE:
        return whole_table(vacancy, query, bench, size)
    free = open_bits(vacancy, query, bench)
    wanted = free & given_bits(hall, query, bench) & wanted_bits(hall, query, bench)
    free &= hall.ordinary[bench]
    if flags & BENCH_CONTINUES:
        free_before = open_bits(vacancy, query, bench - 1) & hall.ordinary[bench - 1]
    if flags & BENCH_CONTINUED:
        free_after = open_bits(vacancy, query, bench + 1)
        wanted_after = free_after & given_bits(hall, query, bench + 1) & wanted_bits(hall, query, bench + 1)
        free_after &= hall.ordinary[bench + 1]
    starts = starts_of(wanted, wanted_after, size) & where
    if not starts:
        return NO_WINDOW
    # Alone on the left: the seat before the window is free and the one before that is not. Likewise on the right.
    left = (free << 1 | free_before >> 63) & ~(free << 2 | free_before >> 62)
    right = ahead(free, free_after, size) & ~ahead(free, free_after, size + 1)
    for orphans in range(3):
        if orphans == 0:
            wanted = starts & ~(left | right)
        elif orphans == 1:
            wanted = starts & (left ^ right)
        else:
            wanted = starts & left & right
        if wanted:
            return least_cost(hall, hall.first[bench], wanted, size, bit) | <uint32_t>orphans << ORPHAN_SHIFT
    return NO_WINDOW


# ---- boards -------------------------------------------------------------------------------------------------------


cdef inline uint32_t leaf_key(const Vacancy *vacancy, int32_t bench, int size) noexcept nogil:
    cdef int32_t bit
    if bench >= vacancy.hall.bench_count:
        return NO_WINDOW
    return best_window(vacancy, &OPEN_SALE, bench, size, ALL_SEATS, &bit)


cdef void renew_leaf(const Vacancy *vacancy, uint32_t *key, int32_t bench, int size) noexcept nogil:
    cdef int32_t node = vacancy.hall.leaf_count + bench
    cdef uint32_t least
    key[node] = leaf_key(vacancy, bench, size)
    while node > 1:
        node >>= 1
        least = min(key[2 * node], key[2 * node + 1])
        if key[node] == least:
            break
        key[node] = least


cdef void renew_all(const Vacancy *vacancy, uint32_t *key, int size) noexcept nogil:
    cdef int32_t leaves = vacancy.hall.leaf_count
    cdef int32_t i
    for i in range(leaves):
        key[leaves + i] = leaf_key(vacancy, i, size)
    for i in range(leaves - 1, 0, -1):
        key[i] = min(key[2 * i], key[2 * i + 1])


cdef const uint32_t *board(Vacancy *vacancy, int size) noexcept nogil:
    """The keys of a window size, after taking in what was touched since. O(log benches) a touch."""
    cdef const Hall *hall = vacancy.hall
    cdef Board *own = &vacancy.boards[size]
    cdef uint64_t at
    cdef int32_t bench
    if vacancy.touches - own.seen > min(vacancy.ring_mask + 1, <uint64_t>hall.bench_count // 2 + 1):
        renew_all(vacancy, own.key, size)
    else:
        for at in range(own.seen, vacancy.touches):
            bench = vacancy.touched[at & vacancy.ring_mask]
            renew_leaf(vacancy, own.key, bench, size)
            if hall.flags[bench] & BENCH_CONTINUES:
                renew_leaf(vacancy, own.key, bench - 1, size)
            if hall.flags[bench] & BENCH_CONTINUED:
                renew_leaf(vacancy, own.key, bench + 1, size)
    own.seen = vacancy.taken_in = vacancy.touches
    return own.key


cdef inline bint is_coded(const Vacancy *vacancy, int32_t bench) noexcept nogil:
    """Whether codes bear on the bench's windows: on its own seats, or on those next to it."""
    cdef uint8_t flags = vacancy.hall.flags[bench]
    return (vacancy.coded[bench] != 0
            or (flags & BENCH_CONTINUES and vacancy.coded[bench - 1] != 0)
            or (flags & BENCH_CONTINUED and vacancy.coded[bench + 1] != 0))


cdef void renew_coded(Vacancy *vacancy, int32_t bench) noexcept nogil:
    cdef int32_t node = vacancy.hall.leaf_count + bench
    cdef uint8_t *coded = vacancy.coded_nodes
    coded[node] = is_coded(vacancy, bench)
    while node > 1:
        node >>= 1
        coded[node] = coded[2 * node] | coded[2 * node + 1]


cdef void mark_coded(Vacancy *vacancy, int32_t bench) noexcept nogil:
    """Notes that the bench got its first code or lost its last. O(log benches)."""
    renew_coded(vacancy, bench)
    if vacancy.hall.flags[bench] & BENCH_CONTINUES:
        renew_coded(vacancy, bench - 1)
    if vacancy.hall.flags[bench] & BENCH_CONTINUED:
        renew_coded(vacancy, bench + 1)


# ---- the best windows of the hall ---------------------------------------------------------------------------------


cdef void offer(
    const Hall *hall, Window *best, int *count, int most, uint32_t key, int32_t bench, int32_t bit,
) noexcept nogil:
    """Puts a window into the ordered list of the best `most`, of which no two share a row."""
    cdef int i
    if key == NO_WINDOW or (count[0] == most and not before(key, bench, &best[most - 1])):
        return
    for i in range(count[0]):
        if hall.row[best[i].bench] == hall.row[bench]:
            if not before(key, bench, &best[i]):
                return
            break
    else:
        i = count[0] if count[0] < most else most - 1
        if count[0] < most:
            count[0] += 1
    while i > 0 and before(key, bench, &best[i - 1]):
        best[i] = best[i - 1]
        i -= 1
    best[i].key, best[i].bench, best[i].bit = key, bench, bit


cdef inline bint has_more(const Vacancy *vacancy, const Query *query, int32_t node) noexcept nogil:
    """Whether the query may be given seats in windows below the node that the boards leave out."""
    return query.beyond and ((query.allow_count and vacancy.coded_nodes[node])
                             or (query.bays and vacancy.hall.bays_below[node]))


cdef inline bint is_exact(const Vacancy *vacancy, const Query *query, int32_t bench) noexcept nogil:
    """Whether the bench's board key is the query's too, if the filters take any of its seats."""
    cdef uint8_t flags = vacancy.hall.flags[bench]
    if has_more(vacancy, query, vacancy.hall.leaf_count + bench):
        return False
    return not query.filtered or not (
        query.exclude or flags & (BENCH_MIXED | BENCH_CONTINUES | BENCH_CONTINUED))


cdef void offer_leaf(
    const Vacancy *vacancy, const Query *query, int32_t bench, uint32_t key, int size, bint any_table,
    Window *best, int *count, int most,
) noexcept nogil:
    """Offers the bench's best window; `key` is that of its leaf."""
    cdef int32_t bit = -1
    if vacancy.hall.flags[bench] & BENCH_WHOLE and not any_table:
        return
    if not is_exact(vacancy, query, bench):
        key = best_window(vacancy, query, bench, size, ALL_SEATS, &bit)
    elif not wanted_bits(vacancy.hall, query, bench):
        return
    offer(vacancy.hall, best, count, most, key, bench, bit)


cdef inline uint32_t key_at_least(
    const Vacancy *vacancy, const Query *query, const uint32_t *key, int size, int32_t node,
) noexcept nogil:
    """A lower bound of the keys of the query's windows below a node."""
    cdef const Hall *hall = vacancy.hall
    if query.filtered and not passes(hall, query, node):
        return NO_WINDOW
    if has_more(vacancy, query, node):
        return size * hall.least[node]
    return key[node]


cdef int best_rows(
    Vacancy *vacancy, const Query *query, int size, bint any_table, Window *best, int most,
) noexcept nogil:
    """The best window of `size` in each of the best `most` rows, best first; how many. `bit` is -1 where not known."""
    cdef const Hall *hall = vacancy.hall
    cdef const uint32_t *key = board(vacancy, size)
    cdef int32_t stack[STACK]
    cdef uint32_t bound[STACK]
    cdef uint32_t left, right
    cdef int32_t node
    cdef int open_nodes = 1, count = 0, better
    stack[0], bound[0] = 1, key_at_least(vacancy, query, key, size, 1)
    while open_nodes:
        open_nodes -= 1
        node = stack[open_nodes]
        if bound[open_nodes] == NO_WINDOW or (
                count == most and not before(bound[open_nodes], first_leaf(hall, node), &best[most - 1])):
            continue
        if node >= hall.leaf_count:
            offer_leaf(vacancy, query, node - hall.leaf_count, key[node], size, any_table, best, &count, most)
            continue
        left = key_at_least(vacancy, query, key, size, 2 * node)
        right = key_at_least(vacancy, query, key, size, 2 * node + 1)
        better = right < left
        stack[open_nodes], bound[open_nodes] = 2 * node + 1 - better, max(left, right)
        stack[open_nodes + 1], bound[open_nodes + 1] = 2 * node + better, min(left, right)
        open_nodes += 2
    return count
