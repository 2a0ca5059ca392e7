"""The application as it is served: granian's processes, spoken to over a socket."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import msgspec

from embedded import free_port
from launcher import web_server_command
from ticketing.settings import Settings, environment_name

READY_S_MAX = 60.0
STOP_S_MAX = 20.0


class Server(msgspec.Struct):
    """A server that answers at `url`."""

    url: str
    process: "subprocess.Popen[bytes]"

    def stop(self) -> float:
        """Ask it to end, as a service manager does; how long that took, in seconds."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(STOP_S_MAX)
        return time.monotonic() - began


@contextmanager
def server(settings: Settings, workers: int = 1) -> Iterator[Server]:
    """Serve under these settings, on a free port; ended at the end whatever happened."""
    settings = msgspec.structs.replace(settings, port=free_port(), workers=workers)
    changed = {
        environment_name(field): str(getattr(settings, field))
        for field in Settings.__struct_fields__
        if getattr(settings, field) != getattr(Settings(), field)
    }
    process = subprocess.Popen(web_server_command(), env=os.environ | changed, stdin=subprocess.DEVNULL)
    try:
        url = f"http://{settings.host}:{settings.port}"
        _await_ready(url, process)
        yield Server(url, process)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_S_MAX)
            except subprocess.TimeoutExpired:
                process.kill()


def _await_ready(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_S_MAX
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz", timeout=READY_S_MAX).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the server did not become ready")
