"""The pulse that opens a cash drawer, which is plugged into a receipt printer."""

PULSE_ON, PULSE_OFF = 25, 250
"""In units of 2 ms."""


def opening(drawer: int = 0) -> bytes:
    """The pulse that opens a drawer (`ESC p`): connector 0 is pin 2, 1 is pin 5."""
    assert drawer in (0, 1), "there are two"
    return bytes((0x1B, 0x70, drawer, PULSE_ON, PULSE_OFF))
