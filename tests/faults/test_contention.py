"""Many workers after the same places: a hundred thousand contended holds, and no place held twice.

`CONTENDED_HOLDS=1000000 pytest tests/faults/test_contention.py` asks a million times.
"""

import os

from engine.core.words import CLAIMED
from tests.faults.actor import Contend
from tests.faults.conftest import Scene
from ticketing import pools
from ticketing.pools import PoolKind

ATTEMPTS = int(os.environ.get("CONTENDED_HOLDS", "100000"))
WORKERS = 4
PLACES = 20_000


async def test_no_place_is_held_twice(scene: Scene) -> None:
    async with scene.db.transaction() as c:
        pool = await pools.create(c, scene.house.box_office, PoolKind.QUOTA, PLACES)
    await scene.inventory.ready(pool)
    box_office, share = scene.house.box_office.hex, ATTEMPTS // WORKERS
    runs = [await scene.start("contend", Contend(box_office, pool, PLACES, share, seed)) for seed in range(WORKERS)]
    taken = [place for run in runs for place in await run.ended()]
    assert len(taken) == len(set(taken)) > PLACES * 0.8
    copy, now_ms = await scene.inventory.copy(pool, 0)
    held = [place for place in range(PLACES) if 0 < copy.word(place) < CLAIMED]
    assert sorted(taken) == held and copy.free_count(now_ms) == PLACES - len(taken)
