"""Redis emptied, killed, or back with yesterday's file, while seats are being sold. Carts may be lost, sales not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from embedded import Valkey
from engine.holds import DIGEST_BYTES, HoldRequest, Seats
from engine.inventory import Inventory
from engine.link import StoreUnreachable
from engine.outcomes import Outcome
from tests.faults.conftest import Opening, Scene
from tests.ticketing.house import NOW, SETTINGS, hold, request
from ticketing import orders
from ticketing.refusals import Refusal

BUYERS = 12


@pytest.fixture
def own_valkey(server_folder: Path) -> Iterator[Valkey]:
    with Valkey(server_folder / "vk") as server:
        yield server


@pytest.fixture
async def own_scene(own_valkey: Valkey, open_scene: Callable[[str], Opening]) -> AsyncIterator[Scene]:
    async with open_scene(own_valkey.url()) as scene:
        yield scene


class Crowd:
    """Buyers who each try again and again for the same forty seats, until told to stop."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.sold: list[int] = []
        self.errors: list[BaseException] = []
        self._stop = False
        self._tasks = [asyncio.create_task(self._buy(n)) for n in range(BUYERS)]

    async def _buy(self, n: int) -> None:
        scene, place = self._scene, n % 40
        while not self._stop and len(self.sold) < 40:
            place = (place + 7) % 40
            try:
                held = await hold(scene.inventory, scene.house, [place])
                await orders.place(scene.db, scene.inventory, SETTINGS, request(scene.house, held, [place]), NOW)
                self.sold.append(place)
            except (AssertionError, Refusal, StoreUnreachable) as error:
                self.errors.append(error)
            await asyncio.sleep(0.01)

    async def until_sold(self, count: int) -> None:
        while len(self.sold) < count:
            await asyncio.sleep(0.005)

    async def go_home(self) -> None:
        self._stop = True
        await asyncio.gather(*self._tasks)


async def command(inventory: Inventory, scene: Scene, *words: bytes) -> None:
    box_office = scene.house.box_office.hex
    await inventory._link.command(box_office, await inventory._link.run(box_office), 0, *words)


async def test_flushed_in_the_middle_of_a_sale(own_scene: Scene) -> None:
    crowd = Crowd(own_scene)
    for count in (6, 14, 22):
        await asyncio.wait_for(crowd.until_sold(count), 30)
        await command(own_scene.inventory, own_scene, b"FLUSHALL")
    await asyncio.wait_for(crowd.until_sold(40), 60)
    await crowd.go_home()
    assert sorted(crowd.sold) == list(range(40)), "each seat once"
    await own_scene.assert_sound()


async def test_killed_in_the_middle_of_a_sale_and_back_with_an_old_file(own_scene: Scene, own_valkey: Valkey) -> None:
    crowd = Crowd(own_scene)
    await asyncio.wait_for(crowd.until_sold(5), 30)
    kept = (".rdb", ".aof", ".manifest")
    old = {file: file.read_bytes() for file in own_valkey.folder.rglob("*") if file.suffix in kept}
    await asyncio.wait_for(crowd.until_sold(15), 30)
    own_valkey.stop(9)
    for file, content in old.items():
        file.write_bytes(content)
    await asyncio.sleep(0.1)
    own_valkey.start()
    await asyncio.wait_for(crowd.until_sold(40), 60)
    await crowd.go_home()
    assert sorted(crowd.sold) == list(range(40))
    await own_scene.assert_sound()


async def test_away_while_an_order_settles(
    own_scene: Scene, own_valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order stands; Redis learns of it when it is back."""
    held = await hold(own_scene.inventory, own_scene.house, [3])

    async def stop_first(self: Inventory, *arguments: object) -> None:
        own_valkey.stop(9)
        await settle(self, *arguments)  # type: ignore[arg-type]

    settle = Inventory.settle
    monkeypatch.setattr(Inventory, "settle", stop_first)
    placed = await orders.place(own_scene.db, own_scene.inventory, SETTINGS, request(own_scene.house, held, [3]), NOW)
    monkeypatch.undo()
    assert placed.code
    own_valkey.start()
    await own_scene.assert_sound()
    wants = (Seats(own_scene.house.pool, (3,)),)
    wanted = HoldRequest(own_scene.house.box_office.hex, b"another", bytes(DIGEST_BYTES), wants, 60_000)
    assert (await own_scene.inventory.hold(wanted)).outcome is Outcome.TAKEN
