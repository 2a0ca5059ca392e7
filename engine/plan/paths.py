"""Curves that seats stand along: straight stretches and arcs end to end, and their parallels.

Units are the plan's; x to the right, y downwards, so that a growing heading turns clockwise. All functions are
vectorised over seats.
"""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Path:
    """Stretches (length, turn) end to end from a point and heading, turning clockwise; outwards is to its left."""

    def __init__(self, lengths: Sequence[float], turns: Sequence[float], heading: float) -> None:
        self.lengths = np.array(lengths, dtype=float)
        self.turns = np.array(turns, dtype=float)
        self.headings = heading + np.concatenate(([0.0], np.cumsum(self.turns)))
        self.origin = np.zeros(2)

    def stretches(self, depth: float) -> Floats:
        """Length of each stretch, `depth` outwards of the front."""
        return self.lengths + self.turns * depth

    def points(self, along: Floats, depth: float) -> Floats:
        """Positions, shape (n, 2), at distances `along` the offset at `depth`."""
        lengths = self.stretches(depth)
        ends = np.cumsum(lengths)
        piece = np.clip(np.searchsorted(ends, along, side="right"), 0, len(lengths) - 1)
        along = along - (ends - lengths)[piece]
        turned = self.turns[piece] * along / lengths[piece]
        return self._corners(depth)[piece] + _chords(along, self.headings[piece], turned)

    def _corners(self, depth: float) -> Floats:
        """Where each stretch begins, and the last one's end."""
        steps = _chords(self.stretches(depth), self.headings[:-1], self.turns)
        start = self.origin + depth * np.array([math.sin(self.headings[0]), -math.cos(self.headings[0])])
        return np.vstack((start, start + np.cumsum(steps, axis=0)))

    def front(self) -> Floats:
        """Corners of the front row's line, shape (stretches + 1, 2)."""
        return self._corners(0)

    def level(self, heading: float) -> float:
        """Turn the whole path so that its front's ends lie in this heading; returns the angle turned by."""
        x, y = self.front()[-1] - self.front()[0]
        turned = math.remainder(heading - math.atan2(y, x), 2 * math.pi)
        self.headings = self.headings + turned
        return turned

    def move(self, step: Floats) -> None:
        """Shift the whole path."""
        self.origin = self.origin + step


def _chords(along: Floats, headings: Floats, turned: Floats) -> Floats:
    """The straight steps, shape (n, 2), from the start of arcs of these lengths, first headings and turns."""
    mean = headings + turned / 2
    lengths = along * np.sinc(turned / (2 * np.pi))
    steps: Floats = np.column_stack((np.cos(mean) * lengths, np.sin(mean) * lengths))
    return steps
