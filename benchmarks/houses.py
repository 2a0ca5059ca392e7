"""Houses to search in: the example stadium as the core and as its twin know it, sold to any degree."""

import os
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from engine import packing
from engine.core.copy import PoolCopy
from engine.core.packed import PackedPlan
from engine.core.words import CLAIMED
from engine.plan import places, row_list
from tests.engine.core.twin import Hall, Seat, Twin

FULL = os.environ.get("PLACEUR_BENCH") != "tiny"
NOW_MS = 1_800_000_000_000
SEED = 7
STADIUM = Path(__file__).parents[1] / "examples" / "metalist-stadium.csv"
TINY_LINES = 40

Places = npt.NDArray[np.int64]


@cache
def arrays() -> dict[str, Any]:
    """What the stadium's packed plan is made from; of a tiny run, the first rows only."""
    data = STADIUM.read_bytes()
    if not FULL:
        data = b"".join(data.splitlines(keepends=True)[:TINY_LINES])
    plan = row_list.read(data)
    taken: dict[str, Any] = {}

    def take(place_count: int, **named: Any) -> None:
        taken.update(named, place_count=place_count)

    with patch.object(packing, "PackedPlan", take):
        packing.pack(plan, places.first(plan))
    return taken


@cache
def packed() -> PackedPlan:
    return PackedPlan(**arrays())


@cache
def hall() -> Hall:
    """The same for the twin."""
    made = arrays()
    columns = ("place", "row", "category", "cost", "x", "y", "attributes", "aisle_after", "table", "companion_of")
    seats = (Seat(*values) for values in zip(*(made[name].tolist() for name in columns), strict=True))
    rows = (tuple(made[name].tolist()) for name in ("row_zone", "row_previous", "row_next"))
    return Hall(made["place_count"], tuple(seats), *rows)


def order(best_first: bool) -> Places:
    """Places in the order they are sold: the best first, or at random."""
    made = arrays()
    if best_first:
        return np.asarray(made["place"], np.int64)[np.argsort(made["cost"], kind="stable")]
    return np.random.default_rng(SEED).permutation(np.asarray(made["place"], np.int64))


def words(place_count: int, sold: Places) -> npt.NDArray[np.int64]:
    """The words of a pool, header included, in which the places `sold` are claimed."""
    image = np.zeros(place_count + 2, "<i8")
    image[2 + sold] = CLAIMED + 1
    return image


def copy(sold: Places) -> PoolCopy:
    plan = packed()
    made = PoolCopy(plan, plan.place_count, seed=SEED)
    made.load(words(plan.place_count, sold).tobytes(), None, NOW_MS)
    return made


def twin(sold: Places) -> Twin:
    count = packed().place_count
    made = Twin(hall(), count)
    made.load(0, words(count, sold)[2:].tolist(), [0] * count, NOW_MS)
    return made
