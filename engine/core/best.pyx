"""The best available seats for a party.

What is asked for, in order:

1. *Together*: neighbouring seats of one row, no aisle between; or a whole table of just that size. Of these the
   windows that leave the fewest lone seats, a lone seat being one whose free neighbours the window takes; of these
   the least total cost; of these the first in plan order. At most one window a row.
2. *Split* over two adjacent rows, as evenly as some pair of rows allows: around the best window of the larger part in
   each of the SPLIT_ANCHORS best rows, the best window of the other part that overlaps it sideways in the row before
   or after. Ordered as above.
3. *Near*: around the best seat of each of the NEAR_ANCHORS best rows, the free seats nearest to it. Ordered by how
   far apart they are (`spread`, in steps of about 1.4 times, so that a hair's breadth does not outweigh the view), then
   by cost.

A party with wheelchairs is built around each of the best free bays (those with a free companion seat of their own
first): the nearest bays, their own companion seats or else the nearest, the nearest ordinary seats; ordered as Near.
A party that need not sit together gets the seats of least cost. Bays and companion seats go only to parties that ask
for them; whole tables only whole. A seat with an allotment's code is free to those who name the code.

How it is fast. Seats are bits: "k free neighbours" is log k shifts, "leaves a lone seat" a few more. Boards give the
best row of an unfiltered search at the root. Under filters a board's keys are lower bounds, exact wherever the filter
takes or leaves the bench whole, so one walk down the tree, cut off by the worst proposal kept so far and by the
filter's categories and zones, finds the same rows a full scan would. Benches with coded seats are few; for a want
that may take some of those they are scanned first and skipped by the walk. Nothing is allocated, and no GIL is held.
"""

import numpy as np

from cpython.ref cimport Py_INCREF
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from engine.core.packed cimport (
    BENCH_CONTINUED,
    BENCH_CONTINUES,
    BENCH_MIXED,
    BENCH_WHOLE,
    Hall,
    squared_distance,
)

cdef extern from *:
    int __builtin_ctzll(unsigned long long) nogil
    int __builtin_clzll(unsigned long long) nogil

PARTY_MAX = PARTY
MOST_MAX = MOST
REASONS = (
    "TOGETHER", "SPLIT_ADJACENT", "NEAR", "ANYWHERE", "WHOLE_TABLE", "CENTRE", "NO_ORPHAN", "LEAVES_ORPHAN",
    "WHEELCHAIR_WITH_COMPANION", "RESTRICTED_VIEW",
)

cdef enum:  # the bits of REASONS
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

cdef enum:
    ORPHAN_SHIFT = 30      # a key is lone seats << 30 | cost
    VIEW_BIT = 4           # attribute bits, as packed.pyx names them
    CENTRE_BIT = 64

cdef uint32_t NONE = 0xFFFFFFFF
cdef uint32_t COST_MASK = (1 << ORPHAN_SHIFT) - 1
cdef uint64_t ONE = 1
cdef uint64_t ALL = ~<uint64_t>0

cdef Query OPEN_SALE       # no filter, no allotment: what boards are kept for
OPEN_SALE.any_category = OPEN_SALE.any_zone = True


# ---- what may be sold to whom -------------------------------------------------------------------------------------


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
    cdef uint64_t bits = ALL, left
    cdef int32_t first = hall.first[bench]
    cdef int i
    if not has_zone(query, hall.row_zone[hall.row[bench]]):
        return 0
    if not query.any_category:
        if hall.flags[bench] & BENCH_MIXED:
            left = ALL >> (64 - (hall.first[bench + 1] - first))
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


cdef inline uint64_t wanted_bits(const Hall *hall, const Query *query, int32_t bench) noexcept nogil:
    """The bench's seats that pass the filters, free or not; bits past its end may be set."""
    return filtered_bits(hall, query, bench) if query.filtered else ALL


cdef inline bint may_sit(const Vacancy *vacancy, const Query *query, int32_t seat) noexcept nogil:
    """Whether this very seat, of whatever kind, is free to the query."""
    cdef const Hall *hall = vacancy.hall
    cdef int32_t bench = hall.bench_at[seat]
    cdef uint64_t bits = open_bits(vacancy, query, bench) & wanted_bits(hall, query, bench)
    return bits >> (seat - hall.first[bench]) & 1


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


cdef inline uint32_t least_cost(const Hall *hall, int32_t first, uint64_t starts, int size, int32_t *bit) noexcept nogil:
    """The least cost of a window that starts at one of `starts` (not 0), and where the first of those is."""
    cdef const uint32_t *before = hall.cost_before + first
    cdef uint32_t cost, least = NONE
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
    cdef uint64_t bits = open_bits(vacancy, query, bench) & wanted_bits(hall, query, bench) & hall.ordinary[bench]
    if hall.first[bench + 1] - first != size or hall.flags[bench] & (BENCH_CONTINUES | BENCH_CONTINUED):
        return NONE
    if bits != ALL >> (64 - size):
        return NONE
    return hall.cost_before[first + size] - hall.cost_before[first]


cdef uint32_t best_window(
    const Vacancy *vacancy, const Query *query, int32_t bench, int size, uint64_t where, int32_t *bit,
) noexcept nogil:
    """The key of the bench's best window that starts at a bit of `where`, and its bit; NONE when there is none."""
    cdef const Hall *hall = vacancy.hall
    cdef uint8_t flags = hall.flags[bench]
    cdef uint64_t free, wanted, free_before = 0, free_after = 0, wanted_after = 0
    cdef uint64_t starts, left, right
    cdef int orphans
    bit[0] = 0
    if flags & BENCH_WHOLE:
        return whole_table(vacancy, query, bench, size)
    free = open_bits(vacancy, query, bench) & hall.ordinary[bench]
    wanted = free & wanted_bits(hall, query, bench)
    if flags & BENCH_CONTINUES:
        free_before = open_bits(vacancy, query, bench - 1) & hall.ordinary[bench - 1]
    if flags & BENCH_CONTINUED:
        free_after = open_bits(vacancy, query, bench + 1) & hall.ordinary[bench + 1]
        wanted_after = free_after & wanted_bits(hall, query, bench + 1)
    starts = starts_of(wanted, wanted_after, size) & where
    if not starts:
        return NONE
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
    return NONE


# ---- boards -------------------------------------------------------------------------------------------------------


cdef inline uint32_t leaf_key(const Vacancy *vacancy, int32_t bench, int size) noexcept nogil:
    cdef int32_t bit
    if bench >= vacancy.hall.bench_count:
        return NONE
    return best_window(vacancy, &OPEN_SALE, bench, size, ALL, &bit)


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


cdef inline int32_t first_leaf(const Hall *hall, int32_t node) noexcept nogil:
    """The first bench below a node."""
    return (node << (__builtin_clzll(node) - __builtin_clzll(hall.leaf_count))) - hall.leaf_count


cdef inline bint passes(const Hall *hall, const Query *query, int32_t node) noexcept nogil:
    """Whether a seat below the node may pass the filters on category and zone."""
    return ((query.any_category or hall.categories[node] & query.folded_categories)
            and (query.any_zone or hall.zones[node] & query.folded_zones))


cdef inline bint is_coded(const Vacancy *vacancy, int32_t bench) noexcept nogil:
    """Whether codes bear on the bench's windows: on its own seats, or on those it continues."""
    cdef uint8_t flags = vacancy.hall.flags[bench]
    return (vacancy.coded[bench] != 0
            or (flags & BENCH_CONTINUES and vacancy.coded[bench - 1] != 0)
            or (flags & BENCH_CONTINUED and vacancy.coded[bench + 1] != 0))


cdef int32_t next_coded(const Vacancy *vacancy, int32_t bench) noexcept nogil:
    """The first bench >= `bench` with coded seats of its own, or bench_count."""
    cdef int32_t count = vacancy.hall.bench_count
    cdef uint64_t bits
    while bench < count:
        bits = vacancy.coded_benches[bench >> 6] >> (bench & 63)
        if bits:
            return bench + __builtin_ctzll(bits)
        bench = (bench | 63) + 1
    return count


# ---- the best windows of the hall ---------------------------------------------------------------------------------


cdef inline bint before(uint32_t key, int32_t bench, const Window *other) noexcept nogil:
    return key < other.key or (key == other.key and bench < other.bench)


cdef void offer(
    const Hall *hall, Window *best, int *count, int most, uint32_t key, int32_t bench, int32_t bit,
) noexcept nogil:
    """Puts a window into the ordered list of the best `most`, of which no two share a row."""
    cdef int i
    if key == NONE or (count[0] == most and not before(key, bench, &best[most - 1])):
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


cdef void offer_bench(
    const Vacancy *vacancy, const Query *query, int32_t bench, int size, bint any_table,
    Window *best, int *count, int most,
) noexcept nogil:
    """Offers the bench's own best window."""
    cdef int32_t bit
    cdef uint32_t key
    if vacancy.hall.flags[bench] & BENCH_WHOLE and not any_table:
        return
    key = best_window(vacancy, query, bench, size, ALL, &bit)
    offer(vacancy.hall, best, count, most, key, bench, bit)


cdef void offer_coded(
    const Vacancy *vacancy, const Query *query, int size, bint any_table, Window *best, int *count, int most,
) noexcept nogil:
    """Offers the windows of all benches that codes bear on; their board keys do not count for this query."""
    cdef const Hall *hall = vacancy.hall
    cdef int32_t bench = next_coded(vacancy, 0)
    while bench < hall.bench_count:
        if hall.flags[bench] & BENCH_CONTINUES:
            offer_bench(vacancy, query, bench - 1, size, any_table, best, count, most)
        offer_bench(vacancy, query, bench, size, any_table, best, count, most)
        if hall.flags[bench] & BENCH_CONTINUED:
            offer_bench(vacancy, query, bench + 1, size, any_table, best, count, most)
        bench = next_coded(vacancy, bench + 1)


cdef inline bint is_exact(const Hall *hall, const Query *query, int32_t bench) noexcept nogil:
    """Whether the filters take or leave every seat of the bench's windows alike, given that they take some."""
    return not query.filtered or (
        not query.exclude and not hall.flags[bench] & (BENCH_MIXED | BENCH_CONTINUES | BENCH_CONTINUED))


cdef void offer_leaf(
    const Vacancy *vacancy, const Query *query, int32_t bench, uint32_t key, int size, bint any_table,
    Window *best, int *count, int most,
) noexcept nogil:
    """Offers what the walk finds at a leaf whose board key is `key`."""
    cdef const Hall *hall = vacancy.hall
    if query.allow_count and is_coded(vacancy, bench):
        return
    if not is_exact(hall, query, bench):
        offer_bench(vacancy, query, bench, size, any_table, best, count, most)
    elif wanted_bits(hall, query, bench) and (any_table or not hall.flags[bench] & BENCH_WHOLE):
        offer(hall, best, count, most, key, bench, -1)


cdef int best_rows(
    Vacancy *vacancy, const Query *query, int size, bint any_table, Window *best, int most,
) noexcept nogil:
    """The best window of `size` in each of the best `most` rows, best first; how many. `bit` is -1 where not known."""
    cdef const Hall *hall = vacancy.hall
    cdef const uint32_t *key = board(vacancy, size)
    cdef int32_t stack[STACK]
    cdef int32_t node, child
    cdef int open_nodes = 1, count = 0
    if query.allow_count:
        offer_coded(vacancy, query, size, any_table, best, &count, most)
    stack[0] = 1
    while open_nodes:
        open_nodes -= 1
        node = stack[open_nodes]
        if key[node] == NONE or not passes(hall, query, node):
            continue
        if count == most and not before(key[node], first_leaf(hall, node), &best[most - 1]):
            continue
        if node >= hall.leaf_count:
            offer_leaf(vacancy, query, node - hall.leaf_count, key[node], size, any_table, best, &count, most)
            continue
        child = 2 * node + (key[2 * node + 1] < key[2 * node])
        stack[open_nodes] = child ^ 1
        stack[open_nodes + 1] = child
        open_nodes += 2
    return count


# ---- proposals ----------------------------------------------------------------------------------------------------


cdef void add_window(const Hall *hall, Found *found, int32_t bench, int32_t bit, int size) noexcept nogil:
    cdef int32_t seat = hall.first[bench] + bit
    cdef int i
    for i in range(size):
        found.seats[found.count + i] = seat + i
    found.count += size
    found.cost += hall.cost_before[seat + size] - hall.cost_before[seat]


cdef void add_seat(const Hall *hall, Found *found, int32_t seat) noexcept nogil:
    found.seats[found.count] = seat
    found.count += 1
    found.cost += hall.cost[seat]


cdef void start(Found *found, int32_t anchor, uint32_t reasons) noexcept nogil:
    found.count = 0
    found.cost = 0
    found.anchor = anchor
    found.reasons = reasons


cdef void finish(const Hall *hall, Found *found) noexcept nogil:
    """Puts the seats in plan order, and adds the reasons that lie in the seats themselves."""
    cdef int i, j, central = 0
    cdef int32_t seat
    for i in range(found.count):
        seat = found.seats[i]
        central += (hall.attributes[seat] & CENTRE_BIT) != 0
        if hall.attributes[seat] & VIEW_BIT:
            found.reasons |= RESTRICTED_VIEW
        j = i
        while j > 0 and found.seats[j - 1] > seat:
            found.seats[j] = found.seats[j - 1]
            j -= 1
        found.seats[j] = seat
    if 2 * central > found.count:
        found.reasons |= CENTRE


cdef inline uint32_t orphan_reason(uint64_t orphans) noexcept nogil:
    return LEAVES_ORPHAN if orphans else NO_ORPHAN


cdef int find_together(Vacancy *vacancy, const Query *query, int most, Found *found) noexcept nogil:
    cdef const Hall *hall = vacancy.hall
    cdef Window best[MOST]
    cdef int count = best_rows(vacancy, query, query.party, True, best, most)
    cdef int i
    cdef uint32_t reasons
    for i in range(count):
        if best[i].bit < 0:
            best_window(vacancy, query, best[i].bench, query.party, ALL, &best[i].bit)
        reasons = TOGETHER | orphan_reason(best[i].key >> ORPHAN_SHIFT)
        if hall.flags[best[i].bench] & BENCH_WHOLE:
            reasons |= WHOLE_TABLE
        start(&found[i], hall.first[best[i].bench] + best[i].bit, reasons)
        add_window(hall, &found[i], best[i].bench, best[i].bit, query.party)
        finish(hall, &found[i])
    return count


# ---- split over two rows ------------------------------------------------------------------------------------------


cdef struct Pair:
    Window anchor
    Window mate
    uint64_t order     # lone seats << 32 | cost


cdef inline uint64_t bits_within(int32_t low, int32_t high) noexcept nogil:
    """Bits low..high of a word, either of which may lie outside it."""
    low = max(low, 0)
    high = min(high, 63)
    if low > high:
        return 0
    return ALL << low & ALL >> (63 - high)


cdef void find_mate(
    const Vacancy *vacancy, const Query *query, int32_t row, int32_t low, int32_t high, int size, Window *mate,
) noexcept nogil:
    """The best window of `size` in the row that has one of the seats low..high, if better than `mate`."""
    cdef const Hall *hall = vacancy.hall
    cdef int32_t bench, bit
    cdef uint32_t key
    cdef uint64_t where
    for bench in range(hall.row_first[row], hall.row_first[row + 1]):
        if hall.flags[bench] & BENCH_WHOLE:
            continue
        where = bits_within(low - size + 1 - hall.first[bench], high - hall.first[bench])
        if where:
            key = best_window(vacancy, query, bench, size, where, &bit)
            if key != NONE and before(key, bench, mate):
                mate.key, mate.bench, mate.bit = key, bench, bit


cdef bint pair_up(const Vacancy *vacancy, const Query *query, int larger, Pair *pair) noexcept nogil:
    """Finds the anchor's best mate in the rows before and after its own; False when there is none."""
    cdef const Hall *hall = vacancy.hall
    cdef Window *anchor = &pair.anchor
    cdef int32_t row = hall.row[anchor.bench]
    cdef int32_t first, last, neighbour
    cdef const int32_t *facing
    cdef int side
    if anchor.bit < 0:
        best_window(vacancy, query, anchor.bench, larger, ALL, &anchor.bit)
    first = hall.first[anchor.bench] + anchor.bit
    last = first + larger - 1
    pair.mate.key = NONE
    pair.mate.bench = hall.bench_count
    for side in range(2):
        neighbour = hall.row_next[row] if side else hall.row_previous[row]
        facing = hall.facing_next if side else hall.facing_previous
        if neighbour >= 0:
            find_mate(vacancy, query, neighbour, min(facing[first], facing[last]), max(facing[first], facing[last]),
                      query.party - larger, &pair.mate)
    if pair.mate.key == NONE:
        return False
    pair.order = ((<uint64_t>(anchor.key >> ORPHAN_SHIFT) + (pair.mate.key >> ORPHAN_SHIFT)) << 32
                  | (anchor.key & COST_MASK) + (pair.mate.key & COST_MASK))
    return True


cdef bint crosses(const Hall *hall, const Pair *pair, const Pair *other) noexcept nogil:
    """Whether two pairs have a row in common."""
    cdef int32_t a = hall.row[pair.anchor.bench], b = hall.row[pair.mate.bench]
    cdef int32_t c = hall.row[other.anchor.bench], d = hall.row[other.mate.bench]
    return a == c or a == d or b == c or b == d


cdef int find_split(Vacancy *vacancy, const Query *query, int larger, int most, Found *found) noexcept nogil:
    """Two parts, the larger of which has `larger`."""
    cdef const Hall *hall = vacancy.hall
    cdef Window best[SPLIT_ANCHORS]
    cdef Pair pairs[SPLIT_ANCHORS]
    cdef Pair chosen[MOST]
    cdef int anchors, i, j, least, pair_count = 0, count = 0
    if board(vacancy, larger)[1] == NONE and not query.allow_count:
        return 0
    anchors = best_rows(vacancy, query, larger, False, best, SPLIT_ANCHORS)
    for i in range(anchors):
        pairs[pair_count].anchor = best[i]
        pair_count += pair_up(vacancy, query, larger, &pairs[pair_count])
    while pair_count and count < most:
        least = 0
        for i in range(1, pair_count):
            if pairs[i].order < pairs[least].order or (
                    pairs[i].order == pairs[least].order and pairs[i].anchor.bench < pairs[least].anchor.bench):
                least = i
        chosen[count] = pairs[least]
        start(&found[count], 0, SPLIT_ADJACENT | orphan_reason(chosen[count].order >> 32))
        add_window(hall, &found[count], chosen[count].anchor.bench, chosen[count].anchor.bit, larger)
        add_window(hall, &found[count], chosen[count].mate.bench, chosen[count].mate.bit, query.party - larger)
        finish(hall, &found[count])
        j = 0
        for i in range(pair_count):
            if not crosses(hall, &pairs[i], &chosen[count]):
                pairs[j] = pairs[i]
                j += 1
        pair_count = j
        count += 1
    return count


# ---- the nearest seats, and the least dear ------------------------------------------------------------------------


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
        if key[node] == NONE or not passes(hall, query, node):
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


cdef inline uint64_t spread(const Hall *hall, int64_t squared) noexcept nogil:
    """How far apart, in steps: n for squared distances from 1.5 * 2^(n-1) squared pitches on, 0 below 1.5."""
    cdef uint64_t pitches = <uint64_t>(2 * squared // (3 * hall.pitch_squared))
    return 64 - __builtin_clzll(pitches) if pitches else 0


cdef int take_disjoint(Found *around, int candidates, int most, Found *found) noexcept nogil:
    """Takes the best of the candidates by order and anchor, passing over those that share a seat with one taken."""
    cdef int i, j, count = 0
    cdef Found *best
    while count < most:
        best = NULL
        for i in range(candidates):
            if around[i].count and (best == NULL or around[i].order < best.order or (
                    around[i].order == best.order and around[i].anchor < best.anchor)):
                best = &around[i]
        if best == NULL:
            break
        found[count] = best[0]
        best.count = 0
        for i in range(candidates):
            for j in range(around[i].count):
                if has_seat(&found[count], around[i].seats[j]):
                    around[i].count = 0
                    break
        count += 1
    return count


cdef inline bint has_seat(const Found *found, int32_t seat) noexcept nogil:
    cdef int i
    for i in range(found.count):
        if found.seats[i] == seat:
            return True
    return False


cdef int find_near(Vacancy *vacancy, const Query *query, int most, Found *found) noexcept nogil:
    cdef const Hall *hall = vacancy.hall
    cdef Window best[NEAR_ANCHORS]
    cdef Found around[NEAR_ANCHORS]
    cdef Seat nearest[PARTY]
    cdef int anchors = best_rows(vacancy, query, 1, False, best, NEAR_ANCHORS)
    cdef int i, j
    for i in range(anchors):
        if best[i].bit < 0:
            best_window(vacancy, query, best[i].bench, 1, ALL, &best[i].bit)
        start(&around[i], hall.first[best[i].bench] + best[i].bit, NEAR)
        if gather(vacancy, query, around[i].anchor, nearest, query.party) < query.party:
            return 0
        for j in range(query.party):
            add_seat(hall, &around[i], nearest[j].seat)
        around[i].order = spread(hall, nearest[query.party - 1].away) << 32 | around[i].cost
        finish(hall, &around[i])
    return take_disjoint(around, anchors, most, found)


cdef int find_anywhere(Vacancy *vacancy, const Query *query, Found *found) noexcept nogil:
    cdef Seat nearest[PARTY]
    cdef int i
    if gather(vacancy, query, -1, nearest, query.party) < query.party:
        return 0
    start(found, nearest[0].seat, ANYWHERE)
    for i in range(query.party):
        add_seat(vacancy.hall, found, nearest[i].seat)
    finish(vacancy.hall, found)
    return 1


# ---- parties with wheelchairs -------------------------------------------------------------------------------------


cdef int best_bays(const Vacancy *vacancy, const Query *query, Seat *best) noexcept nogil:
    """The free bays of least cost; those with a free companion seat of their own first when companions come."""
    cdef const Hall *hall = vacancy.hall
    cdef int32_t i, bay, companion = 0
    cdef bint alone
    cdef int count = 0
    for i in range(hall.bay_count):
        bay = hall.bays[i]
        alone = query.companions != 0
        while companion < hall.companion_count and hall.companion_of[hall.companions[companion]] <= bay:
            if hall.companion_of[hall.companions[companion]] == bay:
                alone = alone and not may_sit(vacancy, query, hall.companions[companion])
            companion += 1
        if may_sit(vacancy, query, bay):
            keep(best, &count, BAY_ANCHORS, <int64_t>alone << 32 | hall.cost[bay], bay)
    return count


cdef bint is_own(const Hall *hall, const Found *found, int bays, int32_t companion) noexcept nogil:
    """Whether the companion seat is that of one of the first `bays` seats found."""
    cdef int i
    for i in range(bays):
        if hall.companion_of[companion] == found.seats[i]:
            return True
    return False


cdef int nearest_bays(
    const Vacancy *vacancy, const Query *query, int32_t anchor, Seat *nearest,
) noexcept nogil:
    cdef const Hall *hall = vacancy.hall
    cdef int32_t i
    cdef int count = 0
    for i in range(hall.bay_count):
        if may_sit(vacancy, query, hall.bays[i]):
            keep(nearest, &count, query.wheelchairs, squared_distance(hall, anchor, hall.bays[i]), hall.bays[i])
    return count


cdef int nearest_companions(
    const Vacancy *vacancy, const Query *query, const Found *found, Seat *nearest,
) noexcept nogil:
    """The nearest free companion seats, those of the bays found first; `away` tells the distance alone."""
    cdef const Hall *hall = vacancy.hall
    cdef int64_t far = <int64_t>1 << 62
    cdef int64_t away
    cdef int32_t i, seat
    cdef int count = 0
    for i in range(hall.companion_count):
        seat = hall.companions[i]
        if may_sit(vacancy, query, seat):
            away = squared_distance(hall, found.anchor, seat)
            keep(nearest, &count, query.companions, away if is_own(hall, found, query.wheelchairs, seat) else away | far,
                 seat)
    for i in range(count):
        nearest[i].away &= ~far
    return count


cdef void add_nearest(const Hall *hall, Found *found, const Seat *nearest, int count, int64_t *reach) noexcept nogil:
    cdef int i
    for i in range(count):
        add_seat(hall, found, nearest[i].seat)
        reach[0] = max(reach[0], nearest[i].away)


cdef bint are_neighbours(const Hall *hall, const Found *found) noexcept nogil:
    """Whether the seats follow one another on a stretch."""
    cdef int32_t bench = hall.bench_at[found.seats[0]], last = hall.bench_at[found.seats[found.count - 1]]
    return (found.seats[found.count - 1] - found.seats[0] == found.count - 1
            and (bench == last or (bench + 1 == last and hall.flags[last] & BENCH_CONTINUES)))


cdef bint sit_around(Vacancy *vacancy, const Query *query, int32_t bay, Found *found) noexcept nogil:
    """Seats the party around the bay; False when it does not fit."""
    cdef const Hall *hall = vacancy.hall
    cdef Seat nearest[PARTY]
    cdef int ordinary = query.party - query.wheelchairs - query.companions
    cdef int64_t reach = 0
    cdef int i
    start(found, bay, 0)
    if nearest_bays(vacancy, query, bay, nearest) < query.wheelchairs:
        return False
    add_nearest(hall, found, nearest, query.wheelchairs, &reach)
    if query.companions:
        if nearest_companions(vacancy, query, found, nearest) < query.companions:
            return False
        found.reasons |= WHEELCHAIR_WITH_COMPANION
        for i in range(query.companions):
            if not is_own(hall, found, query.wheelchairs, nearest[i].seat):
                found.reasons &= ~<uint32_t>WHEELCHAIR_WITH_COMPANION
        add_nearest(hall, found, nearest, query.companions, &reach)
    if ordinary:
        if gather(vacancy, query, bay, nearest, ordinary) < ordinary:
            return False
        add_nearest(hall, found, nearest, ordinary, &reach)
    found.order = spread(hall, reach) << 32 | found.cost
    finish(hall, found)
    found.reasons |= TOGETHER if are_neighbours(hall, found) else NEAR
    return True


cdef int find_with_wheelchairs(Vacancy *vacancy, const Query *query, int most, Found *found) noexcept nogil:
    cdef Seat bays[BAY_ANCHORS]
    cdef Found around[BAY_ANCHORS]
    cdef int anchors = best_bays(vacancy, query, bays)
    cdef int i, count = 0
    for i in range(anchors):
        count += sit_around(vacancy, query, bays[i].seat, &around[count])
    return take_disjoint(around, count, most, found)


# ---- the whole search ---------------------------------------------------------------------------------------------


cdef int find_best(Vacancy *vacancy, const Query *query, int most, Found *found) noexcept nogil:
    """Fills `found` with at most `most` <= MOST proposals, best first; how many. No GIL, no allocation."""
    cdef int larger, count
    if vacancy.hall.bench_count == 0:
        return 0
    if query.wheelchairs:
        return find_with_wheelchairs(vacancy, query, most, found)
    if not query.together:
        return find_anywhere(vacancy, query, found)
    count = find_together(vacancy, query, most, found)
    for larger in range((query.party + 1) // 2, query.party):
        if count == 0:
            count = find_split(vacancy, query, larger, most, found)
    return count or find_near(vacancy, query, most, found)


# ---- for Python ---------------------------------------------------------------------------------------------------


def _integers(values, int greatest, str name):
    """The distinct values in order; ValueError unless all lie in 0..greatest."""
    values = sorted(set(values))
    if values and not 0 <= min(values) <= max(values) <= greatest:
        raise ValueError(f"{name} must lie in 0..{greatest}")
    return values


cdef class PartyWant:
    def __cinit__(
        self, int party, *, int wheelchairs=0, int companions=0, categories=None, zones=None, allow=(),
        bint together=True, int exclude_attributes=0,
    ):
        if not 1 <= party <= PARTY:
            raise ValueError(f"a party has 1..{PARTY} members, not {party}")
        if wheelchairs < 0 or companions < 0 or wheelchairs + companions > party or (companions and not wheelchairs):
            raise ValueError(f"{wheelchairs} wheelchairs and {companions} companions are no party of {party}")
        if not 0 <= exclude_attributes <= 255:
            raise ValueError("exclude_attributes must lie in 0..255")
        self.query.party = party
        self.query.wheelchairs = wheelchairs
        self.query.companions = companions
        self.query.together = together
        self.query.exclude = exclude_attributes
        self.query.any_category = categories is None
        self.query.any_zone = zones is None
        self.query.filtered = categories is not None or zones is not None or exclude_attributes != 0
        self._take_categories(() if categories is None else _integers(categories, 254, "categories"))
        self._take_zones(() if zones is None else _integers(zones, 65535, "zones"))
        self._take_allow(_integers(allow, 65535, "allow"))
        self.categories = None if categories is None else frozenset(categories)
        self.zones = None if zones is None else frozenset(zones)

    def _take_categories(self, categories):
        cdef int category
        for category in categories:
            self.query.categories[category >> 6] |= ONE << (category & 63)
            self.query.folded_categories |= ONE << (category & 63)

    def _take_zones(self, zones):
        cdef int zone
        cdef uint16_t[::1] room = np.array(zones, np.uint16)
        for zone in zones:
            self.query.folded_zones |= ONE << (zone & 63)
        self._zone_room = room
        self.query.zone_count = room.shape[0]
        self.query.zones = &room[0] if room.shape[0] else NULL

    def _take_allow(self, allow):
        cdef int i
        if len(allow) > ALLOW:
            raise ValueError(f"at most {ALLOW} codes may be allowed at once")
        for i in range(len(allow)):
            self.query.allow[i] = allow[i]
        self.query.allow_count = len(allow)
        self.allow = tuple(allow)

    @property
    def party(self):
        return self.query.party

    @property
    def wheelchairs(self):
        return self.query.wheelchairs

    @property
    def companions(self):
        return self.query.companions

    @property
    def together(self):
        return self.query.together

    @property
    def exclude_attributes(self):
        return self.query.exclude

    def _facts(self):
        return (self.party, self.wheelchairs, self.companions, self.categories, self.zones, self.allow,
                self.together, self.exclude_attributes)

    def __eq__(self, other):
        return isinstance(other, PartyWant) and self._facts() == other._facts()

    def __hash__(self):
        return hash(self._facts())

    def __repr__(self):
        names = ("party", "wheelchairs", "companions", "categories", "zones", "allow", "together", "exclude_attributes")
        return "PartyWant({})".format(", ".join([f"{n}={v!r}" for n, v in zip(names, self._facts())]))


cdef dict _reasons = {}


cdef tuple reasons_of(uint32_t bits):
    """The codes of a set of reasons; the same tuple every time."""
    codes = _reasons.get(bits)
    if codes is None:
        codes = _reasons[bits] = tuple([code for i, code in enumerate(REASONS) if bits >> i & 1])
    return codes


cdef class Proposal:
    def __init__(self):
        raise TypeError("proposals come from PoolCopy.propose")

    @property
    def reasons(self):
        return reasons_of(self._reasons)

    def __repr__(self):
        return f"Proposal(places={self.places}, score={self.score}, row={self.row}, reasons={self.reasons})"


cdef list proposals(const Hall *hall, const Found *found, int count):
    """What the search found, for Python."""
    cdef Proposal proposal
    cdef int i, j
    cdef int32_t row
    cdef list made = []
    cdef tuple places
    cdef object place
    for i in range(count):
        proposal = Proposal.__new__(Proposal)
        places = PyTuple_New(found[i].count)
        for j in range(found[i].count):
            place = hall.place_at[found[i].seats[j]]
            Py_INCREF(place)
            PyTuple_SET_ITEM(places, j, place)
        row = hall.row[hall.bench_at[found[i].seats[0]]]
        proposal.places = places
        proposal.score = found[i].cost
        proposal.row = row
        proposal.zone = hall.row_zone[row]
        proposal._reasons = found[i].reasons
        made.append(proposal)
    return made
