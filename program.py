"""What `placeur` starts: quiet when it is interrupted while its modules are still being read, which takes a second."""

import sys

try:
    from cli import call
except KeyboardInterrupt:
    sys.exit(130)  # as a shell tells an interruption


def main() -> None:
    """The `placeur` program."""
    sys.exit(call(sys.argv[1:]))
