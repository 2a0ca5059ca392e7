"""How a receipt printer that speaks ESC/POS is, by its own words.

`DLE EOT n` is answered at once, even in the middle of a job, with one byte that says neither which question it answers
nor for whom: so one is asked at a time, after throwing away what came unasked. `GS r` waits its turn behind what was
sent before it: its answer proves that the receipt is out. Answers are told apart by fixed bits (the makers' tables of
"transmission status identification"); a printer may also tell its status unasked (ASB), four bytes at a time.
"""

from enum import IntEnum

from hardware.outcomes import Condition, Conditions

IN_TURN = b"\x1dr\x01"
ASB_BYTES = 4


class Question(IntEnum):
    """The n of `DLE EOT n`."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    PAPER = 4


BITS = {
    Question.PRINTER: {0x08: Condition.OFFLINE},
    Question.OFFLINE_CAUSE: {0x04: Condition.COVER_OPEN, 0x20: Condition.PAPER_OUT},
    Question.ERROR_CAUSE: {0x24: Condition.FAULT, 0x08: Condition.CUTTER_ERROR, 0x40: Condition.TOO_HOT},
    Question.PAPER: {0x0C: Condition.PAPER_LOW, 0x60: Condition.PAPER_OUT},
}
"""What the bits of each answer tell."""
SOME_ERROR = 0x40
"""Of the offline cause: an error, which the error cause names."""
MINOR = frozenset({Condition.OFFLINE, Condition.PAPER_LOW})


def asked(question: Question) -> bytes:
    """The bytes of a question."""
    return bytes((0x10, 0x04, question))


def conditions(answers: dict[Question, int]) -> Conditions:
    """What the answers tell together. That it is offline is told when it says no better why; an open cover stops it
    as heat does, so then it is not called too hot."""
    told = {
        condition for question, answer in answers.items() for bits, condition in BITS[question].items() if answer & bits
    }
    if Condition.COVER_OPEN in told:
        told.discard(Condition.TOO_HOT)
    if answers.get(Question.OFFLINE_CAUSE, 0) & SOME_ERROR and not told - MINOR:
        told.add(Condition.FAULT)
    if told - MINOR:
        told.discard(Condition.OFFLINE)
    return frozenset(told if told - {Condition.PAPER_LOW} else told | {Condition.READY})


class Answers:
    """Sorts what a printer says into answers at once (`DLE EOT`) and answers in turn (`GS r`)."""

    def __init__(self) -> None:
        self.at_once: list[int] = []
        self.in_turn: list[int] = []
        self._unasked = 0

    def feed(self, said: bytes) -> None:
        """Take in bytes as they come, in pieces of any length."""
        for byte in said:
            if self._unasked:
                self._unasked -= 1
            elif byte & 0x93 == 0x12:
                self.at_once.append(byte)
            elif byte & 0x93 == 0x10:
                self._unasked = ASB_BYTES - 1
            elif byte & 0x90 == 0x00:
                self.in_turn.append(byte)
