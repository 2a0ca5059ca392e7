"""Named places in the code at which a test may kill the process.

A crash between two steps is the only honest test of what those steps promise. `PLACEUR_FAILPOINT=F3` makes the
process end itself with SIGKILL, unflushed and unforgiven, when it reaches F3; `F3:STOP` suspends it there
instead (SIGSTOP), as a machine does that pauses for a minute. Unset, a failpoint costs one comparison.
"""

import os
import signal

_NAME, _, _ACT = os.environ.get("PLACEUR_FAILPOINT", "").partition(":")
_SIGNAL = signal.SIGSTOP if _ACT == "STOP" else signal.SIGKILL


def reach(name: str) -> None:
    """Mark that the process has come to failpoint `name`; it may not come back."""
    if name == _NAME:
        os.kill(os.getpid(), _SIGNAL)
