"""How fast is a plan read, written and loaded, and what does it keep in a worker?

The stadium of 39,350 seats goes through each file format. Then a worker meets a hall of 100,000 seats for the first
time: both documents decoded, packed, indexed, with a pool's words loaded; compared in the same run with the plain
decoding of the document to dictionaries, which is what a drawing costs before anything is done with it.
"""

import gc
import json
import os
import tracemalloc
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from engine.core.copy import PoolCopy
from engine.packing import pack
from engine.plan import doctor, files, places, placeur_json, row_list
from engine.plan.files import Format
from engine.plan.model import Category, Plan, Row, Seat, Size, Zone
from engine.seat_index import SeatIndex

FULL = os.environ.get("PLACEUR_BENCH") != "tiny"
ROUNDS = 7 if FULL else 1
ZONES = 40 if FULL else 1
NOW_MS = 1_800_000_000_000
MB = 1_000_000
STADIUM = Path(__file__).parents[1] / "examples" / "metalist-stadium.csv"


@pytest.fixture(scope="module")
def stadium() -> Plan:
    return row_list.read(STADIUM.read_bytes())


@pytest.fixture(scope="module")
def documents() -> tuple[bytes, bytes]:
    """A hall of zones of 2,500 seats, and its place list, as Postgres keeps them."""
    zones = tuple(
        Zone(f"z{z}", f"Zone {z}", 3_000.0 * (z % 8), 5_000.0 * (z // 8), rows=tuple(row(z, r) for r in range(50)))
        for z in range(ZONES)
    )
    hall = Plan("Hall", (Category("Seats"),), zones, Size(30_000, 30_000))
    return placeur_json.write(hall), places.encode(places.first(hall))


def row(z: int, r: int) -> Row:
    seats = (Seat(f"z{z}-{r}-{n}", str(n), 50.0 * n, 0.0, "Seats") for n in range(50))
    return Row(str(r), 0.0, 80.0 * r, tuple(seats))


def load(documents: tuple[bytes, bytes]) -> tuple[SeatIndex, PoolCopy]:
    """What a worker does when it first meets a hall, and all it keeps of it."""
    plan, listed = placeur_json.read(documents[0]), places.decode(documents[1])
    copy = PoolCopy(pack(plan, listed), listed.place_count)
    copy.load(bytes(16 + 8 * listed.place_count), None, NOW_MS)
    return SeatIndex(plan, listed), copy


@pytest.mark.parametrize("form", Format)
def test_writing_and_reading_the_stadium(benchmark: BenchmarkFixture, stadium: Plan, form: Format) -> None:
    def there_and_back() -> Plan:
        return files.read(files.write(stadium, form))

    read = benchmark.pedantic(there_and_back, rounds=ROUNDS, warmup_rounds=1)
    assert read.seat_count == stadium.seat_count


def test_examining_the_stadium(benchmark: BenchmarkFixture, stadium: Plan) -> None:
    assert benchmark.pedantic(doctor.examine, (stadium,), rounds=ROUNDS)[1] == ()


def test_loading_a_hall(benchmark: BenchmarkFixture, documents: tuple[bytes, bytes]) -> None:
    index, copy = benchmark.pedantic(load, (documents,), rounds=ROUNDS, warmup_rounds=1)
    assert copy.free_count(NOW_MS) == ZONES * 2_500
    assert index.label(0).zone == "Zone 0"


def test_decoding_its_document_to_dictionaries(benchmark: BenchmarkFixture, documents: tuple[bytes, bytes]) -> None:
    benchmark.pedantic(json.loads, (documents[0],), rounds=ROUNDS, warmup_rounds=1)


def test_what_a_worker_keeps_of_a_hall(benchmark: BenchmarkFixture, documents: tuple[bytes, bytes]) -> None:
    """Not a time: the memory that stays allocated, in `extra_info`."""

    def kept_bytes() -> int:
        gc.collect()
        tracemalloc.start()
        kept = load(documents)
        gc.collect()
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        assert kept[1].free_count(NOW_MS)
        return size

    size = benchmark.pedantic(kept_bytes, rounds=1)
    benchmark.extra_info["kept_mb"] = round(size / MB, 1)
    benchmark.extra_info["seats"] = ZONES * 2_500
