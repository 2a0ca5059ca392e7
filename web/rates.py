"""How often one address may call without a token: the generic cell rate algorithm, one number an address.

The number is the moment at which the address will have used up nothing: each call pushes it one interval further, and
a call that would push it past now + the burst is refused. Kept in the process, because a round trip to Redis for every
anonymous read would cost more than the read; so a limit holds for each serving process, and an address that reaches
all of them gets at most as many times the limit as there are processes. It guards the machine, not the seats: what one
address may *hold* is counted in Redis, exactly.
"""

from math import ceil

from ticketing.refusals import TooManyRequests

ADDRESSES_MAX = 100_000
BURST_S = 10.0
ROUNDING_S = 1e-6
"""What sums of seconds since the machine began may be off by."""


class Rate:
    """At most `per_minute_max` calls a minute for each key, in bursts of up to ten seconds' worth."""

    def __init__(self, per_minute_max: int, addresses_max: int = ADDRESSES_MAX) -> None:
        self._interval_s = 60.0 / per_minute_max
        self._burst_s = max(BURST_S, self._interval_s)
        self._addresses_max = addresses_max
        self._used_until: dict[str, float] = {}

    def take(self, key: str, now_s: float) -> None:
        """Count one call of `key` at `now_s` (monotonic seconds); TooManyRequests when it comes too soon. O(1)."""
        used_until = max(self._used_until.get(key, 0.0), now_s) + self._interval_s
        self._refuse_past(used_until, now_s)
        if len(self._used_until) >= self._addresses_max and key not in self._used_until:
            self._forget(now_s)
        self._used_until[key] = used_until

    def check(self, key: str, now_s: float) -> None:
        """TooManyRequests when the next call of `key` would come too soon; counts nothing."""
        self._refuse_past(self._used_until.get(key, 0.0) + self._interval_s, now_s)

    def _refuse_past(self, used_until: float, now_s: float) -> None:
        excess_s = used_until - now_s - self._burst_s
        if excess_s > ROUNDING_S:
            raise TooManyRequests(retry_s=ceil(excess_s))

    def _forget(self, now_s: float) -> None:
        """Drop the addresses that are at rest; when none is, all of them: bounded memory before exact counting."""
        self._used_until = {key: until for key, until in self._used_until.items() if until > now_s}
        if len(self._used_until) >= self._addresses_max:
            self._used_until.clear()
