"""The web server of `placeur run` and `placeur serve`: the application is read once, then granian forks its workers.

They share the memory of what was read, and a start costs one reading whatever their number. Reading takes longer than
starting the databases does, so with `--when-told` it happens beside that: serving begins with the first line on
standard input, and never if there is none.
"""

import gc
import multiprocessing
import os
import sys
from functools import cache
from importlib import import_module

from granian import Granian
from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from litestar.types import ASGIApp

from ticketing.settings import from_environment

TARGET = "app:create_app"
STREAMS_END_S_MAX = 3


def main() -> None:
    """Serve under the settings of the environment, until SIGTERM or SIGINT."""
    settings = from_environment()
    application(TARGET)
    if "--when-told" in sys.argv[1:] and not sys.stdin.readline():
        return
    multiprocessing.set_start_method("fork")
    granian = Granian(
        TARGET,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        http=HTTPModes.http1,
        websockets=False,
        address=settings.host,
        port=settings.port,
        workers=settings.workers or os.cpu_count() or 1,
        workers_kill_timeout=STREAMS_END_S_MAX,
        log_level=LogLevels.warning,
    )
    granian.serve(target_loader=application)


@cache
def application(target: str) -> ASGIApp:
    """What the workers serve, read and made by whoever asks first: the process that forks them."""
    module, factory = target.split(":")
    gc.disable()  # what is read stays: looking for garbage in it takes a quarter of the time
    made: ASGIApp = getattr(import_module(module), factory)()
    gc.freeze()
    gc.enable()
    return made


if __name__ == "__main__":
    main()
