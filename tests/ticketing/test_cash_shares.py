"""Amounts spread over lines: whatever they are, the parts add up to them."""

from collections.abc import Sequence
from uuid import uuid4

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from ticketing.cash_shares import Line, items, portions, spread


def line(amount: int, taken: int = 0, undone: bool = False, counted: int = 0, net: int | None = None) -> Line:
    left = net if net is not None else 0 if undone else amount
    return Line(uuid4(), True, undone, amount, left, None, taken, 0, counted)


def after(lines: Sequence[Line], amount: int) -> list[Line]:
    """The lines once an amount came in or went back."""
    return [
        msgspec.structs.replace(one, taken_cents=one.taken_cents + part, counted=one.counted + items(one, part))
        for one, part in zip(lines, spread(lines, amount), strict=True)
    ]


def back(one: Line) -> Line:
    return msgspec.structs.replace(one, undone=True, net_cents=0)


LINES = st.lists(
    st.builds(
        line, st.integers(0, 90_00), st.integers(-50_00, 90_00), st.booleans(), st.integers(-1, 1),
        st.none() | st.integers(0, 90_00),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(LINES, st.integers(-500_00, 500_00))
def test_the_parts_add_up(lines: list[Line], amount: int) -> None:
    assert sum(spread(lines, amount)) == amount


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20), st.data())
def test_portions_are_whole_and_none_is_more_than_its_weight(weights: list[int], data: st.DataObject) -> None:
    total = data.draw(st.integers(0, sum(weights)))
    parts = portions(total, weights)
    assert sum(parts) == total and all(0 <= part <= weight for part, weight in zip(parts, weights, strict=True))
    whole = sum(weights)
    assert (
        all(abs(part * whole - total * weight) < whole for part, weight in zip(parts, weights, strict=True))
        or not whole
    )


def test_what_settles_an_order_is_its_lines() -> None:
    lines = [line(3000), line(2000), line(0)]
    assert spread(lines, 5000) == [3000, 2000, 0]
    assert [one.counted for one in after(lines, 5000)] == [1, 1, 1]


def test_two_parts_of_a_debt_come_to_its_lines_and_count_its_tickets_once() -> None:
    begun = after([line(3000), line(1000)], 1001)
    assert [one.taken_cents for one in begun] == [751, 250] and [one.counted for one in begun] == [0, 0]
    whole = after(begun, 2999)
    assert [one.taken_cents for one in whole] == [3000, 1000] and [one.counted for one in whole] == [1, 1]


def test_what_goes_back_comes_out_of_what_was_taken_back() -> None:
    first, second = after([line(3000), line(2000)], 5000)
    left = after([first, back(second)], -2000)
    assert [one.taken_cents for one in left] == [3000, 0] and [one.counted for one in left] == [1, 0]


def test_a_refund_in_two_parts_takes_its_ticket_back_once() -> None:
    [sold] = after([line(5000)], 5000)
    [half] = after([back(sold)], -3000)
    assert (half.taken_cents, half.counted) == (2000, 1)
    [whole] = after([half], -2000)
    assert (whole.taken_cents, whole.counted) == (0, 0)


def test_a_dearer_seat_is_the_old_line_taken_back_and_the_new_one_sold() -> None:
    [old] = after([line(5000)], 5000)
    lines = [back(old), line(6000)]
    assert spread(lines, 1000) == [-5000, 6000]
    assert [one.counted for one in after(lines, 1000)] == [0, 1]


def test_what_never_came_to_a_till_goes_back_out_of_its_own_line() -> None:
    """An order that was paid before there were tills, of which one ticket, then the other, is taken back."""
    lines = [back(line(3000)), line(2000)]
    assert spread(lines, -3000) == [-3000, 0]
    gone = after(lines, -3000)
    assert [one.counted for one in gone] == [-1, 0]
    assert spread([gone[0], back(gone[1])], -2000) == [0, -2000]


def test_what_was_paid_elsewhere_in_part_goes_back_out_of_what_the_till_had() -> None:
    half = after([line(5000), line(5000)], 4000)
    assert [one.taken_cents for one in half] == [2000, 2000]
    assert spread([half[0], back(half[1])], -4000) == [-2000, -2000]
