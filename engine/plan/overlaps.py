"""Seats drawn on one another, found by a grid and moved apart.

Drawings do not say their unit, so what is too close follows from the drawing: less than 0.4 of the ordinary step
from seat to seat, and never more than REACH_MAX, so that a plan drawn apart stays so however its median moves. Of
two seats the later one in plan order moves, to the nearest free spot on a lattice round where it was.
"""

import math
from collections.abc import Callable, Iterator
from itertools import count

import numpy as np
import numpy.typing as npt

REACH_MAX = 20.0
STEP_SHARE = 0.4
STEP_DEFAULT = 50.0
LATTICE_STEP_MAX = 500.0
GRID_MIN = 0.01
PASSES_MAX = 4

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Cell = tuple[int, int]


def parted(
    points: Floats, row: Integers, allowed: Callable[[int, float, float], bool]
) -> dict[int, tuple[float, float]]:
    """New positions, by seat, such that none overlaps another.

    `points` has shape (seats, 2), `row` each seat's row; `allowed(seat, x, y)` says whether a seat may stand there.
    O(seats) for a sound drawing, and for a flawed one amortised over the seats that move.
    """
    if len(points) < 2:
        return {}
    points = points.copy()
    moved: dict[int, tuple[float, float]] = {}
    for attempt in range(PASSES_MAX + 1):
        step = _step(points, row)
        reach = REACH_MAX if attempt == PASSES_MAX else min(REACH_MAX, STEP_SHARE * step)
        if not _crowded(points, reach):
            break
        moves = _Crowd(points, reach, min(max(step, 2 * REACH_MAX), LATTICE_STEP_MAX)).moves(allowed)
        if not moves:
            break
        moved |= moves
        points[list(moves)] = list(moves.values())
    return moved


def _step(points: Floats, row: Integers) -> float:
    """The median distance between neighbours in a row, seats on one spot left out."""
    steps = np.hypot(*np.diff(points, axis=0).T)[np.diff(row) == 0]
    steps = steps[steps > 0]
    return float(np.median(steps)) if len(steps) else STEP_DEFAULT


def _crowded(points: Floats, reach: float) -> bool:
    """Whether any two seats may be closer than `reach`: never False when two are."""
    cells = np.floor(points / max(reach, GRID_MIN)).astype(np.int64)
    keys = (cells[:, 0] << 32) + cells[:, 1]
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    if (np.diff(keys) == 0).any():
        return True
    for across, down in ((0, 1), (1, -1), (1, 0), (1, 1)):
        wanted = keys + (across << 32) + down
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        there = np.flatnonzero(keys[at] == wanted)
        steps = points[order[there]] - points[order[at[there]]]
        if (np.hypot(*steps.T) < reach).any():
            return True
    return False


class _Crowd:
    """All seats in a grid of cells no smaller than any distance asked for. Seats of one cell share a lattice, so that
    a thousand seats on one spot do not try the same places a thousand times."""

    def __init__(self, points: Floats, reach: float, step: float) -> None:
        self.reach = reach
        self.step = step
        self.at: list[tuple[float, float]] = [(x, y) for x, y in points.tolist()]
        self.cells: dict[Cell, list[int]] = {}
        self.spots: dict[Cell, Iterator[tuple[float, float]]] = {}
        for seat, (x, y) in enumerate(self.at):
            self.cells.setdefault(self._cell(x, y), []).append(seat)

    def moves(self, allowed: Callable[[int, float, float], bool]) -> dict[int, tuple[float, float]]:
        """Moves each seat that is too close to an earlier one."""
        moved: dict[int, tuple[float, float]] = {}
        for seat, (x, y) in enumerate(self.at):
            if any(other < seat for other in self._near(x, y, self.reach)):
                moved[seat] = self._move(seat, allowed)
        return moved

    def _move(self, seat: int, allowed: Callable[[int, float, float], bool]) -> tuple[float, float]:
        here = self.at[seat]
        spots = self.spots.setdefault(self._cell(*here), _lattice(*here, self.step))
        for x, y in spots:
            if allowed(seat, x, y) and not self._near(x, y, REACH_MAX + 1):
                self.cells[self._cell(*here)].remove(seat)
                self.cells.setdefault(self._cell(x, y), []).append(seat)
                self.at[seat] = (x, y)
                return x, y
        raise AssertionError("a lattice without end has a free spot")

    def _near(self, x: float, y: float, reach: float) -> list[int]:
        across, down = self._cell(x, y)
        return [
            seat
            for column in (across - 1, across, across + 1)
            for line in (down - 1, down, down + 1)
            for seat in self.cells.get((column, line), ())
            if math.dist(self.at[seat], (x, y)) < reach
        ]

    def _cell(self, x: float, y: float) -> Cell:
        return int(x // (REACH_MAX + 1)), int(y // (REACH_MAX + 1))


def _lattice(x: float, y: float, step: float) -> Iterator[tuple[float, float]]:
    """Spots round a point, ring after ring."""
    for ring in count(1):
        edge = range(-ring, ring + 1)
        around = [(i, j) for i in edge for j in edge if max(abs(i), abs(j)) == ring]
        around.sort(key=lambda spot: (spot[0] ** 2 + spot[1] ** 2, spot[1] < 0, spot))
        yield from ((x + i * step, y + j * step) for i, j in around)
