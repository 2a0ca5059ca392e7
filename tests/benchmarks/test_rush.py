from benchmarks.rush import TOGETHER, Report, judged

EXPOSITION = """# TYPE placeur_http_seconds histogram
placeur_http_seconds_bucket{le="0.1",method="GET",route="/shop/{key}/cart",status="200"} 98.0
placeur_http_seconds_bucket{le="0.5",method="GET",route="/shop/{key}/cart",status="200"} 99.0
placeur_http_seconds_bucket{le="+Inf",method="GET",route="/shop/{key}/cart",status="200"} 100.0
placeur_http_seconds_bucket{le="0.1",method="GET",route="/shop/{key}/events/{event_id}/queue",status="200"} 0.0
placeur_http_seconds_bucket{le="0.5",method="GET",route="/shop/{key}/events/{event_id}/queue",status="200"} 0.0
placeur_http_seconds_bucket{le="+Inf",method="GET",route="/shop/{key}/events/{event_id}/queue",status="200"} 500.0
placeur_http_seconds_bucket{le="0.1",method="GET",route="/healthz",status="503"} 2.0
placeur_http_seconds_bucket{le="0.5",method="GET",route="/healthz",status="503"} 2.0
placeur_http_seconds_bucket{le="+Inf",method="GET",route="/healthz",status="503"} 2.0
placeur_http_seconds_sum{method="GET",route="/healthz",status="503"} 2.0
"""


def test_the_servers_own_histogram_is_read_by_route() -> None:
    p99, broken = judged(EXPOSITION)
    assert p99["/shop/{key}/cart"] == 500 and p99["/shop/{key}/events/{event_id}/queue"] == float("inf")
    assert p99[TOGETHER] == 500, "who waits is not among those let in"
    assert broken == 2


def report(**changed: object) -> Report:
    values: dict[str, object] = {
        "arrivals": 1, "seconds": 1.0, "outcomes": {}, "polls": 1, "late_p99_ms": 1.0, "lag_p99_ms": 1.0,
        "guests": {"lag_p99_ms": 1.0}, "server_p99_ms": {TOGETHER: 250.0}, "answers_5xx": 0, "out_of_order": 0,
        "tickets": 2, "claims": 2, "breaches": (), "pace_per_s": 1.0,
    }  # fmt: skip
    return Report(**(values | changed))  # type: ignore[arg-type]


def test_what_must_hold_is_told_by_name_and_late_clients_measure_nothing() -> None:
    assert all(report().must_hold().values()) and not report().void
    assert not all(report(server_p99_ms={TOGETHER: 1000.0}).must_hold().values())
    assert not all(report(tickets=3).must_hold().values()) and not all(report(out_of_order=1).must_hold().values())
    assert report(lag_p99_ms=101.0).void and report(guests={"lag_p99_ms": 200.0}).void
