import asyncio

import pytest

from ticketing.kept import Kept


class Source:
    """Counts its readings; a key of "bad" cannot be read."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, key: str) -> str:
        self.read.append(key)
        await self.gate.wait()
        if key == "bad":
            raise LookupError(key)
        return key.upper()


async def test_a_value_is_read_once_while_it_is_fresh():
    source = Source()
    kept = Kept(source, fresh_s=60.0, kept_max=10)
    assert [await kept.get("a") for _ in range(3)] == ["A"] * 3
    assert source.read == ["a"]


async def test_a_stale_value_is_read_again():
    source = Source()
    kept = Kept(source, fresh_s=0.0, kept_max=10)
    await kept.get("a")
    await kept.get("a")
    assert source.read == ["a", "a"]


async def test_all_who_wait_share_one_reading_even_when_the_first_gives_up():
    source = Source()
    source.gate.clear()
    kept = Kept(source, fresh_s=60.0, kept_max=10)
    waiting = [asyncio.create_task(kept.get("a")) for _ in range(5)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    source.gate.set()
    assert await asyncio.gather(*waiting[1:]) == ["A"] * 4
    assert source.read == ["a"]


async def test_a_failure_is_told_and_not_remembered():
    source = Source()
    kept = Kept(source, fresh_s=60.0, kept_max=10)
    for _ in range(2):
        with pytest.raises(LookupError):
            await kept.get("bad")
    assert source.read == ["bad", "bad"]


async def test_memory_is_bounded():
    source = Source()
    kept = Kept(source, fresh_s=60.0, kept_max=2)
    for key in ("a", "b", "c", "a"):
        await kept.get(key)
    assert source.read == ["a", "b", "c", "a"]
