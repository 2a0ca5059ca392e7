import asyncio
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from engine.seat_index import SeatLabel
from tests.ticketing.house import NOW, open_house, plan
from ticketing import halls, performances, plans
from ticketing.db import Database
from ticketing.refusals import NotFound, UnknownSeat
from ticketing.settings import Settings


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    halls._halls.clear()
    yield
    halls._halls.clear()


async def test_a_hall_knows_its_seats_by_number_and_by_name(database: Database) -> None:
    performance = (await open_house(database)).performance
    hall = await performances.hall(database, performance)
    assert hall.packed.place_count == 40
    assert hall.places(["B1", "A10"]) == (10, 9)
    assert hall.label(9) == SeatLabel("Stalls", "A", "10", "A", zone_id="stalls")
    assert hall.label(20).zone == "Standing" and hall.label(20).category == "B"
    assert (hall.categories, hall.zones, hall.areas) == (("A", "B"), ("stalls",), {"standing": ((20, 20),)})
    for seats in (["C1"], ["A1", ""]):
        with pytest.raises(UnknownSeat) as refused:
            hall.places(seats)
        assert refused.value.fields["seat"] == seats[-1]
    with pytest.raises(UnknownSeat):
        hall.label(40)


async def test_performances_of_one_plan_share_a_hall_packed_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = []
    pack = halls._pack
    monkeypatch.setattr(halls, "_pack", lambda *args: packed.append(args[0]) or pack(*args))
    shown = (await open_house(database, 3)).performances
    found = await asyncio.gather(*(performances.hall(database, one) for one in shown for _ in range(5)))
    assert len({id(hall) for hall in found}) == 1 and len(packed) == 1


async def test_a_seat_the_plan_no_longer_draws_is_unknown(database: Database) -> None:
    house = await open_house(database)
    (stalls,) = plan().zones
    later = replace(plan(), zones=(replace(stalls, rows=stalls.rows[:1]),))
    version = await plans.add_version(database, house.organisation, house.performance.venue_id, "Hall", later, NOW)
    hall = await halls.hall(database, version.hash, house.performance.place_list_hash)
    with pytest.raises(UnknownSeat, match="no seat B1"):
        hall.places(["B1"])
    with pytest.raises(UnknownSeat):
        hall.label(10)
    assert hall.label(9).seat == "10" and hall.label(39).zone == "Standing"


async def test_a_process_keeps_so_many_halls(database_url: str, database: Database) -> None:
    bounded = await Database.open(database_url, Settings(halls_cached_max=2))
    house = await open_house(database)
    hashes = []
    for n in range(4):
        venue, drawn = house.performance.venue_id, plan(f"No {n}")
        hashes.append((await plans.add_version(database, house.organisation, venue, "Hall", drawn, NOW)).hash)
        await halls.hall(bounded, hashes[-1], house.performance.place_list_hash)
    assert [key[0] for key in halls._halls] == hashes[2:]
    await bounded.close()


async def test_a_hall_that_is_not_kept_is_not_found_and_not_remembered(database: Database) -> None:
    for _ in range(2):
        with pytest.raises(NotFound):
            await halls.hall(database, bytes(32), bytes(32))
    assert not halls._halls and not halls._being_made
