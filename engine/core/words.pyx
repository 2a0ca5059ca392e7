"""The words of a pool: what one 64-bit number says about one place.

A lease orders by its deadline first, so "is it free now" is one comparison with `limit_of(now)`, whatever the word:
free iff word < limit, held iff limit <= word < CLAIMED, owned iff word >= CLAIMED. Leases end by themselves: no
sweeper writes. Leases stay below 2^52 so that Lua's doubles carry them exactly.
"""

ORIGIN_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z: keeps deadlines within 41 bits until 2095
SERIALS = 2048
CLAIMED = 1 << 52

_CLAIM_SERIAL_MAX = (1 << 62) - 1


def lease_word(deadline_ms, serial):
    word = (deadline_ms - ORIGIN_MS) * SERIALS + serial
    if not (0 <= serial < SERIALS and 0 < word < CLAIMED):
        raise ValueError(f"no lease has deadline {deadline_ms} ms and serial {serial}")
    return word


def claimed_word(serial):
    if not 0 <= serial <= _CLAIM_SERIAL_MAX:
        raise ValueError(f"no claim has serial {serial}")
    return CLAIMED + serial


def deadline_of(word):
    if not 0 < word < CLAIMED:
        raise ValueError(f"word {word} is no lease")
    return word // SERIALS + ORIGIN_MS


def limit_of(int64_t now_ms):
    return limit_at(now_ms)
