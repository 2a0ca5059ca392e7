"""Packed plans: what they refuse, and what they tell."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.core.packed import COMPANION, COST_MAX, WHEELCHAIR, PackedPlan
from tests.engine.core.halls import drawn
from tests.engine.core.twin import Hall, Seat

SEATS = tuple(Seat(place=5 - i, row=i // 3, category=1, cost=i, x=i % 3, y=i // 3) for i in range(6))
HALL = Hall(8, SEATS, (0, 4), (-1, 0), (1, -1), areas=((2, ((6, 1),)),))


def test_places_are_found_again() -> None:
    packed = HALL.packed()
    assert (packed.place_count, packed.seat_count, packed.row_count, packed.bench_count) == (8, 6, 2, 2)
    assert [packed.seat_of(place) for place in range(8)] == [5, 4, 3, 2, 1, 0, -1, -1]
    assert [packed.row_of(place) for place in range(8)] == [1, 1, 1, 0, 0, 0, -1, -1]
    assert [packed.category_of(place) for place in range(8)] == [1] * 6 + [2, -1]
    assert [packed.zone_of_row(row) for row in range(2)] == [0, 4]
    assert packed.category_count == 3
    assert packed.area_ranges == (((6, 1),),)
    assert packed.nbytes > 0


@pytest.mark.parametrize("place", [-1, 8])
def test_places_outside_the_pool(place: int) -> None:
    packed = HALL.packed()
    for ask in (packed.seat_of, packed.row_of, packed.category_of):
        with pytest.raises(IndexError):
            ask(place)
    with pytest.raises(IndexError):
        packed.zone_of_row(2)


def test_rows_are_cut_at_aisles_and_tables_and_every_64_seats() -> None:
    assert drawn("oo|oo", "oooo")[0].packed().bench_count == 3
    assert drawn("o[oo]o")[0].packed().bench_count == 3
    assert drawn("o" * 130)[0].packed().bench_count == 3


def test_an_empty_plan() -> None:
    packed = Hall(3, (), (), (), (), areas=((0, ((0, 2),)),)).packed()
    assert (packed.seat_count, packed.bench_count, packed.category_count) == (0, 0, 1)


def changed(index: int, **fields: Any) -> Hall:
    return replace(HALL, seats=(*SEATS[:index], replace(SEATS[index], **fields), *SEATS[index + 1 :]))


@pytest.mark.parametrize(
    ("hall", "name"),
    [
        (changed(0, place=8), "place"),
        (changed(0, place=4), "place"),
        (changed(0, row=1), "row"),
        (changed(5, row=2), "row"),
        (changed(0, category=255), "category"),
        (changed(0, cost=-1), "cost"),
        (changed(0, cost=COST_MAX + 1), "cost"),
        (changed(0, x=float("nan")), "x"),
        (changed(0, y=1e9), "y"),
        (changed(0, attributes=WHEELCHAIR | COMPANION), "attributes"),
        (changed(0, companion_of=6), "companion_of"),
        (changed(0, table=0), "table"),
        (replace(HALL, seats=tuple(replace(seat, table=0) for seat in SEATS), table_whole=(True,)), "table"),
        (replace(HALL, row_next=(0, -1)), "row_next"),
        (replace(HALL, row_previous=(-1, 2)), "row_previous"),
        (replace(HALL, areas=((2, ((5, 1),)),)), "area_ranges"),
        (replace(HALL, areas=((2, ((7, 2),)),)), "area_ranges"),
        (replace(HALL, areas=((255, ((7, 1),)),)), "area_category"),
    ],
)
def test_what_breaks_the_contract_is_named(hall: Hall, name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} "):
        hall.packed()


def test_arrays_of_different_lengths() -> None:
    plain: dict[str, Any] = dict.fromkeys(("place", "row", "category", "cost", "x", "y"), np.zeros(1))
    with pytest.raises(ValueError, match=r"^attributes must have 1 entries"):
        PackedPlan(
            1,
            **plain,
            attributes=[],
            aisle_after=[0],
            table=[-1],
            companion_of=[-1],
            row_zone=[0],
            row_previous=[-1],
            row_next=[-1],
            table_whole=[],
        )
