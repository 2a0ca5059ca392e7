"""The packed plan, for C callers.

Seats are numbered in plan order. A *bench* is a stretch of at most 64 adjacent seats of one row with no aisle
between: one machine word of bits, so that "k free together" is a handful of shifts. A longer stretch makes several
benches that continue one another. A seat's *slot* is bench * 64 + its bit.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef enum:
    BENCH_CONTINUES = 1   # its first seat is next to the last of the bench before
    BENCH_CONTINUED = 2   # its last seat is next to the first of the bench after
    BENCH_WHOLE = 4       # a table that is only sold whole
    BENCH_MIXED = 8       # seats of several categories

cdef enum:
    SLOT_AREA = -1        # the place belongs to an area
    SLOT_TOMBSTONE = -2   # the place is of no seat or area any more
    CATEGORY_NONE = 255   # the category of a tombstone


cdef struct Hall:
    int32_t place_count
    int32_t seat_count
    int32_t bench_count
    int32_t row_count
    int32_t leaf_count         # the least power of two >= bench_count: leaves of every tree over the benches
    # by place
    int32_t *slot_of           # or SLOT_AREA, SLOT_TOMBSTONE
    uint8_t *category_of
    # by seat, in plan order
    int32_t *place_at
    int32_t *bench_at
    uint32_t *cost
    uint32_t *cost_before      # sum of the costs of all earlier seats, modulo 2^32; seat_count + 1 entries
    int32_t *x                 # in steps of 1/64 plan unit
    int32_t *y
    uint8_t *category
    uint8_t *attributes
    int32_t *companion_of      # the wheelchair bay (a seat), or -1
    int32_t *facing_previous   # the nearest seat of the row before, or -1
    int32_t *facing_next       # the nearest seat of the row after, or -1
    # by bench
    int32_t *first             # its first seat; bench_count + 1 entries
    int32_t *row
    uint8_t *flags
    uint64_t *ordinary         # its seats that are neither wheelchair bay nor companion seat
    uint64_t *having[8]        # its seats with attribute bit i
    # by row
    int32_t *row_first         # its first bench; row_count + 1 entries
    int32_t *row_previous
    int32_t *row_next
    uint16_t *row_zone
    # by node of the tree over benches: 1 is the root, leaf_count + b the leaf of bench b
    uint64_t *categories       # union of 1 << (category % 64)
    uint64_t *zones            # union of 1 << (zone % 64)
    uint32_t *least            # least cost of a seat in a window that starts below
    uint8_t *bays_below        # whether such a window may hold a bay or a companion seat
    int32_t *box               # 4 a node: least x, greatest x, least y, greatest y
    # seats offered only to parties that ask for them, and at last to others where they are open
    int32_t *bays
    int32_t bay_count
    int32_t *companions        # in order of their bays
    int32_t companion_count
    int64_t pitch_squared      # squared usual distance between neighbours, in steps


cdef class PackedPlan:
    cdef Hall hall
    cdef list _rooms
    cdef readonly Py_ssize_t nbytes
    cdef readonly int category_count
    cdef readonly tuple area_ranges
    cdef readonly tuple row_labels
    cdef readonly tuple zone_names

    cdef void *_keep(self, array, dtype) except NULL
    cdef uint64_t *_keep_masks(self, chosen, bits, first) except NULL
    cdef void _face(self, int32_t *facing, int32_t *neighbour) noexcept nogil


cdef inline int64_t squared_distance(const Hall *hall, int32_t a, int32_t b) noexcept nogil:
    """Between two seats, in steps."""
    cdef int64_t dx = hall.x[a] - hall.x[b]
    cdef int64_t dy = hall.y[a] - hall.y[b]
    return dx * dx + dy * dy


cdef inline int32_t slot_seat(const Hall *hall, int32_t slot) noexcept nogil:
    """The seat of a slot >= 0."""
    return hall.first[slot >> 6] + (slot & 63)
