"""Rows out of mere positions: who sits beside whom in a drawing that does not say.

Rows that are straight and parallel are told by their distance from one another. Where they are not, each seat looks
for a neighbour on either side along the row's direction where it stands; seats that find each other are linked, and
the chains are joined across aisles. Everything is counted in pitches, the usual distance between neighbours.
"""

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from engine.plan.overlaps import Floats, Integers

CROWD_MAX = 8
"""Points of one cell of the grid that are looked at: more only stand so close in a drawing that is no plan."""
TIPS_MAX = 16
"""The same for the ends of rows, of which more stand in a larger cell."""
LINK_PITCHES = 1.6
SIDE_PITCHES = 0.5
AISLE_PITCHES = 4.5
THIN_PITCHES = 0.5
APART_PITCHES = 0.3
BENT_PITCHES = 0.35
LEVEL_PITCHES = 0.2
RING_SEATS_MIN = 5
NEAR_PITCHES = 1.2
ANGLE_BINS = 120
SMOOTHINGS = 2
CELLS_MAX = 2.0**30


def pairs(points: Floats, others: Floats, reach: float, crowd_max: int = CROWD_MAX) -> tuple[Integers, Integers]:
    """Indexes of points and others that are within reach of one another. O(points + others)."""
    none = np.zeros(0, dtype=np.int64)
    if not len(points) or not len(others):
        return none, none
    low = others.min(axis=0)
    cells = np.floor((others - low) / reach).astype(np.int64)
    keys = (cells[:, 0] << 32) + cells[:, 1]
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    home = np.floor(np.clip((points - low) / reach, -CELLS_MAX, CELLS_MAX)).astype(np.int64)
    mine = (home[:, 0] << 32) + home[:, 1]
    found: list[tuple[Integers, Integers]] = []
    for across in (-1, 0, 1):
        for down in (-1, 0, 1):
            wanted = mine + (across << 32) + down
            first, last = np.searchsorted(keys, wanted, "left"), np.searchsorted(keys, wanted, "right")
            for number in range(min(crowd_max, int((last - first).max()))):
                there = np.flatnonzero(first + number < last)
                other = order[first[there] + number]
                near = np.hypot(*(points[there] - others[other]).T) <= reach
                found.append((there[near], other[near]))
    if not found:
        return none, none
    return np.concatenate([one for one, _ in found]), np.concatenate([other for _, other in found])


def pitch(points: Floats, size: float) -> float:
    """The usual distance of a seat from the nearest, seats being of this size."""
    if len(points) < 2:
        return 1.4 * size
    nearest = np.full(len(points), np.inf)
    for factor in (1.1, 1.6, 2.4, 3.6, 6.0, 10.0, 20.0):
        one, other = pairs(points, points, factor * size)
        one, other = one[one != other], other[one != other]
        np.minimum.at(nearest, one, np.hypot(*(points[one] - points[other]).T))
        nearest[nearest < 0.1 * size] = np.inf
        if np.isfinite(nearest).mean() > 0.5:
            return float(np.median(nearest[np.isfinite(nearest)]))
    return 1.4 * size


def rightwards(points: Floats, focus: Floats | None) -> Floats:
    """To the right of whoever sits there and faces the focal point; without one, to the right of the drawing."""
    if focus is None:
        return np.tile((1.0, 0.0), (len(points), 1))
    ahead = focus - points
    away = np.hypot(*ahead.T)
    turned: Floats = np.column_stack((-ahead[:, 1], ahead[:, 0])) / np.maximum(away, 1e-9)[:, None]
    turned[away < 1e-9] = (1.0, 0.0)
    return turned


def is_line(points: Floats, step: float) -> bool:
    """Whether the points may be one row: all near one line, or on one arc."""
    if len(points) < 3:
        return True
    across = _across(points)
    off = np.ptp((points - points.mean(axis=0)) @ np.array((-across[1], across[0])))
    if off <= THIN_PITCHES * step:
        return True
    if len(points) < RING_SEATS_MIN:
        return False
    centre, radius = _circle(points)
    return bool(np.abs(np.hypot(*(points - centre).T) - radius).max() <= BENT_PITCHES * step)


def along(points: Floats, step: float, focus: Floats | None) -> Integers:
    """The order of the seats of one row from left to right, as whoever sits there and faces the focus sees them."""
    if len(points) < 2:
        return np.arange(len(points))
    across = _across(points)
    middle = points.mean(axis=0)
    off = (points - middle) @ np.array((-across[1], across[0]))
    if np.ptp(off) > THIN_PITCHES * step and len(points) >= RING_SEATS_MIN:
        centre, radius = _circle(points)
        if np.abs(np.hypot(*(points - centre).T) - radius).max() <= 2 * step and radius < 1e4 * step:
            return _turned(points, _round(points, centre), focus)
    return _turned(points, np.argsort((points - middle) @ across, kind="stable"), focus)


def gathered(points: Floats, step: float, focus: Floats | None) -> list[Integers]:
    """The rows that the points form, each as indexes from left to right. O(n log n)."""
    if len(points) < 2:
        return [np.arange(len(points))] if len(points) else []
    right = rightwards(points, focus)
    one, other = pairs(points, points, LINK_PITCHES * step)
    one, other = one[one != other], other[one != other]
    chains = _straight(points, one, other, step, right) or _bent(points, one, other, step, right)
    return [chain[_turned(points[chain], np.arange(len(chain)), focus)] for chain in chains]


def front_to_back(points: Floats, rows: list[Integers], zone: Integers, step: float, focus: Floats | None) -> Integers:
    """The order of a zone's rows from the focal point backwards; without one, from the top of the drawing down. What
    is as far away stands from left to right."""
    middles = np.array([points[row].mean(axis=0) for row in rows])
    here = points[zone]
    if focus is None:
        depths = middles[:, 1]
    elif ((here.min(axis=0) < focus) & (focus < here.max(axis=0))).all():
        depths = np.array([np.hypot(*(points[row] - focus).T).mean() for row in rows])
    else:
        ahead = focus - here.mean(axis=0)
        depths = (middles - focus) @ -ahead / max(float(np.hypot(*ahead)), 1e-9)
    sideways = (middles * rightwards(here.mean(axis=0)[None], focus)).sum(axis=1)
    order = np.argsort(depths, kind="stable")
    levels = np.cumsum(np.diff(depths[order], prepend=depths[order[0]]) > LEVEL_PITCHES * step)
    return order[np.lexsort((sideways[order], levels))]


def _across(points: Floats) -> Floats:
    """The direction in which points extend furthest."""
    moved = points - points.mean(axis=0)
    vectors: Floats = np.linalg.eigh(moved.T @ moved)[1]
    return vectors[:, 1]


def _circle(points: Floats) -> tuple[Floats, float]:
    """The circle nearest to the points (Kasa's fit)."""
    middle = points.mean(axis=0)
    moved = points - middle
    left = np.column_stack((2 * moved, np.ones(len(moved))))
    a, b, c = np.linalg.lstsq(left, (moved**2).sum(axis=1), rcond=None)[0]
    return middle + np.array((a, b)), math.sqrt(max(c + a * a + b * b, 0.0))


def _round(points: Floats, centre: Floats) -> Integers:
    """The points in the order of their angle round the centre, beginning after the widest gap."""
    angles = np.arctan2(*(points - centre).T[::-1])
    order = np.argsort(angles, kind="stable")
    gaps = np.diff(angles[order], append=angles[order[0]] + 2 * np.pi)
    return np.roll(order, -(int(gaps.argmax()) + 1))


def _turned(points: Floats, order: Integers, focus: Floats | None) -> Integers:
    """The order, or the other way round, so that it runs to the right."""
    ends = points[order[-1]] - points[order[0]]
    right = rightwards(points.mean(axis=0)[None], focus)[0]
    ahead = np.array((right[1], -right[0]))
    leaning = float(ends @ right)
    if abs(leaning) < 1e-6 * float(np.hypot(*ends)):
        leaning = -float(ends @ ahead)
    return order[::-1] if leaning < 0 else order


def _straight(points: Floats, one: Integers, other: Integers, step: float, right: Floats) -> list[Integers]:
    """Rows that are straight and parallel; none if the points do not stand so."""
    steps = points[other] - points[one]
    lengths = np.hypot(*steps.T)
    near = (lengths <= NEAR_PITCHES * step) & (lengths > 0)
    if not near.any():
        return []
    angles = np.arctan2(steps[near, 1], steps[near, 0]) % np.pi
    prefer = 1 + 0.3 * np.abs((steps[near] * right[one[near]]).sum(axis=1)) / lengths[near]
    bins = (angles / np.pi * ANGLE_BINS).astype(np.int64) % ANGLE_BINS
    counts = np.bincount(bins, prefer, ANGLE_BINS)
    counts = counts + np.roll(counts, 1) + np.roll(counts, -1)
    peak = (int(counts.argmax()) + 0.5) / ANGLE_BINS * np.pi
    close = np.abs((angles - peak + np.pi / 2) % np.pi - np.pi / 2) <= 2.5 * np.pi / ANGLE_BINS
    turn = peak + float(np.mean((angles[close] - peak + np.pi / 2) % np.pi - np.pi / 2))
    away = points @ np.array((-math.sin(turn), math.cos(turn)))
    order = np.argsort(away, kind="stable")
    splits = np.flatnonzero(np.diff(away[order]) > APART_PITCHES * step) + 1
    rows = np.split(order, splits)
    if any(np.ptp(away[row]) > THIN_PITCHES * step for row in rows):
        return []
    distance = points @ np.array((math.cos(turn), math.sin(turn)))
    return [row[np.argsort(distance[row], kind="stable")] for row in rows]


def _bent(points: Floats, one: Integers, other: Integers, step: float, right: Floats) -> list[Integers]:
    """Rows of any course: links between neighbours, then over aisles."""
    course = _courses(points, one, other, step, right)
    steps = points[other] - points[one]
    ahead = (steps * course[one]).sum(axis=1)
    aside = np.abs(course[one, 0] * steps[:, 1] - course[one, 1] * steps[:, 0])
    fits = (aside <= SIDE_PITCHES * step) & (np.abs(ahead) > 0.1 * step)
    one, other, ahead, aside = one[fits], other[fits], ahead[fits], aside[fits]
    chosen = set(_best(one, other, ahead > 0, np.abs(ahead) + 2 * aside))
    links: list[list[int]] = [[] for _ in range(len(points))]
    for a, b in sorted(chosen):
        if a < b and (b, a) in chosen:
            links[a].append(b)
            links[b].append(a)
    return _joined(points, list(_chains(links)), step)


def _courses(points: Floats, one: Integers, other: Integers, step: float, right: Floats) -> Floats:
    """The direction of the row at each seat: that of the nearest neighbours, smoothed, with a leaning to the right."""
    steps = points[other] - points[one]
    lengths = np.hypot(*steps.T)
    near = (lengths <= NEAR_PITCHES * step) & (lengths > 0)
    doubled = ((steps[near, 0] + 1j * steps[near, 1]) / lengths[near]) ** 2
    course = 0.3 * (right[:, 0] + 1j * right[:, 1]) ** 2
    np.add.at(course, one[near], doubled)
    for _ in range(SMOOTHINGS):
        smoothed = course.copy()
        np.add.at(smoothed, one[near], 0.5 * course[other[near]])
        course = smoothed
    single = np.sqrt(course / np.maximum(np.abs(course), 1e-12))
    return np.column_stack((single.real, single.imag))


def _best(one: Integers, other: Integers, side: npt.NDArray[np.bool_], cost: Floats) -> Iterator[tuple[int, int]]:
    """The cheapest other of each one on either side."""
    order = np.lexsort((other, cost, side, one))
    keys = one[order] * 2 + side[order]
    first = order[np.concatenate(([True], np.diff(keys) != 0))] if len(order) else order
    return zip(one[first].tolist(), other[first].tolist(), strict=True)


def _chains(links: list[list[int]]) -> Iterator[Integers]:
    """The paths that links form, from one end to the other; a ring is cut open."""
    seen = [False] * len(links)
    ends_first = sorted(range(len(links)), key=lambda seat: len(links[seat]) > 1)
    for start in ends_first:
        chain: list[int] = []
        at: int | None = start if not seen[start] else None
        while at is not None:
            seen[at] = True
            chain.append(at)
            at = next((seat for seat in links[at] if not seen[seat]), None)
        if chain:
            yield np.array(chain)


def _joined(points: Floats, chains: list[Integers], step: float) -> list[Integers]:
    """Chains that go on in one another beyond an aisle, as one."""
    tips = np.array([seat for chain in chains for seat in (chain[0], chain[-1])])
    inner = np.array([seat for chain in chains for seat in (chain[:2][-1], chain[-2:][0])])
    out = points[tips] - points[inner]
    lengths = np.hypot(*out.T)
    out = out / np.maximum(lengths, 1e-12)[:, None]
    one, other = pairs(points[tips], points[tips], AISLE_PITCHES * step, TIPS_MAX)
    gap = points[tips[other]] - points[tips[one]]
    aside = np.abs(out[one, 0] * gap[:, 1] - out[one, 1] * gap[:, 0])
    ahead = (gap * out[one]).sum(axis=1)
    fits = (one // 2 != other // 2) & (aside <= SIDE_PITCHES * step) & ((ahead > 0) | (lengths[one] == 0))
    fitting = set(zip(one[fits].tolist(), other[fits].tolist(), strict=True))
    both = sorted(
        (float(np.hypot(*(points[tips[a]] - points[tips[b]]))), a, b) for a, b in fitting if a < b and (b, a) in fitting
    )
    partner: dict[int, int] = {}
    root = list(range(len(chains)))

    def found(chain: int) -> int:
        while root[chain] != chain:
            root[chain] = root[root[chain]]
            chain = root[chain]
        return chain

    for _, a, b in both:
        if a not in partner and b not in partner and found(a // 2) != found(b // 2):
            partner[a], partner[b] = b, a
            root[found(a // 2)] = found(b // 2)
    return list(_strung(chains, partner))


def _strung(chains: list[Integers], partner: dict[int, int]) -> Iterator[Integers]:
    """Chains put end to end; an end is twice its chain's number, and one more for the last seat."""
    done: set[int] = set()
    for start in range(2 * len(chains)):
        if start // 2 in done or start in partner:
            continue
        parts, tip = [], start
        while True:
            done.add(tip // 2)
            parts.append(chains[tip // 2][:: -1 if tip % 2 else 1])
            tip = partner.get(tip ^ 1, -1)
            if tip < 0:
                break
        yield np.concatenate(parts)
