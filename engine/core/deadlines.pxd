"""When leases end: a binary heap of places ordered by their words, with every place's position in it.

A lease word orders by its deadline, so the heap needs no keys of its own. Each place is in it at most once, so its
size is bounded by the pool however often holds are taken, renewed and released, and a release takes its place out.
A new lease usually ends last, so adding one is usually O(1); at worst it is O(log n), as is taking one out.
"""

from libc.stdint cimport int32_t, int64_t


cdef struct Deadlines:
    const int64_t *words  # by place
    int32_t *heap         # places; heap[0] has the least word
    int32_t *position     # by place: where in the heap, or -1
    int32_t count


cdef inline void _put(Deadlines *deadlines, int32_t i, int32_t place) noexcept nogil:
    deadlines.heap[i] = place
    deadlines.position[place] = i


cdef inline void _rise(Deadlines *deadlines, int32_t i, int32_t place) noexcept nogil:
    """Puts `place` at the free spot i, or as far above as its word asks."""
    cdef const int64_t *words = deadlines.words
    cdef int32_t parent
    while i > 0:
        parent = (i - 1) >> 1
        if words[deadlines.heap[parent]] <= words[place]:
            break
        _put(deadlines, i, deadlines.heap[parent])
        i = parent
    _put(deadlines, i, place)


cdef inline void _sink(Deadlines *deadlines, int32_t i, int32_t place) noexcept nogil:
    """Puts `place` at the free spot i, or as far below as its word asks."""
    cdef const int64_t *words = deadlines.words
    cdef int32_t child
    while True:
        child = 2 * i + 1
        if child >= deadlines.count:
            break
        if child + 1 < deadlines.count and words[deadlines.heap[child + 1]] < words[deadlines.heap[child]]:
            child += 1
        if words[place] <= words[deadlines.heap[child]]:
            break
        _put(deadlines, i, deadlines.heap[child])
        i = child
    _put(deadlines, i, place)


cdef inline void deadlines_add(Deadlines *deadlines, int32_t place) noexcept nogil:
    """Takes in a place that is not in the heap."""
    deadlines.count += 1
    _rise(deadlines, deadlines.count - 1, place)


cdef inline void deadlines_drop(Deadlines *deadlines, int32_t place) noexcept nogil:
    """Takes a place out, which it is; its word may have changed already."""
    cdef int32_t i = deadlines.position[place]
    cdef int32_t last
    deadlines.position[place] = -1
    deadlines.count -= 1
    if i == deadlines.count:
        return
    last = deadlines.heap[deadlines.count]
    if i > 0 and deadlines.words[last] < deadlines.words[deadlines.heap[(i - 1) >> 1]]:
        _rise(deadlines, i, last)
    else:
        _sink(deadlines, i, last)


cdef inline void deadlines_order(Deadlines *deadlines) noexcept nogil:
    """Makes a heap of heap[:count], in whatever order it is. O(n)."""
    cdef int32_t i
    for i in range(deadlines.count):
        deadlines.position[deadlines.heap[i]] = i
    for i in range(deadlines.count // 2 - 1, -1, -1):
        _sink(deadlines, i, deadlines.heap[i])
