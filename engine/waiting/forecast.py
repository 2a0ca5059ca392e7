"""What one who waits is told: how many are before them, and about how long it will take.

Ranks are handed out in blocks, so some stand for nobody. How many people are ahead is therefore reckoned from how
densely the ranks that wait are taken; how long, from how many people were called lately. Both are told in round numbers
that do not flicker: nobody is helped by "37 minutes" that becomes "41".
"""

from math import ceil

STEPS_MIN = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240)
"""Minutes that an estimate is told in; what is longer is told as more than the last."""
POLLS_PER_S_MAX = 2000
POLL_S_MIN, POLL_S_MAX = 3, 30
PAUSE_S_MAX, PAUSE_SHARE = 60, 0.1
"""Whoever has long to wait asks again after a tenth of that, within a minute."""
EXACT_MAX = 20
"""Fewer places than that are told exactly."""
FAR_S = 900
"""An opening further away than this is not waited for by the second."""


def ahead(rank: int, serving: int, last: int, waiting: int) -> int:
    """How many people stand before a rank, about: none of them once `serving` has passed it.

    `waiting` people have ranks in [serving, last), one of them the last of these.
    """
    if rank < serving:
        return 0
    between = max(last - 1, rank) - serving
    taken = min(1.0, max(0, waiting - 1) / between) if between else 1.0
    return round((rank - serving) * taken)


def minutes(ahead: int, per_s: float) -> int | None:
    """About how many minutes until that many people have been called, in the steps of `STEPS_MIN`, rounded up.

    None while nobody is being called. What is beyond the last step is told as one minute more than it.
    """
    if per_s <= 0:
        return None
    whole = ahead / per_s / 60
    return next((step for step in STEPS_MIN if whole <= step), STEPS_MIN[-1] + 1)


def poll_s(waiting: int, opens_in_s: float | None) -> int:
    """How many seconds to wait before asking again, so that all who wait ask at most `POLLS_PER_S_MAX` times a second.

    `opens_in_s`: how far away the opening is, None once it is over.
    """
    if opens_in_s is not None and opens_in_s > FAR_S:
        return POLL_S_MAX
    return min(POLL_S_MAX, max(POLL_S_MIN, ceil(waiting / POLLS_PER_S_MAX)))


def pause_s(next_poll_s: int, ahead: int, per_s: float) -> float:
    """How many seconds one who waits leaves it be: whose turn is far asks more seldom than everybody is told to."""
    left_s = ahead / per_s if per_s > 0 else 0.0
    return max(next_poll_s, min(PAUSE_S_MAX, left_s * PAUSE_SHARE))


def round_down(places: int) -> int:
    """A number of places as it is told to everybody: exact below twenty, then with two digits."""
    if places < EXACT_MAX:
        return places
    unit: int = 10 ** (len(str(places)) - 2)
    return places // unit * unit
