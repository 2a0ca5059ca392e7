"""What the processes of one installation count, for Prometheus.

Several processes serve, and one does the jobs; each writes its numbers to a file of its own in the folder that
`PROMETHEUS_MULTIPROC_DIR` names, and whichever process is asked for `/metrics` adds all of them up. Without that
variable (one process, tests) the numbers live in memory.

The engine and the verbs know nothing of this: they count in plain attributes that only grow, and `publish` brings
those over.
"""

import os
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from engine.waiting.pace import BUCKETS, bucket

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

REQUESTS = Histogram("placeur_http_seconds", "Time to answer", ["route", "method", "status"], buckets=SECONDS)
OUTCOMES = Counter("placeur_outcomes", "What holds, orders, payments and scans came to", ["act", "outcome"])
ENGINE = Counter("placeur_engine", "What the engine counted: lost races, reloads, mends ...", ["what"])
STREAMS = Gauge("placeur_streams", "Open live streams", multiprocess_mode="livesum")
LAG = Gauge("placeur_lag_seconds", "How far a part runs behind", ["part"], multiprocess_mode="livemax")
BREACHES = Gauge(
    "placeur_breaches", "What the last check found that must not be", ["invariant"], multiprocess_mode="livemax"
)

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

SALE = ("/shop/", "/api/v1/")
"""Where routes begin by which a sale is judged."""
NOT_JUDGED = ("/serving", "/stream", "/queue", "/number", "/numbers", "/challenges", "/visit")
"""Where those end that are open as long as their reader likes, or that people wait at who were not let in."""
BROKEN = 500

_loads = [0] * BUCKETS
_judged: dict[str, bool] = {}


def exposition() -> bytes:
    """All numbers of all processes, in Prometheus's text format. Reads one file a process: some milliseconds."""
    if FOLDER not in os.environ:
        return generate_latest()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def observe(route: str, method: str, status: int, seconds: float) -> None:
    """Count one answer. What broke counts as slower than anything for whoever paces a waiting room."""
    REQUESTS.labels(route, method, status).observe(seconds)
    judged = _judged.get(route)
    if judged is None:
        judged = _judged[route] = route.startswith(SALE) and not route.endswith(NOT_JUDGED)
    if judged:
        _loads[bucket(seconds) if status < BROKEN else BUCKETS - 1] += 1


def taken_loads() -> list[int]:
    """How fast this process answered since this was asked last, in the buckets of `engine.waiting.pace`."""
    found = _loads[:]
    _loads[:] = [0] * BUCKETS
    return found


class Publisher:
    """Brings counts kept elsewhere, as plain numbers that only grow, into `ENGINE`."""

    def __init__(self) -> None:
        self._published: dict[str, int] = {}

    def publish(self, counts: Mapping[str, int]) -> None:
        """Add what each count has grown by since the last call."""
        for what, count in counts.items():
            ENGINE.labels(what).inc(count - self._published.get(what, 0))
            self._published[what] = count


def close() -> None:
    """Forget this process's gauges: it is about to end."""
    if FOLDER in os.environ:
        multiprocess.mark_process_dead(os.getpid())  # type: ignore[no-untyped-call]
