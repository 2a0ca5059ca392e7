"""How a printer that speaks ZPL is, by its own words.

`~HS` answers three strings, each between STX and ETX (ZPL II programming guide, "Host Status Return"); `~HQES` answers
errors and warnings as bits, where cutters and the print head's temperature are told; the odometer counts the labels
that came out, which proves most. Older printers and those of other makers know `~HS` alone, some answer nothing while
they are out of paper, and a few only after their first label.
"""

import re
from enum import IntEnum

from msgspec import Struct

from hardware.outcomes import Condition, Conditions

STATUS = b"~HS"
ERRORS = b"~HQES"
COUNT = b'! U1 getvar "odometer.total_label_count"\r\n'
FRAME = re.compile(rb"\x02([^\x02\x03]*)\x03")
COUNTED = re.compile(rb'"(\d{1,12})"')
FLAGGED = re.compile(rb"(ERRORS|WARNINGS):\s+([01])\s+([0-9A-Fa-f]{8})\s+([0-9A-Fa-f]{8})")
BATCH_LABELS_MAX = 9_999
"""Printers of other makers show the length of paper used where labels remaining should be: seven digits."""

ERROR_BITS = {
    0x00001: Condition.PAPER_OUT,
    0x00002: Condition.RIBBON_OUT,
    0x00004: Condition.COVER_OPEN,
    0x00008: Condition.CUTTER_ERROR,
    0x00010: Condition.TOO_HOT,
    0x00020: Condition.TOO_HOT,
    0x01000: Condition.PAPER_JAM,
    0x04000: Condition.PAPER_JAM,
    0x10000: Condition.PAUSED,
}
"""The bits of `~HQES`; any other is a fault. The head and the motor may be too hot."""
WARNING_BITS = {0x00008: Condition.PAPER_LOW}


class PrintMode(IntEnum):
    """What happens to a label once it is printed."""

    REWIND = 0
    PEEL_OFF = 1
    TEAR_OFF = 2
    CUTTER = 3
    APPLICATOR = 4
    DELAYED_CUT = 5
    RFID = 9


class HostStatus(Struct, frozen=True, kw_only=True):
    """The three strings of `~HS`, in their order; the password in the third is not kept."""

    interface: int
    """Settings of the serial port, as bits."""
    paper_out: bool
    paused: bool
    label_dots: int
    """Length of the label."""
    formats_waiting: int
    """Labels received and not yet begun."""
    buffer_full: bool
    diagnosing: bool
    """Prints what it receives as hexadecimal digits."""
    partial_format: bool
    """A label has begun to arrive."""
    memory_lost: bool
    too_cold: bool
    too_hot: bool

    function: int
    """Kind of paper and sensors, as bits."""
    head_open: bool
    ribbon_out: bool
    thermal_transfer: bool
    mode: PrintMode | None
    """None for a mode that was not known when this was written."""
    width_mode: int
    label_waiting: bool
    """In peel-off mode: for somebody to take it."""
    labels_remaining: int
    """Of the batch that is printed."""
    formats_while_printing: bool
    graphic_count: int

    memory_installed: bool

    @property
    def is_idle(self) -> bool:
        """Whether everything that it received is done."""
        return not (self.formats_waiting or self.partial_format or 0 < self.labels_remaining <= BATCH_LABELS_MAX)

    @property
    def conditions(self) -> Conditions:
        """What stops it, or READY."""
        told = {
            Condition.PAPER_OUT: self.paper_out,
            Condition.PAUSED: self.paused,
            Condition.BUFFER_FULL: self.buffer_full,
            Condition.FAULT: self.memory_lost or self.diagnosing,
            Condition.TOO_COLD: self.too_cold,
            Condition.TOO_HOT: self.too_hot,
            Condition.COVER_OPEN: self.head_open,
            Condition.RIBBON_OUT: self.ribbon_out,
        }
        return frozenset(condition for condition, holds in told.items() if holds) or frozenset({Condition.READY})


def host_status(said: bytes) -> HostStatus | None:
    """The last whole answer to `~HS` among what a printer said; None when there is none, or it is something else."""
    frames = [frame.decode("ascii", "replace").strip() for frame in FRAME.findall(said)]
    for at in range(len(frames) - 3, -1, -1):
        first, second, third = (frame.split(",") for frame in frames[at : at + 3])
        if (len(first), len(second), len(third)) == (12, 11, 2):
            try:
                return _status(first, second, third)
            except ValueError:
                continue
    return None


def errors(said: bytes) -> Conditions | None:
    """What an answer to `~HQES` tells besides, without READY; None when there is no such answer."""
    flagged = {name: int(low, 16) if flag == b"1" else 0 for name, flag, _, low in FLAGGED.findall(said)}
    if b"ERRORS" not in flagged:
        return None
    bits = flagged[b"ERRORS"]
    told = {condition for bit, condition in ERROR_BITS.items() if bits & bit}
    told |= {condition for bit, condition in WARNING_BITS.items() if flagged.get(b"WARNINGS", 0) & bit}
    if bits & ~sum(ERROR_BITS):
        told.add(Condition.FAULT)
    return frozenset(told)


def label_count(said: bytes) -> int | None:
    """The last count of an odometer that a printer said, a number in quotes; None for one that has none ("?")."""
    found = COUNTED.findall(said)
    return int(found[-1]) if found else None


def _status(first: list[str], second: list[str], third: list[str]) -> HostStatus:
    mode = int(second[5])
    return HostStatus(
        interface=int(first[0]),
        paper_out=_flag(first[1]),
        paused=_flag(first[2]),
        label_dots=int(first[3]),
        formats_waiting=int(first[4]),
        buffer_full=_flag(first[5]),
        diagnosing=_flag(first[6]),
        partial_format=_flag(first[7]),
        memory_lost=_flag(first[9]),
        too_cold=_flag(first[10]),
        too_hot=_flag(first[11]),
        function=int(second[0]),
        head_open=_flag(second[2]),
        ribbon_out=_flag(second[3]),
        thermal_transfer=_flag(second[4]),
        mode=PrintMode(mode) if mode in list(PrintMode) else None,
        width_mode=int(second[6]),
        label_waiting=_flag(second[7]),
        labels_remaining=int(second[8]),
        formats_while_printing=_flag(second[9]),
        graphic_count=int(second[10]),
        memory_installed=_flag(third[1]),
    )


def _flag(text: str) -> bool:
    return int(text) != 0
