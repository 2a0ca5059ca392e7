"""Sizes by width."""

from printing.fit import step, width


def test_width_counts_what_takes_room() -> None:
    assert width("abc") == 3
    assert width("日本") == 4
    assert width("e\u0301") == 1


def test_a_longer_text_takes_a_smaller_step() -> None:
    assert [step("x" * n, 4, 9) for n in (0, 4, 5, 9, 10, 500)] == [0, 0, 1, 1, 2, 2]
