"""What keeps programs from taking numbers by the thousand: a challenge that a browser meets before it is given one.

A waiting room may ask for one (`challenge_bits`); which kind is a matter of the `Challenge` that the process was given.
Built in is a proof of work, which asks nothing of people and sends nothing to anybody: the browser looks for a number
that, hashed with the puzzle, begins with so many zero bits (hashcash: Back, 2002). A visitor pays a second of one core;
who wants ten thousand numbers pays hours. Puzzles are signed for one browser and one event, and last ten minutes.
"""

import hmac
from datetime import datetime
from hashlib import blake2b, sha256
from typing import Protocol
from uuid import UUID

from msgspec import Struct

from ticketing.refusals import ChallengeFailed
from ticketing.sealing import key

PUZZLE_S = 600
ANSWER_CHARS_MAX = 20
PURPOSE = "waiting room challenges"


class Puzzle(Struct, frozen=True):
    """What is asked of a browser: for a proof of work, a text and how many zero bits are wanted."""

    text: str
    bits: int


class Challenge(Protocol):
    """A way to tell people from programs. Another one takes its place in `ticketing.queues.Queues`."""

    def ask(self, event_id: UUID, browser: str, bits: int, now: datetime) -> Puzzle:
        """A puzzle for one browser at one event."""
        ...

    def check(self, event_id: UUID, browser: str, bits: int, puzzle: str, answer: str, now: datetime) -> None:
        """Raises ChallengeFailed unless the answer is one to a puzzle of ours that was asked of this browser lately."""
        ...


class ProofOfWork:
    """The built-in challenge: a number whose hash with the puzzle begins with zero bits."""

    def __init__(self, secret: bytes) -> None:
        self._key = key(secret, PURPOSE)

    def ask(self, event_id: UUID, browser: str, bits: int, now: datetime) -> Puzzle:
        """A puzzle that lasts `PUZZLE_S`."""
        ends = int(now.timestamp()) + PUZZLE_S
        return Puzzle(f"{ends}.{self._mac(event_id, browser, ends)}", bits)

    def check(self, event_id: UUID, browser: str, bits: int, puzzle: str, answer: str, now: datetime) -> None:
        """One hash. Raises ChallengeFailed."""
        ends, _, mac = puzzle.partition(".")
        well = ends.isascii() and ends.isdigit() and len(ends) <= 12 and 0 < len(answer) <= ANSWER_CHARS_MAX
        if not well or int(ends) <= now.timestamp():
            raise ChallengeFailed()
        signed = hmac.compare_digest(mac.encode(), self._mac(event_id, browser, int(ends)).encode())
        if not signed or leading_zero_bits(sha256(f"{puzzle}.{answer}".encode()).digest()) < bits:
            raise ChallengeFailed()

    def _mac(self, event_id: UUID, browser: str, ends: int) -> str:
        said = event_id.bytes + ends.to_bytes(8, "big") + browser.encode()
        return blake2b(said, key=self._key, digest_size=16).hexdigest()


def leading_zero_bits(digest: bytes) -> int:
    """How many bits are zero before the first that is not."""
    return len(digest) * 8 - int.from_bytes(digest, "big").bit_length()
