"""Works in processes of their own: what takes too much ends its process, nobody else's, and the next begins another."""

import asyncio
import math
import os
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor

import pytest

from ticketing import pictures, workshop
from ticketing.refusals import InputRefused, TooManyRequests
from ticketing.workshop import Aside, Bounds, Workshop

BOUNDS = Bounds(memory_bytes_max=100 << 20, core_s_max=1, time_s_max=1)


@pytest.fixture(scope="module")
def aside() -> Iterator[Aside]:
    aside = Aside(bounds=BOUNDS)
    yield aside
    aside.close()


@pytest.mark.parametrize(
    ("act", "given"), [(bytes, 200 << 20), (sum, range(10**12)), (time.sleep, 60), (os._exit, 1)],
    ids=["memory", "core", "time", "death"],
)  # fmt: skip
async def test_what_takes_too_much_ends_its_process_and_the_next_begins_another(
    aside: Aside, act: object, given: object
) -> None:
    with pytest.raises(BrokenExecutor):
        await aside.do(act, given)
    assert await aside.do(math.gcd, 12, 18) == 6


async def test_a_process_that_died_idle_fails_nobody(aside: Aside) -> None:
    os.kill(await aside.do(os.getpid), 9)
    await asyncio.sleep(0.2)
    assert await aside.do(math.gcd, 12, 18) == 6


async def test_bounds_are_of_each_work_not_of_all_together(aside: Aside) -> None:
    first = await aside.do(os.getpid)
    for _ in range(3):
        await aside.do(time.sleep, 0.4)
    assert await aside.do(os.getpid) == first


async def test_a_refusal_comes_back_as_it_was(aside: Aside) -> None:
    with pytest.raises(InputRefused, match="picture: This is not a picture") as raised:
        await aside.do(pictures.redrawn, b"")
    assert raised.value.fields["where"] == "picture" and raised.value.text.startswith("This is not a picture")


async def test_so_many_at_once_and_so_many_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workshop, "WAITING_MAX", 1)
    place = Workshop(BOUNDS)
    try:
        works = [asyncio.create_task(place.do(time.sleep, 0.5)) for _ in range(workshop.AT_ONCE_MAX)]
        await asyncio.sleep(0)
        waits = asyncio.create_task(place.do(math.gcd, 12, 18))
        await asyncio.sleep(0)
        with pytest.raises(TooManyRequests):
            await place.do(math.gcd, 12, 18)
        works[0].cancel()  # whoever asked has gone
        assert await waits == 6
        with pytest.raises(BrokenExecutor):
            await place.do(os._exit, 1)
        await works[1]
        assert await place.do(math.gcd, 12, 18) == 6
    finally:
        place.close()
