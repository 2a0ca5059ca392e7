"""Every benchmark says what it ran on."""

import os
import platform
from pathlib import Path


def pytest_report_header() -> str:
    models = [line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")]
    size = os.environ.get("PLACEUR_BENCH", "full")
    load = os.getloadavg()[0]
    return (
        f"machine: {len(models) or os.cpu_count()} x {models[0] if models else platform.machine()}, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}; load {load:.1f}; size: {size}"
    )


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text().splitlines() if path.exists() else []
