"""What one place's 64-bit word says, for C callers.

    0 ................ free
    1 .. 2^52 - 1 .... a lease: (deadline in ms since ORIGIN_MS) * 2048 + the serial of its hold
    2^52 .. .......... owned: 2^52 + the serial of its claim
"""

from libc.stdint cimport int64_t


cdef inline int64_t claimed_from() noexcept nogil:
    """The least word of a place that is owned."""
    return <int64_t>1 << 52


cdef inline int64_t limit_at(int64_t now_ms) noexcept nogil:
    """The least word that is not free at `now_ms`, which is kept within the time that words can tell; at least 1."""
    cdef int64_t since = now_ms - 1_767_225_600_000LL
    if since <= 0:
        return 1
    if since >= <int64_t>1 << 41:
        return claimed_from()
    return since << 11


cdef inline int64_t deadline_at(int64_t word) noexcept nogil:
    """The last millisecond at which the lease `word` holds."""
    return (word >> 11) + 1_767_225_600_000LL
