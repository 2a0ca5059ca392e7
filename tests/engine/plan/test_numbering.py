"""Labels as they stand on the backs of seats."""

from hypothesis import given
from hypothesis import strategies as st

from engine.plan import numbering


def test_rows_skip_the_letters_that_read_as_digits_and_double_after_z() -> None:
    assert "".join(numbering.letters(24)) == "ABCDEFGHJKLMNPQRSTUVWXYZ"
    assert numbering.letters(4, "Y") == ("Y", "Z", "AA", "BB")
    assert numbering.letters(2, "ZZ") == ("ZZ", "AAA")


def test_seats_count_from_either_side() -> None:
    assert numbering.from_left(3) == ("1", "2", "3")
    assert numbering.from_right(3) == ("3", "2", "1")
    assert numbering.from_left(3, first=101) == ("101", "102", "103")


def test_odd_seats_are_on_the_left_and_even_on_the_right_of_the_centre() -> None:
    assert numbering.odd_even(3, 4) == ("5", "3", "1", "2", "4", "6", "8")


@given(st.integers(0, 200), st.integers(0, 200))
def test_no_label_comes_twice(left: int, right: int) -> None:
    labels = numbering.odd_even(left, right)
    assert len(set(labels)) == left + right
    assert len(set(numbering.letters(left))) == left
