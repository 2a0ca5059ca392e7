"""The ways to seat a party; `best.pyx` says what each is and in which order they are tried.

All but the first are built around anchors, a bounded number of the best windows, seats or bays, so what a party costs
is bounded however full or strange the hall.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t

from engine.core.nearest cimport Seat, gather, keep
from engine.core.packed cimport BENCH_CONTINUES, BENCH_WHOLE, Hall, squared_distance
from engine.core.windows cimport (
    ALL_SEATS,
    NO_WINDOW,
    ORPHAN_SHIFT,
    Window,
    __builtin_clzll,
    before,
    best_rows,
    best_window,
    board,
    may_sit,
)

cdef enum:
    BAY_BIT = 1      # attribute bits, as packed.pyx names them
    COMPANION_BIT = 2
    VIEW_BIT = 4
    CENTRE_BIT = 64

cdef uint32_t COST_MASK = (1 << ORPHAN_SHIFT) - 1


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
            best_window(vacancy, query, best[i].bench, query.party, ALL_SEATS, &best[i].bit)
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
    return ALL_SEATS << low & ALL_SEATS >> (63 - high)


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
            if key != NO_WINDOW and before(key, bench, mate):
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
        best_window(vacancy, query, anchor.bench, larger, ALL_SEATS, &anchor.bit)
    first = hall.first[anchor.bench] + anchor.bit
    last = first + larger - 1
    pair.mate.key = NO_WINDOW
    pair.mate.bench = hall.bench_count
    for side in range(2):
        neighbour = hall.row_next[row] if side else hall.row_previous[row]
        facing = hall.facing_next if side else hall.facing_previous
        if neighbour >= 0:
            find_mate(vacancy, query, neighbour, min(facing[first], facing[last]), max(facing[first], facing[last]),
                      query.party - larger, &pair.mate)
    if pair.mate.key == NO_WINDOW:
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
    if board(vacancy, larger)[1] == NO_WINDOW and not query.beyond:
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


# ---- near one another, and anywhere --------------------------------------------------------------------------------


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
            best_window(vacancy, query, best[i].bench, 1, ALL_SEATS, &best[i].bit)
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


# ---- parties without wheelchairs ----------------------------------------------------------------------------------


cdef int find_without_wheelchairs(Vacancy *vacancy, const Query *query, int most, Found *found) noexcept nogil:
    cdef int larger, count
    if not query.together:
        return find_anywhere(vacancy, query, found)
    count = find_together(vacancy, query, most, found)
    for larger in range((query.party + 1) // 2, query.party):
        if count == 0:
            count = find_split(vacancy, query, larger, most, found)
    return count or find_near(vacancy, query, most, found)


cdef int find_among_bays(Vacancy *vacancy, const Query *query, int most, Found *found) noexcept nogil:
    """The last resort: the same search over all seats. Nobody is given one without being told what it is."""
    cdef Query anything = query[0]
    cdef int count, i, j
    cdef uint8_t attributes
    anything.bays = ALL_SEATS
    anything.beyond = True
    count = find_without_wheelchairs(vacancy, &anything, most, found)
    for i in range(count):
        attributes = 0
        for j in range(found[i].count):
            attributes |= vacancy.hall.attributes[found[i].seats[j]]
        if attributes & BAY_BIT:
            found[i].reasons |= WHEELCHAIR_PLACE
        if attributes & COMPANION_BIT:
            found[i].reasons |= COMPANION_SEAT
    return count


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
    """The free bay `anchor` itself and those nearest to it."""
    cdef const Hall *hall = vacancy.hall
    cdef int32_t i, bay
    cdef int others = query.wheelchairs - 1, count = 0
    nearest[0].away, nearest[0].seat = 0, anchor
    if others > 0:
        for i in range(hall.bay_count):
            bay = hall.bays[i]
            if bay != anchor and may_sit(vacancy, query, bay):
                keep(nearest + 1, &count, others, squared_distance(hall, anchor, bay), bay)
    return 1 + count


cdef int32_t first_companion(const Hall *hall, int32_t bay) noexcept nogil:
    """Where the companion seats of the bay start in the list of them all. O(log companion seats)."""
    cdef int32_t low = 0, high = hall.companion_count, middle
    while low < high:
        middle = (low + high) >> 1
        if hall.companion_of[hall.companions[middle]] < bay:
            low = middle + 1
        else:
            high = middle
    return low


cdef int nearest_companions(
    const Vacancy *vacancy, const Query *query, const Found *found, Seat *nearest,
) noexcept nogil:
    """The free companion seats of the bays found that are nearest to the anchor, then the nearest of the others."""
    cdef const Hall *hall = vacancy.hall
    cdef int own = 0, count = 0
    cdef int32_t i, at, seat
    for i in range(query.wheelchairs):
        at = first_companion(hall, found.seats[i])
        while at < hall.companion_count and hall.companion_of[hall.companions[at]] == found.seats[i]:
            if may_sit(vacancy, query, hall.companions[at]):
                keep(nearest, &own, query.companions, squared_distance(hall, found.anchor, hall.companions[at]),
                     hall.companions[at])
            at += 1
    if own < query.companions:
        for i in range(hall.companion_count):
            seat = hall.companions[i]
            if not is_own(hall, found, query.wheelchairs, seat) and may_sit(vacancy, query, seat):
                keep(nearest + own, &count, query.companions - own, squared_distance(hall, found.anchor, seat), seat)
    return own + count


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
