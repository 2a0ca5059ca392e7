import io
import logging

import msgspec
import pytest
import structlog

from web import logs


@pytest.fixture
def lines():
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    stream = io.StringIO()
    logs.configure("info", stream)
    yield lambda: [msgspec.json.decode(line) for line in stream.getvalue().splitlines()]
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


HOLD = "0123456789abcdef0123456789abcdef"
SECRET = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE"


def test_secrets_are_blank_wherever_they_appear(lines):
    log = structlog.get_logger()
    log.error("failed", hold=HOLD, path=f"/holds/{HOLD}/renewal", headers={"authorization": "Bearer abc"}, raw=b"x")
    log.info(f"Authorization: Order {SECRET}", nested=[{"token": SECRET}, SECRET])
    written = str(lines())
    assert HOLD not in written and SECRET not in written and "abc" not in written
    assert written.count(logs.BLANK) >= 6


def test_identities_stay_readable(lines):
    structlog.get_logger().info("order placed", order="019aa8d2-7c1e-7f2a-9d55-0123456789ab", places=2)
    (line,) = lines()
    assert line["order"] == "019aa8d2-7c1e-7f2a-9d55-0123456789ab" and line["places"] == 2


def test_libraries_and_tracebacks_pass_the_same_filter(lines):
    try:
        raise ValueError(f"postgresql://placeur:hunter2@db/placeur refused {HOLD}")
    except ValueError:
        logging.getLogger("asyncpg").exception("cannot connect")
    (line,) = lines()
    assert line["level"] == "error" and line["logger"] == "asyncpg"
    assert "ValueError" in line["exception"]
    assert HOLD not in str(line) and "hunter2" not in str(line)
