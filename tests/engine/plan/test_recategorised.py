import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.plan.model import CATEGORIES_MAX, Category, Plan
from engine.plan.recategorised import own_categories, recategorised
from tests.ticketing.house import plan

SEATS = [seat.id for seat in plan().seats()]
WISHES = st.dictionaries(st.sampled_from([*SEATS, "no such seat"]), st.sampled_from(["A", "B", "Gold", "Evening"]))


def categories_of(drawn: Plan) -> dict[str, str]:
    return {seat.id: seat.category for seat in drawn.seats()}


@given(WISHES)
def test_seats_are_in_the_categories_that_were_asked_for_and_nothing_else_changes(wishes: dict[str, str]) -> None:
    drawn = recategorised(plan(), wishes)
    assert categories_of(drawn) == categories_of(plan()) | {seat: one for seat, one in wishes.items() if seat in SEATS}
    assert {seat.category for seat in drawn.seats()} <= {category.name for category in drawn.categories}
    assert drawn.categories[:2] == plan().categories
    as_before = {seat.id: seat.category for seat in plan().seats()}
    assert replace(recategorised(drawn, as_before), categories=plan().categories) == plan()


@given(WISHES)
def test_what_is_otherwise_is_enough_to_draw_it(wishes: dict[str, str]) -> None:
    own = own_categories(plan(), wishes)
    assert recategorised(plan(), own) == recategorised(plan(), wishes)
    assert all(categories_of(plan())[seat] != category for seat, category in own.items())


def test_nothing_else_is_the_plan_itself() -> None:
    drawn = plan()
    assert recategorised(drawn, {}) is drawn and recategorised(drawn, {"A1": "A", "none": "Gold"}) is drawn


def test_a_plan_has_so_many_categories_and_no_more() -> None:
    more = (Category(f"c{n}") for n in range(2, CATEGORIES_MAX))
    full = replace(plan(), categories=(*plan().categories, *more))
    assert recategorised(full, {"A1": "c5"}).categories == full.categories
    with pytest.raises(ValueError, match="categories"):
        recategorised(full, {"A1": "one more"})
