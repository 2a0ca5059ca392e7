"""wrk, and what it saw: a load generator that costs a tenth of what the server does for the same request."""

import json
import subprocess
from pathlib import Path

import msgspec
from msgspec import Struct

SCRIPTS = Path(__file__).with_name("wrk")


class Load(Struct, frozen=True):
    """Answers by status, and times in microseconds; `lost` are requests without an answer."""

    statuses: dict[str, int]
    seconds: float
    p50_us: int
    p99_us: int
    lost: int

    def rate(self, status: int) -> float:
        """Answers of that status a second."""
        return self.statuses.get(str(status), 0) / self.seconds


def wrk(url: str, script: str, seconds: int, connections: int, *arguments: str, threads: int = 1) -> Load:
    """Run one of our scripts against a server; whatever it is told stands after its own options."""
    options = ["-t", str(threads), "-c", str(connections), "-d", f"{seconds}s", "-s", str(SCRIPTS / f"{script}.lua")]
    done = subprocess.run(["wrk", *options, url, "--", *arguments], capture_output=True, text=True, check=True)
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("{"))
    return msgspec.convert(json.loads(line), Load)
